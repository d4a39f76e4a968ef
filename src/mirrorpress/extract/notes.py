"""Which blocks beside an article its readers are owed: the publisher's notices, notes of its editors,
footnotes, posts that it quotes."""

from __future__ import annotations

import re

from mirrorpress.extract.body import is_licence, is_note, is_notice
from mirrorpress.extract.outline import Outline, Piece
from mirrorpress.extract.spans import is_hidden_beside
from mirrorpress.markup import Element

_NOTES_ABOVE = 3  # blocks above the first paragraph among which notes of the editors stand
_NOTICES = 6  # blocks below the last paragraph among which the publisher's notices stand
_LINKED = 0.9  # of a notice that names a licence; what is all link leads elsewhere
_POST = re.compile(
    r"^(?:twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed|telegram-post)"
)
_NOTES = frozenset(("footnotes", "footnote", "endnotes", "fussnoten"))
_NOTE_TAGS = frozenset(("section", "div", "ol", "ul", "aside", "footer"))


def keep_notices(seen: Outline, kept: list[bool]) -> None:
    """Keep the publisher's notices right below the article, and notes of its editors above and below."""
    pieces = seen.pieces
    words = [number for number, one in enumerate(kept) if one and pieces[number].text]
    if not words:
        return
    above = [number for number in range(words[0]) if pieces[number].text][-_NOTES_ABOVE:]
    below = [number for number in range(words[-1] + 1, len(pieces)) if pieces[number].text][:_NOTICES]
    for number in [*above, *below]:
        if _is_owed(pieces[number], is_below=number > words[-1]) and not is_hidden_beside(
            seen, number, beside=words[-1]
        ):
            kept[number] = True


def _is_owed(piece: Piece, *, is_below: bool) -> bool:
    """Whether a block beside the article is one of its notices or notes."""
    linked = piece.linked / len(piece.text)
    if is_below and ((not linked and is_notice(piece.text)) or (linked < _LINKED and is_licence(piece.text))):
        return True
    return linked < 0.5 and is_note(piece.text)


def keep_posts(seen: Outline, kept: list[bool]) -> None:
    """Keep posts of social networks that an article quotes."""
    words = [number for number, one in enumerate(kept) if one]
    if not words:
        return
    for place in seen.places:
        if place.tag == "blockquote" and words[0] < place.first and place.last <= words[-1]:
            element = place.element
            if isinstance(element, Element) and _POST.search(element.attr("class") or ""):
                for n in range(place.first, place.last):
                    kept[n] = True


def keep_notes(seen: Outline, kept: list[bool]) -> None:
    """Keep footnotes: what a place holds that is called so, after the article began."""
    first = kept.index(True) if True in kept else len(kept)
    for place in seen.places:
        if place.first > first and place.tag in _NOTE_TAGS and 0 < place.linked < 0.8 * place.length:
            element = place.element
            if isinstance(element, Element) and (
                element.attr("role") == "doc-endnotes" or place.words & _NOTES
            ):
                for n in range(place.first, place.last):
                    kept[n] = True
