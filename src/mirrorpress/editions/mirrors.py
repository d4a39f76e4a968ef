"""How the mirror list is shown: by kind, those that are listed longest first, in a page's language.

A mirror that the last check found altered, or signed by somebody else, is on the page of all mirrors alone,
as text that leads nowhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mirrorpress.editions.days import long_day
from mirrorpress.editions.direction import joined
from mirrorpress.editions.words import counted, in_digits, languages, words
from mirrorpress.editions.writing import Writing
from mirrorpress.model import KINDS, Configuration, Health, Listing, Visit

ON_HOME = 5
"""Mirrors of each kind that the home page and help name."""
_BAD = ("tampered", "unknown-key")


@dataclass(frozen=True, slots=True)
class MirrorLines:
    """What pages in a language say of the mirror list; ``said`` are the words of that language."""

    configuration: Configuration
    writing: Writing
    language: str
    said: Mapping[str, Any]

    def own(self) -> list[str]:
        """The mirror's own addresses."""
        return [self.writing.address(one) for one in dict.fromkeys(self._own)]

    def groups(self) -> list[dict[str, Any]]:
        """Up to ``ON_HOME`` mirrors of each kind that readers may be sent to."""
        return self._groups([one for one in self._others if not self._is_bad(one)], ON_HOME)

    def more(self) -> str:
        """How many others there are, in words; empty: none."""
        left = len(self._others) - sum(len(group["items"]) for group in self.groups())
        return counted(self.language, "more_mirrors", left) if left else ""

    def everything(self) -> list[dict[str, Any]]:
        """All listed mirrors, with what the last check found."""
        return self._groups(self.configuration.mirrors, len(self.configuration.mirrors))

    def checked(self) -> str:
        """When they were checked."""
        health, said = self.configuration.health, self.said["mirrors"]
        if health is None:
            return str(said["unchecked"])
        clock = in_digits(self.language, f"{health.checked_at:%H:%M} UTC")
        day = long_day(self.language, health.checked_at.date())
        moment = self.said["corrections"]["moment"].format(day=day, time=clock)
        return str(said["checked"].format(date=moment))

    # --- steps ---------------------------------------------------------------------------

    @property
    def _own(self) -> tuple[str, ...]:
        return (*self.configuration.mirror.addresses, *self.configuration.mirror.site_addresses)

    @property
    def _others(self) -> list[Listing]:
        return [one for one in self.configuration.mirrors if one.address not in self._own]

    def _groups(self, listings: Sequence[Listing], most: int) -> list[dict[str, Any]]:
        found = []
        for kind in KINDS:
            some = sorted((one for one in listings if one.kind == kind), key=lambda one: one.since)
            if some:
                items = [self._item(one) for one in some[:most]]
                found.append({"title": self.said["mirrors"][kind], "items": items})
        return found

    def _item(self, listing: Listing) -> dict[str, str]:
        said, written = self.said["mirrors"], self.writing
        about = [said["since"].format(date=long_day(self.language, listing.since))]
        if listing.operator:
            about.append(said["operator"].format(name=written.escape(listing.operator)))
        about += [_name(one) for one in listing.languages]
        shown = written.address(listing.address, linked=not self._is_bad(listing))
        return {
            "address": shown,
            "about": joined(self.language, about),
            "line": written.lead(self.language) + joined(self.language, (shown, *about)),
            "state": self._state(listing),
        }

    def _state(self, listing: Listing) -> str:
        visit = self._visit(listing)
        if visit is None:
            return ""
        day = long_day(self.language, visit.signed_at.date()) if visit.signed_at else ""
        return str(self.said["mirrors"]["states"][visit.state].format(date=day))

    def _is_bad(self, listing: Listing) -> bool:
        visit = self._visit(listing)
        return visit is not None and visit.state in _BAD

    def _visit(self, listing: Listing) -> Visit | None:
        visits = self.configuration.health.visits if self.configuration.health else ()
        return next((one for one in visits if one.address == listing.address), None)


def mark(mirrors: Sequence[Listing], health: Health | None) -> str:
    """What changes when pages say something else of the mirror list; empty without one."""
    if not mirrors:
        return ""
    seen = [[asdict(one) for one in mirrors], asdict(health) if health else None]
    return hashlib.sha256(json.dumps(seen, default=str, sort_keys=True).encode()).hexdigest()


def _name(language: str) -> str:
    """A language by its own name where that is known, else its tag."""
    return str(words(language)["name"]) if language in languages() else language
