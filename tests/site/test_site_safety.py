"""The gate of the site: what the mirror writes passes; what endangers a reader is named with its place."""

from __future__ import annotations

import re

import pytest

from mirrorpress.editions.sitesafety import (
    dangers_in_manifest,
    dangers_in_page,
    dangers_in_style,
    policy_of,
)

STYLE = "p { color: red }"


def page(body: str = "", head: str = "", *, style: str = STYLE, policy: str = "") -> str:
    return (
        '<!doctype html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy or policy_of(style)}">\n'
        f'<meta name="referrer" content="no-referrer">\n{head}<title>A</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def test_what_the_mirror_writes_passes() -> None:
    html = page(
        '<nav aria-label="Menu"><ul><li><a href="../../index.html">Home</a></li></ul></nav>\n'
        '<main id="main"><h1>A &amp; B</h1><time datetime="2026-06-12">12 June</time>\n'
        '<figure><img src="../../assets/ab/0123456789abcdef.webp" alt="x" width="4" height="3" loading="lazy">'
        "<figcaption>c</figcaption></figure>\n"
        '<p><a href="https://harbour.example/x?page=2" rel="external noopener noreferrer">out ↗</a>\n'
        '<a href="mailto:desk@example.org">mail</a> <a href="#main">up</a> <code>http://127.0.0.1/x</code></p>\n'
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="QR" width="148" height="148"></main>\n',
        '<link rel="icon" href="data:image/png;base64,iVBORw0KGgo=">\n'
        '<link rel="canonical" href="https://mirror.example.org/a.html">\n',
    )
    assert list(dangers_in_page("pages/p2/1.html", html)) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<img src="https://beacon.example/x.gif" alt="">', "line 11, <img>: a picture from elsewhere"),
        ('<img src="//beacon.example/x.gif" alt="">', "a picture from elsewhere"),
        ('<img src="\\\\beacon.example/x.gif" alt="">', "a picture from elsewhere"),
        ('<img src="/%2F/beacon.example/x.gif" alt="">', "a picture from elsewhere"),
        ('<img src="x.webp" srcset="https://beacon.example/x 2x" alt="">', "does not belong there: srcset"),
        ('<img src="data:image/svg+xml;base64,AA==" alt="">', "a picture from elsewhere"),
        ("<script>alert(1)</script>", "line 11, <script>: a script within the page"),
        ('<script src="https://beacon.example/x.js"></script>', "a script that does not belong there"),
        ('<script src="../../search/x.js"></script>', "a script that does not belong there"),
        ('<p onclick="x()">a</p>', "an attribute that does not belong there: onclick"),
        ('<p style="background: url(//x)">a</p>', "an attribute that does not belong there: style"),
        ('<iframe src="a.html"></iframe>', "<iframe>: an element that does not belong there"),
        ('<video poster="https://x.example/"></video>', "an element that does not belong there"),
        ('<svg><image href="https://x.example/"/></svg>', "an element that does not belong there"),
        ("<noscript><img src=x></noscript>", "an element that does not belong there"),
        ('<a href="http://harbour.example/">a</a>', "a link that is not https to a named host"),
        ('<a href="https://192.0.2.7/">a</a>', "a link that is not https to a named host"),
        ('<a href="https://[2001:db8::1]/">a</a>', "a link that is not https to a named host"),
        ('<a href="https://0x7f000001/">a</a>', "a link that is not https to a named host"),
        ('<a href="javascript:alert(1)">a</a>', "a link that is not https to a named host"),
        (
            '<a href="https://h.example/?utm_source=x" rel="noreferrer">a</a>',
            "tells where a reader came from",
        ),
        ('<a href="https://h.example/">a</a>', "not marked as one"),
        ('<a href="x.html" ping="https://x.example/">a</a>', "does not belong there: ping"),
        ('<a href="x.html" target="_blank">a</a>', "does not belong there: target"),
        ('<form action="https://x.example/"><input type="search"></form>', "does not belong there: action"),
        ('<input type="password">', "a field that does not belong there"),
        ("<base href=x>", "an element that does not belong there"),
        ('<meta http-equiv="refresh" content="0">', "a meta that does not belong there: refresh"),
        ("<!-- [if IE]><script>alert(1)</script><![endif] -->", "a comment"),
        ("<template><script>1</script></template>", "an element that does not belong there"),
        ("<object data=x></object>", "an element that does not belong there"),
        ('<img src="../..//beacon.example/x.png" alt="">', "a picture from elsewhere"),
        ('<a href="HTTPS://h.example/">a</a>', "not marked as one"),
        ('<a href="x.html?fbclid=1">a</a>', "tells where a reader came from"),
        (
            '<a href="https://h.example/#utm_source=x" rel="noreferrer">a</a>',
            "tells where a reader came from",
        ),
        ('<script src="https://x.example/../../../../offline.js"></script>', "a script that does not belong"),
        (
            '<script src="../../offline.js" type="speculationrules"></script>',
            "a script that is something else",
        ),
        ('<meta charset="iso-2022-jp">', "a page that claims not to be UTF-8"),
        ("<math><mtext><style><img src=x onerror=y></style></mtext></math>", "does not belong there"),
    ],
)
def test_what_endangers_a_reader_is_named_with_its_line_and_element(body: str, said: str) -> None:
    found = list(dangers_in_page("pages/p2/1.html", page(f"<main>{body}</main>")))
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ('<link rel="preconnect" href="https://x.example">', "makes a request: rel=preconnect"),
        ('<link rel="dns-prefetch" href="//x.example">', "makes a request"),
        ('<link rel="stylesheet" href="style.css">', "makes a request"),
        ('<link rel="icon" href="https://x.example/i.png">', "an address from elsewhere"),
        ('<link rel="canonical" href="https://192.0.2.7/">', "a link that is not https to a named host"),
        ('<meta name="referrer" content="unsafe-url">', "a referrer that is sent"),
        ('<link rel="canonical" href="https://h.example/?utm_source=x">', "tells where a reader came from"),
        ('<meta name="google-site-verification" content="x">', "a meta that does not belong there"),
    ],
)
def test_so_is_what_stands_in_its_head(head: str, said: str) -> None:
    found = list(dangers_in_page("pages/p2/1.html", page(head=f"{head}\n")))
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            "default-src 'self'; base-uri 'none'; form-action 'none'; style-src 'none'",
            "allows too much: default-src",
        ),
        (policy_of(STYLE).replace("img-src 'self'", "img-src *"), "allows too much: img-src"),
        (policy_of(STYLE) + "; font-src https:", "allows too much: font-src"),
        (policy_of(STYLE, search=True), "script-src on a page without a script"),
        (policy_of("p { }"), "allows too much: style-src"),
        ("default-src 'none'", "without base-uri"),
        (f"default-src *; {policy_of(STYLE)}", "allows too much: default-src"),
        (policy_of(STYLE).replace("default-src ", "default-src\u00a0"), "of more than plain ASCII"),
    ],
)
def test_so_is_a_policy_that_allows_more_than_the_page_needs(policy: str, said: str) -> None:
    found = list(dangers_in_page("pages/p2/1.html", page(policy=policy)))
    assert any(said in one for one in found), found


