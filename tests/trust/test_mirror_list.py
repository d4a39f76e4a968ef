"""Mirror lists and requests from strangers: what is taken, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.errors import TrustError, UsageError
from mirrorpress.model import Configuration, Listing, Mirror, TrustPolicy
from mirrorpress.pipeline.authority import Authority
from mirrorpress.pipeline.keyring import make_key, unlocked
from mirrorpress.pipeline.listing import MirrorList, make_request
from mirrorpress.pipeline.mirrorlist import REQUESTS, listed
from mirrorpress.trust.chain import Holders
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.mirrors import LARGEST, MOST, added, read_mirrors, written_mirrors
from mirrorpress.trust.requests import NAMESPACE, Accepted, Request, read_accepted, written_accepted

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 11, 25)
ADDRESS = "https://copy.example.org/news/"
KEY = PublicKey(bytes(32)).line


def document(*entries: Any, form: str = "mirrors 1") -> bytes:
    return json.dumps({"mirrorpress": form, "mirrors": entries}).encode()


def entry(**values: Any) -> dict[str, Any]:
    return {"address": ADDRESS, "kind": "site", "since": "2026-11-25", **values}


# --- the list ------------------------------------------------------------------------------------


def test_a_list_is_read_as_it_was_written_and_a_small_change_is_a_small_one_of_the_file() -> None:
    some = tuple(Listing(f"https://m{number}.example.org/", "site", DAY) for number in range(9))
    full = Listing(ADDRESS, "markdown", DAY, ("fa", "zh-Hans"), "داوطلبان بندر", KEY)
    before, after = written_mirrors(some), written_mirrors(reversed(added(some, full)))
    assert read_mirrors(after) == added(some, full)
    assert before == written_mirrors(read_mirrors(before))
    assert len(set(after.splitlines()) - set(before.splitlines())) == 1
    assert written_mirrors(()).count(b"\n") < 7
    assert read_mirrors(written_mirrors(())) == ()


@pytest.mark.parametrize(
    "address",
    [
        "http://copy.example.org/",
        "https://127.0.0.1/",
        "https://10.0.0.7:8443/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://copy.0x7f000001/",
        "https://localhost/",
        "https://copy.localhost/",
        "https://router.lan/",
        "https://git.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://user:secret@copy.example.org/",
        "https://copy.example.org@evil.example.org/",
        "https://copy.example.org/?next=evil",
        "https://copy.example.org/#top",
        "https://copy.example.org/../",
        "https://copy.example.org/a/%2E%2e/",
        "https://copy.example.org//evil.example.org/",
        "https://copy.example.org/page",
        "https://copy.example.org",
        "https://Copy.example.org/",
        "https://сору.example.org/",
        "https://copy.example.org/\u202egro.live/",
        "https://copy.example.org/\n",
        "https://copy.example.org/%zz/",
        "https://copy.example.org:0/",
        "javascript:alert(1)//copy.example.org/",
        "file:///etc/",
        "ssh://copy.example.org/news/",
        "--upload-pack=touch",
        f"https://copy.example.org/{'a' * 300}/",
        "",
    ],
)
def test_no_list_names_an_address_that_is_not_https_to_a_public_name(address: str) -> None:
    for kind in ("site", "markdown"):
        with pytest.raises(TrustError) as refused:
            read_mirrors(document(entry(address=address, kind=kind)))
        assert refused.value.hint
        assert "\u202e" not in str(refused.value)
    if not address.endswith(("/page",)):
        with pytest.raises(TrustError):
            read_mirrors(document(entry(address=address, kind="git")))


def test_a_repository_needs_no_slash_and_an_onion_service_no_https() -> None:
    onion = f"http://{'a' * 56}.onion/"
    found = read_mirrors(
        document(entry(address="https://git.example.org/m/n.git", kind="git"), entry(address=onion))
    )
    assert [one.address for one in found] == [onion, "https://git.example.org/m/n.git"]


def test_a_host_that_the_operator_allows_may_be_listed() -> None:
    data = document(entry(address="http://127.0.0.1:8700/"))
    assert read_mirrors(data, allow=["127.0.0.1:8700"])
    for allow in ((), ["127.0.0.1:8701"]):
        with pytest.raises(TrustError):
            read_mirrors(data, allow=allow)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 60_000,
        b'{"mirrorpress": "mirrors 1", "mirrors": {}}',
        document(form="mirrors 2"),
        document(*[entry(address=f"https://m{number}.example.org/") for number in range(MOST + 1)]),
        document(*[entry(address=f"https://m{number}.example.org/") for number in range(10_000)]),
        document(entry(), entry()),
        document(entry(), entry(address=ADDRESS, kind="markdown")),
        document(
            entry(address="https://git.example.org/a", kind="git"),
            entry(address="https://git.example.org/a/", kind="git"),
        ),
        document(entry(kind="ftp")),
        document(entry(kind=["site"])),
        document(entry(since="yesterday")),
        document(entry(since="2026-13-01")),
        document({"address": ADDRESS, "kind": "site"}),
        document(entry(operator="a" * 61)),
        document(entry(operator="safe\u202etxt")),
        document(entry(operator="two\nlines")),
        document(entry(operator=7)),
        document(entry(languages="fa")),
        document(entry(languages=["<b>"])),
        document(entry(languages=["fa"] * 11)),
        document(entry(key="ssh-rsa AAAA")),
        document(entry(key=f"{KEY} a comment")),
        document(entry(url="https://elsewhere.example.org/")),
        document("https://copy.example.org/"),
        b'{"mirrorpress": "mirrors 1", "mirrors": [' + b" " * LARGEST + b"]}",
    ],
)
def test_a_list_with_anything_else_in_it_is_refused(data: bytes) -> None:
    with pytest.raises(TrustError):
        read_mirrors(data)


def test_a_list_that_is_full_takes_no_more() -> None:
    full = [Listing(f"https://m{number}.example.org/", "site", DAY) for number in range(MOST)]
    assert len(read_mirrors(written_mirrors(full))) == MOST
    with pytest.raises(ValueError, match="up to 200"):
        written_mirrors([*full, Listing(ADDRESS, "site", DAY)])
    long = [
        Listing(f"https://m{number}.example.org/{'a' * 250}/", "site", DAY, (), "b" * 60)
        for number in range(MOST)
    ]
    with pytest.raises(ValueError, match="bytes"):
        written_mirrors(long)


# --- requests ------------------------------------------------------------------------------------


class Upstream:
    """A mirror with keys whose list can be changed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.keys = folder, folder.with_name(folder.name + "-keys")
        self.keys.mkdir(mode=0o700)
        root = make_key(self.keys / "root", "root", passphrase=False)
        online = make_key(self.keys / "online", "online", passphrase=False)
        Authority(folder, [self.keys]).found(
            Holders((root,), 1, (root,), online), Mirror("Harbour Light"), NOW
        )
        self.root = folder / "trust/root/1.root.json"

    @property
    def listed(self) -> tuple[Listing, ...]:
        return listed(self.folder, ())

    @property
    def list(self) -> MirrorList:
        configuration = Configuration(
            self.folder, Mirror("Harbour Light"), trust=TrustPolicy(str(self.keys)), mirrors=self.listed
        )
        return MirrorList(configuration, Authority(self.folder, [self.keys]))

    def accept(self, file: Path, now: datetime = NOW) -> Listing:
        return self.list.accept(self.list.examine(file, now), now)


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "upstream")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "mine", "mine", passphrase=False)
    return tmp_path / "mine"


