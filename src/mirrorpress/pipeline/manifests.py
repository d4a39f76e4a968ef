"""SHA256SUMS of a copy: the lists that people check with tools of their own, held against the signed ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from mirrorpress.errors import FetchError, OversizedError, TrustError
from mirrorpress.gather.places import Place
from mirrorpress.pipeline.comparing import Comparison, lists_by_folder
from mirrorpress.pipeline.keyring import is_signed_for_people
from mirrorpress.trust.client import Known, Listed
from mirrorpress.trust.roles import MANIFEST_NAMESPACE, SIGNATURE, SUMS
from mirrorpress.trust.sums import sums, sums_path

_LONGEST_SIGNATURE = 10_000  # bytes


def compare_manifests(
    place: Place, comparison: Comparison, files: Mapping[str, Listed], known: Known
) -> Sequence[str]:
    """Note lists of hashes that are missing or wrong in ``comparison``; returns what people are told.

    A follower's copy has other addresses in it, so that its lists are its own, or there are none.
    """
    signed = {path: one.sha256 for path, one in files.items()}
    expected = manifests(signed)
    if not comparison.address:
        for path, data in expected.items():
            _compare(place, path, data, comparison)
        return _compare_signature(place, known, expected[SUMS], comparison)
    own = manifests({**signed, **comparison.digests})
    there = 0
    for path, data in own.items():
        found = _read(place, path, max(len(data), len(expected[path])))
        if found is None:
            continue
        there += 1
        if found not in (data, expected[path]):
            comparison.altered.append(path)
    if not there:
        return ("the copy has no SHA256SUMS: its files were checked by the mirror's own signed lists",)
    return ("SHA256SUMS and its signature are the copy's own, not the mirror's",)


def manifests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every list of hashes of an edition with these files, by its path."""
    folders = lists_by_folder(files)
    top = folders.pop("", [])
    below = {sums_path(folder): sums(names) for folder, names in folders.items()}
    digests = [(path, hashlib.sha256(data).digest()) for path, data in below.items()]
    return {**below, SUMS: sums([*top, *digests])}


def _compare(place: Place, path: str, data: bytes, comparison: Comparison) -> None:
    try:
        if place.read(path, len(data)) != data:
            comparison.altered.append(path)
    except OversizedError:
        comparison.altered.append(path)
    except FetchError as error:
        (comparison.missing if error.status == 404 else comparison.unread).append(path)


def _compare_signature(place: Place, known: Known, data: bytes, comparison: Comparison) -> Sequence[str]:
    signature = _read(place, SIGNATURE, _LONGEST_SIGNATURE)
    if signature is None:
        comparison.missing.append(SIGNATURE)
        return ()
    try:
        if not is_signed_for_people(known.online, data, signature, MANIFEST_NAMESPACE):
            comparison.altered.append(SIGNATURE)
    except TrustError as error:
        return (f"{SIGNATURE} was not looked at: {error}",)
    return ()


def _read(place: Place, path: str, limit: int) -> bytes | None:
    """A file of the copy; None when there is none. One that is too long is empty."""
    try:
        return place.read(path, limit)
    except OversizedError:
        return b""
    except FetchError:
        return None
