"""What a correction is: revisions in, corrections out; nothing here reads or writes anything.

A correction is what changes an article's title or words. White space, variants of punctuation and letters,
pictures and their hosts, and the addresses behind words are no words (``wording`` says what is the same). A
revision that was found in another way than the one before says nothing either: the difference may be ours.
Of a publisher without rights, and of an article of which there is only the beginning, no more is compared,
and so no more is shown, than title and excerpt.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal

from mirrorpress.editions.edits import Budget, Edit, edits
from mirrorpress.editions.wording import Token, key, paragraphs, parts_words, tokens
from mirrorpress.model import Revision

_STEPS = 300_000  # of comparing, for one correction: 60 ms
_MOST_WORDS = 60_000  # characters, before and after, that are compared word by word
_MOST_SHOWN = 12_000  # characters of one correction, so that twenty of them stay readable
_AROUND = 60  # characters of unchanged text that are shown on either side of a change
_REWRITTEN = 0.3  # of the characters: where less is kept, words are no longer compared


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, is gone, or is new."""

    kind: Literal["same", "gone", "new"]
    text: str


Paragraph = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What changed at a time: ``title`` is empty when it stayed; ``paragraphs`` are those that changed, with
    some of the text around; ``cut``: more changed than is shown."""

    at: datetime
    title: Paragraph
    paragraphs: tuple[Paragraph, ...]
    cut: bool = False


def differs(before: Revision, after: Revision, *, excerpt_only: bool = False) -> bool:
    """Whether ``after`` corrects ``before``."""
    if before.engine != after.engine:
        return False
    if key(before.title) != key(after.title):
        return True
    one, other = _texts(before, after, excerpt_only=excerpt_only)
    return one != other and "".join(map(key, one)) != "".join(map(key, other))


def corrected_at(pairs: Iterable[tuple[Revision, Revision]], *, excerpt_only: bool) -> datetime | None:
    """When an article was corrected last; ``pairs`` are of its successive revisions, newest first."""
    found = (_moment(*pair) for pair in pairs if differs(*pair, excerpt_only=excerpt_only))
    return next(found, None)


def corrections(pairs: Iterable[tuple[Revision, Revision]], *, excerpt_only: bool) -> Iterator[Correction]:
    """An article's corrections, newest first, from ``pairs`` of its successive revisions, newest first."""
    for before, after in pairs:
        if differs(before, after, excerpt_only=excerpt_only):
            yield _correction(before, after, *_texts(before, after, excerpt_only=excerpt_only))


def _texts(before: Revision, after: Revision, *, excerpt_only: bool) -> tuple[list[str], list[str]]:
    if excerpt_only or before.partial or after.partial:
        return [before.excerpt], [after.excerpt]
    return paragraphs(before.html), paragraphs(after.html)


def _moment(before: Revision, after: Revision) -> datetime:
    """When the publisher says that it was, if that can be; else when it was seen."""
    said = after.updated
    if said and said != before.updated and before.captured_at <= said <= after.captured_at:
        return said
    return after.captured_at


def _correction(before: Revision, after: Revision, old: list[str], new: list[str]) -> Correction:
    budget = Budget(_STEPS)
    title: Paragraph = ()
    if key(before.title) != key(after.title):
        title = _in_paragraphs(_compared(tokens([before.title]), tokens([after.title]), budget))[0]
    shown: list[Paragraph] = []
    room, words = _MOST_SHOWN, _MOST_WORDS
    for edit in edits([key(one) for one in old], [key(one) for one in new], budget):
        was, now = old[edit.start : edit.end], new[edit.new_start : edit.new_end]
        words -= sum(map(len, was)) + sum(map(len, now))
        pieces = _compared(tokens(was), tokens(now), budget) if words >= 0 else _replaced(was, now)
        if all(piece.kind == "same" for piece in pieces):
            continue
        if all(piece.kind != "same" for piece in pieces) and edit.new_start > 0:
            pieces = [Piece("same", f"{new[edit.new_start - 1]}\n"), *pieces]  # to say where it stood
        for paragraph in _in_paragraphs(_shortened(pieces)):
            size = sum(len(piece.text) for piece in paragraph)
            if size > room:
                first = () if shown else (_clipped(paragraph, room),)
                return Correction(_moment(before, after), title, (*shown, *first), cut=True)
            shown.append(paragraph)
            room -= size
    return Correction(_moment(before, after), title, tuple(shown))


def _replaced(was: Sequence[str], now: Sequence[str]) -> list[Piece]:
    gone, new = ("".join(f"{paragraph}\n" for paragraph in one) for one in (was, now))
    return [piece for piece in (Piece("gone", gone), Piece("new", new)) if piece.text]


def _clipped(paragraph: Paragraph, room: int) -> Paragraph:
    kept: list[Piece] = []
    for piece in paragraph:
        if room > 0:
            kept.append(replace(piece, text=piece.text[:room]))
            room -= len(piece.text)
    return tuple(kept)


# --- words ------------------------------------------------------------------------------------


