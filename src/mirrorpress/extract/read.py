"""Read one page into a draft."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mirrorpress.errors import ExtractError
from mirrorpress.extract.automatic import cut_down, find
from mirrorpress.extract.blocks import Block, Flow, figure_block
from mirrorpress.extract.body import adopt_captions, to_html, without_opening, words_of_body
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.embedded import embedded_body
from mirrorpress.extract.junk import prune, strip
from mirrorpress.extract.known import known_of
from mirrorpress.extract.metadata import Metadata, completed, read_metadata
from mirrorpress.extract.oldmirror import read_old_page
from mirrorpress.extract.opinions import choose
from mirrorpress.extract.text import plain
from mirrorpress.markup import Document, Element, Node, decode, parse
from mirrorpress.model import Layout, Picture

_SURE = 0.6  # confidence below which slower readings are asked: 4 pages in 100, of which half are wrong
_SHORT = 400  # characters below which a body may be a stand-in for one that a script draws
_BINARY = re.compile(
    rb"^(%PDF|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|\x1f\x8b|RIFF|\x00\x00\x00.ftyp)", re.DOTALL
)


def read(page: Page) -> Draft:
    """Which title, text and pictures a page holds.

    Run isolated: the input is hostile. Raises ``ExtractError`` when the page is no HTML or holds no
    article; its hint says what to try.
    """
    body = page.body
    if not body.strip():
        raise ExtractError("the page is empty", where=page.url, hint="it is asked for again on the next run")
    if _BINARY.match(body) or (b"\x00" in body[:1000] and not body.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise ExtractError(
            "the page is not text", where=page.url, hint="it may be a download; filter it by its title"
        )
    if page.old_mirror:
        return read_old_page(page)
    html = decode(body, page.content_type)
    try:
        document = parse(html)
    except ValueError as error:
        raise ExtractError(str(error), where=page.url, hint="such a page is not an article") from error
    base = document.base_url(page.url) or page.url
    metadata = read_metadata(document, page)
    if page.rules.body:
        chosen = _chosen(document, page, base)
    else:
        chosen = _found(document, page, html, metadata, base)
        chosen.blocks = without_opening(chosen.blocks, metadata.title, metadata.authors)
    blocks, pictures = chosen.blocks, chosen.pictures
    metadata = completed(metadata, page, "\n".join(block.text for block in blocks))
    if metadata.lead and not pictures:
        pictures.append(Picture((metadata.lead,)))
        blocks.insert(0, figure_block(0, pictures[0]))
    return assemble(
        page,
        blocks,
        pictures,
        title=metadata.title,
        canonical=metadata.canonical,
        authors=metadata.authors,
        published=metadata.published,
        updated=metadata.updated,
        language=metadata.language,
        confidence=chosen.confidence,
        engine=chosen.engine,
    )


@dataclass(slots=True)
class _Body:
    """What was found of an article's body, and how."""

    blocks: list[Block]
    pictures: list[Picture]
    confidence: float = 1.0
    engine: str = "selectors"
    layout: Layout | None = None


def _found(document: Document, page: Page, html: str, metadata: Metadata, base: str) -> _Body:
    """The body as the classifier sees it; other readings where it is not sure, data where there is nothing to
    see."""
    known = known_of(metadata)
    strip(document)
    found = find(_body_of(document), known, page.memory)
    engine = "mirrorpress"
    if found.confidence < _SURE:
        choice = choose(found.outline, found.kept, document, known.body)
        engine = choice.engine
        found.keep(choice.kept, (found.confidence + choice.agreement) / 2)
    if found.length < _SHORT and (data := embedded_body(parse(html), known.titles, metadata.body)):
        drawn = parse(f"<body>{data}")
        strip(drawn)
        embedded = _as_body(_body_of(drawn), base, "json", 0.7)
        if sum(len(block.text) for block in embedded.blocks) > 2 * found.length:
            return embedded
    cut_down(found)
    return _as_body(found.root, base, engine, found.confidence, found.layout())


def _body_of(document: Document) -> Node:
    return document.select_one("body") or document


def _as_body(
    root: Node | None, base: str, engine: str, confidence: float, layout: Layout | None = None
) -> _Body:
    flow = Flow(base)
    if root is not None:
        flow.take(root).close()
    return _Body(adopt_captions(flow.blocks, flow.pictures), flow.pictures, confidence, engine, layout)


def _chosen(document: Document, page: Page, base: str) -> _Body:
    found = document.select(page.rules.body)
    if not found:
        raise ExtractError(
            f"the selector {page.rules.body!r} matches nothing",
            where=page.url,
            hint="the site may have changed its layout; correct sections.article.body",
        )
    outermost: list[Element] = []
    for element in found:
        if not any(ancestor in outermost for ancestor in element.ancestors):
            outermost.append(element)
    flow = Flow(base)
    for element in outermost:
        for selector in page.rules.remove:
            element.remove(selector)
        prune(element)
        flow.take(element).close()
    return _Body(adopt_captions(flow.blocks, flow.pictures), flow.pictures)


def assemble(
    page: Page, blocks: list[Block], pictures: list[Picture], *, title: str, **known: object
) -> Draft:
    """A draft from the blocks of a body. Raises ``ExtractError`` when it has no words or no title."""
    text = words_of_body(blocks) or "\n".join(block.text for block in blocks if block.text)
    words = sum(len(block.text) for block in blocks if block.kind != "figure")
    if not words:
        raise ExtractError(
            "no article text was found",
            where=page.url,
            hint="if a browser shows one, set sections.article.body to a selector of its container",
        )
    title = plain(title)[:500]
    if not title:
        raise ExtractError(
            "the page has no title", where=page.url, hint="set sections.article.title to a selector"
        )
    html = to_html(blocks, title)
    return Draft(url=page.url, title=title, html=html, text=text, pictures=tuple(pictures), **known)  # type: ignore[arg-type]
