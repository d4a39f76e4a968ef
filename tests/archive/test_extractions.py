"""How sure extraction was, asked for in a mirror of any size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from mirrorpress.archive.extractions import Standing
from mirrorpress.archive.store import Archive, Place
from mirrorpress.model import Article, Capture, Entry, Layout

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ARTICLE = Article("", "Fog", "<p>Fog.</p>", "Fog.\n", "Fog.", 4)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path, started=NOON, keep_captures=False) as archive:
        yield archive


def store(
    archive: Archive, number: int, *, section: str = "city", text: str = "Fog.", **found: object
) -> None:
    url = f"https://a.example/{number}"
    archive.store(
        replace(ARTICLE, url=url, markdown=text, text_length=len(text), **found),  # type: ignore[arg-type]
        Capture(url, url, NOON, 200, (), b""),
        entry=Entry(url),
        keys=[url],
        place=Place(section, str(number), ""),
        known=archive.known([url]).get(url),
        body_digest=text,
        pictures={},
    )


def test_only_current_revisions_count_and_the_lowest_are_shown_first(archive: Archive) -> None:
    for number, confidence in enumerate([0.4, 0.1, 0.5, 0.3, 0.2]):
        store(archive, number, confidence=confidence)
    store(archive, 9, section="town", confidence=0.49)
    store(archive, 1, text="Sun.", confidence=0.9)
    assert archive.extractions.doubtful() == {
        "city": {"articles": 3, "examples": [f"https://a.example/{n}" for n in (4, 3, 0)]},
        "town": {"articles": 1, "examples": ["https://a.example/9"]},
    }


def test_what_an_article_is_worth_is_that_of_its_current_revision(archive: Archive) -> None:
    store(archive, 1, confidence=0.9, text="Long ago.")
    store(archive, 1, confidence=0.4, text="Fog.")
    known = archive.known(["https://a.example/1"])["https://a.example/1"]
    assert archive.extractions.standing(known.number) == Standing(4, 0.4)
    store(archive, 1, confidence=0.7, text="Fog.")
    assert archive.extractions.standing(known.number) == Standing(4, 0.7), "found again, with more confidence"


def test_a_revision_comes_out_of_the_archive_as_it_was_found(archive: Archive) -> None:
    found = {"confidence": 0.25, "engine": "json", "partial": True, "licence": "CC-BY-4.0"}
    store(archive, 1, **found)
    for [stored] in (archive.shelf.between("city", 1, 1), list(archive.shelf.every("city"))):
        assert {name: getattr(stored.article, name) for name in found} == found


def test_status_looks_only_at_what_is_doubtful_or_partial(archive: Archive) -> None:
    """The plans of SQLite: indexes of their own lead, and nothing is scanned but them."""
    asked: list[tuple[str, object]] = []
    event.listen(
        archive._engine,
        "before_cursor_execute",
        lambda _c, _k, statement, values, *_: asked.append((statement, values)),
    )
    archive.extractions.doubtful()
    archive.extractions.partial()
    connection = archive._engine.raw_connection()
    for (statement, values), index in zip(asked, ("doubtful", "partial"), strict=True):
        plan = [row[3] for row in connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        tables = [line for line in plan if "extractions" in line or "articles" in line]
        assert len(tables) == 2, plan
        assert f"extractions_{index}" in tables[0], plan
        assert "articles USING INDEX articles_by_revision" in tables[1], plan
    connection.close()


def test_a_layout_comes_back_and_the_oldest_leave(archive: Archive) -> None:
    for number in range(5):
        store(archive, number)
        archive.layouts.keep(
            "city", f"https://a.example/{number}", Layout(f"div.n{number}", blocks=("a", "b")), most=3
        )
    archive.layouts.keep("town", "https://a.example/0", Layout("main"), most=3)
    archive.layouts.keep("city", "https://a.example/unknown", Layout("main"), most=3)
    archive.layouts.keep("city", "https://a.example/2", Layout("div.again"), most=3)
    assert [one.container for one in archive.layouts.newest("city")] == ["div.again", "div.n4", "div.n3"]
    assert archive.layouts.newest("city")[1] == Layout("div.n4", blocks=("a", "b"))
    assert archive.layouts.newest("town") == [Layout("main")]
    assert archive.layouts.newest("elsewhere") == []
