"""Templates, notes and picks that are made to do harm, or do it by mistake."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest

from tests.attack.siege import Mirror, Outcome, Site

PICKS = 'source = { type = "picks", file = "picks.csv" }'


@pytest.fixture
def standing(mirror: Mirror, site: Site) -> Mirror:
    """A mirror of one article."""
    site.feed("/one.xml", [site.story("/story/1.html", "The harbour")])
    mirror.configure(site, {"one": "/one.xml"})
    mirror.run()
    return mirror


def override(mirror: Mirror, name: str, text: str) -> None:
    folder = mirror.folder / "templates" / "markdown"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def refused(mirror: Mirror, status: int) -> Outcome:
    before, start = mirror.tree(), time.monotonic()
    outcome = mirror.call("build")
    assert outcome.status == status, outcome.err
    assert "Traceback" not in outcome.err
    assert time.monotonic() - start < 40
    assert mirror.tree() == before
    return outcome


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in range(100000) %}{% for k in range(100000) %}x{% endfor %}{% endfor %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        '{% include "home.md" %}',
        '{% set s = namespace(x="0123456789") %}{% for i in range(60) %}{% set s.x = s.x ~ s.x %}{% endfor %}{{ s.x }}',
        '{{ "%2000000000d"|format(1) }}',
        '{{ ("x"|indent(30000, true))|replace(" ", "y"|indent(60000, true)) }}',
        '{% for i in range(300) %}{{ "x"|indent(5000, true) }}{% endfor %}',
    ],
    ids=["loops", "recursion", "itself", "doubling", "padding", "replacing", "long"],
)
def test_a_template_without_end_or_measure_is_stopped_and_named(standing: Mirror, text: str) -> None:
    override(standing, "home.md", text)
    outcome = refused(standing, 2)
    assert "templates/markdown/home.md" in outcome.err
    assert "nothing was changed" in outcome.err


@pytest.mark.parametrize(
    "text",
    [
        "![](https://tracker.example/{{ title }}.png)",
        '<img src="https://tracker.example/x.png">',
        "<script>alert(1)</script>",
        "[free](http://192.0.2.7/)",
        "[free](javascript:alert(1))",
        "<!-- {{ title }} -->",
        "www.tracker.example",
        "[x]: https://tracker.example/",
    ],
)
def test_a_template_that_loads_runs_or_misleads_is_refused(standing: Mirror, text: str) -> None:
    override(standing, "share.md", text)
    assert "would break a promise to readers" in refused(standing, 3).err


def test_a_template_reads_nothing_but_its_values(standing: Mirror) -> None:
    (standing.folder / "templates").mkdir()
    (standing.folder / "secret.md").write_text("secret", encoding="utf-8")
    for text in (
        '{% include "../../secret.md" %}',
        '{% include "/etc/passwd" %}',
        "{{ title.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ self }}",
        "{{ words.__class__ }}",
    ):
        override(standing, "home.md", text)
        refused(standing, 2)


def test_a_template_that_rehearses_well_and_misbehaves_later_publishes_nothing(
    standing: Mirror,
) -> None:
    loop = "{% for i in range(90000) %}{% for k in range(90000) %}x{% endfor %}{% endfor %}"
    override(standing, "share.md", f'{{% if "harbour" in title %}}{loop}{{% endif %}}')
    assert "a loop without end" in refused_whole(standing, 2).err
    override(standing, "share.md", '{% if "harbour" in title %}![](https://tracker.example/){% endif %}')
    assert "a picture from elsewhere" in refused_whole(standing, 3).err
    (standing.folder / "templates/markdown/share.md").unlink()
    assert standing.call("build").status == 0


def refused_whole(mirror: Mirror, status: int) -> Outcome:
    """A refusal that comes while pages are written: what was there stays whole, nothing half-written is."""
    page = next(iter(mirror.pages().values()))
    outcome = mirror.call("build")
    assert outcome.status == status, outcome.err
    assert "Traceback" not in outcome.err
    assert next(iter(mirror.pages().values())) == page
    return outcome


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![](https://tracker.example/x.png)", "no pictures"),
        ("<script>x</script>", "no HTML"),
        ("<img src=x>", "no HTML"),
        ("<!-- hidden -->", "no HTML"),
        ("[a](http://192.0.2.7/)", "link"),
        ("[a](javascript:alert(1))", "link"),
        ("[a](//evil.example/)", "link"),
        ("[a]: https://evil.example/", "reference"),
        ("see www.evil.example", "link"),
        ("see http://evil.example/", "link"),
        ("a\u202eb", "marks of direction"),
        ("a\u0000b", "control"),
        ("\ufdd0assets/x", "control"),
        ("", "1 to 2,000 characters"),
        ("x" * 2001, "1 to 2,000 characters"),
    ],
)
def test_a_note_that_loads_runs_misleads_or_floods_is_refused(
    standing: Mirror, text: str, expected: str
) -> None:
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text)
    path = standing.folder / "mirrorpress.toml"
    path.write_text(f'{path.read_text(encoding="utf-8")}\n[[notes]]\ntext = "{escaped}"\n', encoding="utf-8")
    outcome = refused(standing, 2)
    assert "notes[1].text" in outcome.err
    assert expected in outcome.err


def test_notes_break_out_of_their_frame_by_nothing_they_leave_open(standing: Mirror) -> None:
    path = standing.folder / "mirrorpress.toml"
    texts = [
        "```\ncode",
        "> > deep",
        "- list\n\n    # code",
        "# big\n\n---",
        "| a |\n|---|\n| b |",
        "`a",
        "**b",
    ]
    notes = "".join("\n[[notes]]\ntext = " + json.dumps(text) for text in texts)
    path.write_text(path.read_text(encoding="utf-8") + notes, encoding="utf-8")
    assert standing.call("build").status == 0
    home = (standing.out / "README.md").read_text(encoding="utf-8")
    frames = re.findall(r"(?:^>.*\n)+", home, re.MULTILINE)
    assert [frame.count("> **Notice") for frame in frames] == [1] * len(texts)
    for text in texts:
        for line in filter(None, text.splitlines()):
            assert f"> {line}\n" in home
            assert line == "```" or f"\n{line}\n" not in home  # which frames the address


def test_titles_and_addresses_of_picks_are_only_words(mirror: Mirror, site: Site) -> None:
    hostile = [
        "](http://192.0.2.7/) <script>alert(1)</script>",
        "![x](https://tracker.example/x.png)",
        "a\u202eb\u0007 \ufdd0c",
        "{{ title }}{% include 'page.md' %}",
        "=HYPERLINK(1)",
        "x" * 20_000,
    ]
    rows = ["url,title"]
    for number, title in enumerate(hostile, start=1):
        site.story(f"/story/{number}.html", f"Story {number}", f"Words of story {number}.")
        quoted = title.replace('"', '""')
        rows.append(f'{site.url(f"/story/{number}.html")},"{quoted}"')
    rows += ["file:///etc/passwd,Passwords", "javascript:alert(1),x", "http://169.254.169.254/latest/,Cloud"]
    mirror.configure(site, {"picks": PICKS})
    (mirror.folder / "picks.csv").write_text("\n".join(rows), encoding="utf-8")
    outcome = mirror.run()
    assert outcome.status == 1, outcome.err
    assert [one["url"] for one in outcome.json["failures"]] == ["http://169.254.169.254/latest/"]
    page = (mirror.out / "indexes" / "picks.md").read_text(encoding="utf-8")
    items = re.findall(r"^- \S+ \[(.*)\]\((\S+)\)$", page, re.MULTILINE)
    assert [target for _, target in items] == [f"../pages/picks/{n}.md" for n in range(1, 7)]
    assert "\u202e" not in page
    assert "\ufdd0" not in page
    assert "{{ title }}" in page.replace("\\", "")
    assert len(page) < 5000
    home = (mirror.out / "README.md").read_text(encoding="utf-8")
    assert "\\]" in home


def test_a_pick_takes_no_article_over_from_its_section(mirror: Mirror, site: Site) -> None:
    """Nor its rights, its title or its rules, and it comes back from no withdrawal."""
    story = site.story("/story/1.html", "The harbour", "Words of the harbour.")
    site.feed("/one.xml", [story])
    site.redirect("/moved/1.html", "/story/1.html")
    mirror.configure(site, {"one": "/one.xml", "picks": PICKS})
    (mirror.folder / "picks.csv").write_text(f"{site.url('/moved/1.html')},Mine\n", encoding="utf-8")
    assert mirror.run().json["new"] == 1
    assert list(mirror.pages()) == ["pages/one/1.md"]
    picks = mirror.out / "indexes" / "picks.md"
    assert "[Mine](../pages/one/1.md)" in picks.read_text(encoding="utf-8")
    site.asked.clear()
    assert mirror.run().json["bytes_written"] == 0
    assert mirror.call("withdraw", "--reason", "Asked to", site.url("/story/1.html")).status == 0
    mirror.run()
    assert "Mine" not in picks.read_text(encoding="utf-8")
    assert "Mine" not in (mirror.out / "README.md").read_text(encoding="utf-8")


def test_articles_of_elsewhere_that_are_picked_get_no_rights_by_it(
    mirror: Mirror, site: Site, new_site: Callable[[], Site]
) -> None:
    other = new_site()
    other.story("/story/1.html", "Of another", "Words of another publisher. " * 40)
    mirror.configure(site, {"picks": PICKS}, also=[other])
    path = mirror.folder / "mirrorpress.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(site.url(), f"http://localhost:{site.port}/"),
        encoding="utf-8",
    )
    (mirror.folder / "picks.csv").write_text(f"{other.url('/story/1.html')},Theirs\n", encoding="utf-8")
    assert mirror.run().json["new"] == 1
    [page] = mirror.pages()
    assert "Words of another publisher. " * 30 not in (mirror.out / page).read_text(encoding="utf-8")
