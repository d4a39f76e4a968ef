"""Running a function on hostile input in a process that is killed when it takes too much time or memory."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from mirrorpress.errors import MirrorpressError
from mirrorpress.pipeline.supply import AtHand, Inflow, Supply
from mirrorpress.pipeline.worker import Limit, Worker, opened

S = TypeVar("S")
T = TypeVar("T")

SECONDS = 20.0
"""A call that takes longer is killed. trafilatura's slowest good page took 2 s."""
MEMORY = 1_500_000_000
"""Bytes of address space a worker may have: a picture of 40 megapixels needs three copies of 160 MB."""
BATCH = 8
"""Items of ``map`` in one message: handing over 40 kB costs 80 µs at 1, 42 µs at 8, 36 µs at 32."""
_WINDOW = 8  # batches a worker may be ahead of the oldest answer that is still missing
_HELD = 32_000_000  # bytes of answers that may wait for an older one before no further items are handed out
_PRELOAD = ("mirrorpress.extract.read", "mirrorpress.extract.finish", "PIL.Image")
# Imported once by the process that workers are forked from: a new worker costs 10 ms and shares their memory.


class Isolation:
    """Worker processes, one a caller at a time, made when first needed; as many as there are cores
    unless ``workers`` says otherwise. Thread-safe.

    ``memory`` bounds a worker's address space, in bytes; with ``beyond_start``, what comes on top of that
    which it has at its start. ``preload`` names modules that workers share.
    """

    def __init__(
        self,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        beyond_start: bool = False,
        workers: int = 0,
        preload: Sequence[str] = _PRELOAD,
    ) -> None:
        self._seconds = seconds
        self._limit = Limit(memory, beyond_start)
        self._workers = workers or cores()
        self._places = BoundedSemaphore(self._workers)
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))

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
        self._places.acquire()
        try:
            worker = self._hire()
            try:
                worker.begin(function, [arguments])
                result = opened(worker.answer(self._seconds))
            finally:
                self._dismiss(worker)
        finally:
            self._places.release()
        if isinstance(result, MirrorpressError):
            raise result
        return cast("T", result)

    def map(
        self, function: Callable[[S], T], items: Iterable[S] | Inflow[S], *, batch: int = BATCH
    ) -> Iterator[T | MirrorpressError]:
        """Run a module-level ``function`` on every item, in all workers at once; yields, in the items' order,
        what it returns, or the ``MirrorpressError`` that ``call`` would raise.

        Items are taken as they are needed, and answers that wait for an older one are bounded in number and
        size. An item that costs a worker its life costs no other item: the rest of its batch is done again.
        An answer never waits for the next item of an ``Inflow``.
        """
        todo = _Todo(items if isinstance(items, Inflow) else AtHand(items))
        answers: dict[int, bytes | MirrorpressError] = {}
        held = turn = 0
        shares: dict[Connection, _Share[S]] = {}
        try:
            while True:
                wanting = False
                while len(shares) < self._workers and self._places.acquire(blocking=not shares):
                    room = turn + _WINDOW * batch * self._workers - todo.begun if held < _HELD else 0
                    load = todo.take(batch, fresh=room)
                    if not load:
                        self._places.release()
                        wanting = room > 0
                        break
                    share = _Share(self._hire(), load)
                    shares[share.worker.pipe] = share
                    share.begin(function)
                if not shares and todo.is_over:
                    return
                for share in self._heard(shares, todo.wake if wanting else -1):
                    number, answer = share.next_answer(self._seconds)
                    answers[number] = answer
                    held += _size(answer)
                    if share.is_over:
                        todo.again(share.load)
                        del shares[share.worker.pipe]
                        self._dismiss(share.worker)
                        self._places.release()
                while turn in answers:
                    answer = answers.pop(turn)
                    held -= _size(answer)
                    turn += 1
                    yield opened(answer)
        finally:
            todo.close()
            for share in shares.values():  # the caller had enough
                self._dismiss(share.worker)
                self._places.release()

    def _heard(self, shares: dict[Connection, _Share[S]], wake: int) -> list[_Share[S]]:
        """Waits for shares that have an answer, or have run out of time, or until ``wake`` is readable."""
        first = min((share.since for share in shares.values()), default=None)
        patience = None if first is None else max(0.0, first + self._seconds - time.monotonic())
        pipes = set(wait([*shares, *([wake] if wake >= 0 else ())], patience))
        late = time.monotonic() - self._seconds
        return [share for pipe, share in shares.items() if pipe in pipes or share.since <= late]

    def _hire(self) -> Worker:
        try:
            return self._idle.get_nowait()
        except Empty:
            return Worker(self._context, self._limit)

    def _dismiss(self, worker: Worker) -> None:
        if worker.is_fit:
            self._idle.put(worker)
        else:
            worker.stop()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(slots=True)
class _Todo(Generic[S]):
    """Numbered items that no worker has: fresh ones, and those that a killed worker left undone."""

    _fresh: Supply[S]
    _undone: deque[tuple[int, S]] = field(default_factory=deque)
    begun: int = 0  # fresh items taken so far

    @property
    def wake(self) -> int:
        return -1 if self._fresh.is_over else self._fresh.wake

    @property
    def is_over(self) -> bool:
        return self._fresh.is_over and not self._undone

    def close(self) -> None:
        self._fresh.close()

    def take(self, count: int, *, fresh: int) -> deque[tuple[int, S]]:
        """Up to ``count`` items, no more than ``fresh`` of them new."""
        load = deque(self._undone.popleft() for _ in range(min(count, len(self._undone))))
        if not load:
            load.extend(enumerate(self._fresh.take(min(count, fresh)), start=self.begun))
            self.begun += len(load)
        return load

    def again(self, items: Iterable[tuple[int, S]]) -> None:
        self._undone.extend(items)


@dataclass(slots=True)
class _Share(Generic[S]):
    """The items that one worker has in hand, the one that it is busy with first, ``since`` when."""

    worker: Worker
    load: deque[tuple[int, S]]
    since: float = 0.0
    _lost: bool = False

    def begin(self, function: Callable[[S], Any]) -> None:
        self.since = time.monotonic()
        self.worker.begin(function, [(item,) for _, item in self.load])

    def next_answer(self, seconds: float) -> tuple[int, bytes | MirrorpressError]:
        number, _ = self.load.popleft()
        try:
            answer: bytes | MirrorpressError = self.worker.answer(seconds, since=self.since)
        except MirrorpressError as error:
            self._lost = True
            answer = error
        self.since = time.monotonic()
        return number, answer

    @property
    def is_over(self) -> bool:
        return self._lost or not self.load


def _size(answer: bytes | MirrorpressError) -> int:
    return len(answer) if isinstance(answer, bytes) else 0
