"""What needs a person, and what is told on one screen, decided from facts alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mirrorpress.app.attention import LEAST_FREE, needs
from mirrorpress.app.output import ago, size
from mirrorpress.app.screen import cut, middle_cut, screen, width

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_NONE: dict[str, Any] = {"articles": 0, "examples": []}


def section(id: str = "news", **values: Any) -> dict[str, Any]:
    return {
        "section": id, "articles": 1204, "new_today": 3, "newest": NOON, "has_source": True, "checked_at": NOON,
        "succeeded_at": NOON - HOUR, "failed": 0, "filtered": 0, "excerpts": 0, "low_confidence": _NONE,
        "partial": _NONE, **values,
    }  # fmt: skip


def failure(**values: Any) -> dict[str, Any]:
    return {
        "url": "https://harbour.example/feed.xml", "section": "news", "stage": "discover", "reason": "HTTP 500",
        "hint": "try again", "first_at": NOON - HOUR, "last_at": NOON, "times": 2, "alarm": False, **values,
    }  # fmt: skip


def status(**values: Any) -> dict[str, Any]:
    told = {
        "now": NOON,
        "sections": [section()],
        "failures": [],
        "editions": [{"edition": "markdown", "built_at": NOON, "size": 12_300_000, "up_to_date": True}],
        "targets": [{"target": "git host", "published_at": NOON, "error": ""}],
        "disk": {"archive_bytes": 5 * 10**9, "out_bytes": 10**8, "free_bytes": 10**12, "free_files": 10**6},
        "last_run": {"command": "run", "started_at": NOON - HOUR, "finished_at": NOON, "counts": {"new": 3}},
        "at_work": False,
        "schedule": None,
        "signatures": None,
        **values,
    }
    told["needs"] = needs(told, NOON)
    return told


def whats(**values: Any) -> list[str]:
    return [need["what"] for need in status(**values)["needs"]]


def target(error: str, last: datetime | None) -> list[dict[str, Any]]:
    return [{"target": "git host", "published_at": last, "error": error}]


def test_what_was_signed_by_hand_is_told_before_it_lapses() -> None:
    def signed(days: int, *waiting: str) -> dict[str, Any]:
        return {"lapse": [{"kind": "root", "version": 2, "at": NOON + days * DAY}], "waiting": list(waiting)}

    assert whats(signatures=signed(61)) == []
    assert whats(signatures=signed(59)) == ["signature-lapses"]
    assert whats(signatures=signed(61, "root", "targets")) == ["signature-waits"] * 2


def due(at: datetime, *, late: bool) -> dict[str, Any]:
    return {"every_seconds": 7200, "due": at, "late": late}


def test_what_passes_by_itself_calls_nobody() -> None:
    assert whats() == []
    assert whats(failures=[failure(), failure(stage="fetch", first_at=NOON - 9 * DAY)]) == []
    assert whats(targets=target("refused", NOON - 23 * HOUR)) == []
    assert whats(schedule=due(NOON + HOUR, late=False)) == []
    assert whats(schedule=due(NOON - 9 * HOUR, late=True), at_work=True) == []
    assert whats(failures=[failure(section="removed", first_at=NOON - 9 * DAY)]) == []


def test_what_lasts_or_is_grave_calls_a_person() -> None:
    assert whats(failures=[failure(first_at=NOON - 25 * HOUR)]) == ["source-failing"]
    assert whats(failures=[failure()], sections=[section(succeeded_at=None)]) == ["source-failing"]
    assert whats(failures=[failure(alarm=True, stage="extract")]) == ["alarm"]
    assert whats(targets=target("refused", NOON - 25 * HOUR)) == ["target-failing"]
    assert whats(targets=target("refused", None)) == ["target-failing"]
    assert whats(schedule=due(NOON - 3 * DAY, late=True)) == ["run-late"]
    disk = {"archive_bytes": 1, "out_bytes": 1, "free_bytes": LEAST_FREE - 1, "free_files": None}
    assert whats(disk=disk) == ["disk-full"]
    assert whats(disk={**disk, "free_bytes": 10**12, "free_files": 9_999}) == ["disk-full"]
    run = status()["last_run"]
    stopped = {
        "counts": {"error": {"where": "pages/1.md", "reason": "would break a promise", "hint": "report"}}
    }
    assert whats(last_run={**run, **stopped}) == ["run-failed"]


def test_each_says_where_why_and_what_to_do() -> None:
    [late] = status(schedule=due(NOON - 3 * DAY, late=True))["needs"]
    assert (
        late["reason"] == "a run was due 3 days ago; the last one began a minute ago"
        or "60 minutes" in late["reason"]
    )
    assert late["hint"]
    [source] = status(failures=[failure(first_at=NOON - 3 * DAY)])["needs"]
    assert (source["where"], source["hint"]) == ("news", "try again")
    assert source["reason"] == "its source fails since 2026-05-29 12:00 UTC: HTTP 500"


def test_fifty_sections_fit_on_one_screen_the_worst_first() -> None:
    rows = [
        section(f"section-{n:02d}", failed=n % 3, filtered=n, low_confidence={"articles": n, "examples": []})
        for n in range(50)
    ]
    rows[31]["succeeded_at"] = NOON - 4 * DAY
    failures = [failure(section="section-31", first_at=NOON - 4 * DAY, reason="该栏目无法访问" * 20)]
    failures += [
        failure(section="section-07", stage="fetch", url=f"https://harbour.example/{'long/' * 40}{n}.html")
        for n in range(70)
    ]
    targets = [{"target": f"git host {n}", "published_at": None, "error": "refused " * 30} for n in range(9)]
    told = status(sections=rows, failures=failures, targets=targets, schedule=due(NOON + HOUR, late=False))
    lines = screen(told, "港湾之光 " * 20)
    assert len(lines) <= 25
    assert all(width(line) <= 80 for line in lines)
    [first] = [n for n, line in enumerate(lines) if line.startswith("  section ")]
    assert lines[first + 1].startswith("✗ section-31")
    assert "4 days" in lines[first + 1]
    assert any("and 47 more sections" in line for line in lines)
    assert any("more failures; -v shows all" in line for line in lines)
    whole = "\n".join(screen(told, "港湾之光", everything=True))
    assert all(f"section-{n:02d}" in whole for n in range(50))
    assert "more" not in whole


def test_a_mirror_that_is_well_says_so() -> None:
    lines = screen(status(), "Harbour Light")
    assert lines[0] == f"Harbour Light{'2026-06-01 12:00 UTC':>67}"
    assert lines[1] == "all well: nothing needs a person"
    assert "  news       1,204      3  60 min" in lines
    assert (
        screen(status(last_run=None, sections=[]), "Harbour Light")[1]
        == "nothing was mirrored yet; run: mirrorpress run"
    )


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("灯塔灯", 5, "灯塔…"), ("e\u0301e", 2, "e\u0301e")],
)
def test_texts_are_cut_by_the_columns_they_take(text: str, columns: int, expected: str) -> None:
    assert cut(text, columns) == expected


def test_addresses_keep_both_ends() -> None:
    short = middle_cut(f"https://harbour.example/{'x' * 200}/1.html", 40)
    assert width(short) <= 40
    assert short.startswith("https://harbour")
    assert short.endswith("/1.html")


def test_times_and_sizes_are_in_words() -> None:
    assert ago(NOON - 3 * DAY, NOON) == "3 days ago"
    assert ago(NOON - 90 * timedelta(minutes=1), NOON) == "90 minutes ago"
    assert ago(NOON, NOON) == "moments ago"
    assert ago(None, NOON) == "never"
    assert ago(NOON + HOUR, NOON) == "at 2026-06-01 13:00 UTC"
    assert [size(n) for n in (999, 12_300, 5 * 10**9)] == ["999 bytes", "12.3 kB", "5.0 GB"]
