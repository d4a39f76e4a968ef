"""What of a mirror is searched: articles that are shown, as far as their publishers' rights go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mirrorpress.editions.press import Press
from mirrorpress.editions.search.documents import Document
from mirrorpress.editions.search.index import FOLDER, SEGMENTS, Before, files_of, index_files, kept
from mirrorpress.editions.wording import paragraphs
from mirrorpress.model import File, Section, Standing, Stored

_FIRST = date(1, 1, 1)


def searched(press: Press, since: int | None, standing: Standing | None) -> Iterator[File | str]:
    """The index of all articles that are shown. If ``press`` rendered only what changed ``since``, the parts
    of the index that are older stay as they are."""
    language = press.configuration.mirror.language
    if since is None or standing is None:
        yield from index_files(_documents(press, None), language)
        return
    known = standing.read(SEGMENTS)  # nothing after a build that was cut short
    if known and press.earliest is None:
        return
    before = kept(known, press.earliest or _FIRST) if known else None
    old = set(files_of(known, before, standing) if known else standing.below(f"{FOLDER}/"))
    for file in index_files(_documents(press, before), language, before=before):
        old.discard(file.path)
        yield file
    yield from sorted(old)


def _documents(press: Press, before: Before | None) -> Iterator[Document]:
    """What is searched, the oldest first; with ``before`` from where that says."""
    known: dict[str, Section] = {section.id: section for section in press.sections()}
    found = (
        _document(press, known[stored.section], stored)
        for stored in press.shelf.by_day(before.day if before else _FIRST)
        if press.presence.shows(known[stored.section], stored)
    )
    begun = before is None
    for document in found:
        begun = begun or (before is not None and document.path == before.path)
        if begun:
            yield document


def _document(press: Press, section: Section, stored: Stored) -> Document:
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
        order=(stored.dated or stored.first_date).date(),
    )
