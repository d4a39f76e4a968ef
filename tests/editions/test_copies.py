"""A follower's copy of an edition: what of a file differs from the origin's, and that nothing else does."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mirrorpress.editions.copies import has_right_code, is_readdressed, neutral, readdressed
from mirrorpress.editions.markdown import MarkdownEdition
from mirrorpress.editions.qr import LONGEST, qr_png
from mirrorpress.editions.safety import dangers
from mirrorpress.editions.site import SiteEdition
from mirrorpress.editions.tree import TreeEdition
from mirrorpress.links import file_address
from mirrorpress.model import Link, Note
from tests.editions.conftest import Shelf, configuration, tree

PLAIN = "https://mirror.example.org/"
HOST = "https://git.example.org/team/mirror/src/branch/main/"
ADDRESSES = (
    PLAIN,
    HOST,
    "https://follower.example/some/where/",
    "https://github.com/someone/mirror/blob/main/",
    "https://git.example.org/",  # what the origin's begins with
    f"{PLAIN}copy/",  # what begins with the origin's
    f"{HOST}copy/",
    "https://harbour.example/",  # the newsroom's, at which the originals stand
    "https://xn--fsqu00a.example/",
    "http://127.0.0.1:8700/m/",
)
EDITIONS: tuple[TreeEdition, ...] = (
    MarkdownEdition(list_size=2, feeds="full", short_addresses=True, also_in=("zh-Hant",)),
    SiteEdition(
        list_size=2,
        feeds="full",
        short_addresses=True,
        also_in=("zh-Hant",),
        search=True,
        offline=True,
        compress=("gzip",),
    ),
)
Files = dict[str, bytes]


def built(shelf: Shelf, folder: Path, edition: TreeEdition, address: str) -> Files:
    """A mirror of all kinds of pages, whose articles, links and notes name its own address and others'."""
    words = " ".join(f"{one} {one}pages/p2/a1.md {one}x/?u={one}feed.xml" for one in ADDRESSES)
    for number in range(5):
        shelf.add(f"a{number}", text=f"{words} <{number}>", picture=f"{number:016x}")
        shelf.add(f"t{number}", section="town", language="fa" if number else "en", partial=number == 1)
    shelf.add("渡轮", title="渡轮 & 灯塔", text="渡轮又开了。", language="zh-Hans")
    shelf.add("a1", url="https://harbour.example/p2/a1.html", text="Other words.", picture="1" * 16)
    shelf.withdraw("https://harbour.example/p2/a0.html", public_reason=f"See {address}help.md")
    settings = configuration(folder, language="zh-Hans", keep=2)
    settings = replace(
        settings,
        mirror=replace(
            settings.mirror,
            addresses=(address, *ADDRESSES),
            site_addresses=(address, *ADDRESSES),
        ),
        links=tuple(Link(one, f"{one}index.html", "menu") for one in ADDRESSES if one.startswith("https")),
        notes=(Note(f"Also at <{ADDRESSES[2]}help.html>, or {PLAIN}.", ("home",)),),
    )
    return tree(edition.render(settings, shelf.archive.shelf, None))


@pytest.fixture(params=EDITIONS, ids=["markdown", "site"])
def edition(request: pytest.FixtureRequest) -> TreeEdition:
    found = request.param
    assert isinstance(found, TreeEdition)
    return found


def scanned(png: bytes) -> str:
    with Image.open(io.BytesIO(png)) as picture:
        return str(zxingcpp.read_barcode(picture.convert("L")).text)


def codes_within(page: bytes) -> list[str]:
    found = re.findall(rb'<img src="data:image/png;base64,([^"]*)" alt="QR"', page)
    return [scanned(base64.b64decode(one)) for one in found]


