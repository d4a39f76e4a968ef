"""How long what was signed by hand is still good for, and what waits for signatures; read without a check of
keys, which every build makes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from mirrorpress.trust.roles import FIRST_ROOT

_LATER = ("root.next.json", "targets.next.json")


def signatures_of(folder: Path) -> dict[str, Any] | None:
    """What ``status --json`` prints of the mirror in ``folder``; None: it has no keys."""
    if not (folder / FIRST_ROOT).is_file():
        return None
    trust = folder / "trust"
    roots = {int(path.name.split(".")[0]): path for path in trust.glob("root/[0-9]*.root.json")}
    newest = {"root": roots[max(roots)], "targets": trust / "targets.json"}
    return {
        "lapse": [one for kind, path in newest.items() for one in _lapse(kind, path)],
        "waiting": [name.partition(".")[0] for name in _LATER if (trust / name).is_file()],
    }


def _lapse(kind: str, path: Path) -> Iterator[dict[str, Any]]:
    with suppress(OSError, ValueError, KeyError, TypeError):  # a damaged one is told by the next build
        signed = json.loads(path.read_bytes())["signed"]
        yield {"kind": kind, "version": signed["version"], "at": datetime.fromisoformat(signed["expires"])}
