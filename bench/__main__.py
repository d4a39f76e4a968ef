"""Measure everything and print one table; ``make bench``. docs/benchmarks.md explains the lines.

python -m bench [--mirror 10000] [--pages 100] [--runs 3] [--only build] [--environment .venv]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from bench import corpus, counts, mirrors
from bench.measure import Cost, cost, middle, side_by_side
from bench.newsroom import newsroom
from bench.peers import generators

_ROOT = Path(__file__).parent.parent
_BIN = Path(sys.executable).parent
_MIRRORPRESS = _BIN / "mirrorpress"
_ROUNDS = 5  # of ten new articles
_TEN = 10


@dataclass
class Table:
    """Prints measures as they come."""

    lines: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def head(self, words: str) -> None:
        print(
            f"\n{words}\n{'measure':<52}{'mirrorpress':>16}  {'peer':<36}{'peer has':>12}{'ratio':>8}",
            flush=True,
        )

    def line(
        self, measure: str, value: str, peer: str = "", other: str = "", ratio: float | None = None
    ) -> None:
        shown = "" if ratio is None else f"{ratio:.2f}"
        print(f"{measure:<52}{value:>16}  {peer:<36}{other:>12}{shown:>8}", flush=True)

    def rate(self, measure: str, count: int, ours: Cost, peer: str, theirs: Cost, *, of: int = 0) -> None:
        """Things per CPU-second; the ratio says how many times the peer's rate ours is."""
        mine, other = count / ours.cpu, (of or count) / theirs.cpu
        self.line(measure, f"{mine:,.1f}", peer, f"{other:,.1f}", mine / other)

    def amount(self, measure: str, value: float, unit: str, peer: str, other: float) -> None:
        """Amounts; the ratio says how many times the peer's amount ours is: below 1 is better."""
        self.line(
            measure, f"{value:,.3g} {unit}", peer, f"{other:,.3g} {unit}", value / other if other else None
        )


def main() -> None:
    options = _options()
    begun = time.monotonic()
    table = Table()
    with _workplace() as place:
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, files in {place.parent}")
        print("Rates are per CPU-second of all processes together; the ratio is mirrorpress to peer.")
        if options.only == "build":
            full_build(table, place, options.mirror, options.runs)
        else:
            everything(table, place, options)
    print(f"\nAll of it took {time.monotonic() - begun:.0f} s.")


