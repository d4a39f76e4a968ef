"""Telling the beginning of an article, shown to all, from the whole that subscribers see."""

from __future__ import annotations

from mirrorpress.markup import Document

_GATES = (
    "[class*=paywall i], [id*=paywall i], [class*=regwall i], [class*=piano-offer i], [class*=meteredcontent i], "
    "[data-paywall], [class*=subscriber-only i], [class*=premium-content i]"
)
_SHORT = 1500  # characters; no whole article behind a paywall in the training pages was shorter
_SHORT_AT_GATE = 1200
_MUCH_MORE = 1.5  # times the text that is shown, which JSON-LD's articleBody holds


def is_stub(document: Document, *, accessible: bool | None, length: float, articlebody: int) -> bool:
    """Whether a page shows only the beginning of its article.

    ``accessible`` is schema.org's ``isAccessibleForFree``; ``length`` are the characters found, Han and kana
    counted as 2.5; ``articlebody`` those of JSON-LD's ``articleBody``. Metered sites say "not for free" on
    pages that hold all: there only a short text is a stub.
    """
    if accessible is False:
        return length < _SHORT or articlebody > _MUCH_MORE * length
    return accessible is None and length < _SHORT_AT_GATE and document.select_one(_GATES) is not None
