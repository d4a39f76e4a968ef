"""The sample newsroom on loopback: a small, correct HTTP server that remembers what it was asked."""

from __future__ import annotations

import gzip
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from typing import Any, NamedTuple, Self

from mirrorpress.app.newsroom.site import Resource, pages, resource

_NOT_FOUND = (
    "<!DOCTYPE html><html lang=en><title>Not found</title><h1>Not found</h1><p>港湾时报 Harbour Times"
)


class Request(NamedTuple):
    """A request as it came and what was answered; header names are lower case."""

    method: str
    path: str  # with its query
    headers: dict[str, str]
    status: int


class Newsroom:
    """Serves Harbour Times while its ``with`` block lasts.

    ``edition`` may be set to 1 or 2 at any time. In the second state of the site one article is new, one
    has new text and a new date, and one has left its feed and answers 404. ``port`` 0 takes a free one.
    ``url`` (no slash at its end) is empty before the block. ``requests`` holds every request answered,
    in order. Entering raises ``OSError`` when the port is taken, setting another edition ``ValueError``.
    """

    def __init__(self, edition: int = 1, host: str = "127.0.0.1", port: int = 0) -> None:
        self.edition = edition
        self.url = ""
        self.requests: list[Request] = []
        self._address = (host, port)

    @property
    def edition(self) -> int:
        return self._edition

    @edition.setter
    def edition(self, edition: int) -> None:
        pages(edition)  # raises ValueError when there is no such edition
        self._edition = edition

    def __enter__(self) -> Self:
        self._server = _Server(self, self._address)
        self.url = f"http://{self._server.host}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close() waits for them and leaves no socket behind

    def __init__(self, newsroom: Newsroom, address: tuple[str, int]) -> None:
        self.newsroom = newsroom
        self._connections: set[Any] = set()
        super().__init__(address, _Handler)

    @property
    def host(self) -> str:
        return f"{self.server_name}:{self.server_port}"

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for the machine's full name here, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in tuple(self._connections):  # clients may keep theirs open for minutes
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up: a mirror does so at its limits."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes; with Nagle the second waits 40 ms

    def version_string(self) -> str:
        return "HarbourTimes"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0].partition("#")[0]
        found = resource(path, self.server.newsroom.edition, self.server.host)
        if found is None:
            self._send(
                HTTPStatus.NOT_FOUND, {"Content-Type": "text/html; charset=utf-8"}, _NOT_FOUND.encode()
            )
            return
        body = found.body
        # A strong validator names one representation, so the packed one has its own (RFC 9110, 8.8.3.3).
        tag = sha256(body).hexdigest()[:16]
        headers = {"Content-Type": found.content_type, "Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
        if _packable(found) and _takes_gzip(self.headers.get("Accept-Encoding", "")):
            body = gzip.compress(body, mtime=0)
            tag += "-gzip"
            headers["Content-Encoding"] = "gzip"
        headers["ETag"] = f'"{tag}"'
        headers["Last-Modified"] = format_datetime(found.modified, usegmt=True)
        if self._unchanged(headers["ETag"], found.modified):
            kept = {name: headers[name] for name in ("ETag", "Last-Modified", "Vary", "Cache-Control")}
            self._send(HTTPStatus.NOT_MODIFIED, kept, None)
        else:
            self._send(HTTPStatus.OK, headers, body)

    def _unchanged(self, tag: str, modified: datetime) -> bool:
        """Whether the request's conditions say that the client has this (RFC 9110, section 13.2.2)."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            offered = [offer.strip().removeprefix("W/") for offer in tags.split(",")]
            return "*" in offered or tag in offered
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except ValueError:
            return False
        return modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body is not None and self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The newsroom's clock stands still, so that its answers are the same on every day."""
        return super().date_time_string(_NOW if timestamp is None else timestamp)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002, the overridden signature
        """Called once with every answer, before it is sent: the place to remember it."""
        if not self.command:  # what came was no HTTP at all
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = int(code) if isinstance(code, int) else 0
        self.server.newsroom.requests.append(Request(self.command, self.path, headers, status))

    def log_message(self, format: str, *args: Any) -> None:
        """Keep stderr quiet."""


_NOW = datetime(2026, 6, 17, 8, 0, tzinfo=UTC).timestamp()


def _packable(found: Resource) -> bool:
    return not found.content_type.startswith("image/")


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip with a weight above zero (RFC 9110, 12.5.3)."""
    for offer in accepted.lower().split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.strip().removeprefix("q=").strip("0.") != "" if weight else True
    return False
