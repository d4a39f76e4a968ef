"""What a page says of its article outside the body, as the classifier uses it."""

from __future__ import annotations

from mirrorpress.extract.features import Known
from mirrorpress.extract.metadata import Metadata
from mirrorpress.extract.text import squeeze

_ENOUGH = 200  # characters of an ``articleBody`` from which on it may be the whole text


def known_of(metadata: Metadata) -> Known:
    """From what was read of a page's head."""
    body = squeeze(metadata.body) if len(metadata.body) > _ENOUGH else ""
    return Known(
        frozenset(title.casefold() for title in metadata.titles if title), body, squeeze(metadata.description)
    )
