"""The command line. Every command ends with one of the exit statuses of ``docs/commands.md``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mirrorpress import __version__
from mirrorpress.app import desk, keys, mirrors, serving, verify
from mirrorpress.app.ending import ALL_WELL, INTERRUPTED, SOME_FAILED, refuse, tell, tell_end
from mirrorpress.app.follow import follow
from mirrorpress.app.options import (
    allow_private_option,
    common,
    json_option,
    quiet_option,
    running,
    section_option,
    speaker_for,
)
from mirrorpress.errors import MirrorpressError, UsageError

if TYPE_CHECKING:
    from types import FrameType


# Everything that costs time to import is imported by the command that needs it: ``--help`` stays
# under 0.2 s on a small machine.
# ruff: noqa: PLC0415


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
@allow_private_option
@json_option
@quiet_option
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
@common
@section_option
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

    configuration, speaker = load(options["path"]), speaker_for(options)
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
@common
@section_option
@click.option("--from-captures", is_flag=True, help="Ask nobody: extract again what was captured before.")
def sync(from_captures: bool, **options: Any) -> None:
    """Fetch what is new or changed into the archive."""
    with running(options, "sync") as (run, speaker):
        run.refuse_to_follow("sync")
        if from_captures:
            run.reread()
        else:
            run.sync()
    sys.exit(tell(run.report, speaker))


@cli.command()
@common
@click.option("--full", is_flag=True, help="Render every page again, not only what changed.")
def build(full: bool, **options: Any) -> None:
    """Render the editions from the archive into out/."""
    with running(options, "build", builds=True) as (run, speaker):
        run.refuse_to_follow("build")
        run.build(full=full)
    sys.exit(tell(run.report, speaker))


@cli.command()
@common
def publish(**options: Any) -> None:
    """Push the editions to their targets."""
    with running(options, "publish", builds=True) as (run, speaker):
        run.publish()
    sys.exit(tell(run.report, speaker))


@cli.command()
@common
@section_option
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

    with running(options, "run", builds=True) as (one, speaker):
        if next_in:
            one.expect_next(interval(next_in, "--next-in"))
        one.renew()
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
    ended_well = repeat(time, options["path"], arguments, speaker_for(options))
    return ALL_WELL if ended_well else INTERRUPTED


@cli.command("import")
@click.argument("source")
@common
@click.option("--publisher", default="", metavar="ID", help="The publisher of the adopted pages.")
@click.option("--no-pictures", is_flag=True, help="Do not ask for the pages' pictures.")
def import_(source: str, publisher: str, no_pictures: bool, **options: Any) -> None:
    """Adopt the pages of an old-style mirror: a folder or a git address."""
    from mirrorpress.gather.sources.mirror import OldMirror

    with running(options, "import") as (run, speaker):
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


@cli.command()
@common
def status(**options: Any) -> None:
    """Say how the mirror stands: what needs a person, runs, sections, failures, disk, targets."""
    from mirrorpress.app.configuration import load
    from mirrorpress.app.screen import screen
    from mirrorpress.app.status import status_of

    configuration, speaker = load(options["path"]), speaker_for(options)
    found = status_of(configuration, datetime.now(UTC))
    for line in screen(found, configuration.mirror.title, everything=options["verbose"]):
        speaker.say(line)
    if options["quiet"]:
        speaker.needs(found["needs"])
    speaker.result(found)
    sys.exit(SOME_FAILED if found["needs_attention"] else ALL_WELL)


@cli.command()
@click.argument("page", metavar="FILE|URL", required=False)
@click.option("--url", default="", metavar="ADDRESS", help="Where a FILE comes from, for its relative links.")
@click.option("--jsonl", metavar="IN", help='Lines of {"id", "path", "url"}: one line of JSON for each.')
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Workers for --jsonl (default: cores).")
@allow_private_option
@json_option
@quiet_option
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
@quiet_option
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


for command in (
    desk.sheet,
    desk.counts,
    desk.withdraw,
    serving.preview,
    serving.headers,
    serving.schedule,
    keys.key,
    mirrors.mirrors,
    follow,
    verify.verify,
):
    cli.add_command(command)


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
        if context and context.info_name in ("extract", "verify"):
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
