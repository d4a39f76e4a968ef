"""The one door to the HTML parser (turbohtml): decode, parse, select, write Markdown.

Rooms use the names below and never import turbohtml themselves, so that it can be replaced here.
"""

from __future__ import annotations

import codecs
import json
import re
from html import unescape
from typing import Any

import turbohtml
from turbohtml import Comment, Doctype, Document, Element, Node, SelectorSyntaxError, Text
from turbohtml.detect import detect_all, detect_language

__all__ = [
    "Comment",
    "Doctype",
    "Document",
    "Element",
    "Node",
    "Text",
    "beginning",
    "check_selector",
    "decode",
    "json_ld",
    "language_of",
    "parse",
    "parse_fragment",
    "parse_page",
    "to_markdown",
]

MAX_TAGS = 150_000
"""A page with more tags than this is not an article; the largest seen in news had 40,000."""

_C1 = re.compile("[\x80-\x9f]")
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE)
_DETECTED = 2_000_000  # bytes that the detector is given; it takes 2 s for 8 MB
_PRESCAN = 4096  # bytes; WHATWG asks for 1024, old portals put scripts first

_MARKDOWN = turbohtml.Markdown(
    links=turbohtml.Markdown.Links(autolink=False),
    document=turbohtml.Markdown.Document(line_break="backslash"),
    tables=turbohtml.Markdown.Tables(cell_blocks="text"),
    converters={"sub": lambda _, words: f"<sub>{words}</sub>", "sup": lambda _, words: f"<sup>{words}</sup>"},
)


def _codec(label: str) -> str | None:
    """The decoder of the WHATWG Encoding Standard for a label, or None for an unknown one."""
    label = label.strip().lower()
    try:
        encoding = turbohtml.parse(b"", encoding=label.strip()).encoding or ""
    except LookupError:
        return None
    return _name(f"whatwg-{encoding.lower()}")


def _declared(body: bytes, content_type: str) -> str | None:
    header = _DECLARED.search(content_type.encode("latin-1", "replace"))
    in_page = _DECLARED.search(body[:_PRESCAN])
    for match in (header, in_page):
        if match and (label := _codec(match[1].decode("ascii", "replace"))):
            return label
    return None


def _damage(text: str) -> float:
    """The share of a text's non-ASCII characters that a wrong decoder leaves: U+FFFD and C1 controls."""
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    bad = text.count("\ufffd") + len(_C1.findall(text))
    return bad / foreign if foreign else 0.0


