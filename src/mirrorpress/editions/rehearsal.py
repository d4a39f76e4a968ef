"""Trying a mirror's own templates on a sample mirror, before anything is made of the real one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from minijinja import Environment, TemplateError

from mirrorpress.editions.safety import dangers
from mirrorpress.editions.templating import VALUES, Templates, problem_in
from mirrorpress.errors import ConfigurationError, Problem, SafetyError
from mirrorpress.model import TEMPLATES, Template

Perform = Callable[[Templates], None]
"""Renders every page of a sample mirror by the templates given."""

Values = Mapping[str, Any]
_NAMED = re.compile(r'\{%-?\s*(?:include|extends)\s+"([^"]+)"')


class Recording(Templates):
    """Renders as ``Templates`` does, keeps the values that templates get, and looks at what comes out."""

    def __init__(self, edition: str, own: Iterable[Template] = ()) -> None:
        super().__init__(edition, own)
        self.seen: dict[str, list[Values]] = {}

    @property
    def may_be_filled(self) -> bool:
        return False  # or it would record marks

    def render(self, name: str, **values: Any) -> str:
        self.seen.setdefault(name, []).append(values)
        text = super().render(name, **values)
        place = "x/" * values.get("root", "").count("../") + name  # as deep in the edition as the page
        if self.own and (found := dangers(place, text.encode())):
            raise SafetyError(
                f"would break a promise to readers, in a page of {name}: {found[0]}",
                where=", ".join(f"{TEMPLATES}/{self.edition}/{one}" for one in self._used_by(name)),
                hint="correct it; lines are those of the page; docs/templates.md says what may stand there",
            )
        return text

    def _used_by(self, name: str) -> list[str]:
        """Which of the mirror's own files a page of the template ``name`` is made of."""
        used = [name]
        for one in used:
            used += [
                other
                for other in _NAMED.findall(self.texts[one])
                if other not in used and other in self.texts
            ]
        return [one for one in (*used, "style.css") if one in self.own] or sorted(self.own)


def rehearse(edition: str, own: Sequence[Template], perform: Perform) -> None:
    """Hold a mirror's own templates of an edition against what pages get and what readers are promised.

    Raises ``ConfigurationError`` with every problem that can be seen without rendering, or with the first
    one in rendering; ``SafetyError`` for a page that would break a promise to readers.
    """
    recording = Recording(edition, own)
    if not recording.own:
        return
    given = values_of(edition, perform)
    problems = [
        problem
        for name, text in sorted(recording.own.items())
        for problem in _problems(recording, name, text, given)
    ]
    if problems:
        raise ConfigurationError(TEMPLATES, problems)
    perform(recording)


def values_of(edition: str, perform: Perform) -> dict[str, list[Values]]:
    """The values that each template of an edition gets; one that only others include gets theirs."""
    recording = Recording(edition)
    perform(recording)
    found = dict(recording.seen)
    for name in recording.texts:
        if name not in found:
            users = [one for one, text in recording.texts.items() if f'"{name}"' in text]
            found[name] = [values for user in users for values in recording.seen.get(user, ())]
    return found


def _problems(
    templates: Templates, name: str, text: str, given: Mapping[str, Sequence[Values]]
) -> Iterator[Problem]:
    engine = Environment()
    try:
        names = engine.undeclared_variables_in_str(text, nested=True)
    except TemplateError as error:
        yield templates.problem(error, name)
        return
    for unknown in sorted(names):
        root = unknown.partition(".")[0]
        known = any(_has(values, unknown) for values in given[name])
        if not known and engine.eval_expr(root) is None:
            found = f"{unknown}, which is no value"
            yield problem_in(templates.edition, name, _line_of(unknown, text), found, VALUES)


def _has(values: Any, dotted: str) -> bool:
    for step in dotted.split("."):
        if not isinstance(values, Mapping) or step not in values:
            return False
        values = values[step]
    return True


def _line_of(name: str, text: str) -> int:
    """The first line in which a template names a value, from 1; 0 when it is not found."""
    place = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    tags = re.finditer(r"\{[{%].*?[%}]\}", text, re.DOTALL)
    starts = (tag.start() + found.start() for tag in tags if (found := place.search(tag[0])))
    start = next(starts, -1)
    return text.count("\n", 0, start) + 1 if start >= 0 else 0
