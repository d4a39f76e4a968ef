"""What signing and verifying cost. ``make bench-trust``.

python -m bench.trust [--files 100000] [--runs 3]

An edition of as many pages is laid out as a build leaves it; then it is signed, ten pages come and it is signed
again, one page is verified from cold over HTTP, and the whole folder is verified beside ``sha256sum -c``.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from mirrorpress.app.cli import main as mirrorpress
from mirrorpress.app.configuration import load
from mirrorpress.archive.ledger import Build
from mirrorpress.archive.store import Archive
from mirrorpress.pipeline.authority import Authority
from mirrorpress.pipeline.signing import Signer, keys_of

_ADDRESS = "https://mirror.example.org/"
_A_FOLDER = 500  # pages
_TEN = 10
_TEXTS = 997  # different texts
_CONFIGURATION = f"""
[mirror]
title = "Bench"
addresses = ["{_ADDRESS}"]
[[editions]]
type = "markdown"
"""


def page(number: int, texts: list[str]) -> tuple[str, bytes]:
    """A page of about 6 kB that says its own address."""
    path = f"pages/s{number // _A_FOLDER}/{number}.md"
    text = texts[number % len(texts)]
    return path, f"# {number}\n\n{text}\n\n```\n{_ADDRESS}{path}\n```\n".encode()


def cpu() -> float:
    """CPU-seconds of this process and of those that it waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


def seconds(work: Callable[[], object]) -> float:
    before = cpu()
    work()
    return cpu() - before


class Mirror:
    """A mirror with an edition of many pages."""

    def __init__(self, folder: Path, files: int) -> None:
        self.folder = folder
        self.edition = folder / "out/markdown"
        chance = random.Random(6)
        words = [f"w{number}" for number in range(4000)]
        self._texts = [" ".join(chance.choices(words, k=1000)) for _ in range(_TEXTS)]
        (folder / "mirrorpress.toml").write_text(_CONFIGURATION, encoding="utf-8")
        _run("key", "init", "--no-passphrase", "--keys", str(folder.parent / "keys"), "-q", folder=folder)
        self.configuration = load(folder / "mirrorpress.toml")
        self._build = 0
        self.lay_out(range(files))

    def lay_out(self, numbers: range) -> None:
        """Write pages, and note them as a build does."""
        self._build += 1
        written = []
        pages = [page(number, self._texts) for number in numbers]
        for path, data in [*pages, ("README.md", f"# Bench {self._build}\n".encode())]:
            place = self.edition / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            written.append((path, hashlib.sha256(data).hexdigest()))
        with Archive(self.folder, started=datetime.now(UTC)) as archive:
            last = archive.ledger.last_build("markdown")
            number = last.build + 1 if last else 1
            archive.ledger.built("markdown", Build(number, 0, "", datetime.now(UTC)), written, [])

    def sign(self) -> None:
        authority = Authority(self.folder, keys_of(self.configuration))
        with Archive(self.folder, started=datetime.now(UTC)) as archive:
            Signer(self.configuration, archive, authority, datetime.now(UTC)).sign(
                self.configuration.editions
            )

    def sizes(self) -> dict[str, tuple[int, float]]:
        """Size and time of every file of the metadata and the lists."""
        places = [*(self.edition / "metadata").iterdir(), *self.edition.rglob("SHA256SUMS*")]
        return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in places}


class _Counting(SimpleHTTPRequestHandler):
    asked: list[tuple[str, int]] = []  # noqa: RUF012 - of one server at a time

    def send_head(self) -> Any:
        found = super().send_head()
        size = Path(self.translate_path(self.path)).stat().st_size if found else 0
        self.asked.append((self.path, size))
        return found

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Counting, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def _run(*arguments: str, folder: Path) -> None:
    toml = [] if arguments[0] == "verify" else ["-c", str(folder / "mirrorpress.toml")]
    try:
        mirrorpress([*arguments, *toml])
    except SystemExit as end:
        if end.code:
            raise


def measure(mirror: Mirror, files: int, runs: int) -> Iterator[str]:
    """Lines for people; see docs/benchmarks.md."""
    folder = mirror.folder
    yield f"sign {files:,} files: {seconds(mirror.sign):.2f} CPU-s"
    before = mirror.sizes()
    mirror.lay_out(range(files, files + _TEN))
    changing = seconds(mirror.sign)
    changed = sum(size for path, (size, at) in mirror.sizes().items() if before.get(path) != (size, at))
    yield f"sign again with {_TEN} new pages: {changing:.3f} CPU-s, {changed / 1e6:.2f} MB written"

    key = folder.parent / "root.json"
    _run("key", "export", str(key), "-q", folder=folder)
    path, _ = page(files // 2 + 1, mirror._texts)
    common = ("--key", str(key), "--state", str(folder.parent / "state"), "-q")
    with served(mirror.edition) as host:
        _run("verify", f"http://{host}/{path}", "--allow-private", host, *common, folder=folder)
    metadata = [size for asked, size in _Counting.asked if asked.startswith("/metadata/")]
    yield f"one page from cold: {len(metadata)} requests and {sum(metadata):,} bytes beside the page's own"

    ours = (sys.executable, "-m", "mirrorpress", "verify", str(mirror.edition), *common)
    lists = ("find", ".", "-name", "SHA256SUMS", "-not", "-path", "./metadata/*")
    checked = (*lists, "-execdir", "sha256sum", "--quiet", "-c", "{}", ";")
    mine, theirs = [], []
    for _ in range(runs):
        mine.append(seconds(lambda: subprocess.run(ours, check=True)))
        theirs.append(seconds(lambda: subprocess.run(checked, cwd=mirror.edition, check=True)))
    yield (
        f"verify {files:,} files: {median(mine):.2f} CPU-s; sha256sum -c: {median(theirs):.2f} CPU-s; "
        f"ratio {median(theirs) / median(mine):.2f}"
    )


def followed(mirror: Mirror, files: int) -> Iterator[str]:
    """What a follower's first time takes, and its next one after ten changes, over HTTP."""
    folder, key = mirror.folder.parent / "follower", mirror.folder.parent / "root.json"
    own = ("--key", str(key), "--at", "https://copy.example.org/", "-q")
    with served(mirror.edition) as host:
        first = (sys.executable, "-m", "mirrorpress", "follow", str(mirror.edition), str(folder), *own)
        yield f"follow {files:,} files, from a folder: {seconds(lambda: subprocess.run(first, check=True)):.1f} CPU-s"
        config = folder / "mirrorpress.toml"
        text = config.read_text(encoding="utf-8").replace(f'"{mirror.edition}"', f'"http://{host}/"')
        config.write_text(f'{text}\n[fetch]\nallow_private = ["{host}"]\n', encoding="utf-8")
        mirror.lay_out(range(files + _TEN, files + 2 * _TEN))
        mirror.sign()
        _Counting.asked.clear()
        again = (sys.executable, "-m", "mirrorpress", "run", "-q", "-c", str(config))
        spent = seconds(lambda: subprocess.run(again, check=True))
    size = sum(size for _, size in _Counting.asked)
    asked = f"{len(_Counting.asked)} requests, {size / 1e6:.2f} MB"
    yield f"follow again after {_TEN} new pages: {asked}, {spent:.2f} CPU-s"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    memory = Path("/dev/shm")  # noqa: S108 - a disk would be measured otherwise
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        folder = Path(place) / "mirror"
        folder.mkdir()
        mirror = Mirror(folder, given.files)
        for line in chain(measure(mirror, given.files, given.runs), followed(mirror, given.files)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
