"""When the next run is due: kept beside the index, so that ``status`` can tell that one did not come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mirrorpress.errors import ArchiveError

_LONGEST = 1000  # bytes of the file; ours has under 100


@dataclass(frozen=True, slots=True)
class Timetable:
    """A run is ``due`` (aware, UTC), and another ``every`` so often after that."""

    every: timedelta
    due: datetime

    def following(self, now: datetime) -> Timetable:
        """The first start after ``now``. Starts that were missed, while a run was at work or the machine
        slept, are left out, not made up for. Where the clock was set back, the timetable begins anew."""
        periods = max((now - self.due) // self.every + 1, 1)
        due = self.due + periods * self.every
        return Timetable(self.every, due if due - now <= self.every else now + self.every)

    def is_late(self, now: datetime) -> bool:
        """Whether the run that is due, and the one after it, did not begin."""
        return now > self.due + self.every


def kept(folder: Path) -> Timetable | None:
    """The timetable of the mirror in ``folder``; None when there is none, or none that can be read."""
    try:
        with _file(folder).open("rb") as file:
            told = json.loads(file.read(_LONGEST))
        due = datetime.fromisoformat(told["due"]).astimezone(UTC)
        every = timedelta(seconds=float(told["every_seconds"]))
        return Timetable(every, due) if every > timedelta() else None
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def keep(folder: Path, timetable: Timetable) -> None:
    """Keep a timetable for ``status``. Raises ``ArchiveError``."""
    file = _file(folder)
    told = {"every_seconds": timetable.every.total_seconds(), "due": timetable.due.isoformat()}
    with _writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(json.dumps(told) + "\n", encoding="ascii")
        part.replace(file)


def forget(folder: Path) -> None:
    """No run is due any more. Raises ``ArchiveError``."""
    with _writing(_file(folder)):
        _file(folder).unlink(missing_ok=True)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    # Not ``index.translated``: its imports take longer than all that ``status`` does.
    try:
        yield
    except OSError as error:
        raise ArchiveError(
            f"cannot be written: {error.strerror}",
            where=str(file),
            hint="make room, or correct the permissions",
        ) from error


def _file(folder: Path) -> Path:
    return folder / "archive" / "timetable.json"
