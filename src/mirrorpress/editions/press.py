"""One rendering of an edition: which of its files there are, or which changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Literal, Protocol

from mirrorpress.editions.corrections import corrected_at, corrections
from mirrorpress.editions.former import SectionNames, list_for, needs_page
from mirrorpress.editions.front import Front
from mirrorpress.editions.home import ON_HOME, Listed, home
from mirrorpress.editions.pages import Pages
from mirrorpress.editions.presence import Presence
from mirrorpress.editions.syndication import IN_FEED, Syndication
from mirrorpress.model import Configuration, File, Section, Shelf, Stored
from mirrorpress.paths import folded

_CORRECTED = 50  # articles in the list of corrections
_AMENDED = 200  # pairs of revisions that are looked at for it; of some the words stayed
_LOOKED_AT = 10 * IN_FEED  # articles that are looked at for a front page or a feed: some may not be shown
_PICKS = "indexes/picks.md"  # kept for a list of the editors' choice
_AT_ONCE = 500  # articles that left, rendered from one query


class Form(Protocol):
    """What of an edition's keys decides which files there are."""

    @property
    def list_size(self) -> int: ...

    @property
    def feeds(self) -> Literal["summary", "full"]: ...

    @property
    def pages(self) -> str: ...

    @property
    def also_in(self) -> tuple[str, ...]: ...


