"""What is fetched, what is left alone, what is held back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mirrorpress.model import Entry
from mirrorpress.pipeline.decide import Reading, layout_changed, plan, reads_well, teaches, too_short

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    entry_title: str = "Ferry"
    entry_updated: datetime | None = NOW - DAY
    first_seen: datetime = NOW - DAY
    checked_at: datetime = NOW - timedelta(hours=2)
    gone: bool = False


def entry(key: str, title: str = "Ferry", published: datetime | None = NOW - DAY) -> tuple[str, Entry]:
    return key, Entry(f"https://a.example/{key}", title, published=published)


def whys(entries: list[tuple[str, Entry]], known: dict[str, Known]) -> dict[str, str]:
    decided = plan(entries, known, skip_titles=[], claimed=set(), now=NOW)
    return {task.key: task.why for task in decided.tasks}


def test_new_changed_and_fresh_articles_are_asked_for() -> None:
    entries = [entry("a"), entry("b", title="Ferry (updated)"), entry("c", published=NOW), entry("d")]
    known = {key: Known() for key in "bcd"}
    assert whys(entries, known) == {"a": "new", "b": "changed", "c": "changed", "d": "recheck"}


def test_old_articles_are_asked_for_ever_more_rarely() -> None:
    month_old = Known(first_seen=NOW - 31 * DAY, checked_at=NOW - 2 * DAY)
    assert whys([entry("a")], {"a": month_old}) == {}
    assert whys([entry("a")], {"a": Known(first_seen=NOW - 31 * DAY, checked_at=NOW - 4 * DAY)}) == {
        "a": "recheck"
    }


def test_a_page_that_was_taken_away_is_asked_for_once_a_day() -> None:
    assert whys([entry("a")], {"a": Known(gone=True)}) == {}
    assert whys([entry("a")], {"a": Known(gone=True, checked_at=NOW - DAY)}) == {"a": "recheck"}


def test_oldest_first_by_date_or_else_from_the_end_of_the_list() -> None:
    dated = [entry("b", published=NOW - DAY), entry("a", published=NOW - 2 * DAY), entry("c", published=NOW)]
    assert [task.key for task in plan(dated, {}, skip_titles=[], claimed=set(), now=NOW).tasks] == [
        "a",
        "b",
        "c",
    ]
    undated = [entry("c", published=None), entry("b"), entry("a")]
    assert [task.key for task in plan(undated, {}, skip_titles=[], claimed=set(), now=NOW).tasks] == [
        "a",
        "b",
        "c",
    ]


def test_title_filters_and_articles_of_another_section_are_left_out() -> None:
    entries = [entry("a", title="Regatta（视频）"), entry("b"), entry("c")]
    claimed = {"b"}
    decided = plan(entries, {}, skip_titles=["（视频）$"], claimed=claimed, now=NOW)
    assert ([task.key for task in decided.tasks], decided.skipped, decided.unchanged) == (["c"], 1, 1)
    assert claimed == {"b", "c"}


def test_an_article_far_shorter_than_its_siblings_or_its_past_is_held_back() -> None:
    siblings = [2000, 2500, 1800, 2200, 2100]
    assert "about 2,100" in too_short(100, siblings=siblings, before=0)
    assert too_short(800, siblings=siblings, before=0) == ""
    assert too_short(100, siblings=siblings[:4], before=0) == "", "too few siblings to know"
    assert "shrank from 2,000 to 700" in too_short(700, siblings=[], before=2000)
    assert too_short(900, siblings=[], before=2000) == ""


def test_a_doubtful_article_is_held_back_sooner_where_the_known_one_was_good() -> None:
    def why(length: int, confidence: float, before_confidence: float = 0.9) -> str:
        return too_short(
            length, siblings=[], before=1000, confidence=confidence, before_confidence=before_confidence
        )

    assert "confidence of only 0.29" in why(690, 0.29)
    assert why(700, 0.29) == why(690, 0.3) == ""
    assert why(690, 0.1, before_confidence=0.4) == "", "the known one was no better"


def readings(*, lost: int, odd: int = 0, poor: int = 0, good: int = 0) -> list[Reading]:
    kinds = [(False, False)] * lost + [(False, True)] * odd + [(True, False)] * poor + [(True, True)] * good
    return [Reading(f"https://a.example/{n}", *kind) for n, kind in enumerate(kinds)]


def test_three_lost_pages_that_are_half_of_all_are_a_change_of_layout() -> None:
    assert layout_changed(readings(lost=3, good=3)) == [f"https://a.example/{n}" for n in range(3)]
    assert layout_changed(readings(lost=2)) == []
    assert layout_changed(readings(lost=3, good=4)) == []
    assert layout_changed(readings(lost=0, odd=5, poor=5)) == []


def test_an_alarm_ends_when_most_pages_come_out_well() -> None:
    assert reads_well(readings(lost=0, good=1))
    assert reads_well(readings(lost=1, odd=2))
    assert not reads_well(readings(lost=1, good=1))
    assert not reads_well([])


def test_what_does_not_fit_teaches_only_when_it_is_long_and_sure() -> None:
    assert teaches(fits=True, confidence=0.1, length=10)
    assert teaches(fits=False, confidence=0.5, length=300)
    assert not teaches(fits=False, confidence=0.4, length=3000)
    assert not teaches(fits=False, confidence=0.9, length=200)
