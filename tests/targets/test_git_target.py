"""A git target against real bare repositories: what lands on the branch, and what it costs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from mirrorpress.errors import TargetError
from mirrorpress.model import Change
from mirrorpress.targets.git import GitTarget

from .conftest import Newsdesk, Remote


@pytest.fixture
def target(remote: Remote) -> GitTarget:
    return GitTarget("markdown", str(remote.path))


def workspace(newsdesk: Newsdesk, name: str = "first") -> Path:
    return newsdesk.release(workspace=name).workspace / "repository.git"


def objects(repository: Path) -> set[str]:
    command = ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]
    done = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines())


def of_type(lines: Iterable[str], kind: str) -> int:
    return sum(line.startswith(kind) for line in lines)


class TestPlainRuns:
    def test_the_first_push_brings_every_file(self, newsdesk: Newsdesk, remote: Remote, target: GitTarget):
        newsdesk.write({"README.md": "home", "pages/p2/1.md": "one"})
        receipt = target.publish(newsdesk.release())
        assert receipt.changed
        assert remote.files() == {"README.md": "home", "pages/p2/1.md": "one"}
        assert remote.log() == ["Build 1"]
        assert remote.tip()[:10] in receipt.detail

    def test_commits_carry_a_fixed_identity_and_utc(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        newsdesk.write({"README.md": "home"})
        target.publish(newsdesk.release())
        seen = remote.git("log", "-1", "--format=%an <%ae> %cn <%ce> %ad", "--date=iso", "main")
        who = "mirrorpress <mirrorpress@localhost.invalid>"
        assert seen == f"{who} {who} 2026-01-01 01:00:00 +0000"

    def test_a_later_push_follows_the_first(self, newsdesk: Newsdesk, remote: Remote, target: GitTarget):
        newsdesk.write({"README.md": "home", "a.md": "a", "b/c.md": "c"})
        state = target.publish(newsdesk.release()).state
        newsdesk.write({"README.md": "home 2", "b/c.md": None, "d.md": "d"})
        target.publish(newsdesk.release(state))
        assert remote.files() == {"README.md": "home 2", "a.md": "a", "d.md": "d"}
        assert remote.log() == ["Build 2", "Build 1"]

    def test_nothing_new_makes_no_commit(self, newsdesk: Newsdesk, remote: Remote, target: GitTarget):
        newsdesk.write({"README.md": "home"})
        first = target.publish(newsdesk.release())
        held, tip = objects(workspace(newsdesk)), remote.tip()
        newsdesk.write({})
        second = target.publish(newsdesk.release(first.state))
        assert (second.changed, second.state, remote.tip()) == (False, first.state, tip)
        assert objects(workspace(newsdesk)) == held

    def test_a_file_written_again_with_the_same_bytes_makes_no_commit(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        newsdesk.write({"README.md": "home"})
        first = target.publish(newsdesk.release())
        newsdesk.write({"README.md": "home"})
        second = target.publish(newsdesk.release(first.state))
        assert not second.changed
        assert remote.log() == ["Build 1"]
        newsdesk.asked_since.clear()
        target.publish(newsdesk.release(second.state))
        assert newsdesk.asked_since == [2]

    def test_an_edition_without_files_pushes_nothing(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        newsdesk.write({})
        receipt = target.publish(newsdesk.release())
        assert not receipt.changed
        assert remote.tip() == ""

    def test_an_edition_that_loses_every_file_empties_the_branch(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        newsdesk.write({"a.md": "a"})
        state = target.publish(newsdesk.release()).state
        newsdesk.write({"a.md": None})
        state = target.publish(newsdesk.release(state)).state
        assert remote.files() == {}
        newsdesk.write({"b.md": "b"})
        target.publish(newsdesk.release(state))
        assert remote.files() == {"b.md": "b"}

    def test_the_same_input_gives_the_same_commit(
        self, newsdesk: Newsdesk, make_remote: Callable[[str], Remote]
    ):
        one, two = make_remote("one.git"), make_remote("two.git")
        states = {"one": "", "two": ""}
        for files in ({"a.md": "a", "b.md": "b"}, {"a.md": "A", "b.md": None}):
            newsdesk.write(files)
            for name, remote in (("one", one), ("two", two)):
                release = newsdesk.release(states[name], workspace=name)
                states[name] = GitTarget("markdown", str(remote.path)).publish(release).state
        assert one.tip() == two.tip() != ""
        assert states["one"] == states["two"]

    def test_another_branch_and_a_path_relative_to_the_mirror(self, newsdesk: Newsdesk, remote: Remote):
        newsdesk.write({"a.md": "a"})
        GitTarget("markdown", "../hosts/remote.git", branch="pages").publish(newsdesk.release())
        assert remote.files("pages") == {"a.md": "a"}

    def test_two_remotes_of_one_edition_stand_alone(
        self, newsdesk: Newsdesk, make_remote: Callable[[str], Remote]
    ):
        near, far = make_remote("near.git"), make_remote("far.git")
        newsdesk.write({"a.md": "a"})
        state = GitTarget("markdown", str(near.path)).publish(newsdesk.release(workspace="near")).state
        newsdesk.write({"b.md": "b"})
        GitTarget("markdown", str(near.path)).publish(newsdesk.release(state, workspace="near"))
        GitTarget("markdown", str(far.path)).publish(newsdesk.release(workspace="far"))
        assert near.files() == far.files() == {"a.md": "a", "b.md": "b"}
        assert (near.log(), far.log()) == (["Build 2", "Build 1"], ["Build 2"])

    def test_ten_changed_files_of_twenty_thousand_cost_ten(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        pages = {f"pages/{n // 100:03}/{n}.md": f"page {n}" for n in range(20_000)}
        newsdesk.write(pages)
        state = target.publish(newsdesk.release()).state
        before = objects(workspace(newsdesk))
        newsdesk.write({f"pages/{n:03}/{n * 100}.md": "new" for n in range(10)})
        removed = shutil.move(newsdesk.root / "pages/150", newsdesk.folder / "aside")
        newsdesk.asked_since.clear()
        target.publish(newsdesk.release(state))  # would fail if it looked at the folder moved aside
        assert removed.is_dir()
        added = objects(workspace(newsdesk)) - before
        assert newsdesk.asked_since == [1]
        assert of_type(added, "blob") == 1  # the ten are equal
        assert of_type(added, "tree") == 12  # ten folders, pages and the root
        assert of_type(added, "commit") <= 3
        assert remote.git("diff", "--name-only", "main~", "main").count("\n") == 9


class TestNames:
    ODD = (
        "with space.md",
        " leading.md",
        'quote".md',
        "back\\slash.md",
        "新闻/一.md",
        "tab\tand\nline.md",
        "-dash.md",
        "e\u0301.md",
        "\udcff.md",
    )

    def test_odd_file_names_arrive_and_leave(self, newsdesk: Newsdesk, remote: Remote, target: GitTarget):
        newsdesk.write({name: f"text {number}" for number, name in enumerate(self.ODD)})
        state = target.publish(newsdesk.release()).state
        listed = subprocess.run(
            ["git", "ls-tree", "-r", "-z", "--name-only", "main"],
            cwd=remote.path,
            capture_output=True,
            check=True,
        ).stdout
        names = [name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name]
        assert sorted(names) == sorted(self.ODD)
        newsdesk.write(dict.fromkeys(self.ODD[1:]))
        target.publish(newsdesk.release(state))
        assert list(remote.files()) == [self.ODD[0]]

    def test_no_file_is_executable(self, newsdesk: Newsdesk, remote: Remote, target: GitTarget):
        newsdesk.write({"run.sh": "x"})
        (newsdesk.root / "run.sh").chmod(0o755)
        target.publish(newsdesk.release())
        assert remote.git("ls-tree", "main").startswith("100644 ")

    def test_a_file_becomes_a_folder_and_back(self, newsdesk: Newsdesk, remote: Remote, target: GitTarget):
        newsdesk.write({"a": "file", "z.md": "z"})
        state = target.publish(newsdesk.release()).state
        newsdesk.write({"a": None, "a/b.md": "below"})
        newsdesk.changed_at = dict(sorted(newsdesk.changed_at.items(), reverse=True))
        state = target.publish(newsdesk.release(state)).state
        assert remote.files() == {"a/b.md": "below", "z.md": "z"}
        newsdesk.write({"a/b.md": None})
        newsdesk.write({"a": "file"})
        target.publish(newsdesk.release(state))
        assert remote.files() == {"a": "file", "z.md": "z"}

    def test_removals_named_after_what_replaced_them(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        newsdesk.write({"a": "file", "z.md": "z"})
        state = target.publish(newsdesk.release()).state
        newsdesk.write({"a": None, "a/b.md": "below"})
        release = newsdesk.release(state)
        backwards = replace(release, changes=lambda since: reversed(list(newsdesk.changes(since))))
        target.publish(backwards)
        assert remote.files() == {"a/b.md": "below", "z.md": "z"}

    def test_a_symbolic_link_is_refused(self, newsdesk: Newsdesk, remote: Remote, target: GitTarget):
        newsdesk.write({"a.md": "a", "b.md": "b"})
        (newsdesk.root / "b.md").unlink()
        (newsdesk.root / "b.md").symlink_to("/etc/hostname")
        with pytest.raises(TargetError, match="symbolic link"):
            target.publish(newsdesk.release())
        assert remote.tip() == ""

    def test_a_link_to_a_folder_is_refused(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, tmp_path: Path
    ):
        newsdesk.write({"pages/a.md": "a"})
        shutil.move(newsdesk.root / "pages", tmp_path / "elsewhere")
        (newsdesk.root / "pages").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(TargetError, match="symbolic link"):
            target.publish(newsdesk.release())
        assert remote.tip() == ""

    @pytest.mark.parametrize("path", ["../escape.md", "/etc/passwd", "a//b", "pages/.GIT/config", ""])
    def test_paths_that_leave_the_edition_are_refused(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, path: str
    ):
        newsdesk.write({"a.md": "a"})
        release = replace(newsdesk.release(), changes=lambda since: [Change(path, present=True)])
        with pytest.raises(TargetError):
            target.publish(release)
        assert remote.tip() == ""

    def test_a_missing_file_is_named(self, newsdesk: Newsdesk, target: GitTarget):
        newsdesk.write({"a.md": "a"})
        release = replace(newsdesk.release(), changes=lambda since: [Change("gone.md", present=True)])
        with pytest.raises(TargetError, match=r"gone\.md: is missing .*build --full"):
            target.publish(release)
