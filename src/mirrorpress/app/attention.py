"""What of a mirror's standing needs a person. Decides only; docs/commands.md lists the rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mirrorpress.app.output import ago, size

PATIENCE = timedelta(hours=24)
"""How long a source or target may fail before a person is called: most failures pass by themselves."""
LEAST_FREE = 500_000_000
"""Bytes that must be free: a build that fails halfway for want of room is worse than a call too early."""
LEAST_FILES = 10_000
"""Files that the file system must still be able to hold; one of many small files runs out of these first."""


_BEFORE_LAPSE = timedelta(days=60)  # to get together the people who hold root keys


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person: ``what`` is one of the documented words, ``where`` a section, target,
    folder or command."""

    what: str
    where: str
    reason: str
    hint: str


def needs(status: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Everything in a status (as ``status --json`` prints it) that needs a person, gravest first."""
    found = [*_of_runs(status, now), *_of_signatures(status, now), *_of_targets(status, now)]
    found += [*_of_disk(status), *_of_sections(status, now)]
    return [asdict(need) for need in found]


def _of_runs(status: dict[str, Any], now: datetime) -> list[Need]:
    found = []
    run, schedule = status["last_run"], status["schedule"]
    error = (run or {}).get("counts", {}).get("error")
    if error:
        where = f"{error['where']}: " if error["where"] else ""
        found.append(Need("run-failed", run["command"], f"{where}{error['reason']}", error["hint"]))
    if schedule and schedule["late"] and not status["at_work"]:
        begun = f"; the last one began {ago(run['started_at'], now)}" if run else ""
        reason = f"a run was due {ago(schedule['due'], now)}{begun}"
        hint = "look whether run --every, the timer or the CI job still works"
        found.append(Need("run-late", "run", reason, hint))
    return found


def _of_signatures(status: dict[str, Any], now: datetime) -> list[Need]:
    signatures = status["signatures"] or {"lapse": [], "waiting": []}
    found = [
        Need(
            "signature-lapses",
            one["kind"],
            f"version {one['version']} lapses on {one['at']:%Y-%m-%d}; then nothing counts as fresh",
            "mirrorpress key renew, with the root keys and that of targets at hand",
        )
        for one in signatures["lapse"]
        if one["at"] - now < _BEFORE_LAPSE
    ]
    hint = "mirrorpress key sign; mirrorpress key show says whose signature is missing"
    found += [
        Need("signature-waits", kind, "a change waits for signatures", hint) for kind in signatures["waiting"]
    ]
    return found


def _of_targets(status: dict[str, Any], now: datetime) -> list[Need]:
    found = []
    for target in status["targets"]:
        last = target["published_at"]
        if target["error"] and (last is None or now - last > PATIENCE):
            since = f"took something last {ago(last, now)}" if last else "never took anything"
            reason = f"{since}: {target['error']}"
            found.append(Need("target-failing", target["target"], reason, "mirrorpress publish tries again"))
    return found


def _of_disk(status: dict[str, Any]) -> list[Need]:
    disk = status["disk"]
    if disk is None:
        return []
    few_files = disk["free_files"] is not None and disk["free_files"] < LEAST_FILES
    if disk["free_bytes"] >= LEAST_FREE and not few_files:
        return []
    left = f"{disk['free_files']:,} more files" if few_files else size(disk["free_bytes"])
    return [Need("disk-full", "disk", f"room for only {left} is left", "make room, or move the mirror")]


def _of_sections(status: dict[str, Any], now: datetime) -> list[Need]:
    configured = {row["section"]: row for row in status["sections"] if row["has_source"]}
    found = []
    for failure in status["failures"]:
        row = configured.get(failure["section"])
        if row is None:
            continue
        if failure["alarm"]:
            found.append(Need("alarm", failure["section"], failure["reason"], failure["hint"]))
        elif failure["stage"] == "discover":
            never = row["succeeded_at"] is None
            if never or now - failure["first_at"] > PATIENCE:
                since = "never answered" if never else f"fails since {failure['first_at']:%Y-%m-%d %H:%M} UTC"
                reason = f"its source {since}: {failure['reason']}"
                found.append(Need("source-failing", failure["section"], reason, failure["hint"]))
    return found
