"""From a part of a page's tree to a flat run of blocks: paragraphs, headings, figures, lists, tables.

Whatever the page's own tags, what comes out is a small, even HTML that says the same. Unknown tags
(``<ok>``, ``<center>``, ``<font>``) vanish, their words stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from mirrorpress import links
from mirrorpress.extract.draft import PICTURE
from mirrorpress.extract.figures import CENTRED, IMAGES, captioned_picture, figure_words, is_centred
from mirrorpress.extract.inline import Line
from mirrorpress.extract.junk import is_appeal, words_of
from mirrorpress.extract.pictures import picture_of
from mirrorpress.extract.tables import data_cells
from mirrorpress.extract.text import clean
from mirrorpress.extract.videos import PLAYERS, video_of
from mirrorpress.markup import Element, Node, Text
from mirrorpress.model import Picture

_DEEPEST = 120  # levels; below that only the words are taken. Real articles stay under 40.
_MOST_PICTURES = 200  # of one page; later ones are left out
_MARKS = {
    "strong": "strong", "b": "strong", "em": "em", "i": "em", "cite": "em", "code": "code", "kbd": "code",
    "samp": "code", "tt": "code", "sub": "sub", "sup": "sup", "s": "s", "del": "s", "strike": "s",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl fieldset figcaption figure "
    "footer form header hgroup hr legend li main ol p pre section summary table tbody td tfoot th thead tr "
    "ul".split()
) | set(_HEADINGS)
_AROUND = {"q": ("“", "”"), "rt": ("(", ")")}  # written round an element's words


@dataclass(slots=True)
class Block:
    """One block: ``kind`` is p, h (heading), figure, video, list, table, quote, pre or hr; ``inner`` its
    words with their marks, in lines."""

    kind: str
    html: str
    text: str
    inner: str = ""
    classes: frozenset[str] = frozenset()
    level: int = 0
    picture: int = -1
    linked: float = 0.0  # share of the text that is links


@dataclass(slots=True)
class Flow:
    """Collects blocks and pictures below one base address."""

    base: str
    pictures: list[Picture] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    _line: Line = field(default_factory=Line)

    # --- walking -------------------------------------------------------------------------

    def take(self, node: Node, depth: int = 0) -> Flow:
        """Take in all of a node's children; the node itself is only a container."""
        for child in node:
            if isinstance(child, Text):
                self._line.words(child.data)
            elif isinstance(child, Element):
                self._element(child, depth + 1)
        return self

    def close(self, classes: frozenset[str] = frozenset()) -> Flow:
        """End the paragraph under way."""
        for run in self._line.end():
            share = run.linked / len(run.text)
            self.blocks.append(
                Block("p", f"<p>{run.html}</p>", run.text, inner=run.html, classes=classes, linked=share)
            )
        return self

    def _element(self, element: Element, depth: int) -> None:
        tag = element.tag
        if depth > _DEEPEST:
            self._line.words(element.text)
        elif tag == "br":
            self._line.brk()
            self.take(element, depth)  # trees made by script may hold words inside
        elif tag in ("img", "picture", "amp-img"):
            self._figure(element)
        elif tag in PLAYERS:
            self._video(element)
        elif tag == "a":
            self._link(element, depth)
        elif tag in _AROUND:
            before, after = _AROUND[tag]
            self._line.words(before)
            self.take(element, depth)
            self._line.words(after)
        elif tag == "rp":
            return
        elif tag == "dt":
            self.close()
            self._marked("strong", "<strong>", element, depth)
            self.close()
        elif tag in ("code", "samp") and element.select_one("br"):
            self.close()
            self._preformatted(element)
        elif tag in _MARKS:
            self._marked(_MARKS[tag], f"<{_MARKS[tag]}>", element, depth)
        elif tag in _BLOCKS:
            self._block(element, depth)
        else:
            self.take(element, depth)

    def _marked(self, tag: str, start: str, element: Element, depth: int) -> None:
        if self._line.is_inside(tag) or self._line.is_inside("code"):
            self.take(element, depth)
            return
        self._line.open(tag, start)
        self.take(element, depth)
        self._line.shut()

    def _link(self, element: Element, depth: int) -> None:
        href = links.without_tracking(links.resolve(element.attr("href") or "", self.base))
        shown = links.followable(href) and not _is_within(href, self.base)
        self._marked("a", f'<a href="{escape(href)}">' if shown else "", element, depth)

    # --- blocks --------------------------------------------------------------------------

    def _block(self, element: Element, depth: int) -> None:
        self.close()
        tag = element.tag
        if tag in _HEADINGS:
            self._heading(element, depth)
        elif tag == "hr":
            self.blocks.append(Block("hr", "<hr>", ""))
        elif tag == "figure":
            self._whole_figure(element, depth)
        elif tag in ("ul", "ol"):
            self._list(element, depth)
        elif tag == "blockquote":
            if inner := self._inside(element, depth):
                self._add("quote", f"<blockquote>{_joined(inner)}</blockquote>", inner)
        elif tag == "pre" and not element.select_one(f"{IMAGES}, p, div, table"):
            self._preformatted(element)
        elif tag == "table" and (cells := data_cells(element)):
            self._table(element, cells, depth)
        elif is_appeal(element):
            return
        elif captioned := captioned_picture(element):
            self._figure(captioned.image, caption=captioned.caption, credit=captioned.credit)
        else:
            self.take(element, depth)
            words = words_of(element)
            self.close(words | {CENTRED} if is_centred(element) else words)

    def _add(self, kind: str, html: str, inner: list[Block]) -> None:
        text = " ".join(block.text for block in inner)
        weight = sum(len(block.text) * block.linked for block in inner)
        self.blocks.append(
            Block(kind, html, text, inner=_in_lines(inner), linked=weight / len(text) if text else 0.0)
        )

    def _inside(self, element: Element, depth: int) -> list[Block]:
        return Flow(self.base, self.pictures).take(element, depth).close().blocks

    def _words_inside(self, element: Element, depth: int) -> list[Block]:
        """An element's blocks without lines, and without pictures, which go before what holds the element."""
        inner = self._inside(element, depth)
        self.blocks += [block for block in inner if block.kind == "figure"]
        return [block for block in inner if block.kind not in ("figure", "hr")]

    def _heading(self, element: Element, depth: int) -> None:
        for strong in element.select("strong, b"):
            strong.unwrap()
        inner = self._inside(element, depth)
        words = [block for block in inner if block.kind == "p"]
        if words:
            line = " ".join(block.inner for block in words).replace("<br>", " ")
            text = " ".join(block.text for block in words)
            linked = max(block.linked for block in words)
            self.blocks.append(
                Block("h", line, text, inner=line, level=_HEADINGS[element.tag], linked=linked)
            )
        self.blocks.extend(block for block in inner if block.kind != "p")

    def _preformatted(self, element: Element) -> None:
        for line_break in element.select("br"):
            line_break.replace_with(Text("\n"))
        text = clean(element.text).strip("\n")
        if text.strip():
            self.blocks.append(Block("pre", f"<pre><code>{escape(text, quote=False)}</code></pre>", text))

    def _list(self, element: Element, depth: int) -> None:
        items: list[str] = []
        every: list[Block] = []
        _put_lists_into_items(element)
        for child in element.select(":scope > *"):
            if inner := self._words_inside(child, depth + 1):
                every += inner
                items.append(f"<li>{_as_item(inner)}</li>")
        if items:
            start = element.attr("start") or ""
            number = f' start="{int(start)}"' if element.tag == "ol" and _is_small_number(start) else ""
            self._add("list", f"<{element.tag}{number}>{''.join(items)}</{element.tag}>", every)

    def _table(self, element: Element, cells: list[list[Element | None]], depth: int) -> None:
        if caption := element.select_one("caption"):
            self.blocks.extend(self._inside(caption, depth))
        every: list[Block] = []
        lines: list[list[str]] = []
        for row in cells:
            line: list[str] = []
            for cell in row:
                inner = self._words_inside(cell, depth + 2) if cell is not None else []
                every += inner
                line.append(_in_lines(inner))
            if any(line):
                lines.append(line)
        if lines:
            head = "".join(f"<th>{content}</th>" for content in lines[0])
            body = "".join(
                f"<tr>{''.join(f'<td>{content}</td>' for content in line)}</tr>" for line in lines[1:]
            )
            self._add("table", f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", every)

    # --- pictures ------------------------------------------------------------------------

    def _figure(self, element: Element, caption: str = "", credit: str = "") -> None:
        if len(self.pictures) >= _MOST_PICTURES:
            return
        picture = picture_of(element, self.base, caption=caption, credit=credit)
        if picture is None:
            if caption:
                self.close()
                self._line.words(" — ".join(filter(None, (caption, credit))))
                self.close()
            return
        if self._line.has_words:
            self.close()
        known = any(other.urls[0] == picture.urls[0] for other in self.pictures)
        if not known:
            self.pictures.append(picture)
            self.blocks.append(figure_block(len(self.pictures) - 1, picture))

    def _video(self, element: Element) -> None:
        """A link to a video where it would have played."""
        if found := video_of(element, self.base):
            address, label = found
            self.close()
            link = f'<a href="{escape(address)}">{escape(label, quote=False)}</a>'
            self.blocks.append(Block("video", f"<p>▶ {link}</p>", "", inner=f"▶ {link}"))

    def _whole_figure(self, element: Element, depth: int) -> None:
        words = figure_words(element)
        if words is None:
            self.take(element, depth)  # a quotation, table or code set as a figure
            self.close()
            return
        for image in words.images[:-1]:
            self._figure(image)
        self._figure(words.images[-1], caption=words.caption, credit=words.credit)


def figure_block(number: int, picture: Picture) -> Block:
    """The block of a draft's n-th picture."""
    words = " — ".join(filter(None, (picture.caption, picture.credit)))
    caption = f"<figcaption>{escape(words, quote=False)}</figcaption>" if words else ""
    image = f'<img src="{PICTURE}{number}" alt="{escape(picture.alt)}">'
    return Block("figure", f"<figure>{image}{caption}</figure>", words, picture=number)


def _joined(blocks: list[Block]) -> str:
    return "".join(f"<p>{block.inner}</p>" if block.kind == "h" else block.html for block in blocks)


def _in_lines(blocks: list[Block]) -> str:
    return "<br>".join(block.inner or escape(block.text, quote=False) for block in blocks)


def _put_lists_into_items(element: Element) -> None:
    """Move a list that stands straight inside a list into the item before it, where it belongs."""
    item: Element | None = None
    for child in element.select(":scope > *"):
        if child.tag in ("ul", "ol") and item is not None:
            item.append(child.extract())
        elif child.tag == "li":
            item = child


def _as_item(blocks: list[Block]) -> str:
    """The content of a list item: its first paragraph bare, so that plain lists stay tight."""
    first = blocks[0]
    return (first.inner if first.kind in ("p", "h") else first.html) + _joined(blocks[1:])


def _is_within(href: str, base: str) -> bool:
    """Whether a link leads only to another place of the same page, which the mirror does not have."""
    return "#" in href and href.split("#", 1)[0] == base.split("#", 1)[0]


def _is_small_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 7
