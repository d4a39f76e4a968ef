"""The Markdown edition: a git repository that any git host shows as a publication.

README.md                    home
pages/<section>/<id>.md      a page an article
indexes/<section>.md         newest first: the page under way and the last full one
indexes/<section>/<n>.md     full list pages, numbered from the oldest, written once
corrections/<section>/<id>.md  how an article was changed
indexes/corrections.md       what was changed last
indexes/hot.md               what was read most, once readers were counted
feeds/… feed.xml sitemaps/…  see ``syndication``
assets/…                     pictures by content
qr/<page>.png                the QR code of each page's address
<language>/…                 all but the pictures once more, for Chinese in another script
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Literal

from mirrorpress.editions.corrections import corrected_at, corrections
from mirrorpress.editions.hot import HotList, hot_list
from mirrorpress.editions.pages import HOT, Pages, templates
from mirrorpress.editions.renderings import Rendering
from mirrorpress.editions.scripts import is_installed, opencc_version
from mirrorpress.editions.syndication import IN_FEED, Syndication
from mirrorpress.editions.words import sources
from mirrorpress.model import Configuration, File, Section, Shelf, Stored

_LAYOUT = 3  # raised whenever pages come out differently, so that every page is rendered again
_SCRIPTS = ("zh-Hans", "zh-Hant", "zh-TW", "zh-HK")  # that ``also_in`` may name
_ON_HOME = 10  # articles a section
_CORRECTED = 50  # articles in the list of corrections
_AMENDED = 200  # pairs of revisions that are looked at for it; of some the words stayed
_LOOKED_AT = 10 * IN_FEED  # articles that are looked at for the mirror's feed; many may have left the edition


@dataclass(frozen=True, slots=True)
class MarkdownEdition:
    """The edition's keys in mirrorpress.toml; implements ``model.Edition``."""

    name: str = "markdown"
    pages: str = "pages/{section}/{id}.md"
    list_size: int = 50
    also_in: tuple[str, ...] = ()
    feeds: Literal["summary", "full"] = "summary"

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
            raise ValueError("with also_in, pages in a folder of one name, as pages/{section}/{id}.md")

    def digest(self, configuration: Configuration) -> str:
        """A hash of all that every page depends on beside its article."""
        sections = [(s.id, s.title, s.publisher, s.language, s.keep) for s in configuration.sections]
        publishers = [asdict(publisher) for publisher in configuration.publishers]
        links = [asdict(link) for link in configuration.links]
        seen = [
            _LAYOUT,
            asdict(self),
            asdict(configuration.mirror),
            sections,
            publishers,
            links,
            templates(),
            sources(),
            opencc_version() if self.also_in else "",
        ]
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()

    def front(self, configuration: Configuration, shelf: Shelf) -> str:
        """What was read most, and what that means, as JSON."""
        hot = {"hot": hot_list(configuration.hot, shelf).as_json(), "hot_policy": asdict(configuration.hot)}
        return json.dumps(hot, ensure_ascii=False)

    def render(
        self,
        configuration: Configuration,
        shelf: Shelf,
        since: int | None,
        *,
        front: str = "",
        before: str = "",
    ) -> Iterator[File | str]:
        """See ``model.Edition``. With ``since``, work and memory follow what changed, not the mirror."""
        hot = _hot_in(front or self.front(configuration, shelf))
        hot_before = _hot_in(before) if before else HotList()
        own = Rendering.own(configuration, self.also_in)
        for rendering in (own, *(replace(own, language=language) for language in self.also_in)):
            pages = Pages(configuration, self.pages, rendering, hot=hot.shown)
            press = _Press(self, rendering.converted, rendering.shelf(shelf), pages, hot)
            items = press.everything() if since is None else press.since(since, hot_before)
            yield from items if rendering.is_own else _within(rendering, items)


def _hot_in(front: str) -> HotList:
    return HotList.from_json(json.loads(front)["hot"])


