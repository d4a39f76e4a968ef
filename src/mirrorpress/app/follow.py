"""The command that carries somebody's mirror on."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from mirrorpress.app.ending import tell
from mirrorpress.app.options import allow_private_option, json_option, quiet_option, running
from mirrorpress.errors import UsageError

if TYPE_CHECKING:
    from mirrorpress.trust.client import Known

# See cli: what costs time to import is imported where it is needed.
# ruff: noqa: PLC0415

_KEY_FILE = "origin.root.json"
_TYPES = {"README.md": "markdown", "index.html": "site"}  # an edition's home page tells what it is written in


@click.command()
@click.argument("address")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option(
    "--key",
    "key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The root key of the mirror, as its operator exported it; got by another way than ADDRESS.",
)
@click.option("--at", "own", default="", metavar="URL", help="Where your copy will be read.")
@click.option(
    "--to", "targets", multiple=True, metavar="PLACE", help="A folder or git repository to publish to."
)
@click.option("--title", default="", help="What messages and commits call your copy.")
@click.option("--contact", default="", help="How others reach you.")
@allow_private_option
@json_option
@quiet_option
@click.option("-v", "--verbose", is_flag=True, help="Tell every failure, however many there are.")
def follow(address: str, folder: Path, *, key: Path | None, **options: Any) -> None:
    """Carry on the mirror at ADDRESS in FOLDER (default: here), verified by its root key.

    ADDRESS is that of a site, a git repository or a folder. The first time this writes
    FOLDER/mirrorpress.toml; from then on mirrorpress run in FOLDER does the same.
    """
    from mirrorpress.app.output import Speaker
    from mirrorpress.app.starter import FILE_NAME

    config = folder / FILE_NAME
    speaker = Speaker(as_json=options["as_json"], quiet=options["quiet"], verbose=options["verbose"])
    if not config.exists():
        if key is None:
            raise UsageError(
                "whose key?",
                where="follow",
                hint="ask the mirror's operator for the file of mirrorpress key export",
            )
        root = _read(key)
        known, kind = _met(address, root, options["allow_private"])
        _begin(config, address, root, known=known, kind=kind, options=options)
        speaker.say(
            f"{address} is the edition {known.edition}, signed {known.signed_at:%Y-%m-%d %H:%M} UTC by"
        )
        for one in known.keys:
            speaker.say(f"  {one.name}  {one.fingerprint}")
        speaker.say(f"wrote {config}")
    else:
        _check(config, address)
    with running({**options, "path": config}, "follow") as (run, speaker):
        run.follow()
        run.publish()
    sys.exit(tell(run.report, speaker))


def _read(key: Path) -> bytes:
    try:
        return key.read_bytes()
    except OSError as error:
        hint = "ask the mirror's operator for the file of mirrorpress key export"
        raise UsageError(f"cannot be read: {error.strerror}", where=str(key), hint=hint) from error


def _met(address: str, root: bytes, allow_private: Sequence[str]) -> tuple[Known, str]:
    """What is at an address once it is verified, and what its edition is written in."""
    from mirrorpress.errors import FetchError
    from mirrorpress.gather.fetcher import Fetcher
    from mirrorpress.gather.places import place_at
    from mirrorpress.model import FetchPolicy
    from mirrorpress.trust.client import Client

    policy = FetchPolicy(allow_private=tuple(allow_private), delay=0.0, per_host=4)
    with (
        Fetcher(policy) as fetcher,
        place_at(address, fetcher.fetch) as place,
        tempfile.TemporaryDirectory(prefix="mirrorpress-") as folder,
    ):
        client = Client(Path(folder), place.read, root, datetime.now(UTC))
        known = client.refresh()
        for home, kind in _TYPES.items():
            if client.listed(home):
                return known, kind
    raise FetchError("is an edition of an unknown kind", where=address, hint="install a later mirrorpress")


def _begin(
    config: Path, address: str, root: bytes, *, known: Known, kind: str, options: dict[str, Any]
) -> None:
    """Write a follower's folder."""
    from mirrorpress.app.starter import toml_text

    title = options["title"] or f"Copy of {urlsplit(known.address or address).hostname or address}"
    where = address if "://" in address else str(Path(address).absolute())
    lines = [
        "# A mirror that follows another; see docs/following.md.",
        "",
        "[mirror]",
        f"title = {toml_text(title)}",
        f"contact = {toml_text(options['contact'])}",
    ]
    if options["own"]:
        own = options["own"] if options["own"].endswith("/") else options["own"] + "/"
        lines.append(f"{'site_addresses' if kind == 'site' else 'addresses'} = [{toml_text(own)}]")
    lines += ["", "[follow]", f"addresses = [{toml_text(where)}]", f"key = {toml_text(_KEY_FILE)}"]
    lines += ["", "[[editions]]", f"type = {toml_text(kind)}"]
    if known.edition != kind:
        lines.append(f"name = {toml_text(known.edition)}")
    for target in options["targets"]:
        lines += ["", "[[targets]]", *_target(target, known.edition)]
    if options["allow_private"]:
        hosts = ", ".join(map(toml_text, options["allow_private"]))
        lines += ["", "[fetch]", f"allow_private = [{hosts}]"]
    try:
        config.parent.mkdir(parents=True, exist_ok=True)
        (config.parent / _KEY_FILE).write_bytes(root)
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=str(config)) from error


def _target(place: str, edition: str) -> list[str]:
    from mirrorpress.app.starter import toml_text
    from mirrorpress.gather.places import is_repository

    if is_repository(place):
        return ['type = "git"', f"edition = {toml_text(edition)}", f"url = {toml_text(place)}"]
    return [
        'type = "directory"',
        f"edition = {toml_text(edition)}",
        f"path = {toml_text(str(Path(place).absolute()))}",
    ]


def _check(config: Path, address: str) -> None:
    """Raises ``UsageError`` for a folder that follows something else."""
    from mirrorpress.app.configuration import load

    known = load(config).follow.addresses
    where = address if "://" in address else str(Path(address).absolute())
    if where not in known:
        raise UsageError(
            f"does not follow {address}",
            where=str(config),
            hint="add the address under [follow], or name another folder",
        )
