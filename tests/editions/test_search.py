"""The index of search: what it holds, how it is cut, what changes when documents do. What readers find with it
is asked in a real browser, in tests/browser."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from mirrorpress.editions.search.borders import Sizes
from mirrorpress.editions.search.documents import Document
from mirrorpress.editions.search.fold import folding
from mirrorpress.editions.search.han import variants
from mirrorpress.editions.search.index import INDEX, SEGMENTS, index_files, standing_entries
from mirrorpress.editions.search.page import Place, preloads, search_page
from mirrorpress.editions.search.tokens import places
from mirrorpress.editions.words import languages

SMALL = Sizes(fewest=10, most=40, one_in=10, fresh=4, piece=2000)
WORDS = "harbour ferry crane market river night morning price budget minister reporter witness letter".split()


def document(number: int, **changes: object) -> Document:
    chance = random.Random(number)
    made = Document(
        path=f"pages/city/{number}.html",
        title=f"Title {number}",
        section="city",
        section_title="City",
        language="en",
        day=date(2026, 1, 1) + timedelta(days=number // 3),
        text=" ".join(chance.choices(WORDS, k=60)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def files(documents: Iterable[Document], sizes: Sizes = SMALL) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for file in index_files(iter(documents), "en", sizes):
        assert isinstance(file.data, bytes)
        assert found.setdefault(file.path, file.data) == file.data
    return found


def segments(found: dict[str, bytes]) -> list[str]:
    return [entry["name"] for entry in json.loads(found[INDEX])["segments"]]


def inflated(data: bytes) -> bytes:
    return zlib.decompress(data, -15)


MIRROR = [document(number) for number in range(200)]


def test_the_same_documents_give_the_same_bytes_in_any_process() -> None:
    program = (
        "from hashlib import sha256; from tests.editions.test_search import *;"
        "print(sha256(repr(sorted(files(MIRROR).items())).encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_everything_stands_below_search_and_the_index_names_it() -> None:
    found = files(MIRROR)
    index = json.loads(found[INDEX])

    assert all(path.startswith("search/") for path in found)
    count = 0
    for entry in index["segments"]:
        about = json.loads(inflated(found[f"search/{entry['name']}/about.bin"]))
        count += len(about["section"])
        for number in range(len(about["firsts"])):
            assert f"search/{entry['name']}/{number}.bin" in found
    assert count == len(MIRROR)
    assert {f"search/{name}" for name in ("search.js", "find.js", "letters.js", "pieces.js")} <= set(found)


def test_no_documents_give_an_index_that_finds_nothing() -> None:
    assert json.loads(files([])[INDEX]) == {"layout": 1, "segments": [], "variants": ""}


@pytest.mark.parametrize(
    "changed",
    [
        [*MIRROR[:100], replace(MIRROR[100], text="Another text."), *MIRROR[101:]],
        MIRROR[:100] + MIRROR[101:],
        [*MIRROR[:100], document(1000, day=MIRROR[100].day), *MIRROR[100:]],
    ],
    ids=["changed", "left", "came"],
)
def test_one_document_changes_few_segments_and_no_text_but_its_own(changed: list[Document]) -> None:
    old, new = files(MIRROR), files(changed)

    assert len(segments(old)) > 6
    assert len(set(segments(old)) - set(segments(new))) <= 2
    texts = {path for path in set(old) ^ set(new) if "/texts/" in path}
    assert len(texts) <= 2


def test_new_documents_leave_sealed_segments_as_they_are() -> None:
    old, new = segments(files(MIRROR[:190])), segments(files(MIRROR))
    assert set(old[2:]) <= set(new)


def test_the_newest_documents_stand_apart() -> None:
    found = files(MIRROR)
    known = standing_entries(found[SEGMENTS])
    assert known
    assert [one.sealed for one in known] == [True] * (len(known) - 2) + [False, False]
    fresh = json.loads(inflated(found[f"search/{known[-1].name}/about.bin"]))
    assert 4 <= len(fresh["section"]) <= 12


def test_documents_are_streamed() -> None:
    taken = 0

    def stream() -> Iterator[Document]:
        nonlocal taken
        for one in MIRROR:
            taken += 1
            yield one

    made = index_files(stream(), "en", SMALL)
    next(made)
    assert taken == 1


def test_memory_does_not_grow_with_the_mirror() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in index_files(map(document, range(count)), "en", SMALL):
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(50)
    assert peak(1500) < 1.5 * peak(300)


def test_a_long_text_is_searched_to_its_end_but_kept_in_part() -> None:
    found = files([document(1, text="water " * 40_000 + "zebra")])
    name = segments(found)[0]
    text = next(data for path, data in found.items() if "/texts/" in path)

    assert b"zebra" in b"".join(inflated(data) for path, data in found.items() if path.startswith(f"search/{name}/") and path[-5].isdigit() and "names" not in path)  # fmt: skip
    assert len(json.loads(inflated(text))["text"]) == 30_000


def test_texts_hold_no_characters_that_control_or_are_none() -> None:
    hostile = "a\u202eb\x00c\ud800d\ufdd0e"
    found = files([document(1, title=hostile, text=f"one\n{hostile}\n\n two", section_title=hostile)])
    shown = json.loads(inflated(next(data for path, data in found.items() if "/texts/" in path)))

    assert shown["title"] == shown["section"] == "a b c d e"
    assert shown["text"] == "one\na b c d e\ntwo"


def test_chinese_without_the_extra_says_what_to_install() -> None:
    program = """
