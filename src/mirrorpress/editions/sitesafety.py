"""The last look at the files of a site, before readers can get them: pages, their style, the app manifest.

Each is parsed as a browser parses it, and only what is known to be needed may be there. A page that is
refused would make a request elsewhere, run a script where none belongs, lead a reader to a literal IP
address, or by one that tells where they came from; or it is not what the mirror writes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mirrorpress.editions.linksafety import danger_of
from mirrorpress.markup import Doctype, Element, Text, parse_page

OFFLINE = ("offline.js", "sw.js")
"""Scripts that keep pages for reading offline: the one that pages have, and the worker."""
SEARCH = "search/"
"""Where the scripts of the search page stand, and what they load."""
_OURS = resources.files("mirrorpress.editions") / "templates" / "site"
_SEARCH_PAGE = re.compile(r"(?:[A-Za-z-]+/)?search\.html")

_POLICY: Mapping[str, frozenset[str]] = {
    "default-src": frozenset({"'none'"}),
    "img-src": frozenset({"'self'", "data:"}),
    "script-src": frozenset({"'self'"}),
    "connect-src": frozenset({"'self'"}),
    "worker-src": frozenset({"'self'"}),
    "manifest-src": frozenset({"'self'"}),
    "base-uri": frozenset({"'none'"}),
    "form-action": frozenset({"'none'"}),
}
_NEEDED = ("default-src", "base-uri", "form-action", "style-src")
_ONLY_WITH_SCRIPT = ("script-src", "connect-src", "worker-src")

_GLOBAL = {"id", "class", "lang", "dir", "title", "role", "hidden", "translate"}
_ELEMENTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        "html head title body header nav main footer section article aside h1 h2 h3 h4 h5 h6 p div span ul "
        "ol li dl dt dd blockquote pre code table caption thead tbody tr figure figcaption strong em b i s "
        "sub sup br hr del ins mark small kbd ruby rt rp wbr summary output".split(),
        frozenset[str](),
    ),
    "a": frozenset({"href", "rel", "hreflang"}),
    "button": frozenset({"type"}),
    "details": frozenset({"open"}),
    "form": frozenset[str](),
    "img": frozenset({"src", "alt", "width", "height", "loading", "decoding"}),
    "input": frozenset(
        {"type", "autocapitalize", "autocomplete", "autocorrect", "enterkeyhint", "maxlength", "spellcheck"}
    ),
    "label": frozenset({"for"}),
    "link": frozenset({"rel", "href", "type", "hreflang", "sizes"}),
    "meta": frozenset({"charset", "name", "content", "http-equiv"}),
    "pre": frozenset({"tabindex"}),
    "table": frozenset({"tabindex"}),
    "ol": frozenset({"start", "reversed"}),
    "option": frozenset({"value", "selected"}),
    "script": frozenset({"src", "type", "defer"}),
    "select": frozenset({"name"}),
    "style": frozenset[str](),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
}
_LOOKED_INTO = frozenset({"meta", "link", "style", "script", "img", "a", "input"})
_HELD = frozenset({"link", "style", "script", "img"})
_PLAIN = _ELEMENTS.keys() - _LOOKED_INTO
# A browser that is not told the encoding first may read other characters than we do, and so other tags.
_BEGINNING = re.compile(
    r'<!doctype html>\s+<html(?:\s+[a-z-]+="[^"<>&]*")*>\s*<head>\s*<meta charset="utf-8">', re.IGNORECASE
)
_METAS = {"viewport", "referrer", "description", "color-scheme", "theme-color", "generator"}
_DATA_PICTURE = re.compile(r"data:image/(?:png|webp);base64,[A-Za-z0-9+/]+=*")
_OF_MANIFESTS = frozenset(
    "name short_name start_url scope display lang dir icons background_color theme_color description".split()
)
_OF_ICONS = frozenset(("src", "sizes", "type", "purpose"))
_AT_RULES = ("import", "font-face", "namespace", "charset")
_LOADING = (
    "url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade", "element",
    "-moz-element", "-moz-image-rect", "paint", "url-prefix",
)  # fmt: skip


def dangers_in_page(path: str, html: str) -> Iterator[str]:
    """What would endanger a reader in the page at ``path``, one line each, with its line and element."""
    if not _BEGINNING.match(html):
        yield (
            "line 1: a page that does not begin with <!doctype html>, <html>, <head> and "
            '<meta charset="utf-8">'
        )
        return
    try:
        document = parse_page(html)
    except ValueError as error:
        yield f"line 1: {error}"
        return
    look = _Look(path)
    for node in document.descendants:
        if isinstance(node, Element):
            tag = node.tag
            if tag in _PLAIN and not node.attrs:  # most
                continue
            for danger in look.at(node):
                yield f"line {node.source_line}, <{tag}>: {danger}"
        elif not isinstance(node, Text | Doctype):
            yield f"a {type(node).__name__.lower()}, of which pages for readers need none"
    yield from look.at_the_end()


def dangers_in_style(css: str) -> Iterator[str]:
    """What would load something in a style sheet."""
    import tinycss2  # noqa: PLC0415 - 20 ms that an edition without a style does not need

    waiting: list[Any] = list(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))
    for node in waiting:
        place = f"line {node.source_line} of the style"
        if node.type == "error":
            yield f"{place}: what is no CSS ({node.message})"
        elif node.type == "at-rule" and node.lower_at_keyword in _AT_RULES:
            yield f"{place}: @{node.lower_at_keyword}, which loads from elsewhere"
        elif node.type == "at-keyword" and node.lower_value in _AT_RULES:
            yield f"{place}: @{node.lower_value}, which loads from elsewhere"
        elif node.type == "url" or (node.type == "function" and node.lower_name in _LOADING):
            yield f"{place}: a style that loads something"
        for inner in ("prelude", "content", "arguments"):
            waiting.extend(getattr(node, inner, None) or ())


def dangers_in_manifest(text: str) -> Iterator[str]:
    """What would endanger a reader in a web app manifest."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield f"JSON that cannot be read: {error}"
        return
    if not isinstance(found, dict):
        yield "JSON that is no manifest"
        return
    icons = found.get("icons", [])
    if not (isinstance(icons, list) and all(isinstance(icon, dict) for icon in icons)):
        yield "icons that are no list of icons"
        return
    for key in (set(found) - _OF_MANIFESTS) | ({key for icon in icons for key in icon} - _OF_ICONS):
        yield f"a key that does not belong there: {key[:100]}"
    for address in (
        found.get("start_url", "."),
        found.get("scope", "."),
        *(icon.get("src") for icon in icons),
    ):
        if not isinstance(address, str) or not _is_own(address):
            yield f"an address from elsewhere: {str(address)[:100]}"


