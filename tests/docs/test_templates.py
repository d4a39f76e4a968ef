"""docs/templates.md names the values that templates get, and its example works."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mirrorpress.app import overrides
from mirrorpress.editions import home, templating
from mirrorpress.editions.html import Html
from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.editions.rehearsal import values_of
from mirrorpress.editions.templating import Templates, names_of
from mirrorpress.model import Configuration, Mirror

from .conftest import Shell
from .pages import Page, code, table

PAGE = Page("docs/templates.md")
EVERY = {"title", "menu", "words", "mirror", "language", "page_direction", "up", "root", "canonical"}
EVERY |= {"description"}
SHARED = {"share", "qr", "short", "body"}
LISTED = {"addresses", "mirrors", "mirrors_path", "more"}


def values(name: str) -> set[str]:
    """What a template gets in any sample."""
    edition, configuration = MarkdownEdition(), Configuration(Path(), Mirror("Harbour Light"))
    found = values_of("markdown", lambda templates: edition._samples(configuration, templates))
    return {key for values in found[name] for key in values}


def test_the_page_holds_what_the_site_adds() -> None:
    frame = Html().frame(Templates("site").texts)
    rows = table(PAGE.part("## Templates of the site"), "value")
    assert {key for row in rows for key in code(row[0])} == set(frame)


def documented(name: str) -> set[str]:
    return {key for row in table(PAGE.part(f"### `{name}`"), "value") for key in code(row[0])}


def test_every_template_has_its_headline_and_every_headline_its_template() -> None:
    assert set(re.findall(r"^### `(\S+)`$", PAGE.text, re.MULTILINE)) == set(names_of("markdown"))


@pytest.mark.parametrize("name", sorted({*names_of("markdown")} - {"notes.md", "share.md", "mirrorlist.md"}))
def test_the_page_holds_every_value_of_a_template_and_no_other(name: str) -> None:
    real = values(name)
    shared = SHARED if "share" in real else set()
    every = EVERY & real
    listed = LISTED if "more" in real else set()
    assert documented(name) | every | shared | listed == real
    assert real >= EVERY


def test_the_sample_shows_every_slot_of_the_home_page() -> None:
    assert {one.name for one in fields(home.Home)} <= values("home.md")


def test_the_documented_limits_are_those_of_the_code() -> None:
    assert f"at most {overrides.LARGEST:,} bytes" in PAGE.text
    steps = f"over {templating.STEPS:,} steps or {templating.LARGEST:,} characters"
    assert f"{steps}, or a sample that takes over {overrides.SECONDS:g} s and" in PAGE.text.replace(
        f" or {overrides.MEMORY // 10**6} MB", " and"
    )


def test_the_example_works_as_written(shell: Shell) -> None:
    [example] = PAGE.blocks("jinja")
    folder = shell.folder / "templates" / "markdown"
    folder.mkdir(parents=True)
    (folder / "home.md").write_text(example, encoding="utf-8")
    [commands] = PAGE.blocks("sh")
    shell.run("sync", expect=1)
    for line in commands.splitlines():
        shell.run(*line.split()[1:])
    page = (shell.folder / "out" / "markdown" / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# Harbour Light\n\n[")
