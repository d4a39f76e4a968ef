"""Where the article is in a page: by an operator's selectors, else by the classifier, else by other
readings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mirrorpress.errors import ExtractError
from mirrorpress.extract.automatic import Found, cut_down, find
from mirrorpress.extract.blocks import Block, Flow
from mirrorpress.extract.body import adopt_captions
from mirrorpress.extract.draft import LONGEST, Page
from mirrorpress.extract.embedded import embedded_body
from mirrorpress.extract.junk import prune, strip
from mirrorpress.extract.known import known_of
from mirrorpress.extract.metadata import Metadata
from mirrorpress.extract.opinions import choose
from mirrorpress.extract.stub import is_stub
from mirrorpress.extract.text import squeeze
from mirrorpress.markup import Document, Node, parse
from mirrorpress.model import Layout, Picture

_SURE = 0.5  # confidence below which slower readings are asked: 2 pages in 100 of the training pages
_SHORT = 400  # characters below which a body may be a stand-in for one that a script draws
_SAMPLE = 25  # squeezed characters
_TEASER = 250  # characters; a front page's blocks are shorter, and an article has at least one that is longer
_FEW = 5  # linked headings; with fewer a page is no front
_HEADINGS = frozenset(("h2", "h3", "h4", "h5"))
_FROM_DATA = (
    0.7  # the confidence of a body that was data: all of it is there, but nothing tells what is around
)


@dataclass(slots=True)
class Body:
    """What was found of an article's body, and how."""

    blocks: list[Block]
    pictures: list[Picture]
    confidence: float = 1.0
    engine: str = "selectors"
    partial: bool = False
    layout: Layout | None = None


def chosen(document: Document, page: Page, base: str) -> Body:
    """The body that ``page.rules`` choose. Raises ``ExtractError`` when they match nothing."""
    found = document.select(page.rules.body)
    if not found:
        raise ExtractError(
            f"the selector {page.rules.body!r} matches nothing",
            where=page.url,
            hint="the site may have changed its layout; correct sections.article.body",
        )
    every = set(found)
    outermost = [element for element in found if every.isdisjoint(element.ancestors)]
    flow = Flow(base)
    for element in outermost:
        for selector in page.rules.remove:
            element.remove(selector)
        prune(element)
        flow.take(element).close()
    return Body(adopt_captions(flow.blocks, flow.pictures), flow.pictures)


def located(document: Document, page: Page, html: str, metadata: Metadata, base: str) -> Body:
    """The body that a page of unknown layout holds; ``document`` is used up, ``html`` is what it was parsed
    from.

    Raises ``ExtractError`` for a page that holds nothing but teasers.
    """
    known = known_of(metadata)
    strip(document)
    body = document.select_one("body") or document
    found = find(body, known, page.memory)
    engine = "mirrorpress"
    _refuse_long(found, page)
    if found.confidence < _SURE:
        choice = choose(found.outline, found.kept, document, known.body)
        engine = choice.engine
        found.keep(choice.kept, (found.confidence + choice.agreement) / 2)
        _refuse_long(found, page)
    if (found.length < _SHORT or _is_unseen(found, known.body)) and (
        data := _data(html, metadata, found, base)
    ):
        return data
    if _is_front(found):
        raise ExtractError(
            "the page holds no article: nothing but short teasers",
            where=page.url,
            hint="if a browser shows one, set sections.article.body to a selector of its container",
        )
    partial = is_stub(found, accessible=metadata.accessible, articlebody=len(metadata.body))
    layout = replace(found.layout(), published=metadata.published_selector, authors=metadata.authors_selector)
    cut_down(found)
    return _body(found.root, base, engine, found.confidence, partial=partial, layout=layout)


def _refuse_long(found: Found, page: Page) -> None:
    """Refuse now what would be refused in the end: 10 MB of words take half a gigabyte on the way there."""
    if found.length > LONGEST:
        raise ExtractError(
            f"the article has {found.length:,} characters", where=page.url, hint=f"the limit is {LONGEST:,}"
        )


def _is_unseen(found: Found, articlebody: str) -> bool:
    """Whether the page shows nothing of JSON-LD's ``articleBody`` (squeezed): five samples are looked for."""
    if len(articlebody) < _SHORT:
        return False
    shown = squeeze("".join(piece.text for piece in found.outline.pieces))
    step = (len(articlebody) - _SAMPLE) // 4
    return sum(articlebody[n * step : n * step + _SAMPLE] in shown for n in range(5)) <= 1


def _data(html: str, metadata: Metadata, found: Found, base: str) -> Body | None:
    """The body that a page holds as data, if that is much more than what it shows."""
    data = embedded_body(parse(html), found.titles, metadata.body)
    if not data:
        return None
    try:
        drawn = parse(f"<body>{data}")
    except ValueError:
        return None  # too many tags
    strip(drawn)
    body = _body(drawn.select_one("body"), base, "json", _FROM_DATA)
    return body if sum(len(block.text) for block in body.blocks) > found.length else None


def _is_front(found: Found) -> bool:
    """Whether a page is a section's front rather than an article: linked headings, each with a line or
    two."""
    pieces, places = found.outline.pieces, found.outline.places
    kept = [piece for piece, one in zip(pieces, found.kept, strict=True) if one and piece.text]
    headings = [
        piece
        for piece in kept
        if piece.linked > 0.8 * len(piece.text) and places[piece.place].tag in _HEADINGS
    ]
    return found.longest < _TEASER and len(headings) >= max(_FEW, 0.2 * len(kept))


def _body(root: Node | None, base: str, engine: str, confidence: float, **known: object) -> Body:
    flow = Flow(base)
    if root is not None:
        flow.take(root).close()
    blocks = adopt_captions(flow.blocks, flow.pictures)
    return Body(blocks, flow.pictures, confidence, engine, **known)  # type: ignore[arg-type]
