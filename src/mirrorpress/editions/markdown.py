"""The Markdown edition: a git repository that any git host shows as a publication.

README.md                    home
pages/<section>/<id>.md      a page an article
indexes/<section>.md         newest first: the page under way and the last full one
indexes/<section>/<n>.md     full list pages, numbered from the oldest, written once
feeds/<section>.xml          Atom
assets/…  qr/…               pictures by content; QR codes, written once
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import resources
from urllib.parse import quote, urlsplit

from minijinja import Environment

from mirrorpress.editions.feeds import atom
from mirrorpress.editions.plain import code, destination, escape
from mirrorpress.editions.qr import qr_png
from mirrorpress.editions.words import is_right_to_left, words
from mirrorpress.model import ROOT, Configuration, File, Link, Publisher, Section, Shelf, Stored

_LAYOUT = 1  # raised whenever pages come out differently, so that every page is rendered again
_ON_HOME = 10  # articles a section
_IN_FEED = 40
_BODY = "\ufdd1"  # a noncharacter: stands for the body while the page around it is rendered


@dataclass(frozen=True, slots=True)
class MarkdownEdition:
    """The edition's keys in mirrorpress.toml; implements ``model.Edition``."""

    name: str = "markdown"
    pages: str = "pages/{section}/{id}.md"
    list_size: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.list_size <= 1000:
            raise ValueError("list_size from 1 to 1000")

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
            _templates(),
        ]
        return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()

    def render(self, configuration: Configuration, shelf: Shelf, since: int | None) -> Iterator[File | str]:
        """See ``model.Edition``. With ``since``, work and memory follow what changed, not the mirror."""
        press = _Press(self, configuration, shelf)
        if since is None:
            yield from press.everything()
        else:
            yield from press.changes(since)


def _templates() -> dict[str, str]:
    folder = resources.files("mirrorpress.editions") / "templates" / "markdown"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".md")
    }


