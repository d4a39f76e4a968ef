"""From a part of a page's tree to a flat run of blocks: paragraphs, headings, figures, lists, tables.

Whatever the page's own tags, what comes out is a small, even HTML that says the same. Unknown tags
(``<ok>``, ``<center>``, ``<font>``) vanish, their words stay. A run of two ``<br>`` ends a paragraph,
as on the Chinese portals that know no ``<p>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from mirrorpress.extract import links
from mirrorpress.extract.draft import PICTURE
from mirrorpress.extract.junk import is_appeal, words_of
from mirrorpress.extract.pictures import picture_of
from mirrorpress.extract.text import CJK, clean, plain, squeeze
from mirrorpress.markup import Element, Node, Text
from mirrorpress.model import Picture

_DEEPEST = 120  # levels; below that only the words are taken. Real articles stay under 40.
_MARKS = {
    "strong": "strong", "b": "strong", "em": "em", "i": "em", "cite": "em", "code": "code", "kbd": "code",
    "samp": "code", "tt": "code", "sub": "sub", "sup": "sup", "s": "s", "del": "s", "strike": "s",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form header "
    "hgroup hr li main ol p pre section summary table tbody td tfoot th thead tr ul caption".split()
) | set(_HEADINGS)
_BREAK = "\x01"  # cannot occur in cleaned text
_BREAKS = re.compile(rf"\s*{_BREAK}(?:(?:<[^>]*>|\s)*{_BREAK})+\s*")
_CAPTION = frozenset(
    "caption figcaption wpcaption cap legend tuzhu zhushi credit photocredit imagecaption".split()
)
_CREDIT = "[class*=credit i], [class*=photographer i], [class*=copyright i], cite"
_TAG = re.compile(r"<[^>]*>")
_LINE_FEEDS = re.compile(r"(?:<[^>]*>|\n)*\n(?:<[^>]*>|\n)*")
_CLOSING = frozenset(",.;:!?)]،؛؟")
_HAN = re.compile(f"[{CJK}]")


@dataclass(slots=True)
class Block:
    """One block: ``kind`` is p, h (heading), figure, list, table, quote, pre or hr."""

    kind: str
    html: str
    text: str
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
    _line: list[str] = field(default_factory=list)
    _marks: list[tuple[str, str]] = field(default_factory=list)
    _link_text: int = 0

    # --- walking -------------------------------------------------------------------------

    def take(self, node: Node, depth: int = 0) -> Flow:
        """Take in all of a node's children; the node itself is only a container."""
        for child in node:
            if isinstance(child, Text):
                self._line.append(escape(_fold(child.data), quote=False))
            elif isinstance(child, Element):
                self._element(child, depth + 1)
        return self

    def close(self, classes: frozenset[str] = frozenset()) -> Flow:
        """End the paragraph under way."""
        line = "".join(self._line)
        self._line.clear()
        opened = "".join(start for start, _ in self._marks)
        closed = "".join(f"</{end}>" for _, end in reversed(self._marks))
        for piece in _paragraphs(line + closed):
            text = text_of(piece)
            if text:
                share = self._link_text / len(text)
                self.blocks.append(Block("p", f"<p>{piece}</p>", text, classes, linked=min(share, 1.0)))
        self._link_text = 0
        if opened:
            self._line.append(opened)
        return self

    def _element(self, element: Element, depth: int) -> None:
        tag = element.tag
        if depth > _DEEPEST:
            self._line.append(escape(_fold(element.text), quote=False))
        elif tag == "br":
            self._line.append(_BREAK)
            self.take(
                element, depth
            )  # "<br> text </br>": the parser leaves the text outside, old trees inside
        elif tag in ("img", "picture", "amp-img"):
            self._figure(element, caption="")
        elif tag == "a":
            self._link(element, depth)
        elif tag == "q":
            self._line.append("“")
            self.take(element, depth)
            self._line.append("”")
        elif tag == "rt":
            self._line.append("(")
            self.take(element, depth)
            self._line.append(")")
        elif tag == "rp":
            return
        elif tag in _MARKS:
            self._marked(f"<{_MARKS[tag]}>", _MARKS[tag], element, depth)
        elif tag in _BLOCKS:
            self._block(element, depth)
        else:
            self.take(element, depth)

    def _marked(self, start: str, end: str, element: Element, depth: int) -> None:
        self._line.append(start)
        self._marks.append((start, end))
        self.take(element, depth)
        self._marks.pop()
        self._line.append(f"</{end}>")

    def _link(self, element: Element, depth: int) -> None:
        href = links.without_tracking(links.resolve(element.attr("href") or "", self.base))
        self._link_text += len(element.text.strip())
        if (
            any(end == "a" for _, end in self._marks)
            or not links.followable(href)
            or not element.text.strip()
        ):
            self.take(element, depth)
        else:
            self._marked(f'<a href="{escape(href)}">', "a", element, depth)

    # --- blocks --------------------------------------------------------------------------

    def _block(self, element: Element, depth: int) -> None:
        self.close()
        tag = element.tag
        if tag in _HEADINGS:
            self._heading(element, depth)
        elif tag == "figure":
            self._whole_figure(element, depth)
        elif tag in ("ul", "ol"):
            self._list(element, depth)
        elif tag == "blockquote":
            inner = self._inside(element, depth)
            if inner:
                html = "".join(block.html for block in inner)
                self._add("quote", f"<blockquote>{html}</blockquote>", inner)
        elif tag == "pre":
            text = clean(element.text).strip("\n")
            if text.strip():
                self.blocks.append(Block("pre", f"<pre><code>{escape(text, quote=False)}</code></pre>", text))
        elif tag == "table":
            self._table(element, depth)
        elif tag == "hr":
            self.blocks.append(Block("hr", "<hr>", ""))
        elif is_appeal(element):
            pass
        elif not self._captioned_picture(element):
            self.take(element, depth)
            self.close(frozenset(words_of(element)))

    def _add(self, kind: str, html: str, inner: list[Block]) -> None:
        text = " ".join(block.text for block in inner)
        weight = sum(len(block.text) * block.linked for block in inner)
        self.blocks.append(Block(kind, html, text, linked=weight / len(text) if text else 0.0))

    def _inside(self, element: Element, depth: int) -> list[Block]:
        inner = Flow(self.base, self.pictures).take(element, depth).close()
        return inner.blocks

    def _heading(self, element: Element, depth: int) -> None:
        inner = self._inside(element, depth)
        words = [block for block in inner if block.kind == "p"]
        if words:
            line = re.sub(r"</?strong>", "", " ".join(block.html[3:-4] for block in words)).replace(
                "<br>", " "
            )
            text = " ".join(block.text for block in words)
            linked = max(block.linked for block in words)
            self.blocks.append(Block("h", line, text, level=_HEADINGS[element.tag], linked=linked))
        self.blocks.extend(block for block in inner if block.kind != "p")

    def _list(self, element: Element, depth: int) -> None:
        items: list[str] = []
        inner_all: list[Block] = []
        figures: list[Block] = []
        for child in element:
            if not isinstance(child, Element):
                continue
            inner = (
                self._inside(child, depth + 1) if child.tag == "li" else self._outside_item(child, depth + 1)
            )
            figures += [block for block in inner if block.kind == "figure"]
            inner = [block for block in inner if block.kind not in ("figure", "hr")]
            if not inner:
                continue
            inner_all += inner
            rest = "".join(block.html if block.kind != "h" else f"<p>{block.html}</p>" for block in inner[1:])
            first = inner[0]
            items.append(f"<li>{first.html[3:-4] if first.kind == 'p' else first.html}{rest}</li>")
        self.blocks.extend(figures)
        if items:
            self._add("list", f"<{element.tag}>{''.join(items)}</{element.tag}>", inner_all)

    def _outside_item(self, element: Element, depth: int) -> list[Block]:
        inner = Flow(self.base, self.pictures)
        inner._element(element, depth)
        return inner.close().blocks

    def _table(self, element: Element, depth: int) -> None:
        rows = [row for row in element.select("tr") if row.closest("table") == element]
        cells = [
            [cell for cell in row if isinstance(cell, Element) and cell.tag in ("td", "th")] for row in rows
        ]
        widest = max((len(row) for row in cells), default=0)
        longest = max((len(cell.text) for row in cells for cell in row), default=0)
        if widest < 2 or len(rows) < 2 or longest > 1000 or element.select_one("table"):
            self.take(element, depth)  # a table that only lays out the page, or a single column
            self.close()
            return
        if caption := element.select_one("caption"):
            self.blocks.extend(self._inside(caption, depth))
        figures: list[Block] = []
        inner_all: list[Block] = []
        lines: list[str] = []
        for row in cells:
            line: list[str] = []
            for cell in row:
                inner = self._inside(cell, depth + 2)
                figures += [block for block in inner if block.kind == "figure"]
                inner = [block for block in inner if block.kind not in ("figure", "hr")]
                inner_all += inner
                line.append("<br>".join(_inline(block) for block in inner))
                line += [""] * (_span(cell) - 1)
            if any(line):
                lines.append("".join(f"<td>{content}</td>" for content in line))
        self.blocks.extend(figures)
        if lines:
            head = lines[0].replace("<td>", "<th>").replace("</td>", "</th>")
            body = "".join(f"<tr>{line}</tr>" for line in lines[1:])
            self._add(
                "table", f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", inner_all
            )

    # --- pictures ------------------------------------------------------------------------

    def _figure(self, element: Element, caption: str, credit: str = "") -> None:
        picture = picture_of(element, self.base, caption=caption, credit=credit)
        if picture is None:
            return
        held = self._line[:]
        self._line.clear()
        if text_of("".join(held)):
            self._line[:] = held
            self.close()
            held = []
        known = next((n for n, other in enumerate(self.pictures) if other.urls[0] == picture.urls[0]), None)
        if known is None:
            self.pictures.append(picture)
            self.blocks.append(_figure_block(len(self.pictures) - 1, picture))
        self._line.extend(held)

    def _whole_figure(self, element: Element, depth: int) -> None:
        images = element.select("picture, img, amp-img")
        outer = [image for image in images if image.tag != "img" or not image.closest("picture")]
        captions = element.select("figcaption")
        if not outer:
            self.take(element, depth)  # a quotation, table or code set as a figure
            self.close()
            return
        credit = ""
        if captions:
            if found := captions[-1].select_one(_CREDIT):
                credit = plain(found.text)
                found.decompose()
            caption = " ".join(filter(None, (plain(_tight(node.text)) for node in captions)))
        else:
            caption = plain(_tight(element.text))
        for image in outer[:-1]:
            self._figure(image, caption="")
        self._figure(outer[-1], caption=caption, credit=credit)
        self.close()

    def _captioned_picture(self, element: Element) -> bool:
        """A small block that holds one picture and the words about it, as old portals write captions."""
        images = element.select("img")
        if len(images) != 1 or element.select_one("figure, table, ul, ol, h1, h2, h3, h4, blockquote, pre"):
            return False
        text = plain(_tight(element.text))
        if not text or len(text) > 400:
            return False
        alt = plain(images[0].attr("alt") or "")
        style = (element.attr("style") or "") + (element.attr("align") or "")
        named = words_of(element) & {
            "caption",
            "img",
            "image",
            "photo",
            "pic",
            "picture",
            "figure",
            "media",
            "headerimg",
        }
        captioned = any(words_of(node) & _CAPTION for node in element.select("[class]"))
        says_the_same = bool(alt) and squeeze(alt) == squeeze(text)
        centred = "center" in style or element.tag == "center"
        broken = element.select_one("br") is not None and len(text) <= 200 and element.tag != "div"
        if not (named or captioned or says_the_same or centred or broken):
            return False
        self._figure(images[0], caption=text)
        return True


