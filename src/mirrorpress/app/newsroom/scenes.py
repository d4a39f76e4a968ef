"""Harbour scenes, drawn from lines and polygons: a time of day and what stands in its light."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

_CANVAS = (1600, 1000)  # twice the usual size, for smooth edges after scaling down
_HORIZON = 560

Colour = tuple[int, int, int]
Subject = Callable[[ImageDraw.ImageDraw, "Light"], None]


@dataclass(frozen=True, slots=True)
class Light:
    """The colours of an hour of the day, from the top of the sky down to the near water."""

    zenith: Colour
    haze: Colour
    far: Colour
    near: Colour
    sun: Colour
    land: Colour
    ink: Colour
    lamp: Colour


_DAWN = Light(
    (92, 120, 168), (250, 205, 170), (205, 150, 140), (52, 78, 112),
    (255, 236, 200), (104, 96, 122), (44, 48, 66), (255, 214, 120),
)  # fmt: skip
_DAY = Light(
    (96, 160, 214), (214, 234, 244), (92, 158, 186), (28, 86, 122),
    (255, 250, 226), (112, 146, 118), (38, 56, 72), (250, 240, 200),
)  # fmt: skip
_DUSK = Light(
    (30, 36, 78), (222, 122, 96), (132, 78, 98), (20, 28, 58),
    (250, 190, 130), (50, 44, 74), (16, 18, 36), (255, 224, 130),
)  # fmt: skip
_STORM = Light(
    (58, 68, 82), (142, 152, 158), (92, 110, 116), (34, 50, 60),
    (160, 168, 172), (66, 76, 80), (24, 30, 38), (255, 220, 140),
)  # fmt: skip


def _between(start: Colour, end: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def _sky_and_sea(pen: ImageDraw.ImageDraw, light: Light) -> None:
    width, height = _CANVAS
    for y in range(_HORIZON):
        pen.line((0, y, width, y), _between(light.zenith, light.haze, y / _HORIZON))
    for y in range(_HORIZON, height):
        pen.line((0, y, width, y), _between(light.far, light.near, (y - _HORIZON) / (height - _HORIZON)))
    for row in range(14):  # ripples, longer and wider apart towards us
        down = _HORIZON + 14 + row * row * 2.2
        for step in range(-1, 9):
            x = step * 210 + (row * 83) % 190
            pen.line((x, down, x + 40 + row * 7, down), _between(light.far, light.haze, 0.45), 1 + row // 4)


def _sun(pen: ImageDraw.ImageDraw, light: Light) -> None:
    pen.ellipse((1130, 380, 1270, 520), light.sun)
    for row in range(9):
        half = 64 - row * 5 + (row % 3) * 14
        pen.line((1200 - half, 575 + row * 26, 1200 + half, 575 + row * 26), light.sun, 6)


def _hills(pen: ImageDraw.ImageDraw, light: Light) -> None:
    for depth, (base, swell, phase) in enumerate(((120, 46, 0.0), (66, 30, 2.0))):
        ridge = [
            (x, _HORIZON - base - swell * math.sin(x / 230 + phase) - 14 * math.sin(x / 61 + phase))
            for x in range(0, 1000, 20)
        ]
        slope = [(x, y + max(0, x - 500) * base / 480) for x, y in ridge]
        shore = [(x, min(y, _HORIZON)) for x, y in slope]
        pen.polygon(
            [(0, _HORIZON), *shore, (980, _HORIZON)], _between(light.land, light.haze, 0.4 - depth * 0.4)
        )


def _cloud_and_rain(pen: ImageDraw.ImageDraw, light: Light) -> None:
    for x, y, r in ((180, 90, 190), (480, 60, 230), (820, 100, 210), (1160, 60, 240), (1460, 110, 200)):
        pen.ellipse(
            (x - r * 1.4, y - r * 0.7, x + r * 1.4, y + r * 0.7), _between(light.zenith, light.ink, 0.35)
        )
    for step in range(70):
        x, y = (step * 137) % 1600, 190 + (step * 89) % 620
        pen.line((x, y, x - 16, y + 54), _between(light.haze, light.zenith, 0.3), 2)


def _gulls(pen: ImageDraw.ImageDraw, light: Light) -> None:
    for x, y, span in ((420, 210, 34), (520, 160, 26), (610, 236, 22), (980, 190, 28)):
        pen.arc((x - span * 2, y, x, y + span), 200, 340, light.ink, 4)
        pen.arc((x, y, x + span * 2, y + span), 200, 340, light.ink, 4)


def _lighthouse(pen: ImageDraw.ImageDraw, light: Light) -> None:
    pen.polygon(
        ((980, 640), (1060, 540), (1200, 500), (1420, 520), (1600, 480), (1600, 700), (1000, 690)), light.ink
    )
    for band in range(6):
        top, bottom = 190 + band * 55, 245 + band * 55
        inset_top, inset_bottom = 44 + band * 5, 49 + band * 5
        colour = (236, 232, 224) if band % 2 else (186, 62, 52)
        pen.polygon(
            ((1260 - inset_top, top), (1260 + inset_top, top),
             (1260 + inset_bottom, bottom), (1260 - inset_bottom, bottom)),
            _between(colour, light.ink, 0.25),
        )  # fmt: skip
    pen.rectangle((1200, 178, 1320, 192), light.ink)
    pen.rectangle((1228, 118, 1292, 178), light.lamp)
    pen.polygon(((1216, 118), (1304, 118), (1260, 70)), light.ink)


def _beam(pen: ImageDraw.ImageDraw, light: Light) -> None:
    pen.polygon(((1240, 142), (1240, 156), (0, 330), (0, 190)), _between(light.zenith, light.lamp, 0.35))


def _ferry(pen: ImageDraw.ImageDraw, light: Light) -> None:
    pen.polygon(((250, 640), (1010, 640), (1070, 600), (1100, 640), (1020, 730), (320, 730)), light.ink)
    pen.rectangle((350, 540, 930, 640), (232, 230, 222))
    pen.rectangle((470, 470, 820, 540), (214, 214, 208))
    pen.rectangle((690, 390, 760, 470), (186, 62, 52))
    for x in range(380, 910, 62):
        pen.rectangle((x, 568, x + 36, 602), light.lamp)
    for x in range(490, 800, 62):
        pen.rectangle((x, 490, x + 32, 516), light.lamp)


def _sail(pen: ImageDraw.ImageDraw, light: Light, x: int, y: int, size: int) -> None:
    pen.polygon(((x, y), (x, y - size), (x + size * 0.55, y)), (240, 236, 226))
    pen.polygon(
        ((x - size * 0.06, y), (x - size * 0.06, y - size * 0.8), (x - size * 0.4, y)), (222, 206, 188)
    )
    pen.polygon(
        ((x - size * 0.5, y + size * 0.05), (x + size * 0.62, y + size * 0.05),
         (x + size * 0.42, y + size * 0.2), (x - size * 0.36, y + size * 0.2)),
        light.ink,
    )  # fmt: skip


def _boats(pen: ImageDraw.ImageDraw, light: Light) -> None:
    for x, y, size in ((760, 600, 90), (1380, 640, 150), (430, 700, 260)):
        _sail(pen, light, x, y, size)


def _quay(pen: ImageDraw.ImageDraw, light: Light) -> None:
    pen.rectangle((0, 780, 1600, 1000), _between(light.land, light.ink, 0.6))
    for x in range(60, 1600, 220):
        pen.rectangle((x, 744, x + 34, 800), light.ink)


def _stalls(pen: ImageDraw.ImageDraw, light: Light) -> None:
    awnings = ((190, 78, 62), (58, 110, 132), (206, 164, 76), (92, 128, 96))
    for number, awning in enumerate(awnings):
        left = 90 + number * 370
        pen.rectangle((left + 14, 590, left + 24, 860), light.ink)
        pen.rectangle((left + 276, 590, left + 286, 860), light.ink)
        for stripe in range(6):
            colour = awning if stripe % 2 else (238, 232, 220)
            pen.polygon(
                ((left + stripe * 50, 600), (left + 50 + stripe * 50, 600),
                 (left + 42 + stripe * 43, 520), (left + 21 + stripe * 43, 520)),
                colour,
            )  # fmt: skip
        pen.rectangle((left + 10, 760, left + 290, 800), (206, 190, 164))
        for fish in range(5):
            x = left + 26 + fish * 52
            pen.ellipse((x, 738, x + 38, 758), (150, 168, 178))
            pen.polygon(((x + 34, 748), (x + 48, 738), (x + 48, 758)), (150, 168, 178))


def _barge(pen: ImageDraw.ImageDraw, light: Light) -> None:
    pen.polygon(((160, 650), (1180, 650), (1130, 760), (220, 760)), (122, 52, 44))
    pen.rectangle((260, 540, 1060, 650), (196, 178, 140))
    pen.polygon(((230, 540), (1090, 540), (1040, 490), (280, 490)), light.ink)
    for x in range(300, 1020, 110):
        pen.rectangle((x, 568, x + 70, 624), light.lamp)
        for book in range(5):
            pen.rectangle(
                (x + 6 + book * 12, 592 - book % 2 * 8, x + 14 + book * 12, 624), (96, 70 + book * 18, 92)
            )


_SCENES: dict[str, tuple[Light, tuple[Subject, ...]]] = {
    "ferry": (_DAWN, (_sky_and_sea, _hills, _sun, _ferry, _gulls)),
    "lighthouse": (_DAY, (_sky_and_sea, _hills, _boats, _lighthouse, _gulls)),
    "lamp": (_DUSK, (_sky_and_sea, _hills, _beam, _lighthouse)),
    "market": (_DAWN, (_sky_and_sea, _hills, _sun, _quay, _stalls)),
    "storm": (_STORM, (_sky_and_sea, _cloud_and_rain, _beam, _lighthouse)),
    "barge": (_DAY, (_sky_and_sea, _hills, _barge, _quay, _gulls)),
    "boats": (_DUSK, (_sky_and_sea, _hills, _sun, _boats)),
}


def _tide() -> Image.Image:
    """Two days of tide as a curve on a transparent ground."""
    image = Image.new("RGBA", _CANVAS, (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    curve = [(x, 500 - 300 * math.sin(x / 127) * (0.8 + 0.2 * math.sin(x / 700))) for x in range(0, 1601, 4)]
    pen.polygon([(0, 1000), *curve, (1600, 1000)], (72, 142, 176, 150))
    pen.line(curve, (24, 74, 108, 255), 12)
    for y in (200, 500, 800):
        pen.line((0, y, 1600, y), (90, 90, 90, 110), 4)
    return image


def draw(scene: str) -> Image.Image | None:
    """A scene at full size, RGB or (the tide curve) RGBA; None for an unknown one."""
    if scene == "tide":
        return _tide()
    if scene not in _SCENES:
        return None
    light, subjects = _SCENES[scene]
    image = Image.new("RGB", _CANVAS)
    pen = ImageDraw.Draw(image)
    for subject in subjects:
        subject(pen, light)
    return image
