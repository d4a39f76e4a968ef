"""The files that ``schedule`` makes, held against what systemd, cron and CI hosts ask of them."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.cli import main
from mirrorpress.app.interval import interval
from mirrorpress.app.schedules import calendar as days
from mirrorpress.errors import UsageError
from tests.schedule import plainyaml

CONFIGURATION = '[mirror]\ntitle = "Harbour Light"\n'
TIMES = ("5m 6m 10m 12m 15m 20m 30m 1h 2h 3h 4h 6h 8h 12h 1d 7d").split()
KINDS = ("systemd", "cron", "github", "gitlab", "forgejo")


def schedule(folder: Path, *arguments: str, expect: int = 0, text: str = CONFIGURATION) -> tuple[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mirrorpress.toml").write_text(text, encoding="utf-8")
    out, words = StringIO(), StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(words), pytest.raises(SystemExit) as end:
        main(["schedule", *arguments])
    assert end.value.code == expect, words.getvalue()
    return out.getvalue(), words.getvalue()


def written(folder: Path, *arguments: str, text: str = CONFIGURATION) -> dict[str, str]:
    schedule(folder, *arguments, "--write", "made", "-q", text=text)
    made = folder / "made"
    return {
        str(path.relative_to(made)): path.read_text("utf-8") for path in made.rglob("*") if path.is_file()
    }


# --- when -----------------------------------------------------------------------------------------


def starts(cron: str, days_long: int = 14) -> list[timedelta]:
    """When a crontab's line starts, from a Sunday midnight (crontab(5), without names)."""

    def values(field: str, last: int) -> set[int]:
        if field == "*":
            return set(range(last + 1))
        found = re.fullmatch(r"(\d+)(?:-(\d+)/(\d+))?", field)
        assert found, field
        assert int(found[2] or 0) <= last
        return set(range(int(found[1]), int(found[2]) + 1, int(found[3]))) if found[2] else {int(found[1])}

    minutes, hours, *dates, weekdays = cron.split()
    assert dates == ["*", "*"]
    return [
        timedelta(days=day, hours=hour, minutes=minute)
        for day in range(days_long)
        if day % 7 in values(weekdays, 6)
        for hour in sorted(values(hours, 23))
        for minute in sorted(values(minutes, 59))
    ]


@pytest.mark.parametrize("every", TIMES)
@pytest.mark.parametrize("seed", ["Harbour Light", "灯塔", "x", "", "another mirror"])
def test_starts_are_as_far_apart_as_was_asked(every: str, seed: str) -> None:
    time = interval(every, "--every")
    made = days.calendar(time, seed)
    found = starts(made.cron)
    assert {after - before for before, after in pairwise(found)} == {time}
    if time >= timedelta(hours=1):
        assert all(start.seconds % 3600 for start in found), "never at the full hour, when everybody starts"
    if analyze := shutil.which("systemd-analyze"):
        told = subprocess.run(
            [analyze, "calendar", made.systemd, "--iterations=9"], capture_output=True, text=True
        )
        assert told.returncode == 0, told.stderr
        hours = {line.split()[-2] for line in told.stdout.splitlines() if re.search(r"\d\d:\d\d:00", line)}
        assert len(hours) > 0


def test_mirrors_start_at_different_times_each_always_at_the_same() -> None:
    lines = {days.calendar(timedelta(hours=2), f"mirror {n}").cron for n in range(50)}
    assert len(lines) > 25
    assert len({days.calendar(timedelta(hours=2), "mirror").cron for _ in range(5)}) == 1


@pytest.mark.parametrize("every", ["7m", "45m", "90m", "5h", "2d", "30d"])
def test_what_no_calendar_can_say_is_refused_with_what_it_can(tmp_path: Path, every: str) -> None:
    with pytest.raises(UsageError, match="cannot say"):
        days.calendar(interval(every, "--every"), "")
    _, words = schedule(tmp_path, "cron", "--every", every, expect=2)
    assert f"--every {every}" in words
    assert "run --every" in words


# --- systemd --------------------------------------------------------------------------------------

ODD = "a mirror 100% of “news” $HOME; it's"
TARGETS = """
[[targets]]
type = "directory"
edition = "markdown"
path = "/srv/www/mirror"
[[targets]]
type = "git"
edition = "markdown"
url = "../remote.git"
[[targets]]
type = "git"
edition = "markdown"
url = "ssh://git@git.example.org/team/mirror.git"
[[targets]]
type = "directory"
edition = "markdown"
path = "published/here"
"""


