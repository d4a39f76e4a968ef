"""Hostile input runs where it can be killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mirrorpress.errors import ExtractError, MirrorpressError
from mirrorpress.pipeline.isolate import Isolation
from tests.pipeline import hostile


def test_results_and_our_own_errors_come_back() -> None:
    with Isolation(workers=2) as isolation:
        assert isolation.call(hostile.double, 21) == 42
        with pytest.raises(ExtractError, match="no text") as caught:
            isolation.call(hostile.refuse, "https://a.example/")
        assert (caught.value.where, caught.value.hint) == ("https://a.example/", "look")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (hostile.spin, "over 0.3 s"),
        (hostile.eat_memory, "too much memory"),
        (hostile.die, "died"),
        (hostile.recurse, "RecursionError"),
        (hostile.stumble, "ValueError: odd bytes"),
    ],
)
def test_a_bad_page_costs_itself_and_the_next_is_read(function, said: str) -> None:  # type: ignore[no-untyped-def]
    with Isolation(seconds=0.3 if function is hostile.spin else 20, workers=1) as isolation:
        isolation.call(hostile.double, 1)
        with pytest.raises(MirrorpressError, match=said):
            isolation.call(function)
        assert isolation.call(hostile.double, 2) == 4


def test_threads_share_the_workers() -> None:
    with Isolation(workers=2) as isolation, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda n: isolation.call(hostile.double, n), range(40))) == [
            2 * n for n in range(40)
        ]
