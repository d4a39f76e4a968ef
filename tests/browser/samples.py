"""A small site that is searched: made-up articles in five languages, and the search page in each of them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from mirrorpress.editions.search.borders import Sizes
from mirrorpress.editions.search.documents import Document
from mirrorpress.editions.search.index import index_files
from mirrorpress.editions.search.page import Place, preloads, search_page
from mirrorpress.editions.words import is_right_to_left

SECTIONS = {"city": "City & port", "world": "World <news>"}
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'

# id, section, language, title, text
_ARTICLES = (
    ("hant", "city", "zh-Hant", "臺灣的港口", "清晨，臺灣北部的漁船回到港口。總統府發言人說，裡面沒有人受傷。"),
    ("hans", "world", "zh-Hans", "台湾海峡的灯塔", "灯塔看守人记录了台湾海峡的雾。总统没有来。\n他说：这是中。国旗在风里。"),
    ("mixed", "world", "zh-Hans", "股市收盘", "本周A股市场平静，iPhone手机降价。他写了一本书，𠮷野家开门。"),
    ("bay", "city", "zh-Hans", "台风过湾", "台风经过海湾，湾台之间的渡轮停航。统总两字颠倒。"),
    ("en", "city", "en", "The Lighthouse Lamp Comes Home", "The keeper’s lamp was re-lit in the café on Sunday.\nA prime minister came. Later the minister prime was mentioned, and two elections."),
    ("en2", "world", "en", "Harbour council elects a chair", "The election took place in the well-known harbour hall. The U.S. consul, number 1234, was there."),
    ("fa", "city", "fa", "کشتی به بندر می‌رسد", "او می‌رود و کتاب‌های خود را می‌خواند. در سال ۱۴۰۳ خانهٔ یک مرد سوخت."),
    ("fa2", "world", "fa", "بازار ماهي", "ماهی‌فروشان كتاب را نمی خوانند. مُدیر گفت: می رود."),
    ("ru", "city", "ru", "Ёлка в порту", "Моряки поставили ёлку. Мой дом далеко, и мои друзья ждут. Выборы прошли в мае."),
    ("ru2", "world", "ru", "Новости порта", "После выборов порт открылся. Капитан надел за́мок на дверь."),
    ("hostile", "world", "en", f"Hostile {HOSTILE}", f"Before the quarantine {HOSTILE} after it \u202e\u0000 and 𝒻𝒶𝓃𝒸𝓎 letters."),
    ("space here%41?x#y", "city", "en", "A page with an odd name", "Its address holds oddities."),
)  # fmt: skip

SEVERAL = Sizes(fewest=6, most=12, one_in=4, piece=300)
"""Several segments of several pieces, all of which one query reaches."""

CRUMBS = Sizes(fewest=2, most=3, one_in=2, piece=1)
"""More segments than a query asks at once, and pieces of one term."""

MANY = 23
"""Articles that hold the word ``ferrying``."""


def documents() -> Sequence[Document]:
    """All of them, oldest first."""
    known = [
        Document(
            path=f"pages/city/ferry-{number}.html",
            title=f"Ferry {number}",
            section="city",
            section_title=SECTIONS["city"],
            language="en",
            day=date(2025, 1, 1) + timedelta(days=number),
            text=f"Ferrying went on, day {number}. " + "The water was calm. " * 30,
        )
        for number in range(MANY)
    ]
    for number, (id, section, language, title, text) in enumerate(_ARTICLES):
        known.append(
            Document(
                path=f"pages/{section}/{id}.html",
                title=title,
                section=section,
                section_title=SECTIONS[section],
                language=language,
                day=date(2026, 3, 1) + timedelta(days=number),
                text=text,
                also_in=("zh-Hant",) if language == "zh-Hans" else (),
            )
        )
    return known


def write_site(folder: Path, sizes: Sizes = SEVERAL, more: Sequence[Document] = ()) -> None:
    """The site with its search pages ``search.html`` (English) and ``<language>/search.html``; ``more`` articles
    are searched before all others."""
    for file in index_files([*more, *documents()], "en", sizes):
        assert isinstance(file.data, bytes)
        _write(folder / file.path, file.data)
    for one in documents():
        page = f"<!DOCTYPE html><title>{html.escape(one.title)}</title><h1>{html.escape(one.title)}</h1>"
        for path in (one.path, *(f"{language}/{one.path}" for language in one.also_in)):
            _write(folder / path, page.encode())
    for section in SECTIONS:
        _write(folder / f"indexes/{section}.html", b"<!DOCTYPE html><title>List</title><h1>List</h1>")
    _write(folder / "search.html", framed("en"))
    for language in ("zh-Hans", "zh-Hant", "fa", "ru"):
        _write(folder / language / "search.html", framed(language, "../"))


def framed(language: str, root: str = "") -> bytes:
    """A search page within the least frame that it can have."""
    places = [Place(id, title, f"{root}indexes/{id}.html") for id, title in SECTIONS.items()]
    direction = "rtl" if is_right_to_left(language) else "ltr"
    main = search_page(language, places, root=root, folder=language if language == "zh-Hant" else "")
    return (
        f'<!DOCTYPE html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{preloads(root)}'
        f"<title>Search</title></head><body><main>{main}</main></body></html>"
    ).encode()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
