"""The harness itself: what it must catch, it catches."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .chromium import MISSING, TO_TYPE
from .server import SUB_PATH, served
from .visits import visiting

ROOT = Path(__file__).parents[2]


def page(folder: Path, body: str) -> None:
    head = '<!DOCTYPE html><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">'
    (folder / "index.html").write_text(head + body, encoding="utf-8")


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://elsewhere.example/pixel.gif" alt="">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/style.css">',
    ],
)
def test_a_request_to_elsewhere_fails_the_test(browser: Browser, tmp_path: Path, body: str) -> None:
    page(tmp_path, body)
    with served(tmp_path, policy="default-src *") as site, visiting(browser, site.url) as visit:
        visit.open("index.html")
        with pytest.raises(AssertionError, match="requests to elsewhere"):
            visit.check()


@pytest.mark.parametrize(
    "body", ["<script>document.title = 1</script>", "<p onclick='x()' style='color: red'>"]
)
def test_what_the_policy_blocks_fails_the_test(browser: Browser, tmp_path: Path, body: str) -> None:
    page(tmp_path, body)
    with served(tmp_path) as site, visiting(browser, site.url) as visit:
        visit.open("index.html")
        with pytest.raises(AssertionError, match="Content Security Policy"):
            visit.check()


def test_an_error_in_a_script_fails_the_test(browser: Browser, tmp_path: Path) -> None:
    page(tmp_path, '<script type="module" src="wrong.js"></script>')
    (tmp_path / "wrong.js").write_text("throw new Error('broken on purpose')")
    with served(tmp_path) as site, visiting(browser, site.url) as visit:
        visit.open("index.html")
        with pytest.raises(AssertionError, match="broken on purpose"):
            visit.check()


def test_a_path_outside_the_site_is_not_served(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    page(tmp_path / "site", "<h1>Here</h1>")
    (tmp_path / "secret.html").write_text("secret")
    with served(tmp_path / "site") as site, visiting(browser, site.url) as visit:
        assert visit.open("index.html").inner_text("h1") == "Here"
        for path in ("/index.html", f"{SUB_PATH}../../secret.html", f"{SUB_PATH}..%2Fsecret.html"):
            answer = visit.page.request.get(site.url.removesuffix(SUB_PATH) + path)
            assert answer.status == 404, path


def test_without_a_browser_the_one_line_to_type_is_said(tmp_path: Path) -> None:
    """On a machine without Chromium, apt-get that fails, and no way to Playwright's."""
    failing = tmp_path / "bin" / "apt-get"
    failing.parent.mkdir()
    failing.write_text("#!/bin/sh\nexit 100\n")
    failing.chmod(stat.S_IRWXU)
    environment = {
        **os.environ,
        "PATH": str(failing.parent),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "none"),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.chromium"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip().splitlines()[-1] == MISSING
    assert TO_TYPE in MISSING
