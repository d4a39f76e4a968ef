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
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from mirrorpress.editions.qr import LONGEST, qr_png
from mirrorpress.links import file_address, in_ascii

_TEXTS = (".html", ".md", ".xml", ".json", ".opml", ".txt")
_PAGES = (b".md", b".html")
_SIGNED = ("mirrors.json", "verify.html", "metadata/")  # the same in every copy
_QR_FILE = re.compile(r"((?:zh-[A-Za-z]+/)?)qr/(.+)\.png", re.DOTALL)
_IMAGE, _ALT = b'<img src="data:image/png;base64,', b'" alt="QR"'  # round a QR code within a page
_BASE64 = re.compile(rb"[A-Za-z0-9+/=]*")
_BASE, _FILES = b"\x00", b"\x01"  # the marks: no text of a mirror holds control characters
_CANONICAL = b'rel="canonical" href="'
_WITHIN = frozenset(b"%_.~/?=&:-\x00\x01abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_PATH = rb"((?:\./)*)([A-Za-z0-9%_.~-][A-Za-z0-9%_.~/-]*+)"
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

    Nothing is left of a QR code: whether it says what it should, ``readdressed`` tells. Raises ``ValueError``
    for an address that no copy can have, and for a text that holds a mark.
    """
    place = _place(address)
    if not is_readdressed(path):
        return data
    if path.endswith(".png"):
        return b""
    if _BASE in data or _FILES in data:
        raise ValueError(f"{path} holds a control character, as no text of a mirror does")
    if path.endswith(".html"):
        data = _with_code(data, b"")
    return _rewritten(data, place, place.marked)


def readdressed(path: str, data: bytes, before: str, after: str) -> bytes:
    """A file of the edition read at ``before`` as the copy read at ``after`` has it.

    QR codes are drawn, not looked at. So, with the same address twice, a file comes out as it is only if its
    codes are right. Raises ``ValueError`` as ``neutral`` does.
    """
    place, text = _place(after), neutral(path, data, before)
    if not is_readdressed(path):
        return data
    if qr := _QR_FILE.fullmatch(path):
        return place.code(f"{qr[1]}{qr[2]}.md")
    text = _rewritten(text, place, _set_apart).replace(_BASE, place.base).replace(_FILES, place.files)
    if path.endswith(".html") and _ALT in text:
        text = _with_code(text, b64encode(place.code(path)))
    return text


@dataclass(frozen=True)
class _Place:
    """Where a copy is read: its base address, that of its files, and what finds either with a path."""

    base: bytes
    files: bytes
    pattern: re.Pattern[bytes]

    def owns(self, base: bytes, path: bytes) -> bool:
        return base == (self.base if path.endswith(_PAGES) else self.files) and not path.endswith(b"/")

    def marked(self, base: bytes, dots: bytes, path: bytes) -> bytes:
        if dots:
            return base + dots[len(b"./") :] + path
        return (_BASE if path.endswith(_PAGES) else _FILES) + path

    def code(self, page: str) -> bytes:
        # Of a copy whose address is longer than the origin's the code may be finer than pages have it.
        return qr_png(self.base.decode() + quote(page), longest=2 * LONGEST)


def _set_apart(base: bytes, dots: bytes, path: bytes) -> bytes:
    return base + b"./" + dots + path


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


def _rewritten(text: bytes, place: _Place, write: Callable[[bytes, bytes, bytes], bytes]) -> bytes:
    """A text with each own address of a place as ``write`` gives it, from its base, "./"s, and path."""

    def put(found: re.Match[bytes]) -> bytes:
        base, dots, path = found.groups()
        start = found.start()
        if not place.owns(base, path) or (start and text[start - 1] in _WITHIN):
            return found[0]
        return found[0] if text.endswith(_CANONICAL, 0, start) else write(base, dots, path)

    return place.pattern.sub(put, text)


def _with_code(html: bytes, code: bytes) -> bytes:
    """A page with ``code``, in Base64, in place of the QR code within it, if there is one."""
    parts = html.split(_ALT)
    for number, part in enumerate(parts[:-1]):
        before, image, data = part.rpartition(_IMAGE)
        if image and _BASE64.fullmatch(data):
            parts[number] = before + image + code
    return _ALT.join(parts)
