"""Pages to what the extractor makes of them, without a mirror: what ``extract`` shows.

read a file | read the page | view the draft | write it down      all in one killable worker
"""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from mirrorpress.errors import MirrorpressError, SourceError
from mirrorpress.model import Picture
from mirrorpress.pipeline.isolate import Isolation
from mirrorpress.pipeline.supply import Inflow
from mirrorpress.pipeline.workrooms import PAGE_MEMORY, PAGE_SECONDS

# What reads pages is imported by the workers alone: it would double what this process costs.
# ruff: noqa: PLC0415

LARGEST = 10_000_000
"""Bytes of a page; as much as is fetched of one."""
LONGEST_LINE = 65_536
"""Bytes of a line that names a page: an id, a path of up to 4,096 bytes and an address."""
_ENDLESS = 1_000_000_000  # bytes of a line after which no further line is waited for
T = TypeVar("T")
_NOWHERE = "https://mirrorpress.invalid/"  # RFC 6761: such a name never exists
# What readers may take for the end of a line, and half a surrogate pair, which UTF-8 cannot say.
_ESCAPED = re.compile("[\x85\u2028\u2029\ud800-\udfff]")
# Hints are written for runs, which come back to a page; who reads one page has to do so himself.
_ADVICE = (
    (re.compile(r"(?:it is asked for again on )?the next run(?: asks (?:again|for it))?"), "try again later"),
    (re.compile(r"^it was left out(?=$|;)"), "open it in a browser to see what it is"),
)

_PRELOAD = ("mirrorpress.extract.read", "mirrorpress.extract.view", "mirrorpress.pipeline.extraction")


def page_isolation(jobs: int = 0) -> Isolation:
    """Workers for reading pages; as many as there are cores unless ``jobs`` says otherwise."""
    return Isolation(
        seconds=PAGE_SECONDS, memory=PAGE_MEMORY, beyond_start=True, workers=jobs, preload=_PRELOAD
    )


# --- one page -------------------------------------------------------------------------------------


def read_file(path: str) -> bytes:
    """The bytes of a page on disk. Raises ``SourceError`` when it cannot be read or is over 10 MB."""
    try:
        with Path(path).open("rb") as file:
            return read_stream(file, path)
    except OSError as error:
        hint = "check the path" if isinstance(error, FileNotFoundError) else "name a file that may be read"
        raise SourceError(
            f"the file cannot be read: {os.strerror(error.errno or 0)}", where=path, hint=hint
        ) from error
    except ValueError as error:
        raise SourceError(
            f"this is not a path: {error}", where=path.replace("\0", "�"), hint="check the path"
        ) from error


def read_stream(file: BinaryIO, where: str) -> bytes:
    """The bytes of a page that is open. Raises ``SourceError`` when it is over 10 MB."""
    body = file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise SourceError(
            f"the page is over {LARGEST:,} bytes", where=where, hint="an article is never that large"
        )
    return body


def extract_page(body: bytes, url: str, content_type: str = "") -> dict[str, Any]:
    """What the extractor makes of a page, in what JSON can say. Run isolated.

    Without ``url``, the address that the page gives itself is taken; without that, relative links and
    pictures are dropped. Raises ``ExtractError`` for a page without an article.
    """
    from mirrorpress.extract.draft import Page
    from mirrorpress.extract.read import read
    from mirrorpress.extract.view import canonical_address, view

    url = url or canonical_address(body)
    draft = read(Page(url=url, body=body, content_type=content_type))
    seen = view(draft)
    return {
        "title": draft.title,
        "authors": list(draft.authors),
        "published": draft.published.isoformat() if draft.published else None,
        "updated": draft.updated.isoformat() if draft.updated else None,
        "language": draft.language or None,
        "lead_image": seen.shown[0].urls[0] if seen.shown else None,
        "images": [_as_json(picture) for picture in seen.shown],
        "html": seen.html,
        "markdown": seen.markdown,
        "text": seen.text,
        "confidence": round(draft.confidence, 4),
        "engine": draft.engine,
        "partial": draft.partial,
        "licence": draft.licence or None,
        "next_page": draft.next_page or None,
        "url": url or None,
    }


def loses_links(body: bytes, content_type: str = "") -> bool:
    """Whether a page without a known address has links or pictures in its article that need one.

    Run isolated. Raises ``ExtractError`` for a page without an article.
    """
    from mirrorpress.extract.draft import Page
    from mirrorpress.extract.read import read
    from mirrorpress.extract.view import view

    seen = view(read(Page(url=_NOWHERE, body=body, content_type=content_type)))
    return _NOWHERE in seen.html


