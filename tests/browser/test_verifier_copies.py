"""The offline verifier in a real browser: folders of saved editions, and zip files, hostile ones too."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from tuf.api.metadata import TargetFile

from mirrorpress.editions.qr import qr_png

from .signed import COPY, ORIGIN, PAGE, Edition, as_json, bin_of, edition, is_front, page_at, signed_by
from .verifying import FILES, ODD, SIGNING, Verifier, zipped


def test_a_whole_folder_is_genuine(opened: Verifier, signed: Edition) -> None:
    beside = {"SHA256SUMS": b"x", ".DS_Store": b"x", "pages/SHA256SUMS": b"x"}
    said = opened.check({**signed.folder(), **beside})
    assert said["answer"] == "verified"
    assert list(said["states"].values()) == ["signed"] * len(FILES)


def test_a_whole_copy_is_genuine_codes_and_compressed_files_too(opened: Verifier) -> None:
    packed = {f"{PAGE}.gz": gzip.compress(FILES[PAGE])}
    origin = edition({**FILES, **packed}, SIGNING)
    moved = {
        PAGE: page_at(COPY),
        ODD: page_at(COPY, ODD),
        "qr/pages/p2/9001.png": qr_png(COPY + "pages/p2/9001.md"),
        f"{PAGE}.gz": gzip.compress(page_at(COPY)),
    }
    said = opened.check({**origin.folder(), **moved})
    assert said["answer"] == "verified"
    assert sorted(said["states"].values()) == ["copy"] * 4 + ["signed"] * 4
    moved["qr/pages/p2/9001.png"] = qr_png("https://evil.example/pages/p2/9001.md")
    assert opened.check({**origin.folder(), **moved})["answer"] == "tampered"


def test_what_is_missing_altered_or_added_in_a_folder_is_told(opened: Verifier, signed: Edition) -> None:
    folder = signed.folder()
    del folder["indexes/p2.html"]
    said = opened.check(folder)
    assert said["answer"] == "incomplete"
    assert "indexes/p2.html" in said["text"]

    said = opened.check({**folder, "index.html": FILES["index.html"] + b" "})
    assert said["answer"] == "tampered"
    assert said["states"]["index.html"] == "altered"

    for path in ("pages/p2/new.html", "metadata/evil.html", "SHA256SUMS.html"):
        said = opened.check({**signed.folder(), path: b"new"})
        assert (said["answer"], said["states"][path]) == ("tampered", "extra")


def test_a_folder_with_an_older_list_is_told(opened: Verifier) -> None:
    old = edition(FILES, SIGNING)
    changed = {**FILES, PAGE: page_at(ORIGIN, text="Corrected.")}
    new = edition(changed, SIGNING, version=2)
    new.documents[bin_of(PAGE)] = old.documents[bin_of(PAGE)]
    said = opened.check({**new.folder(), PAGE: FILES[PAGE]})
    assert (said["answer"], said["reason"]) == ("tampered", "version")


def test_two_editions_in_one_folder_are_told(opened: Verifier, signed: Edition) -> None:
    new = edition({**FILES, PAGE: page_at(ORIGIN, text="Corrected.")}, SIGNING, version=2)
    said = opened.check({**new.folder(), PAGE: FILES[PAGE]})
    assert said["states"][PAGE] == "altered"
    mixed = {**signed.folder(), "metadata/timestamp.json": new.folder()["metadata/timestamp.json"]}
    assert opened.check(mixed)["reason"] == "version"


def test_an_edition_without_its_lists_is_not_called_genuine(opened: Verifier, signed: Edition) -> None:
    folder = signed.folder()
    del folder["metadata/snapshot.json"]
    assert opened.check(folder)["reason"] == "lacking"
    folder = signed.folder()
    del folder[f"metadata/{bin_of(PAGE)}.json"]
    assert opened.check(folder)["answer"] == "tampered", "nothing tells whether the page is genuine"
    without = {path: data for path, data in folder.items() if is_front(path) or path.startswith("metadata/")}
    said = opened.check(without)
    assert said["answer"] == "incomplete"
    assert f"metadata/{bin_of(PAGE)}.json" in said["text"]


def test_no_list_speaks_for_one_before_it_that_is_missing(opened: Verifier) -> None:
    """Else whoever leaves out the list of the front could show what a bin has under a name of the front's."""
    made = edition(FILES, SIGNING)
    name, evil = bin_of("index.html"), b"<!doctype html>\n<h1>An old front</h1>"
    listed = made.documents[name].signed
    listed.targets["index.html"] = TargetFile.from_data("index.html", evil, ["sha256"])
    made.documents[name] = signed_by(listed, [SIGNING.online])
    folder = {**made.folder(), "index.html": evil}
    assert opened.check(folder)["states"]["index.html"] == "altered"
    del folder["metadata/front.json"]
    said = opened.check(folder)
    assert (said["answer"], said["states"]["index.html"]) == ("tampered", "extra")
    assert "metadata/front.json" in said["text"]
    assert said["states"][PAGE] == "signed", "what the front may not list is checked by its own list"


