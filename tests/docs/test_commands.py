"""docs/commands.md and the command line say the same."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from mirrorpress.app import ending
from mirrorpress.app.cli import cli
from mirrorpress.pipeline import extraction, workrooms

from .conftest import Shell
from .pages import ROOT, Page, all_pages, code, table

# warcio leaves its spooled files to the garbage collector.
pytestmark = pytest.mark.filterwarnings(r"ignore:Exception ignored in[\s\S]*SpooledTemporaryFile")

PAGE = Page("docs/commands.md")


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name, those of groups as ``counts import``."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


KNOWN = dict(commands(cli))
COMMANDS = sorted(KNOWN)


def command_of(words: list[str]) -> str:
    """The name of the command that these words begin with, or an empty string."""
    return next((name for name in (" ".join(words[:2]), " ".join(words[:1])) if name in KNOWN), "")


def part(command: str) -> str:
    return PAGE.part(f"## `mirrorpress {command}`")


def options_in(rows: list[list[str]]) -> set[str]:
    """``-c FILE`` and ``--config FILE`` of a table's first column, without what follows the name."""
    return {option.split()[0] for row in rows for option in code(row[0])}


def options_of(command: click.Command) -> set[str]:
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def test_every_command_has_its_headline_and_every_headline_its_command() -> None:
    documented = re.findall(r"^## `mirrorpress ([^`]+)`$", PAGE.text, re.MULTILINE)

    assert sorted(documented) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_holds_every_option_of_a_command_and_no_other(name: str) -> None:
    shared = table(PAGE.text.split("Options that several commands have:")[1], "option")
    named = options_in(table(part(name), "option"))
    for row in shared:  # the short form stands for both where an option is explained above
        both = options_in([row])
        named |= both if both & named else set()

    assert named == options_of(KNOWN[name])


def test_the_page_holds_the_options_of_the_program_itself() -> None:
    with cli.make_context("mirrorpress", [], resilient_parsing=True) as context:
        helps = set(cli.get_help_option_names(context))

    assert options_in(table(PAGE.text, "option")) == options_of(cli) | helps


def test_every_argument_is_explained_under_its_command() -> None:
    for name, command in KNOWN.items():
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                assert parameter.human_readable_name.upper().strip("[]") in part(name)


# --- exit statuses -------------------------------------------------------------------------------


def statuses(page: Page) -> set[int]:
    return {int(row[0].strip("`")) for row in table(page.text, "status")}


def test_the_documented_exit_statuses_are_those_of_the_program() -> None:
    real = {ending.ALL_WELL, ending.SOME_FAILED, ending.WRONG_USE, ending.UNSAFE, ending.INTERRUPTED}

    assert statuses(PAGE) == real
    assert statuses(Page("README.md")) == real


# --- keys of --json ------------------------------------------------------------------------------


def keys_of(value: Any, opaque: frozenset[str], place: str = "") -> Iterator[str]:
    """``sections``, ``sections[].title``, ``last_run.number`` …; nothing from within ``opaque`` places."""
    if isinstance(value, dict) and place not in opaque:
        for key, inner in value.items():
            path = f"{place}.{key}" if place else key
            yield path
            yield from keys_of(inner, opaque, path)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, opaque, f"{place}[]")


def documented_keys(command: str) -> set[str]:
    return {row[0].strip("`") for row in table(part(command), "key")}


def keys(value: dict[str, Any], *opaque: str) -> set[str]:
    return set(keys_of(value, frozenset(opaque)))


def test_the_documented_json_keys_are_those_that_commands_print(shell: Shell) -> None:
    host = shell.url.partition("//")[2]
    started = shell.json("init", "new", "--source", f"{shell.url}/fa/", "--allow-private", host)
    ran = shell.json("run", "--next-in", "2h", expect=ending.SOME_FAILED)
    checked = shell.json("check", expect=ending.SOME_FAILED)
    studied = shell.json("check", "--section", "bandar")
    stands = shell.json("status", expect=ending.SOME_FAILED)

    assert keys(started) == documented_keys("init")
    assert keys(ran) == documented_keys("run")
    assert keys(checked) | keys(studied) == documented_keys("check")
    close = {"sections[].learned", "sections[].pages", "sections[].proposal"}
    assert keys(studied) >= close
    assert not keys(checked) & close
    assert keys(stands, "last_run.counts") == documented_keys("status")
    assert stands["last_run"]["counts"].keys() <= ran.keys()
    assert {one["stage"] for one in ran["failures"]} == {"discover"}


