"""What search costs: making the index, and what a reader fetches; beside Pagefind. ``make bench-search``.

python -m bench.search [--articles 10000] [--runs 1]

Words are drawn from wordfreq's lists by their frequency, so that characters, pairs of them and words are as
common as in the languages; docs/benchmarks.md explains the lines.
"""

from __future__ import annotations

import argparse
import html
import itertools
import json
import random
import re
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import Cost, cost, middle
from mirrorpress.editions.search.documents import Document, Rank
from mirrorpress.editions.search.fold import folding
from mirrorpress.editions.search.han import has_han, variants
from mirrorpress.editions.search.index import SEGMENTS, index_files, standing_entries
from mirrorpress.editions.search.page import Place, preloads, search_page
from mirrorpress.editions.search.renewal import renewed
from mirrorpress.model import File

_ROOT = Path(__file__).parent.parent
_LANGUAGES = ("zh-Hans", "zh-Hans", "zh-Hant", "zh-Hant", "en", "en", "fa", "ru")
_WORDS = {"zh": 600, "en": 550, "fa": 550, "ru": 550}  # of an article, about
_SECTIONS = 7
_A_DAY = 10  # articles
_TEN = 10
_COMING = {"new": 2 * _TEN, "more": _TEN}  # how many from the last
_CHANGES = {
    "whole": "whole index",
    "new": "ten new",
    "more": "ten more",
    "corrected": "oldest corrected",
    "withdrawn": "oldest withdrawn",
    "restored": "oldest restored",
}
_BAD_LINE = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}  # ms, bytes a second
_OLD_PHONE = 6  # times as slow as this machine


# --- articles --------------------------------------------------------------------------------


def made_up(number: int) -> Document:
    """The article with this number, of words as common as in its language."""
    chance = random.Random(number)
    language = chance.choice(_LANGUAGES)
    spoken = language.partition("-")[0]
    title, text = _text(chance, spoken, 8), _text(chance, spoken, _WORDS[spoken])
    if language == "zh-Hant":
        title, text = _traditional()(title), _traditional()(text)
    section = f"s{number % _SECTIONS}"
    return _document(number, title, section, language, text)


def _document(number: int, title: str, section: str, language: str, text: str) -> Document:
    day = date(2020, 1, 1) + timedelta(days=number // _A_DAY)
    moment = (day - date(1970, 1, 1)) // timedelta(microseconds=1)
    path = f"pages/{section}/{number}.html"
    return Document(path, title, section, section, language, day, text, order=(moment, number))


def _text(chance: random.Random, spoken: str, words: int) -> str:
    known, weights = _lexicon(spoken)
    between, stop = ("", "。") if spoken == "zh" else (" ", ". ")
    sentences = []
    while words > 0:
        count = min(words, chance.randint(6, 24))
        sentences.append(between.join(chance.choices(known, cum_weights=weights, k=count)) + stop)
        if chance.random() < 0.3:
            sentences.append("\n")
        words -= count
    return "".join(sentences).strip()


@cache
def _lexicon(spoken: str) -> tuple[list[str], list[float]]:
    import wordfreq

    known = {word: rate for word, rate in wordfreq.get_frequency_dict(spoken).items() if word.isalpha()}
    words = sorted(known, key=lambda word: (-known[word], word))[:60_000]
    return words, list(itertools.accumulate(known[word] for word in words))


@cache
def _traditional() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("s2tw").convert
    return convert


def write_articles(file: Path, count: int) -> None:
    offsets = array("Q")
    with file.open("wb") as out:
        for number in range(count):
            offsets.append(out.tell())
            one = made_up(number)
            fields = (number, one.title, one.section, one.language, one.text)
            out.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")
    file.with_suffix(".offsets").write_bytes(offsets.tobytes())


def read_articles(file: Path, first: int = 0) -> Iterator[Document]:
    """The articles from this number on."""
    with file.open("rb") as lines:
        lines.seek(_offsets(file)[first])
        for line in lines:
            yield _document(*json.loads(line))


@cache
def _offsets(file: Path) -> array[int]:
    """Where each article's line begins, as the index of an archive knows."""
    return array("Q", file.with_suffix(".offsets").read_bytes())


# --- the two engines -------------------------------------------------------------------------


class Standing:
    """Articles and their index in a folder, where some ``changed`` (None: left) since it was made; implements
    the index's ``Source`` and ``Standing``."""

    def __init__(self, articles: Path, out: Path, changed: Mapping[int, Document | None]) -> None:
        self._articles = articles
        self._out = out
        self._changed = changed

    def following(self, after: Rank | None) -> Iterator[Document]:
        return self._now(read_articles(self._articles, after[1] + 1 if after else 0))

    def at(self, ranks: Sequence[Rank]) -> Iterator[Document]:
        return self._now(next(read_articles(self._articles, number)) for _, number in ranks)

    def read(self, path: str) -> bytes:
        return (self._out / path).read_bytes()

    def below(self, beginning: str) -> Iterator[str]:
        folder, _, name = beginning.rpartition("/")
        return (f"{folder}/{path.name}" for path in (self._out / folder).glob(f"{name}*"))

    def _now(self, found: Iterable[Document]) -> Iterator[Document]:
        now = (self._changed.get(one.rank[1], one) for one in found)
        return (one for one in now if one)


def make_ours(articles: Path, out: Path, change: str) -> None:
    """The index of all articles but the last twenty; or what a change makes of the index that stands: ten came,
    then the other ten, or the oldest article is another."""
    known = read_articles(articles)
    made: Iterator[File | str]
    if change == "whole":
        made = index_files(itertools.islice(known, len(_offsets(articles)) - 2 * _TEN), "en")
    else:
        oldest = next(known)
        corrected = replace(oldest, text=f"{oldest.text}\nAn earlier version said otherwise.")
        changes: Mapping[str, Mapping[int, Document | None]]
        changes = {"corrected": {0: corrected}, "withdrawn": {0: None}}
        came: Iterable[Document] = [oldest]
        if change in _COMING:
            first = len(_offsets(articles)) - _COMING[change]
            came = itertools.islice(read_articles(articles, first), _TEN)
        standing = Standing(articles, out, changes.get(change, {}))
        entries = standing_entries(standing.read(SEGMENTS))
        assert entries is not None
        made = renewed(entries, [one.rank for one in came], standing, standing, language="en")
    for item in made:
        if isinstance(item, str):
            (out / item).unlink()
            continue
        assert isinstance(item.data, bytes)
        path = out / item.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(item.data)


def make_shadow(articles: Path, out: Path) -> None:
    """What Pagefind is given: folded as ours, with spaces round each Han character."""
    fold = folding(variants())
    for number, one in enumerate(read_articles(articles)):
        lines = [_spaced(fold(line)) for line in (one.title, *one.text.split("\n"))]
        body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        path = out / f"{number % 97}" / f"{number}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<html><body data-pagefind-body>{body}</body></html>", encoding="utf-8")


