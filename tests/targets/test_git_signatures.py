"""Commits signed with a real SSH key, judged by git and ssh-keygen themselves."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mirrorpress.errors import MirrorpressError, TargetError
from mirrorpress.model import Release
from mirrorpress.targets.git import GitTarget

from .conftest import Newsdesk, Remote


@dataclass
class Key:
    """An SSH key on the disk, and what it was asked to sign."""

    path: Path
    signed: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(self.path)]
        subprocess.run(command, check=True)

    @property
    def allowed(self) -> Path:
        """The file that tells git whose signatures to believe."""
        place = self.path.with_suffix(".allowed")
        public = self.path.with_suffix(".pub").read_text()
        place.write_text(f'mirror@example.org namespaces="git" {public}')
        return place

    def sign(self, payload: bytes) -> str:
        self.signed.append(payload)
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(self.path)]
        return subprocess.run(command, input=payload, check=True, capture_output=True).stdout.decode()


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key(tmp_path / "key")


@pytest.fixture
def target(remote: Remote) -> GitTarget:
    return GitTarget("markdown", str(remote.path))


@pytest.fixture
def release(newsdesk: Newsdesk, key: Key) -> Callable[..., Release]:
    return lambda *arguments, **named: replace(newsdesk.release(*arguments, **named), sign=key.sign)


def verified(remote: Remote, key: Key, commit: str) -> bool:
    command = ["git", "--git-dir", str(remote.path), "-c", f"gpg.ssh.allowedSignersFile={key.allowed}"]
    done = subprocess.run([*command, "verify-commit", commit], capture_output=True)
    return done.returncode == 0 and b'Good "git" signature for mirror@example.org' in done.stderr


def ours(remote: Remote) -> list[str]:
    """Commits of the mirror's on main, newest first."""
    committer = "--committer=mirrorpress@localhost.invalid"
    return remote.git("log", "--topo-order", "--format=%H", committer, "main").split()


class TestSigned:
    def test_git_verifies_every_commit(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, key: Key, release: Callable[..., Release]
    ):
        state = ""
        for number in range(3):
            newsdesk.write({"README.md": f"home {number}", f"pages/{number}.md": "a page"})
            state = target.publish(release(state)).state
        assert remote.log() == ["Build 3", "Build 2", "Build 1"]
        assert remote.files()["pages/2.md"] == "a page"
        assert len(ours(remote)) == len(key.signed) == 3
        assert all(verified(remote, key, commit) for commit in ours(remote))
        remote.git("fsck", "--strict")

    def test_another_key_or_an_altered_commit_fails(
        self,
        newsdesk: Newsdesk,
        remote: Remote,
        target: GitTarget,
        key: Key,
        release: Callable[..., Release],
        tmp_path: Path,
    ):
        newsdesk.write({"README.md": "home"})
        target.publish(release())
        content = remote.git("cat-file", "commit", "main").encode() + b"\n"
        again = remote.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=content)
        assert again == remote.tip()
        altered = content.replace(b"Build 1", b"Build 2")
        forged = remote.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=altered)
        assert not verified(remote, key, forged)
        assert not verified(remote, Key(tmp_path / "other"), remote.tip())
        assert verified(remote, key, remote.tip())

    def test_a_signed_commit_differs_from_an_unsigned_one_in_its_signature_alone(
        self,
        newsdesk: Newsdesk,
        make_remote: Callable[[str], Remote],
        key: Key,
        release: Callable[..., Release],
    ):
        newsdesk.write({"README.md": "home", "a/b.md": "b"})
        plain, signed = make_remote("plain.git"), make_remote("signed.git")
        GitTarget("markdown", str(plain.path)).publish(newsdesk.release(workspace="plain"))
        GitTarget("markdown", str(signed.path)).publish(release(workspace="signed"))
        assert plain.git("cat-file", "commit", "main") == key.signed[0].decode().strip()
        assert "gpgsig" in signed.git("cat-file", "commit", "main")

    def test_the_same_input_and_key_give_the_same_commit(
        self, newsdesk: Newsdesk, make_remote: Callable[[str], Remote], release: Callable[..., Release]
    ):
        newsdesk.write({"README.md": "home"})
        one, two = make_remote("one.git"), make_remote("two.git")
        for name, remote in (("one", one), ("two", two)):
            GitTarget("markdown", str(remote.path)).publish(release(workspace=name))
        assert one.tip() == two.tip() != ""

    def test_nothing_new_is_not_signed(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, key: Key, release: Callable[..., Release]
    ):
        newsdesk.write({"README.md": "home"})
        first, tip = target.publish(release()), remote.tip()
        newsdesk.write({"README.md": "home"})
        second = target.publish(release(first.state))
        assert (second.changed, remote.tip(), len(key.signed)) == (False, tip, 1)

    def test_a_mirror_that_begins_to_sign_goes_on_from_where_it_was(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, key: Key, release: Callable[..., Release]
    ):
        newsdesk.write({"README.md": "home"})
        state = target.publish(newsdesk.release()).state
        newsdesk.write({"README.md": "home 2"})
        target.publish(release(state))
        newest, oldest = ours(remote)
        assert (verified(remote, key, newest), verified(remote, key, oldest)) == (True, False)


