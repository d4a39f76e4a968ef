"""What git says when something fails, in plain words and with the next step."""

from __future__ import annotations

import re

_NETWORK = "check the connection; what is committed is kept, and the next run pushes it"
_ACCESS = "check the token or key of this target, and that it may write to this repository"

# In order: the first pattern found wins, so causes stand before what git says in consequence of them.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        r"No space left on device|[Dd]isk quota exceeded",
        "the disk is full",
        "make room and run mirrorpress publish again",
    ),
    (
        r"Host key verification failed",
        "the host's SSH key is not known here",
        "connect to it once by hand with ssh, compare its key, and accept it",
    ),
    (
        (
            r"Authentication failed|could not read (Username|Password)|terminal prompts disabled"
            r"|Permission denied \(|returned error: 40[13]|Access denied|[Ww]rite access .* not granted"
        ),
        "authentication failed",
        _ACCESS,
    ),
    (
        r"SSL certificate|certificate verif|server certificate|TLS",
        "the host's certificate was not accepted",
        "check the clock of this machine and the host's certificate",
    ),
    (
        (
            r"[Rr]epository .*not found|does not appear to be a git repository|returned error: 404"
            r"|project you were looking for could not be found"
        ),
        "repository not found",
        "create it at the git host, correct url, or check that the token or key may see it",
    ),
    (
        r"branch is currently checked out",
        "that branch is checked out in the remote repository, so git does not change it",
        "push to a bare repository, or run there: git config receive.denyCurrentBranch updateInstead",
    ),
    (
        r"dubious ownership",
        "the repository belongs to another user of this machine",
        "run mirrorpress as its owner, or add it to git's safe.directory",
    ),
    (
        r"protected branch|GH006|hook declined|\[remote rejected\]",
        "the remote refused the push",
        "allow this target's token or key to push to this branch, or change the rule that refused it",
    ),
    (
        r"Could not resolve|unable to look up",
        "the host's name could not be found",
        _NETWORK,
    ),
    (
        r"Operation too slow|[Tt]imed? ?out",
        "the host did not answer in time",
        _NETWORK,
    ),
    (
        (
            r"unreachable|[Cc]onnection (refused|reset|closed)|[Cc]ouldn't connect|[Ff]ailed to connect"
            r"|No route to host|early EOF|hung up|unexpected disconnect|RPC failed|returned error: 5\d\d"
        ),
        "the host could not be reached",
        _NETWORK,
    ),
    (
        r"transport '.*' not allowed",
        "this kind of address is not allowed",
        "use https, ssh or a path",
    ),
    (
        (
            r"corrupt|bad (object|tree|signature)|missing (blob|tree|commit)|not a valid object"
            r"|unable to read (tree|sha1)|invalid object|not a git repository"
        ),
        "the workspace's repository is damaged",
        "delete this target's workspace; the next run builds it again from the remote",
    ),
)
_NOISE = re.compile(
    r"^(hint: |warning: |To |Pushing to |remote:\s*$|Please make sure|and the repository exists|\s*$"
    r"|fatal: Could not read from remote|fatal: the remote end hung up|error: failed to push)"
)


def explain(stderr: str) -> tuple[str, str]:
    """The reason and the hint for what git wrote; the line that matters is quoted in the reason."""
    for pattern, reason, hint in _KNOWN:
        if found := re.search(pattern, stderr):
            line = _said_by_remote(stderr) or _line_at(stderr, found.start())
            return f"{reason}: {line}", hint
    return f"git failed: {_important(stderr)}", ""


def _line_at(text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    return _plain(text[start:].partition("\n")[0])


def _said_by_remote(text: str) -> str:
    """The words of a remote's hook: the first three lines that the remote sent."""
    lines = [_plain(line.removeprefix("remote:")) for line in text.splitlines() if line.startswith("remote:")]
    return " / ".join([line for line in lines if line][:3])


def _important(text: str) -> str:
    lines = [line for line in text.splitlines() if not _NOISE.match(line)]
    first = next((line for line in lines if line.startswith(("fatal:", "error:"))), None)
    return _plain(first or (lines[-1] if lines else "it said nothing"))


def _plain(line: str) -> str:
    line = "".join(character if character.isprintable() else " " for character in line)
    return re.sub(r"^(fatal|error): ", "", " ".join(line.split()))[:300]
