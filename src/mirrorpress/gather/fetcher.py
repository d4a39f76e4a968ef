"""The fetcher: the only way from an address to its bytes.

It keeps the limits of ``FetchPolicy``, asks robots.txt, follows redirects by hand so that every hop
is checked like the first, keeps no cookies, sends no Referer, and tells every failure in plain words.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType

import httpx2

from mirrorpress import __version__
from mirrorpress.errors import FetchError, GatherError, RefusedError
from mirrorpress.gather.addresses import Lookup, system_lookup
from mirrorpress.gather.politeness import MAX_FAILURES, MAX_ROBOTS_BYTES, Hosts, Robots
from mirrorpress.gather.wire import Answer, InterruptedFetchError, UnansweredError, Wire, parse_url, port_of
from mirrorpress.model import Capture, FetchPolicy, Validators

MAX_REDIRECTS = 10
PAGES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

_UNCONDITIONAL = Validators()
_PAUSES = (1.0, 5.0)  # seconds before the second and third try of a broken connection
_MAX_WAIT = 30.0  # seconds that a Retry-After may hold up a run
_MAX_REST = 24 * 3600.0  # seconds; servers have been seen to ask for years
_REST = 60.0  # seconds for a host that says 429 without saying how long

_WORDS = {
    401: ("the server asks for a password", "pages behind a password are not mirrored"),
    402: ("the page has to be paid for", "pages behind a paywall are not mirrored"),
    403: ("the server refuses us", "set contact under [mirror], or ask the site to let this mirror in"),
    404: ("not there", "check the address, or whether the page was taken away"),
    407: ("the proxy asks for a user name and password", "put them into proxy under [fetch]"),
    410: ("taken away for good", "remove the address from the source; the mirror keeps its last revision"),
    429: ("too many requests", "raise delay under [fetch]"),
    451: ("withheld for legal reasons", "the server withholds it where this machine stands; try a proxy"),
    503: ("the server is overloaded or being serviced", "try again later"),
}


class Fetcher:
    """Fetches addresses under one policy; to be used by any number of threads, and closed.

    ``contact`` (an address or URL) goes into the User-Agent so that a site can reach the operator.
    ``clock``, ``sleep`` and ``lookup`` (from a host name to its addresses) are for tests.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        *,
        contact: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._sleep = sleep
        self._user_agent = _header_text(policy.user_agent) or _user_agent(contact)
        self._wire = Wire(policy, lookup=lookup)
        self._hosts = Hosts(policy.per_host, sleep)
        token = re.split(r"[/\s]", self._user_agent, maxsplit=1)[0]
        self._robots = Robots(token, self._ask_robots, clock)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def fetch(
        self,
        url: str,
        *,
        validators: Validators = _UNCONDITIONAL,
        max_bytes: int | None = None,
        accept: str = PAGES,
        robots: bool = True,
    ) -> Capture:
        """What is at ``url`` now.

        ``validators`` make the request conditional: a capture of status 304 and no body means that
        nothing changed. ``max_bytes`` (default: the policy's) bounds the decompressed body.
        Waits for its turn at the host, and up to 30 seconds twice where the server asks for it.

        Raises ``FetchError`` (network, server, limit; with ``status`` and ``retry_after``) or
        ``RefusedError`` (not public, or disallowed by robots.txt).
        """
        headers = {"Accept": accept}
        if validators.etag:
            headers["If-None-Match"] = _header_text(validators.etag)
        if validators.last_modified:
            headers["If-Modified-Since"] = _header_text(validators.last_modified)
        limit = self._policy.max_bytes if max_bytes is None else max_bytes
        start = parse_url(url)
        try:
            final, answer = self._follow(
                start, headers, limit, redirects=MAX_REDIRECTS, robots=robots and self._policy.robots
            )
            unchanged = answer.status == 304 and validators != _UNCONDITIONAL
            if answer.status not in (200, 203) and not unchanged:
                raise _refused_by_server(answer, str(final), self._retry_after(answer))
        except GatherError as error:
            if error.where not in (str(start), url):
                error.reason = f"redirected to {error.where}: {error.reason}"
            error.where = url
            raise
        return Capture(url, str(final), self._clock(), answer.status, answer.headers, answer.body)

    def _follow(
        self,
        target: httpx2.URL,
        headers: Mapping[str, str],
        max_bytes: int,
        *,
        redirects: int,
        robots: bool,
        cut: bool = False,
    ) -> tuple[httpx2.URL, Answer]:
        """The last answer of a chain of redirects and its address."""
        seen = {str(target)}
        while True:
            self._wire.check(target)
            delay = self._policy.delay
            if robots:
                delay = max(delay, self._ask_leave(target))
            answer = self._ask(target, headers, max_bytes, delay=delay, cut=cut)
            if answer.status not in (301, 302, 303, 307, 308):
                return target, answer
            following = _location(target, answer)
            if str(following) in seen:
                raise FetchError(
                    f"its redirects go round in a circle, back to {following}",
                    where=str(target),
                    hint="the site may want cookies, which are not kept; use the address it ends at",
                    status=answer.status,
                )
            if len(seen) > redirects:
                raise FetchError(
                    f"more than {redirects} redirects",
                    where=str(target),
                    hint="use the address that it ends at",
                    status=answer.status,
                )
            target = following
            seen.add(str(target))

    def _ask(
        self, url: httpx2.URL, headers: Mapping[str, str], max_bytes: int, *, delay: float, cut: bool
    ) -> Answer:
        """Ask one address, and note whether its host is alive."""
        host = f"{url.host}:{port_of(url)}"
        sent = {**headers, "User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate"}
        try:
            answer = self._try(host, url, sent, max_bytes, delay=delay, cut=cut)
        except UnansweredError:
            self._hosts.failed(host)
            raise
        if answer.status == 503:
            self._hosts.failed(host)
        else:
            self._hosts.answered(host)
        return answer

    def _try(
        self, host: str, url: httpx2.URL, sent: Mapping[str, str], max_bytes: int, *, delay: float, cut: bool
    ) -> Answer:
        """Up to three tries if the connection breaks or the server says "later"."""
        pauses = [*_PAUSES]
        while True:
            self._look_whether_open(host, url)
            try:
                with self._hosts.turn(host, delay):
                    self._look_whether_open(host, url)  # others may have found out while this one waited
                    answer = self._wire.get(url, sent, max_bytes, cut=cut)
            except InterruptedFetchError:
                if not pauses:
                    raise
                self._sleep(pauses.pop(0))
                continue
            if answer.status not in (429, 503):
                return answer
            asked = self._retry_after(answer)
            wait = pauses.pop(0) if pauses else None
            if wait is None or asked > _MAX_WAIT:
                if asked or answer.status == 429:
                    self._hosts.rest(host, self._clock() + timedelta(seconds=asked or _REST))
                return answer
            self._sleep(asked or wait)

    def _look_whether_open(self, host: str, url: httpx2.URL) -> None:
        """Raises ``FetchError`` for a host that wants to be left alone, or that was given up."""
        if rest := self._hosts.resting(host, self._clock()):
            raise FetchError(
                f"{url.host} asked to be left alone for another {rest:.0f} seconds",
                where=str(url),
                hint="raise delay under [fetch]; the next run asks again",
                status=429,
                retry_after=rest,
            )
        if self._hosts.given_up(host):
            raise FetchError(
                f"not asked for, as {host} failed {MAX_FAILURES} times in a row",
                where=str(url),
                hint="the next run asks again; if it lasts, look whether the server is up, or try a proxy",
            )

    def _ask_leave(self, url: httpx2.URL) -> float:
        """The delay that robots.txt asks for; raises ``RefusedError`` if it forbids ``url``."""
        try:
            rules = self._robots.rules(url)
        except GatherError as error:
            error.where = str(url)
            raise
        if not rules.allows(str(url)):
            raise RefusedError(
                "the site's robots.txt forbids it",
                where=str(url),
                hint="ask the site; only a publisher mirroring its own site may set robots = false",
            )
        return rules.delay

    def _ask_robots(self, address: httpx2.URL) -> Answer:
        _, answer = self._follow(
            address,
            {"Accept": "text/plain,*/*;q=0.5"},
            MAX_ROBOTS_BYTES,
            redirects=5,  # RFC 9309, section 2.3.1.2
            robots=False,
            cut=True,
        )
        return answer

    def _retry_after(self, answer: Answer) -> float:
        """Seconds from a Retry-After header (RFC 9110, section 10.2.3), 0 without one, a day at most."""
        value = answer.header("retry-after").strip()
        if value.isascii() and value.isdigit():
            return min(float(value[:12]), _MAX_REST)
        try:
            when = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return 0.0
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return min(max((when - self._clock()).total_seconds(), 0.0), _MAX_REST)


