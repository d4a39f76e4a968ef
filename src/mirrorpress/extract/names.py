"""Authors' names as pages write them: which texts name a person or a desk, and which do not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from mirrorpress.extract.text import plain

LONGEST = 300
"""Characters of a text that are searched for names."""
_MOST = 8
_BY = re.compile(
    r"^(?:(?:(?:medically |fact )?(?:written|posted|published|reviewed|story|words|text|report|article|created|submitted|opinion)(?: by)?\s?:|(?:written|posted|published|story|words|text|created|submitted) by|by|authors?|von|text von|par|por|di|door|av|af|autore?n?|auteure?|geschrieben von|"
    r"escrito por|verfasst von|przez|автор|نویسنده|نوشته|گزارش|به قلم)(?:\s?[:：|]\s?|\s+)|"
    r"(?:文\s?[/／:：]|(?:作者|撰文|撰稿|特约记者|特約記者|本报记者|本報記者|记者|記者|采写|供稿)\s?[/／:：]?)\s?)+",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s*[,;|/、，；•―]\s*|\s+(?:and|und|et|with|&|\+|–|—|-|~|与|和|و)\s+|(?<=[^\W\d_])\s*&\s*", re.IGNORECASE
)
_ROLE = re.compile(
    r"\b(?:editors?|reporters?|writers?|correspondents?|contributors?|contributing|directors?|managers?|founders?|co-founder|ceo|cto|"
    r"cmo|experts?|specialists?|staff|senior|sr|jr|head|chief|officer|president|vice|professor|columnist|producer|freelance|"
    r"dietitian|nutritionist|analyst|coach|author|consultant|redakteurin|redakteur|journalist(?:in)?|min|mins|minutes?|read|"
    r"updated|published|posted|follow|share|comments?|at|for|the|university|college|institute|ph\.?d|m\.?d|r\.?d|inc|llc|gmbh)\b"
    r"|@|www\.|https?:|\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(r"(?:[A-Z]\.?){1,6}|[A-Z-]{2,8}|(?:Ph|M|B|Ed|Psy|Pharm)\.?\s?[A-Z][a-z]{0,2}\.?|Esq\.?|Jr\.?|Sr\.?")
_NOBODY = re.compile(
    r"^(?:(?:the )?(?:web|site)?\s?(?:admin|administrator|webmaster|superuser|root|user|guest|author|authors|anonymous|unknown|none|null|undefined|"
    r"editor|staff|n/?a|na|about|contact|home|login|test|by|more|share|follow|\[.*|view .*|see .*|read .*|about .*|all posts.*|posts? by.*)|管理员|管理員|佚名|匿名|مدیر|ادمین)$|\badmin\b|@|https?:|www\.",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    "de del della der den des di da do dos das du la le les el al bin ibn van von vom zu zur zum ten ter y e i dr mr mrs ms".split()
)
_CASELESS = re.compile("[\u0590-\u08ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff]")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,100}|\([^()]{0,80}\)|<[^<>]{0,80}>")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*\.?")


def is_person(name: str) -> bool:
    """Whether a name is one of a person: two to five capitalised words, or as few in a script without capitals."""
    words = name.split()
    if any(character.isdigit() for character in name) or not words or len(name) > 50:
        return False
    if _CASELESS.search(name):
        return len(words) <= 4 and len(name) <= (6 if _HAN.search(name) and "·" not in name else 40)
    if not 2 <= len(words) <= 5 or not _WORD.match(words[-1]):
        return False
    return all(word[0].isupper() or word.strip(".").lower() in _PARTICLES or word[0] in "'’\"“(" for word in words)


def is_name(name: str) -> bool:
    """Whether a text may name a person or a desk: no sentence, address or "Admin"."""
    if not 2 <= len(name) <= 60 or _NOBODY.search(name) or name.isdigit():
        return False
    if _CASELESS.search(name):
        return len(name.split()) <= 5 and (not _HAN.search(name) or len(name) <= 12)
    return len(name.split()) <= 6 and not name.endswith(("?", "!", ":")) and name[0].isalnum()


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text such as "By A and B, Reporter | 3 May": without what introduces them and without
    roles, degrees, addresses and dates."""
    text = plain(unescape(text[:LONGEST]) if "&" in text[:LONGEST] else text[:LONGEST])
    text = _BY.sub("", _ADDRESS.sub(" ", text).strip(" .,;|·•-–—:：\u200f"))
    parts = [part.strip(" .·•*:：\"“”") for part in _BETWEEN.split(text)]
    parts = [part for part in parts if part]
    if len(parts) == 2 and "," in text and all(" " not in part for part in parts):
        return (plain(f"{parts[1]} {parts[0]}"),) if is_name(parts[0]) else ()  # "Moor, Tilda"
    if len(parts) == 1 and _HAN.search(text) and all(2 <= len(part) <= 4 for part in text.split()):
        parts = text.split()
    names: list[str] = []
    for number, part in enumerate(parts):
        part = _BY.sub("", part)
        if number and (_ROLE.search(part) or _DEGREE.fullmatch(part) or any(one.isdigit() for one in part)):
            continue
        if is_name(part):
            names.append(part)
    return tuple(dict.fromkeys(names))[:_MOST]


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Names in several texts, each once."""
    return tuple(dict.fromkeys(name for text in texts for name in names_in(text)))[:_MOST]
