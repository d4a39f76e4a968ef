"""A mirror's standing on one screen of 80 columns and 25 lines: what is wrong comes first, what is well is
counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mirrorpress.app.output import ago, counted, printable, size, span

WIDTH, HEIGHT = 80, 25  # columns and lines of the smallest terminal that people have
_FEWEST_SECTIONS = 3
_NEEDS = 3  # shown unless all are asked for
_FAILURES = 2
_PLACE = 36  # columns of a target's or section's name before what is said of it
_PLACES = 2  # editions, and as many targets

_HELD = (
    ("failed", "failed"),
    ("low_confidence", "doubtful"),
    ("partial", "partial"),
    ("excerpts", "excerpts"),
    ("filtered", "filtered"),
    ("withdrawn", "withdrawn"),
)


def screen(status: dict[str, Any], title: str, *, everything: bool = False) -> list[str]:
    """The lines, none wider than 80 columns unless ``everything`` is asked for: then all sections and
    failures, with whole addresses."""
    now = status["now"]
    head = [_beside(printable(title), f"{now:%Y-%m-%d %H:%M} UTC")]
    if status["last_run"] is None and not any(row["articles"] for row in status["sections"]):
        return [*head, "nothing was mirrored yet; run: mirrorpress run"]
    head += [
        *_needs(status, everything=everything),
        f"last run  {_last_run(status, now)}",
        f"next run  {_next_run(status, now)}",
        f"disk      {_disk(status)}",
        *_places("edition", [_edition(one, now) for one in status["editions"]], everything=everything),
        *_places("target", [_target(one, now) for one in status["targets"]], everything=everything),
        "",
    ]
    foot = list(_failures(status, now, everything=everything))
    room = HEIGHT - len(head) - len(foot) - 2  # the table's head, and the line that counts the rest
    count = len(status["sections"]) if everything else max(room, _FEWEST_SECTIONS)
    lines = [*head, *_sections(status, now, count, everything=everything), *foot]
    return lines if everything else [cut(line, WIDTH) for line in lines]


def _needs(status: dict[str, Any], *, everything: bool) -> Iterator[str]:
    needs = status["needs"]
    if not needs:
        yield "all well: nothing needs a person"
    shown = needs if everything else needs[:_NEEDS]
    for need in shown:
        where = need["where"] if everything else middle_cut(need["where"], _PLACE)
        yield f"✗ {where}: {printable(need['reason'])}"
        yield f"  → {printable(need['hint'])}"
    if len(needs) > len(shown):
        yield f"✗ and {counted(len(needs) - len(shown), 'more thing')} that need a person; -v shows all"


def _last_run(status: dict[str, Any], now: datetime) -> str:
    run = status["last_run"]
    if run is None:
        return "never"
    begun = f"{run['command']}, {ago(run['started_at'], now)}"
    if run["finished_at"] is None:
        return f"{begun}: {'at work' if status['at_work'] else 'was cut short; the next one carries on'}"
    counts = run["counts"]
    told = [f"{counts[key]} {key}" for key in ("new", "updated", "gone", "failed") if counts.get(key)]
    return f"{begun}: {', '.join(told) or 'nothing new'}"


def _next_run(status: dict[str, Any], now: datetime) -> str:
    schedule = status["schedule"]
    if schedule is None:
        return "not known; run --every and --next-in tell"
    left = (schedule["due"] - now).total_seconds()
    when = f"in {span(left)}" if left > 0 else f"was due {ago(schedule['due'], now)}"
    return f"{schedule['due']:%Y-%m-%d %H:%M} UTC, {when}"


def _disk(status: dict[str, Any]) -> str:
    disk = status["disk"]
    out = "not measured yet" if disk["out_bytes"] is None else size(disk["out_bytes"])
    return f"archive/ {size(disk['archive_bytes'])}, out/ {out}; {size(disk['free_bytes'])} free"


def _places(kind: str, places: list[str], *, everything: bool) -> Iterator[str]:
    """Editions or targets, those with trouble first."""
    shown = (
        places if everything else sorted(places, key=lambda one: "failed" not in one and "behind" not in one)
    )
    for place in shown if everything else shown[:_PLACES]:
        yield f"{kind:<10}{place}"
    if not everything and len(places) > _PLACES:
        yield f"{'':<10}and {len(places) - _PLACES} more; -v shows all"


def _edition(edition: dict[str, Any], now: datetime) -> str:
    state = "up to date" if edition["up_to_date"] else "behind the archive; run: mirrorpress build"
    return f"{edition['edition']}: built {ago(edition['built_at'], now)}, {state}"


def _target(target: dict[str, Any], now: datetime) -> str:
    trouble = f"; failed: {printable(target['error'])}" if target["error"] else ""
    name = middle_cut(printable(target["target"]), _PLACE)
    return f"{name}: published {ago(target['published_at'], now)}{trouble}"


# --- sections -------------------------------------------------------------------------------------


def _sections(status: dict[str, Any], now: datetime, count: int, *, everything: bool) -> Iterator[str]:
    rows = sorted(status["sections"], key=lambda row: _badness(row, status))
    shown = (
        rows if len(rows) == count + 1 else rows[:count]
    )  # the line that counts the rest would be no shorter
    widest = min(max([len("section"), *(width(row["section"]) for row in shown)]), 24)
    yield f"  {_padded('section', widest)} articles  today  answered  held back"
    for row in shown:
        mark = "✗" if _is_failing(row, status) else " "
        counts = f"{row['articles']:>8,} {row['new_today']:>6,}"
        name = _padded(cut(row["section"], widest), widest)
        yield f"{mark} {name} {counts}  {_answered(row, now):<9} {held_back(row)}".rstrip()
        for key, words in (
            ("low_confidence", "found with low confidence"),
            ("partial", "of which the publisher shows only the beginning"),
        ):
            if everything and row[key]["articles"]:
                examples = " ".join(row[key]["examples"])
                yield f"    {counted(row[key]['articles'], 'article')} {words}, such as {examples}"
    if len(rows) > len(shown):
        rest = rows[len(shown) :]
        troubled = sum(bool(held_back(row)) for row in rest)
        tail = f", {troubled} of them with articles held back" if troubled else ""
        yield f"  and {counted(len(rest), 'more section')}{tail}; -v shows all"


def _answered(row: dict[str, Any], now: datetime) -> str:
    """How long ago a section's source answered, in nine columns."""
    if not row["has_source"]:
        return "no source"
    last = row["succeeded_at"]
    return span((now - last).total_seconds()).replace("minutes", "min") if last else "never"


