"""Changing the mirror list: by hand, or as a follower asks for by a signed request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mirrorpress.errors import TrustError, UsageError
from mirrorpress.model import Configuration, Listing
from mirrorpress.pipeline.authority import Authority, write
from mirrorpress.pipeline.keyring import is_signed_for_people, unlocked
from mirrorpress.pipeline.mirrorlist import REQUESTS, content
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.mirrors import added, checked, written_mirrors
from mirrorpress.trust.requests import (
    LARGEST,
    NAMESPACE,
    Accepted,
    Request,
    fingerprint,
    judge,
    read_accepted,
    read_request,
    written_accepted,
)
from mirrorpress.trust.roles import MIRRORS


class MirrorList:
    """Changes the list of the mirror that ``configuration`` and ``authority`` are of.

    Each change is signed by the key of targets; where that is not at hand, it waits for ``key sign`` and the
    old list stays in force.

    Methods raise ``UsageError`` for a change that cannot be, ``TrustError`` for one that must not.
    """

    def __init__(self, configuration: Configuration, authority: Authority) -> None:
        self._folder = configuration.folder
        self._allow = configuration.fetch.allow_private
        self._authority = authority
        self._listed = configuration.mirrors

    def add(self, listing: Listing, now: datetime) -> None:
        """Put an entry into the list, in place of one of the same address."""
        try:
            self._put(added(self._listed, checked(listing, self._allow)), now)
        except ValueError as error:
            raise UsageError(
                str(error), where=listing.address, hint="see: mirrorpress mirrors list"
            ) from error

    def remove(self, address: str, now: datetime) -> Listing:
        """Take an entry out of the list; returns it."""
        for one in self._listed:
            if one.address.rstrip("/") == address.rstrip("/"):
                self._put([other for other in self._listed if other is not one], now)
                return one
        raise UsageError("is not in the mirror list", where=address, hint="see: mirrorpress mirrors list")

    def examine(self, path: Path, now: datetime) -> Request:
        """A request in a file, once it is sure that its key's holder made it, for this mirror, and that it
        was not used before."""
        where = str(path)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise UsageError(
                f"cannot be read: {error.strerror}", where=where, hint="name a request"
            ) from error
        request, signature = read_request(data, where, allow=self._allow)
        if not is_signed_for_people(request.key, request.payload, signature.encode(), NAMESPACE):
            raise TrustError(
                "is not signed by the key that it names",
                where=where,
                hint="somebody may have changed it on its way; ask its sender for another one",
            )
        place = self._folder / REQUESTS
        notes = content(place)
        judge(
            request,
            where,
            roots=[fingerprint(root, where) for root in self._authority.roots],
            listed=self._listed,
            accepted=read_accepted(notes, str(place)) if notes else (),
            now=now,
        )
        return request

    def accept(self, request: Request, now: datetime) -> Listing:
        """List what an examined request asks for, and remember it; returns the entry."""
        before = [one for one in self._listed if one.address == request.listing.address]
        listing = replace(request.listing, since=before[0].since if before else now.date())
        place = self._folder / REQUESTS
        notes = content(place)
        known = read_accepted(notes, str(place)) if notes else ()
        self.add(listing, now)
        write(
            place,
            written_accepted([*known, Accepted(listing.address, listing.key, request.date)], now),
        )
        return listing

    def _put(self, listings: Sequence[Listing], now: datetime) -> None:
        self._authority.put({MIRRORS: written_mirrors(listings)}, now)


def make_request(
    root: Path, listing: Listing, private: Path, now: datetime, *, allow: Sequence[str] = ()
) -> bytes:
    """A request to the mirror with this root, a file, for an entry with the key whose private half is
    ``private``. ``allow`` as for ``read_mirrors``.

    Raises ``UsageError`` for an entry that could not be listed, ``TrustError`` when a file is not what it
    should be or the key cannot sign.
    """
    key = _public_half(private)
    try:
        asked = checked(replace(listing, key=PublicKey(key.raw).line), allow)
    except ValueError as error:
        raise UsageError(str(error), where=listing.address, hint="correct it") from error
    try:
        named = fingerprint(root.read_bytes(), str(root))
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}",
            where=str(root),
            hint="name the upstream's root, which its operator writes with: mirrorpress key export",
        ) from error
    request = Request(named, now.replace(microsecond=0), asked)
    with unlocked([key], [private]) as keyring:
        signature = keyring.sign_for_people(key, request.payload, NAMESPACE)
    return request.sealed(signature.decode())


def _public_half(private: Path) -> PublicKey:
    public = Path(f"{private}.pub")
    try:
        return PublicKey.from_line(public.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no ed25519 key with its public half in {public.name}",
            where=str(private),
            hint="name a private key with --key FILE; --new-key makes one there",
        ) from error
