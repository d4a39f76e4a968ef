"""From a draft to the article that is stored: the only maker of safe HTML, and of Markdown from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from urllib.parse import quote, unquote

import nh3

from mirrorpress import links
from mirrorpress.errors import ExtractError
from mirrorpress.extract.draft import INNER, LONGEST, PICTURE, Draft
from mirrorpress.extract.text import clean, plain, squeeze
from mirrorpress.markup import Element, Node, Text, parse_fragment, to_markdown
from mirrorpress.model import ROOT, Article, Asset, Picture
from mirrorpress.paths import is_safe

_MAX_TAGS = 100_000  # start and end tags
_MAX_REFERENCES = 50_000  # nh3 takes 11 s for half a megabyte of "&"
_MAX_ADDRESSES = 10_000
_REL = "external noopener noreferrer"
_TAGS = set(
    "p h2 h3 h4 h5 ul ol li blockquote pre code table thead tbody tr th td figure figcaption img a strong em "
    "s sub sup br hr".split()
)
_ASSET = re.compile(r"assets/[0-9a-f]{2}/[0-9a-f]{16}\.webp")
_EXCERPT = 200  # characters
_INNER_ADDRESS = re.compile(r"://|www\.")  # a git host may make a link of this part alone
_SENTENCE_END = re.compile(r"[。！？!?.؟](?=\s|$|[^\d\s.])")


def cleaner(pictures: re.Pattern[str], *, schemes: set[str]) -> nh3.Cleaner:
    """The one allow-list. Pictures may stand at addresses that match ``pictures`` as a whole and are relative
    or of one of ``schemes``; links are never anything but https and mailto."""

    def allowed(_: str, name: str, value: str) -> str | None:
        if name == "src":
            return value if pictures.fullmatch(value) else None
        if name == "href":
            return value if links.followable(value) else None
        return value

    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}},
        url_schemes=schemes,
        link_rel=_REL,
        attribute_filter=allowed,
    )


_PUBLISHED = cleaner(_ASSET, schemes={"https", "mailto"})


def finish(draft: Draft, assets: Mapping[int, Asset]) -> Article:
    """The article, with the pictures that could be carried; ``assets`` maps a picture's number to its asset.

    A picture that is missing leaves its caption and its original address. Raises ``ExtractError`` for a body
    too long, or too full of markup, to be an article.
    """
    tree = sanitised(draft, lambda number, picture: _shown(picture, assets.get(number)), _PUBLISHED)
    for image in tree.select("img"):
        image.attrs["src"] = ROOT + (image.attr("src") or "")
    for link in tree.select(f"a[href^='{INNER}']"):
        _lead_inwards(link)
    published = tree.inner_html
    excerpt = _excerpt(tree) or _shortened(plain(draft.text))
    used = [assets[number] for number in sorted(assets) if f'"{ROOT}{assets[number].path}"' in published]
    return Article(
        url=draft.url,
        title=draft.title,
        html=published,
        markdown=written(tree),
        excerpt=excerpt,
        text_length=len(draft.text),
        authors=draft.authors,
        published=draft.published,
        updated=draft.updated,
        language=draft.language,
        lead_image=used[0].path if used else "",
        pictures=draft.pictures,
        assets=tuple(dict.fromkeys(asset.path for asset in used)),
        confidence=draft.confidence,
        engine=draft.engine,
        partial=draft.partial,
        licence=draft.licence,
        offset=draft.offset,
    )


def _lead_inwards(link: Element) -> None:
    """Mark a link to another page of an old mirror; anybody may have written the address that it has."""
    place = unquote((link.attr("href") or "").removeprefix(INNER))
    if is_safe(place) and not place.startswith("assets/"):
        link.attrs["href"] = ROOT + quote(place)
        del link.attrs["rel"]
    else:
        link.unwrap()


def sanitised(draft: Draft, show: Callable[[int, Picture], str], allowed: nh3.Cleaner) -> Node:
    """A draft's body as a tree that holds nothing but what is allowed; ``show`` gives the HTML that stands
    for its n-th picture.

    Raises ``ExtractError`` for a body too long, or too full of markup, to be an article.
    """
    html = _place_pictures(clean(draft.html), draft.pictures, show)
    for count, limit, what in (
        (len(html), LONGEST, "characters"),
        (html.count("<"), _MAX_TAGS, "tags"),
        (html.count("&"), _MAX_REFERENCES, "character references"),
        (html.count("@") + html.count("://"), _MAX_ADDRESSES, "addresses"),
    ):
        if count > limit:
            raise ExtractError(
                f"the article has {count:,} {what}", where=draft.url, hint=f"the limit is {limit:,}"
            )
    tree = parse_fragment(clean(allowed.clean(html)))
    for image in tree.select("img:not([src])"):
        image.decompose()
    for link in tree.select("a:not([href])"):
        link.unwrap()
    _settle_addresses(tree)
    _join_code(tree)
    return tree


def alt_of(picture: Picture) -> str:
    """What an image's ``alt`` says, escaped: nothing that its caption says already."""
    return "" if squeeze(picture.alt) == squeeze(picture.caption) else escape(picture.alt)


