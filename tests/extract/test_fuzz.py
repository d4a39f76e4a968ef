"""A few hundred mutated pages; ``make fuzz`` looks at 20,000."""

from __future__ import annotations

import pytest

from .fuzz import all_pages, look_at
from .mutations import mutated


@pytest.mark.parametrize("seed", range(6))
def test_a_mutated_page_is_refused_plainly_or_gives_a_safe_article(seed: int) -> None:
    pages = all_pages()
    for number in range(50):
        verdict = look_at(mutated(f"{seed}:{number}", pages), seconds=600)
        assert not verdict.fault, f"page {number} of seed {seed}"
