from __future__ import annotations

import gzip
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime

import pytest

from mirrorpress import __version__
from mirrorpress.errors import FetchError, RefusedError
from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.model import Validators

from .loopback import NOW, Asked, Naps, Reply, Site

NewFetcher = Callable[..., Fetcher]


def test_a_page_becomes_a_capture(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Reply(b"hello", headers={"Content-Type": "text/html", "ETag": '"1"'})
    capture = fetcher.fetch(site.url("/a#part"))
    assert (capture.url, capture.final_url) == (site.url("/a#part"), site.url("/a"))
    assert (capture.status, capture.body, capture.fetched_at) == (200, b"hello", NOW)
    assert capture.header("content-type") == "text/html"
    assert capture.header("etag") == '"1"'


def test_what_a_request_tells(site: Site, new_fetcher: NewFetcher) -> None:
    site.pages["/a"] = Reply(b"x", headers={"Set-Cookie": "id=1"})
    fetcher = new_fetcher(contact="desk@harbour.example\r\nX: 1")
    fetcher.fetch(site.url("/a"))
    fetcher.fetch(site.url("/a"), accept="image/*")
    first, second = (asked.headers for asked in site.asked)
    assert first["user-agent"] == f"mirrorpress/{__version__} (+desk@harbour.example  X: 1)"
    assert first["accept-encoding"] == "gzip, deflate"
    assert second["accept"] == "image/*"
    assert not {"referer", "cookie", "if-none-match", "if-modified-since", "x"} & (
        first.keys() | second.keys()
    )


def test_a_user_agent_of_the_operators_own(site: Site, new_fetcher: NewFetcher) -> None:
    site.pages["/a"] = Reply(b"x")
    new_fetcher(user_agent="Harbour/1").fetch(site.url("/a"))
    new_fetcher().fetch(site.url("/a"))
    assert [asked.headers["user-agent"] for asked in site.asked] == [
        "Harbour/1",
        f"mirrorpress/{__version__}",
    ]


def test_connections_are_kept_between_requests(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = lambda asked: Reply(asked.client.encode())
    site.redirect("/b", "/a")
    bodies = {fetcher.fetch(site.url(path)).body for path in ("/a", "/b", "/a")}
    assert len(bodies) == 1


def test_nothing_changed_since_the_validators(site: Site, fetcher: Fetcher) -> None:
    def page(asked: Asked) -> Reply:
        known = asked.headers.get("if-none-match") == '"1"'
        return Reply(status=304) if known else Reply(b"news", headers={"ETag": '"1"'})

    site.pages["/a"] = page
    assert fetcher.fetch(site.url("/a")).status == 200
    again = fetcher.fetch(site.url("/a"), validators=Validators('"1"', "Sun, 01 Mar 2026 00:00:00 GMT"))
    assert (again.status, again.body) == (304, b"")
    assert site.asked[-1].headers["if-modified-since"] == "Sun, 01 Mar 2026 00:00:00 GMT"


def test_an_unasked_304_is_an_error(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Reply(status=304)
    with pytest.raises(FetchError, match="304"):
        fetcher.fetch(site.url("/a"))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (204, "without a page"),
        (401, "password"),
        (403, "refuses us"),
        (404, "not there"),
        (410, "for good"),
        (418, "does not accept"),
        (451, "legal"),
        (500, "failed"),
    ],
)
def test_what_a_server_refuses_is_said_plainly(site: Site, fetcher: Fetcher, status: int, words: str) -> None:
    site.pages["/a"] = Reply(status=status)
    with pytest.raises(FetchError, match=words) as caught:
        fetcher.fetch(site.url("/a"))
    assert (caught.value.status, caught.value.where) == (status, site.url("/a"))
    assert caught.value.hint
    assert len(site.asked) == 1


# --- redirects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.redirect("/a", "/新?q=1", status)
    site.pages["/%E6%96%B0?q=1"] = Reply(b"there")
    capture = fetcher.fetch(site.url("/a"))
    assert (capture.url, capture.final_url) == (site.url("/a"), site.url("/%E6%96%B0?q=1"))
    assert capture.body == b"there"


def test_a_circle_of_redirects(site: Site, fetcher: Fetcher) -> None:
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    with pytest.raises(FetchError, match="round in a circle") as caught:
        fetcher.fetch(site.url("/a"))
    assert caught.value.where == site.url("/a")


@pytest.mark.parametrize(("hops", "arrives"), [(10, True), (11, False)])
def test_ten_redirects_and_no_more(site: Site, fetcher: Fetcher, hops: int, arrives: bool) -> None:
    for number in range(hops):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.pages[f"/{hops}"] = Reply(b"end")
    if arrives:
        assert fetcher.fetch(site.url("/0")).body == b"end"
    else:
        with pytest.raises(FetchError, match="more than 10 redirects"):
            fetcher.fetch(site.url("/0"))


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://harbour.example/", "only http and https"),
        ("http://[::1]/", "not a public address"),
        ("http://169.254.169.254/latest/", "not a public address"),
        ("http://u:p@harbour.example/", "user name or password"),
        ("http://[zz/", "malformed"),
        ("http://harbour.example:99999/", "malformed"),
    ],
)
def test_redirects_to_where_nobody_should_go(
    site: Site, fetcher: Fetcher, location: str, reason: str
) -> None:
    site.redirect("/a", location)
    with pytest.raises(RefusedError, match=reason) as caught:
        fetcher.fetch(site.url("/a"))
    assert caught.value.where == site.url("/a")