def _header_text(text: str) -> str:
    """Text as a header can carry it (RFC 9110, section 5.5): no controls, nothing beyond Latin-1."""
    kept = "".join(character if "\x20" <= character != "\x7f" else " " for character in text)
    return kept.encode("latin-1", "ignore").decode("latin-1").strip()


def _user_agent(contact: str) -> str:
    product = f"mirrorpress/{__version__}"
    contact = _header_text(contact).replace("(", "").replace(")", "")
    return f"{product} (+{contact})" if contact else product


def _location(target: httpx2.URL, answer: Answer) -> httpx2.URL:
    # Servers send raw UTF-8 here, which headers do not know of.
    location = answer.header("location").encode("latin-1").decode("utf-8", "replace").strip()
    if not location:
        raise FetchError(f"{answer.status}: a redirect to nowhere", where=str(target), status=answer.status)
    try:
        joined = str(target.join(location))
    except (httpx2.InvalidURL, ValueError) as error:
        raise RefusedError(f"a redirect to a malformed address ({error})", where=str(target)) from error
    return parse_url(joined)


def _refused_by_server(answer: Answer, where: str, retry_after: float) -> FetchError:
    status = answer.status
    if status in _WORDS:
        reason, hint = _WORDS[status]
    elif status >= 500:
        reason, hint = "the server failed", "try again later"
    elif status >= 400:
        reason, hint = "the server does not accept the request", "check the address"
    else:
        reason, hint = "an answer without a page", "the site may be testing for browsers; ask it"
    return FetchError(f"{status}: {reason}", where=where, hint=hint, status=status, retry_after=retry_after)
