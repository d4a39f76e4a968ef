"""Bringing an index of any earlier version to the present one, all steps in one transaction.

The version stands in SQLite's ``user_version``; 0 is an empty file, which gets the tables as they are now. A
step is never changed once released; a new one is added at the end of ``STEPS``.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from mirrorpress.archive.schema import metadata
from mirrorpress.errors import ArchiveError

_SECOND = """
CREATE TABLE extractions (
    revision INTEGER NOT NULL, confidence FLOAT NOT NULL, engine TEXT NOT NULL, partial INTEGER NOT NULL,
    licence TEXT NOT NULL, PRIMARY KEY (revision), FOREIGN KEY(revision) REFERENCES revisions (number)
);
CREATE INDEX extractions_doubtful ON extractions (confidence) WHERE confidence < 0.5;
CREATE INDEX extractions_partial ON extractions (partial) WHERE partial = 1;
CREATE TABLE layouts (
    number INTEGER NOT NULL, section TEXT NOT NULL, article INTEGER NOT NULL, layout JSON NOT NULL,
    PRIMARY KEY (number), UNIQUE (article), FOREIGN KEY(article) REFERENCES articles (number)
);
CREATE INDEX layouts_by_section ON layouts (section);
CREATE TABLE alarms (
    section TEXT NOT NULL, url TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL, hint TEXT NOT NULL,
    first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (section)
);
ALTER TABLE captures ADD COLUMN page INTEGER DEFAULT 1 NOT NULL
"""


def _second(connection: Connection) -> None:
    """How revisions were found, the layouts of pages, alarms, and captures of articles on several pages."""
    for statement in _SECOND.split(";"):
        connection.execute(text(statement))


def _third(connection: Connection) -> None:
    """What the front pages of a build depended on beside articles."""
    connection.execute(text("ALTER TABLE builds ADD COLUMN front TEXT DEFAULT '' NOT NULL"))


def _fourth(connection: Connection) -> None:
    """The sizes of editions, and an index by arrival: what ``status`` tells without a walk over all files."""
    connection.execute(text("ALTER TABLE builds ADD COLUMN size INTEGER"))
    connection.execute(text("CREATE INDEX articles_by_arrival ON articles (section, first_seen, publisher)"))


def _fifth(connection: Connection) -> None:
    """The newsroom's offset from UTC, with each revision."""
    connection.execute(text("ALTER TABLE extractions ADD COLUMN ahead INTEGER"))


_READS = """
CREATE TABLE reads (
    day INTEGER NOT NULL, article INTEGER NOT NULL, source TEXT NOT NULL, readers INTEGER NOT NULL,
    PRIMARY KEY (day, article, source), FOREIGN KEY(article) REFERENCES articles (number)
) WITHOUT ROWID;
CREATE TABLE counted (
    source TEXT NOT NULL, day INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (source, day)
) WITHOUT ROWID
"""


def _sixth(connection: Connection) -> None:
    """Readers of articles by day, and what of logs was counted."""
    for statement in _READS.split(";"):
        connection.execute(text(statement))


def _seventh(connection: Connection) -> None:
    """When articles came out, by which the newest of all sections are found."""
    connection.execute(text("ALTER TABLE articles ADD COLUMN dated BIGINT DEFAULT 0 NOT NULL"))
    connection.execute(
        text(
            "UPDATE articles SET dated = coalesce((SELECT min(coalesce(published, captured_at), captured_at) "
            "FROM revisions WHERE article = articles.number AND revision = 1), first_seen)"
        )
    )
    connection.execute(text("CREATE INDEX articles_by_date ON articles (dated)"))


_AMENDMENTS = """
CREATE TABLE amendments (
    revision INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (revision),
    FOREIGN KEY(revision) REFERENCES revisions (number), FOREIGN KEY(article) REFERENCES articles (number)
);
CREATE INDEX amendments_by_article ON amendments (article);
INSERT INTO amendments
    SELECT after.number, after.article FROM revisions AS after
    JOIN revisions AS before ON before.article = after.article AND before.revision = after.revision - 1
    WHERE after.capture IS NULL OR before.capture IS NULL OR after.capture != before.capture
"""


def _eighth(connection: Connection) -> None:
    """Which revisions may be corrections: all that are of other bytes, as nobody looked at their words."""
    for statement in _AMENDMENTS.split(";"):
        connection.execute(text(statement))


_WITHDRAWALS = """
CREATE TABLE withdrawals (
    number INTEGER NOT NULL, article INTEGER, "key" TEXT NOT NULL, url TEXT NOT NULL, at BIGINT NOT NULL,
    reason TEXT NOT NULL, public_reason TEXT NOT NULL, keeps_title INTEGER NOT NULL, undone_at BIGINT,
    tick INTEGER NOT NULL, PRIMARY KEY (number), FOREIGN KEY(article) REFERENCES articles (number)
);
CREATE UNIQUE INDEX withdrawals_by_article ON withdrawals (article) WHERE undone_at IS NULL;
CREATE INDEX withdrawals_by_key ON withdrawals ("key") WHERE undone_at IS NULL;
CREATE INDEX withdrawals_by_tick ON withdrawals (tick);
CREATE TABLE refused (
    "key" TEXT NOT NULL, withdrawal INTEGER NOT NULL, PRIMARY KEY ("key"),
    FOREIGN KEY(withdrawal) REFERENCES withdrawals (number)
) WITHOUT ROWID;
CREATE TABLE filtered (
    "key" TEXT NOT NULL, filter TEXT NOT NULL, entry_title TEXT NOT NULL, entry_updated BIGINT,
    PRIMARY KEY ("key")
) WITHOUT ROWID
"""


