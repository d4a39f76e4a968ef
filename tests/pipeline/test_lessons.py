"""What pages teach of their site, layouts that change, and articles on several pages: whole synchronisations on a
real server and a real archive. What the extractor says of a page stands in the page's own <meta> tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.archive.store import Archive
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.read import read
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.gather.sources.feed import Feed
from mirrorpress.model import ArticleRules, Configuration, FetchPolicy, Layout, Publisher, Section
from mirrorpress.model import Mirror as About
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.sync import Sync
from tests.attack.siege import HTML, Item, Reply, Site, article, open_sites

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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_sites() as start:
        yield Desk(tmp_path, start())


# --- memory ---------------------------------------------------------------------------------------


def test_pages_teach_the_next_run(desk: Desk) -> None:
    items = [desk.page(f"/{n}") for n in range(4)]
    desk.publish(*items)
    assert desk.sync().failures == []
    assert set(desk.memories.values()) == {None}, "the order of reading must not matter within a run"
    desk.publish(*items, desk.page("/new"))
    desk.sync()
    memory = desk.memories[desk.site.url("/new")]
    assert (memory.pages, memory.container, memory.published) == (4, "div.old", "time.when")
    assert memory.repeated == {"a1"}
    with desk.archive() as archive:
        assert [one.container for one in archive.layouts.newest("news")] == ["div.old"] * 5


def test_captures_that_are_read_again_teach_and_are_read_with_what_is_known(desk: Desk) -> None:
    desk.publish(*[desk.page(f"/{n}") for n in range(4)])
    desk.sync()
    desk.memories.clear()
    desk.site.close()
    assert desk.sync(offline=True).failures == []
    assert {memory.container for memory in desk.memories.values()} == {"div.old"}


def test_only_so_many_layouts_are_kept(desk: Desk) -> None:
    desk.publish(*[desk.page(f"/{n}") for n in range(30)])
    desk.sync()
    with desk.archive() as archive:
        newest = archive.layouts.newest("news")
    assert [one.blocks[1] for one in newest] == [desk.site.url(f"/{n}") for n in range(20)], "first is newest"


def test_a_section_with_selectors_neither_learns_nor_is_told(desk: Desk) -> None:
    desk.publish(*[desk.page(f"/{n}") for n in range(4)])
    desk.sync()
    desk.rules = SELECTORS
    desk.publish(*[desk.page(f"/{n}") for n in range(6)])
    desk.memories.clear()
    desk.sync()
    assert set(desk.memories.values()) == {None}
    with desk.archive() as archive:
        assert len(archive.layouts.newest("news")) == 4


# --- a change of layout ---------------------------------------------------------------------------


def taught(desk: Desk) -> list[Item]:
    items = [desk.page(f"/{n}") for n in range(6)]
    desk.publish(*items)
    assert desk.sync().failures == []
    return items


def test_a_changed_layout_raises_an_alarm_until_pages_come_out_well_again(desk: Desk) -> None:
    items = taught(desk)
    before = desk.article("/0")
    changed = [desk.page(f"/{n}", layout="div.new", words=2, sure=0.1) for n in range(6)]
    new = [desk.page(f"/new{n}", layout="div.new", words=9, sure=0.2) for n in range(2)]
    desk.publish(*changed, *new)
    report = desk.sync()
    source = desk.site.url("/f.xml")
    [alarm] = [one for one in report.failures if one.url == source]
    assert (alarm.stage, alarm.section) == ("extract", "news")
    assert "layout seems to have changed: 8 of 8 pages" in alarm.reason
    assert "last good revisions stay" in alarm.reason
    assert len(re.findall(r"http://\S+", alarm.reason)) == 3
    assert "mirrorpress check --section news" in alarm.hint
    assert ("extract", source) in desk.open_failures()
    assert desk.article("/0") == before
    with desk.archive() as archive:
        assert {one.container for one in archive.layouts.newest("news")} == {"div.old"}, (
            "lost pages teach nothing"
        )

    desk.publish(
        *items
    )  # that the source answers ends no alarm, nor do its articles as long as they are lost
    desk.sync()
    assert ("extract", source) in desk.open_failures()

    for n in range(6):
        desk.page(f"/{n}", words=41)
    report = desk.sync()
    assert report.failures == []
    assert desk.open_failures() == []


def test_a_new_layout_that_is_read_well_is_learned_without_an_alarm(desk: Desk) -> None:
    taught(desk)
    desk.publish(*[desk.page(f"/new{n}", layout="div.new") for n in range(20)])
    report = desk.sync()
    assert report.failures == []
    desk.publish(desk.page("/last", layout="div.new"))
    desk.sync()
    assert desk.memories[desk.site.url("/last")].container == "div.new"


def test_few_lost_pages_or_lost_pages_that_still_fit_are_no_change_of_layout(desk: Desk) -> None:
    taught(desk)
    lost = [desk.page(f"/lost{n}", layout="div.new", words=9, sure=0.2) for n in range(2)]
    poor = [desk.page(f"/poor{n}", words=9, sure=0.2) for n in range(4)]
    desk.publish(*lost, *poor)
    assert desk.sync().failures == []
    few = [desk.page(f"/few{n}", layout="div.new", words=9, sure=0.2) for n in range(3)]
    good = [desk.page(f"/good{n}") for n in range(4)]
    desk.publish(*few, *good)
    assert desk.sync().failures == [], "three of seven"


def test_selectors_end_an_alarm(desk: Desk) -> None:
    taught(desk)
    desk.publish(*[desk.page(f"/new{n}", layout="div.new", words=9, sure=0.2) for n in range(3)])
    desk.sync()
    assert len(desk.open_failures()) == 1
    desk.rules = SELECTORS
    assert desk.sync().failures == []
    assert desk.open_failures() == []


def test_an_article_that_shrank_and_is_doubtful_keeps_its_good_revision(desk: Desk) -> None:
    desk.publish(desk.page("/a", words=100))
    desk.sync()
    before = desk.article("/a")
    desk.page("/a", words=50, sure=0.2)
    [failed] = desk.sync().failures
    assert "found with a confidence of only 0.20" in failed.reason
    assert desk.article("/a") == before
    desk.page("/a", words=50, sure=0.6)
    assert desk.sync().updated == 1


# --- how sure, and only the beginning -------------------------------------------------------------


def test_doubtful_and_partial_articles_are_counted_with_examples(desk: Desk) -> None:
    sure = {"/a": 0.45, "/b": 0.2, "/c": 0.3, "/d": 0.4, "/e": 0.9}
    items = [desk.page(path, sure=figure) for path, figure in sure.items()]
    desk.publish(*items, desk.page("/stub", partial="yes"))
    report = desk.sync()
    assert any("only the beginning: 1" in note for note in report.notes)
    with desk.archive() as archive:
        assert archive.extractions.doubtful() == {
            "news": {"articles": 4, "examples": [desk.site.url(path) for path in ("/b", "/c", "/d")]}
        }
        assert archive.extractions.partial() == {
            "news": {"articles": 1, "examples": [desk.site.url("/stub")]}
        }
    assert (desk.article("/b").confidence, desk.article("/b").engine) == (0.2, "mirrorpress")
    assert desk.article("/stub").partial

    desk.page("/b", sure=0.95)  # the same words, found with more confidence
    desk.page("/stub", words=80)
    report = desk.sync()
    assert not any("only the beginning" in note for note in report.notes)
    with desk.archive() as archive:
        assert archive.extractions.doubtful()["news"]["articles"] == 3
        assert archive.extractions.partial() == {}


# --- articles on several pages --------------------------------------------------------------------


def in_parts(desk: Desk, count: int, *, last: str = "") -> Item:
    """An article on several pages at /a, /a-2, /a-3 …; ``last`` is what the last one names as its next."""
    for n in range(1, count + 1):
        following = f"/a-{n + 1}" if n < count else last
        head = f'<meta name="next" content="{following}">' if following else ""
        path = "/a" if n == 1 else f"/a-{n}"
        desk.site.pages[path] = Reply(
            article("The long story", f"Part {n} begins here and tells of day {n}.", head=head), headers=HTML
        )
    return Item("/a", "The long story")


def parts(desk: Desk) -> list[int]:
    return [int(n) for n in dict.fromkeys(re.findall(r"Part (\d+) begins", desk.article("/a").markdown))]


def test_an_article_on_several_pages_is_one(desk: Desk) -> None:
    desk.publish(in_parts(desk, 4, last="/a"))
    report = desk.sync()
    assert (report.new, report.failures, report.notes) == (1, [], [])
    assert parts(desk) == [1, 2, 3, 4]
    assert desk.site.asked.count("/a") == 1
    assert sorted(desk.site.asked) == ["/a", "/a-2", "/a-3", "/a-4", "/f.xml"]


def test_a_change_on_any_page_is_noticed_and_none_is_no_change(desk: Desk) -> None:
    desk.publish(in_parts(desk, 3))
    first = desk.site.pages["/a"]
    assert isinstance(first, Reply)

    def cached(headers: dict[str, str]) -> Reply:
        return (
            Reply(status=304)
            if "if-none-match" in headers
            else replace(first, headers={**HTML, "ETag": '"1"'})
        )

    desk.site.pages["/a"] = cached
    desk.sync()
    assert desk.sync().unchanged == 1
    desk.site.pages["/a-3"] = Reply(article("The long story", "Part 33 begins here."), headers=HTML)
    assert desk.sync().updated == 1
    assert parts(desk) == [1, 2, 33]


def test_captures_of_all_pages_are_read_again_without_a_network(desk: Desk) -> None:
    desk.publish(in_parts(desk, 3))
    desk.sync()
    desk.site.asked.clear()
    report = desk.sync(offline=True)
    assert (report.unchanged, report.failures, report.notes) == (1, [], [])
    assert desk.site.asked == []
    assert parts(desk) == [1, 2, 3]


def test_pages_that_were_never_captured_are_not_fetched_but_told(desk: Desk) -> None:
    desk.publish(in_parts(desk, 1))
    desk.sync()
    desk.site.asked.clear()
    whole = desk.isolate

    def goes_on(function: Callable[..., Any], *arguments: Any) -> Any:
        found = whole(function, *arguments)
        return replace(found, next_page="/a-2") if function is read else found

    desk.isolate = goes_on  # type: ignore[method-assign]
    report = desk.sync(offline=True)
    assert (report.failures, desk.site.asked) == ([], [])
    assert any("never captured: 1" in note for note in report.notes)
    assert parts(desk) == [1]


def test_a_page_that_fails_leaves_what_there_is_until_it_comes(desk: Desk) -> None:
    desk.publish(in_parts(desk, 3))
    third = desk.site.pages.pop("/a-3")
    report = desk.sync()
    assert report.new == 1
    [failed] = report.failures
    assert failed.url == desk.site.url("/a")
    assert "a further page could not be had" in failed.reason
    assert desk.site.url("/a-3") in failed.hint
    assert parts(desk) == [1, 2]
    assert not desk.article("/a").partial
    desk.site.pages["/a-3"] = third
    report = desk.sync()
    assert (report.updated, report.failures, desk.open_failures()) == (1, [], [])
    assert parts(desk) == [1, 2, 3]


def test_a_page_that_fails_later_takes_nothing_away(desk: Desk) -> None:
    desk.publish(in_parts(desk, 3))
    desk.sync()
    desk.site.pages["/a-2"] = Reply(status=500)
    desk.site.story(
        "/a", "The long story", "Part 1 begins here, corrected.", head='<meta name="next" content="/a-2">'
    )
    report = desk.sync()
    assert "held back: a further page could not be had" in report.failures[0].reason
    assert parts(desk) == [1, 2, 3]


def test_other_hosts_circles_and_the_front_page_are_not_followed(desk: Desk) -> None:
    for last in ("http://127.0.0.2:9/x", "/a#part", "/a-2", "mailto:a@b.example", "javascript:void(0)"):
        desk.publish(in_parts(desk, 2, last=last))
        desk.sync()
        assert parts(desk) == [1, 2], last
        assert desk.open_failures() == [], last
    desk.site.redirect("/again", "/a")
    desk.publish(in_parts(desk, 2, last="/again"))
    report = desk.sync()
    assert (report.failures, parts(desk)) == ([], [1, 2])


def test_endless_pages_end(desk: Desk) -> None:
    desk.publish(in_parts(desk, 40))
    report = desk.sync()
    assert parts(desk) == list(range(1, 22))
    assert any("goes on after page 21" in note for note in report.notes)


def test_all_pages_together_stay_within_bounds(desk: Desk) -> None:
    item = in_parts(desk, 12)
    for n in range(2, 13):
        reply = desk.site.pages[f"/a-{n}"]
        assert isinstance(reply, Reply)
        desk.site.pages[f"/a-{n}"] = replace(reply, body=reply.body + b"<!--" + b"x" * 90_000 + b"-->")
    desk.publish(item)
    desk.sync()
    assert parts(desk) == [1, 2, 3, 4, 5]
