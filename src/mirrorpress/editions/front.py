"""What front pages depend on beside articles, and what it was at the build before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from mirrorpress.editions.hot import HotList, hot_list
from mirrorpress.editions.mirrors import mark
from mirrorpress.model import Configuration, Pick, Shelf


@dataclass(frozen=True)
class Front:
    """``picks`` are editors' lists by section, ``notes`` the texts pinned at a place, ``policy`` what counts
    as read most, ``mirrors`` the mark of the mirror list."""

    hot: HotList = field(default_factory=HotList)
    policy: Mapping[str, float] = field(default_factory=dict)
    picks: Mapping[str, list[Pick]] = field(default_factory=dict)
    notes: Mapping[str, list[str]] = field(default_factory=dict)
    mirrors: str = ""

    @staticmethod
    def of(configuration: Configuration, shelf: Shelf) -> Front:
        """As it is now."""
        sections = [section.id for section in configuration.sections if section.is_picks]
        notes: dict[str, list[str]] = {}
        for note in configuration.notes:
            for place in note.places:
                notes.setdefault(place, []).append(note.text)
        return Front(
            hot_list(configuration, shelf),
            asdict(configuration.hot),
            {section: list(shelf.picks(section)) for section in sections},
            notes,
            mark(configuration.mirrors, configuration.health),
        )

    @property
    def held(self) -> frozenset[tuple[str, int]]:
        """The articles, as (section, position), that stay in the edition whatever their section keeps."""
        picked = {(one.section, one.position) for some in self.picks.values() for one in some}
        return self.hot.held | picked

    def notes_at(self, place: str) -> list[str]:
        """The texts pinned at a place."""
        return self.notes.get(place, [])

    def as_json(self) -> str:
        """For ``from_json``; changes when a front page may look different."""
        picks = {
            section: [(one.section, one.position, one.title) for one in some]
            for section, some in self.picks.items()
        }
        value = {"hot": self.hot.as_json(), "hot_policy": self.policy, "picks": picks, "notes": self.notes}
        return json.dumps({**value, "mirrors": self.mirrors}, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Front:
        """What ``as_json`` gave."""
        value = json.loads(text)
        picks = {section: [Pick(*one) for one in some] for section, some in value.get("picks", {}).items()}
        hot = HotList.from_json(value["hot"])
        notes, mirrors = value.get("notes", {}), value.get("mirrors", "")
        return Front(hot, value["hot_policy"], picks, notes, mirrors)
