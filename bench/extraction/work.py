"""One engine on many pages, in a process of its own that is pinned to one core.

``run`` starts it; as a program it reads a job from stdin and writes a JSON line for each page to stdout.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.extraction.data import Page
from bench.extraction.engines import ENGINES, Read, Reading

_ROOT = Path(__file__).parent.parent.parent
_PATIENCE = 60  # seconds for one page; the slowest peer's slowest page takes a few
WARM_UP = 5  # pages read before the clock starts, so that tables and caches stand


@dataclass(frozen=True)
class Outcome:
    """What an engine made of the pages, in their order, and what it took: CPU-seconds, bytes."""

    readings: list[dict[str, Any]]
    seconds: float
    peak: int


def run(
    name: str, pages: Sequence[Page], core: int, *, structure: bool = False, timed: bool = False
) -> Outcome:
    """Let an engine read pages. With ``timed`` the first few warm it up, and no readings are kept.

    Raises ``RuntimeError`` with what the process said when it died.
    """
    job = {
        "engine": name,
        "core": core,
        "structure": structure,
        "timed": timed,
        "pages": [(page.id, str(page.path), page.url) for page in pages],
    }
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        cwd=_ROOT,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} died with {done.returncode}:\n{done.stderr[-2000:]}")
    *readings, took = (json.loads(line) for line in done.stdout.splitlines())
    return Outcome(readings, took["seconds"], took["peak"])


def _main() -> None:
    job = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an engine prints is no answer
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {job["core"]})
    warnings.simplefilter("ignore")
    socket.getaddrinfo = _no_network  # type: ignore[assignment]
    signal.signal(signal.SIGALRM, _too_long)
    read = ENGINES[job["engine"]].load(job["structure"])
    seconds = 0.0
    for number, (id, path, url) in enumerate(job["pages"]):
        reading, error, took = _one(read, Path(path), url)
        if not job["timed"]:
            from bench.extraction.structure import text_of  # timed runs must not hold lxml for those without

            text = reading.text or text_of(reading.html)
            out.write(json.dumps({**reading.as_dict(), "id": id, "text": text, "error": error}) + "\n")
        elif number >= WARM_UP:
            seconds += took
    out.write(json.dumps({"seconds": seconds, "peak": _peak()}) + "\n")
    out.close()


def _one(read: Read, path: Path, url: str) -> tuple[Reading, str, float]:
    """A reading, empty with the reason when there is none, and its CPU-seconds."""
    page = path.read_text(encoding="utf-8")
    error = ""
    begun = _spent()
    signal.alarm(_PATIENCE)
    try:
        reading = read(page, url)
    except Exception as problem:  # noqa: BLE001 - engines raise whatever they meet; a page costs itself
        reading, error = Reading(), f"{type(problem).__name__}: {problem}"[:200]
    finally:
        signal.alarm(0)
    return reading, error, _spent() - begun


def _spent() -> float:
    """CPU-seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak() -> int:
    """Peak resident bytes; ``ru_maxrss`` would include what the parent had when it started this process."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _no_network(*_: object, **__: object) -> None:
    raise socket.gaierror(
        "an engine under measurement reaches nobody"
    )  # newspaper4k asks for a list of domains


def _too_long(*_: object) -> None:
    raise TimeoutError(f"a page took more than {_PATIENCE} s")


if __name__ == "__main__":
    _main()
