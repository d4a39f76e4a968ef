"""The frame of every page: where pages stand, their addresses, menus and links, what readers pass on.

``Pages`` puts into it what a page says.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mirrorpress.editions.qr import LONGEST, data_uri, qr_png
from mirrorpress.editions.renderings import Rendering
from mirrorpress.editions.shells import Shells, settled
from mirrorpress.editions.templating import BODY, Templates
from mirrorpress.editions.words import is_right_to_left, words
from mirrorpress.editions.writing import Markdown, Writing
from mirrorpress.links import followable, in_ascii
from mirrorpress.model import Configuration, File, Link, Publisher, Section, Stored

_IN_ALL = ("README.", "index.", "help.", "mirrors.", "indexes/", "feeds/")
"""What paths begin with of pages that every rendering has."""

_OF_TEXTS = "page"
"""The template that gets nothing but texts and the operator's links; nearly all pages are made by it."""


class Frame:
    """Renders pages for one configuration. ``pattern`` is the edition's ``pages``; ``rendering`` says in
    which of its renderings the pages stand, below whose folder all paths here begin; ``templates`` are by
    default the edition's; ``hot``: menus name the list of what was read most; ``short``: articles have a page
    at their short address too; ``addresses`` are where the edition is read, the canonical one first."""

    def __init__(
        self,
        configuration: Configuration,
        pattern: str,
        rendering: Rendering | None = None,
        templates: Templates | None = None,
        writing: Writing | None = None,
        *,
        addresses: Sequence[str] | None = None,
        hot: bool = False,
        short: bool = False,
    ) -> None:
        self._rendering = rendering or Rendering.own(configuration, ())
        self._configuration = configuration = self._rendering.converted
        self._mirror = configuration.mirror
        self._pattern = pattern
        self._writing = writing = writing or Markdown()
        self._templates = templates or Templates(writing.edition)
        self._addresses = self._mirror.addresses if addresses is None else addresses
        self._root = in_ascii(self._addresses[0]) if self._addresses else ""
        self._known_links: dict[tuple[str, str], list[str]] = {}
        self._known_menus: dict[tuple[str, str], str] = {}
        self._hot = hot
        self._short = short
        self._language = self._mirror.language
        self._words: Mapping[str, Any] = writing.words(self._language)
        self._lead = writing.lead(self._language)
        self._fixed = {
            **writing.frame(self._templates.texts),
            "mirror": writing.escape(self._mirror.title),
            "words": self._words,
        }
        self._shells = Shells(self._templates, self._fixed)
        self.home_path, self.help_path = writing.home, self._at("help")
        self.mirrors_path = self._at("mirrors")
        self.hot_path, self.corrections_path = self._at("indexes/hot"), self._at("indexes/corrections")

    @property
    def rendering(self) -> Rendering:
        """That in which the pages stand."""
        return self._rendering

    # --- where ---------------------------------------------------------------------------

    @property
    def root(self) -> str:
        """The canonical address of the edition; empty when it has none."""
        return self._root

    def _at(self, stem: str) -> str:
        return stem + self._writing.suffix

    def list_path(self, section: Section) -> str:
        """Where a section's list stands."""
        return self._at(f"indexes/{section.id}")

    def path(self, stored: Stored) -> str:
        """Where an article's page stands; never changes once it stands there. A page that this rendering does
        not hold stands outside its folder."""
        date = stored.first_date
        path = self._pattern.format(
            section=stored.section, id=stored.id, year=date.year, month=f"{date.month:02}"
        )
        return path if self._rendering.holds(stored) else self._rendering.out + path

    def correction_path(self, stored: Stored) -> str:
        """Where the page stands that shows how an article was changed; as ``path`` otherwise."""
        path = self._at(f"corrections/{stored.section}/{stored.id}")
        return path if self._rendering.holds(stored) else self._rendering.out + path

    def publisher_of(self, stored: Stored) -> Publisher:
        """The publisher as the configuration has it now, so that rights can change without fetching anew."""
        return self._configuration.publisher_of(stored.publisher, stored.article.url)

    def address(self, path: str) -> str:
        """The canonical address of a path; empty when the mirror has no address."""
        if not self._root:
            return ""
        place = self._rendering.folder + path
        return self._root + quote(posixpath.normpath(place) if "../" in place else place)

    def addresses_of(self, stored: Stored) -> list[str]:
        """The canonical addresses of an article's page in all renderings that hold it, this one's first."""
        path = self.path(stored)
        ways = [way for _, way in self._rendering.others] if self._rendering.is_elsewhere(stored) else []
        return [self.address(way + path) for way in ("", *ways)]

    def qr_path(self, path: str) -> str:
        """Where the QR code of a page stands as a file; empty when it is none, or there is none."""
        if not self._writing.has_qr_files or not _scans(self.address(path)):
            return ""
        return self._qr_place(path)

    def _qr_place(self, path: str) -> str:
        return f"qr/{path.removesuffix(self._writing.suffix)}.png"

    @property
    def has_former(self) -> bool:
        """Whether pages lead on from where articles and lists stood in old mirrors, which were Markdown."""
        return self._rendering.is_own and self._writing.suffix == ".md"

    @property
    def hot_title(self) -> str:
        """What the list of what was read most is called."""
        return str(self._words["hot"]["title"])

    def short_path(self, stored: Stored) -> str:
        """Where the page at an article's short address stands; empty when there is none."""
        return self._at(f"s/{stored.code}") if self._short and stored.code else ""

    def with_qr(self, path: str) -> Iterator[str]:
        """The path of a page and that of its QR code: what leaves when the page does."""
        yield path
        if qr := self.qr_path(path):
            yield qr

    # --- every page ----------------------------------------------------------------------

    def _shared(
        self,
        template: str,
        path: str,
        title: str,
        *,
        shared_as: str = "",
        short: str = "",
        body: str = "",
        said: Mapping[str, Any] | None = None,
        language: str = "",
        **values: Any,
    ) -> Iterator[File]:
        """A page in the words ``said`` of a ``language`` (default: the mirror's), and the QR code of its
        address.

        What readers pass on is its address below ``shared_as``, or, without that, title and mirror. The
        ``body`` goes in untouched.
        """
        address, qr = self.address(path), ""
        if _scans(address):
            png, place = qr_png(address), self._qr_place(path) if self._writing.has_qr_files else ""
            qr = self._writing.href(up_from(path) + place) if place else data_uri(png)
            if place:
                yield File(place, png)
        name = shared_as or f"{title} · {self._mirror.title}"
        values = self._values(
            path,
            address,
            title=self._writing.escape(title),
            language=language or self._language,
            short=short,
            share=self._writing.share(name, address) if address else "",
            qr=qr,
            **values,
        )
        if template == _OF_TEXTS:
            links = values.pop("links")
            yield File(path, self._shells.page(self._at(template), values, links, body))
        else:
            fixed = {**self._fixed, "words": said or self._words, "body": BODY}
            text = settled(self._templates.render(self._at(template), **{**fixed, **values}))
            yield File(path, text.replace(BODY, body.strip()).encode())

    def _small(self, template: str, path: str, title: str, **values: Any) -> File:
        """A page that nobody passes on; it is small, as there may be very many."""
        values = self._values(
            path, self.address(path), title=self._writing.escape(title), language=self._language, **values
        )
        text = self._templates.render(self._at(template), **{**self._fixed, **values})
        return File(path, settled(text).encode())

    def _values(self, path: str, address: str, *, language: str, **values: Any) -> dict[str, Any]:
        """The values of a page, with those that every page has of its own."""
        return {
            "language": language,
            "page_direction": "rtl" if is_right_to_left(language) else "ltr",
            "up": up_from(path),
            "root": up_from(path) + self._rendering.out,
            "canonical": self._writing.href(address) if followable(address) else "",
            "description": "",
            **values,
        }

    # --- links ---------------------------------------------------------------------------

    def _menu(self, path: str, section: Section | None, twin: str = "") -> str:
        """Home, the page's section unless the page is its list, what was read most, editors' lists, the page
        in other renderings, and the operator's own links. ``twin`` is where other renderings have what the
        page shows, if not at its path."""
        parts = [self._lead + self._writing.link(self._words["home"], up_from(path) + self.home_path)]
        if section is not None and path != self.list_path(section) and not section.is_picks:
            parts.append(self._list_link(section, path))
        parts += self._lists_of_choice(path) + self._elsewhere(path, twin)
        return self._writing.menu(self._language, parts + self._own_links(path))

    def _menu_beside(self, stored: Stored, path: str, section: Section) -> str:
        """The menu of a page about an article. Renderings in which the article does not stand have its
        section's list."""
        if self._rendering.is_elsewhere(stored):
            return self._menu(path, section, path)
        key = up_from(path), section.id
        if key not in self._known_menus:  # the same on every page of a section
            self._known_menus[key] = self._menu(path, section, self.list_path(section))
        return self._known_menus[key]

    def _home_menu(self, path: str) -> str:
        parts = self._lists_of_choice(path)
        parts.append(self._writing.link(self._words["help"]["title"], self.help_path))
        parts += self._elsewhere(path) + self._own_links(path)
        return self._writing.menu(self._language, [self._lead + parts[0], *parts[1:]])

    def _lists_of_choice(self, path: str) -> list[str]:
        """Links to the lists that readers ask for first, but the page's own: what was read most, and what
        editors picked."""
        hot = []
        if self._hot and path != self.hot_path:
            hot.append(self._writing.link(self._words["hot"]["title"], up_from(path) + self.hot_path))
        picks = [one for one in self._configuration.sections if one.is_picks and path != self.list_path(one)]
        return hot + [self._list_link(section, path) for section in picks]

    def _list_link(self, section: Section, path: str) -> str:
        return self._writing.link(
            self._writing.escape(section.title), up_from(path) + self.list_path(section)
        )

    def _elsewhere(self, path: str, twin: str = "") -> list[str]:
        """Links to a page in the other renderings, by the names of their languages."""
        return [
            self._writing.link(words(language)["name"], up_from(path) + way + (twin or path))
            for language, way in self._rendering.others
        ]

    def _own_links(self, path: str) -> list[str]:
        """The operator's links for menus, the first labelled as the mirror's."""
        links = self._links("menu", path)
        label = f"{self._words['this_mirror']}{self._words['colon']}"
        return [f"{label}{links[0]}", *links[1:]] if links else []

    def _links(self, place: str, path: str) -> list[str]:
        """The operator's links for a place, on a page."""
        key = place, up_from(path)
        if key not in self._known_links:  # the same few on every page
            links = self._configuration.links
            self._known_links[key] = [self._link(link, path) for link in links if link.place == place]
        return self._known_links[key]

    def _link(self, link: Link, path: str) -> str:
        """One of the operator's links on a page."""
        text = self._writing.escape(link.text)
        if followable(link.url):
            return self._writing.link(text, link.url, outgoing=True)
        if ":" in link.url.split("/", 1)[0]:
            return f"{text} {self._writing.literal(link.url)}"
        return self._writing.link(text, posixpath.normpath(self._way(path, link.url) + link.url))

    def _way(self, path: str, target: str) -> str:
        """The way from a page to the root that a relative address of the operator's begins at. One that is
        not of a page that every rendering has leads out of this one's folder."""
        return up_from(path) if target.startswith(_IN_ALL) else up_from(path) + self._rendering.out


def up_from(path: str) -> str:
    """The way from a page to the edition's root."""
    return "../" * path.count("/")


def _scans(address: str) -> bool:
    """Whether a page has an address, and one that is not too long to scan."""
    return 0 < len(address) <= LONGEST
