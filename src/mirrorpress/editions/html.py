"""Writing pages as HTML."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from mirrorpress.editions.correctionpages import marked
from mirrorpress.editions.corrections import Paragraph
from mirrorpress.editions.former import settled_in_html
from mirrorpress.editions.notes import led
from mirrorpress.editions.plain import destination, one_line
from mirrorpress.editions.qr import data_uri
from mirrorpress.editions.sitesafety import policy_of
from mirrorpress.editions.words import words
from mirrorpress.editions.writing import Way
from mirrorpress.links import followable
from mirrorpress.model import ROOT, Article

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_OURS = resources.files("mirrorpress.editions") / "templates" / "site"
_REL = ' rel="external noopener noreferrer"'
_PAGES = re.compile(r"^((?:[^:?#]*/)?[^:?#/]+)\.md(?=$|#)")
_NEAR_THE_TOP = 600  # bytes of UTF-8 before a picture; a phone shows about so much, be it Latin or Chinese
_MARKUP = re.compile(r"<[^>]*>")
# Pictures wait until they are scrolled to; what may be too wide for a phone can be scrolled with keys.
_ON_PAGES = (
    ("<img ", '<img loading="lazy" decoding="async" '),
    ("<pre>", '<pre tabindex="0">'),
    ("<table>", '<table tabindex="0">'),
)


class Html:
    """Implements ``Writing`` for a site; ``search`` and ``offline`` say what its pages may do beside being
    read."""

    edition, suffix, home, has_qr_files = "site", ".html", "index.html", False

    def __init__(self, *, search: bool = False, offline: bool = False) -> None:
        self._search, self._offline = search, offline

    def words(self, language: str) -> Mapping[str, Any]:
        return _written(language)

    def inline(self, markdown: str) -> str:
        return _inline(markdown)

    def escape(self, text: str) -> str:
        return _escaped(text)

    def lead(self, language: str) -> str:  # noqa: ARG002 - elements say which way they run
        return ""

    def strong(self, written: str) -> str:
        return f"<strong>{written}</strong>"

    def link(self, written: str, path: str, *, outgoing: bool = False) -> str:
        return (
            f'<a href="{self.href(path)}"{_REL if outgoing else ""}>{written}{" ↗" if outgoing else ""}</a>'
        )

    def href(self, path: str) -> str:
        return _href(path)

    def address(self, address: str, *, linked: bool = True) -> str:
        shown = escape(one_line(address))
        if linked and followable(address):
            rel = "" if address.startswith("mailto:") else _REL
            return f'<a class="address" href="{escape(address)}"{rel}>{shown}</a>'
        return f'<code class="address">{shown}</code>'

    def literal(self, text: str) -> str:
        return f"<code>{escape(one_line(text))}</code>"

    def menu(self, language: str, parts: Sequence[str]) -> str:  # noqa: ARG002 - the protocol's
        return f"<ul>{''.join(f'<li>{part}</li>' for part in parts)}</ul>"

    def note(self, markdown: str, way: Way) -> str:
        return _block(led(markdown, way)).strip()

    def body(self, article: Article, root: str, way: Callable[[str], str]) -> str:
        html = settled_in_html(article.html, way)
        for plain, ours in _ON_PAGES:
            html = html.replace(plain, ours)
        return _with_first_view(html).replace(ROOT, root)

    def excerpt(self, text: str, said: str) -> str:
        return f"<blockquote><p>{self.escape(text)}</p></blockquote>\n<p>{said}</p>"

    def changed(self, paragraph: Paragraph) -> str:
        return marked(paragraph, self.escape)

    def share(self, title: str, address: str) -> str:
        return (
            f'<p><strong>{self.escape(title)}</strong><br><span class="address">{escape(address)}</span></p>'
        )

    def frame(self, texts: Mapping[str, str]) -> Mapping[str, Any]:
        style = texts["style.css"]
        return {
            "style": style,
            "policy": escape(policy_of(style, offline=self._offline), quote=False),
            "search_policy": escape(policy_of(style, search=True, offline=self._offline), quote=False),
            "icon": _icon(),
            "search": self._search,
            "offline": self._offline,
        }


def _with_first_view(html: str) -> str:
    """A body whose first picture comes with the page if readers see it there, as waiting would delay it."""
    before, picture, after = html.partition('<img loading="lazy"')
    if not picture or len(before) > 4 * _NEAR_THE_TOP:
        return html
    return html if len(_MARKUP.sub("", before).encode()) > _NEAR_THE_TOP else f"{before}<img{after}"


@lru_cache(maxsize=4096)  # names and titles stand on many pages
def _escaped(text: str) -> str:
    return escape(one_line(text))


@lru_cache(maxsize=4096)
def _href(path: str) -> str:
    return escape(destination(_as_page(path)))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 40 ms that a build with nothing to write does not need

    return MarkdownIt("commonmark", {"html": False})


@cache
def _icon() -> str:
    return data_uri((_OURS / "icon-32.png").read_bytes())


@cache
def _written(language: str) -> Mapping[str, Any]:
    return {key: _all_written(value) for key, value in words(language).items()}


def _all_written(value: Any) -> Any:
    if isinstance(value, str):
        return value if "{" in value else _inline(value)
    if isinstance(value, dict):
        return {key: _all_written(inner) for key, inner in value.items()}
    return [_all_written(inner) for inner in value] if isinstance(value, list) else value


@lru_cache(maxsize=4096)
def _inline(markdown: str) -> str:
    spaces = markdown[: len(markdown) - len(markdown.lstrip())], markdown[len(markdown.rstrip()) :]
    return (
        f"{spaces[0]}{_marked(_markdown().renderInline(markdown.strip()))}{spaces[1]}"
        if markdown.strip()
        else markdown
    )


@lru_cache(maxsize=256)
def _block(markdown: str) -> str:
    return _marked(_markdown().render(markdown))


_HREF = re.compile(r'<a href="([^"]*)"')


def _marked(html: str) -> str:
    """HTML of Markdown with its links as ours are."""

    def ours(match: re.Match[str]) -> str:
        target = match[1]
        rel = _REL if target.startswith("https:") else ""
        return f'<a href="{target if rel else _as_page(target)}"{rel}'

    return _HREF.sub(ours, html)


def _as_page(path: str) -> str:
    """Where a page stands that an operator names by its place in the Markdown edition."""
    if "://" in path or not (found := _PAGES.match(path)):
        return path
    stem = found[1]
    if posixpath.basename(stem) == "README":
        stem = f"{stem.removesuffix('README')}index"
    return f"{stem}.html{path[found.end() :]}"
