"""The main content of the search page; the frame round it is the site's.

What the page shows without its script is the list of sections. The script hides it and shows the form, so
that no reader is given a form that does nothing: with script off, in a browser without modules, from a disk.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from minijinja import Environment

from mirrorpress.editions.plain import one_line
from mirrorpress.editions.words import spoken, words

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)
"""The least that the page needs of a Content-Security-Policy, to which the site adds its styles."""

MODULES = ("find.js", "letters.js", "pieces.js")
"""What ``search.js`` imports: with ``<link rel="modulepreload">`` in the head they come at once."""

_TOLD = ("working", "empty", "none", "common", "failed", "again", "all", "so_far", "more", "older")


@dataclass(frozen=True, slots=True)
class Place:
    """A section in the list: ``address`` leads to its newest articles, relative to the page."""

    id: str
    title: str
    address: str


def search_page(language: str, sections: Sequence[Place], *, root: str = "", folder: str = "") -> str:
    """The page's main content as HTML, without anything inline that a policy would have to allow.

    ``root`` leads from the page to the edition's root: empty, or ``../``. ``folder`` is the folder of
    renderings in another script that the page stands in, to which it leads: see ``Document.also_in``.
    """
    known = words(language)["search"]
    told = {
        **{key: known[key] for key in _TOLD},
        "articles": words(language)["articles"],
        "digits": words(language)["digits"],
        "group": words(language)["group"],
        "language": spoken(language),
    }
    return _environment().render_template(
        "form.html",
        words=known,
        for_script=json.dumps(told, ensure_ascii=False),
        sections=[{"id": one.id, "title": one_line(one.title), "address": one.address} for one in sections],
        root=root,
        folder=folder,
    )


def preloads(root: str) -> str:
    """Lines for the page's head that let a slow line fetch all modules at once."""
    return "\n".join(f'<link rel="modulepreload" href="{root}search/{name}">' for name in MODULES)


@cache
def _environment() -> Environment:
    name = "form.html"
    text = (resources.files("mirrorpress.editions.search") / name).read_text("utf-8")
    return Environment(templates={name: text}, auto_escape_callback=lambda _: "html")
