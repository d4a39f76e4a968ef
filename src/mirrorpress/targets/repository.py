"""The bare repository of a git target: what it remembers, and how its commits are made.

One ref, ``refs/mirrorpress/record``, is all that it remembers. It points to a commit that is never
pushed, a record:

    tree      exactly our files
    parent 1  the commit that we publish, whose tree is our files and those that others added
    parent 2  the record before it
    message   "build <number>"

Moving that one ref is atomic, so build, files and published commit cannot disagree.
docs/decisions/git-target.md says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from mirrorpress.model import Change
from mirrorpress.targets.command import Git
from mirrorpress.targets.fastimport import COMMITTER, Stream, encode
from mirrorpress.targets.files import EditionFiles
from mirrorpress.targets.signing import Sign, signed_commit

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git knows it in every repository

_RECORD = "refs/mirrorpress/record"
_FILES = "refs/mirrorpress/files"  # our files of the build at work; a means to their tree
_CONTENT = "refs/mirrorpress/content"  # what a commit that is to be signed will hold; a means to its tree
_REMOTE = "refs/mirrorpress/remote"  # the remote's branch as last fetched


@dataclass(frozen=True)
class Record:
    """What the repository remembers; see the module. ``id`` is what a receipt's state holds."""

    id: str
    head: str
    tree: str
    build: int


@dataclass(frozen=True)
class Difference:
    """A path that differs between two trees: whether the first had it, and the blob that the second
    has, empty where it lacks it."""

    path: bytes
    existed: bool
    blob: str


@dataclass(frozen=True)
class Commit:
    """A commit to be made: the content of ``tree`` after ``edits``."""

    parents: tuple[str, ...]
    tree: str
    edits: Iterable[Difference]
    message: str


