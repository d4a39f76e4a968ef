"""Hostile input runs where it can be killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
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


def told(answers: Iterator[str | MirrorpressError]) -> list[str]:
    return [answer.reason if isinstance(answer, MirrorpressError) else answer for answer in answers]


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (1, 8), (3, 4)])
def test_many_items_come_back_in_their_order(workers: int, batch: int) -> None:
    with Isolation(workers=workers) as isolation:
        assert list(isolation.map(hostile.double, range(100), batch=batch)) == [2 * n for n in range(100)]
        assert list(isolation.map(hostile.double, [])) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_item_costs_no_other_item_of_its_batch(workers: int) -> None:
    items = ["a", "die", "b", "spin", "c", "refuse", "stumble", "d", "eat", "spin", "die", "e"]
    with Isolation(seconds=5, memory=400_000_000, workers=workers) as isolation:
        answers = told(isolation.map(hostile.act, items, batch=6))
    assert [answer for answer in answers if len(answer) == 1] == ["A", "B", "C", "D", "E"]
    assert "died" in answers[1]
    assert "over 5 s" in answers[3]
    assert answers[5] == "no text"
    assert "ValueError: odd bytes" in answers[6]
    assert "too much memory" in answers[8]
    assert ["over 5 s" in answers[9], "died" in answers[10]] == [True, True]


def test_items_are_taken_as_they_are_needed_and_what_waits_is_bounded() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(100_000):
            taken = number
            yield number

    with Isolation(workers=2) as isolation:
        answers = isolation.map(hostile.double, items(), batch=2)
        assert [next(answers) for _ in range(10)] == list(range(0, 20, 2))
        assert taken < 60
        answers.close()
        assert isolation.call(hostile.double, 4) == 8, "workers that were given up are replaced"
        long = isolation.map(hostile.long_answer, range(200), batch=8)
        assert [int(str(answer)) for answer in long] == list(range(200))


def test_a_slow_reader_of_answers_lets_no_item_time_out() -> None:
    with Isolation(seconds=0.5, workers=1) as isolation:
        isolation.call(hostile.double, 1)
        answers = isolation.map(hostile.long_answer, range(8), batch=4)
        first = next(answers)
        threading.Event().wait(0.8)
        assert [int(str(answer)) for answer in (first, *answers)] == list(range(8))


def test_memory_can_be_bounded_beyond_what_a_worker_starts_with() -> None:
    with Isolation(memory=100_000_000, beyond_start=True, workers=1) as isolation:
        assert isolation.call(hostile.hold, 60) == 60_000_000
        with pytest.raises(MirrorpressError, match="too much memory"):
            isolation.call(hostile.hold, 110)


def test_two_users_of_one_isolation_share_its_workers() -> None:
    with Isolation(workers=1) as isolation, ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda _: list(isolation.map(hostile.double, range(50))), range(4)):
            assert done == [2 * n for n in range(50)]
