"""Where one segment of an index ends and the next begins: for the documents' own paths to say.

A document that comes, changes or leaves so moves no border but, seldom, one beside it, and an index that is
brought up to date has the segments of one that is made at once. The newest documents stand apart, in a small
segment, so that a build with a few new ones need not write a large one again::

    sealed | sealed | growing | fresh
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Sizes:
    """How an index is cut. A sealed segment holds ``fewest`` to ``most`` documents, and ends with one
    ``one_in`` so many or, for the sake of memory, when their folded texts have ``full`` bytes. The fresh one
    holds ``fresh`` to three times as many. A ``piece`` has about so many bytes before it is deflated, to
    about three quarters."""

    fewest: int = 1024
    most: int = 4096
    one_in: int = 1024
    full: int = 24_000_000
    fresh: int = 64
    piece: int = 12_000


WHOLE = Sizes()
"""Those of real mirrors; tests cut smaller."""


class Border:
    """Follows the documents of one segment, the oldest first."""

    def __init__(self, sizes: Sizes) -> None:
        self.count = 0
        self.settled = 0
        """How many of them, if no more came, were the growing segment; the others are the fresh one."""
        self._sizes = sizes
        self._bytes = 0
        self._marks: deque[int] = deque()  # where the growing one may end, behind where it does
        self._marked = 0  # the last of all these

    def add(self, path: str, size: int) -> bool:
        """Take a document whose folded text has ``size`` bytes. Says whether it is the last of a sealed
        segment."""
        sizes, digest = self._sizes, int(sha256(path.encode()).hexdigest()[:8], 16)
        self.count += 1
        self._bytes += size
        if digest % sizes.fresh == 0 or self.count - self._marked >= 2 * sizes.fresh:
            self._marks.append(self.count)
            self._marked = self.count
        while self._marks and self.count - self._marks[0] >= sizes.fresh:
            self.settled = self._marks.popleft()
        if self._bytes >= sizes.full or self.count >= sizes.most:
            return True
        return self.count >= sizes.fewest and digest % sizes.one_in == 0
