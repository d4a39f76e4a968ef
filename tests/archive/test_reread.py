from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mirrorpress.archive.store import Archive, Outcome, Place
from mirrorpress.model import Article, Capture, Entry

URL = "https://harbour.example/news/city/1.html"
KEY = "harbour.example/news/city/1.html"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ARTICLE = Article(URL, "Fog over the harbour", "<p>Fog.</p>", "Fog.\n", "Fog.", 4)


@pytest.fixture
def archive(tmp_path: Path):
    with Archive(tmp_path, started=NOON) as archive:
        yield archive


def store(archive: Archive, article: Article, body: bytes) -> Outcome:
    return archive.store(
        article,
        Capture(URL, URL, NOON, 200, (("content-type", "text/html"),), body),
        entry=Entry(URL, article.title),
        keys=[KEY],
        place=Place("city", "1", "harbour"),
        known=archive.known([KEY]).get(KEY),
        body_digest=hashlib.sha256(body).hexdigest(),
        pictures={},
    )


def bytes_kept(archive: Archive) -> int:
    return sum(path.stat().st_size for path in (archive.folder / "captures").rglob("*.warc.gz"))


def test_extracting_a_capture_again_keeps_its_bytes_once(archive):
    store(archive, ARTICLE, b"<p>Fog.</p>")
    before = bytes_kept(archive)

    better = replace(ARTICLE, markdown="**Fog.**\n")
    assert store(archive, better, b"<p>Fog.</p>") == "updated"

    assert bytes_kept(archive) == before
    assert [[page.body for page in read()] for _, read in archive.captures_of("city")] == [[b"<p>Fog.</p>"]]


def test_a_page_that_changed_is_kept_beside_the_one_before(archive):
    store(archive, ARTICLE, b"<p>Fog.</p>")
    before = bytes_kept(archive)

    assert store(archive, replace(ARTICLE, markdown="Sun.\n"), b"<p>Sun.</p>") == "updated"

    assert bytes_kept(archive) > before
    assert [[page.body for page in read()] for _, read in archive.captures_of("city")] == [[b"<p>Sun.</p>"]]
