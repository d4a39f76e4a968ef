"""What the extractor makes of pages, for an operator who looks at one, or a program that reads many."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, closing
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from mirrorpress.app.output import Speaker, counted, printable
from mirrorpress.editions.plain import escape
from mirrorpress.errors import MirrorpressError, UsageError
from mirrorpress.pipeline.extraction import (
    advice,
    as_json,
    extract_lines,
    extract_page,
    is_address,
    loses_links,
    page_isolation,
    read_file,
    read_stream,
)
from mirrorpress.pipeline.report import Report

STDIN = "-"
_UNSURE = 0.6  # confidence below which slower readings are asked: half of such pages are read wrong


def extract_one(place: str, speaker: Speaker, *, url: str = "", allow_private: tuple[str, ...] = ()) -> None:
    """Show what comes of a page: as Markdown on stdout, or as one JSON object; words on stderr.

    ``place`` is a file, ``-`` for stdin, or an address. Raises ``MirrorpressError`` for a page that cannot be
    read, ``UsageError`` for a ``url`` that is none.
    """
    remote = place.lower().startswith(("http://", "https://"))
    if url and remote:
        raise UsageError("--url is for files", where=place, hint="give the address alone")
    if not is_address(url):
        raise UsageError(
            f"--url {url}: not an address",
            where=place,
            hint="write it in full, as https://harbour.example/1.html",
        )
    try:
        if remote:
            body, url, content_type = _fetched(place, allow_private)
        else:
            content_type = ""
            body = read_stream(sys.stdin.buffer, "stdin") if place == STDIN else read_file(place)
        with page_isolation(1) as isolation:
            found = isolation.call(extract_page, body, url, content_type)
            loses = found["url"] is None and isolation.call(loses_links, body, content_type)
    except MirrorpressError as error:
        error.where = "stdin" if place == STDIN else place
        error.hint = advice(error.hint)
        raise
    _describe(found, speaker, loses_links=loses)
    _write(f"{as_json(found)}\n" if speaker.as_json else f"# {escape(found['title'])}\n\n{found['markdown']}")


def _write(text: str) -> None:
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # Markdown and JSON are, whatever the locale
    sys.stdout.write(text)
    sys.stdout.flush()


def _fetched(url: str, allow_private: tuple[str, ...]) -> tuple[bytes, str, str]:
    """A page's bytes, the address where it stands, its content type."""
    from mirrorpress.gather.fetcher import Fetcher  # noqa: PLC0415 - 0.1 s that files save
    from mirrorpress.links import without_tracking  # noqa: PLC0415 - as above
    from mirrorpress.model import FetchPolicy  # noqa: PLC0415 - as above

    with Fetcher(FetchPolicy(allow_private=allow_private, delay=0)) as fetcher:
        capture = fetcher.fetch(url)
    return capture.body, without_tracking(capture.final_url), capture.header("content-type")


def _describe(found: dict[str, Any], speaker: Speaker, *, loses_links: bool) -> None:
    speaker.say(f"“{printable(found['title'])}”")
    pictures = counted(len(found["images"]), "picture")
    speaker.say(
        f"confidence {found['confidence']:.2f}, engine {found['engine']}; "
        f"{len(found['text']):,} characters, {pictures}"
    )
    if found["partial"]:
        speaker.say("· the page holds only the beginning; the rest is kept for paying readers")
    if found["next_page"]:
        speaker.say(
            f"· the article goes on at {found['next_page']}; a mirror joins its pages, this command does not"
        )
    if loses_links:
        speaker.say("· no address is known, so relative links and pictures were dropped; give it with --url")
    if found["confidence"] < _UNSURE:
        speaker.say("· compare it with the page; if it is wrong, set sections.article.body to a selector")


def extract_many(place: str, jobs: int, speaker: Speaker) -> int:
    """Write one line of JSON for every line of ``place`` (``-`` for stdin), and a summary on stderr.

    Returns how many pages failed. Raises ``UsageError`` when ``place`` cannot be opened.
    """
    begun = time.monotonic()
    pages = failures = 0
    report = Report()
    file = _opened(place)
    with ExitStack() as stack:
        isolation = stack.enter_context(page_isolation(jobs))
        lines = stack.enter_context(closing(extract_lines(file, isolation)))
        stack.enter_context(speaker.progress(report))
        try:
            for line in lines:
                pages += 1
                failures += line.failed
                _write(f"{line.json}\n")
                report.watch("pages", pages, 0)
        except KeyboardInterrupt:
            speaker.say(f"interrupted after {counted(pages, 'page')}")
            raise
    seconds = time.monotonic() - begun
    rate = f"{seconds:.1f} s, {pages / seconds:,.1f} pages a second"
    speaker.say(f"{counted(pages, 'page')}, {failures:,} failed; {rate}")
    return failures


def _opened(place: str) -> BinaryIO:
    try:
        # Not sys.stdin: the interpreter wants that for itself when it ends, and a thread may still read it.
        return Path(place).open("rb") if place != STDIN else os.fdopen(os.dup(0), "rb")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the file cannot be read: {getattr(error, 'strerror', error)}",
            where=place.replace("\0", "�"),
            hint="give a file of JSON lines, or - for stdin",
        ) from error
