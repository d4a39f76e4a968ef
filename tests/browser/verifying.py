"""The offline verifier, open in the browser of a reader who gives it files, and the edition that it is given."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Root
from tuf.api.serialization.json import JSONSerializer

from mirrorpress.editions.qr import qr_png
from mirrorpress.editions.verifier.page import verifier

from .signed import ORIGIN, PAGE, Signing, page_at
from .visits import Visit, visiting

SIGNING = Signing()
ODD = "pages/p2/тест é.html"
FILES = {
    PAGE: page_at(ORIGIN),
    "index.html": b"<!doctype html>\n<h1>Harbour Light</h1>",
    "indexes/p2.html": b"<!doctype html>\n<h1>Officials</h1>",
    "mirrors.json": b"{}",
    "assets/ab/0123.webp": bytes(range(256)),
    ODD: page_at(ORIGIN, ODD),
    "qr/pages/p2/9001.png": qr_png(ORIGIN + "pages/p2/9001.md"),
}


class Verifier:
    """The file in a browser. ``folder`` is where what is chosen may stand."""

    def __init__(self, visit: Visit, file: Path, folder: Path) -> None:
        self.page = visit.page
        self._folder = folder
        self._chosen = 0
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html[data-ready]")

    def check(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        """What it says of files; they are chosen as a folder if any of them stands in one."""
        if any("/" in path for path in files):
            self._chosen += 1
            place = self._folder / f"chosen-{self._chosen}"
            for path, data in files.items():
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_bytes(data)
            self.page.set_input_files("#folder", place)
        else:
            self.page.set_input_files(
                "#files",
                [
                    {"name": name, "mimeType": "application/octet-stream", "buffer": data}
                    for name, data in files.items()
                ],
            )
        return self.answer()

    def choose(self, folder: Path) -> dict[str, Any]:
        """What it says of a folder on the disk."""
        self.page.set_input_files("#folder", folder)
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The answer, the reason why there is none or a bad one, all words, and the state of each file."""
        self.page.wait_for_selector(
            '#answer[aria-busy="false"]', timeout=30_000
        )  # a whole edition takes a while
        found: dict[str, Any] = self.page.evaluate(
            """() => ({
              ...document.getElementById('answer').dataset,
              text: document.getElementById('answer').innerText,
              states: Object.fromEntries([...document.querySelectorAll('#answer li[data-state]')].map(
                (one) => [one.querySelector('bdi').textContent, one.dataset.state])),
            })"""
        )
        return found


@contextmanager
def verifying(
    browser: Browser,
    folder: Path,
    roots: Sequence[Metadata[Root]] | None = None,
    *,
    language: str = "en",
    width: int = 390,
) -> Iterator[Verifier]:
    """A reader with the verifier of the mirror of ``SIGNING``, or of other ``roots``. Any request but for the
    file itself fails, and any error of a script."""
    file = folder / "verify.html"
    chain = [one.to_bytes(JSONSerializer()) for one in roots or [SIGNING.root_of()]]
    file.write_bytes(verifier(chain, "Harbour Light", language))
    with opening(browser, file, folder, width=width) as opened:
        yield opened


@contextmanager
def opening(browser: Browser, file: Path, folder: Path, *, width: int = 390) -> Iterator[Verifier]:
    """A reader with any verifier; ``folder`` is where what is chosen may stand."""
    asked: list[str] = []
    with visiting(browser, "http://127.0.0.1:9/", width=width) as visit:
        visit.page.on("request", lambda request: asked.append(request.url))
        yield Verifier(visit, file, folder)
        visit.check()
        assert asked == [file.as_uri()]


def zipped(files: Mapping[str, bytes], top: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, data in files.items():
            made.writestr(top + path, data)
    return out.getvalue()


def fingerprint(signer: CryptoSigner) -> str:
    """Of its key, as OpenSSH shows it."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key.keyval["public"]))
    wire = base64.b64decode(key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(wire).digest()).decode().rstrip("=")
