"""The roots that this machine's user trusts, and where it is kept what was seen of their editions."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from mirrorpress.errors import FetchError, TrustError, UsageError
from mirrorpress.trust.chain import Document
from mirrorpress.trust.client import Fetch, ForgedError
from mirrorpress.trust.documents import opened
from mirrorpress.trust.roles import metadata_path

_SUFFIX = ".root.json"
_LARGEST = 64_000  # bytes of a root


def known_folder() -> Path:
    """The folder of the roots that were remembered."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "mirrorpress" / "known"


def state_folder() -> Path:
    """The folder that holds what was verified before (XDG Base Directory Specification)."""
    return (
        Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "mirrorpress" / "verified"
    )


def read_root(file: Path) -> bytes:
    """A root as ``key export`` writes it. Raises ``UsageError`` for a file that is none."""
    try:
        with file.open("rb") as opened_file:
            data = opened_file.read(_LARGEST + 1)
        document = Document.read(data, str(file))
        if document.kind == "root" and len(data) <= _LARGEST and document.holders.root:
            return data
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}", where=str(file), hint="name the mirror's key"
        ) from error
    except (TrustError, ValueError, KeyError):
        pass
    raise UsageError(
        "is not the key of a mirror",
        where=str(file),
        hint="name the file that mirrorpress key export wrote, such as mirror.root.json",
    )


def remembered() -> Sequence[bytes]:
    """All roots that were remembered."""
    folder = known_folder()
    return [read_root(file) for file in sorted(folder.glob(f"*{_SUFFIX}"))] if folder.is_dir() else []


def remember(file: Path) -> Path:
    """Keep a root for later; returns where."""
    data = read_root(file)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", file.name.removesuffix(_SUFFIX))[:60] or "mirror"
    place = known_folder() / f"{stem}-{hashlib.sha256(data).hexdigest()[:8]}{_SUFFIX}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(place), hint="leave --remember out"
        ) from error
    return place


def fitting(roots: Sequence[bytes], timestamp: bytes, fetch: Fetch) -> bytes | None:
    """The one of ``roots`` that an edition is probably signed by; None: none of them. The client verifies
    it."""
    try:
        signers = set(opened(timestamp)[1])
    except ValueError:
        signers = set()
    documents = {root: Document.read(root, "") for root in roots}
    for root, document in documents.items():
        if document.holders.online.id in signers:
            return root
    for root, document in documents.items():  # the online key was changed since
        try:
            theirs = Document.read(fetch(metadata_path("root", document.version), _LARGEST), "")
            if theirs.payload == document.payload:
                return root
        except (FetchError, TrustError, ForgedError):
            continue
    return None
