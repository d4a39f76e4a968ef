"""Root and targets: who may sign what. They change seldom, by hand, and are composed by python-tuf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from securesystemslib.signer import Key as TufKey
from securesystemslib.signer import Signature
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    Root,
    TargetFile,
    Targets,
)
from tuf.api.metadata import Role as TufRole
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import CanonicalJSONSerializer, JSONSerializer

from mirrorpress.errors import TrustError
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.roles import (
    ALL_HASHES,
    FRONT,
    FRONT_PATHS,
    PAGES,
    ROOT_LIFE,
    TARGETS_LIFE,
    expiry,
)

_ONLINE = ("snapshot", "timestamp")


@dataclass(frozen=True, slots=True)
class Holders:
    """Who may sign: the keys of root with their threshold, of targets, and the online key."""

    root: tuple[PublicKey, ...]
    threshold: int
    targets: tuple[PublicKey, ...]
    online: PublicKey

    def __post_init__(self) -> None:
        if not 1 <= self.threshold <= len(self.root):
            raise ValueError(f"a threshold from 1 to {len(self.root)}, the number of root keys")
        if not self.targets:
            raise ValueError("a key for targets")
        if len({key.raw for key in self.root}) < len(self.root):
            raise ValueError("root keys that differ from each other")

    def of(self, role: str) -> tuple[PublicKey, ...]:
        """The keys of ``root``, ``targets`` or ``online``: snapshot, timestamp, front, pages and the bins."""
        return {"root": self.root, "targets": self.targets, "online": (self.online,)}[role]


class Document:
    """A document of root or targets on its way to being signed: what is to be signed, and by whom it is."""

    def __init__(self, metadata: Metadata[Any]) -> None:
        self._metadata = metadata

    @classmethod
    def read(cls, data: bytes, where: str) -> Document:
        """Raises ``TrustError`` for what is no TUF document."""
        try:
            return cls(Metadata.from_bytes(data))
        except (DeserializationError, ValueError) as error:
            raise TrustError(
                "is no TUF metadata",
                where=where,
                hint="restore it from a backup or from a copy of the mirror",
            ) from error

    @property
    def kind(self) -> str:
        return str(self._metadata.signed.type)

    @property
    def version(self) -> int:
        return int(self._metadata.signed.version)

    @property
    def expires(self) -> datetime:
        moment: datetime = self._metadata.signed.expires
        return moment

    @property
    def payload(self) -> bytes:
        """What signatures are made over."""
        return CanonicalJSONSerializer().serialize(self._metadata.signed)

    @property
    def data(self) -> bytes:
        """The document as it is published."""
        return JSONSerializer(compact=True).serialize(self._metadata) + b"\n"

    @property
    def signed_by(self) -> frozenset[str]:
        """The ids of the keys whose signatures it carries."""
        return frozenset(self._metadata.signatures)

    def sign(self, key: PublicKey, signature: bytes) -> None:
        """Add or replace a key's signature."""
        self._metadata.signatures[key.id] = Signature(key.id, signature.hex())

    # --- root ----------------------------------------------------------------------------

    @property
    def holders(self) -> Holders:
        """Whom a root names."""
        root = self._root
        named = {role: tuple(_public(root, id) for id in root.roles[role].keyids) for role in root.roles}
        online = named["timestamp"][0]
        return Holders(named["root"], root.roles["root"].threshold, named["targets"], online)

    def missing(self, before: Document | None) -> str:
        """What a root lacks to follow the one ``before`` (TUF specification, 5.3.4); empty: nothing."""
        needs = []
        for what, document in (("of its own keys", self), ("of the keys before", before)):
            if document is None or (document is before and document.holders.root == self.holders.root):
                continue
            result = document._root.get_verification_result("root", self.payload, self._metadata.signatures)
            if not result:
                needs.append(f"{len(result.signed)} of {result.threshold} signatures {what}")
        return " and ".join(needs)

    def renewed(self, holders: Holders, now: datetime) -> Document:
        """The next root, unsigned, with the keys of ``holders``."""
        return first_root(holders, now, version=self.version + 1)

    # --- targets -------------------------------------------------------------------------

    @property
    def files(self) -> Mapping[str, tuple[int, str]]:
        """What targets lists itself: size in bytes and SHA-256 in hex, by path."""
        targets: Targets = self._metadata.signed
        return {path: (file.length, file.hashes["sha256"]) for path, file in targets.targets.items()}

    def delegates_to(self, key: PublicKey) -> bool:
        """Whether targets has the roles of an edition signed by ``key`` alone."""
        targets: Targets = self._metadata.signed
        roles = (targets.delegations.roles if targets.delegations else None) or {}
        return bool(roles) and all(role.keyids == [key.id] for role in roles.values())

    def is_signed_for(self, holders: Holders) -> bool:
        """Whether targets carries a valid signature of a root's key for it."""
        for key in holders.targets:
            signature = self._metadata.signatures.get(key.id)
            if signature is not None and _verifies(key, signature, self.payload):
                return True
        return False

    @property
    def _root(self) -> Root:
        if not isinstance(self._metadata.signed, Root):
            raise TrustError(
                "is no root", where=self.kind, hint="name the file of a root, such as 1.root.json"
            )
        return self._metadata.signed


