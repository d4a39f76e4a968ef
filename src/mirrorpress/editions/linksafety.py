"""The last look at where a reader may be led."""

from __future__ import annotations

from functools import lru_cache

from mirrorpress.links import followable, without_tracking

NOT_NAMED = "a link that is not https to a named host"
TELLING = "a link with a parameter that tells where a reader came from"


@lru_cache(maxsize=4096)  # pages share most of their links
def danger_of(address: str, *, is_own: bool = False) -> str:
    """What is wrong with an address that a reader may follow, or nothing; ``is_own``: it is known to lead to
    the edition itself."""
    if not (is_own or followable(address)):
        return f"{NOT_NAMED}: {address[:100]}"
    return f"{TELLING}: {address[:100]}" if without_tracking(address) != address else ""
