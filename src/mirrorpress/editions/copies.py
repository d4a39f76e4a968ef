"""A follower's copy of an edition: the same files with the copy's own address in place of the origin's.

An edition is read at a base address, such as "https://mirror.example.org/"; a git host gives its files as
they are below another one (``links.file_address``). An own address is

    the base             and the path of a page, which ends in .md or .html
    the base of files    and the path of anything else

A path holds letters, digits and ``%_.~/-`` and neither begins nor ends with "/": what ends so names a mirror,
not a page of it. Left as they are: the canonical address of a page in HTML, and what stands within another
address, after a letter, a digit or one of ``%_.~/?=&:-``.

The neutral form of a file has marks for both bases and no QR code. A copy's address may stand in a file of
the origin's, such as an article about the copy, and must not become the origin's on the way back: in the copy
it has one "./" more after the base, which leads to the same place (RFC 3986, 5.2.4). So each copy of a file
has the same neutral form, and gives back the file, whatever the file says.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from mirrorpress.editions.qr import LONGEST, qr_png, shows
from mirrorpress.links import file_address, in_ascii

_TEXTS = (".html", ".md", ".xml", ".json", ".opml", ".txt")
_PAGES = (b".md", b".html")
_SIGNED = ("mirrors.json", "verify.html", "metadata/")  # the same in every copy
_QR_FILE = re.compile(r"((?:zh-[A-Za-z]+/)?)qr/(.+)\.png", re.DOTALL)
_CODE = re.compile(rb'(<img src="data:image/png;base64,)([A-Za-z0-9+/=]*)(" alt="QR")')
_BASE, _FILES = b"\x00", b"\x01"  # the marks: no text of a mirror holds control characters
_CANONICAL = b'rel="canonical" href="'
_WITHIN = frozenset(b"%_.~/?=&:-\x00\x01abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_LONGEST = 2 * LONGEST  # of what a code says: one of a longer address than the origin's may be finer
_PATH = rb"((?:\./)?)([A-Za-z0-9%_.~-][A-Za-z0-9%_.~/-]*+)"
_ADDRESS = re.compile(
    r"(?:https://[\w%.~-]+|http://(?:localhost|127\.0\.0\.1|[a-z2-7.]+\.onion))(?::[0-9]{1,5})?"
    r"/(?:(?!\.{1,2}/)[\w%.~-]+/)*"
)


def is_readdressed(path: str) -> bool:
    """Whether the file at a path may differ from copy to copy. Not so compressed ones: they are made anew."""
    if path.startswith(_SIGNED):
        return False
    return path.endswith(_TEXTS) or _QR_FILE.fullmatch(path) is not None


def is_code(path: str) -> bool:
    """Whether the file at a path is a QR code that says where a page is."""
    return _QR_FILE.fullmatch(path) is not None


def is_replaceable(address: str) -> bool:
    """Whether an edition read at ``address`` can have copies with other addresses in its place."""
    try:
        return bool(_place(address))
    except ValueError:
        return False


def neutral(path: str, data: bytes, address: str) -> bytes:
    """What a file has in common with all its copies: ``data`` is that of the edition read at ``address``.

    Nothing is left of a QR code: whether it says what it should, ``has_right_code`` tells. Raises
    ``ValueError`` for an address that no copy can have, and for a text that holds a mark.
    """
    place = _place(address)
    if not is_readdressed(path):
        return data
    if path.endswith(".png"):
        return b""
    text = _marked(path, data, place)
    return _with_code(text, bytes) if path.endswith(".html") else text


def readdressed(path: str, data: bytes, before: str, after: str) -> bytes:
    """A file of the edition read at ``before`` as the copy read at ``after`` has it.

    QR codes are drawn, not looked at. How their bytes are compressed depends on the machine's zlib. Raises
    ``ValueError`` as ``neutral`` does.
    """
    origin, copy = _place(before), _place(after)
    if not is_readdressed(path):
        return data
    if qr := _QR_FILE.fullmatch(path):
        return copy.code(f"{qr[1]}{qr[2]}.md")
    text = _rewritten(_marked(path, data, origin), copy, _set_apart)
    text = text.replace(_BASE, copy.base).replace(_FILES, copy.files)
    return _with_code(text, lambda: b64encode(copy.code(path))) if path.endswith(".html") else text


def has_right_code(path: str, data: bytes, address: str) -> bool:
    """Whether the QR code that a file is or holds leads to the file's page at ``address``, where it is read;
    true for a file without one. Raises ``ValueError`` for an address that no copy can have."""
    place = _place(address)
    if qr := _QR_FILE.fullmatch(path):
        return place.leads(data, f"{qr[1]}{qr[2]}.md")
    return not path.endswith(".html") or all(place.leads(code, path) for code in _codes(data))


@dataclass(frozen=True)
class _Place:
    """Where a copy is read: its base address, that of its files, and what finds either with a path."""

    base: bytes
    files: bytes
    pattern: re.Pattern[bytes]

    def owns(self, base: bytes, path: bytes) -> bool:
        return base == (self.base if path.endswith(_PAGES) else self.files) and not path.endswith(b"/")

    def marked(self, base: bytes, dot: bytes, path: bytes) -> bytes:
        if dot:
            return base + path
        return (_BASE if path.endswith(_PAGES) else _FILES) + path

    def code(self, page: str) -> bytes:
        return qr_png(self.base.decode() + quote(page), longest=_LONGEST)

    def leads(self, code: bytes, page: str) -> bool:
        return shows(code, self.base.decode() + quote(page), longest=_LONGEST)


def _set_apart(base: bytes, dot: bytes, path: bytes) -> bytes:
    return base + b"./" + dot + path


@lru_cache(maxsize=64)
def _place(address: str) -> _Place:
    text = in_ascii(address)
    if len(text) > LONGEST or not _ADDRESS.fullmatch(address):
        raise ValueError(
            f"the address of a copy begins with https://, has no more than {LONGEST} characters, in its path "
            f"only letters, digits and %_.~-, and ends with a slash, unlike {address[:100]}"
        )
    base, files = text.encode(), file_address(text).encode()
    either = b"|".join(map(re.escape, dict.fromkeys((base, files))))
    return _Place(base, files, re.compile(rb"(%s)%s" % (either, _PATH)))


def _marked(path: str, text: bytes, place: _Place) -> bytes:
    if _BASE in text or _FILES in text:
        raise ValueError(f"{path} holds a control character, as no text of a mirror does")
    return _rewritten(text, place, place.marked)


def _rewritten(text: bytes, place: _Place, write: Callable[[bytes, bytes, bytes], bytes]) -> bytes:
    """A text with each own address of a place as ``write`` gives it, from its base, a "./" and its path."""

    def put(found: re.Match[bytes]) -> bytes:
        base, dot, path = found.groups()
        start = found.start()
        if not place.owns(base, path) or (start and text[start - 1] in _WITHIN):
            return found[0]
        return found[0] if text.endswith(_CANONICAL, 0, start) else write(base, dot, path)

    return place.pattern.sub(put, text)


def _with_code(html: bytes, code: Callable[[], bytes]) -> bytes:
    """A page with ``code``, in Base64, in place of the QR code within it, if there is one."""
    return _CODE.sub(lambda found: found[1] + code() + found[3], html)


def _codes(html: bytes) -> Iterator[bytes]:
    """The QR codes within a page; nothing for one whose Base64 is not as we write it."""
    for _, code, _ in _CODE.findall(html):
        try:
            png = b64decode(code, validate=True)
        except ValueError:
            png = b""
        yield png if b64encode(png) == code else b""
