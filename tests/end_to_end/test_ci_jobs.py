"""The CI files of ``schedule``, job after job: each starts with nothing but a fresh clone, as on a git host.

Their own steps are run, from the files. What a build machine lacks is stood in for by small programs on the path:
``python3 -m venv`` and pip, which would install mirrorpress from elsewhere, and GitHub's ``gh``.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.newsroom import Newsroom, sample_configuration
from tests.end_to_end.conftest import Mirror
from tests.schedule import plainyaml

KINDS = ("github", "gitlab", "forgejo")
PLACES = {
    "github": ".github/workflows/mirror.yml",
    "gitlab": ".gitlab-ci.yml",
    "forgejo": ".forgejo/workflows/mirror.yml",
}
VENV = """#!/bin/sh
# python3 -m venv FOLDER, of which only the programs matter
test "$1 $2" = "-m venv" || exit 9
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "pip $*" >>"$HOME/asked"\\n' >"$3/bin/pip"
cp "$HOME/programs/real-mirrorpress" "$3/bin/mirrorpress"
chmod +x "$3/bin/pip" "$3/bin/mirrorpress"
"""
MIRRORPRESS = f"""#!/bin/sh
if [ "$1" = run ] && [ -f "$HOME/meanwhile" ]; then sh "$HOME/meanwhile"; fi
exec {sys.executable} -P -m mirrorpress "$@"
"""


def git(*arguments: str, cwd: Path) -> str:
    told = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return told.stdout


@dataclass
class Done:
    status: int
    words: str


@dataclass
class Host:
    """A git host with a private repository ``control``, whose jobs run the mirror."""

    folder: Path
    kind: str
    newsroom: Newsroom
    jobs: int = 0
    control: Path = field(init=False)
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        self.control, self.home = self.folder / "team" / "control.git", self.folder / "home"
        self.control.parent.mkdir()
        (self.home / "programs").mkdir(parents=True)
        for name, text in (
            ("python3", VENV),
            ("real-mirrorpress", MIRRORPRESS),
            ("gh", '#!/bin/sh\necho "gh $*" >>"$HOME/asked"\n'),
        ):
            program = self.home / "programs" / name
            program.write_text(text)
            program.chmod(0o755)
        for name in ("control", "remote"):
            git("init", "-q", "--bare", "-b", "main", f"team/{name}.git", cwd=self.folder)
        desk = self.folder / "desk"
        desk.mkdir()
        text = sample_configuration(self.newsroom.url, str(self.folder / "team" / "remote.git"))
        (desk / "mirrorpress.toml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-P", "-m", "mirrorpress", "schedule", self.kind, "--write", ".", "-q"]
        subprocess.run(command, cwd=desk, check=True)
        self.commit(desk)

    def commit(self, desk: Path) -> None:
        """Put the desk's files on the main branch."""
        git("init", "-q", "-b", "main", cwd=desk)
        git("add", "-A", cwd=desk)
        git("-c", "user.name=desk", "-c", "user.email=desk@example.org", "commit", "-qm", "files", cwd=desk)
        git("push", "-qf", str(self.control), "main", cwd=desk)

    def change(self, path: str, before: str, after: str) -> None:
        """Change a file of the repository."""
        file = self.folder / "desk" / path
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")
        self.commit(self.folder / "desk")

    def branch(self, name: str) -> str:
        return git("rev-parse", "--verify", "-q", name, cwd=self.control).strip()

    def branches(self) -> set[str]:
        return set(git("for-each-ref", "--format=%(refname:short)", cwd=self.control).split())

    def pages(self) -> list[str]:
        repository = self.folder / "team" / "remote.git"
        names = git("ls-tree", "-r", "--name-only", "main", cwd=repository).splitlines()
        return [name for name in names if name.startswith("pages/")]

    def asked(self) -> list[str]:
        return (self.home / "asked").read_text().splitlines()

    def job(self, *, by_hand: bool = False, expect: int = 0, **variables: str) -> Done:
        """One job, in a clone of its own."""
        self.jobs += 1
        work = self.folder / f"job{self.jobs}"
        environment = {
            "HOME": str(self.home),
            "PATH": f"{self.home / 'programs'}:{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "RUNNER_TEMP": str(self.folder / f"temp{self.jobs}"),
            "GITHUB_PATH": str(self.folder / f"path{self.jobs}"),
            "GITHUB_REPOSITORY": "team/control",
            "GITHUB_SERVER_URL": f"file://{self.folder}",
            "GITHUB_SHA": self.branch("main"),
            "CI_PROJECT_VISIBILITY": "private",
            **variables,
        }
        done = getattr(self, f"_{self.kind}")(work, environment, by_hand)
        assert done.status == expect, done.words
        left = {"archive", "out"} & {path.name for path in work.iterdir()}
        assert not left, "nothing is left to a runner that keeps its folders"
        return done

    def _file(self) -> Any:
        text = git("show", f"main:{PLACES[self.kind]}", cwd=self.control)
        return plainyaml.read(text)

    def _gitlab(self, work: Path, environment: dict[str, str], by_hand: bool) -> Done:
        git("clone", "-q", "--depth=1", f"file://{self.control}", str(work), cwd=self.folder)
        job = self._file()["mirror"]
        source = f'$CI_PIPELINE_SOURCE == "{"web" if by_hand else "schedule"}"'
        [rule] = [one for one in job["rules"] if one["if"] == source]
        environment |= {**job["variables"], **rule.get("variables", {}), **environment}
        return self._step("\n".join([*job["before_script"], *job["script"]]), work, environment)

    def _github(self, work: Path, environment: dict[str, str], by_hand: bool) -> Done:
        job = self._file()["jobs"]["mirror"]
        event = "workflow_dispatch" if by_hand else "schedule"
        environment |= self._values(job.get("env", {}), event)
        work.mkdir()
        last = Done(0, "")
        for step in job["steps"]:
            if uses := step.get("uses"):
                assert re.fullmatch(r"actions/checkout@v\d+", uses)
                git("clone", "-q", "--depth=1", f"file://{self.control}", ".", cwd=work)
                continue
            if last.status and step.get("if") != "always()":
                continue
            added = Path(environment["GITHUB_PATH"])
            path = [*reversed(added.read_text().splitlines() if added.exists() else []), environment["PATH"]]
            values = {**environment, **self._values(step.get("env", {}), event), "PATH": ":".join(path)}
            done = self._step(step["run"], work, values)
            last = Done(last.status or done.status, last.words + done.words)
        return last

    _forgejo = _github

    def _values(self, told: dict[str, str], event: str) -> dict[str, str]:
        """An ``env`` with its expressions worked out, as the host would."""
        known = {
            "github.event_name == 'workflow_dispatch' && 'by hand' || ''": "by hand"
            if event[0] == "w"
            else "",
            "secrets.ARCHIVE_REMOTE": "",
            "secrets.MIRRORPRESS_SSH_KEY": "",
            "vars.MIRRORPRESS_KNOWN_HOSTS": "",
            "github.token": "a-token",
            "github.server_url": "https://git.example.org",
        }
        return {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], value)
            for name, value in told.items()
        }

    @staticmethod
    def _step(script: str, work: Path, environment: dict[str, str]) -> Done:
        # As GitHub runs steps (bash -e); GitLab and Forgejo stop at the first failure as well.
        told = subprocess.run(
            ["bash", "-e", "-c", script], cwd=work, env=environment, capture_output=True, text=True
        )
        return Done(told.returncode, told.stdout + told.stderr)