def decode(body: bytes, content_type: str = "") -> str:
    """Decode a page or feed, trusting its bytes before its words.

    In order: a byte-order mark; UTF-8 that is valid; what is declared (``content_type`` is the HTTP
    header, then ``<meta>`` and the XML declaration) unless the bytes say clearly otherwise; what the
    frequencies of character pairs say. Never raises; bytes that fit nothing become U+FFFD.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _declared(body, content_type)
    if declared and "2022" in declared:  # ISO-2022-JP is pure ASCII to every test below
        return body.decode(declared, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        if _damage(text) < 0.02:  # a UTF-8 page cut in the middle or with a few broken bytes
            return text
    # The detector believes a <meta>; hide it, so that this is a second opinion.
    blind = body[:_PRESCAN].replace(b"charset", b"-------").replace(b"CHARSET", b"-------") + body[_PRESCAN:]
    guesses = detect_all(blind[:_DETECTED])
    ranked = [(_name(match.codec), match.confidence) for match in guesses if match.codec]
    best = ranked[0][0] if ranked else "windows-1252"
    candidates = [name for name, score in ranked[:3] if score > 0.05]
    if declared and declared not in candidates:
        candidates.append(declared)
    if any(name in _CJK for name in candidates):
        # GB18030 bytes are nearly always valid Big5 and the other way round: only reading tells.
        texts = {name: body.decode(name, "replace") for name in candidates}
        return max(texts.values(), key=_reads_like_cjk) if best in _CJK or declared in _CJK else texts[best]
    if declared and declared != "whatwg-windows-1252":  # servers declare Latin-1 for whatever they hold
        score = next((score for name, score in ranked if name == declared), 0.0)
        text = body.decode(declared, "replace")
        if _damage(text) < 0.02 and (score > 0.05 or (ranked and ranked[0][1] < 0.6)):
            return text
    return body.decode(best, "replace")


_CJK = {f"whatwg-{name}" for name in ("gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr")}
_ALIASES = {"whatwg-gbk": "whatwg-gb18030"}
_COMMON = frozenset(  # the Han characters that make up a quarter of any modern text, in both scripts
    "的一是在不了有人我他這这中大來来上國国個个到說说們们為为和你地出道也時时年得就那要下以生會会自着去之過过家學学對对可"
    "她里後后小么心多天而能好都然沒没日於于起還还發发成事只作當当想看文無无开開手十用主行方又如前所本見见经經头頭面公同三"
    "已老从從動动两兩長长民新政府報报记記者美"
)


def _name(codec: str) -> str:
    return _ALIASES.get(codec, codec)


def _reads_like_cjk(text: str) -> float:
    """The share of a text's non-ASCII characters that common Chinese, Japanese or Korean is made of."""
    foreign = [character for character in text[:50_000] if character > "\x7f"]
    good = sum(
        1
        for character in foreign
        if character in _COMMON or "\u3041" <= character <= "\u30fe" or "\uac00" <= character <= "\ud7a3"
    )
    bad = sum(1 for character in foreign if character == "\ufffd" or "\uff61" <= character <= "\uff9f")
    return (good - 2 * bad) / len(foreign) if foreign else 0.0


def parse(text: str) -> Document:
    """Parse a whole page by the WHATWG algorithm. Raises ``ValueError`` for one with too many tags.

    Attributes need no limit here: a tag with 900,000 takes half a second."""
    if text.count("<") > MAX_TAGS:
        raise ValueError(f"more than {MAX_TAGS:,} tags")
    return turbohtml.parse(text, positions=False, allow_declarative_shadow_roots=False)


def parse_page(text: str) -> Document:
    """Parse a page of ours, with the line of each element. Raises ``ValueError`` for too many tags."""
    if text.count("<") > MAX_TAGS:
        raise ValueError(f"more than {MAX_TAGS:,} tags")
    return turbohtml.parse(text, allow_declarative_shadow_roots=False)


def parse_fragment(html: str) -> Node:
    """Parse a piece of a page as the content of a ``<div>``."""
    return turbohtml.parse_fragment(html, "div")


def beginning(node: Node, length: int) -> str:
    """The first ``length`` characters of a node's text, without looking at all that a large one holds."""
    parts: list[str] = []
    missing = length
    for part in node.strings:
        parts.append(part)
        missing -= len(part)
        if missing <= 0:
            break
    return "".join(parts)[:length]


def check_selector(selector: str) -> None:
    """Raise ``ValueError`` with the place of the fault when ``selector`` is not CSS."""
    try:
        turbohtml.parse("<p>").select(selector)
    except SelectorSyntaxError as error:
        raise ValueError(str(error)) from error


def json_ld(document: Document) -> list[dict[str, Any]]:
    """Every JSON-LD object of a page, ``@graph`` lists opened; at most 200. Blocks with line breaks within
    strings, comments round them, commas before a bracket or escaped quotation marks are read all the same;
    blocks that are more broken are left out."""
    found: list[dict[str, Any]] = []
    for script in document.select("script[type='application/ld+json' i]")[:_MOST_BLOCKS]:
        waiting = [_loads(script.text[:MAX_JSON])]
        for item in waiting:
            if len(waiting) > _MOST_ITEMS or len(found) >= _MOST_OBJECTS:
                break
            if isinstance(item, list):
                waiting.extend(item[:_MOST_OBJECTS])
            elif isinstance(item, dict):
                found.append(item)
                if isinstance(graph := item.get("@graph"), list):
                    waiting.extend(graph[:_MOST_OBJECTS])
    return found


