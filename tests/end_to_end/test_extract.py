"""``extract`` as an operator and a program use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.attack.siege import HTML, Reply, environment, open_sites

KEYS = (
    "title authors published updated language lead_image images html markdown text confidence engine partial "
    "licence next_page url"
).split()
STORY = (
    "The keeper lit the lamp of the old lighthouse before the fog came in, and the ferry found its way home. "
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Lamp *lit* again</title>
<meta property="og:title" content="Lamp *lit* again">
<meta name="author" content="Mara Quay">
<meta property="article:published_time" content="2026-06-12T08:30:00+02:00">
@@</head><body><nav><a href="/">Home</a><a href="/news">News</a></nav>
<article><h1>Lamp *lit* again</h1>
<figure><img src="/lamp.jpg" alt="A lamp" width="640"><figcaption>The lamp at night</figcaption></figure>
<p>{STORY * 3}</p><p>{STORY * 2}See <a href="/log">the log</a>.</p>
<p>{STORY * 2}<script>alert(1)</script></p>
<ul><li>{STORY}</li><li>{STORY}</li></ul>
<table><tr><th>Day</th><th>Ships</th></tr><tr><td>Monday</td><td>12</td></tr><tr><td>Tuesday</td><td>9</td></tr></table>
<p>{STORY * 3}</p></article></body></html>
"""
CANONICAL = '<link href="https://harbour.example/2026/lamp.html" rel="canonical">'


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    words: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Desk:
    """A folder with pages; ``extract`` is the real command line, run there."""

    folder: Path

    def page(self, name: str, text: str = PAGE.replace("@@", "")) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def lines(self, *lines: Any) -> str:
        text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
        return self.page("in.jsonl", text)

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "mirrorpress", "extract", *arguments],
            cwd=self.folder,
            env=environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def extract(self, *arguments: str, stdin: str = "", expect: int = 0) -> Done:
        process = self.start(*arguments, stdin=subprocess.PIPE)
        out, words = process.communicate(stdin, timeout=60)
        assert process.returncode == expect, out + words
        assert "Traceback" not in words, words
        return Done(process.returncode, out, words)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- one page ---------------------------------------------------------------------------------------


def test_a_page_is_shown_as_markdown_with_its_pictures_where_they_are(desk: Desk) -> None:
    done = desk.extract(desk.page("lamp.html"), "--url", "https://harbour.example/2026/lamp.html")
    assert done.out.startswith("# Lamp \\*lit\\* again\n\n")
    assert "![A lamp](https://harbour.example/lamp.jpg)\n\n*The lamp at night*" in done.out
    assert "[the log ↗](https://harbour.example/log)" in done.out
    assert "| Monday | 12 |" in done.out
    assert "alert" not in done.out
    for said in ("“Lamp *lit* again”", "confidence ", "engine ", "1 picture"):
        assert said in done.words
    assert desk.extract("lamp.html", "-q").words == ""


def test_json_holds_all_that_was_found(desk: Desk) -> None:
    found = desk.extract(
        desk.page("lamp.html"), "--url", "https://harbour.example/2026/lamp.html", "--json"
    ).json
    assert list(found) == KEYS
    assert (found["title"], found["authors"]) == ("Lamp *lit* again", ["Mara Quay"])
    assert datetime.fromisoformat(found["published"]) == datetime.fromisoformat("2026-06-12T06:30:00+00:00")
    assert datetime.fromisoformat(found["published"]).tzinfo
    assert (found["updated"], found["language"], found["licence"]) == (None, "en", None)
    lamp = "https://harbour.example/lamp.jpg"
    assert found["lead_image"] == lamp
    assert found["images"] == [{"url": lamp, "alt": "A lamp", "caption": "The lamp at night", "credit": ""}]
    assert f'<img src="{lamp}" alt="A lamp">' in found["html"]
    assert "<script" not in found["html"]
    assert not found["markdown"].startswith("#")
    paragraphs = found["text"].split("\n\n")
    assert paragraphs[0] == (STORY * 3).strip()
    assert f"{STORY.strip()}\n{STORY.strip()}" in paragraphs
    assert "Day\tShips\nMonday\t12\nTuesday\t9" in paragraphs
    assert "The lamp at night" not in found["text"]
    assert 0 <= found["confidence"] <= 1
    assert found["engine"]
    assert found["partial"] is False
    assert found["url"] == "https://harbour.example/2026/lamp.html"


