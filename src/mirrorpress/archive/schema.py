"""The index's tables as they are now; ``migrations`` brings older ones here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the signature is SQLAlchemy's
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("section", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("revision", Integer, nullable=False, default=0),  # the current one's number in ``revisions``
    Column("first_seen", Moment, nullable=False),
    Column("checked_at", Moment, nullable=False),
    Column("entry_title", Text, nullable=False, default=""),
    Column("entry_updated", Moment),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("body_digest", Text, nullable=False, default=""),
    Column("gone", Integer, nullable=False, default=0),
    # When it came out, by its first revision, and no later than it was found: a date ahead stays no newest.
    Column("dated", Moment, nullable=False, server_default=text("0")),
    Column("code", Text),  # in ``s/<code>``; null until the next build gives one
    Unique("section", "position"),
)
Index("articles_by_date", articles.c.dated)
Index("articles_by_code", articles.c.code, unique=True)
Index("articles_by_revision", articles.c.revision)
# What ``status`` counts, without a look at the articles themselves.
Index("articles_by_arrival", articles.c.section, articles.c.first_seen, articles.c.publisher)

# Every address by which an article is known, and every id that is taken, in comparable form.
addresses = Table(
    "addresses",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article", ForeignKey("articles.number"), nullable=False),
)
ids = Table(
    "ids",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article", ForeignKey("articles.number"), nullable=False),
)

# Where articles, and lists (``article`` is null), stood in old mirrors. ``key`` is the same for paths that
# some file system takes for one; ``tick`` is the archive's clock when this was noted.
former = Table(
    "former",
    metadata,
    Column("key", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("article", ForeignKey("articles.number")),
    Column("tick", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("former_by_article", former.c.article)
Index("former_by_tick", former.c.tick)
# Which such paths articles' current revisions link to, known or not.
mentions = Table(
    "mentions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article", ForeignKey("articles.number"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("mentions_by_article", mentions.c.article)

# ``number`` grows by one with every revision stored: it is the archive's clock.
revisions = Table(
    "revisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("article", ForeignKey("articles.number"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("published", Moment),
    Column("updated", Moment),
    Column("captured_at", Moment, nullable=False),
    Column("language", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("text_length", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("lead_image", Text, nullable=False),
    Column("capture", ForeignKey("captures.number")),
    Column("pictures", JSON, nullable=False),
    Column("assets", JSON, nullable=False),
    Column("html", Text, nullable=False),
    Column("markdown", Text, nullable=False),
    Unique("article", "revision"),
    sqlite_autoincrement=True,
)

# How each revision was found. A table of its own: behind ``html`` and ``markdown`` these few bytes would cost
# a walk over the whole text. Revisions of archives of version 1 have no row.
extractions = Table(
    "extractions",
    metadata,
    Column("revision", ForeignKey("revisions.number"), primary_key=True),
    Column("confidence", Float, nullable=False),
    Column("engine", Text, nullable=False),
    Column("partial", Integer, nullable=False),
    Column("licence", Text, nullable=False),
    Column("ahead", Integer),  # minutes that the newsroom's clock was ahead of UTC; null: not known
)
DOUBTFUL = text("confidence < 0.5")
PARTIAL = text("partial = 1")
"""What ``status`` counts, in the very words of the indexes: SQLite uses a partial index only for its own
condition, without parameters."""
Index("extractions_doubtful", extractions.c.confidence, sqlite_where=DOUBTFUL)
Index("extractions_partial", extractions.c.partial, sqlite_where=PARTIAL)

# Revisions that may say something else than the one before, by their numbers.
amendments = Table(
    "amendments",
    metadata,
    Column("revision", ForeignKey("revisions.number"), primary_key=True),
    Column("article", ForeignKey("articles.number"), nullable=False),
)
Index("amendments_by_article", amendments.c.article)

# The newest pages' layouts, from which a section's memory is learned.
layouts = Table(
    "layouts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("section", Text, nullable=False),
    Column("article", ForeignKey("articles.number"), nullable=False, unique=True),
    Column("layout", JSON, nullable=False),
)
Index("layouts_by_section", layouts.c.section)

captures = Table(
    "captures",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("article", ForeignKey("articles.number")),
    Column("url", Text, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("file", Text, nullable=False),  # below archive/captures/
    Column("offset", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("page", Integer, nullable=False, server_default=text("1")),  # of an article on several pages
)
Index("captures_by_article", captures.c.article)

assets = Table(
    "assets",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("path", Text, nullable=False, unique=True),
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
)
pictures = Table(
    "pictures",
    metadata,
    Column("url", Text, primary_key=True),
    Column("digest", ForeignKey("assets.digest"), nullable=False),
)

# Which articles' current revisions show an asset.
uses = Table(
    "uses",
    metadata,
    Column("path", Text, primary_key=True),
    Column("article", ForeignKey("articles.number"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("uses_by_article", uses.c.article)

# Articles, and addresses that were never fetched, that were taken back; ``tick`` is the archive's clock when
# that was done or undone last.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("article", ForeignKey("articles.number")),
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("public_reason", Text, nullable=False),
    Column("keeps_title", Integer, nullable=False),
    Column("undone_at", Moment),
    Column("tick", Integer, nullable=False),
)
STANDING = text("undone_at IS NULL")
"""Of withdrawals: that they hold, of which an article has one at the most."""
Index("withdrawals_by_article", withdrawals.c.article, unique=True, sqlite_where=STANDING)
Index("withdrawals_by_key", withdrawals.c.key, sqlite_where=STANDING)
Index("withdrawals_by_tick", withdrawals.c.tick)

# Further addresses that lead to withdrawn ones of which the archive has no article.
refused = Table(
    "refused",
    metadata,
    Column("key", Text, primary_key=True),
    Column("withdrawal", ForeignKey("withdrawals.number"), nullable=False),
    sqlite_with_rowid=False,
)

# Addresses whose pages have titles that a filter leaves out, which only the pages told; ``filter`` is a
# digest of it.
filtered = Table(
    "filtered",
    metadata,
    Column("key", Text, primary_key=True),
    Column("filter", Text, nullable=False),
    Column("entry_title", Text, nullable=False),
    Column("entry_updated", Moment),
    sqlite_with_rowid=False,
)

sources = Table(
    "sources",
    metadata,
    Column("section", Text, primary_key=True),
    Column("checked_at", Moment),
    Column("succeeded_at", Moment),
    Column("entries", JSON, nullable=False),
)
# What an editor picked for a section, in the editor's order.
picks = Table(
    "picks",
    metadata,
    Column("section", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("article", ForeignKey("articles.number"), nullable=False),
    Column("title", Text, nullable=False),
    sqlite_with_rowid=False,
)
validators = Table(
    "validators",
    metadata,
    Column("section", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("source", Text, nullable=False),  # the digest of the configuration that the answer was read by
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("url", Text, primary_key=True),
    Column("section", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
)
# What is wrong with a section as a whole, until it is well again.
alarms = Table(
    "alarms",
    metadata,
    Column("section", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
)
runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("command", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("counts", JSON, nullable=False),
)

builds = Table(
    "builds",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("build", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # of the archive's clock, up to which it was built
    Column("digest", Text, nullable=False),
    Column("built_at", Moment, nullable=False),
    Column("front", Text, nullable=False, server_default=text("''")),  # of what the front pages depended on
    Column("size", Integer),  # of all its files, in bytes; null: not known
)
files = Table(
    "files",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("digest", Text, nullable=False),  # empty: the file has left
    Column("build", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("files_by_build", files.c.edition, files.c.build)

# What was signed: of each edition the last signing, its files, its roles' versions, its lists of hashes.
signings = Table(
    "signings",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("build", Integer, nullable=False),
    Column("bits", Integer, nullable=False),
    Column("root", Integer, nullable=False),
    Column("targets", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("signed_at", Moment, nullable=False),
)
signed_files = Table(
    "signed_files",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("spot", Integer, nullable=False),  # -1: in no bin
    Column("size", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("neutral", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("signed_files_by_spot", signed_files.c.edition, signed_files.c.spot)
Index("signed_files_by_folder", signed_files.c.edition, signed_files.c.folder)
signed_roles = Table(
    "signed_roles",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("expires", Moment, nullable=False),
    sqlite_with_rowid=False,
)
signed_lists = Table(
    "signed_lists",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# How many read an article on a day, in days since 1970, by the source that counted them; nothing of who read.
reads = Table(
    "reads",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("article", ForeignKey("articles.number"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("readers", Integer, nullable=False),
    sqlite_with_rowid=False,
)
# Of logs: from which second to which a day was counted, so that no line counts twice.
counted = Table(
    "counted",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("first", Integer, nullable=False),  # seconds since 1970
    Column("last", Integer, nullable=False),
    sqlite_with_rowid=False,
)

publications = Table(
    "publications",
    metadata,
    Column("target", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("published_at", Moment),
    Column("error", Text, nullable=False),
)
