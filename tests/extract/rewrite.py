"""Rewrite what the cases expect: ``python -m tests.extract.rewrite [NAME ...]``, from the repository's root.

Writes ``expected.md`` of the cases named (of all, when none is) and says which changed. Read every change
as a reader on a git host would, before it is committed.
"""

from __future__ import annotations

import sys

from .cases import all_cases, as_shown


def main(names: list[str]) -> None:
    for case in all_cases():
        if "error" in case.expected or (names and case.folder.name not in names):
            continue
        place = case.folder / "expected.md"
        before = place.read_text(encoding="utf-8") if place.exists() else None
        after = as_shown(case.finish(case.read()))
        if after != before:
            place.write_text(after, encoding="utf-8")
            print("changed" if before is not None else "new", place.relative_to(case.folder.parent))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
