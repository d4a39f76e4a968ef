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


READERS_WAY = """
[[sections]]
id = "picks"
title = "编辑推荐"
publisher = "harbour"
source = { type = "picks", file = "picks.csv" }

[[links]]
text = "镜像列表"
url = "https://example.org/mirrors"
place = "home"

[[links]]
text = "写信给本镜像"
url = "mailto:desk@example.org"
place = "after-article"

[[notes]]
text = "**本镜像只是演示**，请看[读者帮助](help.md)。"
places = ["home", "p2"]
"""
"""An editor's section, links and a note, to be added to the sample configuration."""
PICKS = """url,title
{url}/news/gb/2026/06/12/10001.html,夏季渡轮时刻表：末班船晚九点
{url}/en/2026/06/12/lighthouse-lamp-comes-home,The lamp is home
"""
"""What the editor picked, in ``picks.csv``; ``{url}`` is the newsroom's."""
OLD_PATH = "pages/港湾要闻/9001.md"
"""Where the page of ``old_mirror`` stands in it."""


def old_mirror(folder: Path, url: str) -> None:
    """Write an old-style mirror of the newsroom at ``url``, with one page, into a new folder."""
    page = folder / OLD_PATH
    page.parent.mkdir(parents=True)
    page.write_text(fill("old-page.md", {"url": url.rstrip("/")}), encoding="utf-8")
    (folder / "indexes").mkdir()
    (folder / "indexes" / "港湾要闻.md").write_text("### 港湾要闻\n", encoding="utf-8")
