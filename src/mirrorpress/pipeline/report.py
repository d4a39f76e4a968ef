"""What a run did, counted as it goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mirrorpress.errors import MirrorpressError

Watch = Callable[[str, int, int], None]
"""Told of progress: what is under way, how much of it is done, of how much (0: unknown)."""


@dataclass(frozen=True, slots=True)
class Failed:
    """One thing that failed; the rest of the run went on."""

    url: str
    stage: str
    reason: str
    hint: str
    section: str = ""


@dataclass
class Report:
    """Counts and failures of one run. ``notes`` are lines for people that are no failures."""

    discovered: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0  # by a title filter
    withdrawn: int = 0  # entries and articles that are refused
    partial: int = 0  # new or updated, of which the publisher shows only the beginning; told in ``notes``
    gone: int = 0  # taken away by the publisher; the last revision stays
    pictures: int = 0
    pictures_missing: int = 0
    pages_written: int = 0
    bytes_written: int = 0
    files_removed: int = 0
    signatures: int = 0  # files that were written for others to be checked by
    failures: list[Failed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    watch: Watch = lambda *_: None
    _begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the report was begun."""
        return time.monotonic() - self._begun

    def fail(self, error: MirrorpressError, stage: str, *, where: str = "", section: str = "") -> Failed:
        """Count an error that did not stop the run."""
        failed = Failed(error.where or where, stage, error.reason, error.hint, section)
        self.failures.append(failed)
        return failed

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        counts = {
            name: getattr(self, name)
            for name in (
                "discovered new updated unchanged skipped withdrawn gone pictures pictures_missing "
                "pages_written bytes_written files_removed signatures"
            ).split()
        }
        failures = [
            {
                "url": one.url,
                "stage": one.stage,
                "reason": one.reason,
                "hint": one.hint,
                "section": one.section,
            }
            for one in self.failures
        ]
        return {
            **counts,
            "failed": len(self.failures),
            "seconds": round(self.seconds, 3),
            "failures": failures,
            "notes": self.notes,
            "published": self.published,
        }
