"""The command line. Every command ends with one of the exit statuses of ``docs/commands.md``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from mirrorpress import __version__
from mirrorpress.app.ending import ALL_WELL, INTERRUPTED, SOME_FAILED, refuse, tell, tell_end
from mirrorpress.errors import EditionError, MirrorpressError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from mirrorpress.app.output import Speaker
    from mirrorpress.pipeline.run import Run

# Everything that costs time to import is imported by the command that needs it: ``--help`` stays
# under 0.2 s on a small machine.
# ruff: noqa: PLC0415

F = TypeVar("F", bound=Callable[..., Any])

_config = click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mirrorpress.toml"),
    help="The configuration (default: ./mirrorpress.toml).",
)


def _common(command: F) -> F:
    for option in reversed(
        (
            _config,
            click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
            click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong."),
            click.option("-v", "--verbose", is_flag=True, help="Tell every failure, however many there are."),
        )
    ):
        command = option(command)
    return command


_sections = click.option(
    "--section", "only", multiple=True, metavar="ID", help="Only this section (repeatable)."
)


def _speaker(options: dict[str, Any]) -> Speaker:
    from mirrorpress.app.output import Speaker

    return Speaker(
        as_json=options["as_json"],
        quiet=options["quiet"],
        verbose=options["verbose"],
        times=options.get("times", False),
    )


@contextmanager
def _running(options: dict[str, Any], command: str, *, builds: bool = False) -> Iterator[tuple[Run, Speaker]]:
    """A run for one command; ``builds``: it renders pages, so that broken templates end it at once."""
    from mirrorpress.app.configuration import load
    from mirrorpress.app.overrides import rehearse
    from mirrorpress.pipeline.report import Report
    from mirrorpress.pipeline.run import Run

    speaker, report = _speaker(options), Report()
    try:
        configuration = load(options["path"])
        if builds:
            rehearse(configuration)
        with (
            Run(configuration, command, report, only=options.get("only", ())) as run,
            speaker.progress(report),
        ):
            yield run, speaker
    except MirrorpressError as error:
        sys.exit(tell_end(error, report, speaker))
    except KeyboardInterrupt:
        status = tell_end(None, report, speaker)
        # Threads may still wait a minute for a silent server; nothing of what they do is needed.
        os._exit(status)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mirrorpress")
def cli() -> None:
    """Turn a news site that its readers cannot reach into a publication that they can reach, trust and keep.

    \b
    mirrorpress init --source URL    write a mirrorpress.toml to start from
    mirrorpress check                look at the configuration and at every source
    mirrorpress run                  fetch, build and publish
    mirrorpress demo                 see all of it happen on a sample newsroom
    """


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--source", metavar="URL", help="Look at this feed or list page and fill in what it says.")
@click.option(
    "--allow-private",
    multiple=True,
    metavar="HOST:PORT",
    help="A host that may be reached although not public.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
def init(
    folder: Path, source: str | None, allow_private: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Write a commented mirrorpress.toml in FOLDER (default: here)."""
    from mirrorpress.app.output import Speaker
    from mirrorpress.app.probe import probe
    from mirrorpress.app.starter import write_starter

    speaker = Speaker(as_json=as_json, quiet=quiet)
    found = None
    if source:
        from mirrorpress.gather.fetcher import Fetcher
        from mirrorpress.model import FetchPolicy
        from mirrorpress.pipeline.isolate import Isolation

        with Fetcher(FetchPolicy(allow_private=allow_private, delay=0)) as fetcher, Isolation() as isolation:
            found = isolation.call(probe, fetcher.fetch(source))
        what = "a feed" if found.kind == "feed" else "a page that lists articles"
        speaker.say(f"{source} is {what}{f', “{found.title}”' if found.title else ''}")
        if found.feed_url:
            speaker.say(f"it announces a feed, which is the better source: {found.feed_url}")
    path = write_starter(folder, probe=found, allow_private=allow_private)
    speaker.say(f"wrote {path}\nread it, then: mirrorpress check -c {path}")
    speaker.result(
        {"path": str(path), "kind": found.kind if found else "", "title": found.title if found else ""}
    )


