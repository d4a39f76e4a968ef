"""The TUF documents that are signed at every build, composed as text.

python-tuf composes the same through its objects and takes ten times as long, and as long again to be
imported; what it makes of these documents when it reads them is tested. Root and targets, which change
once in a long while, are composed by it: see ``chain``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mirrorpress.trust.roles import bins_prefix

SPECIFICATION = "1.0.34"
"""The version of the TUF specification that is followed."""
OWN = "x-mirrorpress"
"""The field of the timestamp that says which edition it is of, when it was signed, and where that is read."""
NEUTRAL = "neutral"
"""The field of a file's entry that holds the hash of its neutral form; see ``editions.copies``."""


_DIGEST = 32  # bytes of SHA-256
_LARGEST = 1 << 32  # bytes of a file: more than any edition has, and less than a disk
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\:]")
_REACHING = re.compile(r"//|/\.{1,2}/|/\.git[ .]*/|/git~\d+/|[ .]/")
# What JSON escapes and canonical JSON does not: everything escaped but a quotation mark and a backslash.
_CONTROL = re.compile(r'(?<!\\)(?:\\\\)*\\[^"\\]')


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as its list has it: size in bytes, SHA-256 of its bytes, and of its neutral form where that
    differs (else empty)."""

    path: str
    size: int
    sha256: bytes
    neutral: bytes = b""


class Signable(Protocol):
    """What of a file is signed; see ``Entry``."""

    @property
    def path(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> bytes: ...

    @property
    def neutral(self) -> bytes: ...


def targets(
    version: int, expires: datetime, entries: Iterable[Signable], delegations: Any = None
) -> dict[str, Any]:
    """A role that lists files (TUF specification, 4.5)."""
    listed = {
        entry.path: {
            **({"custom": {NEUTRAL: entry.neutral.hex()}} if entry.neutral else {}),
            "hashes": {"sha256": entry.sha256.hex()},
            "length": entry.size,
        }
        for entry in entries
    }
    signed = {**_common("targets", version, expires), "targets": listed}
    return {**signed, "delegations": delegations} if delegations else signed


def bins(key: Mapping[str, Any], key_id: str, bits: int) -> dict[str, Any]:
    """The delegation to 2**``bits`` bins that one key signs (TAP 15)."""
    succinct = {"bit_length": bits, "keyids": [key_id], "name_prefix": bins_prefix(bits), "threshold": 1}
    return {"keys": {key_id: key}, "succinct_roles": succinct}


def snapshot(version: int, expires: datetime, versions: Mapping[str, int]) -> dict[str, Any]:
    """The versions of all roles that list files (TUF specification, 4.4)."""
    meta = {f"{role}.json": {"version": number} for role, number in versions.items()}
    return {**_common("snapshot", version, expires), "meta": meta}


def timestamp(
    version: int, expires: datetime, of: Mapping[str, Any], own: Mapping[str, str]
) -> dict[str, Any]:
    """The newest snapshot (TUF specification, 4.6): its version, length and hash, and what is our ``own``."""
    return {**_common("timestamp", version, expires), "meta": {"snapshot.json": of}, OWN: own}


def canonical(signed: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: OLPC's canonical JSON, as TUF's.

    Raises ``ValueError`` for a control character, which canonical JSON writes as it is and JSON may not.
    """
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if "\\" in text and _CONTROL.search(text):
        raise ValueError("a control character in what is to be signed")
    return text.encode()


def sealed(signed: bytes, signatures: Mapping[str, bytes]) -> bytes:
    """A document with its signatures, by the ids of their keys. ``signed`` is canonical."""
    found = [{"keyid": key_id, "sig": sig.hex()} for key_id, sig in signatures.items()]
    return b'{"signatures":%s,"signed":%s}\n' % (json.dumps(found, separators=(",", ":")).encode(), signed)


def opened(data: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """What a document says, and its signatures in hex by the ids of their keys. Raises ``ValueError`` for
    bytes that are no document; nothing of it is verified."""
    try:
        document = json.loads(data)
        signed, found = document["signed"], document["signatures"]
        signatures = {one["keyid"]: one["sig"] for one in found}
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("no signed document") from error
    texts = all(isinstance(text, str) for one in signatures.items() for text in one)
    if not isinstance(signed, dict) or not texts or len(signatures) < len(found):
        raise ValueError("no signed document, or one with two signatures of a key")
    return signed, signatures


def entries(signed: Mapping[str, Any]) -> Iterator[Entry]:
    """The files that a role lists. Raises ``ValueError`` for a list that cannot be read, and for a name that
    no file of an edition has."""
    listed = signed.get("targets")
    if not isinstance(listed, dict):
        raise ValueError("no list of files")
    for path, one in listed.items():
        try:
            size, digest = one["length"], bytes.fromhex(one["hashes"]["sha256"])
            bare = bytes.fromhex(one["custom"][NEUTRAL]) if NEUTRAL in one.get("custom", ()) else b""
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"an entry that cannot be read: {path[:200]!r}") from error
        fits = len(digest) == _DIGEST and len(bare) in (0, _DIGEST)
        if type(size) is not int or not 0 <= size <= _LARGEST or not fits:
            raise ValueError(f"an entry that cannot be right: {path[:200]!r}")
        if not is_plain(path):
            raise ValueError(f"a name that no file of an edition has: {path[:200]!r}")
        yield Entry(path, size, digest, bare)


def is_plain(path: str) -> bool:
    """Whether a path stays within its edition, on every system: relative, of names without line ends, control
    characters and backslashes, none of which is "..", or belongs to git."""
    return not (_ODD.search(path) or _REACHING.search(f"/{path.lower()}/"))


def _common(kind: str, version: int, expires: datetime) -> dict[str, Any]:
    return {
        "_type": kind,
        "expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "spec_version": SPECIFICATION,
        "version": version,
    }
