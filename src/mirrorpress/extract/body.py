"""What becomes of an article's blocks: captions joined, openings cut, headings levelled."""

from __future__ import annotations

import re
from dataclasses import replace

from mirrorpress.extract.blocks import Block, figure_block
from mirrorpress.extract.dates import parse_date
from mirrorpress.extract.figures import is_caption_after_picture
from mirrorpress.extract.lexicon import phrase_kind
from mirrorpress.extract.text import squeeze
from mirrorpress.model import Picture

_NOTICE = re.compile(
    r"©|\(c\) ?\d{4}|copyright|all rights reserved|\breprint(?:ed)? |with (?:\w+ ){0,2}permission\b|"
    r"\bfirst (?:appeared|published) (?:in|on|by)\b|alle rechte vorbehalten|tous droits réservés|"
    r"todos los derechos reservados|все права защищены|перепечатк|"
    r"版权|版權|转载|轉載|责任编辑|責任編輯|责编|責編|原[载載]|授[权權](?:发布|發布|刊|转|轉|使用)|"
    r"未[经經].{0,12}(?:许可|許可|授[权權]|同意|允[许許])|^(?:文章|本文)?(?:来源|來源)\s*[:：]|"
    r"حق نشر|کپی|باز ?نشر|انتشار (?:مجدد|دوباره)|حقوق .{0,40}محفوظ|ذکر (?:نام|منبع)|^منبع\s*[:：]",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"creative commons|\bcc[ -]by\b|licen[cs]ed under|under (?:an? )?[\w .-]{0,40}licen[cs]e|\brepublish|"
    r"知[识識]共享|[创創]用 ?cc|[许許]可[协協][议議]|授[权權][条條]款|کر[ی]{1,2}تیو ?کامنز|лицензи|lizenz",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:editor.s note|editors. note|correction|clarification|更正|勘[误誤]|"
    r"[编編]者[注註按]|[编編][辑輯][注註]|an earlier version of this|"
    r"this (?:article|story) (?:was|has been) (?:amended|updated|changed|corrected)|"
    r"anmerkung der redaktion|korrektur|correctif|note de la rédaction|fe de errores|nota del editor|"
    r"исправление|от редакции|اصلاحیه|تصحیح|توضیح|یادداشت (?:سردبیر|تحریریه|ویراستار))",
    re.IGNORECASE,
)
_LONGEST_NOTE = 600
_LONGEST_NOTICE = 300  # characters
_LONGEST_DATELINE = 90  # characters of a line that says when and whence
_LONGEST_SECTION = 20  # characters of a section's name
_LONGEST_KICKER = 100  # characters
_SAYS_WHEN = 3  # of ``phrase_kind``
_LONGEST_BYLINE = 30  # letters beside the authors' names: "By", "and", a month, a place


def is_notice(text: str) -> bool:
    """Whether a block is a notice of the publisher's: rights, reprinting, who is responsible."""
    return len(text) < _LONGEST_NOTICE and (_NOTICE.search(text) is not None or is_licence(text))


def is_licence(text: str) -> bool:
    """Whether a block says under which licence others may publish the article; most of it may be a link."""
    return len(text) < _LONGEST_NOTICE and _LICENCE.search(text) is not None


def is_note(text: str) -> bool:
    """Whether a block begins as an editor's note or a correction, which readers are owed."""
    return len(text) < _LONGEST_NOTE and _NOTE.match(text.lstrip("*•–—[(（【 ")) is not None


def words_of_body(blocks: list[Block]) -> str:
    """The article's own words, a block a line: no captions, no notices below it."""
    last = len(blocks)
    while last and (blocks[last - 1].kind == "figure" or is_notice(blocks[last - 1].text)):
        last -= 1
    return "\n".join(block.text for block in blocks[:last] if block.text and block.kind != "figure")


def adopt_captions(blocks: list[Block], pictures: list[Picture]) -> list[Block]:
    """Join a figure that has no words with the paragraph after it that is its caption."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if before is not None and before.kind == "figure" and not before.text and block.kind == "p":
            picture = pictures[before.picture]
            if is_caption_after_picture(block.text, block.classes, picture.alt):
                pictures[before.picture] = replace(picture, caption=block.text)
                joined[-1] = figure_block(before.picture, pictures[before.picture])
                continue
        joined.append(block)
    return joined


def without_opening(blocks: list[Block], titles: tuple[str, ...], authors: tuple[str, ...]) -> list[Block]:
    """Without the opening of a page's own title, kicker and byline, which the mirror shows by itself."""
    words = [n for n, block in enumerate(blocks[:8]) if block.kind != "figure"]
    headings = [n for n in words if blocks[n].kind == "h"]
    known = {squeeze(title) for title in titles}
    told = next((n for n in reversed(headings) if squeeze(blocks[n].text) in known), None)
    if told is not None:
        opening = told if all(len(blocks[n].text) <= _LONGEST_KICKER for n in words if n < told) else 0
        blocks = [
            block
            for n, block in enumerate(blocks)
            if n > told or block.kind == "figure" or (n != told and n >= opening)
        ]
    words = [n for n, block in enumerate(blocks[:4]) if block.kind != "figure"]
    if len(words) > 1 and _is_kicker(blocks[words[0]], blocks[words[1]]):
        blocks = [*blocks[: words[0]], *blocks[words[0] + 1 :]]
    return [
        block
        for n, block in enumerate(blocks)
        if n >= 4 or not (_is_byline(block, authors) or _is_dateline(block))
    ]


def _is_kicker(first: Block, second: Block) -> bool:
    """Whether an article's first block only names its section, as "Nature" above the text."""
    short = len(first.text) <= _LONGEST_SECTION and len(first.text.split()) <= 2
    return first.kind == second.kind == "p" and short and first.text[-1:].isalpha() and len(second.text) > 80


def _is_dateline(block: Block) -> bool:
    """Whether a block of the opening says when the article came out, and whence, and nothing else."""
    if block.kind != "p" or len(block.text) > _LONGEST_DATELINE or parse_date(block.text) is None:
        return False
    letters = sum(character.isalpha() for character in block.text)
    return letters <= _LONGEST_BYLINE or phrase_kind(block.text.casefold()) == _SAYS_WHEN


def _is_byline(block: Block, authors: tuple[str, ...]) -> bool:
    """Whether a block says who wrote it, and when, and nothing else."""
    if block.kind != "p" or not authors or not all(author in block.text for author in authors):
        return False
    rest = block.text
    for author in authors:
        rest = rest.replace(author, "")
    return sum(character.isalpha() for character in rest) <= _LONGEST_BYLINE


def to_html(blocks: list[Block], title: str) -> str:
    """All blocks as HTML: headings from ``<h2>`` on, no heading without text below it, no line at an edge,
    no first line that only repeats the title."""
    kept: list[Block] = []
    for block in blocks:
        if not kept and block.kind in ("h", "p") and squeeze(block.text) == squeeze(title):
            continue
        if block.kind in ("h", "hr") and kept and kept[-1].kind == "hr":
            kept.pop()
        if block.kind == "hr" and not any(one.kind != "figure" for one in kept):
            continue
        kept.append(block)
    while kept and kept[-1].kind in ("h", "hr"):
        kept.pop()
    levels = sorted({block.level for block in kept if block.kind == "h"})
    return "\n".join(
        f"<h{2 + min(levels.index(block.level), 3)}>{block.html}</h{2 + min(levels.index(block.level), 3)}>"
        if block.kind == "h"
        else block.html
        for block in kept
    )
