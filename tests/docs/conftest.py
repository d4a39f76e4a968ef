"""The sample newsroom, mirrored into a folder of its own by the real command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.cli import main
from mirrorpress.app.newsroom import Newsroom

CONFIGURATION = """
[mirror]
title = "Harbour Light"
[[publishers]]
id = "harbour"
name = "Harbour Times"
url = "{url}/"
rights = "own"
[[sections]]
id = "bandar"
title = "Bandar"
publisher = "harbour"
source = {{ type = "listpage", url = "{url}/fa/", items = "ul.news a" }}
[[sections]]
id = "lost"
title = "Lost"
publisher = "harbour"
source = {{ type = "feed", url = "{url}/nowhere.xml" }}
[fetch]
allow_private = ["{host}"]
delay = 0
[[targets]]
type = "directory"
edition = "markdown"
path = "published"
"""


@dataclass(frozen=True)
class Shell:
    """Runs mirrorpress in a folder, within this process, as starting one costs more than most commands.

    ``url`` is that of a newsroom that is open.
    """

    folder: Path
    url: str

    def run(self, *arguments: str, expect: int = 0, folder: Path | None = None) -> str:
        """What a command writes to stdout; it must end with status ``expect``."""
        out, words = StringIO(), StringIO()
        with (
            chdir(folder or self.folder),
            redirect_stdout(out),
            redirect_stderr(words),
            pytest.raises(SystemExit) as end,
        ):
            main(arguments)
        assert end.value.code == expect, out.getvalue() + words.getvalue()
        return out.getvalue()

    def json(self, *arguments: str, expect: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json", expect=expect))
        return found


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with Newsroom() as newsroom:
        text = CONFIGURATION.format(url=newsroom.url, host=newsroom.url.partition("//")[2])
        (tmp_path / "mirrorpress.toml").write_text(text, encoding="utf-8")
        yield Shell(tmp_path, newsroom.url)
