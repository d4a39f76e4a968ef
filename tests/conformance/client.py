#!/usr/bin/env python
"""The client that the public TUF conformance suite drives: python-tuf as mirrorpress sets it, fed by our fetcher.

Speaks the suite's CLIENT-CLI protocol. ``make conformance SUITE=folder`` runs it; docs/benchmarks.md tells what
came of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tuf.ngclient import Updater

from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.model import FetchPolicy
from mirrorpress.trust.client import SETTINGS, Carrier

_TRUSTED = "root.json"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--metadata-dir", type=Path, required=True)
    parser.add_argument("--metadata-url")
    parser.add_argument("--target-name", action="append", default=[])
    parser.add_argument("--target-base-url")
    parser.add_argument("--target-dir")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init").add_argument("root", type=Path)
    commands.add_parser("refresh")
    commands.add_parser("download")
    given = parser.parse_args(arguments)
    trusted: Path = given.metadata_dir / _TRUSTED
    if given.command == "init":
        trusted.write_bytes(given.root.read_bytes())
        return 0
    policy = FetchPolicy(allow_private=(urlsplit(given.metadata_url).netloc,), delay=0, robots=False)
    with Fetcher(policy) as fetcher:

        def fetch(url: str, limit: int) -> bytes:
            return fetcher.fetch(url, max_bytes=limit, accept="*/*").body

        updater = Updater(
            str(given.metadata_dir),
            given.metadata_url,
            given.target_dir,
            given.target_base_url,
            fetcher=Carrier(fetch),
            config=SETTINGS,
            bootstrap=trusted.read_bytes(),
        )
        updater.refresh()
        for name in given.target_name:
            found = updater.get_targetinfo(name)
            if found is None:
                raise SystemExit(f"{name} is not listed")
            if not updater.find_cached_target(found):
                updater.download_target(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
