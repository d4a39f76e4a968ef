"""Two small proxies on loopback: HTTP without CONNECT, and SOCKS5 (RFC 1928)."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable
from urllib.parse import urlsplit


class Proxy:
    """A proxy that leads every host to ``upstream`` (host, port); ``wanted`` lists what it was asked for."""

    def __init__(self, upstream: tuple[str, int], converse: Callable[[Proxy, socket.socket], None]) -> None:
        self.upstream = upstream
        self.wanted: list[str] = []
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):  # the client may hang up whenever it likes
                    converse(proxy, self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def read_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece:
            break
        head += piece
    return head


def relay(request: bytes, client: socket.socket, upstream: tuple[str, int]) -> None:
    """Pass one request on and its answer back."""
    with socket.create_connection(upstream, 5) as server:
        server.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        while piece := server.recv(65536):
            client.sendall(piece)


def http(proxy: Proxy, client: socket.socket) -> None:
    """Forward one request that names its target in full (RFC 9112, section 3.2.2)."""
    head = read_head(client)
    if not head:
        return
    method, target, rest = head.split(b" ", 2)
    proxy.wanted.append(target.decode())
    parts = urlsplit(target.decode())
    relay(b" ".join([method, (parts.path or "/").encode(), rest]), client, proxy.upstream)


def socks5(proxy: Proxy, client: socket.socket) -> None:
    """Greet, take a name or IPv4 address, connect."""
    client.recv(2 + 255)
    client.sendall(b"\x05\x00")
    ask = client.recv(300)
    if ask[3] == 3:
        host, port = ask[5 : 5 + ask[4]].decode(), int.from_bytes(ask[5 + ask[4] : 7 + ask[4]], "big")
    else:
        host, port = socket.inet_ntoa(ask[4:8]), int.from_bytes(ask[8:10], "big")
    proxy.wanted.append(f"{host}:{port}")
    client.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    if head := read_head(client):
        relay(head, client, proxy.upstream)


def broken(_: Proxy, client: socket.socket) -> None:
    """Something else listens there."""
    client.recv(300)
    client.sendall(b"220 mail.harbour.example ESMTP\r\n")
