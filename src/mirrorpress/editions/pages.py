"""The pages of an edition: an article, a list, the home page, the help page.

What is rendered here depends only on the configuration and on the articles given; ``press`` decides which
pages are rendered, and from which articles; ``writing`` how what is said here is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from mirrorpress.editions.correctionpages import moments
from mirrorpress.editions.corrections import Correction
from mirrorpress.editions.days import long_day, short_day
from mirrorpress.editions.direction import joined
from mirrorpress.editions.frame import Frame, up_from
from mirrorpress.editions.home import Home, Listed, pinned
from mirrorpress.editions.hot import HotList, days_of
from mirrorpress.editions.mirrors import MirrorLines
from mirrorpress.editions.search.page import Place, preloads, search_page
from mirrorpress.editions.words import counted, is_right_to_left, languages, numeral, spoken, words
from mirrorpress.links import followable
from mirrorpress.model import (
    File,
    HotPolicy,
    Note,
    Publisher,
    Section,
    Stored,
    local_day,
)


class Pages(Frame):
    """Renders the pages of one configuration, each within its frame."""

    # --- articles ------------------------------------------------------------------------

    def article(
        self,
        section: Section,
        stored: Stored,
        corrections: Sequence[Correction],
        adopted: Callable[[str], Stored | None],
        former: Iterable[str],
    ) -> Iterator[File]:
        """An article's page, one of how it was changed if it was, their QR codes, and pages that lead on at
        its short address and at the paths ``former``; nothing when this rendering does not hold it.
        ``corrections`` are newest first; ``adopted`` gives the article that stood at a path in an old mirror.
        """
        if not self._rendering.holds(stored):
            return
        path, article, publisher = self.path(stored), stored.article, self.publisher_of(stored)
        if publisher.excerpt_only:
            body = self._writing.excerpt(article.excerpt, self._words["excerpt"])
        else:
            body = self._writing.body(
                article, up_from(path) + self._rendering.out, self._way_to(path, adopted)
            )
        changed = moments(self._language, stored, [one.at for one in corrections])
        link = self._writing.href(up_from(path) + self.correction_path(stored))
        note = self._words["corrections"]["note"]
        short = self.short_path(stored)
        yield from self._shared(
            "page",
            path,
            article.title,
            shared_as=article.title,
            body=body,
            menu=self._menu_beside(stored, path, section),
            converted=self._converted(path) if self._rendering.converts(stored) else "",
            byline=self._byline(stored, publisher),
            corrected=self._writing.inline(note.format(when=changed[0], link=link)) if changed else "",
            partial=self._words["partial"] if article.partial else "",
            direction=self._direction(stored),
            text_language=self._language_of(stored),
            description=self._writing.escape(article.excerpt),
            rights=self.rights(publisher, self._writing.escape),
            original=self._writing.address(article.url),
            short=self._writing.address(self.address(short)) if short and self.address(short) else "",
            links=self._links("after-article", path),
        )
        if corrections:
            yield from self._correction(section, stored, list(zip(changed, corrections, strict=True)))
        yield from self._onward(stored, article.title, self._words["onward"], former, original=article.url)

    def _way_to(self, path: str, adopted: Callable[[str], Stored | None]) -> Callable[[str], str]:
        """Where pages of an old mirror stand now, as links on the page at ``path`` name them."""

        def way(place: str) -> str:
            found = adopted(place)
            return self._writing.href(up_from(path) + self.path(found)) if found else ""

        return way

    def _correction(
        self, section: Section, stored: Stored, corrections: Sequence[tuple[str, Correction]]
    ) -> Iterator[File]:
        """The page of how an article was changed, with its moments in words."""
        path, title = self.correction_path(stored), stored.article.title
        return self._shared(
            "correction",
            path,
            self._words["corrections"]["page"].format(title=title),
            menu=self._menu_beside(stored, path, section),
            lead=self._lead,
            article=self._writing.escape(title),
            article_path=self._writing.href(up_from(path) + self.path(stored)),
            excerpt_only=self.publisher_of(stored).excerpt_only or stored.article.partial,
            direction=self._direction(stored),
            text_language=self._language_of(stored),
            corrections=[
                {
                    "when": when,
                    "title": self._writing.changed(one.title),
                    "paragraphs": list(map(self._writing.changed, one.paragraphs)),
                    "cut": one.cut,
                }
                for when, one in corrections
            ],
        )

    def _language_of(self, stored: Stored) -> str:
        return stored.article.language or self._language

    def _direction(self, stored: Stored) -> str:
        """Which way an article runs, if that is to be said."""
        if is_right_to_left(self._language_of(stored)):
            return "rtl"
        return "ltr" if is_right_to_left(self._language) else ""

    def _byline(self, stored: Stored, publisher: Publisher) -> str:
        article = stored.article
        written = self._writing.escape
        parts = [self._writing.strong(self._lead + written(publisher.name)), *map(written, article.authors)]
        parts.append(long_day(self._language, stored.day))
        if updated := stored.day_updated:
            parts.append(f"{self._words['updated']} {long_day(self._language, updated)}")
        return joined(self._language, parts)

    def _converted(self, path: str) -> str:
        """Who converted a page, and where it stands as it was: in the mirror's own rendering."""
        language, way = self._rendering.others[0]
        link = self._writing.link(words(language)["name"], up_from(path) + way + path)
        return str(self._words["converted"]).format(name=link)

    def rights(self, publisher: Publisher, written: Callable[[str], str] = str) -> str:
        """Whose an article is and what allows it to stand here; ``written`` is how names go into it."""
        said: dict[str, str] = self._words["rights"]
        rights = "excerpt" if publisher.excerpt_only else publisher.rights or ""
        text = said.get(rights, said["licence"])
        return text.format(publisher=written(publisher.name), licence=written(publisher.rights or ""))

    # --- where an article was ------------------------------------------------------------

    def left(self, section: Section, stored: Stored, former: Iterable[str]) -> Iterator[File]:
        """The small page of an article that the edition no longer shows: where the original is. ``former`` as
        for ``article``."""
        title, original = stored.article.title, stored.article.url
        yield from self._remains("left", section, stored, title, original=self._writing.address(original))
        yield from self._onward(stored, title, self._words["onward"], former, original=original)

    def tombstone(self, section: Section, stored: Stored, former: Iterable[str]) -> Iterator[File]:
        """The page of an article that was withdrawn: only its publisher, its day and, if that was said, its
        title. ``former`` as for ``article``."""
        told, said = stored.withdrawn, self._words["withdrawn"]
        if told is None:
            return
        title = stored.article.title if told.keeps_title else said["title"]
        text = said["text"].format(date=long_day(self._language, told.at.date()))
        reason = f"{said['reason']}{self._words['colon']}{self._writing.escape(told.public_reason)}"
        yield from self._remains(
            "withdrawn", section, stored, title, text=text, reason=reason if told.public_reason else ""
        )
        yield from self._onward(stored, title, said["title"], former)

    def _remains(
        self, template: str, section: Section, stored: Stored, title: str, **values: str
    ) -> Iterator[File]:
        """A page that is small, as there may be very many: its menu is the way home and to the section."""
        if not self._rendering.holds(stored):
            return
        path, publisher, link = self.path(stored), self.publisher_of(stored), self._writing.link
        home = self._lead + link(self._words["home"], up_from(path) + self.home_path)
        byline = [
            self._writing.strong(self._lead + self._writing.escape(publisher.name)),
            long_day(self._language, stored.day),
        ]
        yield self._small(
            template,
            path,
            title,
            menu=self._writing.menu(self._language, (home, self._list_link(section, path))),
            byline=joined(self._language, byline),
            **values,
        )

    # --- lists, home ---------------------------------------------------------------------

    def newest(
        self, section: Section, articles: Sequence[Stored], full_lists: Sequence[int], kept: int
    ) -> Iterator[File]:
        """A section's own list: ``articles`` ascending, the numbers of its full list pages, and how many
        articles they hold in all."""
        path = self.list_path(section)
        return self._list(
            section,
            path,
            title=section.title,
            items=self._listed(path, _under_own_titles(reversed(articles))),
            older=self._numbers(section, full_lists),
            feed=self._writing.href(f"../feeds/{section.id}"),
            total=counted(self._language, "articles", kept) if kept else "",
            notes=pinned(self._configuration, section.id),
        )

    def picks(self, section: Section, listed: Sequence[Listed], full_lists: Sequence[int]) -> Iterator[File]:
        """An editor's list, in its order, and the numbers of the full list pages of the section's own
        articles."""
        path = self.list_path(section)
        return self._list(
            section,
            path,
            title=section.title,
            items=self._listed(path, listed),
            older=self._numbers(section, full_lists),
            feed=self._writing.href(f"../feeds/{section.id}"),
            notes=pinned(self._configuration, section.id),
        )

    def full_list(
        self, section: Section, number: int, articles: Sequence[Stored], older: Sequence[int]
    ) -> Iterator[File]:
        """A full list page: what its articles were when they came, so that it never changes."""
        path = self._at(f"indexes/{section.id}/{number}")
        said = str(self._words["page"]).format(number=numeral(self._language, number))
        return self._list(
            section,
            path,
            title=joined(self._language, (section.title, said)),
            items=[self._item(path, one, one.first_title, one.first_day) for one in reversed(articles)],
            older=joined(
                self._language,
                (self._writing.link(numeral(self._language, n), self._at(str(n))) for n in older),
            ),
            feed="",
        )

    def _list(
        self,
        section: Section,
        path: str,
        *,
        title: str,
        items: Sequence[dict[str, str]],
        older: str,
        feed: str,
        total: str = "",
        notes: Iterable[Note] = (),
    ) -> Iterator[File]:
        return self._shared(
            "list",
            path,
            title,
            menu=self._menu(path, section),
            notes=self._quoted(notes, path),
            items=items,
            empty=self._words["empty"],
            older=older,
            feed=feed,
            total=total,
        )

    def _item(self, path: str, stored: Stored, title: str, day: date) -> dict[str, str]:
        return {
            "date": self._lead + short_day(self._language, day),
            "iso": day.isoformat(),
            "title": self._writing.escape(title),
            "path": self._writing.href(up_from(path) + self.path(stored)),
        }

    def _listed(self, path: str, listed: Iterable[Listed]) -> list[dict[str, str]]:
        return [self._item(path, one.stored, one.title, one.stored.day) for one in listed]

    def _numbers(self, section: Section, full_lists: Sequence[int]) -> str:
        links = (
            self._writing.link(numeral(self._language, n), self._at(f"{section.id}/{n}")) for n in full_lists
        )
        return joined(self._language, links)

    def _quoted(self, notes: Iterable[Note], path: str) -> list[str]:
        return [self._writing.note(note.text, partial(self._way, path)) for note in notes]

    def hot(self, found: HotList, hot: Sequence[tuple[Stored, int]], policy: HotPolicy) -> Iterator[File]:
        """The list of what was read most, as of ``found``: articles with their readers."""
        facts = {
            "minimum": numeral(self._language, policy.minimum),
            "days": numeral(self._language, days_of(policy)),
            "date": long_day(self._language, found.until),
        }
        return self._shared(
            "hot",
            self.hot_path,
            self._words["hot"]["title"],
            menu=self._menu(self.hot_path, None),
            items=self._hot_items(self.hot_path, hot),
            lead=self._lead,
            note=self._words["hot"]["note"].format(**facts),
            empty=self._words["hot"]["empty"].format(**facts),
        )

    def corrections(self, articles: Sequence[tuple[Stored, datetime]]) -> Iterator[File]:
        """The list of the articles that were changed last, and when, newest first."""
        items, place = [], self.corrections_path
        for stored, moment in articles:
            item = self._item(place, stored, stored.article.title, local_day(moment, stored.article.offset))
            items.append({**item, "path": self._writing.href(up_from(place) + self.correction_path(stored))})
        said = self._words["corrections"]
        return self._shared(
            "list",
            place,
            said["title"],
            menu=self._menu(place, None),
            notes=[],
            items=items,
            older="",
            feed="",
            total="",
            empty=said["empty"],
        )

    def _hot_items(self, path: str, hot: Iterable[tuple[Stored, int]]) -> list[dict[str, str]]:
        items = []
        for one, readers in hot:
            item = self._item(path, one, one.article.title, one.day)
            said = counted(self._language, "readers", readers)
            link = f"{item['date']} {self._writing.link(item['title'], up_from(path) + self.path(one))}"
            items.append({**item, "readers": said, "line": joined(self._language, (link, said))})
        return items

    def home(self, shown: Home) -> Iterator[File]:
        """The home page."""
        mirror, path = self._mirror, self.home_path
        return self._shared(
            "home",
            path,
            mirror.title,
            shared_as=mirror.title,
            menu=self._home_menu(path),
            notes=self._quoted(shown.notes, path),
            picks=[self._picks_on_home(path, section, listed) for section, listed in shown.picks],
            hot=self._hot_items(path, shown.hot),
            hot_path=self._writing.href(self.hot_path),
            newest=self._listed(path, _under_own_titles(shown.newest)),
            groups=[
                {
                    "publisher": self._writing.escape(group.publisher),
                    "sections": [self._section_on_home(path, *one) for one in group.sections],
                }
                for group in shown.groups
            ],
            links=self._links("home", path),
            **self._addresses_in(self._language, self._words),
            opml=bool(self.address("")) and followable(self.address("")),
        )

    def _picks_on_home(self, path: str, section: Section, listed: Sequence[Listed]) -> dict[str, object]:
        return {
            "title": self._writing.escape(section.title),
            "path": self._writing.href(self.list_path(section)),
            "items": self._listed(path, listed),
        }

    def _section_on_home(self, path: str, section: Section, articles: Sequence[Stored]) -> dict[str, object]:
        return {
            "title": self._writing.escape(section.title),
            "path": self._writing.href(self.list_path(section)),
            "feed": self._writing.href(f"feeds/{section.id}.xml"),
            "items": self._listed(path, _under_own_titles(articles)),
        }

    def _addresses_in(self, language: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """The mirror's own addresses, then those of the mirror list, for ``mirrorlist``."""
        lines = MirrorLines(self._configuration, self._writing, language, said)
        listed = bool(self._configuration.mirrors)
        return {
            "addresses": lines.own(),
            "mirrors": lines.groups(),
            "more": lines.more(),
            "mirrors_path": self._writing.href(self.mirrors_path) if listed else "",
        }

    def mirrors(self) -> Iterator[File | str]:
        """The page of all listed mirrors and how the last check found them; without any, the paths that it
        leaves."""
        path = self.mirrors_path
        if not self._configuration.mirrors:
            yield from self.with_qr(path)
            return
        lines = MirrorLines(self._configuration, self._writing, self._language, self._words)
        yield from self._shared(
            "mirrors",
            path,
            self._words["mirrors"]["title"],
            menu=self._menu(path, None),
            addresses=lines.own(),
            mirrors=lines.everything(),
            checked=lines.checked(),
        )

    def help(self) -> Iterator[File]:
        """Help for readers: in the mirror's language, and in every language that there are words in, as a
        reader may not know that of the menus."""
        yield from self._help(self.help_path, spoken(self._language))
        for language in languages() if self._rendering.is_own else ():
            yield from self._help(self._at(f"help.{language}"), language)

    def _help(self, path: str, language: str) -> Iterator[File]:
        said, out, link = self._writing.words(language), self._rendering.out, self._writing.link
        of = ("", "signed" if self._configuration.is_signed else "unsigned")
        parts = [part for part in said["help"]["parts"] if part.get("of", "") in of]
        said = {**said, "help": {**said["help"], "parts": parts}}
        others = (
            link(words(one)["name"], self._at(f"{out}help.{one}")) for one in languages() if one != language
        )
        home = self._writing.menu(language, [link(said["home"], self.home_path)])
        return self._shared(
            "help",
            path,
            said["help"]["title"],
            said=said,
            language=language,
            menu=self._menu(path, None) if path == self.help_path else home,
            others=joined(language, others),
            **self._addresses_in(language, said),
        )

    def search(self, sections: Sequence[Section]) -> Iterator[File]:
        """The search page, if there is one; without script it is a list of the sections."""
        if not self._fixed.get("search"):
            return
        path, out = self._at("search"), self._rendering.out
        places = [Place(one.id, one.title, self._writing.href(self.list_path(one))) for one in sections]
        yield self._small(
            "search",
            path,
            self._words["search"]["title"],
            menu=self._menu(path, None),
            policy=self._fixed["search_policy"],
            form=search_page(self._language, places, root=out, folder=self._rendering.folder.rstrip("/")),
            preloads=preloads(out),
        )

    def missing(self, addresses: Sequence[str]) -> File:
        """The page for addresses at which nothing stands. It may be read at any of them, so its links are
        whole: to the mirror's own ``addresses``."""
        said = self._words["missing"]
        return self._small(
            "missing",
            self._at("404"),
            said["title"],
            menu="",
            addresses=[self._writing.address(one) for one in addresses],
        )

    # --- leading on ----------------------------------------------------------------------

    def _onward(
        self, stored: Stored, title: str, words: str, former: Iterable[str], original: str = ""
    ) -> Iterator[File]:
        """Small pages that only lead on to an article's page: at its short address, if it has one, and where
        it stood in old mirrors."""
        if self._rendering.holds(stored):
            for path in filter(None, (self.short_path(stored), *former)):
                yield self._leading(path, title, self.path(stored), words, original)

    def leading_to_list(self, path: str, target: str, title: str) -> File:
        """A small page at ``path`` that leads on to the list at ``target``, or to the home page."""
        return self._leading(path, title, target, self._writing.escape(title))

    def _leading(self, path: str, title: str, target: str, words: str, original: str = "") -> File:
        home = self._writing.link(self._words["home"], up_from(path) + self.home_path)
        return self._small(
            "onward",
            path,
            title,
            menu=self._writing.menu(self._language, [self._lead + home]),
            target=self._writing.href(up_from(path) + target),
            onward=words,
            original=self._writing.address(original) if original else "",
        )


def _under_own_titles(articles: Iterable[Stored]) -> list[Listed]:
    return [Listed(one, one.article.title) for one in articles]
