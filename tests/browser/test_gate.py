"""The gate against a real browser: what it lets through, a browser without any policy asks nobody for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from mirrorpress.editions.sitesafety import dangers_in_page, dangers_in_style
from tests.site.test_site_safety import page

HERE = "https://mirror.example/pages/p2/1.html"
BEACON = "https://beacon.example/x"

BODIES = (
    "<select><option><img src={b}></option></select>",
    "<select><svg><image href={b} /></svg></select>",
    "<select><style>@import '{b}';</style></select>",
    "<table><tr><td><select><table><tr><td><img src={b}></table>",
    "<table><colgroup><img src={b}></colgroup></table>",
    "<image src={b}>",
    "<img src=a.png src={b}>",
    "<img src={b} src=a.png>",
    "<img/src={b}>",
    "<img\0src={b}>",
    "<img\fsrc={b}>",
    "<\fimg src={b}>",
    "<img src='&#x68;ttps&colon;&sol;/beacon.example/x'>",
    "<img src='&NewLine;//beacon.example/x'>",
    "<img src='\\\\beacon.example/x'>",
    "<img srcset='{b} 2x'>",
    "<p title='\"><img src={b}>'>a</p>",
    "<p title=\"&quot;><img src={b}>\">a</p>",
    "<p>a<body background={b}>",
    "<!--><img src={b}>-->",
    "<!--x--!><img src={b}>-->",
    "<? <img src={b}>",
    "</ <img src={b}>>",
    "<![CDATA[<img src={b}>]]>",
    "<svg><style><!--</style><img src={b}>--></style></svg>",
    "<math><annotation-xml encoding=text/html><img src={b}></annotation-xml></math>",
    "<template shadowrootmode=open><img src={b}></template>",
    "<noscript><img src={b}></noscript>",
    "<plaintext><img src={b}>",
    "<title><img src={b}></title>",
    "<style>p{{}}</style ><img src={b}>",
    "<b><p></b><img src={b}></p>",
    "<form></form><form action={b}><button>a</button></form>",
    "<input type=image src={b}>",
    "<frameset><frame src={b}></frameset>",
    "</body></html><img src={b}>",
    "<link rel='canonical stylesheet' href={b}>",
    "<link rel=icon href={b}>",
    "<link rel=modulepreload href=https://beacon.example/../../../../offline.js>",
    "<script src=https://beacon.example/../../../../offline.js></script>",
    "<script src=//beacon.example/../../offline.js></script>",
    "<script type=speculationrules src=../../offline.js></script>",
    "<meta http-equiv=Refresh content='0;url={b}'>",
    "<base href={b}><img src=a.png>",
    "<p title=\"\x1b$B\">a</p><p title=\"\x1b(B><img src={b}>\">b</p>",
)  # fmt: skip

STYLES = (
    "@media all {{ @import '{b}'; }}",
    "p {{ background: u\\72 l({b}) }}",
    "@\\69mport '{b}';",
    "@layer a; @import '{b}';",
    "p {{ --x: '{b}'; background: image-set(var(--x) 1x) }}",
    "p {{ --x: image-set; background: var(--x)('{b}' 1x) }}",
    "p {{ background: attr(data-x type(<url>)) }}",
    "p {{ background: url ({b}) }}",
    "p {{ background: type('{b}') }}",
    "@document url-prefix('{b}') {{ p {{ }} }}",
    "<!-- @import '{b}'; -->",
    "p {{ }} }} @import '{b}';",
    "p {{ background: url({b}",
    "@property --i {{ syntax: '<image>'; inherits: false; initial-value: url({b}) }}",
    "@function --f() {{ result: image-set('{b}' 1x) }} p {{ background: --f() }}",
    "p {{ background: if(style(--x): url({b}); else: url({b})) }}",
)


@pytest.fixture(scope="module")
def bare(browser: Browser) -> Iterator[tuple[Page, list[str], list[bytes]]]:
    """A page for anything, what was asked for beside it, and what it is given."""
    context = browser.new_context()
    asked: list[str] = []
    given = [b""]

    def answer(route: Route) -> None:
        if route.request.url == HERE:
            route.fulfill(body=given[0], headers={"Content-Type": "text/html"})
        else:
            asked.append(route.request.url)
            route.abort()

    context.route("**/*", answer)
    yield context.new_page(), asked, given
    context.close()


def _asked_for(bare: tuple[Page, list[str], list[bytes]], html: str) -> list[str]:
    opened, asked, given = bare
    asked.clear()
    given[0] = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", html).encode()
    opened.goto(HERE)
    opened.wait_for_load_state("networkidle")
    return [one for one in asked if not one.startswith("https://mirror.example/")]


def test_what_passes_asks_nobody(bare: tuple[Page, list[str], list[bytes]]) -> None:
    passed = 0
    for hostile in BODIES:
        for html in (page(hostile.format(b=BEACON)), page(head=f"{hostile.format(b=BEACON)}\n")):
            if not list(dangers_in_page("pages/p2/1.html", html)):
                passed += 1
                assert not _asked_for(bare, html), hostile
    for hostile in STYLES:
        style = hostile.format(b=BEACON)
        if not list(dangers_in_style(style)):
            passed += 1
            assert not _asked_for(bare, page(f"<p data-x='{BEACON}'>a</p>", style=style)), hostile
    assert passed > 10, "some of it is harmless, which the browser shows"


def test_it_is_the_gate_that_stops_the_rest(bare: tuple[Page, list[str], list[bytes]]) -> None:
    assert _asked_for(bare, page(f"<select><option><img src={BEACON}></select>")) == [BEACON]
    assert _asked_for(bare, page("<script src=https://beacon.example/../../../../offline.js></script>"))


def test_a_page_in_another_encoding_is_refused_as_it_holds_other_tags(
    bare: tuple[Page, list[str], list[bytes]],
) -> None:
    hidden = f'<p title="\x1b$B">a</p>\x1b(B<p title="\x1b(B><img src={BEACON}>">b</p>'
    html = page(hidden).replace('<meta charset="utf-8">', '<meta charset="iso-2022-jp">')
    assert _asked_for(bare, html) == [BEACON], "a browser sees a picture there"
    assert list(dangers_in_page("pages/p2/1.html", html))
    assert list(dangers_in_page("pages/p2/1.html", page(hidden).replace('<meta charset="utf-8">', "")))
