"""``mirrorpress preview``: the editions on this machine, as readers' browsers will see them.

A page of the preview's own shows the edition in a frame and loads it anew after each build; the edition's
files are served byte for byte, with the headers that a web server should send.
"""

from __future__ import annotations

import mimetypes
import posixpath
import threading
from collections.abc import Callable, Mapping
from functools import cache, partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from mirrorpress.app.configuration import load
from mirrorpress.app.output import Speaker
from mirrorpress.archive.standing import opened
from mirrorpress.editions.headers import of_every_file
from mirrorpress.errors import UsageError
from mirrorpress.pipeline.build import UNFINISHED

HOST = "127.0.0.1"
_SHELL = "/-/"  # where the preview's own pages stand; no edition has a folder of this name
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mirrorpress preview</title>
<style>html, body, iframe { margin: 0; border: 0; width: 100%; height: 100%; display: block }</style>
<iframe src="../" title="the edition"></iframe>
<script src="watch.js"></script>
"""
_SCRIPT = """"use strict";
let seen = null;
async function watch() {
  try {
    const mark = await (await fetch("build", { cache: "no-store" })).text();
    if (mark && seen && mark !== seen) document.querySelector("iframe").contentWindow.location.reload();
    seen = mark || seen;
  } catch { /* the preview has ended */ }
  setTimeout(watch, 1000);
}
watch();
"""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".opml": "text/x-opml; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".js": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".txt": "text/plain; charset=utf-8",
}


def preview(path: Path, name: str, port: int, speaker: Speaker) -> None:
    """Serve an edition of the mirror at ``path``, by default its site, until an interrupt. Raises
    ``ConfigurationError``, and ``UsageError`` for an edition that is not there or a port that is taken."""
    configuration = load(path)
    names = [edition.name for edition in configuration.editions]
    name = name or next((one for one in names if one == "site"), names[0])
    root = configuration.folder / "out" / name
    if name not in names:
        raise UsageError("there is no such edition", where=name, hint=f"one of: {', '.join(names)}")
    if not root.is_dir():
        raise UsageError("nothing is built yet", where=str(root), hint="run: mirrorpress build")
    server = Preview(root, partial(_headers_in, root), partial(_mark, configuration.folder, name), port=port)
    speaker.say(f"{server.watching}  the edition {name}, loaded anew after each build")
    speaker.say(f"{server.address}  the same without the frame; Ctrl-C ends both")
    speaker.result({"edition": name, "address": server.address, "watching": server.watching})
    try:
        server.serve()
    finally:
        server.stop()


def _headers_in(root: Path) -> Mapping[str, str]:
    """The headers that the edition itself asks servers for."""
    file = root / "_headers"
    return of_every_file(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _mark(folder: Path, name: str) -> str:
    """When an edition was last built; nothing while it is being built."""
    with opened(folder, lambda: None) as standing:
        build = standing.builds().get(name) if standing else None
    return "" if build is None or build["digest"].startswith(UNFINISHED) else str(build["built_at"])


class Preview:
    """A server of one edition's folder on the loopback address.

    ``headers`` are sent with every file; ``mark`` says what was built last: when it changes, the page is
    loaded anew. Raises ``UsageError`` when the port is taken.
    """

    def __init__(
        self, root: Path, headers: Callable[[], Mapping[str, str]], mark: Callable[[], str], *, port: int
    ) -> None:
        handler = partial(_Handler, root.resolve(), headers, mark)
        try:
            self._server = ThreadingHTTPServer((HOST, port), handler)
        except OSError as error:
            raise UsageError(
                f"the port cannot be had: {error.strerror}",
                where=f"{HOST}:{port}",
                hint="name another: --port N",
            ) from error
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    @property
    def address(self) -> str:
        """Where the edition itself is read."""
        return f"http://{HOST}:{self.port}/"

    @property
    def watching(self) -> str:
        """Where it is read and loaded anew after each build."""
        return f"{self.address.rstrip('/')}{_SHELL}"

    def serve(self) -> None:
        """Serve until ``stop``, or an interrupt."""
        self._server.serve_forever(poll_interval=0.2)

    def start(self) -> None:
        """Serve from a thread of its own."""
        threading.Thread(target=self.serve, daemon=True).start()

    def stop(self) -> None:
        """End it and give the port back."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "mirrorpress-preview", ""

    def __init__(
        self,
        root: Path,
        headers: Callable[[], Mapping[str, str]],
        mark: Callable[[], str],
        *arguments: object,
    ) -> None:
        self._root, self._headers, self._mark = root, headers, mark
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is said of requests."""

    def _answer(self) -> None:
        # A page elsewhere may have had its own name pointed at this machine.
        if (self.headers.get("Host") or "").rpartition(":")[0] not in (HOST, "localhost"):
            self._send(421, b"this is a preview on 127.0.0.1\n", ".txt")
            return
        path = unquote(urlsplit(self.path).path)
        if path == _SHELL:
            self._send(200, _PAGE.encode(), ".html")
        elif path == f"{_SHELL}watch.js":
            self._send(200, _SCRIPT.encode(), ".js")
        elif path == f"{_SHELL}build":
            self._send(200, self._mark().encode(), ".txt")
        else:
            self._file(path)

    def _file(self, path: str) -> None:
        place = posixpath.normpath("/" + path).lstrip("/")
        file = self._root / place
        if file.is_dir():
            file /= next((one for one in ("index.html", "README.md") if (file / one).is_file()), "index.html")
        if "\0" in path or not file.resolve().is_relative_to(self._root) or not file.is_file():
            missing = self._root / "404.html"
            data = missing.read_bytes() if missing.is_file() else b"there is no such file\n"
            self._send(404, data, missing.suffix if missing.is_file() else ".txt", self._headers())
        elif file.suffix == ".md":
            self._send(200, _as_shown(file.read_text(encoding="utf-8")).encode(), ".html")
        else:
            self._send(200, file.read_bytes(), file.suffix, self._headers())

    def _send(self, status: int, data: bytes, suffix: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        guessed = mimetypes.guess_type(f"x{suffix}")[0] or "application/octet-stream"
        self.send_header("Content-Type", _TYPES.get(suffix, guessed))
        self.send_header("Content-Length", str(len(data)))
        for name, value in {**(headers or {}), "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _as_shown(markdown: str) -> str:
    """A page of Markdown about as a git host shows it."""
    title = escape(markdown.partition("\n")[0].removeprefix("# "))
    return _SHOWN.format(title=title, body=_parser().render(markdown))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


_SHOWN = """<!doctype html>
<html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>:root {{ color-scheme: light dark }} body {{ max-width: 60rem; margin: auto; padding: 1rem;
font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }}
img {{ max-width: 100% }} pre {{ overflow: auto }}
td, th {{ border: 1px solid; padding: .3rem .6rem }}
table {{ border-collapse: collapse }}</style>
<article dir="auto">{body}</article>
"""