def _shown(picture: Picture, asset: Asset | None) -> str:
    if asset:
        size = f'width="{asset.width}" height="{asset.height}"'
        return f'<img src="{asset.path}" alt="{alt_of(picture)}" {size}>'
    address = escape(picture.urls[0])
    words = f"<br>{escape(picture.alt, quote=False)}" if picture.alt and not picture.caption else ""
    if links.followable(picture.urls[0]):
        return f'<p>🖼 <a href="{address}">{escape(picture.urls[0], quote=False)}</a>{words}</p>'
    return f"<p>🖼 <code>{escape(picture.urls[0], quote=False)}</code>{words}</p>"


def _place_pictures(html: str, pictures: tuple[Picture, ...], show: Callable[[int, Picture], str]) -> str:
    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        return show(number, pictures[number]) if number < len(pictures) else ""

    return re.sub(rf'<img src="{PICTURE}(\d{{1,6}})"[^>]*>', place, html)


def _excerpt(tree: Node) -> str:
    """The first sentences of the first paragraphs."""
    words = [node.text for node in tree.select("p")[:6] if not node.text.startswith("🖼 ")]
    return _shortened(plain(" ".join(words)))


def _shortened(words: str) -> str:
    """Up to 200 characters and up to half of what there is, ended at a sentence's or a word's end: an
    excerpt of a short article must not be the article."""
    limit = min(_EXCERPT, len(words) // 2)
    ends = [match.end() for match in _SENTENCE_END.finditer(words[: limit + 1]) if match.end() <= limit]
    if ends and ends[-1] > limit // 3:
        return words[: ends[-1]]
    cut = words[:limit]
    return (cut[: cut.rfind(" ")] if cut.rfind(" ") > limit // 2 else cut).rstrip("，,、;； ") + "…"


def _settle_addresses(tree: Node) -> None:
    """Settle bare addresses, which a git host would turn into links by itself: https to a named host
    becomes a link, unless it stands in one; anything else becomes code."""
    if not links.may_hold_address(tree.text):
        return
    for node in [node for node in tree.descendants if isinstance(node, Text)]:
        if spans := links.bare_addresses(node.data):
            around = {one.tag for one in node.ancestors if isinstance(one, Element)}
            if not around & {"code", "pre"}:
                node.replace_with(*_settled(node.data, spans, linked="a" in around))


def _settled(text: str, spans: list[tuple[int, int]], *, linked: bool) -> Iterator[Node]:
    position = 0
    for start, end in spans:
        if position < start:
            yield Text(text[position:start])
        position = end
        address = text[start:end]
        target = links.target_of(address)
        shown: Node = Text(address)
        if not links.followable(target) or _INNER_ADDRESS.search(address.removeprefix("https://")):
            shown = Element("code", None, [shown])
        if links.followable(target) and not linked:
            shown = Element("a", {"href": target, "rel": _REL}, [shown])
        yield shown
    if position < len(text):
        yield Text(text[position:])


def _join_code(tree: Node) -> None:
    """Join code that follows code without a word between: Markdown could not tell where one ends."""
    for code in tree.select("code + code"):
        before = code.previous_sibling
        if isinstance(before, Element) and before.tag == "code":
            before.extend([child.extract() for child in list(code)])
            code.decompose()


def written(tree: Node) -> str:
    """The tree as Markdown, which uses it up: outgoing links marked, figures as a picture and an emphasised
    line below it, as Markdown has no captions."""
    for link in tree.select("a"):
        if not (link.attr("href") or "").startswith(("mailto:", ROOT)):
            link.append(Text(" ↗"))
    for figure in tree.select("figure"):
        for caption in figure.select("figcaption"):
            for mark in caption.select("em"):
                mark.unwrap()
            line = Element("p", None, [Element("em", None, [child.extract() for child in list(caption)])])
            caption.replace_with(line)
        for image in figure.select("img"):
            image.wrap(Element("p"))
        figure.unwrap()
    return to_markdown(tree).strip() + "\n"
