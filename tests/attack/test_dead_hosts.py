"""Hosts that are dead or slow cost a run little, and cost the other hosts nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mirrorpress.errors import FetchError
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.gather.politeness import MAX_FAILURES
from mirrorpress.model import FetchPolicy
from tests.attack.siege import HTML, XML, Item, Mirror, Reply, Site, article, rss


def test_a_silent_host_with_forty_articles_costs_a_few_timeouts(
    mirror: Mirror, site: Site, new_site: Callable[[], Site]
) -> None:
    silent = new_site()
    items = [silent.story(f"/silent/{n}.html", f"Silence number {n}") for n in range(40)]
    stories = dict(silent.pages)
    silent.pages.update(dict.fromkeys(stories, Reply(hang=True)))
    site.feed("/good.xml", [site.story(f"/good/{n}.html", f"Good story {n}") for n in range(6)])
    site.pages["/silent.xml"] = Reply(rss([item.of(silent) for item in items]), headers=XML)
    mirror.configure(
        site, {"good": "/good.xml", "silent": "/silent.xml"}, fetch="timeout = 0.5", also=[silent]
    )

    outcome = mirror.run()
    assert outcome.status == 1
    assert (outcome.json["new"], outcome.json["failed"]) == (6, 40)
    assert len(silent.asked) <= MAX_FAILURES + 1, "two may be under way when the host is given up"
    reason = f"not asked for, as {silent.host} failed 5 times in a row"
    given_up = [one for one in outcome.json["failures"] if one["reason"] == reason]
    assert len(given_up) >= 40 - MAX_FAILURES - 1  # which ones were asked first is up to the threads
    assert all("the next run asks again" in one["hint"] for one in given_up)

    silent.pages.update(stories)
    outcome = mirror.run()
    assert (outcome.status, outcome.json["new"], outcome.json["failed"]) == (0, 40, 0)


def test_people_are_told_the_same_reason_a_few_times_not_forty(mirror: Mirror, site: Site) -> None:
    site.feed("/f.xml", [Item(f"/{n}.html", f"Gone {n}") for n in range(40)])
    mirror.configure(site, {"news": "/f.xml"})
    outcome = mirror.call("run")
    assert outcome.status == 1
    assert len(re.findall("404: not there", outcome.err)) < 10
    assert "and 35 more" in outcome.err
    assert "40 failed" in outcome.err


def test_a_slow_host_holds_up_no_other(mirror: Mirror, site: Site, new_site: Callable[[], Site]) -> None:
    slow = new_site()
    good = [site.story(f"/good/{n}.html", f"Good story {n}") for n in range(12)]
    site.feed("/good.xml", good)
    answer = site.pages["/good.xml"]

    def after_the_slow_one(headers: dict[str, str]) -> Reply:
        assert slow.reached("/slow/39.html").wait(10)
        assert isinstance(answer, Reply)
        return answer

    site.pages["/good.xml"] = after_the_slow_one

    blocked: list[str] = []

    def wait_for_the_others(headers: dict[str, str]) -> Reply:
        blocked.extend(item.path for item in good if not blocked and not site.reached(item.path).wait(8))
        return Reply(article("Slow but sound"), 500 if blocked else 200, HTML)

    items = [Item(f"/slow/{n}.html", f"Slow story {n}") for n in range(40)]
    slow.pages.update({item.path: wait_for_the_others for item in items})
    site.pages["/slow.xml"] = Reply(rss([item.of(slow) for item in items]), headers=XML)
    mirror.configure(site, {"a-slow": "/slow.xml", "good": "/good.xml"}, fetch="timeout = 20", also=[slow])
    outcome = mirror.run()
    assert not blocked
    assert (outcome.status, outcome.json["new"]) == (0, 52), outcome.err


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def fetcher(site: Site, naps: list[float]) -> Fetcher:
    return Fetcher(
        FetchPolicy(allow_private=(site.host,), delay=0.0, timeout=10.0, robots=False), sleep=naps.append
    )


@pytest.mark.parametrize(
    "answer", [Reply(raw=b" "), Reply(b"", 503), Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na")]
)
def test_a_host_that_fails_again_and_again_is_given_up(
    site: Site, fetcher: Fetcher, naps: list[float], answer: Reply
) -> None:
    with fetcher:
        for n in range(20):
            site.pages[f"/{n}"] = answer
            with pytest.raises(FetchError) as caught:
                fetcher.fetch(site.url(f"/{n}"))
            assert caught.value.hint
    assert len(site.asked) == 3 * MAX_FAILURES
    assert len(naps) == 2 * MAX_FAILURES
    assert "not asked for" in caught.value.reason


def test_one_answer_in_between_shows_that_a_host_is_alive(site: Site, fetcher: Fetcher) -> None:
    site.pages["/bad"] = Reply(raw=b" ")
    site.pages["/good"] = Reply(b"news")
    with fetcher:
        for _ in range(4):
            for _ in range(MAX_FAILURES - 1):
                with pytest.raises(FetchError, match="broke"):
                    fetcher.fetch(site.url("/bad"))
            assert fetcher.fetch(site.url("/good")).body == b"news"
            with pytest.raises(FetchError, match="404"):
                fetcher.fetch(site.url("/not-there"))


def test_a_refused_host_is_given_up_without_touching_others(
    site: Site, new_site: Callable[[], Site], naps: list[float]
) -> None:
    closed, alive = new_site(), new_site()
    closed.close()
    alive.pages["/a"] = Reply(b"news")
    policy = FetchPolicy(allow_private=("127.0.0.1",), delay=0.0, robots=False)
    with Fetcher(policy, sleep=naps.append) as fetcher:
        for n in range(10):
            with pytest.raises(FetchError):
                fetcher.fetch(closed.url(f"/{n}"))
        assert len(naps) == 2 * MAX_FAILURES
        assert fetcher.fetch(alive.url("/a")).body == b"news"
