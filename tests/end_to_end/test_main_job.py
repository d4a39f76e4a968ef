"""The main job: from sources to a pushed Markdown repository, again and again."""

from __future__ import annotations

import io
import re
import sqlite3
from datetime import timedelta, timezone
from pathlib import PurePosixPath
from typing import Any

from PIL import Image

from mirrorpress.app.newsroom import truth
from mirrorpress.app.newsroom.pictures import ARTIST, COMMENT
from mirrorpress.editions.days import long_day
from tests.end_to_end.conftest import Mirror

Published = tuple[Mirror, dict[str, Any]]
NEWSROOM = timezone(timedelta(hours=8))
PAGE = re.compile(r"^pages/([^/]+)/([^/]+)\.md$")


def pages_by_section(mirror: Mirror) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in mirror.git("ls-tree", "-r", "--name-only", "main").splitlines():
        if match := PAGE.match(path):
            found.setdefault(match[1], []).append(match[2])
    return found


def test_first_run_publishes_every_article_whole_and_clean(published: Published) -> None:
    mirror, report = published
    expected = {path: told for path, told in truth(1).items() if not told.skipped}
    assert report["new"] == len(expected) == 13
    assert report["skipped"] == 1
    assert report["failed"] == 0
    assert sorted(pages_by_section(mirror)) == ["bandar", "p2", "town"]
    for path, told in expected.items():
        name = PurePosixPath(path).name.removesuffix(".html")
        page = mirror.page(f"pages/{told.section}/{name}.md")
        plain = re.sub(r"\\([^\w\s])|</?(?:strong|em)>|\*+|\s+", r"\1", page)
        for phrase in told.present:
            assert re.sub(r"\s+", "", phrase) in re.sub(r"\s+", "", plain), (path, phrase)
        for marker in told.absent:
            assert marker not in page, (path, marker)
        assert long_day("zh-Hans", told.published.astimezone(NEWSROOM).date()) in page


def test_second_run_touches_only_what_changed(mirror: Mirror) -> None:
    mirror.run()
    mirror.newsroom.edition = 2
    report = mirror.run()
    assert (report["new"], report["updated"], report["failed"]) == (1, 1, 0)
    changed = mirror.git("diff", "--name-status", "main~1", "main").splitlines()
    assert sorted(changed) == [
        "A\tcorrections/p2/10002.md",
        "A\tpages/p2/10006.md",
        "A\tqr/corrections/p2/10002.png",
        "A\tqr/pages/p2/10006.png",
        "M\tREADME.md",
        "M\tfeed.json",
        "M\tfeed.xml",
        "M\tfeeds/p2.json",
        "M\tfeeds/p2.xml",
        "M\tindexes/corrections.md",
        "M\tindexes/p2.md",
        "M\tpages/p2/10002.md",
        "M\tsitemaps/p2/1.xml",
    ]
    assert mirror.page("pages/p2/10004.md"), "what the newsroom takes away, the mirror keeps"


def test_run_that_learns_nothing_writes_nothing(mirror: Mirror) -> None:
    mirror.run()
    root = mirror.folder / "out"
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    tip = mirror.git("rev-parse", "main")
    report = mirror.run()
    assert (report["new"], report["updated"], report["pages_written"], report["bytes_written"]) == (
        0,
        0,
        0,
        0,
    )
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert mirror.git("rev-parse", "main") == tip


def test_second_run_asks_conditionally_and_never_where_robots_forbid(mirror: Mirror) -> None:
    mirror.run()
    mirror.newsroom.requests.clear()
    mirror.run()
    asked = [request for request in mirror.newsroom.requests if request.path != "/robots.txt"]
    assert asked
    assert {request.status for request in asked} == {304}
    assert not any(request.path.startswith(("/private/", "/pixel/")) for request in asked)
    assert all("desk@example.org" in request.headers["user-agent"] for request in asked)