def everything(table: Table, place: Path, options: argparse.Namespace) -> None:
    """All measures, one after the other."""
    start_up(table, options.environment)
    extraction(table, place, options.pages, options.runs)
    full_build(table, place, options.mirror, options.runs)
    ten_new(table, place, options.mirror)
    nothing_new(table, place, options.mirror)
    table.head(f"An access log of {counts.LINES:,} lines into a mirror of {options.mirror:,}")
    counts.counting(table, place / f"mirror-{options.mirror}", _MIRRORPRESS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mirror", type=int, default=10_000, help="articles in the large mirror")
    parser.add_argument("--pages", type=int, default=100, help="pages to extract")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median counts")
    parser.add_argument("--only", choices=["build"], help="measure nothing but full builds")
    parser.add_argument("--environment", type=Path, default=_ROOT / ".venv", help="whose size is measured")
    return parser.parse_args()


@contextmanager
def _workplace() -> Iterator[Path]:
    """A new folder in memory, where the disk cannot blur the figures; else a temporary one."""
    memory = Path("/dev/shm")  # noqa: S108 - shared memory; mkdtemp makes the folder ours alone
    fits = memory.is_dir() and shutil.disk_usage(memory).free > 3_000_000_000
    folder = Path(tempfile.mkdtemp(prefix="mirrorpress-bench-", dir=memory if fits else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


# --- start-up ----------------------------------------------------------------------------------


def start_up(table: Table, environment: Path) -> None:
    """``--help``, beside pip's; and what an installation takes."""
    table.head("Start-up and size")
    for name in ("--help", "--version"):
        costs = side_by_side(
            7,
            {
                "ours": lambda name=name: cost([_MIRRORPRESS, name], cwd=_ROOT),
                "pip": lambda: cost([_BIN / "pip", "--version"], cwd=_ROOT),
            },
        )
        table.amount(f"mirrorpress {name}, wall", costs["ours"].wall, "s", "pip --version", costs["pip"].wall)
    if environment.is_dir():
        size = _megabytes(environment)
        libraries = next(environment.glob("lib/python*/site-packages"))
        table.line("size of the environment", f"{size:,.0f} MB")
        table.line("distributions in it", f"{len(list(libraries.glob('*.dist-info')))}")


def _megabytes(folder: Path) -> float:
    said = subprocess.run(["du", "-sk", str(folder)], check=True, capture_output=True, text=True).stdout
    return int(said.split()[0]) / 1024


# --- pages to files ----------------------------------------------------------------------------


def extraction(table: Table, place: Path, pages: int, runs: int) -> None:
    """Captures on disk to built pages, by selector and automatically.

    The rates leave out what a single page costs, which is start-up: a mirror's first run has thousands.
    """
    table.head(f"{pages} pages of 75 to 150 kB to Markdown files, pages per CPU-second beyond start-up")
    sizes = (1, pages + 1)
    captured: dict[tuple[str, int], Path] = {}
    for mode, body in (("selector", corpus.BODY), ("automatic", "")):
        for size in sizes:
            captured[mode, size] = mirrors.found(place / f"{mode}-{size}", body=body)
            _module("bench.mirrors", "captures", captured[mode, size], 0, size, size)
    work = place / "work"

    def ours(mode: str, size: int) -> Cost:
        shutil.copytree(captured[mode, size], work)
        extracted = cost([_MIRRORPRESS, "sync", "--from-captures", "-q"], cwd=work)
        built = cost([_MIRRORPRESS, "build", "-q"], cwd=work)
        found = sum(1 for _ in (work / "out" / "markdown" / "pages").rglob("*.md"))
        assert found == size, f"{found} of {size} pages were built"
        shutil.rmtree(work)
        return extracted + built

    def peer(name: str, size: int) -> Cost:
        command = [_BIN / "python", "-m", "bench.peers.extractors", name, captured["selector", size], work]
        spent = cost(command, cwd=_ROOT)
        shutil.rmtree(work)
        return spent

    contestants = {
        "selector": partial(ours, "selector"),
        "automatic": partial(ours, "automatic"),
        "trafilatura": partial(peer, "trafilatura"),
        "markdownify": partial(peer, "markdownify"),
    }
    start = {name: contestant(1) for name, contestant in contestants.items()}
    whole = side_by_side(runs, {name: partial(one, pages + 1) for name, one in contestants.items()})
    costs = {name: whole[name] - start[name] for name in contestants}
    for name in ("selector", "automatic"):
        words = f"{name}: extract, store, build"
        table.rate(words, pages, costs[name], "trafilatura, convert only", costs["trafilatura"])
        table.rate(words, pages, costs[name], "bs4 + markdownify, convert only", costs["markdownify"])
    table.amount(
        "start-up of sync and build, CPU", start["selector"].cpu, "s", "trafilatura", start["trafilatura"].cpu
    )
    table.amount(
        "peak memory, automatic, all processes",
        whole["automatic"].tree / 1e6,
        "MB",
        "trafilatura",
        whole["trafilatura"].tree / 1e6,
    )


# --- building ----------------------------------------------------------------------------------


def full_build(table: Table, place: Path, size: int, runs: int) -> None:
    """All pages, lists, feeds and QR codes from an archive, on one core, beside two generators."""
    names = " + ".join(mirrors.editions())
    table.head(
        f"Full build of {size:,} articles ({names}; lists, feeds, QR codes), one core, articles per CPU-second"
    )
    mirror = _mirror(place, size)
    few = size // 10

    def ours() -> Cost:
        mirrors.forget_builds(mirror)  # files that were looked at before would not be looked at again
        return cost([_MIRRORPRESS, "build", "--full", "-q"], cwd=mirror, one_core=True)

    def theirs(command: Sequence[str | Path], site: Path) -> Cost:
        for out in ("output", "public", "resources"):  # the last: where Hugo keeps pictures between runs
            shutil.rmtree(site / out, ignore_errors=True)
        return cost(command, cwd=site, one_core=True)

    hugo = place / "hugo"
    generators.hugo_site(hugo, size)
    generators.pelican_site(place / "pelican", few)
    program = generators.hugo_program()
    costs = side_by_side(
        runs,
        {
            "ours": ours,
            "hugo-qr": lambda: theirs([program, "--config", "qr.toml"], hugo),
            "hugo": lambda: theirs([program], hugo),
        },
    )
    pelican = theirs([_BIN / "pelican"], place / "pelican")
    mine = costs["ours"]
    table.rate("full build", size, mine, "Hugo with QR codes", costs["hugo-qr"])
    table.rate("full build", size, mine, "Hugo without QR codes", costs["hugo"])
    table.rate("full build", size, mine, f"Pelican, {few:,} articles, no QR", pelican, of=few)
    table.amount("peak memory", mine.tree / 1e6, "MB", "Hugo with QR codes", costs["hugo-qr"].tree / 1e6)
    shutil.rmtree(hugo)
    shutil.rmtree(place / "pelican")


def _mirror(place: Path, size: int) -> Path:
    """A mirror with a git remote and ``size`` articles in its archive."""
    folder = mirrors.found(place / f"mirror-{size}", remote=True)
    _module("bench.mirrors", "add", folder, 0, size, size)
    return folder


def _module(name: str, *arguments: object) -> None:
    subprocess.run([sys.executable, "-m", name, *(str(one) for one in arguments)], cwd=_ROOT, check=True)


# --- ten new articles ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Round:
    """What one round of ten new articles took."""

    cost: Cost
    files: int
    wire: int


def ten_new(table: Table, place: Path, size: int) -> None:
    """Ten new articles, from the changed archive to the pushed commit."""
    small = size // 10
    table.head(f"{_TEN} new articles into a mirror of {size:,}, from changed archive to pushed commit")
    large_mirror, small_mirror = place / f"mirror-{size}", _mirror(place, small)
    contestants: dict[str, tuple[int, Callable[[int, int], Round]]] = {}
    for name, mirror, count in (("large", large_mirror, size), ("small", small_mirror, small)):
        cost([_MIRRORPRESS, "publish", "-q"], cwd=mirror)
        contestants[name] = (count, lambda count, first, mirror=mirror: _publish(mirror, count, first))
    for name, count in (("old large", size), ("old small", small)):
        folder = place / f"old-{count}"
        _module("bench.peers.oldway", "found", folder, count, 0, count)
        contestants[name] = (count, lambda count, first, folder=folder: _old_run(folder, count, first))
    rounds: dict[str, list[Round]] = {name: [] for name in contestants}
    for number in range(_ROUNDS):
        for name, (count, contestant) in contestants.items():
            rounds[name].append(contestant(count, count + number * _TEN))
    costs = {name: middle([one.cost for one in found]) for name, found in rounds.items()}
    files = {name: median(one.files for one in found) for name, found in rounds.items()}
    wire = {name: median(one.wire for one in found) / 1000 for name, found in rounds.items()}
    idle = middle([cost([_MIRRORPRESS, "build", "-q"], cwd=large_mirror) for _ in range(_ROUNDS)])
    for other, words in (("small", f"mirror of {small:,}"), ("old large", f"old scripts, {size:,}")):
        table.amount("CPU-seconds", costs["large"].cpu, "s", words, costs[other].cpu)
        table.amount("wall", costs["large"].wall, "s", words, costs[other].wall)
        table.amount("files in the commit", files["large"], "", words, files[other])
        table.amount("git objects on the wire", wire["large"], "kB", words, wire[other])
        table.amount(
            "peak memory, all processes", costs["large"].tree / 1e6, "MB", words, costs[other].tree / 1e6
        )
    table.amount(
        "CPU-seconds, old scripts themselves",
        costs["old large"].cpu,
        "s",
        f"old scripts, {small:,}",
        costs["old small"].cpu,
    )
    table.line("  of which starting and finding nothing to build", f"{idle.cpu:.3g} s")
    table.line("  so for the ten articles themselves", f"{costs['large'].cpu - idle.cpu:.3g} s")
    table.line(
        "git objects on the wire per new article",
        f"{wire['large'] / _TEN:.2f} kB",
        "old scripts",
        f"{wire['old large'] / _TEN:.2f} kB",
        wire["large"] / wire["old large"],
    )
    table.line(
        "peak memory, mirrorpress / git at the remote",
        f"{costs['large'].main / 1e6:.0f} / {costs['large'].child / 1e6:.0f} MB",
    )


def _publish(mirror: Path, size: int, first: int) -> Round:
    _module("bench.mirrors", "add", mirror, first, _TEN, size)
    before = _tip(mirror)
    spent = cost([_MIRRORPRESS, "publish", "-q"], cwd=mirror)
    return _round(mirror, before, spent)


def _old_run(folder: Path, size: int, first: int) -> Round:
    before = _tip(folder)
    spent = cost([_BIN / "python", "-m", "bench.peers.oldway", "run", folder, size, first, _TEN], cwd=_ROOT)
    return _round(folder, before, spent)


def _round(folder: Path, before: str, spent: Cost) -> Round:
    """The pack that a push sends is made again, since a local remote does not say its size."""
    after = _tip(folder)
    assert after != before, "nothing was pushed"
    remote = folder / "remote.git"
    pack = subprocess.run(
        [
            "git",
            "-C",
            str(remote),
            "pack-objects",
            "--revs",
            "--thin",
            "--delta-base-offset",
            "--stdout",
            "-q",
        ],
        input=f"{after}\n^{before}\n".encode(),
        check=True,
        capture_output=True,
    ).stdout
    names = _git_says(remote, "diff", "--name-only", before, after).splitlines()
    return Round(spent, len(names), len(pack))


def _tip(folder: Path) -> str:
    return _git_says(folder / "remote.git", "rev-parse", "main").strip()


def _git_says(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


# --- nothing new -------------------------------------------------------------------------------


def nothing_new(table: Table, place: Path, size: int) -> None:
    """A whole ``run`` against feeds that have not changed."""
    mirror = place / f"mirror-{size}"
    table.head(f"run with nothing new, mirror of {size:,}, {len(corpus.SECTIONS)} feeds that answer 304")
    with newsroom(mirrors.feeds(mirror, size)) as address:
        text = (mirror / "mirrorpress.toml").read_text(encoding="utf-8")
        (mirror / "mirrorpress.toml").write_text(text.replace(f'"{corpus.SITE}/', f'"{address}/'), "utf-8")
        cost([_MIRRORPRESS, "run", "-q"], cwd=mirror)  # reads the feeds for the first time
        before = _tip(mirror)
        spent = middle([cost([_MIRRORPRESS, "run", "-q"], cwd=mirror) for _ in range(3)])
        assert _tip(mirror) == before, "a run with nothing new made a commit"
    table.line("CPU-seconds / wall", f"{spent.cpu:.2f} / {spent.wall:.2f} s")
    table.line(
        "peak memory, mirrorpress / all processes", f"{spent.main / 1e6:.0f} / {spent.tree / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
