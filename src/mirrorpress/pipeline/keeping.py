"""Where private keys lie: in a folder of their own, which nobody publishes or commits."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from mirrorpress.errors import SafetyError
from mirrorpress.model import Configuration
from mirrorpress.targets.directory import DirectoryTarget


def default_keys(configuration: Configuration) -> Path:
    """The folder that a mirror's keys get when nobody names one: below the user's configuration, by the name
    of the mirror's folder."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    name = re.sub(r"[^a-z0-9]+", "-", configuration.folder.name.lower()).strip("-") or "mirror"
    return home / "mirrorpress" / name


def check_apart(keys: Path, configuration: Configuration) -> None:
    """Raises ``SafetyError`` when a folder of private keys is in what is published, or may be committed."""
    hint = f"move them elsewhere, such as {default_keys(configuration)}, and name that under [trust] keys"
    place = keys.expanduser().resolve()
    for other, what in _exposed(configuration):
        if place == other or other in place.parents:
            raise SafetyError(
                f"private keys must not lie in {what}",
                where=str(keys),
                hint=hint,
            )
    if repository := _work_tree(place):
        raise SafetyError(
            f"private keys must not lie in a git work tree ({repository}): they could be committed",
            where=str(keys),
            hint=hint,
        )


def _exposed(configuration: Configuration) -> Iterator[tuple[Path, str]]:
    yield configuration.folder.resolve(), "the mirror's folder"
    for target in configuration.targets:
        if isinstance(target, DirectoryTarget):
            yield (configuration.folder / target.path).resolve(), "what is published"


def _work_tree(place: Path) -> str:
    """The git work tree that an existing parent of ``place`` is in; empty: none."""
    while not place.is_dir() and place != place.parent:
        place = place.parent
    try:
        found = subprocess.run(
            ["git", "-C", str(place), "rev-parse", "--show-toplevel"],
            capture_output=True,
            text=True,
            check=False,
            env={key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        )
    except FileNotFoundError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
