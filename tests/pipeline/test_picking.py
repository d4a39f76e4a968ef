"""What an editor's list comes to is decided without an archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mirrorpress.model import Configuration, Entry, Mirror, Publisher, Section
from mirrorpress.pipeline.picking import MOST, by_section, picked

PICKS = Section("picks", "Picks", "harbour", skip_titles=("^AD",))
TOWN = Section("town", "Town", "harbour")


@dataclass(frozen=True)
class Known:
    number: int
    section: str
    entry_title: str = "Its own title"
    entry_updated: datetime | None = None


def configured(url: str = "https://harbour.example/") -> Configuration:
    publisher = Publisher("harbour", "Harbour Times", url)
    return Configuration(Path(), Mirror("m"), publishers=(publisher,), sections=(PICKS, TOWN))


def entries(*titles: str) -> list[tuple[str, Entry]]:
    return [(f"a/{n}", Entry(f"https://a.example/{n}", title)) for n, title in enumerate(titles)]


def test_entries_go_to_the_sections_that_have_them_and_new_ones_to_the_editors() -> None:
    known = {"a/0": Known(7, "town"), "a/2": Known(8, "adopted")}
    parts = by_section(configured(), PICKS, entries("One", "Two", "Three", "AD Four"), known)
    assert [(section.id, [one.url[-1] for one in found]) for section, found in parts] == [
        ("town", ["0"]),
        ("picks", ["1"]),
        ("adopted", ["2"]),
    ]
    assert [found[0].title for _, found in parts] == ["Its own title", "", "Its own title"]


def test_a_new_pick_gets_the_publisher_that_its_address_fits() -> None:
    [(section, _)] = by_section(configured(), PICKS, entries("One"), {})
    assert section.publisher == ""
    [(section, _)] = by_section(configured(url=""), PICKS, entries("One"), {})
    assert section.publisher == "harbour"


def test_the_list_names_each_article_once_in_order_and_no_more_than_it_may() -> None:
    known = {
        "a/0": Known(7, "town"),
        "a/1": Known(9, "town"),
        "a/2": Known(7, "town"),
        "a/4": Known(3, "town"),
    }
    found = picked(PICKS, entries("One", "Two", "Again", "Unknown", "AD"), known)
    assert found == [(7, "One"), (9, "Two")]
    many = {f"a/{n}": Known(n, "town") for n in range(MOST + 5)}
    assert len(picked(PICKS, entries(*["x"] * (MOST + 5)), many)) == MOST
