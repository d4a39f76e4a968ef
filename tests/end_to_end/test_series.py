"""``run --every``: real runs, one after the other, and what ends them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mirrorpress.app.series import Watchman, keep_going
from mirrorpress.archive.lock import hold
from mirrorpress.archive.timetable import Timetable
from tests.attack.siege import Reply, open_sites
from tests.end_to_end.conftest import Mirror

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
STAMPED = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mirrorpress", "run", "--every", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    assert process.stderr
    lines: list[str] = []
    while not lines or words not in lines[-1]:
        lines.append(process.stderr.readline())
        assert lines[-1], lines
    return lines


@pytest.mark.parametrize(
    ("number", "status", "expected"),
    [(signal.SIGTERM, 0, True), (signal.SIGHUP, 0, True), (signal.SIGINT, 130, False)],
)
def test_it_publishes_then_waits_and_a_signal_ends_it(
    mirror: Mirror, number: signal.Signals, status: int, expected: bool
) -> None:
    process = start(mirror.folder, "2h", "--json", "--section", "p2")
    lines = read_until(process, "next run at ")
    timetable = json.loads((mirror.folder / "archive" / "timetable.json").read_text())
    process.send_signal(number)
    out, words = process.communicate(timeout=20)
    assert process.returncode == status, words
    assert "stopped" in words
    assert all(STAMPED.match(line) for line in [*lines, *words.splitlines()]), lines
    assert json.loads(out)["new"] == 4
    assert mirror.page("pages/p2/10001.md")
    due = datetime.fromisoformat(timetable["due"])
    assert timetable["every_seconds"] == 7200
    assert timedelta(hours=1.9) < due - datetime.now(UTC) < timedelta(hours=2)
    assert f"next run at {due:%Y-%m-%d %H:%M:%S} UTC" in lines[-1]
    assert (mirror.folder / "archive" / "timetable.json").exists() is expected


@pytest.mark.parametrize("whole_group", [False, True])
def test_a_signal_ends_the_run_at_work_as_tidily_as_one_that_is_alone(
    tmp_path: Path, whole_group: bool
) -> None:
    with open_sites() as start_site:
        site = start_site()
        site.pages["/f.xml"] = Reply(hang=True)
        (tmp_path / "mirrorpress.toml").write_text(
            f"""[mirror]
title = "Harbour"
[[publishers]]
id = "harbour"
name = "Harbour"
[[sections]]
id = "news"
title = "News"
publisher = "harbour"
source = {{ type = "feed", url = "{site.url("/f.xml")}" }}
[fetch]
allow_private = ["{site.host}"]
"""
        )
        process = start(tmp_path, "1d")
        assert site.reached("/f.xml").wait(20)
        child = int((tmp_path / "archive" / "lock").read_text())
        assert child != process.pid
        if whole_group:  # systemd tells every process of a service
            os.kill(child, signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        _, words = process.communicate(timeout=20)
    assert process.returncode == 130, words
    assert "interrupted" in words
    assert "Traceback" not in words
    with hold(tmp_path):  # nobody is left
        pass


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["4m"], "not a time from 5m"),
        (["2h", "--next-in", "2h"], "either --every or --next-in"),
        (["2h", "--section", "nowhere"], "no section 'nowhere'"),
        (["2h", "-c", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_is_wrong_from_the_start_is_told_at_once(
    mirror: Mirror, arguments: list[str], words: str
) -> None:
    assert words in mirror.command("run", "--every", *arguments, expect=2).stderr
    assert not (mirror.folder / "archive").exists()


def test_nothing_that_goes_wrong_in_a_run_ends_the_series(
    mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    """First a good run, then a broken configuration, a mirror at work elsewhere, a run that dies, a good one."""
    good, now, told = mirror.configuration, NOON, []
    (mirror.folder / "json.py").write_text("raise SystemExit('a file of the operator was run')")
    command = [
        sys.executable,
        "-P",
        "-m",
        "mirrorpress",
        "run",
        "-c",
        str(mirror.folder / "mirrorpress.toml"),
    ]
    died = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    todo = [command, command, command, died, ["/nowhere/python"], command]

    def run() -> bool:
        line = todo.pop(0)
        if len(todo) == 4:
            mirror.configure(good.replace("[mirror]", "[miror]"))
        mirror.newsroom.edition = 1 if todo else 2
        if len(todo) == 3:
            mirror.configure(good)
            with hold(mirror.folder):
                watchman.run(line, told.append)
        else:
            watchman.run(line, told.append)
        told.append(capfd.readouterr().err)
        return not todo

    def pause(seconds: float) -> bool:
        nonlocal now
        now += timedelta(seconds=seconds)
        return False

    with Watchman() as watchman:
        keep_going(
            Timetable(timedelta(hours=2), NOON),
            run=run,
            pause=pause,
            clock=lambda: now,
            note=lambda _: None,
            say=lambda _: None,
        )
    assert now == NOON + timedelta(hours=10)
    first, broken, busy, killed, after, nowhere, *_, last = told
    assert "13 new" in first
    assert "[miror]" in broken or "miror" in broken
    assert "another run is at work here" in busy
    assert killed == "✗ the run was killed by SIGKILL; the next one carries on"
    assert after == ""
    assert "cannot be started: No such file" in nowhere
    assert "1 new, 1 updated" in last
    assert mirror.page("pages/p2/10006.md")


def test_a_run_of_another_scheduler_says_when_the_next_is_due(mirror: Mirror) -> None:
    mirror.run("run", "--next-in", "6h", "--times")
    timetable = json.loads((mirror.folder / "archive" / "timetable.json").read_text())
    assert timetable["every_seconds"] == 6 * 3600
    left = datetime.fromisoformat(timetable["due"]) - datetime.now(UTC)
    assert timedelta(hours=5.9) < left < timedelta(hours=6)