def request(
    upstream: Upstream, key: Path, now: datetime = NOW, address: str = ADDRESS, **values: Any
) -> Path:
    listing = replace(Listing(address, "site", now.date(), ("fa",), "Volunteers"), **values)
    file = key.with_name("request.json")
    file.write_bytes(make_request(upstream.root, listing, key, now))
    return file


def test_a_request_that_is_accepted_is_listed_with_its_key_and_signed(upstream: Upstream, key: Path) -> None:
    upstream.accept(request(upstream, key))
    [found] = upstream.listed
    assert (found.address, found.operator, found.languages) == (ADDRESS, "Volunteers", ("fa",))
    assert PublicKey.from_line(found.key).raw == PublicKey.from_line(Path(f"{key}.pub").read_text()).raw
    data = (upstream.folder / "trust/targets/mirrors.json").read_bytes()
    authority = Authority(upstream.folder)
    assert authority.targets.files["mirrors.json"][0] == len(data)
    assert authority.targets.version == 2
    assert not authority.pending()


def test_a_request_that_was_changed_on_its_way_is_refused(upstream: Upstream, key: Path) -> None:
    file = request(upstream, key)
    whole = json.loads(file.read_text())
    for change in (
        {"listing": {**whole["listing"], "address": "https://evil.example.org/"}},
        {"listing": {**whole["listing"], "operator": "Harbour Times"}},
        {"date": "2026-11-25T12:00:01Z"},
        {"listing": {**whole["listing"], "key": KEY}},
        {"signature": ""},
        {"signature": "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"},
    ):
        file.write_text(json.dumps({**whole, **change}))
        with pytest.raises(TrustError, match="not signed by the key"):
            upstream.accept(file)
    assert upstream.listed == ()


