"""Pictures are rebuilt from their pixels, and nothing else of the file survives."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms, ImageStat, PngImagePlugin

from mirrorpress.errors import ImageError
from mirrorpress.extract.pictures import WIDTH, carry


def drawn(mode: str = "RGB", size: tuple[int, int] = (120, 80)) -> Image.Image:
    picture = Image.linear_gradient("L").resize(size)
    return (
        picture.convert(mode)
        if mode != "RGB"
        else Image.merge("RGB", (picture, picture.rotate(180), picture))
    )


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def chunks(webp: bytes) -> list[str]:
    """The chunk names of a WebP file (RFC 9649, section 2)."""
    assert webp[:4] == b"RIFF"
    assert webp[8:12] == b"WEBP"
    found, position = [], 12
    while position < len(webp):
        name, size = (
            webp[position : position + 4].decode(),
            struct.unpack("<I", webp[position + 4 : position + 8])[0],
        )
        found.append(name.strip())
        position += 8 + size + size % 2
    return found


def carried(data: bytes) -> Image.Image:
    asset, rebuilt = carry(data)
    assert set(chunks(rebuilt)) <= {"VP8", "VP8L", "VP8X", "ALPH"}
    assert (asset.media_type, asset.size) == ("image/webp", len(rebuilt))
    assert asset.path == f"assets/{asset.digest[:2]}/{asset.digest[2:18]}.webp"
    picture = Image.open(io.BytesIO(rebuilt))
    assert picture.size == (asset.width, asset.height)
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)
    return picture


def test_nothing_but_pixels_of_a_photograph_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(
        drawn(), "JPEG", exif=exif, icc_profile=profile, comment=b"SECRET comment", xmp=b"<x>SECRET</x>"
    )
    assert data.count(b"SECRET") == 3
    carried(data)
    assert b"SECRET" not in carry(data)[1]


def test_a_photograph_that_a_camera_marked_as_turned_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert carried(saved(drawn(size=(120, 80)), "JPEG", exif=exif)).size == (80, 120)


def test_text_in_a_png_is_gone() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "SECRET")
    assert b"SECRET" not in carry(saved(drawn(), "PNG", pnginfo=notes))[1]


def test_transparency_stays() -> None:
    picture = drawn("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    assert carried(saved(picture, "PNG")).mode == "RGBA"
    palette = drawn().quantize(8)
    assert carried(saved(palette, "PNG", transparency=0)).mode == "RGBA"


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "I;16", "LA"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    if mode == "I;16":
        picture = Image.frombytes(
            "I;16", (64, 64), b"".join(struct.pack("<H", n * 16) for n in range(64 * 64))
        )
    else:
        picture = drawn(mode, (64, 64))
    read = carried(saved(picture, "JPEG" if mode == "CMYK" else "PNG"))
    low, high = read.convert("L").getextrema()
    assert low < 60  # the gradient is still one: neither black nor white swallowed it
    assert high > 190
    assert 90 < ImageStat.Stat(read.convert("L")).mean[0] < 165


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP", "TIFF"])
def test_every_format_is_read_and_gives_the_same_bytes_each_time(kind: str) -> None:
    data = saved(drawn(), kind)
    carried(data)
    assert carry(data) == carry(data)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_shown(kind: str) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
    picture = carried(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))
    assert getattr(picture, "n_frames", 1) == 1
    red, green, blue = picture.convert("RGB").getpixel((32, 32))
    assert red > 200 > 60 > max(green, blue)


def test_a_wide_picture_is_made_as_wide_as_a_phone_shows() -> None:
    assert carried(saved(drawn(size=(2600, 1300)), "JPEG")).size == (WIDTH, WIDTH // 2)
    assert carried(saved(drawn(size=(40, 4000)), "PNG")).size == (40, 4000)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it is large, and is."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(bytes((width // 8 + 1) * height), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bomb(10_000, 10_000), "megapixels"),
        (bomb(60_000, 60_000)[:3000], "megapixels"),
        (saved(Image.new("P", (1, 1)), "GIF"), "icon or a tracker"),
        (saved(drawn(size=(300, 2)), "PNG"), "icon or a tracker"),
        (saved(drawn(size=(400, 300)), "JPEG")[:3000], "broken"),
        (saved(drawn(size=(400, 300)), "PNG")[:300], "broken"),
        (SVG, "not a picture"),
        (b"<!DOCTYPE html><title>Not found</title>", "not a picture"),
        (b"", "not a picture"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 500, "not a picture"),
        (b"GIF89a" + b"\xff" * 500, "picture"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_plain_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason) as caught:
        carry(data)
    assert "0x" not in caught.value.reason  # no Python object's address
