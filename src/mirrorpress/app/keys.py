"""The commands about keys: who may sign for a mirror."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mirrorpress.app.options import config_option, json_option, private_key_option, quiet_option, speaker_for
from mirrorpress.errors import UsageError

if TYPE_CHECKING:
    from mirrorpress.app.output import Speaker
    from mirrorpress.model import Configuration
    from mirrorpress.pipeline.authority import Authority
    from mirrorpress.trust.chain import Holders
    from mirrorpress.trust.keys import PublicKey

# See cli: what costs time to import is imported where it is needed.
# ruff: noqa: PLC0415

_threshold = click.option(
    "--threshold", type=click.IntRange(1, 20), metavar="N", help="Root keys that must sign."
)


@click.group()
def key() -> None:
    """Make and change the keys that sign a mirror, and show them."""


@key.command("init")
@config_option
@click.option("--one-person", is_flag=True, help="One root key, which also signs targets, instead of 2 of 3.")
@click.option("--roots", type=click.IntRange(1, 20), metavar="N", help="Root keys (default: 3).")
@_threshold
@click.option("--keys", type=click.Path(path_type=Path), metavar="DIR", help="The folder that gets the keys.")
@click.option("--no-passphrase", is_flag=True, help="Keys that need none; whoever copies the file can sign.")
@json_option
@quiet_option
def key_init(
    *,
    one_person: bool,
    roots: int | None,
    threshold: int | None,
    keys: Path | None,
    no_passphrase: bool,
    **options: Any,
) -> None:
    """Make a mirror's first keys; from then on every build is signed."""
    from mirrorpress.pipeline.keeping import check_apart, default_keys
    from mirrorpress.pipeline.keyring import make_key
    from mirrorpress.trust.chain import Holders

    count = roots or (1 if one_person else 3)
    needed = threshold or min(2, count)
    if one_person and (count, needed) != (1, 1):
        raise UsageError(
            "--one-person has one root key", where="key init", hint="leave --roots and --threshold out"
        )
    configuration, speaker, authority = _opened(options, ())
    folder = keys or (
        Path(configuration.trust.keys) if configuration.trust.keys else default_keys(configuration)
    )
    folder = folder.expanduser().absolute()
    check_apart(folder, configuration)
    refuse_without_terminal(no_passphrase=no_passphrase)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    offline = [f"root-{number}" for number in range(1, count + 1)] + ([] if one_person else ["targets"])
    made = [make_key(folder / name, name, passphrase=not no_passphrase) for name in offline]
    online = make_key(folder / "online", "online", passphrase=False)
    holders = Holders(tuple(made[:count]), needed, (made[-1],), online)
    authority = authority_of(configuration, [folder])
    authority.found(holders, configuration.mirror, _now())
    _name_keys(options["path"], configuration, folder)
    for line in _what_was_made(folder, holders, no_passphrase=no_passphrase):
        speaker.say(line)
    tell_pending(authority, speaker)
    speaker.result({"keys": str(folder), **_as_json(authority)})


@key.command("show")
@config_option
@private_key_option
@json_option
@quiet_option
def key_show(*, private: tuple[Path, ...], **options: Any) -> None:
    """Show who may sign, where the private halves are, and when what they signed lapses."""
    _, speaker, authority = _opened(options, private)
    holders = authority.holders
    for role, what in (
        ("root", f"{holders.threshold} of {len(holders.root)} sign"),
        ("targets", ""),
        ("online", ""),
    ):
        speaker.say(f"{role}{f': {what}' if what else ''}")
        for one in holders.of(role):
            speaker.say(f"  {one.name or '(no name)'}  {one.fingerprint}  {authority.where(one)}")
    for document in (authority.root, authority.targets):
        speaker.say(f"{document.kind} {document.version} lapses on {document.expires:%Y-%m-%d}")
    if made := authority.verifier_hash:
        speaker.say(f"{authority.folder / 'targets' / 'verify.html'}, to be handed out: SHA-256 {made}")
    else:
        speaker.say("there is no verify.html yet: mirrorpress key renew makes it")
    tell_pending(authority, speaker)
    speaker.result(_as_json(authority))


