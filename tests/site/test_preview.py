"""The preview's server: the edition's bytes with a web server's headers, to this machine only."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mirrorpress.app.preview import Preview
from mirrorpress.editions.headers import SERVERS, for_server, headers
from mirrorpress.errors import UsageError

STYLE = "p { color: red }"


class Built:
    mark = "1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "out" / "site"
    (root / "pages").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html>\nhome", encoding="utf-8")
    (root / "404.html").write_text("<!doctype html>\nnowhere", encoding="utf-8")
    (root / "pages" / "文 件.html").write_text("a page", encoding="utf-8")
    (tmp_path / "out" / "secret.txt").write_text("secret", encoding="utf-8")
    (root / "link.txt").symlink_to(tmp_path / "out" / "secret.txt")
    return root


@pytest.fixture
def preview(root: Path) -> Iterator[Preview]:
    preview = Preview(root, lambda: headers(STYLE), lambda: Built.mark, port=0)
    preview.start()
    yield preview
    preview.stop()


def asked(
    preview: Preview, path: str, host: str = "", method: str = "GET"
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", preview.port, timeout=5)
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{preview.port}"})
    answer = connection.getresponse()
    found = answer.status, dict(answer.headers.items()), answer.read().decode()
    connection.close()
    return found


def test_it_serves_the_edition_with_the_headers_of_a_web_server(preview: Preview) -> None:
    status, found, text = asked(preview, "/")
    assert (status, text) == (200, "<!doctype html>\nhome")
    assert found["Content-Type"] == "text/html; charset=utf-8"
    for name, value in headers(STYLE).items():
        assert found[name] == ("no-store" if name == "Cache-Control" else value)
    assert asked(preview, "/pages/%E6%96%87%20%E4%BB%B6.html?x=1#y")[2] == "a page"
    assert asked(preview, "/none.html")[0::2] == (404, "<!doctype html>\nnowhere")
    assert asked(preview, "/", method="HEAD")[2] == ""


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/pages/../../secret.txt",
        "/link.txt",
        "//etc/passwd",
        "/a%00b",
    ],
)
def test_nothing_else_of_the_machine_is_served(preview: Preview, path: str) -> None:
    status, _, text = asked(preview, path)
    assert status == 404
    assert "secret" not in text


@pytest.mark.parametrize("host", ["mirror.attacker.example", "attacker.example:80", ""])
def test_a_name_pointed_at_this_machine_gets_nothing(preview: Preview, host: str) -> None:
    assert asked(preview, "/", host or "127.0.0.1.attacker.example:1")[0] == 421


def test_it_tells_its_own_page_of_a_new_build(preview: Preview) -> None:
    assert "<iframe" in asked(preview, "/-/")[2]
    assert "watch()" in asked(preview, "/-/watch.js")[2]
    Built.mark = "1"
    assert asked(preview, "/-/build")[2] == "1"
    Built.mark = "2"
    assert asked(preview, "/-/build")[2] == "2"


def test_a_port_that_is_taken_is_said(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="port"):
        Preview(root, dict, str, port=taken.getsockname()[1])


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_is_told_every_header(server: str) -> None:
    text = for_server(server, STYLE)  # type: ignore[arg-type]
    for name, value in headers(STYLE).items():
        if (server, name) != ("netlify", "Cache-Control"):
            assert name in text
            assert value in text
    assert "immutable" in text
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("server", ["nginx", "caddy"])
def test_only_files_named_by_their_content_are_kept_for_long(server: str) -> None:
    text = for_server(server, STYLE)  # type: ignore[arg-type]
    pattern = re.search(r"(?:location ~|path_regexp) \"?(/assets\S*?\$)", text)
    assert pattern
    for path in ("/assets/f7/c31b0712fd61f5c3.webp", "/mirror/assets/f7/c31b0712fd61f5c3.png"):
        assert re.search(pattern[1], path)
    for path in (
        "/",
        "/pages/assets/1.html",
        "/assets/f7/c31b0712fd61f5c3.webp/x.html",
        "/indexes/assets.html",
    ):
        assert not re.search(pattern[1], path)


def test_no_server_is_told_twice_how_long_a_file_may_be_kept() -> None:
    """Caddy takes what has no matcher last, whatever its place; other hosts join the two."""
    caddy = for_server("caddy", STYLE)
    for_all = re.search(r"^header \{\n(.*?)^\}", caddy, re.MULTILINE | re.DOTALL)
    assert for_all
    assert "Cache-Control" not in for_all[1]
    matchers = dict(re.findall(r"^@(\w+) (.*)$", caddy, re.MULTILINE))
    assert matchers["other"] == f"not {matchers['lasting']}"
    said = re.findall(r"^header (\S+) Cache-Control", caddy, re.MULTILINE)
    assert said == ["@lasting", "@other"]
    assert for_server("netlify", STYLE).count("Cache-Control") == 1
