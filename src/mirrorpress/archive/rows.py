"""Rows of the index that hold an article with its current revision.

They are read by the thousand: so as the database keeps their values, which SQLAlchemy would otherwise turn
one by one, and by their order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Select, Text, func, select, type_coerce

from mirrorpress.archive import schema as t
from mirrorpress.model import Article, Picture, Stored, Withdrawal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_first = t.revisions.alias("first")
_first_found = t.extractions.alias("first_found")


def _as_kept(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column whose values are those that the database keeps."""
    if isinstance(column.type, t.Moment):
        return type_coerce(column, BigInteger)
    return type_coerce(column, Text) if isinstance(column.type, JSON) else column


_FORMER = (
    select(func.group_concat(t.former.c.path, "\n"))
    .where(t.former.c.article == t.articles.c.number)
    .correlate(t.articles)
    .scalar_subquery()
)
_LIGHT = tuple(
    _as_kept(column)
    for column in (
        t.articles.c.section,
        t.articles.c.id,
        t.articles.c.position,
        t.articles.c.publisher,
        t.articles.c.url,
        t.articles.c.code,
        t.articles.c.dated,
        _FORMER,
        t.revisions.c.revision,
        t.revisions.c.title,
        t.revisions.c.authors,
        t.revisions.c.published,
        t.revisions.c.updated,
        t.revisions.c.captured_at,
        t.revisions.c.language,
        t.revisions.c.excerpt,
        t.revisions.c.text_length,
        t.revisions.c.lead_image,
        t.extractions.c.confidence,
        t.extractions.c.engine,
        t.extractions.c.partial,
        t.extractions.c.licence,
        t.extractions.c.ahead,
        _first.c.title,
        _first.c.number,
        func.coalesce(_first.c.published, _first.c.captured_at, type_=t.Moment),
        _first_found.c.ahead,
        t.withdrawals.c.at,
        t.withdrawals.c.public_reason,
        t.withdrawals.c.keeps_title,
    )
)
_BODY = tuple(
    map(_as_kept, (t.revisions.c.pictures, t.revisions.c.assets, t.revisions.c.html, t.revisions.c.markdown))
)
_NO_BODY = ("[]", "[]", "", "")


def articles(*first: ColumnElement[Any], bodies: bool = False) -> Select[Any]:
    """The query for articles, with their texts if ``bodies``; rows are for ``stored``, once the columns
    ``first`` are taken from them."""
    return (
        select(*first, *_LIGHT, *(_BODY if bodies else ()))
        .select_from(t.articles)
        .join(t.revisions, t.revisions.c.number == t.articles.c.revision)
        .outerjoin(t.extractions, t.extractions.c.revision == t.revisions.c.number)
        .join(_first, (_first.c.article == t.articles.c.number) & (_first.c.revision == 1))
        .outerjoin(_first_found, _first_found.c.revision == _first.c.number)
        .outerjoin(
            t.withdrawals,
            (t.withdrawals.c.article == t.articles.c.number) & t.withdrawals.c.undone_at.is_(None),
        )
    )


def stored(row: Sequence[Any]) -> Stored:
    """The article of a row."""
    section, id, position, publisher, url, code, dated, former = row[:8]
    revision, title, authors, published, updated, captured_at = row[8:14]
    language, excerpt, text_length, lead_image = row[14:18]
    confidence, engine, partial, licence, ahead = row[18:23]
    first_title, arrived, first_date, first_ahead = row[23:27]
    withdrawn_at, public_reason, keeps_title = row[27:30]
    pictures, assets, html, markdown = row[30:] or _NO_BODY
    article = Article(
        url=url,
        title=title,
        html=html,
        markdown=markdown,
        excerpt=excerpt,
        text_length=text_length,
        authors=_texts(authors),
        published=_moment(published),
        updated=_moment(updated),
        language=language,
        lead_image=lead_image,
        pictures=_pictures(pictures),
        assets=_texts(assets),
        confidence=1.0 if confidence is None else confidence,
        engine=engine or "",
        partial=bool(partial),
        licence=licence or "",
        offset=ahead,
    )
    return Stored(
        section=section,
        id=id,
        position=position,
        publisher=publisher,
        revision=revision,
        first_title=first_title,
        first_date=_EPOCH + timedelta(microseconds=first_date),
        captured_at=_EPOCH + timedelta(microseconds=captured_at),
        arrived=arrived,
        code=code or "",
        dated=_moment(dated),
        former=tuple(sorted(former.split("\n"))) if former else (),
        first_offset=first_ahead,
        withdrawn=None
        if withdrawn_at is None
        else Withdrawal(_EPOCH + timedelta(microseconds=withdrawn_at), public_reason, bool(keeps_title)),
        article=article,
    )


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _texts(value: str) -> tuple[str, ...]:
    return () if value == "[]" else tuple(json.loads(value))


def _pictures(value: str) -> tuple[Picture, ...]:
    if value == "[]":
        return ()
    return tuple(Picture(tuple(p["urls"]), p["alt"], p["caption"], p["credit"]) for p in json.loads(value))
