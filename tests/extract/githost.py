"""An article's Markdown as GitHub's own parser shows it, held against the article's HTML."""

from __future__ import annotations

import re
from itertools import zip_longest
from urllib.parse import unquote

import cmarkgfm
from cmarkgfm.cmark import Options

from mirrorpress.markup import Element, Node, Text, parse_fragment
from mirrorpress.model import ROOT, Article

_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li blockquote pre ul ol table thead tbody tr td th hr figure figcaption".split()
)
_INLINE = frozenset("a strong em s del sub sup code br img".split())
_MARKED = frozenset("strong em sub sup code".split())


def shown(markdown: str) -> str:
    """The HTML that GitHub makes of Markdown, before it sanitises it."""
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))


def outline(html: str) -> list[str]:
    """A page as a reader sees it: one line for every block, list item, cell and picture, with its words.

    Paragraphs inside list items, and figures, are seen as their words only: Markdown writes both otherwise.
    """
    lines: list[str] = []
    words: list[str] = []

    def end(kind: str) -> None:
        text = re.sub(r"\s+", " ", "".join(words)).strip()
        words.clear()
        if text:
            lines.append(f"{kind}: {text}")

    def walk(node: Node, kind: str, *, literal: bool = False) -> None:
        for child in node:
            if isinstance(child, Text):
                words.append(child.data)
            elif isinstance(child, Element):
                take(child, kind, literal=literal)

    def take(element: Element, kind: str, *, literal: bool) -> None:
        tag = {"del": "s", "figcaption": "p"}.get(element.tag, element.tag)
        if tag == "img":
            end(kind)
            lines.append(f"img: {element.attr('src')} {element.attr('alt')}".strip())
        elif tag == "br":
            words.append(" ⏎ ")
        elif tag == "a":
            words.append(f"⟦{unquote(element.attr('href') or '')} ")
            walk(element, kind)
            words.append("⟧")
        elif tag in _MARKED and kind != "pre":
            words.append(f"<{tag}>")
            walk(element, kind)
            words.append(f"</{tag}>")
        elif tag in _BLOCKS:
            end(kind)
            if tag in ("ul", "ol", "table", "blockquote", "hr"):
                lines.append(tag)
            inner = kind if tag == "p" and kind in ("li", "caption") else tag
            walk(element, {"blockquote": "p", "figure": "p"}.get(inner, inner))
            end({"blockquote": "p", "figure": "p"}.get(inner, inner))
            if tag in ("ul", "ol", "table", "blockquote"):
                lines.append(f"end {tag}")
        elif tag in _INLINE:
            walk(element, kind)
        else:
            words.append(f"<{tag}>")  # markup that has no business there
            walk(element, kind)

    walk(parse_fragment(html), "p")
    end("p")
    return lines


def differences(article: Article) -> list[str]:
    """Where a git host would show something else than the article's HTML says."""
    html, markdown = (text.replace(ROOT, "../../") for text in (article.html, article.markdown))
    wanted, seen = outline(_as_markdown_can_say(html)), outline(shown(markdown))
    return [f"{one!r} is shown as {other!r}" for one, other in zip_longest(wanted, seen) if one != other]


def _as_markdown_can_say(html: str) -> str:
    """The article's HTML with what Markdown adds on purpose: captions in italics, marks on outgoing links."""
    tree = parse_fragment(html)
    for caption in tree.select("figcaption"):
        for mark in caption.select("em"):
            mark.unwrap()
        caption.wrap_children(Element("em"))
    for link in tree.select("a[href^=https]"):
        link.append(Text(" ↗"))
    return tree.inner_html