def test_sync_build_publish_and_import_print_the_object_of_run(shell: Shell) -> None:
    old = shell.folder / "old" / "pages" / "p2"
    old.mkdir(parents=True)
    (old / "1.md").write_text(
        "### 灯塔\n#### [首页](../../README.md) | [p2](../../indexes/p2.md)\n\n"
        f"<p>{'灯塔守夜人说，今晚的雾很大。' * 20}</p>\n\n<hr/>\n手机上长按并复制下列链接：<br/>\n\n"
        "原文地址：https://harbour.example/news/1.html\n\n#### [首页](../../README.md)\n",
        encoding="utf-8",
    )
    nested = {
        "failures[].url",
        "failures[].stage",
        "failures[].reason",
        "failures[].hint",
        "failures[].section",
    }
    expected = documented_keys("run") - nested

    imported = shell.json("import", "old", "--no-pictures")
    assert imported["new"] == 1
    assert keys(imported) == expected | documented_keys("import")
    for command in ("build", "publish"):
        assert keys(shell.json(command)) == expected
    assert keys(shell.json("sync", "--from-captures")) == expected
    for command in ("sync", "build", "publish", "import"):
        assert "The object is that of [`run`](#mirrorpress-run)" in part(command)


def test_the_documented_keys_of_counts_are_those_that_are_printed(shell: Shell) -> None:
    shell.run("run", expect=ending.SOME_FAILED)
    pages = sorted((shell.folder / "out" / "markdown" / "pages").rglob("*.md"))
    path = pages[0].relative_to(shell.folder / "out" / "markdown")
    rows = [f"path,title,count,uniques,date\n/{path},x,40,30,2026-06-13\n/{path},x,40,-1,2026-06-13\n"]
    (shell.folder / "paths.csv").write_text("".join(rows), encoding="utf-8")

    imported = shell.json("counts", "import", "paths.csv", expect=ending.SOME_FAILED)
    shown = shell.json("counts", "show")
    nested = {key for key in keys(imported) if key.startswith("failures[].")}

    assert keys(imported) - nested == documented_keys("counts import")
    assert nested <= documented_keys("run")
    assert keys(shown) == documented_keys("counts show")


def test_the_documented_keys_of_withdrawals_are_those_that_are_printed(shell: Shell) -> None:
    shell.run("run", expect=ending.SOME_FAILED)
    pages = sorted((shell.folder / "out" / "markdown" / "pages").rglob("*.md"))
    path = str(pages[0].relative_to(shell.folder / "out" / "markdown"))

    withdrawn = shell.json("withdraw", path, "--reason", "x")
    listed = shell.json("withdraw", "--list")
    restored = shell.json("withdraw", path, "--undo")

    assert keys(withdrawn) == documented_keys("withdraw")
    assert keys(listed) <= keys(withdrawn)
    assert {key.replace("restored[]", "withdrawn[]") for key in keys(restored)} == keys(withdrawn)


def test_the_documented_keys_of_an_extracted_page_are_those_that_are_printed(shell: Shell) -> None:
    page = (ROOT / "tests" / "cases" / "extract" / "figures" / "input.html").read_text(encoding="utf-8")
    (shell.folder / "page.html").write_text(page, encoding="utf-8")
    (shell.folder / "in.jsonl").write_text('{"id": 1, "path": "page.html"}\n{"id": 2}\n', encoding="utf-8")

    found = shell.json("extract", "page.html", "--url", "https://harbour.example/1.html")
    lines = shell.run("extract", "--jsonl", "in.jsonl", "--jobs", "1", expect=ending.SOME_FAILED).splitlines()

    assert keys(found) == documented_keys("extract")
    assert json.loads(lines[0]).keys() == {"id", *found}
    assert json.loads(lines[1]).keys() == {"id", "error"}
    assert all(f"`{key}`" in part("extract") for key in json.loads(lines[1])["error"])


