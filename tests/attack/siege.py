"""What the attacks are made of: a web server that answers with whatever the test says, a mirror in a
folder, and its real command line."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

COUNTS = frozenset(
    "discovered new updated unchanged skipped failed pages_written bytes_written seconds failures".split()
)
_PATIENCE = 50  # seconds after which a command counts as hung


# --- the web server ------------------------------------------------------------------------------


@dataclass
class Reply:
    """An answer. ``raw`` replaces everything by bytes of the test's own; ``drip`` is then sent over
    and over, a piece every 20 ms, until the client hangs up; ``hang`` waits for that without a word."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    drip: bytes = b""
    hang: bool = False


Page = Reply | Callable[[dict[str, str]], Reply]


class Site:
    """A server on loopback. ``pages`` maps paths to replies, or to functions from a request's headers
    to a reply; other paths are 404. ``asked`` lists the paths asked for, robots.txt left out."""

    def __init__(self, port: int = 0) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        self._over = threading.Event()
        self._reached: dict[str, threading.Event] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):  # clients hang up on much of this, as they should
                    super().handle()

            def do_GET(self) -> None:
                if self.path != "/robots.txt":
                    site.asked.append(self.path)
                site.reached(self.path).set()
                page = site.pages.get(self.path, Reply(b"no such page", 404))
                reply = page({k.lower(): v for k, v in self.headers.items()}) if callable(page) else page
                with contextlib.suppress(OSError):
                    site._answer(self, reply)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                pass  # broken pipes of clients that had enough

        self._server = Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def _answer(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.raw is not None or reply.hang:
            handler.close_connection = True
            handler.wfile.write(reply.raw or b"")
            handler.wfile.flush()
            while (reply.drip or reply.hang) and not self._over.wait(0.02):
                if reply.drip:
                    handler.wfile.write(reply.drip)
            return
        handler.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            handler.send_header(name, value.encode().decode("latin-1"))  # UTF-8 on the wire
        handler.end_headers()
        if reply.status != 304:
            handler.wfile.write(reply.body)

    def reached(self, path: str) -> threading.Event:
        """Set once somebody asked for ``path``."""
        return self._reached.setdefault(path, threading.Event())

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    def redirect(self, path: str, to: str) -> None:
        self.pages[path] = Reply(status=302, headers={"Location": to})

    def feed(self, path: str, items: list[Item]) -> None:
        """Put an RSS feed at ``path``."""
        self.pages[path] = Reply(rss([item.of(self) for item in items]), headers=XML)

    def story(self, path: str, title: str, text: str = "", **more: Any) -> Item:
        """Put an article at ``path``; returns its line in a feed."""
        self.pages[path] = Reply(article(title, text, **more), headers=HTML)
        return Item(path, title)

    def close(self) -> None:
        """Stop; the port then refuses connections. Twice does no harm."""
        if not self._over.is_set():
            self._over.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}


@dataclass(frozen=True)
class Item:
    """A line of a feed; ``path`` may be a whole address."""

    path: str
    title: str = ""
    date: str = ""

    def of(self, site: Site) -> Item:
        return Item(self.path if "://" in self.path else site.url(self.path), self.title, self.date)


def rss(items: list[Item]) -> bytes:
    lines = [
        f"<item><title>{escape(item.title)}</title><link>{escape(item.path)}</link>"
        f"{f'<pubDate>{item.date}</pubDate>' if item.date else ''}</item>"
        for item in items
    ]
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title>'
    return f"{head}{''.join(lines)}</channel></rss>".encode()


def article(title: str, text: str = "", *, head: str = "", extra: str = "") -> bytes:
    """A page with an article of its own words; ``text`` comes first in it, ``extra`` is HTML in its body."""
    words = f"{text or title} The ferry left the harbour at seven and came back at nine with the mail. "
    paragraphs = "".join(
        f"<p>{escape(words)} Paragraph {n} tells how the tide went out that morning.</p>" for n in range(4)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f'<body><article class="story"><h1>{escape(title)}</h1>{paragraphs}{extra}</article></body></html>'
    ).encode()


