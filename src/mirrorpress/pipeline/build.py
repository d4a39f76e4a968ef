"""archive -> out/<edition>/: render, look at every file once more, write what changed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mirrorpress.archive.journal import Journal
from mirrorpress.archive.ledger import Build, Ledger
from mirrorpress.archive.store import Archive
from mirrorpress.editions.codes import codes_of
from mirrorpress.editions.safety import dangers
from mirrorpress.errors import EditionError, SafetyError
from mirrorpress.model import Configuration, Edition, File
from mirrorpress.pipeline.identity import comparable
from mirrorpress.pipeline.report import Report
from mirrorpress.trust.roles import FIRST_ROOT, OFFLINE_TARGETS, is_signing

if TYPE_CHECKING:
    from mirrorpress.pipeline.signing import Signer

UNFINISHED = "unfinished "
"""Stands before a build's digest while its files are being written."""


def build(
    configuration: Configuration,
    archive: Archive,
    report: Report,
    clock: Callable[[], datetime],
    *,
    full: bool = False,
) -> None:
    """Bring every edition's folder up to date.

    Renders only what changed since the last build, unless ``full``, or unless the configuration, the
    layout or the folder itself changed. Raises ``SafetyError`` when a file would endanger a reader;
    ``EditionError`` when a file cannot be written. After either, the next build starts anew.
    """
    give_codes(archive)
    for edition in configuration.editions:
        _build_edition(configuration, archive, report, clock, edition, full=full)
    if (configuration.folder / FIRST_ROOT).is_file():
        report.signatures += _signer(configuration, archive, clock()).sign(configuration.editions)


def give_codes(archive: Archive) -> None:
    """Give every article that has none yet its short code, in order of arrival."""
    while lacking := archive.codes.lacking():
        archive.codes.give((number, codes_of(comparable(url))) for number, url in lacking)


def is_built(configuration: Configuration, archive: Archive, edition: Edition) -> bool:
    """Whether an edition's folder holds the whole of what the archive holds."""
    last = archive.ledger.last_build(edition.name)
    return (
        root_of(configuration, edition.name).is_dir()
        and last is not None
        and last.digest == edition.digest(configuration)
        and last.revision == archive.shelf.clock()
        and last.front == edition.front(configuration, archive.shelf)
    )


def is_ready(configuration: Configuration, archive: Archive, edition: Edition, now: datetime) -> bool:
    """Whether an edition is built, and signed if the mirror has keys."""
    if not is_built(configuration, archive, edition):
        return False
    return not (configuration.folder / FIRST_ROOT).is_file() or not _signer(
        configuration, archive, now
    ).is_due(edition)


def _signer(configuration: Configuration, archive: Archive, now: datetime) -> Signer:
    # 0.08 s that mirrors without keys do not need.
    from mirrorpress.pipeline.authority import Authority  # noqa: PLC0415
    from mirrorpress.pipeline.keeping import check_apart  # noqa: PLC0415
    from mirrorpress.pipeline.signing import Signer, keys_of  # noqa: PLC0415

    places = keys_of(configuration)
    for place in places:
        check_apart(place, configuration)
    return Signer(configuration, archive, Authority(configuration.folder, places), now)


def root_of(configuration: Configuration, edition: str) -> Path:
    """The folder of an edition."""
    return configuration.folder / "out" / edition


def _build_edition(
    configuration: Configuration,
    archive: Archive,
    report: Report,
    clock: Callable[[], datetime],
    edition: Edition,
    *,
    full: bool,
) -> None:
    root, ledger = root_of(configuration, edition.name), archive.ledger
    digest, now = edition.digest(configuration), archive.shelf.clock()
    front = edition.front(configuration, archive.shelf)
    last = ledger.last_build(edition.name)
    resumed = last is not None and last.digest == UNFINISHED + digest
    whole = full or last is None or not (resumed or last.digest == digest) or not root.is_dir()
    if last is not None and not whole and not resumed and (last.revision, last.front) == (now, front):
        return
    started = replace(last or Build(0, 0, "", clock()), digest=UNFINISHED, built_at=clock())
    ledger.built(edition.name, started if whole else replace(started, digest=UNFINISHED + digest), [], [])
    written: dict[str, str] = {}
    rendered: set[str] = set()
    leaving: list[str] = []
    since = None if whole or last is None else last.revision
    addresses = (*configuration.mirror.addresses, *configuration.mirror.site_addresses)
    weight = Weight(0 if whole else None if resumed or last is None else last.size, whole=whole)
    with archive.journal(edition.name) as journal:
        doubtful = journal.paths()
        for item in edition.render(
            configuration,
            archive.shelf,
            since,
            front=front,
            before=last.front if last else "",
            standing=_Standing(root, ledger, edition.name),
        ):
            if isinstance(item, str):
                leaving.append(item)
            elif item.path not in rendered and _is_at_hand(root, item, report):
                rendered.add(item.path)
                # After a build that was cut short the folder may hold what the ledger does not know of.
                unsure = resumed or item.path in doubtful
                before = "" if unsure else ledger.digest_of(edition.name, item.path)
                weight.expect(root / item.path)
                if mark := _write(root, item, before, report, journal, addresses=addresses, check_disk=whole):
                    written[item.path] = mark
                    report.watch("files", len(written), 0)
                weight.settle(root / item.path)
        if whole:
            leaving = [
                path
                for path in ledger.present(edition.name)
                if not (is_signing(path) or path in OFFLINE_TARGETS)
            ]
        known = [path for path in leaving if path not in rendered and ledger.digest_of(edition.name, path)]
        for path in known:
            weight.lose(root / path)
            _remove(root, path)
            report.files_removed += 1
        for path in sorted(doubtful - rendered):
            if not ledger.digest_of(edition.name, path):
                _remove(root, path)
        finished = replace(
            started, revision=now, digest=digest, built_at=clock(), front=front, size=weight.size
        )
        if written or known or last is None:
            finished = replace(finished, build=started.build + 1)
        ledger.built(edition.name, finished, written.items(), known)
        journal.clear()


