"""One run at a time in a mirror's folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mirrorpress.errors import BusyError


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the archive below ``folder`` for this process. Raises ``BusyError`` at once when another holds it.

    The lock is the kernel's (flock): it ends with the process, however that ends.
    """
    path = folder / "archive" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            other = handle.read(20).strip()
            raise BusyError(
                f"another run is at work here{f' (process {other})' if other else ''}",
                where=str(folder),
                hint="wait until it ends, then run the command again",
            ) from error
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield
