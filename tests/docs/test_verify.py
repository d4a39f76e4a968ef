"""docs/verify.md, done from its first line to its last by a reader who has a copy and the mirror's key."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mirrorpress.trust.answers import Answer
from tests.trust.conftest import Mirror, first_mirror, home, mirror, page_of  # noqa: F401 - fixtures

from .pages import Page, table

PAGE = Page("docs/verify.md")


@pytest.fixture
def reader(mirror: Mirror, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811 - fixtures
    """A folder with a copy of the site, the mirror's key, and the line that ssh-keygen needs."""
    shutil.copytree(mirror.site, home / "copy")
    mirror.run("key", "export", home / "mirror.root.json", "-q")
    mirror.run("key", "export", "--allowed-signers", home / "allowed_signers", "-q")
    programs = home / "bin"
    programs.mkdir()
    (programs / "mirrorpress").write_text(f'#!/bin/sh\nexec {sys.executable} -m mirrorpress "$@"\n')
    (programs / "mirrorpress").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return home


def followed(reader: Path, headline: str) -> subprocess.CompletedProcess[str]:
    """All blocks below a headline, one after the other in one shell."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.part(headline), re.MULTILINE | re.DOTALL)
    shell = "\n".join(blocks)
    return subprocess.run(["sh", "-eu"], input=shell, cwd=reader, capture_output=True, text=True, timeout=120)


def test_by_machine_works_as_written(reader: Path) -> None:
    done = followed(reader, "## By machine")

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("verified") == 4


def test_by_hand_works_as_written_and_finds_what_was_done_to_a_copy(reader: Path) -> None:
    done = followed(reader, "## By hand")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f'Good "mirrorpress-manifest" signature for mirror with ED25519 key {online(reader)}'
    ]

    page = page_of(reader / "copy")
    text = page.read_bytes()
    page.write_bytes(text + b"<p>It is all untrue.</p>")
    assert (
        f"NOT GENUINE: ./{page.parent.relative_to(reader / 'copy')}/SHA256SUMS"
        in followed(reader, "## By hand").stdout
    )
    page.write_bytes(text)
    (page.parent / "new.html").write_text("<p>Forged.</p>", encoding="utf-8")
    assert (
        f"NOT GENUINE: ./{page.parent.relative_to(reader / 'copy')}/new.html"
        in followed(reader, "## By hand").stdout
    )
    (page.parent / "new.html").unlink()
    sums = reader / "copy/SHA256SUMS"
    sums.write_bytes(sums.read_bytes() + b"0" * 64 + b"  forged.html\n")
    assert followed(reader, "## By hand").returncode != 0


def online(reader: Path) -> str:
    words = subprocess.run(
        ["ssh-keygen", "-lf", "-"],
        input=(reader / "allowed_signers").read_text().partition('git" ')[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return words.stdout.split()[1]


def test_the_answers_are_those_of_the_program() -> None:
    rows = table(Page("docs/commands.md").part("## `mirrorpress verify`"), "answer")
    assert [row[0].strip("`") for row in rows] == [str(one) for one in Answer]
