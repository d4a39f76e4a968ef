"""When two addresses are one article, and which file name an article gets."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

from mirrorpress.links import without_tracking

_LONGEST = 80  # characters of an id; 240 bytes in UTF-8 at the most, with ".md" and "-99" still under 255
_SUFFIX = re.compile(r"\.(html?|shtml|xhtml|php\d?|aspx?|jsp|cgi|md)$", re.IGNORECASE)
# Names that Windows cannot hold (whatever follows a dot), and those that git refuses in a tree.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|\.?git|git~\d+|\.*)$")
# What an edition has for itself, in ``indexes/`` and at its root.
_ITS_OWN = frozenset({"hot", "picks", "corrections", "indexes", "feeds", "assets", "sitemaps"})
_UNSAFE = re.compile(r"[^\w.-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def comparable(url: str) -> str:
    """A form that is the same for all addresses of one article: without scheme, ``www.``, default port,
    fragment, tracking parameters and final slash; percent-encoding in one form (RFC 3986, 6.2.2)."""
    try:
        parts = urlsplit(without_tracking(url.strip()))
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
        port = parts.port
    except ValueError:
        return url.strip()
    place = host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~").rstrip("/")
    return f"{place}{path}{'?' + parts.query if parts.query else ''}"


def last_segment(key: str) -> str:
    """The last segment of a comparable address's path."""
    return key.partition("?")[0].rpartition("/")[2]


def id_of(url: str) -> str:
    """The id that an address asks for: its last segment without suffix, lower case, safe for every file
    system and for git, never differing from another only in case or accents.

    What distinguishes ``article.php?id=7`` is its query, so that is kept.
    """
    try:
        parts = urlsplit(without_tracking(url))
    except ValueError:
        return _hash(url)
    segments = [segment for segment in unquote(parts.path).split("/") if segment.strip()]
    name = _SUFFIX.sub("", segments[-1]) if segments else ""
    if parts.query:
        name = f"{name}-{re.sub(r'[^=&]*=', '', unquote(parts.query))}"
    return safe_id(name) or _hash(comparable(url))


def safe_id(name: str) -> str:
    """A name made safe, or an empty string when nothing readable is left of it."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = re.sub("[\u0300-\u036f]", "", plain)
    plain = unicodedata.normalize("NFC", plain)
    plain = _UNSAFE.sub("-", "".join(c for c in plain if unicodedata.category(c)[0] in "LN" or c in "._- "))
    plain = re.sub(r"\.\.+", ".", plain).strip(".-_ ")
    if len(plain) > _LONGEST:
        plain = f"{plain[: _LONGEST - 9].rstrip('.-_')}-{_hash(name)[:8]}"
    if not plain:
        return ""
    stem, dot, rest = plain.partition(".")  # Windows looks at what stands before the first dot
    return f"{stem}-page{dot}{rest}" if _RESERVED.match(stem) else plain


def section_id(name: str) -> str:
    """A section's name as an old mirror has it, where it is safe in paths; else made so; empty for none."""
    made = as_named(name)
    return f"{made}-section" if made.casefold() in _ITS_OWN else made


def as_named(name: str) -> str:
    """A name as an old mirror has it, capitals too, where it is safe in paths; else made so; empty for none.
    It never ends as a page's file does, as folders may be called by it."""
    made = safe_id(name)
    if made.endswith(".md"):
        return f"{made.removesuffix('.md')}-md"
    return name if name.casefold() == made else made


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