@cli.command()
@_common
@_sections
@click.option("--offline", is_flag=True, help="Only the configuration; ask nobody.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of mirrorpress.toml, for editors.")
def check(offline: bool, schema: bool, **options: Any) -> None:
    """Look at the configuration, and at what every source and its newest article give now.

    Stores nothing.
    """
    from mirrorpress.app.configuration import load

    if schema:
        import json

        from mirrorpress.app.schema import json_schema
        from mirrorpress.pipeline.registry import Registry

        click.echo(json.dumps(json_schema(Registry()), ensure_ascii=False, indent=2))
        return
    from mirrorpress.app.output import inventory
    from mirrorpress.app.overrides import rehearse

    configuration, speaker = load(options["path"]), _speaker(options)
    rehearse(configuration)
    speaker.say(f"{options['path']}: all well; {inventory(configuration)}")
    for publisher in configuration.publishers:
        if publisher.excerpt_only:
            why = f"rights: {publisher.rights}" if publisher.rights else "no rights are set"
            speaker.say(f"· {publisher.id}: only excerpts are published ({why})")
    if not configuration.sections:
        speaker.say("· nothing to mirror yet: add [[sections]]")
    results: list[dict[str, Any]] = []
    if not offline:
        from mirrorpress.pipeline.look import look

        results = look(configuration, options["only"], speaker.say)
    speaker.result({"sections": results})
    sys.exit(SOME_FAILED if any(one.get("error") for one in results) else ALL_WELL)


@cli.command()
@_common
@_sections
@click.option("--from-captures", is_flag=True, help="Ask nobody: extract again what was captured before.")
def sync(from_captures: bool, **options: Any) -> None:
    """Fetch what is new or changed into the archive."""
    with _running(options, "sync") as (run, speaker):
        if from_captures:
            run.reread()
        else:
            run.sync()
    sys.exit(tell(run.report, speaker))


@cli.command()
@_common
@click.option("--full", is_flag=True, help="Render every page again, not only what changed.")
def build(full: bool, **options: Any) -> None:
    """Render the editions from the archive into out/."""
    with _running(options, "build", builds=True) as (run, speaker):
        run.build(full=full)
    sys.exit(tell(run.report, speaker))


@cli.command()
@_common
def publish(**options: Any) -> None:
    """Push the editions to their targets."""
    with _running(options, "publish", builds=True) as (run, speaker):
        run.publish()
    sys.exit(tell(run.report, speaker))


@cli.command()
@_common
@_sections
@click.option("--every", metavar="TIME", help="Keep going: a run every so often, such as 30m, 2h or 1d.")
@click.option("--next-in", metavar="TIME", help="When the next run is due; status tells if it does not come.")
@click.option("--times", is_flag=True, help="Begin each line on stderr with the time, as logs need it.")
def run(every: str | None, next_in: str | None, **options: Any) -> None:
    """Sync, build and publish, once or again and again."""
    if every and next_in:
        raise UsageError("either --every or --next-in", hint="--every knows when the next run is due")
    if every:
        sys.exit(_run_again_and_again(every, options))
    from mirrorpress.app.interval import interval

    with _running(options, "run", builds=True) as (one, speaker):
        if next_in:
            one.expect_next(interval(next_in, "--next-in"))
        one.sync()
        one.build()
        one.publish()
    sys.exit(tell(one.report, speaker))


def _run_again_and_again(every: str, options: dict[str, Any]) -> int:
    from mirrorpress.app.configuration import load
    from mirrorpress.app.interval import interval
    from mirrorpress.app.series import repeat
    from mirrorpress.pipeline.run import sections_of

    time = interval(every, "--every")
    sections_of(load(options["path"]), options["only"])  # what is wrong from the start is told at once
    options["times"] = options["times"] or not sys.stderr.isatty()
    flags = {"--json": "as_json", "-q": "quiet", "-v": "verbose", "--times": "times"}
    arguments = [flag for flag, name in flags.items() if options[name]]
    arguments += [word for section in options["only"] for word in ("--section", section)]
    ended_well = repeat(time, options["path"], arguments, _speaker(options))
    return ALL_WELL if ended_well else INTERRUPTED


@cli.command()
@_common
@click.option("--edition", "name", default="", metavar="NAME", help="Which edition (default: the site).")
@click.option("--port", type=click.IntRange(0, 65_535), default=8800, help="Where (default: 8800; 0: any).")
def preview(path: Path, name: str, port: int, **options: Any) -> None:
    """Show an edition in the browser of this machine, with a web server's headers, until Ctrl-C.

    The page is loaded anew after each build.
    """
    from mirrorpress.app.preview import preview

    preview(path, name, port, _speaker(options))