def test_a_redirect_to_a_private_server_does_not_reach_it(
    site: Site, new_site: Callable[[], Site], fetcher: Fetcher
) -> None:
    inner = new_site()
    inner.pages["/secret"] = Reply(b"secret")
    site.redirect("/a", inner.url("/secret"))
    with pytest.raises(RefusedError, match="not a public address"):
        fetcher.fetch(site.url("/a"))
    assert not inner.asked
    assert not inner.robots_asked


def test_a_redirect_to_nowhere(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Reply(status=302)
    with pytest.raises(FetchError, match="redirect to nowhere"):
        fetcher.fetch(site.url("/a"))


# --- the guard -----------------------------------------------------------------------------------


def test_a_name_that_leads_to_a_private_address_is_refused(site: Site, new_fetcher: NewFetcher) -> None:
    fetcher = new_fetcher(allow_private=(), lookup=lambda _: ["127.0.0.1", "::1"])
    with pytest.raises(RefusedError, match=r"leads to 127\.0\.0\.1, ::1, which is not a public address"):
        fetcher.fetch(f"http://rebound.example:{site.port}/a")
    assert not site.robots_asked


def test_the_checked_address_is_the_one_connected_to(site: Site, new_fetcher: NewFetcher) -> None:
    answers = [["127.0.0.1"], ["192.0.2.1"]]  # a second lookup would go astray
    site.pages["/a"] = Reply(b"x")
    fetcher = new_fetcher(lookup=lambda _: answers.pop(0))
    assert fetcher.fetch(f"http://harbour.example:{site.port}/a", robots=False).body == b"x"
    assert site.asked[0].headers["host"] == f"harbour.example:{site.port}"
    assert len(answers) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "harbour.example",
        "//harbour.example/",
        "http://",
        "http:///a",
        "http://har\nbour.example/",
        "http://\ud800.example/",
        "http://０x7f.1/",
        "http://[::1/",
        "http://1.2.3.4.5/",
        "http://harbour.example:0/",
        "http://harbour.example:99999/",
        "http://harbour.example:x/",
        "javascript:alert(1)",
        "http://" + "a." * 130 + "example/",
    ],
)
def test_addresses_that_are_none(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(RefusedError):
        fetcher.fetch(url)


def test_a_label_too_long_for_any_resolver(new_fetcher: NewFetcher) -> None:
    fetcher = new_fetcher(robots=False)
    with pytest.raises(FetchError, match="has no address"):
        fetcher.fetch(f"http://{'a' * 70}.invalid/")


def test_a_lookup_that_hangs_ends_at_the_deadline(new_fetcher: NewFetcher) -> None:
    over = threading.Event()

    def hang(_: str) -> list[str]:
        over.wait(10)
        return []

    started = time.monotonic()
    with pytest.raises(FetchError, match=r"no complete answer within 0\.2 seconds"):
        new_fetcher(lookup=hang, timeout=0.2).fetch("http://harbour.example/", robots=False)
    assert time.monotonic() - started < 2
    over.set()


# --- limits --------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=b"HTTP/1.1 200 OK\r\nX-Slow: ", trickle=b"a"),
        Reply(raw=b"", trickle=b"HTTP/1.1 100 Continue\r\n\r\n"),
        Reply(raw=HEAD + b"Content-Length: 100000\r\n\r\n", trickle=b"a"),
        Reply(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\n", trickle=b"1\r\na\r\n"),
    ],
    ids=["headers", "interim answers", "body", "chunks"],
)
def test_a_trickling_server_ends_at_the_deadline(site: Site, new_fetcher: NewFetcher, reply: Reply) -> None:
    site.pages["/a"] = reply
    started = time.monotonic()
    with pytest.raises(FetchError, match=r"no complete answer within 0\.3 seconds"):
        new_fetcher(timeout=0.3, robots=False).fetch(site.url("/a"))
    assert 0.2 < time.monotonic() - started < 2
    assert len(site.asked) == 1


