"""What the browser itself says of the network: which names it looked up, and which hosts it meant to reach."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from .chromium import ALONE, find
from .samplesite import PAGES, sample_site
from .server import served

BROWSERS_OWN = re.compile(r"(?:^|[/.])(?:google|googleapis|gstatic)\.com\b")
"""Whom Chromium asks for itself, at times of its own."""


def hosts_in(log: Path) -> set[str]:
    """All hosts that a network log of Chromium names, in any event."""
    text = log.read_text(encoding="utf-8").rstrip().rstrip(",")
    try:
        events = json.loads(text)["events"]
    except json.JSONDecodeError:  # the browser was ended before it wrote the end
        events = json.loads(f"{text}]}}")["events"]
    found = set()
    for event in events:
        told = event.get("params", {})
        for key in ("url", "host", "group_id", "destination"):
            value = told.get(key)
            if isinstance(value, str) and value:
                host = urlsplit(value if "//" in value else f"//{value}").hostname
                found.add(host or value)
        found |= set(re.findall(r"beacon\.example", json.dumps(told)))
    return found


def visited(browser: Browser, urls: Sequence[str], log: Path) -> set[str]:
    """Open pages in a browser that keeps a log, and that nothing holds back; the hosts in that."""
    arguments = [f"--log-net-log={log}", ALONE]
    logging = browser.browser_type.launch(executable_path=find(), args=arguments)
    page = logging.new_page()
    for url in urls:
        page.goto(url)
        for picture in page.query_selector_all("img"):
            picture.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    logging.close()
    return hosts_in(log)


def test_no_name_is_looked_up_and_no_host_reached_but_that_of_the_site(
    browser: Browser, tmp_path: Path
) -> None:
    own = visited(browser, ["about:blank"], tmp_path / "blank.json")  # the browser's own errands
    (tmp_path / "mirror").mkdir()
    with sample_site(tmp_path / "mirror") as built, served(built.site, policy=built.policy) as site:
        found = visited(browser, [site.url + path for path in PAGES.values()], tmp_path / "net.json")
    assert "127.0.0.1" in found
    assert {host for host in found - own if not BROWSERS_OWN.search(host)} == {"127.0.0.1"}


def test_what_is_planted_is_seen_there(browser: Browser, tmp_path: Path) -> None:
    planted = '<!doctype html><title>x</title><img src="https://beacon.example/x" alt="">'
    (tmp_path / "index.html").write_text(planted, encoding="utf-8")
    with served(tmp_path, policy="default-src *") as site:
        assert "beacon.example" in visited(browser, [f"{site.url}index.html"], tmp_path / "net.json")
