"""Which of the titles that a page gives is the article's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mirrorpress.extract.text import plain
from mirrorpress.markup import Document, Element

LONGEST = 500
"""Characters of a title."""
_NOT_LETTERS = re.compile(r"[\W_]+")
_BETWEEN = re.compile(r"\s*[|｜»«│]\s*|\s+(?:[-–—•·:~/]|::)\s+|_(?=[^\W\d_])|(?<=[\u3400-\u9fff])[-–—](?=[\u3400-\u9fff])")
_WORDS = re.compile(r"\w+")
_HEADLINES = "[itemprop~=headline], .entry-title, .post-title, .article-title, .headline, .title"


def fold(text: str) -> str:
    """A text's letters and digits in one case, to compare titles by."""
    return _NOT_LETTERS.sub("", text).casefold()


def text_of(heading: Element) -> str:
    """The words of a heading on one line; a break is a space."""
    if heading.select("br"):
        return plain(" ".join(heading.strings)[:LONGEST])
    return plain(heading.text[: 2 * LONGEST])[:LONGEST]


def parts_of(title: str) -> list[str]:
    """What stands between the separators of a document's title."""
    return [part for part in _BETWEEN.split(title) if part]


def choose(
    document: Document, headings: Sequence[tuple[str, Element]], given: Sequence[str], sites: Iterable[str], host: str
) -> tuple[str, Element | None]:
    """The title, and the element that shows it. ``given`` are titles in metadata, the most trusted first;
    ``sites`` are names of the site."""
    names = {fold(name) for name in sites if name} | {fold(host)}
    names.discard("")
    given = [title for title in given if title]
    good = [(text, element) for text, element in headings if len(text) > 1 and not _is_site(text, names, host)]
    folded = [fold(title) for title in given]
    for text, element in good:
        # A heading that the page's metadata agrees with is the title in full.
        own = fold(text)
        if len(text) > 3 and own and any(own in title or (len(title) > 12 and title in own) for title in folded):
            return text, element
    shares = [(max((_share(text, title) for title in given), default=0.0), -n) for n, (text, _) in enumerate(good)]
    if shares:
        share, number = max(shares)
        text, element = good[-number]
        if share >= 0.5 or (len(good) == 1 and len(_WORDS.findall(text)) >= 2) or not given:
            return text, element
    if not good:
        if shown := _shown_below(document, folded):
            return shown
    for title in given:
        if not _is_site(title, names, host):
            return _without_site(title, names, host), good[0][1] if good else None
    if good:
        return good[0]
    return (given[0], None) if given else ("", None)


def _shown_below(document: Document, folded: Sequence[str]) -> tuple[str, Element] | None:
    """A lower heading, or what a class calls a title, that metadata agrees with."""
    for query in ("h2", "h3", _HEADLINES):
        for element in document.select(query)[:8]:
            text = text_of(element)
            own = fold(text)
            if len(own) > 7 and any(title.startswith(own) or title.endswith(own) for title in folded):
                return text, element
    return None


def _share(text: str, title: str) -> float:
    """The share of a heading's words that a title holds too."""
    own, other = (set(_WORDS.findall(one.casefold())) for one in (text, title))
    return len(own & other) / len(own) if len(own) > 1 else 0.0


def _is_site(text: str, names: set[str], host: str) -> bool:
    own = fold(text)
    return own in names or own == fold(host.rpartition(".")[0]) or not own


def _without_site(title: str, names: set[str], host: str) -> str:
    """A title without the site's name at its end or beginning."""
    label = fold(host.rpartition(".")[0].rpartition(".")[2])
    while True:
        separators = list(_BETWEEN.finditer(title))
        if not separators:
            return title
        last, first = separators[-1], separators[0]
        if _names_site(title[last.end() :], names, label) and last.start():
            title = title[: last.start()]
        elif _names_site(title[: first.start()], names, label) and title[first.end() :]:
            title = title[first.end() :]
        else:
            return title


def _names_site(part: str, names: set[str], label: str) -> bool:
    own = fold(part)
    return not own or own in names or (len(label) > 2 and (label in own or (len(own) > 3 and own in label)))
