"""Articles whose body is no markup but data: state that a script would have drawn, or JSON-LD's articleBody.

Only read where the visible page holds next to nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from mirrorpress.extract.text import plain, squeeze
from mirrorpress.markup import Document, parse_fragment

_SCRIPTS = (
    'script[type="application/json" i], script[id="__NEXT_DATA__"], script:not([src]):not([type]), '
    'script[type="text/javascript" i]:not([src])'
)
_ASSIGNED = re.compile(r"^\s*(?:window|self|globalThis|var|let|const)[\w.\s\[\]'\"]{0,80}=\s*(?=[{\[])")
_LARGEST = 5_000_000  # characters of one script
_MOST_SCRIPTS = 40
_MOST_VALUES = 200_000  # looked at of one page
_ENOUGH = 400  # characters of words; less is a teaser
_TAGS = re.compile(r"<(?:p|div|h[1-6]|li|br|figure|blockquote)\b", re.IGNORECASE)
_WORD_KEYS = (
    "html",
    "content",
    "text",
    "body",
    "value",
    "data",
    "model",
    "markdown",
    "paragraph",
    "caption",
    "children",
)
_NAMED = re.compile(r"body|content|text|article|story|html|paragraph", re.IGNORECASE)
_SKIPPED = re.compile(r"\b(?:ads?|advert\w*|related|newsletter|promo\w*|embed|teaser|paywall)\b")
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:[?#]|$)", re.IGNORECASE)
_LONGEST_ADDRESS = 2000  # characters


def embedded_body(document: Document, titles: frozenset[str], articlebody: str) -> str:
    """The HTML of a body that an unstripped page holds as data; empty when there is none. ``titles`` are
    folded;
    ``articlebody`` is JSON-LD's."""
    best, most = "", 0.0
    for data in _states(document):
        for html, weight in _candidates(data, titles):
            if weight > most:
                best, most = html, weight
    if len(plain(articlebody)) >= _ENOUGH and len(articlebody) > most:
        return articlebody if _TAGS.search(articlebody) else _paragraphs(articlebody)
    return best


def _states(document: Document) -> Iterator[Any]:
    """Every piece of JSON in a page's scripts."""
    for script in document.select(_SCRIPTS)[:_MOST_SCRIPTS]:
        text = script.text
        if len(text) > _LARGEST:
            continue
        assigned = _ASSIGNED.match(text)
        start = assigned.end() if assigned else 0
        text = text[start:].lstrip()
        if not text.startswith(("{", "[")):
            continue
        try:
            yield json.JSONDecoder().raw_decode(text)[0]
        except (ValueError, RecursionError):
            continue  # no JSON after all


def _candidates(data: Any, titles: frozenset[str]) -> Iterator[tuple[str, float]]:
    """Bodies in a piece of JSON, each with its weight: the length of its words, more beside the page's
    title."""
    waiting: list[tuple[Any, str, float]] = [(data, "", 1.0)]
    looked = 0
    while waiting and looked < _MOST_VALUES:
        value, name, near = waiting.pop()
        looked += 1
        if isinstance(value, dict):
            told = any(isinstance(one, str) and one.casefold().strip() in titles for one in value.values())
            near = 3.0 if told else near
            waiting.extend((one, key, near) for key, one in value.items())
        elif isinstance(value, list):
            if html := _from_blocks(value):
                yield html, near * len(plain(parse_fragment(html).text))
            waiting.extend((one, name, near) for one in value)
        elif isinstance(value, str) and len(value) >= _ENOUGH:
            if len(_TAGS.findall(value[:100_000])) >= 2:
                yield value, near * len(plain(parse_fragment(value[:500_000]).text))
            elif _NAMED.search(name) and value.count("\n") >= 2 and " " in value and "{" not in value[:50]:
                yield _paragraphs(value), near * len(value)


def _from_blocks(items: list[Any]) -> str:
    """The HTML of a list of typed blocks, as editors keep articles; empty when it is none."""
    parts: list[str] = []
    words = 0
    for item in items[:2000]:
        html = _from_block(item) if isinstance(item, dict) else ""
        if html:
            words += len(squeeze(parse_fragment(html).text))
            parts.append(html)
    return "".join(parts) if len(parts) >= 3 and words >= _ENOUGH else ""


def _from_block(block: dict[str, Any]) -> str:
    kind = str(
        block.get("type") or block.get("__typename") or block.get("kind") or block.get("_type") or ""
    ).lower()
    if not kind or _SKIPPED.search(kind):
        return ""
    picture = ""
    if any(name in kind for name in ("ima", "photo", "pic")):
        picture = next((value for value in _strings(block, 0) if _is_picture(value)), "")
    words = _words(block, 0)
    if picture:
        credit = plain(str(block.get("credit") or ""))
        said = escape(plain(words)) + (f'<span class="credit">{escape(credit)}</span>' if credit else "")
        caption = f"<figcaption>{said}</figcaption>" if said else ""
        return f'<figure><img src="{escape(picture)}">{caption}</figure>'
    if not words:
        return ""
    if "head" in kind or "title" in kind or re.fullmatch(r"h[1-6]", kind):
        return f"<h2>{words}</h2>"
    if "list" in kind and isinstance(block.get("items"), list):
        return f"<ul>{''.join(f'<li>{_words(one, 1)}</li>' for one in block['items'][:500])}</ul>"
    if "quote" in kind:
        return f"<blockquote>{words}</blockquote>"
    return words if _TAGS.match(words) else f"<p>{words}</p>"


def _is_picture(value: str) -> bool:
    """Whether a value is the address of a picture, by its suffix."""
    if len(value) > _LONGEST_ADDRESS or not value.lower().startswith(("https://", "http://", "/")):
        return False
    return _PICTURE.search(value) is not None and len(value.split()) == 1


def _words(value: Any, depth: int) -> str:
    """The words of a block, as HTML; the first of the usual keys that holds any."""
    if depth > 6:
        return ""
    if isinstance(value, str):
        return value if "<" in value else escape(value, quote=False)
    if isinstance(value, list):
        return "".join(_words(one, depth + 1) for one in value[:500])
    if isinstance(value, dict):
        for key in _WORD_KEYS:
            if found := _words(value.get(key), depth + 1):
                return found
    return ""


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 5:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for one in list(inner)[:200]:
            yield from _strings(one, depth + 1)


def _paragraphs(text: str) -> str:
    lines = [line.strip() for line in text.replace("\r", "").split("\n")]
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)