@cli.command()
@click.argument("server", type=click.Choice(["nginx", "caddy", "netlify"]))
@_config
def headers(server: str, path: Path) -> None:
    """Show the lines that make a web server send the site with the right headers.

    netlify is for all hosts that read a file _headers, which the site holds already.
    """
    from mirrorpress.app.configuration import load
    from mirrorpress.editions.headers import for_server
    from mirrorpress.editions.site import SiteEdition

    sites = [one for one in load(path).editions if isinstance(one, SiteEdition)]
    if not sites:
        raise UsageError("there is no site", where=str(path), hint='add [[editions]] with type = "site"')
    click.echo(for_server(server, sites[0].style(load(path))), nl=False)  # type: ignore[arg-type]


@cli.command()
@_common
@_sections
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to.")
@click.option("--count", type=click.IntRange(1, 100), default=10, metavar="N", help="Articles (default: 10).")
def sheet(out: Path | None, count: int, **options: Any) -> None:
    """Write a page to print: what is read most, each with a code that opens it on a phone.

    Where no readers were counted, the newest articles. One HTML file, by default sheet.html in the mirror's
    folder; print it from a browser.
    """
    with _running(options, "sheet") as (run, speaker):
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


@cli.command("import")
@click.argument("source")
@_common
@click.option("--publisher", default="", metavar="ID", help="The publisher of the adopted pages.")
@click.option("--no-pictures", is_flag=True, help="Do not ask for the pages' pictures.")
def import_(source: str, publisher: str, no_pictures: bool, **options: Any) -> None:
    """Adopt the pages of an old-style mirror: a folder or a git address."""
    from mirrorpress.gather.sources.mirror import OldMirror

    with _running(options, "import") as (run, speaker):
        configuration = run.configuration
        if publisher and publisher not in [one.id for one in configuration.publishers]:
            known = ", ".join(one.id for one in configuration.publishers) or "none yet"
            raise UsageError(
                f"no publisher {publisher!r} in {options['path']}", hint=f"publishers are: {known}"
            )
        place = source if OldMirror.is_address(source) else str(Path(source).resolve())
        if place != source and not Path(place).is_dir():
            raise UsageError("there is no such folder", where=place, hint="give a folder or a git address")
        run.adopt(OldMirror(place), publisher=publisher, pictures=not no_pictures)
        excerpts = run.archive.ledger.unlicensed(configuration)
    if excerpts:
        run.report.notes.append(
            f"articles without a publisher that has rights: {excerpts}; only excerpts of them are published. "
            "Add a [[publishers]] table with rights whose url fits their original address, "
            "or import again with --publisher ID"
        )
    run.report.notes.append("next: mirrorpress run, or mirrorpress build to look first")
    sys.exit(tell(run.report, speaker, also={"excerpts_only": excerpts}))


@cli.group()
def counts() -> None:
    """Take over reading counts from logs and counters, and show them: what is read most."""


@counts.command("import")
@click.argument("files", nargs=-1, required=True)
@_common
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
    with _running(options, "counts import") as (run, speaker):
        result = run.count(files, format=form, source=sources_name(source), window=window)
    report = run.report
    speaker.failures(report)
    for line in describe_import(result):
        speaker.say(line)
    speaker.result({**result, **{key: report.as_json()[key] for key in ("failed", "failures", "notes")}})
    sys.exit(SOME_FAILED if report.failures else ALL_WELL)


@counts.command("show")
@_common
def counts_show(**options: Any) -> None:
    """Show what was counted, and what is read most."""
    from mirrorpress.app.configuration import load
    from mirrorpress.app.counts import counts_of, describe

    configuration, speaker = load(options["path"]), _speaker(options)
    found = counts_of(configuration)
    for line in describe(found):
        speaker.say(line)
    speaker.result(found)


@cli.command()
@click.argument("names", metavar="URL", nargs=-1)
@_common
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
        speaker = _speaker(options)
        found = withdrawn_in(load(options["path"]))
        for line in describe(found):
            speaker.say(line)
        speaker.result({"withdrawn": [as_json(one) for one in found]})
        return
    words = None
    if not undo:
        words = words_of(options["reason"], options["public_reason"], keep_title=options["keep_title"])
    with _running(options, "withdraw") as (run, speaker):
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


@cli.command()
@_common
def status(**options: Any) -> None:
    """Say how the mirror stands: what needs a person, runs, sections, failures, disk, targets."""
    from mirrorpress.app.configuration import load
    from mirrorpress.app.screen import screen
    from mirrorpress.app.status import status_of

    configuration, speaker = load(options["path"]), _speaker(options)
    found = status_of(configuration, datetime.now(UTC))
    for line in screen(found, configuration.mirror.title, everything=options["verbose"]):
        speaker.say(line)
    if options["quiet"]:
        speaker.needs(found["needs"])
    speaker.result(found)
    sys.exit(SOME_FAILED if found["needs_attention"] else ALL_WELL)