class TestEditions:
    @pytest.mark.parametrize("origin", [PLAIN, HOST])
    def test_every_copy_of_a_file_has_the_same_neutral_form_and_gives_the_file_back(
        self, shelf: Shelf, tmp_path: Path, edition: TreeEdition, origin: str
    ) -> None:
        for path, data in built(shelf, tmp_path, edition, origin).items():
            form = neutral(path, data, origin)
            for address in ADDRESSES:
                copy = readdressed(path, data, origin, address)
                assert neutral(path, copy, address) == form, (path, address)
                assert readdressed(path, copy, address, origin) == data, (path, address)
                if not is_readdressed(path):
                    assert copy == data == form

    @pytest.mark.parametrize("origin", [PLAIN, HOST])
    def test_a_copy_is_the_edition_as_it_would_be_made_for_the_copys_address(
        self, shelf: Shelf, tmp_path: Path, edition: TreeEdition, origin: str
    ) -> None:
        for name in ("a", "b", "渡轮"):
            shelf.add(name, picture=f"{ord(name[0]):016x}", language="zh")
        shelf.add("a", text="Other words.")
        settings = configuration(tmp_path, language="zh-Hans")

        def read_at(address: str) -> Files:
            mirror = replace(settings.mirror, addresses=(address,), site_addresses=(address,))
            return tree(edition.render(replace(settings, mirror=mirror), shelf.archive.shelf, None))

        ours = read_at(origin)
        for address in ADDRESSES[2:7]:  # not the newsroom's, at which the originals stand
            made = read_at(address)
            assert made.keys() == ours.keys()
            for path, data in ours.items():
                if path.endswith(".gz"):
                    continue
                # What names the origin stays: in lists of the mirror's addresses, and as the canonical one.
                bare = re.compile(re.escape(address.encode()) + rb"(?=[\"<>\n])")
                expected = bare.sub(origin.encode(), made[path])
                canonical = f'rel="canonical" href="{address}'.encode()
                expected = expected.replace(canonical, f'rel="canonical" href="{origin}'.encode())
                assert readdressed(path, data, origin, address) == expected, (path, address)

    def test_files_that_may_differ_are_those_that_do(
        self, shelf: Shelf, tmp_path: Path, edition: TreeEdition
    ) -> None:
        files = built(shelf, tmp_path, edition, PLAIN)
        address = ADDRESSES[2]
        differing = {path for path, data in files.items() if readdressed(path, data, PLAIN, address) != data}
        neutralised = {path for path, data in files.items() if neutral(path, data, PLAIN) != data}
        # The operator's links and the words of articles name further addresses of the copy's.
        assert neutralised <= differing
        assert all(map(is_readdressed, differing))
        kinds = {path.rpartition(".")[2] for path in differing}
        either = {"md", "png"} if isinstance(edition, MarkdownEdition) else {"html", "txt"}
        assert kinds == either | {"xml", "json", "opml"}

    def test_codes_of_a_copy_lead_to_its_own_pages(
        self, shelf: Shelf, tmp_path: Path, edition: TreeEdition
    ) -> None:
        address, seen = ADDRESSES[2], []
        for path, data in built(shelf, tmp_path, edition, HOST).items():
            copy = readdressed(path, data, HOST, address)
            found = [scanned(copy)] if "qr/" in path else codes_within(copy)
            before = [scanned(data)] if "qr/" in path else codes_within(data)
            assert found == [address + one.removeprefix(HOST) for one in before]
            seen += found
        assert any("/zh-Hant/pages/" in one for one in seen)

    def test_a_copy_is_as_safe_for_its_readers(
        self, shelf: Shelf, tmp_path: Path, edition: TreeEdition
    ) -> None:
        for path, data in built(shelf, tmp_path, edition, PLAIN).items():
            if not path.endswith(".gz"):
                for address in ADDRESSES[:3]:
                    copy = readdressed(path, data, PLAIN, address)
                    assert dangers(path, copy, (address,)) == dangers(path, data, (PLAIN,)), (path, address)


