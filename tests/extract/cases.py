"""The case folders of the extract room: ``tests/cases/extract/<name>/{input.html|input.md, about.toml, expected.md}``.

``input`` is a page in our own words, always UTF-8 on disk. ``about.toml`` says how it is read:

    url, content_type, encoding (what the bytes are turned into before reading), language, title (the entry's),
    site_names, old_mirror, missing (numbers of pictures that could not be carried)
    [rules] body, title, authors, published, remove
    [expected] title, authors, published, updated, language, kept, absent, once, pictures, error,
        partial, next_page, engine, confidence_at_least

``kept`` phrases stand in the article, ``absent`` ones do not, ``once`` ones stand in it exactly once; ``partial``
(true or false), ``next_page`` (an address), ``engine`` (its name) and ``confidence_at_least`` (0 to 1) are looked at
only where a case names them.

``expected.md`` is the article's Markdown as a git host gets it, with the pictures in ``../../assets``. A case
whose page is no article has ``expected.error`` instead.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirrorpress.extract.draft import Draft, Page
from mirrorpress.extract.finish import finish
from mirrorpress.extract.read import read
from mirrorpress.model import ROOT, Article, ArticleRules, Asset

FOLDER = Path(__file__).parent.parent / "cases" / "extract"


@dataclass(frozen=True)
class Case:
    """One case folder."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def expected(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.about.get("expected", {})
        return found

    @property
    def page(self) -> Page:
        source = next(path for path in sorted(self.folder.iterdir()) if path.stem == "input")
        text = source.read_text(encoding="utf-8")
        about = {
            key: value
            for key, value in self.about.items()
            if key not in ("rules", "expected", "encoding", "missing")
        }
        rules = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in self.about.get("rules", {}).items()
        }
        about["site_names"] = tuple(about.get("site_names", ()))
        return Page(
            body=text.encode(self.about.get("encoding", "utf-8")), rules=ArticleRules(**rules), **about
        )

    def read(self) -> Draft:
        return read(self.page)

    def finish(self, draft: Draft) -> Article:
        missing = self.about.get("missing", ())
        return finish(draft, {n: asset(n) for n in range(len(draft.pictures)) if n not in missing})


def asset(number: int) -> Asset:
    """A carried picture that stands for the n-th of a page."""
    digest = hashlib.sha256(b"picture %d" % number).hexdigest()
    return Asset(digest, f"assets/{digest[:2]}/{digest[2:18]}.webp", "image/webp", 640, 360, 10_000)


def as_shown(article: Article) -> str:
    """The Markdown as it stands in ``pages/<section>/<id>.md``."""
    return article.markdown.replace(ROOT, "../../")


def all_cases() -> list[Case]:
    """Every case, in the order of their names."""
    return [
        Case(path.parent, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*/about.toml"))
    ]