def test_a_silent_tls_server_ends_at_the_deadline(new_fetcher: NewFetcher) -> None:
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(FetchError, match=r"no complete answer within 0\.3 seconds"):
            new_fetcher(timeout=0.3, robots=False, allow_private=(host,)).fetch(f"https://{host}/a")
    assert time.monotonic() - started < 2


def test_an_announced_length_over_the_limit_is_not_read(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Reply(raw=HEAD + b"Content-Length: 5000000\r\n\r\n")  # and then nothing
    started = time.monotonic()
    with pytest.raises(FetchError, match="larger than 1,000 bytes"):
        fetcher.fetch(site.url("/a"), max_bytes=1000)
    assert time.monotonic() - started < 5


def test_a_body_without_end_stops_at_the_limit(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Reply(raw=HEAD + b"\r\n", trickle=b"a" * 50_000)
    with pytest.raises(FetchError, match="larger than 100,000 bytes"):
        fetcher.fetch(site.url("/a"), max_bytes=100_000)


def test_a_body_of_exactly_the_limit_is_taken(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Reply(b"a" * 1000)
    site.pages["/b"] = Reply(gzip.compress(os.urandom(500) * 2), headers={"Content-Encoding": "gzip"})
    assert len(fetcher.fetch(site.url("/a"), max_bytes=1000).body) == 1000
    assert len(fetcher.fetch(site.url("/b"), max_bytes=1000).body) == 1000


def test_a_body_shorter_than_announced_is_an_error(site: Site, fetcher: Fetcher, naps: Naps) -> None:
    site.pages["/a"] = Reply(raw=HEAD + b"Content-Length: 100\r\n\r\nonly this")
    with pytest.raises(FetchError, match="the connection broke"):
        fetcher.fetch(site.url("/a"))
    assert naps == [1.0, 5.0]  # three tries in all


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello hello", mtime=0)),
        ("x-gzip", gzip.compress(b"hello ", mtime=0) + gzip.compress(b"hello", mtime=0) + b"\0\0"),
        ("deflate", zlib.compress(b"hello hello")),
        ("Deflate", _raw_deflate(b"hello hello")),
        ("identity", b"hello hello"),
        ("", b"hello hello"),
    ],
)
def test_compressed_bodies_are_opened(site: Site, fetcher: Fetcher, encoding: str, body: bytes) -> None:
    site.pages["/a"] = Reply(body, headers={"Content-Encoding": encoding})
    assert fetcher.fetch(site.url("/a")).body == b"hello hello"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"hello"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0)),
        ("gzip", b"not compressed at all"),
        ("gzip", gzip.compress(bytes(range(256)) * 4, mtime=0)[:200]),
        ("deflate", b"\x78\x9cnot"),
    ],
)
def test_bodies_that_cannot_be_opened(site: Site, fetcher: Fetcher, encoding: str, body: bytes) -> None:
    site.pages["/a"] = Reply(body, headers={"Content-Encoding": encoding})
    with pytest.raises(FetchError, match="compress"):
        fetcher.fetch(site.url("/a"))


def test_a_bomb_stops_at_the_limit(site: Site, fetcher: Fetcher) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    site.pages["/a"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(FetchError, match="larger than 1,000,000 bytes"):
        fetcher.fetch(site.url("/a"), max_bytes=1_000_000)


def test_compressed_nothing_without_end_stops_too(site: Site, fetcher: Fetcher) -> None:
    empty = b"\0\0\0\xff\xff"  # a stored block of no bytes (RFC 1951, section 3.2.4)
    head = HEAD + b"Content-Encoding: deflate\r\n\r\n\x78\x9c"
    site.pages["/a"] = Reply(raw=head, trickle=empty * 5000)
    with pytest.raises(FetchError, match="larger than 60,000 bytes"):
        fetcher.fetch(site.url("/a"), max_bytes=60_000)


# --- servers that say "later", and connections that break -----------------------------------------


@pytest.mark.parametrize(
    "value", ["7", format_datetime(NOW + timedelta(seconds=7), usegmt=True)], ids=["seconds", "date"]
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_short_retry_after_is_waited_for(
    site: Site, fetcher: Fetcher, naps: Naps, status: int, value: str
) -> None:
    replies = [Reply(status=status, headers={"Retry-After": value}), Reply(b"at last")]
    site.pages["/a"] = lambda _: replies.pop(0)
    assert fetcher.fetch(site.url("/a")).body == b"at last"
    assert naps == [7.0]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("600", 600.0),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), 3600.0),
        ("99999999999999999999999", 86400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400.0),
    ],
)
def test_a_long_retry_after_lets_the_host_rest(
    site: Site, new_fetcher: NewFetcher, naps: Naps, value: str, seconds: float
) -> None:
    now = [NOW]
    site.pages["/a"] = Reply(status=429, headers={"Retry-After": value})
    site.pages["/b"] = Reply(b"b")
    fetcher = new_fetcher(clock=lambda: now[0])
    with pytest.raises(FetchError, match="429: too many requests") as caught:
        fetcher.fetch(site.url("/a"))
    assert (caught.value.status, caught.value.retry_after) == (429, seconds)
    with pytest.raises(FetchError, match=r"asked to be left alone for another \d+ seconds"):
        fetcher.fetch(site.url("/b"))
    assert [asked.path for asked in site.asked] == ["/a"]
    assert naps == []
    now[0] += timedelta(seconds=seconds + 1)
    assert fetcher.fetch(site.url("/b")).body == b"b"


