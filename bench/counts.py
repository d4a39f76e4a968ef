"""An access log of a mirror, taken over; beside awk, which adds up the paths of the same log and no more."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bench.measure import cost, side_by_side

LINES = 300_000
_ROOT = "/team/mirror/src/branch/main/"  # of the mirrors that bench.mirrors makes
_START = datetime(2026, 5, 1, tzinfo=UTC)
_MACHINES = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "curl/8.5.0",
)


class Lines(Protocol):
    """The table that measures go to."""

    def amount(self, measure: str, value: float, unit: str, peer: str, other: float) -> None: ...
    def line(self, measure: str, value: str) -> None: ...


def write_log(log: Path, pages: list[str], lines: int = LINES) -> None:
    """A month of the combined format, seeded: a few pages with most of the readers, phones of 900 models with
    90 versions of a browser, a fifth machines, a third pictures, lists and errors."""
    chance = random.Random(7)
    with log.open("w", encoding="utf-8") as file:
        for number in range(lines):
            at = _START + timedelta(seconds=number * 8)
            page = pages[int(chance.paretovariate(0.5)) % len(pages)]
            path = chance.choice((f"{_ROOT}{page}", f"{_ROOT}{page}?from=m", f"{_ROOT}assets/1.webp", _ROOT))
            agent = (
                f"Mozilla/5.0 (Linux; Android {chance.randrange(8, 15)}; SM-{chance.randrange(900)}) AppleWebKit/537.36 "
                f"(KHTML, like Gecko) Chrome/{chance.randrange(60, 150)}.0.0.0 Mobile Safari/537.36"
            )
            if chance.random() < 0.2:
                agent = chance.choice(_MACHINES)
            address = f"2001:db8:{chance.randrange(65536):x}::{chance.randrange(200):x}"
            status = chance.choice((200, 200, 200, 304, 404))
            file.write(
                f'{address} - - [{at:%d/%b/%Y:%H:%M:%S %z}] "GET {path} HTTP/2.0" {status} 5123 "-" "{agent}"\n'
            )


def counting(table: Lines, mirror: Path, command: Path) -> None:
    """``counts import`` of a log, into a mirror whose edition was built."""
    root = mirror / "out" / "markdown"
    pages = sorted(str(path.relative_to(root)) for path in (root / "pages").rglob("*.md"))
    log = mirror / "access.log"
    write_log(log, pages)
    runs = iter(range(1_000_000))
    costs = side_by_side(
        3,
        {
            # A source of its own each time, as no line counts twice.
            "ours": lambda: cost(
                [command, "counts", "import", "-q", log, "--source", f"s{next(runs)}"], cwd=mirror
            ),
            "awk": lambda: cost(["awk", "{ n[$7]++ } END { for (p in n) s++; print s }", log], cwd=mirror),
        },
    )
    ours, awk = costs["ours"], costs["awk"]
    table.amount("CPU-seconds", ours.cpu, "s", "awk, adding up paths", awk.cpu)
    table.amount("wall", ours.wall, "s", "awk, adding up paths", awk.wall)
    table.amount("peak memory", ours.tree / 1e6, "MB", "awk, adding up paths", awk.tree / 1e6)
    table.line("lines per CPU-second", f"{LINES / ours.cpu:,.0f}")
