"""What the extraction benchmark takes for a page's text, structure and images."""

from __future__ import annotations

from pathlib import Path

from bench.extraction import data
from bench.extraction.structure import address, keys, structure_of, text_of

_BASE = "http://harbour.example/news/1.html"


def test_text_breaks_at_blocks_and_not_within_words() -> None:
    assert text_of("<p>H<sub>2</sub>O<p>two<br>three<script>no</script>").split() == ["H2O", "two", "three"]


def test_text_of_nothing() -> None:
    assert text_of("") == ""
    assert text_of("<!-- nothing -->") == ""


def test_the_encoding_that_a_page_declares_is_not_believed_again() -> None:
    page = (
        '<?xml version="1.0" encoding="gbk"?><html><head><meta charset="gbk"></head><body>渡轮</body></html>'
    )
    assert text_of(page) == "渡轮"


def test_nested_items_count_for_the_inner_one() -> None:
    found = structure_of("<ul><li>out<ul><li>in</ul></ul><table><tr><td>1<th>2</table>", _BASE)
    assert [text.strip() for text in found.texts["items"]] == ["out", "in"]
    assert found.texts["cells"] == ["1", "2"]


def test_a_cell_that_holds_the_whole_page_is_no_cell() -> None:
    found = structure_of(f"<table><tr><td>{'word ' * 101}</table>", _BASE)
    assert found.texts["cells"] == []


def test_an_image_is_all_addresses_that_it_may_be_had_from() -> None:
    html = (
        '<picture><source srcset="/a.webp 2x, /b,c.webp"><img src="https://cdn.example/a.jpg?w=1"></picture>'
        '<img src="data:image/gif;base64,AAAA" data-src="d.png"><img src="data:image/gif;base64,AAAA">'
    )
    assert structure_of(html, _BASE).images == [
        {"harbour.example/a.webp", "harbour.example/b,c.webp", "cdn.example/a.jpg"},
        {"harbour.example/news/d.png"},
    ]
    assert address("http://[", _BASE) == ""


def test_the_same_picture_in_another_size_is_known_by_a_telling_name() -> None:
    large, small = {"a.example/harbour-at-dawn.jpg"}, {"b.example/s/harbour-at-dawn-640x480.jpg"}
    assert keys(large) & keys(small)
    assert not keys({"a.example/1/4800.jpg"}) & keys({"a.example/2/4800.jpg"})


def test_markdown_without_its_marks() -> None:
    text = "## A *fine* day\n\n- [Harbour](https://harbour.example/)\n\n| a | b |\n|---|:--|\n| 1 | ![c](d.png) |"
    assert data.plain_of_markdown(text).split() == ["A", "fine", "day", "Harbour", "a", "b", "1", "c"]


def test_missing_data_are_named_with_the_way_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "wcxb" / "dev" / "ground-truth").mkdir(parents=True)
    lines = data.missing({"wcxb": tmp_path / "wcxb", "readability": tmp_path / "readability"}, "dev")
    assert lines == [f"git clone --depth 1 https://github.com/mozilla/readability {tmp_path / 'readability'}"]
