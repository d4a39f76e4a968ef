"""out/<edition>/ -> the same, signed: TUF metadata, lists of hashes, and the signature that people check.

    what changed -> files with hashes -> bins -> snapshot -> timestamp
                                      -> lists of folders -> top list -> its signature

Costs what changed: a bin is some hundred files, and only those with a changed file are signed anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from mirrorpress.archive.ledger import Ledger
from mirrorpress.archive.signatures import SignedFile, Signing
from mirrorpress.archive.store import Archive
from mirrorpress.editions.copies import is_replaceable, neutral
from mirrorpress.errors import EditionError
from mirrorpress.model import Change, Configuration, Edition
from mirrorpress.pipeline.authority import Authority
from mirrorpress.pipeline.folder import Folder
from mirrorpress.pipeline.keeping import check_apart
from mirrorpress.pipeline.keyring import Keyring, unlocked
from mirrorpress.trust import documents
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.roles import (
    FRONT,
    IN_FRONT,
    IN_TARGETS,
    MANIFEST_NAMESPACE,
    METADATA,
    OFFLINE_TARGETS,
    PAGES,
    PAGES_LIFE,
    SIGNATURE,
    SNAPSHOT_LIFE,
    SUMS,
    TIMESTAMP_LIFE,
    bin_name,
    bin_names,
    bits_for,
    expiry,
    is_of_signing,
    metadata_path,
    spot_of,
    spots_of,
)
from mirrorpress.trust.sums import folder_of, sums, sums_path

_BATCH = 2000  # files whose hashes are noted at a time
_RENEW = timedelta(days=90)  # before its end, metadata of pages is signed anew


@dataclass(frozen=True)
class Signer:
    """Signs editions with the online key that ``authority`` names."""

    configuration: Configuration
    archive: Archive
    authority: Authority
    now: datetime

    def is_due(self, edition: Edition) -> bool:
        """Whether an edition has changed since it was signed, or its signature lapses soon."""
        last = self.archive.signatures.last(edition.name)
        build = self.archive.ledger.last_build(edition.name)
        if build is None or build.build == 0:
            return False
        if last is None or last.build != build.build or last.address != self._address(edition):
            return True
        # A moment that is yet to come is that of a clock which was wrong.
        return self._authority_changed(last) or abs(self.now - last.signed_at) > TIMESTAMP_LIFE / 2

    def sign(self, editions: Iterable[Edition]) -> int:
        """Sign those editions that are due; returns how many files were written.

        Raises ``SafetyError`` when private keys lie where they could be published, ``TrustError`` when the
        online one is not at hand, ``EditionError`` when a file cannot be read or written. What was signed
        before then still stands.
        """
        for place in keys_of(self.configuration):
            check_apart(place, self.configuration)
        due = [edition for edition in editions if self.is_due(edition)]
        if not due:
            return 0
        online = self.authority.holders.online
        with unlocked([online], self.authority.keyring_places()) as keyring:
            return sum(self._sign(edition, online, keyring) for edition in due)

    def _sign(self, edition: Edition, online: PublicKey, keyring: Keyring) -> int:
        signatures, name = self.archive.signatures, edition.name
        last, address = signatures.last(name), self._address(edition)
        work = _Work(
            Folder(self.configuration.folder / "out" / name), name, self.archive.ledger, online, keyring
        )
        number = last.number + 1 if last else 1
        if last is not None and last.address != address:  # so every neutral form is another
            signatures.forget_files(name)
            last = replace(last, build=0)
        offline = self._offline(work)
        spots = self._note_changes(work, address, last.build if last else 0, offline)
        bits = bits_for(signatures.count(name), last.bits if last else 0)
        roles = dict(signatures.roles(name))
        due = self._due_roles(work, roles, spots, bits)
        if last is None or (last.bits, last.key) != (bits, online.id):
            due = {FRONT, PAGES, *bin_names(bits)}
        expires = expiry(self.now, PAGES_LIFE)
        for role in sorted(due):
            if role == PAGES:
                bins = documents.bins(online.tuf, online.id, bits)
                work.seal(role, documents.targets(number, expires, (), bins))
            else:
                files = signatures.between(name, *spots_of(role))
                work.seal(role, documents.targets(number, expires, files))
            roles[role] = number, expires
        for role in roles.keys() - {FRONT, PAGES, *bin_names(bits)}:
            work.leave(metadata_path(role))  # of fewer bins; the snapshot remembers their versions
        self._freshness(work, number, address, roles)
        folders = {folder_of(path) for path in spots}
        if last is None or not last.build:
            folders |= signatures.folders(name).keys()
        lists = self._lists(work, folders)
        signing = Signing(
            number=number,
            build=work.record(self.now),
            bits=bits,
            root=self.authority.root.version,
            targets=self.authority.targets.version,
            key=online.id,
            address=address,
            signed_at=self.now,
        )
        signatures.note(name, signing, roles, lists)
        return len(work.written)

    def _due_roles(
        self, work: _Work, roles: Mapping[str, tuple[int, datetime]], spots: Mapping[str, int], bits: int
    ) -> set[str]:
        """The roles to sign anew: those with a changed file, that lapse soon, whose own file is gone."""
        due = {bin_name(bits, at >> (32 - bits)) for at in spots.values() if at >= 0}
        if IN_FRONT in spots.values():
            due.add(FRONT)
        known = {FRONT, PAGES, *bin_names(bits)}
        there = work.roles_there()
        return due | {
            role
            for role in known
            if role not in there or role not in roles or roles[role][1] - self.now < _RENEW
        }

    # --- what is signed ------------------------------------------------------------------

    def _note_changes(
        self, work: _Work, address: str, after: int, offline: Mapping[str, bytes]
    ) -> dict[str, int]:
        """Note files that changed after a build, and those that ``targets`` lists; returns their spots."""
        spots: dict[str, int] = {}
        present: list[SignedFile] = []
        left: list[str] = []

        def flush() -> None:
            self.archive.signatures.note_files(work.name, present, left)
            present.clear()
            left.clear()

        for change in self.archive.ledger.changes(work.name, after):
            if is_of_signing(change.path):
                continue
            spots[change.path] = at = spot_of(change.path)
            if change.present:
                present.append(_signed_file(work.folder.root, change, at, address))
            else:
                left.append(change.path)
            if len(present) + len(left) >= _BATCH:
                flush()
        for path in OFFLINE_TARGETS:
            spots[path] = IN_TARGETS
            if path in offline:
                data = offline[path]
                digest = hashlib.sha256(data).digest()
                present.append(SignedFile(path, folder_of(path), IN_TARGETS, len(data), digest, b""))
            else:
                left.append(path)
        flush()
        return spots

    def _offline(self, work: _Work) -> Mapping[str, bytes]:
        """Put root, targets and the files that targets lists into the edition; returns these files."""
        for version, data in enumerate(self.authority.roots, start=1):
            work.put(metadata_path("root", version), data)
        self.authority.targets  # noqa: B018 - refuses one that the root does not allow
        work.put(metadata_path("targets"), self.authority.targets_data)
        listed = self.authority.targets.files
        files = {path: data for path, data in self.authority.files.items() if path in listed}
        for path, data in files.items():
            if hashlib.sha256(data).hexdigest() != listed[path][1]:
                raise EditionError(
                    "is not what targets was signed for",
                    where=str(self.authority.folder / "targets" / path),
                    hint="restore it from a backup or from a published copy",
                )
            work.put(path, data)
        for path in OFFLINE_TARGETS:
            if path not in files:
                work.leave(path)
        return files

    def _freshness(
        self, work: _Work, number: int, address: str, roles: Mapping[str, tuple[int, datetime]]
    ) -> None:
        """Snapshot and timestamp: the versions of all roles, and how fresh this is."""
        versions = {role: version for role, (version, _) in roles.items()}
        versions["targets"] = self.authority.targets.version
        expires = expiry(self.now, SNAPSHOT_LIFE)
        data = work.seal("snapshot", documents.snapshot(number, expires, versions))
        of = {"hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "length": len(data), "version": number}
        own = {"address": address, "edition": work.name, "signed": f"{self.now:%Y-%m-%dT%H:%M:%SZ}"}
        work.seal("timestamp", documents.timestamp(number, expiry(self.now, TIMESTAMP_LIFE), of, own))

    def _lists(self, work: _Work, folders: set[str]) -> dict[str, bytes | None]:
        """Write the lists of hashes of ``folders``, the top one and its signature; returns the hashes of the
        lists below the top, None for those that left."""
        signatures = self.archive.signatures
        changed: dict[str, bytes | None] = {}
        for folder in sorted(folders - {""}):
            files = signatures.in_folder(work.name, folder)
            data = sums((file.path.rpartition("/")[2], file.sha256) for file in files)
            changed[folder] = hashlib.sha256(data).digest() if files else None
            if files:
                work.put(sums_path(folder), data)
            else:
                work.leave(sums_path(folder))
        known = {**signatures.folders(work.name), **changed}
        top = [(file.path, file.sha256) for file in signatures.in_folder(work.name, "")]
        data = sums([*top, *((sums_path(folder), digest) for folder, digest in known.items() if digest)])
        if work.put(SUMS, data) or not (work.folder.root / SIGNATURE).is_file() or self._key_changed(work):
            work.put(SIGNATURE, work.keyring.sign_for_people(work.online, data, MANIFEST_NAMESPACE))
        return changed

    def _key_changed(self, work: _Work) -> bool:
        last = self.archive.signatures.last(work.name)
        return last is None or last.key != work.online.id

    def _authority_changed(self, last: Signing) -> bool:
        root, targets = self.authority.root, self.authority.targets
        return (root.version, targets.version) != (last.root, last.targets)

    def _address(self, edition: Edition) -> str:
        """The canonical address below which an edition is read; empty when it has none that a copy could
        have another in place of."""
        home = edition.address(self.configuration, None)
        address = home[: home.rindex("/") + 1] if home else ""
        return address if is_replaceable(address) else ""


@dataclass
class _Work:
    """The files of one signing, as they are written."""

    folder: Folder
    name: str
    ledger: Ledger
    online: PublicKey
    keyring: Keyring
    written: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def seal(self, role: str, signed: Mapping[str, object]) -> bytes:
        """Sign a document and put it where its role's stands."""
        payload = documents.canonical(signed)
        data = documents.sealed(payload, {self.online.id: self.keyring.sign(self.online, payload)})
        self.put(metadata_path(role), data)
        return data

    def put(self, path: str, data: bytes) -> bool:
        """Write a file, unless it is there as it should be; returns whether it was written."""
        digest = hashlib.sha256(data).hexdigest()
        if self._known(path) == digest and self.folder.holds(path, data):
            return False
        self.folder.write(path, data)
        self.written.append((path, digest))
        return True

    def leave(self, path: str) -> None:
        """Remove a file, if it is there."""
        if self._known(path):
            self.folder.remove(path)
            self.left.append(path)

    def _known(self, path: str) -> str:
        """The digest of a file as it was last written; empty: it was not."""
        return self.ledger.digests(self.name, [path]).get(path, "")

    def roles_there(self) -> set[str]:
        """The roles whose metadata is in the folder."""
        try:
            names = os.listdir(self.folder.root / METADATA)  # noqa: PTH208 - names are all that is needed
        except OSError:
            return set()
        return {name.removesuffix(".json") for name in names}

    def record(self, now: datetime) -> int:
        """Have targets know of the files; returns the number of the build that they belong to."""
        last = self.ledger.last_build(self.name)
        assert last is not None  # noqa: S101 - only what was built is signed
        build = replace(last, build=last.build + 1, built_at=now)
        self.ledger.built(self.name, build, self.written, self.left)
        return build.build


