"""Who wrote an article: the most trusted source that names a person, else one that names a desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mirrorpress.extract.bylines import authors_around
from mirrorpress.extract.names import distinct, is_person, names_in
from mirrorpress.extract.sources import Sources
from mirrorpress.extract.text import plain
from mirrorpress.extract.titles import fold
from mirrorpress.markup import Element, beginning

_NAMED = """
    author article:author parsely-author sailthru.author byl dc.creator dcterms.creator dcterms.author
    citation_author author_name rnews:author cxenseparse:author og:article:author bt:author
    article:author_name
""".split()
_CARD_LABELS = (
    "written by", "author", "verfasst von", "geschrieben von", "escrito por", "écrit par", "von", "作者",
    "نویسنده",
)  # fmt: skip
_LONGEST = 80  # characters of a name that a selector gives


def find_authors(sources: Sources) -> tuple[tuple[str, ...], Element | None]:
    """The names, and the visible element that gave them."""
    page = sources.page
    if page.rules.authors:
        elements = sources.document.select(page.rules.authors)[:8]
        chosen = (plain(beginning(element, 300)) for element in elements)
        return tuple(dict.fromkeys(name for name in chosen if 0 < len(name) <= _LONGEST)), None
    sites = {fold(name) for name in sources.sites}
    second: tuple[tuple[str, ...], Element | None] = ((), None)
    for names, element in _candidates(sources):
        known = tuple(name for name in names if fold(name) not in sites)
        persons = tuple(name for name in known if is_person(name))
        if persons:
            return tuple(name for name in known if name in persons or not _is_own(name, sites)), element
        if not second[0]:
            second = (known or names, element)
    return second if second[0] else (_told(sources), None)


def _told(sources: Sources) -> tuple[str, ...]:
    """The names that the entry gives."""
    return tuple(filter(None, (plain(name[:300]) for name in sources.page.authors)))


def _is_own(name: str, sites: set[str]) -> bool:
    """Whether a name is that of the site's own desk."""
    own = fold(name)
    return any(len(site) > 2 and (site in own or own in site) for site in sites)


def _candidates(sources: Sources) -> Iterator[tuple[tuple[str, ...], Element | None]]:
    """Names by each source, in the order of trust."""
    yield distinct(name for name, _ in sources.linked.authors), None
    meta = sources.meta
    for key in _NAMED:
        if key in meta:
            yield names_in(meta[key]), None
    for number in "12":  # what WordPress plug-ins write for cards that are shared
        if meta.get(f"twitter:label{number}", "")[:30].lower() in _CARD_LABELS:
            yield names_in(meta.get(f"twitter:data{number}", "")), None
    yield from _shown((sources.remembered("authors"),))
    if told := _told(sources):
        yield told, None
    yield from _shown(sources.marked.authors)
    yield authors_around(sources.around)
    yield from _shown(sources.document.select("a[rel~=author i]")[:1])


def _shown(elements: Iterable[Element | None]) -> Iterator[tuple[tuple[str, ...], Element | None]]:
    present = [element for element in elements if element is not None]
    if present:
        yield distinct(_text(element) for element in present), present[0]


def _text(element: Element) -> str:
    """What an element says of an author: the name within, an attribute, or its words."""
    if (content := element.attr("content")) is not None:
        return content[:300]
    within = element.select_one("[itemprop~=name i]")
    words = beginning(within if within is not None else element, 301)
    return words if len(words) <= 300 else ""