@pytest.fixture(params=KINDS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    with Newsroom() as newsroom:
        yield Host(tmp_path, request.param, newsroom)


@pytest.fixture
def one_host(tmp_path: Path) -> Iterator[Host]:
    """Where the script alone is at work, which is the same for all."""
    with Newsroom() as newsroom:
        yield Host(tmp_path, "gitlab", newsroom)


def test_jobs_carry_the_archive_from_one_to_the_next(host: Host) -> None:
    refused = host.job(expect=1)
    assert "start the job by hand" in refused.words
    assert host.branches() == {"main"}

    first = host.job(by_hand=True)
    assert "this mirror begins" in first.words
    assert "13 new" in first.words
    assert len(host.pages()) == 13
    assert host.branches() == {"main", "archive"}
    saved = host.branch("archive")

    host.newsroom.edition = 2
    second = host.job()
    assert "1 new, 1 updated" in second.words, "the archive knew the others"
    assert "all well: nothing needs a person" in second.words
    assert host.branch("archive-before") == saved
    assert host.branch("archive") != saved
    assert git("rev-list", "--count", "archive", cwd=host.control).strip() == "1", "no history that grows"

    remote = host.folder / "team" / "remote.git"
    tip = git("rev-parse", "main", cwd=remote)
    third = host.job()
    assert "new" not in re.sub(
        r"nothing new|newest|new_today", "", third.words.split("mirror.sh: the archive")[0]
    )
    assert git("rev-parse", "main", cwd=remote) == tip, "a run that learns nothing makes no commit"
    assert len(host.pages()) == 14

    names = set(git("ls-tree", "--name-only", "archive", cwd=host.control).split())
    assert names >= {"index.sqlite.part-aaaa", "captures", "assets", "timetable.json"}
    assert not names & {"index.sqlite", "lock", "targets", "unfinished", "mirrorpress.toml"}
    assert any(line.startswith("pip install --quiet mirrorpress==") for line in host.asked())
    if host.kind == "github":
        enable = "gh api --silent --method PUT repos/team/control/actions/workflows/mirror.yml/enable"
        assert host.asked().count(enable) == 4, "the keep-alive, after failed jobs too"


def test_a_large_index_travels_in_pieces(one_host: Host, tmp_path: Path) -> None:
    one_host.change("ci/mirror.sh", "piece=40m", "piece=50k")
    one_host.job(by_hand=True)
    names = git("ls-tree", "--name-only", "archive", cwd=one_host.control).split()
    assert len([name for name in names if name.startswith("index.sqlite.part-")]) > 3
    assert "nothing to do" not in one_host.job().words
    status = one_host.job().words
    assert "13 unchanged" in status or "unchanged" in status
    assert len(one_host.pages()) == 13


def test_two_jobs_at_once_do_not_overwrite_each_other(one_host: Host) -> None:
    one_host.job(by_hand=True)
    other = one_host.folder / "other"
    git("clone", "-q", "-b", "archive", f"file://{one_host.control}", str(other), cwd=one_host.folder)
    (one_host.home / "meanwhile").write_text(
        f"cd {other} && echo other >timetable.json && git add . && "
        "git -c user.name=o -c user.email=o@o commit -qm other && git push -q origin HEAD:archive\n"
    )
    lost = one_host.job(expect=1)
    assert "the archive was not saved: another job has" in lost.words
    assert one_host.branch("archive") == git("rev-parse", "HEAD", cwd=other).strip()
    (one_host.home / "meanwhile").unlink()
    one_host.job()


def test_what_goes_wrong_loses_nothing(one_host: Host) -> None:
    one_host.job(by_hand=True)
    saved = one_host.branch("archive")
    # A configuration that is wrong: nothing is saved.
    one_host.change("mirrorpress.toml", "[mirror]", "[miror]")
    assert "the configuration is wrong" in one_host.job(expect=1).words
    assert one_host.branch("archive") == saved
    one_host.change("mirrorpress.toml", "[miror]", "[mirror]")
    # An archive that cannot be asked for: no new one is begun in its place.
    assert (
        "could not be asked for" in one_host.job(expect=1, by_hand=True, ARCHIVE_REMOTE="/nowhere.git").words
    )
    # Some of it failed: what was learned is saved, and the job is well, as this passes by itself.
    one_host.change("mirrorpress.toml", "/en/feed.atom", "/nowhere.atom")
    done = one_host.job()
    assert "discover" in done.words
    assert one_host.branch("archive") != saved
    assert one_host.branch("archive-before") == saved
    # A branch that was lost is not taken for a new mirror, and comes back from the one before.
    git("update-ref", "-d", "refs/heads/archive", cwd=one_host.control)
    assert "archive-before is the archive" in one_host.job(expect=1).words
    git("branch", "archive", "archive-before", cwd=one_host.control)
    one_host.job()
    assert len(one_host.pages()) == 13


def test_status_decides_whether_the_job_failed(one_host: Host) -> None:
    shutil.rmtree(one_host.folder / "team" / "remote.git")
    words = one_host.job(by_hand=True, expect=1).words
    assert "never took anything" in words
    assert "archive" in one_host.branches(), "what was fetched is kept all the same"


@contextmanager
def everybody_reads(folder: Path) -> Iterator[str]:
    """A host that shows its repositories to everybody, by git's "dumb" protocol."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_archive_is_not_put_where_everybody_reads(one_host: Host) -> None:
    git("update-server-info", cwd=one_host.control)
    with everybody_reads(one_host.folder) as url:
        secret = f"{url.replace('//', '//job:secret@')}/team/control.git"
        words = one_host.job(by_hand=True, expect=1, ARCHIVE_REMOTE=secret).words
        assert f"everybody can read {url}/team/control.git" in words
        assert "secret" not in words
        assert "an archive must not be public" in words
        unread = one_host.job(by_hand=True, expect=1, ARCHIVE_REMOTE=f"{url}/team/none.git").words
        assert "everybody" not in unread
    visible = one_host.job(by_hand=True, expect=1, CI_PROJECT_VISIBILITY="internal").words
    assert "make the project private" in visible
    assert one_host.branches() == {"main"}


def test_the_script_touches_no_mirror_of_a_persons_own_machine(mirror: Mirror) -> None:
    mirror.run()
    mirror.command("schedule", "github", "--write", ".")
    git("init", "-q", cwd=mirror.folder)
    told = subprocess.run(["sh", "ci/mirror.sh"], cwd=mirror.folder, capture_output=True, text=True)
    assert told.returncode == 1
    assert "archive/ is here already" in told.stderr
    assert (mirror.folder / "archive" / "index.sqlite").exists()
    assert (mirror.folder / "out" / "markdown" / "README.md").exists()
