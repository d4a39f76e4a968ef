"""A real archive, filled without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import pytest

from mirrorpress.archive.store import Archive, Place
from mirrorpress.archive.withdrawals import Words
from mirrorpress.model import Article, Asset, Capture, Configuration, Entry, File, Mirror, Publisher, Section

START = datetime(2026, 6, 1, 8, tzinfo=UTC)


class Shelf:
    """Stores small articles, one an hour."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive(folder, started=START, keep_captures=False)
        self.hours = 0

    def add(
        self,
        name: str,
        *,
        section: str = "p2",
        title: str = "",
        text: str = "Words.",
        picture: str = "",
        url: str = "",
        partial: bool = False,
        offset: int | None = None,
        language: str = "",
        days: int = 0,
    ) -> None:
        self.hours += 1
        moment = START + timedelta(hours=self.hours)
        url = url or f"https://harbour.example/{section}/{name}.html"
        assets = (f"assets/{picture[:2]}/{picture}.webp",) if picture else ()
        article = Article(
            url=url,
            title=title or f"Title {name}",
            html=f"<p>{escape(text, quote=False)}</p>"
            + "".join(
                f'<p><img src="\ufdd0{path}" alt="A lamp > a candle" width="1" height="1"></p>'
                for path in assets
            ),
            markdown=f"{text}\n" + "".join(f"\n![x](\ufdd0{path})\n" for path in assets),
            excerpt=text[:20],
            text_length=len(text),
            published=moment + timedelta(days=days),
            assets=assets,
            partial=partial,
            offset=offset,
            language=language,
        )
        pictures = {}
        for path in assets:
            asset = Asset(picture * 4, path, "image/webp", 1, 1, 4)
            self.archive.pictures.keep(asset, b"webp")
            pictures[f"https://harbour.example/{picture}.jpg"] = asset
        known = self.archive.known([url]).get(url)
        self.archive.store(
            article,
            Capture(url, url, moment, 200, (), b""),
            entry=Entry(url, article.title, published=moment),
            keys=[url],
            place=Place(section, name, "harbour"),
            known=known,
            body_digest=str(self.hours),
            pictures=pictures,
        )

    def withdraw(self, url: str, *, public_reason: str = "", keep_title: bool = False) -> None:
        known = self.archive.known([url])[url]
        words = Words("A letter of the publisher", public_reason, keep_title)
        self.archive.withdrawals.withdraw(known.number, url, url, words, START + timedelta(days=9))

    def restore(self, url: str) -> None:
        for one in self.archive.withdrawals.among([url]).values():
            self.archive.withdrawals.undo(one, START + timedelta(days=10))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    with made.archive:
        yield made


def configuration(
    folder: Path, *, keep: int = 0, rights: str | None = "own", language: str = "en"
) -> Configuration:
    return Configuration(
        folder=folder,
        mirror=Mirror("Harbour Light", language, addresses=("https://git.example.org/m/",)),
        publishers=(Publisher("harbour", "Harbour Times", "https://harbour.example/", rights),),
        sections=(Section("p2", "Officials", "harbour", keep=keep), Section("town", "Town", "harbour")),
    )


def tree(items: Iterator[File | str], before: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """The files of an edition after rendering ``items`` over what stood ``before``."""
    found = dict(before or {})
    for item in items:
        if isinstance(item, str):
            found.pop(item, None)
        else:
            found[item.path] = item.data if isinstance(item.data, bytes) else item.data.read_bytes()
    return found
