"""Carried pictures: files named by their content, and which picture address gave which."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine, select

from mirrorpress.archive import schema as t
from mirrorpress.archive.index import translated
from mirrorpress.model import Asset


class PictureStore:
    """Pictures below the archive's folder. Safe to use from any thread.

    Every method may raise ``ArchiveError``.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder

    def carried(self, urls: Iterable[str]) -> dict[str, Asset]:
        """Assets already carried for these picture addresses."""
        query = (
            select(t.pictures.c.url, t.assets)
            .join(t.assets, t.assets.c.digest == t.pictures.c.digest)
            .where(t.pictures.c.url.in_(list(urls)))
        )
        found = {}
        with translated(str(self._folder)), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            asset = Asset(**{name: row[name] for name in Asset.__slots__})
            if (self._folder / asset.path).exists():
                found[row["url"]] = asset
        return found

    def keep(self, asset: Asset, data: bytes) -> None:
        """Write a picture's bytes, once, under its content's name."""
        path = self._folder / asset.path
        if path.exists():
            return
        with translated(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}-{id(data)}.part")
            part.write_bytes(data)
            part.replace(path)
