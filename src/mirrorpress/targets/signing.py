"""Commit objects as git stores them, signed with an SSH key as ``git commit -S`` signs them.

fast-import of git before 2.50 writes no signatures, so a signed commit is put together here. In git's format
the signature, in OpenSSH's armour, stands in the header ``gpgsig``. It is over the object without that
header, in the namespace "git" (gitformat-signature(5)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from mirrorpress.errors import TargetError
from mirrorpress.targets.fastimport import identity, words

Sign = Callable[[bytes], str]
"""Gives an armoured SSH signature of some bytes."""

_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


def signed_commit(tree: str, parents: Iterable[str], *, when: datetime, message: str, sign: Sign) -> bytes:
    """The content of a commit object of ours. Raises ``TargetError`` for what is no SSH signature, and
    whatever ``sign`` raises."""
    who = identity(when)
    header = [f"tree {tree}", *(f"parent {one}" for one in parents), f"author {who}", f"committer {who}"]
    head, body = "\n".join(header).encode() + b"\n", b"\n" + words(message)
    lines = sign(head + body).strip().splitlines()
    if not lines or lines[0] != _BEGIN or lines[-1] != _END or not all(map(str.isascii, lines)):
        raise TargetError("what should sign a commit gave no SSH signature", hint="check the key that signs")
    return head + b"gpgsig " + "\n ".join(lines).encode() + b"\n" + body
