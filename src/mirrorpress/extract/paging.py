"""Which address an article goes on at."""

from __future__ import annotations

import re
from itertools import islice

from mirrorpress import links
from mirrorpress.markup import Document

_NUMBER = re.compile(
    r"(?:/page|/seite|/pagina|/p)?[/_-](\d{1,3})(?=/?$|\.\w{2,5}$)|[?&](?:page|p|seite|pagina|pg)=(\d{1,3})\b"
)
_DAY = re.compile(r"/(?:19|20)\d\d/\d{1,2}/?$")  # what is left of the address of a day's archive
_LONGEST = 2000  # characters of an address
_MOST = 10  # numbers in an address that are looked at
_LAST = 50  # pages; a larger number in an address is no page of an article


def next_page(document: Document, url: str) -> str:
    """The address of an article's next page, from ``rel=next`` (HTML, section 4.6.7.8); empty for none.

    Weblogs name the next article so: only an address that differs from the page's own by the number of the
    page counts.
    """
    for element in document.select("link[rel~=next i][href], a[rel~=next i][href]")[:4]:
        address = links.resolve((element.attr("href") or "")[: _LONGEST + 1], url).split("#", 1)[0]
        if 0 < len(address) <= _LONGEST and _is_next(address, url.split("#", 1)[0]):
            return address
    return ""


def _is_next(address: str, url: str) -> bool:
    for here, number in ((url, 1), *_numbered(url)):
        for there, following in _numbered(address):
            if there == here and following == number + 1:
                return True
    return False


def _numbered(url: str) -> list[tuple[str, int]]:
    """The address without what may be the number of a page, and that number, for each place of one."""
    found = []
    for match in islice(_NUMBER.finditer(url), _MOST):
        number = int(match[1] or match[2])
        rest = url[: match.start()] + url[match.end() :]
        if 0 < number <= _LAST and not _DAY.search(rest):
            found.append((rest.replace("?&", "?").rstrip("?&"), number))
    return found
