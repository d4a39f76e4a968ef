"""The files of a copy, compared with what is signed of them.

A file is genuine if its bytes are those that were signed, or if its neutral form is, at the address that the
copy has in place of the origin's, and its QR codes say that address. One copy has one address.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from urllib.parse import unquote

from mirrorpress.editions.compressed import unfolded
from mirrorpress.editions.copies import has_right_code, neutral
from mirrorpress.errors import FetchError, OversizedError
from mirrorpress.gather.places import Place
from mirrorpress.trust.answers import Findings
from mirrorpress.trust.client import Listed
from mirrorpress.trust.roles import COPY

_LONGEST_HINT = 4096  # bytes
_FOLDED = (".gz", ".br")
_PAGE = re.compile(rb"(https?://[A-Za-z0-9.\[\]:_-]+/)([A-Za-z0-9%_.~/-]*\.(?:html|md|xml))\b")
_MOST_ADDRESSES = 24  # that a page is asked whether it is of; our own have fewer
_ROOM = 65_536  # bytes that a file may grow by when its addresses get longer


def address_of(place: Place) -> str:
    """Where a copy says that it is read; empty: it does not say."""
    with suppress(FetchError, ValueError, KeyError, TypeError, RecursionError):
        return str(json.loads(place.read(COPY, _LONGEST_HINT))["address"])
    return ""


def is_genuine(listed: Listed, data: bytes, address: str = "") -> bool:
    """Whether ``data`` is a file as it was signed, or what the copy read at ``address`` (empty: none) has in
    its place."""
    if len(data) == listed.size and hashlib.sha256(data).digest() == listed.sha256:
        return True
    if not (listed.neutral and address):
        return False
    try:
        bare = neutral(listed.path, data, address)
        if hashlib.sha256(bare).digest() != listed.neutral:
            return False
        return has_right_code(listed.path, data, address)
    except ValueError:
        return False


def addresses_in(data: bytes, path: str = "") -> Iterator[str]:
    """Bases that a file's own addresses may have, the likeliest first: where a page of the same path is, then
    what most addresses of pages begin with."""
    counted: Counter[str] = Counter()
    for found in islice(_PAGE.finditer(data), 200):
        host, rest = found[1].decode(), found[2].decode()
        names = rest.split("/")[:-1]
        for depth in range(min(len(names), 12) + 1):
            base = host + "".join(f"{name}/" for name in names[:depth])
            likely = path and unquote(rest) == "/".join([*names[:depth], path])
            counted[base] += 1000 if likely else 1
    for base, _ in counted.most_common(_MOST_ADDRESSES):
        yield base


class Comparison:
    """Compares files of a place one by one. ``address`` is where the copy is read: given, else as the place
    says, else found in the first file that has another than the origin's."""

    def __init__(self, place: Place, address: str = "") -> None:
        self._place = place
        self._guesses = tuple(filter(None, [address] if address else [place.address, address_of(place)]))
        self._is_given = bool(address)
        self.address = ""
        self.genuine: dict[str, Listed] = {}
        self.digests: dict[str, bytes] = {}  # of genuine files that are not as the origin's
        self.missing: list[str] = []
        self.altered: list[str] = []
        self.unread: list[str] = []
        self._later: list[Listed] = []

    def compare(self, files: Iterable[Listed]) -> Iterator[int]:
        """Compare ``files``; yields how many there were so far."""
        for count, listed in enumerate(files, start=1):
            self.take(listed, self.read(listed))
            yield count

    def read(self, listed: Listed) -> bytes | FetchError:
        """A file's bytes, or why they cannot be had; from any thread."""
        may_grow = listed.neutral or listed.path.endswith(_FOLDED)
        try:
            return self._place.read(listed.path, 2 * listed.size + _ROOM if may_grow else listed.size)
        except FetchError as error:
            return error

    def take(self, listed: Listed, data: bytes | FetchError) -> None:
        """Judge a file by what ``read`` gave."""
        if isinstance(data, FetchError):
            self._refuse(listed, data)
        elif hashlib.sha256(data).digest() == listed.sha256:
            self.genuine[listed.path] = listed
        elif listed.path.endswith(_FOLDED) or (listed.neutral and not self._is_here(listed, data)):
            self._later.append(listed)
        elif listed.neutral:
            self._accept(listed, data)
        else:
            self.altered.append(listed.path)

    def finish(self) -> None:
        """Judge the files that others had to come before."""
        waiting, self._later = self._later, []
        if not self.address:  # a QR code, or a file whose own address is not the copy's
            waiting.sort(key=lambda one: one.path.endswith((".png", *_FOLDED)))
        for listed in waiting:
            data = self.read(listed)
            if isinstance(data, FetchError):
                self._refuse(listed, data)
            elif listed.path.endswith(_FOLDED):
                self._compare_folded(listed, data)
            elif self._is_here(listed, data):
                self._accept(listed, data)
            else:
                self.altered.append(listed.path)

    def findings(self, **more: object) -> Findings:
        """What came of it."""
        return Findings(
            genuine=len(self.genuine),
            missing=sorted(self.missing),
            altered=sorted(self.altered),
            unread=sorted(self.unread),
            address=self.address,
            **more,  # type: ignore[arg-type]
        )

    # --- steps ---------------------------------------------------------------------------

    def _accept(self, listed: Listed, data: bytes) -> None:
        self.genuine[listed.path] = listed
        self.digests[listed.path] = hashlib.sha256(data).digest()

    def _refuse(self, listed: Listed, error: FetchError) -> None:
        if error.status in (404, 410):
            self.missing.append(listed.path)
        elif isinstance(error, OversizedError):
            self.altered.append(listed.path)
        else:
            self.unread.append(listed.path)

    def _is_here(self, listed: Listed, data: bytes) -> bool:
        """Whether a file is genuine at the copy's address, which is found with it if it is not known yet."""
        if self.address:
            return is_genuine(listed, data, self.address)
        found = () if self._is_given else addresses_in(data, listed.path)
        for address in dict.fromkeys((*self._guesses, *found)):
            if is_genuine(listed, data, address):
                if not listed.path.endswith(".png"):  # a file that has no address in it says nothing of it
                    self.address = address
                return True
        return False

    def _compare_folded(self, listed: Listed, data: bytes) -> None:
        """A compressed file is genuine if it holds the file beside it, and that is."""
        plain = self.genuine.get(listed.path[:-3])
        if plain is None:
            self.unread.append(listed.path)
            return
        expected = self.read(plain)
        try:
            same = not isinstance(expected, FetchError) and unfolded(listed.path, data, len(expected)) == (
                listed.path[:-3],
                expected,
            )
        except ModuleNotFoundError:  # of the extra "brotli"
            self.unread.append(listed.path)
            return
        except (ValueError, zlib.error):
            same = False
        if same:
            self._accept(listed, data)
        else:
            self.altered.append(listed.path)


def lists_by_folder(files: Mapping[str, bytes]) -> dict[str, list[tuple[str, bytes]]]:
    """Names and digests of files by their folder."""
    folders: dict[str, list[tuple[str, bytes]]] = {}
    for path, digest in files.items():
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append((name, digest))
    return folders
