"""What a reader or follower knows for sure of somebody else's edition: python-tuf's client, bounded.

The client keeps what it has verified in a folder, so that nothing older is ever taken for news (rollback,
TUF specification 5.3.9, 5.4.5, 5.5.5). Bytes come from a ``fetch`` that is given: no connection is opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Signature
from tuf.api import exceptions as tuf
from tuf.api.metadata import Metadata, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from mirrorpress.errors import FetchError, OversizedError, TrustError
from mirrorpress.trust.documents import OWN, Entry, canonical, entries, is_plain, opened
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.roles import (
    FRONT,
    METADATA,
    OFFLINE_TARGETS,
    PAGES,
    bin_names,
    bins_prefix,
    is_front,
    metadata_path,
    role_of,
)

Fetch = Callable[[str, int], bytes]
"""Gives the file at a path of an edition, of at most so many bytes. Raises ``FetchError``, with status 404
when there is none."""

LARGEST_TIMESTAMP = 16_384  # bytes
SETTINGS = UpdaterConfig(
    max_root_rotations=64,
    max_delegations=8,
    root_max_length=64_000,  # bytes; ours have 3 kB
    timestamp_max_length=LARGEST_TIMESTAMP,
    snapshot_max_length=3_000_000,  # of 65,536 bins
    targets_max_length=3_000_000,
)
"""How python-tuf is set: roomy enough for a million pages, and for no endless file."""
_RACES = 3  # an edition may change while it is read; then it is asked again
_MOST_BITS = 16


class ForgedError(TrustError):
    """What came is not what the mirror's keys signed, or is older than what was seen before."""


class ForeignError(TrustError):
    """What came is signed by other keys than those known."""


class _LapsedError(TrustError):
    """Metadata that was good once, and is too old now."""


Listed = Entry
"""A file as the signed list has it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an edition once its metadata is verified.

    ``edition`` is its name, ``address`` where its origin is read (empty: nowhere); ``lapsed`` tells whether
    it was signed (``signed_at``) too long ago to be sure that there is none newer. ``root`` is the version of
    the root, ``number`` that of the signing, ``keys`` are the root's, ``online`` is the one that signs
    editions.
    """

    edition: str
    address: str
    signed_at: datetime
    lapsed: bool
    root: int
    number: int
    keys: tuple[PublicKey, ...]
    online: PublicKey