class TestWhatIsOwn:
    def test_addresses_of_pages_and_of_files(self) -> None:
        feed = f'<link href="{HOST}indexes/p2.md"/><id>{file_address(HOST)}feeds/p2.xml</id>'.encode()
        assert neutral("feeds/p2.xml", feed, HOST) == (
            b'<link href="\x00indexes/p2.md"/><id>\x01feeds/p2.xml</id>'
        )
        on_github = readdressed("feeds/p2.xml", feed, HOST, "https://github.com/o/m/blob/main/").decode()
        assert '"https://github.com/o/m/blob/main/indexes/p2.md"' in on_github
        assert ">https://github.com/o/m/raw/main/feeds/p2.xml<" in on_github

    @pytest.mark.parametrize(
        "text",
        [
            f"- <{PLAIN}>\n- <{PLAIN}copy/>\n",
            f'{{"addresses": ["{PLAIN}", "{PLAIN}copy/"]}}',
            f'<link rel="canonical" href="{PLAIN}pages/p2/1.html">',
            f"https://web.archive.example/2026/{PLAIN}index.html",
            f"https://other.example/?to={PLAIN}index.html",
            "http://mirror.example.org/index.html https://mirror.example.org:8443/index.html",
            "https://mirror.example.organisation/index.html",
        ],
    )
    def test_what_names_the_mirror_or_is_no_address_of_it_is_left(self, text: str) -> None:
        for path in ("README.md", "index.html", "feed.json"):
            assert neutral(path, text.encode(), PLAIN) == text.encode()
            assert readdressed(path, text.encode(), PLAIN, ADDRESSES[2]) == text.encode()

    def test_the_words_of_an_article_that_name_the_copy_lead_where_they_led(self) -> None:
        address = ADDRESSES[2]
        page = f"Read it at <{address}help.md>, or <{address}>.\n\n```\n{PLAIN}pages/p2/1.md\n```\n".encode()
        copy = readdressed("pages/p2/1.md", page, PLAIN, address).decode()
        assert (
            copy == f"Read it at <{address}./help.md>, or <{address}>.\n\n```\n{address}pages/p2/1.md\n```\n"
        )
        assert readdressed("pages/p2/1.md", copy.encode(), address, PLAIN) == page

    @pytest.mark.parametrize(
        "path",
        [
            "metadata/1.root.json", "mirrors.json", "verify.html", "SHA256SUMS", "SHA256SUMS.sig", "_headers",
            "index.html.gz", "feed.xml.br", "assets/00/1.webp", "icon-192.png", "sw.js", "search/texts/0/1.bin",
        ],
    )  # fmt: skip
    def test_files_that_are_the_same_in_every_copy(self, path: str) -> None:
        data = f"\0 {PLAIN}index.html".encode()
        assert not is_readdressed(path)
        assert neutral(path, data, PLAIN) == readdressed(path, data, PLAIN, HOST) == data


