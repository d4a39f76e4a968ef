"""Pages of the old shell-script mirrors: Markdown files that hold a cut of the original page's HTML.

    ### Title
    ------------------------
    #### [首页](../../README.md) | [p2](../../indexes/p2.md) | ...     menu
    <div class="article_right"> ... </div>                             the cut, a different one a publisher
    <hr/>                                                              or a line of plus signs
    手机上长按并复制下列链接或二维码分享本文章：<br/> ...                    share text, QR code
    原文地址（需翻墙访问）：https://...                                   original address
    ------------------------
    #### [首页] ...                                                     menu again, or promoted links
    <img src='http://...' width='0px' height='0px'/>                   tracker

Between those marks everything is read by structure, not by class names: promoted links are Markdown
heading lines, which the original HTML never holds; the rest goes through the same rules as any page.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from urllib.parse import quote, unquote

from mirrorpress.errors import ExtractError
from mirrorpress.extract.blocks import Flow
from mirrorpress.extract.body import adopt_captions
from mirrorpress.extract.dates import date_in_url, in_utc, offset_of, parse_date
from mirrorpress.extract.draft import INNER, LONGEST, Draft, Page
from mirrorpress.extract.junk import prune
from mirrorpress.extract.text import plain
from mirrorpress.markup import Document, decode, language_of, parse
from mirrorpress.paths import is_safe

_TITLE = re.compile(r"\A\s*#{1,6}\s+(\S.*)$", re.MULTILINE)
_LONGEST_TITLE = 1000  # characters
_RULE = re.compile(r"^[^\S\n]*-{3,}[^\S\n]*$", re.MULTILINE)
_BLANK = re.compile(r"(?:[^\S\n]*\n)*")
_PROMOTED = re.compile(r"^[ \t]*#{1,6}[ \t].*$\n?", re.MULTILINE)
_SHARE = ("手机上", "手機上")
_BEFORE_SHARE = re.compile(r"(?:<hr\s*/?>|^\++)\s*(?:<br\s*/?>\s*)*\Z", re.MULTILINE | re.IGNORECASE)
_BEFORE = 300  # characters before the share text that its rule and breaks may take
_MOST_SHARES = 100  # places looked at, from the end; a page says those words a few times at most
_LONGEST_SHARE = 3000  # characters of it that are searched for the page's own address
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,1000}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|#|\?")
_ORIGINAL = re.compile(r"^[^\S\n]*原文(?:地址|链接|鏈接)[^:：\n]*[:：]\s*(\S+)", re.MULTILINE)
_KIND = "(?:[组組多高]?清?[图圖]集?|[视視][频頻]|[图圖]文|影片|音[频頻])"
# What the old mirrors' titles end in: (图), （组图）, (图/视频), 【视频】 ...
_TITLE_MARKS = re.compile(rf"(?:\s*[(（【\[]{_KIND}(?:[/／、+]{_KIND})*[)）】\]])+\s*$")
_NEWSWIRE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")


def _share_text(text: str) -> int:
    """Where the last share text begins, with the rule before it; -1 when there is none.

    Found from its words, not from the rule: a page of 3,000,000 lines of one plus sign took 7 s.
    """
    end = len(text)
    for _ in range(_MOST_SHARES):
        end = max(text.rfind(words, 0, end) for words in _SHARE)
        if end < 0:
            break
        if rule := _BEFORE_SHARE.search(text, max(end - _BEFORE, 0), end):
            return rule.start()
    return -1


def _mark_inner_links(document: Document, place: str, share: str) -> None:
    """Mark links to other pages of the same mirror: relative ones, and those that begin as the address does
    that the page gives as its own in its share text."""
    if not is_safe(place):  # such as a name that is no UTF-8
        place = ""
    own = next((match[0] for match in _ADDRESS.finditer(share[:_LONGEST_SHARE])), "")
    quoted = quote(place)
    top = next((own.removesuffix(tail) for tail in (place, quoted) if tail and own.endswith(tail)), "")
    for link in document.select("a[href]"):
        href = (link.attr("href") or "").strip()
        if top and href.startswith(top):
            target = unquote(href.removeprefix(top))
        elif place and not _ABSOLUTE.match(href):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(href)))
        else:
            continue
        target = target.partition("#")[0]
        if target.endswith(".md") and is_safe(target):
            link.attrs["href"] = INNER + quote(target)


def read_old_page(page: Page) -> Draft:
    """Adopt one page of an old mirror; ``page.url`` is the original address that its last line gives.

    Raises ``ExtractError`` when the page has not the old mirrors' shape.
    """
    from mirrorpress.extract.read import assemble  # noqa: PLC0415 - read() calls this function

    text = decode(page.body).replace("\r\n", "\n")
    title = _TITLE.search(text)
    share = _share_text(text)
    original = deque(_ORIGINAL.finditer(text), maxlen=1)
    if title is None or not original:
        raise ExtractError(
            "not a page of an old mirror: it has no title line or no original address",
            where=page.url,
            hint="it was left out",
        )
    start = title.end()
    blank = _BLANK.match(text, start)
    if blank and (rule := _RULE.match(text, blank.end())):
        start = rule.end()
    end = share if share >= 0 else text.rfind("<hr", start, original[-1].start())
    html = _PROMOTED.sub("", text[start : end if end > start else original[-1].start()])
    html = _RULE.sub("", html)
    if len(html) > LONGEST:
        raise ExtractError(
            f"the cut of the original page has {len(html):,} characters",
            where=page.url,
            hint=f"the limit is {LONGEST:,}",
        )
    try:
        document = parse(f"<div>{html}</div>")
    except ValueError as error:
        raise ExtractError(str(error), where=page.url, hint="such a page is not an article") from error
    _mark_inner_links(document, page.place, text[share:] if share >= 0 else "")
    prune(document)
    body = document.select_one("body")
    flow = Flow(page.url).take(body).close() if body is not None else Flow(page.url)
    blocks = adopt_captions(flow.blocks, flow.pictures)
    words = " ".join(block.text for block in blocks)
    said = _NEWSWIRE.search(words[:300])
    published = date_in_url(page.url) or (parse_date(said[0]) if said else None)
    return assemble(
        page,
        blocks,
        flow.pictures,
        title=_TITLE_MARKS.sub("", plain(title[1][:_LONGEST_TITLE]).rstrip("# ")),
        canonical="",
        published=in_utc(published),
        offset=offset_of(published),
        language=page.language or {"cmn": "zh", "eng": "en"}.get(language_of(words), ""),
    )
