"""The folder ``trust/`` beside mirrorpress.toml: who may sign, in public.

    trust/root/1.root.json, 2.root.json …   the chain of roots, each signed as the one before it demands
    trust/root.next.json                    a root that still lacks signatures
    trust/targets.json                      the targets, for all editions
    trust/targets.next.json                 targets that still lack their signature
    trust/targets/…                         the files that targets lists: mirrors.json, verify.html
    trust/targets.next/…                    what of these comes with targets that wait

Nothing in it is secret; it may be committed. Private keys never come near it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

from mirrorpress.editions.verifier.page import verifier
from mirrorpress.errors import TrustError, UsageError
from mirrorpress.model import Mirror
from mirrorpress.pipeline.keyring import private_files, unlocked
from mirrorpress.trust.chain import Document, Holders, check_chain, first_root, new_targets
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.roles import FIRST_ROOT, OFFLINE_TARGETS, VERIFIER

FOLDER = "trust"
"""Its name in the mirror's folder."""


def is_signed(folder: Path) -> bool:
    """Whether the mirror in ``folder`` has keys."""
    return (folder / FIRST_ROOT).is_file()


class Authority:
    """Who may sign for the mirror in ``folder``; ``places`` are files of private keys, or folders of them.

    Methods raise ``TrustError`` for a folder that is damaged, and for keys that are not at hand.
    """

    def __init__(self, folder: Path, places: Sequence[Path] = ()) -> None:
        self.folder = folder / FOLDER
        self._places = places

    # --- as it stands --------------------------------------------------------------------

    @cached_property
    def roots(self) -> Sequence[bytes]:
        """The chain of roots, oldest first, checked."""
        found: list[bytes] = []
        documents: list[Document] = []
        while (path := self.folder / "root" / f"{len(found) + 1}.root.json").is_file():
            found.append(_read(path))
            documents.append(Document.read(found[-1], str(path)))
        if not found:
            raise UsageError(
                "this mirror has no keys", where=str(self.folder), hint="run: mirrorpress key init"
            )
        check_chain(documents)
        return found

    @cached_property
    def root(self) -> Document:
        """The newest root."""
        return Document.read(self.roots[-1], str(self.folder / "root"))

    @cached_property
    def holders(self) -> Holders:
        """Who may sign, as the newest root says."""
        return self.root.holders

    @cached_property
    def targets_data(self) -> bytes:
        return _read(self.folder / "targets.json")

    @cached_property
    def targets(self) -> Document:
        """The targets, signed."""
        targets = Document.read(self.targets_data, str(self.folder / "targets.json"))
        if not targets.is_signed_for(self.holders):
            raise TrustError(
                "is not signed by a key that the root names",
                where=str(self.folder / "targets.json"),
                hint="run: mirrorpress key sign, with the key of targets",
            )
        return targets

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files that targets lists, as they lie in its folder."""
        found = {}
        for path in OFFLINE_TARGETS:
            place = self.folder / "targets" / path
            if place.is_file():
                found[path] = _read(place)
        return found

    @property
    def verifier_hash(self) -> str:
        """The SHA-256 in hex of the offline verifier that targets lists; empty: there is none."""
        _, digest = self.targets.files.get(VERIFIER, (0, ""))
        return digest

    def pending(self) -> Sequence[Document]:
        """What waits for signatures: a root, targets."""
        paths = [self.folder / name for name in _NEXT.values()]
        return [Document.read(_read(path), str(path)) for path in paths if path.is_file()]

    # --- changes -------------------------------------------------------------------------

    def found(self, holders: Holders, mirror: Mirror, now: datetime) -> None:
        """Make the first root and targets of a mirror, signed with keys at hand."""
        if is_signed(self.folder.parent):
            raise UsageError(
                "this mirror has keys already", where=str(self.folder), hint="see: mirrorpress key show"
            )
        self._propose_root(first_root(holders, now), 1, mirror, now)
        self.sign()

    def appoint(self, change: Callable[[Holders], Holders], mirror: Mirror, now: datetime) -> None:
        """Make the next root with other holders, and targets, whose verifier knows it."""
        self._refuse_while_pending()
        try:
            holders = change(self.holders)
        except ValueError as error:
            raise UsageError(
                f"that would not leave {error}", where="key", hint="see: mirrorpress key show"
            ) from error
        self._propose_root(self.root.renewed(holders, now), self.targets.version + 1, mirror, now)
        self.sign()

    def put(self, files: Mapping[str, bytes], now: datetime) -> None:
        """Put files that targets lists itself, and make the next targets; what is in force stays until these
        are signed."""
        self._refuse_while_pending()
        self._propose_targets(self.targets.version + 1, files, self.holders.online, now)
        self.sign()

    def renew(self, mirror: Mirror, now: datetime) -> None:
        """Make the next root and targets with the same holders, so that they lapse later."""
        self.appoint(lambda holders: holders, mirror, now)

    def sign(self) -> Sequence[PublicKey]:
        """Sign what waits for signatures with every key at hand, and put in force what has enough of them.
        Returns the keys that signed. Whatever still lacks some keeps waiting."""
        used: list[PublicKey] = []
        for document in self.pending():
            signers = [key for key in self._signers(document) if key.id not in document.signed_by]
            at_hand = self._at_hand(signers)
            if at_hand:
                with unlocked(at_hand, self._places) as keyring:
                    for key in at_hand:
                        document.sign(key, keyring.sign(key, document.payload))
                used += at_hand
                self._propose(document)
        self._enforce()
        return list(dict.fromkeys(used))

    def take(self, path: Path) -> None:
        """Take over a document with signatures that somebody else added to the one that waits here."""
        document = Document.read(_read(path), str(path))
        waiting = {one.kind: one for one in self.pending()}.get(document.kind)
        if waiting is None or waiting.payload != document.payload:
            raise UsageError(
                "is not what waits for signatures here", where=str(path), hint="see: mirrorpress key show"
            )
        self._propose(document)
        self._enforce()

    def lacking(self, document: Document) -> str:
        """What a waiting document lacks, in words; empty: nothing."""
        if document.kind == "root":
            return document.missing(self.root if is_signed(self.folder.parent) else None)
        return "" if document.is_signed_for(self._coming) else "no signature of a key of targets"

    def where(self, key: PublicKey) -> str:
        """Where the private half of a key is, in words."""
        if file := private_files(self._places).get(key.raw):
            return str(file)
        return "in the ssh-agent" if _is_in_agent(key) else "not here"

    def keyring_places(self) -> Sequence[Path]:
        """Where private keys are looked for."""
        return self._places

    # --- steps ---------------------------------------------------------------------------

    @property
    def _coming(self) -> Holders:
        """The holders that will count for targets: a waiting root's when there is one."""
        waiting = [one for one in self.pending() if one.kind == "root"]
        return waiting[0].holders if waiting else self.holders

    def _signers(self, document: Document) -> Sequence[PublicKey]:
        if document.kind != "root":
            return self._coming.targets
        before = self.holders.root if is_signed(self.folder.parent) else ()
        return list(dict.fromkeys((*document.holders.root, *before)))

    def _at_hand(self, keys: Sequence[PublicKey]) -> list[PublicKey]:
        files = private_files(self._places)
        return [key for key in keys if key.raw in files or _is_in_agent(key)]

    def _propose_root(self, root: Document, targets: int, mirror: Mirror, now: datetime) -> None:
        """A root, and targets of the version ``targets``, with the verifier that trusts that root."""
        self._propose(root)
        made = verifier([root.data], mirror.title, mirror.language)
        self._propose_targets(targets, {VERIFIER: made}, root.holders.online, now)

    def _propose_targets(
        self, version: int, files: Mapping[str, bytes], online: PublicKey, now: datetime
    ) -> None:
        """Targets that list ``files`` beside those in force."""
        for path, data in files.items():
            write(self.folder / "targets.next" / path, data)
        self._propose(new_targets(version, now, {**self.files, **files}, online))

    def _propose(self, document: Document) -> None:
        write(self.folder / _NEXT[document.kind], document.data)

    def _enforce(self) -> None:
        """Put in force what has enough signatures. A root that the targets in force do not go with waits for
        those that do: between the two, nothing that is built could be verified."""
        waiting = {one.kind: one for one in self.pending()}
        root, targets = waiting.get("root"), waiting.get("targets")
        if root is not None:
            is_joined = targets is not None and targets.is_signed_for(root.holders)
            if self.lacking(root) or not (is_joined or self._goes_with_targets(root.holders)):
                return
            write(self.folder / "root" / f"{root.version}.root.json", root.data)
            (self.folder / _NEXT["root"]).unlink()
            self._forget()
        if targets is not None and targets.is_signed_for(self.holders):
            for path, (_, digest) in targets.files.items():
                coming = self.folder / "targets.next" / path
                if coming.is_file() and hashlib.sha256(data := _read(coming)).hexdigest() == digest:
                    write(self.folder / "targets" / path, data)
            shutil.rmtree(self.folder / "targets.next", ignore_errors=True)
            write(self.folder / "targets.json", targets.data)
            (self.folder / _NEXT["targets"]).unlink()
            self._forget()

    def _goes_with_targets(self, coming: Holders) -> bool:
        """Whether the targets in force are valid for other holders too."""
        if not is_signed(self.folder.parent):
            return False
        return self.targets.is_signed_for(coming) and self.targets.delegates_to(coming.online)

    def _forget(self) -> None:
        for name in ("roots", "root", "holders", "targets_data", "targets"):
            self.__dict__.pop(name, None)

    def _refuse_while_pending(self) -> None:
        for document in self.pending():
            raise UsageError(
                f"a change of {document.kind} waits for signatures: {self.lacking(document)}",
                where=str(self.folder / _NEXT[document.kind]),
                hint="run: mirrorpress key sign; or remove that file to give the change up",
            )


