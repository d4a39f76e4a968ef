"""A loopback web server whose every page is written by the test, and stand-ins for a run."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mirrorpress.model import Capture

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class Reply:
    """What the server answers. ``raw`` replaces everything by bytes of the test's own; ``trickle``
    is then sent over and over, a piece every 20 ms, until the client hangs up or the test ends."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    trickle: bytes = b""


@dataclass
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    client: str  # address and port it came from


class Site:
    """``pages`` maps paths to replies, or to functions from a request to a reply; others are 404.
    ``asked`` lists requests in order, those for robots.txt left out (they are in ``robots_asked``)."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply | Callable[[Asked], Reply]] = {}
        self.asked: list[Asked] = []
        self.robots_asked: list[Asked] = []
        self.over = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # clients hang up on much of this, as they should
                    super().handle()

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.path, headers, str(self.client_address))
                (site.robots_asked if self.path == "/robots.txt" else site.asked).append(asked)
                page = site.pages.get(self.path, Reply(b"no such page", 404))
                site.answer(self, page(asked) if callable(page) else page)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def answer(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        try:
            if reply.raw is not None:
                handler.close_connection = True
                handler.wfile.write(reply.raw)
                while reply.trickle and not self.over.wait(0.02):
                    handler.wfile.write(reply.trickle)
                return
            handler.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                handler.send_header(name, value.encode().decode("latin-1"))  # UTF-8 on the wire
            handler.end_headers()
            if reply.status != 304:
                handler.wfile.write(reply.body)
        except OSError:
            handler.close_connection = True  # the client hung up, as it should on much of this

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.pages[path] = Reply(status=status, headers={"Location": to})

    def close(self) -> None:
        """Stop; once is enough, twice does no harm."""
        if self.over.is_set():
            return
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Naps(list[float]):
    """A sleep that does not sleep: it lists the seconds it was asked for."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@dataclass
class Hand:
    """A reach that holds one page in its hand and runs isolated work where it stands."""

    folder: Path = Path()
    body: bytes = b""
    content_type: str = ""
    final_url: str = ""
    status: int = 200
    fetched_at: datetime = NOW
    warnings: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> Capture:
        headers = (("content-type", self.content_type),)
        return Capture(url, self.final_url or url, self.fetched_at, self.status, headers, self.body)

    def isolate(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        return function(*arguments)

    def warn(self, message: str) -> None:
        self.warnings.append(message)
