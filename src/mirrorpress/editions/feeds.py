"""Atom feeds (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from mirrorpress.editions.plain import one_line
from mirrorpress.model import Stored

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def atom(
    *,
    title: str,
    language: str,
    address: str,
    id: str,
    entries: Sequence[tuple[Stored, str, str]],
    partial: str,
) -> bytes:
    """A feed of (article, address of its page, publisher's name), newest first.

    ``address`` is the feed's own, empty when the mirror has no address; ``partial`` is the sentence before
    the excerpt of an article of which there is only the beginning. The feed's date is that of its
    newest article, so that nothing changes when nothing changed.
    """
    moments = [_moment(stored) for stored, _, _ in entries]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(language)}>',
        f"<title>{escape(one_line(title))}</title>",
        f"<id>{escape(address or 'urn:mirrorpress:' + quote(id))}</id>",
        f"<updated>{_stamp(max(moments, default=_EPOCH))}</updated>",
        f"<author><name>{escape(one_line(title))}</name></author>",
    ]
    if address:
        lines.append(f'<link rel="self" href={quoteattr(address)}/>')
    for (stored, page, publisher), moment in zip(entries, moments, strict=True):
        article = stored.article
        names = article.authors or (publisher,)
        summary = f"{partial} {article.excerpt}" if article.partial else article.excerpt
        lines += [
            "<entry>",
            f"<title>{escape(one_line(article.title))}</title>",
            f"<id>{escape(article.url)}</id>",
            f'<link rel="alternate" href={quoteattr(page)}/>',
            f"<published>{_stamp(stored.first_date)}</published>",
            f"<updated>{_stamp(moment)}</updated>",
            *(f"<author><name>{escape(one_line(name))}</name></author>" for name in names),
            f"<summary>{escape(one_line(summary))}</summary>",
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>", ""]).encode()


def _moment(stored: Stored) -> datetime:
    article = stored.article
    return article.updated or (stored.first_date if stored.revision == 1 else stored.captured_at)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
