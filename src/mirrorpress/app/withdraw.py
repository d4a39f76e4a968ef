"""What ``mirrorpress withdraw`` takes and says."""

from __future__ import annotations

from collections.abc import Sequence

from mirrorpress.app.output import counted, printable
from mirrorpress.archive.store import Archive
from mirrorpress.archive.withdrawals import Taken, Words
from mirrorpress.errors import UsageError
from mirrorpress.model import Configuration
from mirrorpress.pipeline.run import utc_now

_LONGEST = 2000  # characters of a reason


def words_of(reason: str, public_reason: str, *, keep_title: bool) -> Words:
    """The words of a withdrawal. Raises ``UsageError``."""
    if not reason.strip():
        raise UsageError(
            "a withdrawal needs --reason TEXT",
            hint="it stays in the archive; what readers are told is --public-reason TEXT",
        )
    for option, text in (("--reason", reason), ("--public-reason", public_reason)):
        if len(text) > _LONGEST:
            raise UsageError(f"{option} has over {_LONGEST:,} characters", hint="say it shorter")
    return Words(reason.strip(), public_reason.strip(), keep_title)


def withdrawn_in(configuration: Configuration) -> list[Taken]:
    """What is withdrawn, the newest first. Reads only; may be asked while a run is at work."""
    if not (configuration.folder / "archive" / "index.sqlite").exists():
        return []
    with Archive(configuration.folder, started=utc_now()) as archive:
        return archive.withdrawals.all()


def describe(found: Sequence[Taken]) -> list[str]:
    """Withdrawals for people, a line each and one for all."""
    lines = []
    for one in found:
        place = f"{one.section}/{one.id} “{printable(one.title)}”" if one.id else "never mirrored"
        lines.append(f"{one.at:%Y-%m-%d}  {printable(one.url)}  {place}: {printable(one.words.reason)}")
    return [*lines, f"{counted(len(found), 'withdrawal')}" if found else "nothing is withdrawn"]