def as_json(value: Any) -> str:
    """One line of JSON for people and programs, readable in any script. It may be written as UTF-8, and no
    reader takes part of it for the end of a line."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def advice(hint: str) -> str:
    """What to do next about one page that was asked for by itself, from what a run would say."""
    for words, instead in _ADVICE:
        hint = words.sub(instead, hint)
    return hint


def _as_json(picture: Picture) -> dict[str, str]:
    return {
        "url": picture.urls[0],
        "alt": picture.alt,
        "caption": picture.caption,
        "credit": picture.credit,
    }


# --- many pages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line of JSON, as ``as_json`` writes it; ``failed`` when it tells of an error."""

    json: str
    failed: bool


def extract_lines(file: BinaryIO, isolation: Isolation) -> Generator[Line, None, None]:
    """A line for every line of ``file`` that is not blank, in the same order: its ``id``, then what
    ``extract_page`` gives. A page that cannot be read, or a line that names none, gives ``error`` instead.
    What is in memory does not grow with the file, which is read in a thread and closed at its end: no answer
    waits for a line that has not come."""
    under_way: deque[tuple[int, bytes]] = deque()
    for answer in isolation.map(_extract_line, Inflow(_noted(_lines(file), under_way))):
        number, line = under_way.popleft()
        if isinstance(answer, MirrorpressError):
            yield Line(_refused(number, line, answer), failed=True)
        else:
            yield Line(answer, failed=False)


def _noted(lines: Iterable[T], under_way: deque[T]) -> Iterator[T]:
    for line in lines:
        under_way.append(line)
        yield line


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers from 1, blank ones left out; of one that is too long, only its beginning.

    Raises ``SourceError`` for one that does not end, as /dev/zero is."""
    with file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            rest, length = line, len(line)
            while not rest.endswith(b"\n") and (rest := file.readline(LONGEST_LINE)):
                length += len(rest)
                if length > _ENDLESS:
                    raise SourceError(
                        f"line {number} is over {_ENDLESS:,} bytes",
                        hint="give a file of JSON lines, or - for stdin",
                    )
            if line.strip():
                yield number, line


def _extract_line(numbered: tuple[int, bytes]) -> str:
    id, path, url = _read_line(*numbered)
    return as_json({"id": id, **extract_page(read_file(path), url)})


def _refused(number: int, line: bytes, error: MirrorpressError) -> str:
    try:
        id = _read_id(_parsed(line))
    except (ValueError, RecursionError):
        id = None
    told = {"reason": error.reason, "hint": advice(error.hint), "line": number}
    return as_json({"id": id, "error": told})


def _read_line(number: int, line: bytes) -> tuple[Any, str, str]:
    """A line's id, path and address. Raises ``SourceError`` when it names no page."""
    hint = 'write lines such as {"id": 1, "path": "page.html", "url": "https://harbour.example/1.html"}'
    if len(line) > LONGEST_LINE:
        raise SourceError(f"line {number} is over {LONGEST_LINE:,} bytes", hint=hint)
    try:
        asked = _parsed(line)
        id = _read_id(asked)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"line {number} is not JSON: {error}", hint=hint) from error
    if not isinstance(asked, dict):
        raise SourceError(f"line {number} is no JSON object", hint=hint)
    path, url = asked.get("path"), asked.get("url") or ""
    if not isinstance(path, str) or not path:
        raise SourceError(f"line {number} has no path", hint=hint)
    if not is_address(url):
        raise SourceError(f"the url of line {number} is no http or https address", hint=hint)
    return id, path, url


def is_address(url: Any) -> bool:
    """Whether a page may stand there; an empty one says that nothing is known."""
    return isinstance(url, str) and (not url or bool(re.match(r"https?://[^/?#\s]", url, re.IGNORECASE)))


def _parsed(line: bytes) -> Any:
    """A line's JSON. Raises ``ValueError``; JSON has no NaN (RFC 8259, section 6)."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is no number of JSON")

    return json.loads(line, parse_constant=refuse)


def _read_id(asked: Any) -> Any:
    """Any JSON that is a page's id. Raises ``ValueError`` for 1e999, which Python takes for infinity."""
    id = asked.get("id") if isinstance(asked, dict) else None
    json.dumps(id, allow_nan=False)
    return id
