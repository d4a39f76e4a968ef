"""Nothing is lost on the way from a page to a git host, whatever its words look like."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirrorpress.extract.draft import Page
from mirrorpress.extract.finish import finish
from mirrorpress.extract.read import read
from mirrorpress.extract.text import squeeze
from mirrorpress.links import followable
from mirrorpress.markup import parse_fragment
from mirrorpress.model import Article, ArticleRules

from .githost import differences, shown

WORDS = (
    "word", "Two words", "中文", "“引号”", "《书名》", "（括号）", "。", "，", "！", "کتاب", "می‌شود", "«گیومه»", "؟", "שלום",
    "한국어 말", "日本語", "*", "**", "***", "_", "__", "~", "~~", "`", "``", "```", "|", "||", "$", "$$", "$x$", "#", "# ", "##",
    "1. ", "12) ", "- ", "+ ", "* ", "> ", "---", "***", "===", "- - -", "[ ]", "[x]", "[", "]", "](", "![", "[a](b)",
    "[^1]", "[^1]: ", "[a]: /b", "<", ">", "<b>", "</p>", "<!-- ", "-->", "<details>", "<https://x.example>", "&", "&amp;", "&lt;",
    "&#42;", "&nbsp;", "\\", "\\\\", "\\*", "!", "(", ")", ":", ":-", "|-|-|", "snake_case_name", "2*3*4", "a~b~c", "^", "=",
    "http://plain.example/x", "https://good.example/a_b?c=d&e=f", "https://192.0.2.1/", "www.host.example", "ftp://f.example/y",
    "someone@mail.example", "mailto:who@mail.example", "xmpp:me@chat.example", "https://", "http://.", "@name", "#12", "\t", "\n",
    "\n\n", " ", "  ", "    ", "\u00a0", "\u3000", "\u200b", "\u200f", "🙂", "👩‍👧", "e\u0301", "\ufdd0", "\ufdd1", "\u202e", "x" * 30,
)  # fmt: skip
MARKS = ("strong", "b", "em", "i", "code", "s", "sub", "sup", "span", "ok", "font", "q", "mark")

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(lambda parts: escape("".join(parts)))
line = st.recursive(
    words,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(MARKS), inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"),
        inner.map(lambda text: f'<a href="https://link.example/a_(b)*c?d=1&amp;e=$2">{text}</a>'),
        inner.map(lambda text: f'<a href="http://link.example/">{text}</a>'),
        st.tuples(inner, inner).map("<br>".join),
        st.lists(inner, min_size=2, max_size=4).map("".join),
    ),
    max_leaves=6,
)
block = st.recursive(
    st.one_of(
        line.map("<p>{}</p>".format),
        line.map("<h3>{}</h3>".format),
        line.map("{}<br><br>".format),
        words.map("<pre>{}</pre>".format),
        line.map(
            "<figure><img src='https://link.example/p.jpg' alt='*a* [b] $c$'><figcaption>{}</figcaption></figure>".format
        ),
        st.lists(line, min_size=4, max_size=4).map(
            lambda c: "<table><tr><td>{}</td><td>{}</td></tr><tr><td>{}</td><td>{}</td></tr></table>".format(
                *c
            )
        ),
        st.just("<hr>"),
    ),
    lambda inner: st.one_of(
        inner.map("<blockquote>{}</blockquote>".format),
        st.tuples(
            st.sampled_from(("ul", "ol")), st.lists(st.one_of(line, inner), min_size=1, max_size=3)
        ).map(lambda pair: f"<{pair[0]}>{''.join(f'<li>{item}</li>' for item in pair[1])}</{pair[0]}>"),
    ),
    max_leaves=4,
)
pages = st.lists(block, min_size=1, max_size=4).map("".join)


def article_of(body: str) -> Article:
    page = f"<html><title>A title of its own</title><body><div id='x'><p>Begin.</p>{body}<p>End.</p></div>"
    draft = read(Page("https://paper.example/1", page.encode(), rules=ArticleRules(body="#x")))
    return finish(draft, {})


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(pages)
def test_a_git_host_shows_any_words_as_they_are_and_makes_no_link_of_its_own(body: str) -> None:
    article = article_of(body)
    assert differences(article) == []
    for link in parse_fragment(shown(article.markdown)).select("a"):
        assert followable(link.attr("href") or "")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.one_of(line.map("<p>{}</p>".format), line.map("<li>{}</li>".format)), max_size=5).map("".join)
)
def test_no_word_is_lost_and_none_comes_in(body: str) -> None:
    def words_of(html: str) -> str:
        text = re.sub("[\ufdd0\ufdd1\u202e“”]", "", parse_fragment(html).text)
        return squeeze(text)

    assert words_of(article_of(body).html) == words_of(f"<p>Begin.</p>{body}<p>End.</p>")


@pytest.mark.parametrize(
    "body",
    [
        "<p>$a$ and $b$</p>",
        "<h3>$1 to $2</h3>",
        "<table><tr><td>$</td><td>$</td></tr><tr><td>a$b$</td></tr></table>",
        "<ul><li>$x</li></ul>",
    ],
)
def test_a_dollar_starts_no_formula(body: str) -> None:
    markdown = article_of(body).markdown
    assert markdown.count("$") == markdown.count(r"\$") == body.count("$")


def test_a_dollar_in_code_stays_as_it_is() -> None:
    assert "`$x$`" in article_of("<p><code>$x$</code></p>").markdown
