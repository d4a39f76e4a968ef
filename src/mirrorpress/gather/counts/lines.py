"""The lines of a file or of stdin, unpacked where need be, with bounded memory whatever it holds."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from mirrorpress.errors import SourceError
from mirrorpress.gather.counts.records import Line

LONGEST = 65_536  # bytes of a line; servers cut a request's line and headers at 8 or 16 kB each
_NO_LOG = 100_000_000  # bytes without a line end: packed nothing, or no text at all
STDIN = "-"


@contextmanager
def opened(name: str) -> Iterator[list[tuple[str, Iterator[Line]]]]:
    """The parts of a file, each with its name and its lines: one, or the CSV files of a ZIP archive.

    ``-`` is stdin. gzip is told by the first bytes. Raises ``SourceError``, also while lines are read.
    """
    with ExitStack() as held:
        with _told(name):
            if name == STDIN:
                stream = cast(io.BufferedReader, sys.stdin.buffer)
            else:
                stream = held.enter_context(Path(name).open("rb"))
            magic = stream.peek(4)[:4]
            if magic == b"PK\x03\x04":
                parts = _members(name, held, stream)
            elif magic[:2] == b"\x1f\x8b":
                unpacked = cast(IO[bytes], held.enter_context(gzip.GzipFile(fileobj=stream)))
                parts = [(name, _lines(name, unpacked))]
            else:
                parts = [(name, _lines(name, stream))]
        yield parts


def _members(name: str, held: ExitStack, stream: IO[bytes]) -> list[tuple[str, Iterator[Line]]]:
    if not stream.seekable():
        raise SourceError("a ZIP archive cannot come from a pipe", where=name, hint="give the file's name")
    archive = held.enter_context(zipfile.ZipFile(stream))
    tables = [one.filename for one in archive.infolist() if one.filename.lower().endswith(".csv")]
    return [(f"{name}/{table}", _member(name, archive, table)) for table in tables[:1000]]


def _member(name: str, archive: zipfile.ZipFile, table: str) -> Iterator[Line]:
    with _told(name), archive.open(table) as stream:
        yield from _lines(f"{name}/{table}", stream)


def _lines(name: str, stream: IO[bytes]) -> Iterator[Line]:
    number = 0
    with _told(name):
        while piece := stream.readline(LONGEST):
            number += 1
            if piece.endswith(b"\n") or len(piece) < LONGEST:
                text = piece.decode("utf-8", "replace")
                yield number, text.removeprefix("\ufeff") if number == 1 else text
                continue
            size = len(piece)
            while (piece := stream.readline(LONGEST)) and not piece.endswith(b"\n"):
                size += len(piece)
                if size > _NO_LOG:
                    raise SourceError(
                        f"line {number} does not end within {_NO_LOG:,} bytes: this is no log",
                        where=name,
                        hint="look at the file; lines before this one were counted",
                    )
            yield number, None


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError) as error:
        raise SourceError(
            "the packed file is damaged or ends early",
            where=name,
            hint="get it again; what could be read of it was counted",
        ) from error
    except RuntimeError as error:  # zipfile says so of members with a password
        raise SourceError("cannot be unpacked: it asks for a password", where=name) from error
    except OSError as error:
        raise SourceError(
            f"cannot be read: {error.strerror or 'no such file'}",
            where=name,
            hint="check its name and rights",
        ) from error
