"""What a command costs, with every process that it starts: seconds, CPU-seconds, memory.

Run as a program, this is the small process between the benchmark and the command: it becomes the parent
of every orphan (prctl(2), PR_SET_CHILD_SUBREAPER), as Python's own forkserver never waits for its workers
and their CPU time would otherwise be lost.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
_PAUSE = 0.02  # seconds between two looks at memory


@dataclass(frozen=True)
class Cost:
    """What one run took. Times in seconds, memory in bytes.

    ``main`` is the peak resident size of the command's own process, ``child`` that of the largest other one,
    ``tree`` the peak of all together, shared pages counted once (PSS).
    """

    wall: float
    cpu: float
    main: int
    child: int
    tree: int

    def __add__(self, other: Cost) -> Cost:
        """One after the other."""
        peaks = (max(getattr(self, peak), getattr(other, peak)) for peak in ("main", "child", "tree"))
        return Cost(self.wall + other.wall, self.cpu + other.cpu, *peaks)

    def __sub__(self, other: Cost) -> Cost:
        """What is left of the times; of memory nothing can be taken away."""
        return replace(self, wall=self.wall - other.wall, cpu=self.cpu - other.cpu)


def cost(
    command: Sequence[str | Path], *, cwd: Path, one_core: bool = False, accept: Sequence[int] = (0,)
) -> Cost:
    """Run a command to its end. Raises ``RuntimeError`` with what it said when it fails."""
    parts = [str(part) for part in command]
    if one_core:
        parts = ["taskset", "-c", "0", *parts]
    with tempfile.NamedTemporaryFile("r") as result:
        done = subprocess.run(
            [sys.executable, "-S", "-E", __file__, result.name, *parts],
            cwd=cwd,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode not in accept:
            said = done.stdout.decode("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{' '.join(parts)} ended with {done.returncode}:\n{said}")
        return Cost(**json.load(result))


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure; of memory, the highest."""
    return Cost(
        wall=median(one.wall for one in costs),
        cpu=median(one.cpu for one in costs),
        main=max(one.main for one in costs),
        child=max(one.child for one in costs),
        tree=max(one.tree for one in costs),
    )


def side_by_side(runs: int, contestants: Mapping[str, Callable[[], Cost]]) -> dict[str, Cost]:
    """Medians of several runs, the contestants taking turns so that a busy moment hits all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in contestants}
    for _ in range(runs):
        for name, contestant in contestants.items():
            costs[name].append(contestant())
    return {name: middle(found) for name, found in costs.items()}


def _environment() -> dict[str, str]:
    """The same for everybody: no configuration of this machine's user."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON"))}
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "bench"), ("EMAIL", "bench@localhost.invalid"))
    }
    return {**kept, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


# --- the process between -----------------------------------------------------------------------


class _Watch(threading.Thread):
    """Looks at the memory of all descendants until ``over`` is set."""

    def __init__(self, main: int) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.main = self.child = self.tree = 0
        self._main = main

    def run(self) -> None:
        while not self.over.wait(_PAUSE):
            self.look()

    def look(self) -> None:
        together = 0
        own = _command(self._main)
        for pid in _descendants(os.getpid()):
            if pid != self._main and _command(pid) == own:
                continue  # between fork and exec: the same memory under a second number
            try:
                status = Path(f"/proc/{pid}/status").read_text()
                shared = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:  # it has ended
                continue
            if (peak := _field("VmHWM", status)) is None:
                continue
            if pid == self._main:
                self.main = max(self.main, peak)
            else:
                self.child = max(self.child, peak)
            together += _field("Pss", shared) or 0
        self.tree = max(self.tree, together)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _field(name: str, text: str) -> int | None:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            own = [int(child) for child in children.read_text().split()]
        except OSError:
            continue
        for child in own:
            found += [child, *_descendants(child)]
    return found


def _between(result: Path, command: list[str]) -> int:
    """Run the command, wait for all that it leaves behind, write its ``Cost`` to ``result``."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    begun = time.perf_counter()
    main = os.posix_spawnp(command[0], command, os.environ)
    watch = _Watch(main)
    watch.start()
    wall, cpu, status = 0.0, 0.0, 0
    while True:
        try:
            pid, ended, used = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += used.ru_utime + used.ru_stime
        if pid == main:
            wall, status = time.perf_counter() - begun, os.waitstatus_to_exitcode(ended)
    watch.over.set()
    watch.join()
    figures = {"wall": wall, "cpu": cpu, "main": watch.main, "child": watch.child, "tree": watch.tree}
    result.write_text(json.dumps(figures))
    return status


if __name__ == "__main__":
    sys.exit(_between(Path(sys.argv[1]), sys.argv[2:]))
