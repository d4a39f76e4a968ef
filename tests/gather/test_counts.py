"""Formats of reading counts, by lines as servers really write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mirrorpress.errors import SourceError
from mirrorpress.gather.counts.formats import FORMATS, recognised
from mirrorpress.gather.counts.lines import LONGEST, opened
from mirrorpress.gather.counts.machines import is_machine
from mirrorpress.gather.counts.records import Hit, Line, Record, Total, Unreadable, Window
from mirrorpress.model import day_number

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def numbered(*texts: str) -> Iterator[Line]:
    return ((number, f"{text}\n") for number, text in enumerate(texts, start=1))


def read(form: str, *texts: str, window: Window = Window(), name: str = "log") -> list[Record]:  # noqa: B008
    return list(FORMATS[form].read(numbered(*texts), window, name))


@pytest.mark.parametrize(
    ("line", "at", "path"),
    [
        (
            f'192.0.2.7 - - [13/Jun/2026:08:30:01 +0200] "GET /pages/a.html HTTP/1.1" 200 12 "-" "{FIREFOX}"',
            1781332201,
            "/pages/a.html",
        ),
        (
            f'mirror.example.org:443 2001:db8::7 - jo "h" [13/Jun/2026:06:30:01 +0000] "GET /a?b=%22 HTTP/2.0" 304 0 "https://x/\\"y" "{FIREFOX} \\"q\\"" "203.0.113.5" 0.001',
            1781332201,
            "/a?b=%22",
        ),
        (
            f'192.0.2.7 - - [13/Jun/2026:06:30:01 +0000] "POST /a HTTP/1.1" 200 1 "-" "{FIREFOX}"',
            1781332201,
            "",
        ),
        (
            f'192.0.2.7 - - [13/Jun/2026:06:30:01 +0000] "GET /a HTTP/1.1" 404 1 "-" "{FIREFOX}"',
            1781332201,
            "",
        ),
        ('192.0.2.7 - - [13/Jun/2026:06:30:01 +0000] "GET /a HTTP/1.1" 200 1 "-" "-"', 1781332201, ""),
        (f'192.0.2.7 - - [13/Jun/2026:06:30:01 +0000] "\\x16\\x03" 400 1 "-" "{FIREFOX}"', 1781332201, ""),
    ],
)
def test_lines_of_the_combined_format(line: str, at: int, path: str) -> None:
    [hit] = read("combined", line)
    assert isinstance(hit, Hit)
    assert (hit.at, hit.path) == (at, path)


def test_readers_at_all_kinds_of_addresses_are_told_apart() -> None:
    rest = f'[13/Jun/2026:06:30:01 +0000] "GET /a HTTP/1.1" 200 1 "-" "{FIREFOX}"'
    addresses = ["192.0.2.7", "2001:db8::12", "2001:db8::13", "2001:db8::c", "reader.example"]
    for before in ("", "mirror.example.org:443 ", "[2001:db8::1]:443 "):
        for user in ("- -", "- jo", "- jo doe"):
            hits = read("combined", *(f"{before}{address} {user} {rest}" for address in addresses))
            found = [hit.reader.partition(" ")[0] for hit in hits if isinstance(hit, Hit)]
            assert found == addresses, (before, user)


@pytest.mark.parametrize(
    ("ts", "at"),
    [
        (1781332201.52, 1781332201),
        (1781332201520, 1781332201),
        (1781332201520000000, 1781332201),
        ("2026-06-13T06:30:01.520Z", 1781332201),
        ("2026/06/13 06:30:01", 1781332201),
        ("yesterday", None),
        (None, None),
        (True, None),
        (1e300, None),
        (-5, None),
        (float("nan"), None),
    ],
)
def test_caddys_times_in_all_their_forms(ts: object, at: int | None) -> None:
    request = {
        "remote_addr": "192.0.2.7:1234",
        "method": "GET",
        "uri": "/a",
        "headers": {"User-Agent": [FIREFOX]},
    }
    [found] = read("caddy", json.dumps({"ts": ts, "request": request, "status": 200}))
    assert (found.at if isinstance(found, Hit) else None) == at


@pytest.mark.parametrize(
    "line",
    [
        '{"ts": 1781332201, "request": {"method": "GET", "uri": 7, "headers": [], "remote_ip": {}}, "status": "x"}',
        '{"ts": 1781332201, "request": {"headers": {"User-Agent": [7]}, "method": "GET"}, "status": 200}',
        '{"ts": 1781332201, "request": {"headers": {"User-Agent": []}, "uri": null}}',
    ],
)
def test_strange_json_is_no_reading(line: str) -> None:
    [hit] = read("caddy", line)
    assert isinstance(hit, Hit)
    assert not hit.path


def test_other_messages_of_caddy_are_passed_over_and_broken_ones_told() -> None:
    deep = "[" * 60_000
    found = read("caddy", '{"level":"info","msg":"serving"}', '{"request": ', deep, "")
    assert [one.line for one in found if isinstance(one, Unreadable)] == [2, 3]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("name", "window", "row", "expected"),
    [
        ("2026-06-13_top_paths_snapshot.csv", Window(), "/a,1,9", ("2026-06-13", 14)),
        ("paths.csv", Window(date(2026, 6, 1), 7), "/a,1,9", ("2026-06-01", 7)),
        ("2026-06-13.csv", Window(date(2026, 6, 1)), "/a,1,9", ("2026-06-01", 14)),
    ],
)
def test_the_day_of_totals(name: str, window: Window, row: str, expected: tuple[str, int]) -> None:
    [total] = read("traffic", "url_path,views_total,views_unique", row, window=window, name=name)
    assert isinstance(total, Total)
    assert (total.last, total.days) == (day_number(date.fromisoformat(expected[0])), expected[1])


def test_the_format_is_found_by_what_a_file_holds() -> None:
    blank = ["", ""]
    samples = {
        "combined": f'192.0.2.7 - - [13/Jun/2026:06:30:01 +0000] "GET /a HTTP/1.1" 200 1 "-" "{FIREFOX}"',
        "caddy": '{"ts": 1, "request": {}}',
        "goatcounter": "2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Date",
        "plausible": '"date","hostname","page","visits","visitors","pageviews"',
        "traffic": "path,title,count,uniques",
    }
    for name, line in samples.items():
        form, lines = recognised(numbered(*blank, line))
        assert form is not None
        assert form.name == name
        assert len(list(lines)) == 3
    assert recognised(numbered("a,b", "1,2"))[0] is None
    assert recognised(iter(()))[0] is None


def test_a_long_line_takes_no_memory_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a" * (LONGEST * 3 + 7) + b"\r\n\xff\xfeb\r\n" + b"c")
    with opened(str(tmp_path / "log")) as [(_, lines)]:
        assert list(lines) == [(1, None), (2, "��b\r\n"), (3, "c")]


def test_a_row_that_never_ends_is_told() -> None:
    with pytest.raises(SourceError, match="does not end"):
        read("traffic", "path,uniques", '"', *['","'] * 3000)


@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        (FIREFOX, False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN", False),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 OPR/83.0.0.0", False),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 (compatible; 360Spider)", True),
        ("Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)", True),
        ("curl/8.5.0", True),
        ("Wget/1.21.4", True),
        ("git/2.43.0", True),
        ("mirrorpress/0.1 (+desk@example.org)", True),
        ("TelegramBot (like TwitterBot)", True),
        ("test", True),
    ],
)  # fmt: skip
def test_machines_are_told_by_their_agents(agent: str, machine: bool) -> None:
    assert is_machine(agent) == machine


def test_a_hostile_agent_costs_little() -> None:
    for agent in ("A" * 60_000, "(" * 60_000, "Mozilla/5.0 " + "bo" * 30_000):
        is_machine(agent)
