"""Names of articles, as people have them, to withdrawals in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from mirrorpress.archive.store import Archive
from mirrorpress.archive.withdrawals import Taken, Words
from mirrorpress.errors import UsageError
from mirrorpress.model import Configuration
from mirrorpress.pipeline.identity import comparable
from mirrorpress.pipeline.pagepaths import PagePaths
from mirrorpress.pipeline.report import Report

_ALIKE = 0.75  # how like a known address a mistaken one must be to be taken for it


@dataclass(frozen=True, slots=True)
class Named:
    """What a name came to: an article by its number, or, with None, an address that no article has."""

    article: int | None
    key: str
    url: str


@dataclass
class Withdrawing:
    """Takes articles back, and gives them back. All names of a call are looked up before anything changes."""

    configuration: Configuration
    archive: Archive
    report: Report
    now: datetime

    def withdraw(self, names: Sequence[str], words: Words, *, in_advance: bool = False) -> list[Taken]:
        """Take back what these names are of; returns what stands then. Raises ``UsageError`` for a name of
        nothing here, but for an address ``in_advance``."""
        found = [self._named(name, in_advance=in_advance) for name in names]
        for one in found:
            if not self.archive.withdrawals.withdraw(one.article, one.key, one.url, words, self.now):
                self.report.notes.append(f"{one.url}: was withdrawn already, in the same words")
            if one.article is None:
                self.report.notes.append(f"{one.url}: is not in this mirror; it will never be fetched")
        return [taken for one in found if (taken := self._taken(one))]

    def undo(self, names: Sequence[str]) -> list[Taken]:
        """Let what these names are of be as it was; returns what stood. Raises ``UsageError`` for what is not
        withdrawn."""
        found = []
        for name in names:
            taken = self._taken(self._named(name, in_advance=True))
            if taken is None:
                raise UsageError("this is not withdrawn", where=name, hint="see: mirrorpress withdraw --list")
            found.append(taken)
        for taken in {one.number: one for one in found}.values():
            self.archive.withdrawals.undo(taken, self.now)
        return found

    def _taken(self, named: Named) -> Taken | None:
        withdrawals = self.archive.withdrawals
        if named.article is not None:
            return withdrawals.of(named.article)
        return withdrawals.among([named.key]).get(named.key)

    def _named(self, name: str, *, in_advance: bool) -> Named:
        """What an original address, an address of a page in this mirror, or the path of one is of."""
        key = comparable(name)
        if known := self.archive.known([key]).get(key):
            # Another page may have named this address as its own before the article came that stands there.
            own = None if comparable(known.url) == key else self.archive.withdrawals.standing_at(key)
            number, url = own or (known.number, known.url)
            return Named(number, comparable(url), url)
        page = self._number_of_page(name)
        if page is not None:
            url = self.archive.shelf.numbered(page).article.url
            return Named(page, comparable(url), url)
        is_address = name.startswith(("http://", "https://"))
        if in_advance and is_address:
            return Named(None, key, name)
        near = get_close_matches(name, self.archive.withdrawals.like(key), 1, _ALIKE)
        hint = "give its original address, its address in this mirror, or its path, as pages/town/lamp.md"
        if is_address:
            hint = "add --in-advance if it was never mirrored and shall never be"
        raise UsageError(
            "no article of this mirror has this address",
            where=name,
            hint=f"did you mean {near[0]}" if near else hint,
        )

    def _number_of_page(self, name: str) -> int | None:
        mirror = self.configuration.mirror
        anywhere = replace(self.configuration, mirror=replace(mirror, addresses=(), site_addresses=()))
        configurations = [self.configuration] if "://" in name else [self.configuration, anywhere]
        for configuration in configurations:
            if found := PagePaths(configuration).page(name):
                number, section = self.archive.reads.articles([found[1]]).get(found[1], (None, ""))
                if section.casefold() == found[0]:
                    return number
        return None


def as_json(taken: Taken) -> dict[str, Any]:
    """A withdrawal as ``--json`` prints it."""
    return {
        "url": taken.url,
        "section": taken.section,
        "id": taken.id,
        "title": taken.title,
        "at": taken.at,
        "reason": taken.words.reason,
        "public_reason": taken.words.public_reason,
        "keeps_title": taken.words.keeps_title,
    }
