"""Short codes for articles, as in ``s/k7m2xtd``: to be read out, copied from paper, typed on a phone.

A code follows from the article's address alone, so that every machine that mirrors the article finds the
same one. Six characters are digits of a hash of it, the last is a check:

- 23 letters and digits. None of 0 O 1 I l, 2 and z, 5 and s, 6 and b, 9 and q that are taken for one
  another: of each such group at most one is there. No vowels and no y, so that no word appears.
- 23 is a prime, so a sum weighted by place (ISBN-10 works so, with 11) tells every single wrong character
  and every two characters that changed places. Of other mistakes it misses one in 23.
- There are 23**6 = 148,035,889 codes of seven characters. Among 100,000 articles, what slips past the check
  is another article's code in one of 1,480 cases; about 34 articles find theirs taken (n**2 / 2 / 23**6),
  among 1,000,000 about 3,400. They get a code that is longer by one digit of the same hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

ALPHABET = "234789bcdfghjkmnprstvwx"
SHORTEST = 7  # characters, the check among them
LONGEST = 22
"""Characters; with more the check would give two places one weight."""


def codes_of(identity: str) -> Iterator[str]:
    """The codes that an article may have, in the order in which they are tried: the shortest first.

    ``identity`` is the article's address in comparable form (``pipeline.identity.comparable``).
    """
    number = int.from_bytes(sha256(identity.encode("utf-8", "surrogatepass")).digest(), "big")
    digits: list[int] = []
    while len(digits) < LONGEST - 1:
        number, digit = divmod(number, len(ALPHABET))
        digits.append(digit)
        if len(digits) >= SHORTEST - 1:
            yield "".join(ALPHABET[one] for one in (*digits, _check(digits)))


def is_code(text: str) -> bool:
    """Whether a text may be a code: its length, its characters and its check are right."""
    if not SHORTEST <= len(text) <= LONGEST or set(text) - set(ALPHABET):
        return False
    *digits, check = map(ALPHABET.index, text)
    return check == _check(digits)


def _check(digits: list[int]) -> int:
    """The digit that makes the weighted sum of all digits a multiple of 23. The check itself weighs 1."""
    return -sum(weight * digit for weight, digit in enumerate(digits, start=2)) % len(ALPHABET)
