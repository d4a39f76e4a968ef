"""The combined log format of nginx and Apache, with or without the virtual host in front.

https://nginx.org/en/docs/http/ngx_http_log_module.html, https://httpd.apache.org/docs/2.4/logs.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from mirrorpress.gather.counts.records import Format, Hit, Line, Record, Unreadable, Window

_QUOTED = r'[^"\\]*(?:\\.[^"\\]*)*'
_LINE = re.compile(
    # 2001:db8::12 looks like a host with a port, but then the address would be the "-" of RFC 1413.
    r"(?:\S+:\d+ )?(?!- )(?P<address>\S+) \S+ [^\[]*"
    r"\[(?P<minute>[^\]:]+:\d\d:\d\d):(?P<second>\d\d) (?P<zone>[+-]\d{4})\] "
    rf'"(?P<request>{_QUOTED})" (?P<status>\d{{3}}) \S+ "{_QUOTED}" "(?P<agent>{_QUOTED})"'
)


def _fits(lines: Sequence[str]) -> bool:
    return any(_LINE.match(line) for line in lines)


def _read(lines: Iterable[Line], _: Window, __: str) -> Iterator[Record]:
    for number, text in lines:
        found = _LINE.match(text) if text is not None else None
        if found is None:
            if text is None or (text.strip() and text.endswith("\n")):  # else it is still being written
                yield Unreadable(number, "not a line of the combined format" if text else "too long a line")
            continue
        address, minute, second, zone, request, status, agent = found.groups()
        start = _seconds(minute, zone)
        if start is None:
            yield Unreadable(number, "no date that there is")
            continue
        path = ""
        if request.startswith("GET ") and (status[0] == "2" or status == "304") and len(agent) > 1:
            path = request[4:].partition(" ")[0]
        yield Hit(number, start + int(second), path, f"{address} {agent}", agent)


@lru_cache(maxsize=4096)  # many lines a minute
def _seconds(minute: str, zone: str) -> int | None:
    try:
        return int(datetime.strptime(f"{minute} {zone}", "%d/%b/%Y:%H:%M %z").timestamp())
    except (ValueError, OverflowError):
        return None


FORMAT = Format("combined", True, _fits, _read)
