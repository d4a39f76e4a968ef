"""The ``mirror`` source: pages of an old-style mirror, in a folder or a git repository.

Only what is needed to point at an article is read here: the title line, the section that the menu
names, the original address. ``extract.oldmirror`` shows the shape of such a page.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from mirrorpress.errors import SourceError
from mirrorpress.model import Entry, Reach

_LARGEST = 10_000_000  # bytes of a page; the largest seen had 300 kB
_MOST = 500_000  # pages of one mirror
_CLONE_SECONDS = 1800
_MOST_LISTS = 1000
_MOST_ABOVE = 3  # folders: pages/<section>/<year>
_TITLE = re.compile(r"\A\s*#{1,6}[^\S\n]+(\S[^\n]{0,2000})", re.MULTILINE)
_ORIGINAL = re.compile(
    r"^[^\S\n]*原文(?:地址|链接|鏈接)[^:：\n]{0,100}[:：][^\S\n]*(https?://\S+)[^\S\n]*$", re.MULTILINE
)
_SECTION = re.compile(r"\]\((?:\.\./)+indexes/([^/)\s]{1,400})\.md\)")
_IS_URL = re.compile(r"^(https?|ssh|git|file)://|^[\w.-]+@[\w.-]+:")


@dataclass(frozen=True, slots=True)
class OldMirror:
    """``path`` is a folder (relative to the mirror's folder) or anything that git can clone."""

    path: str
    branch: str = ""

    @staticmethod
    def is_address(path: str) -> bool:
        """Whether ``path`` is something that git clones rather than a folder."""
        return bool(_IS_URL.match(path))

    def discover(self, reach: Reach) -> Sequence[Entry] | None:
        """An entry for every page that names its original address, in the order of their paths.

        Other files are left out; pages that look like articles but name no address are reported.
        Raises ``SourceError`` when the folder or repository cannot be read or holds no such page.
        """
        root = self._clone(reach.folder) if self.is_address(self.path) else self._root(reach.folder)
        if not root.is_dir():
            raise SourceError(
                "there is no such folder", where=self.path, hint="give a folder or a git address"
            )
        entries: list[Entry] = []
        odd: list[str] = []
        top = _top(root)
        for path in _markdown_files(root):
            entry = read_entry(path, top)
            if entry is not None:
                entries.append(entry)
            elif path.parent.parent.name == "pages" or "pages" in path.relative_to(root).parts[:-1]:
                odd.append(str(path.relative_to(root)))
            if len(entries) > _MOST:
                raise SourceError(
                    f"more than {_MOST:,} pages", where=self.path, hint="import it folder by folder"
                )
        if odd:
            named = ", ".join(odd[:5]) + (", …" if len(odd) > 5 else "")
            reach.warn(f"{len(odd)} page(s) left out, no original address in them: {named}")
        if not entries:
            raise SourceError(
                "no page of an old mirror was found",
                where=self.path,
                hint="such a page starts with a title line and names its original address near its end",
            )
        return entries

    def lists(self, folder: Path) -> Sequence[str]:
        """Paths of the mirror's lists, ``indexes/<name>.md``, in order, as ``discover`` left them; at most
        1,000. ``folder`` is that of the new mirror."""
        lists = _top(self._root(folder)) / "indexes"
        if not lists.is_dir() or lists.is_symlink():
            return []
        with os.scandir(lists) as entries:
            names = [one.name for one in entries if one.is_file(follow_symlinks=False)]
        return [f"indexes/{name}" for name in sorted(names) if name.endswith(".md")][:_MOST_LISTS]

    def _root(self, folder: Path) -> Path:
        """Where the mirror is, or its clone is to be."""
        if not self.is_address(self.path):
            return (folder / self.path).resolve()
        name = sha256(f"{self.path} {self.branch}".encode()).hexdigest()[:16]
        return folder / "archive" / "mirrors" / name

    def _clone(self, folder: Path) -> Path:
        if self.path.startswith("-") or self.branch.startswith("-"):
            raise SourceError("not an address that git can clone", where=self.path)
        place = self._root(folder)
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": "0"}
        if (place / ".git").is_dir():
            command = ["git", "-C", str(place), "pull", "--quiet", "--ff-only", "--depth=1"]
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            branch = [f"--branch={self.branch}"] if self.branch else []
            options = [
                "--depth=1",
                "--single-branch",
                "--no-tags",
                "-c",
                "core.symlinks=false",
                "-c",
                "protocol.ext.allow=never",
            ]
            command = ["git", "clone", "--quiet", *options, *branch, "--", self.path, str(place)]
        try:
            subprocess.run(
                command,
                check=True,
                capture_output=True,
                timeout=_CLONE_SECONDS,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
        except FileNotFoundError as error:
            raise SourceError(
                "git is not installed", where=self.path, hint="install git 2.30 or newer"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise SourceError(
                f"git took over {_CLONE_SECONDS} s",
                where=self.path,
                hint="clone it by hand, then give the folder",
            ) from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip().splitlines()
            raise SourceError(
                f"git says: {said[-1] if said else error.returncode}",
                where=self.path,
                hint="check the address and the network",
            ) from error
        return place


def _markdown_files(root: Path) -> Iterator[Path]:
    """Markdown files below a folder, in order, without following links out of it."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(
            name for name in names if not name.startswith(".") and name not in ("indexes", "archive")
        )
        for name in sorted(files):
            path = Path(folder, name)
            if (
                name.endswith(".md")
                and name != "README.md"
                and not path.is_symlink()
                and path.stat().st_size <= _LARGEST
            ):
                yield path


def read_entry(path: Path, top: Path) -> Entry | None:
    """What a page of the mirror below ``top`` points at, or None when it is not a page of an old mirror.

    The original address is the one that the last such line gives, above the closing menu.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    title, originals = _TITLE.search(text), _ORIGINAL.findall(text)
    if title is None or not originals:
        return None
    section = _SECTION.search(text)
    return Entry(
        url=originals[-1],
        title=title[1].strip()[:500],
        page=path,
        id=path.stem,
        section=unquote(section[1]) if section else path.parent.name,
        place=_place_in(path, top),
    )


def _top(root: Path) -> Path:
    """The folder that paths of the old mirror start from, also where only a part of it is adopted."""
    if (root / ".git").exists() or (root / "indexes").is_dir():
        return root
    around = (root, *root.parents[:_MOST_ABOVE])
    return next((one.parent for one in around if one.name == "pages"), root)


def _place_in(path: Path, top: Path) -> str:
    return path.relative_to(top).as_posix()