@dataclass
class Press:
    """Decides which files there are, or which changed."""

    edition: Form
    configuration: Configuration
    shelf: Shelf
    pages: Pages
    front: Front
    presence: Presence
    touched: dict[tuple[datetime, int], tuple[str, int]] | None = field(default_factory=dict)
    """The articles of which something was rendered: when each came out and arrived, its section and position.
    None: all of them."""

    @cached_property
    def syndication(self) -> Syndication:
        full, size = self.edition.feeds == "full", self.edition.list_size
        return Syndication(self.configuration, self.pages, self._corrected_at, full=full, list_size=size)

    def everything(self) -> Iterator[File | str]:
        known = self.sections()
        self.touched = None
        for section in known:
            count = self.shelf.count(section.id)
            dropped = self.presence.dropped(section, count)
            yield from self._remains(section, 1, dropped)
            for stored in self._outliving(section, dropped):
                yield from self._article(section, stored)
            for stored in self.shelf.every(section.id, dropped + 1):
                yield from self._article(section, stored)
            yield from self._lists(section, count, range(1, count // self.edition.list_size + 1))
            yield from self._sitemaps(section, count, self._shards(section, count))
        yield from self._corrections(known)
        yield from self._front(known)
        yield from self._former_lists(known, 0)
        yield from self.pages.help()
        yield from self.pages.mirrors()

    def since(self, since: int, before: Front) -> Iterator[File | str]:
        yield from self.changes(since, before)
        if self.front.hot.shown != before.hot.shown:  # the menus of all pages, once in a mirror's life
            yield from self.everything()

    def changes(self, since: int, front_before: Front) -> Iterator[File | str]:
        known = {section.id: section for section in self.sections()}
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
            yield from self._article(section, stored)
        for stored in self.shelf.referring(since):
            if self.presence.shows(known[stored.section], stored):
                yield from self._article(known[stored.section], stored)
        leaving = set(self.shelf.former_assets(since)) if touched else set()
        rewritten = self._rewritten(since)
        for id, first_new in sorted(touched.items()):
            section, size = known[id], self.edition.list_size
            count = self.shelf.count(id)
            full = range((first_new - 1) // size + 1, count // size + 1)
            yield from self._lists(section, count, sorted({*full, *rewritten.get(id, ())}))
            before, now = (self.presence.dropped(section, at) for at in (first_new - 1, count))
            if now > before:
                amended = True  # the list of corrections may have named what leaves
                yield from self._remains(section, before + 1, now, leaving)
                mapped[id].update(range(self._shard_of(before + 1), self._shard_of(now) + 1))
            yield from self._sitemaps(section, count, sorted(mapped[id]))
        for section in known.values():
            count = self.shelf.count(section.id)
            before = self.presence.dropped(section, touched.get(section.id, count + 1) - 1)
            for item in self._called_back(section, before, front_before, leaving):
                amended = True
                yield item
            if section.id not in touched and self.front.notes_at(section.id) != front_before.notes_at(
                section.id
            ):
                yield from self._lists(section, count, ())
        if amended:
            yield from self._corrections(list(known.values()))
        yield from sorted(asset for asset in leaving if not self._is_shown(known, asset))
        yield from self._front(list(known.values()))
        if self.front.mirrors != front_before.mirrors:
            yield from self.pages.help()
            yield from self.pages.mirrors()
        # A section that is new may stand for lists that were noted before.
        yield from self._former_lists(list(known.values()), 0 if 1 in touched.values() else since)

    def _rewritten(self, since: int) -> dict[str, set[int]]:
        """Numbers of full list pages, by section, that name what was withdrawn or restored after ``since``:
        the one case in which such a page is written again."""
        numbers: dict[str, set[int]] = {}
        for section, position in filter(None, (one.place for one in self.shelf.withdrawals(since))):
            number = (position - 1) // self.edition.list_size + 1
            if number <= self.shelf.count(section) // self.edition.list_size:
                numbers.setdefault(section, set()).add(number)
        return numbers

    def sections(self) -> list[Section]:
        """Sections of the configuration, then those that only the archive knows (adopted ones)."""
        configured = list(self.configuration.sections)
        known = {section.id for section in configured}
        return configured + [Section(id, id, "") for id in self.shelf.sections() if id not in known]

    def _article(
        self, section: Section, stored: Stored, leaving: set[str] | None = None
    ) -> Iterator[File | str]:
        """What stands at an article's path, and what goes with it. One that is shown must have its body; the
        assets of one that is not go into ``leaving``."""
        state, path = self.presence.state(section, stored), self.pages.path(stored)
        if self.touched is not None:
            self.touched[stored.dated or stored.first_date, stored.arrived] = section.id, stored.position
        if state == "shown":
            yield from self._shown_article(section, stored)
            return
        small = self.pages.left if state == "left" else self.pages.tombstone
        yield from small(section, stored, self._former(stored))
        beside = (*self.pages.with_qr(path), *self.pages.with_qr(self.pages.correction_path(stored)))
        yield from (one for one in beside if one != path)
        if leaving is not None:
            leaving.update(self.shelf.assets_of(stored.section, stored.position))

    def _shown_article(self, section: Section, stored: Stored) -> Iterator[File | str]:
        excerpt_only = self.pages.publisher_of(stored).excerpt_only
        found = []
        if stored.revision > 1:
            pairs = self.shelf.amendments(section.id, stored.position)
            found = list(corrections(pairs, excerpt_only=excerpt_only))
        yield from self.pages.article(section, stored, found, self.shelf.adopted, self._former(stored))
        if stored.revision > 1 and not found:
            yield from self.pages.with_qr(self.pages.correction_path(stored))
        if not excerpt_only:
            for asset in stored.article.assets:
                yield File(asset, self.shelf.asset(asset))

    def _lists(self, section: Section, count: int, full: Iterable[int]) -> Iterator[File]:
        """The section's list and feeds, and the full list pages with the numbers ``full``."""
        size = self.edition.list_size
        for number in full:
            articles = self.shelf.between(section.id, (number - 1) * size + 1, number * size)
            listed = [one for one in articles if self.presence.is_listed(section, one)]
            older = [n for n in (number - 1, number - 10, number - 100) if n >= 1]
            yield from self.pages.full_list(section, number, listed, list(dict.fromkeys(older)))
        if section.is_picks:
            return  # its list and feeds are the editor's, see ``_front``
        last_full = count // size
        first = max(max(last_full - 1, 0) * size, self.presence.dropped(section, count)) + 1
        newest = self._shown(section, self.shelf.between(section.id, first, count))
        total = self.presence.total(section)
        yield from self.pages.newest(section, newest, _shown_numbers(last_full), total)
        fed = newest[-IN_FEED:]
        if fed and self.syndication.full:
            fed = self._shown(section, self.shelf.every(section.id, fed[0].position))
        yield from self.syndication.section(section, fed[::-1])

    def _corrections(self, sections: Sequence[Section]) -> Iterator[File]:
        """The list of what was corrected last, of what is in the edition."""
        known = {section.id: section for section in sections}
        found: list[tuple[Stored, datetime]] = []
        for stored in self.shelf.amended(_AMENDED):
            if not self.presence.shows(known[stored.section], stored):
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
        first = self._shard_of(self.presence.dropped(section, count) + 1)
        return range(first, self._shard_of(count) + 1)

    def _sitemaps(self, section: Section, count: int, numbers: Iterable[int]) -> Iterator[File | str]:
        """Those with these numbers; one whose articles have all left leaves with them."""
        if not self.syndication.has_sitemap:
            return
        standing, size = self._shards(section, count), self.syndication.shard
        for number in numbers:
            if number in standing:
                first = max((number - 1) * size, self.presence.dropped(section, count)) + 1
                articles = self.shelf.between(section.id, first, min(number * size, count))
                yield self.syndication.sitemap_of(section, number, self._shown(section, articles))
            else:
                yield self.syndication.shard_path(section, number)

    def _shown(self, section: Section, articles: Iterable[Stored]) -> list[Stored]:
        return [one for one in articles if self.presence.shows(section, one)]

    def _front(self, sections: Sequence[Section]) -> Iterator[File | str]:
        known = {section.id: section for section in sections}
        of_sections, picks = [], []
        for section in sections:
            if section.is_picks:
                picks.append((section, self._picked(known, section)))
            else:
                of_sections.append((section, self._newest(section)))
        hot = [
            (one, readers)
            for section, at, readers in self.front.hot.places
            for one in self.shelf.between(section, at, at)
            if self.presence.shows(known[section], one)
        ]
        newest = self._newest_of_all(sections)
        yield from self.pages.home(
            home(self.configuration, of_sections, [one for _, one in newest], picks, hot)
        )
        if self.front.hot.shown:
            yield from self.pages.hot(self.front.hot, hot, self.configuration.hot)
        else:
            yield from self.pages.with_qr(self.pages.hot_path)
        for section, listed in picks:
            yield from self._picks_list(section, listed)
        yield from self.pages.search(sections)
        yield from self.syndication.whole(newest)
        yield from self.syndication.outlines(sections)
        shards = [(section, self._shards(section, self.shelf.count(section.id))) for section in sections]
        yield from self.syndication.sitemap_index(shards)

    def _picked(self, known: Mapping[str, Section], section: Section) -> list[Listed]:
        """What an editor picked for a section, of what is shown, under the editor's titles."""
        return [
            Listed(stored, pick.title or stored.article.title)
            for pick in self.shelf.picks(section.id)
            for stored in self.shelf.between(pick.section, pick.position, pick.position)
            if self.presence.shows(known[stored.section], stored)
        ]

    def _picks_list(self, section: Section, listed: Sequence[Listed]) -> Iterator[File]:
        """An editor's list, which leads on to the full pages of the articles that it brought, and feeds."""
        full = _shown_numbers(self.shelf.count(section.id) // self.edition.list_size)
        yield from self.pages.picks(section, listed, full)
        fed: Iterable[Stored] = [one.stored for one in listed[:IN_FEED]]
        if self.syndication.full:
            fed = self.shelf.at((one.section, one.position) for one in fed)
        articles = [
            replace(stored, article=replace(stored.article, title=one.title))
            for stored, one in zip(fed, listed[:IN_FEED], strict=True)
        ]
        yield from self.syndication.section(section, articles)

    def _newest_of_all(self, sections: Sequence[Section]) -> list[tuple[Section, Stored]]:
        """The newest articles of all sections that are shown, newest first, as many as a feed holds."""
        known = {section.id: section for section in sections}
        newest = islice(self.shelf.newest(bodies=self.syndication.full), _LOOKED_AT)
        shown = (one for one in newest if self.presence.shows(known[one.section], one))
        return [(known[one.section], one) for one in islice(shown, IN_FEED)]

    def _newest(self, section: Section) -> list[Stored]:
        """The section's newest articles that are shown, ascending, as many as home names."""
        count = self.shelf.count(section.id)
        oldest = max(self.presence.dropped(section, count), count - _LOOKED_AT)
        found: list[Stored] = []
        while count > oldest and len(found) < ON_HOME:
            first = max(oldest, count - ON_HOME) + 1
            found = self._shown(section, self.shelf.between(section.id, first, count)) + found
            count = first - 1
        return found[-ON_HOME:]

    # --- paths of old mirrors ------------------------------------------------------------

    def _former(self, stored: Stored) -> Iterator[str]:
        """Paths at which an article stood in old mirrors, where a small page leads on to it."""
        if stored.former and self.pages.has_former:
            own, edition = self.pages.path(stored), self.edition
            for path in stored.former:
                if needs_page(path, own, edition.pages, self._stands_at, edition.also_in):
                    yield path

    def _stands_at(self, id: str) -> str:
        found = self.shelf.named(id)
        return self.pages.path(found) if found else ""

    def _former_lists(self, sections: Sequence[Section], since: int) -> Iterator[File | str]:
        """Small pages at the paths of old mirrors' lists, of those noted after ``since``, where no list of
        the edition's own stands."""
        paths = self.shelf.former_lists(since) if self.pages.has_former else ()
        if not paths:
            return
        names, hot = SectionNames(sections), self.pages.hot_path if self.front.hot.shown else ""
        titles = {self.pages.list_path(section): section.title for section in sections}
        own = (*titles, self.pages.hot_path, self.pages.corrections_path, _PICKS)
        taken = {folded(path): path for path in own}
        titles[self.pages.hot_path] = self.pages.hot_title
        titles[self.pages.home_path] = self.configuration.mirror.title
        for path in paths:
            target = list_for(path, names, hot)
            if folded(path) not in taken:
                yield self.pages.leading_to_list(path, target, titles[target])
            elif path not in taken.values():
                yield path

    # --- retention -----------------------------------------------------------------------

    def _remains(
        self, section: Section, first: int, last: int, leaving: set[str] | None = None
    ) -> Iterator[File | str]:
        """What stands in place of the articles at these positions that are not shown."""
        for start in range(first, last + 1, _AT_ONCE):
            for stored in self.shelf.between(section.id, start, min(start + _AT_ONCE - 1, last)):
                if not self.presence.shows(section, stored):
                    yield from self._article(section, stored, leaving)

    def _outliving(self, section: Section, dropped: int) -> Iterator[Stored]:
        """What stays although it is among the ``dropped`` oldest, with bodies."""
        held = sorted(place for place in self.presence.held if place[0] == section.id)
        return self.shelf.at(place for place in held if place[1] <= dropped)

    def _called_back(
        self, section: Section, dropped: int, before: Front, leaving: set[str]
    ) -> Iterator[File | str]:
        """Articles that were among the ``dropped`` oldest already: they come back when they are hot or picked
        now, and leave when they no longer are."""
        for stored in self._outliving(section, dropped):
            if (section.id, stored.position) not in before.held:
                yield from self._article(section, stored)
        for id, position in sorted(before.held - self.front.held):
            if id == section.id and position <= dropped:
                yield from self._remains(section, position, position, leaving)

    def _is_shown(self, known: dict[str, Section], asset: str) -> bool:
        return any(
            self.presence.shows(known[user.section], user) and not self.pages.publisher_of(user).excerpt_only
            for user in self.shelf.users(asset)
        )


def _shown_numbers(last: int) -> list[int]:
    """The full list pages that a section's list names: the last ten, then every tenth, then the first."""
    numbers = range(last, 0, -1)
    return [*numbers[:10], *[n for n in numbers[10:] if n % 10 == 0 or n == 1][:20]]
