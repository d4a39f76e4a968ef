"""Links, types and limits in the documentation are those of the project."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from urllib.parse import unquote

import pytest

from mirrorpress import markup
from mirrorpress.editions.search import tokens
from mirrorpress.editions.search.borders import WHOLE
from mirrorpress.extract import finish, outline, pictures
from mirrorpress.gather import fetcher, politeness
from mirrorpress.gather.counts import lines, records, tables
from mirrorpress.gather.counts.formats import FORMATS
from mirrorpress.gather.sources import feedformats, mirror, titles
from mirrorpress.model import FetchPolicy
from mirrorpress.pipeline import fetching, furtherpages, isolate, workrooms
from mirrorpress.pipeline.registry import Registry

from .pages import ROOT, Page, all_pages, code, table

REGISTRY = Registry(outsiders=lambda kind: {})
SOURCES, FILES = Page("docs/sources.md"), Page("docs/files.md")


def anchors(page: Page) -> set[str]:
    """The anchors of a page's headlines, as git hosts make them."""
    plain = (re.sub(r"[^\w\- ]", "", headline.lower()) for headline in page.headlines)
    return {headline.replace(" ", "-") for headline in plain}


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Page) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.prose):
        path, _, anchor = unquote(target).partition("#")
        if re.match(r"[a-z]+:", path):
            assert path.startswith("https://"), target
            continue
        place = (ROOT / page.name).parent / path if path else ROOT / page.name
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(Page(str(place.resolve().relative_to(ROOT)))), target


def test_every_page_is_linked_to() -> None:
    linked: set[Path] = set()
    for page in all_pages():
        folder = (ROOT / page.name).parent
        targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.prose)
        linked |= {(folder / target).resolve() for target in targets if "://" not in target}
    reached = linked | {child for place in linked if place.is_dir() for child in place.glob("*.md")}

    assert [page.name for page in all_pages() if ROOT / page.name not in reached] == []


def documented(page: Page, kind: str) -> set[str]:
    return set(re.findall(rf"^## {kind} `(\w+)`$", page.text, re.MULTILINE))


def test_every_type_has_its_paragraph_and_every_paragraph_its_type() -> None:
    assert documented(SOURCES, "Source") == set(REGISTRY.names("sources"))
    assert documented(FILES, "Edition") == set(REGISTRY.names("editions"))
    assert documented(FILES, "Target") == set(REGISTRY.names("targets"))


def test_the_documented_limits_are_those_of_the_code() -> None:
    policy = FetchPolicy()
    real = {
        "a page or feed, after decompression": f"{policy.max_bytes:,} bytes",
        "a picture as it comes": f"{policy.max_image_bytes:,} bytes",
        "a whole response, from connecting to its last byte": f"{policy.timeout:g} s",
        "redirects": f"{fetcher.MAX_REDIRECTS}",
        "reading one page or feed": f"{workrooms.PAGE_SECONDS:g} s and {workrooms.PAGE_MEMORY:,} bytes",
        "reading one picture": f"{isolate.SECONDS:g} s and {isolate.MEMORY:,} bytes",
        "pixels of a picture": f"{pictures._MAX_PIXELS:,}",
        "smallest picture, either way": f"{pictures._SMALLEST} pixels",
        "width of a carried picture": f"{pictures.WIDTH} pixels",
        "further pages of an article": f"{furtherpages.MOST}, of together {fetching._FURTHER_ROOM} times",
        "pictures carried for an article": f"{fetching._MOST_PICTURES}",
        "tags of a page": f"{markup.MAX_TAGS:,}",
        "text blocks of a page": f"{outline.MOST_BLOCKS:,}",
        "attributes of a tag in a feed": f"{feedformats._MAX_ATTRIBUTES}",
        "HTML of an article": f"{finish.LONGEST:,} characters",
        "title in a feed or list": f"{titles._MAX_LENGTH:,} characters",
        "`robots.txt`": f"{politeness.MAX_ROBOTS_BYTES:,} bytes",
        "a page of an old mirror": f"{mirror._LARGEST:,} bytes",
        "pages of an old mirror": f"{mirror._MOST:,}",
        "the cut of the original page in one": f"{finish.LONGEST:,} characters",
        "lists of an old mirror whose paths are kept": f"{mirror._MOST_LISTS:,}",
        "cloning an old mirror": f"{mirror._CLONE_SECONDS:,} s",
    }
    rows = dict(table(SOURCES.part("## Limits"), "limit"))

    assert rows.keys() == real.keys()
    for limit, value in real.items():
        assert re.search(rf"(^|\D){re.escape(value)}($|\W)", rows[limit]), limit
    politely = " ".join(SOURCES.part("## Politeness").split())
    assert f"(`Crawl-delay`), up to {politeness._MAX_CRAWL_DELAY:g}." in politely
    assert f"{politeness.MAX_FAILURES} requests in a row" in politely


def test_the_documented_limits_of_counts_are_those_of_the_code() -> None:
    real = {
        "a line": f"{lines.LONGEST:,} bytes",
        "a file without a line end": f"{lines._NO_LOG:,} bytes",
        "a row of a CSV file": f"{tables._LONGEST_ROW:,} lines",
        "a day's figure of a page": f"{records.MOST_READERS:,}",
        "a date": "from 1970 to a day from now",
    }
    page = Page("docs/counts.md")

    assert dict(table(page.part("## Limits"), "limit")) == real
    assert {code(row[0])[0] for row in table(page.text, "`--format`")} == set(FORMATS)


def test_the_documented_limits_of_search_are_those_of_the_code() -> None:
    said = " ".join(Page("docs/search.md").text.split())
    folder = resources.files("mirrorpress.editions.search") / "scripts"
    at_once = re.search(r"AT_ONCE = \[(.*?)\]", (folder / "search.js").read_text("utf-8"))
    assert at_once

    assert f"words of more than {tokens.LONGEST} letters" in said
    assert f"Parts hold {WHOLE.fewest:,} to {WHOLE.most:,} articles" in said
    assert sum(map(int, at_once[1].split(","))) == 9
    assert "after nine parts" in said


def test_decisions_are_short() -> None:
    places = [place for place in (ROOT / "docs" / "decisions").glob("*.md") if place.stem != "git-target"]

    assert places
    for place in places:
        assert len(place.read_text(encoding="utf-8").splitlines()) < 40, place.name
