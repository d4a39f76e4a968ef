"""The guard of the network: which addresses may be reached, and for how long.

A feed or page that somebody else writes decides which addresses are fetched next, so each one is
checked at the moment of connecting, after its name was resolved, and the connection goes to the
checked address itself: a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore2

from mirrorpress.errors import RefusedError

Address = IPv4Address | IPv6Address
Lookup = Callable[[str], Sequence[str]]
"""From a host name to its addresses; raises ``OSError`` when there are none."""

# IANA special-purpose address registries (RFC 6890 and successors), multicast and future use
# included. Written out because the verdicts of ``ipaddress`` change between Python releases.
_NOT_PUBLIC_4 = [
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_GLOBAL_6 = ip_network("2000::/3")  # the only global unicast space that IANA has opened
_NOT_PUBLIC_6 = [ip_network(block) for block in ("2001::/23", "2001:db8::/32", "3fff::/20")]
_HOLDS_4_LAST = [ip_network(block) for block in ("::/96", "64:ff9b::/96")]  # compatible; NAT64 (RFC 6052)
_ISATAP = re.compile(r"^0[02]00:5efe$")  # RFC 5214: the interface identifier ends in an IPv4 address
_NUMERIC_LABEL = re.compile(r"^(?:[0-9]+|0x[0-9a-f]*)$", re.IGNORECASE)


def _embedded(ip: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that a packet to ``ip`` may end at, by mapping, translation or tunnel."""
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip.sixtofour:
        return [ip.sixtofour]
    if ip.teredo:
        return list(ip.teredo)
    if any(ip in block for block in _HOLDS_4_LAST):
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    return []


def is_public(ip: Address) -> bool:
    """Whether ``ip`` is a unicast address of the public internet, embedded IPv4 judged as well."""
    if isinstance(ip, IPv4Address):
        return not any(ip in block for block in _NOT_PUBLIC_4)
    if embedded := _embedded(ip):
        return all(is_public(address) for address in embedded)
    ip = IPv6Address(int(ip))  # a zone ("%eth0") would make it part of no block
    if _ISATAP.match(ip.exploded[20:29]):
        return False
    return ip in _GLOBAL_6 and not any(ip in block for block in _NOT_PUBLIC_6)


def literal(host: str) -> Address | None:
    """The address that ``host`` spells out, or None for a name.

    The C library, and so some proxies, read ``127.1``, ``0x7f000001`` and ``2130706433`` as IPv4
    (WHATWG URL Standard, section 3.5). Raises ``ValueError`` for a number that is no address.
    """
    bare = host.strip("[]").rstrip(".")
    try:
        return ip_address(bare.replace("%25", "%"))
    except ValueError:
        if not _NUMERIC_LABEL.match(bare.rpartition(".")[2]):
            return None
    try:
        return IPv4Address(socket.inet_aton(bare))
    except OSError as error:
        raise ValueError(f"{host} is not an address") from error