@dataclass(frozen=True)
class _Standing:
    """Implements ``model.Standing`` on an edition's folder, of what the ledger knows to be there."""

    root: Path
    ledger: Ledger
    edition: str

    def read(self, path: str) -> bytes:
        mark = self.ledger.digest_of(self.edition, path)
        try:
            data = (self.root / path).read_bytes() if mark else b""
        except OSError:
            return b""
        return data if mark == hashlib.sha256(data).hexdigest() else b""

    def below(self, beginning: str) -> Iterator[str]:
        return self.ledger.present(self.edition, beginning)


class Weight:
    """The size of an edition's files, in bytes, kept up as they come and go; None where it is not known.

    A ``whole`` build weighs every file; another one only those that it touches.
    """

    def __init__(self, size: int | None, *, whole: bool) -> None:
        self.size = size
        self._whole = whole
        self._before = 0

    def expect(self, path: Path) -> None:
        """A file may be about to change."""
        self._before = 0 if self._whole else _size_of(path)

    def settle(self, path: Path) -> None:
        """It is as it shall be."""
        self._add(_size_of(path) - self._before)

    def lose(self, path: Path) -> None:
        """A file is about to leave."""
        if not self._whole:
            self._add(-_size_of(path))

    def _add(self, difference: int) -> None:
        if self.size is not None:
            self.size = max(self.size + difference, 0)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_at_hand(root: Path, file: File, report: Report) -> bool:
    """Whether a file can be written, or is there already; a picture that the archive lost stops no build."""
    if not isinstance(file.data, Path) or file.data.is_file() or (root / file.path).is_file():
        return True
    lost = EditionError(
        "this picture is gone from the archive; pages that show it were published all the same",
        where=str(file.data),
        hint="restore it from a backup, or run mirrorpress sync --from-captures, which leaves it out",
    )
    report.fail(lost, "build")
    return False


def _write(
    root: Path,
    file: File,
    before: str,
    report: Report,
    journal: Journal,
    *,
    addresses: Sequence[str],
    check_disk: bool,
) -> str:
    """Write a file unless it is there as it should be; returns its digest when it was written. ``addresses``
    are the mirror's own."""
    path = root / file.path
    if isinstance(file.data, Path):
        digest = f"asset:{file.path}"  # named by its content
    else:
        digest = hashlib.sha256(file.data).hexdigest()
        if digest != before and (found := dangers(file.path, file.data, addresses)):
            raise SafetyError(
                f"would break a promise to readers: {found[0]}",
                where=file.path,
                hint="nothing was published; please report the page that caused it",
            )
    if digest == before and (not check_disk or _is_there(path, file.data)):
        return ""
    journal.note(file.path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name[:100]}.part")
        if isinstance(file.data, Path):
            size = _place_copy(file.data, part)
            part.replace(path)
            part.unlink(missing_ok=True)  # rename(2) leaves it where both names were one file already
        else:
            size = part.write_bytes(file.data)
            part.replace(path)
    except OSError as error:
        raise _unwritable(error, path) from error
    report.bytes_written += size
    report.pages_written += file.path.startswith("pages/") or file.path.endswith(".md")
    return digest


def _unwritable(error: OSError, path: Path) -> EditionError:
    return EditionError(
        f"cannot be written: {error.strerror}",
        where=str(path),
        hint="make room or correct the permissions; the next build carries on",
    )


def _is_there(path: Path, data: bytes | Path) -> bool:
    """Whether a file holds ``data``: somebody may have edited it. A picture is compared by its size."""
    try:
        if isinstance(data, Path):
            return not data.is_file() or path.stat().st_size == data.stat().st_size
        return path.read_bytes() == data
    except OSError:
        return False


def _place_copy(source: Path, target: Path) -> int:
    """The same file under a second name where the file system can, else a copy; returns its size in bytes."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target.stat().st_size


def _remove(root: Path, path: str) -> None:
    """Remove a file and the folders that it leaves empty."""
    place = root / path
    try:
        place.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(error, place) from error
    for folder in place.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:
            return
