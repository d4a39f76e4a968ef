"""Every case folder: what is read, what is kept, what is gone, and how a git host shows it."""

from __future__ import annotations

import pytest

from mirrorpress.errors import ExtractError

from .cases import Case, all_cases, as_shown
from .githost import differences

CASES = all_cases()
ARTICLES = [case for case in CASES if "error" not in case.expected]
REFUSED = [case for case in CASES if "error" in case.expected]


def name_of(case: Case) -> str:
    return case.folder.name


@pytest.mark.parametrize("case", ARTICLES, ids=name_of)
def test_reads_a_page_as_expected(case: Case) -> None:
    draft = case.read()
    article = case.finish(draft)
    assert as_shown(article) == (case.folder / "expected.md").read_text(encoding="utf-8")
    expected = case.expected
    assert article.title == expected["title"]
    assert list(article.authors) == expected.get("authors", [])
    published = article.published.isoformat() if article.published else ""
    assert published == expected.get("published", "")
    updated = article.updated.isoformat() if article.updated else ""
    assert updated == expected.get("updated", "")
    assert article.language == expected["language"]
    for phrase in expected.get("kept", ()):
        assert phrase in article.markdown
        assert phrase in article.html
    for phrase in expected.get("absent", ()):
        assert phrase not in article.markdown + article.html + article.excerpt + article.title
    for phrase in expected.get("once", ()):
        assert article.markdown.count(phrase) == article.html.count(phrase) == 1
    if "pictures" in expected:
        assert [
            [picture.urls[0], picture.caption, picture.credit] for picture in article.pictures
        ] == expected["pictures"]
    for key in ("partial", "next_page", "engine"):
        if key in expected:
            assert getattr(draft, key) == expected[key]
    assert draft.confidence >= expected.get("confidence_at_least", 0)


@pytest.mark.parametrize("case", ARTICLES, ids=name_of)
def test_a_git_host_shows_what_the_article_says(case: Case) -> None:
    assert differences(case.finish(case.read())) == []


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_refuses_a_page_without_an_article(case: Case) -> None:
    with pytest.raises(ExtractError, match=case.expected["error"]) as caught:
        case.read()
    assert caught.value.where == case.about["url"]
    assert caught.value.hint
