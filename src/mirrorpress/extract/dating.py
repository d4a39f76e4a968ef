"""When an article was published and updated: the most trusted source that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

from mirrorpress.extract.dates import date_in, date_in_url, offset_of, parse_date
from mirrorpress.extract.linked import Linked
from mirrorpress.extract.sources import Sources
from mirrorpress.extract.text import plain
from mirrorpress.extract.visible import date_of
from mirrorpress.markup import Element

_PUBLISHED = """
    article:published_time og:published_time article:published og:article:published_time datepublished
    date-published pubdate publishdate publish-date publish_date published_time published_at
    publication_date citation_publication_date parsely-pub-date sailthru.date dc.date.issued
    dcterms.issued dc.date dcterms.date dcterms.created dc.created datecreated date
    cxenseparse:recs:publishtime article.published bt:pubdate rnews:datepublished
    originalpublicationdate displaydate article_date_original ptime created
""".split()
_UPDATED = """
    article:modified_time og:updated_time og:article:modified_time article:updated_time datemodified
    dcterms.modified dc.date.modified dc.modified last-modified lastmod updated revised article.updated
    bt:moddate
""".split()
_DAY = timedelta(days=1)
_DATED = ", ".join(f"[class*={word} i]" for word in "date time publish info meta source".split())


@dataclass(frozen=True, slots=True)
class Dates:
    """``shown`` is a weak guess for pages that say no date, ``at`` the visible element that gave one,
    ``offset`` how many minutes the newsroom's clock is ahead of UTC."""

    published: datetime | None = None
    updated: datetime | None = None
    shown: datetime | None = None
    at: Element | None = None
    offset: int | None = None


def find_dates(sources: Sources) -> Dates:
    """The dates of an article. An entry's date has a zone, a page's often has none or only a day: of two
    within a day of each other the entry's counts."""
    page, meta, linked = sources.page, sources.meta, sources.linked
    told, told_update = (_in_zone(moment, page.offset) for moment in (page.published, page.updated))
    if page.rules.published and (element := sources.document.select_one(page.rules.published)):
        chosen = date_of(element, sources.language)
        if chosen:
            return Dates(chosen, told_update, offset=_offset(sources, chosen, told))
    published = linked.published or _first(meta, _PUBLISHED, sources.language)
    updated = linked.updated or _first(meta, _UPDATED, sources.language)
    at: Element | None = None
    if (
        _is_build(linked)
        and (found := sources.dated.published)
        and published
        and found < published - 2 * _DAY
    ):
        published, at = found, sources.dated.at
    if published is None:
        for element in filter(None, (sources.marked.published, sources.remembered("published"))):
            if published is None and (published := date_of(element, sources.language)):
                at = element
    if published is None and told is None:
        published, at = _visible(sources)
    said = published
    if told and (published is None or abs(published - told) < _DAY):
        published = told
    if published is not None:
        offset = _offset(sources, published, said, told_update, updated)
        return Dates(published, told_update or updated or _marked_update(sources), at=at, offset=offset)
    if updated is None and (updated := sources.dated.updated):
        at = sources.dated.at
    updated = updated or _marked_update(sources)
    shown, shown_at = _date_shown(sources)
    if updated and (shown is None or shown > updated):
        shown, shown_at = updated, at
    return Dates(None, told_update or updated, shown, shown_at)


def _in_zone(moment: datetime | None, offset: int | None) -> datetime | None:
    return moment.astimezone(timezone(timedelta(minutes=offset or 0))) if moment else None


def _offset(sources: Sources, published: datetime, *others: datetime | None) -> int | None:
    """The newsroom's offset, in minutes; None when it is 0 or not known. WordPress and others write UTC into
    feeds and metadata for every newsroom: another zone that the page names counts before it. A date
    without a zone is that of the newsroom's clock as it stands."""
    own = offset_of(published)
    if own is None:
        return None
    return own or next(filter(None, map(offset_of, others)), None) or _offset_shown(sources, published)


def _offset_shown(sources: Sources, published: datetime) -> int | None:
    """The offset of the first ``<time>`` that gives the same moment in a zone."""
    for element in sources.document.select("time")[:5]:
        found = parse_date(element.attr("datetime") or "", sources.language)
        if found is not None and abs(found - published) < timedelta(minutes=1) and (said := offset_of(found)):
            return said
    return None


def _is_build(linked: Linked) -> bool:
    """Whether a date may be of the day on which the whole site was built: Webflow gives it for both dates."""
    moment = linked.published
    return moment is not None and (
        moment == linked.updated or (linked.updated is None and moment.astimezone(UTC).time() == time())
    )


def _first(meta: dict[str, str], names: Iterable[str], language: str) -> datetime | None:
    return next(
        (found for name in names if name in meta and (found := parse_date(meta[name][:100], language))), None
    )


def _marked_update(sources: Sources) -> datetime | None:
    element = sources.marked.updated if sources.marks_read else None
    return date_of(element, sources.language) if element is not None else None


def _visible(sources: Sources) -> tuple[datetime | None, Element | None]:
    """The date round the title, else of ``<time>``, each unless the address names another day; else that of
    the address."""
    in_address = date_in_url(sources.page.url)
    found, at = sources.dated.published, sources.dated.at
    if found is None:
        found, at = _timed(sources)
    if found is None or (in_address and abs(found - in_address) > 2 * _DAY):
        return in_address, None
    return found, at


def _timed(sources: Sources) -> tuple[datetime | None, Element | None]:
    """The date of a ``<time>`` that says it is the publication's, else of the first one within an article; of
    the first one anywhere where there are few."""
    times = sources.document.select("time")[:40]
    for element in times:
        kind = f"{element.attr('class') or ''} {element.attr('itemprop') or ''}"[:300].lower()
        if (element.attr("pubdate") is not None or "publish" in kind or "entry-date" in kind) and (
            found := date_of(element, sources.language)
        ):
            return found, element
    for element in times[:1] if len(times) <= 3 else ():
        if found := date_of(element, sources.language):
            return found, element
    return None, None


def _date_shown(sources: Sources) -> tuple[datetime | None, Element | None]:
    """The date in the first short line that a class calls a date, a source or information."""
    for element in sources.document.select(_DATED)[:20]:
        text = element.text
        if len(text) <= 200 and (found := date_in(plain(text), sources.language)):
            return found, element
    return None, None
