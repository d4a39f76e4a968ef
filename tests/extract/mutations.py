"""Pages bent out of shape by chance, the same ones for the same seed: what the fuzzer feeds to the extractor."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from mirrorpress.extract.draft import Page
from mirrorpress.extract.memory import SiteMemory
from mirrorpress.model import ArticleRules

_LARGEST = 400_000  # characters of a mutated page; floods have tests of their own
_TOKENS = re.compile(r"<[^<>]*>|[^<]+|<")
_TAGS = (
    "div p span b i a h1 h2 h3 ul ol li dl dt dd table thead tbody tr td th caption blockquote pre code figure figcaption "
    "img picture source video iframe article section main aside header footer nav form input button select textarea br hr "
    "noscript script style template svg math title head body html frameset q ruby rt rp sub sup del em strong cite time "
    "center font address summary details plaintext xmp amp-img object embed base link meta"
).split()
_NAMES = (
    "comments footnotes paywall related newsletter ad share caption credit byline date author title headline body "
    "twitter-tweet photo gallery teaser promo entry-content article-body gate"
).split()
_ENTITIES = (
    "&", "&amp;", "&amp;lt;script&amp;gt;", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#0;", "&#x202e;", "&#xd800;",
    "&#x110000;", "&#99999999999;", "&nbsp;", "&notit;", "&zwnj;", "&NewLine;", "&Tab;", "&colon;", "&#xfdd0;", "&lt;img src=x onerror=x&gt;",
    "&quot;", "&#34;", "&lt;!--", "--&gt;",
)  # fmt: skip
_CHARACTERS = (
    "\x00", "\x01", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\u200b", "\u200c", "\u200d", "\u202a", "\u202e", "\u2066", "\u2069",
    "\ufeff", "\ufdd0", "\ufdd6", "\ufffe", "\ufffd", "\U0010ffff", "\U000e0001", "\u0301\u0316" * 40, "\u2028", "\u3000", "Ã©â€œ", "\U0001f5bc",
    "$", "`", "|", "*", "_", "~~", "[", "](", "![", "\\", "#", "> ", "1. ", "- ", "- [ ] ", "+", "---", "===", "<", ">", ":--", "$$", "@a",
    "www.a.example", "https://a.example/)", "http://127.0.0.1/", "ftp://a.example", "a@b.example", "xmpp:a@b.example", "mailto:a@b.example",
)  # fmt: skip
_ADDRESSES = (
    "javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,<script>x</script>", "//evil.example/x", "https://[", "https://[::1]/",
    "https:////[x", "https://a.example/\ud7ff", "http://1.2.3.4/", "https://0x7f.1/", "https://a.example:99999999/", "https://ａ.example/",
    "https://a\u2100.example/", "https://u:p@a.example/", "?utm_source=x&a=1", "?page=2", "#x", "mailto:a@b.example?cc=c@d.example", "x.svg", "../" * 50,
    "https://a.example/\"><script>x</script>", "https://a.example/a b", "https://a.example/(a)", "https://a.example/&lt;", "vbscript:x", "x" * 5000,
    "https://a.example/a.jpg", "/a.jpg", "data:image/gif;base64,R0lGOD", "https://www.youtube.com/embed/abcdef", "https://a.example/%zz%", "::", "http:",
)  # fmt: skip
_ATTRIBUTES = (
    "href", "src", "srcset", "data-src", "class", "id", "style", "width", "height", "alt", "title", "rowspan", "colspan", "start", "itemprop",
    "datetime", "content", "rel", "hidden", "aria-hidden", "onclick", "role", "lang", "type", "name", "property", "align", "videoid", "poster",
)  # fmt: skip
_VALUES = (
    "", "0", "1", "-1", "9" * 5000, "٣", "²", "1e9", "60000", "100%", "display:none", "opacity:0", "text-align:center", "author", "datePublished",
    "2024-13-45", "2024-02-30T25:61:00+99:99", "0001-01-01", "9999-12-31T23:59:59-23:59", "1700000000", "99999999999999", "۱۴۰۳/۰۲/۳۱", "民國99999年",
    "a.jpg 1x, b.jpg 2x", "a.jpg 9..9w, ,, b 1e5w", "," * 2000, "a" * 3000 + "  b c", "true", "none", "next", "canonical", "license", "og:title", "og:image",
    "article:published_time", "twitter:label1", "doc-endnotes", "application/ld+json", "presentation", "x" * 20_000, "'", '"', "\u202e", "<script>",
)  # fmt: skip
_LINKED = (
    "@context @type @id @graph @value headline name alternateName author creator publisher givenName familyName datePublished dateModified dateCreated "
    "uploadDate articleBody articleSection description license isAccessibleForFree inLanguage image url contentUrl mainEntity mainEntityOfPage itemListElement"
).split()
_STATE = "type __typename kind html content text body value data model paragraph caption children items url credit src title headline".split()
_CHARSETS = (
    "utf-8",
    "gbk",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-kr",
    "iso-2022-jp",
    "utf-16",
    "utf-16-be",
    "windows-1252",
    "koi8-r",
)
_SELECTORS = ("article", "div", "body", "p", "*", "table", "li", "main, section", "div > div", ":not(p)")
_WORDS = (
    "The ferry was late again on Monday, and nobody at the harbour knew why. ", "渡轮又迟到了，港口的人都不知道为什么。", "کشتی دوباره دیر رسید و کسی نمی‌دانست چرا. ",
    "Die Fähre kam wieder zu spät. ", "Read also", "Advertisement", "Subscribe now", "By Mara Quay", "3 May 2024", "© 2024 Harbour Times", "Correction: ",
)  # fmt: skip


def mutated(seed: str, pages: Sequence[Page]) -> Page:
    """One of ``pages``, or a page made up, bent in one to eight ways and saved in some encoding."""
    chance = Random(seed)
    page = chance.choice(pages) if chance.random() < 0.7 else _made_up(chance)
    other = chance.choice(pages)
    text = page.body.decode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4, 6, 8))):
        text = chance.choice(_CHANGES)(chance, text, other.body.decode("utf-8", "replace"))[:_LARGEST]
    return _circumstances(chance, replace(page, body=_saved(chance, text)))


def _made_up(chance: Random) -> Page:
    """A page of random elements, some of them hostile."""
    parts: list[str] = []
    opened: list[str] = []
    for _ in range(chance.randrange(5, 150)):
        draw = chance.random()
        if draw < 0.4:
            opened.append(chance.choice(_TAGS))
            parts.append(f"<{opened[-1]}{_attributes(chance)}>")
        elif draw < 0.65 and opened:
            parts.append(
                f"</{opened.pop(chance.randrange(-1, len(opened)) if chance.random() < 0.1 else -1)}>"
            )
        else:
            parts.append(chance.choice(_WORDS) * chance.choice((1, 1, 2, 5)))
    head = "<title>The ferry is late again | Harbour</title>" if chance.random() < 0.9 else ""
    html = f"<html><head>{head}</head><body>{''.join(parts)}</body></html>"
    return Page("https://paper.example/2024/05/03/ferry.html", html.encode())


def _attributes(chance: Random) -> str:
    quote = chance.choice(('"', "'", '"', ""))
    return "".join(
        f" {chance.choice(_ATTRIBUTES)}={quote}{chance.choice((chance.choice(_VALUES), chance.choice(_ADDRESSES), chance.choice(_NAMES)))}{quote}"
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 5)))
    )


# --- changes of a page's text -------------------------------------------------------------------------------


def _span(chance: Random, length: int, most: int = 60) -> tuple[int, int]:
    start = chance.randrange(length + 1)
    return start, min(length, start + chance.randrange(1, most))


def _at(chance: Random, text: str, what: str) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + what + text[place:]


def _between(chance: Random, text: str, what: str) -> str:
    """``what`` put between two tags or texts, so that it is read as markup."""
    tokens = _TOKENS.findall(text)
    tokens.insert(chance.randrange(len(tokens) + 1), what)
    return "".join(tokens)


def _splice(chance: Random, text: str, other: str) -> str:
    return text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other) + 1) :]


def _insert_part(chance: Random, text: str, other: str) -> str:
    tokens = _TOKENS.findall(other)
    start, end = _span(chance, len(tokens))
    return _between(chance, text, "".join(tokens[start:end]))


def _delete(chance: Random, text: str, _: str) -> str:
    tokens = _TOKENS.findall(text)
    start, end = _span(chance, len(tokens), chance.choice((2, 5, 60)))
    return "".join(tokens[:start] + tokens[end:])


def _repeat(chance: Random, text: str, _: str) -> str:
    tokens = _TOKENS.findall(text)
    start, end = _span(chance, len(tokens), chance.choice((2, 4, 40)))
    part = "".join(tokens[start:end])
    times = min(chance.choice((2, 3, 20, 300, 3000)), 150_000 // max(len(part), 1))
    return "".join(tokens[:start]) + part * max(times, 1) + "".join(tokens[end:])


def _nest(chance: Random, text: str, _: str) -> str:
    tokens = _TOKENS.findall(text)
    start, end = _span(chance, len(tokens), 200)
    tags = [chance.choice(_TAGS) for _ in range(chance.choice((1, 1, 2, 3)))]
    times = chance.choice((1, 3, 30, 130, 200, 1500))
    before = "".join(f"<{tag}{_attributes(chance)}>" for tag in tags)[:300]
    after = "".join(f"</{tag}>" for tag in reversed(tags)) if chance.random() < 0.7 else ""
    return "".join([*tokens[:start], before * times, *tokens[start:end], after * times, *tokens[end:]])


def _swap(chance: Random, text: str, _: str) -> str:
    tokens = _TOKENS.findall(text)
    for _ in range(chance.choice((1, 2, 10, 50))):
        one, other = chance.randrange(len(tokens) or 1), chance.randrange(len(tokens) or 1)
        if tokens:
            tokens[one], tokens[other] = tokens[other], tokens[one]
    return "".join(tokens)


def _rename(chance: Random, text: str, _: str) -> str:
    tag, other = chance.choice(_TAGS), chance.choice(_TAGS)
    return re.sub(rf"(</?){tag}\b", rf"\g<1>{other}", text, count=chance.choice((0, 1, 5)))


def _break_attributes(chance: Random, text: str, _: str) -> str:
    tokens = _TOKENS.findall(text)
    tags = [n for n, token in enumerate(tokens) if token.startswith("<") and len(token) > 2]
    for n in chance.sample(tags, min(len(tags), chance.choice((1, 3, 20)))):
        draw = chance.random()
        if draw < 0.5:
            tokens[n] = tokens[n].rstrip("/>") + _attributes(chance) + ">"
        elif draw < 0.7:
            tokens[n] = tokens[n].replace(chance.choice("\"'=>"), "")
        elif draw < 0.8:
            tokens[n] = re.sub(r"""(["'])[^"']*\1""", f'"{chance.choice(_VALUES)}"', tokens[n], count=1)
        else:
            tokens[n] = re.sub(
                r"""((?:href|src)=["']?)[^"' >]*""",
                rf"\g<1>{re.escape(chance.choice(_ADDRESSES))}",
                tokens[n],
            )
    return "".join(tokens)


def _add_characters(chance: Random, text: str, _: str) -> str:
    for _ in range(chance.choice((1, 2, 10, 40))):
        what = chance.choice(_ENTITIES) if chance.random() < 0.4 else chance.choice(_CHARACTERS)
        text = _at(chance, text, what * chance.choice((1, 1, 1, 2, 30)))
    return text


def _leave_open(chance: Random, text: str, _: str) -> str:
    opening = (
        "<!--", "<!-->", "<script>", "<script><!--<script>", "<style>", "<textarea>", "<title>", "<plaintext>", "<![CDATA[", "<svg><![CDATA[",
        "<noscript>", "<template>", "<math><mtext>", "<select>", "<table>", "<frameset>", "<!doctype", "</", "<a href='", '<img alt="', "<?xml ",
        "<svg><style><a id='", "<math><annotation-xml encoding=text/html>", "<svg><foreignObject>", "<noembed>", "<noframes>", "<xmp>", "<listing>",
    )  # fmt: skip
    return _between(chance, text, chance.choice(opening))


def _run_script(chance: Random, text: str, _: str) -> str:
    from .test_safety import HOSTILE  # noqa: PLC0415 - which imports what this module serves

    return _between(chance, text, chance.choice(HOSTILE))


def _damage_json(chance: Random, text: str, _: str) -> str:
    """JSON-LD or a script's state, with nonsense in it, in place of what the page had or beside it."""
    if chance.random() < 0.5:
        said = _dumped(
            chance,
            {
                "@type": chance.choice(("NewsArticle", "Article", "WebPage", "Person")),
                **_object(chance, _LINKED, 0),
            },
        )
        opening = '<script type="application/ld+json">'
    else:
        blocks = [
            {"type": chance.choice(("paragraph", "image", "list", "quote")), **_object(chance, _STATE, 2)}
            for _ in range(chance.randrange(12))
        ]
        said = _dumped(chance, {"props": chance.choice((blocks, _object(chance, _STATE, 0)))})
        opening = chance.choice(
            ('<script id="__NEXT_DATA__" type="application/json">', "<script>window.__STATE__ = ", "<script>")
        )
    if chance.random() < 0.4:
        said = said[: chance.randrange(len(said) + 1)] + said[chance.randrange(len(said) + 1) :]
    script = f"{opening}{said}</script>"
    if chance.random() < 0.3:
        text = re.sub(r"<p\b[^>]*>.*?</p>", "", text, flags=re.DOTALL)  # so that data is all there is
    if chance.random() < 0.5 and "</head>" in text:
        return text.replace("</head>", f"{script}</head>", 1)
    return _between(chance, text, script)


def _dumped(chance: Random, value: Any) -> str:
    said = json.dumps(value, ensure_ascii=chance.random() < 0.5, default=str)
    if chance.random() < 0.1:
        said = "[" * 2000 + said + "]" * 2000
    return said.encode("utf-8", "replace").decode().replace("</", "<\\/")


def _object(chance: Random, keys: Sequence[str], depth: int) -> dict[str, Any]:
    return {chance.choice(keys): _value(chance, keys, depth + 1) for _ in range(chance.randrange(1, 9))}


def _value(chance: Random, keys: Sequence[str], depth: int) -> Any:
    draw = chance.random()
    if draw < 0.2 and depth < 7:
        return _object(chance, keys, depth)
    if draw < 0.35 and depth < 7:
        return [_value(chance, keys, depth + 1) for _ in range(chance.randrange(6))]
    if draw < 0.65:
        return chance.choice(_WORDS) * chance.choice((1, 3, 30))
    odd = (
        None, True, False, 0, -1, 10**4000, 1e308, float("inf"), float("nan"), "", "\ud800", "<p>a\udfff</p>", "https://a.example/\ud834.jpg", "<p>x<p>" + _WORDS[0] * 9,
        "/a.jpg", "/" + ".jpg?" * 200 + " x", 1700000000, 10**12, 10**400, "[" * 50, "&#x202e;a", "&amp;lt;script&amp;gt;", {"@id": "x"}, [[[[[[]]]]]], [None], [{}],
        *_ADDRESSES, *_CHARACTERS, *_VALUES,
    )  # fmt: skip
    return chance.choice(odd)


def _abuse_spans(chance: Random, text: str, _: str) -> str:
    rows = []
    for _ in range(chance.randrange(1, 60)):
        cells = (
            f"<{chance.choice(('td', 'th', 'td', 'caption', 'table', 'div'))} {chance.choice(('rowspan', 'colspan'))}={chance.choice((0, 1, 2, 7, 50, 65534, -3, '٣', '1e3'))}"
            f" {chance.choice(('rowspan', 'colspan'))}={chance.choice((1, 3, 9999))}>{chance.choice(('', 'x', '|', ':--', '<br>', '<ul><li>a', _WORDS[0]))}"
            for _ in range(chance.randrange(7))
        )
        rows.append(f"<tr>{''.join(cells)}")
    return _between(chance, text, f"<table>{''.join(rows)}" + chance.choice(("</table>", "")))


def _add_huge(chance: Random, text: str, _: str) -> str:
    filling = chance.choice(
        ("x", "x ", "<", "&", '\\"', "a.a@", "*", "(", "ب", "渡", "\n", "\u0301", "http://")
    )
    filled = filling * (chance.choice((3000, 60_000)) // len(filling))
    tag = chance.choice(_TAGS)
    where = chance.choice(
        (
            f"<{tag} {chance.choice(_ATTRIBUTES)}='{filled}'>",
            f"<{tag}>{filled}",
            f"<{tag} {filled}>",
            filled,
            f"<title>{filled}</title>",
        )
    )
    return _between(chance, text, where)


_CHANGES: tuple[Callable[[Random, str, str], str], ...] = (
    _splice, _insert_part, _delete, _repeat, _nest, _swap, _rename, _break_attributes, _break_attributes, _add_characters, _add_characters,
    _leave_open, _run_script, _damage_json, _damage_json, _abuse_spans, _add_huge,
)  # fmt: skip


# --- bytes, and what is known of a page from outside --------------------------------------------------------


def _saved(chance: Random, text: str) -> bytes:
    draw = chance.random()
    if draw < 0.6:
        return text.encode("utf-8", "replace")
    if draw < 0.75:
        return text.encode(chance.choice(_CHARSETS), "replace")
    body = bytearray(text.encode("utf-8", "replace"))
    if draw < 0.85:
        del body[chance.randrange(len(body) + 1) :]
    for _ in range(chance.choice((0, 1, 10, 300))):
        if body:
            body[chance.randrange(len(body))] = chance.choice(
                (0x80, 0xC3, 0xE2, 0xF0, 0xFF, 0x00, chance.randrange(256))
            )
    return bytes(body)


def _circumstances(chance: Random, page: Page) -> Page:
    if chance.random() < 0.2:
        page = replace(
            page,
            content_type=f"text/html; charset={chance.choice((*_CHARSETS, 'nonsense', 'hz-gb-2312', 'replacement'))}",
        )
    if chance.random() < 0.1:
        page = replace(
            page,
            rules=ArticleRules(
                body=chance.choice(_SELECTORS),
                remove=(chance.choice(_SELECTORS),),
                title="h1",
                authors="a",
                published="time, p",
            ),
        )
    if chance.random() < 0.1:
        container, published, authors = (chance.choice(_SELECTORS) for _ in range(3))
        page = replace(
            page, memory=SiteMemory(pages=3, container=container, published=published, authors=authors)
        )
    if chance.random() < 0.1:
        page = replace(
            page,
            title=chance.choice(_WORDS),
            authors=(chance.choice(_CHARACTERS),),
            published=datetime(2024, 5, 3, tzinfo=UTC),
            language=chance.choice(("fa", "en", "zh-Hans")),
        )
    if chance.random() < 0.05:
        page = replace(page, old_mirror=not page.old_mirror)
    return page
