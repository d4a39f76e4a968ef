"""The pages of the Markdown edition: an article, a list, the home page, the help page.

What is rendered here depends only on the configuration and on the articles given; ``markdown`` decides
which pages are rendered, and from which articles.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from mirrorpress.editions.correctionpages import marked, moments
from mirrorpress.editions.corrections import Correction
from mirrorpress.editions.days import long_day, short_day
from mirrorpress.editions.direction import joined, lead
from mirrorpress.editions.former import settled
from mirrorpress.editions.home import Home, Listed, pinned
from mirrorpress.editions.hot import HotList, days_of
from mirrorpress.editions.notes import quoted
from mirrorpress.editions.plain import code, destination, escape, fenced
from mirrorpress.editions.qr import LONGEST, qr_png
from mirrorpress.editions.renderings import Rendering
from mirrorpress.editions.templating import BODY, Templates
from mirrorpress.editions.words import counted, is_right_to_left, languages, numeral, spoken, words
from mirrorpress.links import followable, in_ascii
from mirrorpress.model import (
    ROOT,
    Configuration,
    File,
    HotPolicy,
    Link,
    Note,
    Publisher,
    Section,
    Stored,
    local_day,
)

HOT = "indexes/hot.md"
CORRECTIONS = "indexes/corrections.md"
TYPE = "markdown"
"""The type of edition whose pages these are."""


class Pages:
    """Renders pages for one configuration. ``pattern`` is the edition's ``pages``; ``rendering`` says in
    which of its renderings the pages stand, below whose folder all paths here begin; ``templates`` are by
    default the edition's; ``hot``: menus name the list of what was read most; ``short``: articles have a page
    at their short address too."""

    def __init__(
        self,
        configuration: Configuration,
        pattern: str,
        rendering: Rendering | None = None,
        templates: Templates | None = None,
        *,
        hot: bool = False,
        short: bool = False,
    ) -> None:
        self._rendering = rendering or Rendering.own(configuration, ())
        self._configuration = configuration = self._rendering.converted
        self._mirror = configuration.mirror
        self._pattern = pattern
        self._templates = templates or Templates(TYPE)
        self._hot = hot
        self._short = short
        self._language = self._mirror.language
        self._words: dict[str, Any] = words(self._language)
        self._lead = lead(self._language)

    @property
    def rendering(self) -> Rendering:
        """That in which the pages stand."""
        return self._rendering

    # --- where ---------------------------------------------------------------------------

    def path(self, stored: Stored) -> str:
        """Where an article's page stands; never changes once it stands there. A page that this rendering does
        not hold stands outside its folder."""
        date = stored.first_date
        path = self._pattern.format(
            section=stored.section, id=stored.id, year=f"{date:%Y}", month=f"{date:%m}"
        )
        return path if self._rendering.holds(stored) else self._rendering.out + path

    def correction_path(self, stored: Stored) -> str:
        """Where the page stands that shows how an article was changed; as ``path`` otherwise."""
        path = f"corrections/{stored.section}/{stored.id}.md"
        return path if self._rendering.holds(stored) else self._rendering.out + path

    def publisher_of(self, stored: Stored) -> Publisher:
        """The publisher as the configuration has it now, so that rights can change without fetching anew."""
        return self._configuration.publisher_of(stored.publisher, stored.article.url)

    def address(self, path: str) -> str:
        """The canonical address of a path; empty when the mirror has no address."""
        addresses = self._mirror.addresses
        if not addresses:
            return ""
        place = self._rendering.folder + path
        return in_ascii(addresses[0]) + quote(posixpath.normpath(place) if "../" in place else place)

    def addresses_of(self, stored: Stored) -> list[str]:
        """The canonical addresses of an article's page in all renderings that hold it, this one's first."""
        path = self.path(stored)
        ways = [way for _, way in self._rendering.others] if self._rendering.is_elsewhere(stored) else []
        return [self.address(way + path) for way in ("", *ways)]

    def qr_path(self, path: str) -> str:
        """Where the QR code of a page stands; empty when the page has no address, or one too long to scan."""
        fits = 0 < len(self.address(path)) <= LONGEST
        return f"qr/{path.removesuffix('.md')}.png" if fits else ""

    @property
    def hot_title(self) -> str:
        """What the list of what was read most is called."""
        return str(self._words["hot"]["title"])

    def short_path(self, stored: Stored) -> str:
        """Where the page at an article's short address stands; empty when there is none."""
        return f"s/{stored.code}.md" if self._short and stored.code else ""

    def with_qr(self, path: str) -> Iterator[str]:
        """The path of a page and that of its QR code: what leaves when the page does."""
        yield path
        if qr := self.qr_path(path):
            yield qr

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
            body = f"> {escape(article.excerpt)}\n\n{self._words['excerpt']}\n"
        else:
            body = self._settled_links(path, article.markdown, adopted)
            body = body.replace(ROOT, _up(path) + self._rendering.out)
        changed = moments(self._language, stored, [one.at for one in corrections])
        link = destination(_up(path) + self.correction_path(stored))
        note = self._words["corrections"]["note"]
        short = self.short_path(stored)
        yield from self._shared(
            "page.md",
            path,
            article.title,
            shared_as=article.title,
            body=body,
            menu=self._menu(
                path, section, path if self._rendering.is_elsewhere(stored) else _list_of(section)
            ),
            converted=self._converted(path) if self._rendering.converts(stored) else "",
            byline=self._byline(stored, publisher),
            corrected=note.format(when=changed[0], link=link) if changed else "",
            partial=self._words["partial"] if article.partial else "",
            direction=self._direction(stored),
            rights=self.rights(publisher, escape),
            original=_shown(article.url),
            short=_shown(self.address(short)) if short and self.address(short) else "",
            links=self._links("after-article", path),
        )
        if corrections:
            yield from self._correction(section, stored, list(zip(changed, corrections, strict=True)))
        yield from self._onward(
            stored, article.title, self._words["onward"], former, original=_shown(article.url)
        )

    def _settled_links(self, path: str, markdown: str, adopted: Callable[[str], Stored | None]) -> str:
        """The body of the page at ``path`` with its links to pages of an old mirror led to where they are."""

        def way(place: str) -> str:
            found = adopted(place)
            return destination(_up(path) + self.path(found)) if found else ""

        return settled(markdown, way)

    def _correction(
        self, section: Section, stored: Stored, corrections: Sequence[tuple[str, Correction]]
    ) -> Iterator[File]:
        """The page of how an article was changed, with its moments in words."""
        path, title = self.correction_path(stored), stored.article.title
        return self._shared(
            "correction.md",
            path,
            self._words["corrections"]["page"].format(title=title),
            menu=self._menu(
                path, section, path if self._rendering.is_elsewhere(stored) else _list_of(section)
            ),
            lead=self._lead,
            article=escape(title),
            article_path=destination(_up(path) + self.path(stored)),
            excerpt_only=self.publisher_of(stored).excerpt_only or stored.article.partial,
            direction=self._direction(stored),
            corrections=[
                {
                    "when": when,
                    "title": marked(one.title),
                    "paragraphs": list(map(marked, one.paragraphs)),
                    "cut": one.cut,
                }
                for when, one in corrections
            ],
        )

    def _direction(self, stored: Stored) -> str:
        """Which way an article runs, if that is to be said."""
        if is_right_to_left(stored.article.language or self._language):
            return "rtl"
        return "ltr" if is_right_to_left(self._language) else ""

    def _byline(self, stored: Stored, publisher: Publisher) -> str:
        article = stored.article
        parts = [f"**{self._lead}{escape(publisher.name)}**", *(escape(author) for author in article.authors)]
        parts.append(long_day(self._language, stored.day))
        if updated := stored.day_updated:
            parts.append(f"{self._words['updated']} {long_day(self._language, updated)}")
        return joined(self._language, parts)

    def _converted(self, path: str) -> str:
        """Who converted a page, and where it stands as it was: in the mirror's own rendering."""
        language, way = self._rendering.others[0]
        link = f"[{words(language)['name']}]({destination(_up(path) + way + path)})"
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
        title, original = stored.article.title, _shown(stored.article.url)
        yield from self._remains("left.md", section, stored, title, original=original)
        yield from self._onward(stored, title, self._words["onward"], former, original=original)

    def tombstone(self, section: Section, stored: Stored, former: Iterable[str]) -> Iterator[File]:
        """The page of an article that was withdrawn: only its publisher, its day and, if that was said, its
        title. ``former`` as for ``article``."""
        told, said = stored.withdrawn, self._words["withdrawn"]
        if told is None:
            return
        title = stored.article.title if told.keeps_title else said["title"]
        text = said["text"].format(date=long_day(self._language, told.at.date()))
        reason = f"{said['reason']}{self._words['colon']}{escape(told.public_reason)}"
        yield from self._remains(
            "withdrawn.md", section, stored, title, text=text, reason=reason if told.public_reason else ""
        )
        yield from self._onward(stored, title, said["title"], former)

    def _remains(
        self, template: str, section: Section, stored: Stored, title: str, **values: str
    ) -> Iterator[File]:
        """A page that is small, as there may be very many: its menu is the way home and to the section."""
        if not self._rendering.holds(stored):
            return
        path, publisher = self.path(stored), self.publisher_of(stored)
        home, up = f"{self._lead}[{self._words['home']}]({_up(path)}README.md)", _up(path)
        listed = f"[{escape(section.title)}]({destination(up + _list_of(section))})"
        byline = [f"**{self._lead}{escape(publisher.name)}**", long_day(self._language, stored.day)]
        text = self._templates.render(
            template,
            title=escape(title),
            menu=joined(self._language, (home, listed)),
            byline=joined(self._language, byline),
            words=self._words,
            **values,
        )
        yield File(path, _settled(text).encode())

    # --- lists, home ---------------------------------------------------------------------

    def newest(
        self, section: Section, articles: Sequence[Stored], full_lists: Sequence[int], kept: int
    ) -> Iterator[File]:
        """A section's own list: ``articles`` ascending, the numbers of its full list pages, and how many
        articles they hold in all."""
        path = _list_of(section)
        return self._list(
            section,
            path,
            title=section.title,
            items=self._listed(path, _under_own_titles(reversed(articles))),
            older=self._numbers(section, full_lists),
            feed=destination(f"../feeds/{section.id}"),
            total=counted(self._language, "articles", kept) if kept else "",
            notes=pinned(self._configuration, section.id),
        )

    def picks(self, section: Section, listed: Sequence[Listed], full_lists: Sequence[int]) -> Iterator[File]:
        """An editor's list, in its order, and the numbers of the full list pages of the section's own
        articles."""
        path = _list_of(section)
        return self._list(
            section,
            path,
            title=section.title,
            items=self._listed(path, listed),
            older=self._numbers(section, full_lists),
            feed=destination(f"../feeds/{section.id}"),
            notes=pinned(self._configuration, section.id),
        )

    def full_list(
        self, section: Section, number: int, articles: Sequence[Stored], older: Sequence[int]
    ) -> Iterator[File]:
        """A full list page: what its articles were when they came, so that it never changes."""
        path = f"indexes/{section.id}/{number}.md"
        said = str(self._words["page"]).format(number=numeral(self._language, number))
        return self._list(
            section,
            path,
            title=joined(self._language, (section.title, said)),
            items=[
                self._item(path, one, one.first_title, short_day(self._language, one.first_day))
                for one in reversed(articles)
            ],
            older=joined(self._language, (f"[{numeral(self._language, n)}]({n}.md)" for n in older)),
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
            "list.md",
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

    def _item(self, path: str, stored: Stored, title: str, date: str) -> dict[str, str]:
        return {
            "date": self._lead + date,
            "title": escape(title),
            "path": destination(_up(path) + self.path(stored)),
        }

    def _listed(self, path: str, listed: Iterable[Listed]) -> list[dict[str, str]]:
        return [
            self._item(path, one.stored, one.title, short_day(self._language, one.stored.day))
            for one in listed
        ]

    def _numbers(self, section: Section, full_lists: Sequence[int]) -> str:
        links = (f"[{numeral(self._language, n)}]({destination(f'{section.id}/{n}.md')})" for n in full_lists)
        return joined(self._language, links)

    def _quoted(self, notes: Iterable[Note], path: str) -> list[str]:
        return [quoted(note.text, partial(self._way, path)) for note in notes]

    def hot(self, found: HotList, hot: Sequence[tuple[Stored, int]], policy: HotPolicy) -> Iterator[File]:
        """The list of what was read most, as of ``found``: articles with their readers."""
        facts = {
            "minimum": numeral(self._language, policy.minimum),
            "days": numeral(self._language, days_of(policy)),
            "date": long_day(self._language, found.until),
        }
        return self._shared(
            "hot.md",
            HOT,
            self._words["hot"]["title"],
            menu=self._menu(HOT, None),
            items=self._hot_items(HOT, hot),
            lead=self._lead,
            note=self._words["hot"]["note"].format(**facts),
            empty=self._words["hot"]["empty"].format(**facts),
        )

    def corrections(self, articles: Sequence[tuple[Stored, datetime]]) -> Iterator[File]:
        """The list of the articles that were changed last, and when, newest first."""
        items = []
        for stored, moment in articles:
            day = short_day(self._language, local_day(moment, stored.article.offset))
            path = destination(_up(CORRECTIONS) + self.correction_path(stored))
            items.append({**self._item(CORRECTIONS, stored, stored.article.title, day), "path": path})
        said = self._words["corrections"]
        return self._shared(
            "list.md",
            CORRECTIONS,
            said["title"],
            menu=self._menu(CORRECTIONS, None),
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
            item = self._item(path, one, one.article.title, short_day(self._language, one.day))
            said = counted(self._language, "readers", readers)
            link = f"{item['date']} [{item['title']}]({item['path']})"
            items.append({**item, "readers": said, "line": joined(self._language, (link, said))})
        return items

    def home(self, shown: Home) -> Iterator[File]:
        """The home page."""
        mirror, path = self._mirror, "README.md"
        return self._shared(
            "home.md",
            path,
            mirror.title,
            shared_as=mirror.title,
            menu=self._home_menu(path),
            notes=self._quoted(shown.notes, path),
            picks=[self._picks_on_home(path, section, listed) for section, listed in shown.picks],
            hot=self._hot_items(path, shown.hot),
            hot_path=destination(HOT),
            newest=self._listed(path, _under_own_titles(shown.newest)),
            groups=[
                {
                    "publisher": escape(group.publisher),
                    "sections": [self._section_on_home(path, *one) for one in group.sections],
                }
                for group in shown.groups
            ],
            links=self._links("home", path),
            addresses=[_shown(address) for address in (*mirror.addresses, *mirror.site_addresses)],
            opml=bool(self.address("")) and followable(self.address("")),
        )

    def _picks_on_home(self, path: str, section: Section, listed: Sequence[Listed]) -> dict[str, object]:
        return {
            "title": escape(section.title),
            "path": destination(_list_of(section)),
            "items": self._listed(path, listed),
        }

    def _section_on_home(self, path: str, section: Section, articles: Sequence[Stored]) -> dict[str, object]:
        return {
            "title": escape(section.title),
            "path": destination(_list_of(section)),
            "feed": destination(f"feeds/{section.id}.xml"),
            "items": self._listed(path, _under_own_titles(articles)),
        }

    def help(self) -> Iterator[File]:
        """Help for readers: in the mirror's language, and in every language that there are words in, as a
        reader may not know that of the menus."""
        yield from self._help("help.md", spoken(self._language))
        for language in languages() if self._rendering.is_own else ():
            yield from self._help(f"help.{language}.md", language)

    def _help(self, path: str, language: str) -> Iterator[File]:
        said, out = words(language), self._rendering.out
        others = (f"[{words(one)['name']}]({out}help.{one}.md)" for one in languages() if one != language)
        return self._shared(
            "help.md",
            path,
            said["help"]["title"],
            said=said,
            menu=self._menu(path, None) if path == "help.md" else f"[{said['home']}](README.md)",
            others=joined(language, others),
        )

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
        said: dict[str, Any] | None = None,
        **values: Any,
    ) -> Iterator[File]:
        """A page in the words ``said`` (default: the mirror's), and the QR code of its address.

        What readers pass on is its address below ``shared_as``, or, without that, title and mirror. The
        ``body`` goes in untouched.
        """
        address, qr = self.address(path), self.qr_path(path)
        if qr:
            yield File(qr, qr_png(address))
        name = shared_as or f"{title} · {self._mirror.title}"
        text = self._templates.render(
            template,
            title=escape(title),
            body=BODY,
            short=short,
            share=fenced(name, address) if address else "",
            qr=destination(_up(path) + qr) if qr else "",
            words=said or self._words,
            **values,
        )
        yield File(path, _settled(text).replace(BODY, body.strip()).encode())

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
        return self._leading(path, title, target, escape(title), "")

    def _leading(self, path: str, title: str, target: str, words: str, original: str) -> File:
        text = self._templates.render(
            "onward.md",
            title=escape(title),
            target=destination(_up(path) + target),
            onward=words,
            original=original,
            words=self._words,
        )
        return File(path, _settled(text).encode())

    # --- links ---------------------------------------------------------------------------

    def _menu(self, path: str, section: Section | None, twin: str = "") -> str:
        """Home, the page's section unless the page is its list, what was read most, editors' lists, the page
        in other renderings, and the operator's own links. ``twin`` is where other renderings have what the
        page shows, if not at its path."""
        parts = [f"{self._lead}[{self._words['home']}]({_up(path)}README.md)"]
        if section is not None and path != _list_of(section) and not section.is_picks:
            parts.append(self._list_link(section, path))
        parts += self._lists_of_choice(path) + self._elsewhere(path, twin)
        return joined(self._language, parts + self._own_links(path))

    def _home_menu(self, path: str) -> str:
        help_link = f"[{self._words['help']['title']}](help.md)"
        parts = [*self._lists_of_choice(path), help_link, *self._elsewhere(path)]
        return self._lead + joined(self._language, parts + self._own_links(path))

    def _lists_of_choice(self, path: str) -> list[str]:
        """Links to the lists that readers ask for first, but the page's own: what was read most, and what
        editors picked."""
        hot = [f"[{self._words['hot']['title']}]({_up(path)}{HOT})"] if self._hot and path != HOT else []
        picks = [one for one in self._configuration.sections if one.is_picks and path != _list_of(one)]
        return hot + [self._list_link(section, path) for section in picks]

    def _list_link(self, section: Section, path: str) -> str:
        return f"[{escape(section.title)}]({destination(_up(path) + _list_of(section))})"

    def _elsewhere(self, path: str, twin: str = "") -> list[str]:
        """Links to a page in the other renderings, by the names of their languages."""
        return [
            f"[{words(language)['name']}]({destination(_up(path) + way + (twin or path))})"
            for language, way in self._rendering.others
        ]

    def _own_links(self, path: str) -> list[str]:
        """The operator's links for menus, the first labelled as the mirror's."""
        links = self._links("menu", path)
        label = f"{self._words['this_mirror']}{self._words['colon']}"
        return [f"{label}{links[0]}", *links[1:]] if links else []

    def _links(self, place: str, path: str) -> list[str]:
        """The operator's links for a place, on a page."""
        return [
            _link(link, self._way(path, link.url))
            for link in self._configuration.links
            if link.place == place
        ]

    def _way(self, path: str, target: str) -> str:
        """The way from a page to the root that a relative address of the operator's begins at. One that is
        not of a page that every rendering has leads out of this one's folder."""
        shared = target.startswith(("README.md", "help.md", "indexes/", "feeds/"))
        return _up(path) if shared else _up(path) + self._rendering.out


def _list_of(section: Section) -> str:
    return f"indexes/{section.id}.md"


def _under_own_titles(articles: Iterable[Stored]) -> list[Listed]:
    return [Listed(one, one.article.title) for one in articles]


def _up(path: str) -> str:
    """The way from a page to the edition's root."""
    return "../" * path.count("/")


@cache  # the same few on every page
def _link(link: Link, up: str) -> str:
    """One of the operator's links on a page from which ``up`` leads to the root."""
    if followable(link.url):
        return f"[{escape(link.text)} ↗]({destination(link.url)})"
    if ":" in link.url.split("/", 1)[0]:
        return f"{escape(link.text)} {code(link.url)}"
    return f"[{escape(link.text)}]({destination(posixpath.normpath(up + link.url))})"


def _settled(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _shown(address: str) -> str:
    """An address in full: a link where a reader may follow it by a click, else text."""
    return f"<{address}>" if followable(address) else code(address)