@key.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--allowed-signers", is_flag=True, help="Instead the line that ssh-keygen -Y verify and git need."
)
@config_option
@json_option
@quiet_option
def key_export(file: Path | None, *, allowed_signers: bool, **options: Any) -> None:
    """Write what others need to check this mirror to FILE (default: mirror.root.json); it is public."""
    configuration, speaker, authority = _opened(options, ())
    holders = authority.holders
    if allowed_signers:
        place = file or Path("allowed_signers")
        data = f'mirror namespaces="mirrorpress-manifest,git" {holders.online.line}\n'.encode()
    else:
        place, data = file or Path("mirror.root.json"), authority.roots[-1]
    place.write_bytes(data)
    speaker.say(f"wrote {place}: hand it to whoever checks or follows {configuration.mirror.title}")
    for one in (holders.online,) if allowed_signers else holders.root:
        speaker.say(f"  {one.name}  {one.fingerprint}")
    speaker.say(
        "Have them compare the fingerprints by another way than the file came: in print, by phone, in person."
    )
    speaker.result({"path": str(place), **_as_json(authority)})


@key.command("add")
@click.argument("role", type=click.Choice(["root", "targets"]))
@click.argument("public", type=click.Path(path_type=Path, dir_okay=False))
@_threshold
@config_option
@private_key_option
@json_option
@quiet_option
def key_add(
    role: str, public: Path, *, threshold: int | None, private: tuple[Path, ...], **options: Any
) -> None:
    """Let the key in PUBLIC, a .pub file, sign for ROLE."""
    from dataclasses import replace

    added = _public(public)

    def change(holders: Holders) -> Holders:
        if added.raw in [one.raw for one in holders.of(role)]:
            raise ValueError(f"a key twice: {added.fingerprint} is one of {role} already")
        more: dict[str, Any] = {role: (*holders.of(role), added)}
        return replace(holders, threshold=threshold or holders.threshold, **more)

    _appoint(change, private, options)


@key.command("rotate")
@click.argument("name", metavar="NAME")
@click.option("--public", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="The new key's .pub file; without it a new key is made.")  # fmt: skip
@click.option("--no-passphrase", is_flag=True, help="The new key needs none.")
@config_option
@private_key_option
@json_option
@quiet_option
def key_rotate(
    name: str, *, public: Path | None, no_passphrase: bool, private: tuple[Path, ...], **options: Any
) -> None:
    """Replace the key called NAME (as key show has it, or its fingerprint) by a new one."""
    from mirrorpress.pipeline.keeping import check_apart
    from mirrorpress.pipeline.keyring import make_key
    from mirrorpress.pipeline.signing import keys_of

    configuration, _, authority = _opened(options, private)
    old = _found(authority.holders, name)
    is_online = old.raw == authority.holders.online.raw
    if public:
        new = _public(public)
    else:
        if not configuration.trust.keys:
            raise UsageError(
                "no folder for a new key", where="[trust] keys", hint="name a .pub file with --public"
            )
        (folder,) = keys_of(configuration)
        check_apart(folder, configuration)
        if not is_online:
            refuse_without_terminal(no_passphrase=no_passphrase)
        stem = old.name.rstrip("0123456789").rstrip(".") if "." in old.name else old.name
        number = next(n for n in range(2, 10_000) if not (folder / f"{stem}.{n}").exists())
        new = make_key(
            folder / f"{stem}.{number}", f"{stem}.{number}", passphrase=not (is_online or no_passphrase)
        )
    _appoint(lambda holders: _replaced(holders, old, (new,)), private, options)


