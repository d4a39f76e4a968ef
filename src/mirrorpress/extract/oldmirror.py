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

import re

from mirrorpress.errors import ExtractError
from mirrorpress.extract.blocks import Flow
from mirrorpress.extract.body import adopt_captions
from mirrorpress.extract.dates import date_in_url, in_utc, offset_of, parse_date
from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.junk import prune
from mirrorpress.extract.text import plain
from mirrorpress.markup import decode, language_of, parse

_TITLE = re.compile(r"\A\s*#{1,6}\s+(\S.*)$", re.MULTILINE)
_LONGEST_TITLE = 1000  # characters
_RULE = re.compile(r"^[^\S\n]*-{3,}[^\S\n]*$", re.MULTILINE)
_BLANK = re.compile(r"(?:[^\S\n]*\n)*")
_PROMOTED = re.compile(r"^[ \t]*#{1,6}[ \t].*$\n?", re.MULTILINE)
_SHARE = re.compile(r"(?:<hr\s*/?>|^\++)\s*(?:<br\s*/?>\s*)*(?=手机上|手機上)", re.MULTILINE | re.IGNORECASE)
_ORIGINAL = re.compile(r"^[^\S\n]*原文(?:地址|链接|鏈接)[^:：\n]*[:：]\s*(\S+)", re.MULTILINE)
_KIND = "(?:[组組多高]?清?[图圖]集?|[视視][频頻]|[图圖]文|影片|音[频頻])"
# What the old mirrors' titles end in: (图), （组图）, (图/视频), 【视频】 ...
_TITLE_MARKS = re.compile(rf"(?:\s*[(（【\[]{_KIND}(?:[/／、+]{_KIND})*[)）】\]])+\s*$")
_NEWSWIRE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")


def read_old_page(page: Page) -> Draft:
    """Adopt one page of an old mirror; ``page.url`` is the original address that its last line gives.

    Raises ``ExtractError`` when the page has not the old mirrors' shape.
    """
    from mirrorpress.extract.read import assemble  # noqa: PLC0415 - read() calls this function

    text = decode(page.body).replace("\r\n", "\n")
    title = _TITLE.search(text)
    share = list(_SHARE.finditer(text))
    original = list(_ORIGINAL.finditer(text))
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
    end = share[-1].start() if share else text.rfind("<hr", start, original[-1].start())
    html = _PROMOTED.sub("", text[start : end if end > start else original[-1].start()])
    html = _RULE.sub("", html)
    try:
        document = parse(f"<div>{html}</div>")
    except ValueError as error:
        raise ExtractError(str(error), where=page.url, hint="such a page is not an article") from error
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
