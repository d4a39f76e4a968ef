"""One entry to one article: fetch | extract | join | carry pictures | finish.

Runs in threads; stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from mirrorpress.errors import FetchError, MirrorpressError, RefusedError, SourceError
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.finish import finish
from mirrorpress.extract.joining import join
from mirrorpress.extract.memory import SiteMemory
from mirrorpress.extract.pictures import carry
from mirrorpress.extract.read import read
from mirrorpress.gather.wire import parse_url
from mirrorpress.links import without_tracking
from mirrorpress.model import (
    Article,
    ArticleRules,
    Asset,
    Capture,
    Configuration,
    Entry,
    Layout,
    Picture,
    Section,
    Validators,
)
from mirrorpress.pipeline.furtherpages import FurtherPages, digest_of

_MOST_PICTURES = 60  # of one article; a page with more is a gallery of its site
_FURTHER_ROOM = 4  # times ``max_bytes`` that all further pages of an article may have together
_CANDIDATES = 2  # addresses tried for one picture
_IMAGES = "image/webp,image/avif,image/png,image/jpeg,image/*;q=0.8"
_LARGEST_FILE = 10_000_000  # bytes of a page of an old mirror
_PLACE = "content-location"  # RFC 9110, 8.7: of such a page, its path there


class Fetch(Protocol):
    """The fetcher's one method, as this module uses it."""

    def __call__(
        self, url: str, *, validators: Validators = ..., max_bytes: int | None = ..., accept: str = ...
    ) -> Capture: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an article that is asked for again."""

    validators: Validators
    body_digest: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """One entry's outcome. ``article`` is None when the page is as it was. ``capture`` is of the first page,
    ``further`` of the others; ``cut_short`` says why a further page could not be had, ``note`` what else a
    person should know."""

    capture: Capture
    article: Article | None = None
    further: tuple[Capture, ...] = ()
    layout: Layout | None = None
    cut_short: MirrorpressError | None = None
    note: str = ""
    canonical: str = ""
    body_digest: str = ""
    pictures: dict[str, Asset] = field(default_factory=dict)
    missing: int = 0


@dataclass(frozen=True)
class Workshop:
    """The tools that turn entries into articles. ``fetch`` None: work from what is carried already."""

    configuration: Configuration
    fetch: Fetch | None
    isolate: Callable[..., Any]
    carried: Callable[[list[str]], dict[str, Asset]]
    keep_asset: Callable[[Asset, bytes], None]
    clock: Callable[[], datetime]

    def work(
        self,
        entry: Entry,
        section: Section,
        known: Known | None,
        captures: Sequence[Capture] = (),
        memory: SiteMemory | None = None,
    ) -> Fetched:
        """Fetch an entry's page and those on which it goes on (or take ``captures`` of them) and make its
        article, with what is known of the site. Raises ``MirrorpressError``."""
        capture = captures[0] if captures else self._capture(entry, known)
        if capture.status == 304:
            return Fetched(capture)
        digest = digest_of([capture])
        if known and digest == known.body_digest:
            return Fetched(capture, body_digest=digest)
        try:
            page = self._page(entry, section, capture, memory)
            draft: Draft = self.isolate(read, page)
            layout = draft.layout
            following = self._following(page, captures)
            pages = [(capture, draft), *following.after(capture, draft)] if draft.next_page else []
            if len(pages) > 1:
                digest = digest_of([its_capture for its_capture, _ in pages])
                if known and digest == known.body_digest and following.error is None:
                    return Fetched(capture, body_digest=digest)
                draft = self.isolate(join, [its_draft for _, its_draft in pages])
            pictures = self._pictures(draft)
            numbered = {
                n: found for n, picture in enumerate(draft.pictures) if (found := _first(picture, pictures))
            }
            article: Article = self.isolate(finish, draft, numbered)
        except MirrorpressError as error:
            error.where = error.where or capture.final_url
            raise
        missing = len(draft.pictures) - len(numbered)
        return Fetched(
            capture,
            article,
            further=tuple(its_capture for its_capture, _ in pages[1:]),
            layout=layout,
            cut_short=following.error,
            note=following.note,
            canonical=plausible(draft.canonical, capture.final_url) if entry.page is None else "",
            # Without a digest the next run asks for all pages again.
            body_digest="" if following.error else digest,
            pictures=pictures,
            missing=missing,
        )

    def _following(self, page: Page, captures: Sequence[Capture]) -> FurtherPages:
        """What turns an article's pages. Of an article that is read from captures, those that were kept are
        all there are: nothing is fetched, and it ends where they end."""
        kept = {address: one for one in captures[1:] for address in (one.url, one.final_url)}

        def turn(url: str, room: int) -> Capture:
            if url in kept:
                return kept[url]
            if captures or self.fetch is None:
                raise FetchError(
                    "this further page of the article was not captured",
                    where=url,
                    hint="the next run that fetches the article asks for it",
                )
            limit = min(room, self.configuration.fetch.max_bytes)
            return _not_the_front_page(url, self.fetch(url, max_bytes=limit))

        def read_on(capture: Capture) -> Draft:
            content_type = capture.header("content-type")
            further = replace(page, url=capture.final_url, body=capture.body, content_type=content_type)
            found: Draft = self.isolate(read, further)
            return found

        return FurtherPages(turn, read_on, room=_FURTHER_ROOM * self.configuration.fetch.max_bytes)

    def _capture(self, entry: Entry, known: Known | None) -> Capture:
        if entry.page is not None:
            return _read_file(entry, entry.page, self.clock())
        assert self.fetch is not None  # noqa: S101 - work from captures always gives one
        capture = self.fetch(entry.url, validators=known.validators if known else Validators())
        return _not_the_front_page(entry.url, capture)

    def _page(self, entry: Entry, section: Section, capture: Capture, memory: SiteMemory | None) -> Page:
        publisher = self.configuration.publisher_of(section.publisher, entry.url)
        adopted = entry.page is not None or capture.header("content-type").startswith("text/markdown")
        return Page(
            url=without_tracking(entry.url if adopted else capture.final_url),
            body=capture.body,
            content_type=capture.header("content-type"),
            rules=ArticleRules() if adopted else section.article,
            title=entry.title,
            published=entry.published,
            updated=entry.updated,
            offset=entry.offset,
            authors=entry.authors,
            language=section.language,
            site_names=(publisher.name, section.title),
            old_mirror=adopted,
            place=entry.place or unquote(capture.header(_PLACE)) if adopted else "",
            memory=None if adopted else memory,
        )

    def _pictures(self, draft: Draft) -> dict[str, Asset]:
        """Assets by picture address: those carried before, and those fetched now."""
        wanted = draft.pictures[:_MOST_PICTURES]
        found = self.carried([url for picture in wanted for url in picture.urls])
        for picture in wanted:
            if self.fetch is None or _first(picture, found):
                continue
            for url in picture.urls[:_CANDIDATES]:
                if asset := self._carry(url):
                    found[url] = asset
                    break
        return found

    def _carry(self, url: str) -> Asset | None:
        assert self.fetch is not None  # noqa: S101 - asked by _pictures
        limit = self.configuration.fetch.max_image_bytes
        try:
            capture = self.fetch(url, max_bytes=limit, accept=_IMAGES)
            asset, data = self.isolate(carry, capture.body)
        except MirrorpressError:
            return None  # counted as missing; a picture never blocks its article
        self.keep_asset(asset, data)
        return asset  # type: ignore[no-any-return]


def _first(picture: Picture, found: dict[str, Asset]) -> Asset | None:
    return next((found[url] for url in picture.urls if url in found), None)


def _not_the_front_page(asked: str, capture: Capture) -> Capture:
    if _is_front_page(capture.final_url) and not _is_front_page(asked):
        raise FetchError(
            "the server sends us to its front page instead",
            where=asked,
            hint="the article was probably taken away",
            status=404,
        )
    return capture


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.strip("/") in ("", "index.html", "index.php") and not parts.query


def _read_file(entry: Entry, path: Path, now: datetime) -> Capture:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise SourceError(
                f"the file is over {_LARGEST_FILE:,} bytes", where=str(path), hint="it was left out"
            )
        body = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"the file cannot be read: {error.strerror}", where=str(path), hint="it was left out"
        ) from error
    headers = (
        ("content-type", "text/markdown; charset=utf-8"),
        (_PLACE, quote(entry.place, errors="surrogateescape")),
    )
    return Capture(entry.url, entry.url, now, 200, headers, body)


def plausible(canonical: str, url: str) -> str:
    """A page's canonical address in proper form where it may be believed: on its own site, and not its
    front page; else an empty string."""
    try:
        theirs, ours = parse_url(canonical), parse_url(url)
    except RefusedError:
        return ""
    same_site = _site(theirs.host) == _site(ours.host)
    return str(theirs) if same_site and theirs.path.strip("/") else ""


def _site(host: str) -> str:
    """What a host shares with the other hosts of its site: its last two labels, or three below such suffixes
    as ``co.uk`` and ``com.tw``; the whole of a literal IP."""
    labels = host.lower().removeprefix("www.").split(".")
    if ":" in host or labels[-1].isdecimal():
        return host
    return ".".join(labels[-3:] if len(labels[-1]) == 2 and len(labels[-2:][0]) <= 3 else labels[-2:])
