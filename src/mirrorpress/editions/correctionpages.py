"""How corrections are written: what is gone struck out, what is new bold, and when it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mirrorpress.editions.corrections import Paragraph
from mirrorpress.editions.days import long_day
from mirrorpress.editions.words import in_digits, words
from mirrorpress.model import Stored, local_day

# As tags: Markdown's own marks do not work beside Chinese punctuation (CommonMark 6.2, issue 650).
_TAGS = {"same": ("", ""), "gone": ("<del>", "</del>"), "new": ("<strong>", "</strong>")}


def marked(paragraph: Paragraph, written: Callable[[str], str]) -> str:
    """A changed paragraph in one line; ``written`` is how its words go into it."""
    parts = []
    for piece in paragraph:
        words_ = written(piece.text)
        start, end = _TAGS[piece.kind] if words_ else ("", "")
        before = " " if piece.text[:1].isspace() else ""
        after = " " if piece.text[-1:].isspace() and words_ else ""
        parts.append(f"{before}{start}{words_}{end}{after}")
    return "".join(parts).strip()


def moments(language: str, stored: Stored, changed: Sequence[datetime]) -> list[str]:
    """When an article was changed, in words: the day, and the time where the day alone would not tell it from
    the article's own day or from another change."""
    offset = stored.article.offset
    days = [local_day(moment, offset) for moment in changed]
    found = []
    for moment, day in zip(changed, days, strict=True):
        said = long_day(language, day)
        if day == stored.day or days.count(day) > 1:
            clock = f"{moment + timedelta(minutes=offset or 0):%H:%M} {_zone(offset or 0)}"
            said = words(language)["corrections"]["moment"].format(day=said, time=in_digits(language, clock))
        found.append(said)
    return found


def _zone(offset: int) -> str:
    """The name of a clock that is so many minutes ahead of UTC."""
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset), 60)
    return f"UTC{'+' if offset > 0 else '-'}{hours}{f':{minutes:02}' if minutes else ''}"
