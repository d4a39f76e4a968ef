"""Places where a copy of an edition is: a folder, a git repository, a site. Their files are read as they are,
and nothing of what they say is believed here."""

from __future__ import annotations

import errno
import os
import re
import resource
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import quote

from mirrorpress.errors import FetchError, OversizedError, UsageError
from mirrorpress.gather.reach import ANYWHERE, Reach
from mirrorpress.links import file_address
from mirrorpress.model import Capture

_REPOSITORY = re.compile(r"(?:ssh|git|file)://|[\w.-]+@[\w.-]+:|.*\.git/?$")
_GIT_SECONDS = 1800
_LARGEST_PACK = 4 << 30  # bytes; of 100,000 articles a pack has 0.3 GB
_MOST_FILES = 5_000_000
_CHECK = "check the address and the network; another address of the mirror may answer"
# No program of the repository's choosing is run, no link is followed, nobody is asked for a password.
_GIT = (
    "git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "core.symlinks=false",
    "-c", "fetch.recurseSubmodules=no", "-c", "gc.auto=0", "-c", "credential.interactive=false",
    "-c", "http.lowSpeedLimit=100", "-c", "http.lowSpeedTime=120",
)  # fmt: skip


class Place(Protocol):
    """Where a copy of an edition is read from."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def address(self) -> str:
        """The address that the copy is read at, as far as the place tells; empty: it does not."""

    @property
    def at_once(self) -> int:
        """How many files may be asked for at a time."""

    def read(self, path: str, limit: int) -> bytes:
        """The file at a path, of at most ``limit`` bytes. Raises ``FetchError``: of status 404 when there is
        none, else when it cannot be read; ``OversizedError`` when it is larger."""

    def paths(self) -> Iterator[str] | None:
        """The paths of all files; None: only a visit to each could tell."""


class Folder:
    """A copy in a folder, such as an edition's own, a clone's or that of a USB stick."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.at_once = 1
        self.name = str(root)
        self.address = ""

    def read(self, path: str, limit: int) -> bytes:
        """See ``Place.read``. A symbolic link is no file."""
        place = f"{self._root}/{path}"
        try:
            handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                found = os.fstat(handle)
                if not stat.S_ISREG(found.st_mode):
                    raise _absent(place)
                if found.st_size > limit:
                    raise _too_large(place, limit)
                # Python's file objects take as long as all the rest of this.
                data = os.read(handle, found.st_size + 1)
                while len(data) < found.st_size and (more := os.read(handle, found.st_size - len(data))):
                    data += more
            finally:
                os.close(handle)
            return data
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise _absent(place) from error
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):  # a symbolic link, a socket
                raise _absent(place) from error
            raise FetchError(
                f"cannot be read: {error.strerror}", where=place, hint="check its rights"
            ) from error

    def paths(self) -> Iterator[str] | None:
        """See ``Place.paths``; all but what git keeps for itself."""
        return self._below("")

    def _below(self, folder: str) -> Iterator[str]:
        place = f"{self._root}/{folder}"
        try:
            with os.scandir(place) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise FetchError(
                f"cannot be read: {error.strerror}", where=place, hint="check its rights"
            ) from error
        for entry in found:
            path = folder + entry.name
            if path == ".git":  # a file within a further work tree
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(path + "/")
            else:
                yield path


class Site:
    """A copy on the web, below ``address``; ``fetch`` is the fetcher's."""

    def __init__(self, address: str, fetch: Callable[..., Capture]) -> None:
        self.name = self.address = address
        self.at_once = 4
        self._base = file_address(address)
        self._fetch = fetch

    def read(self, path: str, limit: int) -> bytes:
        """See ``Place.read``."""
        where = self._base + quote(path)
        # Robots.txt is for those who look for pages; this is asked for by name.
        body = self._fetch(where, max_bytes=limit, accept="*/*", robots=False).body
        if len(body) > limit:
            raise _too_large(where, limit)
        return body

    def paths(self) -> Iterator[str] | None:
        """See ``Place.paths``: a site does not tell."""
        return None


