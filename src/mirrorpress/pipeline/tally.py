"""Counting readers of pages by day from requests, without keeping anything of whoever read."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b

from mirrorpress.gather.counts.records import DAY

_MOST = 1_500_000  # readings that are remembered, of about 100 bytes


class Tally:
    """Readers of articles by day, each once a day.

    Readers are told apart by a keyed hash of what the log says of them. Its key is random, is nowhere but in
    this object, and goes with it: afterwards nobody can tell whom a hash was of, nor compare it to another.
    ``spans`` says what was counted before: the first and last second of each day.
    """

    def __init__(self, spans: Mapping[int, tuple[int, int]]) -> None:
        self.readers: Counter[tuple[int, int]] = Counter()
        self.spans: dict[int, list[int]] = {}
        self._before = spans
        self._key = secrets.token_bytes(16)
        self._seen: dict[int, set[int]] = {}
        self._remembered = 0

    def is_new(self, at: int) -> bool:
        """Whether the second ``at`` was not counted before; notes that it is now."""
        day = at // DAY
        span = self.spans.get(day)
        if span is None:
            self.spans[day] = [at, at]
        elif at < span[0]:
            span[0] = at
        elif at > span[1]:
            span[1] = at
        before = self._before.get(day)
        return before is None or not before[0] <= at <= before[1]

    def add(self, at: int, article: int, reader: str) -> bool:
        """Count a reading; returns whether it is the reader's first one of the article that day."""
        day = at // DAY
        mark = blake2b(reader.encode("utf-8", "replace"), digest_size=8, key=self._key).digest()
        reading = article << 64 | int.from_bytes(mark, "big")
        seen = self._seen.get(day)
        if seen is None:
            seen = self._seen[day] = set()
        if reading in seen:
            return False
        seen.add(reading)
        self.readers[day, article] += 1
        self._remembered += 1
        if self._remembered > _MOST:
            self._forget(day)
        return True

    def _forget(self, present: int) -> None:
        """Drop what is remembered of other days than the present one: logs go by time, so they are over."""
        self._seen = {present: self._seen[present]}
        self._remembered = 0
