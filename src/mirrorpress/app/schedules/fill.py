"""Templates with a mirror's own folder, command and times."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from mirrorpress.app.interval import in_words
from mirrorpress.app.schedules.calendar import Calendar, calendar
from mirrorpress.errors import UsageError
from mirrorpress.model import Configuration
from mirrorpress.targets import address

_PACKAGE = re.compile(r"[A-Za-z0-9./][\w@+:/.=\[\],~<>!%?&#-]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a mirror is run: its configuration, the command (words) that runs mirrorpress, what pip
    installs on a CI host, and whether systemd is to run it for the whole machine, by which user."""

    configuration: Configuration
    file: Path
    command: tuple[str, ...]
    package: str
    system: bool = False
    user: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Files by their path below the folder that they belong in, and what to do with them."""

    files: dict[str, str]
    steps: tuple[str, ...]


def schedule(kind: str, place: Place, every: timedelta) -> Schedule:
    """A ready schedule of this kind (one of ``KINDS``). Raises ``UsageError`` for what it cannot say."""
    mirror = place.configuration.mirror
    seed = "\n".join((mirror.title, *mirror.addresses[:1], str(place.file.name)))
    return KINDS[kind](place, every, calendar(every, seed))


# --- systemd --------------------------------------------------------------------------------------


def _systemd(place: Place, every: timedelta, times: Calendar) -> Schedule:
    folder = place.configuration.folder
    name = f"mirrorpress-{re.sub('[^A-Za-z0-9]+', '-', folder.name).strip('-') or 'mirror'}"
    command = " ".join(_systemd_word(word) for word in place.command)
    configuration = _systemd_word(str(place.file.absolute()))
    values = {
        "FOLDER": str(folder),
        "ESCAPED": str(folder).replace("%", "%%"),
        "COMMAND": command,
        "CONFIGURATION": configuration,
        "EVERY": in_words(every),
        "FOLDERS": _folders(place),
        "USER": f"User={place.user}\n" if place.system else "",
        "MORE": _text("system.conf") if place.system else "",
        "CALENDAR": times.systemd,
        "NAME": name,
    }
    where = "/etc/systemd/system" if place.system else "~/.config/systemd/user"
    control = "sudo systemctl" if place.system else "systemctl --user"
    steps = [
        f"put both files into {where}",
        f"{control} daemon-reload",
        f"{control} enable --now {name}.timer",
        f"{control} start {name}.service    a first run at once; {control} status {name} tells how it went",
    ]
    if not place.system:
        steps.append("sudo loginctl enable-linger $USER    else it runs only while you are logged in")
    return Schedule(
        {f"{name}.{end}": _filled(f"mirrorpress.{end}", values) for end in ("service", "timer")}, tuple(steps)
    )


def _folders(place: Place) -> str:
    """What limits a service to its folders, in the form that works with its targets and manager."""
    limits = _filled("folders.conf", {"WRITABLE": " ".join(map(_systemd_word, _writable(place)))})
    if str(place.configuration.folder).startswith(("/tmp/", "/var/tmp/")):  # noqa: S108 - asked about, not used
        limits = limits.replace("PrivateTmp=yes\n", "")
    if place.system:
        return limits
    urls = (getattr(target, "url", "") for target in place.configuration.targets)
    if any(address.parse(url, place.configuration.folder).kind == "ssh" for url in urls if url):
        return _text("ssh.conf") + re.sub("^([^#])", r"#\1", limits, flags=re.MULTILINE)
    return limits + _text("user.conf")


def _writable(place: Place) -> list[str]:
    """Folders that a run writes: the mirror's own, and that of each target which is a path on this
    machine."""
    folder = place.configuration.folder
    found = []
    for target in place.configuration.targets:
        if isinstance(path := getattr(target, "path", None), str):  # a link in its parent is replaced
            found.append((folder / Path(path).expanduser()).parent)
        elif url := getattr(target, "url", ""):
            remote = address.parse(url, folder)
            if remote.kind == "path":
                found.append(Path(remote.argument.removeprefix("file://")))
    others = sorted({os.path.normpath(path) for path in found})
    return [str(folder), *(f"-{other}" for other in others if not Path(other).is_relative_to(folder))]


def _systemd_word(text: str) -> str:
    """A word of a command line or list (systemd.service(5), "COMMAND LINES"): specifiers and variables
    escaped."""
    _printable(text)
    text = text.replace("%", "%%")
    if not set(text) & set(" \t\"'\\$;"):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{quoted}"'


# --- cron -----------------------------------------------------------------------------------------


def _cron(place: Place, every: timedelta, times: Calendar) -> Schedule:
    command = shlex.join(place.command)
    configuration = shlex.quote(str(place.file.absolute()))
    daily = calendar(timedelta(days=1), str(place.file.absolute())).cron
    values = {
        "CRON": times.cron,
        "DAILY": daily,
        "RUN": _cron_line(f"{command} run -q --next-in {in_words(every)} -c {configuration}"),
        "STATUS": _cron_line(f"{command} status -q -c {configuration}"),
        "FOLDER": str(place.configuration.folder),
    }
    return Schedule(
        {"mirrorpress.cron": _filled("mirrorpress.cron", values)},
        (
            "crontab -e    and put these lines at its end",
            "what a command says is mailed to you: set MAILTO, or see that the machine can send mail",
        ),
    )


def _cron_line(command: str) -> str:
    """A command as a crontab holds it, where % ends it (crontab(5))."""
    return _printable(command).replace("%", "\\%")


# --- CI of git hosts ------------------------------------------------------------------------------


def _ci(template: str, path: str, steps: tuple[str, ...]) -> Callable[[Place, timedelta, Calendar], Schedule]:
    def fill(place: Place, every: timedelta, times: Calendar) -> Schedule:
        if place.file.name != "mirrorpress.toml":
            raise UsageError(
                f"the configuration is called {place.file.name}",
                where=str(place.file),
                hint="CI runs expect mirrorpress.toml at the top of the repository; rename it",
            )
        values = {
            "CRON": times.cron,
            "EVERY": in_words(every),
            "PACKAGE": _package(place.package),
        }
        made = {path: _filled(template, values), "ci/mirror.sh": _text("mirror.sh")}
        return Schedule(made, (*steps, "docs/scheduling.md says what is kept where, and what the limits are"))

    return fill


def _package(package: str) -> str:
    """What pip installs, as a word of the shell within a line of YAML. Raises ``UsageError`` for what is
    none."""
    if not _PACKAGE.fullmatch(package):
        raise UsageError(
            f"--package {package}: not what pip installs", hint="write mirrorpress, or git+https://…"
        )
    return shlex.quote(package)


_COMMIT = "put the files into a private repository, beside mirrorpress.toml, and push"
KINDS: dict[str, Callable[[Place, timedelta, Calendar], Schedule]] = {
    "systemd": _systemd,
    "cron": _cron,
    "github": _ci(
        "github.yml",
        ".github/workflows/mirror.yml",
        (
            _COMMIT,
            "targets elsewhere need a secret: Settings, Secrets and variables, Actions: MIRRORPRESS_SSH_KEY",
            "Actions, mirror, Run workflow: the first run must be started by hand",
        ),
    ),
    "gitlab": _ci(
        "gitlab.yml",
        ".gitlab-ci.yml",
        (
            _COMMIT,
            "Settings, CI/CD, Job token permissions: allow Git push requests to the repository",
            "targets elsewhere need a masked variable: Settings, CI/CD, Variables: MIRRORPRESS_SSH_KEY",
            "Build, Pipelines, New pipeline: the first run must be started by hand",
            "Build, Pipeline schedules, New schedule: with the cron line that stands in the file",
        ),
    ),
    "forgejo": _ci(
        "forgejo.yml",
        ".forgejo/workflows/mirror.yml",
        (
            _COMMIT,
            "Settings: enable Actions; a runner that takes the label in the file must be there",
            "targets elsewhere need a secret: Settings, Actions, Secrets: MIRRORPRESS_SSH_KEY",
            "Actions, mirror, Run workflow: the first run must be started by hand",
        ),
    ),
}


# --- filling --------------------------------------------------------------------------------------


def _filled(template: str, values: dict[str, str]) -> str:
    text = _text(template)
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _text(template: str) -> str:
    return files(__package__).joinpath("templates", template).read_text("utf-8")


def _printable(text: str) -> str:
    """The text. Raises ``UsageError`` where a line of a unit or crontab could not hold it."""
    if not text.isprintable():
        raise UsageError(
            "a path or name that holds line breaks or controls cannot stand in a schedule",
            where=text.encode("unicode_escape").decode(),
            hint="rename the folder",
        )
    return text


def owner(folder: Path) -> str:
    """The name of the user that a folder belongs to, else the number, which systemd takes as well."""
    try:
        return folder.owner()
    except KeyError:
        return str(folder.stat().st_uid)
