"""An edition's folder with a history of builds, as a target sees it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mirrorpress.model import Change, Release


@dataclass
class Newsdesk:
    """Writes builds of one edition and hands out releases of them."""

    folder: Path
    edition: str = "markdown"
    build: int = 0
    changed_at: dict[str, int] = field(default_factory=dict)
    asked_since: list[int] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "out" / self.edition

    def write(self, files: dict[str, str | None]) -> None:
        """One build: ``None`` removes a file."""
        self.build += 1
        self.root.mkdir(parents=True, exist_ok=True)
        made: set[Path] = set()
        for path, text in sorted(files.items(), key=lambda item: item[1] is not None):  # removals first
            place = self.root / path
            if text is None:
                place.unlink()
                self._remove_empty(place.parent)
            else:
                if place.parent not in made:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    made.add(place.parent)
                place.write_text(text, encoding="utf-8")
            self.changed_at[path] = self.build

    def _remove_empty(self, folder: Path) -> None:
        while folder != self.root and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def changes(self, since: int) -> Iterable[Change]:
        self.asked_since.append(since)
        for path, build in sorted(self.changed_at.items()):
            if build > since:
                present = (self.root / path).is_file()
                if present or since:
                    yield Change(path, present=present)

    def release(self, state: str = "", workspace: str = "first") -> Release:
        return Release(
            edition=self.edition,
            root=self.root,
            build=self.build,
            when=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=self.build),
            summary=f"Build {self.build}",
            changes=self.changes,
            workspace=self.folder / "archive" / "targets" / workspace,
            state=state,
        )


@pytest.fixture
def newsdesk(tmp_path: Path) -> Newsdesk:
    return Newsdesk(tmp_path / "mirror")


class Remote:
    """A bare repository, and a person who works in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": "Someone", f"GIT_{role}_EMAIL": "someone@example.org"}
        command = ["git", "--git-dir", str(self.path), "-c", "core.quotePath=false", *arguments]
        done = subprocess.run(command, check=True, capture_output=True, input=stdin, env=environment)
        return done.stdout.decode().strip()

    def tip(self, branch: str = "main") -> str:
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def files(self, commit: str = "main") -> dict[str, str]:
        names = self.git("ls-tree", "-r", "-z", "--name-only", commit).split("\0")
        return {name: self.git("cat-file", "blob", f"{commit}:{name}") for name in names if name}

    def log(self, commit: str = "main") -> list[str]:
        return self.git("log", "--topo-order", "--format=%s", commit).splitlines()

    def commit(self, files: dict[str, str | None], message: str = "By hand", orphan: bool = False) -> str:
        """A commit by a person on main; ``None`` removes a file."""
        lines = [
            "commit refs/heads/main",
            "committer Someone <someone@example.org> 1700000000 +0000",
            f"data {len(message)}",
            message,
        ]
        if self.tip() and not orphan:
            lines.append(f"from {self.tip()}")
        for path, text in files.items():
            if text is None:
                lines.append(f"D {path}")
            else:
                lines += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
        self.git("fast-import", "--quiet", "--force", stdin=("\n".join(lines) + "\n").encode())
        return self.tip()

    def hook(self, name: str, script: str) -> None:
        place = self.path / "hooks" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)


@pytest.fixture
def make_remote(tmp_path: Path) -> Callable[[str], Remote]:
    return lambda name: Remote(tmp_path / "hosts" / name)


@pytest.fixture
def remote(make_remote: Callable[[str], Remote]) -> Remote:
    return make_remote("remote.git")
