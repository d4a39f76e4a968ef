"""A small mirror of invented articles, of which there is one of every kind that pages show differently.

Templates are tried on it, and the documentation of their values is held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mirrorpress.model import (
    KINDS,
    Article,
    Configuration,
    Health,
    Link,
    Listing,
    Note,
    Pick,
    Publisher,
    Revision,
    Section,
    Stored,
    Visit,
    Withdrawal,
    Withdrawn,
)

_START = datetime(2026, 6, 1, 8, tzinfo=UTC)
_KEPT = 4  # articles of a section of which the oldest left
_ADDRESS = "https://mirror.example.org/"
_TEXT = "The ferry runs again from Monday. Nobody was hurt in the storm of last week."
_MIRRORS = tuple(
    Listing(f"https://{kind}-{number}.example.org/", kind, _START.date(), ("fa",), "Harbour volunteers")
    for kind in KINDS
    for number in range(7)
)


class HandPicked:
    """Stands for a source whose list is an editor's."""

    hand_picked = True


def full(configuration: Configuration) -> Configuration:
    """The mirror's configuration with everything that pages can show."""
    addresses = configuration.mirror.addresses or (_ADDRESS,)
    return replace(
        configuration,
        mirror=replace(configuration.mirror, addresses=addresses, site_addresses=(_ADDRESS,)),
        publishers=(
            Publisher("harbour", "Harbour Times", "https://harbour.example/", rights="CC-BY-4.0"),
            Publisher("coast", "Coast", "https://coast.example/", rights="excerpt"),
        ),
        sections=(
            Section("sample", "Officials", "harbour", keep=_KEPT),
            Section("sample-town", "Town", "coast"),
            Section("sample-picks", "Picks", "harbour", source=HandPicked()),  # type: ignore[arg-type]
        ),
        links=tuple(Link("Write to us", "help.md", place) for place in ("menu", "home", "after-article")),
        notes=(Note("A note of the mirror's own.", ("home", "sample", "sample-picks")),),
        mirrors=_MIRRORS,
        health=Health(_START, tuple(Visit(one.address, "stale", _START) for one in _MIRRORS)),
    )


def bare(configuration: Configuration) -> Configuration:
    """The mirror's configuration with nothing that can be left out."""
    return replace(
        full(configuration),
        mirror=replace(configuration.mirror, addresses=(), site_addresses=()),
        links=(),
        notes=(),
        mirrors=(),
        health=None,
    )


