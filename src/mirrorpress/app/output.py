"""What the command line says: people's words on stderr, one JSON object on stdout when asked for."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from mirrorpress.errors import ConfigurationError, MirrorpressError
from mirrorpress.model import Configuration
from mirrorpress.pipeline.report import Report, Watch

_NAMED = 5  # failures with one and the same reason
_EVERY = 5.0  # seconds between two lines of progress where there is no terminal


class Speaker:
    """Prints for one command. ``quiet`` keeps only errors; ``verbose`` names every failure; with ``times``,
    each line on stderr begins with the time, in UTC."""

    def __init__(
        self, *, as_json: bool = False, quiet: bool = False, verbose: bool = False, times: bool = False
    ) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = verbose
        self.times = times

    def say(self, line: str = "") -> None:
        """A line for people."""
        if not self.quiet:
            self._print(line)

    def insist(self, line: str) -> None:
        """A line for people that ``quiet`` keeps."""
        self._print(line)

    def result(self, value: dict[str, Any]) -> None:
        """The command's result for programs."""
        if self.as_json:
            click.echo(json.dumps(value, default=_plain))  # in ASCII, which every locale can print

    def error(self, error: MirrorpressError) -> None:
        """An error, with what to do next."""
        if isinstance(error, ConfigurationError):
            self._print(f"{error.where}: {error.reason}")
            for problem in error.problems:
                self._print(f"  {printable(str(problem))}")
            self._print(f"  → {error.hint}")
            return
        place = f"{printable(error.where)}: " if error.where else ""
        self._print(f"mirrorpress: {place}{printable(error.reason)}")
        if error.hint:
            self._print(f"  → {printable(error.hint)}")

    def failures(self, report: Report) -> None:
        """The failures of a run, one paragraph each; of many with the same reason the first few, unless
        ``verbose``: a dead site must not bury what else went wrong."""
        alike: Counter[tuple[str, str, str]] = Counter()
        for failed in report.failures:
            kind = (failed.section, failed.stage, failed.reason)
            alike[kind] += 1
            if alike[kind] > _NAMED and not self.verbose:
                continue
            self._print(f"✗ {printable(failed.url)}\n  {failed.stage}: {printable(failed.reason)}")
            if failed.hint:
                self._print(f"  → {printable(failed.hint)}")
        for (section, stage, reason), count in alike.items():
            if count > _NAMED and not self.verbose:
                place = f"{section}: " if section else ""
                self._print(f"✗ {place}and {count - _NAMED} more, {stage}: {printable(reason)}")
        for note in report.notes:
            self.say(f"· {printable(note)}")

    def needs(self, needs: Sequence[Mapping[str, str]]) -> None:
        """What needs a person, for those who want to hear of nothing else."""
        for need in needs:
            self._print(f"✗ {need['where']}: {printable(need['reason'])}\n  → {printable(need['hint'])}")

    @contextmanager
    def progress(self, report: Report) -> Iterator[None]:
        """Show a report's progress while the block runs."""
        if self.quiet:
            yield
        elif sys.stderr.isatty() and not self.times:
            with _bar(report):
                yield
        else:
            report.watch = _lines(self._print)
            yield

    def _print(self, text: str) -> None:
        if self.times:
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} "
            text = "\n".join(now + line for line in text.split("\n"))
        click.echo(text, err=True)


def printable(text: str) -> str:
    """A text from outside without characters that would steer a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)[:500]


def _lines(say: Callable[[str], None]) -> Watch:
    last = time.monotonic()

    def watch(what: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            say(f"{what}: {done}{f' of {total}' if total else ''}")

    return watch


@contextmanager
def _bar(report: Report) -> Iterator[None]:
    from rich.console import Console  # noqa: PLC0415 - 60 ms that only a terminal needs
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, Any] = {}

        def watch(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total or None)
            progress.update(tasks[what], completed=done, total=total or None)

        report.watch = watch
        yield


def summary(report: Report) -> str:
    """What a run did, in one line; what did not happen is left out."""
    written = f"{counted(report.pages_written, 'page')} written ({size(report.bytes_written)})"
    parts = [
        (report.new, f"{report.new} new"),
        (report.updated, f"{report.updated} updated"),
        (report.unchanged, f"{report.unchanged} unchanged"),
        (report.skipped, f"{report.skipped} filtered out"),
        (report.withdrawn, f"{report.withdrawn} withdrawn"),
        (report.gone, f"{report.gone} taken away"),
        (report.pictures_missing, f"{counted(report.pictures_missing, 'picture')} missing"),
        (report.bytes_written, written),
        (report.signatures, "signed"),
        (len(report.failures), f"{len(report.failures)} failed"),
    ]
    said = [words for count, words in parts if count] or ["nothing to do"]
    return f"{', '.join(said)}; {report.seconds:.1f} s"


def inventory(configuration: Configuration) -> str:
    """What a configuration holds, in one line."""
    parts = [
        counted(len(configuration.sections), "section"),
        counted(len(configuration.publishers), "publisher"),
        counted(len(configuration.editions), "edition"),
        counted(len(configuration.targets), "target"),
    ]
    return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 page", "2 pages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _plain(value: Any) -> str:
    """What JSON has no form for: times as ISO 8601, everything else as its text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def ago(moment: datetime | None, now: datetime) -> str:
    """How far a moment lies back, in the largest unit that fits at least twice: "90 minutes ago"."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    if seconds < 0:
        return f"at {moment:%Y-%m-%d %H:%M} UTC"
    return f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """A time in words, such as "3 days"."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return "a minute" if seconds >= 60 else "moments"


def size(count: int) -> str:
    """Bytes in words: "12.3 MB"."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"
