"""Addresses as pages and feeds write them."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_IGNORED = re.compile(r"[\t\n\r]")  # WHATWG URL Standard, section 4.4: dropped wherever they stand
_OUTER = "".join(map(chr, range(0x21)))  # the same: C0 controls and space round an address


def absolute(base: str, reference: str) -> str:
    """``reference`` resolved against ``base``; empty unless it is an http or https address."""
    reference = _IGNORED.sub("", reference.strip(_OUTER))
    if not reference:
        return ""
    try:
        # urljoin takes "https://" alone for a relative reference and returns the base.
        joined = reference if urlsplit(reference).scheme in ("http", "https") else urljoin(base, reference)
        parts = urlsplit(joined)
        host, _ = parts.hostname, parts.port  # both raise for malformed ones
    except ValueError:
        return ""
    return joined if parts.scheme in ("http", "https") and host else ""


def without_fragment(url: str) -> str:
    return url.partition("#")[0]
