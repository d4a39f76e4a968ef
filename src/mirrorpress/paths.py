"""Paths of pages within a mirror: which are safe everywhere, which are one to some file systems, and which a
text leads to."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from mirrorpress.model import ROOT

DEVICES = re.compile(r"con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]", re.IGNORECASE)
"""What no file may be called on Windows, in any folder, with any suffix."""
UNSAFE = frozenset('<>:"|?*\\')
"""What Windows refuses in the names of files; the rest refuses only "/" and NUL."""
_LONGEST = 400  # bytes of a path in UTF-8
_LONGEST_NAME = 200  # bytes of one name; file systems end at 255
_GIT = re.compile(r"git~\d+", re.IGNORECASE)  # what Windows calls ".git" beside its own name
_FILES = (".md", ".png", ".xml", ".json", ".opml", ".webp")  # what an edition's files end in
_INNER = re.compile(rf"{ROOT}(?!assets/)([^\s()<>\"]+)")


def folded(path: str) -> str:
    """A form that is the same for paths that some file system takes for one: macOS and Windows ignore case,
    macOS also how accents are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def stem(path: str) -> str:
    """The name that a page's path ends in, without ``.md``."""
    return path.rpartition("/")[2].removesuffix(".md")


def is_safe(path: str) -> bool:
    """Whether every file system, git and a terminal can hold a page at this path, and no folder of it is
    called as a file of an edition may be."""
    names = path.split("/")
    return (
        path.endswith(".md")
        and len(path.encode("utf-8", "surrogatepass")) <= _LONGEST
        and all(map(_is_safe_name, names))
        and not any(name.lower().endswith(_FILES) for name in names[:-1])
    )


def is_safe_file(path: str) -> bool:
    """Whether every file system, git and a terminal can hold a file of an edition at this path."""
    return len(path.encode("utf-8", "surrogatepass")) <= _LONGEST and all(map(_is_safe_name, path.split("/")))


def _is_safe_name(name: str) -> bool:
    return not (
        not name
        or name != name.strip(" ")
        or name.startswith(".")
        or name.endswith(".")
        or len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME
        or DEVICES.fullmatch(name.partition(".")[0])
        or _GIT.fullmatch(name)
        or any(one in UNSAFE or (one != " " and unicodedata.category(one)[0] in "CZ") for one in name)
    )


def inner_links(markdown: str) -> list[str]:
    """Paths in an old mirror that the body of a page adopted from it leads to; pictures do not count."""
    return list(dict.fromkeys(unquote(match[1]) for match in _INNER.finditer(markdown)))