def dangers_in_script(path: str, data: bytes) -> Iterator[str]:
    """Whether a script is another than those that the mirror is known to have."""
    known: bytes | Path | None
    if path in OFFLINE:
        known = (_OURS / path).read_bytes()
    else:
        from mirrorpress.editions.search.index import scripts  # noqa: PLC0415 - few mirrors have it

        known = next((file.data for file in scripts() if file.path == path), None)
    if data != known:
        yield "a script that is none of ours"


def policy_of(style: str, *, search: bool = False, offline: bool = False) -> str:
    """The Content-Security-Policy of a page with this style, which may ``search``, or be kept ``offline``."""
    directives = ["default-src 'none'", "img-src 'self' data:", f"style-src '{hash_of(style)}'"]
    directives.append("manifest-src 'self'")
    if search:
        directives += ["script-src 'self'", "connect-src 'self'"]
    elif offline:
        directives.append("script-src 'self'")
    if offline:
        directives.append("worker-src 'self'")
    return "; ".join([*directives, "base-uri 'none'", "form-action 'none'"])


@lru_cache(maxsize=8)  # all pages have the same one
def hash_of(text: str) -> str:
    """A style as a Content-Security-Policy names it (CSP 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


class _Look:
    """The look at one page; remembers what belongs together."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.policy: Mapping[str, frozenset[str]] | None = None
        self.styles: list[str] = []
        self.has_script = False
        self.sends_no_referrer = False

    def at(self, element: Element) -> Iterable[str]:
        """The dangers of one element."""
        tag = element.tag
        found = _out_of_place(tag, tuple(element.attrs))
        if tag not in _LOOKED_INTO:
            return found
        if tag in _HELD and self.policy is None:
            found = (*found, "it stands before the Content-Security-Policy, which does not hold it there")
        looked_into: Iterable[str] = getattr(self, f"_{tag}")(element)
        return (*found, *looked_into)

    def at_the_end(self) -> Iterator[str]:
        """The dangers of the page as a whole."""
        if self.policy is None:
            yield "no Content-Security-Policy"
            return
        if not self.sends_no_referrer:
            yield 'no <meta name="referrer" content="no-referrer">'
        for name in _NEEDED:
            if name not in self.policy:
                yield f"a Content-Security-Policy without {name}"
        for name, values in self.policy.items():
            known = _POLICY.get(name)
            if name == "style-src":
                known = frozenset(f"'{hash_of(style)}'" for style in self.styles)
            if known is None or not values <= known:
                yield f"a Content-Security-Policy that allows too much: {name}"
            elif name in _ONLY_WITH_SCRIPT and not self.has_script:
                yield f"a Content-Security-Policy with {name} on a page without a script"

    def _meta(self, element: Element) -> Iterator[str]:
        kind, content = (element.attr("http-equiv") or "").lower(), element.attr("content") or ""
        name = element.attr("name")
        if kind == "content-security-policy" and element.closest("head") and self.policy is None:
            if not (content.isascii() and content.isprintable()):
                yield "a Content-Security-Policy of more than plain ASCII in one line"
            self.policy = _directives(content)
        elif kind or (name is not None and name not in _METAS):
            yield f"a meta that does not belong there: {(kind or name or '')[:50]}"
        elif element.attr("charset") not in (None, "utf-8"):
            yield "a page that claims not to be UTF-8"
        elif name == "referrer":
            self.sends_no_referrer = content == "no-referrer"
            if not self.sends_no_referrer:
                yield "a referrer that is sent"

    def _link(self, element: Element) -> Iterator[str]:
        rel, href = element.attr("rel") or "", element.attr("href") or ""
        if rel in ("canonical", "alternate"):  # asked for by no browser
            if danger := danger_of(href, is_own=_is_own(href)):
                yield danger
        elif rel in ("icon", "manifest"):
            if not (_is_own(href) or (rel == "icon" and _DATA_PICTURE.fullmatch(href))):
                yield f"an address from elsewhere: {href[:100]}"
        elif rel == "modulepreload":
            yield from self._own_script(href)
        else:
            yield f"a link element that makes a request: rel={rel[:50]}"

    def _style(self, element: Element) -> Iterator[str]:
        style = element.text
        self.styles.append(style)
        yield from _known_style(style)

    def _script(self, element: Element) -> Iterator[str]:
        self.has_script = True
        source = element.attr("src")
        if source is None or element.text.strip():
            yield "a script within the page"
        elif (element.attr("type") or "module") != "module":
            yield f"a script that is something else: {(element.attr('type') or '')[:50]}"
        else:
            yield from self._own_script(source)

    def _own_script(self, source: str) -> Iterator[str]:
        standing = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), source))
        of_search = bool(_SEARCH_PAGE.fullmatch(self.path)) and standing.startswith(SEARCH)
        if not (_is_own(source) and (standing == OFFLINE[0] or of_search)):
            yield f"a script that does not belong there: {source[:100]}"

    def _img(self, element: Element) -> Iterator[str]:
        source = element.attr("src") or ""
        if not (_is_own(source) or _DATA_PICTURE.fullmatch(source)):
            yield f"a picture from elsewhere: {source[:100]}"

    def _a(self, element: Element) -> Iterable[str]:
        return _dangers_of_link(element.attr("href"), element.attr("rel") or "")

    def _input(self, element: Element) -> Iterator[str]:
        if element.attr("type") not in ("search", "checkbox"):
            yield "a field that does not belong there"


