"""Fixtures of the attacks on the whole program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attack.siege import Mirror, Site, open_sites


@pytest.fixture
def new_site() -> Iterator[Callable[[], Site]]:
    """Open as many servers as a test needs."""
    with open_sites() as start:
        yield start


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Site:
    return new_site()


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror")