def _within(rendering: Rendering, items: Iterable[File | str]) -> Iterator[File | str]:
    """What a rendering gives, below its folder: without the pictures, which all renderings share, and without
    what stands outside it."""
    for item in items:
        path = item if isinstance(item, str) else item.path
        if not path.startswith(("assets/", "../")):
            path = rendering.folder + path
            yield path if isinstance(item, str) else File(path, item.data)


@dataclass(frozen=True)
class _Press:
    """One rendering: decides which files there are, or which changed."""

    edition: MarkdownEdition
    configuration: Configuration
    shelf: Shelf
    pages: Pages
    hot: HotList

    @cached_property
    def syndication(self) -> Syndication:
        full, size = self.edition.feeds == "full", self.edition.list_size
        return Syndication(self.configuration, self.pages, self._corrected_at, full=full, list_size=size)

    def everything(self) -> Iterator[File | str]:
        known = self._sections()
        for section in known:
            count = self.shelf.count(section.id)
            dropped = self._dropped(section, count)
            for stored in self._outliving(section, dropped):
                yield from self._article(section, stored)
            for stored in self.shelf.every(section.id, dropped + 1):
                yield from self._article(section, stored)
            yield from self._lists(section, count, range(1, count // self.edition.list_size + 1))
            yield from self._sitemaps(section, count, self._shards(section, count))
        yield from self._corrections(known)
        yield from self._front(known)
        yield from self.pages.help()

    def since(self, since: int, hot_before: HotList) -> Iterator[File | str]:
        yield from self.changes(since, hot_before)
        if self.hot.shown != hot_before.shown:  # the menus of all pages, once in a mirror's life
            yield from self.everything()

    def changes(self, since: int, hot_before: HotList) -> Iterator[File | str]:
        known = {section.id: section for section in self._sections()}
        touched: dict[str, int] = {}  # section: its first new position, or one past its last
        amended = False
        mapped: dict[str, set[int]] = {}  # section: numbers of the sitemaps that its changed articles are in
        for stored in self.shelf.changed(since):
            section = known[stored.section]
            count = self.shelf.count(section.id)
            new = stored.position if stored.arrived > since else count + 1
            touched[section.id] = min(touched.get(section.id, count + 1), new)
            mapped.setdefault(section.id, set()).add(self._shard_of(stored.position))
            amended |= stored.revision > 1
            if self._is_kept(section, stored.position, count):
                yield from self._article(section, stored)
        leaving = set(self.shelf.former_assets(since)) if touched else set()
        for id, first_new in sorted(touched.items()):
            section, size = known[id], self.edition.list_size
            count = self.shelf.count(id)
            yield from self._lists(section, count, range((first_new - 1) // size + 1, count // size + 1))
            before, now = self._dropped(section, first_new - 1), self._dropped(section, count)
            if now > before:
                amended = True  # the list of corrections may have named what leaves
                yield from self._leaving(section, before, now, leaving)
                mapped[id].update(range(self._shard_of(before + 1), self._shard_of(now) + 1))
            yield from self._sitemaps(section, count, sorted(mapped[id]))
        for section in known.values():
            count = self.shelf.count(section.id)
            before = self._dropped(section, touched.get(section.id, count + 1) - 1)
            for item in self._heat(section, before, hot_before, leaving):
                amended = True
                yield item
        if amended:
            yield from self._corrections(list(known.values()))
        yield from sorted(asset for asset in leaving if not self._is_shown(known, asset))
        yield from self._front(list(known.values()))

    def _sections(self) -> list[Section]:
        """Sections of the configuration, then those that only the archive knows (adopted ones)."""
        configured = list(self.configuration.sections)
        known = {section.id for section in configured}
        return configured + [Section(id, id, "") for id in self.shelf.sections() if id not in known]

    def _article(self, section: Section, stored: Stored) -> Iterator[File | str]:
        found = []
        if stored.revision > 1:
            pairs = self.shelf.amendments(section.id, stored.position)
            excerpt_only = self.pages.publisher_of(stored).excerpt_only
            found = list(corrections(pairs, excerpt_only=excerpt_only))
        yield from self.pages.article(section, stored, found)
        if stored.revision > 1 and not found:
            yield from self.pages.with_qr(self.pages.correction_path(stored))
        if not self.pages.publisher_of(stored).excerpt_only:
            for asset in stored.article.assets:
                yield File(asset, self.shelf.asset(asset))

    def _lists(self, section: Section, count: int, full: range) -> Iterator[File]:
        """The section's list and feeds, and the full list pages in ``full`` that are still kept."""
        size = self.edition.list_size
        first_kept = self._dropped(section, count) // size + 1
        for number in range(max(full.start, first_kept), full.stop):
            articles = self.shelf.between(section.id, (number - 1) * size + 1, number * size)
            # With retention an older page may leave, and a full page is never rewritten: it names none.
            older = [] if section.keep else [n for n in (number - 1, number - 10, number - 100) if n >= 1]
            yield from self.pages.full_list(section, number, articles, list(dict.fromkeys(older)))
        last_full = count // size
        newest = self.shelf.between(section.id, max(last_full - 1, first_kept - 1, 0) * size + 1, count)
        kept = count - self._dropped(section, count)
        yield from self.pages.newest(section, newest, _shown_numbers(first_kept, last_full), kept)
        fed = newest[-IN_FEED:]
        if fed and self.syndication.full:
            fed = list(self.shelf.every(section.id, fed[0].position))
        yield from self.syndication.section(section, fed[::-1])

    def _corrections(self, sections: Sequence[Section]) -> Iterator[File]:
        """The list of what was corrected last, of what is in the edition."""
        known = {section.id: section for section in sections}
        found: list[tuple[Stored, datetime]] = []
        for stored in self.shelf.amended(_AMENDED):
            section = known[stored.section]
            if not self._is_kept(section, stored.position, self.shelf.count(section.id)):
                continue
            if moment := self._corrected_at(stored):
                found.append((stored, moment))
            if len(found) == _CORRECTED:
                break
        yield from self.pages.corrections(found)

    def _corrected_at(self, stored: Stored) -> datetime | None:
        """When an article was corrected last."""
        if stored.revision == 1:
            return None
        pairs = self.shelf.amendments(stored.section, stored.position)
        return corrected_at(pairs, excerpt_only=self.pages.publisher_of(stored).excerpt_only)

    # --- sitemaps ------------------------------------------------------------------------

    def _shard_of(self, position: int) -> int:
        return (position - 1) // self.syndication.shard + 1

    def _shards(self, section: Section, count: int) -> range:
        """The numbers of the sitemaps of a section that hold articles."""
        first = self._shard_of(self._dropped(section, count) + 1)
        return range(first, self._shard_of(count) + 1)

    def _sitemaps(self, section: Section, count: int, numbers: Iterable[int]) -> Iterator[File | str]:
        """Those with these numbers; one whose articles have all left leaves with them."""
        if not self.syndication.has_sitemap:
            return
        standing, size = self._shards(section, count), self.syndication.shard
        for number in numbers:
            if number in standing:
                first = max((number - 1) * size, self._dropped(section, count)) + 1
                articles = self.shelf.between(section.id, first, min(number * size, count))
                yield self.syndication.sitemap_of(section, number, articles)
            else:
                yield self.syndication.shard_path(section, number)

    def _front(self, sections: Sequence[Section]) -> Iterator[File | str]:
        newest, shards = [], []
        for section in sections:
            count = self.shelf.count(section.id)
            first = max(count - _ON_HOME, self._dropped(section, count)) + 1
            newest.append((section, self.shelf.between(section.id, first, count)))
            shards.append((section, self._shards(section, count)))
        places = [(section, position) for section, position, _ in self.hot.places]
        hot = [one for section, at in places for one in self.shelf.between(section, at, at)]
        yield from self.pages.home(newest, self.hot, hot)
        if self.hot.shown:
            yield from self.pages.hot(self.hot, hot, self.configuration.hot)
        else:
            yield from self.pages.with_qr(HOT)
        yield from self.syndication.whole(self._newest(sections))
        yield from self.syndication.outlines(sections)
        yield from self.syndication.sitemap_index(shards)

    def _newest(self, sections: Sequence[Section]) -> list[tuple[Section, Stored]]:
        """The newest articles of all sections that are still in the edition."""
        dropped = {one.id: self._dropped(one, self.shelf.count(one.id)) for one in sections}
        known = {section.id: section for section in sections}
        standing = (
            (known[stored.section], stored)
            for stored in islice(self.shelf.newest(bodies=self.syndication.full), _LOOKED_AT)
            if stored.position > dropped[stored.section]
        )
        return list(islice(standing, IN_FEED))

    # --- retention -----------------------------------------------------------------------

    def _is_kept(self, section: Section, position: int, count: int) -> bool:
        """Whether the article at this position of a section with ``count`` articles is in the edition."""
        return position > self._dropped(section, count) or self.hot.holds(section.id, position)

    def _outliving(self, section: Section, dropped: int) -> Iterator[Stored]:
        """What stays although it is among the ``dropped`` oldest, with bodies."""
        hot = sorted((id, position) for id, position, _ in self.hot.places if id == section.id)
        return self.shelf.at(place for place in hot if place[1] <= dropped)

    def _heat(
        self, section: Section, dropped: int, before: HotList, leaving: set[str]
    ) -> Iterator[File | str]:
        """Articles that were among the ``dropped`` oldest already: they come back when they are hot now, and
        leave when they no longer are."""
        for stored in self._outliving(section, dropped):
            if not before.holds(section.id, stored.position):
                yield from self._article(section, stored)
        for id, position, _ in before.places:
            if id == section.id and position <= dropped and not self.hot.holds(id, position):
                for stored in self.shelf.between(id, position, position):
                    yield from self._leave(stored, leaving)

    def _dropped(self, section: Section, count: int) -> int:
        """How many of the oldest articles have left: whole list pages, once all below ``keep``."""
        if not section.keep or count <= section.keep:
            return 0
        return (count - section.keep) // self.edition.list_size * self.edition.list_size

    def _leaving(self, section: Section, before: int, now: int, leaving: set[str]) -> Iterator[str]:
        """Paths of the articles after position ``before`` up to ``now``; their assets go into ``leaving``."""
        size = self.edition.list_size
        for stored in self.shelf.between(section.id, before + 1, now):
            if not self.hot.holds(section.id, stored.position):
                yield from self._leave(stored, leaving)
        for number in range(before // size + 1, now // size + 1):
            yield from self.pages.with_qr(f"indexes/{section.id}/{number}.md")

    def _leave(self, stored: Stored, leaving: set[str]) -> Iterator[str]:
        """The paths of an article that leaves; its assets go into ``leaving``."""
        yield from self.pages.with_qr(self.pages.path(stored))
        yield from self.pages.with_qr(self.pages.correction_path(stored))
        leaving.update(self.shelf.assets_of(stored.section, stored.position))

    def _is_shown(self, known: dict[str, Section], asset: str) -> bool:
        return any(
            self._is_kept(known[user.section], user.position, self.shelf.count(user.section))
            and not self.pages.publisher_of(user).excerpt_only
            for user in self.shelf.users(asset)
        )


def _shown_numbers(first: int, last: int) -> list[int]:
    """The full list pages that a section's list names: the last ten, then every tenth, then the first."""
    numbers = range(last, first - 1, -1)
    return [*numbers[:10], *[n for n in numbers[10:] if n % 10 == 0 or n == first][:20]]
