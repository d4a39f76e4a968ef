"""One run on one mirror: what the commands do, with the lock held and everything closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mirrorpress.archive.lock import hold
from mirrorpress.archive.store import Archive
from mirrorpress.archive.timetable import Timetable, keep
from mirrorpress.errors import ArchiveError, MirrorpressError, UsageError
from mirrorpress.model import Configuration, Health, Section, Source, Visit
from mirrorpress.pipeline import build, publish
from mirrorpress.pipeline.report import Report

if TYPE_CHECKING:
    from mirrorpress.archive.withdrawals import Taken, Words
    from mirrorpress.gather.counts.records import Window
    from mirrorpress.gather.fetcher import Fetcher
    from mirrorpress.pipeline.printing import Sheet
    from mirrorpress.pipeline.sync import Sync
    from mirrorpress.pipeline.withdrawing import Withdrawing
    from mirrorpress.pipeline.workrooms import Workrooms

# What gathers and extracts takes 0.2 s to import, so that only commands that need it do.
# ruff: noqa: PLC0415

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def sections_of(configuration: Configuration, only: Sequence[str]) -> list[Section]:
    """The sections to work on; ``only`` empty: all. Raises ``UsageError`` for one that there is not."""
    if unknown := [id for id in only if configuration.section(id) is None]:
        known = ", ".join(section.id for section in configuration.sections) or "none yet"
        raise UsageError(f"no section {unknown[0]!r}", hint=f"sections are: {known}")
    return [one for one in configuration.sections if not only or one.id in only]


class Run:
    """Holds a mirror's folder for one command. Raises ``BusyError`` when another run holds it.

    ``only`` names the sections to work on; empty: all. ``clock`` is a parameter so that a test or a
    rebuild can give the same bytes.
    """

    def __init__(
        self,
        configuration: Configuration,
        command: str,
        report: Report,
        *,
        only: Sequence[str] = (),
        clock: Clock = utc_now,
    ) -> None:
        self.configuration = configuration.as_of(clock().date())
        self.report = report
        self._command = command
        self._clock = clock
        self._only = only
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        self.sections = sections_of(self.configuration, self._only)
        with ExitStack() as entering:
            entering.enter_context(hold(self.configuration.folder))
            self.archive = entering.enter_context(
                Archive(
                    self.configuration.folder,
                    started=self._clock(),
                    keep_captures=self.configuration.keep_captures,
                )
            )
            self._number = self.archive.ledger.begin_run(self._command, self._clock())
            self._exit = entering.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        told = self.report.as_json()
        if isinstance(error, MirrorpressError):
            told["error"] = {"where": error.where, "reason": error.reason, "hint": error.hint}
        try:
            if error is None:
                self.archive.ledger.end_run(self._number, self._clock(), told)
            elif isinstance(error, MirrorpressError):
                with suppress(ArchiveError):  # the disk that was full may be so still
                    self.archive.ledger.end_run(self._number, self._clock(), told)
        finally:
            self._exit.close()

    @cached_property
    def _fetcher(self) -> Fetcher:
        from mirrorpress.gather.fetcher import Fetcher

        configuration = self.configuration
        return self._exit.enter_context(
            Fetcher(configuration.fetch, contact=configuration.mirror.contact, clock=self._clock)
        )

    @cached_property
    def _workrooms(self) -> Workrooms:
        from mirrorpress.pipeline.workrooms import Workrooms

        return self._exit.enter_context(Workrooms())

    def _sync(self, **options: Any) -> Sync:
        from mirrorpress.pipeline.sync import Sync

        return Sync(
            self.configuration,
            self.archive,
            self._fetcher.fetch,
            self._workrooms.call,
            self._clock,
            self.report,
            **options,
        )

    def expect_next(self, every: timedelta) -> None:
        """Note when the next run is due, for ``status``."""
        keep(self.configuration.folder, Timetable(every, self._clock() + every))

    def sync(self) -> None:
        """sources -> archive."""
        self._sync().run(self.sections)

    def reread(self) -> None:
        """captures -> archive: extract again what is kept, without a network."""
        self._sync(offline=True).reread(self.sections)

    def adopt(self, source: Source, *, publisher: str = "", pictures: bool = True) -> None:
        """Adopt the pages of an old mirror into the sections that their menus name."""
        self._sync(publisher=publisher, offline=not pictures).adopt(source)

    def count(self, files: Sequence[str], *, format: str, source: str, window: Window) -> dict[str, Any]:
        """files of reading counts -> archive; returns what they came to."""
        from mirrorpress.pipeline.counting import Counting

        counting = Counting(
            self.configuration, self.archive, self.report, self._clock(), format, source, window
        )
        counting.count(files)
        return counting.store()

    def withdraw(self, names: Sequence[str], words: Words, *, in_advance: bool) -> list[Taken]:
        """Take articles back; the next build takes them from the editions."""
        return self._withdrawing.withdraw(names, words, in_advance=in_advance)

    def restore(self, names: Sequence[str]) -> list[Taken]:
        """Undo withdrawals."""
        return self._withdrawing.undo(names)

    @property
    def _withdrawing(self) -> Withdrawing:
        from mirrorpress.pipeline.withdrawing import Withdrawing

        return Withdrawing(self.configuration, self.archive, self.report, self._clock())

    def build(self, *, full: bool = False) -> None:
        """archive -> out/<edition>/."""
        build.build(self.configuration, self.archive, self.report, self._clock, full=full)

    def renew(self) -> None:
        """Bring ``out/`` up to date: sources -> archive -> editions, or, for a follower, what it follows."""
        if self.configuration.follow.addresses:
            self.follow()
        else:
            self.sync()
            self.build()

    def refuse_to_follow(self, command: str) -> None:
        """Raises ``UsageError`` in the folder of a follower, for a ``command`` that makes no sense there."""
        if self.configuration.follow.addresses:
            raise UsageError(
                "this mirror follows another, which has the articles",
                where=command,
                hint="run: mirrorpress run",
            )

    def follow(self) -> None:
        """A followed mirror -> out/<edition>/."""
        from mirrorpress.pipeline.following import Following

        Following(
            self.configuration, self.archive, self._mirrors_fetcher.fetch, self.report, self._clock()
        ).follow()

    @cached_property
    def _mirrors_fetcher(self) -> Fetcher:
        """Mirrors are there to be read, so they are asked without the delay that newsrooms get."""
        from mirrorpress.gather.fetcher import Fetcher

        policy = replace(self.configuration.fetch, delay=0.0, per_host=4)
        return self._exit.enter_context(
            Fetcher(policy, contact=self.configuration.mirror.contact, clock=self._clock)
        )

    def check_mirrors(self, tell: Callable[[Visit], None]) -> Health:
        """Visit every listed mirror and note what was found; ``tell`` gets each visit."""
        from mirrorpress.pipeline.authority import Authority
        from mirrorpress.pipeline.visiting import Visiting, keep_health

        roots, fetch = Authority(self.configuration.folder).roots, self._mirrors_fetcher.fetch
        health = Visiting(self.configuration, self.archive, roots, fetch, self._clock).check(tell)
        keep_health(self.configuration.folder, health)
        return health

    def sheet(self, *, count: int) -> Sheet:
        """archive -> a sheet of paper with up to ``count`` articles. Raises ``UsageError`` when there is
        nothing to print."""
        from mirrorpress.pipeline.printing import print_sheet

        build.give_codes(self.archive)
        day = self._clock().date()
        return print_sheet(self.configuration, self.archive.shelf, self._only, count=count, day=day)

    def publish(self) -> None:
        """out/<edition>/ -> targets; builds first what is not built."""
        if not self.configuration.follow.addresses and not build.is_ready(
            self.configuration, self.archive, self._clock()
        ):
            self.build()
        publish.publish(self.configuration, self.archive, self.report, self._clock)
