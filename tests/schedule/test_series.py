"""When runs start, and what ends them, without a clock that anybody has to wait for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrorpress.app.interval import in_words, interval
from mirrorpress.app.series import keep_going
from mirrorpress.archive.timetable import Timetable, forget, keep, kept
from mirrorpress.errors import UsageError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Day:
    """A clock that only pauses and runs move; ``lasts`` is how long each run takes."""

    lasts: list[timedelta]
    now: datetime = NOON
    starts: list[datetime] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    noted: list[Timetable] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)

    def run(self) -> bool:
        self.starts.append(self.now)
        self.now += self.lasts.pop(0)
        return not self.lasts

    def pause(self, seconds: float) -> bool:
        self.naps.append(seconds)
        self.now += timedelta(seconds=seconds)
        return False

    def pass_by(self, every: timedelta) -> list[datetime]:
        keep_going(
            Timetable(every, self.now),
            run=self.run,
            pause=self.pause,
            clock=lambda: self.now,
            note=self.noted.append,
            say=self.said.append,
        )
        return self.starts


def test_starts_are_computed_from_the_timetable_not_from_the_end_of_a_run() -> None:
    day = Day([7 * MINUTE, 59 * MINUTE, timedelta(), MINUTE])
    assert day.pass_by(HOUR) == [NOON + n * HOUR for n in range(4)]
    assert max(day.naps) <= 60, "a longer pause would not notice that the machine had slept"
    assert "next run at 2026-06-01 13:00:00 UTC" in day.said


def test_a_run_that_takes_too_long_costs_the_starts_that_fall_into_it() -> None:
    day = Day([150 * MINUTE, MINUTE, MINUTE])
    assert day.pass_by(HOUR) == [NOON, NOON + 3 * HOUR, NOON + 4 * HOUR]
    assert day.said[0] == "2 starts went by meanwhile; they are not made up for"


def test_a_machine_that_slept_makes_up_for_nothing() -> None:
    day = Day([MINUTE, MINUTE, MINUTE])

    def sleep_once(seconds: float) -> bool:
        day.now += timedelta(seconds=seconds) if len(day.starts) > 1 else timedelta(hours=26.5)
        return False

    day.pause = sleep_once  # type: ignore[method-assign]
    begun, late, after = day.pass_by(HOUR)
    assert (begun, late) == (NOON, NOON + timedelta(hours=26.5) + MINUTE), "at once, one time"
    assert after == NOON + 27 * HOUR


@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=20_000)])
def test_a_clock_that_is_set_back_does_not_stop_the_mirror(back: timedelta) -> None:
    day = Day([MINUTE, MINUTE])
    day.now += back
    naps = 0

    def set_back(seconds: float) -> bool:
        nonlocal naps
        naps += 1
        day.now += timedelta(seconds=seconds) if naps != 3 else -back
        return False

    day.pause = set_back  # type: ignore[method-assign]
    first, second = day.pass_by(HOUR)
    assert second - (first - back) < HOUR + 5 * MINUTE


def test_what_is_noted_is_always_the_start_to_come() -> None:
    day = Day([MINUTE, 90 * MINUTE, MINUTE])
    day.pass_by(HOUR)
    assert [one.due - NOON for one in day.noted] == [HOUR, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]


def test_a_pause_that_ends_the_series_ends_it_before_the_next_run() -> None:
    day = Day([MINUTE, MINUTE, MINUTE])

    def until_two(seconds: float) -> bool:
        day.now += timedelta(seconds=seconds)
        return len(day.starts) == 2

    day.pause = until_two  # type: ignore[method-assign]
    assert len(day.pass_by(HOUR)) == 2


@given(
    st.timedeltas(timedelta(minutes=5), timedelta(days=366)),
    st.timedeltas(timedelta(days=-40), timedelta(days=4000)),
)
def test_the_following_start_is_after_now_and_no_more_than_a_period_away(
    every: timedelta, passed: timedelta
) -> None:
    table = Timetable(every, NOON)
    following = table.following(NOON + passed)
    assert timedelta() < following.due - (NOON + passed) <= every
    if passed >= timedelta():
        assert not (following.due - NOON) % every, "the grid stays"


# --- the timetable that status reads ----------------------------------------------------------------


def test_a_timetable_is_kept_and_forgotten(tmp_path: Path) -> None:
    assert kept(tmp_path) is None
    keep(tmp_path, Timetable(2 * HOUR, NOON))
    assert kept(tmp_path) == Timetable(2 * HOUR, NOON)
    assert not Timetable(HOUR, NOON).is_late(NOON + HOUR)
    assert Timetable(HOUR, NOON).is_late(NOON + HOUR + MINUTE)
    forget(tmp_path)
    forget(tmp_path)
    assert kept(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff" * 5000,
        b'{"every_seconds": 1e999, "due": "2026-06-01T12:00:00+00:00"}',
        b'{"every_seconds": -1, "due": "2026-06-01T12:00:00+00:00"}',
        b'{"every_seconds": 60, "due": 7}',
    ],
)
def test_a_broken_timetable_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "timetable.json").write_bytes(content)
    assert kept(tmp_path) is None


# --- times as people write them ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "time"), [("5m", 5 * MINUTE), ("2h", 2 * HOUR), ("7d", 168 * HOUR), ("90m", 90 * MINUTE)]
)
def test_times_are_read_and_said_alike(text: str, time: timedelta) -> None:
    assert interval(text, "--every") == time
    assert in_words(time) == text


@pytest.mark.parametrize(
    "text", ["", "2", "h", "2 h", "-2h", "1.5h", "30s", "4m", "0h", "367d", "٢h", "9999999h", "soon"]
)
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="not a time") as told:
        interval(text, "--every")
    assert "2h" in told.value.hint