@cli.command()
@click.argument("kind", type=click.Choice(["systemd", "cron", "github", "gitlab", "forgejo"]))
@_config
@click.option("--every", default="2h", metavar="TIME", help="How often, such as 30m, 2h or 1d (default: 2h).")
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the files below DIR instead of showing them.",
)
@click.option("--system", is_flag=True, help="systemd: for the whole machine, as the owner of the folder.")
@click.option(
    "--package",
    metavar="WHAT",
    default=f"mirrorpress=={__version__}",
    help="CI: what pip installs; an address such as git+https://… too.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
def schedule(kind: str, quiet: bool, **options: Any) -> None:
    """Show ready files that run the mirror again and again: a systemd timer, a crontab, a CI job."""
    from mirrorpress.app.output import Speaker
    from mirrorpress.app.schedules import make

    make(kind, Speaker(quiet=quiet), **options)


@cli.command()
@click.argument("page", metavar="FILE|URL", required=False)
@click.option("--url", default="", metavar="ADDRESS", help="Where a FILE comes from, for its relative links.")
@click.option("--jsonl", metavar="IN", help='Lines of {"id", "path", "url"}: one line of JSON for each.')
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Workers for --jsonl (default: cores).")
@click.option(
    "--allow-private",
    multiple=True,
    metavar="HOST:PORT",
    help="A host that may be reached although not public.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
def extract(page: str | None, *, jsonl: str | None, jobs: int | None, **options: Any) -> None:
    """Show the article that is found in a page, as Markdown; - is stdin."""
    from mirrorpress.app.extract import extract_many, extract_one
    from mirrorpress.app.output import Speaker

    speaker = Speaker(as_json=options.pop("as_json"), quiet=options.pop("quiet"))
    try:
        if page is not None and jsonl is None and not jobs:
            extract_one(page, speaker, **options)
        elif jsonl is not None and page is None and not any(options.values()):
            sys.exit(SOME_FAILED if extract_many(jsonl, jobs or 0, speaker) else ALL_WELL)
        else:
            raise UsageError(
                "either one page, perhaps with --url, or --jsonl, perhaps with --jobs",
                hint="see: mirrorpress extract --help",
            )
    except MirrorpressError as error:
        sys.exit(refuse(error, speaker))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--serve", is_flag=True, help="Only keep the sample newsroom open, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65_535), help="With --serve: where (default: 8700; 0: any).")
@click.option(
    "--day", type=click.IntRange(1, 2), help="With --serve: as on this day; on 2, three articles differ."
)
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
def demo(folder: Path | None, serve: bool, port: int | None, day: int | None, quiet: bool) -> None:
    """Mirror the bundled sample newsroom into FOLDER (default: a new temporary folder), twice."""
    from mirrorpress.app.demo import keep_open, play
    from mirrorpress.app.output import Speaker

    if serve and folder is None:
        keep_open(8700 if port is None else port, day or 1, Speaker(quiet=quiet))
    elif serve or port is not None or day is not None:
        raise UsageError(
            "either FOLDER, or --serve with --port and --day", hint="see: mirrorpress demo --help"
        )
    else:
        sys.exit(play(folder, Speaker(quiet=quiet)))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point: runs a command and turns every error into words and an exit status."""
    from mirrorpress.app.output import Speaker
    from mirrorpress.pipeline.report import Report

    signal.signal(signal.SIGTERM, _stop)
    given = list(sys.argv[1:] if arguments is None else arguments)
    speaker = Speaker(as_json="--json" in given, times="--times" in given)
    try:
        cli.main(args=given, standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        place = context.command_path if context else "mirrorpress"
        wrong = UsageError(error.format_message(), where=place, hint=f"see: {place} --help")
        if context and context.info_name == "extract":
            sys.exit(refuse(wrong, speaker))
        sys.exit(tell_end(wrong, Report(), speaker))
    except (KeyboardInterrupt, click.Abort):
        sys.exit(tell_end(None, Report(), speaker))
    except MirrorpressError as error:
        sys.exit(tell_end(error, Report(), speaker))
    except BrokenPipeError:
        # Nobody reads what is said any more; without this the interpreter would complain of that at its end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
        sys.exit(SOME_FAILED)
    sys.exit(ALL_WELL)


def _stop(number: int, frame: FrameType | None) -> None:
    """A stopped service ends as tidily as Ctrl-C. It is told once: systemd tells each process of a service,
    and ``run --every`` tells its run as well."""
    signal.signal(number, signal.SIG_IGN)
    signal.default_int_handler(number, frame)
