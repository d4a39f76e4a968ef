"""A small model of the scripts that mirrorpress replaces, in our own words.

A work tree of Markdown pages. Each run rewrites the pages that are new, then every section's list
(``KEEP`` newest, as those mirrors keep) and the home page, each link with a number of this run behind it
so that readers' browsers fetch anew; then ``git add -A``, ``git commit``, ``git push``. Pages hold what the
old pages held: menu, body as HTML, promoted links, share address, original address. It draws no QR codes,
makes no feeds, and checks nothing.

    python -m bench.peers.oldway found|run FOLDER MIRROR_SIZE FIRST COUNT
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import corpus

KEEP = 600
_MENU = " | ".join(f"[Link {number}](https://links.example.org/{number})" for number in range(4))
_PROMOTED = "\n\n".join(
    f"#### [Promoted {number}](https://links.example.org/{number})" for number in range(4, 8)
)


def _page(one: corpus.Piece) -> str:
    share = f"https://git.example.org/team/mirror/src/branch/main/pages/{one.section}/{one.id}.md"
    return (
        f"### {one.title}\n------------------------\n\n#### [Home](../../README.md) | "
        f"[{one.section}](../../indexes/{one.section}.md) | {_MENU}\n\n<div>\n{one.html}\n</div>\n\n"
        f"{_PROMOTED}\n\nShare: {share}\n\nOriginal: {one.url}\n"
    )


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def found(folder: Path, sections: Sequence[str]) -> None:
    """A new mirror's work tree and remote."""
    work = folder / "work"
    work.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    _git(work, "init", "--quiet", "--initial-branch=main")
    _git(work, "remote", "add", "origin", str(folder / "remote.git"))
    for section in sections:
        (work / "pages" / section).mkdir(parents=True)
    (work / "indexes").mkdir()


def run(work: Path, pieces: Sequence[corpus.Piece], sections: Sequence[str], number: int) -> None:
    """Add articles, write every list anew, commit, push; ``number`` is that of the run."""
    for one in pieces:
        (work / "pages" / one.section / f"{one.id}.md").write_text(_page(one), encoding="utf-8")
    _rewrite_lists(work, sections, number)
    _git(work, "add", "-A")
    _git(work, "commit", "--quiet", "-m", f"update {number}")
    _git(work, "push", "--quiet", "origin", "main")


def main(what: str, folder: Path, size: int, first: int, count: int) -> None:
    """``found`` makes the mirror with its first articles, ``run`` adds ``count`` to it."""
    if what == "found":
        found(folder, corpus.SECTIONS)
    pieces = [corpus.piece(number, populated=size) for number in range(first, first + count)]
    run(folder / "work", pieces, corpus.SECTIONS, first)


def _rewrite_lists(work: Path, sections: Sequence[str], run: int) -> None:
    """As the scripts did: read the title of each page that a list names, write the list anew."""
    home = ["# Harbour Light\n"]
    for section in sections:
        newest = sorted((work / "pages" / section).iterdir(), reverse=True)[:KEEP]
        lines = []
        for path in newest:
            with path.open(encoding="utf-8") as page:
                title = page.readline()[4:].strip()
            lines.append(f"#### [{title}](../pages/{section}/{path.name}?t={run})")
        (work / "indexes" / f"{section}.md").write_text(
            "\n\n".join([f"# {section}", *lines]), encoding="utf-8"
        )
        home += [f"## [{section}](indexes/{section}.md?t={run})", *lines[:10]]
    (work / "README.md").write_text("\n\n".join(home), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *(int(number) for number in sys.argv[3:6]))
