"""What a season of daily runs costs on the wire, beside the scripts of old.

    python -m bench.season [--days 90] [--runs 3] [--articles 40] [--start 1000] [--unsigned]

A mirror of 70 sections with keys, which starts with some articles and gets its day's share at each run; after each
run, the pack that a push sends is made again and weighed. The scripts of old do the same beside it: 70 lists, each
written anew at each run with a number behind every link, and a picture of a QR code for each page.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import segno

from bench import corpus, mirrors
from bench.peers import oldway
from mirrorpress.archive.store import Archive, Place
from mirrorpress.model import Capture
from mirrorpress.pipeline.identity import comparable

_MIRRORPRESS = Path(sys.executable).with_name("mirrorpress")
_CHANNELS = 7  # sections made of each of the newsroom's ten
SECTIONS = tuple(f"{section}{number}" for section in corpus.SECTIONS for number in range(_CHANNELS))


def piece(number: int, populated: int) -> corpus.Piece:
    """An article of the newsroom, in one of 70 sections."""
    one = corpus.piece(number, populated=populated)
    return replace(one, section=f"{one.section}{number % _CHANNELS}")


@dataclass
class Wire:
    """The bytes that pushes sent, by run."""

    remote: Path
    sent: list[int] = field(default_factory=list)
    tip: str = ""

    def weigh(self) -> None:
        """Weigh what was pushed since the last time; the first time only remember where that was."""
        after = _git(self.remote, "rev-parse", "main").decode().strip()
        if self.tip and after != self.tip:
            revisions = f"{after}\n^{self.tip}\n".encode()
            pack = ("pack-objects", "--revs", "--thin", "--delta-base-offset", "--stdout", "-q")
            self.sent.append(len(_git(self.remote, *pack, stdin=revisions)))
        self.tip = after


def ours(folder: Path, keys: Path | None, start: int) -> None:
    """A mirror with its first articles, published once; signed if there is a folder for ``keys``."""
    mirrors.found(folder, remote=True, sections=SECTIONS)
    text = (folder / "mirrorpress.toml").read_text(encoding="utf-8")
    site = text.index('\n[[editions]]\ntype = "site"')
    text = text[:site] + mirrors.TARGET  # of a season in git, the Markdown edition alone counts
    (folder / "mirrorpress.toml").write_text(text, encoding="utf-8")
    if keys:
        _mirrorpress(folder, "key", "init", "--one-person", "--no-passphrase", "--keys", str(keys), "-q")
    add(folder, 0, start, start)
    _mirrorpress(folder, "publish", "-q")


def add(folder: Path, first: int, count: int, populated: int) -> None:
    """Store articles in a mirror."""
    with Archive(folder, started=corpus.NEWEST, keep_captures=False) as archive:
        for number in range(first, first + count):
            one = piece(number, populated)
            archive.store(
                mirrors.article_of(one),
                Capture(one.url, one.url, one.published + timedelta(hours=1), 200, (), b""),
                entry=mirrors.entry_of(one),
                keys=[comparable(one.url)],
                place=Place(one.section, one.id, "harbour"),
                known=None,
                body_digest=hashlib.sha256(one.url.encode()).hexdigest(),
                pictures={},
            )


def theirs(folder: Path, first: int, count: int, populated: int) -> None:
    """A run of the scripts of old, with a QR picture for each page."""
    pieces = [piece(number, populated) for number in range(first, first + count)]
    work = folder / "work"
    for one in pieces:
        picture = work / "qr" / one.section / f"{one.id}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        segno.make(
            f"https://git.example.org/team/mirror/src/branch/main/pages/{one.section}/{one.id}.md"
        ).save(str(picture), scale=4)
    oldway.run(work, pieces, SECTIONS, first)


def main() -> None:
    """Simulate a season and print what it cost."""
    options = _options()
    total = options.days * options.articles
    with tempfile.TemporaryDirectory(prefix="mirrorpress-season-") as place:
        mirror, old = Path(place) / "mirror", Path(place) / "old"
        ours(mirror, None if options.unsigned else Path(place) / "keys", options.start)
        oldway.found(old, SECTIONS)
        theirs(old, 0, options.start, options.start)
        wires = {"mirrorpress": Wire(mirror / "remote.git"), "old scripts": Wire(old / "remote.git")}
        for wire in wires.values():
            wire.weigh()
        first = options.start
        for run in range(options.days * options.runs):
            count = total * (run + 1) // (options.days * options.runs) - (first - options.start)
            add(mirror, first, count, options.start)
            _mirrorpress(mirror, "publish", "-q")
            theirs(old, first, count, options.start)
            first += count
            for wire in wires.values():
                wire.weigh()
        kinds = _kinds(mirror / "remote.git")
    for name, wire in wires.items():
        sent = sum(wire.sent)
        print(
            f"{name}: {sent / 1e6:.1f} MB in {len(wire.sent)} pushes, {sent / total / 1000:.2f} kB an article"
        )
    ratio = sum(wires["old scripts"].sent) / sum(wires["mirrorpress"].sent)
    print(f"the scripts of old send {ratio:.1f} times as much")
    print("of mirrorpress, by kind, kB an article as stored in one pack of the last commits:")
    for kind, size in kinds.most_common():
        print(f"  {kind:12} {size / 1000:.2f}")


def _kinds(remote: Path) -> Counter[str]:
    """What the last 30 commits added, in kB an article by kind of file, each as its difference from another."""
    _git(remote, "repack", "-a", "-d", "-f", "-q", "--depth=50", "--window=50")
    commits = _git(remote, "rev-list", "main", "--max-count=31").decode().split()
    listed = _git(remote, "rev-list", "--objects", f"{commits[1]}", f"^{commits[-1]}").decode().splitlines()
    names = {line.split(" ", 1)[0]: line.partition(" ")[2] for line in listed}
    asked = "\n".join(names).encode() + b"\n"
    told = _git(
        remote, "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize:disk)", stdin=asked
    )
    found: Counter[str] = Counter()
    articles = sum(1 for name in names.values() if name.startswith("pages/") and name.endswith(".md"))
    for line in told.decode().splitlines():
        name, kind, size = line.split()
        path = names[name]
        word = kind if kind != "blob" else path.split("/")[0] if "/" in path else "front"
        if path.endswith("SHA256SUMS"):
            word = "sums"
        found[word] += int(size) / max(articles, 1)  # type: ignore[assignment]
    return found


def _mirrorpress(folder: Path, *arguments: str) -> None:
    subprocess.run([_MIRRORPRESS, *arguments], cwd=folder, check=True)


def _git(repository: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", "-C", str(repository), *arguments], input=stdin, check=True, capture_output=True
    ).stdout


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.season", description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--runs", type=int, default=3, help="a day")
    parser.add_argument("--articles", type=int, default=40, help="a day")
    parser.add_argument("--start", type=int, default=1000, help="articles that are there before")
    parser.add_argument("--unsigned", action="store_true", help="a mirror without keys")
    return parser.parse_args()


if __name__ == "__main__":
    main()
