"""The configuration with which the sample newsroom is mirrored, and an old mirror of it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from mirrorpress.app.newsroom.site import fill


def sample_configuration(url: str, remote: str) -> str:
    """The text of a ``mirrorpress.toml`` that mirrors the newsroom at ``url`` (http://host:port) into
    the git repository ``remote``: a path or anything else that git can push to."""
    # A JSON string is a TOML basic string, so a Windows path or a quote in it does no harm.
    quoted = json.dumps(remote, ensure_ascii=False)
    return fill("mirrorpress.toml", {"url": url.rstrip("/"), "host": urlsplit(url).netloc, "remote": quoted})


OLD_PATH = "pages/港湾要闻/9001.md"
"""Where the page of ``old_mirror`` stands in it."""


def old_mirror(folder: Path, url: str) -> None:
    """Write an old-style mirror of the newsroom at ``url``, with one page, into a new folder."""
    page = folder / OLD_PATH
    page.parent.mkdir(parents=True)
    page.write_text(fill("old-page.md", {"url": url.rstrip("/")}), encoding="utf-8")
    (folder / "indexes").mkdir()
    (folder / "indexes" / "港湾要闻.md").write_text("### 港湾要闻\n", encoding="utf-8")
