"""What of a mirror is searched: articles that are shown, as far as their publishers' rights go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from mirrorpress.editions.press import Press
from mirrorpress.editions.search.documents import Document, Rank, day_of
from mirrorpress.editions.search.index import SEGMENTS, index_files, standing_entries
from mirrorpress.editions.search.renewal import renewed
from mirrorpress.editions.search.segments import FOLDER, UnreadableError
from mirrorpress.editions.wording import paragraphs
from mirrorpress.model import File, Section, Standing, Stored

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def searched(press: Press, since: int | None, standing: Standing | None) -> Iterator[File | str]:
    """The index of all articles that are shown. If ``press`` rendered only what changed ``since``, the index
    that stands is brought up to date."""
    language = press.configuration.mirror.language
    shown = _Shown(press)
    if since is None or standing is None:
        yield from index_files(shown.following(None), language)
        return
    entries = standing_entries(standing.read(SEGMENTS))  # none after a build that was cut short
    if entries is not None and press.touched is not None:
        try:
            if press.touched:
                yield from renewed(entries, shown.touched, shown, standing, language=language)
        except UnreadableError:
            pass  # what was given is of the whole index too
        else:
            return
    old = set(standing.below(f"{FOLDER}/"))
    for file in index_files(shown.following(None), language):
        old.discard(file.path)
        yield file
    yield from sorted(old)


class _Shown:
    """The articles that are shown, as they are searched; implements ``renewal.Source``."""

    def __init__(self, press: Press) -> None:
        self._press = press
        self._sections: dict[str, Section] = {section.id: section for section in press.sections()}
        self.touched = {_rank(*at): where for at, where in (press.touched or {}).items()}
        """Where the articles stand of which something was rendered: section, position."""

    def following(self, after: Rank | None) -> Iterator[Document]:
        """Those behind a rank, the oldest first; a stream."""
        for stored in self._press.shelf.by_day(day_of(after) if after else date.min):
            if (after is None or after < _rank_of(stored)) and self._shows(stored):
                yield self._document(stored)

    def at(self, ranks: Sequence[Rank]) -> Iterator[Document]:
        """Those of the touched ones at these ranks, in any order."""
        for stored in self._press.shelf.at(self.touched[rank] for rank in ranks):
            if self._shows(stored):
                yield self._document(stored)

    def _shows(self, stored: Stored) -> bool:
        return self._press.presence.shows(self._sections[stored.section], stored)

    def _document(self, stored: Stored) -> Document:
        press, section = self._press, self._sections[stored.section]
        article, pages = stored.article, press.pages
        excerpt_only = pages.publisher_of(stored).excerpt_only
        return Document(
            path=pages.path(stored),
            title=article.title,
            section=section.id,
            section_title=section.title,
            language=article.language or section.language or press.configuration.mirror.language,
            day=stored.day,
            text=article.excerpt if excerpt_only else "\n".join(paragraphs(article.html)),
            also_in=press.edition.also_in if pages.rendering.is_elsewhere(stored) else (),
            order=_rank_of(stored),
        )


def _rank_of(stored: Stored) -> Rank:
    return _rank(stored.dated or stored.first_date, stored.arrived)


def _rank(dated: datetime, arrived: int) -> Rank:
    """In the order of ``Shelf.by_day``: an article's first revision arrives as it does."""
    return (dated - _EPOCH) // timedelta(microseconds=1), arrived
