"""What a verifier says of a copy, in the words that all verifiers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mirrorpress.trust.client import Known

_SKEW = timedelta(minutes=5)  # that clocks may differ by


class Answer(StrEnum):
    """What became of a copy.

    ``verified``; ``stale``: genuine, but nobody can say that there is none newer; ``incomplete``: what is
    there is genuine, and files are missing; ``tampered``: files are altered or were added, a signature is
    wrong, or it is older than what was seen before; ``unknown-key``: it is signed by keys that nobody here
    knows.
    """

    VERIFIED = "verified"
    STALE = "stale"
    INCOMPLETE = "incomplete"
    TAMPERED = "tampered"
    UNKNOWN_KEY = "unknown-key"


@dataclass(frozen=True, slots=True)
class Findings:
    """What became of the files that were looked at: how many are genuine, and the paths of all others.

    ``unread`` could not be had although they may be there. ``address`` is the one that a copy has in place of
    the origin's (empty: it is the origin's own), ``partly`` tells that not all files were looked at.
    """

    genuine: int = 0
    missing: Sequence[str] = ()
    altered: Sequence[str] = ()
    extra: Sequence[str] = ()
    unread: Sequence[str] = ()
    address: str = ""
    partly: bool = False
    notes: Sequence[str] = ()


NOTHING = Findings()


def answer(known: Known, findings: Findings, now: datetime) -> Answer:
    """The one word for a copy whose metadata is verified."""
    if findings.altered or findings.extra:
        return Answer.TAMPERED
    if findings.missing or findings.unread:
        return Answer.INCOMPLETE
    return Answer.STALE if known.lapsed or is_ahead(known, now) else Answer.VERIFIED


def is_ahead(known: Known, now: datetime) -> bool:
    """Whether an edition was signed in the future: then this machine's clock is wrong, and cannot tell
    whether anything is fresh."""
    return known.signed_at - now > _SKEW
