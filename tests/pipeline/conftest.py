"""A newsroom's desk for synchronisations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.siege import open_sites
from tests.pipeline.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_sites() as start:
        yield Desk(tmp_path, start())
