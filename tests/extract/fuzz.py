"""Mutated pages through the extractor: ``python -m tests.extract.fuzz [--count 20000] [--seed N] [--seconds S]``.

A finding is an exception that is no ``MirrorpressError``, a page over five seconds, or an article that is not safe,
as HTML or as a git host shows its Markdown. The page is then left in a temporary file that is named; ``--page N`` looks
at one page alone. Status 1 when there was a finding.
"""

from __future__ import annotations

import argparse
import faulthandler
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import FrameType

from mirrorpress import links
from mirrorpress.errors import MirrorpressError
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.finish import finish
from mirrorpress.extract.read import read
from mirrorpress.extract.text import clean
from mirrorpress.extract.view import view
from mirrorpress.markup import parse_fragment
from mirrorpress.model import Article

from .cases import all_cases
from .githost import shown
from .mutations import mutated

SECONDS = 5.0
"""Seconds of the processor that a page may take."""
_STUCK = 120.0  # seconds after which even a call that no signal interrupts is given up, and the run with it
_EVERY = 500  # pages between two lines of progress
_TAGS = frozenset(
    "p h2 h3 h4 h5 ul ol li blockquote pre code table thead tbody tr th td figure figcaption img a strong em s sub sup br hr".split()
)
_ATTRIBUTES = {"a": {"href", "rel"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}}
_SHOWN_TAGS = _TAGS - {"figure", "figcaption"} | {"del"}


class Overstayed(BaseException):
    """A page took too long; no ``except`` of ours may catch it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a page: seconds of the processor, why it was refused (empty when it was not), what is wrong."""

    seconds: float
    refused: str = ""
    fault: str = ""


def all_pages() -> list[Page]:
    """The pages of all cases, as they are read there."""
    return [case.page for case in all_cases()]


def look_at(page: Page, *, seconds: float = SECONDS) -> Verdict:
    """Read a page, finish it, and look at what comes out."""
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    refused = fault = ""
    try:
        draft = read(page)
        article = finish(draft, {})
        seen = view(draft)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - start
        fault = "; ".join(chain(faults(draft, article), faults_of_html(seen.html, anywhere=True)))
    except MirrorpressError as error:
        took = time.process_time() - start
        refused = error.reason
        if not error.hint:
            fault = f"no next step is given: {error}"
    except Overstayed:
        took = time.process_time() - start
        fault = f"over {seconds:g} s:\n{traceback.format_exc(limit=-8)}"
    except Exception:  # noqa: BLE001 - any other is what is looked for
        took = time.process_time() - start
        fault = traceback.format_exc(limit=-6)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if took > seconds and not fault:
        fault = f"took {took:.1f} s"
    return Verdict(took, refused, fault)


def faults(draft: Draft, article: Article) -> Iterator[str]:
    """What is not safe, or not fit to be kept, in an article without carried pictures."""
    yield from faults_of_html(article.html)
    rendered = shown(article.markdown)
    for element in parse_fragment(rendered).select("*"):
        if element.tag not in _SHOWN_TAGS:
            yield f"a git host shows <{element.tag}> in {_excerpt(rendered, f'<{element.tag}')}"
        for name, value in element.attrs.items():
            if (element.tag, name) == ("a", "href"):
                if not re.match(r"https://[^/]|mailto:", str(value)):
                    yield f"a git host links to {str(value)[:100]!r}"
            elif (element.tag, name) not in {("td", "align"), ("th", "align"), ("ol", "start")}:
                yield f"a git host shows {name}={str(value)[:50]!r} of <{element.tag}>"
    lines = {
        "title": draft.title, "language": draft.language, "licence": draft.licence, "canonical": draft.canonical, "next page": draft.next_page,
        "excerpt": article.excerpt, "html": article.html, "markdown": article.markdown, "engine": draft.engine,
        **{f"author {n}": author for n, author in enumerate(draft.authors)},
        **{f"picture {n}": f"{one.alt}{one.caption}{one.credit}{one.urls}" for n, one in enumerate(draft.pictures)},
    }  # fmt: skip
    for name, value in lines.items():
        if clean(value) != value:
            yield f"the {name} holds a character that no text should: {value[:100]!r}"
    for name, limit in (("title", 500), ("licence", 3000), ("canonical", 3000), ("next page", 10_000)):
        if len(lines[name]) > limit:
            yield f"the {name} has {len(lines[name]):,} characters"
    for address in filter(
        None, (draft.canonical, draft.next_page, *(url for one in draft.pictures for url in one.urls))
    ):
        if not address.startswith(("http://", "https://")):
            yield f"an address is none: {address[:100]!r}"
    if not 0 <= draft.confidence <= 1:
        yield f"a confidence of {draft.confidence}"


