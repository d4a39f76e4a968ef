"""The pages to compare on, with their truth: checkouts of three public repositories, never carried here."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ORIGINS = {
    "wcxb": "https://github.com/Murrough-Foley/web-content-extraction-benchmark",
    "readability": "https://github.com/mozilla/readability",
    "trafilatura": "https://github.com/adbar/trafilatura",
}
TYPICAL = 170_000  # bytes; the pages that speed is measured on are those nearest to it
_READABILITY_BASE = "http://fakehost/test/page.html"  # as readability's own tests have it
_UNKNOWN = "https://page.example/{}"
_MARKS = re.compile(
    r"!\[([^\]]*)\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)|^\s*(?:#{1,6}|>|[-*+]|\d+\.)\s+", re.MULTILINE
)
_RULES = re.compile(r"^[\s|:-]+$", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True)
class Page:
    """A page on disk, perhaps gzipped, and where it came from."""

    id: str
    path: Path
    url: str


@dataclass(frozen=True)
class Truth:
    """What a person said the page holds; empty where nobody did."""

    text: str
    title: str = ""
    author: str = ""
    published: str = ""


def missing(folders: dict[str, Path], split: str) -> list[str]:
    """One line for each folder that is not there or not what it should be: how to get it."""
    proof = {"wcxb": f"{split}/ground-truth", "readability": "test/test-pages", "trafilatura": "tests/eval"}
    lines = []
    for name, folder in folders.items():
        if not (folder / proof[name]).is_dir():
            lines.append(f"git clone --depth 1 {ORIGINS[name]} {folder}")
    return lines


def wcxb(folder: Path, split: str, types: set[str]) -> Iterator[tuple[Page, Truth]]:
    """Pages of the Web Content Extraction Benchmark of some types, those without any true text left out."""
    truths = folder / split / "ground-truth"
    for path in sorted(truths.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        if said.get("_internal", {}).get("page_type", {}).get("primary") not in types:
            continue
        truth = said["ground_truth"]
        text = truth.get("main_content") or plain_of_markdown(truth.get("main_content_markdown") or "")
        page = next((folder / split / "html").glob(f"{path.stem}.html*"), None)
        if text.strip() and page:
            known = (truth.get(key) or "" for key in ("title", "author", "publish_date"))
            url = said.get("url") or _UNKNOWN.format(path.stem)  # one file has none
            yield Page(path.stem, page, url), Truth(text, *known)


def readability(folder: Path) -> Iterator[tuple[Page, str]]:
    """Readability's test pages, each with the HTML that its authors expect of it."""
    for case in sorted((folder / "test" / "test-pages").iterdir()):
        source, expected = case / "source.html", case / "expected.html"
        if source.is_file() and expected.is_file():
            yield Page(case.name, source, _READABILITY_BASE), expected.read_text(encoding="utf-8")


def typical(folder: Path, count: int) -> list[Page]:
    """The ``count`` evaluation pages of trafilatura whose size is nearest to 170 kB, in a fixed order."""
    known = json.loads((folder / "tests" / "evaldata.json").read_text(encoding="utf-8"))
    addresses = {one["file"]: url for url, one in known.items()}
    pages = [path for place in ("eval", "cache") for path in (folder / "tests" / place).glob("*.html")]
    pages.sort(key=lambda path: (abs(path.stat().st_size - TYPICAL), path.name))
    return [
        Page(path.stem, path, addresses.get(path.name, _UNKNOWN.format(path.stem))) for path in pages[:count]
    ]


def lay_out(pages: Iterable[Page], folder: Path) -> list[Page]:
    """The pages decoded once for all engines and written to ``folder`` as UTF-8."""
    from mirrorpress.markup import decode

    folder.mkdir(parents=True)
    laid = []
    for page in pages:
        content = page.path.read_bytes()
        if page.path.suffix == ".gz":
            content = gzip.decompress(content)
        path = folder / f"{page.id}.html"
        path.write_text(decode(content), encoding="utf-8", newline="")
        laid.append(Page(page.id, path, page.url))
    return laid


def plain_of_markdown(text: str) -> str:
    """Markdown's words without its marks, well enough to compare words."""
    text = _MARKS.sub(lambda found: found[1] or found[2] or "", text)
    text = _EMPHASIS.sub(lambda found: found[2], _RULES.sub("", text))
    return text.replace("|", " ")
