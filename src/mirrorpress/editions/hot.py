"""What was read most: which articles, in which order, with which figures."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from mirrorpress.model import Configuration, HotPolicy, Shelf, day_of

_HALVES = 10  # half-lives that are looked back: what is older would weigh less than a thousandth
_FULL = 1 << 20  # the weight of a reader of the newest day; whole numbers give the same sum in any order
_ROUNDED = 10


@dataclass(frozen=True, slots=True)
class HotList:
    """``places`` are (section, position, readers, rounded), the hottest first, as of the day ``until``.

    ``shown``: there is such a list. It is there, if need be empty, once any article has ever had enough
    readers: menus stand on every page, so they must not change from day to day.
    """

    until: date = date(1970, 1, 1)
    shown: bool = False
    places: tuple[tuple[str, int, int], ...] = ()

    @property
    def held(self) -> frozenset[tuple[str, int]]:
        """The places on the list, as (section, position): what is on it outlives retention."""
        return frozenset((section, position) for section, position, _ in self.places)

    def as_json(self) -> dict[str, Any]:
        """For ``from_json``."""
        return {**asdict(self), "until": self.until.isoformat()}

    @staticmethod
    def from_json(value: dict[str, Any]) -> HotList:
        """What ``as_json`` gave."""
        places = tuple((section, position, readers) for section, position, readers in value["places"])
        return HotList(date.fromisoformat(value["until"]), value["shown"], places)


def hot_list(configuration: Configuration, shelf: Shelf) -> HotList:
    """The list as of the newest day that was counted, not of today: a build must be repeatable. What a filter
    of titles leaves out is not on it."""
    policy = configuration.hot
    until = shelf.counted_until()
    if until is None:
        return HotList()
    weights = [round(_FULL * 0.5 ** (age / policy.half_life)) for age in range(days_of(policy))]
    found = shelf.most_read(until, weights, policy.minimum, policy.size)
    places = tuple(
        (section, position, _rounded(readers))
        for section, position, readers in found
        if not _is_filtered(configuration, shelf, section, position)
    )
    shown = bool(places) or shelf.was_read(policy.minimum)
    return HotList(day_of(until), shown, places)


def _is_filtered(configuration: Configuration, shelf: Shelf, section: str, position: int) -> bool:
    known = configuration.section(section)
    if known is None or not known.skip_titles:
        return False
    return any(known.skips(one.article.title) for one in shelf.between(section, position, position))


def days_of(policy: HotPolicy) -> int:
    """How many days are looked back."""
    return max(1, math.ceil(policy.half_life * _HALVES))


def _rounded(readers: int) -> int:
    return (readers + _ROUNDED // 2) // _ROUNDED * _ROUNDED