class Repository:
    """A workspace's repository; made on demand. With ``sign``, commits that are pushed are signed by it.

    Every method raises ``TargetError``.
    """

    def __init__(self, folder: Path, git: Git, branch: str, sign: Sign | None = None) -> None:
        self._git = git
        self._branch = branch
        self._sign = sign
        if not all((folder / name).exists() for name in ("HEAD", "config", "objects", "refs")):
            folder.mkdir(parents=True, exist_ok=True)
            git.ask("init", "--bare", "--quiet", "--template=", "--object-format=sha1")
        _clear(folder)

    # --- reading -----------------------------------------------------------------------------

    def records(self, state: str) -> tuple[Record | None, Record | None]:
        """The newest record, and the one that ``state`` names, if they are there."""
        known = state if re.fullmatch(r"[0-9a-f]{40}", state) else EMPTY_TREE
        answer = self._git.ask("cat-file", "--batch", stdin=f"{_RECORD}\n{known}\n".encode())
        found: list[Record | None] = []
        rest = answer.output
        while rest:
            header, _, rest = rest.partition(b"\n")
            words = header.decode().split()
            if words[1:2] == ["missing"]:
                found.append(None)
                continue
            size = int(words[2])
            found.append(_record(words[0], rest[:size].decode("utf-8", "replace")))
            rest = rest[size + 1 :]
        return found[0], found[1]

    def tree(self, commit: str) -> str:
        return self._git.text("rev-parse", "--verify", f"{commit}^{{tree}}")

    def differences(self, before: str, after: str) -> Iterator[Difference]:
        """Paths whose content differs from tree to tree; costs nothing for folders that are equal."""
        arguments = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after)
        with closing(self._git.fields(*arguments)) as fields:
            for header in fields:
                old_mode, new_mode, _, blob, _ = header.decode().split()
                present = new_mode != "000000"
                yield Difference(next(fields), existed=old_mode != ":000000", blob=blob if present else "")

    def count(self, commits: str) -> int:
        return int(self._git.text("rev-list", "--count", commits))

    def common(self, ours: str, theirs: str) -> str:
        """The best common ancestor, or an empty string for unrelated histories."""
        answer = self._git.ask("merge-base", ours, theirs, accept=(0, 1))
        return answer.output.decode().strip()

    def knows_us(self, commit: str) -> bool:
        """Whether a commit of ours is in the history of ``commit``."""
        return bool(self._git.text("rev-list", "-1", "--fixed-strings", f"--committer={COMMITTER}", commit))

    def left_by_us(self, commit: str, paths: set[bytes]) -> set[bytes]:
        """Those of ``paths`` that a commit of ours added last, in the history of ``commit``."""
        waiting, committer = set(paths), ""
        ours: set[bytes] = set()
        if not waiting:
            return ours
        arguments = ("log", "--topo-order", "--no-merges", "--no-renames", "--diff-filter=A", "--raw")
        options = ("--no-show-signature", "--no-notes", "-z", "--format=%ce", commit)
        with closing(self._git.fields(*arguments, *options)) as fields:
            for field in fields:
                if not field.strip().startswith(b":"):
                    committer = field.decode("utf-8", "replace").strip()
                elif (path := next(fields)) in waiting:
                    waiting.discard(path)
                    if committer == COMMITTER:
                        ours.add(path)
                    if not waiting:
                        break
        return ours

    # --- writing -----------------------------------------------------------------------------

    def add_files(
        self, files: EditionFiles, changes: Iterable[Change], start: str | None, when: datetime
    ) -> str:
        """Bring our files from the tree ``start`` (None: from nothing) up to date; returns their tree.

        Only files that ``changes`` names as present are read.
        """
        with self._importing() as stream:
            stream.commit(_FILES, mark=1, when=when, message="files", parents=(), tree=start)
            for change in changes:
                if change.present:
                    stream.write(files, change.path)
                elif not files.has_folder(change.path):  # else files below it have replaced it
                    stream.remove(encode(change.path))
        return self.tree(_FILES)

    def remember(
        self, head: Commit | str, files: str, *, build: int, when: datetime, before: Record | None
    ) -> Record:
        """Publish ``head``, a commit to be made or one that is there; ``files`` is our tree in it."""
        if isinstance(head, Commit) and self._sign:
            head = self._signed(head, when, self._sign)
        with self._importing() as stream:
            if isinstance(head, Commit):
                self._write(stream, f"refs/heads/{self._branch}", head, when)
            parents = [":1" if isinstance(head, Commit) else head, *([before.id] if before else [])]
            stream.commit(_RECORD, mark=2, when=when, message=f"build {build}", parents=parents, tree=files)
        record, _ = self.records("")
        assert record is not None  # noqa: S101 - written just now
        return record

    def _signed(self, commit: Commit, when: datetime, sign: Sign) -> str:
        """Make a commit that is signed. Nothing refers to it yet; a run that is killed here makes it anew."""
        tree, edits = commit.tree, iter(commit.edits)
        if (first := next(edits, None)) is not None:
            content = replace(commit, parents=(), edits=chain((first,), edits))
            with self._importing() as stream:
                self._write(stream, _CONTENT, content, when)
            tree = self.tree(_CONTENT)
        written = signed_commit(tree, commit.parents, when=when, message=commit.message, sign=sign)
        answer = self._git.ask("hash-object", "-t", "commit", "-w", "--stdin", stdin=written)
        return answer.output.decode().strip()

    def _write(self, stream: Stream, ref: str, commit: Commit, when: datetime) -> None:
        stream.commit(
            ref, mark=1, when=when, message=commit.message, parents=commit.parents, tree=commit.tree
        )
        for edit in commit.edits:
            if edit.blob:
                stream.put(edit.path, edit.blob)
            else:
                stream.remove(edit.path)

    @contextmanager
    def _importing(self) -> Iterator[Stream]:
        # --force concerns our own private refs, which may be left behind by a run that was killed.
        with self._git.feeding("fast-import", "--quiet", "--force", "--done") as out:
            stream = Stream(out)
            yield stream
            stream.done()

    def tidy(self) -> None:
        """Pack the repository when git thinks that it is time."""
        self._git.ask("-c", "gc.auto=6700", "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet")

    # --- the remote --------------------------------------------------------------------------

    def remote_tip(self, url: str) -> str:
        """The commit that the remote's branch points to, or an empty string."""
        ref = f"refs/heads/{self._branch}"
        for line in self._git.text("ls-remote", "--", url, ref).splitlines():
            commit, _, name = line.partition("\t")
            if name == ref:  # a pattern also finds refs that end like it
                return commit
        return ""

    def fetch(self, url: str) -> str:
        """Fetch the remote's branch; its commit, or an empty string when it has no such branch."""
        if not self.remote_tip(url):
            return ""
        refspec = f"+refs/heads/{self._branch}:{_REMOTE}"
        self._git.ask("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", url, refspec)
        return self._git.text("rev-parse", "--verify", _REMOTE)

    def push(self, url: str, commit: str) -> bool:
        """Push without force. False: the remote has commits that we have not, or moved meanwhile."""
        answer = self._git.ask(
            "push",
            "--porcelain",
            "--no-verify",
            "--",
            url,
            f"{commit}:refs/heads/{self._branch}",
            accept=(0, 1),
        )
        if answer.status == 0:
            return True
        verdict = next(
            (line for line in answer.output.decode("utf-8", "replace").splitlines() if line[:1] == "!"), ""
        )
        if _BEHIND.search(verdict):
            return False
        raise self._git.failed(f"{answer.stderr}\n{verdict}")


_BEHIND = re.compile(
    r"\((fetch first|non-fast-forward|stale info|cannot lock ref.*|failed to update ref|incorrect old value.*"
    r"|reference already exists)\)"
)


def _record(id: str, content: str) -> Record | None:
    """Read a commit object; None when it is no record."""
    header, _, message = content.partition("\n\n")
    lines = [line.split(" ", 1) for line in header.splitlines()]
    tree = next((value for key, *rest in lines if key == "tree" for value in rest), "")
    head = next((value for key, *rest in lines if key == "parent" for value in rest), "")
    build = re.fullmatch(r"build (\d+)\n?", message)
    return Record(id, head, tree, int(build[1])) if build and head else None


def _clear(folder: Path) -> None:
    """Remove what a killed git left. Only here, where the mirror's own lock keeps others out."""
    for place, pattern in (
        (folder, "*.lock"),
        (folder, "gc.pid"),
        (folder, "fast_import_crash_*"),
        (folder / "refs", "**/*.lock"),
        (folder / "objects", "*.lock"),
        (folder / "objects" / "info", "*.lock"),
        (folder / "objects" / "pack", "*.lock"),
    ):
        for left in place.glob(pattern):
            left.unlink(missing_ok=True)
