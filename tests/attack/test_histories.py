"""Whatever happened to a mirror, an incremental build equals a full one, byte for byte."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mirrorpress.archive.store import Archive, Place
from mirrorpress.archive.withdrawals import Words
from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.model import ROOT, Article, Asset, Capture, Configuration, Entry, Mirror, Publisher, Section
from mirrorpress.pipeline.build import build
from mirrorpress.pipeline.report import Report

START = datetime(2026, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """Ends a build as a kill would: nothing of ours catches it."""


@dataclass
class History:
    """A mirror that lives through random days."""

    folder: Path
    random: random.Random
    moment: datetime = START
    configuration: Configuration = field(init=False)
    written: dict[str, int] = field(default_factory=dict)  # address: its last revision

    def __post_init__(self) -> None:
        self.configuration = Configuration(
            folder=self.folder,
            mirror=Mirror("Harbour Light", addresses=("https://git.example.org/m/",)),
            publishers=(
                Publisher("own", "Harbour Times", rights="own"),
                Publisher("short", "Short Times", rights="excerpt"),
            ),
            sections=(
                Section("all", "Everything", "own"),
                Section("few", "A few", "own", keep=4),
                Section("short", "Excerpts", "short", keep=7),
            ),
            editions=(MarkdownEdition(list_size=3),),
        )

    @contextmanager
    def archive(self, folder: Path | None = None) -> Iterator[Archive]:
        with Archive(folder or self.folder, started=self.moment, keep_captures=False) as archive:
            yield archive

    def live(self, archive: Archive) -> None:
        """New articles, corrected ones, and pictures shared between them."""
        for _ in range(self.random.choice((0, 1, 1, 2, 5, 12))):
            section = self.random.choice(("all", "few", "few", "short", "adopted"))
            self.store(archive, section, f"https://a.example/{section}/{len(self.written)}.html")
        for url in self.random.sample(
            sorted(self.written), min(len(self.written), self.random.choice((0, 0, 1, 4)))
        ):
            self.store(archive, url.split("/")[3], url)
        for url in self.random.sample(sorted(self.written), min(len(self.written), 2)):
            [known] = archive.known([url]).values()
            if self.random.random() < 0.2:
                archive.withdrawals.withdraw(known.number, url, url, Words("Asked to"), self.moment)
            elif taken := archive.withdrawals.of(known.number):
                archive.withdrawals.undo(taken, self.moment)

    def store(self, archive: Archive, section: str, url: str) -> None:
        self.moment += timedelta(hours=1)
        revision = self.written[url] = self.written.get(url, 0) + 1
        paths = []
        pictures = {}
        for name in self.random.sample("abcdef", self.random.choice((0, 0, 1, 2))):
            digest = hashlib.sha256(name.encode()).hexdigest()
            asset = Asset(digest, f"assets/{digest[:2]}/{digest[:16]}.webp", "image/webp", 1, 1, 1)
            archive.pictures.keep(asset, name.encode())
            pictures[f"https://a.example/{name}.png"] = asset
            paths.append(asset.path)
        shown = "".join(f"\n![]({ROOT}{path})\n" for path in paths)
        article = Article(
            url=url,
            title=f"Title {revision}",
            html=f"<p>{revision}</p>",
            markdown=f"Words {revision}.\n{shown}",
            excerpt=f"Words {revision}.",
            text_length=8,
            published=self.random.choice((None, self.moment - timedelta(days=self.random.randrange(90)))),
            updated=self.random.choice((None, self.moment)),
            assets=tuple(paths),
        )
        known = archive.known([url])
        archive.store(
            article,
            Capture(url, url, self.moment, 200, (), b""),
            entry=Entry(url),
            keys=[url],
            place=Place(section, url.rpartition("/")[2].removesuffix(".html"), "own"),
            known=known.get(url),
            body_digest="",
            pictures=pictures,
        )

    def build(self, archive: Archive, *, full: bool = False, killed_after: int = 0) -> Report:
        report = Report()

        def watch(what: str, done: int, total: int) -> None:
            if done == killed_after:
                raise Killed

        report.watch = watch
        build(self.configuration, archive, report, lambda: self.moment, full=full)
        return report

    def tree(self, folder: Path | None = None) -> dict[str, bytes]:
        root = (folder or self.folder) / "out" / "markdown"
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def fresh(self) -> dict[str, bytes]:
        """What a full build from a copy of the archive gives in an empty folder."""
        other = self.folder.parent / "fresh"
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.folder / "archive", other / "archive")
        configuration = self.configuration
        self.configuration = replace(configuration, folder=other)
        with self.archive(other) as archive:
            self.build(archive, full=True)
        self.configuration = configuration
        return self.tree(other)


@pytest.mark.parametrize("seed", [1, 2, 3, 6, 10, 11])
def test_incremental_builds_equal_a_full_one_after_any_history(tmp_path: Path, seed: int) -> None:
    history = History(tmp_path / "mirror", random.Random(seed))
    history.folder.mkdir()
    for _ in range(6):
        for _ in range(history.random.randrange(1, 4)):
            with history.archive() as archive:
                history.live(archive)
                try:
                    history.build(archive, killed_after=history.random.choice((0, 0, 1, 3, 8, 20)))
                except Killed:
                    continue  # the next day's run finds what the killed one left
        if history.random.random() < 0.3:
            keep = history.random.randrange(8)
            sections = [
                replace(one, keep=keep if one.id == "few" else one.keep)
                for one in history.configuration.sections
            ]
            history.configuration = replace(history.configuration, sections=tuple(sections))
        with history.archive() as archive:
            history.build(archive)
        assert history.tree() == history.fresh()
        with history.archive() as archive:
            known = set(archive.ledger.present("markdown"))
            report = history.build(archive)
            assert report.bytes_written == 0
        assert known == history.tree().keys()


def test_a_full_build_mends_what_was_edited_or_removed_in_out(tmp_path: Path) -> None:
    history = History(tmp_path / "mirror", random.Random(0))
    history.folder.mkdir()
    with history.archive() as archive:
        for n in range(20):
            history.store(archive, "all", f"https://a.example/all/{n}.html")
        history.build(archive)
        before = history.tree()
        root = history.folder / "out" / "markdown"
        (root / "README.md").write_text("hacked", encoding="utf-8")
        (root / "help.md").unlink()
        shutil.rmtree(root / "pages")
        (root / "indexes" / "all.md").unlink()
        (root / "indexes" / "all.md").mkdir()
        asset = next(path for path in before if path.startswith("assets/"))
        (root / asset).unlink()
        (root / asset).write_bytes(b"another picture")
        (root / "indexes" / "all.md").rmdir()
        history.build(archive, full=True)
    assert history.tree() == before
