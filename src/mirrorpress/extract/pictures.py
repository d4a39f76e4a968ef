"""Finding a picture's real address, and carrying it: decoded within bounds, rebuilt from pixels."""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mirrorpress import links
from mirrorpress.errors import ImageError
from mirrorpress.extract.text import plain
from mirrorpress.markup import Element
from mirrorpress.model import Asset, Picture

if TYPE_CHECKING:
    from PIL import Image

WIDTH = 1000  # pixels; a phone shows 400 to 450 CSS pixels at 2 or 3 device pixels each
QUALITY = 72  # WebP; at 1000 pixels the pictures of the sample newsroom stay under 60 kB
_MAX_PIXELS = 40_000_000
_SMALLEST = 32  # pixels; what is smaller either way is an icon or a tracker
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-actualsrc",
    "data-url",
    "data-echo",
    "file",
)
_PLACEHOLDER = re.compile(
    r"^data:|/(blank|spacer|placeholder|loading|lazy|grey|gray|pixel|transparent|1x1)(?:[-_\d][\w-]*)?"
    r"\.(gif|png|svg|jpe?g)",
    re.IGNORECASE,
)
_DESCRIPTOR = re.compile(r"(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})([wx])", re.ASCII)
_NOT_PICTURES = re.compile(
    r"\.(svg|ico)$|/(ads?|adv|advert|banners?|beacon|pixel|track(er|ing)?)/", re.IGNORECASE
)


def picture_of(element: Element, base: str, *, caption: str = "", credit: str = "") -> Picture | None:
    """The picture that an ``<img>``, ``<picture>`` or ``<amp-img>`` shows; None for trackers and icons.

    ``urls`` are the candidates, best first: the largest of ``srcset`` up to what is shown, lazy
    attributes, then ``src``. Protocol-relative addresses take the page's scheme.
    """
    image = element if element.tag != "picture" else element.select_one("img")
    sources = element.select("source") if element.tag == "picture" else []
    if image is None and not sources:
        return None
    attributes = image.attrs.copy() if image is not None else {}
    if _is_tiny(attributes.get("width")) or _is_tiny(attributes.get("height")):
        return None
    candidates: list[str] = []
    for node in [*sources, *([image] if image is not None else [])]:
        for name in ("data-srcset", "srcset"):
            candidates += _srcset(node.attr(name) or "")
    if image is not None:
        lazy = [image.attr(name) or "" for name in _LAZY]
        source = image.attr("src") or ""
        candidates = (
            [*lazy, *candidates, source]
            if _PLACEHOLDER.search(source) or any(lazy)
            else [*candidates, source]
        )
    urls = []
    for candidate in candidates:
        url = links.resolve(candidate, base) if candidate and not _PLACEHOLDER.search(candidate) else ""
        path = urlsplit(url).path if url else ""
        if url.startswith(("http://", "https://")) and not _NOT_PICTURES.search(path) and url not in urls:
            urls.append(url)
    if not urls:
        return None
    alt = plain(str(attributes.get("alt") or ""))[:500]
    return Picture(tuple(urls[:4]), alt, caption, credit)


def _is_tiny(value: object) -> bool:
    match = re.match(r"\s*(\d{1,5})(?:px)?\s*$", str(value or "")[:50])
    return bool(match and int(match[1]) < _SMALLEST // 2)


def _srcset(value: str) -> list[str]:
    """Addresses of a ``srcset`` (WHATWG 4.8.4.3.7), the one nearest above ``WIDTH`` first."""
    found: list[tuple[float, str]] = []
    url, width = "", WIDTH / 2
    words = deque(value[:20_000].split())
    while words:
        word = words.popleft()
        if not url:
            url, width = word.strip(","), WIDTH / 2
            if not word.endswith(","):
                continue
        else:
            descriptor, comma, rest = word.partition(",")
            if match := _DESCRIPTOR.fullmatch(descriptor):
                width = float(match[1]) * (1 if match[2] == "w" else WIDTH / 2)
            if not comma:
                continue
            if rest:
                words.appendleft(rest)
        found.append((width, url))
        url = ""
    found.append((width, url))
    found = [one for one in found if one[1]]
    big_enough = sorted((width, url) for width, url in found if width >= WIDTH)
    smaller = sorted(((width, url) for width, url in found if width < WIDTH), reverse=True)
    return [url for _, url in [*big_enough, *smaller]][:3]


def carry(data: bytes) -> tuple[Asset, bytes]:
    """Rebuild a picture from its pixels as WebP: no metadata, no colour profile, no second frame survives.

    Run isolated. Returns the asset and its bytes; raises ``ImageError`` for what is no picture, is broken, is
    over 40 megapixels, or is so small that it can only be an icon or a tracker.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - 30 ms that a run without pictures saves

    Image.MAX_IMAGE_PIXELS = None  # the size is looked at below, before a pixel is decoded
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as source:
            _check_size(*source.size)
            source.draft("RGB", (WIDTH * 2, WIDTH * 2))
            bare = _rebuilt(source)
        out = io.BytesIO()
        bare.save(out, "WEBP", quality=QUALITY, method=4)
    except UnidentifiedImageError as error:
        raise ImageError("not a picture of a kind that can be carried") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise ImageError(f"the picture is broken: {error}") from error
    rebuilt = out.getvalue()
    digest = hashlib.sha256(rebuilt).hexdigest()
    path = f"assets/{digest[:2]}/{digest[2:18]}.webp"
    return Asset(digest, path, "image/webp", bare.width, bare.height, len(rebuilt)), rebuilt


def _check_size(width: int, height: int) -> None:
    if width * height > _MAX_PIXELS:
        raise ImageError(f"a picture of {width} by {height} pixels is over 40 megapixels")
    if min(width, height) < _SMALLEST:
        raise ImageError(f"a picture of {width} by {height} pixels is an icon or a tracker")


def _rebuilt(source: Image.Image) -> Image.Image:
    """The first frame as it is meant to be seen, made of nothing but its pixels."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - see carry

    picture = ImageOps.exif_transpose(source)
    if picture.mode.startswith("I"):  # 16 bits a pixel, of which WebP holds the upper eight
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    picture = _in_srgb(picture, source.info.get("icc_profile"))
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    picture = picture.convert(mode)
    if picture.width > WIDTH:
        height = max(1, round(picture.height * WIDTH / picture.width))
        picture = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
    return Image.frombytes(mode, picture.size, picture.tobytes())


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    from PIL import ImageCms  # noqa: PLC0415 - see carry

    if not profile or picture.mode not in ("RGB", "RGBA"):
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture  # a broken profile costs its colours, not the picture
