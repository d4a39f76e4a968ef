"""Articles that a site shows on several pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mirrorpress.extract.read import read
from tests.attack.siege import HTML, Item, Reply, article
from tests.pipeline.desk import Desk


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
