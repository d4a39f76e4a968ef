"""How the offline verifier meets its readers, and how it is built."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tuf.api.serialization.json import JSONSerializer

from mirrorpress.editions.safety import dangers
from mirrorpress.editions.verifier.page import is_verifier, verifier
from mirrorpress.editions.words import languages, words

from .signed import COPY, PAGE, Edition, as_json, page_at
from .verifying import FILES, SIGNING, Verifier, verifying

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def test_a_page_and_its_proof_may_come_one_after_the_other(opened: Verifier, signed: Edition) -> None:
    proof = {"9001.proof.json": as_json(signed.proof())}
    said = opened.check({"9001.html": FILES[PAGE]})
    assert (said["answer"], said["reason"]) == ("none", "no_proof")
    assert opened.check(proof)["answer"] == "verified"
    assert opened.check(proof)["reason"] == "no_page"
    assert opened.check({"9001.html": FILES[PAGE]})["answer"] == "verified"


def test_files_may_be_dropped(opened: Verifier, signed: Edition) -> None:
    opened.page.evaluate(
        """(files) => {
          const transfer = new DataTransfer();
          for (const [name, text] of Object.entries(files)) transfer.items.add(new File([text], name));
          document.getElementById('drop').dispatchEvent(
            new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        {"9001.html": FILES[PAGE].decode(), "p.proof.json": as_json(signed.proof()).decode()},
    )
    assert opened.answer()["answer"] == "verified"


def test_the_keyboard_reaches_everything(opened: Verifier) -> None:
    page, reached = opened.page, []
    page.on("filechooser", lambda _: None)  # on a busy machine it comes too late to be asked for with the key
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert reached == ["language", "choose-files", "choose-folder"]
    page.focus("#choose-files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    assert chooser.value.is_multiple()


@pytest.mark.parametrize("language", languages())
def test_it_speaks_every_language_and_is_accessible(
    browser: Browser, tmp_path: Path, signed: Edition, language: str
) -> None:
    with verifying(browser, tmp_path, language="ru", width=360) as opened:
        page: Page = opened.page
        page.select_option("#language", language)
        said = words(language)["verifier"]
        page.wait_for_function(
            "(title) => document.querySelector('h1').textContent === title", arg=said["title"]
        )
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
        cases = [{**signed.folder(), "index.html": b"x", "extra.html": b"x" * 300}, {"p.zip": b""}]
        cases.append({"9001.html": page_at(COPY), "p.json": as_json(signed.proof(address=COPY))})
        del cases[0]["indexes/p2.html"]
        for files in cases:
            answer = opened.check(files)
            assert said["answers"][answer["answer"]].split("{")[0] in answer["text"]
            assert "{" not in page.inner_text("body")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs out"
            assert not accessible(page)


def accessible(page: Page) -> list[Any]:
    page.evaluate(AXE)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [(one["id"], one["nodes"][0]["html"]) for one in page.evaluate("axe.run()")["violations"]]
    return found


@pytest.mark.parametrize(
    ("asked", "spoken"), [("zh-TW", "zh-Hant"), ("zh-CN", "zh-Hans"), ("fa-IR", "fa"), ("pt-BR", "ru")]
)
def test_the_language_is_the_browsers(browser: Browser, tmp_path: Path, asked: str, spoken: str) -> None:
    root = SIGNING.root_of().to_bytes(JSONSerializer())
    path = tmp_path / "verify.html"
    path.write_bytes(verifier([root], "Harbour Light", "ru"))
    context = browser.new_context(locale=asked)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("document.documentElement.lang") == spoken
    context.close()


def test_names_of_files_are_only_text(opened: Verifier, signed: Edition) -> None:
    said = opened.check({**signed.folder(), "<img src=x onerror=alert(1)>.html": b"x"})
    assert said["states"]["<img src=x onerror=alert(1)>.html"] == "extra"
    assert opened.page.query_selector("#answer img") is None


# --- how it is built ---------------------------------------------------------------------------------------------


def test_two_builds_are_the_same_bytes_and_a_change_is_seen() -> None:
    chain = [SIGNING.root_of().to_bytes(JSONSerializer())]
    built = verifier(chain, "Harbour </script><script>alert(1)</script> Light", "fa")
    assert built == verifier(chain, "Harbour </script><script>alert(1)</script> Light", "fa")
    assert is_verifier(built)
    assert built.count(b"<script") == 2
    for other in (
        built + b" ",
        built.replace(b"default-src 'none'", b"default-src *"),
        built.replace(b'"use strict";', b'"use strict";alert(1);'),
        built.replace(b'id="data">', b'id="data"> '),
        b"",
        b'<script type="application/json" id="data">{}</script>',
        b'<script type="application/json" id="data">' + b"[" * 100_000 + b"</script>",
    ):
        assert not is_verifier(other)


@pytest.mark.parametrize(
    "chain", [[], [b"{}"], [b"x"], [b'{"signed": {"_type": "targets"}, "signatures": []}'], [b"[]"]]
)
def test_what_is_no_root_makes_no_verifier(chain: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        verifier(chain, "x")


def test_the_last_look_passes_the_verifier_alone() -> None:
    built = verifier([SIGNING.root_of().to_bytes(JSONSerializer())], "Harbour Light")
    assert not dangers("verify.html", built)
    assert dangers("pages/verify.html", built)
    assert dangers("verify.html", built.replace(b"(() => {", b"(() => { "))
    assert dangers("verify.html", b"<!doctype html>\n<script>alert(1)</script>")