def _spaced(text: str) -> str:
    return re.sub("[\u3400-\u9fff]", r" \g<0> ", text)


# --- readers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What one query took: articles found, bodies of answers in bytes, of which code, requests, seconds."""

    found: int
    size: int
    code: int
    requests: int
    seconds: float


_ASK_OURS = """async (query) => {
  const { Finder } = await import(new URL("search/find.js", document.baseURI));
  const finder = new Finder(new URL("search/", document.baseURI));
  const { segments } = await finder.about();
  const parsed = await finder.parse(query);
  let found = 0;
  for (const segment of segments) found += (await finder.search(segment, parsed, "")).length;
  return found;
}"""
_ASK_PAGEFIND = """async (query) => {
  const pagefind = await import("./pagefind/pagefind.js");
  await pagefind.init();
  const { results } = await pagefind.search(query);
  await Promise.all(results.slice(0, 10).map((one) => one.data()));
  return results.length;
}"""


def ask(folder: Path, queries: Sequence[str], *, ours: bool, slow: bool = False) -> list[Answer]:
    """Each query by a reader who comes for the first time; ``slow``: on an old phone and a bad line. Seconds are
    those from opening the page to the list of results, without any for typing."""
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import find
    from tests.browser.server import served

    answers = []
    policy = "default-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' data:"
    with served(folder, policy=policy) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find())
        for query in queries:
            context = browser.new_context()
            page = context.new_page()
            if slow:
                devtools = context.new_cdp_session(page)
                devtools.send("Network.enable")
                devtools.send("Network.emulateNetworkConditions", _BAD_LINE)
                devtools.send("Emulation.setCPUThrottlingRate", {"rate": _OLD_PHONE})
            site.answers.clear()
            begun = time.monotonic()
            page.goto(f"{site.url}index.html")
            if ours:
                page.fill("#search-words", query)
                page.press("#search-words", "Enter")
                page.wait_for_function(
                    "document.querySelector('#search-status').textContent && !document.querySelector('#search-results[aria-busy]')"
                )
                found = -1
            else:
                found = page.evaluate(_ASK_PAGEFIND, query)
            seconds = time.monotonic() - begun
            got = list(site.answers)
            if ours:
                found = page.evaluate(_ASK_OURS, query)
            code = sum(size for path, _, size in got if path.endswith((".js", ".html")) or "/wasm" in path)
            answers.append(Answer(found, sum(size for *_, size in got), code, len(got), seconds))
            context.close()
        browser.close()
    return answers


def true_count(articles: Path, query: str) -> int:
    """In how many articles the query stands, by reading them all: a phrase in quotation marks or of Chinese
    characters, else each word."""
    fold = folding(variants())
    words = [query.strip('"')] if query.startswith('"') or has_han(query) else query.split()
    wanted = [fold(word) for word in words]
    letter = "[^\\W\u3400-\u9fff]"
    bounds = ("", "") if has_han(query) else (f"(?<!{letter})", f"(?!{letter})")
    patterns = [re.compile(bounds[0] + re.escape(word) + bounds[1]) for word in wanted]
    count = 0
    for one in read_articles(articles):
        text = fold(f"{one.title}\n{one.text}")
        count += all(pattern.search(text) for pattern in patterns)
    return count


