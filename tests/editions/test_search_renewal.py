"""An index that stands, brought up to date: the same bytes as one made at once, and what that costs."""

from __future__ import annotations

import json
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest

from mirrorpress.editions.search.borders import Border, Sizes
from mirrorpress.editions.search.documents import Document, Rank
from mirrorpress.editions.search.index import SEGMENTS, index_files, standing_entries
from mirrorpress.editions.search.pieces import inflated
from mirrorpress.editions.search.renewal import renewed
from mirrorpress.editions.search.segments import UnreadableError, Written
from mirrorpress.model import File

SMALL = Sizes(fewest=10, most=40, one_in=10, fresh=4, piece=500)
FULL = Sizes(fewest=10, most=40, one_in=10**9, fresh=4, piece=500)
"""Every sealed segment ends because it is full."""
WORDS = "harbour ferry crane market river night morning price budget minister 台灣 的人 چاپ می‌رود".split()


def document(number: int, edition: int = 0) -> Document:
    chance = random.Random(f"{number} {edition}")
    day = date(2026, 1, 1) + timedelta(days=number // 3)
    return Document(
        path=f"pages/city/{number}.html",
        title=f"Title {number}",
        section=chance.choice(("city", "world")),
        section_title="City",
        language="en",
        day=day,
        text=" ".join([*chance.choices(WORDS, k=chance.randint(3, 40)), f"only{number}x{edition}"]),
        order=((day - date(1970, 1, 1)).days * 86_400_000_000 + number % 3, number),
    )


class Mirror:
    """Documents that come, change and leave, and their index on a disk that knows what was read of it and what
    was written; implements ``Source`` and ``Standing``."""

    def __init__(self, count: int = 0, sizes: Sizes = SMALL) -> None:
        self.documents = {one.rank: one for one in map(document, range(count))}
        self.sizes = sizes
        self.files = self.whole()
        self.streamed = 0

    def whole(self) -> dict[str, bytes]:
        ordered = (self.documents[rank] for rank in sorted(self.documents))
        return {file.path: _data(file) for file in index_files(ordered, "en", self.sizes)}

    def put(self, one: Document) -> Rank:
        self.documents[one.rank] = one
        return one.rank

    def take(self, number: int) -> Rank:
        self.documents.pop(document(number).rank, None)
        return document(number).rank

    def renew(self, *changed: Rank) -> set[str]:
        """The paths of what was written."""
        entries = standing_entries(self.files[SEGMENTS])
        assert entries is not None
        new: dict[str, bytes] = {}
        leaving = []
        for item in renewed(entries, changed, self, self, language="en", sizes=self.sizes):
            if isinstance(item, str):
                leaving.append(item)
            else:
                assert new.setdefault(item.path, _data(item)) == item.data
        assert not set(leaving) & set(new)
        for path in leaving:
            del self.files[path]
        written = {path for path, data in new.items() if self.files.get(path) != data}
        self.files.update(new)
        return written

    def following(self, after: Rank | None) -> Iterator[Document]:
        ranks = sorted(self.documents)
        for rank in ranks[bisect_right(ranks, after) if after else 0 :]:
            self.streamed += 1
            yield self.documents[rank]

    def at(self, ranks: Sequence[Rank]) -> Iterator[Document]:
        return (self.documents[rank] for rank in ranks if rank in self.documents)

    def read(self, path: str) -> bytes:
        return self.files.get(path, b"")

    def below(self, beginning: str) -> Iterator[str]:
        return iter([path for path in self.files if path.startswith(beginning)])


def _data(file: File) -> bytes:
    assert isinstance(file.data, bytes)
    return file.data


@pytest.mark.parametrize("sizes", [SMALL, FULL], ids=["small", "full"])
@pytest.mark.parametrize("seed", range(8))
def test_an_index_brought_up_to_date_is_the_one_made_at_once(seed: int, sizes: Sizes) -> None:
    chance = random.Random(seed)
    mirror = Mirror(chance.choice((0, 3, 60, 150)), sizes)
    coming = 150
    for edition in range(1, 30):
        changed = []
        for _ in range(chance.choice((1, 1, 1, 2, 5, 20))):
            number = chance.randrange(coming)
            match chance.randrange(4):
                case 0:
                    coming += 1
                    changed.append(mirror.put(document(coming)))
                case 1:
                    changed.append(mirror.take(number))
                case _:  # corrected, restored, or found late
                    changed.append(mirror.put(document(number, edition)))
        mirror.renew(*changed)
        assert mirror.files == mirror.whole()


def test_all_may_leave_and_come_again() -> None:
    mirror = Mirror(60)
    mirror.renew(*map(mirror.take, range(60)))
    assert standing_entries(mirror.files[SEGMENTS]) == []
    assert not [path for path in mirror.files if path.endswith(".bin")]
    mirror.renew(*(mirror.put(document(number)) for number in range(60)))
    assert mirror.files == mirror.whole()


@pytest.mark.parametrize("number", [0, 70, 143, 149])
def test_no_file_holds_a_word_of_what_left(number: int) -> None:
    mirror = Mirror(150)
    word = f"only{number}x0".encode()
    assert _holding(mirror, word)
    mirror.renew(mirror.take(number))
    assert not _holding(mirror, word)
    mirror.renew(mirror.put(document(number)))
    assert _holding(mirror, word)
    mirror.renew(mirror.put(document(number, 1)))
    assert not _holding(mirror, word)


def _holding(mirror: Mirror, word: bytes) -> bool:
    """Whether a file of texts or a term of a segment holds the word."""
    entries = standing_entries(mirror.files[SEGMENTS])
    assert entries
    terms = {term for entry in entries for term, _ in Written(entry, mirror).postings()}
    texts = [path for path in mirror.files if "/texts/" in path]
    assert len(texts) == len(mirror.documents)
    return word in terms or any(word in inflated(mirror.files[path]) for path in texts)


def test_a_correction_writes_one_segment_and_reads_no_other_document() -> None:
    mirror = Mirror(300)
    for number in (0, 150, 249):
        before = standing_entries(mirror.files[SEGMENTS])
        written = mirror.renew(mirror.put(document(number, 1)))
        after = standing_entries(mirror.files[SEGMENTS])
        assert before
        assert after
        assert len({one.name for one in after} - {one.name for one in before}) == 1
        assert len([path for path in written if "/texts/" in path]) == 1
    assert mirror.streamed == 0


def test_what_leaves_costs_as_much_in_a_mirror_of_any_size() -> None:
    def streamed(count: int) -> int:
        mirror = Mirror(count)
        for number in (5, 45, 85):
            mirror.renew(mirror.take(number))
        assert mirror.files == mirror.whole()
        return mirror.streamed

    assert streamed(500) == streamed(1000)


def test_new_documents_read_only_the_newest() -> None:
    mirror = Mirror(300)
    for number in range(300, 400):
        before = mirror.streamed
        mirror.renew(mirror.put(document(number)))
        assert mirror.streamed - before < 60
    assert mirror.files == mirror.whole()


def test_a_damaged_segment_is_said() -> None:
    mirror = Mirror(150)
    entries = standing_entries(mirror.files[SEGMENTS])
    assert entries
    del mirror.files[f"search/{entries[0].name}/1.bin"]
    with pytest.raises(UnreadableError, match=r"1\.bin"):
        mirror.renew(mirror.take(0))


@pytest.mark.parametrize(
    ("key", "other"), [("layout", 1), ("unicode", "1.1"), ("variants", "variants-0.bin")]
)
def test_an_index_by_other_rules_is_not_brought_up_to_date(key: str, other: object) -> None:
    known = json.loads(Mirror(3).files[SEGMENTS])
    assert standing_entries(json.dumps(known).encode())
    known[key] = other
    assert standing_entries(json.dumps(known).encode()) is None
    assert standing_entries(b"") is None


@pytest.mark.parametrize("seed", range(3))
def test_the_fresh_segment_is_small_and_never_empty(seed: int) -> None:
    sizes = Sizes(fewest=10**6, most=10**6, fresh=8)
    border = Border(sizes)
    for number in range(1000):
        assert not border.add(f"pages/{seed}/{number}.html", 100)
        assert min(8, border.count) <= border.count - border.settled <= 3 * 8
