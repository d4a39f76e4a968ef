"""How a mirror stands, read from its archive."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from mirrorpress.app.output import counted
from mirrorpress.archive.store import Archive
from mirrorpress.model import Configuration
from mirrorpress.pipeline.build import is_built
from mirrorpress.pipeline.run import utc_now

_SHOWN = 20  # failures; --json holds all
_NONE: dict[str, Any] = {"articles": 0, "examples": []}


def status_of(configuration: Configuration) -> dict[str, Any]:
    """Sections, open failures, builds and targets. Reads only; may be asked while a run is at work."""
    if not (configuration.folder / "archive" / "index.sqlite").exists():
        return {
            "sections": [],
            "failures": [],
            "editions": [],
            "targets": [],
            "last_run": None,
            "needs_attention": False,
        }
    with Archive(configuration.folder, started=utc_now()) as archive:
        ledger = archive.ledger
        sections = ledger.section_summary()
        known = {row["section"] for row in sections}
        sections += [
            {"section": one.id, "articles": 0, "newest": None, "checked_at": None, "succeeded_at": None}
            for one in configuration.sections
            if one.id not in known
        ]
        sources = {one.id for one in configuration.sections if one.source is not None}
        doubtful, partial = archive.extractions.doubtful(), archive.extractions.partial()
        for row in sections:
            row["has_source"] = row["section"] in sources
            row["low_confidence"] = doubtful.get(row["section"], _NONE)
            row["partial"] = partial.get(row["section"], _NONE)
        failures = [asdict(failure) for failure in ledger.open_failures()]
        editions = []
        for edition in configuration.editions:
            last = ledger.last_build(edition.name)
            editions.append(
                {
                    "edition": edition.name,
                    "built_at": last.built_at if last else None,
                    "up_to_date": is_built(configuration, archive, edition),
                }
            )
        targets = []
        for target in configuration.targets:
            _, at, error = ledger.publication(target.name)
            targets.append({"target": target.name, "published_at": at, "error": error})
        last_run = ledger.last_run()
    return {
        "sections": sections,
        "failures": failures,
        "editions": editions,
        "targets": targets,
        "last_run": last_run,
        "needs_attention": bool(failures) or any(target["error"] for target in targets),
    }


def describe(status: dict[str, Any]) -> list[str]:
    """The same for people."""
    if not status["sections"]:
        return ["nothing was mirrored yet; run: mirrorpress run"]
    lines = [line for row in status["sections"] for line in _section(row)]
    for edition in status["editions"]:
        state = "up to date" if edition["up_to_date"] else "behind the archive; run: mirrorpress build"
        lines.append(f"edition {edition['edition']}: built {_when(edition['built_at'])}, {state}")
    for target in status["targets"]:
        trouble = f"; last try failed: {target['error']}" if target["error"] else ""
        lines.append(f"target {target['target']}: published {_when(target['published_at'])}{trouble}")
    failures = status["failures"]
    lines += [
        f"✗ {one['url']}: {one['stage']}: {one['reason']} ({counted(one['times'], 'time')})"
        for one in failures[:_SHOWN]
    ]
    if len(failures) > _SHOWN:
        lines.append(f"… and {len(failures) - _SHOWN} more; --json shows all")
    return lines


def _section(row: dict[str, Any]) -> list[str]:
    source = f"source last answered {_when(row['succeeded_at'])}" if row["has_source"] else "no source"
    lines = [
        f"{row['section']}: {counted(row['articles'], 'article')}, newest {_when(row['newest'])}, {source}"
    ]
    for key, words in (
        ("low_confidence", "found with low confidence"),
        ("partial", "of which the publisher shows only the beginning"),
    ):
        if found := row[key]["articles"]:
            examples = " ".join(row[key]["examples"])
            lines.append(f"  {counted(found, 'article')} {words}, such as {examples}")
    return lines


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
