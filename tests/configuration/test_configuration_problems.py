"""Everything wrong is reported at once, each with its line, key, the value found and what was expected."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest

from mirrorpress.errors import Problem

Problems = Callable[[str], tuple[Problem, ...]]

PUBLISHER = '[[publishers]]\nid = "p"\nname = "P"\n'
SECTION = '[[sections]]\nid = "s"\ntitle = "S"\npublisher = "p"\n'


def mirror(lines: str = "") -> str:
    return f'[mirror]\ntitle = "T"\n{lines}\n'


def section(lines: str) -> str:
    """From line 4 on a publisher, from line 7 on a section, whose own ``lines`` start at 11."""
    return mirror() + PUBLISHER + SECTION + lines + "\n"


CASES = {
    "unknown key": (mirror('langage = "en"'), 3, "mirror.langage", "an unknown key", '"language" (did you'),
    "unknown key, nothing near": (mirror("zzz = 1"), 3, "mirror.zzz", "an unknown key", 'one of "title"'),
    "unknown table": (mirror("[publisher]"), 3, "publisher", "an unknown key", '"publishers" (did you'),
    "odd key": (mirror('"a b".c = 1'), 3, 'mirror."a b"', "an unknown key", "one of"),
    "missing table": ("[archive]\nkeep_captures = true\n", 0, "mirror", "nothing", "a value"),
    "missing key": (
        mirror() + '\n[[publishers]]\nid = "p"\n',
        5,
        "publishers[1].name",
        "nothing",
        "news organis",
    ),
    "single brackets": (
        mirror("[publishers]\nid='p'"),
        3,
        "publishers",
        "a table",
        "[[publishers]] in double",
    ),
    "double brackets": ('[[mirror]]\ntitle = "T"\n', 1, "mirror", "a list of 1", "[mirror] in single"),
    "text for a list": (
        mirror('addresses = "https://m.example/"'),
        3,
        "mirror.addresses",
        '"https',
        "a list",
    ),
    "number for text": ("[mirror]\ntitle = 5\n", 2, "mirror.title", "5", "text in quotes"),
    "empty title": ('[mirror]\ntitle = " "\n', 2, "mirror.title", '" "', "one line of text"),
    "title of two lines": (
        '[mirror]\ntitle = """a\nb"""\n',
        2,
        "mirror.title",
        '"a\\nb"',
        "one line of text",
    ),
    "forged root": ('[mirror]\ntitle = "\\uFDD0"\n', 2, "mirror.title", '"\ufdd0"', "one line of text"),
    "text for a flag": (mirror('[fetch]\nrobots = "no"'), 4, "fetch.robots", '"no"', "true or false"),
    "number for a flag": (mirror("[fetch]\nrobots = 0"), 4, "fetch.robots", "0", "true or false"),
    "flag for a number": (mirror("[fetch]\ndelay = true"), 4, "fetch.delay", "true", "a number"),
    "fraction for a count": (mirror("[fetch]\nper_host = 1.5"), 4, "fetch.per_host", "1.5", "whole number"),
    "date for text": ("[mirror]\ntitle = 2026-03-01\n", 2, "mirror.title", "2026-03-01", "text in quotes"),
    "negative": (mirror("[fetch]\ndelay = -1"), 4, "fetch.delay", "-1", "0 or more"),
    "infinite": (mirror("[fetch]\ndelay = inf"), 4, "fetch.delay", "inf", "finite"),
    "not a number": (mirror("[fetch]\ndelay = nan"), 4, "fetch.delay", "nan", "finite"),
    "zero timeout": (mirror("[fetch]\ntimeout = 0"), 4, "fetch.timeout", "0", "more than 0"),
    "zero per host": (mirror("[fetch]\nper_host = 0"), 4, "fetch.per_host", "0", "1 or more"),
    "negative keep": (section("keep = -600"), 11, "sections[1].keep", "-600", "0 or more"),
    "language in words": (mirror('language = "english"'), 3, "mirror.language", '"english"', "language tag"),
    "language with underscore": (mirror('language = "zh_CN"'), 3, "mirror.language", '"zh_CN"', "zh-Hans"),
    "address of ftp": (mirror('addresses = ["ftp://m"]'), 3, "mirror.addresses[1]", '"ftp://m"', "https://"),
    "address with query": (
        mirror('addresses = ["https://m/?a"]'),
        3,
        "mirror.addresses[1]",
        "?a",
        "without ?",
    ),
    "address with password": (
        mirror('addresses = ["https://me:secret@m.example/"]'),
        3,
        "mirror.addresses[1]",
        '"https://***@m.example/"',
        "without a name and password",
    ),
    "address in a long list": (
        mirror('addresses = [\n  "https://a.example/", # the first\n\n  "b.example",\n]'),
        6,
        "mirror.addresses[2]",
        '"b.example"',
        "https://",
    ),
    "contact with a line break": (mirror('contact = "a\\r\\nX: y"'), 3, "mirror.contact", "", "header"),
    "publisher URL": (
        mirror() + PUBLISHER + 'url = "harbour.example"',
        7,
        "publishers[1].url",
        "",
        "https://",
    ),
    "port out of range": (
        mirror() + PUBLISHER + 'url = "http://a:99999/"',
        7,
        "publishers[1].url",
        "",
        "http",
    ),
    "rights misspelt": (
        mirror() + PUBLISHER + 'rights = "licenced"',
        7,
        "publishers[1].rights",
        "",
        '"licensed"',
    ),
    "rights unknown": (
        mirror() + PUBLISHER + 'rights = "fair"',
        7,
        "publishers[1].rights",
        '"fair"',
        "excerpt",
    ),
    "rights of a version that is none": (
        mirror() + PUBLISHER + 'rights = "CC-BY"',
        7,
        "publishers[1].rights",
        '"CC-BY"',
        "CC-BY-4.0",
    ),
    "bad selector": (section('[sections.article]\nbody = "div["'), 12, "sections[1].article.body", "", "CSS"),
    "bad selector in a list": (
        section('article.remove = ["a",\n "b", ">"]'),
        12,
        "sections[1].article.remove[3]",
        '">"',
        "CSS selector",
    ),
    "bad regular expression": (
        section("skip_titles = ['(']"),
        11,
        "sections[1].skip_titles[1]",
        "",
        "regular",
    ),
    "no such publisher": (
        mirror() + PUBLISHER + SECTION.replace('"p"', '"q"'),
        10,
        "sections[1].publisher",
        '"q"',
        '[[publishers]] table: "p"',
    ),
    "no publishers at all": (mirror() + SECTION, 7, "sections[1].publisher", '"p"', "there is none"),
    "section id of a path": (
        mirror() + PUBLISHER + SECTION.replace('"s"', '"a/b"'),
        8,
        "sections[1].id",
        '"a/b"',
        "name for paths",
    ),
    "section id that an edition's own files have": (
        mirror() + PUBLISHER + SECTION.replace('"s"', '"Hot"'),
        8,
        "sections[1].id",
        '"Hot"',
        "another name",
    ),
    "same section id": (section(SECTION), 12, "sections[2].id", '"s"', "sections[1] in line 7"),
    "same section id in another case": (
        section(SECTION.replace('"s"', '"S"')),
        12,
        "sections[2].id",
        '"S"',
        "a name of its own",
    ),
    "same publisher id": (mirror() + PUBLISHER * 2, 8, "publishers[2].id", '"p"', "a name of its own"),
    "link to a script": (
        mirror("[[links]]\ntext='a'\nurl='javascript:x()'"),
        5,
        "links[1].url",
        "",
        "an https",
    ),
    "link to another host": (
        mirror("[[links]]\ntext='a'\nurl='//x.example'"),
        5,
        "links[1].url",
        "",
        "an https",
    ),
    "link place": (
        mirror("[[links]]\ntext='a'\nurl='b.md'\nplace='after'"),
        6,
        "links[1].place",
        '"after"',
        '"after-article"',
    ),
    "proxy": (mirror("[fetch]\nproxy='socks4://a'"), 4, "fetch.proxy", '"socks4://a"', "socks5h://"),
    "private host": (
        mirror("[fetch]\nallow_private=['http://a']"),
        4,
        "fetch.allow_private[1]",
        "",
        "host:port",
    ),
    "source without type": (
        section("source = { url = 'https://a.example/' }"),
        11,
        "sections[1].source.type",
        "nothing",
        'one of "feed", "listpage"',
    ),
    "source of an unknown type": (
        section("source = { type = 'rss', url = 'https://a.example/' }"),
        11,
        "sections[1].source.type",
        '"rss"',
        'one of "feed", "listpage"',
    ),
    "source of a misspelt type": (
        section("source.type = 'fed'"),
        11,
        "sections[1].source.type",
        "",
        '"feed" (did',
    ),
    "source that is text": (section("source = 'x'"), 11, "sections[1].source", '"x"', "a table"),
    "source without URL": (
        section("source = { type = 'feed' }"),
        11,
        "sections[1].source.url",
        "nothing",
        "",
    ),
    "source with a bad URL": (
        section("[sections.source]\ntype = 'feed'\nurl = 'file:///etc/passwd'"),
        13,
        "sections[1].source.url",
        "",
        "https://",
    ),
    "source with a bad selector": (
        section("source = { type = 'listpage', url = 'https://a.example/', items = 'a..b' }"),
        11,
        "sections[1].source.items",
        '"a..b"',
        "CSS",
    ),
    "source with an empty selector": (
        section("source = { type = 'listpage', url = 'https://a.example/', items = '' }"),
        11,
        "sections[1].source.items",
        '""',
        "not empty",
    ),
    "source with an unknown key": (
        section("source = { type = 'feed', url = 'https://a.example/', item = 'a' }"),
        11,
        "sections[1].source.item",
        "an unknown key",
        '"url"',
    ),
    "source with a bad number": (
        section("source = { type = 'listpage', url = 'https://a.example/', items = 'a', pages = -1 }"),
        11,
        "sections[1].source.pages",
        "-1",
        "0 or more",
    ),
    "source with a bad expression": (
        section("source = { type = 'listpage', url = 'https://a.example/', items = 'a', skip = ['('] }"),
        11,
        "sections[1].source.skip[1]",
        '"("',
        "regular",
    ),
    "edition refused by its class": (
        mirror("[[editions]]\ntype = 'markdown'\nlist_size = 13"),
        3,
        "editions[1]",
        "these values",
        "another list_size",
    ),
    "edition without type": (
        mirror("[[editions]]\nname = 'a'"),
        3,
        "editions[1].type",
        "nothing",
        "markdown",
    ),
    "edition named as a path": (
        mirror("[[editions]]\ntype = 'site'\nname = '../out'"),
        5,
        "editions[1].name",
        '"../out"',
        "name for paths",
    ),
    "editions of one name": (
        mirror("[[editions]]\ntype = 'site'\n[[editions]]\ntype = 'markdown'\nname = 'Site'"),
        7,
        "editions[2].name",
        '"Site"',
        "a name of its own",
    ),
    "editions of one type, unnamed": (
        mirror("[[editions]]\ntype = 'site'\n[[editions]]\ntype = 'site'"),
        5,
        "editions[2].name",
        '"site"',
        "a name of its own",
    ),
    "target of no edition": (
        mirror("[[targets]]\ntype = 'git'\nedition = 'site'\nurl = '../a.git'"),
        5,
        "targets[1].edition",
        '"site"',
        'name of an edition: "markdown"',
    ),
    "target with empty URL": (
        mirror("[[targets]]\ntype = 'git'\nedition = 'markdown'\nurl = ''"),
        6,
        "targets[1].url",
        '""',
        "not empty",
    ),
    "target that cannot be loaded": (
        mirror("[[targets]]\ntype = 'lost'"),
        4,
        "targets[1].type",
        '"lost"',
        "nowhere",
    ),
    "targets of one name": (
        mirror("[[targets]]\ntype='directory'\nedition='markdown'\npath='a'\nname='x'\n" * 2),
        12,
        "targets[2].name",
        '"x"',
        "targets[1] in line 3",
    ),
}


@pytest.mark.parametrize(("text", "line", "key", "found", "expected"), CASES.values(), ids=CASES.keys())
def test_a_single_fault_gives_a_single_problem(
    problems: Problems, text: str, line: int, key: str, found: str, expected: str
) -> None:
    (problem,) = problems(text)

    assert (problem.line, problem.key) == (line, key)
    assert found in problem.found
    assert expected in problem.expected


@pytest.mark.parametrize(
    "id",
    [
        "",
        ".",
        "..",
        ".git",
        "a b",
        "CON",
        "nul",
        "Com1",
        "-x",
        "a.b",
        "a\\\\b",
        "x" * 61,
        "😀",
        "\\u0301a",
        "git~1",
    ],
)
def test_ids_that_are_not_safe_in_paths_are_refused(problems: Problems, id: str) -> None:
    (problem,) = problems(mirror() + PUBLISHER + SECTION.replace('"s"', f'"{id}"'))

    assert problem.key == "sections[1].id"


@pytest.mark.parametrize(
    "pages",
    [
        "",
        "pages/{id}.md",
        "pages/{section}.md",
        "pages/{section}/{id}",
        "pages/{section}/{id}.html",
        "pages/{section}/{id}/{day}.md",
        "pages/{section}/{id!r}.md",
        "pages/{section}/{id:>9}.md",
        "pages/{section}/{id.x}.md",
        "pages/{section}/{id.md",
        "pages/{{x}}/{section}/{id}.md",
        "/pages/{section}/{id}.md",
        "../{section}/{id}.md",
        "pages/../../{section}/{id}.md",
        "pages//{section}/{id}.md",
        "pages/./{section}/{id}.md",
        "pages\\\\{section}\\\\{id}.md",
        "c:/{section}/{id}.md",
        ".git/{section}/{id}.md",
        "pages /{section}/{id}.md",
        "indexes/{section}/{id}.md",
        "Assets/{section}/{id}.md",
    ],
)
def test_page_patterns_that_lose_or_endanger_pages_are_refused(problems: Problems, pages: str) -> None:
    (problem,) = problems(mirror(f'[[editions]]\ntype = "markdown"\npages = "{pages}"'))

    assert (problem.line, problem.key) == (5, "editions[1].pages")


def test_twenty_problems_are_reported_together_in_the_order_of_the_file(problems: Problems) -> None:
    text = """\
