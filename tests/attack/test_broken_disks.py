"""Disks that are full, forbidden or damaged: a clear line, and all is well once the disk is."""

from __future__ import annotations

import ctypes
import io
import json
import resource
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.attack.siege import Mirror, Outcome, Reply, Site, environment, git


def fill(site: Site, mirror: Mirror, count: int = 7) -> Path:
    """Articles with a picture each, to be pushed to a remote; returns the remote."""
    items = []
    for n in range(count):
        picture = io.BytesIO()
        Image.new("RGB", (400, 300), (n * 20, 90, 200 - n * 10)).save(picture, "PNG")
        site.pages[f"/{n}.png"] = Reply(picture.getvalue(), headers={"Content-Type": "image/png"})
        figure = f'<figure><img src="/{n}.png" alt="Boat {n}"><figcaption>Boat {n}</figcaption></figure>'
        items.append(site.story(f"/{n}.html", f"Number {n}", extra=figure))
    site.feed("/f.xml", items)
    remote = mirror.folder / "remote.git"
    target = f'[[targets]]\ntype = "git"\nedition = "markdown"\nurl = {json.dumps(str(remote))}'
    mirror.configure(site, {"news": "/f.xml"}, targets=target)
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    return remote


def pushed(remote: Path) -> dict[str, str]:
    """The remote's files with their blobs."""
    lines = git("ls-tree", "-r", "-z", "main", cwd=remote).rstrip("\0").split("\0")
    return {line.partition("\t")[2]: line.split()[2] for line in lines}


def told(outcome: Outcome, part: str) -> dict[str, str]:
    assert outcome.status == 1, outcome
    failure = outcome.failure(part)
    assert failure["hint"]
    return failure


