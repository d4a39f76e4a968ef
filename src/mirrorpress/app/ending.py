"""How commands end: what is said last, and the exit status (docs/commands.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirrorpress.errors import (
    ArchiveError,
    BusyError,
    ConfigurationError,
    EditionError,
    MirrorpressError,
    SafetyError,
    TrustError,
    UsageError,
)

if TYPE_CHECKING:
    from mirrorpress.app.output import Speaker
    from mirrorpress.pipeline.report import Report

ALL_WELL, SOME_FAILED, WRONG_USE, UNSAFE, INTERRUPTED = 0, 1, 2, 3, 130


def tell(report: Report, speaker: Speaker, *, also: dict[str, Any] | None = None) -> int:
    """Say what happened; returns the fitting exit status."""
    from mirrorpress.app.output import summary  # noqa: PLC0415 - see cli

    speaker.failures(report)
    for line in report.published:
        speaker.say(f"✓ {line}")
    speaker.say(summary(report))
    speaker.result({**report.as_json(), **(also or {})})
    return SOME_FAILED if report.failures else ALL_WELL


def tell_end(error: MirrorpressError | None, report: Report, speaker: Speaker) -> int:
    """Say why a command ended early (None: it was interrupted); returns the fitting exit status.

    What went before is told too: a build that was refused does not hide what could not be fetched.
    """
    speaker.failures(report)
    stage, status = "interrupted", INTERRUPTED
    if error is None:
        error = MirrorpressError("interrupted", hint="the next run carries on where this one stopped")
    else:
        stage, status = _stage_and_status(error)
    speaker.error(error)
    report.fail(error, stage, where="mirrorpress")
    speaker.result({**report.as_json(), **_as_json(error)})
    return status


def refuse(error: MirrorpressError, speaker: Speaker) -> int:
    """Say why a command that does not work on a mirror ended early; returns the fitting exit status."""
    speaker.error(error)
    speaker.result(_as_json(error))
    return _stage_and_status(error)[1]


def _as_json(error: MirrorpressError) -> dict[str, Any]:
    problems = [str(problem) for problem in error.problems] if isinstance(error, ConfigurationError) else []
    told = {"where": error.where, "reason": error.reason, "hint": error.hint}
    return {"error": {**told, **({"problems": problems} if problems else {})}}


def _stage_and_status(error: MirrorpressError) -> tuple[str, int]:
    known: tuple[tuple[type[MirrorpressError], str, int], ...] = (
        (ConfigurationError, "configuration", WRONG_USE),
        (UsageError, "usage", WRONG_USE),
        (BusyError, "usage", WRONG_USE),
        (SafetyError, "build", UNSAFE),
        (TrustError, "trust", UNSAFE),
        (EditionError, "build", SOME_FAILED),
        (ArchiveError, "store", SOME_FAILED),
    )
    found = ((stage, status) for kind, stage, status in known if isinstance(error, kind))
    return next(found, ("run", SOME_FAILED))