def test_without_an_address_the_pages_own_is_taken_or_relative_links_go(desk: Desk) -> None:
    own = desk.extract("-", "--json", stdin=PAGE.replace("@@", CANONICAL)).json
    assert own["url"] == "https://harbour.example/2026/lamp.html"
    assert own["lead_image"] == "https://harbour.example/lamp.jpg"
    given = desk.extract(
        "-", "--json", "--url", "https://a.example/x", stdin=PAGE.replace("@@", CANONICAL)
    ).json
    assert given["lead_image"] == "https://a.example/lamp.jpg"
    done = desk.extract("-", "--json", stdin=PAGE.replace("@@", ""))
    assert (done.json["url"], done.json["images"], done.json["lead_image"]) == (None, [], None)
    assert "href" not in done.json["html"]
    assert "--url" in done.words


def test_an_address_is_asked_for_only_where_something_needs_it(desk: Desk) -> None:
    whole = PAGE.replace("@@", "").replace('"/lamp.jpg"', '"https://harbour.example/lamp.jpg"')
    done = desk.extract("-", stdin=whole.replace('<a href="/log">', "<a>"))
    assert "![A lamp](https://harbour.example/lamp.jpg)" in done.out
    assert "address" not in done.words
    assert "--url" in desk.extract("-", stdin=whole).words  # for the link alone


def test_json_can_be_read_by_people_in_any_locale(desk: Desk) -> None:
    story = "灯塔守夜人说，今晚的雾很大，渡船改在明早出发，请旅客留意码头的通告。" * 4
    page = (
        f"<html><title>灯塔\u2028</title><article><h1>灯塔</h1><p>{story}</p><p>{story}</p></article></html>"
    )
    desk.page("page.html", page)
    process = subprocess.run(
        [sys.executable, "-m", "mirrorpress", "extract", "page.html", "--json"],
        cwd=desk.folder,
        env={**environment(), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
    )
    assert "灯塔守夜人说" in process.stdout.decode("utf-8")
    assert json.loads(process.stdout)["text"].startswith("灯塔守夜人说")
    lines = desk.extract("--jsonl", desk.lines('{"id": "夜\\ud800\\u2028", "path": "page.html"}'))
    assert '"id": "夜\\ud800\\u2028"' in lines.out
    assert lines.lines[0]["id"] == "夜\ud800\u2028"


def test_what_went_wrong_is_told_to_somebody_who_asks_once(desk: Desk) -> None:
    with open_sites() as start:
        site = start()
        site.pages["/1.html"] = Reply(b"busy", 503)
        unwell = desk.extract(site.url("/1.html"), "--json", "--allow-private", site.host, expect=1)
    (desk.folder / "empty.html").touch()
    for done in (unwell, desk.extract("empty.html", "--json", expect=1)):
        assert done.json["error"]["hint"]
        assert " run" not in done.json["error"]["hint"]


def test_an_address_is_fetched_politely_and_only_if_it_may_be(desk: Desk) -> None:
    with open_sites() as start:
        site = start()
        site.pages["/old"] = Reply(status=302, headers={"Location": "/2026/lamp.html?utm_source=x"})
        site.pages["/2026/lamp.html?utm_source=x"] = Reply(PAGE.replace("@@", "").encode(), headers=HTML)
        found = desk.extract(site.url("/old"), "--json", "--allow-private", site.host).json
        assert found["url"] == site.url("/2026/lamp.html")
        assert found["lead_image"] == site.url("/lamp.jpg")
        refused = desk.extract(site.url("/old"), expect=1)
        assert site.url("/old") in refused.words
        assert "not a public address" in refused.words
        assert "--allow-private" in refused.words
        gone = desk.extract(site.url("/nowhere"), "--json", "--allow-private", site.host, expect=1)
        assert "404" in gone.json["error"]["reason"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("absent.html", None, "No such file"),
        ("empty.html", b"", "empty"),
        ("paper.pdf", b"%PDF-1.7 " + b"x" * 2000, "not text"),
        ("big.html", b"<p>" + b"x" * 10_000_000, "over 10,000,000 bytes"),
        ("menu.html", b"<html><title>Menu</title><nav><a href=/>Home</a></nav></html>", "no article"),
    ],
)
def test_a_page_that_cannot_be_read_is_named_with_reason_and_next_step(
    desk: Desk, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (desk.folder / name).write_bytes(content)
    done = desk.extract(name, "--json", expect=1)
    assert done.json["error"]["where"] == name
    assert reason in done.json["error"]["reason"]
    assert done.json["error"]["hint"]
    assert f"{name}: " in done.words
    assert desk.extract(name, expect=1).out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["lamp.html", "--jsonl", "in.jsonl"],
        ["lamp.html", "--jobs", "2"],
        ["lamp.html", "--url", "harbour"],
        ["https://harbour.example/1.html", "--url", "https://harbour.example/"],
        ["--jsonl", "in.jsonl", "--url", "https://harbour.example/"],
        ["--jsonl", "in.jsonl", "--jobs", "0"],
        ["--jsonl", "absent.jsonl"],
    ],
)
def test_wrong_usage_ends_with_2(desk: Desk, arguments: Sequence[str]) -> None:
    desk.page("lamp.html")
    desk.lines()
    done = desk.extract(*arguments, expect=2)
    assert done.out == ""
    assert "→" in done.words
    told = desk.extract(*arguments, "--json", expect=2).json
    assert list(told) == ["error"]
    assert told["error"]["reason"] in done.words


