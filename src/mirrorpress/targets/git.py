"""Publishes an edition to a branch of a git host.

    files -> our tree -> commit -> record -> push, and when the remote is ahead: fetch -> merge -> push

Nothing is ever forced: what others added to the branch stays, and where they changed a file of ours,
ours wins and the receipt says so. docs/decisions/git-target.md explains the choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from mirrorpress.errors import TargetError
from mirrorpress.model import Change, Receipt, Release, Seconds
from mirrorpress.targets import address
from mirrorpress.targets.command import Git
from mirrorpress.targets.files import EditionFiles, printable
from mirrorpress.targets.repository import EMPTY_TREE, Commit, Difference, Record, Repository

_ATTEMPTS = 3  # pushes, when others push to the same branch at the same time
_NAMED = 5  # file names in a note


@dataclass(frozen=True)
class GitTarget:
    """A branch of a git repository. Relative local paths start at the mirror's folder."""

    edition: str = field(metadata={"description": "Name of the edition to push."})
    url: str = field(
        metadata={"description": "Where to push: anything git can push to, a local path included."}
    )
    branch: str = field(default="main", metadata={"description": "The branch to push to."})
    name: str = field(default="", metadata={"description": "What messages call this target."})
    timeout: Seconds = field(
        default=600.0, metadata={"description": "Seconds after which a single git command is stopped."}
    )

    def __post_init__(self) -> None:
        """Raises ``ValueError``, without quoting the address, for one that git would misread."""
        address.check(self.url)
        if not self.branch or self.branch.startswith("-"):
            raise ValueError("the name of a branch, not empty and not starting with -")
        if not self.name:
            branch = "" if self.branch == "main" else f" ({self.branch})"
            object.__setattr__(self, "name", f"git {address.show(self.url)}{branch}")

    def publish(self, release: Release) -> Receipt:
        """Commit what changed and push it. ``Receipt.state`` names a record of the workspace.

        Raises ``TargetError``; what was committed then stays in the workspace, and the next run
        pushes it.
        """
        remote = address.parse(self.url, release.folder)
        folder = release.workspace / "repository.git"
        git = Git(folder, remote, self.timeout)
        git.check_version()
        if git.ask("check-ref-format", f"refs/heads/{self.branch}", accept=(0, 1)).status:
            raise git.error(f'"{printable(self.branch)}" is no name for a branch', "correct branch")
        try:
            repository = Repository(folder, git, self.branch, release.sign)
            return _Publishing(release, repository, git, remote.argument, self.branch).run()
        except OSError as error:
            place = str(error.filename or folder)
            raise TargetError(
                f"cannot be read or written: {error.strerror}",
                where=place,
                hint="check the disk and its rights",
            ) from error