def test_patience_ends_after_three_tries(site: Site, fetcher: Fetcher, naps: Naps) -> None:
    site.pages["/a"] = Reply(status=503, headers={"Retry-After": "2"})
    with pytest.raises(FetchError, match="503"):
        fetcher.fetch(site.url("/a"))
    assert naps == [2.0, 2.0]
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "Sun, 99 Foo 2026", format_datetime(NOW - timedelta(days=1))]
)
def test_a_503_that_does_not_say_how_long(site: Site, fetcher: Fetcher, naps: Naps, value: str) -> None:
    site.pages["/a"] = Reply(status=503, headers={"Retry-After": value} if value else {})
    site.pages["/b"] = Reply(b"b")
    with pytest.raises(FetchError, match="503"):
        fetcher.fetch(site.url("/a"))
    assert naps == [1.0, 5.0]
    assert fetcher.fetch(site.url("/b")).body == b"b"  # one broken page is not a resting host


def test_a_broken_connection_is_tried_again(site: Site, fetcher: Fetcher, naps: Naps) -> None:
    replies = [Reply(raw=b""), Reply(raw=b"HTTP/1.1 2"), Reply(b"at last")]
    site.pages["/a"] = lambda _: replies.pop(0)
    assert fetcher.fetch(site.url("/a")).body == b"at last"
    assert naps == [1.0, 5.0]


def test_a_server_that_is_down(site: Site, fetcher: Fetcher, naps: Naps) -> None:
    site.close()
    with pytest.raises(FetchError, match=r"no connection \(connection refused\)") as caught:
        fetcher.fetch(site.url("/a"))
    assert caught.value.where == site.url("/a")
    assert caught.value.hint
    assert naps == [1.0, 5.0]


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"a" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_not_http_is_an_error(site: Site, fetcher: Fetcher, raw: bytes) -> None:
    site.pages["/a"] = Reply(raw=raw)
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(site.url("/a"), robots=False)
    assert caught.value.where == site.url("/a")


def test_plain_http_where_tls_was_expected(site: Site, new_fetcher: NewFetcher) -> None:
    with pytest.raises(FetchError, match="no secure connection"):
        new_fetcher(timeout=1, robots=False).fetch(f"https://{site.host}/")


# --- pace ----------------------------------------------------------------------------------------


def test_a_thread_that_waits_for_an_answer_does_not_outlive_its_fetcher(
    site: Site, new_fetcher: NewFetcher
) -> None:
    """A full disk ended a run, which then stood for a minute: its threads waited for closed sockets."""
    reached = threading.Event()

    def silent(_: Asked) -> Reply:
        reached.set()
        site.over.wait(30)
        return Reply()

    site.pages["/slow"] = silent
    fetcher = new_fetcher(timeout=25.0)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(fetcher.fetch, site.url("/slow"))
        assert reached.wait(10)
        fetcher.close()
        assert asked.exception(timeout=10) is not None


def test_requests_to_a_host_start_a_delay_apart(site: Site, new_fetcher: NewFetcher, naps: Naps) -> None:
    site.pages["/a"] = Reply(b"x")
    fetcher = new_fetcher(delay=50.0, robots=False)
    for _ in range(3):
        fetcher.fetch(site.url("/a"))
    assert [round(nap, -1) for nap in naps] == [50, 100]  # nobody slept, so the debt adds up


def test_two_at_once_and_no_more(site: Site, new_fetcher: NewFetcher) -> None:
    lock = threading.Lock()
    under_way, most = 0, 0
    both = threading.Barrier(2)

    def page(_: Asked) -> Reply:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        both.wait(5)  # two must be here at once
        with lock:
            under_way -= 1
        return Reply(b"x")

    site.pages["/a"] = page
    fetcher = new_fetcher(per_host=2)
    with ThreadPoolExecutor(6) as pool:
        captures = list(pool.map(lambda _: fetcher.fetch(site.url("/a")), range(6)))
    assert [capture.body for capture in captures] == [b"x"] * 6
    assert most == 2
    assert len(site.robots_asked) == 1