def first_root(holders: Holders, now: datetime, *, version: int = 1) -> Document:
    """A root with the keys of ``holders``, unsigned; the first one by default."""
    keys = {key.id: _tuf(key) for key in (*holders.root, *holders.targets, holders.online)}
    roles = {
        "root": TufRole([key.id for key in holders.root], holders.threshold),
        "targets": TufRole([key.id for key in holders.targets], 1),
        **{role: TufRole([holders.online.id], 1) for role in _ONLINE},
    }
    root = Root(version, None, expiry(now, ROOT_LIFE), keys, roles, consistent_snapshot=False)
    return Document(Metadata(root))


def new_targets(version: int, now: datetime, files: Mapping[str, bytes], online: PublicKey) -> Document:
    """Targets that list ``files`` themselves and leave all others to what ``online`` signs; unsigned."""
    roles = {
        FRONT: DelegatedRole(FRONT, [online.id], 1, terminating=False, paths=list(FRONT_PATHS)),
        PAGES: DelegatedRole(PAGES, [online.id], 1, terminating=True, path_hash_prefixes=list(ALL_HASHES)),
    }
    listed = {path: TargetFile.from_data(path, data, ["sha256"]) for path, data in files.items()}
    delegations = Delegations({online.id: _tuf(online)}, roles)
    return Document(Metadata(Targets(version, None, expiry(now, TARGETS_LIFE), listed, delegations)))


def check_chain(roots: Sequence[Document]) -> None:
    """Raises ``TrustError`` unless each root is signed as the one before it and it itself demand."""
    for number, root in enumerate(roots, start=1):
        before = roots[number - 2] if number > 1 else None
        if root.version != number:
            raise TrustError(f"has version {root.version}", where=f"{number}.root.json", hint=_RESTORE)
        if lacks := root.missing(before):
            raise TrustError(f"has only {lacks}", where=f"{number}.root.json", hint=_RESTORE)


_RESTORE = "restore the folder trust/ from a backup or from the metadata/ of a published copy"


def _tuf(key: PublicKey) -> TufKey:
    return TufKey.from_dict(key.id, dict(key.tuf))


def _public(root: Root, id: str) -> PublicKey:
    return PublicKey.from_tuf(root.keys[id].to_dict())


def _verifies(key: PublicKey, signature: Signature, payload: bytes) -> bool:
    from securesystemslib.exceptions import UnverifiedSignatureError  # noqa: PLC0415 - beside its use

    try:
        _tuf(key).verify_signature(signature, payload)
    except UnverifiedSignatureError:
        return False
    return True
