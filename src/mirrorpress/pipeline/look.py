"""Looking at every source and its newest articles without storing anything: what ``check`` shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mirrorpress.archive.store import Archive
from mirrorpress.errors import MirrorpressError, UsageError
from mirrorpress.extract.memory import SiteMemory, learn
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.markup import check_selector
from mirrorpress.model import Article, ArticleRules, Configuration, Entry, Layout, Section
from mirrorpress.pipeline.fetching import Fetched, Workshop
from mirrorpress.pipeline.identity import comparable
from mirrorpress.pipeline.run import utc_now
from mirrorpress.pipeline.sync import SectionReach
from mirrorpress.pipeline.workrooms import Workrooms

_PAGES = 5  # of a section that is named, from which its layout is learned

Say = Callable[[str], None]


def look(configuration: Configuration, only: Sequence[str], say: Say) -> list[dict[str, Any]]:
    """For every section: how many entries its source lists, and how its newest article comes out. A section
    that ``only`` names, if its articles are found without selectors, is looked at more closely: what its
    newest pages have in common, and which selectors say so.

    A section that fails has ``error`` and ``hint`` in its result; the others are looked at all the same.
    """
    if unknown := [id for id in only if configuration.section(id) is None]:
        raise UsageError(f"no section {unknown[0]!r}", hint="check the ids under [[sections]]")
    results: list[dict[str, Any]] = []
    with (
        Fetcher(configuration.fetch, contact=configuration.mirror.contact) as fetcher,
        Workrooms() as workrooms,
    ):
        workshop = Workshop(
            configuration, fetcher.fetch, workrooms.call, lambda _: {}, lambda *_: None, utc_now
        )
        for section in configuration.sections:
            if section.source is not None and (not only or section.id in only):
                reach = SectionReach(configuration.folder, fetcher.fetch, workrooms.call, {})
                one = Look(section, workshop, say, closely=bool(only) and not section.article.body)
                results.append(one.result(reach))
    return results


@dataclass(frozen=True)
class Look:
    """One section, looked at."""

    section: Section
    workshop: Workshop
    say: Say
    closely: bool

    def result(self, reach: SectionReach) -> dict[str, Any]:
        section, say = self.section, self.say
        result: dict[str, Any] = {"section": section.id, "entries": 0}
        assert section.source is not None  # noqa: S101 - the caller looked
        try:
            entries = section.source.discover(reach) or ()
            result["entries"] = len(entries)
            for warning in reach.warnings:
                say(f"· {section.id}: {warning}")
            say(f"{section.id}: {len(entries)} entries")
            if self.closely and entries:
                self._study(entries[:_PAGES], result)
            elif entries:
                article, _ = self._read(entries[0], None)
                result |= self._newest(article)
        except MirrorpressError as error:
            result |= {"error": error.reason, "hint": error.hint, "url": error.where}
            say(f"✗ {section.id}: {error.where}: {error.reason}")
            if error.hint:
                say(f"  → {error.hint}")
        return result

    def _read(self, entry: Entry, memory: SiteMemory | None) -> tuple[Article, Fetched]:
        fetched = self.workshop.work(entry, self.section, None, memory=memory)
        assert fetched.article is not None  # noqa: S101 - nothing is known, so nothing is unchanged
        return fetched.article, fetched

    def _newest(self, article: Article) -> dict[str, Any]:
        date = f"{article.published:%Y-%m-%d}" if article.published else "no date found"
        pictures = "1 picture" if len(article.assets) == 1 else f"{len(article.assets)} pictures"
        size = f"{article.text_length:,} characters, {pictures}"
        sure = f"confidence {article.confidence:.2f}"
        self.say(f"  newest: “{article.title}”, {date}, {size}, {sure}")
        return {
            "title": article.title,
            "characters": article.text_length,
            "pictures": len(article.assets),
            "confidence": article.confidence,
        }

    # --- what pages have in common -------------------------------------------------------

    def _study(self, entries: Sequence[Entry], result: dict[str, Any]) -> None:
        """Read these entries' pages as a run would, and learn from them. Raises what the first one raised."""
        kept = self._kept(entries)
        memory = learn(kept)
        first_error: MirrorpressError | None = None
        layouts: list[Layout] = []
        read: list[tuple[Entry, Article, Fetched]] = []
        pages: list[dict[str, Any]] = []
        for number, entry in enumerate(entries):
            page = {
                "url": entry.url,
                "title": "",
                "characters": 0,
                "confidence": 0.0,
                "engine": "",
                "error": "",
            }
            try:
                article, fetched = self._read(entry, memory if memory.pages else None)
            except MirrorpressError as error:
                page["error"] = error.reason
                first_error = error if number == 0 else first_error
            else:
                if number == 0:
                    result |= self._newest(article)
                page |= {
                    "title": article.title,
                    "characters": article.text_length,
                    "confidence": article.confidence,
                    "engine": article.engine,
                }
                layouts += [fetched.layout] if fetched.layout else []
                read.append((entry, article, fetched))
            pages.append(page)
        learned = learn([*layouts, *kept])
        proposal = self._tried(learned, read)
        result["learned"] = {
            "pages": learned.pages,
            "container": learned.container,
            "published": learned.published,
            "authors": learned.authors,
            "repeated": len(learned.repeated),
        }
        result |= {"pages": pages, "proposal": proposal}
        self._tell(pages, learned, proposal)
        if first_error is not None:
            raise first_error

    def _tried(
        self, learned: SiteMemory, read: Sequence[tuple[Entry, Article, Fetched]]
    ) -> dict[str, str | list[str]]:
        """Selectors for ``[sections.article]`` with which these pages read as they read without. A
        container often holds the headline and the byline too, which are then removed; the place of the
        authors often holds the date, and is then left out."""
        places = [_proposed(selector) for selector in (learned.published, learned.authors)]
        rules = ArticleRules(body=_proposed(learned.container))
        for remove in ((), tuple(filter(None, ("h1", *places))), tuple(filter(None, (*_BESIDE, *places)))):
            rules = replace(rules, remove=remove)
            if rules.body and self._reads_alike(rules, read, _same_text):
                break
        else:
            rules = ArticleRules()
        for key, selector in (("published", places[0]), ("authors", places[1])):
            tried = (
                replace(rules, published=selector) if key == "published" else replace(rules, authors=selector)
            )
            if rules.body and selector and self._reads_alike(tried, read, _SAME[key]):
                rules = tried
        return {
            "body": rules.body,
            "published": rules.published,
            "authors": rules.authors,
            "remove": list(rules.remove),
        }

    def _reads_alike(
        self,
        rules: ArticleRules,
        read: Sequence[tuple[Entry, Article, Fetched]],
        is_same: Callable[[Article, Article], bool],
    ) -> bool:
        section = replace(self.section, article=rules)
        for entry, article, fetched in read:
            try:
                again = self.workshop.work(entry, section, None, (fetched.capture, *fetched.further)).article
            except MirrorpressError:
                return False
            if again is None or not is_same(article, again):
                return False
        return True

    def _kept(self, entries: Sequence[Entry]) -> list[Layout]:
        """The layouts that the archive keeps of other pages, if there is an archive."""
        folder = self.workshop.configuration.folder
        if not (folder / "archive" / "index.sqlite").exists():
            return []
        with Archive(folder, started=utc_now()) as archive:
            return archive.layouts.newest(self.section.id, but=[comparable(entry.url) for entry in entries])

    def _tell(
        self, pages: list[dict[str, Any]], learned: SiteMemory, proposal: dict[str, str | list[str]]
    ) -> None:
        for page in pages:
            how = page["error"] or f"confidence {page['confidence']:.2f}, {page['characters']:,} characters"
            self.say(f"  {'✗' if page['error'] else '·'} {page['url']}: {how}")
        if not learned.container:
            self.say(
                f"  learned: nothing that most pages agree on, from {learned.pages} pages (3 are needed)"
            )
            return
        self.say(f"  learned from {learned.pages} pages:")
        for what, selector in (
            ("the body stands in", learned.container),
            ("the date in", learned.published),
            ("the authors in", learned.authors),
        ):
            self.say(f"    {what} {_shown(selector) or 'no place that most pages agree on'}")
        self.say(f"    {len(learned.repeated)} blocks repeat on several pages and are left out")
        if not proposal["body"]:
            self.say("  no selector is proposed: none reads these pages as they are read without")
        else:
            self.say("  these selectors say so; below the section in mirrorpress.toml they keep it so:")
            for line in snippet(proposal):
                self.say(f"    {line}")


def _same_text(one: Article, other: Article) -> bool:
    return one.excerpt == other.excerpt and 0.9 < other.text_length / max(one.text_length, 1) < 1.1


_SAME: dict[str, Callable[[Article, Article], bool]] = {
    "published": lambda one, other: one.published == other.published,
    "authors": lambda one, other: one.authors == other.authors,
}
_BESIDE = ("h1", "header", "aside", "footer", "nav")  # what containers hold beside the text


def snippet(proposal: dict[str, str | list[str]]) -> list[str]:
    """A ``[sections.article]`` table, in lines of TOML."""
    rows = [
        f"{key} = {json.dumps(selector, ensure_ascii=False)}"
        for key, selector in proposal.items()
        if selector
    ]
    return ["[sections.article]", *rows]


def _shown(selector: str) -> str:
    """A selector without characters that would steer a terminal: its names are the site's."""
    return "".join(character if character.isprintable() else "�" for character in selector)


def _proposed(selector: str) -> str:
    """A selector that may be copied into a configuration; an empty string for one that is no CSS, or that
    holds what does not show."""
    try:
        check_selector(selector)
    except ValueError:
        return ""
    return selector if selector.isprintable() else ""
