"""The training pages: where each lies, its bytes, and what is known of its article.

Three kinds of truth: the article's text (WCXB, newspaper4k, readability), and block labels made by reading
(``labels/*.jsonl``: the hashes of the blocks that belong to the body, no words of the page).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mirrorpress.markup import parse_fragment


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``site`` groups pages that must not be split between training and testing."""

    name: str
    url: str
    path: Path
    site: str
    weight: float
    truth: str = ""
    labels: tuple[str, ...] = ()

    def body(self) -> bytes:
        """The page's bytes."""
        data = self.path.read_bytes()
        return gzip.decompress(data) if self.path.suffix == ".gz" else data


def wcxb(folder: Path, split: str = "dev", types: tuple[str, ...] = ("article",)) -> Iterator[Page]:
    """WCXB (CC-BY-4.0), https://github.com/Murrough-Foley/web-content-extraction-benchmark."""
    for file in sorted((folder / split / "ground-truth").glob("*.json")):
        about = json.loads(file.read_text(encoding="utf-8"))
        kind = about["_internal"]["page_type"]["primary"]
        if types and kind not in types:
            continue
        truth = about["ground_truth"]
        text = truth.get("main_content") or ""
        if not text and truth.get("main_content_markdown"):
            text = truth["main_content_markdown"]
        host = (urlsplit(about.get("url", "")).hostname or "").removeprefix("www.")
        page = folder / split / "html" / f"{file.stem}.html.gz"
        yield Page(
            f"wcxb/{file.stem}", about.get("url", ""), page, host, 1.0 if kind == "article" else 0.3, text
        )


def newspaper4k(folder: Path) -> Iterator[Page]:
    """newspaper4k's test pages (MIT), https://github.com/AndyTheFactory/newspaper4k."""
    data = folder / "tests" / "data"
    for file in sorted((data / "txt").glob("*.txt")):
        page = data / "html" / f"{file.stem}.html"
        if page.exists():
            text = file.read_text(encoding="utf-8")
            yield Page(f"newspaper4k/{file.stem}", "", page, f"n4k-{file.stem}", 0.7, text)


def readability(folder: Path) -> Iterator[Page]:
    """readability's test pages (Apache-2.0), https://github.com/mozilla/readability."""
    for file in sorted((folder / "test" / "test-pages").glob("*/expected.html")):
        page = file.parent / "source.html"
        text = parse_fragment(file.read_text(encoding="utf-8"))
        blocks = "\n".join(
            node.text
            for node in text.select(
                "p, h1, h2, h3, h4, li, td, th, pre, blockquote, figcaption, div:not(:has(p, div))"
            )
        )
        yield Page(f"readability/{file.parent.name}", "", page, f"rd-{file.parent.name}", 0.4, blocks)


_LABELS = Path(__file__).parent / "labels"


def read_by_eye(folder: Path, labels: str) -> Iterator[Page]:
    """Pages whose blocks were labelled by reading; ``labels`` names the file in ``training/labels``.

    ``gne``: the Chinese test pages in the source distribution of GNE (https://pypi.org/project/gne/);
    ``trafilatura``: trafilatura's evaluation pages (https://github.com/adbar/trafilatura)."""
    for line in (_LABELS / f"{labels}.jsonl").read_text(encoding="utf-8").splitlines():
        about = json.loads(line)
        if not about["article"] or about["sure"] < 0.5:
            continue
        name = about["page"]
        places = [folder / "tests" / part / name for part in ("", "eval", "cache")]
        places += [folder / "visiable_test" / name]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            continue
        site = name.split("/")[0] if labels == "gne" else name
        weight = 1.0 if about["sure"] >= 0.8 else 0.6
        yield Page(f"{labels}/{name}", "", path, f"{labels}-{site}", weight, labels=tuple(about["body"]))


def everything(data: Path) -> Iterator[Page]:
    """All training pages below ``data``, in a fixed order."""
    yield from wcxb(data / "wcxb", types=())
    yield from newspaper4k(data / "newspaper4k")
    yield from readability(data / "readability")
    yield from read_by_eye(data / "gne", "gne")
    yield from read_by_eye(data / "trafilatura", "trafilatura")