# --- the mirror and its command line ---------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def failure(self, part: str) -> dict[str, str]:
        """The one failure whose address or reason holds ``part``."""
        found = [one for one in self.json["failures"] if part in one["url"] or part in one["reason"]]
        assert len(found) == 1, f"{part}: {json.dumps(self.json['failures'], indent=1)}"
        return found[0]


def _heed_interrupts() -> None:
    """A shell starts background jobs with SIGINT ignored, and children inherit that: make test & would hang."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Mirror:
    """A mirror's folder."""

    folder: Path

    def configure(
        self,
        site: Site,
        sections: dict[str, str],
        *,
        fetch: str = "",
        targets: str = "",
        also: Sequence[Site] = (),
        body: str = "article.story",
        more: str = "",
    ) -> None:
        """``sections`` maps ids to TOML lines; a path alone stands for a feed at that path.
        ``also`` are further servers that may be reached."""
        allowed = ", ".join(f'"{one.host}"' for one in (site, *also))
        parts = [
            '[mirror]\ntitle = "Harbour Light"\naddresses = ["https://git.example.org/team/mirror/"]',
            f'[[publishers]]\nid = "harbour"\nname = "Harbour Times"\nurl = "{site.url()}"\nrights = "own"',
            f"[fetch]\nallow_private = [{allowed}]\ndelay = 0.0\n{fetch}",
            f'[[editions]]\ntype = "markdown"\n{more}',
            targets,
        ]
        for id, given in sections.items():
            feed = f'source = {{ type = "feed", url = "{site.url(given)}" }}'
            lines = feed if given.startswith("/") else given
            rules = f'\n[sections.article]\nbody = "{body}"' if body else ""
            parts.append(
                f'[[sections]]\nid = "{id}"\ntitle = "Section {id}"\npublisher = "harbour"\n{lines}{rules}'
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "mirrorpress.toml").write_text("\n\n".join(parts) + "\n", encoding="utf-8")

    @property
    def out(self) -> Path:
        return self.folder / "out" / "markdown"

    def command(self, *arguments: str) -> list[str]:
        config = [] if "-c" in arguments else ["-c", str(self.folder / "mirrorpress.toml")]
        return [sys.executable, "-m", "mirrorpress", *arguments, *config]

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **{"env": environment(), "preexec_fn": _heed_interrupts, **options},
        )

    def finish(self, process: subprocess.Popen[str], *, patience: float = _PATIENCE) -> Outcome:
        try:
            out, err = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            raise AssertionError(f"hung: {process.args}\n{out}\n{err}") from None
        assert "Traceback" not in err, err
        return Outcome(process.returncode, out, err)

    def call(self, *arguments: str, **options: Any) -> Outcome:
        """Run a command to its end; no command may ever show a traceback."""
        return self.finish(self.start(*arguments, **options))

    def run(self, *arguments: str, **options: Any) -> Outcome:
        """``mirrorpress run --json``, its object checked for what it must hold."""
        outcome = self.call("run", "--json", *arguments, **options)
        assert outcome.json.keys() >= COUNTS, outcome.out
        assert outcome.json["failed"] == len(outcome.json["failures"])
        for one in outcome.json["failures"]:
            assert one.keys() >= {"url", "stage", "reason", "hint"}
            assert one["url"] and one["stage"] and one["reason"] and one["hint"], one
        return outcome

    def tree(self) -> dict[str, str]:
        """Every file of the edition with a hash of its bytes."""
        return {
            str(path.relative_to(self.out)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.out.rglob("*"))
            if path.is_file() or path.is_symlink()
        }

    def pages(self) -> dict[str, str]:
        """The article pages, by path."""
        return {
            str(path.relative_to(self.out)): path.read_text(encoding="utf-8")
            for path in sorted((self.out / "pages").rglob("*"))
            if path.is_file()
        }

    def times(self) -> dict[str, tuple[int, int]]:
        """When each file of the edition was last written, and which file it is."""
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in self.out.rglob("*")}


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **more}


def git(*arguments: str, cwd: Path | None = None) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment(), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@contextlib.contextmanager
def open_sites() -> Iterator[Callable[[], Site]]:
    """A function that opens sites, which are closed at the end."""
    sites: list[Site] = []

    def start() -> Site:
        sites.append(Site())
        return sites[-1]

    try:
        yield start
    finally:
        for site in sites:
            site.close()
