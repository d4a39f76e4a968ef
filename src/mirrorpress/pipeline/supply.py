"""Where items of a long work come from: what is at hand, or what somebody else writes as we go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from queue import Empty, Queue
from threading import Event, Thread
from typing import Generic, Protocol, TypeVar, cast

S = TypeVar("S")

_AHEAD = 256  # items read before they are asked for: enough for every core, little for memory


class Supply(Protocol[S]):
    """Items in their order. ``wake`` is a file descriptor that is readable when more may be had; -1: none."""

    wake: int
    is_over: bool

    def take(self, count: int) -> list[S]:
        """Up to ``count`` items. Raises what getting them raised."""

    def close(self) -> None:
        """Nothing more is wanted."""


class AtHand(Generic[S]):
    """Items that are there, or cost no waiting."""

    wake = -1

    def __init__(self, items: Iterable[S]) -> None:
        self._items = iter(items)
        self.is_over = False

    def take(self, count: int) -> list[S]:
        taken = list(islice(self._items, max(count, 0)))
        self.is_over = len(taken) < count
        return taken

    def close(self) -> None:
        """Nothing is open."""


class Inflow(Generic[S]):
    """Items that may be long in coming, as lines of a pipe are: a thread waits for them, so that the answers
    to the first are not held up by the second. ``take`` gives what has come, and waits for nothing."""

    def __init__(self, items: Iterable[S]) -> None:
        self.is_over = False
        self._come: Queue[tuple[bool, S | BaseException | None]] = Queue(_AHEAD)
        self._unwanted = Event()
        self.wake, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        # A daemon: it may wait for a line that never comes, which must not keep the program from ending.
        Thread(target=self._read, args=(iter(items),), name="inflow", daemon=True).start()

    def take(self, count: int) -> list[S]:
        taken: list[S] = []
        while len(taken) < count and not self.is_over:
            try:
                is_item, come = self._come.get_nowait()
            except Empty:
                break
            os.read(self.wake, 1)  # one byte an item: readable means that there is something
            if is_item:
                taken.append(cast("S", come))
                continue
            self.is_over = True
            if isinstance(come, BaseException):
                raise come
        return taken

    def close(self) -> None:
        self._unwanted.set()
        self.is_over = True
        os.close(self.wake)
        self.wake = -1

    def _read(self, items: Iterator[S]) -> None:
        end: BaseException | None = None
        try:
            for item in items:
                self._put((True, item))
                if self._unwanted.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 - whoever takes the items hears of it
            end = error
        self._put((False, end))
        os.close(self._bell)

    def _put(self, come: tuple[bool, S | BaseException | None]) -> None:
        self._come.put(come)
        with suppress(BrokenPipeError):  # nobody listens any more
            os.write(self._bell, b".")
