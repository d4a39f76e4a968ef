"""What was taken back: articles, and addresses that are never to be fetched.

Nothing is deleted here: revisions, captures and pictures of a withdrawn article stay in the archive, which is
never published. A withdrawal that is undone stays as well, with the moment at which it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index

_BATCH = 500  # keys in one query
_LATEST = 2000  # addresses that a mistaken one is compared with

CLOCK = select(
    func.max(
        select(func.coalesce(func.max(t.revisions.c.number), 0)).scalar_subquery(),
        select(func.coalesce(func.max(t.withdrawals.c.tick), 0)).scalar_subquery(),
        select(func.coalesce(func.max(t.former.c.tick), 0)).scalar_subquery(),
    )
)
"""The archive's clock: one on with every revision stored, every withdrawal made or undone, and whenever paths
of old mirrors were noted."""


@dataclass(frozen=True, slots=True)
class Words:
    """Why something is withdrawn; readers see ``public_reason`` and, if ``keeps_title``, the title."""

    reason: str
    public_reason: str = ""
    keeps_title: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A withdrawal as it stands. ``section``, ``id`` and ``title`` are empty for an address of which the
    archive has no article."""

    number: int
    article: int | None
    key: str
    url: str
    at: datetime
    words: Words
    section: str = ""
    id: str = ""
    title: str = ""


class Withdrawals:
    """Reads and writes withdrawals. A writing method is one transaction; all may raise ``ArchiveError``."""

    def __init__(self, index: Index) -> None:
        self._index = index

    # --- what stands ---------------------------------------------------------------------

    def among(self, keys: Iterable[str]) -> dict[str, Taken]:
        """The withdrawals that hold for these comparable addresses, by address."""
        wanted, found = list(dict.fromkeys(keys)), {}
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            for name, on in (
                (t.addresses.c.key, t.addresses.c.article == t.withdrawals.c.article),
                (t.refused.c.key, t.refused.c.withdrawal == t.withdrawals.c.number),
                (t.withdrawals.c.key, None),
            ):
                query = _standing(name.label("asked")).where(name.in_(batch))
                for row in self._index.rows(query if on is None else query.where(on)):
                    found[row["asked"]] = _taken(row)
        return found

    def of(self, article: int) -> Taken | None:
        """The withdrawal of an article."""
        row = self._index.row(_standing().where(t.withdrawals.c.article == article))
        return _taken(row) if row else None

    def all(self) -> list[Taken]:
        """Everything that is withdrawn, the newest first."""
        query = _standing().order_by(t.withdrawals.c.at.desc(), t.withdrawals.c.number.desc())
        return [_taken(row) for row in self._index.rows(query)]

    def like(self, key: str) -> list[str]:
        """Addresses of the newest articles on the same host, for those who mistook one."""
        host = key.partition("/")[0]
        query = (
            select(t.articles.c.url)
            .join(t.addresses, t.addresses.c.article == t.articles.c.number)
            .where(t.addresses.c.key > f"{host}/", t.addresses.c.key < f"{host}0")  # "0" follows "/"
            .order_by(t.articles.c.number.desc())
            .limit(_LATEST)
        )
        return list(dict.fromkeys(self._index.values(query)))

    def standing_at(self, key: str) -> tuple[int, str] | None:
        """Number and address of the article that has this comparable address itself. Looks at all of them."""
        places = [f"{scheme}://{www}{key}" for scheme in ("https", "http") for www in ("", "www.")]
        query = select(t.articles.c.number, t.articles.c.url).where(t.articles.c.url.in_(places))
        row = self._index.row(query.order_by(t.articles.c.number))
        return (row["number"], row["url"]) if row else None

    # --- taking back ---------------------------------------------------------------------

    def withdraw(self, article: int | None, key: str, url: str, words: Words, at: datetime) -> bool:
        """Take an article back, or refuse an address; what is withdrawn already gets the new words. Returns
        whether that changed anything."""
        values: dict[str, Any] = {
            "reason": words.reason,
            "public_reason": words.public_reason,
            "keeps_title": int(words.keeps_title),
        }
        standing = self.of(article) if article is not None else self.among([key]).get(key)
        if standing is not None and standing.words == words:
            return False
        with self._index.transaction():
            values["tick"] = self._tick()
            if standing is not None:
                self._index.execute(
                    update(t.withdrawals).where(t.withdrawals.c.number == standing.number).values(**values)
                )
            else:
                row = insert(t.withdrawals).values(article=article, key=key, url=url, at=at, **values)
                self._index.execute(row)
        return True

    def refuse(self, key: str, withdrawn: Taken) -> None:
        """Note that an address leads to a withdrawn one."""
        if withdrawn.article is None:
            values = {"withdrawal": withdrawn.number}
            refused = upsert(t.refused).values(key=key, **values)
            self._index.write(refused.on_conflict_do_update(index_elements=["key"], set_=values))
        else:
            known = upsert(t.addresses).values(key=key, article=withdrawn.article)
            self._index.write(known.on_conflict_do_nothing())

    def undo(self, withdrawn: Taken, at: datetime) -> None:
        """Let an article or address be as it was."""
        number = t.withdrawals.c.number == withdrawn.number
        with self._index.transaction():
            self._index.execute(update(t.withdrawals).where(number).values(undone_at=at, tick=self._tick()))

    def _tick(self) -> int:
        """The archive's clock, one on, so that builds see that something changed."""
        now: int = self._index.value(CLOCK)
        return now + 1


def _standing(*more: Any) -> Any:
    return (
        select(*more, t.withdrawals, t.articles.c.section, t.articles.c.id, t.revisions.c.title)
        .select_from(t.withdrawals)
        .outerjoin(t.articles, t.articles.c.number == t.withdrawals.c.article)
        .outerjoin(t.revisions, t.revisions.c.number == t.articles.c.revision)
        .where(t.withdrawals.c.undone_at.is_(None))
    )


def _taken(row: Any) -> Taken:
    return Taken(
        number=row["number"],
        article=row["article"],
        key=row["key"],
        url=row["url"],
        at=row["at"],
        words=Words(row["reason"], row["public_reason"], bool(row["keeps_title"])),
        section=row["section"] or "",
        id=row["id"] or "",
        title=row["title"] or "",
    )
