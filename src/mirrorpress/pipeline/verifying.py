"""Whether a copy of an edition, or one page of it, is what the mirror's keys signed.

    place -> metadata, verified by a known root -> lists -> files, compared -> one of trust.answers

Whoever hands a copy on need not be trusted, nor the way that it came by.
"""

from __future__ import annotations

import hashlib
import random
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from mirrorpress.errors import FetchError, OversizedError, TrustError
from mirrorpress.gather.places import Place
from mirrorpress.pipeline.comparing import Comparison, addresses_in, is_genuine
from mirrorpress.pipeline.manifests import compare_manifests
from mirrorpress.pipeline.report import Watch
from mirrorpress.trust.answers import NOTHING, Answer, Findings, answer
from mirrorpress.trust.chain import Document
from mirrorpress.trust.client import (
    LARGEST_TIMESTAMP,
    Client,
    Fetch,
    ForeignError,
    ForgedError,
    Known,
    Listed,
    Said,
)
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.proofs import Proof
from mirrorpress.trust.roles import FRONT, METADATA, SIGNATURE, metadata_path
from mirrorpress.trust.sums import folder_of, sums_path

SAMPLE = 20
"""Pages of a site that are looked at beside its front, unless somebody asks for all."""
_BINS = 4  # lists of pages that they are taken from
_AT_ONCE = 4  # requests under way at a site
_BATCH = 64  # files of a site that are held at a time
_EDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a copy or of a page: the word for it, of what (``where``), what is known of the
    edition, what became of its files. Without ``known`` there is a ``reason`` and what to do next (``hint``);
    the copy says of itself that it is signed by ``keys``, which nobody has verified."""

    answer: Answer
    where: str
    known: Known | None = None
    findings: Findings = NOTHING
    reason: str = ""
    hint: str = ""
    keys: Sequence[PublicKey] = ()


@dataclass(frozen=True)
class Verifier:
    """Verifies by a ``root`` that is trusted. What was seen is kept below the folder ``state`` (None: nothing
    is), so that nothing older is taken for news. ``now`` is the time to judge freshness by.

    Methods raise ``GatherError`` for what cannot be had, ``UsageError`` for what cannot be answered.
    """

    root: bytes
    state: Path | None
    now: datetime
    watch: Watch = lambda *_: None
    chance: random.Random = field(default_factory=random.SystemRandom)

    def copy(self, place: Place, *, address: str = "", sample: int | None = SAMPLE) -> Verdict:
        """Verify a whole copy, read at ``address`` if that is known. Of a site, which does not tell what it
        holds, all of the front and ``sample`` other files (None: all)."""
        at_hand = place.paths() is not None
        with _refusing(place.name) as refused, self._client(place.read, keeps_lists=not at_hand) as client:
            known = client.refresh()
            work = _Work(client, place, known, Comparison(place, address), self.watch)
            findings = work.of_all() if at_hand else work.of_site(sample, self.chance)
            return Verdict(answer(known, findings, self.now), place.name, known, findings)
        return refused[0]

    def page(
        self,
        fetch: Fetch,
        path: str,
        data: bytes,
        addresses: Sequence[str],
        where: str,
        *,
        proving: bool = False,
    ) -> tuple[Verdict, Proof | None]:
        """Verify one page by its edition's metadata, which ``fetch`` gives; the page is of a copy at one of
        ``addresses``. Returns what is found, and, of a genuine page, the proof when ``proving``."""
        with _refusing(where) as refused, self._client(fetch, keeps_lists=True) as client:
            known = client.refresh()
            findings = _judged(client.listed(path), path, data, addresses)
            verdict = Verdict(answer(known, findings, self.now), where, known, findings)
            if not (proving and findings.genuine):
                return verdict, None
            home = findings.address or (addresses[0] if addresses else known.address)
            return verdict, Proof(path, home, client.documents_for(path))
        return refused[0], None

    def proof(self, proof: Proof, data: bytes, where: str) -> Verdict:
        """Verify one page by a proof alone; what was seen before is not asked, as a proof is of its time."""
        addresses = [proof.address] if proof.address else []
        alone = replace(self, state=None)
        return alone.page(proof.fetch, proof.path, data, addresses, where)[0]

    @contextmanager
    def _client(self, fetch: Fetch, *, keeps_lists: bool) -> Iterator[Client]:
        if self.state is None:
            with tempfile.TemporaryDirectory(prefix="mirrorpress-") as alone:
                yield Client(Path(alone), fetch, self.root, self.now, keeps_lists=keeps_lists)
            return
        newest = timestamp_of(fetch)
        # What the timestamp says of itself is not believed: the client verifies that it is signed.
        name = hashlib.sha256(self.root).hexdigest()[:16]
        folder = self.state / name / _edition_in(newest)
        yield Client(
            folder,
            beginning_with({metadata_path("timestamp"): newest}, fetch),
            self.root,
            self.now,
            keeps_lists=keeps_lists,
        )


@dataclass
class _Work:
    """The comparison of one copy with its lists."""

    client: Client
    place: Place
    known: Known
    comparison: Comparison
    watch: Watch

    def of_all(self) -> Findings:
        """All files of a copy that tells which it has."""
        lists = self._lists(self.client.versions())
        total = sum(map(len, lists.values()))
        files = self._without_doubles(lists)
        for count in self.comparison.compare(files.values()):
            if not count % 500:
                self.watch("files", count, total)
        self.comparison.finish()
        notes: Sequence[str] = ("SHA256SUMS was not looked at, as not all signed lists are there",)
        if len(lists) == len(self.client.versions()):
            notes = compare_manifests(self.place, self.comparison, files, self.known)
        signing = {metadata_path(role) for role in (*self.client.versions(), *_ABOVE)}
        signing |= {metadata_path("root", number) for number in range(1, self.known.root + 1)}
        signing |= {sums_path(folder) for folder in {folder_of(path) for path in files} | {""}} | {SIGNATURE}
        extra = [path for path in self.place.paths() or () if path not in files and path not in signing]
        return self.comparison.findings(extra=sorted(extra), notes=notes)

    def of_site(self, sample: int | None, chance: random.Random) -> Findings:
        """The front of a site, and ``sample`` of its other files."""
        roles = list(self.client.versions())
        bins = roles[2:]
        if sample is not None:
            bins = chance.sample(bins, min(_BINS, len(bins))) if sample else []
        lists = self._lists([*roles[:2], *bins])
        front = [*lists.pop(roles[0], ()), *lists.pop(FRONT, ())]
        others = [listed for files in lists.values() for listed in files]
        if sample is not None and len(others) > sample:
            others = chance.sample(others, sample)
        files = self._without_doubles({"": (*front, *others)})
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            done = 0
            wanted = list(files.values())
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                for listed, data in zip(batch, pool.map(self.comparison.read, batch), strict=True):
                    self.comparison.take(listed, data)
                done += len(batch)
                self.watch("files", done, len(files))
        self.comparison.finish()
        return self.comparison.findings(partly=sample is not None)

    def _lists(self, roles: Iterable[str]) -> dict[str, Sequence[Listed]]:
        """What roles list; one whose list is missing or forged is named among the files."""
        found: dict[str, Sequence[Listed]] = {}
        for role in roles:
            try:
                found[role] = self.client.files_of(role)
            except ForgedError:
                self.comparison.altered.append(metadata_path(role))
            except FetchError as error:
                kind = self.comparison.missing if error.status == 404 else self.comparison.unread
                kind.append(metadata_path(role))
        return found

    @staticmethod
    def _without_doubles(lists: dict[str, Sequence[Listed]]) -> dict[str, Listed]:
        """Files by path; what an earlier role lists, a later one has no say in."""
        files: dict[str, Listed] = {}
        for listed in lists.values():
            for one in listed:
                files.setdefault(one.path, one)
        return files


_ABOVE = ("timestamp", "snapshot", "targets", "pages")


def keys_in(fetch: Callable[[str, int], bytes]) -> Sequence[PublicKey]:
    """The root keys that a copy names itself; nobody has verified them."""
    try:
        document = Document.read(fetch(metadata_path("root", 1), 64_000), METADATA)
        return document.holders.root
    except (FetchError, TrustError, ValueError, KeyError):
        return ()


def address_in(timestamp: bytes) -> str:
    """Where a timestamp says that its origin is read; nobody has verified it. Empty: it does not say."""
    with suppress(ForgedError):
        return Said.read(timestamp).address
    return ""


def _edition_in(timestamp: bytes) -> str:
    with suppress(ForgedError):
        name = Said.read(timestamp).edition
        return name if _EDITION.fullmatch(name) else "unknown"
    return "unknown"


def timestamp_of(fetch: Fetch) -> bytes:
    """The newest word of a copy, unverified. Raises ``ForgedError`` for one without end."""
    try:
        return fetch(metadata_path("timestamp"), LARGEST_TIMESTAMP)
    except OversizedError as error:
        raise ForgedError(error.reason, where=metadata_path("timestamp"), hint=_ANOTHER) from error


def beginning_with(known: Mapping[str, bytes], fetch: Fetch) -> Fetch:
    """A fetch that first gives what is known already, each file once."""
    waiting = dict(known)

    def fetch_or_give(path: str, limit: int) -> bytes:
        return waiting.pop(path) if path in waiting else fetch(path, limit)

    return fetch_or_give


def _judged(listed: Listed | None, path: str, data: bytes, addresses: Sequence[str]) -> Findings:
    if listed is None:
        return Findings(extra=(path,))
    for address in ("", *(addresses or addresses_in(data, path))):
        if is_genuine(listed, data, address):
            return Findings(genuine=1, address=address)
    return Findings(altered=(path,))


@contextmanager
def _refusing(where: str) -> Iterator[list[Verdict]]:
    """Turns what is wrong above the lists into a verdict, which is the only one of the list then."""
    refused: list[Verdict] = []
    try:
        yield refused
    except (ForgedError, ForeignError) as error:
        kind = Answer.UNKNOWN_KEY if isinstance(error, ForeignError) else Answer.TAMPERED
        place = f"{error.where}: " if error.where else ""
        refused.append(Verdict(kind, where, reason=f"{place}{error.reason}", hint=error.hint))
    except FetchError as error:
        if error.status not in (403, 404, 410):
            raise
        reason = f"{error.where}: {error.reason}, so that nothing can be said of what is here"
        hint = "a copy without its metadata/ cannot be checked; take another address of the mirror"
        refused.append(Verdict(Answer.TAMPERED, where, reason=reason, hint=hint))


_ANOTHER = "take another address of the mirror, and tell its operator"
