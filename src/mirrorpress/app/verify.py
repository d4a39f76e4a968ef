"""The command that verifies: copies of editions, and single pages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mirrorpress.app.ending import ALL_WELL, SOME_FAILED, UNSAFE, refuse
from mirrorpress.app.options import allow_private_option, config_option, json_option, quiet_option
from mirrorpress.errors import MirrorpressError, UsageError

if TYPE_CHECKING:
    from mirrorpress.app.output import Speaker
    from mirrorpress.gather.places import Place
    from mirrorpress.model import Configuration
    from mirrorpress.pipeline.verifying import Verdict, Verifier
    from mirrorpress.trust.client import Fetch

# See cli: what costs time to import is imported where it is needed.
# ruff: noqa: PLC0415

_NAMED = 20  # paths of one kind that people are told, unless they ask for all


@click.command()
@click.argument("place", metavar="PATH|URL")
@click.option("--key", "key_file", type=click.Path(path_type=Path), metavar="FILE",
              help="The mirror's key, as key export wrote it.")  # fmt: skip
@click.option("--remember", is_flag=True, help="Know the key given with --key from now on.")
@click.option("--proof", type=click.Path(path_type=Path), metavar="FILE",
              help="Check the saved page at PATH by this proof, offline.")  # fmt: skip
@click.option(
    "--at", metavar="ADDRESS", help="Where the saved page at PATH is from: its address, or its edition's."
)
@click.option("--save-proof", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the proof of the page, to be handed on with it.")  # fmt: skip
@click.option("--address", default="", metavar="ADDRESS",
              help="Where the copy is read, when its own files do not tell it.")  # fmt: skip
@click.option("--branch", default="", metavar="NAME", help="Of a repository; otherwise its main one.")
@click.option("--all", "everything", is_flag=True, help="Of a site, look at every file.")
@click.option(
    "--pages", type=click.IntRange(0), metavar="N", help="Of a site, beside its front (default: 20)."
)
@click.option("--fresh", is_flag=True, help="Judge the copy alone, whatever was seen before.")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where it is kept what was seen before.")  # fmt: skip
@allow_private_option
@config_option
@json_option
@quiet_option
@click.option("-v", "--verbose", is_flag=True, help="Name every file, however many there are.")
def verify(place: str, *, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> None:
    """Check a copy of an edition, or one page, against the mirror's key.

    PATH|URL is a folder, a git repository, a site's address, a page's address, or a saved page.
    """
    from mirrorpress.app.output import Speaker

    speaker = Speaker(as_json=as_json, quiet=quiet, verbose=verbose)
    try:
        _check_options(place, options)
        with _opened(options) as session:
            verdict = session.verdict(place, speaker)
    except MirrorpressError as error:
        sys.exit(refuse(error, speaker))
    _tell(verdict, speaker, session.now)
    speaker.result(_as_json(verdict, session.now))
    sys.exit(_status(verdict))


class _Session:
    """What one verification works with."""

    def __init__(
        self, options: dict[str, Any], configuration: Configuration | None, stack: ExitStack
    ) -> None:
        self.now = datetime.now(UTC)
        self._options = options
        self._configuration = configuration
        self._stack = stack

    def verdict(self, where: str, speaker: Speaker) -> Verdict:
        """Verify what ``where`` names."""
        from mirrorpress.pipeline.report import Report
        from mirrorpress.pipeline.subjects import is_page, page_in_folder, page_on_site, saved_page

        options, report = self._options, Report()
        with speaker.progress(report):
            if options["proof"]:
                return self._by_proof(Path(where), options["proof"], report)
            if options["at"]:
                return self._of_page(saved_page(Path(where), options["at"], self._site), report, speaker)
            if is_page(where):
                return self._of_page(page_on_site(where, self._site), report, speaker)
            if Path(where).is_file():
                return self._of_page(page_in_folder(Path(where)), report, speaker)
            return self._of_copy(where, report)

    # --- the three kinds -----------------------------------------------------------------

    def _of_copy(self, where: str, report: Any) -> Verdict:
        from mirrorpress.gather.places import place_at
        from mirrorpress.pipeline.verifying import SAMPLE

        options = self._options
        if options["save_proof"]:
            raise UsageError("a proof is of one page", where=where, hint="name the page's address or file")
        place = self._stack.enter_context(place_at(where, self._fetch_web, branch=options["branch"]))
        pages = SAMPLE if options["pages"] is None else options["pages"]
        return self._judged(
            place.name,
            place.read,
            report,
            lambda verifier: verifier.copy(
                place, address=_base(options["address"]), sample=None if options["everything"] else pages
            ),
        )

    def _of_page(self, page: Any, report: Any, speaker: Speaker) -> Verdict:
        from mirrorpress.trust.proofs import write_proof

        given = _base(self._options["address"])
        addresses = (given,) if given else page.addresses

        def judged(verifier: Verifier) -> Verdict:
            proving = self._options["save_proof"] is not None
            verdict, proof = verifier.page(
                page.fetch, page.path, page.data, addresses, page.where, proving=proving
            )
            if proof is not None:
                _write(self._options["save_proof"], write_proof(proof))
                speaker.say(f"wrote {self._options['save_proof']}: hand it on with the page")
            return verdict

        return self._judged(page.where, page.fetch, report, judged)

    def _by_proof(self, file: Path, proof_file: Path, report: Any) -> Verdict:
        from dataclasses import replace

        from mirrorpress.pipeline.subjects import read_page
        from mirrorpress.trust.proofs import read_proof

        data, proof = read_page(file), read_proof(read_page(proof_file), str(proof_file))
        if given := _base(self._options["address"]):
            proof = replace(proof, address=given)
        return self._judged(
            str(file), proof.fetch, report, lambda verifier: verifier.proof(proof, data, str(file))
        )

    # --- keys ----------------------------------------------------------------------------

    def _judged(self, where: str, fetch: Fetch, report: Any, judge: Callable[[Verifier], Verdict]) -> Verdict:
        """What ``judge`` says with the root that fits."""
        from mirrorpress.pipeline.knownroots import fitting, state_folder
        from mirrorpress.pipeline.verifying import Verdict, Verifier, keys_in, timestamp_of
        from mirrorpress.trust.answers import Answer

        roots = self._roots()
        root = roots[0] if len(roots) == 1 and self._options["key_file"] else None
        if root is None:
            root = fitting(roots, timestamp_of(fetch), fetch)
        if root is None:
            return Verdict(
                Answer.UNKNOWN_KEY,
                where,
                reason="is signed by keys that are not known here" if roots else "no key is known here",
                hint=_ASK_FOR_KEY,
                keys=keys_in(fetch),
            )
        state = None if self._options["fresh"] else self._options["state"] or state_folder()
        verdict = judge(Verifier(root, state, self.now, report.watch))
        if verdict.answer is Answer.UNKNOWN_KEY:
            from dataclasses import replace

            return replace(verdict, keys=keys_in(fetch))
        return verdict

    def _roots(self) -> Sequence[bytes]:
        """The roots that come into question: the one that was named, else the mirror's own and all others."""
        from mirrorpress.pipeline.knownroots import read_root, remember, remembered

        if file := self._options["key_file"]:
            if self._options["remember"]:
                remember(file)
            return [read_root(file)]
        own: list[bytes] = []
        if self._configuration is not None:
            from mirrorpress.pipeline.authority import Authority, is_signed

            if is_signed(self._configuration.folder):
                own = [Authority(self._configuration.folder).roots[-1]]
        return [*own, *remembered()]

    # --- the web -------------------------------------------------------------------------

    def _fetch_web(self, url: str, **how: Any) -> Any:
        if not hasattr(self, "_fetcher"):
            from dataclasses import replace

            from mirrorpress.gather.fetcher import Fetcher
            from mirrorpress.model import FetchPolicy

            policy = self._configuration.fetch if self._configuration else FetchPolicy()
            private = (*policy.allow_private, *self._options["allow_private"])
            policy = replace(policy, allow_private=private, delay=0, per_host=4)
            self._fetcher = self._stack.enter_context(Fetcher(policy))
        return self._fetcher.fetch(url, **how)

    def _site(self, base: str) -> Place:
        from mirrorpress.gather.places import Site

        return Site(base, self._fetch_web)


