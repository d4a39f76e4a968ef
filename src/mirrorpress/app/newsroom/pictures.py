"""The newsroom's pictures: harbour scenes drawn at first use, the same bytes each time.

An address ending in ``<scene>-<width>x<height>.<jpg|png|webp>`` below ``/pic/`` or ``/media/`` is drawn
if scene and size are known; any other is a missing picture. JPEGs carry what cameras leave in them (a
position, a name, a comment), so that tests can prove that a mirror does not pass it on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageOps
from PIL.ExifTags import GPS, IFD, Base

from mirrorpress.app.newsroom.scenes import draw

ARTIST = "Harbour Times staff camera 0042"
COMMENT = b"Harbour Times darkroom note"
SIZES = frozenset({(400, 250), (800, 500), (1200, 630), (1200, 750)})

_NAME = re.compile(r"/(?:pic|media)/(?:[\w/-]+/)?([a-z]+)-(\d{1,4})x(\d{1,4})\.(jpg|png|webp)")
_PIXELS = ("/pixel/1x1.gif", "/static/blank.gif")


@dataclass(frozen=True, slots=True)
class Drawn:
    """An encoded picture."""

    data: bytes
    media_type: str


def _camera_data() -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Artist] = ARTIST
    position = exif.get_ifd(IFD.GPSInfo)
    position[GPS.GPSLatitudeRef], position[GPS.GPSLatitude] = "N", (12.0, 34.0, 56.0)
    position[GPS.GPSLongitudeRef], position[GPS.GPSLongitude] = "W", (65.0, 43.0, 21.0)
    return exif


@lru_cache(maxsize=256)
def picture(path: str) -> Drawn | None:
    """The picture at a path of the newsroom, or None where there is none."""
    out = BytesIO()
    if path in _PIXELS:
        Image.new("P", (1, 1)).save(out, "GIF", transparency=0)
        return Drawn(out.getvalue(), "image/gif")
    match = _NAME.fullmatch(path)
    if not match:
        return None
    size = (int(match[2]), int(match[3]))
    image = draw(match[1]) if size in SIZES else None
    if image is None:
        return None
    image = ImageOps.fit(image, size)
    if match[4] == "jpg":
        if image.mode == "RGBA":
            image = Image.alpha_composite(Image.new("RGBA", size, "white"), image)
        image.convert("RGB").save(out, "JPEG", quality=82, exif=_camera_data(), comment=COMMENT)
        return Drawn(out.getvalue(), "image/jpeg")
    if match[4] == "webp":
        image.save(out, "WEBP", quality=80)
        return Drawn(out.getvalue(), "image/webp")
    image.save(out, "PNG")
    return Drawn(out.getvalue(), "image/png")
