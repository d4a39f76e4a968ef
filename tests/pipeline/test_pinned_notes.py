"""A pinned note goes at the first build after its last day, though nothing else changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mirrorpress.archive.store import Archive
from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.model import Configuration, Mirror, Note, Publisher, Section
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.run import Run

LAST = date(2026, 6, 30)


def built(configuration: Configuration, now: datetime) -> Report:
    report = Report()
    with Run(configuration, "build", report, clock=lambda: now) as run:
        run.build()
    return report


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    with Archive(tmp_path, started=datetime(2026, 6, 1, tzinfo=UTC)):
        pass
    return Configuration(
        tmp_path,
        Mirror("Harbour Light"),
        publishers=(Publisher("harbour", "Harbour Times"),),
        sections=(Section("p2", "Officials", "harbour"), Section("town", "Town", "harbour")),
        notes=(Note("The pier is closed.", ("home", "p2"), LAST),),
        editions=(MarkdownEdition(),),
    )


def test_a_note_goes_when_its_last_day_has_passed(configuration: Configuration) -> None:
    root = configuration.folder / "out" / "markdown"

    def showing() -> set[str]:
        return {str(one.relative_to(root)) for one in root.rglob("*.md") if "pier" in one.read_text()}

    built(configuration, datetime(2026, 6, 1, tzinfo=UTC))
    assert showing() == {"README.md", "indexes/p2.md"}
    assert built(configuration, datetime(2026, 6, 30, 23, 59, tzinfo=UTC)).pages_written == 0
    assert showing() == {"README.md", "indexes/p2.md"}
    assert built(configuration, datetime(2026, 7, 1, tzinfo=UTC)).pages_written == 2
    assert showing() == set()
    assert built(configuration, datetime(2026, 7, 2, tzinfo=UTC)).pages_written == 0
