"""Running a function on hostile input in a process that is killed when it takes too much time or memory."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from mirrorpress.errors import MirrorpressError

T = TypeVar("T")

SECONDS = 20.0
"""A call that takes longer is killed. trafilatura's slowest good page took 2 s."""
MEMORY = 1_500_000_000
"""Bytes of address space a worker may have: a picture of 40 megapixels needs three copies of 160 MB."""
_CALLS = 500  # then a worker is replaced: parsers keep caches
_PRELOAD = ["mirrorpress.extract.read", "mirrorpress.extract.finish", "PIL.Image"]
_PRELOAD_AUTOMATIC = ["trafilatura"]  # 1 s of work that a mirror with selectors everywhere saves
# Imported once by the process that workers are forked from: a new worker costs 10 ms and shares their memory.


class Isolation:
    """Worker processes, one a caller at a time, made when first needed; as many as there are cores
    unless ``workers`` says otherwise. ``automatic``: many calls will find articles without selectors.
    Thread-safe."""

    def __init__(
        self, *, seconds: float = SECONDS, memory: int = MEMORY, workers: int = 0, automatic: bool = False
    ) -> None:
        self._seconds = seconds
        self._memory = memory
        self._places = BoundedSemaphore(workers or os.cpu_count() or 1)
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOAD + (_PRELOAD_AUTOMATIC if automatic else []))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while True:
            try:
                self._idle.get_nowait().stop()
            except Empty:
                return

    def call(self, function: Callable[..., T], /, *arguments: Any) -> T:
        """Run a module-level ``function`` in a worker and return what it returns.

        Raises what it raised when that is a ``MirrorpressError``, else a ``MirrorpressError`` that says
        what went wrong: too long, too much memory, or a parser's own fault.
        """
        with self._places, self._worker() as worker:
            return cast("T", worker.call(function, arguments, self._seconds))

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        try:
            worker = self._idle.get_nowait()
        except Empty:
            worker = _Worker(self._context, self._memory)
        try:
            yield worker
        finally:
            if worker.is_fit():
                self._idle.put(worker)
            else:
                worker.stop()


class _Worker:
    def __init__(self, context: multiprocessing.context.ForkServerContext, memory: int) -> None:
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs, memory), daemon=True)
        self._process.start()
        theirs.close()
        self._calls = 0
        self._whole = True

    def is_fit(self) -> bool:
        return self._whole and self._calls < _CALLS

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
        self._calls += 1
        self._whole = False
        try:
            self._pipe.send((function, arguments))
            if not self._pipe.poll(seconds):
                raise MirrorpressError(
                    f"reading it took over {seconds:g} s and was stopped", hint="it was left out"
                )
            good, result = self._pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise MirrorpressError("the process that read it died", hint="it was left out") from error
        self._whole = True
        if good:
            return result
        raise result

    def stop(self) -> None:
        self._pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()


def _serve(pipe: Connection, memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to end
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            function, arguments = pipe.recv()
        except (EOFError, OSError):  # the parent is gone, or has no more work
            return
        try:
            answer = (True, function(*arguments))
        except MirrorpressError as error:
            answer = (False, error)
        except MemoryError:
            answer = (False, MirrorpressError("reading it took too much memory", hint="it was left out"))
        except Exception as error:  # noqa: BLE001 - a parser may raise anything on hostile input; this is its border
            reason = f"it could not be read: {type(error).__name__}: {str(error)[:200]}"
            answer = (False, MirrorpressError(reason, hint="it was left out; please report the page"))
        try:
            pipe.send(answer)
        except (OSError, MemoryError):
            return
