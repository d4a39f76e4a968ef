"""The site edition: the same tree as HTML, which any web server, object store or onion service can carry.

index.html                   home
pages/<section>/<id>.html    a page an article; lists, corrections, short addresses, feeds as in ``markdown``
404.html robots.txt          for web servers and search engines
manifest.webmanifest         for readers who put the mirror on their home screen, with icon-<size>.png
_headers                     the headers that a web server should send
search.html search/…         with ``search``: see ``searching``
offline.js sw.js             with ``offline``: keep the pages that a reader opens
<file>.gz <file>.br          with ``compress``: what a web server sends in place of the file
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from mirrorpress.editions.compressed import Form, is_installed, with_compressed
from mirrorpress.editions.headers import for_server
from mirrorpress.editions.html import Html
from mirrorpress.editions.pages import Pages
from mirrorpress.editions.press import Press
from mirrorpress.editions.sitesafety import OFFLINE
from mirrorpress.editions.templating import Templates
from mirrorpress.editions.tree import TreeEdition
from mirrorpress.editions.words import is_right_to_left
from mirrorpress.editions.writing import Writing
from mirrorpress.links import file_address, followable
from mirrorpress.model import Configuration, File, Standing

_OURS = resources.files("mirrorpress.editions") / "templates" / "site"
_ICONS = (192, 512)  # pixels


@dataclass(frozen=True, slots=True)
class SiteEdition(TreeEdition):
    """The edition's keys in mirrorpress.toml; implements ``model.Edition``."""

    name: str = "site"
    pages: str = "pages/{section}/{id}.html"
    search: bool = False
    offline: bool = False
    compress: tuple[Form, ...] = ()

    def __post_init__(self) -> None:
        TreeEdition.__post_init__(self)
        if "brotli" in self.compress and not is_installed():
            raise ValueError('the extra for "brotli": pip install "mirrorpress[brotli]"')

    @property
    def writing(self) -> Writing:
        return Html(search=self.search, offline=self.offline)

    def addresses(self, configuration: Configuration) -> tuple[str, ...]:
        return configuration.mirror.site_addresses

    def dressed(self, items: Iterator[File | str]) -> Iterator[File | str]:
        return with_compressed(items, self.compress)

    def style(self, configuration: Configuration) -> str:
        """The style of its pages."""
        return Templates(self.writing.edition, configuration.templates).texts["style.css"]

    def beside(self, press: Press, since: int | None, standing: Standing | None) -> Iterator[File | str]:
        configuration, pages = press.configuration, press.pages
        yield pages.missing([one for one in self.addresses(configuration) if followable(one)])
        yield File("robots.txt", _robots(pages).encode())
        yield File("manifest.webmanifest", _manifest(configuration).encode())
        for size in _ICONS:
            name = f"icon-{size}.png"
            yield File(name, (_OURS / name).read_bytes())
        for name in OFFLINE if self.offline else ():
            yield File(name, (_OURS / name).read_bytes())
        yield File("_headers", for_server("netlify", self.style(configuration)).encode())
        if self.search:
            from mirrorpress.editions.searching import searched  # noqa: PLC0415 - few mirrors have it

            yield from searched(press, since, standing)


def _robots(pages: Pages) -> str:
    map_ = pages.root and f"{file_address(pages.root)}sitemap.xml"
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {map_}\n" if followable(map_) else "")


def _manifest(configuration: Configuration) -> str:
    mirror = configuration.mirror
    found = {
        "name": mirror.title,
        "short_name": mirror.title,
        "lang": mirror.language,
        "dir": "rtl" if is_right_to_left(mirror.language) else "ltr",
        "start_url": "index.html",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#0b4f8a",
        "icons": [
            {"src": f"icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in _ICONS
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
