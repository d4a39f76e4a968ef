"""The second and later pages of an article: which address comes next, and when to stop."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mirrorpress.errors import MirrorpressError, RefusedError
from mirrorpress.extract.draft import Draft
from mirrorpress.gather.wire import parse_url
from mirrorpress.links import resolve
from mirrorpress.model import Capture

MOST = 20  # further pages; more is a gallery, or a chain without an end

Turn = Callable[[str, int], Capture]
"""Gets the page at an address, of at most so many bytes. Raises ``MirrorpressError``."""


@dataclass
class FurtherPages:
    """Follows an article from page to page, never to an address twice nor to another host.

    ``room`` is how many bytes all further pages may have together. Afterwards ``error`` says why the last
    page that was asked for could not be had, and ``note`` whether a limit ended it.
    """

    turn: Turn
    read: Callable[[Capture], Draft]
    room: int
    error: MirrorpressError | None = None
    note: str = ""
    _seen: set[str] = field(default_factory=set)

    def after(self, capture: Capture, draft: Draft) -> Iterator[tuple[Capture, Draft]]:
        """The pages after the first one, each read."""
        self._seen = {_plain(capture.url), _plain(capture.final_url)}
        host = _host(capture.final_url)
        for count in range(MOST + 1):
            url = _plain(resolve(draft.next_page, capture.final_url)) if draft.next_page else ""
            if not url or url in self._seen or _host(url) != host:
                return
            if count == MOST or self.room <= 0:
                self.note = f"it goes on after page {count + 1}, which is too long to be followed further"
                return
            self._seen.add(url)
            try:
                capture = self.turn(url, self.room)
                final_url = _plain(capture.final_url)
                if final_url != url and (final_url in self._seen or _host(final_url) != host):
                    return  # past its last page, a site leads back to the first one
                self._seen.add(final_url)
                self.room -= len(capture.body)
                draft = self.read(capture)
            except MirrorpressError as error:
                error.where = error.where or url
                self.error = error
                return
            yield capture, draft


def digest_of(captures: Sequence[Capture]) -> str:
    """A digest of the bytes of all pages of an article; of several pages it names their number."""
    digests = [hashlib.sha256(capture.body).hexdigest() for capture in captures]
    if len(digests) == 1:
        return digests[0]
    return f"{len(digests)}:{hashlib.sha256(''.join(digests).encode()).hexdigest()}"


def on_one_page(digest: str) -> bool:
    """Whether a digest is that of an article on one page, which its first page's validators stand for."""
    return bool(digest) and ":" not in digest


def _plain(url: str) -> str:
    """An address without its fragment; an empty string for one that cannot be fetched."""
    try:
        return str(parse_url(url))
    except RefusedError:
        return ""


def _host(url: str) -> str:
    try:
        parsed = parse_url(url)
    except RefusedError:
        return ""
    return f"{parsed.host}:{parsed.port or ''}"