def unit(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(strict=True, comment_prefixes="#", delimiters="=")
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


@pytest.mark.parametrize("options", [[], ["--system"]])
def test_units_run_one_run_in_their_folder_and_are_sound(tmp_path: Path, options: list[str]) -> None:
    folder = tmp_path / ODD
    made = written(folder, "systemd", "--every", "6h", *options, text=CONFIGURATION + TARGETS)
    names = sorted(made)
    assert names == [
        "mirrorpress-a-mirror-100-of-news-HOME-it-s.service",
        "mirrorpress-a-mirror-100-of-news-HOME-it-s.timer",
    ]
    service = unit(made[names[0]])["Service"]
    escaped = str(folder).replace("%", "%%")
    assert service["WorkingDirectory"] == escaped
    assert service["ExecStart"].endswith(
        f' run -q --next-in 6h -c "{escaped.replace("$", "$$")}/mirrorpress.toml"'
    )
    assert " status -q -c " in service["ExecStartPost"]
    if options:
        writable = shlex.split(service["ReadWritePaths"].replace("$$", "$"))
        assert writable == [escaped, "-/srv/www", f"-{tmp_path}/remote.git"]
        assert service["ProtectSystem"] == "strict"
    else:
        assert "ProtectSystem" not in service, "ssh would refuse to read its configuration"
        assert "\n#ProtectSystem=strict\n" in made[names[0]]
    assert ("User" in service) is bool(options)
    assert ("CapabilityBoundingSet" in service) is bool(options), "only the system's manager may drop them"
    assert unit(made[names[1]])["Timer"]["Persistent"] == "true"
    assert not any(
        "@" in line and "@system-service" not in line for line in "".join(made.values()).splitlines()
    )
    if analyze := shutil.which("systemd-analyze"):
        # A user's manager needs a runtime folder, which a build machine may lack: the system's reads both.
        paths = [folder / "made" / name for name in names]
        told = subprocess.run([analyze, "verify", "--man=no", *paths], capture_output=True, text=True)
        assert (told.returncode, told.stderr) == (0, "")


def test_a_users_own_service_keeps_to_its_folders_where_no_target_needs_ssh(tmp_path: Path) -> None:
    local = TARGETS.replace(
        "ssh://git@git.example.org/team/mirror.git", "https://git.example.org/team/mirror.git"
    )
    made = written(tmp_path / "m", "systemd", text=CONFIGURATION + local)
    [service] = [unit(text)["Service"] for name, text in made.items() if name.endswith("service")]
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == f"{tmp_path}/m -/srv/www -{tmp_path}/remote.git"


def test_a_folder_in_tmp_is_not_hidden_from_its_own_service(tmp_path: Path) -> None:
    service = next(
        text for name, text in written(tmp_path / "m", "systemd").items() if name.endswith("service")
    )
    in_tmp = (tmp_path / "m").parts[1] == "tmp"
    assert ("PrivateTmp" in service) is not in_tmp


# --- cron -----------------------------------------------------------------------------------------


def test_a_crontab_runs_the_mirror_from_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    [text] = written(folder, "cron", "--every", "30m").values()
    run, status = [line for line in text.splitlines() if not line.startswith("#")]
    for line, rest in ((run, "run -q --next-in 30m"), (status, "status -q")):
        *times, command = line.split(" ", 5)
        assert starts(" ".join(times))
        assert "%" not in command.replace("\\%", ""), "cron ends a command at %"
        words = shlex.split(command.replace("\\%", "%"))
        assert Path(words[0]).is_absolute()
        assert " ".join(words).endswith(f" {rest} -c {folder}/mirrorpress.toml")
    assert len(starts(" ".join(status.split(" ", 5)[:5]), 7)) == 7, "once a day"


# --- CI -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["github", "gitlab", "forgejo"])
def test_ci_files_are_read_as_meant(tmp_path: Path, kind: str) -> None:
    made = written(
        tmp_path, kind, "--every", "4h", "--package", "git+https://git.example.org/mirrorpress.git"
    )
    script = made.pop("ci/mirror.sh")
    [(path, text)] = made.items()
    assert subprocess.run(["sh", "-n"], input=script, text=True).returncode == 0
    job: Any = plainyaml.read(text)
    assert "@" not in re.sub(r"actions/checkout@v\d", "", text)
    assert "git+https://git.example.org/mirrorpress.git" in text
    if kind == "gitlab":
        assert path == ".gitlab-ci.yml"
        assert job["mirror"]["resource_group"] == "mirror"
        assert len(starts(re.findall(r"pattern  (.*)", text)[0], 1)) == 6
        return
    assert path == {"github": ".github", "forgejo": ".forgejo"}[kind] + "/workflows/mirror.yml"
    [start] = job["on"]["schedule"]
    assert len(starts(start["cron"], 1)) == 6
    assert job["concurrency"] == {"group": "mirror", "cancel-in-progress": "false"}
    assert "workflow_dispatch" in job["on"]
    if kind == "github":
        assert job["permissions"] == {"contents": "write", "actions": "write"}


def test_every_kind_is_shown_with_its_next_steps(tmp_path: Path) -> None:
    for kind in KINDS:
        out, words = schedule(tmp_path, kind)
        assert out.startswith("# --- ")
        assert words.startswith("1. ")
    assert schedule(tmp_path, "cron", "-q")[1] == ""


def test_files_that_are_there_are_left_alone(tmp_path: Path) -> None:
    first = written(tmp_path, "github")
    schedule(tmp_path, "github", "--write", "made")  # the same again
    (tmp_path / "made" / "ci" / "mirror.sh").write_text("mine\n")
    _, words = schedule(tmp_path, "github", "--write", "made", "--every", "6h", expect=2)
    assert "is there already" in words
    assert (tmp_path / "made" / "ci" / "mirror.sh").read_text() == "mine\n"
    assert (tmp_path / "made" / ".github/workflows/mirror.yml").read_text() == first[
        ".github/workflows/mirror.yml"
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["anacron"], "'anacron' is not one of"),
        (["cron", "--system"], "--system is for systemd"),
        (["github", "--package", "x; rm -rf ~"], "not what pip installs"),
        (["github", "--package", "--index-url=https://x"], "not what pip installs"),
        (["gitlab", "-c", "other.toml"], "is called other.toml"),
    ],
)
def test_what_cannot_be_made_is_told(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "other.toml").write_text(CONFIGURATION)
    assert words in schedule(tmp_path, *arguments, expect=2)[1]


def test_a_name_that_no_unit_can_hold_is_refused(tmp_path: Path) -> None:
    for kind in ("systemd", "cron"):
        assert "rename the folder" in schedule(tmp_path / "two\nlines", kind, expect=2)[1]