def sign_file(path: Path, places: Sequence[Path]) -> Sequence[PublicKey]:
    """Add the signatures of all private keys in ``places`` to a document that was sent; returns the keys.

    Raises ``UsageError`` without a key, ``TrustError`` for a file that is no document of root or targets.
    """
    document = Document.read(_read(path), str(path))
    if document.kind not in _NEXT:
        raise TrustError(
            f"is signed at every build, not by hand: {document.kind}",
            where=str(path),
            hint="name root or targets",
        )
    files = private_files(places)
    keys = [PublicKey(raw, file.name) for raw, file in files.items()]
    if not keys:
        raise UsageError(
            "no key to sign with", where=str(path), hint="name one with --key; its .pub file stands beside it"
        )
    with unlocked(keys, places) as keyring:
        for key in keys:
            document.sign(key, keyring.sign(key, document.payload))
    write(path, document.data)
    return keys


_NEXT: Mapping[str, str] = {"root": "root.next.json", "targets": "targets.next.json"}


def _is_in_agent(key: PublicKey) -> bool:
    try:
        with unlocked([key], ()):
            return True
    except TrustError:
        return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrustError(
            f"cannot be read: {error.strerror}", where=str(path), hint="restore it from a backup"
        ) from error


def write(path: Path, data: bytes) -> None:
    """Put a file in place of what stands there, at once. Raises ``TrustError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise TrustError(
            f"cannot be written: {error.strerror}",
            where=str(path),
            hint="make room or correct the permissions",
        ) from error