class _Words:
    """The tokens of some paragraphs, and how many characters they have up to each."""

    def __init__(self, known: Sequence[Token]) -> None:
        self.tokens = known
        self.keys = [token.key for token in known]
        self._sizes = list(accumulate(map(len, self.keys), initial=0))

    def size(self, start: int, end: int) -> int:
        return self._sizes[end] - self._sizes[start]

    def text(self, start: int, end: int) -> str:
        return "".join(token.text for token in self.tokens[start:end])

    def space_before(self, start: int) -> str:
        """The white space before a token; a line break before the first."""
        text = self.tokens[start - 1].text if start else "\n"
        return text[len(text.rstrip()) :]


def _compared(known: Sequence[Token], later: Sequence[Token], budget: Budget) -> list[Piece]:
    """Some paragraphs before and after, as pieces in the order of reading; a line break ends a paragraph."""
    old, new = _Words(known), _Words(later)
    found = edits(old.keys, new.keys, budget)
    gone = sum(old.size(edit.start, edit.end) for edit in found)
    came = sum(new.size(edit.new_start, edit.new_end) for edit in found)
    kept = old.size(0, len(known)) - gone
    if kept < _REWRITTEN * (kept + max(gone, came)):
        found = [Edit(0, len(known), 0, len(later))]
    pieces: list[Piece] = []
    done = 0
    for edit in _joined(found, old, new):
        _add(pieces, "same", new.text(done, edit.new_start))
        removed, added = old.text(edit.start, edit.end), new.text(edit.new_start, edit.new_end)
        if old.keys[edit.start : edit.end] and key(removed) == key(added):
            _add(pieces, "same", added)  # only the spaces between words differ
        else:
            _add_change(pieces, removed, added, old.space_before(edit.start))
        done = edit.new_end
    _add(pieces, "same", new.text(done, len(later)))
    return pieces


def _add_change(pieces: list[Piece], removed: str, added: str, space: str) -> None:
    """Add what is gone, which stood behind ``space``, and what is new, with line breaks where the new text
    has them."""
    if removed and pieces and not pieces[-1].text.endswith("\n"):
        removed = removed.removesuffix("\n")
    elif removed and pieces and "\n" not in space:  # the end of a paragraph, which ends a word earlier now
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.removesuffix("\n"))
        removed = space + removed.removesuffix("\n")
        added = f"\n{added}"
    if removed[-1:].isalnum() and parts_words(added):
        removed += " "
    _add(pieces, "gone", removed)
    _add(pieces, "new" if added.strip() else "same", added)


def _add(pieces: list[Piece], kind: Literal["same", "gone", "new"], text: str) -> None:
    if text and pieces and pieces[-1].kind == kind:
        pieces[-1] = Piece(kind, pieces[-1].text + text)
    elif text:
        pieces.append(Piece(kind, text))


def _joined(found: Sequence[Edit], old: _Words, new: _Words) -> list[Edit]:
    """Edits without the short remains of text between large ones: single letters that two sentences have in
    common by chance say nothing, least of all in Chinese."""
    joined: list[Edit] = []
    for edit in found:
        current = edit
        while joined:
            last = joined[-1]
            between = new.size(last.new_end, current.new_start)
            if between >= min(_weight(last, old, new), _weight(current, old, new)):
                break
            joined.pop()
            current = Edit(last.start, current.end, last.new_start, current.new_end)
        joined.append(current)
    return joined


def _weight(edit: Edit, old: _Words, new: _Words) -> int:
    return max(old.size(edit.start, edit.end), new.size(edit.new_start, edit.new_end))


# --- what is shown ----------------------------------------------------------------------------


def _shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with long unchanged runs cut to what stands beside a change."""
    last = len(pieces) - 1
    return [
        replace(piece, text=_cut(piece.text, head=number > 0, tail=number < last))
        if piece.kind == "same"
        else piece
        for number, piece in enumerate(pieces)
    ]


def _cut(text: str, *, head: bool, tail: bool) -> str:
    """The beginning, the end, or both of an unchanged run."""
    if len(text) <= _AROUND * (head + tail) + _AROUND // 2:
        return text
    first = _beginning(text) if head else ""
    final = _ending(text) if tail else ""
    if first and final:
        middle = text[len(first) : len(text) - len(final)]
        if first.endswith("\n"):
            return f"{first}… {final}"
        return f"{first} …\n… {final}" if "\n" in middle else f"{first} … {final}"
    return f"{first} …\n" if first and not first.endswith("\n") else first or f"… {final}"


def _beginning(text: str) -> str:
    cut = text[:_AROUND]
    if "\n" in cut:
        return cut[: cut.index("\n") + 1]
    return cut[: cut.rindex(" ")] if " " in cut[_AROUND // 2 :] else cut


def _ending(text: str) -> str:
    body = text.removesuffix("\n")
    cut = body[-_AROUND:]
    if "\n" in cut:
        cut = cut[cut.rindex("\n") + 1 :]
    elif " " in cut[: _AROUND // 2]:
        cut = cut[cut.index(" ") + 1 :]
    while cut and unicodedata.combining(cut[0]):
        cut = cut[1:]
    return cut + text[len(body) :]


def _in_paragraphs(pieces: Sequence[Piece]) -> list[Paragraph]:
    """The pieces of each paragraph."""
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *more = piece.text.split("\n")
        found[-1].append(replace(piece, text=first))
        found += [[replace(piece, text=line)] for line in more]
    filled = (tuple(piece for piece in paragraph if piece.text) for paragraph in found)
    return [one for one in filled if any(piece.text.strip() for piece in one)]