@lru_cache(maxsize=8)
def _directives(policy: str) -> Mapping[str, frozenset[str]]:
    """A Content-Security-Policy's directives, each with its values; of one said twice browsers pass over the
    second (CSP 3, 2.2.1)."""
    found: dict[str, frozenset[str]] = {}
    for name, *values in (one.split() for one in policy.split(";") if one.strip()):
        found.setdefault(name, frozenset(values))
    return found


@lru_cache(maxsize=1024)  # most elements of a page are as on the page before
def _out_of_place(tag: str, attributes: tuple[str, ...]) -> tuple[str, ...]:
    """What does not belong on a page, by the names of an element and its attributes."""
    allowed = _ELEMENTS.get(tag)
    if allowed is None:  # so is every <svg> and <math>, whatever stands within
        return ("an element that does not belong there",)
    return tuple(
        f"an attribute that does not belong there: {name[:50]}"
        for name in attributes
        if name not in allowed and name not in _GLOBAL and not name.startswith(("aria-", "data-"))
    )


@lru_cache(maxsize=4096)
def _dangers_of_link(href: str | None, rel: str) -> tuple[str, ...]:
    """What is wrong with a link that a reader may click on."""
    if href is None:
        return ()
    is_own = _is_own(href)
    danger = danger_of(href, is_own=is_own)
    found = (danger,) if danger else ()
    if not (is_own or href[:7].lower() == "mailto:" or "noreferrer" in rel.split()):
        return (*found, f"a link out of the mirror that is not marked as one: {href[:100]}")
    return found


_styles_seen: dict[str, tuple[str, ...]] = {}


def _known_style(style: str) -> tuple[str, ...]:
    """``dangers_in_style``, asked once for the style that all pages have."""
    if style not in _styles_seen:
        _styles_seen.clear()
        _styles_seen[style] = tuple(dangers_in_style(style))
    return _styles_seen[style]


@lru_cache(maxsize=4096)
def _is_own(address: str) -> bool:
    """Whether an address is a relative one, and so of the edition itself."""
    if address.startswith("https://"):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme or parts.netloc or re.search(r"[\s\\<>\"\x00-\x1f]", address):
        return False
    # From a disk, "../..//host/x" would be "file:////host/x", which Windows asks that host for.
    path = unquote(parts.path)
    return not path.startswith(("/", "\\")) and "//" not in path
