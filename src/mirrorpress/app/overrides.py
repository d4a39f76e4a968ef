"""A mirror's own templates, read from its folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mirrorpress.app import rules
from mirrorpress.app.problems import shown
from mirrorpress.errors import ConfigurationError, MirrorpressError, Problem, SafetyError
from mirrorpress.model import TEMPLATES, Configuration, Template

LARGEST = 100_000  # bytes of a template
SECONDS = 20.0  # that all pages of the sample may take
MEMORY = 500_000_000  # bytes that they may take


def own_templates(folder: Path, editions: Sequence[str]) -> tuple[Template, ...]:
    """The templates in the mirror's ``folder`` for editions of these types, by path; names that begin with a
    dot are passed over.

    Raises ``ConfigurationError`` for files that are none of them, too large or not UTF-8.
    """
    if not (folder / TEMPLATES).is_dir():
        return ()
    from mirrorpress.editions.templating import names_of  # noqa: PLC0415 - 50 ms that few mirrors need

    found: list[Template] = []
    problems: list[Problem] = []
    with_templates = [edition for edition in editions if names_of(edition)]
    for place in _within(folder / TEMPLATES):
        if place.name not in with_templates or not place.is_dir():
            expected = rules.suggestion(place.name, [f"{edition}/" for edition in with_templates])
            problems.append(Problem(0, f"{TEMPLATES}/{place.name}", "no edition's folder", expected))
            continue
        for file in _within(place):
            path = f"{place.name}/{file.name}"
            try:
                found.append(Template(path, _text(file, names_of(place.name))))
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else str(error)
                problems.append(Problem(0, f"{TEMPLATES}/{path}", shown(file.name), reason or "a file"))
    if problems:
        raise ConfigurationError(TEMPLATES, problems)
    return tuple(found)


def rehearse(configuration: Configuration) -> None:
    """Try the mirror's own templates on a sample, in a process that is killed when they take too long or too
    much memory.

    Raises ``ConfigurationError`` for templates that are wrong or without end, ``SafetyError`` for those that
    break a promise to readers.
    """
    if not configuration.templates:
        return
    from mirrorpress.pipeline.isolate import Isolation  # noqa: PLC0415 - 30 ms that few mirrors need

    with Isolation(workers=1, memory=MEMORY, beyond_start=True, seconds=SECONDS) as isolation:
        for edition in configuration.editions:
            try:
                isolation.call(edition.rehearse, configuration)
            except (ConfigurationError, SafetyError):
                raise
            except MirrorpressError as error:  # the process was killed, or memory could not be had
                names = ", ".join(f"{TEMPLATES}/{one.path}" for one in configuration.templates)
                found = f"what cannot be tried on a sample ({error.reason})"
                expected = f"pages made in {SECONDS:.0f} s and {MEMORY // 10**6:,} MB"
                raise ConfigurationError(TEMPLATES, [Problem(0, names, found, expected)]) from error


def _within(folder: Path) -> Iterator[Path]:
    yield from sorted(one for one in folder.iterdir() if not one.name.startswith("."))


def _text(file: Path, known: Sequence[str]) -> str:
    """A template's text; ``ValueError`` says what was expected."""
    if file.name not in known:
        raise ValueError(rules.suggestion(file.name, known))
    with file.open("rb") as open_file:
        data = open_file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"a template of at most {LARGEST:,} bytes")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"UTF-8 text (line {line} is none)") from error
