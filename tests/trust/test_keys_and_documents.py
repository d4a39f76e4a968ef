"""Keys, documents and lists: what is signed is what TUF and coreutils read."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import SSlibKey
from securesystemslib.signer._utils import compute_default_keyid
from tuf.api.metadata import DelegatedRole, Metadata, SuccinctRoles, Targets

from mirrorpress.trust import documents, roles
from mirrorpress.trust.documents import Entry
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.sums import sums

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHZ0N4a9Kf7p2l1xSx2o1Q0bV0k8o0q3S6c0iC1m0r9L root-1"


def test_a_public_key_reads_and_writes_itself_as_openssh_does(tmp_path: Path) -> None:
    place = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "online key", "-f", place], check=True
    )
    line = (tmp_path / "key.pub").read_text().strip()
    key = PublicKey.from_line(line)
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", f"{place}.pub"], check=True, capture_output=True, text=True
    )

    assert key.line == line
    assert key.name == "online key"
    assert key.fingerprint in shown.stdout
    assert PublicKey.from_tuf({**key.tuf}) == key


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-rsa AAAAB3NzaC1yc2E= x",
        "ssh-ed25519 AAAA x",
        LINE.replace("AAAAC3", "AAAAC4"),
        "ssh-ed25519 !!!",
    ],
)
def test_other_keys_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="key"):
        PublicKey.from_line(line)


@given(
    st.dictionaries(
        st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20),
        st.one_of(st.integers(-(10**9), 10**9), st.text(st.characters(blacklist_categories=["Cs", "Cc"]))),
    )
)
def test_what_is_signed_is_canonical_json(value: dict[str, object]) -> None:
    assert documents.canonical(value).decode() == encode_canonical(value)


@pytest.mark.parametrize("text", ["a\nb", "\x00", "tab\t", "\x1f", '\\"\n'])
def test_a_control_character_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        documents.canonical({"path": text})


@pytest.mark.parametrize("text", ['"', "\\", "\\n", 'a\\"b', "港湾", "\u2028", "\x7f"])
def test_what_only_looks_like_one_is(text: str) -> None:
    assert documents.canonical({"path": text}).decode() == encode_canonical({"path": text})


def test_tuf_reads_what_is_composed() -> None:
    entries = [Entry("pages/p2/1.html", 7, b"\1" * 32, b"\2" * 32), Entry("a/港.md", 0, b"\0" * 32)]
    signed = documents.canonical(documents.targets(3, NOW, entries, documents.bins(_key().tuf, _key().id, 8)))
    read = Metadata[Targets].from_bytes(documents.sealed(signed, {_key().id: b"\3" * 64})).signed

    assert read.version == 3
    assert read.expires == NOW
    assert read.targets["pages/p2/1.html"].length == 7
    assert read.targets["pages/p2/1.html"].custom == {"neutral": "02" * 32}
    assert read.targets["a/港.md"].custom is None
    assert read.delegations is not None
    assert read.delegations.succinct_roles is not None
    assert read.delegations.succinct_roles.bit_length == 8


def test_bins_are_those_of_tap_15() -> None:
    for bits in (4, 8, 10, 16):
        tuf = SuccinctRoles([], 1, bits, roles.bins_prefix(bits))
        assert list(tuf.get_roles()) == roles.bin_names(bits)
        for path in ("pages/p2/1.md", "assets/7d/x.webp", "港湾/a.md", "qr/pages/a.png"):
            at = roles.spot_of(path)
            role = tuf.get_role_for_target(path)
            first, last = roles.spots_of(role)
            assert role == roles.bin_name(bits, at >> (32 - bits))
            assert first <= at <= last
            assert roles.bits_of(role) == bits


def test_bins_grow_with_the_mirror_and_never_shrink() -> None:
    sizes = [roles.bits_for(files) for files in (0, 1_000, 10_000, 100_000, 1_000_000)]

    assert sizes == sorted(set(sizes))
    assert roles.bits_for(10, bits=9) == 9
    assert roles.bits_for(10**12) == 16


@pytest.mark.parametrize(
    ("path", "front"),
    [
        ("README.md", True),
        ("feed.xml", True),
        ("indexes/p2.md", True),
        ("feeds/p2.json", True),
        ("zh-Hant/README.md", True),
        ("zh-Hant/indexes/p2.md", True),
        ("indexes/p2/7.md", False),
        ("pages/p2/1.md", False),
        ("zh-Hant/pages/p2/1.md", False),
        ("mirrors.json", False),
        ("s/abc.md", False),
    ],
)
def test_front_is_what_its_patterns_say(path: str, *, front: bool) -> None:
    role = DelegatedRole("front", [], 1, terminating=False, paths=list(roles.FRONT_PATHS))
    assert roles.is_front(path) == front
    assert role.is_delegated_path(path) == (front or path in roles.OFFLINE_TARGETS)


def test_a_list_of_hashes_is_checked_by_sha256sum(tmp_path: Path) -> None:
    names = {"a.md": b"a", "港湾.md": b"b", "with space.md": b"", "-n.md": b"c"}
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "SHA256SUMS").write_bytes(sums((n, hashlib.sha256(d).digest()) for n, d in names.items()))
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path, check=True)


def _key() -> PublicKey:
    return PublicKey(bytes(range(32)), "online")


def test_ids_of_keys_are_those_that_tuf_gives() -> None:
    key = _key()
    assert key.id == compute_default_keyid("ed25519", "ed25519", {"public": key.raw.hex()})
    assert SSlibKey.from_dict(key.id, json.loads(json.dumps(key.tuf))).keyid == key.id
