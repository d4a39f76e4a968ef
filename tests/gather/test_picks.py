from __future__ import annotations

from pathlib import Path

import pytest

from mirrorpress.errors import SourceError
from mirrorpress.gather.sources.picks import Picks

from .loopback import Hand


def found(folder: Path, text: str | bytes) -> tuple[list[tuple[str, str]], list[str]]:
    (folder / "picks.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    hand = Hand(folder=folder)
    entries = Picks("picks.csv").discover(hand)
    return [(entry.url, entry.title) for entry in entries], hand.warnings


@pytest.mark.parametrize(
    "text",
    [
        "https://harbour.example/1,One\nhttps://harbour.example/2,Two\n",
        "url,title\nhttps://harbour.example/1,One\nhttps://harbour.example/2,Two",
        "\ufeffURL , Title\r\nhttps://harbour.example/1, One \r\n\r\nhttps://harbour.example/2,Two\r\n",
        'title,url\nOne,https://harbour.example/1\n\n# "later",x\n,\nTwo,https://harbour.example/2\n',
        "https://harbour.example/1,One,spare\nhttps://harbour.example/2,Two\nhttps://harbour.example/1,Again",
    ],
)
def test_picks_in_their_order(tmp_path: Path, text: str) -> None:
    picks, warnings = found(tmp_path, text)
    assert picks == [("https://harbour.example/1", "One"), ("https://harbour.example/2", "Two")]
    assert warnings == []


def test_titles_may_be_quoted_or_left_out(tmp_path: Path) -> None:
    picks, _ = found(tmp_path, 'https://harbour.example/1,"A, ""b""\nand c"\nhttps://harbour.example/2\n')
    assert picks == [("https://harbour.example/1", 'A, "b" and c'), ("https://harbour.example/2", "")]


def test_a_file_from_a_chinese_spreadsheet(tmp_path: Path) -> None:
    title = "全国人大常委会今天在北京举行会议，审议通过了关于环境保护的决定"
    picks, _ = found(tmp_path, f"https://harbour.example/1,{title}\r\n".encode("gb18030"))
    assert picks == [("https://harbour.example/1", title)]


def test_bad_lines_are_told_and_good_ones_kept(tmp_path: Path) -> None:
    text = "# picks\nhttps://harbour.example/1,One\nharbour.example/2,Two\n\nftp://harbour.example/3,Three\n"
    picks, [warning] = found(tmp_path, text)
    assert picks == [("https://harbour.example/1", "One")]
    assert warning.startswith("picks.csv: lines 3, 5: no address")


def test_bad_lines_alone_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 2: no address") as caught:
        found(tmp_path, "url,title\nwhat is this\n")
    assert caught.value.where == "picks.csv"
    assert caught.value.hint


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    text = 'https://harbour.example/1,One\n"' + "x\n" * 100_000
    picks, warnings = found(tmp_path, text)
    assert picks == [("https://harbour.example/1", "One")]
    assert len(warnings) == 1


@pytest.mark.parametrize("text", ["", "\n\n", "url,title\n", "# nothing yet\n"])
def test_no_picks_yet(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == ([], [])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        Picks("picks.csv").discover(Hand(folder=tmp_path))
    with pytest.raises(SourceError, match="cannot be read"):
        Picks(".").discover(Hand(folder=tmp_path))


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "link.csv", "a\0b"])
def test_files_outside_of_the_mirrors_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "mirror"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("https://harbour.example/1,One")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SourceError, match=r"outside of the mirror's folder|not a usable path"):
        Picks(name).discover(Hand(folder=folder))
