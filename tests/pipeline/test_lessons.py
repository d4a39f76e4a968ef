"""What pages teach of their site, what check shows of it, layouts that change, doubtful articles."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.pipeline.fetching import Workshop
from mirrorpress.pipeline.look import Look
from mirrorpress.pipeline.sync import SectionReach
from tests.attack.siege import Item, Mirror
from tests.pipeline.desk import SELECTORS, START, Desk

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


# --- check ----------------------------------------------------------------------------------------


def looked_at(desk: Desk) -> tuple[dict[str, Any], list[str]]:
    configuration, lines = desk.configuration, list[str]()
    with Fetcher(configuration.fetch, contact="") as fetcher:
        workshop = Workshop(
            configuration, fetcher.fetch, desk.isolate, lambda _: {}, lambda *_: None, lambda: START
        )
        reach = SectionReach(desk.folder, fetcher.fetch, desk.isolate, {})
        look = Look(configuration.sections[0], workshop, lines.append, closely=True)
        return look.result(reach), lines


def test_check_learns_from_the_newest_pages_and_proposes_selectors(desk: Desk) -> None:
    desk.publish(*[desk.page(f"/{n}") for n in range(8)])
    found, lines = looked_at(desk)
    assert found["learned"] == {
        "pages": 5, "container": "div.old", "published": "time.when", "authors": "", "repeated": 1
    }  # fmt: skip
    assert [page["url"] for page in found["pages"]] == [desk.site.url(f"/{n}") for n in range(5)]
    assert {page["confidence"] for page in found["pages"]} == {0.9}
    assert found["proposal"] == {"body": "div.old", "published": "time.when", "authors": "", "remove": []}
    toml = "\n".join(lines).partition("[sections.article]")
    assert tomllib.loads("".join(toml[1:])) == {
        "sections": {"article": {"body": "div.old", "published": "time.when"}}
    }
    assert not (desk.folder / "archive").exists()


def test_check_reads_with_what_the_archive_remembers_and_counts_no_page_twice(desk: Desk) -> None:
    items = [desk.page(f"/{n}") for n in range(4)]
    desk.publish(*items)
    desk.sync()
    desk.publish(desk.page("/new"), *items)
    found, _ = looked_at(desk)
    assert found["learned"]["pages"] == 5
    assert found["learned"]["repeated"] == 1, "a page is not repeated by being known already"


def test_check_goes_on_after_a_page_that_fails(desk: Desk) -> None:
    desk.publish(*[desk.page(f"/{n}") for n in range(4)])
    del desk.site.pages["/2"]
    found, _ = looked_at(desk)
    assert [bool(page["error"]) for page in found["pages"]] == [False, False, True, False]
    assert "error" not in found
    assert found["learned"]["pages"] == 3
    del desk.site.pages["/0"]
    found, lines = looked_at(desk)
    assert (found["url"], found["learned"]["pages"]) == (desk.site.url("/0"), 2)
    assert any("nothing that most pages agree on, from 2 pages" in line for line in lines)


def test_a_selector_that_cannot_be_copied_is_not_proposed(desk: Desk) -> None:
    for layout in ("div.a\u202eb", "div[[", "div.\x1b[31m"):
        desk.publish(*[desk.page(f"/{n}", layout=layout) for n in range(3)])
        found, lines = looked_at(desk)
        assert found["learned"]["container"] == layout
        assert found["proposal"]["body"] == ""
        assert all(line.isprintable() for line in lines)


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


def test_status_tells_alarms_and_doubts_and_ends_with_1(desk: Desk) -> None:
    taught(desk)
    desk.publish(*[desk.page(f"/new{n}", layout="div.new", words=9, sure=0.2, partial="") for n in range(4)])
    desk.sync()
    mirror = Mirror(desk.folder)
    mirror.configure(desk.site, {"news": "/f.xml"}, body="")
    outcome = mirror.call("status", "--json", "-v")
    assert outcome.status == 1
    assert [one["what"] for one in outcome.json["needs"]] == ["alarm"]
    [alarm] = outcome.json["failures"]
    assert (alarm["url"], alarm["stage"], alarm["times"]) == (desk.site.url("/f.xml"), "extract", 1)
    assert "layout seems to have changed" in outcome.err
    [row] = outcome.json["sections"]
    assert row["low_confidence"]["articles"] == row["partial"]["articles"] == 4
    assert len(row["low_confidence"]["examples"]) == len(row["partial"]["examples"]) == 3
    assert "  4 articles found with low confidence, such as http" in outcome.err
    assert "  4 articles of which the publisher shows only the beginning, such as http" in outcome.err
