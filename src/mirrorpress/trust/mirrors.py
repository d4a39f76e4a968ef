"""The mirror list: ``mirrors.json``, one of the files that the offline key of targets signs.

    {
    "mirrorpress": "mirrors 1",
    "mirrors": [
    {"address": "https://…/", "kind": "site", "languages": ["fa"], "operator": "…", "since": "2026-11-25"},
    …
    ]
    }

An entry a line, by address, so that a small change of the list is one of its file. Whoever wrote it, nothing
is taken from it that could lead a reader, or a check, to an address that is not public.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from mirrorpress.errors import TrustError
from mirrorpress.links import is_literal_ip
from mirrorpress.model import KINDS, Kind, Listing
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.roles import MIRRORS

LARGEST = 64_000
"""Bytes of a mirror list."""
MOST = 200
"""Entries of one."""
LONGEST_ADDRESS = 300  # characters; with a page's path it still fits into a QR code
LONGEST_OPERATOR = 60
_MOST_LANGUAGES = 10
_FORM = "mirrors 1"
_HINT = "write it with mirrorpress mirrors add, or restore it from a published copy"

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253})(?P<port>:[1-9][0-9]{0,4})?"
    r"(?P<path>/(?:[A-Za-z0-9_.~/-]|%[0-9A-Fa-f]{2})*)"
)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ONION = re.compile(r"[a-z2-7]{56}\.onion")  # an onion service is https without the s: the name is its key
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
# Names that mean something else in every network, or nothing (RFC 6761, 6762, 8375; ICANN's "internal").
_PRIVATE = re.compile(
    r"(?:.*\.)?(?:localhost|localdomain|local|internal|intranet|lan|home|corp|home\.arpa|test|invalid)"
)
# Controls, marks and embeddings of direction, what joins or cannot be seen, half characters.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff"
    "\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e0fff]"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_mirrors(data: bytes, where: str = MIRRORS, *, allow: Iterable[str] = ()) -> tuple[Listing, ...]:
    """The entries of a mirror list, by address. ``allow`` are hosts ("host:port" or "host") that may be
    listed although they are not public.

    Raises ``TrustError`` for a list with anything in it that ``checked`` refuses, or of another form.
    """
    document = document_of(data, where, _FORM, {"mirrors"}, largest=LARGEST, hint=_HINT)
    entries = document["mirrors"]
    if not isinstance(entries, list) or len(entries) > MOST:
        found = f"{len(entries):,} entries" if isinstance(entries, list) else "no list"
        raise TrustError(f"has {found}, not up to {MOST}", where=where, hint=_HINT)
    allowed = frozenset(allow)
    try:
        return _sorted([checked(_listing(entry), allowed) for entry in entries])
    except ValueError as error:
        raise TrustError(str(error), where=where, hint=_HINT) from error


def written_mirrors(listings: Iterable[Listing]) -> bytes:
    """The file of a mirror list. Raises ``ValueError`` when it would have too many entries or bytes."""
    known = _sorted(list(listings))
    if len(known) > MOST:
        raise ValueError(f"a mirror list has up to {MOST} entries")
    lines = ",\n".join(json.dumps(entry_of(one), sort_keys=True, ensure_ascii=False) for one in known)
    data = f'{{\n"mirrorpress": "{_FORM}",\n"mirrors": [\n{lines}\n]\n}}\n'.encode()
    if len(data) > LARGEST:
        raise ValueError(f"a mirror list has up to {LARGEST:,} bytes")
    return data


def added(listings: Sequence[Listing], listing: Listing) -> tuple[Listing, ...]:
    """The list with an entry, in place of one of the same address."""
    return _sorted([*(one for one in listings if one.address != listing.address), listing])


def checked(listing: Listing, allow: Iterable[str] = ()) -> Listing:
    """An entry with its key as lists hold it. Raises ``ValueError`` for one that may not be listed."""
    check_address(listing.address, listing.kind, allow)
    if not all(map(_LANGUAGE.fullmatch, listing.languages)) or len(listing.languages) > _MOST_LANGUAGES:
        raise ValueError(f"{listing.address} has languages that are not up to {_MOST_LANGUAGES} BCP 47 tags")
    name = listing.operator
    if len(name) > LONGEST_OPERATOR or _UNSEEN.search(name) or name != " ".join(name.split()):
        raise ValueError(
            f"{listing.address} has an operator that is not a name of up to {LONGEST_OPERATOR} letters"
        )
    if listing.key and PublicKey(PublicKey.from_line(listing.key).raw).line != listing.key:
        raise ValueError(f"{listing.address} has a key with something after it")
    return listing


def check_address(address: str, kind: Kind, allow: Iterable[str] = ()) -> None:
    """Raises ``ValueError`` for an address that may not be listed: one that is not https to a public name (or
    an onion service), or holds more than a path."""
    shown = _UNSEEN.sub("?", address[:100])
    found = _ADDRESS.fullmatch(address)
    if not found or len(address) > LONGEST_ADDRESS:
        raise ValueError(
            f"{shown} is no address of a mirror: https://, a name in small letters, and a path of letters, "
            f"digits and %_.~-, in all up to {LONGEST_ADDRESS} characters"
        )
    host, port = found["host"], found["port"] or ""
    segments = found["path"].lower().replace("%2e", ".").split("/")
    if "" in segments[1:-1] or not {".", ".."}.isdisjoint(segments):
        raise ValueError(f"{shown} has a path that leads astray")
    if kind != "git" and segments[-1]:
        raise ValueError(f"{shown} does not end with a slash, below which pages stand")
    if not {host, f"{host}{port}"}.isdisjoint(allow):
        return
    if _ONION.fullmatch(host):
        return
    if is_literal_ip(host) or not _NAME.fullmatch(host) or _PRIVATE.fullmatch(host):
        raise ValueError(f"{shown} is not at a public name")
    if found["scheme"] != "https":
        raise ValueError(f"{shown} is not https")


def entry_of(listing: Listing) -> dict[str, Any]:
    """An entry as JSON holds it, without what it does not say."""
    found = {
        "address": listing.address,
        "kind": listing.kind,
        "languages": list(listing.languages),
        "operator": listing.operator,
        "since": listing.since.isoformat(),
        "key": listing.key,
    }
    return {key: value for key, value in found.items() if value}


def document_of(
    data: bytes, where: str, form: str, keys: set[str], *, largest: int, hint: str
) -> Mapping[str, Any]:
    """A JSON document of ours of some form, with just these keys. Raises ``TrustError`` for anything else."""
    if len(data) > largest:
        raise TrustError(f"has more than {largest:,} bytes", where=where, hint=hint)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise TrustError("is no JSON", where=where, hint=hint) from error
    if (
        not isinstance(found, dict)
        or found.get("mirrorpress") != form
        or found.keys() != {"mirrorpress", *keys}
    ):
        raise TrustError(f"is not of the form “{form}”", where=where, hint=hint)
    return found


def listing_of(entry: Any, since: date | None = None) -> Listing:
    """The entry that JSON holds, listed ``since`` a day where it does not say that itself. Raises
    ``ValueError`` for what is none."""
    known = {"address", "kind", "languages", "operator", "key"} | (set() if since else {"since"})
    if not isinstance(entry, dict) or not entry.keys() <= known:
        raise ValueError(f"has an entry that is not of {', '.join(sorted(known))}")
    texts = {key: entry.get(key, "") for key in known - {"languages"}}
    languages = entry.get("languages", [])
    if not all(isinstance(text, str) for text in texts.values()) or not isinstance(languages, list):
        raise ValueError("has an entry whose values are no texts")
    if not all(isinstance(one, str) for one in languages):
        raise ValueError("has an entry whose languages are no texts")
    kind: Any = texts["kind"]
    if kind not in get_args(Kind):
        raise ValueError(f"has an entry whose kind is none of {', '.join(KINDS)}")
    day = since or _day(texts["since"])
    return Listing(texts["address"], kind, day, tuple(languages), texts["operator"], texts["key"])


def _listing(entry: Any) -> Listing:
    return listing_of(entry)


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError("has an entry without the day since when it is listed, as 2026-11-25")
    return date.fromisoformat(text)


def _sorted(listings: list[Listing]) -> tuple[Listing, ...]:
    seen: set[str] = set()
    for one in listings:
        if one.address.rstrip("/") in seen:
            raise ValueError(f"lists {one.address} twice")
        seen.add(one.address.rstrip("/"))
    return tuple(sorted(listings, key=lambda one: one.address))
