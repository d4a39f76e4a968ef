"""What is withdrawn does not come back, under whatever address, and takes nothing else with it."""

from __future__ import annotations

from tests.attack.siege import Item, Mirror, Site
from tests.attack.test_same_article import canonical


def withdraw(mirror: Mirror, *arguments: str) -> None:
    outcome = mirror.call("withdraw", "--reason", "Asked to", *arguments)
    assert outcome.status == 0, outcome.err


def words_anywhere(mirror: Mirror, words: str) -> list[str]:
    files = [path for path in mirror.out.rglob("*") if path.is_file()]
    return [str(path) for path in files if words.encode() in path.read_bytes()]


def test_it_does_not_come_back_by_a_redirect_another_form_or_another_section(
    mirror: Mirror, site: Site
) -> None:
    words = "The pilots agreed on Tuesday."
    story = site.story("/story/1.html", "The withdrawn one", words)
    other = site.story("/story/2.html", "The other one")
    site.feed("/one.xml", [story, other])
    site.feed("/two.xml", [other])
    mirror.configure(site, {"one": "/one.xml", "two": "/two.xml"})
    mirror.run()
    withdraw(mirror, site.url("/story/1.html"))
    site.redirect("/moved/1.html", "/story/1.html")
    site.story("/amp/one.html", "The withdrawn one", words, head=canonical(site.url("/story/1.html")))
    again = [Item("/moved/1.html", "Moved"), Item("/amp/one.html", "The withdrawn one")]
    site.feed("/one.xml", [story, Item("/story/1.html?utm_source=feed", "The withdrawn one"), *again, other])
    site.feed("/two.xml", [story, *again, other])
    outcome = mirror.run()
    assert (outcome.json["new"], outcome.json["updated"], outcome.json["failed"]) == (0, 0, 0)
    assert outcome.json["withdrawn"] >= 5
    assert not words_anywhere(mirror, words)
    assert not words_anywhere(mirror, "The withdrawn one")
    assert len(mirror.pages()) == 2
    site.asked.clear()
    assert mirror.run().json["bytes_written"] == 0
    assert not {"/story/1.html", "/moved/1.html", "/amp/one.html"} & set(site.asked), site.asked


def test_an_address_refused_in_advance_is_refused_by_a_redirect_too(mirror: Mirror, site: Site) -> None:
    site.story("/story/1.html", "The refused one")
    site.redirect("/moved/1.html", "/story/1.html")
    other = site.story("/story/2.html", "The other one")
    site.feed("/one.xml", [Item("/moved/1.html", "Moved"), other])
    mirror.configure(site, {"one": "/one.xml"})
    withdraw(mirror, "--in-advance", site.url("/story/1.html"))
    outcome = mirror.run()
    assert (outcome.json["new"], outcome.json["withdrawn"]) == (1, 1)
    site.asked.clear()
    mirror.run()
    assert "/moved/1.html" not in site.asked
    assert mirror.call("withdraw", "--undo", site.url("/story/1.html")).status == 0
    outcome = mirror.run()
    assert (outcome.json["new"], outcome.json["withdrawn"]) == (1, 0)


def test_a_site_that_names_one_address_for_all_its_pages_loses_only_the_withdrawn_one(
    mirror: Mirror, site: Site
) -> None:
    head = canonical("/story/0.html")
    items = [site.story(f"/story/{n}.html", f"Story {n}", f"Story {n}.", head=head) for n in range(3)]
    site.feed("/one.xml", items)
    mirror.configure(site, {"one": "/one.xml"})
    mirror.run()
    withdraw(mirror, site.url("/story/0.html"))
    items += [site.story(f"/story/{n}.html", f"Story {n}", f"Story {n}.", head=head) for n in (3, 4)]
    site.feed("/one.xml", items)
    outcome = mirror.run()
    assert (outcome.json["new"], outcome.json["withdrawn"]) == (2, 1)
    assert len(mirror.pages()) == 5


def test_an_article_that_leads_to_a_withdrawn_one_later_is_told(mirror: Mirror, site: Site) -> None:
    one, two = site.story("/story/1.html", "Story 1"), site.story("/story/2.html", "Story 2")
    site.feed("/one.xml", [one, two])
    mirror.configure(site, {"one": "/one.xml"})
    mirror.run()
    withdraw(mirror, site.url("/story/1.html"))
    site.redirect("/story/2.html", "/story/1.html")
    outcome = mirror.run()
    assert any("/story/2.html: leads to" in note for note in outcome.json["notes"]), outcome.json
    assert "Story 2" in mirror.pages()["pages/one/2.md"]
