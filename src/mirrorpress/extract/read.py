"""Read one page into a draft."""

from __future__ import annotations

import re

from mirrorpress.errors import ExtractError
from mirrorpress.extract.blocks import Block, figure_block
from mirrorpress.extract.body import to_html, without_opening, words_of_body
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.locate import chosen, located
from mirrorpress.extract.metadata import completed, read_metadata
from mirrorpress.extract.mojibake import repaired
from mirrorpress.extract.oldmirror import read_old_page
from mirrorpress.extract.paging import next_page
from mirrorpress.extract.text import plain
from mirrorpress.markup import decode, parse
from mirrorpress.model import Picture

_BINARY = re.compile(
    rb"^(%PDF|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|\x1f\x8b|RIFF|\x00\x00\x00.ftyp)", re.DOTALL
)
_LONGEST_BASE = 2000  # characters of <base href>, which every link of a page is joined with


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
    html = repaired(decode(body, page.content_type))
    try:
        document = parse(html)
    except ValueError as error:
        raise ExtractError(str(error), where=page.url, hint="such a page is not an article") from error
    base = document.base_url(page.url) or page.url
    if len(base) > _LONGEST_BASE:
        base = page.url
    metadata = read_metadata(document, page)
    following = next_page(document, page.url)
    if page.rules.body:
        found = chosen(document, page, base)
    else:
        found = located(document, page, html, metadata, base)
        found.blocks = without_opening(found.blocks, (metadata.title, *metadata.titles), metadata.authors)
    blocks, pictures = found.blocks, found.pictures
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
        offset=metadata.offset,
        language=metadata.language,
        licence=metadata.licence,
        confidence=round(found.confidence, 3),
        engine=found.engine,
        partial=found.partial,
        layout=found.layout,
        next_page=following,
    )


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
