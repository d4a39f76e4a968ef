"""What is known of other mirrors in a mirror's folder; every command reads it.

trust/targets/mirrors.json   the list, which trust/targets.json names, signed by its key
trust/requests.json          the requests that were accepted in the last 30 days
trust/health.json            what the last check of the list found
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from mirrorpress.errors import TrustError
from mirrorpress.model import Health, Listing
from mirrorpress.trust.health import read_health
from mirrorpress.trust.mirrors import read_mirrors
from mirrorpress.trust.roles import MIRRORS

LIST = f"trust/targets/{MIRRORS}"
TARGETS = "trust/targets.json"
HEALTH = "trust/health.json"
REQUESTS = "trust/requests.json"


def listed(folder: Path, allow: Sequence[str]) -> tuple[Listing, ...]:
    """The list in force in a mirror's folder; empty without one. ``allow`` as for ``read_mirrors``.

    Raises ``TrustError`` for one that is damaged, or that is not the one that targets lists; that these are
    signed is looked at whenever the mirror is."""
    data, where = content(folder / LIST), str(folder / LIST)
    if not data:
        return ()
    if hashlib.sha256(data).hexdigest() != _listed_hash(folder):
        raise TrustError(
            "is not the list that targets was signed for",
            where=where,
            hint="restore it from a published copy; or remove it, then: mirrorpress key sign",
        )
    return read_mirrors(data, where, allow=allow)


def _listed_hash(folder: Path) -> str:
    """The SHA-256 of the list that targets names, in hex; empty: it names none."""
    try:
        found = json.loads(content(folder / TARGETS))["signed"]["targets"][MIRRORS]["hashes"]["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return str(found)


def health(folder: Path) -> Health | None:
    """What the last check found; None: there was none. Raises ``TrustError`` for a damaged note."""
    data = content(folder / HEALTH)
    return read_health(data, str(folder / HEALTH)) if data else None


def content(path: Path) -> bytes:
    """A file of ours; empty when there is none. Raises ``TrustError``."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise TrustError(
            f"cannot be read: {error.strerror}", where=str(path), hint="restore it from a backup"
        ) from error
