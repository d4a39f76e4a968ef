"""docs/first-mirror.md, done from its first line to its last as a new operator would, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .pages import Page

PAGE = Page("docs/first-mirror.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRACTICE = PAGE.text.partition("## Now a real one")[0]


@dataclass
class Operator:
    """Follows the page. ``said`` holds what each command line printed."""

    folder: Path
    port: int
    newspaper: subprocess.Popen[str] | None = None
    said: dict[str, str] = field(default_factory=dict)

    def follow(self, language: str, text: str) -> None:
        text = text.replace("127.0.0.1:8700", f"127.0.0.1:{self.port}")
        if language == "toml":
            self.edit(text)
            return
        assert language == "sh", language
        for line in text.splitlines():
            words = shlex.split(line)
            if words[0] == "cd":
                self.folder = self.folder / words[1]
            elif words[:3] == ["mirrorpress", "demo", "--serve"]:
                self.open_newspaper(words[1:])
            elif "--every" in words and words[1] == "run":
                self.said[line] = self.keep_going(words[1:])
            else:
                self.said[line] = self.run(words)
                if words[:2] == ["mirrorpress", "init"]:
                    self.hurry()

    def edit(self, text: str) -> None:
        """A table goes to the end of the file; a single line takes the place of the one with its key."""
        file = self.folder / "mirrorpress.toml"
        before = file.read_text("utf-8")
        if text.startswith("[["):
            file.write_text(f"{before}\n{text}", encoding="utf-8")
            return
        key = text.partition(" ")[0]
        assert "\n" not in text.strip()
        after, count = re.subn(rf"^(# )?{key} = .*$", text.strip(), before, count=1, flags=re.MULTILINE)
        assert count == 1, text
        file.write_text(after, encoding="utf-8")

    def hurry(self) -> None:
        """The only thing that is done otherwise: no second between two requests."""
        file = self.folder / "my-mirror" / "mirrorpress.toml"
        file.write_text(file.read_text("utf-8").replace("[fetch]", "[fetch]\ndelay = 0"), encoding="utf-8")

    def run(self, words: list[str]) -> str:
        told = subprocess.run(
            self.command(words), cwd=self.folder, capture_output=True, text=True, timeout=60
        )
        assert told.returncode == 0, (words, told.stdout, told.stderr)
        return told.stdout + told.stderr

    def start(self, words: list[str], until: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            self.command(["mirrorpress", *words]), cwd=self.folder, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr
        said = ""
        while until not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        return process, said

    def open_newspaper(self, words: list[str]) -> None:
        self.close_newspaper()
        self.newspaper, said = self.start([*words, "--port", str(self.port)], "Persian")
        assert f"http://127.0.0.1:{self.port}/en/feed.atom" in said

    def close_newspaper(self) -> None:
        if self.newspaper is not None:
            self.stop(self.newspaper, 0)
            self.newspaper = None

    def keep_going(self, words: list[str]) -> str:
        process, said = self.start(words, "next run at ")
        self.stop(process, 130)
        return said

    @staticmethod
    def stop(process: subprocess.Popen[str], status: int) -> None:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == status

    def command(self, words: list[str]) -> list[str]:
        return [sys.executable, "-m", *words] if words[0] == "mirrorpress" else words


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    operator = Operator(tmp_path, port)
    yield operator
    operator.close_newspaper()


def test_the_guide_works_as_written(operator: Operator) -> None:
    home = operator.folder
    blocks = BLOCK.findall(PRACTICE)
    told: list[tuple[str, str]] = []
    for language, text in blocks:
        before = len(operator.said)
        operator.follow(language, text)
        told += list(operator.said.items())[before:]
        if "rights =" in text:
            assert operator.said["mirrorpress status"].count("5 excerpts") == 1, "as the page says"
            excerpt = (home / "my-mirror/out/markdown/pages/en").glob("*.md")
            shortest = min(len(page.read_text("utf-8")) for page in excerpt)
    mirror = home / "my-mirror"
    assert (
        min(len(page.read_text("utf-8")) for page in (mirror / "out/markdown/pages/en").glob("*.md"))
        > shortest
    )
    assert list((mirror / "out/markdown/assets").rglob("*.webp"))
    assert "README.md" in operator.said["ls ../reader ../reader/pages/en"]
    assert (home / "reader" / "pages" / "en").is_dir()
    assert "# Harbour Light" in (home / "reader" / "README.md").read_text("utf-8")
    assert "confidence" in operator.said["mirrorpress check"]
    assert "only excerpts are published" in operator.said["mirrorpress check"]
    commits = operator.said["git -C ../readers.git log --oneline"].splitlines()
    assert len(commits) == 2, "the first, and the second section: the next day brought nothing new"
    assert "[Timer]" in operator.said["mirrorpress schedule systemd"]
    assert "all well: nothing needs a person" in operator.said["mirrorpress status"]


def test_every_block_of_the_guide_is_followed() -> None:
    fences = PAGE.text.count("```")
    assert fences == 2 * len(BLOCK.findall(PRACTICE))
    assert len([1 for language, _ in BLOCK.findall(PRACTICE) if language == "sh"]) >= 10


def test_the_newspaper_says_when_its_port_is_taken(operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", operator.port)):
        words = [sys.executable, "-m", "mirrorpress", "demo", "--serve", "--port", str(operator.port)]
        told = subprocess.run(words, cwd=operator.folder, capture_output=True, text=True, env=os.environ)
    assert told.returncode == 2
    assert "the port cannot be opened" in told.stderr
    assert "--port" in told.stderr
