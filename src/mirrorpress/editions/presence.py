"""Which articles an edition shows, and what stands in place of the others: decided here and only here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from mirrorpress.model import Section, Shelf, Stored

State = Literal["shown", "left", "withdrawn"]
"""``shown``: the article, as far as its publisher's rights go. ``left``: a small page that says where the
original is. ``withdrawn``: a tombstone."""

_LOOKED_THROUGH = 1000  # articles of a section whose titles are read to count those that a filter hides


@dataclass(frozen=True)
class Presence:
    """What is in an edition: not what was withdrawn, not what a filter of titles leaves out, and of each
    section the newest ``keep`` articles and those at places (section, position) that are ``held``, being hot.
    """

    shelf: Shelf
    held: Collection[tuple[str, int]] = ()
    _counts: dict[str, int] = field(default_factory=dict)

    def state(self, section: Section, stored: Stored) -> State:
        """What stands at an article's path."""
        if stored.withdrawn is not None:
            return "withdrawn"
        if _is_filtered(section, stored) or not self.is_kept(section, stored.position):
            return "left"
        return "shown"

    def shows(self, section: Section, stored: Stored) -> bool:
        """Whether lists, feeds and home name an article, and its page shows it."""
        return self.state(section, stored) == "shown"

    def is_kept(self, section: Section, position: int) -> bool:
        """Whether retention leaves an article in: it is among the newest, or held."""
        return position > self.dropped(section, self._count(section)) or (section.id, position) in self.held

    @staticmethod
    def dropped(section: Section, count: int) -> int:
        """How many of the oldest of a section's ``count`` articles its ``keep`` lets go."""
        return max(count - section.keep, 0) if section.keep else 0

    @staticmethod
    def is_listed(section: Section, stored: Stored) -> bool:
        """Whether a full list page names an article. It asks for the first title, so that the page stays as
        it is whatever the publisher or time do; only what is withdrawn goes from it."""
        first = (stored.original or stored).first_title
        return stored.withdrawn is None and not section.skips(first)

    def total(self, section: Section) -> int:
        """How many articles of a section are shown, held ones that ``keep`` lets go aside; 0 where counting
        would take too long."""
        count = self._count(section)
        dropped = self.dropped(section, count)
        if section.skip_titles:
            if count - dropped > _LOOKED_THROUGH:
                return 0
            return sum(self.shows(section, one) for one in self.shelf.between(section.id, dropped + 1, count))
        return count - dropped - self.shelf.count_withdrawn(section.id, dropped + 1)

    def _count(self, section: Section) -> int:
        if section.id not in self._counts:  # asked for every article
            self._counts[section.id] = self.shelf.count(section.id)
        return self._counts[section.id]


def _is_filtered(section: Section, stored: Stored) -> bool:
    return section.skips((stored.original or stored).article.title)
