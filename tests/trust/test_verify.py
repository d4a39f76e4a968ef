"""``mirrorpress verify``: what it says of every kind of copy, and of single pages."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.trust.answers import Answer
from tests.gather.loopback import Site

from .conftest import ORIGIN, Mirror, page_of, readdress, run

HOST = "https://follower.example.net/m/"


def verified(home: Path, *arguments: str | Path, expect: int = 0) -> dict[str, Any]:
    status, out, words = run("verify", *arguments, "--json", folder=home)
    assert status == expect, out + words
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.fixture
def key(mirror: Mirror, home: Path) -> Path:
    mirror.run("key", "export", home / "mirror.root.json", "-q")
    return home / "mirror.root.json"


def in_git(copy: Path) -> Path:
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["-c", "user.name=M", "-c", "user.email=m@example.org", "commit", "--quiet", "-m", "all"],
    ):
        subprocess.run(["git", "-C", str(copy), *command], check=True)
    return copy


def test_every_kind_of_whole_copy_is_verified_in_full(
    mirror: Mirror, home: Path, key: Path, copy: Path, serve: Callable[[Path], Site]
) -> None:
    listed = sum(1 for place in copy.rglob("*") if place.is_file() and "metadata" not in place.parts)
    lists = sum(1 for place in copy.rglob("SHA256SUMS*"))
    site = serve(copy)
    folder = verified(home, copy, "--key", key)
    repository = verified(home, f"file://{in_git(copy)}", "--key", key)
    web = verified(home, site.url(), "--key", key, "--all", "--allow-private", site.host)

    for found in (folder, repository, web):
        assert (found["answer"], found["edition"], found["address"]) == ("verified", "site", ORIGIN)
        assert found["genuine"] == listed - lists
        assert (found["fresh"], found["number"], found["root"], found["notes"]) == (True, 1, 1, [])
        assert [one["fingerprint"] for one in found["keys"]] == [
            mirror.key(f"root-{n}").fingerprint for n in (1, 2, 3)
        ]


def test_of_a_site_the_front_and_a_sample_are_looked_at(
    home: Path, key: Path, copy: Path, serve: Callable[[Path], Site]
) -> None:
    site = serve(copy)
    found = verified(home, site.url(), "--key", key, "--pages", "3", "--allow-private", site.host)
    asked = {one.path for one in site.asked}

    assert found["sample"]
    assert {"/index.html", "/feed.xml", "/indexes/town.html"} <= asked
    assert len([path for path in asked if path.startswith(("/pages/", "/assets/"))]) <= 3


def test_missing_files_are_named_and_leave_the_rest_genuine(home: Path, key: Path, copy: Path) -> None:
    page = page_of(copy)
    page.unlink()
    (copy / "SHA256SUMS").unlink()
    found = verified(home, copy, "--key", key, expect=1)

    assert found["answer"] == "incomplete"
    assert found["missing"] == ["SHA256SUMS", page.relative_to(copy).as_posix()]
    assert found["altered"] == found["extra"] == []


def test_a_lapsed_edition_is_the_newest_verified_one_and_so_many_hours_old(mirror: Mirror) -> None:
    verdict = mirror.verify(mirror.site, after=timedelta(hours=80))

    assert verdict.answer is Answer.STALE
    assert verdict.known and verdict.known.lapsed


def test_the_hours_are_told(mirror: Mirror, home: Path, key: Path, copy: Path) -> None:
    mirror.date(copy, datetime.now(UTC) - timedelta(hours=100))
    status, _, words = run("verify", copy, "--key", key, folder=home)

    assert status == 1
    assert "newest verified edition, 100 hours old" in words


def test_without_its_key_a_copy_is_unknown_and_says_whose_it_claims_to_be(
    mirror: Mirror, home: Path, copy: Path
) -> None:
    found = verified(home, copy, expect=3)
    status, _, words = run("verify", copy, "-q", folder=home)

    assert found["answer"] == "unknown-key"
    assert mirror.key("root-1").fingerprint in [one["fingerprint"] for one in found["keys"]]
    assert "another way than this copy" in found["hint"]
    assert status == 3 and mirror.key("root-1").fingerprint in words


def test_a_key_is_remembered_and_the_mirrors_own_is_known_in_its_folder(
    mirror: Mirror, home: Path, key: Path, copy: Path
) -> None:
    verified(home, copy, "--key", key, "--remember")
    key.unlink()

    assert verified(home, copy)["answer"] == "verified"
    shutil.rmtree(home / "config")
    assert verified(mirror.folder, copy)["answer"] == "verified"
    assert verified(home, copy, "-c", mirror.folder / "mirrorpress.toml")["answer"] == "verified"


def test_a_key_among_many_is_found_even_after_the_online_key_changed(
    mirror: Mirror, home: Path, key: Path, copy: Path
) -> None:
    verified(home, copy, "--key", key, "--remember")
    mirror.run("key", "rotate", "online", "-q")
    mirror.sign(timedelta(minutes=-1))

    assert verified(home, mirror.site, "--fresh")["root"] == 2


def test_a_followers_copy_is_verified_with_its_own_address_found_or_given(
    home: Path, key: Path, copy: Path
) -> None:
    readdress(copy, ORIGIN, HOST)
    found = verified(home, copy, "--key", key)
    given = verified(home, copy, "--key", key, "--address", HOST)
    other = verified(home, copy, "--key", key, "--address", "https://else.example/", expect=3)

    assert found["copy_address"] == given["copy_address"] == HOST
    assert found["address"] == ORIGIN
    assert any("no SHA256SUMS" in note for note in found["notes"])
    assert other["answer"] == "tampered"


def test_a_followers_markdown_is_verified_too(mirror: Mirror, home: Path, key: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(mirror.markdown, tmp_path / "md"))
    readdress(
        copy, "https://git.example.org/team/mirror/src/branch/main/", "https://host.example/x/y/blob/main/"
    )

    assert verified(home, in_git(copy), "--key", key)["copy_address"] == "https://host.example/x/y/blob/main/"


def test_a_followers_compressed_file_must_hold_the_file_beside_it(home: Path, key: Path, copy: Path) -> None:
    readdress(copy, ORIGIN, HOST)
    packed = copy / "index.html.gz"
    packed.write_bytes(gzip.compress(b"<p>other words</p>"))
    found = verified(home, copy, "--key", key, expect=3)

    assert found["altered"] == ["index.html.gz"]


def test_a_followers_qr_code_must_say_the_followers_address(home: Path, key: Path, copy: Path) -> None:
    page = page_of(copy)
    other = Path(shutil.copytree(copy, copy.with_name("other")))
    readdress(copy, ORIGIN, HOST)
    readdress(other, ORIGIN, "https://evil.example.net/m/")
    name = page.relative_to(copy)
    codes = [
        (place / name).read_bytes().partition(b'" alt="QR"')[0].rpartition(b'"')[2] for place in (copy, other)
    ]
    page.write_bytes(page.read_bytes().replace(codes[0], codes[1]))

    assert codes[0] != codes[1]
    assert verified(home, copy, "--key", key, expect=3)["altered"] == [name.as_posix()]


# --- single pages ----------------------------------------------------------------------------


def test_a_page_on_the_web_is_verified_from_cold_with_few_requests(
    home: Path, key: Path, copy: Path, serve: Callable[[Path], Site]
) -> None:
    site = serve(copy)
    path = page_of(copy).relative_to(copy).as_posix()
    found = verified(home, site.url(f"/{path}"), "--key", key, "--allow-private", site.host)
    fetched = [one.path for one in site.asked]
    sizes = {
        path: place.stat().st_size for place in copy.rglob("*") for path in [f"/{place.relative_to(copy)}"]
    }
    known = sum(sizes.get(one, 0) for one in fetched)

    assert (found["answer"], found["genuine"]) == ("verified", 1)
    assert len([one for one in fetched if one.startswith("/metadata/")]) == 6
    assert len(fetched) == 7  # with the page itself
    assert known - len(page_of(copy).read_bytes()) < 64_000


def test_a_page_is_handed_on_with_its_proof_and_checked_offline(
    home: Path, key: Path, copy: Path, serve: Callable[[Path], Site]
) -> None:
    readdress(copy, ORIGIN, HOST)
    page = page_of(copy)
    verified(home, page, "--key", key, "--save-proof", "page.proof.json")
    shutil.copy(page, home / "saved.html")
    shutil.rmtree(copy)
    found = verified(home, "saved.html", "--proof", "page.proof.json", "--key", key)
    text = (home / "saved.html").read_text("utf-8").replace("<p>", "<p>Not so: ", 1)
    (home / "saved.html").write_text(text, encoding="utf-8")
    altered = verified(home, "saved.html", "--proof", "page.proof.json", "--key", key, expect=3)

    assert (found["answer"], found["copy_address"]) == ("verified", HOST)
    assert altered["answer"] == "tampered"
    assert altered["altered"] == [page.relative_to(copy).as_posix()]


@pytest.mark.parametrize("whole", [True, False])
def test_a_saved_page_is_verified_by_what_stands_where_it_is_from(
    home: Path, key: Path, copy: Path, serve: Callable[[Path], Site], whole: bool
) -> None:
    site = serve(copy)
    page = page_of(copy)
    shutil.copy(page, home / "saved.html")
    at = site.url("/" + (page.relative_to(copy).as_posix() if whole else ""))

    found = verified(home, "saved.html", "--at", at, "--key", key, "--allow-private", site.host)
    assert (found["answer"], found["genuine"]) == ("verified", 1)


def test_a_page_below_a_longer_address_finds_its_edition(
    home: Path, key: Path, copy: Path, serve: Callable[[Path], Site]
) -> None:
    site = serve(copy)
    site.pages = {f"/team/mirror{path}": reply for path, reply in site.pages.items()}
    path = page_of(copy).relative_to(copy).as_posix()
    found = verified(home, site.url(f"/team/mirror/{path}"), "--key", key, "--allow-private", site.host)

    assert found["answer"] == "verified"


def test_a_front_page_needs_no_list_of_pages(
    home: Path, key: Path, copy: Path, serve: Callable[[Path], Site]
) -> None:
    site = serve(copy)
    verified(home, site.url("/index.html"), "--key", key, "--allow-private", site.host)

    assert not [one.path for one in site.asked if one.path.startswith("/metadata/pages")]


# --- wrong use -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere",),
        ("x.html", "--proof", "y.json"),
        (".", "--remember"),
        (".", "--fresh", "--state", "s"),
        (".", "--save-proof", "p.json"),
        (".", "--key", "bad.json"),
        (".", "--all", "--pages", "3"),
    ],
)
def test_wrong_use_is_told(home: Path, arguments: tuple[str, ...]) -> None:
    (home / "bad.json").write_text('{"signed": 1}', encoding="utf-8")
    error = verified(home, *arguments, expect=2)["error"]

    assert error["reason"] and error["hint"]


def test_a_proof_that_is_none_is_refused(home: Path, key: Path) -> None:
    (home / "saved.html").write_text("x", encoding="utf-8")
    (home / "odd.json").write_text("[" * 100_000, encoding="utf-8")

    assert (
        "is no proof"
        in verified(home, "saved.html", "--proof", "odd.json", "--key", key, expect=3)["error"]["reason"]
    )