def _fold(text: str) -> str:
    """White space folded to one space, or to one line feed when the source broke the line there."""
    return re.sub(r"\s+", lambda run: "\n" if "\n" in run[0] else " ", clean(text))


def _join(feeds: re.Match[str]) -> str:
    """A line feed in the source is no space between two Han characters, nor before closing punctuation.

    Beautified pages break the line around every inline tag, which the old mirrors' all are.
    """
    before = feeds.string[feeds.start() - 1 : feeds.start()]
    after = feeds.string[feeds.end() : feeds.end() + 1]
    tags = feeds[0].replace("\n", "")
    if (_HAN.match(before) and _HAN.match(after)) or after in _CLOSING:
        return tags
    return feeds[0].replace("\n", " ", 1).replace("\n", "")


def _tight(text: str) -> str:
    return re.sub(rf"(?<=[{CJK}])\s*\n\s*(?=[{CJK}])", "", text)


def _paragraphs(line: str) -> Iterator[str]:
    line = _LINE_FEEDS.sub(_join, line)
    marks: list[str] = []
    for piece in _BREAKS.split(line):
        # A mark open across the break is closed before it and opened again after it.
        opened = "".join(marks)
        for tag in _TAG.findall(piece):
            if tag.startswith("</"):
                if marks:
                    marks.pop()
            else:
                marks.append(tag)
        whole = opened + piece + "".join(f"</{re.findall(r'[a-z]+', mark)[0]}>" for mark in reversed(marks))
        whole = re.sub(r"\s+", " ", whole)
        whole = re.sub(rf"^((?:<[^>]*>|[ ])*){_BREAK}|{_BREAK}((?:</[^>]*>|[ ])*)$", r"\1\2", whole)
        whole = re.sub(rf" ?{_BREAK} ?", "<br>", whole)
        for _ in range(3):
            whole = re.sub(r"<(strong|em|code|sub|sup|s)>(\s*)</\1>|<a [^>]*>(\s*)</a>", r"\2\3", whole)
        yield whole.strip().removeprefix("\u3000").strip("\u3000 ")


