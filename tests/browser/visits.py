"""What a reader's browser did: which requests it made, and what went wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Route

_NO_NETWORK = ("data:", "blob:", "about:", "file:")
_PATIENCE = 10_000  # milliseconds; a page from loopback that takes longer is broken


class Visit:
    """A browser of a new reader. Requests to any host but ``url``'s are refused and remembered in ``foreign``;
    ``troubles`` are errors of scripts and what the browser complains of, the Content-Security-Policy's blocks
    among them."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.requests: list[str] = []
        self.foreign: list[str] = []
        self.troubles: list[str] = []
        self._origin = "/".join(url.split("/")[:3]) + "/"
        context.set_default_timeout(_PATIENCE)
        context.route("**/*", self._look)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on(
            "console", lambda said: self.troubles.append(said.text) if said.type == "error" else None
        )
        self.page.on("websocket", lambda socket: self.foreign.append(socket.url))
        self.page.on("dialog", lambda dialog: (self.troubles.append(dialog.message), dialog.dismiss()))

    def open(self, path: str) -> Page:
        """Go to a page of the site."""
        self.page.goto(self.url + path)
        return self.page

    def screenshot(self, path: Path) -> Path:
        """A picture of the whole page, as PNG."""
        self.page.screenshot(path=path, full_page=True)
        return path

    def check(self) -> None:
        """Fail for any request to elsewhere, and for any trouble."""
        assert not self.foreign, f"requests to elsewhere: {self.foreign}"
        assert not self.troubles, f"the browser complained: {self.troubles}"

    def _look(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(_NO_NETWORK):
            route.continue_()
            return
        self.requests.append(url)
        if url.startswith(self._origin):
            route.continue_()
        else:
            self.foreign.append(url)
            route.abort()


@contextmanager
def visiting(browser: Browser, url: str, *, script: bool = True, width: int = 390) -> Iterator[Visit]:
    """A new reader, by default on a phone (pixels wide)."""
    context = browser.new_context(
        java_script_enabled=script, viewport={"width": width, "height": 844}, service_workers="block"
    )
    try:
        yield Visit(context, url)
    finally:
        context.close()
