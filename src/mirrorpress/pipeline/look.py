"""Looking at every source and its newest article without storing anything: what ``check`` shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mirrorpress.errors import MirrorpressError, UsageError
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.model import Configuration, Section
from mirrorpress.pipeline.fetching import Workshop
from mirrorpress.pipeline.isolate import Isolation
from mirrorpress.pipeline.run import utc_now
from mirrorpress.pipeline.sync import SectionReach


def look(
    configuration: Configuration, only: Sequence[str], say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """For every section: how many entries its source lists, and how its newest article comes out.

    A section that fails has ``error`` and ``hint`` in its result; the others are looked at all the same.
    """
    if unknown := [id for id in only if configuration.section(id) is None]:
        raise UsageError(f"no section {unknown[0]!r}", hint="check the ids under [[sections]]")
    results: list[dict[str, Any]] = []
    with (
        Fetcher(configuration.fetch, contact=configuration.mirror.contact) as fetcher,
        Isolation() as isolation,
    ):
        workshop = Workshop(
            configuration, fetcher.fetch, isolation.call, lambda _: {}, lambda *_: None, utc_now
        )
        for section in configuration.sections:
            if section.source is not None and (not only or section.id in only):
                reach = SectionReach(configuration.folder, fetcher.fetch, isolation.call, {})
                results.append(_look_at(section, reach, workshop, say))
    return results


def _look_at(
    section: Section, reach: SectionReach, workshop: Workshop, say: Callable[[str], None]
) -> dict[str, Any]:
    result: dict[str, Any] = {"section": section.id, "entries": 0}
    assert section.source is not None  # noqa: S101 - the caller looked
    try:
        entries = section.source.discover(reach) or ()
        result["entries"] = len(entries)
        for warning in reach.warnings:
            say(f"· {section.id}: {warning}")
        say(f"{section.id}: {len(entries)} entries")
        if entries:
            article = workshop.work(entries[0], section, None).article
            assert article is not None  # noqa: S101 - nothing is known, so nothing is unchanged
            result |= {
                "title": article.title,
                "characters": article.text_length,
                "pictures": len(article.assets),
            }
            date = f"{article.published:%Y-%m-%d}" if article.published else "no date found"
            size = f"{article.text_length:,} characters, {len(article.assets)} pictures"
            say(f"  newest: “{article.title}”, {date}, {size}")
    except MirrorpressError as error:
        result |= {"error": error.reason, "hint": error.hint, "url": error.where}
        say(f"✗ {section.id}: {error.where}: {error.reason}")
        if error.hint:
            say(f"  → {error.hint}")
    return result
