"""archive -> out/<edition>/: render, look at every file once more, write what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from mirrorpress.archive.ledger import Build, Ledger
from mirrorpress.archive.store import Archive
from mirrorpress.editions.codes import codes_of
from mirrorpress.model import Configuration, Edition
from mirrorpress.pipeline.folder import Folder
from mirrorpress.pipeline.identity import comparable
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.update import Update

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
    if configuration.is_signed:
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


def is_ready(configuration: Configuration, archive: Archive, now: datetime) -> bool:
    """Whether every edition is built, and signed if the mirror has keys."""
    editions = configuration.editions
    if not all(is_built(configuration, archive, edition) for edition in editions):
        return False
    return not (configuration.is_signed and any(map(_signer(configuration, archive, now).is_due, editions)))


def _signer(configuration: Configuration, archive: Archive, now: datetime) -> Signer:
    # 0.08 s that mirrors without keys do not need.
    from mirrorpress.pipeline.authority import Authority  # noqa: PLC0415
    from mirrorpress.pipeline.signing import Signer, keys_of  # noqa: PLC0415

    return Signer(configuration, archive, Authority(configuration.folder, keys_of(configuration)), now)


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
    folder, ledger = Folder(root_of(configuration, edition.name)), archive.ledger
    digest, now = edition.digest(configuration), archive.shelf.clock()
    front = edition.front(configuration, archive.shelf)
    last = ledger.last_build(edition.name)
    resumed = last is not None and last.digest == UNFINISHED + digest
    whole = full or last is None or not (resumed or last.digest == digest) or not folder.root.is_dir()
    if last is not None and not whole and not resumed and (last.revision, last.front) == (now, front):
        return
    started = replace(last or Build(0, 0, "", clock()), digest=UNFINISHED, built_at=clock())
    ledger.built(edition.name, started if whole else replace(started, digest=UNFINISHED + digest), [], [])
    with archive.journal(edition.name) as journal:
        update = Update(
            edition.name,
            folder,
            ledger,
            journal,
            report,
            addresses=(*configuration.mirror.addresses, *configuration.mirror.site_addresses),
            whole=whole,
            resumed=resumed,
            size=0 if whole else None if resumed or last is None else last.size,
        )
        update.take(
            edition.render(
                configuration,
                archive.shelf,
                None if whole or last is None else last.revision,
                front=front,
                before=last.front if last else "",
                standing=_Standing(folder, ledger, edition.name),
            )
        )
        left = update.clear()
        finished = replace(
            started, revision=now, digest=digest, built_at=clock(), front=front, size=update.size
        )
        if update.written or left or last is None:
            finished = replace(finished, build=started.build + 1)
        ledger.built(edition.name, finished, update.written.items(), left)
        journal.clear()


@dataclass(frozen=True)
class _Standing:
    """Implements ``model.Standing`` on an edition's folder, of what the ledger knows to be there."""

    folder: Folder
    ledger: Ledger
    edition: str

    def read(self, path: str) -> bytes:
        mark = self.ledger.digests(self.edition, [path]).get(path)
        data = self.folder.read(path) if mark else b""
        return data if mark == sha256(data).hexdigest() else b""

    def below(self, beginning: str) -> Iterator[str]:
        return self.ledger.present(self.edition, beginning)
