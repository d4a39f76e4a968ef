"""A mirror of the sample newsroom in a folder of its own, driven through the real command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.newsroom import Newsroom, sample_configuration


@dataclass
class Mirror:
    """A mirror's folder with its remote; ``run`` is the real command line in a process of its own."""

    folder: Path
    newsroom: Newsroom
    remote: Path = field(init=False)

    def __post_init__(self) -> None:
        self.remote = self.folder / "remote.git"
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", self.remote], check=True)
        self.configure(sample_configuration(self.newsroom.url, str(self.remote)))

    def configure(self, text: str) -> None:
        (self.folder / "mirrorpress.toml").write_text(text, encoding="utf-8")

    @property
    def configuration(self) -> str:
        return (self.folder / "mirrorpress.toml").read_text(encoding="utf-8")

    def command(
        self, *arguments: str, expect: int = 0, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "mirrorpress", *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def run(self, command: str = "run", *arguments: str, expect: int = 0) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self.command(command, "--json", *arguments, expect=expect).stdout)
        return result

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.remote), "-c", "core.quotePath=false", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def page(self, path: str) -> str:
        """A page as it stands in the pushed repository."""
        return self.git("show", f"main:{path}")

    def out(self) -> dict[str, bytes]:
        root = self.folder / "out" / "markdown"
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    with Newsroom() as newsroom:
        yield Mirror(tmp_path, newsroom)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mirror, dict[str, Any]]]:
    """A mirror after its first run, and what that run reported; to be looked at, not changed."""
    with Newsroom() as newsroom:
        mirror = Mirror(tmp_path_factory.mktemp("published"), newsroom)
        report = mirror.run()
        yield mirror, report
