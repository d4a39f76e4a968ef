"""What sources said last time: entries, and validators for asking again only if something changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import Index
from mirrorpress.model import Entry, Validators


class Listings:
    """The archive's memory of its sources."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def entries(self, section: str) -> list[Entry]:
        """What a section's source listed when it last answered."""
        rows = self._index.value(select(t.sources.c.entries).where(t.sources.c.section == section)) or []
        return [_entry(row) for row in rows]

    def answered(self, section: str, entries: Sequence[Entry] | None, at: datetime) -> None:
        """Note a source's answer; None: it said that nothing changed."""
        values: dict[str, Any] = {"checked_at": at, "succeeded_at": at}
        if entries is not None:
            values["entries"] = [_plain(entry) for entry in entries]
        statement = upsert(t.sources).values(section=section, **{"entries": [], **values})
        self._index.write(statement.on_conflict_do_update(index_elements=["section"], set_=values))

    def asked(self, section: str, at: datetime) -> None:
        """Note that a source was asked and did not answer."""
        statement = upsert(t.sources).values(section=section, entries=[], checked_at=at)
        self._index.write(
            statement.on_conflict_do_update(index_elements=["section"], set_={"checked_at": at})
        )

    def validators(self, section: str, source: str) -> dict[str, Validators]:
        """What a section sends to ask for its feed or list pages only if they changed.

        ``source`` is a digest of the source's configuration. Validators belong to a section and to that
        digest: another section has not read the page yet, and other selectors find other entries in it.
        """
        query = select(t.validators).where(t.validators.c.section == section, t.validators.c.source == source)
        return {row["url"]: Validators(row["etag"], row["last_modified"]) for row in self._index.rows(query)}

    def keep_validators(self, section: str, source: str, url: str, validators: Validators) -> None:
        """Remember an answer's validators for the next run."""
        values = {"source": source, **asdict(validators)}
        statement = upsert(t.validators).values(section=section, url=url, **values)
        self._index.write(statement.on_conflict_do_update(index_elements=["section", "url"], set_=values))


def _plain(entry: Entry) -> dict[str, Any]:
    values = asdict(entry)
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, Path)
        else value
        for name, value in values.items()
        if value not in ("", None, ())
    }


def _entry(values: dict[str, Any]) -> Entry:
    for name in ("published", "updated"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    if "authors" in values:
        values["authors"] = tuple(values["authors"])
    if "page" in values:
        values["page"] = Path(values["page"])
    return Entry(**values)
