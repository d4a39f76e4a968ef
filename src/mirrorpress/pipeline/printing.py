"""archive -> a sheet to print: which articles it shows, and at which addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Literal

from mirrorpress.editions.hot import hot_list
from mirrorpress.editions.presence import Presence
from mirrorpress.editions.sheet import Item, fits, sheet
from mirrorpress.editions.words import words
from mirrorpress.errors import UsageError
from mirrorpress.model import Configuration, Section, Shelf, Stored

_LOOKED_AT = 10_000  # articles that are looked at for the newest of some sections


@dataclass(frozen=True, slots=True)
class Sheet:
    """``html`` is the file, ``shows`` what its articles are, ``articles`` how many."""

    html: bytes
    shows: Literal["hot", "newest"]
    articles: int


def print_sheet(
    configuration: Configuration, shelf: Shelf, only: Sequence[str], *, count: int, day: date
) -> Sheet:
    """A sheet of up to ``count`` articles of the sections ``only`` (none: of all), headed by ``day``: those
    that were read most or, where nothing was counted, the newest.

    Raises ``UsageError`` when the mirror has no address that fits into a code, or no article.
    """
    home = _shortest(configuration, None)
    if not fits(home):
        raise UsageError(
            "no edition has an address that a code can hold",
            where="mirrorpress.toml",
            hint="set addresses in [mirror]; an address may have up to 400 characters",
        )
    sections = only or _sections(configuration, shelf)
    shows: Literal["hot", "newest"] = "hot"
    items = _items(configuration, _hot(configuration, shelf, sections)[:count])
    if not items:
        shows = "newest"
        items = _items(configuration, _newest(configuration, shelf, sections, count))
    if not items:
        raise UsageError("there is no article to print", hint="run: mirrorpress run")
    mirror, its = configuration.mirror, words(configuration.mirror.language)
    html = sheet(
        title=mirror.title,
        language=mirror.language,
        heading=its["hot"]["title"] if shows == "hot" else its["newest"],
        day=day,
        home=home,
        items=items,
    )
    return Sheet(html, shows, len(items))


def _sections(configuration: Configuration, shelf: Shelf) -> list[str]:
    """Ids of all sections, those that only the archive knows among them."""
    return list(dict.fromkeys([*(section.id for section in configuration.sections), *shelf.sections()]))


def _hot(configuration: Configuration, shelf: Shelf, sections: Sequence[str]) -> list[Stored]:
    """What was read most, of these sections: as in the hot list, which names only what editions show."""
    places = [(id, at) for id, at, _ in hot_list(configuration, shelf).places if id in sections]
    return [stored for id, at in places for stored in shelf.between(id, at, at)]


def _newest(configuration: Configuration, shelf: Shelf, sections: Sequence[str], count: int) -> list[Stored]:
    """The newest articles of these sections, of those that editions show."""
    presence = Presence(shelf)
    known = {id: configuration.section(id) or Section(id, id, "") for id in sections}
    newest = (one for one in islice(shelf.newest(bodies=False), _LOOKED_AT) if one.section in known)
    return list(islice((one for one in newest if presence.shows(known[one.section], one)), count))


def _items(configuration: Configuration, articles: Sequence[Stored]) -> list[Item]:
    return [item for stored in articles if (item := _item(configuration, stored))]


def _item(configuration: Configuration, stored: Stored) -> Item | None:
    """An article as the sheet shows it; None when its address is too long for a code."""
    address = _shortest(configuration, stored)
    if not fits(address):
        return None
    article = stored.article
    publisher = configuration.publisher_of(stored.publisher, article.url)
    code = stored.code if stored.code and f"/s/{stored.code}" in address else ""
    return Item(article.title, publisher.name, stored.day, address, article.language, code)


def _shortest(configuration: Configuration, stored: Stored | None) -> str:
    """The shortest address at which any edition has an article: the coarser its code, the better it scans."""
    return min(_addresses(configuration, stored), key=len, default="")


def _addresses(configuration: Configuration, stored: Stored | None) -> Iterator[str]:
    for edition in configuration.editions:
        if address := edition.address(configuration, stored):
            yield address