def test_the_documented_limits_of_extract_are_those_of_the_code() -> None:
    limits = " ".join(part("extract").split())

    assert f"stopped after {workrooms.PAGE_SECONDS:g} s" in limits
    assert f"takes {workrooms.PAGE_MEMORY:,} bytes of memory" in limits
    assert f"files over {extraction.LARGEST:,} bytes" in limits


def test_a_wrong_configuration_is_told_as_an_object(shell: Shell) -> None:
    (shell.folder / "mirrorpress.toml").write_text("[mirror]\n", encoding="utf-8")

    told = json.loads(shell.run("run", "--json", expect=ending.WRONG_USE))
    assert set(told["error"]) == {"where", "reason", "hint", "problems"}
    assert all(f"`error.{key}`" in PAGE.text for key in told["error"])


# --- command lines in the documentation ------------------------------------------------------------


def command_lines() -> Iterator[tuple[str, str]]:
    """Every line of a shell block that calls mirrorpress, with its page."""
    for page in all_pages():
        for block in (*page.blocks("sh"), *page.blocks("text"), *page.blocks("ini")):
            for line in block.splitlines():
                if found := re.search(r"(?:^|/bin/|&& )(mirrorpress .*)$", line):
                    yield page.name, found[1].partition(" > ")[0]


def parse(arguments: list[str]) -> None:
    """Hold arguments against the command line without doing anything. Raises ``click.ClickException``."""
    with cli.make_context("mirrorpress", arguments) as context:
        remaining = [*context._protected_args, *context.args]
        name, command, rest = cli.resolve_command(context, remaining)
        assert command is not None
        with command.make_context(name, rest, parent=context) as inner:
            if isinstance(command, click.Group):
                name, command, rest = command.resolve_command(inner, [*inner._protected_args, *inner.args])
                assert command is not None
                command.make_context(name, rest, parent=inner).close()


@pytest.mark.parametrize(("page", "line"), sorted(set(command_lines())))
def test_every_command_line_in_the_documentation_parses(page: str, line: str) -> None:
    parse(shlex.split(line)[1:])


def test_there_are_command_lines_for_every_command() -> None:
    used = {command_of(shlex.split(line)[1:]) for page, line in command_lines() if page == PAGE.name}

    assert used == set(COMMANDS)


def test_a_command_line_that_is_wrong_does_not_parse() -> None:
    for wrong in (["frobnicate"], ["run", "--nonsense"], ["import"], ["counts", "frobnicate"], ["counts"]):
        with pytest.raises(click.ClickException):
            parse(wrong)


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_commands_and_options_named_within_sentences_exist(page: Page) -> None:
    for words in code(page.prose):
        name, *rest = words.split() if words.startswith("mirrorpress ") else [""]
        if name != "mirrorpress" or not re.fullmatch(r"[a-z]+", rest[0]):
            continue
        if words == f"mirrorpress {rest[0]}" and isinstance(cli.commands.get(rest[0]), click.Group):
            continue
        assert command_of(rest), words
        known = options_of(KNOWN[command_of(rest)])
        assert {word for word in rest[1:] if word.startswith("-")} <= known, words


def test_the_readmes_first_minute_works_as_written(shell: Shell) -> None:
    block = next(block for block in Page("README.md").blocks("sh") if "mirrorpress init" in block)
    folder: Path = shell.folder / "minute"
    folder.mkdir()
    host = shell.url.partition("//")[2]
    for line in block.splitlines():
        words = shlex.split(line.replace("https://harbour.example", shell.url))
        if words[0] == "cd":
            folder = folder / words[1]
            with (folder / "mirrorpress.toml").open("a", encoding="utf-8") as file:
                file.write("delay = 0\n")  # below [fetch], which init wrote last
        elif words[0] == "mirrorpress":
            private = ["--allow-private", host] if words[1] == "init" else []
            shell.run(*words[1:], *private, folder=folder)

    pages = list((folder / "out" / "markdown" / "pages").rglob("*.md"))
    assert len(pages) >= 3
