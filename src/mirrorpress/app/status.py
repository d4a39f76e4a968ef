"""How a mirror stands, read from its archive."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from mirrorpress.app.attention import needs
from mirrorpress.app.signatures import signatures_of
from mirrorpress.archive.lock import holder
from mirrorpress.archive.standing import Row, Standing, opened
from mirrorpress.archive.timetable import kept
from mirrorpress.model import Configuration, Edition, Section

_NONE: dict[str, Any] = {"articles": 0, "examples": []}


def status_of(configuration: Configuration, now: datetime) -> dict[str, Any]:
    """Everything that ``status --json`` prints; ``now`` is aware, in UTC. Reads only; may be asked while a
    run is at work. Raises ``ArchiveError`` when the index cannot be read."""

    def migrate() -> None:
        from mirrorpress.archive.store import Archive  # noqa: PLC0415 - 0.2 s that only an old archive needs

        with Archive(configuration.folder, started=now):
            pass

    status: dict[str, Any] = {
        "now": now,
        "sections": [],
        "failures": [],
        "editions": [],
        "targets": [],
        "disk": None,
        "withdrawn": 0,
        "last_run": None,
        "at_work": False,
        "schedule": _schedule(configuration, now),
        "signatures": signatures_of(configuration.folder),
    }
    with opened(configuration.folder, migrate) as standing:
        if standing is not None:
            _fill(status, configuration, standing, now)
    status["needs"] = needs(status, now)
    status["needs_attention"] = bool(status["needs"])
    return status


def _fill(status: dict[str, Any], configuration: Configuration, standing: Standing, now: datetime) -> None:
    failures = standing.failures()
    status["sections"] = _sections(configuration, standing, failures, now)
    status["failures"] = [
        {**{key: row[key] for key in row if key != "is_alarm"}, "alarm": bool(row["is_alarm"])}
        for row in failures
    ]
    builds = standing.builds()
    clock = standing.clock()
    for edition in configuration.editions:
        status["editions"].append(_edition(configuration, edition, builds.get(edition.name), clock))
    publications = standing.publications()
    for target in configuration.targets:
        row = publications.get(target.name, {})
        status["targets"].append(
            {
                "target": target.name,
                "published_at": row.get("published_at"),
                "error": row.get("error", ""),
            }
        )
    status["withdrawn"] = sum(standing.withdrawn().values())
    disk = standing.disk()
    sizes = [one["size"] for one in status["editions"]]
    status["disk"] = {
        "archive_bytes": disk.index + disk.captures + disk.pictures,
        "index_bytes": disk.index,
        "captures_bytes": disk.captures,
        "pictures_bytes": disk.pictures,
        "out_bytes": None if None in sizes else sum(sizes),
        "free_bytes": disk.free,
        "free_files": disk.free_files,
    }
    run = status["last_run"] = standing.last_run()
    unfinished = run is not None and run["finished_at"] is None
    status["at_work"] = unfinished and holder(configuration.folder) != 0


def _schedule(configuration: Configuration, now: datetime) -> dict[str, Any] | None:
    timetable = kept(configuration.folder)
    if timetable is None:
        return None
    return {
        "every_seconds": int(timetable.every.total_seconds()),
        "due": timetable.due,
        "late": timetable.is_late(now),
    }


def _edition(configuration: Configuration, edition: Edition, build: Row | None, clock: int) -> dict[str, Any]:
    there = (configuration.folder / "out" / edition.name).is_dir()
    return {
        "edition": edition.name,
        "built_at": build["built_at"] if build else None,
        "size": build["size"] if build else 0,
        "up_to_date": build is not None and there and _is_current(configuration, edition, build, clock),
    }


def _is_current(configuration: Configuration, edition: Edition, build: Row, clock: int) -> bool:
    if configuration.follow.addresses:  # then it is as it was when it was followed last
        return not str(build["digest"]).startswith("unfinished")
    return bool((build["digest"], build["revision"]) == (edition.digest(configuration), clock))


# --- sections -------------------------------------------------------------------------------------


def _sections(
    configuration: Configuration, standing: Standing, failures: Sequence[Row], now: datetime
) -> list[dict[str, Any]]:
    """A row a section that has articles or is configured, in the configuration's order, adopted ones last."""
    withdrawn = standing.withdrawn()
    sources, doubtful, partial = standing.sources(), standing.doubtful(), standing.partial()
    found: dict[str, dict[str, Any]] = {one.id: _row(one.id) for one in configuration.sections}
    for counts in standing.sections(now.replace(hour=0, minute=0, second=0, microsecond=0)):
        row = found.setdefault(counts["section"], _row(counts["section"]))
        row["articles"] += counts["articles"]
        row["new_today"] += counts["today"]
        row["newest"] = max(filter(None, (row["newest"], counts["newest"])), default=None)
        row["excerpts"] += _excerpts(configuration, standing, counts)
    failed = Counter(one["section"] for one in failures if not one["is_alarm"] and one["stage"] != "discover")
    for id, row in found.items():
        section = configuration.section(id)
        row["has_source"] = section is not None and section.source is not None
        row.update(sources.get(id, {}))
        row["low_confidence"] = doubtful.get(id, _NONE)
        row["partial"] = partial.get(id, _NONE)
        row["failed"] = failed[id]
        row["withdrawn"] = withdrawn.get(id, 0)
        row["filtered"] = _filtered(section, standing) if section else 0
    return list(found.values())


def _row(section: str) -> dict[str, Any]:
    return {
        "section": section,
        "articles": 0,
        "new_today": 0,
        "newest": None,
        "has_source": False,
        "checked_at": None,
        "succeeded_at": None,
        "failed": 0,
        "filtered": 0,
        "excerpts": 0,
        "withdrawn": 0,
    }


def _filtered(section: Section, standing: Standing) -> int:
    """How many entries that the source lists now a title filter leaves out."""
    patterns = [re.compile(pattern) for pattern in section.skip_titles]
    if not patterns:
        return 0
    return sum(
        any(pattern.search(title) for pattern in patterns) for title in standing.listed_titles(section.id)
    )


def _excerpts(configuration: Configuration, standing: Standing, counts: Row) -> int:
    """How many of a section's articles of one publisher are published as excerpts for want of rights."""
    known = next((one for one in configuration.publishers if one.id == counts["publisher"]), None)
    if known is not None:
        return counts["articles"] if known.excerpt_only else 0
    # The publisher is told by the address: by its host alone, unless some publisher has but a part of one.
    whole = any(urlsplit(one.url).path.rstrip("/") for one in configuration.publishers)
    return sum(
        articles
        for place, articles in standing.origins(counts["section"], counts["publisher"], whole=whole)
        if configuration.publisher_of("", place).excerpt_only
    )