@dataclass(frozen=True)
class SampleShelf:
    """Implements ``model.Shelf``; empty, or with articles that are plain, partial, updated, corrected, of
    another direction, withdrawn, or too old to be kept, or may only be shown as excerpts."""

    empty: bool = False

    def sections(self) -> Sequence[str]:
        return [] if self.empty else ["sample", "sample-town"]

    def count(self, section: str) -> int:
        return len(self._articles(section))

    def count_withdrawn(self, section: str, first: int) -> int:
        return sum(one.withdrawn is not None for one in self.every(section, first))

    def between(self, section: str, first: int, last: int) -> Sequence[Stored]:
        return [one for one in self._articles(section) if first <= one.position <= last]

    def every(self, section: str, first: int = 1) -> Iterator[Stored]:
        return iter(self.between(section, first, self.count(section)))

    def by_day(self, first: date) -> Iterator[Stored]:  # noqa: ARG002 - the signature is the protocol's
        return self.changed(0)

    def changed(self, since: int) -> Iterator[Stored]:  # noqa: ARG002 - the signature is the protocol's
        for section in self.sections():
            yield from self.every(section)

    def newest(self, *, bodies: bool) -> Iterator[Stored]:  # noqa: ARG002 - the signature is the protocol's
        return self.changed(0)

    def withdrawals(self, since: int = 0) -> Sequence[Withdrawn]:  # noqa: ARG002 - as above
        return [
            Withdrawn(one.withdrawn, (one.article.url,), (one.section, one.position))
            for one in self.changed(0)
            if one.withdrawn
        ]

    def at(self, places: Iterable[tuple[str, int]]) -> Iterator[Stored]:
        for section, position in places:
            yield from self.between(section, position, position)

    def adopted(self, path: str) -> Stored | None:  # noqa: ARG002 - the signature is the protocol's
        return None

    def named(self, id: str) -> Stored | None:
        return next((one for one in self.changed(0) if one.id == id), None)

    def referring(self, since: int) -> Iterator[Stored]:  # noqa: ARG002 - the signature is the protocol's
        return iter(())

    def former_lists(self, since: int) -> Sequence[str]:  # noqa: ARG002 - as above
        return [] if self.empty else ["indexes/Old news.md"]

    def counted_until(self) -> int | None:
        return None if self.empty else 20_000

    def most_read(
        self,
        until: int,  # noqa: ARG002 - the signature is the protocol's
        weights: Sequence[int],  # noqa: ARG002 - as above
        minimum: int,  # noqa: ARG002 - as above
        size: int,
    ) -> Sequence[tuple[str, int, int]]:
        return [] if self.empty else [("sample", 3, 120), ("sample", 2, 40)][:size]

    def was_read(self, minimum: int) -> bool:  # noqa: ARG002 - the signature is the protocol's
        return not self.empty

    def picks(self, section: str) -> Sequence[Pick]:
        picks = [Pick("sample", 3, "Worth reading"), Pick("sample-town", 1)]
        return picks if section == "sample-picks" and not self.empty else []

    def amendments(self, section: str, position: int) -> Iterator[tuple[Revision, Revision]]:
        for stored in self.between(section, position, position):
            if stored.revision > 1:
                after = stored.article
                before = Revision("Ferry stops", "<p>The ferry stops on Monday.</p>", "The ferry", _START)
                yield before, Revision(after.title, after.html, after.excerpt, _START + timedelta(days=2))

    def amended(self, count: int) -> Sequence[Stored]:
        return [one for one in self.changed(0) if one.revision > 1][:count]

    def asset(self, path: str) -> Path:
        return Path(path)

    def former_assets(self, since: int) -> Sequence[str]:  # noqa: ARG002 - the signature is the protocol's
        return []

    def assets_of(self, section: str, position: int) -> Sequence[str]:  # noqa: ARG002 - as above
        return []

    def users(self, asset: str) -> Sequence[Stored]:  # noqa: ARG002 - the signature is the protocol's
        return []

    def _articles(self, section: str) -> list[Stored]:
        if section not in self.sections():
            return []
        plain = Article(
            url=f"https://harbour.example/{section}",
            title="Ferry runs again",
            html=f"<p>{_TEXT}</p>",
            markdown=f"{_TEXT}\n",
            excerpt=_TEXT[:40],
            text_length=len(_TEXT),
            published=_START,
        )
        kinds = [
            plain,
            replace(plain, authors=("Ada Stone",), updated=_START + timedelta(days=2), partial=True),
            replace(plain, url="http://192.0.2.7/news", language="fa", title="بندر"),
            replace(plain, url="https://elsewhere.example/news", language="en"),
            plain,
            plain,
        ]
        found = [_stored(section, position, article) for position, article in enumerate(kinds, start=1)]
        found[1] = replace(found[1], revision=2)
        found[-2] = replace(found[-2], withdrawn=Withdrawal(_START))
        found[-1] = replace(
            found[-1], withdrawn=Withdrawal(_START, "The names were wrong.", keeps_title=True)
        )
        return found


def _stored(section: str, position: int, article: Article) -> Stored:
    return Stored(
        section=section,
        id=f"{section}-{position}",
        position=position,
        publisher="coast" if section == "sample-town" else "",
        revision=1,
        first_title=article.title,
        first_date=_START,
        captured_at=_START,
        arrived=position,
        article=article,
        code=f"sample-{position}",
    )
