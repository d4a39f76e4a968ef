"""One GET request and its bounded answer; every low-level error becomes one of ours here."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpcore2
import httpx2
import socksio

from mirrorpress.errors import FetchError, RefusedError
from mirrorpress.gather.addresses import Guard, Lookup, system_lookup
from mirrorpress.gather.body import read_body
from mirrorpress.model import FetchPolicy

_DRAIN = 65_536  # bytes of a redirect's or error's body worth reading to keep its connection open
_KEEP_ALIVE = 20.0  # seconds; longer than any sensible delay between two requests to a host
_HOST = re.compile(rb"[a-z0-9._-]+|[0-9a-f:.]+(?:%25\w+)?", re.IGNORECASE)  # after IDNA; _ is in real names
_PROXY_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


class UnansweredError(FetchError):
    """The server gave no whole answer."""


class InterruptedFetchError(UnansweredError):
    """A failure of the connection that often passes: worth another try."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one request. ``headers`` names are lower case; ``body`` is decompressed
    and empty unless ``status`` is 200 or 203."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The values of a header joined as RFC 9110, section 5.2 says; empty when it is absent."""
        return ", ".join(value for key, value in self.headers if key == name)


def parse_url(url: str) -> httpx2.URL:
    """An http or https address without fragment. Raises ``RefusedError`` for anything else."""
    try:
        parsed = httpx2.URL(url.strip()).copy_with(fragment=None)
    except (httpx2.InvalidURL, ValueError) as error:
        raise RefusedError(
            f"not a well-formed address ({error})", where=url, hint="correct it where it is written"
        ) from error
    if parsed.scheme not in ("http", "https"):
        raise RefusedError(
            "only http and https addresses are fetched", where=url, hint="look at the page in a browser"
        )
    port = 80 if parsed.port is None else parsed.port
    if len(parsed.raw_host) > 253 or not _HOST.fullmatch(parsed.raw_host) or not 0 < port < 65536:
        raise RefusedError("its host or port is malformed", where=url, hint="correct it where it is written")
    if parsed.userinfo:
        raise RefusedError(
            "addresses with a user name or password are not fetched",
            where=str(parsed.copy_with(userinfo=b"")),
            hint="use an address that needs none",
        )
    return parsed


