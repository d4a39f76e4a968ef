"""A mirror of one section on a real server, with a real archive, synchronised in this process. What the extractor
says of a page stands in the page's own <meta> tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mirrorpress.archive.store import Archive
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.read import read
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.gather.sources.feed import Feed
from mirrorpress.model import ArticleRules, Configuration, FetchPolicy, Layout, Publisher, Section
from mirrorpress.model import Mirror as About
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.sync import Sync
from tests.attack.siege import Item, Site

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
AUTOMATIC = ArticleRules()
SELECTORS = ArticleRules(body="article.story")


@dataclass
class Desk:
    """A mirror of one section. Every ``sync`` is a day later than the one before."""

    folder: Path
    site: Site
    rules: ArticleRules = AUTOMATIC
    days: int = 0
    memories: dict[str, Any] = field(default_factory=dict)

    @property
    def configuration(self) -> Configuration:
        source = Feed(url=self.site.url("/f.xml"))
        return Configuration(
            self.folder,
            About("Harbour Light"),
            publishers=(Publisher("harbour", "Harbour Times", self.site.url(), rights="own"),),
            sections=(Section("news", "News", "harbour", source=source, article=self.rules),),
            fetch=FetchPolicy(allow_private=(self.site.host,), delay=0, max_bytes=100_000),
        )

    def isolate(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if function is not read:
            return function(*arguments)
        page: Page = arguments[0]
        self.memories[page.url] = page.memory
        return said(page, read(replace(page, rules=SELECTORS)), automatic=not page.rules.body)

    def sync(self, *, offline: bool = False) -> Report:
        self.days += 1
        now = START + timedelta(days=self.days)
        report = Report()
        configuration = self.configuration
        with (
            self.archive() as archive,
            Fetcher(configuration.fetch, contact="", clock=lambda: now) as fetcher,
        ):
            work = Sync(
                configuration, archive, fetcher.fetch, self.isolate, lambda: now, report, offline=offline
            )
            (work.reread if offline else work.run)(configuration.sections)
        return report

    def archive(self) -> Archive:
        return Archive(self.folder, started=START + timedelta(days=self.days))

    def open_failures(self) -> list[tuple[str, str]]:
        with self.archive() as archive:
            return [(one.stage, one.url) for one in archive.ledger.open_failures()]

    def article(self, path: str) -> Any:
        with self.archive() as archive:
            return next(one.article for one in archive.shelf.every("news") if one.article.url.endswith(path))

    def page(
        self, path: str, *, layout: str = "div.old", words: int = 40, sure: float = 0.9, **more: str
    ) -> Item:
        head = "".join(f'<meta name="{name}" content="{value}">' for name, value in more.items())
        head += f'<meta name="layout" content="{layout}"><meta name="sure" content="{sure}">'
        return self.site.story(path, f"The story of {path[1:]}", "word " * words, head=head)

    def publish(self, *items: Item) -> None:
        self.site.feed("/f.xml", list(items))


def said(page: Page, draft: Draft, *, automatic: bool) -> Draft:
    """A draft as an extractor gives it that finds in the page what its <meta> tags say."""
    tags = dict(re.findall(r'<meta name="([\w-]+)" content="([^"]*)">', page.body.decode()))
    draft = replace(draft, next_page=tags.get("next", ""), partial="partial" in tags)
    if not automatic or "layout" not in tags:
        return draft
    layout = Layout(tags["layout"], "time.when", "", ("a1", page.url))
    return replace(draft, confidence=float(tags["sure"]), engine="mirrorpress", layout=layout)
