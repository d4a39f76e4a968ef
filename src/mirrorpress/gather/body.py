"""Reading a response's body within bounds: bytes on the wire, bytes after decompression."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from mirrorpress.errors import FetchError, OversizedError

_GZIP_MAGIC = b"\x1f\x8b"
_BYTES_AT_ONCE = 65536


class _Inflater:
    """Decompresses gzip (RFC 1952, several members too) or deflate (RFC 1950, and RFC 1951 as
    some servers send it) without ever holding more than ``limit`` bytes and one piece."""

    def __init__(self, gzip: bool, limit: int) -> None:
        self._gzip = gzip
        self._limit = limit
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16 if gzip else zlib.MAX_WBITS)
        self._started = False
        self.body = bytearray()

    @property
    def full(self) -> bool:
        return len(self.body) > self._limit

    @property
    def complete(self) -> bool:
        return self._stream.eof or not self._started

    def feed(self, data: bytes) -> None:
        """Raises ``zlib.error`` for data that is not compressed as announced."""
        if data and not self._started:
            self._started = True
            if not self._gzip and not _has_zlib_header(data):
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        while data and not self.full:
            if self._stream.eof:
                if not (self._gzip and data.startswith(_GZIP_MAGIC)):
                    return  # padding after the end, which browsers ignore too
                self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            self.body += self._stream.decompress(data, min(_BYTES_AT_ONCE, self._limit + 1 - len(self.body)))
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail


def _has_zlib_header(data: bytes) -> bool:
    return data[0] & 0x0F == 8 and (len(data) < 2 or int.from_bytes(data[:2], "big") % 31 == 0)


def read_body(chunks: Iterable[bytes], encoding: str, length: str, limit: int, *, cut: bool = False) -> bytes:
    """The decompressed body, of at most ``limit`` bytes.

    ``encoding`` and ``length`` are the Content-Encoding and Content-Length headers. A longer body
    raises ``FetchError``, before anything is read if its length was announced; with ``cut`` its
    beginning is returned instead.
    """
    if not cut and length.isascii() and length.isdigit() and len(length) < 20 and int(length) > limit:
        raise _too_large(limit, f"it announces {int(length):,} bytes")
    names = [name.strip().lower() for name in encoding.split(",")]
    codings = [name for name in names if name not in ("", "identity")]
    if len(codings) > 1 or any(name not in ("gzip", "x-gzip", "deflate") for name in codings):
        raise FetchError(
            f"it came compressed as {encoding!r}, which was not asked for",
            hint="only gzip and deflate are read; the server is set up wrongly",
        )
    if not codings:
        return _read_plain(chunks, limit, cut=cut)
    inflater = _Inflater(codings[0] != "deflate", limit)
    received = 0
    try:
        for chunk in chunks:
            received += len(chunk)
            inflater.feed(chunk)
            if inflater.full or received > limit:  # empty deflate blocks are input without output
                if cut:
                    return bytes(inflater.body[:limit])
                raise _too_large(limit, f"{received:,} compressed bytes were enough to tell")
    except zlib.error as error:
        raise FetchError(f"its compression is broken ({error})", hint="try again later") from error
    if not inflater.complete:
        raise FetchError("it ended in the middle of its compressed data", hint="try again later")
    return bytes(inflater.body)


def _read_plain(chunks: Iterable[bytes], limit: int, *, cut: bool) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            if cut:
                return bytes(body[:limit])
            raise _too_large(limit, "reading stopped there")
    return bytes(body)


def _too_large(limit: int, detail: str) -> FetchError:
    return OversizedError(
        f"larger than {limit:,} bytes ({detail})",
        hint="if it is what you want, raise max_bytes (or max_image_bytes) under [fetch]",
    )