@dataclass
class _Press:
    """One rendering."""

    edition: MarkdownEdition
    configuration: Configuration
    shelf: Shelf
    _texts: dict[str, str] = field(default_factory=_templates)

    @cached_property
    def _environment(self) -> Environment:
        return Environment(
            templates=self._texts, auto_escape_callback=lambda _: False, keep_trailing_newline=True
        )

    @cached_property
    def words(self) -> dict[str, object]:
        return words(self.configuration.mirror.language)

    # --- which files ---------------------------------------------------------------------

    def everything(self) -> Iterator[File | str]:
        known = self._sections()
        for section in known:
            first = self._dropped(section, self.shelf.count(section.id)) + 1
            for stored in self.shelf.every(section.id, first):
                yield from self._article(section, stored)
            count = self.shelf.count(section.id)
            yield from self._lists(section, count, range(1, count // self.edition.list_size + 1))
        yield self._home(known)
        yield self._help()

    def changes(self, since: int) -> Iterator[File | str]:
        known = {section.id: section for section in self._sections()}
        touched: dict[str, int] = {}  # section: its first new position, or one past its last
        for stored in self.shelf.changed(since):
            section = known[stored.section]
            count = self.shelf.count(section.id)
            new = stored.position if stored.revision == 1 else count + 1
            touched[section.id] = min(touched.get(section.id, count + 1), new)
            if stored.position > self._dropped(section, count):
                yield from self._article(section, stored)
        if not touched:
            return
        leaving = set(self.shelf.former_assets(since))
        for id, first_new in sorted(touched.items()):
            section, size = known[id], self.edition.list_size
            count = self.shelf.count(id)
            yield from self._lists(section, count, range((first_new - 1) // size + 1, count // size + 1))
            before, now = self._dropped(section, first_new - 1), self._dropped(section, count)
            if now > before:
                yield from self._leaving(section, before, now, leaving)
        yield from sorted(asset for asset in leaving if not self._is_shown(known, asset))
        yield self._home(list(known.values()))

    def _sections(self) -> list[Section]:
        """Sections of the configuration, then those that only the archive knows (adopted ones)."""
        configured = list(self.configuration.sections)
        known = {section.id for section in configured}
        return configured + [Section(id, id, "") for id in self.shelf.sections() if id not in known]

    def _dropped(self, section: Section, count: int) -> int:
        """How many of the oldest articles have left: whole list pages, once all below ``keep``."""
        if not section.keep or count <= section.keep:
            return 0
        return (count - section.keep) // self.edition.list_size * self.edition.list_size

    def _leaving(self, section: Section, before: int, now: int, leaving: set[str]) -> Iterator[str]:
        size = self.edition.list_size
        for stored in self.shelf.between(section.id, before + 1, now):
            path = self._path(stored)
            yield path
            if self._address(path):
                yield _qr_path(path)
            leaving.update(self.shelf.assets_of(stored.section, stored.position))
        for number in range(before // size + 1, now // size + 1):
            yield f"indexes/{section.id}/{number}.md"

    def _is_shown(self, known: dict[str, Section], asset: str) -> bool:
        return any(
            user.position > self._dropped(known[user.section], self.shelf.count(user.section))
            and not self._publisher(user).excerpt_only
            for user in self.shelf.users(asset)
        )

    # --- one article ---------------------------------------------------------------------

    def _path(self, stored: Stored) -> str:
        date = stored.first_date
        return self.edition.pages.format(
            section=stored.section, id=stored.id, year=f"{date:%Y}", month=f"{date:%m}"
        )

    def _publisher(self, stored: Stored) -> Publisher:
        return self.configuration.publisher_of(stored.publisher, stored.article.url)

    def _address(self, path: str) -> str:
        addresses = self.configuration.mirror.addresses
        return addresses[0] + quote(path) if addresses else ""

    def _article(self, section: Section, stored: Stored) -> Iterator[File]:
        path, article, publisher = self._path(stored), stored.article, self._publisher(stored)
        language = self.configuration.mirror.language
        if publisher.excerpt_only:
            body = f"> {escape(article.excerpt)}\n\n{self.words['excerpt']}\n"
        else:
            body = article.markdown.replace(ROOT, _up(path))
            for asset in article.assets:
                yield File(asset, self.shelf.asset(asset))
        direction = "rtl" if is_right_to_left(article.language or language) else ""
        if not direction and is_right_to_left(language):
            direction = "ltr"
        share = self._address(path)
        if share:
            yield File(_qr_path(path), qr_png(share))
        after = [self._link(link, path) for link in self.configuration.links if link.place == "after-article"]
        https = article.url.startswith("https://") and not _has_bad_host(article.url)
        page = self._environment.render_template(
            "page.md",
            title=escape(article.title),
            menu=self._menu(path, section),
            byline=self._byline(stored, publisher),
            direction=direction,
            body=_BODY,
            rights=self._rights(publisher),
            original=f"<{article.url}>" if https else code(article.url),
            share=share,
            qr=destination(_up(path) + _qr_path(path)) if share else "",
            links=after,
            words=self.words,
        )
        yield File(path, _settled(page).replace(_BODY, body.strip()).encode())

    def _byline(self, stored: Stored, publisher: Publisher) -> str:
        article = stored.article
        parts = [f"**{escape(publisher.name)}**", *(escape(author) for author in article.authors)]
        parts.append(_day(stored))
        if article.updated and article.updated.date() != (article.published or article.updated).date():
            parts.append(f"{self.words['updated']} {article.updated:%Y-%m-%d}")
        return " · ".join(parts)

    def _rights(self, publisher: Publisher) -> str:
        said = self.words["rights"]
        assert isinstance(said, dict)  # noqa: S101 - a locale file's [rights] table
        key = (
            "excerpt"
            if publisher.excerpt_only
            else publisher.rights
            if publisher.rights in said
            else "licence"
        )
        text: str = said[key]
        return text.format(publisher=escape(publisher.name), licence=escape(publisher.rights or ""))

    # --- lists, feeds, home --------------------------------------------------------------

    def _lists(self, section: Section, count: int, full: range) -> Iterator[File]:
        """The section's list and feed, and the full list pages in ``full`` that are still kept."""
        size = self.edition.list_size
        first_kept = self._dropped(section, count) // size + 1
        for number in full:
            if number >= first_kept:
                yield self._full_page(section, number, first_kept=1 if not section.keep else number)
        pages = count // size
        start = max((max(pages - 1, 0)) * size + 1, (first_kept - 1) * size + 1)
        newest = self.shelf.between(section.id, start, count)
        path = f"indexes/{section.id}.md"
        older = [n for n in range(pages, 0, -1) if n >= first_kept]
        shown = older[:10] + [n for n in older[10:] if n % 10 == 0 or n == first_kept][:20]
        yield self._list(
            section,
            path,
            title=section.title,
            items=[
                self._item(path, stored, stored.article.title, _day(stored)) for stored in reversed(newest)
            ],
            older=" · ".join(f"[{n}]({destination(f'{section.id}/{n}.md')})" for n in shown),
            feed=destination(f"../feeds/{section.id}.xml"),
        )
        yield self._feed(section, newest[-_IN_FEED:])

    def _full_page(self, section: Section, number: int, *, first_kept: int) -> File:
        size = self.edition.list_size
        path = f"indexes/{section.id}/{number}.md"
        articles = self.shelf.between(section.id, (number - 1) * size + 1, number * size)
        older = [n for n in dict.fromkeys((number - 1, number - 10, number - 100)) if n >= first_kept]
        said = str(self.words["page"]).format(number=number)
        return self._list(
            section,
            path,
            title=f"{section.title} · {said}",
            items=[
                self._item(path, stored, stored.first_title, f"{stored.first_date:%Y-%m-%d}")
                for stored in reversed(articles)
            ],
            older=" · ".join(f"[{n}]({n}.md)" for n in older),
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
    ) -> File:
        text = self._environment.render_template(
            "list.md",
            title=escape(title),
            menu=self._menu(path, section if path.count("/") > 1 else None),
            items=items,
            older=older,
            feed=feed,
            words=self.words,
        )
        return File(path, _settled(text).encode())

    def _item(self, path: str, stored: Stored, title: str, date: str) -> dict[str, str]:
        return {"date": date, "title": escape(title), "path": destination(_up(path) + self._path(stored))}

    def _feed(self, section: Section, articles: Sequence[Stored]) -> File:
        path = f"feeds/{section.id}.xml"
        mirror = self.configuration.mirror
        entries = [
            (stored, self._address(self._path(stored)) or stored.article.url, self._publisher(stored).name)
            for stored in reversed(articles)
        ]
        title = f"{mirror.title} · {section.title}"
        language = section.language or mirror.language
        data = atom(
            title=title, language=language, address=self._address(path), id=f"{path}", entries=entries
        )
        return File(path, data)

    def _home(self, sections: Sequence[Section]) -> File:
        groups: dict[str, list[dict[str, object]]] = {}
        for section in sections:
            count = self.shelf.count(section.id)
            first = max(count - _ON_HOME, self._dropped(section, count)) + 1
            newest = self.shelf.between(section.id, first, count)
            publisher = next((p.name for p in self.configuration.publishers if p.id == section.publisher), "")
            groups.setdefault(publisher, []).append(
                {
                    "title": escape(section.title),
                    "path": destination(f"indexes/{section.id}.md"),
                    "feed": destination(f"feeds/{section.id}.xml"),
                    "items": [
                        self._item("README.md", stored, stored.article.title, _day(stored))
                        for stored in reversed(newest)
                    ],
                }
            )
        mirror, path = self.configuration.mirror, "README.md"
        placed = [link for link in self.configuration.links if link.place in ("menu", "home")]
        text = self._environment.render_template(
            "home.md",
            title=escape(mirror.title),
            links=" · ".join(self._link(link, path) for link in placed),
            groups=[{"publisher": escape(name), "sections": found} for name, found in groups.items()],
            addresses=[
                address
                for address in (*mirror.addresses, *mirror.site_addresses)
                if _is_shown_as_link(address)
            ],
            words=self.words,
        )
        return File(path, _settled(text).encode())

    def _help(self) -> File:
        text = self._environment.render_template(
            "help.md", menu=self._menu("help.md", None), words=self.words
        )
        return File("help.md", _settled(text).encode())

    # --- links ---------------------------------------------------------------------------

    def _menu(self, path: str, section: Section | None) -> str:
        parts = [f"[{self.words['home']}]({_up(path)}README.md)"]
        if section is not None:
            parts.append(f"[{escape(section.title)}]({destination(f'{_up(path)}indexes/{section.id}.md')})")
        parts += [self._link(link, path) for link in self.configuration.links if link.place == "menu"]
        return " · ".join(parts)

    @staticmethod
    def _link(link: Link, path: str) -> str:
        if _is_shown_as_link(link.url):
            return f"[{escape(link.text)} ↗]({destination(link.url)})"
        if ":" in link.url.split("/", 1)[0]:
            return f"{escape(link.text)} {code(link.url)}"
        return f"[{escape(link.text)}]({destination(posixpath.normpath(_up(path) + link.url))})"


def _day(stored: Stored) -> str:
    return f"{stored.article.published or stored.captured_at:%Y-%m-%d}"


def _up(path: str) -> str:
    """The way from a page to the edition's root."""
    return "../" * path.count("/")


def _qr_path(path: str) -> str:
    return f"qr/{path.removeprefix('pages/').removesuffix('.md')}.png"


def _settled(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _is_shown_as_link(url: str) -> bool:
    return url.startswith(("https://", "mailto:")) and not _has_bad_host(url)


def _has_bad_host(url: str) -> bool:
    """Whether an https address names a literal IP, or holds what ends a Markdown autolink."""
    host = urlsplit(url).hostname or ""
    numeric = not re.search(r"[^\d.]", host) or ":" in host
    return url.startswith("https:") and (numeric or bool(re.search(r"[\s<>]", url)))
