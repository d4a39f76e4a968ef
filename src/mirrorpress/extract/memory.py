"""What several pages of one site teach about its layout: where the body stands, which blocks stand on every
page, where date and authors are shown.

Each page that was read without selectors leaves a ``Layout``; ``learn`` makes a ``SiteMemory`` of the newest
of them; later pages are read with it. Nothing here touches a page or a disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mirrorpress.model import Layout

NEWEST = 20
"""How many of a section's newest layouts are kept and learned from."""
_FEWEST = 3  # pages from which on anything is learned
_USUAL = 0.6  # share of the pages that must agree on a place
_REPEATED = 0.3  # share of the pages on which a block must stand to count as repeated, two pages at the least


@dataclass(frozen=True, slots=True)
class SiteMemory:
    """What ``pages`` pages of a site have in common. Selectors are CSS, empty where the pages disagree;
    ``repeated`` holds names of blocks (``block_name``) that stand on several of them."""

    pages: int = 0
    container: str = ""
    published: str = ""
    authors: str = ""
    repeated: frozenset[str] = frozenset()

    def fits(self, layout: Layout) -> bool:
        """Whether a page still has the layout that was learned."""
        return not self.container or layout.container == self.container


def learn(layouts: Sequence[Layout]) -> SiteMemory:
    """The memory of a site from its newest pages' layouts, newest first; empty for fewer than three."""
    layouts = [layout for layout in layouts if layout.container][:NEWEST]
    if len(layouts) < _FEWEST:
        return SiteMemory(pages=len(layouts))
    counted = Counter(block for layout in layouts for block in set(layout.blocks))
    enough = max(2, _REPEATED * len(layouts))
    return SiteMemory(
        pages=len(layouts),
        container=_usual((layout.container for layout in layouts), len(layouts)),
        published=_usual((layout.published for layout in layouts), len(layouts)),
        authors=_usual((layout.authors for layout in layouts), len(layouts)),
        repeated=frozenset(block for block, count in counted.items() if count >= enough),
    )


def _usual(values: Iterable[str], pages: int) -> str:
    counted = Counter(value for value in values if value)
    if not counted:
        return ""
    value, count = counted.most_common(1)[0]
    return value if count >= _USUAL * pages else ""
