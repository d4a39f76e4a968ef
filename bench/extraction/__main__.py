"""Compare extractors on the same pages; ``make bench-extract DATA=folder``. docs/benchmarks.md explains the tables.

python -m bench.extraction [--data DIR] [--wcxb DIR] [--readability DIR] [--trafilatura DIR] [--split dev|test]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.extraction import data, metrics, tables
from bench.extraction.data import Page, Truth
from bench.extraction.engines import ENGINES, OURS, YARDSTICK
from bench.extraction.structure import Structure, address, keys, structure_of, text_of
from bench.extraction.work import WARM_UP, run

_PARTS = {"text": "wcxb", "structure": "readability", "speed": "trafilatura"}  # and the data each needs


def main() -> int:
    """Print the tables. 2 when data are missing."""
    options = _options()
    folders = {_PARTS[part]: getattr(options, _PARTS[part]) for part in options.only}
    if lacking := data.missing(folders, options.split):
        print(
            "The pages to compare on belong to others and are not carried here. Missing:\n", file=sys.stderr
        )
        print("\n".join(f"    {line}" for line in lacking), file=sys.stderr)
        print("\nThen: make bench-extract DATA=folder (the one that holds them all)", file=sys.stderr)
        return 2
    begun = time.monotonic()
    absent = {name: why for name in options.engines if (why := ENGINES[name].absent())}
    present = [name for name in options.engines if name not in absent]
    print(f"Python {platform.python_version()}, one core (number {options.core}) for one engine at a time")
    with tempfile.TemporaryDirectory(prefix="mirrorpress-bench-") as place:
        if "text" in options.only:
            text(options, present, absent, Path(place) / "text")
        if "structure" in options.only:
            structure(options, present, absent, Path(place) / "structure")
        if "speed" in options.only:
            speed(options, present, absent, Path(place) / "speed")
    print(f"\nAll of it took {time.monotonic() - begun:.0f} s.")
    return 0


def text(options: argparse.Namespace, present: Sequence[str], absent: dict[str, str], place: Path) -> None:
    """Texts, titles, dates and authors of WCXB's pages."""
    chosen = list(data.wcxb(options.wcxb, options.split, set(options.types)))[: options.limit]
    truths = [truth for _, truth in chosen]
    pages = data.lay_out((page for page, _ in chosen), place)
    cjk = sum(metrics.mostly_cjk(truth.text) for truth in truths)
    what = f"{len(pages)} pages ({', '.join(options.types)}) of WCXB {options.split}"
    texts = tables.Table(
        f"Text: {what}, word 4-grams ({cjk} by characters), means over pages", tables.TEXT, absent
    )
    facts = tables.Table(f"Facts: {what}, share of the pages whose truth has one", tables.FACTS, absent)
    scores = options.scores.open("w", encoding="utf-8") if options.scores else None
    for name in options.engines:
        readings = run(name, pages, options.core).readings if name in present else []
        found = [metrics.score(truth.text, one["text"]) for truth, one in zip(truths, readings, strict=False)]
        texts.row(name, tables.text_cells(found, [one["error"] for one in readings]))
        facts.rows[name] = _facts(ENGINES[name].gives, truths, readings)
        for page, one in zip(pages, found, strict=False):
            line = {"engine": name, "id": page.id, **vars(one)}
            if scores:
                scores.write(json.dumps(line) + "\n")
    if scores:
        scores.close()
    facts.print_all()


def _facts(gives: str, truths: Sequence[Truth], readings: Sequence[dict]) -> list[str]:
    """Exact titles; exact dates, those a day off and others; exact authors. A dash: the engine gives none."""
    both = list(zip(truths, readings, strict=False))
    titles = [metrics.same_title(truth.title, one["title"]) for truth, one in both if truth.title]
    dates = [metrics.days_apart(truth.published, one["published"]) for truth, one in both if truth.published]
    authors = [metrics.same_authors(truth.author, one["authors"]) for truth, one in both if truth.author]
    columns = {
        "t": [titles],
        "d": [
            [days == 0 for days in dates],
            [days == 1 for days in dates],
            [days is not None and days > 1 for days in dates],
        ],
        "a": [authors],
    }
    return [
        tables.share(sum(column), len(column)) if key in gives else "-"
        for key, group in columns.items()
        for column in group
    ]


