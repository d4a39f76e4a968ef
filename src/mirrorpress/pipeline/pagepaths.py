"""Which article a request's path is of: the mirror's addresses and page patterns, read backwards."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from string import Formatter
from urllib.parse import unquote, urlsplit

from mirrorpress.model import Configuration, Edition

# What git hosts put between a repository and a branch: GitHub and GitLab blob, raw, tree; Gitea and Forgejo
# src, raw, media, rendered; Bitbucket src; cgit tree, plain. "-" stands before it on GitLab.
_VIEWS = r"(?:-/)?(?:blob|raw|tree|src|media|rendered|plain)"
_VIEWED = re.compile(rf"^(?P<repository>/.+?)/{_VIEWS}(?:/|$)")
_SUFFIX = re.compile(r"\.(?:md|markdown|html?)$", re.IGNORECASE)
_LONGEST = 2000  # characters of a path that is looked at


class PagePaths:
    """Knows the paths of one mirror's pages: on its own server, or on a git host in any view of a branch.

    Without addresses in the configuration, whatever stands before a page's path is taken for the mirror.
    """

    def __init__(self, configuration: Configuration) -> None:
        mirror = configuration.mirror
        roots = {_root(address) for address in (*mirror.addresses, *mirror.site_addresses)}
        before = "|".join(sorted(roots)) or "/(?:.*/)?"
        patterns = {
            _other_scripts(edition) + _backwards(pattern)
            for edition in configuration.editions
            if (pattern := str(getattr(edition, "pages", "")))
        }
        self._pages = [re.compile(f"(?:{before}){pattern}") for pattern in sorted(patterns)]
        self.page = lru_cache(maxsize=50_000)(self._page)

    def _page(self, path: str) -> tuple[str, str] | None:
        """Section and id, in comparable form, of the article that a path, or a whole address, may show."""
        if len(path) > _LONGEST:
            return None
        if "://" in path[:10]:
            path = path.partition("://")[2].partition("/")[2]
        plain = unicodedata.normalize("NFC", unquote(path.partition("?")[0].partition("#")[0]))
        plain = _SUFFIX.sub("", f"/{plain.strip('/')}")
        for pattern in self._pages:
            if found := pattern.fullmatch(plain):
                return found["section"].casefold(), found["id"].casefold()
        return None


def _root(address: str) -> str:
    """An expression for what stands before the paths of pages that an address of the mirror holds."""
    parts = urlsplit(address)
    path = f"/{unquote(parts.path).strip('/')}"
    if viewed := _VIEWED.match(path):
        return _any_branch(viewed["repository"])
    segments = path.split("/")
    if parts.hostname == "raw.githubusercontent.com" and len(segments) > 3:
        return _any_branch("/".join(segments[:3]))
    return re.escape(path.rstrip("/")) + "/"


def _other_scripts(edition: Edition) -> str:
    """An expression for the folder in which an edition has its pages once more, in another script."""
    languages = "|".join(map(re.escape, getattr(edition, "also_in", ())))
    return f"(?:(?:{languages})/)?" if languages else ""


def _any_branch(repository: str) -> str:
    return rf"{re.escape(repository)}/{_VIEWS}/(?:[^/]+/){{0,8}}?"


def _backwards(pattern: str) -> str:
    """An expression for the paths that a page pattern gives, without its suffix."""
    forms = {"section": "[^/]+", "id": "[^/]+", "year": r"\d{4}", "month": r"\d\d"}
    made, named = "", set()
    for literal, field, _, _ in Formatter().parse(_SUFFIX.sub("", pattern)):
        made += re.escape(literal)
        if field in forms:
            made += f"(?P<{field}>{forms[field]})" if field not in named else f"(?P={field})"
            named.add(field)
    return made