def system_lookup(host: str) -> Sequence[str]:
    """Ask the system's resolver. Raises ``OSError``, or ``UnicodeError`` for a label over 63 bytes."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard(httpcore2.NetworkBackend):
    """Opens connections to public addresses and to those of ``allow`` ("host:port" or "host").

    A connection to ``proxy`` is the operator's choice and always allowed. Behind a proxy a target
    that is a literal address or ``localhost`` is still refused (``check``); a name that the proxy
    itself resolves cannot be checked here, so the proxy must not reach what readers must not see.

    Each request runs within ``deadline``; from then on every lookup, connection attempt, handshake,
    read and write of that thread ends by it, however slowly the server trickles. (One exception:
    within TLS to an ``https://`` proxy, TLS records of the target are timed one by one.)
    """

    def __init__(
        self,
        allow: Iterable[str] = (),
        *,
        proxy: tuple[str, int] | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._allow = frozenset(item.lower() for item in allow)
        self._proxy = proxy
        self._lookup = lookup
        self._sockets = httpcore2.SyncBackend()
        self._turn = threading.local()  # .ends and .streams of the request under way in a thread

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Give this thread's network work ``seconds``; close what it opened if the work fails."""
        self._turn.ends = time.monotonic() + seconds
        self._turn.streams = []
        try:
            yield
        except BaseException:
            # A proxy handshake that fails leaves its socket open (httpcore2 2.16, socks_proxy.py).
            for stream in self._turn.streams:
                stream.close()
            raise
        finally:
            self._turn.streams = []

    def remaining(self, exceeded: type[Exception]) -> float:
        """Seconds left to this thread's request; raises ``exceeded`` when none are."""
        left: float = self._turn.ends - time.monotonic()
        if left <= 0:
            raise exceeded("deadline")
        return left

    def check(self, host: str, port: int) -> None:
        """Refuse what can be seen to be private without a lookup. Raises ``RefusedError``."""
        if self._allowed(host, port):
            return
        try:
            address = literal(host)
        except ValueError as error:
            raise RefusedError("its host is a malformed IP address", where=host) from error
        name = host.lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost") or (address and not is_public(address)):
            raise _refusal(host, port, [])

    def addresses_of(self, host: str, port: int, seconds: float) -> Sequence[str]:
        """The addresses of ``host`` that may be reached, for a program that connects by itself, found within
        ``seconds``. Raises ``RefusedError`` when there is none, ``httpcore2.ConnectError`` or
        ``httpcore2.ConnectTimeout``."""
        with self.deadline(seconds):
            self.check(host, port)
            return self._reachable(host, port)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline stands in for it
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to a checked address of ``host``. Raises ``RefusedError`` if none may be reached,
        ``httpcore2.ConnectError`` or ``httpcore2.ConnectTimeout``."""
        addresses = self._reachable(host, port)
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for tried, address in enumerate(addresses):
            share = self.remaining(httpcore2.ConnectTimeout) / (len(addresses) - tried)
            try:
                stream = self._sockets.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                self._turn.streams.append(stream)
                return _TimedStream(stream, self)
        raise failure

    def _reachable(self, host: str, port: int) -> Sequence[str]:
        try:
            address = literal(host)
        except ValueError as error:
            raise RefusedError("its host is a malformed IP address", where=host) from error
        found = [str(address)] if address else self._resolve(host)
        if (host, port) == self._proxy or self._allowed(host, port):
            return found
        reachable = [each for each in found if self._allowed(each, port) or is_public(ip_address(each))]
        if found and not reachable:
            raise _refusal(host, port, found)
        return reachable

    def _resolve(self, host: str) -> Sequence[str]:
        # The C library's lookup knows no deadline, so it is waited for from outside.
        answer: queue.SimpleQueue[Sequence[str] | OSError | ValueError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self._lookup(host))
            except (OSError, ValueError) as error:
                answer.put(error)

        threading.Thread(target=ask, name=f"lookup of {host}", daemon=True).start()
        try:
            found = answer.get(timeout=self.remaining(httpcore2.ConnectTimeout))
        except queue.Empty as error:
            raise httpcore2.ConnectTimeout(f"no answer to the lookup of {host}") from error
        if isinstance(found, Exception):
            raise httpcore2.ConnectError(found)  # as httpcore2 wraps; its pool drops __cause__
        return found

    def _allowed(self, host: str, port: int) -> bool:
        host = host.lower().strip("[]")
        return not self._allow.isdisjoint({host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"})


def _refusal(host: str, port: int, found: Sequence[str]) -> RefusedError:
    name = f"[{host}]" if ":" in host else host
    leads = f"{host} leads to {', '.join(found)}, which is" if found and found != [host] else f"{host} is"
    return RefusedError(
        f"{leads} not a public address",
        where=host,
        hint=f'if the host is yours, add "{name}:{port}" to allow_private under [fetch], or name it by '
        "--allow-private where a command has that; if not, the "
        "network may be answering name lookups falsely, and a proxy helps",
    )


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every operation ends by the deadline of the thread that uses it.

    When it is closed under a thread that reads, that thread ends its reading and closes the socket itself:
    Linux does not wake who waits for a socket that another thread closes, and once the number of the socket
    is given to a new one, it would wait for that.
    """

    def __init__(self, stream: httpcore2.NetworkStream, guard: Guard) -> None:
        self._stream = stream
        self._guard = guard
        self._lock = threading.Lock()
        self._reading = self._closed = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        with self._lock:
            if self._closed:
                raise httpcore2.ReadError("the connection was closed")
            self._reading = True
        try:
            return self._stream.read(max_bytes, self._guard.remaining(httpcore2.ReadTimeout))
        finally:
            with self._lock:
                self._reading = False
                closed = self._closed
            if closed:
                self._stream.close()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        view = memoryview(buffer)
        for start in range(0, len(view), 65536):
            self._stream.write(
                bytes(view[start : start + 65536]), self._guard.remaining(httpcore2.WriteTimeout)
            )

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._reading:
                with suppress(OSError):  # the other side was faster
                    socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)
                return
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        left = self._guard.remaining(httpcore2.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
