"""One line of an article under way: words, marks (``<strong>``, ``<a>``) and breaks, settled in one pass.

White space is folded as a browser folds it, moved out of marks, and dropped where it is only an accident
of the source. Marks without words vanish; a mark that is open across a paragraph's end is closed before
it and opened again after it. Two breaks in a row end a paragraph, as on portals that know no ``<p>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from mirrorpress.extract.text import CJK, clean, squeeze

_WORDS = re.compile(r"\S+(?:[^\S\n]+\S+)*")  # words, and the blanks between them that hold no line feed
_CJK = re.compile(f"[{CJK}]")
_HAN = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_CLOSING = re.compile(r"[,.;:!?)\]،؛؟%»]|['’](?:s|t|re|ve|ll|d|m)\b")
_OPENING = frozenset("([«¿¡")


@dataclass(frozen=True, slots=True)
class Run:
    """A paragraph's HTML and its words in one line; ``linked`` is how many characters of them are links."""

    html: str
    text: str
    linked: int


@dataclass(frozen=True, slots=True)
class _Mark:
    tag: str
    start: str  # empty for a link that leads nowhere: its words still count as linked

    @property
    def end(self) -> str:
        return f"</{self.tag}>" if self.start else ""


@dataclass(slots=True)
class Line:
    """Takes in words, marks and breaks; ``end`` gives the paragraphs."""

    _html: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _linked: int = 0
    _runs: list[Run] = field(default_factory=list)
    _stack: list[_Mark] = field(default_factory=list)  # marks whose start has been written
    _coming: list[_Mark] = field(default_factory=list)  # marks that wait for their first word
    _space: str = ""
    _breaks: int = 0
    _last: str = ""  # the last character written

    def open(self, tag: str, start: str) -> None:
        """Start a mark; ``start`` is its opening tag, or nothing for one that is not shown."""
        self._coming.append(_Mark(tag, start))

    def shut(self) -> None:
        """End the innermost mark."""
        if self._coming:
            self._coming.pop()
        else:
            self._html.append(self._stack.pop().end)

    def is_inside(self, tag: str) -> bool:
        return any(mark.tag == tag for marks in (self._stack, self._coming) for mark in marks)

    def brk(self) -> None:
        """A line break; a second one without words between them ends the paragraph."""
        self._breaks += 1
        self._space = ""

    def words(self, text: str) -> None:
        """Text as the page has it, not escaped."""
        text = clean(text)
        position = 0
        for match in _WORDS.finditer(text):
            self._note_space(text[position : match.start()])
            self._write(" ".join(match[0].split()))
            position = match.end()
        self._note_space(text[position:])

    @property
    def has_words(self) -> bool:
        return bool(self._text)

    def end(self) -> list[Run]:
        """End the paragraph and give all since the last call; marks stay open for what follows."""
        if not self._text and not self._runs and not self._stack:
            self._breaks = 0
            self._space = ""
            return []
        self._end_paragraph()
        self._breaks = 0
        self._space = ""
        runs, self._runs = self._runs, []
        return runs

    # --- writing -------------------------------------------------------------------------

    def _note_space(self, space: str) -> None:
        if space:
            self._space = "\n" if "\n" in space and self._space != " " else " "

    def _write(self, words: str) -> None:
        if self._breaks > 1:
            self._end_paragraph()
        elif self._text and self._breaks:
            self._html.append("<br>")
            self._text.append(" ")
        elif self._text and self._space and not self._is_accident(words):
            self._html.append(" ")
            self._text.append(" ")
        self._html.extend(mark.start for mark in self._coming)
        self._stack += self._coming
        self._coming.clear()
        self._html.append(escape(words, quote=False))
        self._text.append(words)
        if any(mark.tag == "a" for mark in self._stack):
            self._linked += len(words)
        self._breaks = 0
        self._space = ""
        self._last = words[-1]

    def _is_accident(self, words: str) -> bool:
        """Whether a line feed in the source is no space: between Han characters or one and a digit, before
        closing punctuation, after an opening bracket. Beautified pages, as all pages of the old mirrors
        are, break the line around every inline tag."""
        if self._space != "\n":
            return False
        before, after = self._last, words[0]
        if _CLOSING.match(words) or before in _OPENING:
            return True
        if _CJK.match(before) and _CJK.match(after):
            return True
        return bool((_HAN.match(before) and after.isdecimal()) or (before.isdecimal() and _HAN.match(after)))

    def _end_paragraph(self) -> None:
        text = "".join(self._text)
        if squeeze(text):
            self._html.extend(mark.end for mark in reversed(self._stack))
            self._runs.append(Run("".join(self._html), text, self._linked))
        self._coming = self._stack + self._coming
        self._stack = []
        self._html.clear()
        self._text.clear()
        self._linked = 0
        self._last = ""
