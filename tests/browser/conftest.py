"""One browser a session; a new reader for each test, whom every request to elsewhere fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .chromium import ALONE, MissingBrowserError, find
from .samples import write_site
from .server import Site, served
from .signed import Edition, edition
from .verifying import FILES, SIGNING, Verifier, verifying
from .visits import Visit, visiting


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        program = find()
    except MissingBrowserError as error:
        pytest.fail(str(error))
    with sync_playwright() as playwright:
        known = playwright.chromium.launch(executable_path=program, args=[ALONE])
        yield known
        known.close()


@pytest.fixture(scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    write_site(folder)
    with served(folder) as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Site:
    _site.down = ""
    _site.answers.clear()
    return _site


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    with visiting(browser, site.url) as known:
        yield known
        known.check()


@pytest.fixture(scope="module")
def _long_visit(browser: Browser, _site: Site) -> Iterator[Visit]:
    with visiting(browser, _site.url) as known:
        known.open("search.html")
        yield known


@pytest.fixture
def asking(_long_visit: Visit, site: Site) -> Iterator[Page]:
    """The search page of one reader who asks much: for tests that leave nothing behind but a query."""
    yield _long_visit.page
    _long_visit.check()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Verifier]:
    """The offline verifier of a mirror."""
    with verifying(browser, tmp_path) as known:
        yield known


@pytest.fixture(scope="session")
def signed() -> Edition:
    """The edition of that mirror, an hour old; no test may change it."""
    return edition(FILES, SIGNING)
