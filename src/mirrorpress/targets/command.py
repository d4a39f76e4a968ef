"""Runs git: no prompts, no hooks, no work tree, no secret on a command line, never without an end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mirrorpress.errors import TargetError
from mirrorpress.targets.address import Address
from mirrorpress.targets.failures import explain

_OLDEST = (2, 30)  # of Debian 11; what is used here is older
_INSTALL = "install git 2.30 or newer"

# The operator's own git configuration is read, for its credential helpers, proxies and certificates.
# What could change a commit, run a program or wait for a person is set here, where it wins.
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.ignoreCase=false",
    "core.logAllRefUpdates=false",
    "core.fsmonitor=false",
    "commit.gpgSign=false",
    "push.gpgSign=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "fetch.prune=false",
    # A daily run's objects stay single files, so that a push looks for what each differs from: of a pack that
    # fast-import wrote it sends them whole, four times the bytes.
    "fastimport.unpackLimit=2000",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "credential.interactive=false",
    "http.lowSpeedLimit=100",  # bytes per second
    "http.lowSpeedTime=120",  # seconds
)
_ANSWER = (
    '!f() { test "$1" = get || return 0; '
    'printf "username=%s\\npassword=%s\\n" "$MIRRORPRESS_USERNAME" "$MIRRORPRESS_PASSWORD"; }; f'
)
# The empty one forgets the operator's helpers: one of them might store our password in a file.
_CREDENTIALS = ("credential.helper=", f"credential.helper={_ANSWER}")
# Of the variables named GIT_*, those that say how to reach a host; others could move the repository.
_KEPT = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|EXEC_PATH|SSL_.*|PROXY_.*|HTTP_.*"
    r"|CONFIG_(NOSYSTEM|SYSTEM|GLOBAL|COUNT|KEY_\d+|VALUE_\d+))"
)


@dataclass(frozen=True)
class Answer:
    """What a finished command returned; both texts are free of secrets."""

    status: int
    output: bytes
    stderr: str


class Git:
    """git on one repository for one remote. ``timeout`` bounds each command, in seconds.

    Every method raises ``TargetError``, whose ``where`` is the remote's address without secrets.
    """

    def __init__(self, repository: Path, address: Address, timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        self._environment = _environment(repository, address)
        self._prefix = ["git"]
        for setting in (*_SETTINGS, *(_CREDENTIALS if address.password else ())):
            self._prefix += ["-c", setting]

    def check_version(self) -> None:
        """Raise ``TargetError`` when git is missing or too old."""
        said = self.text("version")
        found = re.search(r"(\d+)\.(\d+)", said)
        if not found or (int(found[1]), int(found[2])) < _OLDEST:
            raise self.error(
                f"git is too old: {said or 'unknown version'}",
                _INSTALL,
            )

    def ask(self, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> Answer:
        """Run a command whose output is small. A status that is not in ``accept`` raises."""
        with self._running(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
            output, _ = run.process.communicate(stdin)
        if run.process.returncode not in accept:
            raise self.failed(run.stderr)
        return Answer(run.process.returncode, output, run.stderr)

    def text(self, *arguments: str) -> str:
        return self.ask(*arguments).output.decode("utf-8", "replace").strip()

    def fields(self, *arguments: str) -> Generator[bytes]:
        """The NUL-separated fields that a command writes, as a stream; stop early by closing it."""
        with self._running(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as run:
            assert run.process.stdout is not None  # noqa: S101 - asked for above
            rest = b""
            while chunk := run.process.stdout.read(1 << 16):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from whole
        if run.process.returncode:
            raise self.failed(run.stderr)

    @contextmanager
    def feeding(self, *arguments: str) -> Iterator[IO[bytes]]:
        """The standard input of a command; it must have ended well when the block is left."""
        with self._running(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as run:
            assert run.process.stdin is not None  # noqa: S101 - asked for above
            try:
                yield run.process.stdin
                run.process.stdin.close()
            except BrokenPipeError:
                pass  # its status and words say why
        if run.process.returncode:
            raise self.failed(run.stderr)

    def error(self, reason: str, hint: str = "") -> TargetError:
        return TargetError(self._address.redact(reason), where=self._address.shown, hint=hint)

    def failed(self, stderr: str) -> TargetError:
        return self.error(*explain(stderr))

    @contextmanager
    def _running(self, arguments: tuple[str, ...], *, stdin: int, stdout: int) -> Iterator[_Run]:
        late = threading.Event()
        # stderr goes to a file: a pipe that nobody reads while we write would stop git for ever.
        with tempfile.TemporaryFile() as stderr:
            try:
                process = subprocess.Popen(
                    [*self._prefix, *arguments],
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    env=self._environment,
                    start_new_session=True,  # no terminal to ask on, and one group to kill
                )
            except FileNotFoundError as error:
                raise self.error("git is not installed", _INSTALL) from error

            def expire() -> None:
                late.set()
                _kill(process)

            timer = threading.Timer(self._timeout, expire)
            timer.start()
            run = _Run(process)
            try:
                yield run
                process.wait()
            finally:
                timer.cancel()
                _kill(process)
                process.wait()
                for pipe in (process.stdin, process.stdout):
                    if pipe is not None:
                        _close(pipe)
            stderr.seek(0)
            run.stderr = self._address.redact(stderr.read(1 << 16).decode("utf-8", "replace"))
        if late.is_set():
            raise self.error(
                f"git {arguments[0]} took longer than {self._timeout:g} seconds and was stopped",
                "check the connection, or give this target a longer timeout",
            )


@dataclass
class _Run:
    process: subprocess.Popen[bytes]
    stderr: str = ""  # filled in when it has ended


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):  # what was still buffered for a process that is gone
        pipe.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):  # it ended by itself just now
        os.killpg(process.pid, signal.SIGKILL)


def _environment(repository: Path, address: Address) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }
    kept |= {
        "GIT_DIR": str(repository.absolute()),
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",  # failures.py reads English
    }
    kept.setdefault("GIT_ASKPASS", "")  # else SSH_ASKPASS opens a window on a desktop
    if "GIT_SSH" not in kept:
        kept.setdefault(
            "GIT_SSH_COMMAND",
            "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15 -oServerAliveCountMax=4",
        )
    if address.password:
        kept |= {"MIRRORPRESS_USERNAME": address.username, "MIRRORPRESS_PASSWORD": address.password}
    return kept
