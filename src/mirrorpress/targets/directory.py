"""Publishes an edition to a folder on this machine, so that readers never see a half-written one.

    /srv/www/mirror -> .mirror.mirrorpress/a      what readers open: a symbolic link
    /srv/www/.mirror.mirrorpress/a, a.txt         a generation, and which build it holds
    /srv/www/.mirror.mirrorpress/b, b.txt         the one before it

The generation that nobody reads is brought up to date, then the link is replaced by rename(2), which
POSIX makes atomic. Two generations take turns, so a run costs what changed since the build before the
last one, never the number of files, except for the first two runs (copy, then hard links) and after a
run that was killed (hard links). Generations share unchanged files by hard links; files are replaced,
never written to, so neither can harm the other.

A request follows the link once and reads one whole build. What holds a generation open for longer than
two runs, such as a server started inside the folder or a container that mounts it, sees it change:
let these open the parent.
"""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from mirrorpress.errors import TargetError
from mirrorpress.model import Receipt, Release
from mirrorpress.targets.files import EditionFiles
from mirrorpress.targets.tree import copy, link, linked_tree, make_folder, make_room, remove, same

_SLOTS = ("a", "b")


@dataclass(frozen=True)
class DirectoryTarget:
    """A folder, for a web server on this machine or a disk to carry away.

    A relative path starts at the mirror's folder. The folder becomes a symbolic link; its parent
    must be ours to write to.
    """

    edition: str = field(metadata={"description": "Name of the edition to publish."})
    path: str = field(metadata={"description": "The folder that readers or a web server open."})
    name: str = field(default="", metadata={"description": "What messages call this target."})

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a path that names no folder."""
        if not self.path.strip() or not self.path.isprintable() or Path(self.path).name in ("", ".."):
            raise ValueError("the path of a folder")
        if not self.name:
            object.__setattr__(self, "name", f"directory {self.path}")

    def publish(self, release: Release) -> Receipt:
        """Bring the folder up to date. Raises ``TargetError``; readers then still see what they saw."""
        path = release.folder.absolute() / Path(self.path).expanduser()
        edition = release.root.absolute()
        if path.is_relative_to(edition) or edition.is_relative_to(path):
            raise TargetError(
                "lies within the edition itself", where=str(path), hint="choose a folder outside of it"
            )
        try:
            return _Store(path, release).publish()
        except OSError as error:
            raise _explained(error, path) from error


@dataclass(frozen=True)
class _Generation:
    """A finished tree. ``word`` names build and time: builds of an archive that came back from a
    backup repeat numbers, but not times."""

    build: int
    word: str


class _Store:
    """The two generations behind one path."""

    def __init__(self, path: Path, release: Release) -> None:
        self._path = path
        self._release = release
        self._folder = path.parent / f".{path.name}.mirrorpress"
        self._draft = self._folder / "draft"
        self._files = EditionFiles(release.root)
        self._written = self._removed = 0

    def publish(self) -> Receipt:
        self._check()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o755)
        shutil.rmtree(self._draft, ignore_errors=True)  # left by a run that was killed
        self._draft.mkdir()
        try:
            self._say("edition.txt", self._owner)
            return self._bring_up_to_date()
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    def _bring_up_to_date(self) -> Receipt:
        release = self._release
        known = self._known()
        slot = self._live()
        live = known.get(slot)
        if live and not any(True for _ in release.changes(live.build)):
            return Receipt(release.state, changed=False, detail="up to date")
        spare = "b" if slot == "a" else "a"
        previous = known.get(spare)
        (self._folder / f"{spare}.txt").unlink(missing_ok=True)  # from here on, not to be trusted
        if not previous and live:
            linked_tree(self._folder / slot, self._draft / "tree")
            self._replace(spare)
            previous = live
        if previous:
            self._update(self._folder / spare, self._folder / slot if slot else None, previous.build)
        else:
            self._copy_everything(self._folder / slot if slot else None)
            self._replace(spare)
        word = self._finish(spare)
        state = f"{word} {live.word}" if live else word
        detail = f"swapped in: {self._written:,} written, {self._removed:,} removed"
        return Receipt(state, changed=True, detail=detail)

    # --- what is there -------------------------------------------------------------------------

    def _check(self) -> None:
        """Raise ``TargetError`` when the path holds something that we did not make."""
        where = str(self._path)
        if self._path.is_symlink():
            if not self._live():
                raise TargetError(
                    f"is a link to {self._path.readlink()}, which is not ours",
                    where=where,
                    hint="remove the link or choose another path",
                )
        elif self._path.is_dir():
            if any(self._path.iterdir()):
                raise TargetError(
                    "is a folder with files that are not ours; nothing was changed",
                    where=where,
                    hint="move it away, or choose a path that does not exist yet",
                )
        elif self._path.exists():
            raise TargetError("is a file, not a folder", where=where, hint="choose another path")
        owner = self._folder / "edition.txt"
        if owner.exists():
            # A mirror whose folder was moved still knows its generations.
            if (other := owner.read_text("utf-8").strip()) != self._owner and not self._known():
                raise TargetError(
                    f"holds another edition: {other}",
                    where=where,
                    hint=f"choose another path, or remove {self._folder} to let this edition take it over",
                )
        elif self._folder.exists() and any(self._folder.iterdir()):
            raise TargetError("is not ours", where=str(self._folder), hint="move it away")

    @property
    def _owner(self) -> str:
        return f"{self._release.edition} of {self._release.folder.absolute()}"

    def _live(self) -> str:
        """The slot that readers see, or an empty string."""
        if not self._path.is_symlink():
            return ""
        target = self._path.readlink()
        return target.name if target.name in _SLOTS and str(target.parent) == self._folder.name else ""

    def _known(self) -> dict[str, _Generation]:
        """The finished generations that the caller has heard of, by slot."""
        found = {}
        for slot in _SLOTS:
            place = self._folder / f"{slot}.txt"
            word = place.read_text("utf-8").strip() if place.exists() else ""
            if word and word in self._release.state.split():
                found[slot] = _Generation(int(word.partition("@")[0]), word)
        return found

    # --- making a generation -------------------------------------------------------------------

    def _copy_everything(self, live: Path | None) -> None:
        """A new tree of the whole edition, sharing with what readers see now what is the same."""
        tree = self._draft / "tree"
        make_folder(tree)
        for change in self._release.changes(0):
            if change.present:
                self._put(tree, live, change.path, sync=False)
        os.sync()  # once is cheaper than for each of many files

    def _update(self, tree: Path, live: Path | None, since: int) -> None:
        for change in self._release.changes(since):
            if change.present:
                self._put(tree, live, change.path, sync=True)
            elif remove(tree, change.path) and live and os.path.lexists(live / change.path):
                self._removed += 1

    def _put(self, tree: Path, live: Path | None, path: str, *, sync: bool) -> None:
        place, ready = tree / path, self._draft / "file"
        with self._files.open(path) as source:
            make_room(tree, path)
            if live and same(source, live / path):
                link(live / path, ready)
            else:
                copy(source, ready, sync=sync)
                self._written += 1
        ready.replace(place)
        ready.unlink(missing_ok=True)  # rename(2) leaves both names when they are one file already

    def _replace(self, slot: str) -> None:
        old = self._folder / slot
        if old.exists():
            shutil.rmtree(old)
        (self._draft / "tree").rename(old)

    def _finish(self, slot: str) -> str:
        """Say what the slot holds, then let readers see it."""
        word = f"{self._release.build}@{self._release.when.isoformat()}"
        self._say(f"{slot}.txt", word)
        swap = self._draft / "link"
        swap.symlink_to(f"{self._folder.name}/{slot}", target_is_directory=True)
        if self._path.is_dir() and not self._path.is_symlink():
            self._path.rmdir()  # an empty folder, by _check; no rename can put a link in its place
        swap.replace(self._path)
        return word

    def _say(self, name: str, words: str) -> None:
        ready = self._draft / "words"
        with ready.open("w", encoding="utf-8") as file:
            file.write(words + "\n")
            file.flush()
            os.fsync(file.fileno())
        ready.replace(self._folder / name)


def _explained(error: OSError, path: Path) -> TargetError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TargetError("the disk is full", where=str(path), hint="make room and publish again")
    return TargetError(
        f"cannot be written: {error.strerror}: {error.filename or path}",
        where=str(path),
        hint=f"the folder becomes a link, so {path.parent} must be writable; or put path one level deeper, "
        f"such as {path / 'current'}",
    )
