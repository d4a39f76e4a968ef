"""The address of a git remote: what git is given, what people are shown, what nobody is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

Kind = Literal["http", "ssh", "path", "other"]

_USERINFO = re.compile(r"(?<=://)[^/\s'\"]*@")  # to the last @: passwords hold unescaped ones


@dataclass(frozen=True)
class Address:
    """Where to push. ``argument`` goes to git and holds no password: command lines are public to
    every user of a machine. ``username`` and ``password`` reach git through its environment."""

    argument: str
    shown: str
    kind: Kind
    username: str = ""
    password: str = field(default="", repr=False)
    query: str = field(default="", repr=False)

    def redact(self, text: str) -> str:
        """``text`` without user names and passwords in URLs, and without this address's secrets."""
        text = _USERINFO.sub("", text)
        for secret in (self.password, self.query, self.username if self.password else ""):
            if len(secret) > 3:  # shorter ones would hit words that have nothing to do with them
                text = text.replace(secret, "***")
        return text


def check(url: str) -> None:
    """Raise ``ValueError``, which never quotes the address, when it could not be meant."""
    if not url or url.startswith("-") or not url.isprintable():
        raise ValueError("the address of a git repository, not empty and not starting with -")
    scheme, mark, rest = url.partition("://")
    authority = rest.partition("/")[0]
    port = re.sub(r"\[.*\]", "", authority.rpartition("@")[2]).partition(":")[2]
    if mark and scheme in ("http", "https", "ssh") and port and not re.fullmatch("[0-9]+", port):
        raise ValueError("a port number after the host; in a password, write / as %2F and @ as %40")


def show(url: str) -> str:
    """An address for people: without user name, password and query."""
    url = _USERINFO.sub("", url)
    if "://" in url:
        return url.partition("?")[0]
    return url if _is_path(url) else url.rpartition("@")[2]


def parse(url: str, folder: Path) -> Address:
    """Read ``url`` as git does (git-push(1), "GIT URLS"); a local path starts at ``folder``."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        if _is_path(url):
            return Address(str(folder.absolute() / Path(url).expanduser()), url, "path")
        kind: Kind = "other" if "::" in url.partition("/")[0] and "[" not in url else "ssh"
        return Address(url, show(url), kind)
    if scheme not in ("http", "https"):
        kind = "ssh" if scheme in ("ssh", "git+ssh", "ssh+git") else "path" if scheme == "file" else "other"
        return Address(url, show(url), kind)
    authority, slash, path = rest.partition("/")
    userinfo, _, host = authority.rpartition("@")
    username, colon, password = userinfo.partition(":")
    if not colon:  # a user name alone: the password comes from the operator's credential helper
        return Address(url, show(url), "http", query=path.partition("?")[2])
    return Address(
        f"{scheme}://{host}{slash}{path}",
        show(url),
        "http",
        unquote(username),
        unquote(password),
        path.partition("?")[2],
    )


def _is_path(url: str) -> bool:
    # git's url_is_local_not_ssh: a colon before the first slash makes it host:path.
    return "://" not in url and ":" not in url.partition("/")[0]