def test_a_signature_for_something_else_is_none_for_a_request(upstream: Upstream, key: Path) -> None:
    file = request(upstream, key)
    whole = json.loads(file.read_text())
    asked = upstream.list.examine(file, NOW)
    public = PublicKey.from_line(Path(f"{key}.pub").read_text())
    with unlocked([public], [key]) as keyring:
        right = keyring.sign_for_people(public, asked.payload, NAMESPACE).decode()
        wrong = keyring.sign_for_people(public, asked.payload, "git").decode()
    file.write_text(json.dumps({**whole, "signature": right}))
    upstream.list.examine(file, NOW)
    file.write_text(json.dumps({**whole, "signature": wrong}))
    with pytest.raises(TrustError, match="not signed"):
        upstream.list.examine(file, NOW)


def test_a_request_counts_once_for_a_month_and_for_one_mirror(
    upstream: Upstream, key: Path, tmp_path: Path
) -> None:
    file = request(upstream, key)
    with pytest.raises(TrustError, match="another mirror"):
        Upstream(tmp_path / "other").accept(file)
    with pytest.raises(TrustError, match="30 days"):
        upstream.accept(file, NOW + timedelta(days=31))
    with pytest.raises(TrustError, match="future"):
        upstream.accept(file, NOW - timedelta(hours=2))
    upstream.accept(file)
    with pytest.raises(TrustError, match="accepted before"):
        upstream.accept(file)
    upstream.list.remove(ADDRESS, NOW)
    with pytest.raises(TrustError, match="accepted before"):
        upstream.accept(file, NOW + timedelta(days=29))
    older = request(upstream, key, NOW - timedelta(days=1))
    with pytest.raises(TrustError, match="accepted before"):
        upstream.accept(older)
    assert upstream.listed == ()


def test_only_the_key_that_an_address_is_listed_with_changes_it(
    upstream: Upstream, key: Path, tmp_path: Path
) -> None:
    upstream.accept(request(upstream, key))
    make_key(tmp_path / "theirs", "theirs", passphrase=False)
    with pytest.raises(TrustError, match="another key"):
        upstream.accept(request(upstream, tmp_path / "theirs", NOW, operator="Somebody else"))
    later = NOW + timedelta(days=3)
    upstream.accept(request(upstream, key, later, operator="New name"), later)
    [found] = upstream.listed
    assert (found.operator, found.since) == ("New name", DAY)


def test_a_request_for_an_address_that_is_not_public_is_refused_on_both_sides(
    upstream: Upstream, key: Path
) -> None:
    with pytest.raises(UsageError, match="not at a public name"):
        request(upstream, key, address="https://192.168.1.1/")
    file = request(upstream, key)
    file.write_text(file.read_text().replace("copy.example.org", "copy.internal"))
    with pytest.raises(TrustError, match="not at a public name"):
        upstream.accept(file)


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 16_000, b" " * 16_385 + b"{}", b'{"mirrorpress": 1}'])
def test_what_is_no_request_is_refused(upstream: Upstream, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "request.json").write_bytes(data)
    with pytest.raises(TrustError):
        upstream.accept(tmp_path / "request.json")


def test_accepted_requests_are_remembered_as_long_as_they_could_be_repeated(tmp_path: Path) -> None:
    some = [Accepted(ADDRESS, KEY, NOW - timedelta(days=days)) for days in (31, 29)]
    data = written_accepted(some, NOW)
    assert read_accepted(data, REQUESTS) == (some[1],)
    for broken in (b"{}", data.replace(b"date", b"dote"), data.replace(b"2026", b"year")):
        with pytest.raises(TrustError):
            read_accepted(broken, REQUESTS)


def test_what_is_signed_of_a_request_names_all_that_it_asks_for() -> None:
    asked = Request("ab", NOW, Listing(ADDRESS, "site", DAY, ("fa",), "Volunteers", KEY))
    said = json.loads(asked.payload)
    assert said["root"] == "ab"
    assert said["listing"] == {
        "address": ADDRESS,
        "kind": "site",
        "languages": ["fa"],
        "operator": "Volunteers",
        "key": KEY,
    }


# --- keys that are elsewhere -----------------------------------------------------------------------


def test_without_the_key_of_targets_a_change_waits_and_the_old_list_stays(
    upstream: Upstream, tmp_path: Path
) -> None:
    upstream.list.add(Listing(ADDRESS, "site", DAY), NOW)
    before = upstream.listed
    away = tmp_path / "away"
    away.mkdir()
    for name in ("root", "root.pub"):
        (upstream.keys / name).rename(away / name)
    other = Listing("https://second.example.org/", "site", DAY)
    upstream.list.add(other, NOW)
    authority = Authority(upstream.folder, [upstream.keys])
    assert [one.kind for one in authority.pending()] == ["targets"]
    assert upstream.listed == before
    assert authority.files["mirrors.json"] == written_mirrors(before)
    with pytest.raises(UsageError, match="waits for signatures"):
        upstream.list.remove(ADDRESS, NOW)
    Authority(upstream.folder, [away]).sign()
    assert upstream.listed == added(before, other)
    assert not (upstream.folder / "trust/targets.next").exists()
