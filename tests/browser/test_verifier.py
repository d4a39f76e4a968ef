"""The offline verifier in a real browser, opened from a disk: one page with its proof."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import MetaFile, Snapshot, TargetFile

from mirrorpress.editions.qr import data_uri, qr_png
from mirrorpress.editions.words import words

from .signed import COPY, ORIGIN, PAGE, Edition, Signing, as_json, bin_of, edition, page_at, signed_by
from .verifying import FILES, SIGNING, Verifier, fingerprint, verifying

FEED = "feeds/p2.xml"


def feed_at(address: str) -> bytes:
    """A file that holds its own address, and no code."""
    return f"<feed><link>{address}{FEED}</link></feed>".encode()


def test_a_page_with_its_proof_is_genuine(opened: Verifier, signed: Edition) -> None:
    said = opened.check({"9001.html": FILES[PAGE], "9001.proof.json": as_json(signed.proof())})
    assert said["answer"] == "verified"
    assert said["states"] == {"9001.html": "signed"}
    assert "1 hour" in said["text"] and "site" in said["text"]
    for signer in SIGNING.root:
        assert fingerprint(signer) in said["text"]
    assert "2 of 3" in said["text"]


@pytest.mark.parametrize("address", [COPY, None])
def test_a_page_of_a_copy_is_genuine_and_its_address_is_said(
    opened: Verifier, signed: Edition, address: str | None
) -> None:
    """Without an address in the proof, the one that the page itself says is tried."""
    proof = as_json(signed.proof(address=address))
    said = opened.check({"9001 (1).html": page_at(COPY), "9001.proof.json": proof})
    assert said["answer"] == "verified"
    assert said["states"] == {"9001 (1).html": "copy"}
    assert COPY in said["text"]


def test_a_page_of_the_front_is_checked_by_the_list_of_the_front(opened: Verifier, signed: Edition) -> None:
    proof = signed.proof("index.html")
    assert (
        opened.check({"index.html": FILES["index.html"], "p.proof.json": as_json(proof)})["answer"]
        == "verified"
    )
    del proof["front"]
    said = opened.check({"index.html": FILES["index.html"], "p.proof.json": as_json(proof)})
    assert (said["answer"], said["reason"]) == ("tampered", "lacking")


def test_a_copy_with_a_code_of_another_address_is_altered(opened: Verifier, signed: Edition) -> None:
    own, evil = (
        data_uri(qr_png(one + PAGE)).encode() for one in (COPY, "https://evil.example.net/~friend/xx/")
    )
    page = page_at(COPY)
    assert own in page
    said = opened.check({"9001.html": page.replace(own, evil), "p.json": as_json(signed.proof(address=COPY))})
    assert said["states"] == {"9001.html": "altered"}


@pytest.mark.parametrize(
    "address",
    [
        'https://x.example/"><script>alert(1)</script><a href="/',
        "javascript:alert(1)/",
        "https://user@evil.example/",
        "https://x.example/\nhttps://y.example/",
    ],
)
def test_an_address_that_is_none_makes_no_copy(opened: Verifier, address: str) -> None:
    """Of a file without a code: that would tell too."""
    made = edition({FEED: feed_at(ORIGIN)}, SIGNING)
    files = {"p2.xml": feed_at(address), "p.json": as_json(made.proof(FEED, address))}
    assert opened.check(files)["answer"] == "tampered"
    files = {"p2.xml": feed_at(COPY), "p.json": as_json(made.proof(FEED, COPY))}
    assert opened.check(files)["answer"] == "verified"


@pytest.mark.parametrize("place", [0, 40, -2])
def test_an_altered_byte_in_the_page_is_told(opened: Verifier, signed: Edition, place: int) -> None:
    page = bytearray(FILES[PAGE])
    page[place] ^= 1
    said = opened.check({"9001.html": bytes(page), "9001.proof.json": as_json(signed.proof())})
    assert said["answer"] == "tampered"
    assert said["states"] == {"9001.html": "altered"}
    assert "HTML only" in said["text"], "browsers that save a page whole rewrite it"


def test_what_stands_for_an_address_in_the_neutral_form_is_no_page(opened: Verifier) -> None:
    made = edition({FEED: feed_at(ORIGIN)}, SIGNING)
    files = {"p2.xml": feed_at("\x01"), "p.json": as_json(made.proof(FEED))}
    assert opened.check(files)["answer"] == "tampered"


def _later(signed: dict[str, Any]) -> None:
    signed["x-mirrorpress"]["signed"] = "2036-01-01T00:00:00Z"


CHANGES = {
    "timestamp": _later,
    "snapshot": lambda one: one.update(expires="2036-01-01T00:00:00Z"),
    "targets": lambda one: one["delegations"]["roles"][0].update(threshold=0),
    "pages": lambda one: one["delegations"]["succinct_roles"].update(bit_length=1),
    "bin": lambda one: one["targets"][PAGE].update(length=1),
}


@pytest.mark.parametrize("role", CHANGES)
def test_an_altered_list_in_the_proof_is_told(opened: Verifier, signed: Edition, role: str) -> None:
    proof = signed.proof()
    CHANGES[role](proof[role]["signed"])
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
    assert (said["answer"], said["reason"]) == ("tampered", "signatures")


@pytest.mark.parametrize("role", CHANGES)
def test_an_altered_signature_is_told(opened: Verifier, signed: Edition, role: str) -> None:
    proof = signed.proof()
    signature = proof[role]["signatures"][0]
    signature["sig"] = ("0" if signature["sig"][0] != "0" else "1") + signature["sig"][1:]
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
    assert (said["answer"], said["reason"]) == ("tampered", "signatures")


def test_another_mirror_is_told(opened: Verifier) -> None:
    other = edition(FILES)
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(other.proof())})
    assert said["answer"] == "unknown-key"
    other.roots = []
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(other.proof())})
    assert (said["answer"], said["reason"]) == ("unknown-key", "foreign")


def test_a_foreign_key_that_takes_our_name_is_told(opened: Verifier) -> None:
    forged = edition(FILES, SIGNING, by=CryptoSigner.generate_ed25519())
    proof = forged.proof()
    for role in CHANGES:
        proof[role]["signatures"][0]["keyid"] = SIGNING.online.public_key.keyid
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
    assert said["answer"] == "tampered"


# --- roots -------------------------------------------------------------------------------------------------------


def test_a_new_root_is_followed_when_the_old_one_signed_it(opened: Verifier) -> None:
    after = Signing(root=[*SIGNING.root[:2], CryptoSigner.generate_ed25519()])
    rotated = edition(FILES, after)
    rotated.roots = [SIGNING.root_of(), after.root_of(2)]
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(rotated.proof())})
    assert said["answer"] == "verified"
    assert fingerprint(after.root[2]) in said["text"]


@pytest.mark.parametrize("case", ["one of two", "one twice", "by itself alone", "by the old alone", "a gap"])
def test_a_new_root_that_too_few_signed_is_told(opened: Verifier, case: str) -> None:
    after = Signing(root=[CryptoSigner.generate_ed25519() for _ in range(3)])
    by = {
        "by itself alone": after.root,
        "by the old alone": SIGNING.root,
        "a gap": [*SIGNING.root, *after.root],
    }.get(case, [SIGNING.root[0], *after.root])
    rotated = edition(FILES, after)
    rotated.roots = [SIGNING.root_of(), after.root_of(3 if case == "a gap" else 2, by)]
    proof = rotated.proof()
    signatures = proof["root"][1]["signatures"]
    if case == "one twice":
        signatures.append(dict(signatures[0]))
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
    unknown = case in ("by itself alone", "by the old alone", "a gap")
    expected = ("unknown-key", "foreign") if unknown else ("tampered", "signatures")
    assert (said["answer"], said["reason"]) == expected


def test_one_key_under_two_names_counts_once(browser: Browser, tmp_path: Path) -> None:
    key = SIGNING.root[0].public_key
    twin = SSlibKey("f" * 64, key.keytype, key.scheme, key.keyval)
    first = SIGNING.root_of()
    first.signed.roles["root"].keyids = [key.keyid, twin.keyid]
    first.signed.keys[twin.keyid] = twin
    rotated = edition(FILES, SIGNING)
    rotated.roots = [first, signed_by(SIGNING.root_of(2).signed, SIGNING.root)]
    proof = rotated.proof()
    signatures = proof["root"][1]["signatures"]
    signatures.append({**signatures[0], "keyid": twin.keyid})
    with verifying(browser, tmp_path, [first]) as opened:
        said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
    assert (said["answer"], said["reason"]) == ("tampered", "signatures")


def test_a_stolen_online_key_is_of_no_use_after_rotation(browser: Browser, tmp_path: Path) -> None:
    after = Signing(root=SIGNING.root)
    new = after.root_of(2)
    stolen = edition(FILES, SIGNING)
    with verifying(browser, tmp_path, [SIGNING.root_of(), new]) as opened:
        said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(stolen.proof())})
        assert said["answer"] == "unknown-key"
        fresh = edition(FILES, after)
        fresh.roots.append(new)
        assert (
            opened.check({"9001.html": FILES[PAGE], "p.json": as_json(fresh.proof())})["answer"] == "verified"
        )


# --- versions and time -------------------------------------------------------------------------------------------


def test_lists_that_do_not_belong_together_are_told(opened: Verifier, signed: Edition) -> None:
    newer = edition({**FILES, PAGE: page_at(ORIGIN, text="Corrected.")}, SIGNING, version=2)
    for role, old in {
        "bin": bin_of(PAGE),
        "pages": "pages",
        "targets": "targets",
        "snapshot": "snapshot",
    }.items():
        proof = newer.proof()
        proof[role] = signed.documents[old].to_dict()
        said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
        assert (said["answer"], said["reason"]) == ("tampered", "version"), role


def test_a_list_newer_than_the_snapshot_says_is_told(opened: Verifier, signed: Edition) -> None:
    newer = edition(FILES, SIGNING, version=2)
    proof = signed.proof()
    proof["bin"] = newer.documents[bin_of(PAGE)].to_dict()
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
    assert (said["answer"], said["reason"]) == ("tampered", "version")


def test_a_list_of_another_role_is_told(opened: Verifier, signed: Edition) -> None:
    """Signed by the right key, and with all that a timestamp has."""
    true = signed.documents["timestamp"].signed
    other = Snapshot(
        version=1,
        expires=true.expires,
        meta={"snapshot.json": MetaFile(1)},
        unrecognized_fields=true.unrecognized_fields,
    )
    proof = signed.proof()
    proof["timestamp"] = signed_by(other, [SIGNING.online]).to_dict()
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(proof)})
    assert (said["answer"], said["reason"]) == ("tampered", "version")


def test_a_page_that_another_bin_claims_is_not_in_the_edition(opened: Verifier) -> None:
    path, evil = "pages/p2/evil.html", page_at(ORIGIN, text="Never published.")
    made = edition(FILES, SIGNING)
    other = next(name for name in made.documents if name.startswith("pages-") and name != bin_of(path))
    listed = made.documents[other].signed
    listed.targets[path] = TargetFile.from_data(path, evil, ["sha256"])
    made.documents[other] = signed_by(listed, [SIGNING.online])

    proof = as_json(made.proof(path))
    assert opened.check({"evil.html": evil, "p.json": proof})["reason"] == "unlisted"
    assert opened.check({**made.folder(), path: evil})["states"][path] == "extra"


def test_an_edition_whose_freshness_has_lapsed_is_genuine_and_old(opened: Verifier) -> None:
    old = edition(FILES, SIGNING, signed=datetime.now(UTC) - timedelta(days=3, hours=1))
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(old.proof())})
    assert said["answer"] == "stale"
    assert "newest verified edition, 3 days old" in said["text"]


def test_a_clock_before_the_signing_is_said_to_be_wrong(opened: Verifier) -> None:
    early = edition(FILES, SIGNING, signed=datetime.now(UTC) + timedelta(days=40))
    said = opened.check({"9001.html": FILES[PAGE], "p.json": as_json(early.proof())})
    assert said["answer"] == "verified"
    assert words("en")["verifier"]["clock"] in said["text"]
    assert "hour" not in said["text"]


# --- hostile JSON ------------------------------------------------------------------------------------------------


def test_json_of_too_many_bytes_is_refused(opened: Verifier, signed: Edition) -> None:
    folder = {**signed.folder(), "metadata/snapshot.json": b" " * 5_000_001}
    assert opened.check(folder)["reason"] == "large"


@pytest.mark.parametrize(
    "text",
    [
        '{"mirrorpress": "proof 1", "path": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"mirrorpress": "proof 1", "mirrorpress": "proof 1"}',
        '{"mirrorpress": "proof 1", "__proto__": {"path": "a", "root": []}}',
        '{"mirrorpress": "proof 1", "path": "a", "root": [1.5]}',
        '{"mirrorpress": "proof 1", "path": "\\ud800", "root": []}',
        '{"mirrorpress": "proof 1", "path": "a", "root": []} x',
        '{"mirrorpress": "proof 1"',
        '{"mirrorpress": "proof 2", "path": "a", "root": []}',
        '["mirrorpress"]',
    ],
    ids=range(9),
)
def test_json_that_is_no_proof_is_refused(opened: Verifier, text: str) -> None:
    said = opened.check({"9001.html": FILES[PAGE], "a.proof.json": text.encode()})
    assert (said["answer"], said["reason"]) == ("tampered", "malformed")


def test_a_list_with_a_key_twice_is_refused_though_its_last_value_is_signed(
    opened: Verifier, signed: Edition
) -> None:
    text = (
        as_json(signed.proof()).decode().replace('"_type": "timestamp"', '"_type": "x", "_type": "timestamp"')
    )
    assert opened.check({"9001.html": FILES[PAGE], "p.json": text.encode()})["reason"] == "malformed"


def test_names_of_the_language_itself_are_names_as_any_other(opened: Verifier) -> None:
    odd = "pages/p2/__proto__"
    files = {**FILES, odd: b"x", "constructor": b"y", "pages/p2/\U0001f6a2\uff5e": b"z"}
    said = opened.check(edition(files, SIGNING).folder())
    assert said["answer"] == "verified"
    said = opened.check({**edition(FILES, SIGNING).folder(), "toString": b"x"})
    assert said["states"]["toString"] == "extra"