def test_an_update_becomes_a_revision_and_the_old_one_stays(mirror: Mirror) -> None:
    mirror.run()
    mirror.newsroom.edition = 2
    mirror.run()
    with sqlite3.connect(mirror.folder / "archive" / "index.sqlite") as index:
        rows = index.execute(
            "SELECT r.revision, r.published, r.markdown FROM revisions r JOIN articles a ON a.number = r.article "
            "WHERE a.id = '10002' ORDER BY r.revision"
        ).fetchall()
    index.close()
    assert [row[0] for row in rows] == [1, 2]
    assert rows[0][1] == rows[1][1], "a correction does not move the day of publication"
    assert rows[0][2] != rows[1][2]


def test_incremental_builds_equal_a_full_one(mirror: Mirror) -> None:
    mirror.run()
    mirror.newsroom.edition = 2
    mirror.run()
    incremental = mirror.out()
    report = mirror.run("build", "--full")
    assert report["bytes_written"] == 0
    assert mirror.out() == incremental
    for path in (mirror.folder / "out").rglob("*.md"):
        path.unlink()
    mirror.run("build", "--full")
    assert mirror.out() == incremental


def test_pictures_are_carried_without_their_metadata(published: Published) -> None:
    mirror, _ = published
    assets = [data for path, data in mirror.out().items() if path.startswith("assets/")]
    assert len(assets) >= 5
    for data in assets:
        assert ARTIST.encode() not in data
        assert COMMENT not in data
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.format == "WEBP"
            assert not picture.getexif()
            assert max(picture.size) <= 1000
            assert not {"exif", "icc_profile", "xmp", "comment"} & set(picture.info)


def test_no_page_names_another_server_but_by_a_marked_link(published: Published) -> None:
    mirror, _ = published
    for path, data in mirror.out().items():
        if not path.endswith(".md"):
            continue
        text = data.decode()
        for target in re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text):
            assert not re.match(r"[a-z]+:|//", target), (path, target)
        for label, target in re.findall(r"\[([^\[\]]*)\]\((https?:[^)]*)\)", text):
            assert label.endswith("↗"), (path, target)
            assert target.startswith("https:"), (path, target)
        outside_code = re.sub(r"`[^`\n]*`", "", text)
        assert "http://" not in outside_code, path


def test_every_relative_link_resolves(published: Published) -> None:
    mirror, _ = published
    out = mirror.out()
    for path, data in out.items():
        if path.endswith(".md"):
            for target in re.findall(r"\]\((?!https:|mailto:)([^)]*)\)", data.decode()):
                place = PurePosixPath(path).parent / target
                parts: list[str] = []
                for part in place.parts:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                assert "/".join(parts) in out, (path, target)


def test_a_changed_title_or_right_renders_every_page_anew(mirror: Mirror) -> None:
    mirror.run()
    mirror.configure(mirror.configuration.replace('rights = "own"', 'rights = "excerpt"'))
    mirror.run()
    page = mirror.page("pages/p2/10001.md")
    assert "票价维持不变" not in page
    assert not any(path.startswith("assets/") for path in mirror.out()), "an excerpt shows no pictures"


def test_captures_can_be_read_again_without_the_newsroom(mirror: Mirror) -> None:
    mirror.run()
    mirror.configure(
        mirror.configuration.replace('"div.article_right"', '"div.article_right > h2, div.article_right p"')
    )
    mirror.newsroom.requests.clear()
    report = mirror.run("sync", "--from-captures", "--section", "p2")
    assert mirror.newsroom.requests == []
    assert report["failed"] == 0
    assert report["updated"] + report["unchanged"] == 4


def test_status_and_check_tell_how_things_stand(mirror: Mirror) -> None:
    assert "nothing was mirrored yet" in mirror.command("status").stderr
    checked = mirror.run("check")
    assert [one["entries"] for one in checked["sections"]] == [5, 5, 4]
    assert not (mirror.folder / "archive").exists()
    mirror.run()
    status = mirror.run("status")
    assert {row["section"]: row["articles"] for row in status["sections"]} == {
        "p2": 4,
        "town": 5,
        "bandar": 4,
    }
    assert not status["needs_attention"]
