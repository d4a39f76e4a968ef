"""Which of the titles that a page gives is the article's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from mirrorpress import links
from mirrorpress.extract.text import plain
from mirrorpress.markup import Document, Element, Text

LONGEST = 500
"""Characters of a title."""
_HEADING = 250  # characters; a longer heading is a paragraph
_NOT_LETTERS = re.compile(r"[\W_]+")
_BETWEEN = re.compile(
    r"\s*[|｜»«│]\s*|\s+(?:[-–—•·:~/]|::)\s+|_(?=[^\W\d_])|(?<=[\u3400-\u9fff！？。])[-–—](?=[\u3400-\u9fff])"
)
# "渡轮又迟到了_河口报", "渡轮又迟到了-河口新闻网" on pages that name their site nowhere else
_HAN_SITE = re.compile(
    r"[\u3400-\u9fff]{1,10}(?:网|網|网站|報|报|社|在线|在線|新闻|新聞|频道|頻道|电台|電台|电视台|電視台)"
)
_WORDS = re.compile(r"\w+")
_HEADLINES = "[itemprop~=headline], .entry-title, .post-title, .article-title, .headline, .title"

Heading = tuple[str, Element]


def fold(text: str) -> str:
    """A text's letters and digits in one case, to compare titles by."""
    return _NOT_LETTERS.sub("", text).casefold()


def text_of(heading: Element) -> str:
    """The words of a heading on one line; a break is a space."""
    if heading.select("br, style, script"):
        words = (
            node.data
            for node in heading.descendants
            if isinstance(node, Text)
            and not (isinstance(node.parent, Element) and node.parent.tag in ("style", "script"))
        )
        return plain(" ".join(words)[: 2 * LONGEST])[:LONGEST]
    return plain(heading.text[: 2 * LONGEST])[:LONGEST]


def parts_of(title: str) -> list[str]:
    """What stands between the separators of a document's title."""
    return [part for part in _BETWEEN.split(title) if part]


def choose(
    document: Document,
    headings: Sequence[Heading],
    given: Sequence[str],
    whole: str,
    *,
    sites: Iterable[str],
    url: str,
) -> tuple[str, Element | None]:
    """The title, and the element that shows it.

    ``given`` are titles in metadata, the most trusted first; ``whole`` is the document's; ``sites`` are names
    of the site. A heading that metadata agrees with is the title in full; sites' names stand in headings too.
    """
    host = _host(url)
    names = {fold(name) for name in (*sites, host, host.rpartition(".")[0])} - {""}
    good = [
        heading
        for heading in headings
        if 1 < len(heading[0]) <= _HEADING
        and fold(heading[0]) not in names
        and fold(heading[0])
        and not _leads_home(heading[1], url)
    ]
    given = [title[:LONGEST] for title in given if title]
    whole = whole[:LONGEST]
    folded = [fold(title) for title in given]
    parts = [fold(part) for part in parts_of(whole)]
    titles = [*given, *([whole] if whole else [])]
    found = (
        _agreed(good, folded)
        or _agreed(good, [fold(whole)], but=parts[-1] if len(parts) > 1 else "")
        or _shown_below(document, good, [*folded, *parts])
        or _most_alike(good, titles)
    )
    if found:
        return _without_kicker(found, [_without_site(title, names, host) for title in given]), found[1]
    anchor = good[0][1] if good else None
    for title in titles:
        if fold(title) not in names:
            return _without_site(title, names, host), anchor
    if good:
        return good[0]
    return (titles[0], None) if titles else ("", None)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _leads_home(heading: Element, url: str) -> bool:
    """Whether a heading is a link to a place above the page's own: a logo."""
    link = heading.select_one("a[href]")
    if link is None and isinstance(heading.parent, Element) and heading.parent.tag == "a":
        link = heading.parent
    if link is None:
        return False
    target, own = (
        address.partition("://")[2].partition("#")[0].partition("?")[0].rstrip("/")
        for address in (links.resolve((link.attr("href") or "")[:2000], url), url)
    )
    return (
        bool(target)
        and target != own
        and own.removeprefix("www.").startswith(target.removeprefix("www.") + "/")
    )


def _agreed(good: Sequence[Heading], folded: Sequence[str], but: str = "") -> Heading | None:
    for text, element in good:
        own = fold(text)
        if (
            len(text) > 3
            and own != but
            and any(own in title or (len(title) > 12 and title in own) for title in folded if title)
        ):
            return text, element
    return None


def _shown_below(document: Document, good: Sequence[Heading], folded: Sequence[str]) -> Heading | None:
    """A lower heading that is a title in metadata, where no heading of the first rank is; without any of the
    first rank what a class calls a title counts too."""
    for query in ("h2", "h3") if good else ("h2", "h3", _HEADLINES):
        for element in document.select(query)[:8]:
            text = text_of(element)
            own = fold(text)
            if len(own) > (7 if own.isascii() else 3) and any(
                title == own or (not good and title.startswith(own)) for title in folded
            ):
                return text, element
    return None


def _most_alike(good: Sequence[Heading], titles: Sequence[str]) -> Heading | None:
    """The heading that shares most words with a title: half of them, or a fifth where it is the only one."""
    if not good:
        return None
    if not titles:
        return good[0]
    shares = [max(_share(text, title) for title in titles) for text, _ in good]
    best = max(shares)
    return good[shares.index(best)] if best >= (0.2 if len(good) == 1 else 0.5) else None


def _share(text: str, title: str) -> float:
    """The share of a heading's words that a title holds too; of its characters where words are not spaced."""
    own, other = (set(_WORDS.findall(one.casefold())) for one in (text, title))
    if len(own) < 3:
        own, other = set(fold(text)), set(fold(title))
        return len(own & other) / len(own) if len(own) > 3 and not text.isascii() else float(own <= other)
    return len(own & other) / len(own)


def _without_kicker(heading: Heading, given: Sequence[str]) -> str:
    """A heading that holds elements of its own, without the line above or below that metadata leaves out."""
    text, element = heading
    own = fold(text)
    if element.select_one("*") is not None:
        for title in given:
            part = fold(title)
            if (
                len(part) > 15
                and part != own
                and 2 * len(part) > len(own)
                and (own.endswith(part) or own.startswith(part))
            ):
                return title
    return text


def _without_site(title: str, names: set[str], host: str) -> str:
    """A title without the site's name at its end or beginning."""
    label = fold(host.rpartition(".")[0].rpartition(".")[2])
    if not fold(title):
        return title
    for _ in range(4):
        separators = list(_BETWEEN.finditer(title))
        if not separators:
            break
        first, last = separators[0], separators[-1]
        if last.start() and _names_site(title[last.end() :], names, label):
            title = title[: last.start()]
        elif title[first.end() :] and _names_site(title[: first.start()], names, label):
            title = title[first.end() :]
        else:
            break
    return title


def _names_site(part: str, names: set[str], label: str) -> bool:
    own = fold(part)
    return (
        not own
        or own in names
        or bool(_HAN_SITE.fullmatch(part.strip()))
        or (len(label) > 2 and (label in own or (len(own) > 3 and own in label)))
    )
