"""What a section's pages teach of its site, and the alarm when they no longer come out as they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mirrorpress.archive.store import Archive
from mirrorpress.errors import ExtractError
from mirrorpress.extract.memory import NEWEST, SiteMemory, learn
from mirrorpress.model import Article, Configuration, Layout, Section
from mirrorpress.pipeline.decide import LOW, Reading, layout_changed, reads_well, teaches
from mirrorpress.pipeline.report import Report

_EXAMPLES = 3  # addresses that an alarm names


@dataclass
class Lessons:
    """The memories of one run's sections. A memory is learned once a run, before the first page is read, so
    that pages come out the same whichever was read first; what they teach helps the next run."""

    configuration: Configuration
    archive: Archive
    report: Report
    _memories: dict[str, SiteMemory] = field(default_factory=dict)
    _readings: dict[str, list[Reading]] = field(default_factory=dict)

    def memory(self, section: Section) -> SiteMemory | None:
        """What is known of a section's site; None where selectors say it, or where nothing was learned."""
        if section.article.body:
            return None
        if section.id not in self._memories:
            self._memories[section.id] = learn(self.archive.layouts.newest(section.id))
        memory = self._memories[section.id]
        return memory if memory.pages else None

    def stored(self, section: Section, key: str, article: Article, layout: Layout | None) -> None:
        """Note a page whose article, known under the comparable address ``key``, was stored."""
        if layout is None or section.article.body:
            return
        memory = self.memory(section)
        fits = memory is None or memory.fits(layout)
        self._note(section, Reading(article.url, fits, good=article.confidence >= LOW))
        if teaches(fits=fits, confidence=article.confidence, length=article.text_length):
            self.archive.layouts.keep(section.id, key, layout, most=NEWEST)

    def lost(self, section: Section, url: str, layout: Layout | None) -> None:
        """Note a page without an article, or with one that was held back. ``layout`` None: nothing was found
        in it, so it does not fit."""
        if not section.article.body:
            memory = self.memory(section)
            fits = memory is None or (layout is not None and memory.fits(layout))
            self._note(section, Reading(url, fits, good=False))

    def _note(self, section: Section, reading: Reading) -> None:
        self._readings.setdefault(section.id, []).append(reading)

    def conclude(self, sections: Sequence[Section], now: datetime) -> None:
        """Raise alarms for sections whose site seems to have another layout; clear those that are over."""
        alarmed = set(self.archive.ledger.alarmed())
        for section in sections:
            readings = self._readings.get(section.id, [])
            if lost := layout_changed(readings):
                self._raise(section, lost, len(readings), now)
            elif section.id in alarmed and (section.article.body or reads_well(readings)):
                self.archive.ledger.clear_alarm(section.id)
        for id in alarmed - {section.id for section in self.configuration.sections}:
            self.archive.ledger.clear_alarm(id)

    def _raise(self, section: Section, lost: Sequence[str], read: int, now: datetime) -> None:
        error = ExtractError(
            f"the site's layout seems to have changed: {len(lost)} of {read} pages no longer come out as "
            f"before; the last good revisions stay; examples: {' '.join(lost[:_EXAMPLES])}",
            where=address_of(section),
            hint=f"look at one of them, then: mirrorpress check --section {section.id}",
        )
        failed = self.report.fail(error, "extract", section=section.id)
        self.archive.ledger.raise_alarm(
            section.id, "extract", url=failed.url, reason=failed.reason, hint=failed.hint, at=now
        )


def address_of(section: Section) -> str:
    """What a section's source is known by: its address, else the section's id."""
    return str(getattr(section.source, "url", section.id))
