"""What a value in mirrorpress.toml must be beyond being text or a number.

Each function takes a value and gives it back, tidied where there is one right form; it raises
``ValueError`` saying what was *expected*, to be read after "found ..., expected".
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from urllib.parse import SplitResult, urlsplit

from mirrorpress import markup
from mirrorpress.editions import notes
from mirrorpress.model import HOME
from mirrorpress.paths import DEVICES, UNSAFE

RIGHTS = ("own", "licensed", "public-domain", "excerpt")
PLACES = ("menu", "home", "after-article")
PAGE_FIELDS = ("section", "id", "year", "month")

_LICENCE = re.compile(
    r"CC-BY(-NC)?(-SA|-ND)?-[1-4]\.\d(-[A-Z]{2,3})?|CC0-1\.0|PDDL-1\.0|LAL-1\.3|GFDL-1\.[123](-or-later)?|OGL-UK-3\.0"
)
_LANGUAGE = re.compile(  # RFC 5646, section 2.1, without the registered oddities of before 2006
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*"
    r"(-[a-wyz\d](-[a-z\d]{2,8})+)*(-x(-[a-z\d]{1,8})+)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]?#,]+)(:(?P<port>\d{1,5}))?")
_OWN_FOLDERS = frozenset(
    {"indexes", "feeds", "assets", "sitemaps", "corrections", "search"}
)  # of an edition; see "Files" in the documentation


def suggestion(word: str, known: Sequence[str]) -> str:
    """The known words, or the one that was probably meant."""
    close = get_close_matches(word.lower(), [name.lower() for name in known], n=1, cutoff=0.6)
    for name in known:
        if close and name.lower() == close[0]:
            return f'"{name}" (did you mean that?)'
    if len(known) == 1:
        return f'"{known[0]}"'
    return "one of " + ", ".join(f'"{name}"' for name in known) if known else "no such name"


def or_empty(rule: Callable[[str], str]) -> Callable[[str], str]:
    """The rule for a key that may also be left empty."""
    return lambda value: rule(value) if value else value


def line_of_text(value: str) -> str:
    """Words in one line; page templates and commit messages rely on it."""
    if not value.strip() or any(map(breaks_a_line, value)):
        raise ValueError("one line of text, not empty, without control characters")
    return value


def plain_text(value: str) -> str:
    """Any one-line text, the empty one too; file names and arguments of commands rely on it."""
    if any(map(breaks_a_line, value)):
        raise ValueError("one line of text without control characters")
    return value


def header_text(value: str) -> str:
    """What may stand in an HTTP field value (RFC 9110, section 5.5)."""
    if not value.isascii() or not value.isprintable():
        raise ValueError("one line of plain ASCII text, as it goes into a request's header")
    return value


def identifier(value: str) -> str:
    """A name that is safe in paths on every file system, in git and in URLs, in its composed form."""
    name = unicodedata.normalize("NFC", value)
    if (
        not 1 <= len(name) <= 60
        or not all(character in "-_" or unicodedata.category(character)[0] in "LMN" for character in name)
        or unicodedata.category(name[0])[0] == "M"
        or name.startswith("-")
        or DEVICES.fullmatch(name)
    ):
        raise ValueError(
            "a name for paths: 1 to 60 letters, digits, - or _, no - first, none of Windows' device names"
        )
    return name


def section_id(value: str) -> str:
    """An identifier whose paths meet none of an edition's own, such as ``indexes/hot.md``, and that is not
    the home page's name in a note's ``places``."""
    name = identifier(value)
    if name.casefold() in {*_OWN_FOLDERS, "hot", HOME}:
        raise ValueError("another name: an edition has pages of its own under this one")
    return name


def url(value: str) -> str:
    """An http or https URL with a host."""
    _split(value)
    return value


def public_url(value: str) -> str:
    """As ``url``, and without a name and password, which every reader would see."""
    if "@" in _split(value).netloc:
        raise ValueError("a URL without a name and password in it, as readers see it")
    return value


def address(value: str) -> str:
    """Where an edition is read: a public URL that paths can be added to; ends in a slash."""
    parts = urlsplit(public_url(value))
    if parts.query or parts.fragment or value.endswith(("?", "#")):
        raise ValueError("the address of a folder, without ? or #")
    return value if value.endswith("/") else f"{value}/"


def link(value: str) -> str:
    """What a page may link to: http(s), mailto, or a path or place within the mirror."""
    if value.lower().startswith("mailto:") and _MAIL.fullmatch(value[7:]):
        return value
    scheme = re.match(r"[a-z][a-z0-9+.-]*:", value, re.IGNORECASE)
    if scheme and scheme[0].lower() in ("http:", "https:"):
        return public_url(value)
    if scheme or not value.strip() or value.startswith(("//", "\\")) or any(map(breaks_a_line, value)):
        raise ValueError("an https URL, a mailto: address, or a path within the mirror such as help.md")
    return value


def proxy(value: str) -> str:
    """The URL of a proxy."""
    _split(value, ("http", "https", "socks5", "socks5h"))
    return value


def host(value: str) -> str:
    """A host name or address with an optional port; an IPv6 address stands in brackets."""
    match = _HOST.fullmatch(value)
    if not match or not 0 < int(match["port"] or 1) < 65536:
        raise ValueError('a host or host:port, such as "127.0.0.1:8700" or "[::1]:8700"')
    return value


def css(value: str) -> str:
    """A CSS selector."""
    try:
        markup.check_selector(value)
    except ValueError as error:
        raise ValueError(f"a CSS selector ({error})") from error
    return value


def regex(value: str) -> str:
    """A regular expression as Python's ``re`` understands it."""
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"a regular expression ({error})") from error
    return value


