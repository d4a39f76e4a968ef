"""Videos and sound in an article: not carried, but named, by a link to where they can be seen."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from mirrorpress import links
from mirrorpress.extract.text import plain
from mirrorpress.markup import Element

PLAYERS = frozenset("iframe video audio embed object lite-youtube amp-youtube amp-iframe".split())
"""Tags that may hold a video."""
_ADDRESSES = "src data-src data-lazy-src data-original data".split()
_ID = r"([\w-]{4,40})"
_EMBEDS = tuple(
    (re.compile(pattern), address)
    for pattern, address in (
        (rf"youtube(?:-nocookie)?\.com/(?:embed|v|shorts)/{_ID}", "https://www.youtube.com/watch?v={}"),
        (rf"youtu\.be/{_ID}", "https://www.youtube.com/watch?v={}"),
        (r"player\.vimeo\.com/video/(\d+)", "https://vimeo.com/{}"),
        (rf"dailymotion\.com/embed/video/{_ID}", "https://www.dailymotion.com/video/{}"),
        (rf"player\.bilibili\.com/.*[?&]bvid={_ID}", "https://www.bilibili.com/video/{}"),
        (rf"aparat\.com/.*videohash/{_ID}", "https://www.aparat.com/v/{}"),
        (rf"v\.qq\.com/.*[?&]vid={_ID}", "https://v.qq.com/x/page/{}.html"),
        (rf"rutube\.ru/play/embed/{_ID}", "https://rutube.ru/video/{}/"),
        (r"ok\.ru/videoembed/(\d+)", "https://ok.ru/video/{}"),
        (rf"player\.twitch\.tv/.*[?&]video={_ID}", "https://www.twitch.tv/videos/{}"),
    )
)
_CARRIES_ADDRESS = re.compile(r"facebook\.com/plugins/(?:video|post)\.php|w\.soundcloud\.com/player")
_LONGEST = 2000  # characters of an address
_LONGEST_LABEL = 150


def video_of(element: Element, base: str) -> tuple[str, str] | None:
    """The address of a video or sound that an element plays, and a label; None for anything else, such as an
    advertisement's frame, or where no safe link leads there."""
    if id := element.attr("videoid") or element.attr("data-videoid"):
        address = f"https://www.youtube.com/watch?v={id}" if re.fullmatch(_ID, id) else ""
    else:
        address = _address_of(element, base)
    if not address or not links.followable(address):
        return None
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    label = plain(element.attr("title") or element.attr("aria-label") or "")[:_LONGEST_LABEL]
    return address, f"{label} ({host})" if label else host


def _address_of(element: Element, base: str) -> str:
    own = next((value for name in _ADDRESSES if (value := element.attr(name))), "")
    if element.tag in ("video", "audio"):
        source = None if own else element.select_one("source[src]")
        own = own or (source.attr("src") or "" if source is not None else "")
        address = links.resolve(own, base) if own and len(own) < _LONGEST else ""
        return links.without_tracking(address)
    address = links.resolve(own, base) if own and len(own) < _LONGEST else ""
    for pattern, place in _EMBEDS:
        if match := pattern.search(address):
            return place.format(match[1])
    if _CARRIES_ADDRESS.search(address):
        carried = parse_qs(urlsplit(address).query)
        return unquote((carried.get("href") or carried.get("url") or [""])[0])
    return ""
