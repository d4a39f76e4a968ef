"""``status`` of a real mirror: what it counts is what is there, and it calls a person when one is needed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mirrorpress.archive.timetable import Timetable, keep
from tests.attack.siege import Reply, open_sites
from tests.end_to_end.conftest import Mirror


def weight(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_what_is_counted_is_what_is_there(mirror: Mirror) -> None:
    assert mirror.run("status")["sections"] == []
    assert not (mirror.folder / "archive").exists(), "looking writes nothing"
    mirror.run()
    told = mirror.run("status")
    rows = {row["section"]: row for row in told["sections"]}
    assert [row["articles"] for row in rows.values()] == [4, 5, 4]
    assert [row["new_today"] for row in rows.values()] == [4, 5, 4]
    assert [row["filtered"] for row in rows.values()] == [1, 0, 0], "a video that a title filter leaves out"
    assert [row["excerpts"] for row in rows.values()] == [0, 0, 0]
    assert all(row["succeeded_at"] for row in rows.values())
    disk, archive = told["disk"], mirror.folder / "archive"
    assert disk["out_bytes"] == weight(mirror.folder / "out")
    assert disk["captures_bytes"] == weight(archive / "captures")
    assert disk["pictures_bytes"] == weight(archive / "assets")
    assert disk["index_bytes"] == (archive / "index.sqlite").stat().st_size
    assert disk["free_bytes"] > 0
    assert not list(archive.glob("index.sqlite-*")), "nothing is left behind"
    assert (told["needs"], told["needs_attention"], told["at_work"]) == ([], False, False)

    mirror.newsroom.edition = 2
    mirror.run()
    assert mirror.run("status")["disk"]["out_bytes"] == weight(mirror.folder / "out"), "kept up by each build"
    mirror.configure(mirror.configuration.replace('rights = "own"', 'rights = "excerpt"'))
    told = mirror.run("status")
    assert [row["excerpts"] for row in told["sections"]] == [5, 5, 4]
    assert not told["editions"][0]["up_to_date"]
    mirror.run()
    assert mirror.run("status")["disk"]["out_bytes"] == weight(mirror.folder / "out"), "files left"
    shutil.rmtree(mirror.folder / "out")
    mirror.run("build")
    assert mirror.run("status")["disk"]["out_bytes"] == weight(mirror.folder / "out")


def test_people_get_one_screen_and_those_who_ask_for_troubles_only_troubles(mirror: Mirror) -> None:
    mirror.run("run", "--next-in", "2h")
    lines = mirror.command("status").stderr.splitlines()
    assert lines[0].startswith("Harbour Light 港湾之光 ")
    assert lines[1] == "all well: nothing needs a person"
    assert re.fullmatch(r"next run  \d{4}-\d\d-\d\d \d\d:\d\d UTC, in (2 hours|1[12]\d minutes)", lines[3])
    assert any(line.split()[:3] == ["town", "5", "5"] for line in lines)
    assert len(lines) <= 25
    assert mirror.command("status", "-q").stderr == ""

    good = mirror.configuration
    mirror.configure(good.replace("/en/feed.atom", "/nowhere.atom"))
    mirror.run(expect=1)
    assert mirror.run("status")["needs"] == [], "it may be back tomorrow: it answered before"
    addition = '\n[[sections]]\nid = "lost"\ntitle = "Lost"\npublisher = "harbour"\n'
    source = f'source = {{ type = "feed", url = "{mirror.newsroom.url}/never.xml" }}\n'
    mirror.configure(good.replace("[[links]]", f"{addition}{source}\n[[links]]"))
    mirror.run(expect=1)
    told = mirror.command("status", "-q", expect=1).stderr
    assert told.startswith("✗ lost: its source never answered: ")
    assert "\n  → " in told
    assert mirror.command("status", expect=1).stderr.splitlines()[1] == told.splitlines()[0]


def test_a_run_that_did_not_come_calls_a_person(mirror: Mirror) -> None:
    mirror.run()
    keep(mirror.folder, Timetable(timedelta(hours=2), datetime.now(UTC) - timedelta(days=3)))
    told = mirror.run("status", expect=1)
    assert [need["what"] for need in told["needs"]] == ["run-late"]
    assert told["schedule"]["late"]
    assert "a run was due 3 days ago" in mirror.command("status", expect=1).stderr
    mirror.run("run", "--next-in", "2h")
    assert mirror.run("status")["schedule"]["every_seconds"] == 7200


def test_a_target_that_never_took_anything_and_a_build_that_was_stopped_call_a_person(mirror: Mirror) -> None:
    good = mirror.configuration
    mirror.configure(good.replace("remote.git", "nowhere.git"))
    mirror.run(expect=1)
    assert [need["what"] for need in mirror.run("status", expect=1)["needs"]] == ["target-failing"]
    mirror.configure(good)
    mirror.run()
    assert mirror.run("status")["needs"] == []

    shutil.rmtree(mirror.folder / "out")
    (mirror.folder / "out").write_text("in the way", encoding="utf-8")
    mirror.run(expect=1)
    [need] = mirror.run("status", expect=1)["needs"]
    assert need["what"] == "run-failed"
    assert "cannot be written" in need["reason"]
    assert need["hint"]
    (mirror.folder / "out").unlink()
    mirror.run()
    assert mirror.run("status")["needs"] == []


def test_status_can_be_asked_while_a_run_is_at_work_and_writes_nothing(mirror: Mirror) -> None:
    mirror.run()
    with open_sites() as start:
        site = start()
        site.pages["/f.xml"] = Reply(hang=True)
        text = mirror.configuration.replace("allow_private = [", f'allow_private = ["{site.host}", ')
        mirror.configure(text.replace(f"{mirror.newsroom.url}/en/feed.atom", site.url("/f.xml")))
        process = subprocess.Popen(
            [sys.executable, "-m", "mirrorpress", "run"], cwd=mirror.folder, stderr=subprocess.DEVNULL
        )
        assert site.reached("/f.xml").wait(20)
        before = (mirror.folder / "archive" / "index.sqlite").stat().st_mtime_ns
        told = mirror.run("status")
        assert told["at_work"]
        assert told["last_run"]["finished_at"] is None
        assert {"index.sqlite-wal", "index.sqlite-shm"} <= {
            path.name for path in (mirror.folder / "archive").iterdir()
        }, "what the run needs is still there"
        assert ": at work" in mirror.command("status").stderr
        assert (mirror.folder / "archive" / "index.sqlite").stat().st_mtime_ns == before
        process.kill()
        process.wait()
    told = mirror.run("status")
    assert not told["at_work"]
    assert "was cut short; the next one carries on" in mirror.command("status").stderr
