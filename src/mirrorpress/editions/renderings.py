"""The renderings of an edition: the mirror's own, and others of its Chinese pages in another script.

Another rendering is the same tree of files in a folder of its own, made by the same code from a shelf and a
configuration whose texts are converted. Pages in other languages than Chinese are not there: it links to
those of the mirror's own rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from mirrorpress.editions.scripts import Convert, converter, in_html, in_markdown, is_chinese, script_of
from mirrorpress.model import Article, Configuration, Pick, Revision, Shelf, Stored, Withdrawn


@dataclass(frozen=True)
class Rendering:
    """One rendering, in ``language``, of a mirror; ``configuration`` is as the operator wrote it, ``also_in``
    the languages of those beside the mirror's own."""

    configuration: Configuration
    language: str
    also_in: tuple[str, ...] = ()

    @classmethod
    def own(cls, configuration: Configuration, also_in: tuple[str, ...]) -> Rendering:
        """The mirror's own rendering, in the language of its menus, at the root of the edition."""
        return cls(configuration, configuration.mirror.language, also_in)

    @property
    def is_own(self) -> bool:
        return self.language == self.configuration.mirror.language

    @property
    def folder(self) -> str:
        """Where it stands below the edition's root; empty, or with a slash at its end."""
        return "" if self.is_own else f"{self.language}/"

    @property
    def out(self) -> str:
        """The way from its folder to the edition's root."""
        return "" if self.is_own else "../"

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other renderings: their language, and the way from this one's folder to theirs."""
        own = self.configuration.mirror.language
        ways = {own: self.out} | {language: f"{self.out}{language}/" for language in self.also_in}
        return [(language, way) for language, way in ways.items() if language != self.language]

    def holds(self, stored: Stored) -> bool:
        """Whether the page of an article stands in it."""
        return self.is_own or is_chinese(self._language_of(stored))

    def is_elsewhere(self, stored: Stored) -> bool:
        """Whether the page of an article stands in every rendering."""
        return bool(self.also_in) and is_chinese(self._language_of(stored))

    def converts(self, stored: Stored) -> bool:
        """Whether an article's text is another one here than its publisher's."""
        return not self.is_own and self.holds(stored) and self._converter(stored) is not str

    def _language_of(self, stored: Stored) -> str:
        section = self.configuration.section(stored.section)
        said = stored.article.language or (section.language if section else "")
        return said or self.configuration.mirror.language

    @property
    def _source(self) -> str:
        """The language, with its script, of Chinese that does not say which it is in."""
        own = self.configuration.mirror.language
        if script_of(own) or is_chinese(own):
            return own if script_of(own) else f"{own}-Hans"
        return "zh-Hans" if script_of(self.language) == "Hant" else "zh-Hant"

    def _converter(self, stored: Stored) -> Convert:
        language = self._language_of(stored)
        return converter(language if script_of(language) else self._source, self.language)

    # --- what it is made from ------------------------------------------------------------

    def shelf(self, shelf: Shelf) -> Shelf:
        """The archive as it is read here."""
        return shelf if self.is_own else _ConvertedShelf(shelf, self)

    @cached_property
    def converted(self) -> Configuration:
        """The configuration with its own words, and the publishers' names, as they are read here."""
        known = self.configuration
        if self.is_own:
            return known
        convert = converter(self._source, self.language)
        return replace(
            known,
            mirror=replace(known.mirror, title=convert(known.mirror.title), language=self.language),
            publishers=tuple(
                replace(one, name=convert(one.name), rights_note=convert(one.rights_note))
                for one in known.publishers
            ),
            sections=tuple(
                replace(one, title=convert(one.title), language=self.language if one.language else "")
                if is_chinese(one.language or known.mirror.language)
                else one
                for one in known.sections
            ),
            links=tuple(replace(one, text=convert(one.text)) for one in known.links),
            notes=tuple(replace(one, text=in_markdown(one.text, convert)) for one in known.notes),
        )

    def revisions_of(self, stored: Stored) -> Callable[[Revision], Revision]:
        """What makes of an article's revisions what is read of them here."""
        if not self.converts(stored):
            return _as_it_is
        convert = self._converter(stored)
        return lambda known: replace(
            known,
            title=convert(known.title),
            html=in_html(known.html, convert),
            excerpt=convert(known.excerpt),
        )

    def pick(self, pick: Pick) -> Pick:
        """What an editor picked, under the title that is read here."""
        return replace(pick, title=converter(self._source, self.language)(pick.title))

    def article(self, stored: Stored) -> Stored:
        """An article as it is read here."""
        if not self.converts(stored):
            return stored
        convert, known = self._converter(stored), stored.article
        first_title, article = convert(stored.first_title), _converted(known, convert)
        return replace(stored, first_title=first_title, article=article, original=stored)


