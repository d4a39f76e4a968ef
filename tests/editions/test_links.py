"""Where a reader may be led: by https to a host with a name, whatever a browser makes of how that is written."""

from __future__ import annotations

import pytest

from mirrorpress.links import followable, without_tracking


@pytest.mark.parametrize(
    "host",
    [
        "192.0.2.7", "192.0.2.7.", "3221225991", "0xc0.0.2.7", "0300.0.2.7", "192.519", "192.0.2.%37", "192%2e0.2%2e7",
        "192.0.2。7", "192.0.2．7", "192.0.2｡7", "192.0.2.⑦", "192.0.2.７", "192.0.2.𝟕", "192.0.2.⁷", "192.0.2.0ｘ7",
        "192.0.2.\u00ad7", "192.0.2.7\u200b", "192.0.2.7\u2060", "192.0.2.7\ufe0f", "192.0.2.7\u3164", "192.0.2.7\uffa0",
        "192.0.2.0\U0001cced7",  # an outlined x, of Unicode 16
        "[::1]", "[::ffff:192.0.2.7]", "[fe80::1%25eth0]", "[v1.x]",
        "localhost", "localhost.", "%6cocalhost.", "x.localhost", "intranet",
        "user@h.example", ":secret@h.example", "@h.example", "h.example:x@192.0.2.7", "h.example%2f.192.0.2.7",
    ],
)  # fmt: skip
def test_nobody_is_led_to_a_bare_address_or_by_a_name_and_password(host: str) -> None:
    assert not followable(f"https://{host}/")


@pytest.mark.parametrize(
    "host",
    ["h.example", "h.example:8443", "例子.example", "%E4%BE%8B%E5%AD%90.example", "пример.рф", "xn--fsqu00a.example",
     "4.example", "0x.example", "h.example."],
)  # fmt: skip
def test_names_are_followed(host: str) -> None:
    assert followable(f"https://{host}/")


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://h.example/?UTM_Source=x&a=1", "https://h.example/?a=1"),
        ("https://h.example/?utm%5Fsource=x", "https://h.example/"),
        ("https://h.example/?fbclid", "https://h.example/"),
        ("https://h.example/?+utm_source=x", "https://h.example/"),
        ("https://h.example/?utm_source%00=x", "https://h.example/"),
        ("https://h.example/a#utm_source=x&utm_medium=y", "https://h.example/a"),
        ("https://h.example/a?b=%20c#part=2", "https://h.example/a?b=%20c#part=2"),
        ("x.html?fbclid=1#main", "x.html#main"),
        ("https://[x/?utm_source=y", "https://[x/?utm_source=y"),
    ],
)
def test_what_tells_where_a_reader_came_from_is_left_out(address: str, plain: str) -> None:
    assert without_tracking(address) == plain
