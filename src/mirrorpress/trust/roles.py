"""Who signs what in an edition: TUF's roles, where their metadata stands, how long it is good for.

    root (offline, threshold) ── targets (offline): mirrors.json, verify.html
        │                          ├── front (online): the files that change at every build
        │                          └── pages (online) ── pages-8-00 … pages-8-ff: all others, by hash of path
        ├── snapshot (online): the versions of all of these
        └── timestamp (online): the version of the snapshot, and how fresh it is

The bins are TUF's succinct ones (TAP 15). Their number only grows; those of a smaller number stay in the
snapshot, since a client takes a role that is gone from it for an attack.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

FIRST_ROOT = "trust/root/1.root.json"
"""Where the first root stands in a mirror's folder: a mirror that has it is signed."""
METADATA = "metadata/"
"""Where the metadata of an edition stands."""
COPY = f"{METADATA}copy.json"
"""Where a copy says at which address it is read. A hint: what it leads to is verified."""
SUMS = "SHA256SUMS"
"""What lists of hashes are called."""
SIGNATURE = f"{SUMS}.sig"
"""The signature of the top one."""
MANIFEST_NAMESPACE = "mirrorpress-manifest"
"""For what it is made (ssh-keygen(1), -Y sign -n)."""
MIRRORS = "mirrors.json"
VERIFIER = "verify.html"
OFFLINE_TARGETS = (MIRRORS, VERIFIER)
"""The files that ``targets`` signs itself."""

FRONT = "front"
PAGES = "pages"
FRONT_PATHS = ("*", "indexes/*", "feeds/*", "zh-*/*", "zh-*/indexes/*", "zh-*/feeds/*")
"""The files that are ``front``'s, as TUF's patterns (one star is within one segment)."""
ALL_HASHES = tuple("0123456789abcdef")

ROOT_LIFE = timedelta(days=730)
TARGETS_LIFE = timedelta(days=730)
PAGES_LIFE = timedelta(days=365)
SNAPSHOT_LIFE = timedelta(days=7)
TIMESTAMP_LIFE = timedelta(days=3)
_FEWEST_BITS, _MOST_BITS = 4, 16
_BYTES_AN_ENTRY, _BYTES_A_VERSION = 210, 33  # of a page in a bin, of a bin in the snapshot


def metadata_path(role: str, version: int | None = None) -> str:
    """Where a role's metadata stands; a root's with its ``version`` (TUF specification, 7.2)."""
    return f"{METADATA}{version}.{role}.json" if version else f"{METADATA}{role}.json"


def is_signing(path: str) -> bool:
    """Whether a file of an edition is there to check the others, and so in no list itself."""
    return path.startswith(METADATA) or path in (SUMS, SIGNATURE) or path.endswith(f"/{SUMS}")


def is_of_signing(path: str) -> bool:
    """Whether a file is put into an edition by whoever signs it, rather than rendered."""
    return path in OFFLINE_TARGETS or is_signing(path)


def is_front(path: str) -> bool:
    """Whether a file is ``front``'s; those that ``targets`` signs are not."""
    first, _, rest = path.partition("/")
    if not rest:
        return path not in OFFLINE_TARGETS
    if first.startswith("zh-"):
        first, _, rest = rest.partition("/")
        if not rest:
            return True
    return first in ("indexes", "feeds") and "/" not in rest


IN_FRONT, IN_TARGETS = -1, -2
"""The spots of files that are in no bin."""


def spot_of(path: str) -> int:
    """Where a file's entry is: the first 32 bits of its path's SHA-256, which decide on its bin (TAP 15);
    ``IN_FRONT`` or ``IN_TARGETS`` when that signs it."""
    if path in OFFLINE_TARGETS:
        return IN_TARGETS
    if is_front(path):
        return IN_FRONT
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:4])


def bin_name(bits: int, number: int) -> str:
    """The role of a bin, of 2**``bits``."""
    return f"{bins_prefix(bits)}-{number:0{len(f'{2**bits - 1:x}')}x}"


def bin_names(bits: int) -> list[str]:
    """The roles of all bins."""
    return [bin_name(bits, number) for number in range(2**bits)]


def bits_of(role: str) -> int:
    """Of how many bins a role is one, as bits; 0 for a role that is none."""
    return int(role.split("-")[1]) if role.startswith(f"{PAGES}-") else 0


def spots_of(role: str) -> tuple[int, int]:
    """The first and last spot of a role's files."""
    if not (bits := bits_of(role)):
        return (IN_FRONT, IN_FRONT) if role == FRONT else (IN_TARGETS, IN_TARGETS)
    first = int(role.rpartition("-")[2], 16) << (32 - bits)
    return first, first + (1 << (32 - bits)) - 1


def role_of(path: str, bits: int) -> str:
    """The role that lists a file, where there are 2**``bits`` bins."""
    at = spot_of(path)
    if at < 0:
        return FRONT if at == IN_FRONT else "targets"
    return bin_name(bits, at >> (32 - bits))


def bins_prefix(bits: int) -> str:
    return f"{PAGES}-{bits}"


def bits_for(files: int, bits: int = 0) -> int:
    """How many bits of the hash tell bins apart: as few bytes as can be for a reader who checks one page, who
    fetches the snapshot and one bin; never less than ``bits``."""
    wanted = _FEWEST_BITS
    while wanted < _MOST_BITS and files * _BYTES_AN_ENTRY > 2 * 4**wanted * _BYTES_A_VERSION:
        wanted += 1
    return max(wanted, bits)


def expiry(now: datetime, life: timedelta) -> datetime:
    """When metadata signed ``now`` lapses. That which lives long lapses at the end of a day, so that what is
    signed on one day says the same."""
    ends = now + life
    if life > SNAPSHOT_LIFE:
        ends = ends.replace(hour=23, minute=59, second=59)
    return ends.astimezone(UTC).replace(microsecond=0)
