"""A page's tree seen as a run of text blocks, each with the elements around it: what the classifier reads.

A block is what a browser would set as one paragraph: the words between two borders of block elements or two
``<br>`` in a row. Pictures stand in the run as blocks without words. The walk touches each node once and
keeps no more than it must: it decides what an extraction costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mirrorpress.extract.junk import hidden_in, names_of, words_in
from mirrorpress.extract.videos import PLAYERS
from mirrorpress.markup import Element, Node, Text

MOST_BLOCKS = 12_000
"""A page with more is cut there; the largest of the training pages has 6,223."""
_DEEPEST = 150  # levels of elements; what is deeper is read as words. Real pages stay under 60.
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figure "
    "figcaption footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p "
    "optgroup option pre search section summary table tbody td tfoot th thead tr ul".split()
)
"""What browsers set as blocks (HTML, section 15.3); what they do not know, such as ``<ok>``, is set in the
line."""
_ANY_BLOCK = "p, div, section, article, ul, ol, table, h2, h3"
_PICTURES = frozenset(("img", "picture", "amp-img")) | PLAYERS
_BULK = 0.5  # of a page's words; an element that holds more is shown by a script, whatever its style says
_STRONG = frozenset(("b", "strong"))
_BREAK = "\ufdd0"  # a noncharacter, which no page's text holds after cleaning


@dataclass(slots=True)
class Place:
    """A block element that holds words, and what its subtree comes to. Lengths are in characters."""

    element: Node
    tag: str
    parent: int  # number of the place around it; -1 for the root
    hidden: bool
    first: int  # number of its first block
    last: int = 0  # one beyond its last block
    length: int = 0
    linked: int = 0
    _names: str | None = None

    @property
    def names(self) -> str:
        """What the template calls the element; looked up when first asked for."""
        if self._names is None:
            self._names = names_of(self.element) if isinstance(self.element, Element) else ""
        return self._names

    @property
    def words(self) -> frozenset[str]:
        """The words in its names, lower case."""
        return words_in(self.names)


@dataclass(slots=True)
class Piece:
    """One block: its words in one line, how many characters of them are links, and where it stands.

    ``nodes`` are the nodes that hold the words, or the picture."""

    place: int
    text: str
    linked: int
    strong: int
    breaks: int  # single <br> inside
    nodes: list[Node]
    picture: bool = False


@dataclass(slots=True)
class Outline:
    """All places and blocks of a page, in the order of the page; ``unseen`` are hidden elements inside
    blocks."""

    places: list[Place] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    unseen: list[Node] = field(default_factory=list)


def outline(root: Node) -> Outline:
    """The outline of a tree, usually a pruned ``<body>``."""
    places: list[Place] = [Place(root, "body", -1, hidden=False, first=0)]
    pieces: list[Piece] = []
    unseen: list[Node] = []
    words: list[str] = []
    nodes: list[Node] = []
    linked = strong = breaks = links = strongs = 0
    hidden = hidden_in(root)

    def close(place: int) -> None:
        nonlocal words, nodes, linked, strong, breaks
        text = " ".join("".join(words).split())
        inside = 0
        if _BREAK in text:
            text = text.strip(_BREAK + " ")
            inside = text.count(_BREAK)
            text = " ".join(text.replace(_BREAK, " ").split())
        if text and len(pieces) < MOST_BLOCKS:
            most = len(text)
            pieces.append(Piece(place, text, min(linked, most), min(strong, most), inside, nodes))
        words = []
        nodes = []
        linked = strong = breaks = 0

    def in_block(element: Node, tag: str, place: int, depth: int) -> None:
        if words:
            close(place)
        number = len(places)
        inner = Place(element, tag, place, element in hidden, len(pieces))
        places.append(inner)
        visit(element, number, depth + 1)
        if words:
            close(number)
        inner.last = len(pieces)

    def visit(node: Node, place: int, depth: int) -> None:
        nonlocal linked, strong, breaks, links, strongs
        for child in node:
            kind = type(child)
            if kind is Text:
                data = child.data  # type: ignore[attr-defined]
                if data.isspace():
                    if words:
                        words.append(" ")
                else:
                    words.append(data)
                    breaks = 0
                    nodes.append(child)
                    if links:
                        linked += len(data)
                    if strongs:
                        strong += len(data)
            elif kind is Element:
                tag = child.tag  # type: ignore[attr-defined]
                if depth > _DEEPEST:
                    words.append(child.text)
                    nodes.append(child)
                elif tag in _BLOCKS:
                    in_block(child, tag, place, depth)
                elif tag == "a":
                    if child in hidden:
                        unseen.append(child)
                        continue
                    links += 1
                    visit(child, place, depth + 1)
                    links -= 1
                elif tag == "br":
                    breaks += 1
                    if breaks > 1:
                        close(place)
                        breaks = 1
                    else:
                        words.append(_BREAK)
                    visit(child, place, depth + 1)
                elif tag in _PICTURES:
                    if words:
                        close(place)
                    if len(pieces) < MOST_BLOCKS:
                        pieces.append(Piece(place, "", links, 0, 0, [child], picture=True))
                elif "-" in tag and child.select_one(_ANY_BLOCK) is not None:
                    in_block(child, tag, place, depth)
                elif child in hidden:
                    unseen.append(child)
                else:
                    bold = tag in _STRONG
                    strongs += bold
                    visit(child, place, depth + 1)
                    strongs -= bold

    visit(root, 0, 0)
    close(0)
    places[0].last = len(pieces)
    for piece in pieces:
        around = places[piece.place]
        around.length += len(piece.text)
        if not piece.picture:
            around.linked += piece.linked
    for number in range(len(places) - 1, 0, -1):
        place = places[number]
        around = places[place.parent]
        around.length += place.length
        around.linked += place.linked
    most = _BULK * places[0].length
    for place in places[1:]:
        # Themes hide the whole page until a script fades it in.
        place.hidden = places[place.parent].hidden or (place.hidden and place.length <= most)
    return Outline(places, pieces, unseen)
