"""Fixtures of the room that reads the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mirrorpress.gather.fetcher import Fetcher
from mirrorpress.model import FetchPolicy

from .loopback import NOW, Naps, Site


@pytest.fixture
def new_site() -> Iterator[Callable[[], Site]]:
    """Start as many servers as a test needs."""
    sites: list[Site] = []

    def start() -> Site:
        sites.append(Site())
        return sites[-1]

    yield start
    for site in sites:
        site.close()


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Site:
    return new_site()


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def new_fetcher(site: Site, naps: Naps) -> Iterator[Callable[..., Fetcher]]:
    """A fetcher that may reach ``site``, waits for nothing, and lives at ``NOW``. Keywords are
    those of ``FetchPolicy`` and of ``Fetcher``."""
    fetchers: list[Fetcher] = []

    def make(**keywords: Any) -> Fetcher:
        own = {"contact", "clock", "sleep", "lookup"} & keywords.keys()
        options = {"sleep": naps, "clock": lambda: NOW, **{name: keywords.pop(name) for name in own}}
        policy = FetchPolicy(**{"allow_private": (site.host,), "delay": 0.0, "timeout": 10.0, **keywords})
        fetchers.append(Fetcher(policy, **options))
        return fetchers[-1]

    yield make
    for fetcher in fetchers:
        fetcher.close()


@pytest.fixture
def fetcher(new_fetcher: Callable[..., Fetcher]) -> Fetcher:
    return new_fetcher()