class TestWithOthers:
    def test_merges_follows_and_restorations_are_signed(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, key: Key, release: Callable[..., Release]
    ):
        remote.commit({"LICENSE": "theirs"})
        newsdesk.write({"README.md": "home", "a.md": "a"})
        state = target.publish(release()).state  # follows
        remote.commit({"FUNDING.md": "give"})
        newsdesk.write({"README.md": "home 2"})
        state = target.publish(release(state)).state  # merges
        newsdesk.write({"a.md": None, "b.md": "b"})
        state = target.publish(release(state)).state  # beside files of others
        remote.commit({"README.md": "theirs"})
        newsdesk.write({})
        state = target.publish(release(state)).state  # restores
        assert remote.log() == [
            "Restore the files of this mirror", "By hand", "Build 3", "Merge main", "By hand", "Build 2",
            "Build 1", "By hand",
        ]  # fmt: skip
        assert remote.files() == {
            "LICENSE": "theirs", "FUNDING.md": "give", "README.md": "home 2", "b.md": "b",
        }  # fmt: skip
        assert len(ours(remote)) == len(key.signed) == 5
        assert all(verified(remote, key, commit) for commit in ours(remote))
        assert not target.publish(release(state)).changed
        remote.git("fsck", "--strict")


class TestFailures:
    def test_a_key_that_cannot_be_used_leaves_all_as_it_was(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, key: Key, release: Callable[..., Release]
    ):
        newsdesk.write({"README.md": "home"})
        state, tip = target.publish(release()).state, remote.tip()
        newsdesk.write({"README.md": "home 2"})

        def locked(payload: bytes) -> str:
            raise MirrorpressError("the agent holds no such key")

        with pytest.raises(MirrorpressError, match="no such key"):
            target.publish(replace(release(state), sign=locked))
        assert remote.tip() == tip
        target.publish(release(state))
        assert remote.files() == {"README.md": "home 2"}
        assert remote.log() == ["Build 2", "Build 1"]
        assert all(verified(remote, key, commit) for commit in ours(remote))

    def test_a_push_that_failed_brings_the_signed_commit_later(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, key: Key, release: Callable[..., Release]
    ):
        remote.hook("pre-receive", "exit 1")
        newsdesk.write({"README.md": "home"})
        with pytest.raises(TargetError):
            target.publish(release())
        remote.hook("pre-receive", "exit 0")
        assert target.publish(release()).changed
        assert len(key.signed) == 1
        assert verified(remote, key, remote.tip())

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----",
            "-----BEGIN SSH SIGNATURE-----\nx",
            "-----BEGIN SSH SIGNATURE-----\né\n-----END SSH SIGNATURE-----",
        ],
    )
    def test_what_is_no_signature_is_refused(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, wrong: str
    ):
        newsdesk.write({"README.md": "home"})
        with pytest.raises(TargetError, match="signature"):
            target.publish(replace(newsdesk.release(), sign=lambda _: wrong))
        assert remote.tip() == ""