@contextmanager
def _opened(options: dict[str, Any]) -> Iterator[_Session]:
    from mirrorpress.app.configuration import load

    chosen = (
        click.get_current_context().get_parameter_source("path") is not click.core.ParameterSource.DEFAULT
    )
    configuration = load(options["path"]) if chosen or options["path"].is_file() else None
    with ExitStack() as stack:
        yield _Session(options, configuration, stack)


def _check_options(place: str, options: dict[str, Any]) -> None:
    for wrong, reason in (
        (options["remember"] and not options["key_file"], "--remember needs --key"),
        (options["proof"] and options["at"], "either --proof or --at"),
        (options["proof"] and options["save_proof"], "either --proof or --save-proof"),
        (options["everything"] and options["pages"] is not None, "either --all or --pages"),
        (options["fresh"] and options["state"], "either --fresh or --state"),
    ):
        if wrong:
            raise UsageError(reason, where=place, hint="see: mirrorpress verify --help")
    if (options["proof"] or options["at"]) and not Path(place).is_file():
        raise UsageError("is no saved page", where=place, hint="name the file that was saved")


def _base(address: str) -> str:
    return address if not address or address.endswith("/") else f"{address}/"


def _write(place: Path, data: bytes) -> None:
    try:
        place.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(place), hint="name another file"
        ) from error


