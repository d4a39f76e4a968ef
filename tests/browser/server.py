"""A host of static files on loopback, as plain as readers' hosts are: no compression, below a sub-path."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

from mirrorpress.editions.search.page import POLICY

SUB_PATH = "/mirror/news/"


@dataclass
class Site:
    """A folder that is served at ``url`` (ending in a slash). ``answers`` holds path, status and bytes of the
    body of each request; ``down`` makes the host answer 503 to paths that hold it."""

    folder: Path
    url: str
    policy: str
    down: str = ""
    answers: list[tuple[str, int, int]] = field(default_factory=list)


@contextmanager
def served(folder: Path, *, policy: str = POLICY) -> Iterator[Site]:
    """Serve a folder below ``SUB_PATH`` with a Content-Security-Policy."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path.partition("?")[0])
            status, data = _answer(site, path)
            site.answers.append((self.path, status, len(data)))
            self.send_response(status)
            self.send_header("Content-Type", mimetypes.guess_type(path)[0] or "application/octet-stream")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(folder, f"http://127.0.0.1:{server.server_port}{SUB_PATH}", policy)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(site: Site, path: str) -> tuple[int, bytes]:
    if site.down and site.down in path:
        return HTTPStatus.SERVICE_UNAVAILABLE, b""
    file = (site.folder / path.removeprefix(SUB_PATH)).resolve()
    if not path.startswith(SUB_PATH) or not file.is_relative_to(site.folder.resolve()) or not file.is_file():
        return HTTPStatus.NOT_FOUND, b""
    return HTTPStatus.OK, file.read_bytes()
