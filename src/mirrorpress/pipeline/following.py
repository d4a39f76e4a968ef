"""Somebody's mirror -> out/<edition>/, verified: what a follower does instead of sync and build.

    address -> verified lists -> what changed -> files, each verified -> at the follower's own address -> out/

The origin's metadata goes along unchanged, so that readers check the copy by the origin's keys and nobody has
to trust the follower. Costs what changed; a round that fails leaves what was published as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from mirrorpress.archive.ledger import Build
from mirrorpress.archive.signatures import SignedFile, Signing
from mirrorpress.archive.store import Archive
from mirrorpress.editions.compressed import with_compressed
from mirrorpress.editions.copies import is_code, readdressed
from mirrorpress.editions.safety import dangers
from mirrorpress.errors import (
    FetchError,
    GatherError,
    MirrorpressError,
    SafetyError,
    TrustError,
    UsageError,
)
from mirrorpress.gather.places import Place, is_repository, place_at
from mirrorpress.model import Capture, Configuration, Edition, File
from mirrorpress.paths import is_safe_file
from mirrorpress.pipeline.comparing import address_of, is_genuine
from mirrorpress.pipeline.folder import Folder
from mirrorpress.pipeline.report import Report
from mirrorpress.trust.client import LARGEST_TIMESTAMP, Client, ForgedError, Known, Listed, Said
from mirrorpress.trust.mirrors import read_mirrors
from mirrorpress.trust.roles import (
    COPY,
    IN_TARGETS,
    METADATA,
    MIRRORS,
    VERIFIER,
    bits_of,
    metadata_path,
    spot_of,
    spots_of,
)
from mirrorpress.trust.sums import folder_of

_UNFINISHED = "unfinished copy"
_BATCH = 500  # files fetched between two notes in the archive
_OTHERS = 20  # addresses of the signed list that are tried in a run
_LARGEST = 64 << 20  # bytes of a file; the largest of an edition has a few
_ADDED = 1 << 16  # bytes by which an address that is longer than the origin's may lengthen a file


@dataclass
class Following:
    """Brings the editions of a follower up to date; ``fetch`` is the fetcher's."""

    configuration: Configuration
    archive: Archive
    fetch: Callable[..., Capture]
    report: Report
    now: datetime
    known: dict[str, Known] = field(default_factory=dict)
    """What was learnt of each edition, by its name."""

    def follow(self) -> None:
        """Follow each edition by the first of the upstream's addresses that has it fresh, else by the newest.

        What fails is in the report: a forgery always, an address that does not answer only when no other one
        does. Raises ``SafetyError`` for a file that would endanger a reader.
        """
        root = self._root()
        wanted = {edition.name: edition for edition in self.configuration.editions}
        lapsed: list[str] = []
        silent: list[tuple[str, MirrorpressError]] = []
        for where in self._addresses():
            if wanted.keys() - self.known.keys():
                self._try(where, root, wanted, lapsed, silent)
        for where in lapsed:
            self._try(where, root, wanted, None, silent)
        missing = wanted.keys() - self.known.keys()
        for where, error in silent:
            if missing:
                self.report.fail(error, "follow", where=where)
            else:
                self.report.notes.append(f"{where} did not answer: {error.reason}")
        for name in sorted(missing):
            nowhere = FetchError("no address of the mirror gave this edition", where=name, hint=_LATER)
            self.report.fail(nowhere, "follow")

    def _try(
        self,
        where: str,
        root: bytes,
        wanted: Mapping[str, Edition],
        lapsed: list[str] | None,
        silent: list[tuple[str, MirrorpressError]],
    ) -> None:
        try:
            with place_at(where, self.fetch, workspace=self._workspace(where)) as place:
                followed = self._follow_at(place, root, wanted, lapsed=lapsed is None)
                if not followed and lapsed is not None:
                    lapsed.append(where)
        except TrustError as error:
            self.report.fail(error, "follow", where=where)
        except (GatherError, UsageError) as error:
            silent.append((where, error))

    def _follow_at(self, place: Place, root: bytes, wanted: Mapping[str, Edition], *, lapsed: bool) -> bool:
        """Follow the edition that a place has, if it is wanted: even one that has lapsed if ``lapsed``.
        Returns false if only that kept it from being followed."""
        name = Said.read(place.read(metadata_path("timestamp"), LARGEST_TIMESTAMP)).edition
        if name not in wanted or name in self.known:
            return True
        client = Client(self._folder(name), place.read, root, self.now)
        known = client.refresh()
        if known.edition != name:
            raise ForgedError(
                f"calls itself {name} and is signed as {known.edition}", where=place.name, hint=_LATER
            )
        if known.lapsed and not lapsed:
            return False
        copy = _Copy(self, wanted[name], client, known, place)
        copy.bring()
        self.known[name] = known
        self.report.notes.append(_told(known, self.now, name, place.name))
        return True

    def _root(self) -> bytes:
        place = self.configuration.folder / self.configuration.follow.key
        try:
            return place.read_bytes()
        except OSError as error:
            raise UsageError(
                f"cannot be read: {error.strerror}",
                where=str(place),
                hint="name the mirror's key under [follow]",
            ) from error

    def _addresses(self) -> Iterator[str]:
        """The upstream's addresses: the configured ones, then those that its signed list names."""
        configured = self.configuration.follow.addresses
        yield from configured
        yield from islice((where for where in self._listed_addresses() if where not in configured), _OTHERS)

    def _listed_addresses(self) -> Iterator[str]:
        """Sites alone: what git is asked for cannot be held to public addresses."""
        for edition in self.configuration.editions:
            with suppress(OSError, TrustError):
                mirrors = self.configuration.folder / "out" / edition.name / MIRRORS
                allow = self.configuration.fetch.allow_private
                for listing in read_mirrors(mirrors.read_bytes(), str(mirrors), allow=allow):
                    if listing.kind != "git" and not is_repository(listing.address):
                        yield listing.address

    def _folder(self, edition: str) -> Path:
        """Where what was verified of an edition is kept."""
        return self.archive.folder / "followed" / edition

    def _workspace(self, where: str) -> Path:
        return self.archive.folder / "copies" / f"{hashlib.sha256(where.encode()).hexdigest()[:16]}.git"


