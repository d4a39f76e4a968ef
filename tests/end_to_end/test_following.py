"""Mirrors that follow mirrors: what travels, what is refused, what survives."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.newsroom import Newsroom
from mirrorpress.editions.copies import neutral
from tests.end_to_end.conftest import Mirror
from tests.end_to_end.test_site import ADDRESS, PAGE, with_site

FIRST, SECOND = "https://first.example/", "https://second.example/copy/"


class Web:
    """A folder on the web, on loopback; counts what it gave."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        asked = self.asked

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                super().do_GET()

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Follower:
    """A follower's folder, driven by the real command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.www = folder.with_name(folder.name + "-www")

    def command(self, *arguments: str, expect: int = 0) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "mirrorpress", *arguments, "--json"],
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def follow(self, address: str, key: Path, own: str, *, expect: int = 0) -> dict[str, Any]:
        return self.command(
            *("follow", address, str(self.folder), "--key", str(key), "--at", own, "--to", str(self.www)),
            *("--allow-private", "127.0.0.1"),
            expect=expect,
        )

    def run(self, *, expect: int = 0) -> dict[str, Any]:
        return self.command("run", "-c", str(self.folder / "mirrorpress.toml"), expect=expect)

    def also_from(self, address: str) -> None:
        config = self.folder / "mirrorpress.toml"
        text = config.read_text(encoding="utf-8")
        config.write_text(
            text.replace('\naddresses = ["', f'\naddresses = ["{address}", "', 1), encoding="utf-8"
        )

    def page(self, path: str) -> str:
        return (self.www / path).read_text(encoding="utf-8")


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[tuple[Mirror, Web, Path]]:
    """A signed mirror with a site on the web, and its exported key."""
    with Newsroom() as newsroom:
        mirror = (
            with_site(Mirror(tmp_path / "origin", newsroom))
            if (tmp_path / "origin").mkdir() is None
            else None
        )
        assert mirror is not None
        mirror.command("key", "init", "--keys", str(tmp_path / "keys"), "--no-passphrase")
        mirror.run()
        key = tmp_path / "origin.root.json"
        mirror.command("key", "export", str(key))
        web = Web(mirror.folder / "out" / "site")
        yield mirror, web, key
        web.close()


@pytest.fixture
def served() -> Iterator[Callable[[Path], Web]]:
    webs: list[Web] = []

    def serve(folder: Path) -> Web:
        webs.append(Web(folder))
        return webs[-1]

    yield serve
    for web in webs:
        web.close()


Origin = tuple[Mirror, Web, Path]


def test_two_followers_survive_what_befalls_the_mirrors_before_them(
    origin: Origin, served: Callable[[Path], Web], tmp_path: Path
) -> None:
    mirror, web, key = origin
    first, second = Follower(tmp_path / "first"), Follower(tmp_path / "second")
    first.follow(web.url, key, FIRST)
    of_first = served(first.www)
    second.follow(of_first.url, key, SECOND)

    # Each copy is shared at its own address; the canonical one stays the origin's.
    for follower, own in ((first, FIRST), (second, SECOND)):
        page = follower.page(PAGE)
        assert f"{own}{PAGE}" in page
        assert f'rel="canonical" href="{ADDRESS}{PAGE}"' in page
    assert (second.www / "metadata/timestamp.json").read_bytes() == (
        mirror.folder / "out/site/metadata/timestamp.json"
    ).read_bytes()

    # A correction travels, and so does a withdrawal: the article is gone from both copies.
    mirror.newsroom.edition = 2
    mirror.run()
    mirror.command("withdraw", address_of(mirror), "--reason", "wrong person named")
    mirror.command("build")
    before = first.page(PAGE)
    first.run()
    second.run()
    assert second.page(PAGE) != before
    assert first.page("withdrawn.json") == second.page("withdrawn.json")
    assert "10002" in second.page("withdrawn.json")

    # The first follower is taken over. Whoever follows it refuses the page, and takes another address.
    altered = first.www / "pages/p2/10001.html"
    genuine = altered.read_bytes()
    altered.write_bytes(genuine.replace(b"</h1>", b" ?</h1>"))
    third = Follower(tmp_path / "third")
    refused = third.follow(of_first.url, key, "https://third.example/", expect=1)
    assert any("not as it was signed" in one["reason"] for one in refused["failures"])
    assert not third.www.exists()
    third.also_from(web.url)
    assert third.run()["failures"] == []
    path = "pages/p2/10001.html"
    theirs = neutral(path, third.page(path).encode(), "https://third.example/")
    assert theirs == neutral(path, genuine, FIRST)
    altered.write_bytes(genuine)

    # The online key is replaced. All take what the new one signs.
    mirror.command("key", "rotate", "online")
    mirror.run("build")
    first.run()
    second.run()
    assert (second.www / "metadata/2.root.json").is_file()

    # The origin is gone. Its followers keep what they have, and others still begin from them.
    web.close()
    shutil.rmtree(mirror.folder)
    lost = first.run(expect=1)
    assert [one["url"] for one in lost["failures"]][-1] == "site"
    fourth = Follower(tmp_path / "fourth")
    fourth.follow(served(second.www).url, key, "https://fourth.example/")
    assert fourth.page("withdrawn.json") == first.page("withdrawn.json")


def address_of(mirror: Mirror) -> str:
    """Where the article of ``PAGE`` came from."""
    page = (mirror.folder / "out/site" / PAGE).read_text(encoding="utf-8")
    found = re.search(r"http://127\.0\.0\.1:\d+/[^<]*?10002\.html", page)
    assert found
    return found[0]


def test_a_follower_fetches_only_what_changed(origin: Origin, tmp_path: Path) -> None:
    mirror, web, key = origin
    follower = Follower(tmp_path / "follower")
    follower.follow(web.url, key, FIRST)
    first_time = len(web.asked)
    web.asked.clear()
    follower.run()
    assert len(web.asked) <= 4  # timestamp twice, the next root that there is not
    mirror.newsroom.edition = 2
    mirror.run()
    web.asked.clear()
    follower.run()
    assert 10 < len(web.asked) < first_time / 2


def test_what_targets_lists_outlives_a_change_of_bins(origin: Origin, tmp_path: Path) -> None:
    mirror, web, key = origin
    follower = Follower(tmp_path / "follower")
    follower.follow(web.url, key, FIRST)
    verifier = (follower.www / "verify.html").read_bytes()
    bins = {path.name for path in (follower.www / "metadata").glob("pages-*")}
    more = 'type = "site"\nshort_addresses = true\nsearch = true\nlist_size = 1\nalso_in = ["zh-Hant"]'
    mirror.configure(mirror.configuration.replace('type = "site"', more))
    mirror.run("build")
    follower.run()
    assert bins.isdisjoint(path.name for path in (follower.www / "metadata").glob("pages-*"))
    assert (follower.www / "verify.html").read_bytes() == verifier


def test_an_older_copy_is_refused(origin: Origin, served: Callable[[Path], Web], tmp_path: Path) -> None:
    mirror, web, key = origin
    shutil.copytree(mirror.folder / "out/site", tmp_path / "old")
    follower = Follower(tmp_path / "follower")
    follower.follow(web.url, key, FIRST)
    mirror.newsroom.edition = 2
    mirror.run()
    follower.run()
    page = follower.page("index.html")
    old = served(tmp_path / "old")
    config = follower.folder / "mirrorpress.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(web.url, old.url), encoding="utf-8")
    refused = follower.run(expect=1)
    assert "older" in refused["failures"][0]["reason"], refused["failures"]
    assert follower.page("index.html") == page


def test_another_mirrors_copy_is_refused(origin: Origin, tmp_path: Path) -> None:
    mirror, web, _ = origin
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(mirror.folder / "mirrorpress.toml", other)
    config = other / "mirrorpress.toml"
    config.write_text(config.read_text(encoding="utf-8").partition("[trust]")[0], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mirrorpress", "key", "init", "--one-person", "--keys", str(tmp_path / "k2"), "--no-passphrase"],
        cwd=other, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    foreign = other / "trust/root/1.root.json"
    found = Follower(tmp_path / "follower").follow(web.url, foreign, FIRST, expect=3)
    assert "not signed by the keys that are known" in found["error"]["reason"]


def test_commits_are_signed_as_git_checks_them(origin: Origin, tmp_path: Path) -> None:
    mirror, _, _ = origin
    mirror.command("key", "export", "--allowed-signers", str(tmp_path / "allowed"))
    mirror.git("-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}", "verify-commit", "main")
