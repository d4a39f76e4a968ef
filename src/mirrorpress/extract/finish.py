"""From a draft to the article that is stored: the only maker of safe HTML, and of Markdown from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

import nh3

from mirrorpress.errors import ExtractError
from mirrorpress.extract import links
from mirrorpress.extract.draft import PICTURE, Draft
from mirrorpress.extract.text import plain
from mirrorpress.markup import Element, Node, Text, parse_fragment, to_markdown
from mirrorpress.model import ROOT, Article, Asset, Picture

_MAX_HTML = 2_000_000  # characters; nh3 takes 11 s for half a megabyte of "&", so it also runs isolated
_TAGS = set(
    "p h2 h3 h4 h5 ul ol li blockquote pre code table thead tbody tr th td figure figcaption img a strong em s "
    "sub sup br hr".split()
)
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style"},
    attributes={"a": {"href"}, "img": {"src", "alt", "width", "height"}},
    url_schemes={"https", "mailto"},
    link_rel="external noopener noreferrer",
    attribute_filter=lambda tag, name, value: _allowed(tag, name, value),
)
_ASSET = re.compile(r"assets/[0-9a-f]{2}/[0-9a-f]{16}\.webp")
_EXCERPT = 200  # characters
_SENTENCE_END = re.compile(r"[。！？!?.؟](?=\s|$|[^\d\s.])")


def _allowed(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if _ASSET.fullmatch(value) else None
    if name == "href":
        return value if links.followable(value) else None
    return value


def finish(draft: Draft, assets: Mapping[int, Asset]) -> Article:
    """The article, with the pictures that could be carried; ``assets`` maps a picture's number to its asset.

    A picture that is missing leaves its caption and its original address. Raises ``ExtractError`` for a body
    too long to be an article.
    """
    html = _place_pictures(draft.html, draft.pictures, assets)
    if len(html) > _MAX_HTML:
        raise ExtractError(
            f"the article has {len(html):,} characters", where=draft.url, hint=f"the limit is {_MAX_HTML:,}"
        )
    safe = _CLEANER.clean(html)
    tree = parse_fragment(safe)
    for image in tree.select("img"):
        source = image.attr("src")
        if source:
            image.attrs["src"] = ROOT + source
        else:
            image.decompose()
    published = tree.inner_html
    _mark_outgoing(tree)
    used = [assets[number] for number in sorted(assets) if f'"{ROOT}{assets[number].path}"' in published]
    lead = used[0].path if used else ""
    text = draft.text
    return Article(
        url=draft.url,
        title=draft.title,
        html=published,
        markdown=to_markdown(_with_figures_flat(tree)).strip() + "\n",
        excerpt=_excerpt(safe),
        text_length=len(text),
        authors=draft.authors,
        published=draft.published,
        updated=draft.updated,
        language=draft.language,
        lead_image=lead,
        pictures=draft.pictures,
        assets=tuple(dict.fromkeys(asset.path for asset in used)),
    )


def _place_pictures(html: str, pictures: tuple[Picture, ...], assets: Mapping[int, Asset]) -> str:
    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        picture = pictures[number]
        alt = escape(picture.alt or picture.caption)
        if asset := assets.get(number):
            return f'<img src="{asset.path}" alt="{alt}" width="{asset.width}" height="{asset.height}">'
        address = escape(picture.urls[0])
        words = f"<br>{escape(picture.alt, quote=False)}" if picture.alt and not picture.caption else ""
        if links.followable(picture.urls[0]):
            return f'<p>🖼 <a href="{address}">{escape(picture.urls[0], quote=False)}</a>{words}</p>'
        return f"<p>🖼 <code>{escape(picture.urls[0], quote=False)}</code>{words}</p>"

    return re.sub(rf'<img src="{PICTURE}(\d+)"[^>]*>', place, html)


def _excerpt(safe: str) -> str:
    """The first sentences of the first paragraphs, up to 200 characters and up to half of what there is:
    an excerpt of a short article must not be the article."""
    words = plain(
        " ".join(node.text for node in parse_fragment(safe).select("p")[:6] if "🖼" not in node.text)
    )
    limit = min(_EXCERPT, len(words) // 2)
    ends = [match.end() for match in _SENTENCE_END.finditer(words[: limit + 1]) if match.end() <= limit]
    if ends and ends[-1] > limit // 3:
        return words[: ends[-1]]
    cut = words[:limit]
    return (cut[: cut.rfind(" ")] if cut.rfind(" ") > limit // 2 else cut).rstrip("，,、;； ") + "…"


def _mark_outgoing(tree: Node) -> None:
    """Mark outgoing links, and settle bare addresses, which a git host would turn into links by itself:
    https to a named host becomes a link, anything else code."""
    for link in tree.select("a"):
        if not link.attr("href"):
            link.unwrap()
        elif not (link.attr("href") or "").startswith("mailto:"):
            link.append(Text(" ↗"))
    waiting: list[Text] = []
    for node in tree.descendants:
        if isinstance(node, Text) and links.BARE.search(node.data):
            inside = {ancestor.tag for ancestor in node.ancestors if isinstance(ancestor, Element)}
            if not inside & {"a", "code", "pre"}:
                waiting.append(node)
    for node in waiting:
        parts: list[Node] = []
        position = 0
        for match in links.BARE.finditer(node.data):
            address = match[0].rstrip(".,;:!?)]}。，、；：！？）】")
            if position < match.start():
                parts.append(Text(node.data[position : match.start()]))
            if links.followable(address):
                parts.append(Element("a", {"href": address}, [Text(address + " ↗")]))
            else:
                parts.append(Element("code", None, [Text(address)]))
            position = match.start() + len(address)
        parts.append(Text(node.data[position:]))
        node.replace_with(*parts)


def _with_figures_flat(tree: Node) -> Node:
    """Figures as a picture and an emphasised line below it: what Markdown can say of a caption."""
    for figure in tree.select("figure"):
        caption = figure.select_one("figcaption")
        if caption is not None:
            for mark in caption.select("em"):
                mark.unwrap()
            children = list(caption.children)
            for child in children:
                child.extract()
            line = Element("p", None, [Element("em", None, children)])
            caption.decompose()
            figure.insert_after(line)
        figure.unwrap()
    return tree