def test_a_disk_that_fills_up_at_any_point_loses_nothing(mirror: Mirror, site: Site) -> None:
    """A limit on the size of files stands for a full disk: writes beyond it fail in the same way."""
    remote = fill(site, mirror)
    for kilobytes in (1, 60, 130, 200):
        limit = kilobytes * 1000

        def shrink(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        # Python itself would leave half a .pyc behind, which fails every later start.
        outcome = mirror.run(preexec_fn=shrink, env=environment(PYTHONDONTWRITEBYTECODE="1"))
        assert outcome.status in (0, 1)
        if outcome.status:
            assert outcome.json["failures"]
    outcome = mirror.run()
    assert (outcome.status, outcome.json["failures"]) == (0, [])
    assert len(mirror.pages()) == 7
    assert all("](../../assets/" in page for page in mirror.pages().values())
    assert pushed(remote).keys() == mirror.tree().keys()
    before = mirror.tree()
    assert mirror.call("build", "--full").status == 0
    assert mirror.tree() == before


def test_what_is_damaged_or_missing_is_named_and_mended(mirror: Mirror, site: Site) -> None:
    remote = fill(site, mirror)
    assert mirror.run().status == 0
    good, archive = mirror.tree(), mirror.folder / "archive"

    # A picture lost from the archive and from the edition: its page is built all the same.
    asset = next(path for path in good if path.startswith("assets/"))
    (archive / asset).rename(archive / "lost")
    shutil.rmtree(mirror.folder / "out")
    failure = told(mirror.run(), asset)
    assert (failure["stage"], "gone from the archive" in failure["reason"]) == ("build", True)
    assert mirror.tree() == {path: mark for path, mark in good.items() if path != asset}
    (archive / "lost").rename(archive / asset)
    assert mirror.call("build", "--full").status == 0
    assert mirror.tree() == good

    # The edition's folder lost, or edited.
    shutil.rmtree(mirror.folder / "out")
    assert mirror.call("publish").status == 0
    assert mirror.tree() == good
    (mirror.out / "README.md").write_text("edited", encoding="utf-8")
    assert mirror.call("build", "--full").status == 0
    assert mirror.tree() == good
    (mirror.out / "pages" / "news" / "3.md").unlink()
    site.feed("/f.xml", [site.story("/3.html", "Number 3 again")])
    assert mirror.run().status == 0
    assert pushed(remote).keys() == mirror.tree().keys()

    # A capture file lost or damaged: what it held is named, the rest is read again.
    capture = max((archive / "captures").rglob("*.warc.gz"), key=lambda path: path.stat().st_size)
    kept = capture.read_bytes()
    for damaged in (kept[: len(kept) // 2], kept[:1000] + b"\0" * 200 + kept[1200:], None):
        capture.write_bytes(damaged) if damaged is not None else capture.unlink()
        outcome = mirror.call("sync", "--from-captures", "--json")
        assert outcome.status == 1
        assert all("capture" in one["reason"] and one["hint"] for one in outcome.json["failures"])
        assert outcome.json["failed"] + outcome.json["unchanged"] + outcome.json["updated"] == 7
    capture.write_bytes(kept)
    assert mirror.call("sync", "--from-captures").status == 0
    assert mirror.run().status == 0


def test_an_index_that_cannot_be_read_is_named_and_left_alone(mirror: Mirror, site: Site) -> None:
    site.feed("/f.xml", [site.story(f"/{n}.html", f"Number {n}") for n in range(3)])
    mirror.configure(site, {"news": "/f.xml"})
    assert mirror.run().status == 0
    index = mirror.folder / "archive" / "index.sqlite"
    good, edition = index.read_bytes(), mirror.tree()

    ruins = {
        "run": b"this is no database" * 500,
        "status": good[: len(good) // 2],
        "build": good[:100] + b"\xff" * 8000 + good[8100:],
    }
    for command, ruin in ruins.items():
        index.write_bytes(ruin)
        failure = told(mirror.call(command, "--json"), "index.sqlite")
        assert failure["stage"] == "store"
        assert "backup" in failure["hint"]
        assert index.read_bytes() == ruin
    assert mirror.tree() == edition
    index.write_bytes(good)
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA user_version = 99")
    failure = told(mirror.call("run", "--json"), "index.sqlite")
    assert "version 99" in failure["reason"]
    assert "install" in failure["hint"]
    index.write_bytes(good)
    outcome = mirror.run()
    assert (outcome.status, outcome.json["bytes_written"]) == (0, 0)


@pytest.mark.parametrize("place", ["archive", "archive/captures", "out", "out/markdown/README.md"])
def test_something_in_the_way_of_a_file_is_named(mirror: Mirror, site: Site, place: str) -> None:
    site.feed("/f.xml", [site.story("/1.html", "Number one")])
    mirror.configure(site, {"news": "/f.xml"})
    path = mirror.folder / place
    if place.endswith(".md"):
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("in the way", encoding="utf-8")
    outcome = mirror.run()
    assert outcome.status == 1
    assert any(str(path) in one["url"] or place in one["reason"] for one in outcome.json["failures"]), (
        outcome.err
    )
    path.rmdir() if path.is_dir() else path.unlink()
    assert mirror.run().status == 0
    assert len(mirror.pages()) == 1


def without_power() -> None:
    """Root may write everywhere unless it gives these rights up (capabilities(7)); others lack them anyway."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.parametrize("place", ["archive", "out"])
def test_a_folder_that_may_not_be_written_is_named(mirror: Mirror, site: Site, place: str) -> None:
    site.feed("/f.xml", [site.story("/1.html", "Number one")])
    mirror.configure(site, {"news": "/f.xml"})
    assert mirror.run().status == 0
    site.feed("/f.xml", [site.story("/1.html", "Number one"), site.story("/2.html", "Number two")])
    paths = [mirror.folder / place, *(mirror.folder / place).rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(modes[path] & ~0o222)
    outcome = mirror.run(preexec_fn=without_power)
    assert outcome.status == 1
    assert any(f"/{place}" in one["url"] for one in outcome.json["failures"]), outcome.err
    mirror.call("status", preexec_fn=without_power)
    for path, mode in modes.items():
        path.chmod(mode)
    assert mirror.run().status == 0
    assert len(mirror.pages()) == 2
