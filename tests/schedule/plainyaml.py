"""The little of YAML that our own CI files are written in: maps, lists, plain, quoted and literal (|) scalars.

Everything else raises, so that a template that outgrows it is noticed. That the files are YAML to others too was
tried with the hosts' published schemas; docs/scheduling.md says how.
"""

from __future__ import annotations

import re
from typing import Any

_KEY = re.compile(r"([\w-]+):(?: (.*)|$)")


def read(text: str) -> Any:
    """What a document holds; every scalar is a string."""
    lines = [line for line in text.splitlines() if line.strip() and not re.match(r"\s*#", line)]
    value, rest = _block(lines, _indent(lines[0]))
    assert not rest, rest
    return value


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _block(lines: list[str], indent: int) -> tuple[Any, list[str]]:
    if lines[0].lstrip().startswith("- "):
        items = []
        while lines and _indent(lines[0]) == indent and lines[0].lstrip().startswith("- "):
            # The item's own lines stand two columns further in, its first one behind the dash.
            lines = [" " * (indent + 2) + lines[0].lstrip()[2:], *lines[1:]]
            first = lines[0].strip()
            if _KEY.match(first) and not first.startswith(("'", '"')):
                item, lines = _block(lines, indent + 2)
            else:
                item, lines = _scalar(first, lines[1:], indent)
            items.append(item)
        return items, lines
    found: dict[str, Any] = {}
    while lines and _indent(lines[0]) == indent:
        key = _KEY.match(lines[0].strip())
        assert key, lines[0]
        assert key[1] not in found, key[1]
        said = _without_comment(key[2] or "")
        if not said:
            if len(lines) > 1 and _indent(lines[1]) > indent:
                found[key[1]], lines = _block(lines[1:], _indent(lines[1]))
            else:
                found[key[1]], lines = None, lines[1:]
        else:
            found[key[1]], lines = _scalar(said, lines[1:], indent)
    assert not lines or _indent(lines[0]) < indent, lines[0]
    return found, lines


def _scalar(said: str, lines: list[str], indent: int) -> tuple[Any, list[str]]:
    said = _without_comment(said)
    if said == "|":
        inner = _indent(lines[0])
        assert inner > indent
        body = []
        while lines and _indent(lines[0]) >= inner:
            body.append(lines.pop(0)[inner:])
        return "\n".join(body) + "\n", lines
    if said.startswith(("'", '"')):
        assert said.endswith(said[0])
        assert "\\" not in said or said[0] == "'"
        return said[1:-1].replace("''", "'"), lines
    if said.startswith("["):
        return [word.strip() for word in said[1:-1].split(",")], lines
    assert said[0] not in "{&*!%@`>|", said
    assert ": " not in said, said
    return said, lines


def _without_comment(text: str) -> str:
    if text[:1] in ("'", '"'):
        end = text.rindex(text[0])
        assert not text[end + 1 :].strip() or text[end + 1 :].lstrip().startswith("#")
        return text[: end + 1]
    return text.partition(" #")[0].strip()
