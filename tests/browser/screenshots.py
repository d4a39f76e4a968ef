"""Pictures of every kind of page of the sample mirror's site, to be looked at; ``make screenshots``.

python -m tests.browser.screenshots FOLDER
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from .chromium import find
from .samplesite import PAGES, sample_site
from .server import served

_WIDTHS = {"phone": 360, "desk": 1280}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        sample_site(Path(place)) as built,
        served(built.site, policy=built.policy) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find())
        for device, width in _WIDTHS.items():
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
                for name, path in PAGES.items():
                    page.goto(site.url + path)
                    for picture in page.query_selector_all("img"):
                        picture.scroll_into_view_if_needed()
                    page.wait_for_load_state("networkidle")
                    file = folder / f"{name.replace(' ', '-')}-{device}-{scheme}.png"
                    page.screenshot(path=file, full_page=True)
                page.close()
        browser.close()
    sys.stdout.write(f"{folder}: {len(list(folder.glob('*.png')))} pictures\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
