"""One self-contained HTML file that checks saved pages and editions of one mirror, without a network.

The same root, title and languages give the same bytes, so that anybody can build it again and compare.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from minijinja import Environment

from mirrorpress.editions.plain import one_line
from mirrorpress.editions.sitesafety import hash_of
from mirrorpress.editions.words import is_right_to_left, languages, words

PATH = "verify.html"
"""Where it stands in an edition."""
LARGEST = 1_000_000
"""Bytes; it has 80,000 with a root of three keys."""

_FOLDER = resources.files("mirrorpress.editions.verifier")
_SCRIPTS = (
    "json",
    "bytes",
    "keys",
    "trust",
    "qrcode",
    "neutral",
    "zip",
    "judgement",
    "page",
)  # as each is used
_DATA = re.compile(rb'<script type="application/json" id="data">([^<]*)</script>')


def verifier(root_chain: Sequence[bytes], title: str, language: str = "en") -> bytes:
    """The file of a mirror with this ``title``, which trusts the newest of its TUF roots (JSON, oldest
    first). Of that only what is signed goes into it: it can be made before the root has its signatures.

    ``language`` (BCP 47) is the first to be offered to readers whose browser asks for none that it has.
    Raises ``ValueError`` for what is no root.
    """
    return _built(_root_in(root_chain), one_line(title), language)


def is_verifier(data: bytes) -> bool:
    """Whether a file is just what ``verifier`` builds, of whichever root is in it."""
    found = _DATA.search(data) if len(data) <= LARGEST else None
    if not found:
        return False
    try:
        told = json.loads(found[1])
        root = json.dumps(told["root"]).encode()
        return data == verifier([root], told["title"], told["languages"][0])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False


def _root_in(root_chain: Sequence[bytes]) -> Mapping[str, Any]:
    if not root_chain:
        raise ValueError("a verifier needs a root")
    root = json.loads(root_chain[-1])
    signed = root.get("signed") if isinstance(root, dict) else None
    if not isinstance(signed, dict) or signed.get("_type") != "root":
        raise ValueError("not the root of a mirror")
    return {"signed": signed}


def _built(root: Mapping[str, Any], title: str, language: str) -> bytes:
    known = languages()
    offered = [language, *(one for one in known if one != language)] if language in known else list(known)
    said = {name: {**words(name)["verifier"], **_manner(name)} for name in offered}
    data = {"languages": offered, "root": root, "title": title, "words": said}
    script, style = _script(), _text("verify.css")
    page = Environment(
        auto_escape_callback=lambda _: False, keep_trailing_newline=True, undefined_behavior="strict"
    ).render_str(
        _text("verify.html"),
        language=offered[0],
        direction=said[offered[0]]["direction"],
        policy=f"default-src 'none'; script-src '{hash_of(script)}'; style-src '{hash_of(style)}'; "
        "base-uri 'none'; form-action 'none'",
        title=html.escape(title),
        words={key: html.escape(one) for key, one in said[offered[0]].items() if isinstance(one, str)},
        no_script=[
            {"language": name, "direction": one["direction"], "text": html.escape(one["no_script"])}
            for name, one in said.items()
        ],
        style=style,
        data=_within_script(data),
        script=script,
    )
    return page.encode()


def _manner(language: str) -> Mapping[str, str]:
    direction = "rtl" if is_right_to_left(language) else "ltr"
    return {"direction": direction, "name": words(language)["name"]}


def _within_script(data: object) -> str:
    """JSON that can end no script element (HTML, 4.12.1.3), and is shown as it is."""
    dumped = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return dumped.replace("<", "\\u003c")


@cache
def _script() -> str:
    """All scripts in one, in a scope of its own."""
    parts = "\n".join(_text(f"scripts/{name}.js") for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
