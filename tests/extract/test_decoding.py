"""Pages come out as characters, whatever they say, or do not say, of their encoding."""

from __future__ import annotations

import pytest

from mirrorpress.markup import decode

SIMPLIFIED = "港口的渔船昨天回来了，船长说今年的鱼比去年多，市场上的人都很高兴。灯塔又亮了。"
TRADITIONAL = "港口的漁船昨天回來了，船長說今年的魚比去年多，市場上的人都很高興。燈塔又亮了。"
JAPANESE = "きのう港の漁船が帰ってきました。船長は今年の魚は去年より多いと言います。灯台もまた光っています。"
KOREAN = "어제 항구의 고깃배가 돌아왔다. 선장은 올해 물고기가 작년보다 많다고 말했다. 등대도 다시 켜졌다."
RUSSIAN = (
    "Вчера рыбацкие лодки вернулись в гавань. Капитан говорит, что рыбы в этом году больше, чем в прошлом."
)
ARABIC = "عادت قوارب الصيد إلى الميناء أمس، وقال القبطان إن السمك هذا العام أكثر من العام الماضي."
FRENCH = "Les bateaux de pêche sont rentrés hier à l’entrée du port ; « le phare éclaire à nouveau », dit l’équipage."
FREQUENT = (
    (SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp"), (KOREAN, "euc_kr"),
    (RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"), (ARABIC, "windows-1256"), (FRENCH, "windows-1252"),
)  # fmt: skip


def page(text: str, declared: str = "") -> str:
    meta = f'<meta charset="{declared}">' if declared else ""
    return f"<html><head>{meta}<title>{text[:12]}</title></head><body><p class='text'>{text}</p><p>{text}</p></body></html>"


@pytest.mark.parametrize(("text", "encoding"), FREQUENT)
def test_declared_in_the_page_or_by_the_server(text: str, encoding: str) -> None:
    assert decode(page(text, encoding).encode(encoding)) == page(text, encoding)
    assert decode(page(text).encode(encoding), f"text/html; charset={encoding}") == page(text)


@pytest.mark.parametrize(("text", "encoding"), FREQUENT)
def test_not_declared_at_all(text: str, encoding: str) -> None:
    assert decode(page(text).encode(encoding), "text/html") == page(text)


@pytest.mark.parametrize(("text", "encoding"), FREQUENT)
@pytest.mark.parametrize("lie", ["utf-8", "iso-8859-1"])
def test_declared_wrongly(text: str, encoding: str, lie: str) -> None:
    assert decode(page(text, lie).encode(encoding), f"text/html; charset={lie}") == page(text, lie)


@pytest.mark.parametrize("lie", ["gb2312", "big5", "shift_jis", "windows-1251", "x-unknown", ""])
def test_utf_8_needs_no_declaration(lie: str) -> None:
    for text in (SIMPLIFIED, TRADITIONAL, RUSSIAN, FRENCH):
        assert decode(page(text, lie).encode(), f"text/html; charset={lie}") == page(text, lie)


@pytest.mark.parametrize(
    ("text", "encoding", "lie"), [(SIMPLIFIED, "gb18030", "big5"), (TRADITIONAL, "big5", "gb2312")]
)
def test_one_chinese_encoding_declared_as_the_other(text: str, encoding: str, lie: str) -> None:
    assert decode(page(text, lie).encode(encoding)) == page(text, lie)


def test_gb2312_means_its_larger_successor() -> None:
    rare = SIMPLIFIED + "朱镕基㐀𠀀"
    assert decode(page(rare, "gb2312").encode("gb18030")) == page(rare, "gb2312")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_wins(encoding: str) -> None:
    assert decode(page(SIMPLIFIED, "big5").encode(encoding), "text/html; charset=big5") == page(
        SIMPLIFIED, "big5"
    )


def test_a_page_cut_in_the_middle_of_a_character_loses_only_that() -> None:
    body = (page(SIMPLIFIED) + SIMPLIFIED).encode()[:-1]
    assert decode(body) == body[:-2].decode() + "\ufffd"


def test_any_bytes_give_some_text() -> None:
    assert isinstance(decode(bytes(range(256)) * 20), str)
    assert decode(b"") == ""
