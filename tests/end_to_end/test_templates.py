"""Templates of a mirror's own: what readers get by them, and what operators are told of broken ones."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.editions.templating import names_of
from tests.end_to_end.conftest import Mirror

Published = tuple[Mirror, dict[str, Any]]
FERRY = "pages/p2/10001.md"


@pytest.fixture
def mirror(published: Published, tmp_path: Path) -> Mirror:
    """A mirror that was run once, of its own."""
    shutil.copytree(published[0].folder, tmp_path / "mirror")
    made = Mirror(tmp_path / "mirror", published[0].newsroom)
    made.run("build")
    return made


def override(mirror: Mirror, name: str, text: str | bytes) -> Path:
    path = mirror.folder / "templates" / "markdown" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def ours(name: str) -> str:
    return (files("mirrorpress.editions") / "templates" / "markdown" / name).read_text(encoding="utf-8")


def refused(mirror: Mirror, command: str = "build", *, status: int) -> str:
    """What is said when a command refuses; nothing of the edition may have changed."""
    before = mirror.out()
    done = mirror.command(command, expect=status)
    assert mirror.out() == before
    return done.stderr


def test_a_home_page_of_the_mirrors_own_and_ours_again_without_it(mirror: Mirror) -> None:
    before = mirror.out()
    path = override(
        mirror,
        "home.md",
        "# {{ title }}\n\n{{ menu }}\n\n## 今天\n\n"
        "{% for item in newest %}{{ loop.index }}. [{{ item.title }}]({{ item.path }})\n{% endfor %}\n"
        '{% include "share.md" %}',
    )
    mirror.run("build")
    mirror.run("publish")
    home = mirror.page("README.md")
    assert "## 今天\n\n1. [潮灯镇夏季渡轮时刻表公布 末班船延至晚九点](pages/p2/10001.md)\n2. " in home
    assert "关于本镜像" not in home
    after = mirror.out()
    assert {one for one in after if after[one] != before.get(one)} == {"README.md"}
    assert mirror.run("build")["pages_written"] == 0
    path.unlink()
    mirror.run("build")
    assert mirror.out() == before


def test_a_part_of_all_pages_of_the_mirrors_own(mirror: Mirror) -> None:
    override(mirror, "share.md", "{% if share %}\n转发本页：\n\n{{ share }}\n{% endif %}")
    override(mirror, "page.md", ours("page.md").replace("{{ rights }}", "§ {{ rights }}"))
    mirror.run("build")
    page = mirror.out()[FERRY].decode()
    assert "转发本页：\n\n```\n" in page
    assert "![QR]" not in page
    assert "\n§ © 港湾时报 Harbour Times" in page
    assert "转发本页" in mirror.out()["indexes/p2.md"].decode()


@pytest.mark.parametrize("name", names_of("markdown"))
def test_every_template_can_be_ours_under_the_mirrors_own_name(mirror: Mirror, name: str) -> None:
    before = mirror.out()
    override(mirror, name, ours(name).replace("\n", "\r\n"))
    mirror.run("build", "--full")
    assert mirror.out() == before


@pytest.mark.parametrize("command", ["check", "build", "run", "publish"])
def test_a_template_with_a_wrong_syntax_is_told_with_file_and_line(mirror: Mirror, command: str) -> None:
    override(mirror, "home.md", "# {{ title }}\n\n{% for item in newest %}\n{{ item.title }\n{% endfor %}\n")
    said = refused(mirror, command, status=2)
    assert "templates/markdown/home.md:4: found what is no template" in said
    assert "nothing was changed" in said


def test_all_wrong_values_are_told_at_once(mirror: Mirror) -> None:
    override(mirror, "home.md", "# {{ title }}\n\n{{ menus }}\n{{ words.nonsense }}\n")
    override(mirror, "list.md", '{% include "notes.md" %}\n{{ titel }}\n')
    said = refused(mirror, status=2)
    assert "templates/markdown/home.md:3: found menus, which is no value" in said
    assert "templates/markdown/home.md:4: found words.nonsense, which is no value" in said
    assert "templates/markdown/list.md:2: found titel, which is no value" in said
    assert "docs/templates.md" in said


def test_what_is_wrong_only_in_rendering_is_told_with_the_template_that_it_is_in(mirror: Mirror) -> None:
    override(mirror, "share.md", "\n\n{{ share|frobnicate }}\n")
    said = refused(mirror, status=2)
    assert "templates/markdown/share.md:3: found " in said
    override(mirror, "share.md", "{{ share }}\n{{ 'x' + 1 }}\n")
    assert "templates/markdown/share.md:2: found " in refused(mirror, status=2)
    override(mirror, "share.md", '{% include "nowhere.md" %}')
    assert "templates/markdown/share.md:1: found " in refused(mirror, status=2)


def test_files_that_are_no_template_are_told(mirror: Mirror) -> None:
    override(mirror, "hame.md", "x")
    assert 'templates/markdown/hame.md: found "hame.md", expected "home.md"' in refused(mirror, status=2)
    (mirror.folder / "templates/markdown/hame.md").unlink()
    override(mirror, "home.md", b"# {{ title }}\n\xff\n")
    assert "templates/markdown/home.md: found" in (said := refused(mirror, status=2))
    assert "line 2" in said
    override(mirror, "home.md", "x" * 100_001)
    assert "100,000 bytes" in refused(mirror, status=2)
    (mirror.folder / "templates/markdown/home.md").unlink()
    (mirror.folder / "templates/book").mkdir()
    assert "templates/book: found no edition's folder" in refused(mirror, status=2)
    (mirror.folder / "templates/book").rmdir()
    override(mirror, ".home.md.swp", "x")  # an editor's
    assert mirror.run("build")["pages_written"] == 0


@pytest.mark.parametrize(
    ("name", "dropped", "what"),
    [
        ("page.md", "{{ rights }}", "rights"),
        ("page.md", "{{ original }}", "original"),
        ("page.md", "{{ body }}", "body"),
        ("page.md", "{% if partial %}**{{ partial }}**\n\n{% endif %}", "partial"),
        ("page.md", "{{ words.mirror_links }}", "links"),
        ("home.md", "## {{ words.mirror_links }}", "links"),
        ("left.md", "{{ original }}", "original"),
        ("withdrawn.md", "**{{ text }}**", "text"),
        ("onward.md", "[{{ onward }}]({{ target }})", "target"),
        ("notes.md", "{{ words.notice }}", "notes"),
    ],
)
def test_a_template_that_drops_what_readers_are_promised_is_refused(
    mirror: Mirror, name: str, dropped: str, what: str
) -> None:
    text = ours(name)
    assert text.count(dropped) == 1
    override(mirror, name, text.replace(dropped, ""))
    commit = mirror.git("rev-parse", "main")
    said = refused(mirror, "run", status=3)
    pages = ("home.md", "list.md") if name == "notes.md" else (name,)
    assert any(f"templates/markdown/{page}" in said for page in pages)
    assert what in said
    assert mirror.git("rev-parse", "main") == commit
    assert refused(mirror, "check", status=3)


def test_a_broken_template_hinders_no_command_that_makes_no_page(mirror: Mirror) -> None:
    override(mirror, "home.md", "{{ broken")
    url = f"{mirror.newsroom.url}/en/2026/06/10/how-to-read-the-tide-tables"
    mirror.command("withdraw", url, "--reason", "Asked to")
    mirror.command("status", "--json")
