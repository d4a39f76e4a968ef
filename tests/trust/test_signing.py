"""What is signed at which build, and that it stays in step with what is published."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from mirrorpress.trust.roles import TIMESTAMP_LIFE
from tests.trust.conftest import Mirror


def files(edition: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(edition)): path.read_bytes() for path in edition.rglob("*") if path.is_file()
    }


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_a_build_that_changes_nothing_signs_nothing(mirror: Mirror) -> None:
    before = files(mirror.folder / "out")
    mirror.run("build", "-q")
    mirror.sign(after=TIMESTAMP_LIFE / 2 - timedelta(minutes=1))
    assert changed(before, files(mirror.folder / "out")) == set()


def test_what_lapses_is_renewed_and_nothing_else(mirror: Mirror) -> None:
    before = files(mirror.site)
    mirror.sign(after=TIMESTAMP_LIFE / 2 + timedelta(minutes=1))
    assert changed(before, files(mirror.site)) == {"metadata/snapshot.json", "metadata/timestamp.json"}


def test_what_was_signed_by_a_clock_that_was_ahead_is_signed_again(mirror: Mirror) -> None:
    ahead = timedelta(days=30)
    mirror.sign(after=ahead)
    then = mirror.signed_at
    mirror.sign(after=-ahead)
    assert mirror.signed_at == then - ahead
    assert mirror.document("timestamp")["version"] == 3


def test_a_lost_edition_is_signed_as_a_whole_again(mirror: Mirror) -> None:
    before = files(mirror.site)
    for path in ("metadata/pages-4-3.json", "metadata/front.json"):
        (mirror.site / path).unlink()
    (mirror.site / "index.html").write_bytes(b"")
    mirror.run("build", "--full", "-q")
    after = files(mirror.site)
    assert before.keys() == after.keys()
    assert after["index.html"] == before["index.html"]
    assert mirror.verify(mirror.site).answer == "verified"


def test_what_targets_no_longer_lists_leaves_the_edition_and_its_lists(mirror: Mirror) -> None:
    mirror.run("mirrors", "add", "https://copy.example.net/", "--kind", "site", "-q")
    mirror.run("build", "-q")
    assert b"mirrors.json" in (mirror.site / "SHA256SUMS").read_bytes()
    (mirror.folder / "trust/targets/mirrors.json").unlink()
    mirror.run("key", "renew", "-q")
    mirror.run("build", "-q")
    assert not (mirror.site / "mirrors.json").exists()
    assert b"mirrors.json" not in (mirror.site / "SHA256SUMS").read_bytes()
    assert mirror.verify(mirror.site, root=newest_root(mirror)).answer == "verified"


def test_lists_of_hashes_hold_every_file_but_those_of_signing(mirror: Mirror) -> None:
    found = files(mirror.site)
    listed: set[str] = set()
    for path in [path for path in found if path.endswith("SHA256SUMS")]:
        folder = path.removesuffix("SHA256SUMS")
        for line in found[path].decode().splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(found[folder + name]).hexdigest() == digest
            listed.add(folder + name)
    own = {path for path in found if path.startswith("metadata/")} | {"SHA256SUMS", "SHA256SUMS.sig"}
    assert listed == found.keys() - own


def newest_root(mirror: Mirror) -> bytes:
    roots = sorted(
        (mirror.folder / "trust/root").glob("*.json"), key=lambda path: int(path.name.split(".")[0])
    )
    return roots[-1].read_bytes()
