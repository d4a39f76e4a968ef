"""The sample newsroom behaves as a correct HTTP server, so that what is tested against it means something."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from protego import Protego

from mirrorpress.app.newsroom import Newsroom

FEED = "/news/gb/p2.xml"
UPDATED = "/news/gb/2026/06/11/10002.html"
GONE = "/news/gb/2026/06/09/10004.html"
NEW = "/news/gb/2026/06/16/10006.html"
PICTURE = "/pic/2026/6-12/ferry-800x500.jpg"


class Reply:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()


def ask(newsroom: Newsroom, path: str, method: str = "GET", **headers: str) -> Reply:
    connection = http.client.HTTPConnection(urlsplit(newsroom.url).netloc, timeout=10)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        return Reply(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as newsroom:
        yield newsroom


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/static/paper.css", "text/css; charset=utf-8"),
        (FEED, "application/rss+xml; charset=utf-8"),
        ("/en/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/fa/", "text/html; charset=utf-8"),
        (UPDATED, "text/html"),
        (PICTURE, "image/jpeg"),
        ("/pixel/1x1.gif", "image/gif"),
    ],
)
def test_an_address_answers_with_its_type_and_length(
    newsroom: Newsroom, path: str, content_type: str
) -> None:
    reply = ask(newsroom, path)
    assert (reply.status, reply.headers["Content-Type"]) == (200, content_type)
    assert int(reply.headers["Content-Length"]) == len(reply.body) > 0


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/pic/2026/6-9/signboard-800x500.jpg", "/pic/ferry-801x500.jpg", "/../site.toml", NEW],
)
def test_what_is_not_there_is_404(newsroom: Newsroom, path: str) -> None:
    assert ask(newsroom, path).status == 404


def test_an_unknown_method_is_refused_and_the_server_goes_on(newsroom: Newsroom) -> None:
    assert ask(newsroom, "/newsletter", "POST", Content_Length="0").status == 501
    assert ask(newsroom, "/").status == 200


def test_nonsense_on_the_line_is_answered_with_400(newsroom: Newsroom) -> None:
    with socket.create_connection(urlsplit(newsroom.url).netloc.split(":"), timeout=10) as line:
        line.sendall(b"what is the tide\r\n\r\n")
        assert b"400" in line.recv(4096)
    assert ask(newsroom, "/").status == 200


@pytest.mark.parametrize("path", [FEED, UPDATED, PICTURE])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_an_unchanged_representation_is_not_sent_again(newsroom: Newsroom, path: str, coding: str) -> None:
    first = ask(newsroom, path, Accept_Encoding=coding)
    for condition in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_None_Match": f'"other", W/{first.headers["ETag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        again = ask(newsroom, path, Accept_Encoding=coding, **condition)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]


def test_a_stale_or_senseless_condition_gets_the_page(newsroom: Newsroom) -> None:
    for condition in (
        {"If_None_Match": '"other"'},
        {"If_Modified_Since": "Fri, 01 May 2026 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
        # RFC 9110, 13.1.3: the date is ignored where a tag is given
        {"If_None_Match": '"other"', "If_Modified_Since": "Wed, 01 Jul 2026 00:00:00 GMT"},
    ):
        assert ask(newsroom, FEED, **condition).status == 200


def test_gzip_holds_the_same_page_under_its_own_tag(newsroom: Newsroom) -> None:
    plain, packed = ask(newsroom, UPDATED), ask(newsroom, UPDATED, Accept_Encoding="br, gzip;q=0.8")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip;q=0.000"])
def test_gzip_is_not_forced_on_anyone(newsroom: Newsroom, accepted: str) -> None:
    assert ask(newsroom, UPDATED, Accept_Encoding=accepted).headers["Content-Encoding"] is None


def test_pictures_are_not_packed_again(newsroom: Newsroom) -> None:
    assert ask(newsroom, PICTURE, Accept_Encoding="gzip").headers["Content-Encoding"] is None


def test_head_has_the_headers_of_get_and_no_body(newsroom: Newsroom) -> None:
    get, head = ask(newsroom, UPDATED), ask(newsroom, UPDATED, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers.items() == get.headers.items()
    assert ask(newsroom, "/nothing", "HEAD").status == 404


def test_robots_keep_out_of_private_and_nowhere_else(newsroom: Newsroom) -> None:
    rules = Protego.parse(ask(newsroom, "/robots.txt").body.decode())
    assert not rules.can_fetch(newsroom.url + "/private/draft.html", "mirrorpress")
    assert ask(newsroom, "/private/draft.html").status == 200
    for path in (FEED, UPDATED, "/en/feed.atom", "/fa/", PICTURE):
        assert rules.can_fetch(newsroom.url + path, "mirrorpress")


def test_the_second_edition_has_one_new_one_changed_and_one_gone(newsroom: Newsroom) -> None:
    paths = [FEED, UPDATED, GONE, NEW, "/en/feed.atom", "/fa/", "/news/gb/2026/06/12/10001.html"]
    before = {path: ask(newsroom, path) for path in paths}
    newsroom.edition = 2
    after = {path: ask(newsroom, path, If_None_Match=before[path].headers.get("ETag", "")) for path in paths}
    assert [before[path].status for path in paths] == [200, 200, 200, 404, 200, 200, 200]
    assert [after[path].status for path in paths] == [200, 200, 404, 200, 304, 304, 304]
    old = before[FEED].headers["Last-Modified"]
    assert ask(newsroom, FEED, If_Modified_Since=old).status == 200
    newsroom.edition = 1
    assert ask(newsroom, FEED).body == before[FEED].body


@pytest.mark.parametrize("edition", [0, 3])
def test_there_is_no_other_edition(newsroom: Newsroom, edition: int) -> None:
    with pytest.raises(ValueError, match="editions 1 and 2"):
        newsroom.edition = edition
    with pytest.raises(ValueError, match="editions 1 and 2"):
        Newsroom(edition=edition)
    assert newsroom.edition == 1


def test_every_request_is_remembered(newsroom: Newsroom, capfd: pytest.CaptureFixture[str]) -> None:
    ask(newsroom, "/?utm_source=rss", User_Agent="Tester")
    ask(newsroom, "/nothing", "HEAD")
    ask(newsroom, "/", If_None_Match="*")
    assert [(request.method, request.path, request.status) for request in newsroom.requests] == [
        ("GET", "/?utm_source=rss", 200),
        ("HEAD", "/nothing", 404),
        ("GET", "/", 304),
    ]
    assert newsroom.requests[0].headers["user-agent"] == "Tester"
    assert capfd.readouterr() == ("", "")


def test_a_client_that_hangs_up_goes_unremarked(capfd: pytest.CaptureFixture[str]) -> None:
    with Newsroom() as newsroom:
        line = socket.create_connection(urlsplit(newsroom.url).netloc.split(":"), timeout=10)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset on close
        line.sendall(f"GET {PICTURE} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 50)
        line.close()
        assert ask(newsroom, "/").status == 200
    assert capfd.readouterr().err == ""


def test_many_at_once_get_whole_answers(newsroom: Newsroom) -> None:
    with ThreadPoolExecutor(8) as pool:
        bodies = {reply.body for reply in pool.map(lambda _: ask(newsroom, PICTURE), range(40))}
    assert len(bodies) == 1
    assert len(newsroom.requests) == 40


def test_two_newsrooms_differ_in_nothing_but_their_address() -> None:
    with Newsroom() as one, Newsroom() as other:
        for path in (FEED, UPDATED, PICTURE, "/en/feed.atom"):
            first, second = ask(one, path), ask(other, path)
            assert first.body.replace(one.url[7:].encode(), b"H") == second.body.replace(
                other.url[7:].encode(), b"H"
            )
            assert first.headers["Date"] == second.headers["Date"]


def test_leaving_closes_the_door_at_once_even_on_idle_clients() -> None:
    with Newsroom() as newsroom:
        host, port = urlsplit(newsroom.url).netloc.split(":")
        idle = http.client.HTTPConnection(host, int(port), timeout=10)
        idle.request("GET", "/")
        idle.getresponse().read()
        started = time.monotonic()
    assert time.monotonic() - started < 5
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=10)
    with Newsroom(port=int(port)) as again:
        assert again.url == newsroom.url


def test_a_taken_port_is_an_oserror(newsroom: Newsroom) -> None:
    with pytest.raises(OSError, match="in use"), Newsroom(port=urlsplit(newsroom.url).port or 0):
        pass
