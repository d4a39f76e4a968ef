"""Each extractor behind the same small interface: page and address in, a reading out.

An engine's ``load`` imports its library and gives a function. Peers get the decoded page, which spares
those that take bytes the detection of its encoding; ours gets the bytes. ``structure`` asks for HTML that
keeps as much as the engine can; without it engines do what they do by default, since that is what speed
and text are compared on. Text and HTML that an engine does not give stay empty, as do facts about the
page.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass
class Reading:
    """What an engine makes of a page. ``published`` is ISO 8601, ``images`` are addresses."""

    text: str = ""
    html: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    images: tuple[str, ...] = ()

    as_dict = asdict


Read = Callable[[str, str], Reading]


@dataclass(frozen=True)
class Engine:
    """An extractor: its name in the tables, its distribution, and how its reader is made."""

    name: str
    distribution: str
    load: Callable[[bool], Read]
    gives: str = ""  # which of title, date and author it gives: the first letters
    needs: tuple[int, int] = (3, 11)

    def absent(self) -> str:
        """Why it cannot take part; empty when it can."""
        try:
            version(self.distribution)
        except PackageNotFoundError:
            if sys.version_info < self.needs:
                needed = ".".join(map(str, self.needs))
                return f"not installed: needs Python {needed} or newer, this is {sys.version.split()[0]}"
            return "not installed"
        return ""


def _mirrorpress(structure: bool) -> Read:  # its HTML always keeps all
    del structure
    import gc

    from mirrorpress.errors import ExtractError
    from mirrorpress.extract.draft import Page
    from mirrorpress.extract.read import read

    def run(page: str, url: str) -> Reading:
        try:
            draft = read(Page(url=url, body=page.encode(), content_type="text/html; charset=utf-8"))
        except ExtractError as error:
            raise ValueError(str(error)) from error
        return Reading(
            draft.text,
            draft.html,
            draft.title,
            draft.authors,
            draft.published.isoformat() if draft.published else "",
            tuple(url for picture in draft.pictures for url in picture.urls),
        )

    gc.freeze()  # as every worker of ours does
    return run


def _trafilatura(structure: bool, *, fast: bool = False) -> Read:
    from trafilatura import bare_extraction
    from trafilatura.htmlprocessing import build_html_output

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    kind = {"output_format": "html", "include_images": True, "include_formatting": True} if structure else {}

    def run(page: str, url: str) -> Reading:
        found = bare_extraction(page, url=url, fast=fast, with_metadata=True, include_comments=False, **kind)
        if found is None:
            raise ValueError("nothing found")
        return Reading(
            "" if structure else found.text or "",
            build_html_output(found) if structure else "",
            found.title or "",
            tuple(filter(None, (found.author or "").split("; "))),
            found.date or "",
        )

    return run


def _trafilatura_fast(structure: bool) -> Read:
    return _trafilatura(structure, fast=True)


def _readability(structure: bool) -> Read:
    del structure
    from readability import Document

    logging.getLogger("readability").setLevel(logging.CRITICAL)

    def run(page: str, url: str) -> Reading:
        document = Document(page, url=url)
        html, author = document.summary(html_partial=True), document.author()
        return Reading("", html, document.short_title(), () if author == "[no-author]" else (author,))

    return run


def _resiliparse(structure: bool) -> Read:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    def run(page: str, url: str) -> Reading:
        del url
        tree = HTMLTree.parse(page)
        title = tree.title or ""
        found = extract_plain_text(
            tree,
            preserve_formatting="minimal_html" if structure else True,
            main_content=True,
            list_bullets=False,
            alt_texts=False,
            comments=False,
        )
        return Reading("" if structure else found, found if structure else "", title)

    return run


def _magic_html(structure: bool) -> Read:
    del structure
    from magic_html import GeneralExtractor

    extractor = GeneralExtractor()

    def run(page: str, url: str) -> Reading:
        found = extractor.extract(page, base_url=url)
        return Reading("", found["html"] or "", found["title"] or "")

    return run


def _newspaper(structure: bool) -> Read:
    import newspaper

    logging.getLogger("newspaper").setLevel(logging.CRITICAL)

    def run(page: str, url: str) -> Reading:
        article = newspaper.Article(url, fetch_images=False, clean_article_html=not structure)
        article.download(input_html=page)
        article.parse()
        published = article.publish_date.isoformat() if article.publish_date else ""
        return Reading(
            article.text, article.article_html or "", article.title or "", tuple(article.authors), published
        )

    return run


OURS = "mirrorpress"
YARDSTICK = "trafilatura"
ENGINES = {
    engine.name: engine
    for engine in (
        Engine(OURS, "mirrorpress", _mirrorpress, "tda"),
        Engine(YARDSTICK, "trafilatura", _trafilatura, "tda"),
        Engine("trafilatura fast", "trafilatura", _trafilatura_fast, "tda"),
        Engine("readability-lxml", "readability-lxml", _readability, "ta"),
        Engine("resiliparse", "resiliparse", _resiliparse, "t"),
        Engine("magic-html", "magic-html", _magic_html, "t", (3, 12)),
        Engine("newspaper4k", "newspaper4k", _newspaper, "tda"),
    )
}