class _Copy:
    """One edition, brought up to date from one place."""

    def __init__(
        self, following: Following, edition: Edition, client: Client, known: Known, place: Place
    ) -> None:
        self._edition = edition
        self._client = client
        self._known = known
        self._place = place
        self._archive = following.archive
        self._report = following.report
        self._now = following.now
        self._name = edition.name
        self._folder = Folder(following.configuration.folder / "out" / edition.name)
        home = edition.address(following.configuration, None)
        self._own = home[: home.rindex("/") + 1] if home else known.address
        self._theirs = address_of(place) or known.address
        self._forms = tuple(getattr(edition, "compress", ()))
        self._addresses = (self._own, known.address)

    def bring(self) -> None:
        """Fetch what changed, and have it stand under ``out/`` with the origin's metadata."""
        signatures, ledger = self._archive.signatures, self._archive.ledger
        last, before = signatures.last(self._name), ledger.last_build(self._name)
        held = {role: version for role, (version, _) in signatures.roles(self._name).items()}
        anew = last is None or last.address != self._own or not self._folder.root.is_dir()
        finished = before is not None and before.digest != _UNFINISHED
        if not anew and finished and last is not None and last.number == self._known.number:
            return
        build = Build((before.build if before else 0) + 1, 0, _UNFINISHED, self._now)
        listed: dict[str, Listed] = {}
        roles = dict(self._client.versions())
        if anew or roles.keys() != held.keys():  # there are more bins than before, and each has other files
            held = {}
        changed = [role for role in roles if held.get(role) != roles[role]]
        for _, _, files in self._client.everything(held):
            for file in files:
                listed.setdefault(file.path, file)
        held_files = self._held(changed if held else ())
        wanted = [
            file for path, file in listed.items() if self._differs(file, held_files.get(path), anew=anew)
        ]
        gone = [path for path in held_files if path not in listed]
        for path in [file.path for file in wanted]:
            if not is_safe_file(path):
                raise ForgedError("no file may be called so", where=path[:200], hint=_LATER)
        self._fetch(wanted, build)
        self._finish(build, roles, gone)

    def _held(self, roles: Sequence[str]) -> Mapping[str, SignedFile]:
        """The files that we hold of these roles (none named: of all)."""
        signatures = self._archive.signatures
        if not roles:
            return {file.path: file for file in signatures.between(self._name, IN_TARGETS, 1 << 32)}
        found: dict[str, SignedFile] = {}
        for role in roles:
            found.update((file.path, file) for file in signatures.between(self._name, *spots_of(role)))
        return found

    def _differs(self, file: Listed, held: SignedFile | None, *, anew: bool) -> bool:
        if held is None or held.sha256 != file.sha256:
            return True
        return anew and (bool(file.neutral) or not (self._folder.root / file.path).is_file())

    def _fetch(self, wanted: Sequence[Listed], build: Build) -> None:
        """Fetch, verify and write files, a batch at a time; what was written is noted with each batch."""
        compressed_ones = {file.path for file in wanted if file.path.endswith((".gz", ".br"))}
        waiting = iter([file for file in wanted if file.path not in compressed_ones])
        done = 0
        with ThreadPoolExecutor(self._place.at_once) as pool:
            while batch := list(islice(waiting, _BATCH)):
                written: list[tuple[str, str]] = []
                present: list[SignedFile] = []
                for file, data in zip(batch, pool.map(self._file, batch), strict=True):
                    for path, made in self._with_forms(file.path, data):
                        self._folder.write(path, made)
                        written.append((path, hashlib.sha256(made).hexdigest()))
                    self._report.bytes_written += len(data)
                    self._report.pages_written += file.path.startswith("pages/")
                    present.append(_signed_file(file))
                self._archive.ledger.built(self._name, build, written, [])
                self._archive.signatures.note_files(self._name, present, [])
                done += len(batch)
                self._report.watch("files", done, len(wanted))

    def _with_forms(self, path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        for item in with_compressed([File(path, data)], self._forms):
            if isinstance(item, File) and isinstance(item.data, bytes):
                yield item.path, item.data

    def _file(self, file: Listed) -> bytes:
        """A file as it shall stand here: fetched, verified, with our own address in it."""
        if is_code(file.path) and self._own:
            return readdressed(file.path, b"", self._own, self._own)
        if file.size > _LARGEST:
            raise ForgedError(f"would have {file.size} bytes", where=file.path, hint=_LATER)
        data = self._place.read(file.path, file.size + (_ADDED if file.neutral else 0))
        if is_genuine(file, data):
            theirs = self._known.address
        elif is_genuine(file, data, self._theirs):
            theirs = self._theirs
        else:
            raise ForgedError(
                "is not as it was signed",
                where=f"{self._place.name} {file.path}",
                hint="another address is tried",
            )
        own = readdressed(file.path, data, theirs, self._own) if file.neutral and self._own else data
        # The verifier has a script, and may be of another version than we are; targets vouches for it.
        if file.path != VERIFIER and (found := dangers(file.path, own, self._addresses)):
            raise SafetyError(
                f"is signed and would break a promise to readers: {found[0]}",
                where=file.path,
                hint="nothing was published; ask the mirror's operator, or install a later mirrorpress",
            )
        return own

    def _finish(self, build: Build, roles: Mapping[str, int], gone: Sequence[str]) -> None:
        """Carry the origin's metadata along, let go what is gone, and note that the copy is whole."""
        signatures, ledger = self._archive.signatures, self._archive.ledger
        written = []
        carried = dict(self._metadata(roles))
        known = ledger.digests(self._name, list(carried))
        for path, data in carried.items():
            digest = hashlib.sha256(data).hexdigest()
            if known.get(path) != digest:
                self._folder.write(path, data)
                written.append((path, digest))
        left = [*gone, *(f"{path}{suffix}" for path in gone for suffix in (".gz", ".br"))]
        left += [path for path in ledger.present(self._name, METADATA) if path not in carried]
        known_left = list(ledger.digests(self._name, left))
        for path in known_left:
            self._folder.remove(path)
        self._report.files_removed += len(known_left)
        final = replace(build, digest="copy", built_at=self._known.signed_at)
        ledger.built(self._name, final, written, known_left)
        signatures.note_files(self._name, [], gone)
        signing = Signing(
            number=self._known.number,
            build=final.build,
            bits=max(map(bits_of, roles)),
            root=self._known.root,
            targets=roles["targets"],
            key="",
            address=self._own,
            signed_at=self._known.signed_at,
        )
        expires = {role: (version, self._known.signed_at) for role, version in roles.items()}
        signatures.forget_roles(self._name)
        signatures.note(self._name, signing, expires, {})

    def _metadata(self, roles: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        """The metadata as it was verified, and where this copy is read."""
        folder = self._client.folder
        for role in ("timestamp", "snapshot", "pages", *roles):
            yield metadata_path(role), (folder / f"{role}.json").read_bytes()
        for version in range(1, self._known.root + 1):
            kept = folder / "root_history" / f"{version}.root.json"
            data = (
                kept.read_bytes()
                if kept.is_file()
                else self._place.read(metadata_path("root", version), 64_000)
            )
            yield metadata_path("root", version), data
        if self._own:
            yield COPY, json.dumps({"address": self._own}).encode() + b"\n"


def _signed_file(file: Listed) -> SignedFile:
    path = file.path
    return SignedFile(path, folder_of(path), spot_of(path), file.size, file.sha256, file.neutral)


def _told(known: Known, now: datetime, edition: str, where: str) -> str:
    hours = (now - known.signed_at).total_seconds() / 3600
    if hours < -0.1:
        return f"{edition}: signed {-hours:.0f} hours from now: this machine's clock is wrong"
    old = f"{hours:.0f} hours" if hours >= 1 else f"{max(hours, 0) * 60:.0f} minutes"
    if known.lapsed:
        return f"{edition}: newest verified edition, {old} old, from {where}; no address has a fresher one"
    return f"{edition}: verified, {old} old, from {where}"


_LATER = "tell the mirror's operator; the next run asks again"