def _figure_block(number: int, picture: Picture) -> Block:
    words = " — ".join(filter(None, (picture.caption, picture.credit)))
    caption = f"<figcaption>{escape(words, quote=False)}</figcaption>" if words else ""
    image = f'<img src="{PICTURE}{number}" alt="{escape(picture.alt)}">'
    return Block("figure", f"<figure>{image}{caption}</figure>", words, picture=number)


def adopt_captions(blocks: list[Block], pictures: list[Picture]) -> list[Block]:
    """Join a figure with the caption paragraph that follows it under a class that says so."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if (
            block.kind == "p"
            and before is not None
            and before.kind == "figure"
            and not before.text
            and len(block.text) <= 400
            and (block.classes & _CAPTION or squeeze(block.text) == squeeze(pictures[before.picture].alt))
        ):
            old = pictures[before.picture]
            pictures[before.picture] = Picture(old.urls, old.alt, block.text, old.credit)
            joined[-1] = _figure_block(before.picture, pictures[before.picture])
        else:
            joined.append(block)
    return joined


def _inline(block: Block) -> str:
    return (
        block.html[3:-4]
        if block.kind == "p"
        else block.html
        if block.kind == "h"
        else escape(block.text, quote=False)
    )


def _span(cell: Element) -> int:
    value = cell.attr("colspan") or "1"
    return min(int(value), 20) if value.isdecimal() and value.isascii() and int(value) > 0 else 1


def text_of(html: str) -> str:
    """The words of one of our own blocks' HTML, in one line."""
    text = _TAG.sub(" " if "<br>" in html else "", html.replace(_BREAK, " "))
    return plain(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def to_html(blocks: list[Block], title: str) -> str:
    """All blocks as HTML: headings from ``<h2>`` on, no heading without text below it, no line at an edge,
    no first heading that only repeats the title."""
    kept: list[Block] = []
    for block in blocks:
        if block.kind == "h" and not kept and squeeze(block.text) == squeeze(title):
            continue
        if block.kind in ("h", "hr") and kept and kept[-1].kind == "hr":
            kept.pop()
        if block.kind == "hr" and not any(one.kind != "figure" for one in kept):
            continue
        kept.append(block)
    while kept and kept[-1].kind in ("h", "hr"):
        kept.pop()
    top = min((block.level for block in kept if block.kind == "h"), default=2)
    parts = []
    for block in kept:
        if block.kind == "h":
            level = min(block.level - top + 2, 5)
            parts.append(f"<h{level}>{block.html}</h{level}>")
        else:
            parts.append(block.html)
    return "\n".join(parts)
