"""Commands for the machines that serve a mirror and run it by a timetable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mirrorpress import __version__
from mirrorpress.app.options import common, config_option, quiet_option, speaker_for
from mirrorpress.errors import UsageError

# See cli: what costs time to import is imported where it is needed.
# ruff: noqa: PLC0415


@click.command()
@common
@click.option("--edition", "name", default="", metavar="NAME", help="Which edition (default: the site).")
@click.option("--port", type=click.IntRange(0, 65_535), default=8800, help="Where (default: 8800; 0: any).")
def preview(path: Path, name: str, port: int, **options: Any) -> None:
    """Show an edition in the browser of this machine, with a web server's headers, until Ctrl-C.

    The page is loaded anew after each build.
    """
    from mirrorpress.app.preview import preview

    preview(path, name, port, speaker_for(options))


@click.command()
@click.argument("server", type=click.Choice(["nginx", "caddy", "netlify"]))
@config_option
def headers(server: str, path: Path) -> None:
    """Show the lines that make a web server send the site with the right headers.

    netlify is for all hosts that read a file _headers, which the site holds already.
    """
    from mirrorpress.app.configuration import load
    from mirrorpress.editions.headers import for_server
    from mirrorpress.editions.site import SiteEdition

    configuration = load(path)
    sites = [one for one in configuration.editions if isinstance(one, SiteEdition)]
    if not sites:
        raise UsageError("there is no site", where=str(path), hint='add [[editions]] with type = "site"')
    click.echo(for_server(server, sites[0].style(configuration)), nl=False)  # type: ignore[arg-type]


@click.command()
@click.argument("kind", type=click.Choice(["systemd", "cron", "github", "gitlab", "forgejo"]))
@config_option
@click.option("--every", default="2h", metavar="TIME", help="How often, such as 30m, 2h or 1d (default: 2h).")
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the files below DIR instead of showing them.",
)
@click.option("--system", is_flag=True, help="systemd: for the whole machine, as the owner of the folder.")
@click.option(
    "--package",
    metavar="WHAT",
    default=f"mirrorpress=={__version__}",
    help="CI: what pip installs; an address such as git+https://… too.",
)
@quiet_option
def schedule(kind: str, quiet: bool, **options: Any) -> None:
    """Show ready files that run the mirror again and again: a systemd timer, a crontab, a CI job."""
    from mirrorpress.app.output import Speaker
    from mirrorpress.app.schedules import make

    make(kind, Speaker(quiet=quiet), **options)