def _signed_file(root: Path, change: Change, at: int, address: str) -> SignedFile:
    path = change.path
    try:
        handle = os.open(f"{root}/{path}", os.O_RDONLY)  # a third of the time that a file object takes
        try:
            data = os.read(handle, os.fstat(handle).st_size)
        finally:
            os.close(handle)
    except OSError as error:
        raise EditionError(
            f"cannot be read: {error.strerror}", where=str(root / path), hint="run: mirrorpress build --full"
        ) from error
    digest = bytes.fromhex(change.digest) if change.digest else hashlib.sha256(data).digest()
    bare = data
    if address:
        with suppress(ValueError):  # a text with a control character, which a copy can only have as it is
            bare = neutral(path, data, address)
    own = b"" if bare == data else hashlib.sha256(bare).digest()
    return SignedFile(path, folder_of(path), at, len(data), digest, own)


def keys_of(configuration: Configuration) -> Sequence[Path]:
    """Where the private keys of a mirror lie, as its configuration says."""
    if not configuration.trust.keys:
        return []
    return [configuration.folder / Path(configuration.trust.keys).expanduser()]


def commit_signer(configuration: Configuration) -> Callable[[bytes], str]:
    """What signs git's commits with a mirror's online key (git-commit(1), gpg.format=ssh)."""

    def sign(payload: bytes) -> str:
        places = keys_of(configuration)
        online = Authority(configuration.folder, places).holders.online
        with unlocked([online], places) as keyring:
            return keyring.sign_for_people(online, payload, "git").decode()

    return sign
