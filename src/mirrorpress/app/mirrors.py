"""The commands about the mirror list: who else carries this mirror, and how they do."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mirrorpress.app.ending import ALL_WELL, SOME_FAILED
from mirrorpress.app.options import (
    allow_private_option,
    config_option,
    json_option,
    private_key_option,
    quiet_option,
    speaker_for,
)
from mirrorpress.errors import UsageError

if TYPE_CHECKING:
    from mirrorpress.app.output import Speaker
    from mirrorpress.model import Configuration, Kind, Listing, Visit
    from mirrorpress.pipeline.authority import Authority
    from mirrorpress.pipeline.listing import MirrorList

# See cli: what costs time to import is imported where it is needed.
# ruff: noqa: PLC0415

_kind = click.option(
    "--kind",
    type=click.Choice(["site", "markdown", "git"]),
    default="site",
    help="A website, pages that a git host shows, or a repository to clone (default: site).",
)
_language = click.option(
    "--language", "languages", multiple=True, metavar="TAG", help="A language of its menus (repeatable)."
)
_operator = click.option(
    "--operator", default="", metavar="NAME", help="Who runs it, as readers shall see it."
)


@click.group()
def mirrors() -> None:
    """Keep the signed list of other mirrors, ask to be on it, and check those that are."""


@mirrors.command("request")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False), default=Path("mirror-request.json"))
@click.option("--to", "root", required=True, type=click.Path(path_type=Path), metavar="ROOTFILE",
              help="The root of the mirror that shall list yours: what its operator exported.")  # fmt: skip
@click.option("--address", required=True, metavar="URL", help="Where your mirror is read.")
@_kind
@_language
@_operator
@click.option("--key", "private", type=click.Path(path_type=Path), metavar="FILE",
              help="Your private key, an ed25519 one of OpenSSH.")  # fmt: skip
@click.option("--new-key", is_flag=True, help="Make that key first.")
@click.option("--no-passphrase", is_flag=True, help="A new key needs none.")
@allow_private_option
@json_option
@quiet_option
def mirrors_request(
    out: Path,
    *,
    root: Path,
    address: str,
    kind: Kind,
    languages: tuple[str, ...],
    operator: str,
    private: Path | None,
    new_key: bool,
    no_passphrase: bool,
    allow_private: tuple[str, ...],
    **options: Any,
) -> None:
    """Write a signed request to be listed to OUT (default: mirror-request.json), for the other operator."""
    from mirrorpress.app.keys import refuse_without_terminal
    from mirrorpress.model import Listing
    from mirrorpress.pipeline.keyring import make_key
    from mirrorpress.pipeline.listing import make_request

    speaker, now = speaker_for({**options, "verbose": False}), _now()
    if private is None:
        raise UsageError(
            "needs a key that is yours, so that nobody else can change the entry later",
            where="mirrors request",
            hint="name it with --key FILE; with --new-key it is made there first",
        )
    if new_key:
        refuse_without_terminal(no_passphrase=no_passphrase)
        private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = make_key(private, private.name, passphrase=not no_passphrase)
        speaker.say(f"made {private}  {made.fingerprint}\nKeep it: changes of the entry need it.")
    listing = Listing(address, kind, now.date(), languages, operator)
    out.write_bytes(make_request(root, listing, private, now, allow=allow_private))
    speaker.say(f"wrote {out}: send it to the operator of that mirror within 30 days")
    speaker.say(f"who runs: mirrorpress mirrors accept {out.name}")
    speaker.result({"path": str(out), "address": address})


@mirrors.command("accept")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
@private_key_option
@json_option
@quiet_option
def mirrors_accept(file: Path, *, yes: bool, private: tuple[Path, ...], **options: Any) -> None:
    """List the mirror that asks for it in FILE, a signed request, and sign the list."""
    configuration, speaker, authority, known = _opened(options, private)
    request = known.examine(file, _now())
    asked = request.listing
    for line in _shown(asked, [one for one in configuration.mirrors if one.address == asked.address]):
        speaker.say(line)
    speaker.say(f"  signed on {request.date:%Y-%m-%d} by {request.key.fingerprint}")
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                "there is no terminal to ask on", where=str(file), hint="look at it, then add --yes"
            )
        if not click.confirm("List it?", err=True):
            speaker.say("nothing was changed")
            sys.exit(ALL_WELL)
    listing = known.accept(request, _now())
    _tell_change(authority, speaker, "listed", listing)


@mirrors.command("add")
@click.argument("url")
@_kind
@_language
@_operator
@config_option
@private_key_option
@json_option
@quiet_option
def mirrors_add(
    url: str,
    *,
    kind: Kind,
    languages: tuple[str, ...],
    operator: str,
    private: tuple[Path, ...],
    **options: Any,
) -> None:
    """List the mirror at URL without a request, and sign the list."""
    from mirrorpress.model import Listing

    configuration, speaker, authority, known = _opened(options, private)
    before = [one for one in configuration.mirrors if one.address == url]
    since, key = (before[0].since, before[0].key) if before else (_now().date(), "")
    listing = Listing(url, kind, since, languages, operator, key)
    known.add(listing, _now())
    _tell_change(authority, speaker, "listed", listing)


@mirrors.command("remove")
@click.argument("url")
@config_option
@private_key_option
@json_option
@quiet_option
def mirrors_remove(url: str, *, private: tuple[Path, ...], **options: Any) -> None:
    """Take the mirror at URL off the list, and sign the list."""
    _, speaker, authority, known = _opened(options, private)
    _tell_change(authority, speaker, "removed", known.remove(url, _now()))


@mirrors.command("list")
@config_option
@json_option
@quiet_option
def mirrors_list(**options: Any) -> None:
    """Show the mirror list, with what the last check found."""
    from mirrorpress.app.configuration import load

    configuration = load(options["path"])
    speaker = speaker_for({**options, "verbose": False})
    found = {one.address: one for one in configuration.health.visits} if configuration.health else {}
    for listing in configuration.mirrors:
        for line in _shown(listing, ()):
            speaker.say(line)
        if visit := found.get(listing.address):
            speaker.say(f"  {_words(visit)}")
    if not configuration.mirrors:
        speaker.say("no mirror is listed; mirrorpress mirrors add or accept lists one")
    speaker.result({"mirrors": [_as_json(one, found.get(one.address)) for one in configuration.mirrors]})


@mirrors.command("check")
@config_option
@json_option
@quiet_option
def mirrors_check(**options: Any) -> None:
    """Visit every listed mirror: whether it answers, is genuine, and how far behind it is."""
    from mirrorpress.app.configuration import load
    from mirrorpress.pipeline.report import Report
    from mirrorpress.pipeline.run import Run

    configuration = load(options["path"])
    speaker = speaker_for({**options, "verbose": False})

    def tell(visit: Visit) -> None:
        speaker.say(f"{'✓' if visit.state == 'verified' else '✗'} {visit.address}: {_words(visit)}")

    with Run(configuration, "mirrors check", Report()) as run:
        health = run.check_mirrors(tell)
    by_address = {one.address: one for one in configuration.mirrors}
    speaker.say("next: mirrorpress run, so that readers see it on the page of mirrors")
    speaker.result(
        {
            "checked": f"{health.checked_at:%Y-%m-%dT%H:%M:%SZ}",
            "mirrors": [_as_json(by_address[one.address], one) for one in health.visits],
        }
    )
    sys.exit(ALL_WELL if all(one.state == "verified" for one in health.visits) else SOME_FAILED)


# --- steps -----------------------------------------------------------------------------------


def _opened(
    options: dict[str, Any], private: tuple[Path, ...]
) -> tuple[Configuration, Speaker, Authority, MirrorList]:
    from mirrorpress.app.configuration import load
    from mirrorpress.app.keys import authority_of
    from mirrorpress.pipeline.listing import MirrorList

    configuration = load(options["path"])
    authority = authority_of(configuration, private)
    speaker = speaker_for({**options, "verbose": False})
    return configuration, speaker, authority, MirrorList(configuration, authority)


def _tell_change(authority: Authority, speaker: Speaker, done: str, listing: Listing) -> None:
    from mirrorpress.app.keys import tell_pending

    waits = tell_pending(authority, speaker)
    if not waits:
        speaker.say(f"✓ {done}: {listing.address}; the list is signed")
        speaker.say("next: mirrorpress run, so that readers and followers get it")
    speaker.result({done: _as_json(listing, None), "waiting": waits})
    sys.exit(SOME_FAILED if waits else ALL_WELL)


def _shown(listing: Listing, before: list[Listing] | tuple[()]) -> list[str]:
    parts = [listing.kind, *listing.languages, *([f"run by {listing.operator}"] if listing.operator else [])]
    lines = [listing.address, f"  {', '.join(parts)}"]
    if before:
        lines.append(f"  is listed since {before[0].since}{'' if before[0].key else ', without a key'}")
    return lines


def _words(visit: Visit) -> str:
    parts: list[str] = [visit.state]
    if visit.signed_at:
        hours = (_now() - visit.signed_at).total_seconds() / 3600
        parts.append(f"signed {hours:.0f} hours ago")
    if visit.behind:
        parts.append(f"{visit.behind} signing{'s' if visit.behind > 1 else ''} behind")
    return ", ".join(parts) + (f"; {visit.reason}" if visit.reason else "")


def _as_json(listing: Listing, visit: Visit | None) -> dict[str, Any]:
    from mirrorpress.trust.health import as_json
    from mirrorpress.trust.mirrors import entry_of

    empty = {"languages": [], "operator": "", "key": ""}
    return {**empty, **entry_of(listing), **(as_json(visit) if visit else {})}


def _now() -> datetime:
    return datetime.now(UTC)
