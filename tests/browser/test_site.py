"""The site in a real browser: every page type, two widths, light and dark, four languages, script on and off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .samplesite import PAGES, Built, sample_site
from .server import Site, served
from .visits import Visit, visiting

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def _sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with sample_site(tmp_path_factory.mktemp("mirror")) as built:
        yield built


@pytest.fixture(scope="module")
def built(_sample: Built) -> Path:
    return _sample.site


@pytest.fixture(scope="module")
def site(_sample: Built) -> Iterator[Site]:
    with served(_sample.site, policy=_sample.policy) as site:
        yield site


@pytest.fixture(scope="module")
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    with visiting(browser, site.url) as known:
        yield known


@pytest.mark.parametrize("kind", PAGES)
def test_every_page_is_accessible_and_fits_in_light_and_dark_on_phone_and_desk(
    visit: Visit, kind: str
) -> None:
    page = visit.page
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            visit.open(PAGES[kind])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs out"
            page.evaluate(AXE)
            found = page.evaluate("axe.run()")
            assert not [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
    visit.check()


@pytest.mark.parametrize("kind", ["Chinese article", "Persian article", "home"])
def test_text_at_twice_its_size_stays_within_the_page(visit: Visit, kind: str) -> None:
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 800})
    visit.open(PAGES[kind])
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_first_view_takes_one_request_and_nothing_jumps(browser: Browser, site: Site) -> None:
    for kind in ("home", "section", "English article with a table", "what changed", "search"):
        with visiting(browser, site.url) as visit:
            page = visit.page
            page.add_init_script(
                "window.shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) "
                "window.shift += one.value }).observe({ type: 'layout-shift', buffered: true })"
            )
            visit.open(PAGES[kind])
            page.wait_for_load_state("networkidle")
            own = [one for one in visit.requests if not one.endswith(("offline.js", "manifest.webmanifest"))]
            if kind != "search":
                assert [one for one in own if "/assets/" not in one] == [site.url + PAGES[kind]]
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            page.wait_for_load_state("networkidle")
            assert page.evaluate("window.shift") == 0
            visit.check()


def test_a_picture_that_is_seen_first_does_not_wait_until_it_is(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 640})
    for kind in ("Chinese article", "Persian article", "English article with a table"):
        visit.open(PAGES[kind])
        pictures = page.locator("article img")
        assert pictures.first.evaluate("one => one.getBoundingClientRect().top < innerHeight")
        assert pictures.first.evaluate("one => one.loading") == "auto"
    visit.open(PAGES["Chinese article"])
    assert page.locator("article img").nth(1).evaluate("one => one.loading") == "lazy"


def test_a_page_is_whole_without_script(browser: Browser, site: Site) -> None:
    with visiting(browser, site.url, script=False) as visit:
        page = visit.open(PAGES["Chinese article"])
        assert "重新点亮" in page.inner_text("h1")
        assert page.locator("#offline").is_hidden()
        page.click("nav.menu a >> nth=0")
        assert page.url == site.url + "index.html"
        visit.check()


def test_it_reads_from_a_disk_and_asks_nobody(browser: Browser, built: Path) -> None:
    with visiting(browser, f"file://{built}/") as visit:
        for path in (one for one in PAGES.values() if not one.endswith("search.html")):
            page = visit.open(path)
            assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "the style is allowed"
            for picture in page.query_selector_all("img"):
                picture.scroll_into_view_if_needed()
            page.wait_for_function(
                "() => [...document.images].every((one) => one.complete && one.naturalWidth > 0)"
            )
        visit.check()
        page = visit.open(PAGES["search"])
        assert page.locator("#search-fallback a").first.is_visible(), "browsers run no modules from a disk"
        assert not visit.requests


def test_the_keyboard_reaches_the_text_first_and_every_link(visit: Visit) -> None:
    page = visit.open(PAGES["Chinese article"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0"), "it shows itself"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    reached = set()
    visit.open(PAGES["Chinese article"])
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.add(page.evaluate("document.activeElement.outerHTML"))
    every = page.eval_on_selector_all("a[href], button:not([hidden])", "all => all.map(one => one.outerHTML)")
    assert {one for one in every if "<a" in one[:3]} <= reached


def test_right_to_left_runs_so_within_pages_of_the_other_direction(visit: Visit) -> None:
    page = visit.open(PAGES["Persian article"])
    assert (
        page.evaluate("getComputedStyle(document.querySelector('article p:not(.byline)')).direction") == "rtl"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('nav.menu')).direction") == "ltr"
    visit.open(PAGES["home"])
    persian = page.locator("ul.list a", has_text="فانوس").first
    assert persian.evaluate("one => getComputedStyle(one).direction") == "rtl"
    visit.open(PAGES["help in Persian"])
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"


@pytest.mark.parametrize(
    ("page", "query", "titles"),
    [
        ("search.html", "鐵匠鋪", set()),
        ("search.html", "备用玻璃", {"老灯塔修缮过半 塔顶铜灯下月重新点亮（图）"}),
        ("zh-Hant/search.html", "備用玻璃", {"老灯塔修缮过半 塔顶铜灯下月重新点亮（图）"}),
        ("search.html", "harbour master Wil", {"Storm cone goes up for a drill, and the town listens"}),
        ("search.html", "رده‌بندی", {"کتابخانهٔ شناور مدرسه از هفتهٔ آینده کتاب امانت می‌دهد"}),
        ("search.html", "quieter auction", set()),  # withdrawn
    ],
)
def test_search_finds_what_is_shown_and_nothing_else(
    visit: Visit, built: Path, page: str, query: str, titles: set[str]
) -> None:
    visit.requests.clear()
    visit.open(page)
    assert visit.page.locator("#search-fallback").is_hidden()
    visit.page.fill("#search-words", query)
    visit.page.press("#search-words", "Enter")
    visit.page.wait_for_function(
        "() => document.querySelector('#search-status').textContent && "
        "!document.querySelector('#search-results').hasAttribute('aria-busy')"
    )
    found = visit.page.locator("#search-results > li > a")
    assert set(found.all_inner_texts()) == titles
    for target in found.evaluate_all("all => all.map((one) => one.href)"):
        path = target.removeprefix(visit.url)
        assert (built / path).is_file()
        assert path.startswith(f"{page.removesuffix('search.html')}pages/")
    assert not [one for one in visit.requests if "quieter" in one or "%" in one]
    visit.check()


def test_the_name_of_a_language_stands_in_one_line(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 800})
    visit.open(PAGES["help in Persian"])
    names = page.locator("main nav a")
    assert names.evaluate_all("all => all.map((one) => one.getClientRects().length)") == [1] * names.count()


def test_print_leaves_out_menus_and_keeps_whose_it_is(visit: Visit) -> None:
    page = visit.open(PAGES["Chinese article"])
    page.emulate_media(media="print")
    assert page.locator("nav.menu").is_hidden()
    assert page.locator("text=© 港湾时报").is_visible()
    page.emulate_media(media="screen")


def _kept(page: Page) -> list[str]:
    return list(
        page.evaluate(
            "(async () => { const all = []; for (const name of await caches.keys()) "
            "for (const one of await (await caches.open(name)).keys()) all.push(one.url); return all })()"
        )
    )


def test_opened_pages_are_kept_offline_until_the_reader_deletes_them(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="allow")
    try:
        page = context.new_page()
        page.goto(site.url + "index.html")
        page.wait_for_selector("#offline:not([hidden])")
        assert "此浏览器会保存" in page.inner_text("#offline")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.goto(site.url + PAGES["Chinese article"])
        page.locator("article img").first.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert site.url + PAGES["Chinese article"] in _kept(page)
        context.set_offline(True)
        page.goto(site.url + PAGES["Chinese article"])
        assert "重新点亮" in page.inner_text("h1")
        context.set_offline(False)
        page.wait_for_selector("#offline:not([hidden]) button")
        page.click("#offline button")
        page.wait_for_function(
            "() => document.querySelector('#offline span').textContent.includes('不会被保存')"
        )
        assert _kept(page) == []
        page.goto(site.url + PAGES["Persian article"])
        page.wait_for_selector("#offline:not([hidden])")
        assert _kept(page) == []
        context.set_offline(True)
        with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(site.url + PAGES["Chinese article"])
    finally:
        context.close()


def test_a_planted_beacon_fails_the_test_of_the_browser_too(
    browser: Browser, built: Path, tmp_path: Path
) -> None:
    page = (built / PAGES["Chinese article"]).read_text(encoding="utf-8")
    start, end = re.search(r'content="(default-src[^"]*)"', page).span(1)  # type: ignore[union-attr]
    loose = page[:start] + "default-src *; style-src 'unsafe-inline'" + page[end:]
    beacon = '<img src="https://beacon.example/x.gif" alt="">'
    (tmp_path / "index.html").write_text(loose.replace("<footer>", f"{beacon}<footer>"), encoding="utf-8")
    with served(tmp_path, policy="default-src *") as site, visiting(browser, site.url) as visit:
        visit.open("index.html")
        assert visit.foreign == ["https://beacon.example/x.gif"]


def test_the_policy_of_each_page_stops_what_the_gate_would_refuse(
    browser: Browser, built: Path, tmp_path: Path
) -> None:
    page = (built / PAGES["Chinese article"]).read_text(encoding="utf-8")
    planted = '<img src="https://beacon.example/x.gif" alt=""><script>document.title = "run"</script>'
    (tmp_path / "index.html").write_text(page.replace("<footer>", f"{planted}<footer>"), encoding="utf-8")
    with (
        served(tmp_path, policy="default-src * 'unsafe-inline'") as site,
        visiting(browser, site.url) as visit,
    ):
        visit.open("index.html")
        assert not visit.foreign
        assert visit.page.title() != "run"
