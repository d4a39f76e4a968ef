"""Who signs: OpenSSH. Private keys are read by its programs alone, never here.

TUF's signatures are Ed25519 over the document itself, which an ssh-agent makes (draft-ietf-sshm-ssh-agent,
3.6); signatures that people check are made by ``ssh-keygen -Y sign`` through the same agent. Keys that lie in
files are lent to an agent that lives as long as they are needed.
"""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from mirrorpress.errors import TrustError
from mirrorpress.trust.keys import PublicKey, ssh_string

_REQUEST_IDENTITIES, _IDENTITIES = 11, 12
_SIGN_REQUEST, _SIGN_RESPONSE = 13, 14
_MOST = 1 << 18  # bytes of an answer: OpenSSH's own limit
_PATIENCE = 60.0  # seconds for an agent that asks its owner first
_INSTALL = "install OpenSSH (package openssh-client)"


class Agent:
    """An ssh-agent at a socket. Methods raise ``TrustError`` when it cannot be asked."""

    def __init__(self, place: str) -> None:
        self.place = place

    def holds(self) -> frozenset[bytes]:
        """The blobs of the keys that it holds."""
        answer = self._ask(_REQUEST_IDENTITIES, b"", _IDENTITIES)
        count, rest = int.from_bytes(answer[:4]), answer[4:]
        found = []
        for _ in range(min(count, 1000)):
            blob, rest = _taken(rest)
            _, rest = _taken(rest)
            found.append(blob)
        return frozenset(found)

    def sign(self, key: PublicKey, data: bytes) -> bytes:
        """A key's signature over ``data``, 64 bytes (RFC 8032)."""
        asked = ssh_string(key.blob) + ssh_string(data) + bytes(4)
        signature, _ = _taken(self._ask(_SIGN_REQUEST, asked, _SIGN_RESPONSE))
        kind, rest = _taken(signature)
        raw, _ = _taken(rest)
        if kind != b"ssh-ed25519" or len(raw) != 64:
            raise TrustError(
                "signed in a way that TUF does not know", where=key.fingerprint, hint="use an ed25519 key"
            )
        return raw

    def _ask(self, kind: int, body: bytes, expected: int) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(_PATIENCE)
                line.connect(self.place)
                line.sendall((len(body) + 1).to_bytes(4) + bytes([kind]) + body)
                size = int.from_bytes(_read(line, 4))
                if not 0 < size <= _MOST:
                    raise OSError(f"an answer of {size} bytes")
                answer = _read(line, size)
        except OSError as error:
            raise TrustError(
                f"the ssh-agent does not answer: {error}",
                where=self.place,
                hint="start it again, then: ssh-add -l",
            ) from error
        if answer[0] != expected:
            raise TrustError(
                "the ssh-agent refused to sign",
                where=self.place,
                hint="confirm when it asks; ssh-add -l lists its keys",
            )
        return answer[1:]


