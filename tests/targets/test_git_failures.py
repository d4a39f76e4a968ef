"""Git targets when something is wrong: what is kept, what is said, what is never said."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

import pytest

from mirrorpress.errors import TargetError
from mirrorpress.model import Receipt
from mirrorpress.targets.failures import explain
from mirrorpress.targets.fastimport import Stream
from mirrorpress.targets.files import EditionFiles
from mirrorpress.targets.git import GitTarget

from .conftest import Newsdesk, Remote

SECRET = "hunter2-of-the-mirror"


@pytest.fixture
def target(remote: Remote) -> GitTarget:
    return GitTarget("markdown", str(remote.path))


@pytest.fixture
def first(newsdesk: Newsdesk, target: GitTarget) -> Receipt:
    newsdesk.write({"README.md": "home", "pages/1.md": "one"})
    return target.publish(newsdesk.release())


class TestCarryingOn:
    def test_what_could_not_be_pushed_is_pushed_later_without_news(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        away = remote.path.rename(remote.path.with_name("away"))
        newsdesk.write({"README.md": "home 2"})
        with pytest.raises(TargetError, match="repository not found"):
            target.publish(newsdesk.release(first.state))
        away.rename(remote.path)
        receipt = target.publish(newsdesk.release(first.state))
        assert receipt.changed
        assert remote.files() == {"README.md": "home 2", "pages/1.md": "one"}
        assert remote.log() == ["Build 2", "Build 1"]

    def test_failed_pushes_do_not_make_the_next_run_read_everything(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        away = remote.path.rename(remote.path.with_name("away"))
        for text in ("2", "3"):
            newsdesk.write({"README.md": text, "pages/1.md": None, "pages/2.md": text})
            newsdesk.changed_at.pop("pages/1.md")
            (newsdesk.root / "pages").mkdir(exist_ok=True)
            (newsdesk.root / "pages/1.md").write_text("not read: it did not change")
            with pytest.raises(TargetError):
                target.publish(newsdesk.release(first.state))
        away.rename(remote.path)
        newsdesk.asked_since.clear()
        target.publish(newsdesk.release(first.state))
        assert newsdesk.asked_since == [1]
        assert remote.files() == {"README.md": "3", "pages/1.md": "one", "pages/2.md": "3"}
        assert remote.log() == ["Build 3", "Build 2", "Build 1"]

    def test_a_first_run_without_a_remote(self, newsdesk: Newsdesk, tmp_path: Path):
        target = GitTarget("markdown", str(tmp_path / "hosts" / "later.git"))
        newsdesk.write({"README.md": "home"})
        with pytest.raises(TargetError, match=r"repository not found.*create it at the git host"):
            target.publish(newsdesk.release())
        later = Remote(tmp_path / "hosts" / "later.git")
        target.publish(newsdesk.release())
        assert later.files() == {"README.md": "home"}

    def test_a_receipt_that_was_never_kept(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        newsdesk.write({"pages/2.md": "two"})
        target.publish(newsdesk.release(first.state))  # its state is lost
        newsdesk.write({"pages/2.md": None, "pages/3.md": "three"})
        newsdesk.asked_since.clear()
        target.publish(newsdesk.release(first.state))
        assert newsdesk.asked_since == [1]
        assert remote.files() == {"README.md": "home", "pages/1.md": "one", "pages/3.md": "three"}

    def test_an_archive_restored_from_a_backup(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        state = first.state
        for files in ({"lost/1.md": "x", "README.md": "lost"}, {"lost/2.md": "x"}):
            newsdesk.write(files)
            state = target.publish(newsdesk.release(state)).state
        for name in ("lost/1.md", "lost/2.md"):
            (newsdesk.root / name).unlink()
            del newsdesk.changed_at[name]
        (newsdesk.root / "README.md").write_text("home")
        newsdesk.changed_at["README.md"] = newsdesk.build = 1
        newsdesk.write({"pages/2.md": "two"})
        target.publish(newsdesk.release(first.state))
        assert remote.files() == {"README.md": "home", "pages/1.md": "one", "pages/2.md": "two"}

    @pytest.mark.parametrize(
        "state", ["", "nonsense", "0" * 40, "--all", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"]
    )
    def test_an_unknown_state_compares_everything(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt, state: str
    ):
        newsdesk.write({"pages/1.md": None, "pages/2.md": "two"})
        del newsdesk.changed_at["pages/1.md"]
        receipt = target.publish(newsdesk.release(state))
        assert receipt.changed
        assert remote.files() == {"README.md": "home", "pages/2.md": "two"}

    def test_a_published_commit_is_no_state(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        newsdesk.asked_since.clear()
        target.publish(newsdesk.release(remote.tip()))
        assert newsdesk.asked_since == [0]

    def test_a_branch_that_was_deleted_comes_back(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        tip = remote.tip()
        remote.git("update-ref", "-d", "refs/heads/main")
        receipt = target.publish(newsdesk.release(first.state))
        assert (receipt.changed, remote.tip()) == (True, tip)

    def test_a_branch_that_is_locked_there_is_left_alone(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        lock = remote.path / "refs" / "heads" / "main.lock"
        lock.touch()
        newsdesk.write({"README.md": "home 2"})
        with pytest.raises(TargetError, match="or is locked there"):
            target.publish(newsdesk.release(first.state))
        lock.unlink()
        target.publish(newsdesk.release(first.state))
        assert remote.log() == ["Build 2", "Build 1"]

    def test_locks_of_a_killed_git_are_removed(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        folder = newsdesk.release().workspace / "repository.git"
        for name in (
            "refs/mirrorpress/record.lock",
            "refs/heads/main.lock",
            "packed-refs.lock",
            "config.lock",
        ):
            (folder / name).touch()
        newsdesk.write({"README.md": "home 2"})
        target.publish(newsdesk.release(first.state))
        assert remote.files()["README.md"] == "home 2"
        assert not list(folder.rglob("*.lock"))

    def test_a_workspace_cut_short_while_it_was_made(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget
    ):
        folder = newsdesk.release().workspace / "repository.git"
        folder.mkdir(parents=True)
        (folder / "HEAD").write_text("ref: refs/heads/main\n")
        newsdesk.write({"README.md": "home"})
        target.publish(newsdesk.release())
        assert remote.files() == {"README.md": "home"}


class TestWhatIsSaid:
    def test_a_hook_that_refuses_is_quoted(
        self, newsdesk: Newsdesk, remote: Remote, target: GitTarget, first: Receipt
    ):
        tip = remote.tip()
        remote.hook("pre-receive", "echo 'main is frozen until Monday' >&2; exit 1")
        newsdesk.write({"README.md": "home 2"})
        with pytest.raises(TargetError) as caught:
            target.publish(newsdesk.release(first.state))
        assert caught.value.reason == "the remote refused the push: main is frozen until Monday"
        assert caught.value.where == str(remote.path)
        assert caught.value.hint
        assert remote.tip() == tip

    def test_a_checked_out_branch_is_explained(self, newsdesk: Newsdesk, tmp_path: Path):
        subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "work")], check=True)
        newsdesk.write({"README.md": "home"})
        with pytest.raises(TargetError, match="checked out"):
            GitTarget("markdown", str(tmp_path / "work")).publish(newsdesk.release())

    @pytest.mark.parametrize("branch", ["a..b", "a b", "main.lock", "with~tilde"])
    def test_a_branch_that_git_refuses(self, newsdesk: Newsdesk, remote: Remote, branch: str):
        newsdesk.write({"README.md": "home"})
        with pytest.raises(TargetError, match="is no name for a branch"):
            GitTarget("markdown", str(remote.path), branch).publish(newsdesk.release())

    @pytest.mark.parametrize(
        ("url", "branch"),
        [
            ("--upload-pack=touch /tmp/x", "main"),
            ("", "main"),
            ("https://host\n/x", "main"),
            ("https://u:p/ss@host/x", "main"),
            ("x.git", "-D"),
            ("x.git", ""),
        ],
    )
    def test_what_git_would_take_for_an_option_is_refused(self, url: str, branch: str):
        with pytest.raises(ValueError, match=r"not empty|port number") as caught:
            GitTarget("markdown", url, branch)
        assert "ss@host" not in str(caught.value)

    def test_addresses_that_run_programs_are_refused(
        self, newsdesk: Newsdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        newsdesk.write({"README.md": "home"})
        (tmp_path / "gitconfig").write_text('[protocol "ext"]\nallow = always\n')
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
        target = GitTarget("markdown", f"ext::touch {tmp_path / 'ran'}")
        with pytest.raises(TargetError, match="not allowed"):
            target.publish(newsdesk.release())
        assert not (tmp_path / "ran").exists()

    def test_git_that_is_missing(
        self, newsdesk: Newsdesk, target: GitTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        newsdesk.write({"README.md": "home"})
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(TargetError, match=r"git is not installed .*2\.30"):
            target.publish(newsdesk.release())

    def test_git_that_is_too_old(
        self, newsdesk: Newsdesk, target: GitTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        newsdesk.write({"README.md": "home"})
        old = tmp_path / "bin" / "git"
        old.parent.mkdir()
        old.write_text("#!/bin/sh\necho git version 2.25.1\n")
        old.chmod(0o755)
        monkeypatch.setenv("PATH", str(old.parent))
        with pytest.raises(TargetError, match=r"too old: git version 2\.25\.1 .*2\.30"):
            target.publish(newsdesk.release())

    def test_a_remote_that_hangs_is_stopped(self, newsdesk: Newsdesk, remote: Remote, first: Receipt):
        remote.hook("pre-receive", "exec tail -f /dev/null")
        target = GitTarget("markdown", str(remote.path), timeout=1.0)
        newsdesk.write({"README.md": "home 2"})
        with pytest.raises(TargetError, match="git push took longer than 1 seconds"):
            target.publish(newsdesk.release(first.state))

    def test_the_operators_environment_does_not_leak_in(
        self,
        newsdesk: Newsdesk,
        remote: Remote,
        target: GitTarget,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ):
        hooks = tmp_path / "hooks"
        hooks.mkdir()
        for name in ("pre-push", "reference-transaction"):
            (hooks / name).write_text("#!/bin/sh\nexit 1\n")
            (hooks / name).chmod(0o755)
        settings = tmp_path / "gitconfig"
        settings.write_text(
            f"[user]\nname = Real Name\nemail = real@example.org\n[core]\nhooksPath = {hooks}\nquotePath = true\n"
            "[commit]\ngpgSign = true\n[push]\ngpgSign = true\n[log]\nshowSignature = true\n[diff]\nrenames = copies\n"
        )
        remote.git("config", "core.hooksPath", str(remote.path / "hooks"))  # the far side reads it too
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
        foreign = {
            "GIT_DIR": str(tmp_path / "elsewhere"),
            "GIT_OBJECT_DIRECTORY": str(tmp_path / "objects"),
            "GIT_NAMESPACE": "other",
            "GIT_COMMITTER_NAME": "Real Name",
        }
        for name, value in foreign.items():
            monkeypatch.setenv(name, value)
        newsdesk.write({"新.md": "home"})
        state = target.publish(newsdesk.release()).state
        newsdesk.write({"新.md": None, "b.md": "home"})
        target.publish(newsdesk.release(state))
        for name in (*foreign, "GIT_CONFIG_GLOBAL"):
            monkeypatch.delenv(name)
        assert not (tmp_path / "objects").exists()
        assert remote.files() == {"b.md": "home"}
        assert "Real" not in remote.git("log", "--format=%an %cn", "main")


@dataclass
class Host:
    """A git host over HTTP: git's own http-backend behind a password."""

    root: Path
    address: str = ""
    seen: list[str] = field(default_factory=list)  # the command lines of all processes during requests


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    state = Host(tmp_path / "hosts")
    expected = "Basic " + base64.b64encode(f"desk:{SECRET}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self._body()
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    state.seen.append(process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue
            if self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            environment = os.environ | {
                "GIT_PROJECT_ROOT": str(state.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "REMOTE_USER": "desk",
            }
            done = subprocess.run(
                ["git", "http-backend"], check=True, input=body, env=environment, capture_output=True
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.address = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


class TestSecrets:
    def test_a_password_is_used_and_shown_nowhere(self, newsdesk: Newsdesk, remote: Remote, host: Host):
        target = GitTarget("markdown", f"http://desk:{SECRET}@{host.address}/remote.git")
        newsdesk.write({"README.md": "home"})
        receipt = target.publish(newsdesk.release())
        assert remote.files() == {"README.md": "home"}
        assert target.name == f"git http://{host.address}/remote.git"
        assert any("git-remote-http" in line or "remote-http" in line for line in host.seen)
        assert not [line for line in host.seen if SECRET in line]
        assert SECRET not in repr(receipt)
        kept = [place for place in newsdesk.folder.rglob("*") if place.is_file()]
        assert not [place for place in kept if SECRET.encode() in place.read_bytes()]

    def test_a_refused_password_is_not_quoted(self, newsdesk: Newsdesk, remote: Remote, host: Host):
        target = GitTarget("markdown", f"http://desk:wrong-{SECRET}@{host.address}/remote.git")
        newsdesk.write({"README.md": "home"})
        with pytest.raises(TargetError, match="authentication failed") as caught:
            target.publish(newsdesk.release())
        assert caught.value.where == f"http://{host.address}/remote.git"
        assert "check the token or key" in caught.value.hint
        assert SECRET not in str(caught.value)
        assert "desk" not in str(caught.value)

    def test_no_password_asks_nobody(self, newsdesk: Newsdesk, remote: Remote, host: Host):
        newsdesk.write({"README.md": "home"})
        with pytest.raises(TargetError, match="authentication failed") as caught:
            GitTarget("markdown", f"http://desk@{host.address}/remote.git").publish(newsdesk.release())
        assert "desk" not in str(caught.value)

    def test_a_host_that_is_not_there(self, newsdesk: Newsdesk):
        newsdesk.write({"README.md": "home"})
        target = GitTarget("markdown", f"http://desk:{SECRET}@127.0.0.1:1/x.git")
        with pytest.raises(
            TargetError, match=r"^http://127\.0\.0\.1:1/x\.git: the host could not be reached"
        ):
            target.publish(newsdesk.release())

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("https://u:p%40ss@git.example.org/a.git", "git https://git.example.org/a.git"),
            ("https://u:p@ss@git.example.org/a.git?token=x", "git https://git.example.org/a.git"),
            ("ssh://git@git.example.org/a.git", "git ssh://git.example.org/a.git"),
            ("git@git.example.org:team/a.git", "git git.example.org:team/a.git"),
            ("../a b.git", "git ../a b.git"),
        ],
    )
    def test_names_hold_no_secrets(self, url: str, name: str):
        assert GitTarget("markdown", url).name == name
        assert GitTarget("markdown", url, "pages").name == f"{name} (pages)"
        assert GitTarget("markdown", url, name="here").name == "here"


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (
            "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
            "authentication failed: git@h: Permission denied (publickey).",
        ),
        (
            "remote: Repository not found.\nfatal: repository 'https://h/x.git/' not found\n",
            "repository not found: Repository not found.",
        ),
        (
            "fatal: unable to access 'https://h/': Could not resolve host: h\n",
            "the host's name could not be found: unable to access 'https://h/': Could not resolve host: h",
        ),
        (
            "error: file write error: No space left on device\nfatal: unable to write loose object file\n",
            "the disk is full: file write error: No space left on device",
        ),
        (
            "ssh: connect to host h port 22: Network is unreachable\nfatal: Could not read from remote repository.\n",
            "the host could not be reached: ssh: connect to host h port 22: Network is unreachable",
        ),
        ("warning: x\nfatal: something else\x1b[2J\n", "git failed: something else [2J"),
        ("", "git failed: it said nothing"),
    ],
)
def test_what_git_says_in_plain_words(stderr: str, reason: str):
    assert explain(stderr)[0] == reason


def test_a_file_that_shrinks_while_it_is_read_ends_the_run(tmp_path: Path):
    (tmp_path / "a.md").write_text("four")

    class Shrinking(EditionFiles):
        def open(self, path: str) -> BinaryIO:
            file = super().open(path)
            file.seek(1)
            return file

    with pytest.raises(TargetError, match=r"a\.md: became shorter"):
        Stream(io.BytesIO()).write(Shrinking(tmp_path), "a.md")