def language(value: str) -> str:
    """A language tag (BCP 47) in the letter case of RFC 5646, section 2.1.1."""
    if not _LANGUAGE.fullmatch(value):
        raise ValueError('a language tag such as "en", "fa" or "zh-Hans"')
    first, *rest = value.lower().split("-")
    singleton = next((at for at, part in enumerate(rest) if len(part) == 1), len(rest))
    cased = [_cased(part) if at < singleton else part for at, part in enumerate(rest)]
    return "-".join([first, *cased])


def rights(value: str) -> str:
    """What the publisher allows: a word of ``RIGHTS`` or the SPDX id of a licence for texts."""
    if value in RIGHTS:
        return value
    if _LICENCE.fullmatch(value.upper().replace("-OR-LATER", "-or-later")):
        return value.upper().replace("-OR-LATER", "-or-later")
    known = (*RIGHTS, "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0")
    close = suggestion(value, known)
    raise ValueError(
        close
        if "did you mean" in close
        else 'one of "own", "licensed", "public-domain", "excerpt" or a licence id such as "CC-BY-4.0"'
    )


def place(value: str) -> str:
    """Where a link of the operator's own stands."""
    if value not in PLACES:
        raise ValueError(suggestion(value, PLACES))
    return value


def note(value: str) -> str:
    """The text of a pinned note."""
    if expected := notes.problem_of(value):
        raise ValueError(expected)
    return value


def page_pattern(value: str, suffix: str) -> str:
    """The pattern of an edition's page paths; ``suffix`` is what its files end in."""
    try:
        parts = list(string.Formatter().parse(value))
    except ValueError as error:
        raise ValueError(f"a pattern with its braces in pairs ({error})") from error
    fields = [name for _, name, _, _ in parts if name is not None]
    if {*fields} - {*PAGE_FIELDS} or any(form or conversion for _, _, form, conversion in parts):
        raise ValueError("a pattern with no other fields than {section}, {id}, {year} and {month}")
    if not {"section", "id"} <= {*fields}:
        raise ValueError("a pattern with both {section} and {id}, so that no two pages share a path")
    segments = value.split("/")
    literal = "".join(text for text, _, _, _ in parts)
    if (
        any(not segment.strip(" ") or segment.endswith((".", " ")) for segment in segments)
        or segments[0].lower().startswith(".git")
        or any(character in UNSAFE or breaks_a_line(character) for character in literal)
        or "{{" in value
        or "}}" in value
    ):
        raise ValueError("a relative path with forward slashes that stays inside the edition")
    if segments[0].lower() in _OWN_FOLDERS:
        raise ValueError(f"another first folder than {', '.join(sorted(_OWN_FOLDERS))}, which are taken")
    if not value.endswith(suffix):
        raise ValueError(f'a pattern that ends in "{suffix}"')
    return value


def _split(value: str, schemes: Sequence[str] = ("http", "https")) -> SplitResult:
    wanted = f"a URL that starts with {' or '.join(f'{scheme}://' for scheme in schemes)} and names a host"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ValueError(wanted) from error
    if parts.scheme not in schemes or not parts.hostname or port == 0 or re.search(r"[\s\\<>\"]", value):
        raise ValueError(wanted)
    if any(map(breaks_a_line, value)):
        raise ValueError(wanted)
    return parts


def _cased(subtag: str) -> str:
    if len(subtag) == 4 and subtag.isalpha():
        return subtag.title()
    return subtag.upper() if len(subtag) == 2 else subtag


def breaks_a_line(character: str) -> bool:
    """Controls and line separators, and the noncharacters of which ``model.ROOT`` is one."""
    return (
        unicodedata.category(character) in ("Cc", "Zl", "Zp")
        or "\ufdd0" <= character <= "\ufdef"
        or ord(character) & 0xFFFE == 0xFFFE
    )