import sys
from importlib.machinery import PathFinder

class Hidden(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == "opencc" else super().find_spec(name, path, target)

sys.meta_path = [Hidden if finder is PathFinder else finder for finder in sys.meta_path]
from tests.editions.test_search import document, index_files
from mirrorpress.errors import EditionError

print(len(list(index_files([document(1)], "en"))))
try:
    list(index_files([document(1, text="臺灣")], "en"))
except EditionError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    count, said = done.stdout.splitlines()
    assert int(count) > 5
    assert 'pip install "mirrorpress[search]"' in said


def test_nothing_heavy_is_imported_for_a_mirror_without_chinese() -> None:
    program = "import sys; from tests.editions.test_search import *; files(MIRROR[:3]); assert 'opencc' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_variants_lead_to_one_form() -> None:
    table = variants()
    fold = folding(table)

    assert fold("臺灣") == fold("台灣") == fold("台湾")
    assert fold("裏裡") == fold("里里")
    assert fold("為爲") == fold("为为")
    assert not set(table) & set(table.values())
    assert 2500 < len(table) < 4000


@pytest.mark.parametrize(
    "text", ["臺灣 ＡＢＣ ½ ﷺ", "كتاب‌هاي ۱۲۳ ٤٥٦", "Ёлка, мой за́мок", "İstanbul ΣΑΣ", "ｶﾞ 각 शब्द"]
)
def test_folding_twice_changes_nothing(text: str) -> None:
    fold = folding(variants())
    assert fold(fold(text)) == fold(text) != text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中国。国", [("中国", 0), ("国", 1), ("国", 3)]),
        ("中 国", [("中", 0), ("国", 2)]),
        ("A股x", [("a", 0), ("股", 1), ("x", 2)]),
        ("well-known, so", [("well", 0), ("known", 4), ("so", 10)]),
        ("می‌رود او", [("میرود", 0), ("می", 0), ("رود", 2), ("او", 5)]),
        ("x" * 61 + " y", [("y", 61)]),
        ("", []),
    ],
)
def test_places_count_letters_and_punctuation_parts(text: str, expected: list[tuple[str, int]]) -> None:
    assert list(places(folding({})(text))) == expected


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", languages())
def test_the_page_holds_its_words_and_nothing_that_a_policy_must_allow(language: str) -> None:
    hostile = '"><script>alert(1)</script>'
    page = search_page(language, [Place("a", hostile, "indexes/a.html")], root="../", folder="zh-Hant")
    reader = Reader()
    reader.feed(page)

    scripts = [known for tag, known in reader.tags if tag == "script"]
    assert scripts == [{"type": "module", "src": "../search/search.js"}]
    assert not any(name.startswith("on") or name == "style" for _, known in reader.tags for name in known)
    form = next(known for tag, known in reader.tags if tag == "form")
    assert "hidden" in form
    assert json.loads(form["data-words"] or "")["language"] == language
    assert reader.text.count(hostile) == 2


def test_all_modules_are_named_for_the_head() -> None:
    loaded = {path.removeprefix("search/") for path in files([]) if path.endswith(".js")}
    assert {name for name in loaded if f'"../search/{name}"' in preloads("../")} == loaded - {"search.js"}