# --- many pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_lines_come_back_in_order_each_with_its_page_or_its_error(desk: Desk, jobs: str) -> None:
    desk.page("lamp.html")
    asked: list[Any] = []
    for number in range(40):
        path = "absent.html" if number % 7 == 3 else "lamp.html"
        asked.append({"id": number, "path": path, "url": f"https://harbour.example/{number}/"})
    done = desk.extract("--jsonl", desk.lines(*asked), "--jobs", jobs, expect=1)
    assert [line["id"] for line in done.lines] == list(range(40))
    for number, line in enumerate(done.lines):
        if number % 7 == 3:
            assert list(line) == ["id", "error"]
            assert "No such file" in line["error"]["reason"]
            assert line["error"]["hint"]
        else:
            assert list(line) == ["id", *KEYS]
            assert line["url"] == f"https://harbour.example/{number}/"
    assert "40 pages, 6 failed" in done.words
    assert "pages a second" in done.words


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_an_answer_does_not_wait_for_the_next_line(desk: Desk, jobs: str) -> None:
    desk.page("lamp.html")
    process = desk.start("--jsonl", "-", "--jobs", jobs, stdin=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    for number in range(4):
        process.stdin.write(json.dumps({"id": number, "path": "lamp.html"}) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == number
    out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == ("", 0)


def test_an_interruption_while_nobody_writes_ends_with_130(desk: Desk) -> None:
    desk.page("lamp.html")
    process = desk.start("--jsonl", "-", stdin=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    process.stdin.write('{"id": 1, "path": "lamp.html"}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 130
    _, words = process.communicate()
    assert "interrupted after 1 page" in words
    assert "rror" not in words


def test_bad_lines_stop_nothing(desk: Desk) -> None:
    desk.page("lamp.html")
    good = {"id": "a", "path": "lamp.html"}
    given = desk.lines(
        good, "nonsense", "", {"id": 7}, [1], '{"id": 1e999, "path": "lamp.html"}', {"id": 8, "path": 3},
        {"id": 9, "path": "lamp.html", "url": "ftp://x"}, {"id": 10, "path": "a\0b"}, '{"id": 1, "path": "\\ud800"}',
        "[" * 60_000, "x" * 200_000, {"id": {"x": 1}, "path": "lamp.html", "url": None, "more": 1}, "\ufeff" + json.dumps(good),
    )  # fmt: skip
    done = desk.extract("--jsonl", given, "--jobs", "1", expect=1)
    lines = done.lines
    assert [line["id"] for line in lines] == [
        "a",
        None,
        7,
        None,
        None,
        8,
        9,
        10,
        1,
        None,
        None,
        {"x": 1},
        "a",
    ]
    assert [n for n, line in enumerate(lines) if "error" not in line] == [0, 11, 12]
    assert [line["error"]["line"] for line in lines if "error" in line] == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert all(line["error"]["reason"] and line["error"]["hint"] for line in lines if "error" in line)


def test_a_page_that_never_ends_costs_itself_alone(desk: Desk) -> None:
    desk.page("lamp.html")
    os.mkfifo(desk.folder / "never.html")
    asked = [{"id": n, "path": "never.html" if n == 2 else "lamp.html"} for n in range(6)]
    asked.append({"id": 6, "path": "/dev/zero"})
    done = desk.extract(
        "--jsonl", "-", "--jobs", "1", stdin="".join(json.dumps(one) + "\n" for one in asked), expect=1
    )
    assert ["error" in line for line in done.lines] == [False, False, True, False, False, False, True]
    assert "over 5 s" in done.lines[2]["error"]["reason"]
    assert "over 10,000,000 bytes" in done.lines[6]["error"]["reason"]


def test_whoever_stops_reading_hears_nothing(desk: Desk) -> None:
    desk.page("lamp.html")
    process = desk.start(
        "--jsonl", desk.lines(*[{"id": n, "path": "lamp.html"} for n in range(200)]), "--jobs", "1"
    )
    assert process.stdout and process.stderr
    assert json.loads(process.stdout.readline())["id"] == 0
    process.stdout.close()
    words = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 1
    assert words == ""


def test_an_interruption_ends_at_once_with_130(desk: Desk) -> None:
    desk.page("lamp.html")
    os.mkfifo(desk.folder / "never.html")
    given = desk.lines({"id": 1, "path": "lamp.html"}, *[{"id": n, "path": "never.html"} for n in range(20)])
    process = desk.start("--jsonl", given, "--jobs", "2")
    assert process.stdout
    assert json.loads(process.stdout.readline())["id"] == 1
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process
    out, words = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert "interrupted after" in words
    assert "Traceback" not in words


# --- what is no page ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("binary", "the page is not text"),
        ("empty", "the page is empty"),
        ("folder", "the file cannot be read: Is a directory"),
        ("loop", "the file cannot be read: Too many levels of symbolic links"),
        ("/dev/zero", "the page is over 10,000,000 bytes"),
    ],
)
def test_what_is_no_page_is_refused_with_a_next_step(desk: Desk, name: str, reason: str) -> None:
    (desk.folder / "binary").write_bytes(bytes(range(256)) * 40)
    (desk.folder / "empty").touch()
    (desk.folder / "folder").mkdir()
    (desk.folder / "loop").symlink_to("loop")
    assert f"{name}: {reason}\n  → " in desk.extract(name, expect=1).words


def test_lines_of_nonsense_fail_one_by_one(desk: Desk) -> None:
    (desk.folder / "nonsense").write_bytes(
        b"\x00\xff\n[\n" + b"[" * 60_000 + b'\n{"id": 7}\n\xef\xbb\xbfnull\n'
    )
    lines = desk.extract("--jsonl", "nonsense", expect=1).lines
    assert [line["id"] for line in lines] == [None, None, None, 7, None]
    assert all(line["error"]["reason"] and line["error"]["hint"] for line in lines)


def test_a_line_without_an_end_ends_the_command(desk: Desk) -> None:
    assert "line 1 is over 1,000,000,000 bytes\n  → " in desk.extract("--jsonl", "/dev/zero", expect=1).words
