"""Functions that behave as parsers do on hostile input; run in workers by ``test_isolate``."""

from __future__ import annotations

import os
import signal

from mirrorpress.errors import ExtractError


def double(number: int) -> int:
    return 2 * number


def refuse(url: str) -> None:
    raise ExtractError("no text", where=url, hint="look")


def spin() -> None:
    while True:
        pass


def eat_memory() -> None:
    hoard = [bytearray(100_000_000) for _ in range(1000)]
    hoard.clear()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def recurse() -> None:
    recurse()


def stumble() -> None:
    raise ValueError("odd bytes")


def act(what: str) -> str:
    """Do what is asked by name, or give it back in capitals."""
    named = {
        "spin": spin,
        "eat": eat_memory,
        "die": die,
        "stumble": stumble,
        "refuse": lambda: refuse("here"),
    }
    if what in named:
        named[what]()
    return what.upper()


def long_answer(number: int) -> str:
    return str(number).rjust(1_000_000)


def hold(megabytes: int) -> int:
    return len(bytearray(megabytes * 1_000_000))
