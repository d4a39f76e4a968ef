"""Archives of earlier versions open, and come out as new ones are made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from mirrorpress.archive.migrations import FIRST, PRESENT, STEPS
from mirrorpress.archive.store import Archive

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def index_of(folder: Path) -> Path:
    return folder / "archive" / "index.sqlite"


def old_archive(folder: Path, version: int) -> None:
    """An archive of the first version, or one that a later version made of it."""
    index_of(folder).parent.mkdir(parents=True)
    with closing(sqlite3.connect(index_of(folder))) as index:
        index.executescript((Path(__file__).parent / "version-1.sql").read_text())
    engine = create_engine(f"sqlite:///{index_of(folder)}")
    with engine.begin() as connection:
        for step in STEPS[: version - FIRST]:
            step(connection)
        connection.execute(text(f"PRAGMA user_version = {version}"))
    engine.dispose()


def shape(folder: Path) -> dict[str, object]:
    """Tables with their columns, keys and indexes, whatever words made them."""
    with closing(sqlite3.connect(index_of(folder))) as index:
        tables = [row[0] for row in index.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: dict[str, object] = {
            name: (
                index.execute(f"PRAGMA table_info({name})").fetchall(),
                sorted(row[2:] for row in index.execute(f"PRAGMA foreign_key_list({name})")),
                sorted(row[1:] for row in index.execute(f"PRAGMA index_list({name})")),
            )
            for name in tables
        }
        found["indexes"] = sorted(
            index.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        )
        found["version"] = index.execute("PRAGMA user_version").fetchone()
        return found


@pytest.mark.parametrize("version", range(FIRST, PRESENT))
def test_an_old_archive_comes_out_as_a_new_one_is_made(tmp_path: Path, version: int) -> None:
    old_archive(tmp_path / "old", version)
    for folder in ("old", "new"):
        with Archive(tmp_path / folder, started=NOON):
            pass
    assert shape(tmp_path / "old") == shape(tmp_path / "new")


def test_what_an_old_archive_holds_is_still_there(tmp_path: Path) -> None:
    old_archive(tmp_path, 1)
    with Archive(tmp_path, started=NOON) as archive:
        [stored] = archive.shelf.every("city")
        assert stored.article.title == "Fog over the harbour"
        assert (stored.article.confidence, stored.article.engine, stored.article.partial) == (1.0, "", False)
        assert (stored.article.offset, stored.first_offset) == (None, None)
        assert [one.reason for one in archive.ledger.open_failures()] == ["500"]
        assert len(list(archive.captures_of("city"))) == 1
        assert archive.extractions.doubtful() == archive.extractions.partial() == {}
        assert [one.id for one in archive.shelf.newest(bodies=False)] == [stored.id]
        assert list(archive.shelf.amendments("city", 1)) == []
        assert (stored.former, archive.shelf.former_lists(0)) == ((), [])
        before = archive.shelf.clock()
        assert archive.former.note([("pages/old/Fog.md", 1), ("indexes/旧闻.md", None)]) == []
        assert archive.former.note([("pages/OLD/fog.md", None)]) == ["pages/OLD/fog.md"]
        assert archive.shelf.clock() == before + 1
        [stored] = archive.shelf.changed(before)
        assert stored.former == ("pages/old/Fog.md",)
        assert archive.shelf.former_lists(before) == ["indexes/旧闻.md"]
        last = archive.ledger.last_build("markdown")
        assert last is None or last.front == ""


def test_a_migration_that_is_cut_short_leaves_the_old_archive(tmp_path: Path) -> None:
    old_archive(tmp_path / "old", 1)
    before = shape(tmp_path / "old")
    with closing(sqlite3.connect(index_of(tmp_path / "old"))) as index:
        index.execute("CREATE TABLE alarms (in_the_way)")  # the step fails after it has made other tables
    with pytest.raises(Exception, match="alarms"):
        Archive(tmp_path / "old", started=NOON)
    with closing(sqlite3.connect(index_of(tmp_path / "old"))) as index:
        index.execute("DROP TABLE alarms")
    assert shape(tmp_path / "old") == before
