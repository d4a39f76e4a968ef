"""Asking to be listed: a request that a mirror's operator signs and the upstream operator accepts.

    {"mirrorpress": "mirror request 1", "root": "<fingerprint of the upstream's root>",
     "date": "2026-11-25T12:00:00Z", "listing": {"address": …, "kind": …, "key": …},
     "signature": "-----BEGIN SSH SIGNATURE-----…"}

The signature (SSHSIG, namespace ``mirrorpress-mirror``) is over the canonical JSON of all the rest. The root
binds it to one upstream, the date to a month, and the notes of what was accepted to one use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mirrorpress.errors import TrustError
from mirrorpress.model import Listing
from mirrorpress.trust.chain import Document
from mirrorpress.trust.documents import canonical
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.mirrors import checked, document_of, entry_of, listing_of

NAMESPACE = "mirrorpress-mirror"
"""For what requests are signed (ssh-keygen(1), -Y sign -n)."""
LARGEST = 16_384
"""Bytes of a request."""
LIFE = timedelta(days=30)
"""After which a request counts no more; as long are accepted ones remembered."""
_SKEW = timedelta(hours=1)  # by which clocks may differ
_FORM, _ACCEPTED = "mirror request 1", "accepted requests 1"
_LARGEST_NOTES = 1_000_000  # bytes
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_ASK = "ask its sender for a new one, made with: mirrorpress mirrors request"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, of the upstream with this root (its ``fingerprint``), by the holder of the listing's
    key. Its day ``since`` when it is listed is the day of the request."""

    root: str
    date: datetime
    listing: Listing

    @property
    def key(self) -> PublicKey:
        """The key that must have signed it."""
        return PublicKey.from_line(self.listing.key)

    @property
    def payload(self) -> bytes:
        """What is signed."""
        return canonical(self._body)

    def sealed(self, signature: str) -> bytes:
        """The file of the request."""
        body = {**self._body, "signature": signature}
        return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"

    @property
    def _body(self) -> dict[str, Any]:
        listing = {key: value for key, value in entry_of(self.listing).items() if key != "since"}
        return {"mirrorpress": _FORM, "root": self.root, "date": f"{self.date:{_MOMENT}}", "listing": listing}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that was accepted: from then on only a newer one counts for its key and address."""

    address: str
    key: str
    date: datetime


def fingerprint(root: bytes, where: str) -> str:
    """What names a root whoever signed it: the SHA-256 of what is signed, in hex. Raises ``TrustError``."""
    document = Document.read(root, where)
    if document.kind != "root":
        raise TrustError(
            "is no root", where=where, hint="name what mirrorpress key export wrote, such as mirror.root.json"
        )
    return hashlib.sha256(document.payload).hexdigest()


def read_request(data: bytes, where: str, *, allow: Iterable[str] = ()) -> tuple[Request, str]:
    """A request and the signature that it carries, which is not verified here. Raises ``TrustError``."""
    found = document_of(
        data, where, _FORM, {"root", "date", "listing", "signature"}, largest=LARGEST, hint=_ASK
    )
    try:
        root, signature = found["root"], found["signature"]
        if not isinstance(root, str) or not isinstance(signature, str):
            raise ValueError("has a root or a signature that is no text")
        moment = _moment(found["date"])
        request = Request(root, moment, checked(listing_of(found["listing"], moment.date()), allow))
        if not request.listing.key:
            raise ValueError("has no key")
    except ValueError as error:
        raise TrustError(str(error), where=where, hint=_ASK) from error
    return request, signature


def judge(
    request: Request,
    where: str,
    *,
    roots: Sequence[str],
    listed: Sequence[Listing],
    accepted: Sequence[Accepted],
    now: datetime,
) -> None:
    """Raises ``TrustError`` for a request that is for another upstream than that of the ``roots``, too old,
    from the future, used before, or about an address that is listed with another key."""
    listing = request.listing
    if request.root not in roots:
        raise TrustError(
            "is for another mirror: it names a root that is not this one's", where=where, hint=_ASK
        )
    if now - request.date > LIFE:
        raise TrustError(f"is from {request.date:%Y-%m-%d}, over 30 days ago", where=where, hint=_ASK)
    if request.date - now > _SKEW:
        raise TrustError(
            f"is from the future: {request.date:{_MOMENT}}", where=where, hint="check both clocks; " + _ASK
        )
    for one in accepted:
        if (one.address, one.key) == (listing.address, listing.key) and one.date >= request.date:
            raise TrustError("was accepted before, or a newer one was", where=where, hint=_ASK)
    for known in listed:
        if known.address == listing.address and known.key and known.key != listing.key:
            raise TrustError(
                f"is signed by another key than {listing.address} is listed with",
                where=where,
                hint="ask the mirror's operator; if the key was lost: mirrorpress mirrors remove ADDRESS",
            )


def read_accepted(data: bytes, where: str) -> tuple[Accepted, ...]:
    """The notes of accepted requests. Raises ``TrustError``."""
    hint = "restore it from a backup; without it, requests of the last 30 days could be used again"
    found = document_of(data, where, _ACCEPTED, {"accepted"}, largest=_LARGEST_NOTES, hint=hint)
    try:
        return tuple(Accepted(one["address"], one["key"], _moment(one["date"])) for one in found["accepted"])
    except (TypeError, KeyError, ValueError) as error:
        raise TrustError("has a note that cannot be read", where=where, hint=hint) from error


def written_accepted(accepted: Iterable[Accepted], now: datetime) -> bytes:
    """The notes as a file, without those that no request can repeat any more."""
    kept = sorted(
        (one for one in accepted if now - one.date <= LIFE), key=lambda one: (one.address, one.date)
    )
    notes = [
        json.dumps({"address": one.address, "date": f"{one.date:{_MOMENT}}", "key": one.key}) for one in kept
    ]
    lines = ",\n".join(notes)
    return f'{{\n"mirrorpress": "{_ACCEPTED}",\n"accepted": [\n{lines}\n]\n}}\n'.encode()


def _moment(text: Any) -> datetime:
    if not isinstance(text, str):
        raise ValueError("has a date that is no text")
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
