"""Captures as WARC 1.1 files (ISO 28500): one file a run, one gzip member a record."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from mirrorpress.errors import ArchiveError
from mirrorpress.model import Capture

# Bodies are kept decompressed and in one piece, so these would lie (RFC 9110, 8.4 and 9112, 6.1).
_TRANSPORT = frozenset(("content-encoding", "transfer-encoding", "content-length", "connection"))
# What warcio raises, or falls over, in a file that was cut or damaged.
_DAMAGE = (
    OSError, EOFError, StopIteration, ValueError, TypeError, AttributeError, zlib.error, ArchiveLoadFailed
)  # fmt: skip


class CaptureLog:
    """Appends captures to a new WARC file, opened when the first one comes; reads any of them back."""

    def __init__(self, folder: Path, started: datetime) -> None:
        self._folder = folder
        self._name = f"{started:%Y/%Y-%m-%dT%H%M%S}"
        self._handle: BinaryIO | None = None
        self._writer: WARCWriter | None = None
        self._file = ""

    def append(self, capture: Capture) -> tuple[str, int, int]:
        """Write a capture; returns the file below the folder, its offset and its size in bytes."""
        if self._handle is None:
            self._open()
        assert self._handle is not None and self._writer is not None  # noqa: S101 - for the type checker
        kept = [(name, value) for name, value in capture.headers if name not in _TRANSPORT]
        kept.append(("content-length", str(len(capture.body))))
        record = self._writer.create_warc_record(
            capture.final_url,
            "response",
            payload=BytesIO(capture.body),
            length=len(capture.body),
            http_headers=StatusAndHeaders(f"{capture.status} OK", kept, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": f"{capture.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "WARC-Refers-To-Target-URI": capture.url,
            },
        )
        offset = self._handle.tell()
        self._writer.write_record(record)
        self._handle.flush()
        return self._file, offset, self._handle.tell() - offset

    def _open(self) -> None:
        for attempt in range(1000):
            self._file = f"{self._name}{f'-{attempt}' if attempt else ''}.warc.gz"
            path = self._folder / self._file
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._handle = path.open("xb")
            except FileExistsError:
                continue
            self._writer = WARCWriter(self._handle, gzip=True)
            return
        raise ArchiveError(
            "no free name for a capture file", where=str(self._folder), hint="move old files away"
        )

    def read(self, file: str, offset: int) -> Capture:
        """The capture at a place. Raises ``ArchiveError`` when it is not there."""
        path = self._folder / file
        try:
            with path.open("rb") as handle:
                handle.seek(offset)
                return next(self._records(handle))
        except _DAMAGE as error:
            raise ArchiveError(
                f"the capture at byte {offset} is missing or damaged",
                where=str(path),
                hint="restore archive/captures from a backup; without it the page cannot be extracted again",
            ) from error

    @staticmethod
    def _records(handle: BinaryIO) -> Iterator[Capture]:
        for record in ArchiveIterator(handle, check_digests="raise"):
            http = record.http_headers
            final_url = record.rec_headers.get_header("WARC-Target-URI")
            yield Capture(
                url=record.rec_headers.get_header("WARC-Refers-To-Target-URI") or final_url,
                final_url=final_url,
                fetched_at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
                status=int(http.get_statuscode()),
                headers=tuple((name.lower(), value) for name, value in http.headers),
                body=record.content_stream().read(),
            )

    def close(self) -> None:
        """Close the file under way."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None
