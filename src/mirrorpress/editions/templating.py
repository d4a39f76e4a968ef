"""Templates of pages: those of an edition, and those that a mirror has in their place.

Values are plain texts that are already written for the page: a template only puts them together. One of the
mirror's own is bounded in steps and size, and cannot leave out what readers are promised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib import resources
from typing import Any

from minijinja import Environment, TemplateError

from mirrorpress.errors import ConfigurationError, Problem, SafetyError
from mirrorpress.model import TEMPLATES, Template

BODY = "\ufdd1"  # a noncharacter: stands for an article's body while the page around it is rendered
STEPS = 1_000_000  # of one page, in minijinja's fuel: 50 times what a list of 1,000 articles takes
LARGEST = 1_000_000  # characters of a page without an article's body

_OURS = resources.files("mirrorpress.editions") / "templates"
_INNERMOST = re.compile(r"^caused by: (?:[^:\n]*: )?(.*) \(in ([^():]+):(\d+)\)$", re.MULTILINE)
# What of a page must be seen in it, and what that is.
_PROMISED: Mapping[str, Mapping[str, str]] = {
    "page": {
        "body": "the article",
        "rights": "whose the article is, and under which licence it stands here",
        "original": "the article's original address",
        "partial": "that the publisher shows only the beginning",
        "converted": "that a machine wrote it in another script",
    },
    "left": {"original": "the article's original address"},
    "withdrawn": {"text": "that the article was withdrawn"},
    "onward": {"target": "the way to the article"},
}
# What on a page is the operator's own and may not be taken for the publisher's, and the words that say so.
_LABELLED: Mapping[str, Mapping[str, str]] = {
    "page": {"links": "mirror_links"},
    "home": {"links": "mirror_links", "notes": "notice"},
    "list": {"notes": "notice"},
}


@cache
def names_of(edition: str) -> tuple[str, ...]:
    """The templates of an edition, by file name; none for a type that has none."""
    folder = _OURS / edition
    if not folder.is_dir():
        return ()
    return tuple(sorted(one.name for one in folder.iterdir() if one.name.endswith((".md", ".html", ".css"))))


@cache
def _ours(edition: str) -> Mapping[str, str]:
    return {name: (_OURS / edition / name).read_text(encoding="utf-8") for name in names_of(edition)}


class Templates:
    """Renders an edition's templates; ``own`` are those of the mirror, of all editions."""

    def __init__(self, edition: str, own: Iterable[Template] = ()) -> None:
        self.edition = edition
        self.own = {
            one.path.removeprefix(f"{edition}/"): one.text
            for one in own
            if one.path.startswith(f"{edition}/")
        }
        self.texts = {**_ours(edition), **self.own}

    @cached_property
    def _environment(self) -> Environment:
        return Environment(
            templates=self.texts,
            auto_escape_callback=lambda _: False,
            keep_trailing_newline=True,
            undefined_behavior="strict",
            fuel=STEPS if self.own else None,
        )

    @property
    def may_be_filled(self) -> bool:
        """Whether ``shells`` may put pages together without having each rendered."""
        return not self.own

    def render(self, name: str, **values: Any) -> str:
        """A page of these values, with ``BODY`` where ``body`` goes.

        Raises ``ConfigurationError`` for a template of the mirror's own that fails or goes on and on, and
        ``SafetyError`` for one that leaves out what readers are promised.
        """
        try:
            text = self._environment.render_template(name, **values)
        except (TemplateError, AttributeError, LookupError, TypeError, ValueError) as error:
            if not self.own:
                raise
            raise ConfigurationError(TEMPLATES, [self.problem(error, name)]) from error
        if self.own:
            self._hold_promises(name, text, values)
        return text

    def problem(self, error: Exception, name: str) -> Problem:
        """What is wrong with a template, in whichever of those that ``name`` includes."""
        if not isinstance(error, TemplateError):  # from a method of a value
            return problem_in(self.edition, name, 0, f"a value used as it cannot be ({error})", VALUES)
        inner = _INNERMOST.findall(str(error))
        detail, where, line = inner[-1] if inner else (error.detail, error.name, error.line or 0)
        where = where if where in self.texts else name
        if error.kind == "OutOfFuel" or "fuel" in str(error):
            found, expected = "a loop without end", f"a page that is made in {STEPS:,} steps"
        elif error.kind == "SyntaxError":
            found, expected = f"what is no template ({detail})", "the syntax of Jinja"
        elif "undefined" in (detail or ""):
            found, expected = str(detail).replace("`", ""), VALUES
        else:
            found, expected = str(detail or error.message), "what minijinja knows, the engine of templates"
        return problem_in(self.edition, where, int(line), found, expected)

    def _hold_promises(self, name: str, text: str, values: Mapping[str, Any]) -> None:
        place = f"{self.edition}/{name}"
        if len(text) > LARGEST:
            found = f"a page of {len(text):,} characters"
            problem = problem_in(self.edition, name, 0, found, f"at most {LARGEST:,}")
            raise ConfigurationError(TEMPLATES, [problem])
        for key, meaning in _PROMISED.get(_stem(name), {}).items():
            if values[key] and values[key] not in text:
                raise SafetyError(
                    f"leaves out {{{{ {key} }}}}: {meaning}",
                    where=f"{TEMPLATES}/{place}",
                    hint=f"put {{{{ {key} }}}} into it, or remove the file: then ours is used",
                )
        if text.count(BODY) > 1:
            raise SafetyError(
                "shows {{ body }} more than once",
                where=f"{TEMPLATES}/{place}",
                hint="leave one {{ body }} in it",
            )
        beside = text.replace(values.get("menu") or "\n", "\n")  # the menu may hold the same link, labelled
        for key, label in _LABELLED.get(_stem(name), {}).items():
            shows = any(one in beside for one in values[key])
            if shows and values["words"][label] not in text:
                raise SafetyError(
                    f"shows {key} without {{{{ words.{label} }}}}: readers must see whose they are",
                    where=f"{TEMPLATES}/{place}",
                    hint=f"put {{{{ words.{label} }}}} before them",
                )


def problem_in(edition: str, name: str, line: int, found: str, expected: str) -> Problem:
    """A problem in a template; the place is told as compilers do, in one word that editors open."""
    place = f"{TEMPLATES}/{edition}/{name}" + (f":{line}" if line else "")
    return Problem(0, place, found, expected)


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


VALUES = "a value that docs/templates.md lists for this template"
