"""Which words belong to a picture: ``<figcaption>``, captions by class, lines right under a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mirrorpress.extract.junk import words_of
from mirrorpress.extract.text import CJK, plain, squeeze
from mirrorpress.markup import Element, Node, Text

IMAGES = "img, picture, amp-img"
_CAPTION = frozenset(
    "caption figcaption wpcaption cap legend tuzhu zhushi credit photocredit imagecaption".split()
)
_HOLDERS = frozenset("caption img image photo pic picture figure media headerimg".split())
_CREDIT = "[class*=credit i], [class*=photographer i], [class*=copyright i], cite"
_NOT_INSIDE = "figure, table, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, pre, hr, iframe, video"
_LONGEST = 400  # characters of a caption
_LONGEST_SOURCE = 5000  # characters of a block with a picture and its caption, white space included
_MOST_ELEMENTS = 200  # of such a block
_LONGEST_UNNAMED = 200  # characters of one that no class and no alt text calls a caption
_LONGEST_CENTRED = 150  # characters of a centred line right below a picture
CENTRED = "centred"
"""Stands among the classes of a block whose words are set in the middle."""
_COUNTER = re.compile(r"^\d{1,3} ?(?:/|of|von|de|sur) ?\d{1,3}\s+")
_SAYS_CREDIT = re.compile(
    r"[▲△▼▽◎]|[(（【\[]?(?:图片?|圖片?|照片|摄影|攝影|photo|image|picture|عکس)"
    r"\s*(?:来源|來源|提供|說明|说明|by|credit|courtesy)?\s*[:：/／]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """Pictures and the words about them."""

    images: tuple[Element, ...]
    caption: str
    credit: str

    @property
    def image(self) -> Element:
        return self.images[-1]


def figure_words(figure: Element) -> Words | None:
    """What a ``<figure>`` shows; None when it holds no picture."""
    images = tuple(
        image for image in figure.select(IMAGES) if image.tag != "img" or not image.closest("picture")
    )
    if not images:
        return None
    captions = figure.select("figcaption")
    holder: list[Element] = [node for node in captions if not _inside_another(node)] or [figure]
    credit = _take_credit(holder[-1])
    caption = " ".join(filter(None, (words_in(node) for node in holder)))
    return Words(images, _COUNTER.sub("", caption), credit)


def captioned_picture(element: Element) -> Words | None:
    """A small block that holds one picture and the words about it, as old portals write captions; else None.

    A caption is what a class names so, what repeats the picture's ``alt``, what stands under the picture in
    a centred paragraph or after ``<br>``. A block that holds any other paragraph is no such block.
    """
    images = element.select("img")
    if len(images) != 1 or len(element.text) > _LONGEST_SOURCE or element.select_one(_NOT_INSIDE):
        return None
    if len(element.find_all(limit=_MOST_ELEMENTS)) == _MOST_ELEMENTS:
        return None
    text = words_in(element)
    if not text or len(text) > _LONGEST:
        return None
    paragraphs = [node for node in element.select("p, div, center") if _has_own_words(node)]
    if _has_own_words(element):
        paragraphs.append(element)
    named = [node for node in element.select("[class]") if words_of(node) & _CAPTION]
    outside = [
        node
        for node in paragraphs
        if not any(node == one or one in node.ancestors or node in one.ancestors for one in named)
    ]
    if outside and (named or len(outside) > 1 or _breaks_twice(element)):
        return None
    if not named and not _is_caption(element, images[0], text):
        return None
    credit = _take_credit(element)
    return Words((images[0],), words_in(element), credit)


def is_caption_after_picture(text: str, classes: frozenset[str], alt: str) -> bool:
    """Whether a paragraph right after a picture is its caption."""
    if len(text) > _LONGEST:
        return False
    return (
        bool(classes & _CAPTION)
        or (bool(alt) and squeeze(text) == squeeze(alt))
        or (CENTRED in classes and len(text) <= _LONGEST_CENTRED)
        or (len(text) <= _LONGEST_UNNAMED and bool(_SAYS_CREDIT.match(text)))
    )


def words_in(node: Node) -> str:
    """A node's words in one line; line feeds between Han characters are no spaces."""
    return plain(re.sub(rf"(?<=[{CJK}])\s*\n\s*(?=[{CJK}])", "", node.text))


def _is_caption(element: Element, image: Element, text: str) -> bool:
    alt = plain(image.attr("alt") or "")
    if (alt and squeeze(alt) == squeeze(text)) or words_of(element) & _HOLDERS:
        return True
    if len(text) > _LONGEST_UNNAMED:
        return False
    return is_centred(element) or (element.tag != "div" and element.select_one("br") is not None)


def is_centred(element: Element) -> bool:
    """Whether an element sets its words in the middle, as old portals set pictures and their captions."""
    style = f"{element.attr('style') or ''} {element.attr('align') or ''}"
    return "center" in style or element.tag == "center"


def _breaks_twice(element: Element) -> bool:
    """Whether two breaks in a row part paragraphs; the last break of a block parts nothing."""
    for line_break in element.select("br"):
        after = line_break.next_sibling
        while isinstance(after, Text) and not after.data.strip():
            after = after.next_sibling
        if isinstance(after, Element) and after.tag == "br" and after.next_sibling is not None:
            return True
    return False


def _has_own_words(element: Element) -> bool:
    """Whether words stand in an element, or in inline elements of it, rather than in blocks inside it."""
    blocks = [node for node in element if isinstance(node, Element) and _holds_block(node)]
    inner = sum(len(squeeze(node.text)) for node in blocks)
    return len(squeeze(element.text)) > inner


def _holds_block(node: Element) -> bool:
    return node.tag in ("p", "div", "center") or node.select_one("p, div, center") is not None


def _take_credit(holder: Element) -> str:
    """Cut the credit out of a caption and return it."""
    found = holder.select_one(_CREDIT)
    if found is None or found.select_one("img"):
        return ""
    credit = words_in(found)
    found.decompose()
    return credit


def _inside_another(caption: Element) -> bool:
    return any(isinstance(node, Element) and node.tag == "figcaption" for node in caption.ancestors)