langauge = "en"
[mirror]
titel = "T"
language = "english"
addresses = ["a", "https://ok.example/", "b"]
[[publishers]]
id = "p/q"
rights = "mine"
url = "nowhere"
[[sections]]
id = "s"
title = ""
publisher = "r"
keep = -1
skip_titles = ["["]
source = { type = "feed", url = "x", extra = 1 }
[sections.article]
body = ":::"
[[sections]]
id = "S"
[fetch]
delay = "slow"
per_host = 0
[[targets]]
type = "git"
edition = "sight"
"""
    found = problems(text)

    lines = [problem.line for problem in found]
    assert lines == sorted(lines)
    assert [(problem.line, problem.key) for problem in found] == [
        (1, "langauge"),
        (2, "mirror.title"),
        (3, "mirror.titel"),
        (4, "mirror.language"),
        (5, "mirror.addresses[1]"),
        (5, "mirror.addresses[3]"),
        (6, "publishers[1].name"),
        (7, "publishers[1].id"),
        (8, "publishers[1].rights"),
        (9, "publishers[1].url"),
        (12, "sections[1].title"),
        (13, "sections[1].publisher"),
        (14, "sections[1].keep"),
        (15, "sections[1].skip_titles[1]"),
        (16, "sections[1].source.url"),
        (16, "sections[1].source.extra"),
        (18, "sections[1].article.body"),
        (19, "sections[2].title"),
        (19, "sections[2].publisher"),
        (20, "sections[2].id"),
        (22, "fetch.delay"),
        (23, "fetch.per_host"),
        (24, "targets[1].url"),
        (26, "targets[1].edition"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[mirror]\ntitle = "T\n', 2),
        ("[mirror]\ntitle = T\n", 2),
        ("[mirror]\n\ntitle =\n", 3),
        ("[mirror]\ntitle = 'a'\ntitle = 'b'\n", 3),
        ("[mirror]\ntitle = 'a'\naddresses = [", 3),
        ("[mirror]\r\ntitle = T\r\n", 2),
        ("= 1", 1),
    ],
)
def test_toml_that_is_none_is_told_with_its_line(problems: Problems, text: str, line: int) -> None:
    (problem,) = problems(text)

    assert (problem.line, problem.key) == (line, "TOML")
    assert "valid TOML" in problem.expected


def test_brackets_without_end_are_told(problems: Problems) -> None:
    (problem,) = problems("a = " + "[" * 20_000)

    assert problem.key == "TOML"


def test_an_empty_file_lacks_the_mirror(problems: Problems) -> None:
    assert [problem.key for problem in problems("")] == ["mirror"]


def test_long_values_are_shown_short(problems: Problems) -> None:
    (problem,) = problems(mirror(f'language = "{"x" * 5000}"'))

    assert len(problem.found) < 80


def test_lines_are_right_after_a_text_of_several_lines(problems: Problems) -> None:
    (problem,) = problems(section("skip_titles = ['''\n[a-z]\n''', \"\"\"x\\\n   y\"\"\"]\nkeep = -1"))

    assert (problem.line, problem.key) == (15, "sections[1].keep")


def test_a_sound_edition_that_misses_its_name_still_counts_for_targets(problems: Problems) -> None:
    found = problems(
        mirror(
            "[[editions]]\ntype='markdown'\nlist_size=-1\n[[targets]]\ntype='git'\nedition='markdown'\nurl='a'"
        )
    )

    assert [problem.key for problem in found] == ["editions[1].list_size"]


def test_problems_read_as_sentences(problems: Problems) -> None:
    (problem,) = problems(mirror('language = "english"'))

    assert str(problem) == (
        'line 3: mirror.language: found "english", expected a language tag such as "en", "fa" or "zh-Hans"'
    )


def test_the_cases_are_valid_toml() -> None:
    for text, *_ in CASES.values():
        tomllib.loads(text)