class Client:
    """Verifies one edition, whose files ``fetch`` gives, by a ``root`` that is trusted; keeps what it
    verified in ``folder``; lists of files only if ``keeps_lists``: those that are at hand need not be.
    ``now`` is the time to judge freshness by.

    Methods raise ``ForgedError``, ``ForeignError``, and ``FetchError`` for what cannot be had. ``refresh``
    comes first.
    """

    def __init__(
        self, folder: Path, fetch: Fetch, root: bytes, now: datetime, *, keeps_lists: bool = True
    ) -> None:
        self._folder = folder
        self._given = fetch
        self._root = root
        self._now = now
        self._keeps_lists = keeps_lists

    @property
    def folder(self) -> Path:
        """Where what was verified is kept, each role's metadata by its name."""
        return self._folder

    def refresh(self) -> Known:
        """Verify what stands above the lists: root, timestamp, snapshot, targets."""
        for _ in range(_RACES - 1):
            with suppress(ForgedError):
                return self._refresh()
        return self._refresh()

    def listed(self, path: str) -> Listed | None:
        """A file's entry in the signed lists; None: it is not in the edition."""
        if not is_plain(path):
            return None
        if path in OFFLINE_TARGETS:  # whoever has the online key alone must not add one
            return next((one for one in self.files_of("targets") if one.path == path), None)
        with _of_known_keys(), _Translated(METADATA):
            found = self._updater.get_targetinfo(path)
            return _listed([path], {"targets": {path: found.to_dict()}})[0] if found else None

    def everything(
        self, but: Mapping[str, int] | None = None
    ) -> Iterator[tuple[str, int, tuple[Listed, ...]]]:
        """Every role that lists files, its version, and these; without roles that ``but`` has at the same
        version. What an earlier role lists, a later one has no say in."""
        for name, version in self.versions().items():
            if but is None or but.get(name) != version:
                yield name, version, self.files_of(name)

    def files_of(self, role: str) -> tuple[Listed, ...]:
        """What one of the roles in ``versions`` lists of the files that it may."""
        with _Translated(metadata_path(role)):
            if role == "targets":
                own = self._targets.to_dict()
                return _listed([path for path in OFFLINE_TARGETS if path in own["targets"]], own)
            if role == FRONT:
                signed = self._delegated(role, self._targets)
                return _listed([path for path in signed["targets"] if is_front(path)], signed)
            signed = self._delegated(role, self._pages)
            return _listed([path for path in signed["targets"] if role_of(path, self._bits) == role], signed)

    def versions(self) -> Mapping[str, int]:
        """The version of every role that lists files: of targets, front, then bins."""
        return {role: self._version(role) for role in ("targets", FRONT, *bin_names(self._bits))}

    def documents_for(self, path: str) -> Mapping[str, bytes]:
        """The metadata that a file is checked by, each document's bytes by its path; ``listed`` comes
        first."""
        roots = range(1, int(self._kept("root").signed.version) + 1)
        found = {
            place: self._fetch(place, SETTINGS.root_max_length)
            for place in (metadata_path("root", number) for number in roots)
        }
        roles = ["timestamp", "snapshot", "targets"]
        role = role_of(path, self._bits)
        if role != "targets":
            roles += [FRONT] if role == FRONT else [PAGES, role]
        kept = {metadata_path(role): (self._folder / f"{role}.json").read_bytes() for role in roles}
        return {**found, **kept}

    # --- steps ---------------------------------------------------------------------------

    def _refresh(self) -> Known:
        newest = self._fetch(metadata_path("timestamp"), SETTINGS.timestamp_max_length)
        try:
            lapsed = self._verify_above(newest)
        except ForeignError:
            if self._has_known_root():
                raise ForgedError("is signed by none of its keys", where=METADATA, hint=_ASK) from None
            raise
        self.__dict__.pop("_pages", None)
        self._snapshot: Snapshot = self._kept("snapshot").signed
        self._targets: Targets = self._kept("targets").signed
        timestamp: Timestamp = self._kept("timestamp").signed
        root = self._kept("root").signed
        own = Said.read((self._folder / "timestamp.json").read_bytes())
        keys = tuple(PublicKey.from_tuf(root.keys[id].to_dict()) for id in root.roles["root"].keyids)
        online = PublicKey.from_tuf(root.keys[root.roles["timestamp"].keyids[0]].to_dict())
        return Known(
            own.edition, own.address, own.signed_at, lapsed, root.version, timestamp.version, keys, online
        )

    def _verify_above(self, newest: bytes) -> bool:
        """Verify what stands above the lists; returns whether it is too old by now."""
        self._moment = self._now
        try:
            self._updater = self._updated(newest, self._moment)
        except _LapsedError:
            # As fresh as it says itself: at that moment all of it was good, or it is refused.
            self._moment = Said.read(newest).signed_at
            try:
                self._updater = self._updated(newest, self._moment)
            except _LapsedError as error:
                raise ForgedError(error.reason, where=error.where, hint=_ASK) from error
            return True
        return False

    def _updated(self, newest: bytes, moment: datetime) -> Updater:
        """python-tuf's client, when all above the lists is verified as if it were that ``moment``; ``newest``
        is the timestamp, which is thus fetched once."""

        def fetch(path: str, limit: int) -> bytes:
            return newest if path == metadata_path("timestamp") else self._fetch(path, limit)

        self._folder.mkdir(parents=True, exist_ok=True)
        with _Translated(METADATA):
            updater = Updater(
                str(self._folder),
                f"edition:/{METADATA}",
                fetcher=Carrier(fetch),
                config=SETTINGS,
                bootstrap=self._root,
            )
            # python-tuf reads the clock itself; ours is given.
            updater._trusted_set.reference_time = moment
            updater.refresh()
        return updater

    def _fetch(self, path: str, limit: int) -> bytes:
        try:
            return self._given(path, limit)
        except OversizedError as error:
            raise ForgedError(error.reason, where=path, hint=_ASK) from error

    def _has_known_root(self) -> bool:
        """Whether an edition has the root that is trusted: then what fails is no matter of keys."""
        root = Metadata.from_bytes(self._root).signed
        try:
            theirs = self._fetch(metadata_path("root", root.version), SETTINGS.root_max_length)
            return bool(Metadata.from_bytes(theirs).signed == root)
        except (FetchError, ForgedError, DeserializationError):
            return False

    def _kept(self, role: str) -> Metadata[Any]:
        """What the client verified of a role, from where it keeps it."""
        return Metadata.from_bytes((self._folder / f"{role}.json").read_bytes())

    @cached_property
    def _pages(self) -> Targets:
        """The role that leaves files to bins; a reader of a page of the front has no need of it."""
        with _Translated(metadata_path(PAGES)):
            return Targets.from_dict(dict(self._delegated(PAGES, self._targets)))

    @property
    def _bits(self) -> int:
        delegations = self._pages.delegations
        succinct = delegations.succinct_roles if delegations else None
        if (
            succinct is None
            or succinct.bit_length > _MOST_BITS
            or succinct.name_prefix != bins_prefix(succinct.bit_length)
        ):
            raise ForgedError("leaves pages to bins of no known kind", where=metadata_path(PAGES), hint=_ASK)
        return int(succinct.bit_length)

    def _version(self, role: str) -> int:
        found = self._snapshot.meta.get(f"{role}.json")
        if found is None:
            raise ForgedError("is not in the snapshot", where=metadata_path(role), hint=_ASK)
        return int(found.version)

    def _delegated(self, role: str, parent: Targets) -> Mapping[str, Any]:
        """A role's list, verified by what its parent says and the snapshot's version; kept by its name."""
        kept = self._folder / f"{role}.json"
        if self._keeps_lists or role == PAGES:
            with suppress(TrustError, OSError):  # mostly, what is kept is older
                return self._verified(role, parent, kept.read_bytes())
        data = self._fetch(metadata_path(role), SETTINGS.targets_max_length)
        found = self._verified(role, parent, data)
        if self._keeps_lists or role == PAGES:
            part = self._folder / f".{role}.part"
            part.write_bytes(data)
            part.replace(kept)
        return found

    def _verified(self, role: str, parent: Targets, data: bytes) -> Mapping[str, Any]:
        """What a role signed. python-tuf judges the signatures; its objects of a hundred thousand files would
        take ten times as long to be made as these."""
        where, version = metadata_path(role), self._version(role)
        with _of_known_keys(), _Translated(where):
            signed, signatures = opened(data)
            found = {id: Signature(id, hexed) for id, hexed in signatures.items()}
            parent.verify_delegate(role, canonical(signed), found)
            kind, number = signed.get("_type"), signed.get("version")
            expires = datetime.strptime(str(signed.get("expires")), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if kind != "targets" or number != version:
            raise ForgedError(f"has version {number}, not {version}", where=where, hint=_ASK)
        if expires <= self._moment:
            raise ForgedError("had lapsed before the edition was signed", where=where, hint=_ASK)
        return signed


@dataclass(frozen=True, slots=True)
class Said:
    """What a timestamp says of its edition."""

    edition: str
    address: str
    signed_at: datetime

    @classmethod
    def read(cls, data: bytes) -> Said:
        """Read a timestamp, verified or not. Raises ``ForgedError`` for what is none of a mirror's."""
        try:
            told = json.loads(data)["signed"][OWN]
            moment = datetime.strptime(told["signed"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            edition, address = told["edition"], told["address"]
            if isinstance(edition, str) and isinstance(address, str):
                return cls(edition, address, moment)
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        raise ForgedError("is no timestamp of a mirror", where=metadata_path("timestamp"), hint=_ASK)


class Carrier(FetcherInterface):
    """Gives python-tuf what a ``Fetch`` gives, within its limits."""

    def __init__(self, fetch: Fetch) -> None:
        self._get = fetch

    def _fetch(self, url: str) -> Iterator[bytes]:
        return iter([self.download_bytes(url, SETTINGS.targets_max_length)])

    def download_bytes(self, url: str, max_length: int) -> bytes:
        try:
            data = self._get(url.removeprefix("edition:/"), max_length)
        except FetchError as error:
            if error.status in (403, 404):
                raise tuf.DownloadHTTPError(error.reason, error.status) from error
            raise
        if len(data) > max_length:
            raise tuf.DownloadLengthMismatchError(f"more than {max_length} bytes")
        return data


class _Translated:
    """Turns what python-tuf raises into errors of ours."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        where = self._where
        if isinstance(error, tuf.ExpiredMetadataError):
            raise _LapsedError(str(error), where=where, hint=_ASK) from error
        if isinstance(error, tuf.UnsignedMetadataError):
            raise ForeignError("is not signed by the keys that are known", where=where, hint=_KEY) from error
        if isinstance(error, tuf.BadVersionNumberError):
            raise ForgedError(
                f"is older than what was seen before, or of another signing: {error}", where=where, hint=_OLD
            ) from error
        if isinstance(error, tuf.DownloadHTTPError):
            raise FetchError("is not there", where=where, hint=_ASK, status=404) from error
        wrong = tuf.RepositoryError, tuf.DownloadError, DeserializationError, VerificationError, ValueError
        if isinstance(error, wrong):
            raise ForgedError(f"is not as it was signed: {error}", where=where, hint=_ASK) from error


def _listed(paths: Sequence[str], signed: Mapping[str, Any]) -> tuple[Listed, ...]:
    """These files as a signed list has them. Raises ``ValueError``."""
    return tuple(entries({"targets": {path: signed["targets"][path] for path in paths}}))


@contextmanager
def _of_known_keys() -> Iterator[None]:
    """Below root, what is signed by other keys, or had lapsed when the edition was signed, is a forgery."""
    try:
        yield
    except (_LapsedError, ForeignError) as error:
        raise ForgedError(error.reason, where=error.where, hint=_ASK) from error


_ASK = "take another address of the mirror, and tell its operator"
_OLD = f"{_ASK}; a copy that you know to be old can be checked by itself: mirrorpress verify --fresh"
_KEY = "ask for the mirror's key by another way: the one given may be old, or the copy a forgery"
