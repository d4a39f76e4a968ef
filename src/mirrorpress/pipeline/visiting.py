"""Visiting the addresses of the mirror list: whether each answers, and whether what it has is genuine.

    metadata -> the home page, help, the mirror list -> a few files drawn by lot

The whole of a copy is checked by ``verify``. Here the lot decides, anew for each visit, so that none knows
which of its files will be looked at.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from mirrorpress.archive.signatures import Signing
from mirrorpress.archive.store import Archive
from mirrorpress.errors import FetchError, GatherError, TrustError
from mirrorpress.gather.places import Place, Repository, Site
from mirrorpress.gather.reach import reach_of
from mirrorpress.model import Capture, Configuration, FetchPolicy, Health, Listing, State, Visit
from mirrorpress.pipeline.authority import write
from mirrorpress.pipeline.comparing import address_of, is_genuine
from mirrorpress.pipeline.mirrorlist import HEALTH
from mirrorpress.trust.client import Client, ForeignError, ForgedError
from mirrorpress.trust.health import written_health
from mirrorpress.trust.roles import MIRRORS, bin_name, spots_of

_AT_ONCE = 4  # mirrors
_DRAWN = 4  # files
_MORE = 200_000  # bytes by which a copy's file may be larger than the origin's: its address may be longer
_LARGEST_HOME = 5_000_000  # bytes
_PATIENCE = 20.0  # seconds for the look-up of a name
_STARTS = {"markdown": ("README.md", "help.md"), "git": ("README.md", "help.md")}
_ON_SITES = ("index.html", "help.html")


@dataclass(frozen=True)
class _Own:
    """What is known here of an edition: its last signing, and files to look for, drawn by lot."""

    last: Signing | None
    drawn: Sequence[str]


@dataclass(frozen=True)
class Visiting:
    """Visits mirrors of the mirror whose ``roots`` these are, oldest first; ``fetch`` is the fetcher's."""

    configuration: Configuration
    archive: Archive
    roots: Sequence[bytes]
    fetch: Callable[..., Capture]
    clock: Callable[[], datetime]

    def check(self, tell: Callable[[Visit], None]) -> Health:
        """Visit all that are listed; ``tell`` gets each visit in the order of the list."""
        own = {edition.name: self._own(edition.name) for edition in self.configuration.editions}
        visits = []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for visit in pool.map(partial(self.visit, own), self.configuration.mirrors):
                tell(visit)
                visits.append(visit)
        return Health(self.clock().replace(microsecond=0), tuple(visits))

    def visit(self, own: dict[str, _Own], listing: Listing) -> Visit:
        """What one of them gives. Whatever is wrong with it is in the visit."""
        try:
            with _place(listing, self.configuration.fetch, self.fetch) as place:
                found = self._looked_at(own, listing, place)
                if found.state == "tampered":  # or it changed while it was read
                    found = self._looked_at(own, listing, place)
                return found
        except GatherError as error:
            return Visit(listing.address, "unreachable", reason=error.reason)

    def _looked_at(self, own: dict[str, _Own], listing: Listing, place: Place) -> Visit:
        starts = _STARTS.get(listing.kind, _ON_SITES)
        with tempfile.TemporaryDirectory(prefix="mirrorpress-") as folder:
            try:
                client = Client(Path(folder) / "new", place.read, self.roots[-1], self.clock())
                known = client.refresh()
            except TrustError as error:
                if self._lags(Path(folder) / "old", place):
                    reason = "is signed by keys that were replaced: it has not got the new ones"
                    return Visit(listing.address, "unknown-key", reason=reason)
                foreign = isinstance(error, ForeignError)
                return Visit(listing.address, "unknown-key" if foreign else "tampered", reason=str(error))
            except FetchError as error:
                if error.status != 404:
                    raise
                place.read(starts[0], _LARGEST_HOME)  # raises when nothing is there at all
                reason = "has pages, but no signatures: nothing of it can be checked"
                return Visit(listing.address, "tampered", reason=reason)
            here = own.get(known.edition, _Own(None, ()))
            behind = max(here.last.number - known.number, 0) if here.last else None
            judged = partial(Visit, listing.address, signed_at=known.signed_at, behind=behind)
            try:
                if client.listed(starts[0]) is None:  # of another kind: nobody signed what readers see first
                    raise ForgedError("has a home page that was never signed", where=starts[0])
                paths = (*starts, MIRRORS, *here.drawn)
                missing = _missing(client, self._bases(listing, place), place, paths)
            except TrustError as error:
                return judged("tampered", reason=str(error))
            if missing:
                return judged("incomplete", reason=f"{missing} is missing")
            state: State = "stale" if known.lapsed else "verified"
            return judged(state, reason="its signature has lapsed: it is not kept up" if known.lapsed else "")

    def _lags(self, folder: Path, place: Place) -> bool:
        """Whether a copy has only older roots than the newest, and is right by these. It is not trusted all
        the same: one of their keys may have been stolen."""
        try:
            known = Client(folder, place.read, self.roots[0], self.clock()).refresh()
        except (TrustError, FetchError):
            return False
        return known.root < len(self.roots)

    def _bases(self, listing: Listing, place: Place) -> list[str]:
        """Where the copy may be read: where it is listed, or where it says, if readers may be sent there."""
        told, listed = address_of(place), [one.address for one in self.configuration.mirrors]
        return [listing.address, *([told] if told in listed or listing.kind == "git" else [])]

    def _own(self, edition: str) -> _Own:
        last = self.archive.signatures.last(edition)
        if last is None:
            return _Own(None, ())
        lot = random.SystemRandom()
        first, end = spots_of(bin_name(last.bits, lot.randrange(2**last.bits)))
        paths = [file.path for file in self.archive.signatures.between(edition, first, end)]
        return _Own(last, lot.sample(paths, min(_DRAWN, len(paths))))


def keep_health(folder: Path, health: Health) -> None:
    """Note what a check found in a mirror's folder. Raises ``TrustError`` when it cannot be written."""
    write(folder / HEALTH, written_health(health))


def _missing(client: Client, bases: Sequence[str], place: Place, paths: Sequence[str]) -> str:
    """The first of these files that a copy, read at one of ``bases``, lacks; empty: it has all. Raises
    ``ForgedError`` for one that is not as it was signed."""
    for path in paths:
        listed = client.listed(path)
        if listed is None:
            continue
        try:
            data = place.read(path, listed.size + _MORE)
        except FetchError as error:
            if error.status == 404:
                return path
            raise
        if not any(is_genuine(listed, data, base) for base in bases):
            raise ForgedError("is not as it was signed", where=path, hint="")
    return ""


@contextmanager
def _place(listing: Listing, policy: FetchPolicy, fetch: Callable[..., Capture]) -> Iterator[Place]:
    if listing.kind != "git":
        yield Site(listing.address, fetch)
        return
    reach = reach_of(listing.address, policy, _PATIENCE)
    with tempfile.TemporaryDirectory(prefix="mirrorpress-") as folder:
        repository = Repository(listing.address, Path(folder) / "copy.git", reach=reach)
        try:
            yield repository
        finally:
            repository.close()
