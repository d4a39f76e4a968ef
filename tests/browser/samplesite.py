"""The site of the sample newsroom, with everything on, after two days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mirrorpress.app.newsroom import Newsroom
from mirrorpress.app.newsroom.sample import PICKS, READERS_WAY
from tests.end_to_end.conftest import Mirror
from tests.end_to_end.test_site import with_site

PAGES = {
    "home": "index.html",
    "home in Traditional": "zh-Hant/index.html",
    "nowhere": "404.html",
    "search": "search.html",
    "search in Traditional": "zh-Hant/search.html",
    "help": "help.html",
    "help in English": "help.en.html",
    "help in Persian": "help.fa.html",
    "help in Traditional": "help.zh-Hant.html",
    "section": "indexes/p2.html",
    "Persian section": "indexes/bandar.html",
    "full list": "indexes/p2/1.html",
    "hot": "indexes/hot.html",
    "picks": "indexes/picks.html",
    "corrections": "indexes/corrections.html",
    "what changed": "corrections/p2/10002.html",
    "Chinese article": "pages/p2/10002.html",
    "Traditional article": "zh-Hant/pages/p2/10002.html",
    "Persian article": "pages/bandar/20102.html",
    "English article with a table": "pages/town/how-to-read-the-tide-tables.html",
    "withdrawn": "pages/town/fish-market-tries-a-quieter-auction.html",
}


@dataclass(frozen=True)
class Built:
    """The folder of the site, and the Content-Security-Policy that its server should send."""

    site: Path
    policy: str


@contextmanager
def sample_site(folder: Path) -> Iterator[Built]:
    """Made in an empty ``folder`` by the real command line."""
    with Newsroom() as newsroom:
        mirror = Mirror(folder, newsroom)
        keys = ('also_in = ["zh-Hant"]', "short_addresses = true", "list_size = 3", "offline = true")
        with_site(mirror, *keys, "search = true")
        mirror.configure(mirror.configuration + READERS_WAY)
        (folder / "picks.csv").write_text(PICKS.format(url=newsroom.url), encoding="utf-8")
        mirror.run()
        reads = "".join(
            f"192.0.2.{n} - - [12/Jun/2026:10:00:{n:02} +0000] "
            f'"GET /harbour/mirror/src/branch/main/pages/p2/10001.md HTTP/1.1" 200 9 "-" '
            f'"Mozilla/5.0 (Android 13) Firefox/126.0 {n}"\n'
            for n in range(40)
        )
        (folder / "access.log").write_text(reads, encoding="utf-8")
        mirror.command("counts", "import", "access.log")
        mirror.run(
            "withdraw", PAGES["withdrawn"], "--reason", "x", "--public-reason", "The names were wrong."
        )
        newsroom.edition = 2
        mirror.run()
        site = folder / "out" / "site"
        policy = re.search(r"Content-Security-Policy: (.*)", (site / "_headers").read_text(encoding="utf-8"))
        assert policy
        yield Built(site, policy[1])
