"""How gently a host is asked: few requests at once, pauses between them, rests, and robots.txt."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2
from protego import Protego

from mirrorpress.errors import FetchError, RefusedError
from mirrorpress.gather.wire import Answer

MAX_ROBOTS_BYTES = 500_000
"""RFC 9309, section 2.5 asks for at least 500 kiB to be read; hardly any file has a tenth of it."""

MAX_FAILURES = 5
"""Requests in a row that came to nothing, after which a host is given up."""

_MAX_CRAWL_DELAY = 30.0  # seconds; longer ones would make a mirror of a daily paper impossible
_MAX_RULE_COPIES = 5_000_000  # protego keeps each rule once per agent it is for: a small file can fill memory
_LIFE = timedelta(hours=24)  # RFC 9309, section 2.4
_LIFE_OF_FAILURE = timedelta(minutes=10)


@dataclass(slots=True)
class _Host:
    slots: threading.Semaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_start: float = 0.0  # on the monotonic clock
    rests_until: datetime | None = None
    failures: int = 0


class Hosts:
    """Turns at hosts ("name:port"). ``per_host`` is how many requests may be under way at one.

    A host that failed several times in a row is given up for as long as this object lives, which is
    one run: a dead host with a hundred articles would otherwise cost a hundred timeouts.
    """

    def __init__(self, per_host: int, sleep: Callable[[float], None]) -> None:
        self._per_host = max(1, per_host)
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def _host(self, name: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(name, _Host(threading.Semaphore(self._per_host)))

    @contextmanager
    def turn(self, name: str, delay: float) -> Iterator[None]:
        """Wait for a free slot and until ``delay`` seconds after the host's last request began."""
        host = self._host(name)
        with host.slots:
            with host.lock:
                now = time.monotonic()
                start = max(now, host.next_start)
                host.next_start = start + delay
            if start > now:
                self._sleep(start - now)
            yield

    def rest(self, name: str, until: datetime) -> None:
        """Leave the host alone until then."""
        self._host(name).rests_until = until

    def failed(self, name: str) -> None:
        """Note that the host gave no answer to a request, all its tries included."""
        self._host(name).failures += 1

    def answered(self, name: str) -> None:
        """Note that the host is alive."""
        self._host(name).failures = 0

    def given_up(self, name: str) -> bool:
        """Whether too many requests failed in a row."""
        return self._host(name).failures >= MAX_FAILURES

    def resting(self, name: str, now: datetime) -> float:
        """Seconds that the host still wants to be left alone."""
        until = self._host(name).rests_until
        return max(0.0, (until - now).total_seconds()) if until else 0.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says to us; ``delay`` is the pause it asks for, in seconds."""

    allows: Callable[[str], bool]
    delay: float = 0.0


def read_rules(answer: Answer, token: str) -> Rules:
    """The rules for the robot named ``token``, from the answer to a request for robots.txt.

    RFC 9309, section 2.3.1: without the file (4xx) everything may be fetched; while the server
    cannot say (5xx, and 429, which says to wait) nothing may. Raises ``RefusedError`` for the latter.
    """
    if answer.status == 429 or answer.status >= 500:
        raise RefusedError(
            f"its robots.txt cannot be read now (the server answered {answer.status}), "
            "and until it can, nothing may be fetched",
            hint="try again later",
        )
    if answer.status not in (200, 203):
        return Rules(lambda _: True)
    text = answer.body.decode("utf-8-sig", "replace")
    agents = len(re.findall(r"(?i)user.?agent", text))
    if agents * text.count("\n") > _MAX_RULE_COPIES:
        raise RefusedError(
            f"its robots.txt is not believable ({agents:,} robots named)", hint="tell the site's webmaster"
        )
    robots = Protego.parse(text)
    delay = robots.crawl_delay(token) or 0.0
    return Rules(lambda url: robots.can_fetch(url, token), min(max(delay, 0.0), _MAX_CRAWL_DELAY))


class Robots:
    """Rules of origins, each read once and kept for a day; a failure is kept for ten minutes.

    ``ask`` fetches a robots.txt and returns its last answer, redirects followed.
    """

    def __init__(
        self, token: str, ask: Callable[[httpx2.URL], Answer], clock: Callable[[], datetime]
    ) -> None:
        self._token = token
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._known: dict[str, tuple[datetime, Rules | FetchError | RefusedError]] = {}

    def rules(self, url: httpx2.URL) -> Rules:
        """The rules for ``url``'s origin. Raises ``FetchError`` or ``RefusedError``, without a place."""
        address = url.copy_with(raw_path=b"/robots.txt")
        origin = str(address)
        with self._lock:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:
            until, rules = self._known.get(origin, (None, None))
            if until is None or rules is None or self._clock() >= until:
                rules = self._read(address)
                life = _LIFE if isinstance(rules, Rules) else _LIFE_OF_FAILURE
                self._known[origin] = (self._clock() + life, rules)
        if isinstance(rules, FetchError):
            raise FetchError(
                rules.reason, hint=rules.hint, status=rules.status, retry_after=rules.retry_after
            ) from rules
        if isinstance(rules, RefusedError):
            raise RefusedError(rules.reason, hint=rules.hint) from rules
        return rules

    def _read(self, address: httpx2.URL) -> Rules | FetchError | RefusedError:
        try:
            return read_rules(self._ask(address), self._token)
        except FetchError as error:
            if 300 <= error.status < 400:  # redirects without end: as good as absent (section 2.3.1.2)
                return Rules(lambda _: True)
            return error
        except RefusedError as error:
            return error
