"""A run that is killed, or whose push is refused, leaves a mirror that the next run completes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.attack.siege import Mirror, Site, environment, git

# Does what `mirrorpress run` does, and kills itself when so many articles were stored or files written.
KILLED = """
import os, signal, sys
from pathlib import Path
from mirrorpress.app.configuration import load
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.run import Run

path, what, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def watch(under_way, done, total):
    if under_way == what and done >= count:
        os.kill(os.getpid(), signal.SIGKILL)
report = Report(watch=watch)
with Run(load(path), "run", report) as run:
    run.sync()
    run.build()
    run.publish()
"""


def target(remote: Path) -> str:
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    return f'[[targets]]\ntype = "git"\nedition = "markdown"\nurl = {json.dumps(str(remote))}\n'


def hook(remote: Path, name: str, script: str) -> Path:
    path = remote / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def pushed(remote: Path) -> set[str]:
    return set(git("ls-tree", "-r", "-z", "--name-only", "main", cwd=remote).rstrip("\0").split("\0"))


def test_kills_at_every_stage_are_made_good_by_the_next_run(
    mirror: Mirror, site: Site, tmp_path: Path
) -> None:
    remote = tmp_path / "remote.git"
    stories = [site.story(f"/{n}.html", f"Number {n}") for n in range(14)]
    mirror.configure(site, {"news": "/f.xml"}, targets=target(remote), more="list_size = 3")
    for kill, count in ((("articles", 2), 6), (("files", 1), 6), (("files", 9), 10), (("articles", 1), 12)):
        site.feed("/f.xml", stories[:count])
        command = [
            sys.executable,
            "-c",
            KILLED,
            str(mirror.folder / "mirrorpress.toml"),
            kill[0],
            str(kill[1]),
        ]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=50)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert "Traceback" not in done.stderr

    # Killed by the far end of its push: before the branch moves, and after.
    for n, name in enumerate(("pre-receive", "post-receive")):
        site.feed("/f.xml", stories[: 13 + n])
        killer = hook(remote, name, f'kill -9 "$(cat "{mirror.folder}/archive/lock")"')
        process = mirror.start("run")
        process.communicate(timeout=50)
        assert process.returncode == -signal.SIGKILL
        killer.unlink()

    outcome = mirror.run()
    assert (outcome.status, outcome.json["failures"]) == (0, [])
    tree = mirror.tree()
    assert len(mirror.pages()) == 14
    assert pushed(remote) == tree.keys()
    assert not [path for path in tree if path.endswith(".part")]
    outcome = mirror.call("build", "--full", "--json")
    assert (outcome.status, outcome.json["bytes_written"], outcome.json["files_removed"]) == (0, 0, 0)
    assert mirror.tree() == tree
    tip = git("rev-parse", "main", cwd=remote)
    outcome = mirror.run()
    assert (outcome.status, outcome.json["bytes_written"]) == (0, 0)
    assert git("rev-parse", "main", cwd=remote) == tip


def test_one_failing_target_stops_no_other_and_recovers(mirror: Mirror, site: Site, tmp_path: Path) -> None:
    refusing, missing, ahead, well = (
        tmp_path / f"{name}.git" for name in ("refusing", "missing", "ahead", "well")
    )
    folder = tmp_path / "www" / "mirror"
    targets = "".join(map(target, (refusing, ahead, well)))
    targets += f'[[targets]]\ntype = "git"\nedition = "markdown"\nurl = {json.dumps(str(missing))}\n'
    targets += f'[[targets]]\ntype = "directory"\nedition = "markdown"\npath = {json.dumps(str(folder))}\n'
    refusal = hook(refusing, "pre-receive", 'echo "quota exceeded" >&2; exit 1')
    folder.parent.mkdir()
    folder.parent.joinpath("mirror").write_text("in the way", encoding="utf-8")
    site.feed("/f.xml", [site.story(f"/{n}.html", f"Number {n}") for n in range(3)])
    mirror.configure(site, {"news": "/f.xml"}, targets=targets)

    clone = tmp_path / "clone"
    git("clone", "--quiet", str(ahead), str(clone))
    (clone / "LICENSE").write_text("Words of the team.\n", encoding="utf-8")
    who = ("-c", "user.name=Team", "-c", "user.email=team@example.org")
    git("checkout", "--quiet", "-B", "main", cwd=clone)
    git("add", "LICENSE", cwd=clone)
    git(*who, "commit", "--quiet", "-m", "Add a licence", cwd=clone)
    git("push", "--quiet", "origin", "main", cwd=clone)

    outcome = mirror.run()
    assert outcome.status == 1
    assert {one["stage"] for one in outcome.json["failures"]} == {"publish"}
    assert outcome.json["failed"] == 3
    assert "quota exceeded" in json.dumps(outcome.failure("refusing.git"))
    outcome.failure("missing.git")
    outcome.failure("www/mirror")
    tree = mirror.tree()
    assert pushed(well) == tree.keys()
    assert pushed(ahead) == {*tree, "LICENSE"}

    refusal.unlink()
    git("init", "--quiet", "--bare", "--initial-branch=main", str(missing))
    folder.unlink()
    outcome = mirror.run()
    assert (outcome.status, outcome.json["failures"], outcome.json["bytes_written"]) == (0, [], 0)
    for remote in (refusing, missing, well):
        assert pushed(remote) == tree.keys()
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} >= tree.keys()
    tips = [git("rev-parse", "main", cwd=remote) for remote in (refusing, missing, ahead, well)]
    assert mirror.run().status == 0
    assert [git("rev-parse", "main", cwd=remote) for remote in (refusing, missing, ahead, well)] == tips