def held_back(row: dict[str, Any]) -> str:
    """Which of a section's articles readers do not get, or not whole: "2 failed, 1 doubtful"."""
    counts = ((row.get(key, 0), word) for key, word in _HELD)
    numbers = ((count["articles"] if isinstance(count, dict) else count, word) for count, word in counts)
    return ", ".join(f"{number:,} {word}" for number, word in numbers if number)


def _is_failing(row: dict[str, Any], status: dict[str, Any]) -> bool:
    return any(
        one["section"] == row["section"] and (one["alarm"] or one["stage"] == "discover")
        for one in status["failures"]
    )


def _badness(row: dict[str, Any], status: dict[str, Any]) -> tuple[Any, ...]:
    """Sorts the worst first: what needs a person, what fails, what is held back; then the largest."""
    needed = any(need["where"] == row["section"] for need in status["needs"])
    return (
        not needed,
        not _is_failing(row, status),
        -row["failed"],
        -row["low_confidence"]["articles"],
        -row["partial"]["articles"],
        -row["articles"],
        row["section"],
    )


def _failures(status: dict[str, Any], now: datetime, *, everything: bool) -> Iterator[str]:
    told = {(need["where"], need["reason"].rpartition(": ")[2]) for need in status["needs"]}
    failures = [
        one for one in status["failures"] if everything or (one["section"], one["reason"]) not in told
    ]
    shown = failures if everything else failures[:_FAILURES]
    if shown:
        yield ""
    for one in shown:
        why = f"{one['stage']}: {printable(one['reason'])} ({counted(one['times'], 'time')})"
        if everything:
            yield f"· {printable(one['url'])}"
            yield f"  {why}, last {ago(one['last_at'], now)}"
            yield f"  → {printable(one['hint'])}"
        else:
            why = cut(why, WIDTH // 2)
            yield f"· {middle_cut(printable(one['url']), WIDTH - 4 - width(why))}: {why}"
    if len(failures) > len(shown):
        yield f"  and {counted(len(failures) - len(shown), 'more failure')}; -v shows all"


# --- widths ---------------------------------------------------------------------------------------


def width(text: str) -> int:
    """How many columns a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def cut(text: str, columns: int) -> str:
    """A text that takes no more columns than these; "…" stands for the rest."""
    if width(text) <= columns:
        return text
    while width(text) >= columns:
        text = text[:-1]
    return f"{text}…"


def middle_cut(text: str, columns: int) -> str:
    """An address whose beginning and end matter, within these columns."""
    if width(text) <= columns:
        return text
    half = columns // 2
    end = text[-half:]
    while width(end) >= half:
        end = end[1:]
    return f"{cut(text, columns - width(end))}{end}"


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _beside(left: str, right: str) -> str:
    """Two texts at the two edges of the screen."""
    left = cut(left, WIDTH - width(right) - 1)
    return left + " " * (WIDTH - width(left) - width(right)) + right