# --- the table -------------------------------------------------------------------------------


def main() -> None:
    options = _options()
    if options.make:
        articles, out, change = options.make
        make_ours(Path(articles), Path(out), change)
        return
    with TemporaryDirectory(prefix="mirrorpress-bench-") as place:
        measure(Path(place), options.articles, options.runs)


def measure(place: Path, count: int, runs: int) -> None:
    articles, ours, peer = place / "articles.jsonl", place / "ours", place / "peer"
    write_articles(articles, count)
    print(
        f"{count:,} articles of {articles.stat().st_size / count:,.0f} bytes; Python {sys.version.split()[0]}"
    )
    make = [sys.executable, "-m", "bench.search", "--make", articles, ours]
    for change, said in _CHANGES.items():
        _made(f"mirrorpress, {said}", [cost([*make, change], cwd=_ROOT) for _ in range(runs)])
    make_shadow(articles, peer)
    program = _pagefind()
    command = [
        program,
        "--site",
        peer,
        "--output-path",
        peer / "pagefind",
        "--force-language",
        "und",
        "--quiet",
    ]
    _made("Pagefind, shadow copy", [cost(command, cwd=_ROOT) for _ in range(runs)])
    _weigh("mirrorpress", ours / "search", "texts")
    _weigh("Pagefind", peer / "pagefind", "fragment")

    places = [Place(f"s{number}", f"s{number}", "#") for number in range(_SECTIONS)]
    head = (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">{preloads("")}'
    )
    (ours / "index.html").write_text(head + search_page("en", places), encoding="utf-8")
    (peer / "index.html").write_text('<!DOCTYPE html><html lang="und"><link rel="icon" href="data:,">')
    queries = _queries(articles)
    _table(articles, ours, peer, queries)
    few = [query for query in queries if query in ("台灣", "government", "zebra") or len(query) == 4]
    print(
        f"\nOn a line of {_BAD_LINE['downloadThroughput'] / 125:.0f} kbit/s, {_BAD_LINE['latency']} ms, CPU {_OLD_PHONE} times slower"
    )
    _table(articles, ours, peer, few, slow=True)


def _table(articles: Path, ours: Path, peer: Path, queries: Sequence[str], *, slow: bool = False) -> None:
    print(
        f"\n{'query':<22}{'stands in':>10}  {'found, kB (of which code), requests, s: mirrorpress':<54}Pagefind"
    )
    mine = ask(ours, queries, ours=True, slow=slow)
    theirs = ask(peer, [_for_pagefind(query) for query in queries], ours=False, slow=slow)
    for query, one, other in zip(queries, mine, theirs, strict=True):
        print(f"{query:<22}{true_count(articles, query):>10,}  {_said(one):<54}{_said(other)}", flush=True)


def _queries(articles: Path) -> list[str]:
    oldest = next(one for one in read_articles(articles) if one.language == "zh-Hans")
    rare = next(run for run in re.findall("[\u4e00-\u9fff]{8,}", oldest.text))[2:6]
    return [
        "中国",
        "台灣",
        "的人",
        rare,
        "government",
        "prime minister",
        '"in the"',
        "zebra",
        "دولت",
        "правительство",
    ]


def _for_pagefind(query: str) -> str:
    """Folded and spaced as the shadow copy is, and Chinese as a phrase."""
    folded = _spaced(folding(variants())(query))
    return f'"{folded}"' if has_han(query) else folded


def _said(answer: Answer) -> str:
    return f"{answer.found:>6,} {answer.size / 1000:>6.0f} ({answer.code / 1000:.0f}) {answer.requests:>4} {answer.seconds:>6.2f}"


def _made(name: str, costs: Sequence[Cost]) -> None:
    taken = middle(costs)
    print(
        f"{name:<28}{taken.wall:>7.1f} s wall {taken.cpu:>7.1f} s CPU {taken.tree / 1e6:>7,.0f} MB",
        flush=True,
    )


def _weigh(name: str, folder: Path, texts: str) -> None:
    sizes = [(path, path.stat().st_size) for path in folder.rglob("*") if path.is_file()]
    kept_texts = [size for path, size in sizes if texts in path.parts]
    rest = sum(size for _, size in sizes) - sum(kept_texts)
    print(
        f"{name:<28}{rest / 1e6:>7.1f} MB index {sum(kept_texts) / 1e6:>7.1f} MB texts {len(sizes):>7,} files"
    )


def _pagefind() -> Path:
    import pagefind_bin

    return next(
        path
        for path in Path(pagefind_bin.__file__).parent.rglob("pagefind*")
        if path.suffix in ("", ".exe") and path.is_file()
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench.search", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=1, help="runs of which the median counts")
    parser.add_argument("--make", nargs=3, metavar=("ARTICLES", "FOLDER", "CHANGE"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
