"""No file that would break a promise to readers passes."""

from __future__ import annotations

import pytest

from mirrorpress.editions.safety import dangers, dangers_in_markdown


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://cdn.example/a.png)",
        "![x](//cdn.example/a.png)",
        "![a [b] c](http://cdn.example/a.png)",
        "[x](http://plain.example/)",
        "[x](javascript:alert(1))",
        "[x](https://192.0.2.7/)",
        "[x](https://[2001:db8::1]/)",
        "<https://192.0.2.7/>",
        "<http://plain.example/>",
        "<https://user@h.example/>",
        "[x](https://192.0.2.%37/)",
        "[x](https://h.example/?a=1&amp;utm_source=y)",
        "text https://192.0.2.7/ text",
        "text https://h.example/?fbclid=x",
        "text http://plain.example/ text",
        "see www.example.org today",
        "<script>alert(1)</script>",
        '<img src="a.png">',
        '<div style="position:fixed">',
        '<div dir="rtl" onclick="x">',
        "<!-- hidden -->",
        "[x]: http://evil.example",
        "`code` and <iframe src=x>",
        "a ` here\n\n<script>alert(1)</script>\n\nand ` there",
    ],
)
def test_dangers_are_named(text: str) -> None:
    assert dangers_in_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "![x](../../assets/ab/0123456789abcdef.webp)",
        "[x ↗](https://news.example/a_(b))",
        "<https://news.example/>",
        "[write](mailto:desk@example.org)",
        "`http://plain.example/` and `<script>`",
        "```\n<script>\nhttp://plain.example\n```",
        r"\<script\> and http\://plain.example and www\.example.org",
        '<div dir="rtl">\n\nمتن\n\n</div>',
        "<strong>“强调”</strong>后面<br>x",
        "a < b and c > d",
        "https://news.example/?page=2 and [x](https://news.example/?a=1&amp;b=2)",
        "\\\\`http://plain.example/` after a backslash",
        "\\` then `<script>` after a backtick",
    ],
)
def test_safe_text_passes(text: str) -> None:
    assert dangers_in_markdown(text) == []


@pytest.mark.parametrize(
    "path", ["a.md", "a.html", "feed.xml", "feed.json", "manifest.webmanifest", "robots.txt"]
)
def test_bytes_that_programs_read_each_in_its_own_way_are_refused(path: str) -> None:
    assert dangers(path, b"a\nb \xff c") == ["bytes that are not UTF-8, from byte 5 on"]