@key.command("revoke")
@click.argument("name", metavar="NAME")
@_threshold
@config_option
@private_key_option
@json_option
@quiet_option
def key_revoke(name: str, *, threshold: int | None, private: tuple[Path, ...], **options: Any) -> None:
    """Take the key called NAME (as key show has it, or its fingerprint) out of use."""
    from dataclasses import replace

    _, _, authority = _opened(options, private)
    old = _found(authority.holders, name)
    if old.raw == authority.holders.online.raw:
        raise UsageError(
            "a mirror needs its online key", where=name, hint=f"run: mirrorpress key rotate {name}"
        )

    def change(holders: Holders) -> Holders:
        left = _replaced(holders, old, ())
        return replace(left, threshold=threshold or left.threshold)

    _appoint(change, private, options)


@key.command("renew")
@config_option
@private_key_option
@json_option
@quiet_option
def key_renew(*, private: tuple[Path, ...], **options: Any) -> None:
    """Sign root and targets anew with the same keys, so that they lapse two years from now."""
    configuration, speaker, authority = _opened(options, private)
    authority.renew(configuration.mirror, _now())
    _tell_change(authority, speaker)


@key.command("sign")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--take", is_flag=True, help="Take over the signatures that FILE carries.")
@config_option
@private_key_option
@json_option
@quiet_option
def key_sign(file: Path | None, *, take: bool, private: tuple[Path, ...], **options: Any) -> None:
    """Sign what waits for signatures: here, or in FILE, which the holder of another key was sent."""
    if file is not None and not take:
        from mirrorpress.pipeline.authority import sign_file

        speaker = speaker_for({**options, "verbose": False})
        used = sign_file(file, private)
        speaker.say(f"signed {file} with {', '.join(one.fingerprint for one in used)}; send it back")
        speaker.result({"path": str(file), "signed_by": [one.fingerprint for one in used]})
        return
    _, speaker, authority = _opened(options, private)
    if file is not None:
        authority.take(file)
    authority.sign()
    _tell_change(authority, speaker)


# --- steps -----------------------------------------------------------------------------------


def _opened(options: dict[str, Any], private: Sequence[Path]) -> tuple[Configuration, Speaker, Authority]:
    from mirrorpress.app.configuration import load

    configuration = load(options["path"])
    return configuration, speaker_for({**options, "verbose": False}), authority_of(configuration, private)


def authority_of(configuration: Configuration, private: Sequence[Path]) -> Authority:
    """Who may sign for a mirror; ``private`` are keys beside those that its configuration names."""
    from mirrorpress.pipeline.authority import Authority
    from mirrorpress.pipeline.signing import keys_of

    return Authority(configuration.folder, [*private, *keys_of(configuration)])


def _appoint(change: Any, private: Sequence[Path], options: dict[str, Any]) -> None:
    configuration, speaker, authority = _opened(options, private)
    authority.appoint(change, configuration.mirror, _now())
    _tell_change(authority, speaker)


def _tell_change(authority: Authority, speaker: Speaker) -> None:
    waits = tell_pending(authority, speaker)
    if not waits:
        speaker.say(f"✓ root {authority.root.version} and targets {authority.targets.version} are in force")
        speaker.say("next: mirrorpress publish, so that readers and followers get them")
    speaker.result(_as_json(authority))
    sys.exit(1 if waits else 0)


def tell_pending(authority: Authority, speaker: Speaker) -> bool:
    """Say what waits for signatures, if anything does, and how it gets them."""
    waiting = authority.pending()
    for document in waiting:
        place = authority.folder / f"{document.kind}.next.json"
        speaker.say(f"{document.kind} {document.version} waits: it has {authority.lacking(document)}")
        speaker.say(
            f"  send {place} to the holder of another key, who runs: mirrorpress key sign FILE --key KEY"
        )
        speaker.say("  with what comes back, run: mirrorpress key sign --take FILE")
    return bool(waiting)


