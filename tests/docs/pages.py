"""The documentation as the tests see it: pages, headlines, tables, blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Page:
    """One Markdown file; ``name`` is its path from the repository's root."""

    name: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.name).read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its fenced and indented blocks."""
        unfenced = re.sub(r"^```.*?^```$", "", self.text, flags=re.MULTILINE | re.DOTALL)
        return re.sub(r"^    .*$", "", unfenced, flags=re.MULTILINE)

    def blocks(self, language: str) -> list[str]:
        """The contents of the fenced blocks of one language."""
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)

    def part(self, headline: str) -> str:
        """What stands under a headline, down to the next of its level or above."""
        marks, _, _ = headline.partition(" ")
        after = self.text.split(f"\n{headline}\n", 1)[1]
        return re.split(rf"^#{{1,{len(marks)}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]

    @property
    def headlines(self) -> list[str]:
        return re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)


def table(text: str, first_column: str) -> list[list[str]]:
    """The rows of the first table whose first column is called so; an empty list without one."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith(f"| {first_column} |"):
            rows = []
            for row in lines[number + 2 :]:
                if not row.startswith("|"):
                    break
                rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]])
            return rows
    return []


def code(text: str) -> list[str]:
    """The inline code in a text."""
    return re.findall(r"`([^`\n]+)`", text)


def all_pages() -> list[Page]:
    places = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return [Page(str(place.relative_to(ROOT))) for place in sorted(places)]
