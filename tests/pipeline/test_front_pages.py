"""Home and lists of links change without any article: picks, pinned notes, what was read most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mirrorpress.archive.store import Archive
from mirrorpress.model import Configuration, Edition, File, Mirror, Standing
from mirrorpress.model import Shelf as AnyShelf
from mirrorpress.pipeline.build import build, is_built
from mirrorpress.pipeline.report import Report

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Board:
    """An edition of one article and a home page with a notice."""

    notice: str
    name: str = "board"

    def digest(self, configuration: Configuration) -> str:
        return configuration.mirror.title

    def front(self, configuration: Configuration, shelf: AnyShelf) -> str:
        return self.notice

    def render(
        self,
        configuration: Configuration,
        shelf: AnyShelf,
        since: int | None,
        *,
        front: str = "",
        before: str = "",
        standing: Standing | None = None,
    ) -> Iterator[File | str]:
        if since is None:
            yield File("pages/a.md", b"An article.")
        yield File("README.md", f"{self.notice}, after {before or 'nothing'}".encode())


def built(archive: Archive, folder: Path, edition: Edition) -> Report:
    report = Report()
    build(configured(folder, edition), archive, report, lambda: NOON)
    assert is_built(configured(folder, edition), archive, edition)
    return report


def configured(folder: Path, edition: Edition) -> Configuration:
    return Configuration(folder, Mirror("Harbour Light"), editions=(edition,))


def test_only_the_front_pages_are_rendered_when_only_they_changed(tmp_path: Path) -> None:
    home, article = tmp_path / "out/board/README.md", tmp_path / "out/board/pages/a.md"
    with Archive(tmp_path, started=NOON) as archive:
        assert built(archive, tmp_path, Board("fog")).pages_written == 2
        assert home.read_text() == "fog, after nothing"
        article.write_text("As it was.")
        changed = Board("storm")
        assert not is_built(configured(tmp_path, changed), archive, changed)
        assert built(archive, tmp_path, changed).pages_written == 1
        assert home.read_text() == "storm, after fog"
        assert article.read_text() == "As it was."
        number = archive.ledger.last_build("board")
        assert built(archive, tmp_path, changed).pages_written == 0
        assert archive.ledger.last_build("board") == number


def test_a_build_that_was_cut_short_still_knows_the_front_pages_before_it(tmp_path: Path) -> None:
    with Archive(tmp_path, started=NOON) as archive:
        built(archive, tmp_path, Board("fog"))
        last = archive.ledger.last_build("board")
        assert last is not None
        cut_short = replace(last, digest="unfinished Harbour Light")
        archive.ledger.built("board", cut_short, [], [])
        built(archive, tmp_path, Board("storm"))
        assert (tmp_path / "out/board/README.md").read_text() == "storm, after fog"
