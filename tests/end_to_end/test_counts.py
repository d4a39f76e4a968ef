"""What is read most: from the logs and exports that operators have to the pages that readers get."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Mirror
from tests.end_to_end.logs import BOT, PHONE, ROOT, SECRET, START, caddy, combined, readers, text

Published = tuple[Mirror, dict[str, Any]]
LAMP = "pages/town/lighthouse-lamp-comes-home"
STORM = "pages/town/storm-cone-drill"
TIDES = "pages/town/how-to-read-the-tide-tables"
FERRY = "pages/p2/10001"
NEW_LINE = "\n"


@pytest.fixture
def mirror(published: Published, tmp_path: Path) -> Mirror:
    """A mirror that was run once, of its own."""
    shutil.copytree(published[0].folder, tmp_path / "mirror")
    return Mirror(tmp_path / "mirror", published[0].newsroom)


def counts(mirror: Mirror, *arguments: str, expect: int = 0, stdin: str | None = None) -> dict[str, Any]:
    done = mirror.command("counts", *arguments, "--json", expect=expect, stdin=stdin)
    assert SECRET not in done.stderr + done.stdout
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def imported(mirror: Mirror, name: str, lines: str, *options: str, expect: int = 0) -> dict[str, Any]:
    (mirror.folder / name).write_text(lines, encoding="utf-8")
    return counts(mirror, "import", name, *options, expect=expect)


def hot(mirror: Mirror) -> list[tuple[str, int]]:
    """The list as a reader sees it: page and figure."""
    page = (mirror.folder / "out/markdown/indexes/hot.md").read_text(encoding="utf-8")
    found = re.findall(
        r"^\d+\. \d{4}-\d\d-\d\d \[.*\]\(\.\./(pages/\S+)\.md\) · 约 (\d+) 位读者$", page, re.MULTILINE
    )
    return [(path, int(figure)) for path, figure in found]


def test_the_hot_list_comes_from_a_log_and_keeps_nothing_of_anyone_who_read(mirror: Mirror) -> None:
    before = mirror.page(f"{LAMP}.md")
    assert "热门" not in before
    raw = ROOT.replace("src", "raw")
    lines = [
        *readers(f"{ROOT}{STORM}.md", 24),
        *readers(f"{ROOT}{LAMP}.md", 40),
        *readers(f"{raw}{LAMP}.md?utm_source=messenger", 30, first=100),
        *readers(f"{raw}{LAMP}.md", 100),  # of which 40 and 30 are the same readers on the same day
        *(combined(f"{ROOT}{TIDES}.md", 7, at=START + timedelta(seconds=n)) for n in range(500)),
        *readers(f"{ROOT}{TIDES}.md", 19),
        *(combined(f"{ROOT}{FERRY}.md", n, agent=BOT) for n in range(200)),
        *(combined(f"{ROOT}{FERRY}.md", n, method="HEAD") for n in range(200)),
        *(combined(f"{ROOT}{FERRY}.md", n, status=404) for n in range(200)),
        *readers(f"/harbour/another/src/branch/main/{FERRY}.md", 200),
        *readers(f"{ROOT}README.md", 200),
    ]
    random.Random(4).shuffle(lines)
    found = imported(mirror, "access.log", text(lines))
    [file] = found["files"]
    assert (file["format"], file["records"], file["readers"]) == ("combined", len(lines), 24 + 130 + 19)
    assert (file["machines"], file["unreadable"]) == (200, 0)
    mirror.run("build")
    mirror.run("publish")
    assert hot(mirror) == [(LAMP, 130), (STORM, 20)]
    assert [STORM in mirror.page("README.md"), LAMP in mirror.page("README.md")] == [True, True]
    assert "[热门](../../indexes/hot.md)" in mirror.page(f"{FERRY}.md")
    assert "[热门](indexes/hot.md)" in mirror.page("README.md")
    page = mirror.page("indexes/hot.md")
    assert "2026年6月13日" in page
    assert "不足 20 人的页面不列出" in page
    kept = [path for path in mirror.folder.rglob("*") if path.is_file() and path.name != "access.log"]
    for path in kept:
        data = path.read_bytes()
        assert SECRET.encode() not in data, path
        assert PHONE.encode() not in data, path


def test_the_same_log_and_a_rotated_one_count_once(mirror: Mirror) -> None:
    early = readers(f"{ROOT}{LAMP}.md", 30)
    late = readers(f"{ROOT}{LAMP}.md", 25, at=START + timedelta(hours=9), first=100)
    assert imported(mirror, "access.log", text(early))["readers_added"] == 30
    mirror.run("build")
    mirror.run("publish")
    commit, archive = mirror.git("rev-parse", "main"), mirror.out()
    again = counts(mirror, "import", "access.log")
    assert (again["readers_added"], again["files"][0]["counted_before"]) == (0, 30)
    assert "--source" in again["notes"][0]
    assert mirror.run("build")["pages_written"] == 0
    mirror.run("publish")
    assert (mirror.git("rev-parse", "main"), mirror.out()) == (commit, archive)
    # The log grows, is rotated and packed, and begins anew within the same day.
    packed = gzip.compress(text([*early, *late[:10]]).encode())
    (mirror.folder / "access.log.1.gz").write_bytes(packed)
    assert counts(mirror, "import", "access.log.1.gz")["readers_added"] == 10
    assert imported(mirror, "access.log", text(late[10:]))["readers_added"] == 15
    assert counts(mirror, "import", "access.log", "access.log.1.gz")["readers_added"] == 0
    # Another server's log of the same hours is told apart by its name.
    assert imported(mirror, "other.log", text(early), "--source", "second")["readers_added"] == 30
    mirror.run("build")
    assert hot(mirror) == [(LAMP, 90)]
    shown = counts(mirror, "show")
    assert [(one["source"], one["readers"]) for one in shown["sources"]] == [("combined", 55), ("second", 30)]
    assert [(one["id"], one["readers"]) for one in shown["hot"]] == [("lighthouse-lamp-comes-home", 90)]


def goatcounter(_: Path) -> str:
    head = "2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date"  # fmt: skip
    rows = [
        f'/{LAMP}.html,"A ""lamp"",\nin two lines",0,,Firefox 128,Android 14,{n:x}-8e4f5c97,0,,,"390,844,3",IR,1,2026-06-13T08:00:{n % 60:02}Z'
        for n in range(1, 41)
    ]
    rows += [row.replace("08:00", "09:00").replace(",1,2026", ",0,2026") for row in rows]
    rows += [f"/{STORM}.html,x,0,,,,{n:x}-1,1,,,,,1,2026-06-13T08:00:00Z" for n in range(1, 90)]
    return text([head, *rows])


def plausible(folder: Path) -> str:
    table = text(
        [
            '"date","hostname","page","visits","visitors","pageviews"',
            f'"2026-06-12","mirror.example.org","/{LAMP}",30,25,40',
            f'"2026-06-13","mirror.example.org","/{LAMP}",20,15,31',
            f'"2026-06-13","mirror.example.org","/{STORM}",20,19,31',
        ]
    )
    with zipfile.ZipFile(folder / "counts", "w") as packed:
        packed.writestr(
            "imported_browsers_20260612_20260613.csv", '"date","browser"\n"2026-06-12","Firefox"\n'
        )
        packed.writestr("imported_pages_20260612_20260613.csv", table)
    return ""


def traffic(_: Path) -> str:
    github = f"/harbour/mirror/blob/main/{LAMP}.md"
    return text(
        ["path,title,count,uniques", f"{github},mirror/lamp.md at main,90,40", "/harbour/mirror,x,9,9"]
    )


@pytest.mark.parametrize(
    ("name", "write", "options"),
    [
        ("caddy", lambda _: text(caddy(f"/{LAMP}", n) for n in range(40)), ()),
        ("goatcounter", goatcounter, ()),
        ("plausible", plausible, ()),
        ("traffic", traffic, ("--date", "2026-06-13")),
    ],
)
def test_every_format_of_counts_is_recognised(
    mirror: Mirror, name: str, write: Callable[[Path], str], options: tuple[str, ...]
) -> None:
    addresses = 'addresses = ["https://git.example.org/harbour/mirror/blob/main/"]'
    site = f'{addresses}\nsite_addresses = ["https://mirror.example.org/"]'
    mirror.configure(re.sub("^addresses = .*", site, mirror.configuration, flags=re.MULTILINE))
    if lines := write(mirror.folder):
        (mirror.folder / "counts").write_text(lines, encoding="utf-8")
    found = counts(mirror, "import", "counts", *options)
    assert [one["format"] for one in found["files"]] == [name]
    assert counts(mirror, "import", "counts", *options)["readers_added"] == 0
    mirror.run("build")
    assert hot(mirror) == [(LAMP, 40)]


def test_a_log_may_come_through_a_pipe(mirror: Mirror) -> None:
    lines = text(readers(f"{ROOT}{LAMP}.md", 30))
    assert counts(mirror, "import", "-", stdin=lines)["readers_added"] == 30


def test_snapshots_of_the_last_fourteen_days_add_up_without_counting_twice(mirror: Mirror) -> None:
    path = f"/harbour/mirror/blob/main/{LAMP}.md"
    mirror.configure(mirror.configuration.replace("src/branch/main", "blob/main"))
    added = [
        imported(
            mirror,
            f"2026-06-{day}_top_paths_snapshot.csv",
            f"url_path,views_total,views_unique\n{path},99,{n}\n",
        )["readers_added"]
        for day, n in ((1, 40), (2, 45), (2, 45), (14, 50), (15, 50), (16, 50))
        for day in [f"{day:02}"]
    ]
    # 14 days up to the 15th begin with the 2nd, so that the 40 of the 1st no longer stand in the window.
    assert added == [40, 5, 0, 5, 40, 5]


def test_what_is_hot_outlives_retention_and_leaves_when_it_no_longer_is(mirror: Mirror) -> None:
    town = 'id = "town"\nkeep = 2'
    narrow = mirror.configuration.replace('id = "town"', town)
    mirror.configure(narrow.replace('type = "markdown"', 'type = "markdown"\nlist_size = 1'))
    mirror.run()
    market = "pages/town/fish-market-tries-a-quieter-auction"
    left = mirror.page(f"{market}.md")
    assert "不在此保留" in left
    assert "不在此保留" not in mirror.page(f"{LAMP}.md")
    imported(mirror, "access.log", text(readers(f"{ROOT}{market}.md", 30)))
    mirror.run()
    page = mirror.page(f"{market}.md")
    assert "the last light in the air takes it" in page
    for picture in re.findall(r"\]\(\.\./\.\./(assets/[^)]+)\)", page):
        assert mirror.git("cat-file", "-t", f"main:{picture}") == "blob\n"
    assert hot(mirror) == [(market, 30)]
    whole = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == whole
    later = START + timedelta(days=60)
    imported(mirror, "later.log", text(readers(f"{ROOT}{LAMP}.md", 30, at=later)))
    mirror.run()
    assert hot(mirror) == [(LAMP, 30)]
    assert mirror.page(f"{market}.md") == left
    tree = mirror.git("ls-tree", "-r", "--name-only", "main")
    assert f"qr/{market}" not in tree
    whole = mirror.out()
    mirror.run("build", "--full")
    assert mirror.out() == whole


def test_a_figure_that_falls_below_the_least_leaves_an_empty_list_and_no_broken_menu(mirror: Mirror) -> None:
    imported(mirror, "access.log", text(readers(f"{ROOT}{LAMP}.md", 30)))
    mirror.run("build")
    later = START + timedelta(days=60)
    imported(mirror, "later.log", text(readers(f"{ROOT}{STORM}.md", 5, at=later)))
    assert mirror.run("build")["pages_written"] == 2  # home and the list
    assert hot(mirror) == []
    out = mirror.out()
    assert b"[\xe7\x83\xad\xe9\x97\xa8](../../indexes/hot.md)" in out[f"{STORM}.md"]
    assert "没有页面达到 20 位读者" in out["indexes/hot.md"].decode()
    assert "## [热门]" not in out["README.md"].decode()


def test_too_few_readers_make_no_list(mirror: Mirror) -> None:
    before = mirror.out()
    imported(mirror, "access.log", text(readers(f"{ROOT}{LAMP}.md", 19)))
    mirror.run("build")
    assert mirror.out() == before


def test_newer_readers_weigh_more(mirror: Mirror) -> None:
    old = readers(f"{ROOT}{LAMP}.md", 60, at=START - timedelta(days=6))
    imported(mirror, "access.log", text([*old, *readers(f"{ROOT}{STORM}.md", 30)]))
    mirror.run("build")
    assert hot(mirror) == [(STORM, 30), (LAMP, 60)]  # 60 six days ago weigh 15
    mirror.configure(mirror.configuration + "\n[hot]\nhalf_life = 30\n")
    mirror.run("build")
    assert hot(mirror) == [(LAMP, 60), (STORM, 30)]


def test_a_bad_line_stops_nothing_and_is_told_by_its_number_alone(mirror: Mirror) -> None:
    good = readers(f"{ROOT}{LAMP}.md", 30)
    bad = [
        combined("/", 3).replace("/Jun/", "/Foo/"),
        combined("/", 3).replace("13/Jun", "31/Jun"),
        combined("/", 3).replace("/2026:", "/2099:"),
        combined("/", 3).replace("/2026:", "/1926:"),
        combined("/", 3)[:60],
        f"{SECRET}3 " + "x" * 10_000_000,
        "\x00" * 100,
    ]
    odd = [combined("\x16\x03\x01\\x00", 3, status=400), combined(f"{ROOT}{LAMP}.md%00\\x22", 3)]
    cut = combined(f"{ROOT}{LAMP}.md", 99)[:70]  # the line that the server is writing
    found = imported(mirror, "access.log", text([*odd, *bad, *good]) + cut, expect=1)
    [file] = found["files"]
    assert (file["readers"], file["unreadable"], file["other"]) == (30, len(bad), 2)
    named = [re.fullmatch(r"access\.log, line ([3-9])", one["url"]) for one in found["failures"]]
    assert len(named) == 5
    assert all(named)
    assert "7 lines" in found["notes"][0]
    mirror.run("build")
    assert hot(mirror) == [(LAMP, 30)]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "no counts in a format"),
        ("empty.log", b"", "no counts in a format"),
        ("endless.log", b"203.0.113.9 " + b"x" * 120_000_000, "this is no log"),
        ("short.log.gz", gzip.compress(b"203.0.113.9 " * 99_999)[:200], "damaged or ends early"),
        ("missing.log", None, "No such file"),
        ("version.csv", b"9Path,Event,Session,Bot,Date\n/x,0,1,0,2026-06-13\n", "this version"),
        ("undated.csv", b"path,title,count,uniques\n/x,x,1,1\n", "for which day"),
        ("pages.csv", b"name,visitors,pageviews\n/x,1,1\n", "for how many days"),
        ("torn.zip", b"PK\x03\x04" + b"\x00" * 50, "damaged"),
    ],
)
def test_a_file_that_is_no_counts_is_refused_in_plain_words(
    mirror: Mirror, name: str, data: bytes | None, reason: str
) -> None:
    if data is not None:
        (mirror.folder / name).write_bytes(data)
    (mirror.folder / "good.log").write_text(text(readers(f"{ROOT}{LAMP}.md", 30)), encoding="utf-8")
    found = counts(mirror, "import", name, "good.log", expect=1)
    assert found["readers_added"] == 30
    [failure] = found["failures"]
    assert reason in failure["reason"]
    assert failure["url"] == name
    assert failure["hint"]


def test_negative_and_impossible_figures_are_left_out(mirror: Mirror) -> None:
    rows = [f"2026-06-13,x,/{LAMP},1,{n},1" for n in ("-5", "1e9", "٣٠", "99999999999999999999", "", "25")]
    wrong = [f"2026-06-31,x,/{LAMP},1,30,1", "2026-06-13,x", '2026-06-13,"' + "x" * 200_000, f"9999-01-01,x,/{LAMP},1,30,1"]  # fmt: skip
    site = 'site_addresses = ["https://mirror.example.org/"]\naddresses'
    mirror.configure(mirror.configuration.replace("addresses", site, 1))
    found = imported(
        mirror, "p.csv", text(["date,hostname,page,visits,visitors,pageviews", *rows, *wrong]), expect=1
    )
    assert (found["readers_added"], found["files"][0]["unreadable"]) == (25, 9)


def test_a_wrong_use_is_refused_before_anything_is_read(mirror: Mirror) -> None:
    for options in (["--format", "iis"], ["--source", "../x"], ["--date", "June"], ["--days", "0"]):
        mirror.command("counts", "import", "access.log", *options, expect=2)
    mirror.configure(mirror.configuration + "\n[hot]\nminimum = 5\n")
    assert "20 or more" in mirror.command("check", "--offline", expect=2).stderr
