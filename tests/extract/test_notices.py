"""The publisher's own notices below an article stay with it: each alone, whatever holds it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mirrorpress.extract.memory import learn
from mirrorpress.extract.read import read

from .cases import Case, all_cases

CASES = [case for case in all_cases() if case.folder.name.startswith("notices-")]
HOLDERS = {
    "nothing": "{}",
    "small": "<p><small>{}</small></p>",
    "footer": '<footer class="article-footer">{}</footer>',
    "copyright": '<div class="copyright"><p>{}</p></div>',
    "aside": '<aside class="note">{}</aside>',
    "list": '<ul class="notes"><li>{}</li></ul>',
    "before a biography": '<div>{}</div><div class="bio"><p>Writes about rivers and keeps two cats.</p></div>',
}
_BOX = re.compile(r'<div class="(?:post-end|end|notes)">(.*?)</div>', re.DOTALL)


def letters(html: str) -> str:
    return re.sub(r"\W", "", re.sub(r"<[^>]+>", "", html))


def notices(case: Case) -> list[str]:
    found = _BOX.search(case.page.body.decode())
    assert found is not None
    return re.findall(r"<p[^>]*>(.*?)</p>", found[1], re.DOTALL)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
@pytest.mark.parametrize("holder", HOLDERS)
def test_a_notice_alone_stays(case: Case, holder: str) -> None:
    html = case.page.body.decode()
    for notice in notices(case):
        block = HOLDERS[holder].format(notice)
        page = replace(case.page, body=_BOX.sub(lambda _, block=block: block, html).encode())
        article = case.finish(read(page))
        assert letters(notice) in letters(article.html), notice


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_a_notice_that_stands_below_every_article_of_a_site_stays(case: Case) -> None:
    for notice in notices(case):
        html = _BOX.sub(
            lambda _, notice=notice: f"<div class=copyright>{notice}</div>", case.page.body.decode()
        )
        layouts = []
        for n in range(4):
            other = html.replace("<p>", f"<p>{n} ").encode()
            layouts.append(read(replace(case.page, url=f"{case.page.url}{n}", body=other)).layout)
        page = replace(case.page, body=html.encode(), memory=learn(layouts))
        article = case.finish(read(page))
        assert letters(notice) in letters(article.html), notice
        assert letters(notice) != letters(article.html)


@pytest.mark.parametrize(
    "line",
    [
        '<a href="/terms">Reprints and permissions</a>',
        '<a href="/law">转载须知</a>',
        "<a href='/licence'>Creative Commons</a>",
    ],
)
def test_a_line_that_only_leads_elsewhere_is_no_notice(line: str) -> None:
    case = next(one for one in CASES if one.folder.name == "notices-english")
    page = replace(
        case.page, body=_BOX.sub(f"<div class=links>{line}</div>", case.page.body.decode()).encode()
    )
    words = re.sub(r"<[^>]+>", "", line)
    assert words not in case.finish(read(page)).markdown