def _as_it_is(revision: Revision) -> Revision:
    return revision


def _converted(article: Article, convert: Convert) -> Article:
    return replace(
        article,
        title=convert(article.title),
        html=in_html(article.html, convert),
        markdown=in_markdown(article.markdown, convert),
        excerpt=convert(article.excerpt),
        authors=tuple(map(convert, article.authors)),
        pictures=tuple(
            replace(one, alt=convert(one.alt), caption=convert(one.caption), credit=convert(one.credit))
            for one in article.pictures
        ),
    )


@dataclass(frozen=True)
class _ConvertedShelf:
    """Implements ``model.Shelf``: another shelf, read in one rendering."""

    shelf: Shelf
    rendering: Rendering

    def sections(self) -> Sequence[str]:
        return self.shelf.sections()

    def count(self, section: str) -> int:
        return self.shelf.count(section)

    def count_withdrawn(self, section: str, first: int) -> int:
        return self.shelf.count_withdrawn(section, first)

    def between(self, section: str, first: int, last: int) -> Sequence[Stored]:
        return [self.rendering.article(one) for one in self.shelf.between(section, first, last)]

    def every(self, section: str, first: int = 1) -> Iterator[Stored]:
        return map(self.rendering.article, self.shelf.every(section, first))

    def newest(self, *, bodies: bool) -> Iterator[Stored]:
        return map(self.rendering.article, self.shelf.newest(bodies=bodies))

    def by_day(self, first: date) -> Iterator[Stored]:
        return map(self.rendering.article, self.shelf.by_day(first))

    def changed(self, since: int) -> Iterator[Stored]:
        return map(self.rendering.article, self.shelf.changed(since))

    def withdrawals(self, since: int = 0) -> Sequence[Withdrawn]:
        return self.shelf.withdrawals(since)

    def at(self, places: Iterable[tuple[str, int]]) -> Iterator[Stored]:
        return map(self.rendering.article, self.shelf.at(places))

    def adopted(self, path: str) -> Stored | None:
        found = self.shelf.adopted(path)
        return self.rendering.article(found) if found else None

    def named(self, id: str) -> Stored | None:
        found = self.shelf.named(id)
        return self.rendering.article(found) if found else None

    def referring(self, since: int) -> Iterator[Stored]:
        return map(self.rendering.article, self.shelf.referring(since))

    def former_lists(self, since: int) -> Sequence[str]:
        return self.shelf.former_lists(since)

    def counted_until(self) -> int | None:
        return self.shelf.counted_until()

    def most_read(
        self, until: int, weights: Sequence[int], minimum: int, size: int
    ) -> Sequence[tuple[str, int, int]]:
        return self.shelf.most_read(until, weights, minimum, size)

    def was_read(self, minimum: int) -> bool:
        return self.shelf.was_read(minimum)

    def amendments(self, section: str, position: int) -> Iterator[tuple[Revision, Revision]]:
        stored = self.shelf.between(section, position, position)
        convert = self.rendering.revisions_of(stored[0]) if stored else _as_it_is
        pairs = self.shelf.amendments(section, position)
        return ((convert(before), convert(after)) for before, after in pairs)

    def amended(self, count: int) -> Sequence[Stored]:
        return [self.rendering.article(one) for one in self.shelf.amended(count)]

    def picks(self, section: str) -> Sequence[Pick]:
        return [self.rendering.pick(one) for one in self.shelf.picks(section)]

    def asset(self, path: str) -> Path:
        return self.shelf.asset(path)

    def former_assets(self, since: int) -> Sequence[str]:
        return self.shelf.former_assets(since)

    def assets_of(self, section: str, position: int) -> Sequence[str]:
        return self.shelf.assets_of(section, position)

    def users(self, asset: str) -> Sequence[Stored]:
        return self.shelf.users(asset)