# --- words -----------------------------------------------------------------------------------


def _tell(verdict: Verdict, speaker: Speaker, now: datetime) -> None:
    from mirrorpress.app.output import counted, printable
    from mirrorpress.trust.answers import Answer, is_ahead

    known, found = verdict.known, verdict.findings
    say = speaker.insist if verdict.answer in (Answer.TAMPERED, Answer.UNKNOWN_KEY) else speaker.say
    mark = "✓" if verdict.answer is Answer.VERIFIED else "✗" if say == speaker.insist else "·"
    say(f"{mark} {printable(verdict.where)}: {_headline(verdict, now)}")
    if known is None:
        say(f"  {printable(verdict.reason)}")
        for one in verdict.keys:
            say(f"  it names itself the key {one.fingerprint} {printable(one.name)}".rstrip())
        say(f"  → {printable(verdict.hint)}")
        return
    for what, paths in (
        ("altered", found.altered),
        ("extra", found.extra),
        ("missing", found.missing),
        ("could not be read", found.unread),
    ):
        shown = paths if speaker.verbose else paths[:_NAMED]
        for path in shown:
            say(f"  {what}: {printable(path)}")
        if len(paths) > len(shown):
            say(f"  {what}: and {len(paths) - len(shown):,} more; -v names all")
    if is_ahead(known, now):
        say("  it was signed in the future: the clock of this machine is wrong; set it, and verify again")
    told = speaker.say
    told(f"  edition {known.edition}, signed {known.signed_at:%Y-%m-%d %H:%M} UTC ({_age(verdict, now)})")
    for one in known.keys:
        told(f"  root key {one.fingerprint} {printable(one.name)}".rstrip())
    told(f"  {counted(found.genuine, 'file')} genuine" + (", of a sample" if found.partly else ""))
    if found.address:
        told(f"  a copy read at {printable(found.address)}; its origin: {printable(known.address)}")
    for note in found.notes:
        told(f"  {note}")


def _headline(verdict: Verdict, now: datetime) -> str:
    from mirrorpress.trust.answers import Answer

    known, found = verdict.known, verdict.findings
    if verdict.answer is Answer.TAMPERED:
        return "TAMPERED: do not rely on it"
    if verdict.answer is Answer.UNKNOWN_KEY:
        return "unknown key: nothing is known of it"
    if verdict.answer is Answer.INCOMPLETE:
        count = len(found.missing) + len(found.unread)
        return (
            f"incomplete: what is there is genuine, {count:,} {'file is' if count == 1 else 'files are'} not"
        )
    if verdict.answer is Answer.STALE and known is not None:
        return f"newest verified edition, {_hours(known.signed_at, now)} hours old"
    return "verified"


def _age(verdict: Verdict, now: datetime) -> str:
    from mirrorpress.app.output import ago

    return ago(verdict.known.signed_at, now) if verdict.known else ""


def _hours(moment: datetime, now: datetime) -> int:
    return max(0, round((now - moment).total_seconds() / 3600))


def _as_json(verdict: Verdict, now: datetime) -> dict[str, Any]:
    from mirrorpress.trust.answers import is_ahead

    known, found = verdict.known, verdict.findings
    return {
        "answer": str(verdict.answer),
        "where": verdict.where,
        "edition": known.edition if known else None,
        "address": known.address if known else None,
        "signed_at": known.signed_at if known else None,
        "hours_old": _hours(known.signed_at, now) if known else None,
        "fresh": bool(known and not known.lapsed and not is_ahead(known, now)),
        "clock_is_wrong": bool(known and is_ahead(known, now)),
        "number": known.number if known else None,
        "root": known.root if known else None,
        "keys": [
            {"name": one.name, "fingerprint": one.fingerprint}
            for one in (known.keys if known else verdict.keys)
        ],
        "genuine": found.genuine,
        "missing": found.missing,
        "altered": found.altered,
        "extra": found.extra,
        "unread": found.unread,
        "copy_address": found.address,
        "sample": found.partly,
        "notes": found.notes,
        "reason": verdict.reason,
        "hint": verdict.hint,
    }


def _status(verdict: Verdict) -> int:
    from mirrorpress.trust.answers import Answer

    return {Answer.VERIFIED: ALL_WELL, Answer.STALE: SOME_FAILED, Answer.INCOMPLETE: SOME_FAILED}.get(
        verdict.answer, UNSAFE
    )


_ASK_FOR_KEY = (
    "get the mirror's key by another way than this copy: from somebody who has it, from print, from the "
    "publisher's own channels. Compare the fingerprints, then: mirrorpress verify --key FILE --remember"
)