MAX_JSON = 2_000_000
"""Characters of a JSON-LD block that are read."""
_MOST_BLOCKS, _MOST_OBJECTS, _MOST_ITEMS = 50, 200, 1000
_JSON = json.JSONDecoder(strict=False)  # line breaks within strings are common
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[\]}])")
_BEFORE_JSON = re.compile(r"(?:\s|//|/\*|\*/|<!--|<!\[CDATA\[)*")
_AFTER_JSON = ("//", "/*", "*/", "-->", "]]>", ";", " ", "\n", "\r", "\t")


def _loads(text: str) -> Any:
    try:
        return _JSON.decode(text)
    except (ValueError, RecursionError):
        pass  # seen: "// <![CDATA[" around it, a comma before "]", &quot; for every quotation mark
    text = _bare_json(text[:200_000])
    try:
        return _JSON.decode(_TRAILING_COMMA.sub("", unescape(text) if text[:100].count("&quot;") else text))
    except (ValueError, RecursionError):
        return None


def _bare_json(text: str) -> str:
    """JSON without the comments round it."""
    start = match.end() if (match := _BEFORE_JSON.match(text)) else 0
    end = len(text)
    while found := next((one for one in _AFTER_JSON if text.endswith(one, start, end)), ""):
        end -= len(found)
    return text[start:end]


def language_of(text: str) -> str:
    """The language of a text as an ISO 639-3 code, or an empty string when it cannot be told."""
    match = detect_language(text[:2000])
    return (match.language or "") if match and match.confidence > 0.5 else ""


def to_markdown(tree: Node) -> str:
    """Markdown of a sanitised tree, as GitHub's parser reads it; the tree is used up.

    turbohtml sees to nearly all. Not to: ``$``, which starts a formula; a backtick beside code, which makes
    it write that as HTML, where addresses become links; a line that GitHub would take for the rule below a
    table's head, as ``:--``; a break or a nested ``|`` in a cell; an address that spells ``&amp;``.
    """
    if _MARKED.search(tree.text):
        for node in [one for one in tree.descendants if isinstance(one, Text) and _MARKED.search(one.data)]:
            around = {one.tag for one in node.ancestors if isinstance(one, Element)}
            if not around & {"code", "pre"}:
                node.data = node.data.translate(_IN_WORDS)
            if around & {"td", "th"}:
                node.data = node.data.translate(_IN_CELLS)
    for line_break in tree.select("br"):
        _settle_break(line_break)
    for image in tree.select("img[alt]"):
        image.attrs["alt"] = (image.attr("alt") or "").translate(_IN_WORDS)
    for link in tree.select("a[href*='&']"):
        link.attrs["href"] = _REFERENCE.sub(_AMPERSAND, link.attr("href") or "")
    written = tree.to_markdown(_MARKDOWN)
    for stand_in, markdown in _WRITTEN:
        written = written.replace(stand_in, markdown)
    return written


def _settle_break(line_break: Element) -> None:
    after = line_break.next_sibling
    if line_break.closest("td, th, sub, sup"):
        line_break.replace_with(Text(_BREAK))
    elif isinstance(after, Text) and after.data.startswith((":", "|")):
        after.data = {":": _COLON, "|": _PIPE}[after.data[0]] + after.data[1:]


# Noncharacters, which sanitised text does not hold, stand for what is written in the end.
_DOLLAR, _BACKTICK, _PIPE, _COLON, _AMPERSAND, _BREAK = map(chr, range(0xFDD1, 0xFDD7))
_WRITTEN = (
    (_DOLLAR, r"\$"), (_BACKTICK, r"\`"), (_PIPE, r"\|"), (_COLON, r"\:"), (_AMPERSAND, "&amp;"),
    (_BREAK, "<br>"),
)  # fmt: skip
_MARKED = re.compile(r"[$`|]")
_IN_WORDS = {ord("$"): _DOLLAR, ord("`"): _BACKTICK}
_IN_CELLS = {ord("|"): _PIPE}
_REFERENCE = re.compile(r"&(?=#?\w+;)")  # what would be read as a character reference in an address
