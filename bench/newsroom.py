"""A server whose feeds and pages never change: it answers every conditional request with 304."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Unchanged(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = self.headers.get("If-None-Match")
        self.send_response(304 if known else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: ARG002 - the signature is http.server's
        return


@contextmanager
def newsroom() -> Iterator[str]:
    """Serves on loopback until the block ends; gives the address, without a final slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Unchanged)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
