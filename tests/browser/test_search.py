"""What readers find, in a real browser, from a host below a sub-path."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest
from playwright.sync_api import Browser, Page

from mirrorpress.editions.search.borders import WHOLE, Sizes
from mirrorpress.editions.search.fold import folding
from mirrorpress.editions.search.han import variants
from mirrorpress.editions.search.tokens import places

from .samples import CRUMBS, HOSTILE, MANY, SECTIONS, documents, write_site
from .server import SUB_PATH, Site, served
from .visits import Visit, visiting

_ENDED = "() => { const s = document.querySelector('#search-status'), l = document.querySelector('#search-results'); return s.textContent && !l.hasAttribute('aria-busy') }"

_INFLATE = """async (bytes) => {
  const { inflate } = await import(new URL("search/pieces.js", document.baseURI));
  try {
    return [...inflate(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch (error) {
    return String(error);
  }
}"""


def ask(page: Page, query: str, section: str = "") -> list[str]:
    """Type a query and press Enter; the ids of the articles shown."""
    page.select_option("#search-section", section)
    page.fill("#search-words", query)
    page.press("#search-words", "Enter")
    return shown(page)


def shown(page: Page) -> list[str]:
    page.wait_for_function(_ENDED)
    links = page.eval_on_selector_all("#search-results > li > a", "all => all.map(one => one.href)")
    return [link.rpartition("/")[2].removesuffix(".html") for link in links]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        # Chinese: both scripts, three ways to write one name, and only characters in a row.
        ("台灣", {"hant", "hans"}),
        ("臺灣", {"hant", "hans"}),
        ("台湾", {"hant", "hans"}),
        ("湾台", {"bay"}),
        ("臺灣海峽", {"hans"}),
        ("总统", {"hant", "hans"}),
        ("總統府", {"hant"}),
        ("总统没", {"hans"}),
        ("统总", {"bay"}),
        ("中国", set()),
        ("国旗", {"hans"}),
        ("裏面", {"hant"}),
        ("里面没有", {"hant"}),
        ("港口", {"hant"}),
        ("台湾 总统府", {"hant"}),
        ("“台湾海峡的雾”", {"hans"}),
        ("「台灣海峽的霧」", {"hans"}),
        ("雾", {"hans"}),
        ("湾", {"hant", "hans", "bay"}),
        ("A股", {"mixed"}),
        ("Ａ股市场", {"mixed"}),
        ("股A", set()),
        ("iPhone 手机", {"mixed"}),
        ("𠮷野家", {"mixed"}),
        ("灯塔", {"hans"}),
        # English: whole words, any case, phrases, beginnings.
        ("lighthouse", {"en"}),
        ("LIGHTHOUSE lamp", {"en"}),
        ("lamp lighthouse", {"en"}),
        ('"lighthouse lamp"', {"en"}),
        ('"lamp lighthouse"', set()),
        ('"prime minister came"', {"en"}),
        ('"minister came later"', set()),
        ("light", set()),
        ("light*", {"en"}),
        ("election", {"en2"}),
        ("elections", {"en"}),
        ("elect*", {"en", "en2"}),
        ("cafe", {"en"}),
        ("CAFÉ", {"en"}),
        ("well-known", {"en2"}),
        ('"well known"', {"en2"}),
        ("keeper's lamp", {"en"}),
        ("U.S.", {"en2"}),
        ("fancy", {"hostile"}),
        # Persian: two forms of letters and digits, the non-joiner, a space or nothing, vowel signs.
        ("کتاب", {"fa", "fa2"}),
        ("كتاب", {"fa", "fa2"}),
        ("کتاب‌های", {"fa"}),
        ("كتابهاي", {"fa"}),
        ("می‌رود", {"fa", "fa2"}),
        ("میرود", {"fa"}),
        ('"می رود"', {"fa", "fa2"}),
        ("ماهي", {"fa2"}),
        ("ماهی", {"fa2"}),
        ("۱۴۰۳", {"fa"}),
        ("١٤٠٣", {"fa"}),
        ("1403", {"fa"}),
        ("1234", {"en2"}),
        ("۱۲۳۴", {"en2"}),
        ("خانه", {"fa"}),
        ("مدیر", {"fa2"}),
        ("«مدیر گفت»", {"fa2"}),
        # Russian.
        ("ёлка", {"ru"}),
        ("елка", {"ru"}),
        ("мой", {"ru"}),
        ("мои друзья", {"ru"}),
        ("замок", {"ru2"}),
        ("выборы", {"ru"}),
        ("выбор*", {"ru", "ru2"}),
        ("«порт открылся»", {"ru2"}),
        # In no language.
        ("zebra", set()),
    ],
)
def test_known_answers(asking: Page, query: str, ids: set[str]) -> None:
    assert set(ask(asking, query)) == ids
    said = asking.inner_text("#search-status")
    assert said == "No article was found." if not ids else said.startswith(str(len(ids)))


def test_what_is_found_is_marked_where_it_stands(visit: Visit) -> None:
    page = visit.open("search.html")
    marks = "all => all.map(one => one.textContent)"

    ask(page, "台湾")
    assert page.eval_on_selector_all("#search-results mark", marks) == ["台湾", "台湾", "臺灣", "臺灣"]
    ask(page, "雾")
    assert page.eval_on_selector_all("#search-results mark", marks) == ["雾"]
    ask(page, "می‌رود")
    assert page.eval_on_selector_all("#search-results mark", marks) == ["می رود", "می‌رود"]
    ask(page, "cafe sunday")
    assert page.eval_on_selector_all("#search-results mark", marks) == ["café", "Sunday"]


def test_a_result_shows_title_section_day_and_excerpt_and_leads_to_the_page(visit: Visit) -> None:
    page = visit.open("search.html")
    ask(page, "lighthouse")
    entry = page.locator("#search-results > li")

    assert "The Lighthouse Lamp Comes Home" in entry.inner_text()
    assert "City & port · 2026-03-05" in entry.inner_text()
    assert "re-lit in the café" in entry.inner_text()
    entry.locator("a").click()
    assert page.inner_text("h1") == "The Lighthouse Lamp Comes Home"
    assert page.url == f"{visit.url}pages/city/en.html"


def test_addresses_of_any_name_lead_to_their_pages(visit: Visit) -> None:
    page = visit.open("search.html")
    ask(page, "oddities")
    page.locator("#search-results a").click()
    assert page.inner_text("h1") == "A page with an odd name"


def test_the_section_filter_holds_and_asks_again_by_itself(visit: Visit) -> None:
    page = visit.open("search.html")

    assert ask(page, "台湾", "city") == ["hant"]
    page.select_option("#search-section", "world")
    assert shown(page) == ["hans"]
    page.select_option("#search-section", "")
    assert shown(page) == ["hans", "hant"]


def test_the_newest_come_first_and_more_on_demand(visit: Visit) -> None:
    page = visit.open("search.html")
    expected = [f"ferry-{number}" for number in reversed(range(MANY))]

    assert ask(page, "ferrying") == expected[:10]
    assert page.inner_text("#search-status") == f"{MANY} articles, the newest first."
    page.click("#search-more")
    assert shown(page) == expected[:20]
    assert page.evaluate("document.activeElement.textContent") == f"Ferry {MANY - 11}"
    page.click("#search-more")
    assert shown(page) == expected
    assert page.inner_text("#search-status") == f"{MANY} articles, the newest first."
    assert page.is_hidden("#search-more")


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit.open("search.html")
    page.wait_for_selector("form:visible")

    assert page.evaluate("document.activeElement.id") == "search-words"
    page.keyboard.type("lighthouse")
    page.keyboard.press("Enter")
    assert shown(page) == ["en"]
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/city/en.html")


def test_hostile_titles_and_texts_are_shown_as_text(visit: Visit) -> None:
    page = visit.open("search.html")
    assert ask(page, "quarantine") == ["hostile"]

    assert page.inner_text("#search-results a") == f"Hostile {HOSTILE}"
    assert page.locator("#search-results img, #search-results script").count() == 0


@pytest.mark.parametrize(
    "query",
    [HOSTILE, "__proto__", "constructor", "toString*", "((((", "\\u0000", "\ud83d\ude00", '"', "* * *", "../../etc", "a" * 200, "%00", "{part}"],
)  # fmt: skip
def test_hostile_queries_do_nothing(asking: Page, query: str) -> None:
    found = ask(asking, query)
    assert found in ([], ["hostile"])
    assert asking.inner_text("#search-status") in (
        "No article was found.",
        "Type a word to search for.",
        "1 article, the newest first.",
    )
    assert asking.locator("#search-status *").count() == 0


def test_the_query_leaves_the_browser_in_no_way(visit: Visit, site: Site) -> None:
    page = visit.open("search.html")
    ask(page, "lighthouse")

    assert len(visit.requests) > 5
    assert all(url.startswith(site.url) for url in visit.requests)
    assert not [url for url in visit.requests if "lighthouse" in url.lower() or "?" in url]
    assert page.url == f"{site.url}search.html"
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert page.get_attribute("#search-words", "name") is None
    assert "never sent" in page.inner_text("main")


def test_nothing_outside_the_sub_path_is_asked_for(visit: Visit, site: Site) -> None:
    ask(visit.open("fa/search.html"), "کتاب")

    assert all(path.startswith(SUB_PATH) and status == 200 for path, status, _ in site.answers)


def test_renderings_lead_to_renderings(visit: Visit) -> None:
    page = visit.open("zh-Hant/search.html")
    ask(page, "台灣")
    links = page.eval_on_selector_all("#search-results > li > a", "all => all.map(one => one.href)")

    assert links == [f"{visit.url}zh-Hant/pages/world/hans.html", f"{visit.url}pages/city/hant.html"]
    assert page.inner_text("#search-status") == "2 篇文章，最新的在前。"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fa", "۲ نوشته، از تازه‌ترین."),
        ("ru", "2 статьи, сначала новые."),
        ("zh-Hans", "2 篇文章，最新的在前。"),
    ],
)
def test_the_page_counts_in_its_language(visit: Visit, language: str, said: str) -> None:
    page = visit.open(f"{language}/search.html")
    ask(page, "台湾")
    assert page.inner_text("#search-status") == said


def test_right_to_left_pages_and_articles_run_so(visit: Visit) -> None:
    page = visit.open("fa/search.html")
    ask(page, "کتاب")
    title = page.locator("#search-results a").first

    assert title.evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert title.get_attribute("lang") == "fa"
    box = page.locator("#search-words")
    assert box.evaluate("one => getComputedStyle(one).direction") == "rtl"
    ask(page, "lighthouse")
    title = page.locator("#search-results a").first
    assert title.evaluate("one => getComputedStyle(one).direction") == "ltr"
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_without_script_the_sections_are_listed_and_no_form_is_shown(browser: Browser, site: Site) -> None:
    with visiting(browser, site.url, script=False) as visit:
        page = visit.open("search.html")
        assert page.is_hidden("form")
        assert "needs JavaScript" in page.inner_text("main")
        links = page.locator("#search-fallback a")
        assert links.all_inner_texts() == list(SECTIONS.values())
        links.first.click()
        assert page.inner_text("h1") == "List"
        visit.check()


def test_from_a_disk_the_page_says_that_it_needs_its_address(browser: Browser, site: Site) -> None:
    with visiting(browser, site.url) as visit:
        visit.page.goto((site.folder / "search.html").as_uri())
        assert visit.page.is_hidden("form")
        assert "the web address of this page" in visit.page.inner_text("main")
        assert visit.page.locator("#search-fallback a").count() == len(SECTIONS)


def test_with_script_the_list_makes_room_for_the_form(visit: Visit) -> None:
    page = visit.open("search.html")
    page.wait_for_selector("form:visible")
    assert page.is_hidden("#search-fallback")
    assert page.locator("#search-section option").all_inner_texts() == ["All sections", *SECTIONS.values()]


def test_a_broken_line_is_said_and_can_be_tried_again(browser: Browser, site: Site) -> None:
    with visiting(browser, site.url) as visit:
        page = visit.open("search.html")
        site.down = "/texts/"
        assert ask(page, "lighthouse") == []
        assert page.inner_text("#search-status").startswith("The index could not be read.")
        site.down = ""
        page.click("#search-more")
        assert shown(page) == ["en"]
        assert not visit.foreign


@pytest.fixture(scope="module")
def crumbs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("crumbs")
    write_site(folder, CRUMBS)
    with served(folder) as site:
        yield site


def test_older_articles_are_searched_when_asked_for(browser: Browser, crumbs: Site) -> None:
    with visiting(browser, crumbs.url) as visit:
        page = visit.open("search.html")
        assert ask(page, '"day 1"') == []
        assert page.inner_text("#search-status").startswith("0 articles since 2025-01-")
        assert page.inner_text("#search-more") == "Search older articles"
        page.click("#search-more")
        assert shown(page) == ["ferry-1"]
        assert page.inner_text("#search-status") == "1 article, the newest first."
        visit.check()


def test_a_segment_of_many_articles_names_each_of_them(browser: Browser, tmp_path: Path) -> None:
    many = [
        replace(documents()[0], path=f"pages/city/n{number}.html", text=f"numbered n{number}")
        for number in range(600)
    ]
    write_site(tmp_path, WHOLE, many)
    with served(tmp_path) as site, visiting(browser, site.url) as visit:
        page = visit.open("search.html")
        for number in (0, 255, 256, 511, 512, 599):
            assert ask(page, f"n{number}") == [f"n{number}"]
        assert ask(page, "numbered") == [f"n{number}" for number in range(599, 589, -1)]
        assert page.inner_text("#search-status") == "600 articles, the newest first."
        visit.check()


def test_what_is_too_common_is_said_before_it_is_fetched(browser: Browser, tmp_path: Path) -> None:
    write_site(tmp_path, Sizes(piece=1))  # 13 pieces begin with 1: the days
    with served(tmp_path) as site, visiting(browser, site.url) as visit:
        page = visit.open("search.html")
        assert ask(page, "1*") == []
        assert page.inner_text("#search-status").startswith("Too many words begin with “1*”.")
        assert {Path(path).name for path, *_ in site.answers} == {
            *("search.html", "search.js", "find.js", "letters.js", "pieces.js"),
            *("index.json", "about.bin"),
        }
        assert len(ask(page, "12*")) == 2
        visit.check()


def test_an_index_published_anew_meanwhile_is_read_at_the_next_try(browser: Browser, tmp_path: Path) -> None:
    write_site(tmp_path)
    with served(tmp_path) as site, visiting(browser, site.url) as visit:
        page = visit.open("search.html")
        ask(page, "zebra")
        rmtree(tmp_path / "search")
        write_site(tmp_path, CRUMBS)
        ask(page, "lighthouse")
        assert page.inner_text("#search-status").startswith("The index could not be read.")
        page.click("#search-more")
        assert shown(page) == ["en"]


def test_deflated_bytes_of_all_kinds_are_read(visit: Visit) -> None:
    noise = random.Random(1)
    samples = [
        b"",
        b"a",
        b"ab" * 40_000,
        noise.randbytes(70_000),
        bytes(range(256)) * 9,
        noise.randbytes(99) * 99,
    ]
    page = visit.open("search.html")
    for level in (0, 1, 9):
        for data in samples:
            packer = zlib.compressobj(level, zlib.DEFLATED, -15)
            packed = packer.compress(data) + packer.flush()
            read = page.evaluate(_INFLATE, [*packed])
            assert bytes.fromhex(read) == data
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
    packed = packer.compress(samples[4]) + packer.flush()
    assert bytes.fromhex(page.evaluate(_INFLATE, [*packed])) == samples[4]
    for broken in (packed[:-5], b"\x07", b"\x00\x10\x00\xef\xff", b""):
        assert "Error" in page.evaluate(_INFLATE, [*broken])


def test_a_second_query_fetches_only_what_is_new(visit: Visit, site: Site) -> None:
    page = visit.open("search.html")
    ask(page, "lighthouse")
    before = len(site.answers)
    ask(page, "lighthouse lamp")

    assert len(site.answers) == before


def test_pictures_of_a_page_can_be_kept(visit: Visit, tmp_path: Path) -> None:
    visit.open("search.html")
    assert visit.screenshot(tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_both_sides_take_a_text_apart_alike(visit: Visit) -> None:
    texts = json.loads((Path(__file__).parent / "texts.json").read_text())
    page = visit.open("search.html")
    theirs = page.evaluate(
        """async ({ texts, variants }) => {
          const { places } = await import(new URL("search/letters.js", document.baseURI));
          const table = new Map(variants);
          return texts.map((text) => places(text.normalize("NFC"), table).map(([term, place]) => [term, place]));
        }""",
        {"texts": texts, "variants": list(variants().items())},
    )

    fold = folding(variants())
    for text, other in zip(texts, theirs, strict=True):
        assert sorted(map(list, places(fold(text)))) == sorted(other), ascii(text)
