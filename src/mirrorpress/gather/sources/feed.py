"""A section that comes from a feed: RSS, Atom or JSON Feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mirrorpress.errors import GatherError, MirrorpressError, SourceError
from mirrorpress.gather.sources import titles
from mirrorpress.gather.sources.feedformats import FeedItem, ParsedFeed, looks_like_feed, parse_feed
from mirrorpress.gather.sources.links import absolute
from mirrorpress.model import Entry, Reach, Url

__all__ = ["Feed", "FeedSummary", "feed_summary", "looks_like_feed", "parse_feed"]

_FUTURE = timedelta(days=1)  # clocks and time zones go wrong by hours; more is a promise or an error
_PAST = datetime(1971, 1, 1, tzinfo=UTC)  # what an empty date field becomes in many systems


@dataclass(frozen=True, slots=True)
class Feed:
    """``url`` is the feed's address."""

    url: Url

    def discover(self, reach: Reach) -> Sequence[Entry] | None:
        """The feed's entries in its own order; None if it has not changed. Raises ``GatherError``."""
        capture = reach.fetch(self.url)
        if capture.status == 304:
            return None
        try:
            parsed = reach.isolate(
                parse_feed, capture.body, capture.header("content-type"), capture.final_url
            )
        except GatherError:
            raise
        except MirrorpressError as error:
            raise SourceError(
                f"the feed could not be read: {error.reason}", where=self.url, hint=error.hint
            ) from error
        return to_entries(parsed, capture.final_url, capture.fetched_at)


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """What a feed says of itself: ``language`` as declared (empty if not), ``entries`` counted."""

    title: str
    language: str
    entries: int


def feed_summary(body: bytes, content_type: str, url: str) -> FeedSummary:
    """A feed's title and language; to be run isolated, like ``parse_feed``. Raises ``SourceError``."""
    parsed = parse_feed(body, content_type, url)
    return FeedSummary(titles.from_html(parsed.title), titles.clean(parsed.language), len(parsed.items))


def to_entries(feed: ParsedFeed, base: str, now: datetime) -> Sequence[Entry]:
    """Entries with an http or https address, each address once; dates that cannot be are dropped."""
    entries: dict[str, Entry] = {}
    for item in feed.items:
        url = _url(item, base)
        if url and url not in entries:
            entries[url] = Entry(
                url=url,
                title=titles.from_html(item.title),
                published=_believable(item.published, now),
                updated=_believable(item.updated, now),
                offset=item.offset,
                authors=tuple(filter(None, map(titles.from_html, item.authors))),
            )
    return list(entries.values())


def _url(item: FeedItem, base: str) -> str:
    # An empty or broken link resolves to the feed itself, which is no article.
    candidates = (absolute(base, link) for link in item.links)
    return next((url for url in candidates if url not in ("", base)), "")


def _believable(when: datetime | None, now: datetime) -> datetime | None:
    return when if when and _PAST <= when <= now + _FUTURE else None