def port_of(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


class Wire:
    """Connections to servers, kept open between requests and shared by threads.

    HTTP/1.1 only: over one HTTP/2 connection a slow response and a fast one cannot have deadlines
    of their own, and at the pace of one request a second it would save nothing.
    """

    def __init__(self, policy: FetchPolicy, *, lookup: Lookup = system_lookup) -> None:
        self._closed = False
        self._timeout = policy.timeout
        proxy = _proxy(policy.proxy) if policy.proxy else None
        place = (proxy.url.host.decode("ascii"), proxy.url.port or 0) if proxy else None
        self._guard = Guard(policy.allow_private, proxy=place, lookup=lookup)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_trust(),
            proxy=proxy,
            max_connections=None,  # politeness limits them, host by host
            max_keepalive_connections=20,
            keepalive_expiry=_KEEP_ALIVE,
            network_backend=self._guard,
        )

    def close(self) -> None:
        """Close all connections; threads that wait for an answer get an error, and so does who asks again."""
        self._closed = True
        self._pool.close()

    def check(self, url: httpx2.URL) -> None:
        """Raises ``RefusedError`` for a host that is plainly not public."""
        try:
            self._guard.check(url.raw_host.decode("ascii"), port_of(url))
        except RefusedError as error:
            error.where = str(url)
            raise

    def get(
        self, url: httpx2.URL, headers: Mapping[str, str], max_bytes: int, *, cut: bool = False
    ) -> Answer:
        """Ask once, within the policy's timeout. ``cut`` returns the beginning of too long a body.

        Raises ``RefusedError``, ``FetchError``, of the latter ``UnansweredError`` where the server gave no
        whole answer, and ``InterruptedFetchError`` where that often passes.
        """
        if self._closed:
            raise FetchError("the run is over", where=str(url), hint="the next run asks for it")
        try:
            with self._guard.deadline(self._timeout):
                return self._exchange(url, headers, max_bytes, cut=cut)
        except (FetchError, RefusedError) as error:
            error.where = str(url)
            raise
        except httpcore2.TimeoutException as error:
            raise UnansweredError(
                f"no complete answer within {self._timeout:g} seconds",
                where=str(url),
                hint="the server is slow or blocked from here; try again later, or through a proxy",
            ) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, OSError) as error:
            raise _explain(error, url) from error
        except (socksio.SOCKSError, AssertionError, IndexError, ValueError) as error:
            # httpcore2's SOCKS handshake takes a proxy at its word; a wrong word ends in any of these.
            raise FetchError(
                "the conversation failed its protocol",
                where=str(url),
                hint="check that proxy under [fetch] names a proxy of the right kind",
            ) from error

    def _exchange(self, url: httpx2.URL, headers: Mapping[str, str], max_bytes: int, *, cut: bool) -> Answer:
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = [(b"Host", url.netloc)] + [
            (name.encode("ascii"), value.encode("latin-1", "ignore")) for name, value in headers.items()
        ]
        with self._pool.stream("GET", target, headers=sent) as response:
            received = tuple(
                (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers
            )
            answer = Answer(response.status, received, b"")
            length = answer.header("content-length")
            if response.status in (200, 203):
                body = read_body(
                    response.iter_stream(), answer.header("content-encoding"), length, max_bytes, cut=cut
                )
                return Answer(response.status, received, body)
            if response.status == 304 or (length.isdigit() and len(length) < 6 and int(length) <= _DRAIN):
                for _ in response.iter_stream():
                    pass
            return answer


@cache
def _trust() -> ssl.SSLContext:
    """The system's certificates; reading them takes 30 ms, so once."""
    return httpcore2.default_ssl_context()


def _proxy(address: str) -> httpcore2.Proxy:
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError) as error:
        raise FetchError(f"the proxy's address is malformed ({error})", where="[fetch] proxy") from error
    if url.scheme not in _PROXY_PORTS or not _HOST.fullmatch(url.raw_host):
        raise FetchError(
            "the proxy's address is not a host after http://, https://, socks5:// or socks5h://",
            where="[fetch] proxy",
        )
    origin = httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port or _PROXY_PORTS[url.scheme], target=b"/"
    )
    auth = (url.username.encode(), url.password.encode()) if url.userinfo else None
    return httpcore2.Proxy(origin, auth=auth)


def _explain(error: Exception, url: httpx2.URL) -> FetchError:
    """The plain words for a failed connection."""
    where = str(url)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchError(
                f"its certificate does not hold: {cause.verify_message}",
                where=where,
                hint="somebody may sit in between, or the site let it expire; do not trust what comes",
            )
        if isinstance(cause, ssl.SSLError):
            return InterruptedFetchError(
                f"no secure connection came about ({cause.reason or cause})",
                where=where,
                hint="the connection may be tampered with; try through a proxy",
            )
        if isinstance(cause, socket.gaierror | UnicodeError):
            kind = InterruptedFetchError if _passes(cause) else FetchError
            return kind(
                f"the name {url.host} has no address",
                where=where,
                hint="check its spelling and this machine's network",
            )
    if isinstance(error, httpcore2.ProxyError):
        return InterruptedFetchError(
            f"the proxy did not connect ({error})", where=where, hint="check proxy under [fetch]"
        )
    if isinstance(error, httpcore2.ConnectError):
        return InterruptedFetchError(
            f"no connection ({_words(error)})",
            where=where,
            hint="the server is down, or blocked from here; try again later, or through a proxy",
        )
    if isinstance(error, httpcore2.LocalProtocolError):
        return FetchError(f"the request cannot be sent ({error})", where=where)
    return InterruptedFetchError(
        f"the connection broke ({_words(error)})", where=where, hint="try again later, or through a proxy"
    )


def _causes(error: BaseException) -> list[BaseException]:
    """An error of httpcore2 and what it wraps: it keeps that as its first argument."""
    found = [error]
    while error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
        found.append(error)
    return found


def _passes(cause: BaseException) -> bool:
    return isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN


def _words(error: Exception) -> str:
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return str(error).rstrip(".")
