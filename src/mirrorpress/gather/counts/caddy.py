"""Caddy's access log: a JSON object a line (https://caddyserver.com/docs/logging)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mirrorpress.gather.counts.records import Format, Hit, Line, Record, Unreadable, Window, moment


def _fits(lines: Sequence[str]) -> bool:
    return any(isinstance(_object(line).get("request"), dict) for line in lines)


def _object(line: str | None) -> dict[str, Any]:
    try:
        found = json.loads(line or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(lines: Iterable[Line], _: Window, __: str) -> Iterator[Record]:
    for number, text in lines:
        entry = _object(text)
        request = entry.get("request")
        if not isinstance(request, dict):
            # Other messages of the server stand in the same file; its last line may not be whole yet.
            if not entry and (text is None or (text.strip() and text.endswith("\n"))):
                yield Unreadable(number, "not a JSON object" if text else "too long a line")
            continue
        at = _at(entry.get("ts"))
        if at is None:
            yield Unreadable(number, "no date that there is")
            continue
        agent, path = _agent(request.get("headers")), ""
        if request.get("method") == "GET" and _is_good(entry.get("status")) and len(agent) > 1:
            path = request.get("uri", "")
        # Before Caddy 2.5 there is remote_addr, with a port; client_ip is the reader's behind a proxy.
        address = request.get("client_ip") or request.get("remote_ip") or _host(request.get("remote_addr"))
        yield Hit(number, at, path if isinstance(path, str) else "", f"{address} {agent}", agent)


def _is_good(status: object) -> bool:
    return isinstance(status, int) and (200 <= status < 300 or status == 304)


def _host(address: object) -> str:
    return address.rpartition(":")[0] if isinstance(address, str) else ""


def _agent(headers: object) -> str:
    values = headers.get("User-Agent") if isinstance(headers, dict) else None
    first = values[0] if isinstance(values, list) and values else ""
    return first if isinstance(first, str) else ""


def _at(value: object) -> int | None:
    """Seconds since 1970 of ``ts``: a number by default, a text with another ``time_format``."""
    if isinstance(value, str):
        return moment(value.replace("/", "-"))  # "wall" writes 2006/01/02 15:04:05
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    for unit in (1, 1_000, 1_000_000_000):  # seconds, milliseconds, nanoseconds
        if 0 <= value / unit < 1e10:
            return int(value / unit)
    return None


FORMAT = Format("caddy", True, _fits, _read)
