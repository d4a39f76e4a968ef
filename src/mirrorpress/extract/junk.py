"""What never belongs to an article: scripts, frames, forms, hidden elements, advertisements, share bars.

Names of classes and ids are matched as whole words (``ad-slot``, ``adSlot``, ``ad_slot``, never ``shadow``
or ``header``). An element that holds much of the page's text is never removed for its name alone: some
sites wrap the whole page in ``<form>`` (ASP.NET) or ``<div class="has-ads">``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mirrorpress.extract.pictures import picture_of
from mirrorpress.markup import Element, Node, Text

NEVER = (
    "script, style, frame, frameset, applet, template, noscript, input, button, select, textarea, svg, "
    "canvas, dialog, nav, map, link, meta, base, amp-ad, amp-analytics, amp-sidebar, ins.adsbygoogle, "
    "[style*='position:fixed' i], [style*='position: fixed' i]"
)
HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_MAY_HIDE = "[hidden], [aria-hidden], [style]"
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

ADS = frozenset(
    "ad ads adv advert adverts advertisement advertising advertorial adsbygoogle adsense adslot adbox adunit "
    "banner dfp gpt sponsor sponsored sponsors promo promos promoted promotion taboola outbrain mgid "
    "revcontent doubleclick guanggao".split()
)
_SHARE = frozenset(
    "share sharing shares sharebar addthis sharethis social bdsharebuttonbox jiathis bshare".split()
)
_ABSENT = "\ufdd0"  # a noncharacter, which no attribute holds
_MOST_READ = 200_000_000  # characters of nested elements with such names; real pages stay under 10 million
_COLONS = (":", "：")
_MOST_FIELDS = 500
_LONGEST_LABEL = 100  # characters before a field of a form
_LONGEST_NAMES = 500  # characters of an element's class and id that are looked at
_APPEAL = re.compile(r"subscri|donat|member|support-us|supportus|contribute|juanzhu|zanzhu", re.IGNORECASE)
_MAY_APPEAL = ", ".join(
    f'[href*="{word}" i]'
    for word in "subscri donat member support-us supportus contribute juanzhu zanzhu".split()
)
_AD_PATH = re.compile(r"/(ads?|adv|advert|banners?|adimg)/", re.IGNORECASE)


def names_of(element: Element) -> str:
    """What a template calls an element: its class, id, and the names that components give it."""
    attr = element.attr
    names = attr("class") or ""
    for more in (attr("id"), attr("data-testid"), attr("data-component")):
        if more:
            names = f"{names} {more}" if names else more
    return names if len(names) <= _LONGEST_NAMES else names[:_LONGEST_NAMES]


def words_of(element: Element) -> frozenset[str]:
    """The words in an element's names, lower case."""
    return words_in(names_of(element))


@lru_cache(maxsize=2000)
def words_in(names: str) -> frozenset[str]:
    """The words in names, lower case."""
    return frozenset(word.lower() for word in _WORD.findall(names))


def is_hidden(element: Element) -> bool:
    """Whether a reader of the original would not have seen the element, or only over the page."""
    attr = element.attr
    style = attr("style")
    return (
        (style is not None and HIDDEN_STYLE.search(style) is not None)
        or attr("hidden", _ABSENT) != _ABSENT
        or attr("aria-hidden") == "true"
    )


def hidden_in(root: Node) -> frozenset[Element]:
    """The elements below ``root`` that are hidden by themselves, found by one query."""
    return frozenset(element for element in root.select(_MAY_HIDE) if is_hidden(element))


def strip(root: Node) -> None:
    """Remove from a tree, in place, the tags that no article holds, once pictures that only ``<noscript>``
    shows are in their place."""
    keep_lazy_pictures(root)
    for found in root.select("input, button")[:_MOST_FIELDS]:
        label = found.previous_sibling
        if (
            isinstance(label, Text)
            and label.data.strip()[-1:] in _COLONS
            and len(label.data) <= _LONGEST_LABEL
        ):
            label.extract()  # "本文短网址:" before the field that would show it
    root.remove(NEVER)


def prune(root: Node) -> None:
    """Remove from a body that an operator chose by selector, in place, what no body may hold: such tags,
    hidden elements, advertisements and share bars."""
    strip(root)
    total = max(len(root.text), 1)
    read = 0
    for element in root.select(_MAY_HIDE):
        if is_hidden(element):
            element.decompose()
    for element in root.select("form, [class], [id]"):
        if element.tag in ("html", "body", "article", "main", "p", "h1"):
            continue
        words = words_of(element)
        junk = element.tag == "form" or words & ADS or words & _SHARE
        if junk:
            length = len(element.text)
            if length <= 0.4 * total:
                element.decompose()
            read += length
            if read > _MOST_READ:
                return


def keep_lazy_pictures(root: Node) -> None:
    """Put a picture that only ``<noscript>`` holds where the script would have put it."""
    for element in root.select("noscript"):
        element.insert_before(*[frame.extract() for frame in element.select("iframe")])
        pictures = element.select("img")
        before = element.previous_sibling
        while isinstance(before, Text) and not before.data.strip():
            before = before.previous_sibling
        stand_in = None
        if isinstance(before, Element):
            stand_in = before if before.tag == "img" else before.select_one("img")
        if not pictures or (stand_in is not None and picture_of(stand_in, "https://x.invalid/") is not None):
            continue
        if stand_in is not None:
            stand_in.decompose()
        element.insert_before(*[picture.extract() for picture in pictures])


def is_appeal(element: Element) -> bool:
    """Whether a block asks for money or membership: two links there, or one beside an advertising picture.

    Old mirrors turned links into ``<span href>``; both forms count.
    """
    if element.select_one(_MAY_APPEAL) is None:
        return False
    targets = [node.attr("href") or "" for node in element.select("a[href], [href]")]
    asking = sum(1 for target in targets if _APPEAL.search(target))
    if not asking or asking < 0.6 * len(targets):
        return False
    pictures = [image.attr("src") or "" for image in element.select("img")]
    return asking >= 2 or any(_AD_PATH.search(source) for source in pictures)
