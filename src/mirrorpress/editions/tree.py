"""What editions that are a tree of pages have in common, whatever the pages are written in."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Literal

from mirrorpress.editions.front import Front
from mirrorpress.editions.pages import Pages
from mirrorpress.editions.presence import Presence
from mirrorpress.editions.press import Press
from mirrorpress.editions.rehearsal import rehearse
from mirrorpress.editions.renderings import Rendering
from mirrorpress.editions.sample import SampleShelf, bare, full
from mirrorpress.editions.scripts import is_installed, opencc_version
from mirrorpress.editions.templating import Templates
from mirrorpress.editions.withdrawals import withdrawals
from mirrorpress.editions.words import sources
from mirrorpress.editions.writing import Writing
from mirrorpress.model import Configuration, File, Shelf, Standing, Stored

_LAYOUT = 5  # raised whenever pages come out differently, so that every page is rendered again
_SCRIPTS = ("zh-Hans", "zh-Hant", "zh-TW", "zh-HK")  # that ``also_in`` may name


@dataclass(frozen=True, slots=True)
class TreeEdition(ABC):
    """An edition's keys in mirrorpress.toml; implements ``model.Edition``, but for how pages are written and
    where the edition is read."""

    name: str = ""
    pages: str = "pages/{section}/{id}"
    list_size: int = 50
    also_in: tuple[str, ...] = ()
    feeds: Literal["summary", "full"] = "summary"
    short_addresses: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.list_size <= 1000:
            raise ValueError("list_size from 1 to 1000")
        for language in self.also_in:
            if language not in _SCRIPTS:
                raise ValueError(f"also_in of {', '.join(_SCRIPTS)}")
        if self.also_in and not is_installed():
            raise ValueError('the extra that converts Chinese, for also_in: pip install "mirrorpress[zh]"')
        first = self.pages.partition("/")[0]
        if self.also_in and ("{" in first or first in self.also_in):
            raise ValueError("with also_in, pages in a folder of one name, as pages/{section}/{id}")
        if self.short_addresses and ("{" in first or first.lower() == "s"):
            raise ValueError("with short_addresses, pages in a folder of one name other than s")

    @property
    @abstractmethod
    def writing(self) -> Writing:
        """How its pages are written."""

    @abstractmethod
    def addresses(self, configuration: Configuration) -> tuple[str, ...]:
        """Where it is read, the canonical address first."""

    def beside(self, press: Press, since: int | None, standing: Standing | None) -> Iterator[File | str]:  # noqa: ARG002 - for those that have something
        """What stands in the edition beside what every edition of pages has; asked for at every build, when
        ``press`` has rendered the rest. ``since`` and ``standing`` as for ``render``."""
        return iter(())

    def dressed(self, items: Iterator[File | str]) -> Iterator[File | str]:
        """The files and paths that leave, with whatever goes along with each of them."""
        return items

    def digest(self, configuration: Configuration) -> str:
        """A hash of all that every page depends on beside its article."""
        sections = [
            (s.id, s.title, s.publisher, s.language, s.keep, s.skip_titles, s.is_picks)
            for s in configuration.sections
        ]
        publishers = [asdict(publisher) for publisher in configuration.publishers]
        links = [asdict(link) for link in configuration.links]
        seen = [
            _LAYOUT,
            asdict(self),
            asdict(configuration.mirror),
            configuration.is_signed,
            sections,
            publishers,
            links,
            Templates(self.writing.edition, configuration.templates).texts,
            sources(),
            opencc_version() if self.also_in else "",
        ]
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()

    def address(self, configuration: Configuration, stored: Stored | None) -> str:
        """See ``model.Edition``."""
        pages = self._pages(configuration, Rendering.own(configuration, self.also_in))
        if stored is None:
            return pages.address(pages.home_path)
        return pages.address(pages.short_path(stored) or pages.path(stored))

    def front(self, configuration: Configuration, shelf: Shelf) -> str:
        """What was read most and what that means, editors' lists and pinned notes, as JSON."""
        return Front.of(configuration, shelf).as_json()

    def render(
        self,
        configuration: Configuration,
        shelf: Shelf,
        since: int | None,
        *,
        front: str = "",
        before: str = "",
        standing: Standing | None = None,
    ) -> Iterator[File | str]:
        """See ``model.Edition``. With ``since``, work and memory follow what changed, not the mirror."""
        templates = Templates(self.writing.edition, configuration.templates)
        yield from self.dressed(
            self.render_by(
                templates, configuration, shelf, since, front=front, before=before, standing=standing
            )
        )

    def render_by(
        self,
        templates: Templates,
        configuration: Configuration,
        shelf: Shelf,
        since: int | None = None,
        *,
        front: str = "",
        before: str = "",
        standing: Standing | None = None,
    ) -> Iterator[File | str]:
        """As ``render``, by the templates given."""
        now = Front.from_json(front) if front else Front.of(configuration, shelf)
        then = Front.from_json(before) if before else Front()
        own = Rendering.own(configuration, self.also_in)
        for rendering in (own, *(replace(own, language=language) for language in self.also_in)):
            pages = self._pages(configuration, rendering, templates, hot=now.hot.shown)
            its_shelf = rendering.shelf(shelf)
            press = Press(self, rendering.converted, its_shelf, pages, now, Presence(its_shelf, now.held))
            items = press.everything() if since is None else press.since(since, then)
            yield from items if rendering.is_own else _within(rendering, items)
            if rendering.is_own:
                yield from self.beside(press, since, standing)
                if since is None or shelf.withdrawals(since):
                    yield withdrawals(shelf, pages.path)

    def rehearse(self, configuration: Configuration) -> None:
        """See ``model.Edition``."""
        rehearse(self.writing.edition, configuration.templates, partial(self._samples, configuration))

    def _samples(self, configuration: Configuration, templates: Templates) -> None:
        """Render every page of a sample mirror, once with all that pages can show, once with the least."""
        edition = replace(self, list_size=2, short_addresses=True)  # so that there are pages of all kinds
        for sample, shelf in ((full, SampleShelf()), (bare, SampleShelf()), (bare, SampleShelf(empty=True))):
            for _ in edition.render_by(templates, sample(configuration), shelf):
                pass

    def _pages(
        self,
        configuration: Configuration,
        rendering: Rendering,
        templates: Templates | None = None,
        *,
        hot: bool = False,
    ) -> Pages:
        short = self.short_addresses and rendering.is_own
        return Pages(
            configuration,
            self.pages,
            rendering,
            templates,
            self.writing,
            addresses=self.addresses(configuration),
            hot=hot,
            short=short,
        )


def _within(rendering: Rendering, items: Iterable[File | str]) -> Iterator[File | str]:
    """What a rendering gives, below its folder: without the pictures, which all renderings share, and without
    what stands outside it."""
    for item in items:
        path = item if isinstance(item, str) else item.path
        if not path.startswith(("assets/", "../")):
            path = rendering.folder + path
            yield path if isinstance(item, str) else File(path, item.data)
