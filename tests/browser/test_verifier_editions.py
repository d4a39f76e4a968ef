"""The verifier that a real mirror publishes, of its editions, of a follower's copy and of single pages."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from mirrorpress.app.newsroom import Newsroom
from mirrorpress.editions.copies import readdressed
from mirrorpress.trust.roles import bin_name, is_front, metadata_path
from tests.end_to_end.conftest import Mirror
from tests.end_to_end.test_following import FIRST, Follower, Web
from tests.end_to_end.test_site import ADDRESS, PAGE, with_site

from .verifying import Verifier, opening, zipped

EDITIONS = ("site", "markdown")


@dataclass
class Signed:
    """A mirror with keys after its first run, and the folder of a follower's copy of its site; to be looked
    at only."""

    mirror: Mirror
    copy: Path

    def out(self, edition: str) -> Path:
        return self.mirror.folder / "out" / edition

    def files(self, edition: str) -> dict[str, bytes]:
        return files_in(self.out(edition))


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    folder = tmp_path_factory.mktemp("signed")
    (folder / "origin").mkdir()
    with Newsroom() as newsroom:
        mirror = with_site(Mirror(folder / "origin", newsroom), 'feeds = "full"', "short_addresses = true")
        mirror.command("key", "init", "--keys", str(folder / "keys"), "--no-passphrase")
        mirror.run()
        mirror.command("key", "export", str(folder / "origin.root.json"))
        web = Web(mirror.folder / "out" / "site")
        follower = Follower(folder / "follower")
        follower.follow(web.url, folder / "origin.root.json", FIRST)
        web.close()
    yield Signed(mirror, follower.www.resolve())


@pytest.fixture
def verifier(browser: Browser, signed: Signed, tmp_path: Path) -> Iterator[Verifier]:
    """As a reader has it, who took it from the site."""
    file = tmp_path / "verify.html"
    shutil.copy(signed.out("site") / "verify.html", file)
    with opening(browser, file, tmp_path) as opened:
        yield opened


def proof_of(files: dict[str, bytes], path: str, address: str) -> bytes:
    """The proof of a page, from its edition."""

    def role(name: str) -> Any:
        return json.loads(files[metadata_path(name)])

    proof: dict[str, Any] = {"mirrorpress": "proof 1", "path": path, "address": address}
    roots = sum(path.endswith(".root.json") for path in files)
    proof["root"] = [json.loads(files[metadata_path("root", n)]) for n in range(1, roots + 1)]
    proof |= {name: role(name) for name in ("timestamp", "snapshot", "targets")}
    if is_front(path):
        proof["front"] = role("front")
    else:
        proof["pages"] = role("pages")
        bits = proof["pages"]["signed"]["delegations"]["succinct_roles"]["bit_length"]
        first = int.from_bytes(hashlib.sha256(path.encode()).digest()[:4])
        proof["bin"] = role(bin_name(bits, first >> (32 - bits)))
    return json.dumps(proof).encode()


def test_every_edition_and_copy_has_the_verifier_whose_hash_the_operator_is_shown(signed: Signed) -> None:
    shown = json.loads(signed.mirror.command("key", "show", "--json").stdout)["verifier"]
    for folder in (*map(signed.out, EDITIONS), signed.copy):
        assert hashlib.sha256((folder / "verify.html").read_bytes()).hexdigest() == shown
        targets = json.loads((folder / "metadata/targets.json").read_bytes())
        assert targets["signed"]["targets"]["verify.html"]["hashes"]["sha256"] == shown
    assert shown in signed.mirror.command("key", "show").stderr


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_is_genuine_and_one_byte_tells(verifier: Verifier, signed: Signed, edition: str) -> None:
    said = verifier.choose(signed.out(edition))
    assert (said["answer"], set(said["states"].values())) == ("verified", {"signed"})
    files = signed.files(edition)
    assert verifier.check({"mirror-main.zip": zipped(files, "mirror-main/")})["answer"] == "verified"
    page = next(path for path in files if path.startswith("pages/"))
    for path in (page, "feed.xml", "verify.html", next(path for path in files if path.endswith(".webp"))):
        altered = bytearray(files[path])
        altered[len(altered) // 2] ^= 1
        said = verifier.check({"mirror.zip": zipped({**files, path: bytes(altered)})})
        assert (said["answer"], said["states"][path]) == ("tampered", "altered"), path


def test_a_followers_copy_is_genuine_and_one_byte_tells(verifier: Verifier, signed: Signed) -> None:
    said = verifier.choose(signed.copy)
    assert said["answer"] == "verified"
    assert {"signed", "copy"} == set(said["states"].values())
    assert FIRST in (verifier.page.text_content("#answer") or "")
    files = files_in(signed.copy)
    assert files["metadata/copy.json"]
    for hint in (None, b"x", b"{}", b'{"address": "https://other.example/"}', b" " * 5000):
        named = {path: data for path, data in files.items() if path != "metadata/copy.json"}
        named |= {"metadata/copy.json": hint} if hint is not None else {}
        assert verifier.check({"copy.zip": zipped(named)})["answer"] == "verified", hint
    altered = files[PAGE].replace(FIRST.encode(), b"https://evil.example/", 1)
    assert altered != files[PAGE]
    said = verifier.check({"copy.zip": zipped({**files, PAGE: altered})})
    assert (said["answer"], said["states"][PAGE]) == ("tampered", "altered")


def test_one_copy_has_one_address(verifier: Verifier, signed: Signed) -> None:
    files = files_in(signed.copy)
    moved = readdressed(PAGE, files[PAGE], FIRST, "https://elsewhere.example/")
    said = verifier.check({"copy.zip": zipped({**files, PAGE: moved})})
    assert (said["answer"], said["states"][PAGE]) == ("tampered", "altered")


@pytest.mark.parametrize(
    "own",
    [
        "https://git.example.org/",
        "https://git.example.org/x/y/src/branch/main/",
        "https://mirror.example.org/a/",
    ],
)
def test_a_copy_on_a_git_host_is_genuine_codes_and_feeds_too(
    verifier: Verifier, signed: Signed, own: str
) -> None:
    files = signed.files("markdown")
    theirs = json.loads(files["metadata/timestamp.json"])["signed"]["x-mirrorpress"]["address"]
    moved = {path: readdressed(path, data, theirs, own) for path, data in files.items()}
    assert sum(moved[path] != data for path, data in files.items()) > 20
    said = verifier.check({"main.zip": zipped(moved, "mirror-main/")})
    assert said["answer"] == "verified"
    code = next(path for path in files if path.startswith("qr/"))
    said = verifier.check({"main.zip": zipped({**moved, code: files[code]}, "mirror-main/")})
    assert said["states"].get(code) in (None, "signed"), "the code of the origin, as it was signed"
    other = next(path for path in files if path.startswith("qr/") and path != code)
    said = verifier.check({"main.zip": zipped({**moved, code: moved[other]}, "mirror-main/")})
    assert (said["answer"], said["states"][code]) == ("tampered", "altered")


@pytest.mark.parametrize("path", [PAGE, "index.html", "feeds/p2.xml"])
def test_a_page_with_its_proof_is_genuine_from_the_mirror_and_from_a_copy(
    verifier: Verifier, signed: Signed, path: str
) -> None:
    name = path.rpartition("/")[2]
    ours, copied = signed.files("site"), files_in(signed.copy)
    for files, address in ((ours, ADDRESS), (copied, FIRST)):
        proof = {"page.proof.json": proof_of(files, path, address)}
        assert verifier.check({name: files[path], **proof})["answer"] == "verified"
        altered = files[path].replace(b"<", b"< ", 1)
        assert verifier.check({name: altered, **proof})["answer"] == "tampered"


def test_after_a_change_of_keys_old_and_new_verifiers_know_what_to_trust(
    browser: Browser, signed: Signed, tmp_path: Path
) -> None:
    mirror, before = copy(signed.mirror), signed.out("site")
    mirror.folder = shutil.copytree(mirror.folder, tmp_path / "later")
    mirror.command("key", "rotate", "online")
    mirror.run("build")
    now = mirror.folder / "out" / "site"
    assert (now / "verify.html").read_bytes() != (before / "verify.html").read_bytes()
    with opening(browser, before / "verify.html", tmp_path) as old:
        assert old.choose(now)["answer"] == "verified"
        assert old.choose(before)["answer"] == "verified", "it cannot know what came later"
    with opening(browser, now / "verify.html", tmp_path) as new:
        assert new.choose(now)["answer"] == "verified"
        assert new.choose(before)["answer"] == "unknown-key"
