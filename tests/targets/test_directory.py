"""A directory target: what readers see, what it costs, and what it never touches."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from mirrorpress.errors import TargetError
from mirrorpress.model import Change
from mirrorpress.targets.directory import DirectoryTarget

from .conftest import Newsdesk


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "www" / "mirror"


@pytest.fixture
def target(site: Path) -> DirectoryTarget:
    return DirectoryTarget("markdown", str(site))


def seen(folder: Path) -> dict[str, str]:
    """What a reader finds below a folder."""
    return {
        str(place.relative_to(folder)): place.read_text(encoding="utf-8")
        for place in sorted(folder.rglob("*"))
        if place.is_file()
    }


def generations(site: Path) -> list[Path]:
    store = site.parent / f".{site.name}.mirrorpress"
    return [store / slot for slot in ("a", "b") if (store / slot).exists()]


def publish(target: DirectoryTarget, newsdesk: Newsdesk, *builds: dict[str, str | None]) -> str:
    """Publish builds one after the other; returns the last state."""
    state = ""
    for files in builds:
        newsdesk.write(files)
        state = target.publish(newsdesk.release(state)).state
    return state


class TestPlainRuns:
    def test_the_whole_edition_is_there(self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget):
        newsdesk.write({"README.md": "home", "pages/p2/1.md": "one", "新闻/a b.md": "x"})
        receipt = target.publish(newsdesk.release())
        assert receipt.changed
        assert seen(site) == {"README.md": "home", "pages/p2/1.md": "one", "新闻/a b.md": "x"}

    def test_many_builds_each_show_the_edition_as_it_is(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        builds: list[dict[str, str | None]] = [
            {"a": "1", "b/c": "1", "d": "1"},
            {"a": "2", "d": None},
            {"e": "3", "b/c": None},
            {"a": None, "d": "4"},
            {"b": "a file now"},
            {"b": None, "b/c/d": "5"},
            {"b/c/d": None, "e": "6"},
        ]
        state = ""
        for files in builds:
            newsdesk.write(files)
            state = target.publish(newsdesk.release(state)).state
            assert seen(site) == seen(newsdesk.root)
            assert not [place for place in site.rglob("*") if place.is_dir() and not any(place.iterdir())]

    def test_nothing_new_changes_nothing(self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget):
        state = publish(target, newsdesk, {"a": "1"}, {"a": "2"})
        where = site.readlink()
        newsdesk.write({})
        receipt = target.publish(newsdesk.release(state))
        assert (receipt.changed, receipt.state, site.readlink()) == (False, state, where)

    def test_exactly_one_previous_generation_is_kept(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        publish(target, newsdesk, {"a": "1"}, {"a": "2"}, {"a": "3"}, {"a": "4"})
        assert sorted(seen(tree)["a"] for tree in generations(site)) == ["3", "4"]
        assert sorted(place.name for place in site.parent.iterdir()) == [".mirror.mirrorpress", "mirror"]

    def test_a_relative_path_starts_at_the_mirrors_folder(self, newsdesk: Newsdesk):
        publish(DirectoryTarget("markdown", "public"), newsdesk, {"a": "1"})
        assert seen(newsdesk.folder / "public") == {"a": "1"}

    def test_an_empty_folder_is_taken_over(self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget):
        site.mkdir(parents=True)
        publish(target, newsdesk, {"a": "1"})
        assert seen(site) == {"a": "1"}

    def test_a_link_that_was_removed_is_made_again(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        state = publish(target, newsdesk, {"a": "1"}, {"b": "2"})
        site.unlink()
        target.publish(newsdesk.release(state))
        assert seen(site) == {"a": "1", "b": "2"}

    def test_everybody_may_read_whatever_the_umask(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        newsdesk.write({"pages/1.md": "one"})
        (newsdesk.root / "pages/1.md").chmod(0o700)
        before = os.umask(0o077)
        try:
            target.publish(newsdesk.release())
        finally:
            os.umask(before)
        assert stat.S_IMODE((site / "pages/1.md").stat().st_mode) == 0o644
        for folder in (site / "pages", site, site.resolve().parent):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o755

    def test_a_published_file_is_not_the_editions_own(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        publish(target, newsdesk, {"a": "1"}, {"b": "2"})
        (newsdesk.root / "a").write_text("written in place")
        assert (site / "a").read_text() == "1"


class TestCost:
    @pytest.mark.parametrize("runs", [1, 2, 3])
    def test_a_run_reads_only_what_changed(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget, runs: int
    ):
        pages: dict[str, str | None] = {f"pages/{number}.md": "page" for number in range(300)}
        later: list[dict[str, str | None]] = [{f"pages/{number}.md": "new"} for number in range(1, runs)]
        state = publish(target, newsdesk, pages, *later)
        shutil.move(newsdesk.root / "pages/299.md", newsdesk.folder / "aside")
        newsdesk.write({"pages/298.md": "new"})
        newsdesk.asked_since.clear()
        receipt = target.publish(newsdesk.release(state))  # would fail if it read what was moved aside
        assert set(newsdesk.asked_since) == {runs, max(runs - 1, 1)}
        assert receipt.detail == "swapped in: 1 written, 0 removed"
        assert (site / "pages/299.md").read_text() == "page"
        assert seen(site) == seen(newsdesk.root) | {"pages/299.md": "page"}

    def test_generations_share_what_is_the_same(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        publish(target, newsdesk, {"same": "1", "other": "1"}, {"other": "2"}, {"third": "3"})
        one, two = generations(site)
        assert (one / "same").samefile(two / "same")
        assert (one / "other").samefile(two / "other")


class TestReaders:
    def test_a_reader_always_sees_one_whole_build(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        names = [f"{number}.md" for number in range(5)]
        state = publish(target, newsdesk, dict.fromkeys(names, "0"))
        stop, odd, rounds = threading.Event(), list[object](), list[int]()

        def read() -> None:
            while not stop.is_set():
                try:
                    link = site.lstat()
                    folder = os.open(site, os.O_RDONLY)  # as a request does: the link is followed once
                except FileNotFoundError:
                    odd.append("nothing there")
                    continue
                try:
                    texts = {_read_at(folder, name) for name in names}
                finally:
                    os.close(folder)
                # A reader who is slower than two runs may see the older tree being reused.
                if len(texts) != 1 and site.lstat() == link:
                    odd.append(texts)
                rounds.append(1)

        def look() -> None:
            while not stop.is_set():
                if not os.path.lexists(site):
                    odd.append("nothing there")

        readers = [threading.Thread(target=read), threading.Thread(target=look)]
        for reader in readers:
            reader.start()
        try:
            for number in range(1, 15):
                newsdesk.write(dict.fromkeys(names, str(number)))
                state = target.publish(newsdesk.release(state)).state
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        assert rounds
        assert odd == []

    def test_readers_keep_the_old_build_while_the_new_one_is_made(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        state = publish(target, newsdesk, {"a": "1", "b": "1"}, {"a": "2", "b": "2"}, {"a": "3", "b": "3"})
        newsdesk.write({"a": "4", "b": None})
        during: list[dict[str, str]] = []

        def watched(since: int) -> Iterator[Change]:
            for change in newsdesk.changes(since):
                during.append(seen(site))
                yield change
            during.append(seen(site))

        target.publish(replace(newsdesk.release(state), changes=watched))
        assert during
        assert all(view == {"a": "3", "b": "3"} for view in during)
        assert seen(site) == {"a": "4"}


def _read_at(folder: int, name: str) -> bytes:
    descriptor = os.open(name, os.O_RDONLY, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


class _KilledError(Exception):
    """Stands for the power that goes."""


class TestAfterAnInterruption:
    @pytest.mark.parametrize("published", [0, 1, 2, 3])
    @pytest.mark.parametrize("after", [0, 1, 2])
    def test_a_run_cut_short_leaves_the_old_build_and_the_next_one_is_right(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget, published: int, after: int
    ):
        builds: list[dict[str, str | None]] = [
            {"a": "1", "b": "1", "c": "1"},
            {"a": "2"},
            {"b": None, "d": "3"},
        ]
        state = publish(target, newsdesk, *builds[:published])
        old = seen(site) if published else {}
        newsdesk.write({"a": "9", "x": "9", "y": "9"})

        # Where something is published, the first question only asks whether there is news at all.
        questions = iter([newsdesk.changes] if published else [])

        def cut(since: int) -> Iterable[Change]:
            return next(questions, first_few)(since)

        def first_few(since: int) -> Iterator[Change]:
            yield from islice(newsdesk.changes(since), after)
            raise _KilledError

        release = replace(newsdesk.release(state), changes=cut)
        with pytest.raises(_KilledError):
            target.publish(release)
        assert (seen(site) if published else {}) == old
        newsdesk.write({"y": None})
        target.publish(newsdesk.release(state))
        assert seen(site) == seen(newsdesk.root)

    def test_a_receipt_that_was_never_kept(self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget):
        state = publish(target, newsdesk, {"a": "1"}, {"a": "2"})
        newsdesk.write({"b": "3"})
        target.publish(newsdesk.release(state))  # its state is lost
        newsdesk.write({"b": None, "c": "4"})
        target.publish(newsdesk.release(state))
        assert seen(site) == {"a": "2", "c": "4"}

    def test_an_archive_restored_from_a_backup(self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget):
        old = publish(target, newsdesk, {"a": "1"})
        newsdesk.write({"b": "lost"})
        state = target.publish(newsdesk.release(old)).state
        newsdesk.write({"c": "lost"})
        target.publish(newsdesk.release(state))
        for name in ("b", "c"):
            (newsdesk.root / name).unlink()
            del newsdesk.changed_at[name]
        newsdesk.build = 1
        newsdesk.write({"d": "new"})
        target.publish(newsdesk.release(old))
        assert seen(site) == {"a": "1", "d": "new"}

    def test_a_run_cut_short_before_the_archive_was_restored(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        state = publish(target, newsdesk, {"a": "1"}, {"a": "2"}, {"a": "3"})
        newsdesk.write({"b": "lost", "c": "lost"})
        questions = iter([newsdesk.changes])

        def cut(since: int) -> Iterable[Change]:
            return next(questions, all_but_the_end)(since)

        def all_but_the_end(since: int) -> Iterator[Change]:
            yield from newsdesk.changes(since)
            raise _KilledError

        with pytest.raises(_KilledError):
            target.publish(replace(newsdesk.release(state), changes=cut))
        for name in ("b", "c"):
            (newsdesk.root / name).unlink()
            del newsdesk.changed_at[name]
        newsdesk.build = 3
        newsdesk.write({"d": "new"})
        target.publish(newsdesk.release(state))
        assert seen(site) == {"a": "3", "d": "new"}

    def test_what_a_killed_run_left_is_cleaned_up(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        state = publish(target, newsdesk, {"a": "1"})
        draft = site.resolve().parent / "draft"
        (draft / "tree").mkdir(parents=True)
        (draft / "tree" / "half").write_text("x")
        (draft / "link").symlink_to("nowhere")
        newsdesk.write({"a": "2"})
        target.publish(newsdesk.release(state))
        assert seen(site) == {"a": "2"}
        assert not draft.exists()


class TestRefusals:
    def test_a_folder_with_other_files_is_left_alone(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget
    ):
        site.mkdir(parents=True)
        (site / "thesis.txt").write_text("years of work")
        with pytest.raises(TargetError, match=r"not ours; nothing was changed .*move it away"):
            publish(target, newsdesk, {"a": "1"})
        assert seen(site) == {"thesis.txt": "years of work"}
        assert list(site.parent.iterdir()) == [site]

    def test_somebody_elses_link_and_file_are_left_alone(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget, tmp_path: Path
    ):
        site.parent.mkdir()
        site.symlink_to(tmp_path)
        with pytest.raises(TargetError, match="is a link to"):
            publish(target, newsdesk, {"a": "1"})
        site.unlink()
        site.write_text("a file")
        with pytest.raises(TargetError, match="is a file"):
            publish(target, newsdesk, {"a": "1"})
        assert site.read_text() == "a file"

    def test_two_editions_do_not_share_a_path(self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget):
        publish(target, newsdesk, {"a": "1"})
        other = Newsdesk(newsdesk.folder, edition="site")
        with pytest.raises(TargetError, match="holds another edition: markdown of"):
            publish(DirectoryTarget("site", str(site)), other, {"index.html": "x"})
        assert seen(site) == {"a": "1"}

    def test_a_mirror_that_moved_goes_on(
        self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget, tmp_path: Path
    ):
        state = publish(target, newsdesk, {"a": "1"})
        newsdesk.folder = newsdesk.folder.rename(tmp_path / "moved")
        newsdesk.write({"b": "2"})
        target.publish(newsdesk.release(state))
        assert seen(site) == {"a": "1", "b": "2"}

    @pytest.mark.parametrize("path", ["out/markdown", "out/markdown/public", "out", "."])
    def test_a_path_around_or_within_the_edition(self, newsdesk: Newsdesk, path: str):
        newsdesk.write({"a": "1"})
        with pytest.raises((TargetError, ValueError)):
            DirectoryTarget("markdown", path).publish(newsdesk.release())
        assert seen(newsdesk.root) == {"a": "1"}
        assert sorted(place.name for place in newsdesk.folder.iterdir()) == ["out"]

    def test_a_symbolic_link_in_the_edition(self, newsdesk: Newsdesk, site: Path, target: DirectoryTarget):
        state = publish(target, newsdesk, {"a": "1"})
        newsdesk.write({"b": "2"})
        (newsdesk.root / "b").unlink()
        (newsdesk.root / "b").symlink_to("/etc/hostname")
        with pytest.raises(TargetError, match="symbolic link"):
            target.publish(newsdesk.release(state))
        assert seen(site) == {"a": "1"}

    def test_a_parent_that_is_a_file_is_explained(self, newsdesk: Newsdesk, tmp_path: Path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(TargetError, match="must be writable"):
            publish(DirectoryTarget("markdown", str(tmp_path / "file" / "site")), newsdesk, {"a": "1"})

    @pytest.mark.parametrize("path", ["", "  ", "/", "a/.."])
    def test_a_path_that_names_no_folder(self, path: str):
        with pytest.raises(ValueError, match="path of a folder"):
            DirectoryTarget("markdown", path)