class _Publishing:
    """One run: brings the workspace up to date, then the remote."""

    def __init__(self, release: Release, repository: Repository, git: Git, url: str, branch: str) -> None:
        self._release = release
        self._repository = repository
        self._git = git
        self._url = url
        self._branch = branch
        self._files = EditionFiles(release.root)
        self._notes: list[str] = []

    def run(self) -> Receipt:
        release, repository = self._release, self._repository
        last, known = repository.records(release.state)
        if last is None:
            tip = repository.fetch(self._url)
            record = self._start(tip)
            if record is None:
                return Receipt("", changed=False, detail="the edition holds no files yet")
        else:
            record = self._carry_on(last, known)
            # After a new commit the push itself tells where the branch stands.
            tip = repository.remote_tip(self._url) if record.head == last.head else ""
        if tip == record.head:
            detail = f"{self._branch} is up to date"
            return Receipt(record.id, changed=False, detail=detail, notes=tuple(self._notes))
        record, pushed = self._push(record)
        detail = f"pushed {record.head[:10]} to {self._branch}" if pushed else f"{self._branch} is up to date"
        if pushed:
            self._tidy()
        return Receipt(record.id, changed=pushed, detail=detail, notes=tuple(self._notes))

    # --- the workspace -----------------------------------------------------------------------

    def _start(self, theirs: str) -> Record | None:
        """A new workspace: build on what the remote's branch holds, so that nothing of it is lost."""
        release, repository = self._release, self._repository
        tree = repository.add_files(self._files, self._every_file(), None, release.when)
        if theirs:
            return self._remember(self._follow(theirs, tree), tree, None)
        return None if tree == EMPTY_TREE else self._remember(self._commit((), tree, ()), tree, None)

    def _follow(self, theirs: str, tree: str) -> Commit | str:
        """Our files on top of a branch that was there before this workspace."""
        repository = self._repository
        put, others = self._compare(theirs, tree)
        gone = repository.left_by_us(theirs, others)
        self._note(f"{self._branch} already held {_many(repository.count(theirs), 'commit')}, which stay")
        if len(others) > len(gone):
            self._note(f"{_many(len(others) - len(gone), 'file')} of others stay on {self._branch}")
        if not repository.knows_us(theirs):
            replaced = [difference.path for difference in put if difference.existed]
            self._note_files("{} of others gave way to ours of the same name", replaced)
        edits = [*(Difference(path, existed=True, blob="") for path in sorted(gone)), *put]
        return self._commit((theirs,), repository.tree(theirs), edits) if edits else theirs

    def _carry_on(self, last: Record, known: Record | None) -> Record:
        """Commit what changed since the newest record; it stays the newest when nothing did."""
        release, repository = self._release, self._repository
        if known is None or known.build > release.build:
            start, changes = None, self._every_file()
        else:
            start, changes = last.tree, self._possible_changes(last, known)
            first = next(changes, None)
            if first is None:
                return last
            changes = chain((first,), changes)
        tree = repository.add_files(self._files, changes, start, release.when)
        if tree == last.tree:
            return last if last.build == release.build else self._remember(last.head, tree, last)
        base = repository.tree(last.head)
        if base == last.tree:  # no files of others are there: the common case needs no comparison
            head = self._commit((last.head,), tree, ())
        else:
            head = self._commit((last.head,), base, repository.differences(last.tree, tree))
        return self._remember(head, tree, last)

    def _possible_changes(self, last: Record, known: Record) -> Iterator[Change]:
        """Every path where our newest tree may differ from the edition.

        The caller's word counts from the record that it knows. What was recorded after that, by runs
        that were killed, could not push, or belong to an archive since restored from a backup, is
        looked at again.
        """
        if known.tree != last.tree:
            for difference in self._repository.differences(known.tree, last.tree):
                path = difference.path.decode("utf-8", "surrogateescape")
                yield Change(path, present=self._files.has(path))
        yield from self._release.changes(known.build)

    def _every_file(self) -> Iterator[Change]:
        return (change for change in self._release.changes(0) if change.present)

    def _commit(
        self, parents: tuple[str, ...], tree: str, edits: Iterable[Difference], message: str = ""
    ) -> Commit:
        words = message or self._release.summary.strip() or f"Publish build {self._release.build}"
        return Commit(parents, tree, edits, words)

    def _remember(self, head: Commit | str, tree: str, before: Record | None) -> Record:
        build, when = self._release.build, self._release.when
        return self._repository.remember(head, tree, build=build, when=when, before=before)

    # --- the remote --------------------------------------------------------------------------

    def _push(self, record: Record) -> tuple[Record, bool]:
        """Push until the remote holds our commit; false when it did not need ours after all."""
        for _ in range(_ATTEMPTS):
            if self._repository.push(self._url, record.head):
                return record, True
            theirs = self._repository.fetch(self._url)
            if not theirs:
                continue
            record = self._join(record, theirs)
            if record.head == theirs:
                return record, False
        raise self._git.error(
            f"{self._branch} was changed by others during each of {_ATTEMPTS} pushes, or is locked there",
            "what is committed is kept; run mirrorpress publish again",
        )

    def _join(self, record: Record, theirs: str) -> Record:
        """Publish both histories in one: their files, with ours on top."""
        repository = self._repository
        base = repository.common(record.head, theirs)
        if base == theirs:
            return record
        number = repository.count(f"{record.head}..{theirs}")
        self._note(f"the remote was ahead by {_many(number, 'commit')} of others, which stay")
        put, others = self._compare(theirs, record.tree)
        removed = self._removed(record.head, base, others)
        edits = [*(Difference(path, existed=True, blob="") for path in removed), *put]
        tree = repository.tree(theirs)
        head: Commit | str = theirs
        if base != record.head:
            head = self._commit((record.head, theirs), tree, edits, f"Merge {self._branch}")
        elif edits:
            head = self._commit((theirs,), tree, edits, "Restore the files of this mirror")
        joined = self._remember(head, record.tree, record)
        self._note_overridden(base or EMPTY_TREE, theirs, joined.head)
        return joined

    def _compare(self, theirs: str, tree: str) -> tuple[list[Difference], set[bytes]]:
        """What to put into their tree for it to hold our files, and the paths that only they have."""
        put: list[Difference] = []
        others: set[bytes] = set()
        for difference in self._repository.differences(theirs, tree):
            if difference.blob:
                put.append(difference)
            else:
                others.add(difference.path)
        return put, others

    def _removed(self, ours: str, base: str, others: set[bytes]) -> list[bytes]:
        """Those of the paths only they have that we have removed: a withdrawn page must not return."""
        if not base:  # their history was written anew, so only ours can tell
            return sorted(self._repository.left_by_us(ours, others))
        differences = self._repository.differences(base, ours)
        return [item.path for item in differences if not item.blob and item.path in others]

    # --- what people are told ------------------------------------------------------------------

    def _note_overridden(self, base: str, theirs: str, head: str) -> None:
        ours = {difference.path for difference in self._repository.differences(theirs, head)}
        both = [item.path for item in self._repository.differences(base, theirs) if item.path in ours]
        self._note_files("others had changed {} of ours, which we put back", both)

    def _note_files(self, words: str, paths: list[bytes]) -> None:
        if paths:
            names = [printable(path.decode("utf-8", "replace")) for path in sorted(paths)[:_NAMED]]
            more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
            self._note(f"{words.format(_many(len(paths), 'file'))}: {', '.join(names)}{more}")

    def _note(self, line: str) -> None:
        self._notes.append(line)

    def _tidy(self) -> None:
        try:
            self._repository.tidy()
        except TargetError as error:  # the push is done; packing can wait
            self._note(f"the workspace could not be packed: {error.reason}")


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
