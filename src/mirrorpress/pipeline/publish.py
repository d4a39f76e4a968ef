"""out/<edition>/ -> targets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

from mirrorpress.archive.store import Archive
from mirrorpress.errors import MirrorpressError
from mirrorpress.model import Configuration, Release
from mirrorpress.pipeline.build import UNFINISHED, root_of
from mirrorpress.pipeline.report import Report


def publish(
    configuration: Configuration, archive: Archive, report: Report, clock: Callable[[], datetime]
) -> None:
    """Push every edition to its targets. One target's failure stops no other; it is tried again next time."""
    sign = _commit_signer(configuration)
    for target in configuration.targets:
        last = archive.ledger.last_build(target.edition)
        if last is None or last.build == 0 or last.digest.startswith(UNFINISHED):
            report.fail(
                MirrorpressError(
                    f"there is no finished build of {target.edition!r}",
                    where=target.name,
                    hint="run: mirrorpress build",
                ),
                "publish",
            )
            continue
        state, _, _ = archive.ledger.publication(target.name)
        release = Release(
            edition=target.edition,
            root=root_of(configuration, target.edition),
            build=last.build,
            when=last.built_at,
            summary=_summary(configuration, report),
            changes=partial(archive.ledger.changes, target.edition),
            workspace=archive.folder / "targets" / _folder_name(target.name),
            state=state,
            sign=sign,
        )
        try:
            receipt = target.publish(release)
        except MirrorpressError as error:
            failed = report.fail(error, "publish", where=target.name)
            archive.ledger.published(target.name, state=None, at=clock(), error=failed.reason)
            continue
        archive.ledger.published(target.name, state=receipt.state, at=clock())
        report.published.append(f"{target.name}: {receipt.detail}")
        report.notes.extend(f"{target.name}: {note}" for note in receipt.notes)


def _commit_signer(configuration: Configuration) -> Callable[[bytes], str] | None:
    """What signs commits, when the mirror has keys."""
    if not configuration.is_signed:
        return None
    from mirrorpress.pipeline.signing import commit_signer  # noqa: PLC0415 - 0.08 s that unsigned mirrors do not need

    return commit_signer(configuration)


def _summary(configuration: Configuration, report: Report) -> str:
    counts = [
        f"{count} {word}" for count, word in ((report.new, "new"), (report.updated, "updated")) if count
    ]
    return f"{configuration.mirror.title}: {', '.join(counts) or 'layout and lists'}"


def _folder_name(name: str) -> str:
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