def _what_was_made(folder: Path, holders: Holders, *, no_passphrase: bool) -> list[str]:
    made = dict.fromkeys((*holders.root, *holders.targets, holders.online))
    several = (
        f"{holders.threshold} of the {len(holders.root)} root keys decide who signs. Move each to another "
        "person or place, and targets to a medium that stays offline; leave only online here."
    )
    alone = (
        "One person, one root key. What this gives up: whoever steals that key can sign anything as this "
        "mirror, and if it is lost nobody can replace a stolen online key. Keep a copy of it offline."
    )
    rotate = (
        "The online key signs every build by itself, without a pass phrase; a stolen one is replaced with: "
        "mirrorpress key rotate online"
    )
    unlocked = ["The keys need no pass phrase: whoever can read the files can sign."] if no_passphrase else []
    return [
        f"made keys in {folder}",
        *(f"  {one.name}  {one.fingerprint}" for one in made),
        several if len(holders.root) > 1 else alone,
        *unlocked,
        rotate,
        "next: mirrorpress build signs; mirrorpress key export writes what readers check with",
    ]


def _name_keys(path: Path, configuration: Configuration, folder: Path) -> None:
    """Write the folder of the keys into mirrorpress.toml, unless it says so already."""
    from mirrorpress.app.starter import toml_text

    if configuration.trust.keys:
        if Path(configuration.trust.keys).expanduser().absolute() != folder:
            raise UsageError(
                f"names another folder than {folder}",
                where="[trust] keys",
                hint="correct it in mirrorpress.toml",
            )
        return
    home = str(Path.home())
    shown = f"~{str(folder)[len(home) :]}" if str(folder).startswith(home + "/") else str(folder)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n[trust]\nkeys = {toml_text(shown)}\n")


def refuse_without_terminal(*, no_passphrase: bool) -> None:
    """Raises ``UsageError`` where ssh-keygen could not ask for a pass phrase."""
    import os

    if not (no_passphrase or sys.stdin.isatty() or os.environ.get("SSH_ASKPASS_REQUIRE")):
        raise UsageError(
            "there is no terminal to ask for pass phrases",
            where="key",
            hint="run it on a terminal, or with --no-passphrase",
        )


def _public(path: Path) -> PublicKey:
    from mirrorpress.trust.keys import PublicKey

    try:
        return PublicKey.from_line(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}", where=str(path), hint="name a .pub file"
        ) from error
    except ValueError as error:
        raise UsageError(
            str(error), where=str(path), hint="name the .pub file of an ssh-ed25519 key"
        ) from error


def _found(holders: Holders, name: str) -> PublicKey:
    known = [*holders.root, *holders.targets, holders.online]
    for one in known:
        if name in (one.name, one.fingerprint):
            return one
    raise UsageError(
        "no key of that name", where=name, hint=f"keys are: {', '.join(one.name for one in known)}"
    )


def _replaced(holders: Holders, old: PublicKey, new: tuple[PublicKey, ...]) -> Holders:
    """The holders with a key replaced in every role that it has."""
    from dataclasses import replace

    def swapped(keys: tuple[PublicKey, ...]) -> tuple[PublicKey, ...]:
        return tuple(one for key in keys for one in (new if key.raw == old.raw else (key,)))

    online = new[0] if new and holders.online.raw == old.raw else holders.online
    return replace(holders, root=swapped(holders.root), targets=swapped(holders.targets), online=online)


def _as_json(authority: Authority) -> dict[str, Any]:
    holders = authority.holders
    return {
        "root": authority.root.version,
        "targets": authority.targets.version,
        "threshold": holders.threshold,
        "verifier": authority.verifier_hash,
        "roles": {
            role: [
                {"name": one.name, "fingerprint": one.fingerprint, "private": authority.where(one)}
                for one in holders.of(role)
            ]
            for role in ("root", "targets", "online")
        },
        "pending": [
            {"kind": one.kind, "version": one.version, "lacking": authority.lacking(one)}
            for one in authority.pending()
        ],
    }


def _now() -> datetime:
    return datetime.now(UTC)
