"""``withdrawn.json``: what was taken back, for programs of those who carry the mirror further.

It gives paths, and digests instead of addresses: whoever has an article recognises it, and nobody gets a list
of addresses that someone wanted unread.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from mirrorpress.model import File, Shelf, Stored, Withdrawn

PATH = "withdrawn.json"
_VERSION = 1


def withdrawals(shelf: Shelf, path_of: Callable[[Stored], str]) -> File | str:
    """The file; only its path when nothing is withdrawn. ``path_of`` says where an article's page stands."""
    known = [_as_json(one, shelf, path_of) for one in shelf.withdrawals()]
    if not known:
        return PATH
    data = {"version": _VERSION, "withdrawn": known}
    return File(PATH, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())


def _as_json(one: Withdrawn, shelf: Shelf, path_of: Callable[[Stored], str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if one.place:
        section, position = one.place
        [stored] = shelf.between(section, position, position)
        told["path"] = path_of(stored)
    told["withdrawn_at"] = f"{one.withdrawal.at:%Y-%m-%dT%H:%M:%SZ}"
    told["addresses_sha256"] = sorted(hashlib.sha256(key.encode()).hexdigest() for key in one.keys)
    if one.withdrawal.public_reason:
        told["reason"] = one.withdrawal.public_reason
    return told
