"""Git remotes that other people also change: nothing of theirs is lost, our files win."""

from __future__ import annotations

import shutil

import pytest

from mirrorpress.errors import TargetError
from mirrorpress.model import Receipt
from mirrorpress.targets.git import GitTarget

from .conftest import Newsdesk, Remote


@pytest.fixture
def target(remote: Remote) -> GitTarget:
    return GitTarget("markdown", str(remote.path))


@pytest.fixture
def first(newsdesk: Newsdesk, target: GitTarget) -> Receipt:
    """What the target said after a first push of three files."""
    newsdesk.write({"README.md": "home", "pages/1.md": "one", "pages/2.md": "two"})
    return target.publish(newsdesk.release())


class TestRemoteAhead:
    def test_a_foreign_file_survives(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        foreign = remote.commit({"FUNDING.md": "give"})
        newsdesk.write({"README.md": "home 2"})
        receipt = target.publish(newsdesk.release(first.state))
        assert receipt.changed
        assert remote.files() == {
            "FUNDING.md": "give",
            "README.md": "home 2",
            "pages/1.md": "one",
            "pages/2.md": "two",
        }
        assert remote.git("log", "-1", "--format=%P", "main").split()[1] == foreign
        assert remote.log()[0] == "Merge main"
        assert receipt.notes == ("the remote was ahead by 1 commit of others, which stay",)

    def test_later_pushes_keep_it_and_still_remove_ours(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"FUNDING.md": "give", "pages/notes.md": "by hand"})
        newsdesk.write({"README.md": "home 2"})
        state = target.publish(newsdesk.release(first.state)).state
        newsdesk.write({"pages/1.md": None, "pages/3.md": "three"})
        receipt = target.publish(newsdesk.release(state))
        assert receipt.notes == ()
        assert remote.files() == {
            "FUNDING.md": "give",
            "README.md": "home 2",
            "pages/2.md": "two",
            "pages/3.md": "three",
            "pages/notes.md": "by hand",
        }
        assert remote.log()[0] == "Build 3"

    def test_an_edited_file_of_ours_is_put_back_and_named(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"pages/1.md": "forged", "pages/2.md": None, "FUNDING.md": "give"})
        newsdesk.write({"README.md": "home 2"})
        receipt = target.publish(newsdesk.release(first.state))
        assert remote.files() == {
            "FUNDING.md": "give",
            "README.md": "home 2",
            "pages/1.md": "one",
            "pages/2.md": "two",
        }
        assert receipt.notes[1] == (
            "others had changed 2 files of ours, which we put back: pages/1.md, pages/2.md"
        )

    def test_an_edited_file_is_put_back_without_news_too(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"pages/1.md": "forged"})
        receipt = target.publish(newsdesk.release(first.state))
        assert receipt.changed
        assert remote.files()["pages/1.md"] == "one"
        assert remote.log() == ["Restore the files of this mirror", "By hand", "Build 1"]

    def test_foreign_commits_alone_need_no_commit_of_ours(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        tip = remote.commit({"FUNDING.md": "give"})
        receipt = target.publish(newsdesk.release(first.state))
        assert (receipt.changed, remote.tip()) == (False, tip)
        again = target.publish(newsdesk.release(receipt.state))
        assert (again.changed, again.notes, remote.tip()) == (False, (), tip)
        newsdesk.write({"README.md": "home 2"})
        target.publish(newsdesk.release(again.state))
        assert remote.log() == ["Build 2", "By hand", "Build 1"]

    def test_a_page_that_we_removed_does_not_return_with_their_edit(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"pages/1.md": "edited by hand"})
        newsdesk.write({"pages/1.md": None})
        receipt = target.publish(newsdesk.release(first.state))
        assert "pages/1.md" not in remote.files()
        assert "pages/1.md" in receipt.notes[1]

    def test_their_removal_of_their_file_counts(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"FUNDING.md": "give"})
        newsdesk.write({"README.md": "home 2"})
        state = target.publish(newsdesk.release(first.state)).state
        remote.commit({"FUNDING.md": None})
        newsdesk.write({"README.md": "home 3"})
        target.publish(newsdesk.release(state))
        assert sorted(remote.files()) == ["README.md", "pages/1.md", "pages/2.md"]

    def test_their_file_where_we_have_a_folder_gives_way(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"pages/1.md": None, "pages/2.md": None, "pages": "a file"})
        newsdesk.write({"README.md": "home 2"})
        target.publish(newsdesk.release(first.state))
        assert remote.files() == {"README.md": "home 2", "pages/1.md": "one", "pages/2.md": "two"}

    def test_many_overridden_files_are_counted_and_few_named(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        names = [f"{number}.md" for number in range(8)]
        newsdesk.write(dict.fromkeys(names, "ours"))
        state = target.publish(newsdesk.release()).state
        remote.commit(dict.fromkeys(names, "theirs"))
        notes = target.publish(newsdesk.release(state)).notes
        assert notes[1].endswith(
            "8 files of ours, which we put back: 0.md, 1.md, 2.md, 3.md, 4.md and 3 more"
        )

    def test_others_who_push_during_every_attempt_end_in_an_error(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        # The remote's own hook moves the branch before each of our pushes is taken.
        remote.hook(
            "pre-receive",
            "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n"
            "new=$(git -c user.name=x -c user.email=x@example.org commit-tree main^{tree} -p main -m Race)\n"
            "git update-ref refs/heads/main $new",
        )
        newsdesk.write({"README.md": "home 2"})
        with pytest.raises(TargetError, match="during each of 3 pushes"):
            target.publish(newsdesk.release(first.state))
        assert remote.log().count("Race") == 3
        (remote.path / "hooks" / "pre-receive").unlink()
        receipt = target.publish(newsdesk.release(first.state))
        assert receipt.changed
        assert remote.files()["README.md"] == "home 2"
        assert remote.log().count("Race") == 3


class TestHistoriesWithoutUs:
    def test_a_branch_that_others_began_is_followed(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        begun = remote.commit({"README.md": "old words", "LICENSE": "free"}, "Initial commit")
        newsdesk.write({"README.md": "home", "pages/1.md": "one"})
        receipt = target.publish(newsdesk.release())
        assert remote.files() == {"LICENSE": "free", "README.md": "home", "pages/1.md": "one"}
        assert remote.git("rev-parse", "main~") == begun
        assert receipt.notes == (
            "main already held 1 commit, which stay",
            "1 file of others stay on main",
            "1 file of others gave way to ours of the same name: README.md",
        )

    def test_a_history_written_anew_is_joined(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"pages/1.md": "one", "pages/2.md": "two", "NEWS": "theirs"}, "Squashed", orphan=True)
        newsdesk.write({"pages/2.md": None})
        receipt = target.publish(newsdesk.release(first.state))
        assert remote.files() == {"NEWS": "theirs", "README.md": "home", "pages/1.md": "one"}
        assert set(remote.log()) == {"Merge main", "Build 2", "Build 1", "Squashed"}
        assert "ahead by 1 commit" in receipt.notes[0]

    def test_a_lost_workspace_carries_on_from_the_remote(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        remote.commit({"FUNDING.md": "give"})
        shutil.rmtree(newsdesk.release().workspace)
        newsdesk.write({"pages/1.md": None, "pages/3.md": "three"})
        target.publish(newsdesk.release(first.state))
        assert remote.files() == {
            "FUNDING.md": "give",
            "README.md": "home",
            "pages/2.md": "two",
            "pages/3.md": "three",
        }
        assert remote.log() == ["Build 2", "By hand", "Build 1"]

    def test_a_lost_workspace_without_news_makes_no_commit(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        tip = remote.tip()
        shutil.rmtree(newsdesk.release().workspace)
        receipt = target.publish(newsdesk.release(first.state))
        assert (receipt.changed, remote.tip()) == (False, tip)

    def test_a_file_that_others_took_up_after_us_is_theirs(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        newsdesk.write({"pages/1.md": None})
        target.publish(newsdesk.release(first.state))
        remote.commit({"pages/1.md": "their own"})
        shutil.rmtree(newsdesk.release().workspace)
        target.publish(newsdesk.release())
        assert remote.files()["pages/1.md"] == "their own"
