"""The TUF documents that are signed at every build, composed as text.

python-tuf composes the same through its objects and takes ten times as long, and as long again to be
imported; what it makes of these documents when it reads them is tested. Root and targets, which change
once in a long while, are composed by it: see ``chain``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirrorpress.trust.roles import bins_prefix

SPECIFICATION = "1.0.34"
"""The version of the TUF specification that is followed."""
OWN = "x-mirrorpress"
"""The field of the timestamp that says which edition it is of, when it was signed, and where that is read."""
NEUTRAL = "neutral"
"""The field of a file's entry that holds the hash of its neutral form; see ``editions.copies``."""


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


def targets(
    version: int, expires: datetime, entries: Iterable[Entry], delegations: Any = None
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


def _common(kind: str, version: int, expires: datetime) -> dict[str, Any]:
    return {
        "_type": kind,
        "expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "spec_version": SPECIFICATION,
        "version": version,
    }
