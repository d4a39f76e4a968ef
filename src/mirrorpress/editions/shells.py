"""Pages that are alike but for some texts: rendered once with marks in place of the texts, then only filled.

That is for templates of ours, which put texts together and ask of one at most whether it is empty or is the
mirror's title. A template of the mirror's own may do anything with them: its pages are rendered one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mirrorpress.editions.templating import BODY, Templates

_MARK = "\ufdd7"  # a noncharacter, which no text holds: stands on both sides of a text's name

_Key = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
_Parts = tuple[list[bytes], list[str]]
"""What stands before, between and behind the texts, and their names."""


class Shells:
    """Renders pages by ``templates``; ``fixed`` are the values that all pages get, the mirror's title among
    them."""

    def __init__(self, templates: Templates, fixed: Mapping[str, Any]) -> None:
        self._templates = templates
        self._fixed = fixed
        self._known: dict[_Key, _Parts] = {}

    def page(self, name: str, texts: Mapping[str, str], links: Sequence[str], body: str) -> bytes:
        """A page of a template that gets these ``texts``, the operator's ``links``, and the ``body`` of an
        article, which goes in untouched."""
        if not self._templates.may_be_filled or not all(map(_is_settled, texts.values())):
            text = self._templates.render(name, body=BODY, links=list(links), **{**self._fixed, **texts})
            return settled(text).replace(BODY, body.strip()).encode()
        title = self._fixed["mirror"]
        marks = {one: text if text in ("", title) else _mark(one) for one, text in texts.items()}
        key = name, tuple(texts), tuple(marks.values()), tuple(links)
        if key not in self._known:
            self._known[key] = self._shell(name, marks, links)
        before, names = self._known[key]
        parts = [b""] * (2 * len(names) + 1)
        parts[::2] = before
        parts[1::2] = [(body.strip() if one == "body" else texts[one]).encode() for one in names]
        return b"".join(parts)

    def _shell(self, name: str, marks: Mapping[str, str], links: Sequence[str]) -> _Parts:
        values = {**self._fixed, **marks, "body": _mark("body"), "links": list(links)}
        parts = settled(self._templates.render(name, **values)).split(_MARK)
        return [part.encode() for part in parts[::2]], parts[1::2]


@cache
def _mark(name: str) -> str:
    return f"{_MARK}{name}{_MARK}"


def _is_settled(text: str) -> bool:
    """Whether ``settled`` would see no more in a text than in its mark."""
    return text == text.strip() and "\n\n\n" not in text


def settled(text: str) -> str:
    """A page without the empty lines that its template leaves where there was nothing to say."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