class Repository:
    """A copy on a branch of a git repository (default: its own), fetched into ``folder``; to be closed.

    ``reach`` says what git may reach (default: anything)."""

    def __init__(self, url: str, folder: Path, branch: str = "", *, reach: Reach = ANYWHERE) -> None:
        self.name, self.address = _without_secrets(url), ""
        self.at_once = 1
        self._folder = folder
        self._reach = reach
        self._reader: subprocess.Popen[bytes] | None = None
        self._commit = self._fetched(url, branch)

    def close(self) -> None:
        """End the process that reads."""
        if self._reader is not None:
            for pipe in (self._reader.stdin, self._reader.stdout):
                if pipe is not None:
                    pipe.close()
            self._reader.wait()
            self._reader = None

    def read(self, path: str, limit: int) -> bytes:
        """See ``Place.read``."""
        if "\n" in path:
            raise _absent(f"{self.name} {path!r}")
        asked, answered = self._pipes()
        asked.write(f"{self._commit}:{path}\n".encode("utf-8", "surrogateescape"))
        asked.flush()
        told = answered.readline().split()
        if len(told) != 3 or told[1] != b"blob":
            if len(told) == 3:
                self._pass(answered, int(told[2]) + 1)
            raise _absent(f"{self.name} {path}")
        size = int(told[2])
        if size > limit:
            self._pass(answered, size + 1)
            raise _too_large(f"{self.name} {path}", limit)
        data = answered.read(size)
        answered.read(1)
        return data

    def paths(self) -> Iterator[str] | None:
        """See ``Place.paths``."""
        listed = self._git("ls-tree", "-r", "-z", "--name-only", self._commit)
        paths = listed.split(b"\0")
        if len(paths) > _MOST_FILES:
            raise FetchError(f"holds more than {_MOST_FILES:,} files", where=self.name, hint=_CHECK)
        return (path.decode("utf-8", "surrogateescape") for path in paths if path)

    # --- steps ---------------------------------------------------------------------------

    def _fetched(self, url: str, branch: str) -> str:
        """The commit that the branch stands at, once it is here."""
        if not (self._folder / "HEAD").is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._git("init", "--quiet", "--bare", ".")
        ref = f"refs/heads/{branch}" if branch else "HEAD"
        self._git(
            "fetch",
            "--quiet",
            "--depth=1",
            "--no-tags",
            "--no-write-fetch-head",
            "--",
            url,
            f"+{ref}:refs/copy",
        )
        return self._git("rev-parse", "--verify", "--quiet", "refs/copy^{commit}").decode().strip()

    def _git(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(
                [*_GIT, *self._reach.options, *arguments],
                cwd=self._folder,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                env={**_environment(), **self._reach.environment},
                timeout=_GIT_SECONDS,
                check=False,
                preexec_fn=_bounded,
            )
        except FileNotFoundError as error:
            raise FetchError(
                "git is not installed", where=self.name, hint="install git 2.30 or newer"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise FetchError(f"git took over {_GIT_SECONDS} s", where=self.name, hint=_CHECK) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            reason = _without_secrets(said[-1])[:200] if said else f"it ended with {done.returncode}"
            raise FetchError(f"git says: {reason}", where=self.name, hint=_CHECK)
        return done.stdout

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._reader is None:
            self._reader = subprocess.Popen(
                [*_GIT, "cat-file", "--batch"],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        assert self._reader.stdin is not None and self._reader.stdout is not None  # noqa: S101 - pipes
        return self._reader.stdin, self._reader.stdout

    @staticmethod
    def _pass(answered: IO[bytes], size: int) -> None:
        while size > 0 and (piece := answered.read(min(size, 1 << 20))):
            size -= len(piece)


def is_repository(where: str) -> bool:
    """Whether an address is that of a git repository rather than of a site."""
    return _REPOSITORY.match(where) is not None


@contextmanager
def place_at(
    where: str, fetch: Callable[..., Capture], *, branch: str = "", workspace: Path | None = None
) -> Iterator[Place]:
    """The copy at a folder, an address of a site, or anything that git fetches, whose objects go into
    ``workspace`` (default: a temporary folder).

    Raises ``UsageError`` for what is none of these, ``FetchError`` when it cannot be reached."""
    folder = Path(where)
    if is_repository(where) or _is_bare(folder):
        url = str(folder.resolve()) if folder.exists() else where
        if url.startswith("-"):
            raise UsageError(
                "is no address", where=where, hint="give a folder, a site's address or a repository's"
            )
        with _workspace(workspace) as inside:
            repository = Repository(url, inside, branch)
            try:
                yield repository
            finally:
                repository.close()
    elif where.startswith(("https://", "http://")):
        yield Site(where if where.endswith("/") else where + "/", fetch)
    elif folder.is_dir():
        yield Folder(folder)
    else:
        raise UsageError(
            "there is no such folder", where=where, hint="give a folder, a site's address or a repository's"
        )


@contextmanager
def _workspace(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="mirrorpress-") as folder:
        yield Path(folder) / "copy.git"


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    for key in ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO"):
        if key in os.environ:
            kept[key] = os.environ[key]
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}


def _bounded() -> None:
    """No file that git writes gets larger than a pack may be: a repository without end stops there."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_PACK, _LARGEST_PACK))


def _without_secrets(text: str) -> str:
    return re.sub(r"(://)[^/@\s]+@", r"\1", text)


def _absent(where: str) -> FetchError:
    return FetchError("is not there", where=where, hint=_CHECK, status=404)


def _too_large(where: str, limit: int) -> FetchError:
    return OversizedError(f"has more than the {limit} bytes that it may have", where=where, hint=_CHECK)
