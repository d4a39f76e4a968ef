"""The archive: what it knows about articles, and storing them, one transaction an article."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import create_engine, delete, event, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from mirrorpress.archive import schema as t
from mirrorpress.archive.amendments import Amendments
from mirrorpress.archive.captures import CaptureLog
from mirrorpress.archive.codes import Codes
from mirrorpress.archive.extractions import Extractions
from mirrorpress.archive.filtered import Filtered
from mirrorpress.archive.former import Former
from mirrorpress.archive.index import Index, translated
from mirrorpress.archive.journal import Journal
from mirrorpress.archive.layouts import Layouts
from mirrorpress.archive.ledger import Ledger
from mirrorpress.archive.listings import Listings
from mirrorpress.archive.migrations import migrate
from mirrorpress.archive.picks import Picks
from mirrorpress.archive.pictures import PictureStore
from mirrorpress.archive.reads import Reads
from mirrorpress.archive.shelf import ArchiveShelf
from mirrorpress.archive.signatures import Signatures
from mirrorpress.archive.withdrawals import Withdrawals
from mirrorpress.errors import ArchiveError
from mirrorpress.model import Article, Asset, Capture, Entry, Revision, Validators, local_day
from mirrorpress.paths import folded, inner_links

Outcome = Literal["new", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows of an article without its text."""

    number: int
    section: str
    position: int
    id: str
    url: str
    revision: int
    first_seen: datetime
    checked_at: datetime
    entry_title: str
    entry_updated: datetime | None
    etag: str
    last_modified: str
    body_digest: str
    gone: bool
    publisher: str
    published: datetime | None  # of its first revision
    offset: int | None  # of its current one; see ``Article.offset``

    @property
    def validators(self) -> Validators:
        return Validators(self.etag, self.last_modified)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new article is to stand: its section, the id it asked for (already safe), its publisher."""

    section: str
    id: str
    publisher: str


class Archive:
    """The archive below a mirror's folder; the caller holds the lock. Used by one thread, but ``pictures``.

    ``shelf`` is what editions read, ``listings`` what sources said, ``ledger`` what was built and published,
    ``layouts`` what pages taught of their sites, ``extractions`` how revisions were found, ``reads`` how many
    read which article, ``withdrawals`` what was taken back, ``filtered`` what a filter of titles left out,
    ``codes`` the articles' short names, ``picks`` what editors picked, ``former`` where articles stood in old
    mirrors.
    Every method may raise ``ArchiveError``.
    """

    def __init__(self, folder: Path, *, started: datetime, keep_captures: bool = True) -> None:
        self.folder = folder / "archive"
        with translated(str(self.folder)):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._path = self.folder / "index.sqlite"
        self._keep_captures = keep_captures
        self._log = CaptureLog(self.folder / "captures", started)
        self._exit = ExitStack()
        self._engine = create_engine(f"sqlite:///{self._path}")
        event.listen(self._engine, "connect", _prepare)
        self._exit.callback(self._engine.dispose)
        try:
            connection = self._exit.enter_context(self._engine.connect())
            with connection.begin():
                migrate(connection, str(self._path))
        except ArchiveError:
            self._exit.close()
            raise
        except (DatabaseError, sqlite3.Error) as error:  # the latter from the pragmas of a new connection
            self._exit.close()
            reason = error.orig if isinstance(error, DatabaseError) else error
            raise ArchiveError(
                f"the index cannot be opened: {reason}",
                where=str(self._path),
                hint="restore it from a backup; captures and pictures beside it are whole",
            ) from error
        self._index = Index(connection, str(self._path))
        self.ledger = Ledger(self._index)
        self.listings = Listings(self._index)
        self.layouts = Layouts(self._index)
        self.codes = Codes(self._index)
        self.signatures = Signatures(self._index)
        self.former = Former(self._index)
        self.extractions = Extractions(self._index)
        self.reads = Reads(self._index)
        self._amendments = Amendments(self._index)
        self.withdrawals = Withdrawals(self._index)
        self.filtered = Filtered(self._index)
        self.picks = Picks(self._index)
        self.pictures = PictureStore(self._engine, self.folder)
        self.shelf = ArchiveShelf(self._index, self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._log.close()
        self._exit.close()

    def journal(self, edition: str) -> Journal:
        """What a build of this edition is about to write."""
        return Journal(self.folder / "unfinished" / f"{edition}.txt")

    # --- what is known -------------------------------------------------------------------

    def known(self, keys: Iterable[str]) -> dict[str, Known]:
        """The articles known under these comparable addresses."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, Known] = {}
        for start in range(0, len(wanted), 500):
            query = (
                select(
                    t.addresses.c.key,
                    t.articles,
                    t.revisions.c.published,
                    t.extractions.c.ahead.label("offset"),
                )
                .join(t.articles, t.articles.c.number == t.addresses.c.article)
                .join(
                    t.revisions,
                    (t.revisions.c.article == t.articles.c.number) & (t.revisions.c.revision == 1),
                )
                .outerjoin(t.extractions, t.extractions.c.revision == t.articles.c.revision)
                .where(t.addresses.c.key.in_(wanted[start : start + 500]))
            )
            for row in self._index.rows(query):
                values = {name: row[name] for name in Known.__slots__}
                found[row["key"]] = Known(**{**values, "gone": bool(values["gone"])})
        return found

    def recent_lengths(self, section: str, count: int = 20) -> list[int]:
        """Text lengths, in characters, of the section's newest articles."""
        query = (
            select(t.revisions.c.text_length)
            .join(t.articles, t.articles.c.revision == t.revisions.c.number)
            .where(t.articles.c.section == section)
            .order_by(t.articles.c.position.desc())
            .limit(count)
        )
        return self._index.values(query)

    # --- storing -------------------------------------------------------------------------

    def store(
        self,
        article: Article,
        capture: Capture,
        *,
        entry: Entry,
        keys: Sequence[str],
        place: Place,
        known: Known | None,
        body_digest: str,
        pictures: dict[str, Asset],
        further: Sequence[Capture] = (),
        amends: Callable[[Revision, Revision], bool] | None = None,
    ) -> Outcome:
        """Store an article in one transaction; returns what it was.

        ``keys`` are the comparable addresses it goes by; ``further`` its second and later pages; ``amends``
        says whether a revision of other bytes says something else than the one before (None: it may). A
        revision that says the same as the current one is not stored again, nor is a capture whose bytes are
        kept already. Nothing is ever overwritten.
        """
        digest = _digest(article)
        with self._index.transaction():
            number = known.number if known else self._create(article, place, capture)
            self._add_addresses(number, keys)
            self._index.execute(
                update(t.articles)
                .where(t.articles.c.number == number)
                .values(
                    checked_at=capture.fetched_at,
                    entry_title=entry.title,
                    entry_updated=entry.updated or entry.published,
                    etag=capture.header("etag"),
                    last_modified=capture.header("last-modified"),
                    body_digest=body_digest,
                    gone=0,
                )
            )
            if known and self._current_digest(number) == digest:
                self.extractions.record(known.revision, article)
                return "unchanged"
            self._add_assets(pictures)
            same_bytes = known is not None and known.body_digest == body_digest
            captures = (capture, *further)
            before = self._amendments.current(number) if known and not same_bytes else None
            revision = self._add_revision(number, article, captures, digest, same_bytes=same_bytes)
            after = self._amendments.current(number)
            if before and after and (amends is None or amends(before, after)):
                self._amendments.note(number, revision)
            return "updated" if known else "new"

    def _create(self, article: Article, place: Place, capture: Capture) -> int:
        position = self._index.value(
            select(func.coalesce(func.max(t.articles.c.position), 0)).where(
                t.articles.c.section == place.section
            )
        )
        values = {
            "section": place.section,
            "position": (position or 0) + 1,
            "id": self._free_id(place.id),
            "url": article.url,
            "publisher": place.publisher,
            "first_seen": capture.fetched_at,
            "checked_at": capture.fetched_at,
            "dated": min(article.published or capture.fetched_at, capture.fetched_at),
        }
        number = self._index.insert(insert(t.articles).values(**values))
        self._index.execute(insert(t.ids).values(key=str(values["id"]).casefold(), article=number))
        return number

    def _add_addresses(self, number: int, keys: Sequence[str]) -> None:
        for key in keys:
            self._index.execute(upsert(t.addresses).values(key=key, article=number).on_conflict_do_nothing())

    def _free_id(self, wanted: str) -> str:
        """The id asked for, or the first of ``<id>-2``, ``<id>-3`` … that no article has."""
        for attempt in range(1, 100_000):
            candidate = wanted if attempt == 1 else f"{wanted}-{attempt}"
            taken = select(t.ids.c.article).where(t.ids.c.key == candidate.casefold())
            if self._index.value(taken) is None:
                return candidate
        raise ArchiveError(f"no free id like {wanted!r}", where=str(self._path), hint="report this address")

    def _current_digest(self, article: int) -> str:
        query = (
            select(t.revisions.c.digest)
            .join(t.articles, t.articles.c.revision == t.revisions.c.number)
            .where(t.articles.c.number == article)
        )
        return self._index.value(query) or ""

    def _add_assets(self, pictures: dict[str, Asset]) -> None:
        for url, asset in pictures.items():
            self._index.execute(upsert(t.assets).values(**asdict(asset)).on_conflict_do_nothing())
            statement = upsert(t.pictures).values(url=url, digest=asset.digest)
            self._index.execute(
                statement.on_conflict_do_update(index_elements=["url"], set_={"digest": asset.digest})
            )

    def _add_revision(
        self, number: int, article: Article, captures: Sequence[Capture], digest: str, *, same_bytes: bool
    ) -> int:
        """Returns its number."""
        newest = select(func.max(t.captures.c.number)).where(
            t.captures.c.article == number, t.captures.c.page == 1
        )
        kept: int | None = self._index.value(newest) if same_bytes else None
        if self._keep_captures and kept is None:
            kept, *_ = [self._add_capture(number, page, one) for page, one in enumerate(captures, start=1)]
        count = self._index.value(
            select(func.coalesce(func.max(t.revisions.c.revision), 0)).where(t.revisions.c.article == number)
        )
        revision = self._index.insert(
            insert(t.revisions).values(
                number=self.shelf.clock() + 1,  # withdrawals take numbers of the same clock
                article=number,
                revision=(count or 0) + 1,
                title=article.title,
                authors=list(article.authors),
                published=article.published,
                updated=article.updated,
                captured_at=captures[0].fetched_at,
                language=article.language,
                excerpt=article.excerpt,
                text_length=article.text_length,
                digest=digest,
                lead_image=article.lead_image,
                capture=kept,
                pictures=[asdict(picture) for picture in article.pictures],
                assets=list(article.assets),
                html=article.html,
                markdown=article.markdown,
            )
        )
        self.extractions.record(revision, article)
        self._index.execute(update(t.articles).where(t.articles.c.number == number).values(revision=revision))
        self._index.execute(delete(t.uses).where(t.uses.c.article == number))
        for path in article.assets:
            self._index.execute(insert(t.uses).values(path=path, article=number))
        self._index.execute(delete(t.mentions).where(t.mentions.c.article == number))
        for key in sorted({folded(path) for path in inner_links(article.markdown)}):
            self._index.execute(insert(t.mentions).values(key=key, article=number))
        return revision

    def _add_capture(self, number: int, page: int, capture: Capture) -> int:
        file, offset, size = self._log.append(capture)
        row = insert(t.captures).values(
            article=number,
            url=capture.url,
            fetched_at=capture.fetched_at,
            file=file,
            offset=offset,
            size=size,
            page=page,
        )
        return self._index.insert(row)

    def checked(self, known: Known, entry: Entry, at: datetime, *, gone: bool = False) -> None:
        """Note that an article was asked for again and is as it was, or is no longer there."""
        values: dict[str, Any] = {"checked_at": at, "gone": int(gone)}
        if not gone:
            values |= {"entry_title": entry.title, "entry_updated": entry.updated or entry.published}
        self._index.write(update(t.articles).where(t.articles.c.number == known.number).values(**values))

    def also_at(self, known: Known, keys: Sequence[str]) -> None:
        """Note comparable addresses that lead to an article as well."""
        with self._index.transaction():
            self._add_addresses(known.number, keys)

    def attribute(self, known: Known, publisher: str) -> bool:
        """Give an article another publisher; returns whether that changed anything."""
        if known.publisher == publisher:
            return False
        self._index.write(
            update(t.articles).where(t.articles.c.number == known.number).values(publisher=publisher)
        )
        self.ledger.forget_builds()
        return True

    # --- captures ------------------------------------------------------------------------

    def captures_of(self, section: str) -> Iterable[tuple[Entry, Callable[[], list[Capture]]]]:
        """Every article of a section that has a capture, in order of arrival, and what reads the newest
        captures of its pages, the first page's first (and may raise ``ArchiveError``)."""
        newest = (
            select(t.captures.c.article, func.max(t.captures.c.number).label("number"))
            .where(t.captures.c.page == 1)
            .group_by(t.captures.c.article)
            .subquery()
        )
        query = (
            select(t.captures.c.file, t.captures.c.offset, t.articles)
            .join(t.articles, t.articles.c.number == t.captures.c.article)
            .join(newest, newest.c.article == t.articles.c.number)
            .where(t.articles.c.section == section, t.captures.c.number >= newest.c.number)
            .order_by(t.articles.c.position, t.captures.c.number)
        )
        for _, pages in groupby(self._index.rows(query), key=itemgetter("position")):
            rows = list(pages)
            first = rows[0]
            entry = Entry(
                first["url"], first["entry_title"], published=first["entry_updated"], id=first["id"]
            )
            yield entry, partial(self._read_captures, [(row["file"], row["offset"]) for row in rows])

    def _read_captures(self, places: Sequence[tuple[str, int]]) -> list[Capture]:
        return [self._log.read(file, offset) for file, offset in places]


def _prepare(connection: Any, record: Any) -> None:  # noqa: ARG001 - the signature is SQLAlchemy's
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 5000"):
        connection.execute(f"PRAGMA {pragma}")


def _digest(article: Article) -> str:
    """Changes when a reader would see a difference."""
    published = article.published
    seen = [
        article.title,
        list(article.authors),
        published.isoformat() if published else "",
        article.language,
        article.html,
        article.markdown,
        *(["partial"] if article.partial else []),
        *(
            ["day", str(day)]
            if published and (day := local_day(published, article.offset)) != published.date()
            else []
        ),
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()