@pytest.mark.parametrize("top", ["", "mirror-main/"])
def test_a_zip_file_is_read_as_the_folder_in_it(opened: Verifier, signed: Edition, top: str) -> None:
    said = opened.check({"saved.zip": zipped(signed.folder(), top)})
    assert said["answer"] == "verified"
    said = opened.check({"saved.zip": zipped({**signed.folder(), "index.html": b"altered"}, top)})
    assert said["answer"] == "tampered"


def test_a_zip_file_may_hold_a_page_and_its_proof(opened: Verifier, signed: Edition) -> None:
    said = opened.check(
        {"p.zip": zipped({"a/9001.html": FILES[PAGE], "a/9001.proof.json": as_json(signed.proof())})}
    )
    assert said["answer"] == "verified"


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new) and data.count(old) == 2
    return data.replace(old, new)


def bomb() -> bytes:
    """A file that says it has ten bytes, and has 60 MB."""
    data = bytearray(zipped({"metadata/timestamp.json": b"0" * 60_000_000}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo("a.html")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    return out.getvalue()


def flagged() -> bytes:
    data = bytearray(zipped({"a.html": b"a"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


HOSTILE_ZIPS = {
    "a bomb": bomb,
    "a large file": lambda: zipped({"metadata/timestamp.json": b"0" * 60_000_000}),
    "a way out": lambda: zipped({"../metadata/timestamp.json": b"{}"}),
    "a root": lambda: zipped({"/metadata/timestamp.json": b"{}"}),
    "a drive": lambda: zipped({"C:/metadata/timestamp.json": b"{}"}),
    "a backslash": lambda: renamed(zipped({"metadata/timestamp.json": b"{}"}), b"metadata/t", b"metadata\\t"),
    "twice": lambda: renamed(zipped({"metadata/a": b"", "metadata/b": b""}), b"metadata/b", b"metadata/a"),
    "in two cases": lambda: zipped({"a.html": b"", "A.html": b""}),
    "no zip": lambda: b"PK" * 40,
    "nothing": lambda: b"",
    "cut short": lambda: zipped({"a": b"a" * 99})[:-30],
    "a link": linked,
    "encrypted": flagged,
}


@pytest.mark.parametrize("case", HOSTILE_ZIPS)
def test_hostile_zip_files_are_refused(opened: Verifier, case: str) -> None:
    said = opened.check({"saved.zip": HOSTILE_ZIPS[case]()})
    assert (said["answer"], said["reason"]) == ("none", "zip")


def test_too_many_files_are_refused(opened: Verifier) -> None:
    said = opened.check({"saved.zip": zipped({f"{n}": b"" for n in range(10_001)})})
    assert (said["answer"], said["reason"]) == ("none", "many")