def test_a_page_without_a_policy_or_of_another_kind_is_refused() -> None:
    beginning = '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n'
    assert next(dangers_in_page("a.html", "<p>a")).startswith("line 1: a page that does not begin with")
    assert "no Content-Security-Policy" in list(dangers_in_page("a.html", f"{beginning}<title>a</title>"))
    assert list(dangers_in_page("a.html", beginning + "<b>" * 200_000))


def test_the_policy_stands_before_what_it_holds_and_no_referrer_is_sent() -> None:
    html = page()
    policy, style = re.findall("<meta http-equiv.*\n|<style>.*\n", html)
    late = html.replace(policy, "").replace(style, f"{style}{policy}")
    found = list(dangers_in_page("a.html", late))
    assert [one for one in found if "<style>: it stands before the Content-Security-Policy" in one]
    silent = html.replace('<meta name="referrer" content="no-referrer">', "")
    assert 'no <meta name="referrer" content="no-referrer">' in list(dangers_in_page("a.html", silent))


@pytest.mark.parametrize(
    "style",
    [
        '@import "https://x.example/a.css";',
        "@import url(a.css);",
        "@media all { @import 'a.css'; }",
        "p { background: -webkit-cross-fade(x, y) }",
        "p { background: url(https://x.example/a.png) }",
        "p { background: u\\72l(a.png) }",
        "p { background: image-set('a.png' 1x) }",
        "@media print { p { content: url('a') } }",
        "@font-face { font-family: x; src: url(a.woff2) }",
        "p::before { content: attr(x) src('a') }",
    ],
)
def test_a_style_that_loads_something_is_refused(style: str) -> None:
    assert list(dangers_in_style(style))
    assert list(dangers_in_page("a.html", page(style=style)))


def test_a_style_that_only_speaks_of_addresses_is_not() -> None:
    assert not list(
        dangers_in_style("/* url(x) */ p::after { content: 'url(x)' } @media print { a { color: #000 } }")
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "no manifest"),
        ("{", "cannot be read"),
        ('{"start_url": "https://x.example/"}', "from elsewhere"),
        ('{"icons": [{"src": "//x.example/i.png"}]}', "from elsewhere"),
        ('{"icons": [3]}', "no list of icons"),
        ('{"icons": 3}', "no list of icons"),
        ('{"icons": [{"src": "a.png", "srcset": "b"}]}', "does not belong there"),
        ('{"id": "https://x.example/"}', "does not belong there"),
        ('{"related_applications": []}', "does not belong there"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_the_manifest_leads_nowhere_else(text: str, said: str) -> None:
    found = list(dangers_in_manifest(text))
    assert any(said in one for one in found)


def test_the_scripts_of_search_and_of_reading_offline_stand_only_where_they_belong() -> None:
    search = page(
        '<script src="search/search.js" type="module"></script>', policy=policy_of(STYLE, search=True)
    )
    assert not list(dangers_in_page("search.html", search))
    assert list(dangers_in_page("pages/p2/1.html", search))
    offline = page('<script src="../../offline.js"></script>', policy=policy_of(STYLE, offline=True))
    assert not list(dangers_in_page("pages/p2/1.html", offline))
    assert list(dangers_in_page("pages/1.html", offline))
