"""The Markdown edition: a git repository that any git host shows as a publication.

README.md                    home
pages/<section>/<id>.md      a page an article
indexes/<section>.md         newest first: the page under way and the last full one; for an editor's section,
                             the editor's list
indexes/<section>/<n>.md     full list pages, numbered from the oldest, written once
corrections/<section>/<id>.md  how an article was changed
indexes/corrections.md       what was changed last
indexes/hot.md               what was read most, once readers were counted
withdrawn.json               what was taken back, for those who carry the mirror further
feeds/… feed.xml sitemaps/…  see ``syndication``
assets/…                     pictures by content
qr/<page>.png                the QR code of each page's address
s/<code>.md                  with ``short_addresses``: leads on to the article with this code
<path>.md                    leads on from where an adopted page or a list stood in an old mirror
<language>/…                 all but the pictures once more, for Chinese in another script
"""

from __future__ import annotations

from dataclasses import dataclass

from mirrorpress.editions.tree import TreeEdition
from mirrorpress.editions.writing import Markdown, Writing
from mirrorpress.model import Configuration


@dataclass(frozen=True, slots=True)
class MarkdownEdition(TreeEdition):
    """The edition's keys in mirrorpress.toml; implements ``model.Edition``."""

    name: str = "markdown"
    pages: str = "pages/{section}/{id}.md"

    @property
    def writing(self) -> Writing:
        return Markdown()

    def addresses(self, configuration: Configuration) -> tuple[str, ...]:
        return configuration.mirror.addresses
