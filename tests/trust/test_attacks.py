"""Attacks on copies of a mirror, each through the client that readers have. None may pass for genuine."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.errors import FetchError
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.gather.places import Folder, Repository, place_at
from mirrorpress.gather.places import Site as WebPlace
from mirrorpress.model import FetchPolicy
from mirrorpress.pipeline.verifying import Verdict, Verifier
from mirrorpress.trust import documents
from mirrorpress.trust.answers import Answer
from mirrorpress.trust.roles import role_of
from tests.gather.loopback import Reply, Site

from .conftest import ORIGIN, Mirror, page_of, readdress, written

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Serve = Callable[[Path], Site]


def verify_site(mirror: Mirror, site: Site, *, limit: float = 60.0) -> Verdict:
    """What the client says of all of a site."""
    with Fetcher(FetchPolicy(allow_private=(site.host,), delay=0, timeout=limit)) as fetcher:
        verifier = Verifier(mirror.root, None, mirror.signed_at + MINUTE)
        return verifier.copy(WebPlace(site.url(), fetcher.fetch), sample=None)


# --- files -----------------------------------------------------------------------------------


def test_an_altered_page(mirror: Mirror, copy: Path) -> None:
    page = page_of(copy)
    page.write_bytes(page.read_bytes().replace(b"</p>", b" It is all untrue.</p>", 1))
    verdict = mirror.verify(copy)

    assert verdict.answer is Answer.TAMPERED
    assert verdict.findings.altered == [page.relative_to(copy).as_posix()]


def test_an_added_page(mirror: Mirror, copy: Path) -> None:
    for path in ("pages/town/forged.html", "metadata/forged.html", "deep/er/SHA256SUMS"):
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text("<p>Forged.</p>", encoding="utf-8")
    verdict = mirror.verify(copy)

    assert verdict.answer is Answer.TAMPERED
    assert verdict.findings.extra == ["deep/er/SHA256SUMS", "metadata/forged.html", "pages/town/forged.html"]


def test_a_removed_page(mirror: Mirror, copy: Path) -> None:
    page = page_of(copy)
    page.unlink()

    assert mirror.verify(copy).answer is Answer.INCOMPLETE
    assert mirror.verify(copy).findings.missing == [page.relative_to(copy).as_posix()]


def test_a_page_in_place_of_another(mirror: Mirror, copy: Path) -> None:
    pages = sorted((copy / "pages").rglob("*.html"))
    shutil.copy(pages[0], pages[1])

    assert mirror.verify(copy).findings.altered == [pages[1].relative_to(copy).as_posix()]


def test_a_list_of_hashes_that_fits_the_altered_page(mirror: Mirror, copy: Path) -> None:
    place = copy / page_of(copy).parent.relative_to(copy) / "SHA256SUMS"
    place.write_bytes(place.read_bytes().replace(b"a", b"b"))
    signature = copy / "SHA256SUMS.sig"
    signature.write_bytes(signature.read_bytes().replace(b"\n", b"\nAAAA", 3))

    assert mirror.verify(copy).findings.altered == [
        "SHA256SUMS.sig",
        place.relative_to(copy).as_posix(),
    ]


def test_a_followers_compromised_host(mirror: Mirror, copy: Path) -> None:
    readdress(copy, ORIGIN, "https://follower.example.net/")
    page = page_of(copy)
    text = page.read_bytes()
    for forged in (
        text.replace(b"</p>", b" It is all untrue.</p>", 1),
        text.replace(b"https://follower.example.net/", b"https://evil.example.net/"),  # leads readers away
        text.replace(b'href="../../', b'href="https://evil.example.net/', 1),
        text + b"<script src=evil.js></script>",
    ):
        assert forged != text
        page.write_bytes(forged)
        assert mirror.verify(copy).findings.altered == [page.relative_to(copy).as_posix()]
    page.write_bytes(text)
    assert mirror.verify(copy).answer is Answer.VERIFIED


# --- time ------------------------------------------------------------------------------------


def test_rollback_to_an_edition_older_than_what_was_seen(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    mirror.sign(2 * DAY)
    assert mirror.verify(mirror.site, state=state).answer is Answer.VERIFIED
    verdict = mirror.verify(copy, state=state)

    assert verdict.answer is Answer.TAMPERED
    assert "older than what was seen before" in verdict.reason
    assert mirror.verify(copy, after=-DAY).answer is not Answer.TAMPERED  # it is genuine, and judged alone


def test_rollback_of_the_snapshot_by_whoever_holds_the_online_key(
    mirror: Mirror, copy: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    mirror.sign(2 * DAY)
    mirror.verify(mirror.site, state=state)
    old = mirror.document("snapshot", copy)
    mirror.seal_freshness(copy, 9, **{documents.OWN: mirror.document("timestamp")[documents.OWN]})
    snapshot = {**old, "version": 9, "meta": {**old["meta"], "front.json": {"version": 1}}}
    mirror.seal(copy, "snapshot", snapshot)
    mirror.seal_freshness(copy, 9)
    mirror.date(mirror.site, mirror.signed_at, number=8)

    moved = {**mirror.document("snapshot"), "meta": {**old["meta"], "front.json": {"version": 4}}}
    mirror.seal(mirror.site, "snapshot", moved)
    mirror.seal_freshness(mirror.site, 8)
    assert mirror.verify(mirror.site, state=state).answer is Answer.TAMPERED  # there is no front 4
    assert mirror.verify(copy, state=state).answer is Answer.TAMPERED


def test_freeze(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    fresh = mirror.verify(copy, state=state)
    frozen = mirror.verify(copy, state=state, after=4 * DAY)

    assert fresh.answer is Answer.VERIFIED
    assert frozen.answer is Answer.STALE


def test_mix_and_match(mirror: Mirror, copy: Path) -> None:
    mirror.run("build", "--full", "-q")
    place = mirror.folder / "mirrorpress.toml"
    place.write_text(place.read_text("utf-8").replace("Harbour Light", "Harbour Dark"), encoding="utf-8")
    mirror.run("build", "-q")
    for role in ("front", "snapshot", "timestamp", "pages-4-3"):
        mixed = Path(shutil.copytree(copy, copy.with_name(f"mixed-{role}")))
        shutil.copy(mirror.site / f"metadata/{role}.json", mixed / f"metadata/{role}.json")
        assert mirror.verify(mixed).answer is Answer.TAMPERED, role


def test_fast_forward_and_recovery(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    mirror.seal_freshness(copy, 2**31 - 1)
    assert mirror.verify(copy, state=state).answer is Answer.VERIFIED  # whoever holds the key can say so
    assert mirror.verify(mirror.site, state=state).answer is Answer.TAMPERED  # stuck …
    mirror.run("key", "rotate", "online", "-q")
    mirror.sign(MINUTE)
    assert mirror.verify(mirror.site, state=state).answer is Answer.VERIFIED  # … until the key is rotated


@pytest.mark.parametrize("after", [-3 * DAY, timedelta(days=-20_000)])
def test_a_clock_that_is_behind_never_says_fresh(mirror: Mirror, after: timedelta) -> None:
    verdict = mirror.verify(mirror.site, after=after)

    assert verdict.answer is Answer.STALE
    assert verdict.known and not verdict.known.lapsed


def test_a_clock_that_is_three_days_ahead_says_stale_and_not_forged(mirror: Mirror) -> None:
    verdict = mirror.verify(mirror.site, after=3 * DAY + MINUTE)

    assert verdict.answer is Answer.STALE
    assert verdict.known and verdict.known.lapsed


def test_clocks_may_differ_by_minutes(mirror: Mirror) -> None:
    assert mirror.verify(mirror.site, after=-4 * MINUTE).answer is Answer.VERIFIED
    assert mirror.verify(mirror.site, after=-6 * MINUTE).answer is Answer.STALE


# --- keys ------------------------------------------------------------------------------------


def test_a_foreign_key(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    mirror.run("key", "init", "--no-passphrase", "-c", other(mirror, tmp_path), "--keys", tmp_path / "theirs")
    theirs = Mirror(tmp_path / "other", tmp_path / "theirs")
    verdict = mirror.verify(mirror.site, root=theirs.root)

    assert verdict.answer is Answer.UNKNOWN_KEY
    for role in ("timestamp", "snapshot", "front", "pages"):  # the mirror's root, with another's signatures
        forged = Path(shutil.copytree(copy, copy.with_name(f"forged-{role}")))
        Mirror(mirror.folder, theirs.keys).seal(forged, role, mirror.document(role))
        assert mirror.verify(forged).answer is Answer.TAMPERED, role


def other(mirror: Mirror, tmp_path: Path) -> Path:
    """The configuration of another mirror, without keys."""
    text = (mirror.folder / "mirrorpress.toml").read_text("utf-8").partition("\n[trust]")[0]
    (tmp_path / "other").mkdir()
    (tmp_path / "other/mirrorpress.toml").write_text(text, encoding="utf-8")
    return tmp_path / "other/mirrorpress.toml"


def test_one_of_two_root_signatures(mirror: Mirror, copy: Path) -> None:
    root: dict[str, Any] = json.loads(mirror.root)["signed"]
    new = {**root, "version": 2}
    mirror.seal(copy, "2.root", new, "root-1")
    assert mirror.verify(copy).answer is Answer.TAMPERED
    mirror.seal(copy, "2.root", new, "root-1", "online")  # a key that is none of root's does not count
    assert mirror.verify(copy).answer is Answer.TAMPERED
    data = json.loads((copy / "metadata/2.root.json").read_bytes())
    data["signatures"] = data["signatures"][:1] * 2  # nor does one that signs twice
    (copy / "metadata/2.root.json").write_text(json.dumps(data), encoding="utf-8")
    assert mirror.verify(copy).answer is Answer.TAMPERED
    mirror.seal(copy, "2.root", new, "root-1", "root-3")
    assert mirror.verify(copy).answer is Answer.VERIFIED


def test_a_stolen_online_key_before_and_after_it_is_rotated(
    mirror: Mirror, copy: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    page = page_of(copy)
    path = page.relative_to(copy).as_posix()
    page.write_text("<p>Forged.</p>", encoding="utf-8")
    relist(mirror, copy, path, page.read_bytes())
    mirror.seal_freshness(copy, 2)
    forged = mirror.verify(copy).findings
    assert path not in forged.altered, "until somebody notices, the key that signs pages can sign pages"

    mirror.run("key", "rotate", "online", "-q")
    mirror.sign(MINUTE)
    assert mirror.verify(mirror.site, state=state).answer is Answer.VERIFIED
    assert mirror.verify(copy, state=state).answer is Answer.TAMPERED  # by whoever saw the new root
    shutil.copy(mirror.site / "metadata/2.root.json", copy / "metadata/2.root.json")
    assert mirror.verify(copy).answer is Answer.TAMPERED  # and wherever it stands


def test_the_online_key_can_add_no_file_that_only_targets_may_list(mirror: Mirror, copy: Path) -> None:
    (copy / "mirrors.json").write_text("{}", encoding="utf-8")
    relist(mirror, copy, "mirrors.json", b"{}", role="front")
    mirror.seal_freshness(copy, 2)

    assert mirror.verify(copy).findings.extra == ["mirrors.json"]


def test_a_list_has_a_say_only_in_its_own_files(mirror: Mirror, copy: Path) -> None:
    for path in ("pages/town/new.html", "new.html"):
        (copy / path).write_text("new", encoding="utf-8")
    relist(mirror, copy, "pages/town/new.html", b"new", role="front")
    relist(mirror, copy, "new.html", b"new", role="pages-4-0")
    mirror.seal_freshness(copy, 2)

    assert mirror.verify(copy).findings.extra == ["new.html", "pages/town/new.html"]


def relist(mirror: Mirror, copy: Path, path: str, data: bytes, role: str = "") -> None:
    """Put a file into a list with the stolen online key; the snapshot goes along."""
    role = role or role_of(path, 4)
    signed = mirror.document(role, copy)
    signed["targets"][path] = {"hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "length": len(data)}
    mirror.seal(copy, role, signed)


# --- hostile documents -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "a\\b",
        "a\nb",
        ".git/config",
        "a/.GIT/config",
        "git~1/config",
        "C:/x",
        "a//b",
        "",
        "a/./b",
        "trailing./x",
        "nul\x7f",
    ],
)
def test_hostile_names_in_a_signed_list(mirror: Mirror, copy: Path, name: str) -> None:
    signed = mirror.document("front", copy)
    entry = {"hashes": {"sha256": "00" * 32}, "length": 1}
    role = role_of(name, 4)
    signed = mirror.document(role, copy)
    signed["targets"][name] = entry
    try:
        mirror.seal(copy, role, signed)
    except ValueError:  # canonical JSON has no way to write it; as an attacker would, by hand
        (copy / f"metadata/{role}.json").write_text(
            json.dumps({"signatures": [], "signed": signed}), encoding="utf-8"
        )
    mirror.seal_freshness(copy, 2)
    verdict = mirror.verify(copy)

    assert verdict.answer is Answer.TAMPERED
    assert f"metadata/{role}.json" in verdict.findings.altered


@pytest.mark.parametrize(
    "entry",
    [
        {"hashes": {"sha256": "00"}, "length": 1},
        {"hashes": {"sha256": 7}, "length": 1},
        {"hashes": {"sha256": "00" * 32}, "length": -1},
        {"hashes": {"sha256": "00" * 32}, "length": True},
        {"hashes": {"sha256": "00" * 32}, "length": 10**400},
        {"hashes": {"sha512": "00" * 64}, "length": 1},
        {"hashes": {"sha256": "00" * 32}, "length": 1, "custom": {"neutral": "zz"}},
        {"hashes": {"sha256": "00" * 32}, "length": 1, "custom": 3},
        ["x"],
    ],
)
def test_hostile_entries_in_a_signed_list(mirror: Mirror, copy: Path, entry: Any) -> None:
    signed = mirror.document("front", copy)
    signed["targets"]["x.html"] = entry
    mirror.seal(copy, "front", signed)
    mirror.seal_freshness(copy, 2)

    assert "metadata/front.json" in mirror.verify(copy).findings.altered


NESTED = b"[" * 1_000_000
HOSTILE: Mapping[str, bytes] = {
    "nested": NESTED,
    "nested within": b'{"signatures":[],"signed":' + NESTED + b"]" * 1_000_000 + b"}",
    "huge number": b'{"signatures":[],"signed":{"version":' + b"9" * 100_000 + b"}}",
    "not a number": b'{"signatures":[],"signed":{"_type":"timestamp","version":NaN}}',
    "no object": b"null",
    "no UTF-8": b"\xff\xfe\x00",
    "empty": b"",
    "half a surrogate pair": b'{"signatures":[],"signed":{"_type":"\\ud800"}}',
    "oversized": b" " * 3_000_001,
}


@pytest.mark.parametrize(
    "role", ["timestamp", "snapshot", "targets", "front", "pages", "pages-4-0", "2.root"]
)
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_documents(mirror: Mirror, copy: Path, role: str, data: bytes) -> None:
    (copy / f"metadata/{role}.json").write_bytes(data)

    assert mirror.verify(copy).answer is Answer.TAMPERED


def test_a_key_twice_in_a_document_says_nothing_that_is_not_signed(mirror: Mirror, copy: Path) -> None:
    place = copy / "metadata/front.json"
    place.write_bytes(place.read_bytes().replace(b'"targets":{', b'"targets":{"forged.html":{},', 1))
    assert mirror.verify(copy).answer is Answer.TAMPERED
    shutil.copy(mirror.site / "metadata/front.json", place)
    place.write_bytes(
        place.read_bytes().replace(b'{"_type"', b'{"version":9,"_type"', 1)
    )  # the last one counts
    assert mirror.verify(copy).answer is Answer.VERIFIED


def test_four_billion_lists_of_pages(mirror: Mirror, copy: Path) -> None:
    for bits in (32, 17):
        signed = mirror.document("pages", copy)
        signed["delegations"]["succinct_roles"].update(bit_length=bits, name_prefix=f"pages-{bits}")
        mirror.seal(copy, "pages", signed)
        assert mirror.verify(copy).answer is Answer.TAMPERED


def test_a_timestamp_that_lapsed_before_it_was_signed(mirror: Mirror, copy: Path) -> None:
    far = written(mirror.signed_at + timedelta(days=9000))
    own = {**mirror.document("timestamp")[documents.OWN], "signed": far}
    mirror.seal_freshness(copy, 2, expires=written(mirror.signed_at), **{documents.OWN: own})

    assert mirror.verify(copy).answer is Answer.TAMPERED


@pytest.mark.parametrize(
    "own", [None, {"edition": "site"}, {"edition": 3, "address": "", "signed": "x"}, "x"]
)
def test_a_timestamp_without_our_words(mirror: Mirror, copy: Path, own: Any) -> None:
    mirror.seal_freshness(copy, 2, **{documents.OWN: own})

    assert mirror.verify(copy).answer is Answer.TAMPERED


def test_a_hostile_name_of_an_edition_stays_within_the_state(
    mirror: Mirror, copy: Path, tmp_path: Path
) -> None:
    own = {**mirror.document("timestamp")[documents.OWN], "edition": "../../../escaped"}
    mirror.seal_freshness(copy, 2, **{documents.OWN: own})
    mirror.verify(copy, state=tmp_path / "deep/er/state")

    assert [place.name for place in (tmp_path / "deep/er").iterdir()] == ["state"]
    assert not list(tmp_path.rglob("escaped"))


def test_a_copy_without_signatures(mirror: Mirror, copy: Path) -> None:
    shutil.rmtree(copy / "metadata")
    verdict = mirror.verify(copy)

    assert verdict.answer is Answer.TAMPERED
    assert "nothing can be said" in verdict.reason


# --- places ----------------------------------------------------------------------------------


def test_links_and_pipes_in_a_folder_are_no_files(mirror: Mirror, copy: Path, tmp_path: Path) -> None:
    page = page_of(copy)
    moved = Path(shutil.move(page, tmp_path / "moved.html"))
    page.symlink_to(moved)
    os.mkfifo(copy / "pipe")
    (copy / "elsewhere").symlink_to("/etc")
    front = copy / "index.html"
    front.unlink()
    os.mkfifo(front)
    verdict = mirror.verify(copy)

    assert verdict.answer is Answer.TAMPERED
    assert verdict.findings.extra == ["elsewhere", "pipe"]
    assert verdict.findings.missing == ["index.html", page.relative_to(copy).as_posix()]


def test_names_that_only_some_file_systems_tell_apart(mirror: Mirror, copy: Path) -> None:
    page = page_of(copy)
    twin = page.with_name(page.name.upper())
    shutil.copy(page, twin)

    assert mirror.verify(copy).findings.extra == [twin.relative_to(copy).as_posix()]


def test_a_repository_whose_head_is_no_commit(mirror: Mirror, tmp_path: Path) -> None:
    source = tmp_path / "odd.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(source)], check=True)
    blob = subprocess.run(
        ["git", "-C", str(source), "hash-object", "-w", "--stdin"],
        input=b"x",
        capture_output=True,
        check=True,
    ).stdout.strip()
    (source / "HEAD").write_bytes(blob + b"\n")

    with pytest.raises(FetchError, match="git says"):
        Repository(str(source), tmp_path / "work.git")


def test_odd_names_in_a_repository_are_named_as_extra(mirror: Mirror, copy: Path) -> None:
    (copy / "line\nend.html").write_text("x", encoding="utf-8")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=M", "-c", "user.email=m@x", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(copy), *command], check=True)
    with place_at(f"file://{copy}", Fetcher(FetchPolicy()).fetch) as place:
        verdict = Verifier(mirror.root, None, mirror.signed_at + MINUTE).copy(place)

    assert verdict.findings.extra == ["line\nend.html"]


def test_an_endless_timestamp(mirror: Mirror, copy: Path, serve: Serve) -> None:
    site = serve(copy)
    site.pages["/metadata/timestamp.json"] = Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n", trickle=b" " * 20_000)

    assert verify_site(mirror, site).answer is Answer.TAMPERED


def test_an_endless_page(mirror: Mirror, copy: Path, serve: Serve) -> None:
    site, path = serve(copy), page_of(copy).relative_to(copy).as_posix()
    site.pages[f"/{path}"] = Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n", trickle=b"<p>" * 20_000)

    assert verify_site(mirror, site).findings.altered == [path]


def test_a_page_that_unfolds_without_end(mirror: Mirror, copy: Path, serve: Serve) -> None:
    site, path = serve(copy), page_of(copy).relative_to(copy).as_posix()
    site.pages[f"/{path}"] = Reply(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})

    assert verify_site(mirror, site).findings.altered == [path]


def test_a_page_that_drips(mirror: Mirror, copy: Path, serve: Serve) -> None:
    site, path = serve(copy), page_of(copy).relative_to(copy).as_posix()
    site.pages[f"/{path}"] = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", trickle=b" ")
    verdict = verify_site(mirror, site, limit=2.0)

    assert verdict.answer is Answer.INCOMPLETE
    assert verdict.findings.unread == [path]


def test_a_timestamp_that_drips(mirror: Mirror, copy: Path, serve: Serve) -> None:
    site = serve(copy)
    drip = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", trickle=b" ")
    site.pages["/metadata/timestamp.json"] = drip

    with pytest.raises(FetchError, match="no complete answer within"):
        verify_site(mirror, site, limit=0.5)


def test_the_copy_that_is_attacked_is_genuine_before(mirror: Mirror, copy: Path) -> None:
    verdict = Verifier(mirror.root, None, mirror.signed_at + MINUTE).copy(Folder(copy))

    assert verdict.answer is Answer.VERIFIED
    assert isinstance(verdict.known and verdict.known.signed_at, datetime)
