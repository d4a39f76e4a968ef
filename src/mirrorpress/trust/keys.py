"""Public keys, as OpenSSH writes them and as TUF names them. Private ones never come here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

_LINE = re.compile(r"ssh-ed25519 +([A-Za-z0-9+/=]{1,200})(?: +(.*))?")
_KIND = b"ssh-ed25519"
_LENGTH = 32  # bytes of an Ed25519 public key (RFC 8032, 5.1.5)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key: 32 ``raw`` bytes, and what people call it."""

    raw: bytes
    name: str = ""

    @classmethod
    def from_line(cls, line: str) -> PublicKey:
        """Read a line of a ``.pub`` file (sshd(8), AUTHORIZED_KEYS). Raises ``ValueError`` for other keys."""
        found = _LINE.fullmatch(line.strip())
        if not found:
            raise ValueError("no ssh-ed25519 public key")
        try:
            blob = base64.b64decode(found[1], validate=True)
        except binascii.Error as error:
            raise ValueError("a public key that is damaged") from error
        if blob[:-_LENGTH] != ssh_string(_KIND) + _LENGTH.to_bytes(4):
            raise ValueError("a public key that is damaged")
        return cls(blob[-_LENGTH:], (found[2] or "").strip())

    @classmethod
    def from_tuf(cls, key: dict[str, Any]) -> PublicKey:
        """Read a key of TUF metadata. Raises ``ValueError`` for one that is not Ed25519."""
        if (key.get("keytype"), key.get("scheme")) != ("ed25519", "ed25519"):
            raise ValueError(f"a key of type {str(key.get('keytype'))[:50]}, not ed25519")
        raw = bytes.fromhex(key["keyval"]["public"])
        if len(raw) != _LENGTH:
            raise ValueError("a public key that is damaged")
        return cls(raw, str(key.get(NAME, "")))

    @property
    def blob(self) -> bytes:
        """The key as the SSH protocol writes it (RFC 8709, 4)."""
        return ssh_string(_KIND) + ssh_string(self.raw)

    @property
    def line(self) -> str:
        """The key as a ``.pub`` file holds it, without a line end."""
        return f"ssh-ed25519 {base64.b64encode(self.blob).decode()} {self.name}".rstrip()

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` shows it."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")
        return f"SHA256:{digest}"

    @property
    def id(self) -> str:
        """What TUF metadata calls it: the SHA-256 of its canonical JSON (TUF specification, 4.2)."""
        return hashlib.sha256(
            json.dumps(self._bare, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()

    @property
    def tuf(self) -> dict[str, Any]:
        """As TUF metadata holds it, with its name."""
        return {**self._bare, NAME: self.name} if self.name else self._bare

    @property
    def _bare(self) -> dict[str, Any]:
        return {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": self.raw.hex()}}


NAME = "x-mirrorpress-name"
"""The field of a TUF key that holds what people call it."""


def ssh_string(data: bytes) -> bytes:
    """Bytes as the SSH protocol writes a string (RFC 4251, 5)."""
    return len(data).to_bytes(4) + data
