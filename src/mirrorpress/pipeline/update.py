"""Bringing an edition's folder up to date, some files at a time: look, note, write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from mirrorpress.archive.journal import Journal
from mirrorpress.archive.ledger import Ledger
from mirrorpress.editions.safety import dangers
from mirrorpress.errors import EditionError, SafetyError
from mirrorpress.model import File
from mirrorpress.pipeline.folder import Folder
from mirrorpress.pipeline.report import Report
from mirrorpress.trust.roles import is_of_signing

_MOST, _MOST_BYTES = 100, 1_000_000  # files that are looked up and noted at a time, held in memory


class Update:
    """What one build changes in an edition's ``folder``. ``addresses`` are the mirror's own; a ``whole``
    build renders every file and looks whether it is there; one that is ``resumed`` doubts what the ledger
    knows, as the folder may hold what a build wrote before it was cut short.

    ``written`` holds the digests of files that were written, by path. ``size`` starts as that of the
    edition's files at the build before, in bytes, and is kept up (None: not known): a whole build weighs
    every file, another one those that it touches.
    """

    def __init__(
        self,
        edition: str,
        folder: Folder,
        ledger: Ledger,
        journal: Journal,
        report: Report,
        *,
        addresses: Sequence[str],
        whole: bool,
        resumed: bool,
        size: int | None,
    ) -> None:
        self.written: dict[str, str] = {}
        self.size = size
        self._edition, self._folder, self._ledger = edition, folder, ledger
        self._journal, self._report = journal, report
        self._addresses = addresses
        self._whole, self._resumed = whole, resumed
        self._doubtful = journal.paths()
        self._rendered: set[str] = set()
        self._leaving: list[str] = []

    def take(self, items: Iterable[File | str]) -> None:
        """Write the files that are not there as they should be; remember the paths that leave.

        Raises ``SafetyError``, and ``EditionError`` for a file that cannot be written.
        """
        for some in _some_at_a_time(items):
            files = []
            for item in some:
                if isinstance(item, str):
                    self._leaving.append(item)
                elif item.path not in self._rendered and self._is_at_hand(item):
                    self._rendered.add(item.path)
                    files.append(item)
            known = self._known(files)
            digests = [self._looked_at(file, known.get(file.path, "")) for file in files]
            self._journal.note([file.path for file, digest in zip(files, digests, strict=True) if digest])
            for file, digest in zip(files, digests, strict=True):
                self._place(file, digest)

    def clear(self) -> list[str]:
        """Remove what leaves: what was said to, after a whole build all that was not rendered, and what an
        unfinished build may have left behind. Returns the paths that the ledger knew.

        Raises ``EditionError``.
        """
        leaving = self._ledger.present(self._edition) if self._whole else self._leaving
        candidates = [path for path in leaving if path not in self._rendered and not is_of_signing(path)]
        known = self._ledger.digests(self._edition, candidates)
        left = [path for path in candidates if path in known]
        for path in left:
            if not self._whole:
                self._weigh(-self._folder.size(path))
            self._folder.remove(path)
            self._report.files_removed += 1
        stray = sorted(self._doubtful - self._rendered)
        known = self._ledger.digests(self._edition, stray)
        for path in stray:
            if path not in known:
                self._folder.remove(path)
        return left

    def _is_at_hand(self, file: File) -> bool:
        """Whether a file can be written, or is there already: a picture that the archive lost stops no
        build."""
        if (
            not isinstance(file.data, Path)
            or file.data.is_file()
            or (self._folder.root / file.path).is_file()
        ):
            return True
        lost = EditionError(
            "this picture is gone from the archive; pages that show it were published all the same",
            where=str(file.data),
            hint="restore it from a backup, or run mirrorpress sync --from-captures, which leaves it out",
        )
        self._report.fail(lost, "build")
        return False

    def _known(self, files: Iterable[File]) -> dict[str, str]:
        """The digests of files that are sure to be as the ledger says."""
        if self._resumed:
            return {}
        sure = [file.path for file in files if file.path not in self._doubtful]
        return self._ledger.digests(self._edition, sure)

    def _looked_at(self, file: File, before: str) -> str:
        """The digest of a file that is to be written; empty when it is there as it should be."""
        if isinstance(file.data, Path):
            digest = f"asset:{file.path}"  # named by its content
        else:
            digest = sha256(file.data).hexdigest()
            if digest != before and (found := dangers(file.path, file.data, self._addresses)):
                raise SafetyError(
                    f"would break a promise to readers: {found[0]}",
                    where=file.path,
                    hint="nothing was published; please report the page that caused it",
                )
        is_there = digest == before and (not self._whole or self._folder.holds(file.path, file.data))
        return "" if is_there else digest

    def _place(self, file: File, digest: str) -> None:
        """Write a file if it has a ``digest``, and weigh it."""
        if not digest:
            if self._whole:
                self._weigh(self._folder.size(file.path))
            return
        before = 0 if self._whole else self._folder.size(file.path)
        size = self._folder.write(file.path, file.data)
        self._weigh(size - before)
        self.written[file.path] = digest
        self._report.bytes_written += size
        self._report.pages_written += file.path.startswith("pages/") or file.path.endswith(".md")
        self._report.watch("files", len(self.written), 0)

    def _weigh(self, difference: int) -> None:
        if self.size is not None:
            self.size = max(self.size + difference, 0)


def _some_at_a_time(items: Iterable[File | str]) -> Iterator[list[File | str]]:
    some: list[File | str] = []
    size = 0
    for item in items:
        some.append(item)
        if isinstance(item, File) and isinstance(item.data, bytes):
            size += len(item.data)
        if len(some) == _MOST or size > _MOST_BYTES:
            yield some
            some, size = [], 0
    yield some
