"""What a follower refuses, though it is signed: whoever stole the online key does not reach its readers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.trust.conftest import ORIGIN, Mirror, run
from tests.trust.test_attacks import relist

OWN = "https://copy.example.net/"


def followed(mirror: Mirror, copy: Path, folder: Path, *, expect: int) -> dict[str, Any]:
    """What the real command says of following a copy that lies in a folder."""
    folder.mkdir()
    (folder / "root.json").write_bytes(mirror.root)
    arguments = ("follow", copy, "here", "--key", "root.json", "--at", OWN, "--to", "www", "--json")
    status, out, words = run(*arguments, folder=folder)
    assert status == expect, words
    told: dict[str, Any] = json.loads(out)
    return told


def page_of(copy: Path) -> str:
    return str(min((copy / "pages/town").glob("*.html")).relative_to(copy))


def test_a_genuine_copy_is_followed(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    assert followed(mirror, copy, tmp_path / "follower", expect=0)["failures"] == []
    page = (tmp_path / "follower/www" / page_of(copy)).read_text(encoding="utf-8")
    assert f"{OWN}{page_of(copy)}" in page
    assert f"{ORIGIN}{page_of(copy)}" in page  # the canonical address


def test_a_folder_is_followed_by_the_name_that_it_was_given(
    mirror: Mirror, copy: Path, tmp_path: Path
) -> None:
    link = tmp_path / "www"
    link.symlink_to(copy)  # as a target of type directory makes it, to be turned elsewhere by the next run
    followed(mirror, link, tmp_path / "follower", expect=0)
    assert f'"{link}"' in (tmp_path / "follower/here/mirrorpress.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "beacon",
    [
        '<img src="https://tracker.example/p.gif" alt="">',
        "<script>fetch('https://tracker.example/')</script>",
        '<meta http-equiv="refresh" content="0;url=https://tracker.example/">',
    ],
)
def test_a_page_with_a_beacon_is_not_published(
    mirror: Mirror, copy: Path, tmp_path: Path, beacon: str
) -> None:
    path = page_of(copy)
    data = (copy / path).read_bytes().replace(b"</main>", f"{beacon}</main>".encode())
    (copy / path).write_bytes(data)
    relist(mirror, copy, path, data)
    told = followed(mirror, copy, tmp_path / "follower", expect=3)
    assert told["error"]["where"] == path
    assert "would break a promise to readers" in told["error"]["reason"]
    assert not (tmp_path / "follower/www").exists()


@pytest.mark.parametrize("name", ["../outside.html", "/outside.html", "a/../../outside.html", "con.html"])
def test_a_hostile_name_is_not_written(mirror: Mirror, copy: Path, tmp_path: Path, name: str) -> None:
    relist(mirror, copy, name, b"x")
    told = followed(mirror, copy, tmp_path / "follower", expect=1)
    assert told["failures"]
    assert not list(tmp_path.rglob("outside.html"))
    assert not (tmp_path / "follower/www").exists()


def test_a_file_that_does_not_end_is_not_read_to_its_end(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    path = page_of(copy)
    with (copy / path).open("ab") as file:
        file.truncate(1 << 40)  # sparse: of a size that would fill memory and disk
    told = followed(mirror, copy, tmp_path / "follower", expect=1)
    assert "more than the" in told["failures"][0]["reason"]


def test_a_file_that_is_signed_as_huge_is_not_asked_for(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    front = mirror.document("front", copy)
    front["targets"]["feed.xml"] = {"hashes": {"sha256": hashlib.sha256(b"").hexdigest()}, "length": 1 << 40}
    mirror.seal(copy, "front", front)
    told = followed(mirror, copy, tmp_path / "follower", expect=1)
    assert any(str(1 << 40) in one["reason"] or "entry" in one["reason"] for one in told["failures"])
