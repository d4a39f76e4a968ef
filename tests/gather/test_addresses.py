from __future__ import annotations

from ipaddress import ip_address

import pytest

from mirrorpress.errors import RefusedError
from mirrorpress.gather.addresses import Guard, is_public, literal


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.169.254",  # where clouds keep their secrets
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:192.168.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",  # local-use translation: where it ends is anybody's guess
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:7f00:1::",  # Teredo
        "2001:db8::1",
        "3fff::1",
        "2a01:4f8::5efe:7f00:1",  # ISATAP
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",  # site-local, long deprecated
        "ff02::1",
        "100::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a01:4f8::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",  # what a DNS64 network answers for every IPv4 site
        "2002:808:808::1",
    ],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0177.0.0.1", "0x7f.1", "0x7f000001", "2130706433", "127.0.0.1."]
)
def test_every_spelling_of_an_address_is_read(host: str) -> None:
    assert str(literal(host)) == "127.0.0.1"


def test_names_are_not_addresses() -> None:
    assert literal("harbour.example") is None
    assert literal("123.example") is None
    with pytest.raises(ValueError, match="is not an address"):
        literal("1.2.3.4.5")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "localhost", "LOCALHOST.", "news.localhost", "::1", "1.2.3.4.5"]
)
def test_what_is_plainly_private_is_refused_without_a_lookup(host: str) -> None:
    with pytest.raises(RefusedError):
        Guard().check(host, 80)


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:8700"])
def test_allowed_hosts_pass(allowed: str) -> None:
    Guard([allowed]).check("127.0.0.1", 8700)


def test_an_allowed_port_allows_no_other() -> None:
    with pytest.raises(RefusedError, match="not a public address"):
        Guard(["127.0.0.1:8700"]).check("127.0.0.1", 8701)


def test_the_refusal_says_how_to_allow_the_host() -> None:
    with pytest.raises(RefusedError) as caught:
        Guard().check("::1", 8080)
    assert '"[::1]:8080"' in caught.value.hint
