"""One run at a time in a mirror's folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from mirrorpress.errors import ArchiveError, BusyError


def holder(folder: Path) -> int:
    """The process that last held the archive below ``folder`` if it is alive, else 0.

    Asked of the number in the lock's file: trying the lock would turn away a run that begins at that moment.
    """
    try:
        process = int((folder / "archive" / "lock").read_text(encoding="ascii"))
        if process > 0:
            os.kill(process, 0)
    except PermissionError:  # alive, and somebody else's
        return process
    except (OSError, ValueError, OverflowError):
        return 0
    return max(process, 0)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the archive below ``folder`` for this process. Raises ``BusyError`` at once when another holds it,
    ``ArchiveError`` when there can be no lock.

    The lock is the kernel's (flock): it ends with the process, however that ends.
    """
    path = folder / "archive" / "lock"
    with ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = held.enter_context(path.open("a+"))
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            other = handle.read(20).strip()
            raise BusyError(
                f"another run is at work here{f' (process {other})' if other else ''}",
                where=str(folder),
                hint="wait until it ends, then run the command again",
            ) from error
        except OSError as error:
            raise ArchiveError(
                f"cannot be written: {error.strerror}",
                where=str(path),
                hint="correct the permissions, or remove what is in the way",
            ) from error
        with suppress(OSError):  # on a full disk the number of the process is missing, no more
            os.ftruncate(handle.fileno(), 0)
            os.pwrite(handle.fileno(), str(os.getpid()).encode(), 0)
        yield
