"""Titles and addresses made to break file systems, git, Markdown and readers' eyes."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from tests.attack.siege import Mirror, Site, git

TITLES = [
    "../../x",
    "CON",
    ".git",
    "x" * 300,
    "🗞️🔥👩‍👩‍👧",
    "\u202egnp.txt\u202c is no picture",
    "bell\x07 escape\x1b[31m delete\x7f next\x85",
    "Über die Fähre",
    "Uber die Fahre",
    "U\u0308ber die Fa\u0308hre, decomposed",
    "ÜBER DIE FÄHRE",
    "](http://evil.example)",
    "[words](http://evil.example)",
    "![picture](https://evil.example/pixel.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</h1></div><b>bold",
    "<!-- away",
    "**bold** _slanted_ __both__ `code` ~~gone~~",
    "$x$ costs $$y$$ today",
    "a line\nand another",
    "# no heading",
    "- no item",
    "1. no number",
    "+ 2) no list",
    "> no quotation",
    "a | table | row",
    "--- | ---",
    "&amp; &#60;b&#62; &lt;i&gt;",
    "https://evil.example/ and www.evil.example and ftp://evil.example",
    "mail@evil.example or mailto:mail@evil.example",
    "\\ a backslash \\",
    "[note]: https://evil.example",
    "footnote[^1] and [ ] to do [x] done",
    "=====",
    "***",
    "``` fenced",
    "    four spaces",
    "{{ 7 * 7 }} {% raw %} {section} %s %(x)s",
    "\ufdd0assets/x and \ufdd1 in it",
    "a line\u2028separator and\u2029another",
    "half a pair: \ufffd",
    "http://1.2.3.4/ and javascript:alert(1)",
    "عنوان فارسی با نیم‌فاصله (۱۴۰۲)",
    "“标题”、**重点**：中文",
    "@everyone #1 GH-1 :smile:",
    "ends with a backslash\\",
    "emphasis*in*side_words_here",
]

IDS = [
    "..%2F..%2Fx",
    "%2e%2e",
    "...",
    "CON",
    "con",
    "con.html",
    "aux.txt",
    "nul.",
    "COM%C2%B9",
    ".git",
    "git~1",
    ".gitmodules",
    "x" * 300,
    "y" * 299 + "1",
    "y" * 299 + "2",
    quote("🗞️"),
    quote("🔥"),
    quote("\u202egnp"),
    "a%00b",
    "a%0Ab",
    "a%0Db",
    quote("Über"),
    "uber",
    "UBER",
    quote("U\u0308ber"),
    quote("ﬁsh"),
    "fish",
    quote("İstanbul"),
    "istanbul",
    quote("Straße"),
    "strasse",
    "STRASSE",
    "-rf",
    "--help",
    "~root",
    "$(id)",
    "a b",
    "a%20%20b",
    "*",
    "x:y",
    "x%5Cy",
    "README",
    "index",
    "dot.",
    "dot",
    "x.md",
    "x.html.md",
    "article.php?id=7",
    "article.php?id=8",
    "article.php?a=7&b=8",
    "%FF%FE",
    "文章",
    "%E6%96%87%E7%AB%A0-2",
]

MIRROR = "https://git.example.org/team/mirror/"
NASTY = 'Ends](http://evil.example) <b>*now*</b> | "$x$" \\'


def seen(title: str) -> str:
    """What of a title a reader is to see."""
    kept = "".join(
        c
        for c in title
        if c.isspace()
        or not (unicodedata.category(c) == "Cc" or "\u202a" <= c <= "\u202e" or "\ufdd0" <= c <= "\ufdef")
    )
    return unicodedata.normalize("NFC", " ".join(kept.split()))


class Rendered(HTMLParser):
    """A Markdown file as a git host renders it: its tags, its headings, and its links with their words."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.heading = ""
        self.links: list[tuple[str, str]] = []
        self.pictures: list[str] = []
        self._open: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        if tag == "a":
            self.links.append((values["href"] or "", ""))
        if tag == "img":
            self.pictures.append(values["src"] or "")
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")

    def handle_data(self, data: str) -> None:
        if "h1" in self._open:
            self.heading += data
        if "a" in self._open:
            href, words = self.links.pop()
            self.links.append((href, words + data))


def rendered(mirror: Mirror) -> dict[str, Rendered]:
    return {
        str(path.relative_to(mirror.out)): Rendered(path.read_text(encoding="utf-8"))
        for path in mirror.out.rglob("*.md")
    }


def check_links(mirror: Mirror, pages: dict[str, Rendered]) -> None:
    """Every link and picture stays in the edition and is there, but for the mirror's own address."""
    for path, page in pages.items():
        for target in [href for href, _ in page.links] + page.pictures:
            if target.startswith(MIRROR):
                place = mirror.out / unquote(target.removeprefix(MIRROR))
            elif target.startswith("mailto:"):  # GitHub's parser makes one of any "@"
                continue
            else:
                assert not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|/", target), (path, target)
                place = mirror.out / Path(path).parent / unquote(target)
            assert place.resolve().is_relative_to(mirror.out.resolve()), (path, target)
            assert place.exists(), (path, target)


