"""The mirror list through the real command line: asked for, signed, shown to readers, checked."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.configuration import load
from mirrorpress.app.newsroom import Newsroom
from mirrorpress.archive.store import Archive
from mirrorpress.editions.copies import readdressed
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.model import Health, Listing
from mirrorpress.pipeline.authority import Authority
from mirrorpress.pipeline.visiting import Visiting
from mirrorpress.trust.mirrors import written_mirrors
from tests.end_to_end.conftest import Mirror
from tests.end_to_end.test_site import ADDRESS, with_site

COPY, PAGES = "https://copy.example.org/news/", "https://git.example.net/them/copy/src/branch/main/"
Serve = Callable[[Path], str]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


class _Repositories(BaseHTTPRequestHandler):
    """git's own CGI program, for repositories in ``root``."""

    root = Path()

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        asked = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"],
            input=self.rfile.read(length),
            env={**os.environ, **asked},
            capture_output=True,
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = [line.decode().partition(": ") for line in head.split(b"\r\n")]
        status = next((value for name, _, value in headers if name == "Status"), "200")
        self.send_response(int(status.split()[0]))
        for name, _, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name is http.server's

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serves folders on loopback; gives their addresses."""
    servers = []

    def start(folder: Path, handler: Any = None) -> str:
        folder.mkdir(exist_ok=True)
        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), handler or functools.partial(_Quiet, directory=str(folder))
        )
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """A signed mirror of both editions after its first run; to be copied, not changed."""
    with Newsroom() as newsroom:
        folder = tmp_path_factory.mktemp("signed") / "mirror"
        folder.mkdir()
        mirror = with_site(Mirror(folder, newsroom))
        mirror.configure(mirror.configuration.replace("allow_private = [", 'allow_private = ["127.0.0.1", '))
        keys = str(folder.with_name("keys"))
        mirror.command("key", "init", "--one-person", "--no-passphrase", "--keys", keys)
        mirror.run()
        yield mirror


@pytest.fixture
def mirror(signed: Mirror, tmp_path: Path) -> Mirror:
    shutil.copytree(signed.folder, tmp_path / "mirror", symlinks=True)
    shutil.rmtree(tmp_path / "mirror" / "remote.git")
    text = signed.configuration.replace(str(signed.folder), str(tmp_path / "mirror"))
    mirror = Mirror(tmp_path / "mirror", signed.newsroom)
    mirror.configure(text)
    return mirror


def tree(mirror: Mirror, edition: str) -> dict[str, bytes]:
    root = mirror.folder / "out" / edition
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def copied(mirror: Mirror, folder: Path, address: str, edition: str = "site") -> None:
    """What an honest follower at an address has."""
    for path, data in tree(mirror, edition).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(readdressed(path, data, ADDRESS, address))


def states(health: Health) -> dict[str, str]:
    return {one.address: one.state for one in health.visits}


def checked(mirror: Mirror, *, later: timedelta = timedelta(), lookup: Any = None) -> Health:
    """A check at another time, or with other answers to look-ups, than the command has."""
    configuration = load(mirror.folder / "mirrorpress.toml")
    now = datetime.now(UTC) + later
    options = {"lookup": lookup} if lookup else {}
    with (
        Archive(mirror.folder, started=now) as archive,
        Fetcher(configuration.fetch, sleep=lambda seconds: None, **options) as fetcher,
    ):
        roots = Authority(mirror.folder).roots
        return Visiting(configuration, archive, roots, fetcher.fetch, lambda: now).check(lambda visit: None)


def test_a_follower_asks_to_be_listed_and_readers_see_it_on_every_front_page(
    mirror: Mirror, tmp_path: Path
) -> None:
    root, request = tmp_path / "root.json", tmp_path / "request.json"
    mirror.command("key", "export", str(root))
    asked = ("mirrors", "request", str(request), "--to", str(root), "--address", COPY, "--language", "fa")
    mirror.command(*asked, expect=2)
    mirror.command(
        *(*asked, "--operator", "Volunteers <b>www.evil.example</b>", "--key", str(tmp_path / "mine")),
        *("--new-key", "--no-passphrase"),
    )
    told = mirror.command("mirrors", "accept", str(request), expect=2)
    assert "--yes" in told.stderr
    accepted = json.loads(mirror.command("mirrors", "accept", str(request), "--yes", "--json").stdout)
    assert accepted["listed"]["address"] == COPY
    assert not accepted["waiting"]
    mirror.command("mirrors", "accept", str(request), "--yes", expect=3)
    mirror.command("mirrors", "add", PAGES, "--kind", "markdown")
    mirror.command("mirrors", "add", "https://192.0.2.7/", expect=2)

    before = {edition: tree(mirror, edition) for edition in ("markdown", "site")}
    mirror.run("build")
    for edition, home, suffix in (("markdown", "README.md", ".md"), ("site", "index.html", ".html")):
        after = tree(mirror, edition)
        changed = {path for path in after if after[path] != before[edition].get(path)}
        fronts = {path for path in changed if path.endswith(suffix)}
        assert fronts == {
            home,
            f"help{suffix}",
            f"mirrors{suffix}",
            *(f"help.{language}{suffix}" for language in ("en", "fa", "ru", "zh-Hans", "zh-Hant")),
        }
        for path in fronts:
            page = after[path].decode()
            assert COPY in page
            assert PAGES in page
            assert "](https://www.evil" not in page
            assert "<b>" not in page
        assert (
            f'href="{COPY}"' in after[home].decode()
            if edition == "site"
            else f"<{COPY}>" in after[home].decode()
        )
        assert f"mirrors{suffix}" in after[home].decode()
        assert json.loads(after["mirrors.json"])["mirrors"][0]["address"] == COPY
        assert mirror.run("build", "--full")["pages_written"] == 0
    listed = json.loads(mirror.command("mirrors", "list", "--json").stdout)["mirrors"]
    assert [one["address"] for one in listed] == [COPY, PAGES]

    for address in (COPY, PAGES):
        mirror.command("mirrors", "remove", address)
    mirror.command("mirrors", "remove", COPY, expect=2)
    mirror.run("build")
    for edition, suffix in (("markdown", ".md"), ("site", ".html")):
        after = tree(mirror, edition)
        assert f"mirrors{suffix}" not in after
        assert after[f"help{suffix}"] == before[edition][f"help{suffix}"]


def test_a_check_tells_the_honest_from_the_rest_and_readers_see_what_it_found(
    mirror: Mirror, serve: Serve, tmp_path: Path
) -> None:
    names = ("honest", "frozen", "altered", "code", "bare", "thin", "list", "other", "gone", "twin")
    places = {name: (tmp_path / name, serve(tmp_path / name)) for name in names}
    web = {name: address for name, (_, address) in places.items()}
    copied(mirror, places["frozen"][0], web["frozen"])
    for address in web.values():
        mirror.command("mirrors", "add", address)
    mirror.newsroom.edition = 2
    try:
        mirror.run()
    finally:
        mirror.newsroom.edition = 1
    for name in set(names) - {"frozen", "gone"}:
        copied(mirror, *places[name])
    home = places["altered"][0] / "index.html"
    home.write_text(home.read_text(encoding="utf-8").replace("</h1>", " - moved to evil.example</h1>", 1))
    shutil.copy(places["honest"][0] / "index.html", places["code"][0])  # its QR code leads elsewhere
    shutil.rmtree(places["bare"][0] / "metadata")
    (places["thin"][0] / "help.html").unlink()
    shutil.rmtree(places["twin"][0])  # the Markdown, with a page beside it that browsers show first
    copied(mirror, *places["twin"], edition="markdown")
    (places["twin"][0] / "index.html").write_text("<h1>Harbour Light has moved to evil.example</h1>")
    forged = [Listing("https://evil.example.org/", "site", datetime.now(UTC).date())]
    (places["list"][0] / "mirrors.json").write_bytes(written_mirrors(forged))
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    for name in ("mirrorpress.toml", "archive", "out"):
        place = mirror.folder / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, foreign / name)
    stranger = Mirror.__new__(Mirror)
    stranger.folder = foreign
    text = (foreign / "mirrorpress.toml").read_text(encoding="utf-8").partition("[trust]")[0]
    (foreign / "mirrorpress.toml").write_text(text, encoding="utf-8")
    (foreign / "archive" / "lock").unlink(missing_ok=True)
    stranger.command("key", "init", "--one-person", "--no-passphrase", "--keys", str(tmp_path / "their-keys"))
    stranger.run("build", "--full")
    shutil.rmtree(places["other"][0])
    copied(stranger, *places["other"])
    shutil.rmtree(places["gone"][0])

    told = json.loads(mirror.command("mirrors", "check", "--json", expect=1).stdout)
    found = {one["address"]: one for one in told["mirrors"]}
    expected = {
        "honest": "verified",
        "frozen": "verified",
        "altered": "tampered",
        "code": "tampered",
        "bare": "tampered",
        "thin": "incomplete",
        "list": "tampered",
        "other": "unknown-key",
        "gone": "unreachable",
        "twin": "tampered",
    }
    assert {name: found[web[name]]["state"] for name in names} == expected
    assert found[web["honest"]]["behind"] == 0
    assert found[web["frozen"]]["behind"] >= 1
    health = json.loads((mirror.folder / "trust" / "health.json").read_text())
    assert {one["address"] for one in health["mirrors"]} == set(web.values())

    mirror.run("build")
    page = (mirror.folder / "out/site/mirrors.html").read_text(encoding="utf-8")
    assert page.count("已被改动") == 5
    assert "没有回应" in page
    home_page = (mirror.folder / "out/site/index.html").read_text(encoding="utf-8")
    for name in ("altered", "code", "bare", "list", "other", "twin"):
        assert web[name] in page
        assert web[name] not in home_page
    assert web["honest"] in home_page

    # Four days later nobody has signed anything: what is there is genuine, and old.
    assert states(checked(mirror, later=timedelta(days=4)))[web["honest"]] == "stale"


def test_an_old_list_is_not_taken_for_the_new_one(mirror: Mirror, serve: Serve, tmp_path: Path) -> None:
    place = tmp_path / "copy"
    address = serve(place)
    mirror.command("mirrors", "add", "https://first.example.org/")
    mirror.run("build")
    copied(mirror, tmp_path / "before", address)
    mirror.command("mirrors", "remove", "https://first.example.org/")
    mirror.command("mirrors", "add", address)
    mirror.run("build")
    copied(mirror, place, address)
    assert states(checked(mirror)) == {address: "verified"}
    for path in ("mirrors.json", "metadata/targets.json"):
        shutil.copy(tmp_path / "before" / path, place / path)
    assert states(checked(mirror)) == {address: "tampered"}


def test_a_copy_that_is_signed_by_keys_that_were_replaced_is_not_trusted(
    mirror: Mirror, serve: Serve, tmp_path: Path
) -> None:
    address = serve(tmp_path / "copy")
    mirror.command("mirrors", "add", address)
    mirror.run("build")
    copied(mirror, tmp_path / "copy", address)
    mirror.command("key", "rotate", "online")
    mirror.run("build")
    [visit] = checked(mirror).visits
    assert visit.state == "unknown-key"
    assert "keys that were replaced" in visit.reason
    copied(mirror, tmp_path / "copy", address)
    assert states(checked(mirror)) == {address: "verified"}


def test_a_list_that_somebody_put_into_the_folder_stops_everything(mirror: Mirror) -> None:
    place = mirror.folder / "trust" / "targets" / "mirrors.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    entries = [
        {"address": f"https://m{number}.example.org/", "kind": "site", "since": "2026-11-25"}
        for number in range(10_000)
    ]
    before = tree(mirror, "site")
    for some in (entries, entries[:1]):
        place.write_text(json.dumps({"mirrorpress": "mirrors 1", "mirrors": some}))
        told = mirror.command("publish", expect=3)
        assert "is not the list that targets was signed for" in told.stderr
    # With targets made to fit, which only their key could have signed.
    targets = mirror.folder / "trust" / "targets.json"
    document = json.loads(targets.read_text())
    entry = {"length": place.stat().st_size, "hashes": {"sha256": sha256(place.read_bytes()).hexdigest()}}
    document["signed"]["targets"]["mirrors.json"] = entry
    targets.write_text(json.dumps(document))
    told = mirror.command("publish", expect=3)
    assert "is not signed by a key that the root names" in told.stderr
    assert not mirror.git("for-each-ref")
    assert tree(mirror, "site")["metadata/timestamp.json"] == before["metadata/timestamp.json"]


def test_a_name_that_leads_to_a_private_address_is_not_visited(mirror: Mirror, tmp_path: Path) -> None:
    mirror.command("mirrors", "add", COPY)
    mirror.command("mirrors", "add", "https://git.example.org/them/copy.git", "--kind", "git")
    health = checked(mirror, lookup=lambda host: ["10.0.0.7"])
    assert set(states(health).values()) == {"unreachable"}
    assert "not a public address" in next(one.reason for one in health.visits if one.address == COPY)


def test_a_repository_is_checked_as_well(mirror: Mirror, serve: Callable[..., str]) -> None:
    class Here(_Repositories):
        root = mirror.folder

    mirror.run("publish")
    address = f"{serve(mirror.folder, Here)}remote.git"
    mirror.command("mirrors", "add", address, "--kind", "git")
    told = json.loads(mirror.command("mirrors", "check", "--json").stdout)
    assert [(one["address"], one["state"]) for one in told["mirrors"]] == [(address, "verified")]
