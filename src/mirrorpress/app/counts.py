"""What ``mirrorpress counts`` says."""

from __future__ import annotations

from typing import Any

from mirrorpress.app import rules
from mirrorpress.app.output import counted, printable
from mirrorpress.archive.store import Archive
from mirrorpress.editions.hot import days_of, hot_list
from mirrorpress.errors import UsageError
from mirrorpress.model import Configuration, day_of
from mirrorpress.pipeline.run import utc_now


def sources_name(name: str) -> str:
    """The name of a source of counts, or empty. Raises ``UsageError``."""
    try:
        return rules.identifier(name) if name else ""
    except ValueError as error:
        raise UsageError(f"--source {name}: not a name", hint=f"give {error}") from error


def describe_import(result: dict[str, Any]) -> list[str]:
    """What files came to, for people: a line each, and one for all."""
    lines = []
    for one in result["files"]:
        parts = [
            (one["repeated"], "repeated"),
            (one["machines"], "by machines"),
            (one["other"], "of something else"),
            (one["counted_before"], "counted before"),
            (one["unreadable"], "unreadable"),
        ]
        rest = "".join(f", {count:,} {words}" for count, words in parts if count)
        readers = counted(one["readers"], "reader")
        lines.append(
            f"{printable(one['file'])} ({one['format']}): {counted(one['records'], 'line')}: {readers}{rest}"
        )
    lines.append(f"{counted(result['readers_added'], 'reader')} added; next: mirrorpress build")
    return lines


def counts_of(configuration: Configuration) -> dict[str, Any]:
    """What was counted, and what was read most of it. Reads only; may be asked while a run is at work."""
    if not (configuration.folder / "archive" / "index.sqlite").exists():
        return {"sources": [], "until": None, "days": days_of(configuration.hot), "hot": []}
    with Archive(configuration.folder, started=utc_now()) as archive:
        sources = [
            {**row, "first": day_of(row["first"]).isoformat(), "last": day_of(row["last"]).isoformat()}
            for row in archive.reads.summary()
        ]
        found = hot_list(configuration, archive.shelf)
        hot = [
            {"section": section, "id": one.id, "title": one.article.title, "readers": readers}
            for section, position, readers in found.places
            for one in archive.shelf.between(section, position, position)
        ]
    until = found.until.isoformat() if sources else None
    return {"sources": sources, "until": until, "days": days_of(configuration.hot), "hot": hot}


def describe(found: dict[str, Any]) -> list[str]:
    """The same for people."""
    if not found["sources"]:
        return ["nothing was counted yet; run: mirrorpress counts import FILE"]
    lines = [
        f"{one['source']}: {counted(one['readers'], 'reader')} of {counted(one['articles'], 'article')}, "
        f"{one['first']} to {one['last']}"
        for one in found["sources"]
    ]
    lines.append(f"read most in the {counted(found['days'], 'day')} up to {found['until']}:")
    lines += [
        f"  {one['readers']:>8,}  {one['section']}/{one['id']}  {printable(one['title'])}"
        for one in found["hot"]
    ]
    return lines if found["hot"] else [*lines, "  no article has had enough readers"]
