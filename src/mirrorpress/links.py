"""Which addresses a page of ours may name, and in what form."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, normalize
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_[ce]id|ref_src|ref_url|_hs\w+|spm|cmpid|ocid)$",
    re.IGNORECASE,
)
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_BARE = (
    # "https://ａ.example/": GitHub's parser takes any letter for the first of a host
    re.compile(
        r"(?:https?://|ftp://|www\.)(?:[^\s<>\"'`“”‘’《》][^\s<>\"'`\u3000-\u303f\uff00-\uffef“”‘’《》]*)?",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![\w.+-]){_EMAIL}", re.ASCII),
)


# Controls, marks of direction, and what is no character cannot stand in a host (UTS 46).
_NO_HOST = re.compile(
    "[\x00-\x20\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff]"
)


def may_hold_address(text: str) -> bool:
    """A cheap first look: whether a text is worth searching for addresses."""
    return "://" in text or "@" in text or "www." in text.lower()


def bare_addresses(text: str) -> list[tuple[int, int]]:
    """Where the addresses stand that GitHub-flavoured Markdown turns into links by itself (GFM 6.9): on the
    web, ended before CJK punctuation, and of mail."""
    if not may_hold_address(text):
        return []
    found: list[tuple[int, int]] = []
    position = 0
    for web in _BARE[0].finditer(text):
        end = web.start() + len(_without_sentence_end(web[0]))
        found += [mail.span() for mail in _BARE[1].finditer(text, position, web.start())]
        found.append((web.start(), end))
        position = end
    return found + [mail.span() for mail in _BARE[1].finditer(text, position)]


def target_of(bare: str) -> str:
    """Where a bare address leads."""
    return f"mailto:{bare}" if re.fullmatch(_EMAIL, bare, re.ASCII) else bare


# An absolute address that joining and splitting would give back letter by letter: most links of a page.
_SETTLED = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[\w!$&'()*+,;=:@%/.~-]*)?(?:\?[\w!$&'()*+,;=:@%/.~-]+)?",
    re.ASCII,
)


def resolve(href: str, base: str) -> str:
    """The absolute address behind an ``href``, ASCII but for its host; an empty string when there is none."""
    if _SETTLED.fullmatch(href):
        return href
    href = re.sub(r"[\t\r\n]", "", href.strip())
    if not href:
        return ""
    try:
        parts = urlsplit(urljoin(base, href))
        path, query, fragment = (_ascii(part) for part in (parts.path, parts.query, parts.fragment))
    except ValueError:  # UnicodeEncodeError too: JSON can hold half a surrogate pair
        return ""
    if _NO_HOST.search(parts.netloc) or (not parts.netloc and path.startswith("//")):
        return ""  # "https:////[x" would become "https://[x"
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


def _ascii(part: str) -> str:
    if part.isascii() and part.isprintable():
        return part
    return quote(part, safe="%/:?#[]@!$&'()*+,;=~\" <>\\^`{|}")


def without_tracking(url: str) -> str:
    """The address without the parameters that only tell where a reader came from, be they in its query or, as
    some counters read them there too, in its fragment."""
    if "?" not in url and "#" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query, fragment = _untold(parts.query), _untold(parts.fragment)
    if (query, fragment) == (parts.query, parts.fragment):
        return url
    return urlunsplit(parts._replace(query=query, fragment=fragment))


def _untold(parameters: str) -> str:
    if not parameters:
        return ""
    pairs = parse_qsl(parameters, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _TRACKING.match(key.strip("\0 "))]
    return parameters if len(kept) == len(pairs) else urlencode(kept)


def _without_sentence_end(address: str) -> str:
    """A bare address without the punctuation of the sentence round it; brackets that it opens itself stay."""
    unopened = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    end = len(address)
    while end and (last := address[end - 1]) in ".,;:!?)]}。，、；：！？）】" and unopened.get(last, 1) > 0:
        if last in unopened:
            unopened[last] -= 1
        end -= 1
    return address[:end]


def is_literal_ip(host: str) -> bool:
    """Whether a host is an address rather than a name, in any form that browsers take: IPv6, or a last label
    that is a number (WHATWG URL 3.5, "ends in a number"), once it is decoded and mapped ("127.0.0.%31",
    "127。0。0。①")."""
    host = unquote(host)
    if not host.isascii():
        host = _mapped(host)
    last = host.strip("[]").rstrip(".").rsplit(".", 1)[-1]
    return ":" in host or bool(re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", last))


_UNFIT = re.compile(r"[\s<>\"\\^`{|}]")
# Of a host with a name whose last label no browser takes for a number, without anything that is odd.
_USUAL = re.compile(
    r"https://(?:[a-z0-9-]+\.)+(?!localhost(?:/|$))[a-z][a-z0-9-]*(?:/[\w!$&'()*+,;=:@%/.~?#-]*)?", re.ASCII
)


def _mapped(host: str) -> str:
    """A host about as UTS 46 maps it; more is left out than there, and no name ends in what is left."""
    plain = normalize("NFKC", host).replace("。", ".")
    return "".join(one for one in plain if (one.isalnum() or one in ".:-") and one not in "\u115f\u1160")


@lru_cache(maxsize=1024)  # a page's links are looked at when they are read and when they are sanitised
def followable(url: str) -> bool:
    """Whether a reader may be sent there by a click: https to a named host, or mailto."""
    if _USUAL.fullmatch(url):
        return True
    if _UNFIT.search(url):
        return False
    if url[:7].lower() == "mailto:":
        parts = urlsplit(url)
        return bool(re.fullmatch(_EMAIL, parts.path, re.ASCII)) and not parts.query
    return leads_to_a_name(url)


_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\"#%/:<>?@\[\\\]^`{|}]")  # in a decoded name (WHATWG URL 3.1)


def leads_to_a_name(url: str) -> bool:
    """Whether an address is https to a host that has a name in the web, without user and password. This
    machine's own name is none there (RFC 6761, 6.3)."""
    try:
        parts = urlsplit(url)
        name = unquote(parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme != "https" or re.search(r"[@[]", parts.netloc) or _FORBIDDEN.search(name):
        return False
    # What is no letter to us may be one to a browser, whose Unicode may be newer.
    known = name.isascii() or all(category(one) != "Cn" for one in name)
    return "." in name and known and not name.endswith(".localhost") and not is_literal_ip(name)


_AS_IT_IS = "%/:?#[]@!$&'()*+,;=~"  # what an address may hold (RFC 3986, 2.2) beside letters and digits
# A git host shows a file within a page of its own; this is where it gives the file itself.
_SHOWN_BY = (
    (re.compile(r"^(https?://git\.sr\.ht/~[^/]+/[^/]+/)tree/([^/]+)/item/"), r"\1blob/\2/"),
    (re.compile(r"^(https?://[^/]+/.+/-/)(?:blob|tree)/"), r"\1raw/"),  # GitLab
    (re.compile(r"^(https?://[^/]+/.+/)src/(branch|tag|commit)/"), r"\1raw/\2/"),  # Forgejo, Gitea
    (re.compile(r"^(https?://[^/]+/[^/]+/[^/]+/)(?:blob|tree|src)/"), r"\1raw/"),  # GitHub, Gitee, Bitbucket
)


def in_ascii(address: str) -> str:
    """An address as it goes into files: percent-encoded where it must be."""
    return quote(address, safe=_AS_IT_IS)


@lru_cache(maxsize=64)
def file_address(address: str) -> str:
    """Where the files of a mirror that is read at ``address`` are had as they are: a feed reader can use
    neither a feed nor a picture within the page that a git host shows it in."""
    address = in_ascii(address)
    for shown, raw in _SHOWN_BY:
        if shown.match(address):
            return shown.sub(raw, address)
    return address
