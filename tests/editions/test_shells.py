"""Pages that are filled are those that their templates make when each is rendered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.editions.sample import SampleShelf, bare, full
from mirrorpress.editions.shells import Shells
from mirrorpress.editions.site import SiteEdition
from mirrorpress.editions.templating import Templates
from mirrorpress.editions.tree import TreeEdition
from mirrorpress.model import Configuration, File, Mirror, Template


class Rendered(Templates):
    """Renders every page, and counts."""

    count = 0
    may_be_filled = False

    def render(self, name: str, **values: object) -> str:
        self.count += 1
        return super().render(name, **values)


class Filled(Rendered):
    may_be_filled = True


@pytest.mark.parametrize("sample", [full, bare])
@pytest.mark.parametrize("language", ["zh-Hans", "fa", "en"])
@pytest.mark.parametrize("also_in", [(), ("zh-Hant",)])
@pytest.mark.parametrize("short_addresses", [True, False])
@pytest.mark.parametrize("edition", [MarkdownEdition(), SiteEdition()])
def test_every_kind_of_page_comes_out_the_same(
    edition: TreeEdition,
    short_addresses: bool,
    also_in: tuple[str, ...],
    language: str,
    sample: Callable[[Configuration], Configuration],
) -> None:
    edition = replace(edition, list_size=2, short_addresses=short_addresses, also_in=also_in)
    # The title of an article of the sample, which then is not said twice.
    configuration = Configuration(Path(), Mirror("Ferry runs again", language))
    configuration = sample(configuration)
    rendered, filled = Rendered(edition.writing.edition), Filled(edition.writing.edition)
    pages = [
        [
            item
            for item in edition.render_by(templates, configuration, SampleShelf())
            if isinstance(item, File)
        ]
        for templates in (rendered, filled)
    ]
    assert pages[0] == pages[1]
    assert filled.count < rendered.count


def page_by(templates: Templates, **texts: str) -> str:
    shells = Shells(templates, {"mirror": "Harbour Light"})
    pages = {shells.page("page.md", texts, ["one", "two"], " the body\n\n\n\n") for _ in range(3)}
    assert len(pages) == 1
    return pages.pop().decode()


OWN = Template("markdown/page.md", "{{ title|upper }} {{ body }} {{ rights }}{{ original }}\n")


def test_a_template_of_the_mirrors_own_may_do_anything_with_a_text() -> None:
    texts = {"rights": "©", "original": "https://a.example/", "partial": "", "converted": ""}
    values = {"mirror": "Harbour Light", "words": {"mirror_links": ""}, "menu": ""}
    page = Shells(Templates("markdown", [OWN]), values).page("page.md", {**texts, "title": "Fog"}, [], "Body")
    assert page == b"FOG Body \xc2\xa9https://a.example/\n"


@pytest.mark.parametrize("title", ["Fog", "Harbour Light", "", " Fog", "Fog\n", "\n", "Fog\n\n\n\nRain"])
def test_texts_keep_their_lines_as_they_would_in_a_page_that_is_rendered(title: str) -> None:
    class Small(Filled):
        def __init__(self) -> None:
            super().__init__("markdown")
            self.texts = {
                "page.md": "{% if title != mirror %}\n{{ title }}\n\n{% endif %}\n\n{{ title }}\n{{ body }}\n"
                "{% for one in links %}{{ one }}{% endfor %}\n\n\n{{ title or menu }}\n\n\n{{ menu }}\n"
            }

    class Plain(Small):
        may_be_filled = False

    assert page_by(Small(), title=title, menu="Menu") == page_by(Plain(), title=title, menu="Menu")
