"""A configuration without faults becomes the model's nouns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mirrorpress.app.configuration import load
from mirrorpress.errors import ConfigurationError, UsageError
from mirrorpress.model import ArticleRules, Configuration, FetchPolicy, Link, Mirror, Publisher
from mirrorpress.pipeline.registry import Registry

Read = Callable[[str], Configuration]

FULL = """
[mirror]
title = "Harbour Light"
language = "zh-Hans"                    # BCP 47; the language of the menus
addresses = ["https://git.example.org/team/mirror/src/branch/main/"]
site_addresses = ["https://mirror.example.org/"]
contact = "desk@example.org"            # goes into the User-Agent

[[publishers]]
id = "harbour"
name = "Harbour Times"
url = "https://harbour.example/"
rights = "licensed"
rights_note = "Letter of 2026-03-01"

[[sections]]
id = "p2"                               # goes into paths
title = "Officials"
publisher = "harbour"
source = { type = "feed", url = "https://harbour.example/news/gb/p2.xml" }
keep = 600
skip_titles = ['（视频）$']              # regular expressions
[sections.article]
body = "div.article_right"              # CSS selectors
remove = ["#txt-mid2", "ins.adsbygoogle"]

[[links]]
text = "How to open this page"
url = "help.md"
place = "menu"

[fetch]
allow_private = ["127.0.0.1:8700"]
delay = 1.0

[archive]
keep_captures = false

[[editions]]
type = "markdown"
pages = "pages/{section}/{id}.md"
[[editions]]
type = "site"

[[targets]]
type = "git"
edition = "markdown"
url = "ssh://git@git.example.org/team/mirror.git"
branch = "main"
[[targets]]
type = "directory"
edition = "site"
path = "/srv/www/mirror"
"""


def test_a_whole_configuration_becomes_the_nouns_of_the_model(read: Read, tmp_path: Path) -> None:
    found = read(FULL)

    assert found.folder == tmp_path
    assert found.folder.is_absolute()
    assert found.mirror == Mirror(
        "Harbour Light",
        "zh-Hans",
        ("https://git.example.org/team/mirror/src/branch/main/",),
        ("https://mirror.example.org/",),
        "desk@example.org",
    )
    assert found.publishers == (
        Publisher("harbour", "Harbour Times", "https://harbour.example/", "licensed", "Letter of 2026-03-01"),
    )
    (section,) = found.sections
    assert (section.id, section.title, section.publisher, section.keep) == ("p2", "Officials", "harbour", 600)
    assert section.skip_titles == ("（视频）$",)
    assert section.article == ArticleRules(body="div.article_right", remove=("#txt-mid2", "ins.adsbygoogle"))
    assert getattr(section.source, "url", "") == "https://harbour.example/news/gb/p2.xml"
    assert found.links == (Link("How to open this page", "help.md", "menu"),)
    assert found.fetch == FetchPolicy(allow_private=("127.0.0.1:8700",), delay=1.0)
    assert found.keep_captures is False
    assert [edition.name for edition in found.editions] == ["markdown", "site"]
    assert [target.edition for target in found.targets] == ["markdown", "site"]


def test_what_is_not_said_takes_the_defaults_of_the_model(read: Read) -> None:
    found = read('[mirror]\ntitle = "T"\n')

    assert found.mirror == Mirror("T")
    assert found.fetch == FetchPolicy()
    assert found.keep_captures is True
    assert [edition.name for edition in found.editions] == ["markdown"]
    assert (found.publishers, found.sections, found.links, found.targets) == ((), (), (), ())


def test_a_publisher_without_rights_is_no_problem_and_gives_excerpts_only(read: Read) -> None:
    found = read('[mirror]\ntitle = "T"\n[[publishers]]\nid = "p"\nname = "P"\n')

    assert found.publishers[0].excerpt_only


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ('language = "ZH-hans-cn"', ("language", "zh-Hans-CN")),
        ('language = "de-CH-1996"', ("language", "de-CH-1996")),
        ('language = "en-u-CO-phonebk"', ("language", "en-u-co-phonebk")),
        ('addresses = ["https://m.example/a"]', ("addresses", ("https://m.example/a/",))),
        ('addresses = ["http://127.0.0.1:8700"]', ("addresses", ("http://127.0.0.1:8700/",))),
    ],
)
def test_values_with_one_right_form_take_it(read: Read, written: str, read_as: tuple[str, object]) -> None:
    found = read(f'[mirror]\ntitle = "T"\n{written}\n')

    assert getattr(found.mirror, read_as[0]) == read_as[1]


@pytest.mark.parametrize(
    ("written", "kept"),
    [("cc-by-nc-nd-4.0", "CC-BY-NC-ND-4.0"), ("CC0-1.0", "CC0-1.0"), ("public-domain", "public-domain")],
)
def test_licence_ids_are_taken_in_any_case(read: Read, written: str, kept: str) -> None:
    found = read(f'[mirror]\ntitle = "T"\n[[publishers]]\nid = "p"\nname = "P"\nrights = "{written}"\n')

    assert found.publishers[0].rights == kept


@pytest.mark.parametrize("id", ["p2", "时政", "اخبار", "हिन्दी", "a-b_c", "x" * 60])
def test_section_ids_of_any_script_are_taken(read: Read, id: str) -> None:
    text = f'[mirror]\ntitle = "T"\n[[publishers]]\nid = "p"\nname = "P"\n[[sections]]\nid = "{id}"\ntitle = "S"\npublisher = "p"\n'

    assert read(text).sections[0].id == id


def test_a_number_of_seconds_may_be_written_without_a_point(read: Read) -> None:
    found = read('[mirror]\ntitle = "T"\n[fetch]\ndelay = 2\n')

    assert found.fetch.delay == 2.0
    assert isinstance(found.fetch.delay, float)


def test_windows_line_ends_and_byte_order_mark_are_taken(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "mirrorpress.toml"
    path.write_bytes(b'\xef\xbb\xbf[mirror]\r\ntitle = "T"\r\n')

    assert load(path, registry).mirror.title == "T"


def test_a_relative_path_gives_an_absolute_folder(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mirrorpress.toml").write_text('[mirror]\ntitle = "T"\n')
    monkeypatch.chdir(tmp_path)

    assert load(Path("mirrorpress.toml"), registry).folder == tmp_path


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path, registry: Registry) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path / "mirrorpress.toml", registry)

    assert "mirrorpress init" in caught.value.hint
    assert str(tmp_path) in caught.value.where


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path, registry: Registry) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path, registry)


def test_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "mirrorpress.toml"
    path.write_bytes('[mirror]\ntitle = "看中国"\n'.encode("gb18030"))

    with pytest.raises(ConfigurationError) as caught:
        load(path, registry)

    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (2, "encoding")
    assert "UTF-8" in problem.expected
