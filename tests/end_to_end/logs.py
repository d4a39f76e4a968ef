"""Access logs of a mirror's web server, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 6, 13, 6, tzinfo=UTC)
PHONE = "Mozilla/5.0 (Linux; Android 13; SM-A536B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"  # fmt: skip
BOT = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"
SECRET = "203.0.113."  # begins every reader's address; must be found nowhere afterwards
ROOT = "/harbour/mirror/src/branch/main/"


def combined(
    path: str,
    reader: int = 1,
    *,
    at: datetime = START,
    agent: str = PHONE,
    method: str = "GET",
    status: int = 200,
) -> str:
    """A line of the combined format of nginx and Apache."""
    return (
        f"{SECRET}{reader % 256} - - [{at:%d/%b/%Y:%H:%M:%S %z}] "
        f'"{method} {path} HTTP/2.0" {status} 5120 "https://{SECRET}1/" "{agent} {reader}"'
    )


def caddy(path: str, reader: int = 1, *, at: datetime = START, agent: str = PHONE, status: int = 200) -> str:
    """A line of Caddy's access log."""
    request = {
        "remote_ip": f"{SECRET}{reader % 256}",
        "remote_port": "41342",
        "client_ip": f"{SECRET}{reader % 256}",
        "proto": "HTTP/2.0",
        "method": "GET",
        "host": "mirror.example.org",
        "uri": path,
        "headers": {"User-Agent": [f"{agent} {reader}"], "Accept": ["*/*"]},
    }
    entry = {"level": "info", "ts": at.timestamp(), "logger": "http.log.access", "msg": "handled request"}
    return json.dumps({**entry, "request": request, "status": status, "size": 5120})


def readers(path: str, count: int, *, at: datetime = START, first: int = 0) -> list[str]:
    """One line for each of ``count`` readers, a second apart."""
    return [
        combined(path, reader, at=at + timedelta(seconds=reader)) for reader in range(first, first + count)
    ]


def text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