class Keyring:
    """The agent that holds the keys of one piece of work; see ``unlocked``."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def sign(self, key: PublicKey, data: bytes) -> bytes:
        """See ``Agent.sign``."""
        return self._agent.sign(key, data)

    def sign_for_people(self, key: PublicKey, data: bytes, namespace: str) -> bytes:
        """An armored signature that ``ssh-keygen -Y verify`` checks (OpenSSH, PROTOCOL.sshsig)."""
        with tempfile.TemporaryDirectory(prefix="mirrorpress-") as folder:
            public = Path(folder) / "key.pub"
            public.write_text(key.line + "\n", encoding="utf-8")
            return _run(
                ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(public)],
                data,
                {"SSH_AUTH_SOCK": self._agent.place},
            )


def is_signed_for_people(key: PublicKey, data: bytes, signature: bytes, namespace: str) -> bool:
    """Whether an armored signature over ``data`` is a key's, as ``ssh-keygen -Y verify`` says.

    Raises ``TrustError`` when OpenSSH is not installed."""
    with tempfile.TemporaryDirectory(prefix="mirrorpress-") as folder:
        signers, place = Path(folder) / "signers", Path(folder) / "signature"
        bare = PublicKey(key.raw).line
        signers.write_text(f'signer namespaces="{namespace}" {bare}\n', encoding="utf-8")
        place.write_bytes(signature)
        command = ["ssh-keygen", "-Y", "verify", "-q", "-n", namespace, "-I", "signer"]
        try:
            done = subprocess.run(
                [*command, "-f", str(signers), "-s", str(place)], input=data, capture_output=True, check=False
            )
        except FileNotFoundError as error:
            raise TrustError("is not installed", where=command[0], hint=_INSTALL) from error
        return done.returncode == 0


@contextmanager
def unlocked(keys: Sequence[PublicKey], places: Sequence[Path]) -> Iterator[Keyring]:
    """A keyring that holds ``keys``: the user's own agent when it has them all, else one of our own that is
    lent those found in ``places`` (files, or folders of them), which may ask for pass phrases.

    Raises ``TrustError`` when one is nowhere, or others than its owner can read it.
    """
    own = os.environ.get("SSH_AUTH_SOCK", "")
    wanted = {key.blob for key in keys}
    if own:
        with suppress(TrustError):  # an agent that has died is as good as none
            if wanted <= Agent(own).holds():
                yield Keyring(Agent(own))
                return
    files = private_files(places)
    for key in keys:
        if key.raw not in files:
            raise TrustError(
                f"the private half of {key.name or 'this key'} is not at hand",
                where=key.fingerprint,
                hint="name its file with --key, or hold it in an ssh-agent: ssh-add FILE",
            )
    with _borrowed([files[key.raw] for key in keys]) as agent:
        yield Keyring(agent)


def private_files(places: Sequence[Path]) -> Mapping[bytes, Path]:
    """The private keys that lie in ``places``, by their raw public halves, which stand beside them in .pub
    files."""
    found: dict[bytes, Path] = {}
    for place in places:
        for public in sorted(place.glob("*.pub")) if place.is_dir() else [Path(f"{place}.pub")]:
            private = public.with_suffix("")
            with suppress(OSError, ValueError):
                if private.is_file():
                    found[PublicKey.from_line(public.read_text(encoding="utf-8")).raw] = private
    return found


def make_key(place: Path, name: str, *, passphrase: bool) -> PublicKey:
    """Make a private key at ``place`` and its public half beside it; ``passphrase``: ssh-keygen asks for one.

    Raises ``TrustError`` when there is a file already, or ssh-keygen fails.
    """
    if place.exists():
        raise TrustError(
            "is there already", where=str(place), hint="keys are never written over; name another folder"
        )
    silent = [] if passphrase else ["-N", ""]
    _run(["ssh-keygen", "-q", "-t", "ed25519", "-C", name, "-f", str(place), *silent], None, {})
    return PublicKey.from_line(place.with_name(place.name + ".pub").read_text(encoding="utf-8"))


@contextmanager
def _borrowed(files: Sequence[Path]) -> Iterator[Agent]:
    """An agent of our own with these keys. It ends with the process that it started, which ends when its
    input is closed: also when we are killed."""
    for file in files:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise TrustError(
                "others can read this private key", where=str(file), hint=f"run: chmod 600 {file}"
            )
    folder = tempfile.mkdtemp(prefix="mirrorpress-")
    place = str(Path(folder) / "agent")
    try:
        with subprocess.Popen(
            ["ssh-agent", "-a", place, "sh", "-c", "echo && exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdin is not None and process.stdout is not None  # noqa: S101 - pipes, see above
            try:
                if process.stdout.readline() != b"\n":
                    raise TrustError("does not start", where="ssh-agent", hint=_INSTALL)
                for file in dict.fromkeys(files):
                    _run(["ssh-add", "-q", str(file)], None, {"SSH_AUTH_SOCK": place})
                yield Agent(place)
            finally:
                process.stdin.close()
    except FileNotFoundError as error:
        raise TrustError("is not installed", where="ssh-agent", hint=_INSTALL) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str], data: bytes | None, environment: Mapping[str, str]) -> bytes:
    """Run one of OpenSSH's programs, which may ask its questions on the terminal."""
    try:
        done = subprocess.run(
            command,
            input=data,
            stdin=None if data is not None or os.isatty(0) else subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, **environment},
            check=False,
        )
    except FileNotFoundError as error:
        raise TrustError("is not installed", where=command[0], hint=_INSTALL) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise TrustError(
            said[-1][:200] if said else f"ended with {done.returncode}",
            where=command[0],
            hint="give the right pass phrase on a terminal, or hold the key in an ssh-agent",
        )
    return done.stdout


def _read(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (piece := line.recv(size - len(data))):
            raise OSError("it hung up")
        data += piece
    return data


def _taken(data: bytes) -> tuple[bytes, bytes]:
    """The first string of the SSH protocol in ``data``, and the rest."""
    size = int.from_bytes(data[:4])
    return data[4 : 4 + size], data[4 + size :]
