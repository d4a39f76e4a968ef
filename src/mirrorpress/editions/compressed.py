"""Files that a web server may send compressed, made beforehand."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Literal

from mirrorpress.model import File

Form = Literal["gzip", "brotli"]

_SUFFIXES = (".html", ".xml", ".json", ".opml", ".js", ".txt", ".webmanifest", ".css")
_LONGEST = 100_000_000  # bytes of a file; ours have less than a tenth
_LEAST = 1024  # bytes; what is smaller fits into a packet as it is


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)  # the same file from the same bytes


def _brotli(data: bytes) -> bytes:
    import brotli  # noqa: PLC0415 - of the extra "brotli"

    compressed: bytes = brotli.compress(data, mode=brotli.MODE_TEXT, quality=9)
    return compressed


_FORMS: Mapping[Form, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": (".gz", _gzip),
    "brotli": (".br", _brotli),
}


def is_installed() -> bool:
    """Whether the extra ``brotli`` is."""
    return find_spec("brotli") is not None


def with_compressed(items: Iterable[File | str], forms: Iterable[Form]) -> Iterator[File | str]:
    """The files, each followed by its compressed forms if it is text; and the paths of all that leave."""
    chosen = [_FORMS[form] for form in forms]
    for item in items:
        yield item
        path = item if isinstance(item, str) else item.path
        if not path.endswith(_SUFFIXES):
            continue
        for suffix, compress in chosen:
            if isinstance(item, str) or not isinstance(item.data, bytes) or len(item.data) < _LEAST:
                yield path + suffix
            else:
                yield File(path + suffix, compress(item.data))


def unfolded(path: str, data: bytes, limit: int = _LONGEST) -> tuple[str, bytes]:
    """The path and bytes that a compressed file stands for. Raises ``ValueError`` for one that is none, or
    holds more than ``limit`` bytes; ``ModuleNotFoundError`` for Brotli without its extra."""
    try:
        if path.endswith(".gz"):
            inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            found, ended = inflater.decompress(data, limit + 1), inflater.eof and not inflater.unused_data
        else:
            import brotli  # noqa: PLC0415 - of the extra "brotli"

            decompressor = brotli.Decompressor()
            found = decompressor.process(data, output_buffer_limit=limit + 1)
            ended = decompressor.is_finished()
    except ModuleNotFoundError:
        raise
    except Exception as error:  # brotli has an error of its own, which need not be installed
        raise ValueError(f"not compressed as its name says: {error}") from error
    if len(found) > limit:
        raise ValueError(f"compressed, and longer than {limit} bytes")
    if not ended:
        raise ValueError("not compressed as its name says: it does not end where it should")
    return path[:-3], found
