"""The last look at every file before readers can get it.

Whatever went wrong before, no page leaves that loads something from elsewhere, runs something, or leads
a reader by one click to a plain-http address or a literal IP.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import unescape

from mirrorpress.editions.compressed import unfolded
from mirrorpress.editions.feedsafety import dangers_in_json_feed, dangers_in_xml
from mirrorpress.editions.linksafety import NOT_NAMED, TELLING
from mirrorpress.editions.sitesafety import dangers_in_manifest, dangers_in_page, dangers_in_script
from mirrorpress.editions.verifier.page import PATH as VERIFIER
from mirrorpress.editions.verifier.page import is_verifier
from mirrorpress.links import leads_to_a_name, without_tracking

# These two begin with the characters that they look for, as the search for those takes next to no time.
_FENCED = re.compile(r"(```(?<=^```)`*)[^`\n]*\n.*?^\1`*\s*$", re.MULTILINE | re.DOTALL)
# What is shown literally: an escaped character, or inline code; read in one pass, as each may hold the other.
_LITERAL = re.compile(r"[\\`](?:(?<=\\)[^\n]|(?<=`)(`*+)(?:[^\n]|\n(?![ \t]*\n))+?(?<!`)`\1(?!`)|(?<=`)`*+)")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^>]*)>|<[!?][^>]*>")
_ALLOWED_TAGS = {
    "strong": "", "em": "", "s": "", "sub": "", "sup": "", "br": "", "div": ' dir="(?:rtl|ltr)"', "code": "",
    "b": "", "i": "", "del": "",
}  # fmt: skip
_AUTOLINK = re.compile(r"<(?:https://[^\s<>]+|mailto:[^\s<>]+)>")
_IMAGE = re.compile(r"!\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*<?([^)\s>]*)")
_LINK = re.compile(r"\]\(\s*<?([^)\s>]*)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*\S", re.MULTILINE)
_BARE = re.compile(r"(?:http|ftp)://|https://[^\s<]*|\bwww\.[\w-]+\.", re.IGNORECASE)
_JSON_FEED = re.compile(r"(?:^|/)(?:feed|feeds/[^/]+)\.json$")
_PICTURES = (".png", ".webp", ".avif", ".jpg", ".gif")  # which load nothing
_LISTS = (".txt", ".json", "_headers")  # that no reader's program follows
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:|^//")


def dangers(path: str, data: bytes, addresses: Sequence[str] = ()) -> list[str]:
    """What in a file would break a promise to readers, one line each; an empty list for a safe file.

    ``addresses`` are the mirror's own: a picture in a feed may stand at no other.
    """
    if path.endswith((".gz", ".br")):
        try:
            path, data = unfolded(path, data)
        except ValueError as error:
            return [str(error)]
    if path == VERIFIER and is_verifier(data):  # the one page with a script within
        return []
    if path.endswith(".js"):
        return list(dangers_in_script(path, data))
    if path.startswith("search/") and path.endswith(".bin"):  # what our own script reads
        return []
    try:
        text = "" if path.endswith(_PICTURES) else data.decode()
    except UnicodeDecodeError as error:  # a reader's program would read on, and each its own way
        return [f"bytes that are not UTF-8, from byte {error.start + 1} on"]
    if path.endswith(".md"):
        return dangers_in_markdown(text)
    if path.endswith(".html"):
        return list(dangers_in_page(path, text))
    if path.endswith(".webmanifest"):
        return list(dangers_in_manifest(text))
    if path.endswith((".xml", ".opml")):
        return list(dangers_in_xml(text, addresses))
    if _JSON_FEED.search(path):
        return list(dangers_in_json_feed(text, addresses))
    return [] if path.endswith((*_PICTURES, *_LISTS)) else ["a file of a kind that no edition has"]


def dangers_in_markdown(text: str) -> list[str]:
    """See ``dangers``. Fenced and inline code is shown literally and so is safe; so is what is escaped."""
    if "```" in text:
        text = _FENCED.sub("\n", text)
    text = _LITERAL.sub(" ", text)
    pictures = (match[1] for match in _IMAGE.finditer(text))
    found = [f"a picture from elsewhere: {source[:100]}" for source in pictures if _SCHEME.match(source)]
    for match in _LINK.finditer(text):
        target = match[1]
        if _SCHEME.match(target) and (danger := _misleads(target)):
            found.append(f"{danger}: {target[:100]}")
    if "]:" in text:
        found += [f"a link by reference: {match[0].strip()[:100]}" for match in _REFERENCE.finditer(text)]
    rest = _AUTOLINK.sub(lambda link: link[0] if _misleads(link[0][1:-1]) else " ", text)
    for match in _TAG.finditer(rest):
        attributes = _ALLOWED_TAGS.get((match[2] or "").lower())
        if attributes is None or (not match[1] and not re.fullmatch(attributes + r"\s*/?", match[3])):
            found.append(f"markup that does not belong there: {match[0][:100]}")
    outside_links = re.sub(r"\]\([^)]*\)", "]", _TAG.sub(" ", rest))
    if "://" in outside_links or "www." in outside_links.lower():  # the search itself is slow
        found += [
            f"an address that a git host turns into a link: {match[0]}"
            for match in _BARE.finditer(outside_links)
            if not match[0].startswith("https") or _misleads(match[0])
        ]
    return found


@lru_cache(maxsize=4096)  # the menu stands on all pages
def _misleads(target: str) -> str:
    """What is wrong with where a link leads, if that is not by https to a named host, or into a mail."""
    if target.startswith("mailto:"):
        return ""
    address = unescape(target)
    if not (address.startswith("https://") and leads_to_a_name(address)):
        return NOT_NAMED
    return TELLING if without_tracking(address) != address else ""
