"""Signed editions for the verifier, made by python-tuf: a root of several keys, one key online, bins, proofs."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from mirrorpress.editions.qr import data_uri, qr_png

ORIGIN = "https://mirror.example.org/"
COPY = "https://copies.example.net/~friend/harbour/"
PAGE = "pages/p2/9001.html"
BITS = 3
FRONT = ["*", "indexes/*", "feeds/*"]


def page_at(address: str, path: str = PAGE, text: str = "The ferry runs again.") -> bytes:
    """A page as the copy at an address has it: its own address in text and as a code, the origin as canonical."""
    own = address + quote(path)
    return (
        f'<!doctype html>\n<link rel="canonical" href="{ORIGIN}{quote(path)}">\n<p>{text} «Über» 渡轮</p>\n'
        f"<p>{own}</p><p>This mirror: {ORIGIN}.</p>\n"
        f'<img src="{data_uri(qr_png(own))}" alt="QR" width="148" height="148">\n'
    ).encode()


def neutral_hash(path: str, data: bytes, address: str = ORIGIN) -> str:
    """Of a page of ``page_at``, by plain replacement: told apart from how the verifier finds it."""
    if path.startswith("qr/"):
        return hashlib.sha256(b"").hexdigest()
    own = (address + quote(path)).encode()
    png = data_uri(qr_png(own.decode())).encode()
    data = data.replace(png, b"data:image/png;base64,")
    canonical = b'<link rel="canonical" href="' + ORIGIN.encode() + quote(path).encode()
    kept = data.replace(canonical, b"\xff")
    mark = b"\x00" if path.endswith((".html", ".md")) else b"\x01"
    return hashlib.sha256(
        kept.replace(own, mark + quote(path).encode()).replace(b"\xff", canonical)
    ).hexdigest()


@dataclass
class Signing:
    """The keys of a mirror."""

    root: list[CryptoSigner] = field(
        default_factory=lambda: [CryptoSigner.generate_ed25519() for _ in range(3)]
    )
    online: CryptoSigner = field(default_factory=CryptoSigner.generate_ed25519)
    threshold: int = 2

    def root_of(self, version: int = 1, by: Sequence[CryptoSigner] | None = None) -> Metadata[Root]:
        """A root, signed by two of its keys, or by others."""
        root = Root(version=version, expires=datetime(2036, 1, 1, tzinfo=UTC), consistent_snapshot=False)
        for signer in self.root:
            root.add_key(signer.public_key, "root")
        for role in ("timestamp", "snapshot", "targets"):
            root.add_key(self.online.public_key, role)
        root.roles["root"].threshold = self.threshold
        return signed_by(root, self.root[:2] if by is None else by)


def signed_by(signed: Signed, signers: Iterable[CryptoSigner]) -> Metadata[Any]:
    document: Metadata[Any] = Metadata(signed)
    for signer in signers:
        document.sign(signer, append=True)
    return document


@dataclass
class Edition:
    """A signed edition: its files, and its documents by role, to be tampered with before they are written."""

    signing: Signing
    files: dict[str, bytes]
    documents: dict[str, Metadata[Any]]
    roots: list[Metadata[Root]]

    def folder(self) -> dict[str, bytes]:
        """All files with those of metadata/."""
        found = dict(self.files)
        for name, document in self.documents.items():
            found[f"metadata/{name}.json"] = document.to_bytes(JSONSerializer())
        for root in self.roots:
            found[f"metadata/{root.signed.version}.root.json"] = root.to_bytes(JSONSerializer())
        return found

    def proof(self, path: str = PAGE, address: str | None = ORIGIN) -> dict[str, Any]:
        """The proof of one page, as its JSON object."""
        names = ["timestamp", "snapshot", "targets", "pages"]
        proof: dict[str, Any] = {"mirrorpress": "proof 1", "path": path}
        if address is not None:
            proof["address"] = address
        proof["root"] = [one.to_dict() for one in self.roots]
        for name in names:
            proof[name] = self.documents[name].to_dict()
        if path.count("/") < 1 or path.startswith(("indexes/", "feeds/")):
            proof["front"] = self.documents["front"].to_dict()
        proof["bin"] = self.documents[bin_of(path)].to_dict()
        return copy.deepcopy(proof)


def bin_of(path: str) -> str:
    return (
        f"pages-{BITS}-{int.from_bytes(hashlib.sha256(path.encode()).digest()[:4], 'big') >> (32 - BITS):x}"
    )


def is_front(path: str) -> bool:
    return "/" not in path or path.startswith(("indexes/", "feeds/"))


def edition(
    files: Mapping[str, bytes],
    signing: Signing | None = None,
    *,
    version: int = 1,
    signed: datetime | None = None,
    name: str = "site",
    versions: Callable[[str], int] | None = None,
    by: CryptoSigner | None = None,
) -> Edition:
    """These files, signed ``signed`` (default: an hour ago). ``versions`` says those of bins; ``by`` signs in
    place of the online key."""
    signing = signing or Signing()
    signed = signed or datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    online, signer = signing.online, by or signing.online
    versions = versions or (lambda _: version)
    later = signed + timedelta(days=3)
    ids = [online.public_key.keyid]
    keys = {ids[0]: online.public_key}
    bins = SuccinctRoles(ids, 1, BITS, f"pages-{BITS}")
    lists = {one: Targets(version=versions(one), expires=later) for one in bins.get_roles()}
    front = lists["front"] = Targets(version=version, expires=later)
    lists["pages"] = Targets(
        version=version, expires=later, delegations=Delegations(keys, succinct_roles=bins)
    )
    top = lists["targets"] = Targets(
        version=version,
        expires=later,
        delegations=Delegations(
            keys,
            {
                "front": DelegatedRole("front", ids, 1, False, paths=FRONT),
                "pages": DelegatedRole("pages", ids, 1, False, path_hash_prefixes=list("0123456789abcdef")),
            },
        ),
    )
    for path, data in files.items():
        where = top if path == "mirrors.json" else front if is_front(path) else lists[bin_of(path)]
        where.targets[path] = target(path, data)
    snapshot = Snapshot(
        version=version,
        expires=signed + timedelta(days=7),
        meta={f"{one}.json": MetaFile(listed.version) for one, listed in lists.items()},
    )
    extra = {"edition": name, "signed": f"{signed:%Y-%m-%dT%H:%M:%SZ}", "address": ORIGIN}
    timestamp = Timestamp(
        version=version,
        expires=later,
        snapshot_meta=MetaFile(version),
        unrecognized_fields={"x-mirrorpress": extra},
    )
    documents = {one: signed_by(listed, [signer]) for one, listed in lists.items()}
    documents["snapshot"] = signed_by(snapshot, [signer])
    documents["timestamp"] = signed_by(timestamp, [signer])
    return Edition(signing, dict(files), documents, [signing.root_of()])


def target(path: str, data: bytes) -> TargetFile:
    found = TargetFile.from_data(path, data, ["sha256"])
    if (path.endswith(".html") and b"data:image/png" in data) or path.startswith(("qr/", "feeds/")):
        found.unrecognized_fields["custom"] = {"neutral": neutral_hash(path, data)}
    return found


def as_json(proof: object) -> bytes:
    return json.dumps(proof, ensure_ascii=False).encode()
