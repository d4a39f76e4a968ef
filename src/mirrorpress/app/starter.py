"""The mirrorpress.toml that ``mirrorpress init`` writes: complete, commented, and valid as it is.

No ``#:schema`` line is written: the schema would have to lie beside it and would age.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mirrorpress.app import rules
from mirrorpress.app.probe import Probe, probe
from mirrorpress.errors import UsageError

__all__ = ["FILE_NAME", "Probe", "probe", "toml_text", "write_starter"]

FILE_NAME = "mirrorpress.toml"

_LONGEST = 120  # characters of a title; some sites put a paragraph there
_BIDI = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # make a line read as another
_ORDINARY = frozenset(
    {"", "index", "feed", "feeds", "rss", "rss2", "atom", "default", "home", "news", "list", "xml"}
)


def write_starter(folder: Path, *, probe: Probe | None = None, allow_private: Sequence[str] = ()) -> Path:
    """Write ``mirrorpress.toml`` into ``folder``, made if need be; gives its path.

    With ``probe`` it holds a publisher and a section for what was found; ``allow_private`` are hosts that
    may be reached although not public. Raises ``UsageError`` when
    there is such a file already or it cannot be written.
    """
    path = folder / FILE_NAME
    text = _starter(probe)
    if allow_private:
        hosts = ", ".join(toml_text(host) for host in allow_private)
        text += f"\n[fetch]\nallow_private = [{hosts}]\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(
            "is there already and was not touched", where=str(path), hint="edit it, or give another folder"
        ) from error
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=str(path)) from error
    return path


def _starter(found: Probe | None) -> str:
    if found is None:
        return _HEAD.format(title=toml_text("My mirror"), language=toml_text("en")) + _EXAMPLE + _TAIL
    name = _line(found.publisher) or _line(found.title) or _host(found.url)
    publisher = _publisher_id(found.url)
    section = _SECTION.format(
        publisher=toml_text(publisher),
        name=toml_text(name),
        url=toml_text(_origin(found.url)),
        id=toml_text(_section_id(found.url) or publisher),
        title=toml_text(_line(found.title) or name),
        source=_source(found),
    )
    return _HEAD.format(title=toml_text(name), language=toml_text(found.language or "en")) + section + _TAIL


def _source(found: Probe) -> str:
    page = f'{{ type = "listpage", url = {toml_text(found.url)}, items = {toml_text(found.items or "a")} }}'
    if found.kind == "feed":
        return f'source = {{ type = "feed", url = {toml_text(found.url)} }}'
    if found.feed_url:
        return (
            "# The page announces this feed. If it holds other articles than the page does, take the page:\n"
            f"# source = {page}\n"
            f'source = {{ type = "feed", url = {toml_text(found.feed_url)} }}'
        )
    advice = "A guess" if found.items else "No list was recognised"
    return f"# {advice}: items is a CSS selector of the links to articles.\nsource = {page}"


def _line(words: str) -> str:
    """Words from a page in one clean line."""
    spaced = "".join(
        " " if rules.breaks_a_line(character) else character for character in words.translate(_BIDI)
    )
    clean = "".join(character for character in spaced if unicodedata.category(character) != "Cs")
    return " ".join(clean.split())[:_LONGEST].strip()


def toml_text(text: str) -> str:
    """A TOML basic string; it has all of JSON's escapes, and control characters never come here."""
    return json.dumps(text, ensure_ascii=False)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"


def _section_id(url: str) -> str:
    """The last telling segment of an address: ``p2`` of ``/news/gb/p2.xml``."""
    for segment in reversed(unquote(urlsplit(url).path).split("/")):
        name = _id(re.sub(r"\.\w{1,5}$", "", segment))
        if name.lower() not in _ORDINARY:
            return name
    return ""


def _publisher_id(url: str) -> str:
    """The longest label of the host but the last: ``harbour`` of ``www.harbour.example``."""
    labels = _host(url).split(".")
    if all(label.isdigit() for label in labels) or ":" in labels[0]:
        return "publisher"
    return _id(max(labels[:-1] or labels, key=len)) or "publisher"


def _id(words: str) -> str:
    """A valid id made of some words, or an empty string."""
    kept = "".join(
        character if unicodedata.category(character)[0] in "LMN" or character in "-_" else "-"
        for character in unicodedata.normalize("NFC", words.lower())
    )
    try:
        return rules.section_id(re.sub("-+", "-", kept).strip("-")[:60])
    except ValueError:
        return ""


_HEAD = """\
# The configuration of one mirror. "mirrorpress check" reads it and says what is wrong with it.

[mirror]
title = {title}
language = {language}   # of the menus, a BCP 47 tag such as "en", "fa" or "zh-Hans"
contact = ""            # how publishers reach you; goes into the User-Agent of every request
# Where readers read it; the first address is the canonical one.
addresses = []          # "https://git.example.org/team/mirror/src/branch/main/"
"""

_SECTION = """
[[publishers]]
id = {publisher}
name = {name}
url = {url}
# Without rights, readers get title, date, a short excerpt and the original address, nothing more.
# own | licensed | public-domain | excerpt | a licence id such as "CC-BY-4.0"
# rights = "own"
# rights_note = "Where the permission is written down"

[[sections]]
id = {id}   # goes into paths; do not change it once published
title = {title}
publisher = {publisher}
{source}
keep = 0                # the newest so many stay in the edition; 0: all
"""

_EXAMPLE = """
# [[publishers]]
# id = "harbour"
# name = "Harbour Times"
# url = "https://harbour.example/"
# rights = "own"        # own | licensed | public-domain | excerpt | a licence id such as "CC-BY-4.0"

# [[sections]]
# id = "officials"      # goes into paths; do not change it once published
# title = "Officials"
# publisher = "harbour"
# source = { type = "feed", url = "https://harbour.example/officials.xml" }
"""

_TAIL = """
[[editions]]
type = "markdown"
# pages = "pages/{section}/{year}/{month}/{id}.md"   # for a mirror of more than 10,000 articles

# [[editions]]
# type = "site"         # the same as a web site, read at site_addresses

# [[links]]
# text = "How to open this page"
# url = "help.md"
# place = "menu"        # menu | home | after-article

# [[targets]]
# type = "git"
# edition = "markdown"
# url = "ssh://git@git.example.org/team/mirror.git"
"""
