"""How commands end when they are used wrongly, interrupted, or not listened to."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.attack.siege import COUNTS, Mirror, Outcome, Reply, Site, environment, git

FAULTS = """
[mirror]
tittle = "Harbour"
language = "no such language"
addresses = ["ftp://a.example/", "https://u:p@a.example/"]
contact = "line\\nbreak"

[[publishers]]
id = "../../x"
name = ""
url = "harbour"
rights = "mine"

[[publishers]]
id = "twin"
name = "Twin"
[[publishers]]
id = "twin"
name = "Twin"

[[sections]]
id = "con"
title = "Officials"
publisher = "nobody"
source = { type = "feeed", url = "https://a.example/" }
keep = -1
skip_titles = ["(", "ok"]
article = { body = "div[" }

[[sections]]
id = "list"
title = "List"
publisher = "twin"
source = { type = "listpage", url = "nowhere" }

[fetch]
delay = "slow"
timeout = -3
allow_private = ["http://x/"]

[[editions]]
type = "markdown"
pages = "../{id}.md"

[[targets]]
type = "git"
edition = "sight"
url = "--upload-pack=x"
"""


def refused(outcome: Outcome, status: int) -> dict[str, str]:
    """The one failure of a command that did nothing; its object has the same keys as ever."""
    assert outcome.status == status, outcome
    assert outcome.json.keys() >= COUNTS
    assert outcome.json["failed"] == len(outcome.json["failures"]) == 1
    (failure,) = outcome.json["failures"]
    assert failure["url"]
    assert failure["reason"] in outcome.err
    assert failure["hint"] in outcome.err
    return dict(failure)


def test_twenty_faults_are_told_at_once_with_their_lines(mirror: Mirror) -> None:
    mirror.folder.mkdir()
    (mirror.folder / "mirrorpress.toml").write_text(FAULTS, encoding="utf-8")
    before = sorted(mirror.folder.rglob("*"))
    outcome = mirror.call("run", "--json")
    failure = refused(outcome, 2)
    assert failure["stage"] == "configuration"
    problems = outcome.json["error"]["problems"]
    lines = FAULTS.splitlines()
    assert len(problems) >= 20
    for problem in problems:
        told = re.fullmatch(r"line (\d+): (\S+): found (.+), expected (.+)", problem)
        assert told, problem
        assert 1 <= int(told[1]) <= len(lines)
        assert problem in outcome.err
    for fault in (
        "tittle",
        "language",
        "contact",
        "rights",
        "keep",
        "delay",
        "timeout",
        "pages",
        "publisher",
    ):
        assert any(fault in problem.partition(": found")[0] for problem in problems), fault
    assert sorted(mirror.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--json", "--section", "nosuch"], "no section 'nosuch'"),
        (["run", "--json", "--every", "soon"], "not a time"),
        (["run", "--json", "--every", "99999999999999d"], "not a time"),
        (["run", "--json", "--nonsense"], "No such option"),
        (["fly", "--json"], "No such command"),
        (["import", "/nowhere", "--json", "--publisher", "nobody"], "no publisher 'nobody'"),
        (["sync", "--json", "-c", "missing.toml"], "missing.toml"),
        (["build", "--json", "-c", "/"], "directory"),
        (["status", "--json", "-c", "missing.toml"], "missing.toml"),
    ],
)
def test_wrong_use_ends_at_once_with_words_for_people_and_programs(
    mirror: Mirror, site: Site, arguments: list[str], words: str
) -> None:
    mirror.configure(site, {"news": "/f.xml"})
    failure = refused(mirror.call(*arguments), 2)
    assert words in f"{failure['url']} {failure['reason']}"
    assert site.asked == []


def test_a_file_that_is_no_toml_is_told_with_its_line(mirror: Mirror) -> None:
    mirror.folder.mkdir()
    for content in (b"[mirror\ntitle = 1", b"\xff\xfe\x00", b"", b"[" * 5000, b"a = " + b"[" * 5000):
        (mirror.folder / "mirrorpress.toml").write_bytes(content)
        assert refused(mirror.call("check", "--json"), 2)["stage"] == "configuration"


def test_a_page_that_endangers_readers_stops_the_build_and_nothing_is_published(
    mirror: Mirror, site: Site
) -> None:
    remote = mirror.folder / "remote.git"
    site.feed("/f.xml", [site.story("/1.html", "Number one")])
    target = f'[[targets]]\ntype = "git"\nedition = "markdown"\nurl = {json.dumps(str(remote))}'
    mirror.configure(site, {"news": "/f.xml"}, targets=target)
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    assert mirror.run().status == 0
    tip = git("rev-parse", "main", cwd=remote)

    site.feed("/f.xml", [site.story("/1.html", "Number one"), site.story("/2.html", "Number two")])
    assert mirror.call("sync").status == 0
    index = sqlite3.connect(mirror.folder / "archive" / "index.sqlite")
    with index:  # as an error in extraction would leave it
        index.execute("UPDATE revisions SET markdown = markdown || '<script>x</script>' WHERE number = 2")
    outcome = mirror.run()
    assert outcome.status == 3
    failure = outcome.failure("pages/news/2.md")
    assert failure["stage"] == "build"
    assert "<script>" in failure["reason"]
    assert git("rev-parse", "main", cwd=remote) == tip
    assert refused(mirror.call("publish", "--json"), 3)["url"] == "pages/news/2.md"

    with index:
        index.execute("UPDATE revisions SET markdown = replace(markdown, '<script>x</script>', '')")
    index.close()
    assert mirror.run().status == 0
    assert git("show", "main:pages/news/2.md", cwd=remote).startswith("# Number two")


def test_an_interrupted_run_ends_at_once_and_the_next_one_carries_on(mirror: Mirror, site: Site) -> None:
    stories = [site.story(f"/{n}.html", f"Number {n}") for n in range(6)]
    site.feed("/f.xml", stories)
    slow, site.pages["/2.html"] = site.pages["/2.html"], Reply(hang=True)
    mirror.configure(site, {"news": "/f.xml"}, fetch="timeout = 40")
    process = mirror.start("run", "--json")
    assert site.reached("/2.html").wait(30)
    process.send_signal(signal.SIGINT)
    outcome = mirror.finish(process, patience=20)  # half of what the server would have been given
    assert outcome.status == 130
    assert outcome.json["failures"][0]["reason"] == "interrupted"
    assert "the next run carries on" in outcome.err

    site.pages["/2.html"] = slow
    outcome = mirror.run()
    assert outcome.status == 0
    assert len(mirror.pages()) == 6


def test_a_second_run_says_that_the_first_is_at_work_and_ends_at_once(mirror: Mirror, site: Site) -> None:
    site.feed("/f.xml", [site.story("/1.html", "Number one")])
    story, site.pages["/1.html"] = site.pages["/1.html"], Reply(hang=True)
    mirror.configure(site, {"news": "/f.xml"}, fetch="timeout = 40")
    first = mirror.start("sync")
    assert site.reached("/1.html").wait(30)
    for command in ("run", "build"):
        failure = refused(mirror.call(command, "--json"), 2)
        assert f"process {first.pid}" in failure["reason"]
        assert failure["url"] == str(mirror.folder)
    assert mirror.call("status").status == 0, "looking is allowed meanwhile"
    first.kill()
    first.communicate()
    site.pages["/1.html"] = story
    assert mirror.run().status == 0


def test_what_nobody_reads_does_no_harm(mirror: Mirror, site: Site) -> None:
    site.feed("/f.xml", [site.story("/1.html", "Number one")])
    mirror.configure(site, {"news": "/f.xml"})
    with Path("/dev/null").open("rb") as nothing:
        process = mirror.start("run", "--json", stdin=nothing)
    assert process.stdout and process.stderr
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    process.wait(30)
    assert "Traceback" not in err
    assert "Exception" not in err
    assert process.returncode == 1
    assert len(mirror.pages()) == 1


def test_every_locale_can_print_what_is_told(mirror: Mirror, site: Site) -> None:
    site.feed("/f.xml", [])
    mirror.configure(site, {"文章": 'source = { type = "picks", file = "无.csv" }'})
    done = subprocess.run(
        mirror.command("run", "--json"),
        env=environment(LC_ALL="C", PYTHONIOENCODING="ascii"),
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert json.loads(done.stdout)["failures"][0]["section"] == "文章"
