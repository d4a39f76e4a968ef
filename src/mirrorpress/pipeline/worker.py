"""One process that runs functions on hostile input: it may be killed at any time."""

from __future__ import annotations

import gc
import pickle
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from mirrorpress.errors import MirrorpressError

_CALLS = 500  # then a worker is replaced: parsers keep caches


@dataclass(frozen=True, slots=True)
class Limit:
    """How much address space a worker may have, in bytes: in all, or ``beyond_start``."""

    memory: int
    beyond_start: bool

    def set(self) -> None:
        """Bound this process."""
        memory = self.memory
        if self.beyond_start:
            statm = Path("/proc/self/statm")
            if not statm.exists():  # not Linux, where alone such a bound is kept to
                return
            memory += int(statm.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


class Worker:
    """``begin`` a run of calls, then ask for as many answers. One caller at a time."""

    def __init__(self, context: ForkServerContext, limit: Limit) -> None:
        self.pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs, limit), daemon=True)
        with _deaf_to_interrupts():
            self._process.start()
        theirs.close()
        self._calls = 0
        self._owed = 0

    @property
    def is_fit(self) -> bool:
        """Whether it may be used again."""
        return not self._owed and self._calls < _CALLS

    def begin(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> None:
        """Let it run a function with each of these arguments; as many answers come."""
        self._calls += len(calls)
        self._owed += len(calls)
        with suppress(BrokenPipeError, ConnectionResetError):  # it died: the answer says so
            self.pipe.send((function, calls))

    def answer(self, seconds: float, *, since: float | None = None) -> bytes:
        """The next answer, for ``opened``.

        Raises ``MirrorpressError`` when it did not come within ``seconds`` (from ``since`` on the monotonic
        clock, else from now), or never will.
        """
        patience = seconds if since is None else max(0.0, since + seconds - time.monotonic())
        try:
            if not self.pipe.poll(patience):
                raise MirrorpressError(
                    f"reading it took over {seconds:g} s and was stopped", hint="it was left out"
                )
            answer = self.pipe.recv_bytes()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise MirrorpressError("the process that read it died", hint="it was left out") from error
        self._owed -= 1
        return answer

    def stop(self) -> None:
        """Kill it."""
        self.pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()


def opened(answer: bytes | MirrorpressError) -> Any:
    """What the function returned, or the error that stands for it."""
    return pickle.loads(answer) if isinstance(answer, bytes) else answer  # noqa: S301 - our own worker wrote it


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """What is started here never hears Ctrl-C, not even while it starts: the parent decides when to end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, limit: Limit) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # were it not deaf: another may have started the fork server
    limit.set()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # what is loaded is never garbage; a higher threshold was no faster, and kept dead trees
    while True:
        try:
            function, calls = pipe.recv()
        except (EOFError, OSError):  # the parent is gone, or has no more work
            return
        for arguments in calls:
            try:
                pipe.send(_tried(function, arguments))
            except (OSError, MemoryError):
                return


def _tried(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return function(*arguments)
    except MirrorpressError as error:
        return error
    except MemoryError:
        return MirrorpressError("reading it took too much memory", hint="it was left out")
    except Exception as error:  # noqa: BLE001 - a parser may raise anything on hostile input; this is its border
        reason = f"it could not be read: {type(error).__name__}: {str(error)[:200]}"
        return MirrorpressError(reason, hint="it was left out; please report the page")
