"""The log of the sample newsroom's mirror: invented readers of its pages, at addresses that nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 6, 14, 6, tzinfo=UTC)
_PHONE = (
    "Mozilla/5.0 (Linux; Android {}; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
_CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def access_log(readers: Mapping[str, int]) -> str:
    """Lines of the combined format of nginx and Apache: so many readers of each path, each of them twice, and
    a crawler as often. Addresses are of those set aside for examples (RFC 3849)."""
    return "".join(
        f"2001:db8::{reader:x} - - [{_START + timedelta(hours=number, seconds=reader):%d/%b/%Y:%H:%M:%S %z}] "
        f'"GET {path} HTTP/2.0" 200 5120 "-" "{agent}"\n'
        for number, (path, count) in enumerate(readers.items())
        for reader in range(count)
        for agent in (_PHONE.format(10 + reader % 5), _CRAWLER) * 2
    )
