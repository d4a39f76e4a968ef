"""Telling the beginning of an article, shown to all, from the whole that subscribers see."""

from __future__ import annotations

from mirrorpress.extract.automatic import Found

_GATE = frozenset("paywall gate regwall subscribe subscription piano offer metered premium".split())
_SHORT = 1500  # characters, about 250 words; less of an article that is not free is its beginning
_SHORT_AT_GATE = 1200
_MUCH_MORE = 1.5  # times the text that is shown, which JSON-LD's articleBody holds


def is_stub(found: Found, *, accessible: bool | None, articlebody: int) -> bool:
    """Whether a page shows only the beginning of its article.

    ``accessible`` is schema.org's ``isAccessibleForFree``; ``articlebody`` the characters of JSON-LD's
    ``articleBody``. Metered sites say "not for free" on pages that hold all: there only a short text is a
    stub, and not one that stands in what the template calls the paid part.
    """
    if accessible is False and articlebody > _MUCH_MORE * found.length:
        return True
    if accessible is True or found.weight >= (_SHORT if accessible is False else _SHORT_AT_GATE):
        return False
    gate, paid = _gates(found)
    return not paid if accessible is False else gate


def _gates(found: Found) -> tuple[bool, bool]:
    """Whether the page shows an offer to subscribe, and whether what was kept stands in the paid part."""
    gate = paid = False
    for place in found.outline.places[1:]:
        if place.length and not place.hidden and place.words & _GATE:
            holds = any(found.kept[place.first : place.last])
            gate, paid = gate or not holds, paid or holds
    return gate, paid