def _ninth(connection: Connection) -> None:
    """What was taken back, and what a filter of titles left out."""
    for statement in _WITHDRAWALS.split(";"):
        connection.execute(text(statement))


def _tenth(connection: Connection) -> None:
    """Short codes of articles, which the next build gives."""
    connection.execute(text("ALTER TABLE articles ADD COLUMN code TEXT"))
    connection.execute(text("CREATE UNIQUE INDEX articles_by_code ON articles (code)"))


def _eleventh(connection: Connection) -> None:
    """What editors picked."""
    connection.execute(
        text(
            "CREATE TABLE picks (section TEXT NOT NULL, place INTEGER NOT NULL, article INTEGER NOT NULL, "
            "title TEXT NOT NULL, PRIMARY KEY (section, place), "
            "FOREIGN KEY(article) REFERENCES articles (number)) WITHOUT ROWID"
        )
    )


_FORMER = """
CREATE TABLE former (
    "key" TEXT NOT NULL, path TEXT NOT NULL, article INTEGER, tick INTEGER NOT NULL,
    PRIMARY KEY ("key"), FOREIGN KEY(article) REFERENCES articles (number)
) WITHOUT ROWID;
CREATE INDEX former_by_article ON former (article);
CREATE INDEX former_by_tick ON former (tick);
CREATE TABLE mentions (
    "key" TEXT NOT NULL, article INTEGER NOT NULL,
    PRIMARY KEY ("key", article), FOREIGN KEY(article) REFERENCES articles (number)
) WITHOUT ROWID;
CREATE INDEX mentions_by_article ON mentions (article)
"""


def _twelfth(connection: Connection) -> None:
    """Where adopted pages stood in old mirrors, and which articles link to such places."""
    for statement in _FORMER.split(";"):
        connection.execute(text(statement.strip()))


_SIGNED = """
CREATE TABLE signings (
    edition TEXT NOT NULL, number INTEGER NOT NULL, build INTEGER NOT NULL, bits INTEGER NOT NULL,
    root INTEGER NOT NULL, targets INTEGER NOT NULL, "key" TEXT NOT NULL, address TEXT NOT NULL,
    signed_at BIGINT NOT NULL, PRIMARY KEY (edition)
);
CREATE TABLE signed_files (
    edition TEXT NOT NULL, path TEXT NOT NULL, folder TEXT NOT NULL, spot INTEGER NOT NULL,
    size INTEGER NOT NULL, sha256 BLOB NOT NULL, neutral BLOB NOT NULL, PRIMARY KEY (edition, path)
) WITHOUT ROWID;
CREATE INDEX signed_files_by_spot ON signed_files (edition, spot);
CREATE INDEX signed_files_by_folder ON signed_files (edition, folder);
CREATE TABLE signed_roles (
    edition TEXT NOT NULL, role TEXT NOT NULL, version INTEGER NOT NULL, expires BIGINT NOT NULL,
    PRIMARY KEY (edition, role)
) WITHOUT ROWID;
CREATE TABLE signed_lists (
    edition TEXT NOT NULL, folder TEXT NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (edition, folder)
) WITHOUT ROWID
"""


def _thirteenth(connection: Connection) -> None:
    """What was signed of each edition."""
    for statement in _SIGNED.split(";"):
        connection.execute(text(statement.strip()))


FIRST = 1  # the version that ``STEPS`` start from
STEPS: tuple[Callable[[Connection], None], ...] = (
    _second,
    _third,
    _fourth,
    _fifth,
    _sixth,
    _seventh,
    _eighth,
    _ninth,
    _tenth,
    _eleventh,
    _twelfth,
    _thirteenth,
)
PRESENT = FIRST + len(STEPS)


def migrate(connection: Connection, where: str) -> None:
    """Bring an index to the present version. Raises ``ArchiveError`` for one that a later mirrorpress wrote.

    To be called within the connection's transaction, before anything is written.
    """
    if _version(connection, where) == PRESENT:
        return
    # Python's sqlite3 begins no transaction before a CREATE or ALTER: a kill would leave half a step.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    version = _version(connection, where)  # another command may have been faster
    if version == 0:
        metadata.create_all(connection)
    else:
        for step in STEPS[version - FIRST :]:
            step(connection)
    connection.execute(text(f"PRAGMA user_version = {PRESENT}"))


def _version(connection: Connection, where: str) -> int:
    version: int = connection.execute(text("PRAGMA user_version")).scalar_one()
    if version > PRESENT:
        raise ArchiveError(
            f"the archive has version {version}, this mirrorpress knows versions up to {PRESENT}",
            where=where,
            hint="install the mirrorpress that wrote it, or a later one",
        )
    return version