def faults_of_html(html: str, *, anywhere: bool = False) -> Iterator[str]:
    """What is not allowed in an article's HTML, in which no picture was carried; ``anywhere``: pictures may stand
    at any address on the web."""
    for element in parse_fragment(html).select("*"):
        if element.tag not in _TAGS:
            yield f"<{element.tag}> is left in {_excerpt(html, f'<{element.tag}')}"
        for name, value in element.attrs.items():
            if name not in _ATTRIBUTES.get(element.tag, ()):
                yield f"{name}={str(value)[:50]!r} is left of <{element.tag}>"
            if name == "href" and not links.followable(str(value)):
                yield f"a link leads to {str(value)[:100]!r}"
            if name == "src" and not (anywhere and re.match("https?://", str(value))):
                yield f"a picture stands at {str(value)[:100]!r}"


def _excerpt(text: str, what: str) -> str:
    place = max(text.find(what), 0)
    return repr(text[max(place - 60, 0) : place + 60])


def main(arguments: Sequence[str]) -> int:
    """Run, with a line now and then; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.extract.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="pages; 20,000 unless told")
    parser.add_argument("--seed", type=int, default=1, help="a number; the same one gives the same pages")
    parser.add_argument(
        "--seconds", type=float, default=0, help="end after so many seconds, whatever the count"
    )
    parser.add_argument("--page", type=int, help="only the page of this number")
    asked = parser.parse_args(arguments)

    def stop(_: int, __: FrameType | None) -> None:
        raise Overstayed

    signal.signal(signal.SIGVTALRM, stop)
    numbers = range(asked.count) if asked.page is None else range(asked.page, asked.page + 1)
    return _run(numbers, asked.seed, asked.seconds)


def _run(numbers: range, seed: int, seconds: float) -> int:
    pages = all_pages()
    begun = time.monotonic()
    slowest = (0.0, 0)
    largest = (0.0, 0)
    done = refused = found = 0
    for number in numbers:
        page = mutated(f"{seed}:{number}", pages)
        faulthandler.dump_traceback_later(_STUCK, exit=True)
        verdict = look_at(page)
        faulthandler.cancel_dump_traceback_later()
        done += 1
        refused += bool(verdict.refused)
        slowest = max(slowest, (verdict.seconds, number))
        largest = max(largest, (_peak(), -number))
        if verdict.fault:
            found += 1
            _say(
                f"FINDING in page {number} of seed {seed}, left in {_left(page, seed, number)}\n{verdict.fault}"
            )
        since = time.monotonic() - begun
        if done % _EVERY == 0:
            _say(f"{done:,} pages, {refused:,} refused, {found} findings, {done / since:.0f} a second")
        if seconds and since >= seconds:
            break
    _say(
        f"{done:,} pages of seed {seed}, {refused:,} refused, {found} findings; the slowest, page {slowest[1]}, took "
        f"{slowest[0]:.2f} s; the peak of memory, {largest[0]:,.0f} MB, was reached at page {-largest[1]}"
    )
    return 1 if found else 0


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _left(page: Page, seed: int, number: int) -> Path:
    place = Path(tempfile.gettempdir()) / f"mirrorpress-fuzz-{seed}-{number}.html"
    place.write_bytes(page.body)
    return place


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
