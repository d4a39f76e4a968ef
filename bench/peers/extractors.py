"""Two usual ways from pages to Markdown files, each in one process.

``trafilatura`` finds the article by itself, with title, author and date, and writes Markdown with links
and picture addresses. ``markdownify`` cuts one selector out with Beautiful Soup on lxml and converts it;
it finds no title, author or date. Neither sanitises, carries pictures, keeps captures or revisions,
rechecks for what endangers readers, or makes lists, feeds and QR codes.

    python -m bench.peers.extractors trafilatura|markdownify MIRROR OUT
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bench.corpus import BODY
from bench.mirrors import captured


def _trafilatura() -> Callable[[bytes], str]:
    from trafilatura import extract

    def convert(page: bytes) -> str:
        found = extract(
            page, output_format="markdown", with_metadata=True, include_links=True, include_images=True
        )
        return found or ""

    return convert


def _markdownify() -> Callable[[bytes], str]:
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    converter = MarkdownConverter(heading_style="ATX")

    def convert(page: bytes) -> str:
        soup = BeautifulSoup(page, "lxml")
        for junk in soup.select(".ad-slot, script, style"):
            junk.decompose()
        return str(converter.convert_soup(soup.select_one(BODY)))

    return convert


_EXTRACTORS = {"trafilatura": _trafilatura, "markdownify": _markdownify}


def main(name: str, mirror: Path, out: Path) -> None:
    """Read every capture of ``mirror``, write a Markdown file for each below ``out``."""
    convert = _EXTRACTORS[name]()
    out.mkdir(parents=True)
    for number, page in enumerate(captured(mirror)):
        text = convert(page)
        assert len(text) > 200, f"{name} found nothing in page {number}"
        (out / f"{number}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
