from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mirrorpress.errors import FetchError, RefusedError
from mirrorpress.gather.fetcher import Fetcher

from .loopback import NOW, Naps, Reply, Site

NewFetcher = Callable[..., Fetcher]


@pytest.fixture(autouse=True)
def _pages(site: Site) -> None:
    site.pages["/news/1"] = site.pages["/private/1"] = Reply(b"x")


def test_what_robots_txt_forbids_is_not_asked_for(site: Site, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /private/\n")
    assert fetcher.fetch(site.url("/news/1")).body == b"x"
    with pytest.raises(RefusedError, match=r"the site's robots\.txt forbids it") as caught:
        fetcher.fetch(site.url("/private/1"))
    assert (caught.value.where, bool(caught.value.hint)) == (site.url("/private/1"), True)
    assert [asked.path for asked in site.asked] == ["/news/1"]
    assert len(site.robots_asked) == 1


def test_the_rules_for_us_come_before_those_for_all(site: Site, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = Reply(
        b"User-agent: *\nAllow: /\n\nUser-agent: mirrorpress\nDisallow: /news/\n"
    )
    assert fetcher.fetch(site.url("/private/1")).body == b"x"
    with pytest.raises(RefusedError):
        fetcher.fetch(site.url("/news/1"))


def test_a_redirect_to_what_is_forbidden(
    site: Site, new_site: Callable[[], Site], new_fetcher: NewFetcher
) -> None:
    other = new_site()
    other.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n")
    site.redirect("/a", other.url("/b"))
    with pytest.raises(RefusedError, match=r"redirected to .*/b: the site's robots\.txt forbids it"):
        new_fetcher(allow_private=(site.host, other.host)).fetch(site.url("/a"))
    assert not other.asked


def test_robots_can_be_left_out(site: Site, new_fetcher: NewFetcher) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n")
    assert new_fetcher(robots=False).fetch(site.url("/news/1")).body == b"x"
    assert new_fetcher().fetch(site.url("/news/1"), robots=False).body == b"x"
    assert not site.robots_asked


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_robots_txt_all_is_allowed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.pages["/robots.txt"] = Reply(status=status)
    assert fetcher.fetch(site.url("/news/1")).body == b"x"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_while_robots_txt_cannot_be_read_nothing_is(site: Site, new_fetcher: NewFetcher, status: int) -> None:
    now = [NOW]
    site.pages["/robots.txt"] = Reply(status=status)
    fetcher = new_fetcher(clock=lambda: now[0])
    for _ in range(2):
        with pytest.raises(RefusedError, match=r"its robots\.txt cannot be read now") as caught:
            fetcher.fetch(site.url("/news/1"))
        assert caught.value.where == site.url("/news/1")
    asked = len(site.robots_asked)
    assert not site.asked
    site.pages["/robots.txt"] = Reply(b"")
    now[0] += timedelta(minutes=11)
    assert fetcher.fetch(site.url("/news/1")).body == b"x"
    assert len(site.robots_asked) == asked + 1


def test_a_dead_host_is_found_out_once(site: Site, fetcher: Fetcher, naps: Naps) -> None:
    site.close()
    for _ in range(5):
        with pytest.raises(FetchError, match="no connection"):
            fetcher.fetch(site.url("/news/1"))
    assert naps == [1.0, 5.0]


def test_robots_txt_may_be_redirected(site: Site, fetcher: Fetcher) -> None:
    site.redirect("/robots.txt", "/robots")
    site.pages["/robots"] = Reply(b"User-agent: *\nDisallow: /private/\n")
    with pytest.raises(RefusedError):
        fetcher.fetch(site.url("/private/1"))


def test_redirects_of_robots_txt_without_end_count_as_none(site: Site, fetcher: Fetcher) -> None:
    site.redirect("/robots.txt", "/robots.txt")
    assert fetcher.fetch(site.url("/news/1")).body == b"x"


def test_only_the_beginning_of_a_huge_robots_txt_counts(site: Site, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = Reply(
        b"User-agent: *\nDisallow: /private/\n" + b"# filler\n" * 60_000 + b"Disallow: /news/\n"
    )
    assert fetcher.fetch(site.url("/news/1")).body == b"x"
    with pytest.raises(RefusedError, match="forbids"):
        fetcher.fetch(site.url("/private/1"))


def test_a_robots_txt_that_would_fill_memory(site: Site, fetcher: Fetcher) -> None:
    agents = b"".join(b"User-agent: a%d\n" % number for number in range(12_000))
    site.pages["/robots.txt"] = Reply(agents + b"Disallow: /a\n" * 12_000)
    with pytest.raises(RefusedError, match="not believable"):
        fetcher.fetch(site.url("/news/1"))


@pytest.mark.parametrize(("asked", "pause"), [("7", 7), ("1000000", 30), ("-5", 0), ("nan", 0), ("soon", 0)])
def test_a_crawl_delay_is_kept(site: Site, fetcher: Fetcher, naps: Naps, asked: str, pause: float) -> None:
    site.pages["/robots.txt"] = Reply(f"User-agent: *\nCrawl-delay: {asked}\n".encode())
    for _ in range(2):
        fetcher.fetch(site.url("/news/1"))
    assert [round(nap) for nap in naps] == ([pause] if pause else [])
