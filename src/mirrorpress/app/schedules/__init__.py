"""Ready schedules for a mirror: for systemd, for cron, and for the CI of git hosts.

``calendar`` says when, ``templates/`` holds the files, ``fill`` writes a mirror's own folder and command
into them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from mirrorpress.app.configuration import load
from mirrorpress.app.interval import interval
from mirrorpress.app.output import Speaker
from mirrorpress.app.schedules.fill import Place, owner, schedule
from mirrorpress.errors import UsageError


def make(
    kind: str, speaker: Speaker, *, path: Path, every: str, folder: Path | None, system: bool, package: str
) -> None:
    """Show the files of a schedule on stdout, or write them below ``folder``, and say what to do with them.

    Raises ``ConfigurationError`` or ``UsageError``; a file that is there already and differs is not touched.
    """
    if system and kind != "systemd":
        raise UsageError("--system is for systemd", hint=f"leave it out for {kind}")
    configuration = load(path)
    place = Place(
        configuration,
        path.absolute(),
        _command(),
        package=package,
        system=system,
        user=owner(configuration.folder),
    )
    made = schedule(kind, place, interval(every, "--every"))
    if folder is None:
        for name, text in made.files.items():
            click.echo(f"# --- {name}\n{text}")
    else:
        _write(folder, made.files)
        for name in made.files:
            speaker.say(f"wrote {folder / name}")
    for number, step in enumerate(made.steps, start=1):
        speaker.say(f"{number}. {step}")


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write all files or none."""
    for name, text in files.items():
        path = folder / name
        if path.exists() and path.read_text("utf-8", errors="replace") != text:
            raise UsageError(
                "a file is there already, and differs", where=str(path), hint="move it away first"
            )
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror}", where=str(path)) from error


def _command() -> tuple[str, ...]:
    """The words that run this mirrorpress from anywhere."""
    called = shutil.which(sys.argv[0])
    if called and Path(called).name == "mirrorpress":
        return (str(Path(called).absolute()),)
    return (sys.executable, "-P", "-m", "mirrorpress")
