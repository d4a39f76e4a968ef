"""Short codes: the same everywhere, never misread, given once."""

from __future__ import annotations

from itertools import combinations, islice
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mirrorpress.archive.store import Archive
from mirrorpress.editions.codes import ALPHABET, LONGEST, SHORTEST, codes_of, is_code
from mirrorpress.pipeline.build import give_codes
from mirrorpress.pipeline.identity import comparable
from tests.editions.conftest import START, Shelf

addresses = st.text(min_size=1, max_size=60)


def test_a_code_is_the_same_on_every_machine_and_in_every_version() -> None:
    found = list(islice(codes_of("harbour.example/news/gb/2026/06/10001.html"), 3))
    assert found == ["4ptpjsd", "4ptpjsgv", "4ptpjsgxb"]


@given(addresses)
def test_every_code_is_lower_case_without_vowels_and_what_is_misread(address: str) -> None:
    codes = list(codes_of(address))
    assert [len(code) for code in codes] == list(range(SHORTEST, LONGEST + 1))
    for code in codes:
        assert is_code(code)
        assert not set(code) & set("aeiouy01l56qz")
        assert code == code.casefold()


def test_of_characters_that_are_taken_for_one_another_there_is_one_at_the_most() -> None:
    for alike in ("0oO", "1lIi", "2z", "5s", "6b", "9q", "gq", "uv"):
        assert len(set(alike) & set(ALPHABET)) <= 1, alike


@given(addresses, st.data())
def test_one_wrong_character_makes_no_code(address: str, data: st.DataObject) -> None:
    code = next(codes_of(address))
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from([one for one in ALPHABET if one != code[place]]))
    assert not is_code(code[:place] + wrong + code[place + 1 :])


@given(addresses)
def test_two_characters_that_changed_places_make_no_code(address: str) -> None:
    for code in islice(codes_of(address), 3):
        for one, other in combinations(range(len(code)), 2):
            if code[one] != code[other]:
                swapped = list(code)
                swapped[one], swapped[other] = code[other], code[one]
                assert not is_code("".join(swapped)), (code, one, other)


@given(addresses)
def test_a_forgotten_character_or_a_capital_makes_no_code(address: str) -> None:
    code = next(codes_of(address))
    assert not any(is_code(code[:place] + code[place + 1 :]) for place in range(len(code)))
    assert code.upper() == code or not is_code(code.upper())


def all_codes(archive: Archive) -> dict[str, str]:
    return {one.article.url: one.code for one in archive.shelf.every("p2")}


def test_codes_follow_from_addresses_alone(shelf: Shelf, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        shelf.add(str(number), title=f"Title {number}")
    give_codes(shelf.archive)
    other = Shelf(tmp_path / "other")
    with other.archive:
        for number in (3, 2, 1):
            shelf_url = f"https://harbour.example/p2/{number}.html"
            other.add(f"x{number}", title="Another title", url=shelf_url)
        give_codes(other.archive)
        assert all_codes(other.archive) == all_codes(shelf.archive)
    assert all_codes(shelf.archive) == {
        url: next(codes_of(comparable(url))) for url in all_codes(shelf.archive)
    }


def test_a_code_that_is_taken_goes_to_the_earlier_article_and_stays(shelf: Shelf, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        shelf.add(name)
    few = {1: "22", 2: "22", 3: "22", 4: "33"}

    def wanted(number: int):  # type: ignore[no-untyped-def]
        return iter((few[number], few[number] + "4", few[number] + "47"))

    archive = shelf.archive
    archive.codes.give((number, wanted(number)) for number, _ in archive.codes.lacking())
    assert list(all_codes(archive).values()) == ["22", "224", "2247", "33"]
    assert archive.codes.lacking() == []
    shelf.add("a", title="A new title")
    give_codes(archive)
    assert list(all_codes(archive).values()) == ["22", "224", "2247", "33"]


def test_a_second_batch_respects_the_first(shelf: Shelf) -> None:
    shelf.add("a")
    shelf.archive.codes.give([(1, iter(("22",)))])
    shelf.add("b")
    shelf.archive.codes.give([(2, iter(("22", "33")))])
    assert list(all_codes(shelf.archive).values()) == ["22", "33"]


def test_an_archive_gets_its_codes_once(tmp_path: Path) -> None:
    made = Shelf(tmp_path)
    with made.archive:
        made.add("a")
        give_codes(made.archive)
        before = all_codes(made.archive)
    with Archive(tmp_path, started=START) as archive:
        give_codes(archive)
        assert all_codes(archive) == before
