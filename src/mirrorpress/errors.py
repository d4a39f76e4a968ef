"""The one error tree.

    MirrorpressError          something a person is told about
    ├── ConfigurationError    mirrorpress.toml is wrong; carries every problem at once (exit 2)
    ├── UsageError            the command was used wrongly (exit 2)
    ├── BusyError             another run holds this mirror's folder (exit 2)
    ├── GatherError           an address could not be read
    │   ├── FetchError        the network, the server, or a limit
    │   │   └── OversizedError    more came than may come
    │   ├── RefusedError      we did not ask: robots.txt, or an address that is not public
    │   └── SourceError       what came is not the feed, list or file that was expected
    ├── ExtractError          a page gave no article worth publishing
    ├── ImageError            a picture could not be carried
    ├── ArchiveError          the archive cannot be read or written
    ├── EditionError          an edition could not be rendered
    ├── SafetyError           publishing would endanger or mislead a reader (exit 3)
    ├── TrustError            a key, a signature or what was signed is not as it must be (exit 3)
    └── TargetError           a target did not take what we pushed

Every error says what happened (``reason``), to which address or file (``where``) and what to do
next (``hint``). Causes are chained with ``raise ... from``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class MirrorpressError(Exception):
    """Something a person is told about.

    ``where`` is the URL or file concerned, ``reason`` one plain clause, ``hint`` the next step.
    """

    def __init__(self, reason: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.reason}" if self.where else self.reason
        return f"{head} ({self.hint})" if self.hint else head

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; keyword-only arguments need help to be pickled.
        return (_rebuild, (type(self), self.__dict__.copy()))


def _rebuild(kind: type[MirrorpressError], state: dict[str, object]) -> MirrorpressError:
    error = kind.__new__(kind)
    Exception.__init__(error, state.get("reason", ""))
    error.__dict__.update(state)
    return error


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a configuration file; ``line`` counts from 1, 0 when it has none."""

    line: int
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.key}: found {self.found}, expected {self.expected}"


class ConfigurationError(MirrorpressError):
    """mirrorpress.toml is wrong; ``problems`` holds all that was found, in file order."""

    def __init__(self, path: str, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(
            f"{count} problem{'s' if count != 1 else ''}",
            where=path,
            hint="nothing was changed; correct the file and run the command again",
        )
        self.problems = tuple(problems)


class UsageError(MirrorpressError):
    """The command was used wrongly."""


class BusyError(MirrorpressError):
    """Another run holds this mirror's folder."""


class GatherError(MirrorpressError):
    """An address could not be read."""


class FetchError(GatherError):
    """The network, the server, or a limit stood in the way.

    ``status`` is the HTTP status where there was one, else 0; ``retry_after`` is in seconds, else 0.
    """

    def __init__(
        self, reason: str, *, where: str = "", hint: str = "", status: int = 0, retry_after: float = 0
    ) -> None:
        super().__init__(reason, where=where, hint=hint)
        self.status = status
        self.retry_after = retry_after


class OversizedError(FetchError):
    """More came than may come; the rest was not read."""


class RefusedError(GatherError):
    """We did not ask: robots.txt forbids it, or the address is not public."""


class SourceError(GatherError):
    """What came is not the feed, list page or file that was expected."""


class ExtractError(MirrorpressError):
    """A page gave no article worth publishing."""


class ImageError(MirrorpressError):
    """A picture could not be carried."""


class ArchiveError(MirrorpressError):
    """The archive cannot be read or written."""


class EditionError(MirrorpressError):
    """An edition could not be rendered."""


class SafetyError(MirrorpressError):
    """Publishing would endanger or mislead a reader."""


class TrustError(MirrorpressError):
    """A key, a signature or what was signed is not as it must be."""


class TargetError(MirrorpressError):
    """A target did not take what was pushed."""
