"""What a person names to be verified: a page on the web, in a folder, or saved away from its edition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mirrorpress.errors import FetchError, UsageError
from mirrorpress.gather.places import Folder, Place, is_repository
from mirrorpress.links import file_address
from mirrorpress.pipeline.comparing import addresses_in
from mirrorpress.pipeline.verifying import address_in, beginning_with, timestamp_of
from mirrorpress.trust.client import Fetch
from mirrorpress.trust.roles import metadata_path

LARGEST_PAGE = 20_000_000  # bytes
_DEEPEST = 12  # folders that an edition may lie in, below its host
_ADDRESS = re.compile(rb"https?://[^\s\"'<>()\\]{1,2000}")
_MOST = 400  # addresses of a page that are looked at
_FILE = re.compile(r"[^/]+\.[A-Za-z][A-Za-z0-9]{0,14}$")


@dataclass(frozen=True)
class Page:
    """A page and where the metadata of its edition is had. It is of a copy at one of ``addresses``, as far as
    that is known; ``where`` is what people call it."""

    fetch: Fetch
    path: str
    data: bytes
    addresses: Sequence[str]
    where: str


def is_page(where: str) -> bool:
    """Whether an address is that of a page rather than of an edition."""
    if is_repository(where) or not where.startswith(("https://", "http://")):
        return False
    return _FILE.search(urlsplit(where).path) is not None


def page_on_site(url: str, site: Callable[[str], Place]) -> Page:
    """The page at an address; ``site`` gives the place at a base. Raises ``FetchError``, and ``UsageError``
    for a page above which there is no metadata."""
    clean = url.partition("#")[0].partition("?")[0]
    folder, _, name = clean.rpartition("/")
    data = site(f"{folder}/").read(unquote(name), LARGEST_PAGE)
    return _page_below(clean, data, site, url)


def saved_page(file: Path, at: str, site: Callable[[str], Place]) -> Page:
    """A page that was saved from ``at``: its own address, or that of its edition, when the page says the
    rest."""
    data = read_page(file)
    if is_page(at):
        return _page_below(at.partition("#")[0].partition("?")[0], data, site, str(file))
    base = at if at.endswith("/") else f"{at}/"
    place = site(base)
    newest = timestamp_of(place.read)
    if path := _path_in(data, (base, address_in(newest))):
        fetch = beginning_with({metadata_path("timestamp"): newest}, place.read)
        return Page(fetch, path, data, (base, *addresses_in(data, path)), str(file))
    raise UsageError(
        "does not say where it stands in its edition",
        where=str(file),
        hint="give the page's whole address with --at",
    )


def page_in_folder(file: Path) -> Page:
    """A page within a copy in a folder. Raises ``UsageError`` for one that is in none."""
    whole = file.absolute()
    for folder in islice(whole.parents, _DEEPEST):
        if (folder / metadata_path("timestamp")).is_file():
            path = whole.relative_to(folder).as_posix()
            data = read_page(file)
            return Page(Folder(folder).read, path, data, tuple(addresses_in(data, path)), str(file))
    raise UsageError(
        "is in no folder of an edition",
        where=str(file),
        hint="name its proof with --proof FILE, or where it was saved from with --at ADDRESS",
    )


def read_page(file: Path) -> bytes:
    """A saved page. Raises ``UsageError``."""
    try:
        if not file.is_file():
            raise UsageError("is no file", where=str(file), hint="name a saved page")
        with file.open("rb") as opened:
            data = opened.read(LARGEST_PAGE + 1)
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}", where=str(file), hint="name a saved page"
        ) from error
    if len(data) > LARGEST_PAGE:
        raise UsageError(f"has more than {LARGEST_PAGE:,} bytes", where=str(file), hint="name a page")
    return data


def _page_below(url: str, data: bytes, site: Callable[[str], Place], where: str) -> Page:
    for base in _bases(url, data):
        place = site(base)
        try:
            newest = timestamp_of(place.read)
        except FetchError as error:
            if error.status in (403, 404, 410):
                continue
            raise
        fetch = beginning_with({metadata_path("timestamp"): newest}, place.read)
        path = unquote(url[len(base) :])
        return Page(fetch, path, data, (base, *addresses_in(data, path)), where)
    raise UsageError(
        "stands in no signed edition", where=where, hint="name the edition's address with --at, or a proof"
    )


def _bases(url: str, data: bytes) -> Iterator[str]:
    """Where the edition of a page may begin, the likeliest first: a copy and its origin have the same paths,
    and a page names its place at the origin."""
    scheme, _, rest = url.partition("://")
    host, *names = rest.split("/")
    depths = []
    for text in islice(_ADDRESS.findall(data), _MOST):
        other = text.decode("ascii", "replace").partition("://")[2].split("/")[1:]
        common = 0
        while common < min(len(other), len(names)) and other[-1 - common] == names[-1 - common]:
            common += 1
        if 0 < common < len(names):
            depths.append(len(names) - common)
    every = range(min(len(names), _DEEPEST))
    bases = {depth: f"{scheme}://{host}/" + "".join(f"{name}/" for name in names[:depth]) for depth in every}
    shown = [depth for depth, base in bases.items() if file_address(base) != base]  # by a git host
    for depth in dict.fromkeys((*shown[:1], *sorted(depths), *every)):
        if depth in bases:
            yield bases[depth]


def _path_in(data: bytes, bases: Sequence[str]) -> str:
    """Where a saved page says that it stands below one of ``bases``: HTML by its canonical address, Markdown
    by the address to share, which is its last own one; empty: it does not say."""
    found = re.search(rb'<link rel="canonical" href="([^"]{1,2000})"', data)
    for text in [found[1]] if found else _ADDRESS.findall(data)[::-1]:
        address = text.decode("ascii", "replace")
        for base in filter(None, bases):
            path = address.removeprefix(base)
            if path != address and path.endswith((".md", ".html")):
                return unquote(path)
    return ""
