"""Mirrors of made-up articles, made through the archive's own door.

As a program: ``python -m bench.mirrors add FOLDER FIRST COUNT`` stores articles in the mirror at FOLDER;
``captures`` instead of ``add`` stores their pages, not yet extracted.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from warcio.archiveiterator import ArchiveIterator

from bench import corpus
from mirrorpress.archive.store import Archive, Place
from mirrorpress.model import Article, Capture, Entry
from mirrorpress.pipeline.identity import comparable
from mirrorpress.pipeline.registry import Registry

_HEAD = """
[mirror]
title = "Harbour Light"
language = "zh-Hans"
addresses = ["https://git.example.org/team/mirror/src/branch/main/"]
site_addresses = ["https://mirror.example.org/"]
contact = "desk@example.org"

[[publishers]]
id = "harbour"
name = "Harbour Times"
url = "{site}"
rights = "licensed"

[fetch]
delay = 0
allow_private = ["127.0.0.1"]
"""
_SECTION = """
[[sections]]
id = "{id}"
title = "{title}"
publisher = "harbour"
source = {{ type = "feed", url = "{feed}/{id}.xml" }}
"""
_LINK = """
[[links]]
text = "Open link {number}"
url = "https://links.example.org/{number}"
place = "{place}"
"""
TARGET = """
[[targets]]
type = "git"
edition = "markdown"
url = "remote.git"
"""
_PAGES = "pages/{section}/{year}/{month}/{id}"
_KNOWN_EDITIONS = {"markdown": ".md", "site": ".html"}


def editions() -> list[str]:
    """The editions that a full build makes: those of the budget that exist."""
    return [name for name in _KNOWN_EDITIONS if name in Registry().names("editions")]


def found(
    folder: Path,
    *,
    body: str = "",
    feed: str = corpus.SITE,
    remote: bool = False,
    sections: Sequence[str] = corpus.SECTIONS,
) -> Path:
    """A new mirror's folder, with its sections; ``body`` is their selector, empty for automatic extraction."""
    folder.mkdir(parents=True)
    text = [_HEAD.format(site=corpus.SITE)]
    for id in sections:
        text.append(_SECTION.format(id=id, title=id.title(), feed=feed))
        if body:
            text.append(f'[sections.article]\nbody = "{body}"\n')
    places = ["menu"] * 4 + ["after-article"] * 4
    text += [_LINK.format(number=number, place=place) for number, place in enumerate(places)]
    for name in editions():
        text.append(f'\n[[editions]]\ntype = "{name}"\npages = "{_PAGES}{_KNOWN_EDITIONS[name]}"\n')
    if remote:
        text.append(TARGET)
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder / "remote.git")],
            check=True,
        )
    (folder / "mirrorpress.toml").write_text("".join(text), encoding="utf-8")
    return folder


def forget_builds(folder: Path) -> None:
    """Make a mirror as it was before its first build."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    with closing(sqlite3.connect(folder / "archive" / "index.sqlite")) as index:
        for table in ("files", "builds"):
            index.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        index.commit()


def article_of(one: corpus.Piece) -> Article:
    """What extraction would make of its page."""
    text = " ".join(text for _, text in one.blocks)
    return Article(
        url=one.url,
        title=one.title,
        html=one.html,
        markdown=one.markdown + "\n",
        excerpt=text[:200],
        text_length=len(text),
        authors=(one.author,),
        published=one.published,
        language=one.language,
    )


def add(folder: Path, first: int, count: int, *, populated: int = 0, pages: bool = False) -> None:
    """Store articles ``first`` to ``first + count - 1``; with ``pages``, as captures that wait for extraction."""
    pieces = (corpus.piece(number, populated=populated) for number in range(first, first + count))
    with Archive(folder, started=corpus.NEWEST, keep_captures=pages) as archive:
        for one in pieces:
            _store(archive, one, pages=pages)


def _store(archive: Archive, one: corpus.Piece, *, pages: bool) -> None:
    body = corpus.page(one) if pages else b""
    article = article_of(one)
    if pages:
        article = Article(one.url, "waits for extraction", "", "", "", 0)
    archive.store(
        article,
        Capture(one.url, one.url, one.published + timedelta(hours=1), 200, _HEADERS, body),
        entry=entry_of(one),
        keys=[comparable(one.url)],
        place=Place(one.section, one.id, "harbour"),
        known=None,
        body_digest=hashlib.sha256(body).hexdigest(),
        pictures={},
    )


_HEADERS = (("content-type", "text/html; charset=utf-8"), ("etag", '"1"'))


def feeds(folder: Path, populated: int, *, each: int = 40) -> dict[str, bytes]:
    """RSS feeds of the sections' newest articles, by path; their articles are noted as looked at just now, so
    that none is due to be asked for again."""
    newest: dict[str, list[corpus.Piece]] = {section: [] for section in corpus.SECTIONS}
    with Archive(folder, started=corpus.NEWEST) as archive:
        for number in range(populated - 1, max(populated - 2 * each * len(newest), 0) - 1, -1):
            one = corpus.piece(number, populated=populated)
            if len(newest[one.section]) < each:
                newest[one.section].append(one)
                known = archive.known([comparable(one.url)])[comparable(one.url)]
                archive.checked(known, entry_of(one), datetime.now(UTC))
    return {f"/{section}.xml": _rss(pieces) for section, pieces in newest.items()}


def entry_of(one: corpus.Piece) -> Entry:
    """What a feed says of an article."""
    return Entry(one.url, one.title, published=one.published)


def _rss(pieces: list[corpus.Piece]) -> bytes:
    items = "\n".join(
        f"<item><title>{escape(one.title)}</title><link>{one.url}</link>"
        f"<pubDate>{format_datetime(one.published)}</pubDate></item>"
        for one in pieces
    )
    head = f"<title>Harbour Times</title><link>{corpus.SITE}</link><description>News</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def captured(folder: Path) -> Iterator[bytes]:
    """The pages that a mirror has captured, read from its WARC files as any program would."""
    for path in sorted((folder / "archive" / "captures").rglob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                yield record.content_stream().read()


if __name__ == "__main__":
    add(
        Path(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]),
        populated=int(sys.argv[5]),
        pages=sys.argv[1] == "captures",
    )
