from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from mirrorpress.errors import FetchError, RefusedError
from mirrorpress.gather.fetcher import Fetcher

from . import proxies
from .loopback import Reply, Site

NewProxy = Callable[..., proxies.Proxy]


@pytest.fixture
def new_proxy(site: Site) -> Iterator[NewProxy]:
    started: list[proxies.Proxy] = []

    def start(converse: Callable[[proxies.Proxy, socket.socket], None]) -> proxies.Proxy:
        started.append(proxies.Proxy(("127.0.0.1", site.port), converse))
        return started[-1]

    yield start
    for proxy in started:
        proxy.close()


def _no_lookup(host: str) -> list[str]:
    raise AssertionError(f"{host} was looked up here, not at the proxy")


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
def test_the_proxy_is_used_and_does_the_lookup(
    site: Site, new_proxy: NewProxy, new_fetcher: Callable[..., Fetcher], scheme: str
) -> None:
    site.pages["/a"] = Reply(b"through")
    proxy = new_proxy(proxies.http if scheme == "http" else proxies.socks5)
    fetcher = new_fetcher(proxy=f"{scheme}://{proxy.host}", allow_private=(), lookup=_no_lookup)
    assert fetcher.fetch("http://harbour.example/a").body == b"through"
    expected = ["http://harbour.example/robots.txt", "http://harbour.example/a"]
    assert proxy.wanted == (expected if scheme == "http" else ["harbour.example:80"] * 2)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "169.254.169.254"])
def test_a_proxy_is_not_asked_for_what_is_plainly_private(
    new_proxy: NewProxy, new_fetcher: Callable[..., Fetcher], scheme: str, host: str
) -> None:
    proxy = new_proxy(proxies.http)
    fetcher = new_fetcher(proxy=f"{scheme}://{proxy.host}", allow_private=())
    with pytest.raises(RefusedError, match="not a public address"):
        fetcher.fetch(f"http://{host}/a")
    assert proxy.wanted == []


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_none(new_proxy: NewProxy, new_fetcher: Callable[..., Fetcher], scheme: str) -> None:
    proxy = new_proxy(proxies.broken)
    with pytest.raises(FetchError) as caught:
        new_fetcher(proxy=f"{scheme}://{proxy.host}").fetch("http://harbour.example/a")
    assert caught.value.where == "http://harbour.example/a"


def test_a_proxy_that_refuses_to_connect(new_proxy: NewProxy, new_fetcher: Callable[..., Fetcher]) -> None:
    def refuse(_: proxies.Proxy, client: socket.socket) -> None:
        client.recv(300)
        client.sendall(b"\x05\x00")
        client.recv(300)
        client.sendall(b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00")

    proxy = new_proxy(refuse)
    with pytest.raises(FetchError, match=r"the proxy did not connect .*not allowed by ruleset"):
        new_fetcher(proxy=f"socks5://{proxy.host}").fetch("http://harbour.example/a")


@pytest.mark.parametrize("address", ["ftp://127.0.0.1:1", "127.0.0.1:8080", "http://[", "socks5://"])
def test_an_address_of_no_proxy(new_fetcher: Callable[..., Fetcher], address: str) -> None:
    with pytest.raises(FetchError, match="the proxy's address"):
        new_fetcher(proxy=address)
