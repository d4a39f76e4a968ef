"""Runs again and again: ``run --every``.

Each run is a process of its own. What goes wrong in one, a fault of ours included, cannot reach the next;
what it took of memory is given back; and a new version of the program is taken up by the run after it was
installed.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from mirrorpress.app.output import Speaker, counted
from mirrorpress.archive.timetable import Timetable, forget, keep
from mirrorpress.errors import ArchiveError
from mirrorpress.pipeline.run import utc_now

_NAP = 60.0  # seconds after which the clock is looked at again: a pause stands still while the machine sleeps
_HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def keep_going(
    timetable: Timetable,
    *,
    run: Callable[[], bool],
    pause: Callable[[float], bool],
    clock: Callable[[], datetime],
    note: Callable[[Timetable], None],
    say: Callable[[str], None],
) -> None:
    """Call ``run`` at every start of the timetable until it, or ``pause``, tells that the series is to end.

    ``pause`` waits for some seconds; ``clock`` is in UTC; ``note`` is told of each new timetable, ``say`` of
    what people want to know. A run that outlasts its time costs the starts that fall into it, and no later
    one moves.
    """
    while True:
        note(timetable.following(clock()))
        if run():
            return
        following = timetable.following(clock())
        missed = (following.due - timetable.due) // timetable.every - 1
        if missed > 0:
            say(f"{counted(missed, 'start')} went by meanwhile; they are not made up for")
        timetable = following
        note(timetable)
        say(f"next run at {timetable.due:%Y-%m-%d %H:%M:%S} UTC")
        while (left := timetable.due - clock()) > timedelta():
            if left > timetable.every:  # the clock was set back
                timetable = timetable.following(clock())
                note(timetable)
            elif pause(min(left.total_seconds(), _NAP)):
                return


class Watchman:
    """Hears the signals that end a series, while its block lasts, and hands them to the run at work.

    ``heard`` is the number of the first one, or 0.
    """

    def __init__(self) -> None:
        self.heard = 0
        self.interrupted = False  # while a run was at work
        self._run: subprocess.Popen[bytes] | None = None
        self._before: dict[int, Any] = {}
        self._bell, self._clapper = os.pipe()
        for end in (self._bell, self._clapper):
            os.set_blocking(end, False)

    def __enter__(self) -> Self:
        for number in _HEARD:
            self._before[number] = signal.signal(number, self._hear)
        # A handler that only set a flag would leave a pause that has just begun to sleep on.
        self._wakeup = signal.set_wakeup_fd(self._clapper, warn_on_full_buffer=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._bell)
        os.close(self._clapper)

    def pause(self, seconds: float) -> bool:
        """Wait; returns whether the series is to end."""
        select.select([self._bell], [], [], seconds)
        return bool(self.heard)

    def run(self, command: Sequence[str], say: Callable[[str], None]) -> bool:
        """Run a command to its end; returns whether the series is to end. How it went, it says itself,
        unless it was killed."""
        # In a group of its own, as Ctrl-C at a terminal would reach it twice: from there and from us.
        try:
            self._run = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
        except OSError as error:
            say(f"✗ the run cannot be started: {error.strerror}; it is tried again next time")
            return bool(self.heard)
        if self.heard:
            self._run.send_signal(signal.SIGTERM)
        status = self._run.wait()
        self._run = None
        self.interrupted = bool(self.heard)
        if status < 0 and not self.heard:
            say(f"✗ the run was killed by {signal.Signals(-status).name}; the next one carries on")
        return bool(self.heard)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.heard = self.heard or number
        if self._run is not None:
            self._run.send_signal(signal.SIGTERM)


def repeat(every: timedelta, configuration: Path, arguments: Sequence[str], speaker: Speaker) -> bool:
    """Run ``mirrorpress run`` with these arguments every so often, until a signal.

    Returns whether it ended well: by SIGTERM or SIGHUP while no run was at work. SIGINT is a person at the
    terminal; ``status`` then expects no further run.
    """
    folder = configuration.absolute().parent

    def note(timetable: Timetable) -> None:
        try:
            keep(folder, timetable)
        except ArchiveError as error:  # a full disk may have room again next time
            speaker.error(error)

    # -P: without it, a json.py in the mirror's folder would be taken for Python's own.
    command = [sys.executable, "-P", "-m", "mirrorpress", "run", "-c", str(configuration), *arguments]
    with Watchman() as watchman:
        keep_going(
            Timetable(every, utc_now()),
            run=lambda: watchman.run(command, speaker.say),
            pause=watchman.pause,
            clock=utc_now,
            note=note,
            say=speaker.say,
        )
    if watchman.heard == signal.SIGINT:
        forget(folder)
    speaker.say("stopped")
    return not watchman.interrupted and watchman.heard != signal.SIGINT