class TestForgery:
    def test_a_mark_cannot_stand_for_an_address(self) -> None:
        for mark in ("\0", "\1"):
            with pytest.raises(ValueError, match="control character"):
                neutral("index.html", f"<p>{mark}index.html".encode(), PLAIN)

    def test_a_code_that_leads_elsewhere_is_told(
        self, shelf: Shelf, tmp_path: Path, edition: TreeEdition
    ) -> None:
        forged = 0
        for path, data in built(shelf, tmp_path, edition, PLAIN).items():
            for address in (PLAIN, ADDRESSES[2]):
                assert has_right_code(path, readdressed(path, data, PLAIN, address), address), path
            if "qr/" in path:
                wrong = qr_png(HOST)
            elif codes_within(data):
                code = base64.b64encode(qr_png(HOST))
                wrong = re.sub(rb'(png;base64,)[^"]*(?=" alt="QR")', rb"\1" + code, data)
            else:
                continue
            forged += 1
            assert neutral(path, wrong, PLAIN) == neutral(path, data, PLAIN)
            assert readdressed(path, wrong, PLAIN, PLAIN) == data
            assert not has_right_code(path, wrong, PLAIN), path
        assert forged > 10

    @pytest.mark.parametrize("code", [b"", b"=", b"AAA", b"AAAA", b"iVBORw0KGgo="])
    def test_what_is_no_picture_is_no_right_code(self, code: bytes) -> None:
        page = b'<img src="data:image/png;base64,%s" alt="QR">' % code
        assert not has_right_code("index.html", page, PLAIN)
        assert not has_right_code("qr/help.png", code, PLAIN)

    def test_base64_that_browsers_take_for_none_is_no_right_code(self) -> None:
        code = base64.b64encode(qr_png(f"{PLAIN}index.html"))
        page = b'<img src="data:image/png;base64,%s" alt="QR">'
        assert has_right_code("index.html", page % code, PLAIN)
        for wrong in (code + b"=", code + b"==", b"=" + code):
            assert not has_right_code("index.html", page % wrong, PLAIN)

    @pytest.mark.parametrize(
        "address",
        [
            "", "https://", "https://mirror.example.org", "http://mirror.example.org/", "ftp://a.example/",
            "https://a.example/?q=/", "https://a.example/#/", "https://u:p@a.example/", "https://a.example//",
            "https://a.example/../", "https://a.example/x/./", 'https://a.example/"><script>/',
            "https://a.example/&amp;/", "https://a.example/x y<>/", "https://a.example:999999/",
            "https://a.example/\n/", "javascript:alert(1)//", f"https://a.example/{'x' * LONGEST}/",
        ],
    )  # fmt: skip
    def test_addresses_that_no_copy_can_have(self, address: str) -> None:
        for before, after in ((address, PLAIN), (PLAIN, address)):
            with pytest.raises(ValueError, match="address of a copy"):
                readdressed("index.html", b"", before, after)
        with pytest.raises(ValueError, match="address of a copy"):
            neutral("icon-192.png", b"", address)

    def test_addresses_that_are_not_in_ascii_stand_in_files_as_they_are_written_there(self) -> None:
        data = b"https://%E4%BE%8B.example/index.html"
        assert neutral("robots.txt", data, "https://例.example/") == b"\0index.html"

    def test_a_code_is_drawn_for_a_copy_whose_address_is_longer(self) -> None:
        stem = "pages/p2/" + "x" * (LONGEST - len(PLAIN) - len("pages/p2/.md"))
        long = f"https://follower.example/{'y' * 200}/"
        copy = readdressed(f"qr/{stem}.png", b"", PLAIN, long)
        assert scanned(copy) == f"{long}{stem}.md"
        assert has_right_code(f"qr/{stem}.png", copy, long)


BEFORE = ("", " ", "<", "x", "?u=", "./", 'rel="canonical" href="', "灯塔")
AFTER = ("", "x.md", "feed.xml", "a/b.html", "a/", "/", ".", "./", "././x.md", ".//", "https", "%20", ">")


@st.composite
def texts(draw: st.DrawFn) -> tuple[bytes, str, str, str]:
    """A text made of addresses in every odd neighbourhood, and three addresses that it names."""
    named = draw(st.tuples(*[st.sampled_from(ADDRESSES)] * 3))
    bases = [base for one in named for base in (one, file_address(one), one[:-1])]
    part = st.tuples(st.sampled_from(BEFORE), st.sampled_from(bases), st.sampled_from(AFTER))
    text = "".join(map("".join, draw(st.lists(part, max_size=8))))
    return text.encode(), *named


@given(texts())
def test_whatever_a_text_says_its_copies_have_one_neutral_form(found: tuple[bytes, str, str, str]) -> None:
    """The last line says that no two texts have one form, so that whoever changes a copy changes its form."""
    data, origin, one, other = found
    copy = readdressed("a.md", data, origin, one)
    assert neutral("a.md", copy, one) == neutral("a.md", data, origin)
    assert readdressed("a.md", copy, one, origin) == data
    assert readdressed("a.md", copy, one, other) == readdressed("a.md", data, origin, other)
    assert readdressed("a.md", data, origin, origin) == data
