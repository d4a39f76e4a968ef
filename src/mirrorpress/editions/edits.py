"""Where two sequences differ, in bounded time whatever they hold.

Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986) finds the fewest edits.
Its time grows with their number; that of ``difflib``, with how often things are repeated, which a hostile
text decides. Beyond its budget two sequences are taken for entirely different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt


@dataclass(frozen=True, slots=True)
class Edit:
    """``before[start:end]`` became ``after[new_start:new_end]``; one of the two may be empty."""

    start: int
    end: int
    new_start: int
    new_end: int


class Budget:
    """Steps that comparing may still take; a million take about 0.2 s."""

    def __init__(self, steps: int) -> None:
        self.steps = steps


def edits(before: Sequence[str], after: Sequence[str], budget: Budget) -> list[Edit]:
    """Where two sequences differ, in order; one edit that spans all that differs when the budget is spent."""
    start = 0
    shorter = min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    tail = 0
    while tail < shorter - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    whole = Edit(start, len(before) - tail, start, len(after) - tail)
    if whole.start == whole.end and whole.new_start == whole.new_end:
        return []
    if whole.start == whole.end or whole.new_start == whole.new_end:
        return [whole]
    kept = _kept(before[start : whole.end], after[start : whole.new_end], budget)
    return [whole] if kept is None else _between(kept, whole)


def _between(kept: Sequence[tuple[int, int]], whole: Edit) -> list[Edit]:
    """The edits between pairs of equal items, whose places count from the beginning of ``whole``."""
    found = []
    at, new_at = whole.start, whole.new_start
    for x, y in (*kept, (whole.end - whole.start, whole.new_end - whole.new_start)):
        place, new_place = whole.start + x, whole.new_start + y
        if (at, new_at) != (place, new_place):
            found.append(Edit(at, place, new_at, new_place))
        at, new_at = place + 1, new_place + 1
    return found


def _kept(before: Sequence[str], after: Sequence[str], budget: Budget) -> list[tuple[int, int]] | None:
    """Places of the items that two sequences have in common; None when that takes too long to say.

    ``furthest`` holds, for each diagonal (a place in ``before`` minus one in ``after``), how far in
    ``before`` one comes with so many edits.
    """
    size, new_size = len(before), len(after)
    most = min(size + new_size, isqrt(2 * max(budget.steps, 0)) + 1)  # what the budget allows anyway
    middle = most + 1
    furthest = [0] * (2 * most + 3)
    trace: list[list[int]] = []
    for distance in range(most + 1):
        trace.append(furthest[middle - distance - 1 : middle + distance + 2])
        for at in range(middle - distance, middle + distance + 1, 2):
            x = furthest[at + 1] if _goes_down(furthest, at, at - middle, distance) else furthest[at - 1] + 1
            first, y = x, x - (at - middle)
            while x < size and y < new_size and before[x] == after[y]:
                x, y = x + 1, y + 1
            furthest[at] = x
            if x >= size and y >= new_size:
                return _traced(trace, size, new_size)
            budget.steps -= 1 + x - first
        if budget.steps < 0:
            return None
    return None


def _goes_down(furthest: Sequence[int], at: int, diagonal: int, distance: int) -> bool:
    """Whether the last edit on the way to a diagonal, which stands ``at`` this index, is one in ``after``."""
    return diagonal == -distance or (diagonal != distance and furthest[at - 1] < furthest[at + 1])


def _traced(trace: Sequence[Sequence[int]], x: int, y: int) -> list[tuple[int, int]]:
    """The common items on the way that ended at ``x``, ``y``; ``trace`` has a row for each edit of it."""
    kept = []
    for distance in range(len(trace) - 1, -1, -1):
        furthest, at = trace[distance], x - y + distance + 1
        at += 1 if _goes_down(furthest, at, x - y, distance) else -1
        before_x = furthest[at]
        before_y = before_x - (at - distance - 1)
        while x > before_x and y > before_y:
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = before_x, before_y
    return kept[::-1]
