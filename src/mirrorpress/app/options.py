"""What commands have in common: options, who speaks, and the run that they work with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mirrorpress.app.ending import tell_end
from mirrorpress.errors import MirrorpressError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mirrorpress.app.output import Speaker
    from mirrorpress.pipeline.run import Run

# See cli: what costs time to import is imported where it is needed.
# ruff: noqa: PLC0415

F = TypeVar("F", bound=Callable[..., Any])

config_option = click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mirrorpress.toml"),
    help="The configuration (default: ./mirrorpress.toml).",
)


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
private_key_option = click.option(
    "--key",
    "private",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A private key, or a folder of them, beside [trust] keys (repeatable).",
)
allow_private_option = click.option(
    "--allow-private",
    multiple=True,
    metavar="HOST:PORT",
    help="A host that may be reached although not public.",
)


def common(command: F) -> F:
    for option in reversed(
        (
            config_option,
            json_option,
            quiet_option,
            click.option("-v", "--verbose", is_flag=True, help="Tell every failure, however many there are."),
        )
    ):
        command = option(command)
    return command


section_option = click.option(
    "--section", "only", multiple=True, metavar="ID", help="Only this section (repeatable)."
)


def speaker_for(options: dict[str, Any]) -> Speaker:
    from mirrorpress.app.output import Speaker

    return Speaker(
        as_json=options["as_json"],
        quiet=options["quiet"],
        verbose=options["verbose"],
        times=options.get("times", False),
    )


@contextmanager
def running(options: dict[str, Any], command: str, *, builds: bool = False) -> Iterator[tuple[Run, Speaker]]:
    """A run for one command; ``builds``: it renders pages, so that broken templates end it at once."""
    from mirrorpress.app.configuration import load
    from mirrorpress.app.overrides import rehearse
    from mirrorpress.pipeline.report import Report
    from mirrorpress.pipeline.run import Run

    speaker, report = speaker_for(options), Report()
    try:
        configuration = load(options["path"])
        if builds:
            rehearse(configuration)
        with (
            Run(configuration, command, report, only=options.get("only", ())) as run,
            speaker.progress(report),
        ):
            yield run, speaker
    except MirrorpressError as error:
        sys.exit(tell_end(error, report, speaker))
    except KeyboardInterrupt:
        status = tell_end(None, report, speaker)
        # Threads may still wait a minute for a silent server; nothing of what they do is needed.
        os._exit(status)