def structure(
    options: argparse.Namespace, present: Sequence[str], absent: dict[str, str], place: Path
) -> None:
    """What readability's expected pages hold, as far as the engines keep it."""
    cases = list(data.readability(options.readability))[: options.limit]
    pages = data.lay_out((page for page, _ in cases), place)
    truths = [structure_of(expected, page.url) for page, expected in cases]
    counts = (
        ", ".join(f"{sum(len(one.texts[kind]) for one in truths)} {kind}" for kind in truths[0].texts)
        + f", {sum(len(one.images) for one in truths)} images"
    )
    title = f"Structure: recall on {len(pages)} test pages of readability ({counts})"
    shown = tables.Table(title, tables.STRUCTURE, absent)
    for name in options.engines:
        readings = run(name, pages, options.core, structure=True).readings if name in present else []
        shown.row(name, _kept(pages, truths, readings))


def _kept(pages: Sequence[Page], truths: Sequence[Structure], readings: Sequence[dict]) -> list[str]:
    """Recall of each kind in the text, then of each kind as elements of that kind, then of images."""
    if not readings:
        return []
    within: dict[str, list[tuple[int, int]]] = {}
    such: dict[str, list[tuple[int, int]]] = {}
    images = []
    for page, truth, one in zip(pages, truths, readings, strict=False):
        html = one["html"]
        found = structure_of(html, page.url)
        whole = text_of(html) or one["text"]
        for kind, pieces in truth.texts.items():
            within.setdefault(kind, []).append(metrics.kept(pieces, whole))
            such.setdefault(kind, []).append(metrics.kept_as_such(pieces, found.texts[kind]))
        given = keys({address(image, page.url) for image in one["images"]}.union(*found.images))
        images.append((sum(bool(keys(image) & given) for image in truth.images), len(truth.images)))
    columns = [*within.values(), *such.values(), images]
    return [tables.share(*(sum(side) for side in zip(*column, strict=True))) for column in columns]


def speed(options: argparse.Namespace, present: Sequence[str], absent: dict[str, str], place: Path) -> None:
    """Pages a CPU-second and peak memory; engines take turns, the median of the runs counts."""
    pages = data.lay_out(data.typical(options.trafilatura, options.pages + WARM_UP), place)
    counted = len(pages) - WARM_UP
    sizes = sorted(page.path.stat().st_size for page in pages)
    rates: dict[str, list[float]] = {name: [] for name in present}
    peaks: dict[str, int] = dict.fromkeys(present, 0)
    for _ in range(options.runs):
        for name in present:
            outcome = run(name, pages, options.core, timed=True)
            rates[name].append(counted / outcome.seconds)
            peaks[name] = max(peaks[name], outcome.peak)
    title = (
        f"Speed: {counted} pages of {sizes[0] / 1000:.0f} to {sizes[-1] / 1000:.0f} kB from trafilatura's evaluation, "
        f"CPU time of one core, median of {options.runs} runs"
    )
    shown = tables.Table(title, tables.SPEED, absent)
    yardstick = median(rates[YARDSTICK]) if rates.get(YARDSTICK) else None
    for name in options.engines:
        shown.row(name, tables.speed_cells(rates.get(name, []), peaks.get(name, 0), yardstick))
    if yardstick and rates.get(OURS):
        print(
            f"{OURS} reads {median(rates[OURS]) / yardstick:.2f} times as many pages a second as {YARDSTICK}."
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.extraction", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--data", type=Path, default=Path("data"), help="folder that holds the three below by name"
    )
    for name, origin in data.ORIGINS.items():
        parser.add_argument(f"--{name}", type=Path, help=f"checkout of {origin}; default: {name} in --data")
    parser.add_argument("--split", choices=("dev", "test"), default="dev", help="of WCXB")
    parser.add_argument(
        "--types", type=_list, default=["article"], help="page types of WCXB, comma-separated"
    )
    parser.add_argument("--only", type=_list, default=list(_PARTS), help="text, structure, speed")
    parser.add_argument("--engines", type=_list, default=list(ENGINES), help="comma-separated names")
    parser.add_argument("--limit", type=int, help="pages of WCXB and of readability; default: all")
    parser.add_argument("--pages", type=int, default=100, help="pages to measure speed on")
    parser.add_argument("--runs", type=int, default=3, help="of the speed measure")
    parser.add_argument(
        "--core", type=int, default=_last_core(), help="number of the core that engines run on"
    )
    parser.add_argument(
        "--scores", type=Path, help="file for a JSON line of each engine's score of each page"
    )
    options = parser.parse_args()
    for name in data.ORIGINS:
        if getattr(options, name) is None:
            setattr(options, name, options.data / name)
    for given, known in ((options.only, _PARTS), (options.engines, ENGINES)):
        if unknown := [one for one in given if one not in known]:
            parser.error(f"unknown: {', '.join(unknown)}; known are {', '.join(known)}")
    return options


def _list(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def _last_core() -> int:
    """The highest core that this process may use: the system's own work tends to the first."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


if __name__ == "__main__":
    sys.exit(main())
