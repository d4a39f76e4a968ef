"""Find a Chromium for the browser tests, or bring one; ``make browser``.

Debian's where packages may be installed, Playwright's own otherwise. Prints where it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

TO_TYPE = "sudo apt-get install -y chromium"
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""No name resolves, so that nothing gets out that is no request, such as ``<link rel=preconnect>``."""
MISSING = f"the browser tests need Chromium; type: {TO_TYPE}"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_STDERR = 2
_PATIENCE = 900  # seconds for an installation on a slow line


class MissingBrowserError(Exception):
    """No browser is here, and none could be brought; its words say what to type."""


def find() -> Path:
    """The program of a Chromium that runs. Raises ``MissingBrowserError``."""
    for name in _NAMES:
        known = shutil.which(name)
        if known and _runs([known, "--version"], 60, quiet=True):
            return Path(known)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.exists():
        return own
    raise MissingBrowserError(MISSING)


def bring() -> Path:
    """The same, installed first where there is none. Raises ``MissingBrowserError``."""
    with suppress(MissingBrowserError):
        return find()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        if not _runs(install, _PATIENCE) and _runs(["apt-get", "update"], _PATIENCE):
            _runs(install, _PATIENCE)
        with suppress(MissingBrowserError):
            return find()
    _runs([sys.executable, "-m", "playwright", "install", "chromium"], _PATIENCE)
    return find()


def _runs(command: Sequence[str], patience: float, *, quiet: bool = False) -> bool:
    """Whether a command ends well within so many seconds; what it says goes to stderr, or nowhere."""
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if quiet else {"stdout": _STDERR}
    try:
        return subprocess.run(command, timeout=patience, **streams).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main() -> None:
    try:
        sys.stdout.write(f"{bring()}\n")
    except MissingBrowserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