def check_tree(mirror: Mirror) -> None:
    """Names that every file system can hold side by side, all of them below out/."""
    names = [str(path.relative_to(mirror.folder)) for path in mirror.folder.rglob("*")]
    assert {name.split("/")[0] for name in names} == {"archive", "out", "mirrorpress.toml", "remote.git"}
    made = [str(path.relative_to(mirror.out)) for path in mirror.out.rglob("*")]
    folded = [unicodedata.normalize("NFD", name).casefold() for name in made]
    assert len(set(folded)) == len(made)
    for name in made:
        for part in name.split("/"):
            assert len(part.encode()) <= 255
            assert not re.search(r'[\x00-\x1f\x7f<>:"|?*\\]|[. ]$|^-', part), name
            assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d|\.git|git~\d)(\..*)?", part.lower()), name
            assert not any(unicodedata.category(c) in ("Cf", "Cc") for c in part), name


def check_feeds_and_git(mirror: Mirror) -> None:
    """Feeds are well-formed, each entry its own; git takes the same files."""
    atom = "{http://www.w3.org/2005/Atom}"
    for path in (mirror.out / "feeds").glob("*.xml"):
        feed = ElementTree.fromstring(path.read_bytes())  # noqa: S314 - our own feed
        ids = [entry.findtext(f"{atom}id") for entry in feed.iter(f"{atom}entry")]
        assert len(ids) == len(set(ids)) == 40
    listed = git("ls-tree", "-r", "-z", "--name-only", "main", cwd=mirror.folder / "remote.git")
    assert sorted(listed.rstrip("\0").split("\0")) == sorted(mirror.tree())
    git("fsck", "--strict", cwd=mirror.folder / "remote.git")


@pytest.fixture
def hostile(mirror: Mirror, site: Site) -> Mirror:
    """A mirror of all titles and all addresses, with nasty words in its configuration, after one run."""
    remote = mirror.folder / "remote.git"
    titled = [site.story(f"/titles/{n}.html", title, text="Words.") for n, title in enumerate(TITLES)]
    site.feed("/titles.xml", titled)
    named = [site.story(f"/ids/{id}", f"Number {n}", text=f"{n}") for n, id in enumerate(IDS)]
    site.pages |= {quote(path, safe="/%?=&~$()*:;+,!'@"): page for path, page in site.pages.items()}
    site.feed("/ids.xml", named)
    target = f'[[targets]]\ntype = "git"\nedition = "markdown"\nurl = {json.dumps(str(remote))}'
    mirror.configure(site, {"titles": "/titles.xml", "ünïcode": "/ids.xml"}, targets=target)
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    path = mirror.folder / "mirrorpress.toml"
    text = path.read_text(encoding="utf-8")
    for plain in ("Harbour Light", "Harbour Times", "Section titles", "Section ünïcode"):
        text = text.replace(f'"{plain}"', json.dumps(f"{plain} {NASTY}"))
    link = f'[[links]]\ntext = {json.dumps(NASTY)}\nurl = "help.md"\nplace = "%s"\n'
    path.write_text(text + "".join(link % place for place in ("menu", "home", "after-article")), "utf-8")
    outcome = mirror.run()
    assert (outcome.status, outcome.json["failures"]) == (0, [])
    assert outcome.json["new"] == len(TITLES) + len(IDS)
    return mirror


def test_names_and_titles_mean_only_themselves(hostile: Mirror) -> None:
    check_tree(hostile)
    check_feeds_and_git(hostile)
    pages = rendered(hostile)
    check_links(hostile, pages)
    allowed = {
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "strong",
        "em",
        "ul",
        "li",
        "hr",
        "img",
        "div",
        "code",
        "br",
        "pre",
    }
    for path, page in pages.items():
        assert page.tags <= allowed, (path, page.tags - allowed)
        assert not any(href.startswith("http") and "evil" in href for href, _ in page.links), path
        assert not re.search(
            "[\u202a-\u202e\ufdd0-\ufdef\x00-\x08\x1b\x7f]", (hostile.out / path).read_text("utf-8")
        )
    shown = {f"pages/titles/{n}.md": seen(title) for n, title in enumerate(TITLES)}
    assert {path: pages[path].heading for path in shown} == shown
    for path in ("indexes/titles.md", "README.md"):
        words = {unquote(href).removeprefix("../"): text for href, text in pages[path].links}
        listed = {page: text for page, text in words.items() if page in shown}
        assert listed == {page: shown[page] for page in listed}
        assert len(listed) == len(TITLES) if "indexes" in path else len(listed) >= 5
    assert pages["README.md"].heading == f"Harbour Light {NASTY}"
    assert pages["indexes/titles.md"].heading == f"Section titles {NASTY}"
    assert ("../../indexes/titles.md", f"Section titles {NASTY}") in pages["pages/titles/0.md"].links
    assert ("../../help.md", NASTY) in pages["pages/titles/0.md"].links
    bodies = [page for path, page in hostile.pages().items() if path.startswith("pages/ünïcode/")]
    assert len(bodies) == len(IDS)
    for n in range(len(IDS)):
        assert sum(f"\n{n} The ferry" in body for body in bodies) == 1
