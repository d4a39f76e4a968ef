"""Old mirrors made to write where the edition has files of its own, or where no file may be."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from tests.attack.siege import Mirror, Site
from tests.end_to_end.oldmirrors import page

TITLE = "潮水表换新"
PLACES = [
    "README/x.md", "readme.md", "Help.md", "help.en.md", "indexes.md", "s/2222222.md", "S/x.md", "qr/pages/p2/1.md",
    "assets/aa/x.md", "feeds/p2.md", "feed.xml/x.md", "sitemap.xml/x.md", "sitemaps/p2/1.md", "withdrawn.json/x.md",
    "corrections/p2/1.md", "Corrections/x.md", "pages/p2/1.md", "pages/P2/1.md", "pages/p2/9.md/x.md", "PAGES/p2/2.md",
    "pages/p2/Über.md", "pages/p2/U\u0308ber.md", "pages/p2/über.md", "pages/p2/STRASSE.md", "pages/p2/straße.md",
    "pages/p2.md", "pages/x.md", "CON/x.md", "a/nul.md", "a/b\x1b[31m.md", "a/b\nc.md", "a/\u202eb.md", "a /b.md", "a./b.md",
    "-rf/--force.md", "a/<b>.md", "a/](http:x).md", "a/`b`.md", "a\\b.md", "a:b.md", "git~1/x.md", "x" * 240 + ".md",
]  # fmt: skip
LISTS = ["hot", "HOT", "corrections", "picks", "p2", "P2", "README", "x\x1b", "-", "CON", "a:b", "官" * 80]
SECTIONS = ["x.md", "..", ".", "corrections", "hot", "indexes", "%2e%2e%2fup", "p2%2f..%2f..", "a%00b", "CON"]


def old_mirror(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number, place in enumerate(PLACES):
        put(folder / place, page(place, TITLE, "p2", f"n{number}"))
    for number, name in enumerate(SECTIONS):
        text = page("pages/x/1.md", TITLE, name, f"s{number}", '<a href="../../../../up.md">up</a>')
        put(folder / "pages" / "sections" / f"{number}.md", text)
    for name in LISTS:
        put(folder / "indexes" / f"{name}.md", "### x\n")
    put(folder.parent / "secret.md", page("secret.md", "SECRET", "p2", "secret"))
    (folder / "pages" / "link.md").symlink_to(folder.parent / "secret.md")
    (folder / "pages" / "linked").symlink_to(folder.parent, target_is_directory=True)
    (folder / "indexes" / "linked.md").symlink_to(folder.parent / "secret.md")
    undecodable = os.fsencode(folder) + b"/pages/\xff\xfe.md"
    with open(undecodable, "wb") as file:  # noqa: PTH123 - the name is bytes
        file.write(page("pages/y.md", TITLE, "p2", "undecodable").encode())
    return folder


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def test_no_path_of_an_old_mirror_takes_a_place_of_the_editions_own(mirror: Mirror, site: Site) -> None:
    site.feed("/feed", [site.story("/1.html", "Ours first")])
    mirror.configure(site, {"p2": "/feed"}, more="short_addresses = true")
    assert mirror.run().status == 0
    before = mirror.tree()
    old = old_mirror(mirror.folder / "old" / "mirror")
    told = mirror.call("import", "--json", str(old), "--no-pictures", "--publisher", "harbour")
    assert told.status == 0, told.err
    assert told.json["new"] == len(PLACES) + len(SECTIONS) + 1
    notes = "\n".join(told.json["notes"])
    assert "some file systems cannot hold" in notes
    assert "only in case or accents" in notes
    assert "\x1b" not in notes
    assert mirror.call("build").status == 0
    tree = mirror.tree()
    assert {path for path in before if path not in tree} == set()
    changed = {path for path in before if tree[path] != before[path]}
    assert not {path for path in changed if path.startswith(("pages/", "help", "assets", "qr/", "s/"))}
    assert mirror.pages()["pages/p2/1.md"].startswith("# Ours first\n")
    for path in tree:
        assert "SECRET" not in (mirror.out / path).read_bytes().decode("utf-8", "replace"), path
        assert ".." not in path.split("/")
        assert not any(unicodedata.category(one)[0] in "CZ" and one != " " for one in path), ascii(path)
    names = [folded(path) for path in tree]
    assert len(names) == len(set(names)), "some file system could not hold both"
    assert mirror.call("build", "--full").status == 0
    assert mirror.tree() == tree


def test_ten_thousand_lists_cost_no_more_than_a_thousand(mirror: Mirror, site: Site) -> None:
    site.feed("/feed", [])
    mirror.configure(site, {"p2": "/feed"})
    old = mirror.folder / "old"
    put(old / "pages" / "p2" / "1.md", page("pages/p2/1.md", TITLE, "p2", "1"))
    for number in range(10_000):
        put(old / "indexes" / f"{number}.md", "### x\n")
    assert mirror.call("import", str(old), "--no-pictures", "--publisher", "harbour").status == 0
    assert mirror.call("build").status == 0
    lists = [path for path in mirror.tree() if path.startswith("indexes/")]
    assert 1000 <= len(lists) < 1010


def test_an_original_address_that_tells_where_a_reader_came_from_does_not_stop_the_build(
    mirror: Mirror, site: Site
) -> None:
    site.feed("/feed", [site.story("/1.html", "Ours first")])
    mirror.configure(site, {"p2": "/feed"})
    assert mirror.run().status == 0
    old = mirror.folder / "old" / "mirror"
    adopted = page("pages/p2/7.md", TITLE, "p2", "n7")
    put(old / "pages" / "p2" / "7.md", adopted.replace("n7.html", "n7.html?utm_source=rss&a=1"))
    assert mirror.call("import", str(old), "--no-pictures", "--publisher", "harbour").status == 0
    outcome = mirror.call("build")
    assert outcome.status == 0, outcome.err
    shown = mirror.pages()["pages/p2/7.md"]
    assert "n7.html?a=1>" in shown
    assert "utm_source" not in shown
