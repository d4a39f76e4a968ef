"""Commands of whoever edits a mirror: what is read, what is printed, what is taken back."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mirrorpress.app.ending import ALL_WELL, SOME_FAILED
from mirrorpress.app.options import common, running, section_option, speaker_for
from mirrorpress.errors import EditionError, UsageError

# See cli: what costs time to import is imported where it is needed.
# ruff: noqa: PLC0415


@click.command()
@common
@section_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to.")
@click.option("--count", type=click.IntRange(1, 100), default=10, metavar="N", help="Articles (default: 10).")
def sheet(out: Path | None, count: int, **options: Any) -> None:
    """Write a page to print: what is read most, each with a code that opens it on a phone.

    Where no readers were counted, the newest articles. One HTML file, by default sheet.html in the mirror's
    folder; print it from a browser.
    """
    with running(options, "sheet") as (run, speaker):
        place = out or run.configuration.folder / "sheet.html"
        made = run.sheet(count=count)
        try:
            place.write_bytes(made.html)
        except OSError as error:
            raise EditionError(
                f"cannot be written: {error.strerror}", where=str(place), hint="name another file with --out"
            ) from error
    speaker.say(f"✓ wrote {place}: {made.articles} of the {made.shows} articles; print it from a browser")
    speaker.result({"path": str(place), "articles": made.articles, "shows": made.shows})


@click.group()
def counts() -> None:
    """Take over reading counts from logs and counters, and show them: what is read most."""


@counts.command("import")
@click.argument("files", nargs=-1, required=True)
@common
@click.option(
    "--format", "form", default="", metavar="NAME", help="The files' format; without it, it is found."
)
@click.option("--source", default="", metavar="NAME", help="Whose counts these are (default: their format).")
@click.option(
    "--date", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day of totals that name none."
)
@click.option("--days", type=click.IntRange(1, 366), metavar="N", help="How many days totals cover.")
def counts_import(
    files: tuple[str, ...], *, form: str, source: str, date: datetime | None, days: int | None, **options: Any
) -> None:
    """Add up who read what, from FILES; - is stdin. Only totals of pages and days are kept."""
    from mirrorpress.app.counts import describe_import, sources_name
    from mirrorpress.gather.counts.formats import FORMATS
    from mirrorpress.gather.counts.records import Window

    if form and form not in FORMATS:
        raise UsageError(f"--format {form}: not known", hint=f"formats are: {', '.join(FORMATS)}")
    window = Window(date.date() if date else None, days or 0)
    with running(options, "counts import") as (run, speaker):
        result = run.count(files, format=form, source=sources_name(source), window=window)
    report = run.report
    speaker.failures(report)
    for line in describe_import(result):
        speaker.say(line)
    speaker.result({**result, **{key: report.as_json()[key] for key in ("failed", "failures", "notes")}})
    sys.exit(SOME_FAILED if report.failures else ALL_WELL)


@counts.command("show")
@common
def counts_show(**options: Any) -> None:
    """Show what was counted, and what is read most."""
    from mirrorpress.app.configuration import load
    from mirrorpress.app.counts import counts_of, describe

    configuration, speaker = load(options["path"]), speaker_for(options)
    found = counts_of(configuration)
    for line in describe(found):
        speaker.say(line)
    speaker.result(found)


@click.command()
@click.argument("names", metavar="URL", nargs=-1)
@common
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the archive, never published.")
@click.option("--public-reason", default="", metavar="TEXT", help="What readers are told of the reason.")
@click.option("--keep-title", is_flag=True, help="Leave the title on the page that stays.")
@click.option("--in-advance", is_flag=True, help="Also addresses that were never mirrored, to refuse them.")
@click.option("--undo", is_flag=True, help="Give back what was withdrawn.")
@click.option("--list", "listing", is_flag=True, help="Show what is withdrawn, and do nothing.")
def withdraw(names: tuple[str, ...], *, undo: bool, listing: bool, **options: Any) -> None:
    """Take articles back: from every edition at the next build, and from what is fetched.

    URL is an article's original address, its address in this mirror, or its path, as pages/town/lamp.md.
    """
    from mirrorpress.app.configuration import load
    from mirrorpress.app.withdraw import describe, withdrawn_in, words_of
    from mirrorpress.pipeline.withdrawing import as_json

    if undo + listing + bool(options["reason"]) > 1 or bool(names) == listing:
        raise UsageError(
            "either addresses with --reason or --undo, or --list alone",
            hint="see: mirrorpress withdraw --help",
        )
    if listing:
        speaker = speaker_for(options)
        found = withdrawn_in(load(options["path"]))
        for line in describe(found):
            speaker.say(line)
        speaker.result({"withdrawn": [as_json(one) for one in found]})
        return
    words = None
    if not undo:
        words = words_of(options["reason"], options["public_reason"], keep_title=options["keep_title"])
    with running(options, "withdraw") as (run, speaker):
        if words is None:
            withdrawn, restored = [], run.restore(names)
        else:
            withdrawn, restored = run.withdraw(names, words, in_advance=options["in_advance"]), []
    for one in withdrawn:
        speaker.say(f"✓ {one.url}: withdrawn")
    for one in restored:
        speaker.say(f"✓ {one.url}: restored")
    speaker.failures(run.report)
    speaker.say("next: mirrorpress run; what was published before stays in the history of a git target")
    speaker.result(
        {
            "withdrawn": [as_json(one) for one in withdrawn],
            "restored": [as_json(one) for one in restored],
            "notes": run.report.notes,
        }
    )
