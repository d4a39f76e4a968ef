"""Proofs: what a single page is checked by when its edition is not at hand.

A JSON object with the documents that lead from the mirror's first root to the page's entry, each as it was
published:

    {"mirrorpress": "proof 1", "path": …, "address": the base of the copy that the page is of,
     "root": [1.root.json, 2.root.json …], "timestamp": …, "snapshot": …, "targets": …,
     "front": …, or "pages": … and "bin": …}

Signatures are over the canonical JSON of ``signed``, so that a document may be laid out anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mirrorpress.errors import FetchError, TrustError
from mirrorpress.trust.documents import canonical, is_plain, sealed
from mirrorpress.trust.roles import FRONT, METADATA, PAGES, metadata_path, role_of

KIND = "proof 1"
LARGEST = 8_000_000  # bytes; of a hundred thousand pages a proof has 0.1 MB
_MOST_ROOTS = 64
_TOP = ("timestamp", "snapshot", "targets", FRONT, PAGES)
_HINT = "ask for the proof again: mirrorpress verify URL --save-proof FILE writes one"


@dataclass(frozen=True, slots=True)
class Proof:
    """A page's ``path``, the base ``address`` of the copy that it is of (empty: unknown), and its edition's
    metadata as far as the page needs it: bytes by path."""

    path: str
    address: str
    documents: Mapping[str, bytes]

    def fetch(self, path: str, limit: int) -> bytes:
        """A document, as ``trust.client.Fetch``."""
        data = self.documents.get(path)
        if data is None:
            raise FetchError("is not in the proof", where=path, hint=_HINT, status=404)
        if len(data) > limit:
            raise FetchError(f"has more than {limit} bytes", where=path, hint=_HINT)
        return data

    @property
    def roots(self) -> Sequence[bytes]:
        """The chain of roots, as far as it is there."""
        found: list[bytes] = []
        while data := self.documents.get(metadata_path("root", len(found) + 1)):
            found.append(data)
        return found


def write_proof(proof: Proof) -> bytes:
    """A proof as a file."""
    told: dict[str, Any] = {"mirrorpress": KIND, "path": proof.path, "address": proof.address}
    told["root"] = [json.loads(data) for data in proof.roots]
    for path, data in proof.documents.items():
        role = path.removeprefix(METADATA).removesuffix(".json")
        if role in _TOP:
            told[role] = json.loads(data)
        elif role.startswith(f"{PAGES}-"):
            told["bin"] = json.loads(data)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_proof(data: bytes, where: str) -> Proof:
    """Read a proof; nothing of it is verified. Raises ``TrustError`` for what is none."""
    try:
        told = json.loads(data)
        if told["mirrorpress"] != KIND:
            raise ValueError("of another kind")
        path, address, roots = told["path"], told["address"], told["root"]
        if not (isinstance(path, str) and isinstance(address, str) and is_plain(path)):
            raise ValueError("of no page")
        if not isinstance(roots, list) or not 0 < len(roots) <= _MOST_ROOTS:
            raise ValueError("without a chain of roots")
        documents = {metadata_path("root", n): _laid_out(one) for n, one in enumerate(roots, start=1)}
        documents |= {metadata_path(role): _laid_out(told[role]) for role in _TOP if role in told}
        if "bin" in told:
            documents[metadata_path(_bin_of(path, told[PAGES]))] = _laid_out(told["bin"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise TrustError(f"is no proof of a page ({error!s:.100})", where=where, hint=_HINT) from error
    return Proof(path, address, documents)


def _bin_of(path: str, pages: Any) -> str:
    """The role that lists a path, by what ``pages`` says."""
    bits = pages["signed"]["delegations"]["succinct_roles"]["bit_length"]
    if type(bits) is not int or not 1 <= bits <= 32:
        raise ValueError("of no known kind of bins")
    return role_of(path, bits)


def _laid_out(document: Any) -> bytes:
    """A document as mirrorpress lays it out: the hash of the snapshot is of these bytes."""
    signatures = {one["keyid"]: bytes.fromhex(one["sig"]) for one in document["signatures"]}
    return sealed(canonical(document["signed"]), signatures)
