"""One fetched article into the archive: which article it is, whether it may be stored, where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mirrorpress.archive.extractions import Standing
from mirrorpress.archive.store import Archive, Known, Place
from mirrorpress.archive.withdrawals import Taken
from mirrorpress.editions.corrections import differs
from mirrorpress.errors import ExtractError
from mirrorpress.links import without_tracking
from mirrorpress.model import Article, Entry, Revision, Section
from mirrorpress.pipeline.decide import Task, says_the_same, too_short
from mirrorpress.pipeline.fetching import Fetched
from mirrorpress.pipeline.identity import as_named, comparable, id_of, last_segment
from mirrorpress.pipeline.report import Report


@dataclass(frozen=True)
class Storing:
    """Stores articles; ``publisher`` overrides the section's, ``trusted`` takes even those that shrank."""

    archive: Archive
    report: Report
    publisher: str = ""
    trusted: bool = False

    def store(self, task: Task, section: Section, known: Known | None, fetched: Fetched) -> str:
        """Store one article; returns ``new``, ``updated``, ``unchanged``, ``skipped`` or ``withdrawn``.

        Raises ``ExtractError`` for an article that is held back, ``ArchiveError`` from the disk.
        """
        entry, article, capture = task.entry, fetched.article, fetched.capture
        final, canonical = comparable(capture.final_url), comparable(fetched.canonical)
        taken = self.archive.withdrawals.among(filter(None, (task.key, final, canonical)))
        refused = taken.get(task.key) or taken.get(final)
        if refused or (refused := self._is_same(taken.get(canonical), article)):
            self._refuse(task, known, refused)
            return "withdrawn"
        if article is None:
            return self._seen_again(entry, known, fetched)
        keys = [key for key in dict.fromkeys((task.key, final, canonical)) if key and key not in taken]
        owners = self.archive.known(keys)
        own, known = known, known or self._same_article(list(owners.values()), article)
        if section.is_picks and known is not own and known and known.section != section.id:
            self.archive.also_at(known, keys)  # that section's rules read it, not these
            return "unchanged"
        if known is None and section.skips(article.title):
            self.archive.filtered.remember(task.key, entry, section.skip_titles)
            return "skipped"
        same_name = last_segment(canonical) == last_segment(task.key)
        if canonical and owners.get(canonical, known) == known and same_name:
            article = replace(article, url=without_tracking(fetched.canonical))
        self._hold_back(entry, section, article, known, fetched)
        if known and known.published and article.published and article.published > known.published:
            # A feed gives a corrected article the date of its correction.
            corrected = article.updated or article.published
            article = replace(article, published=known.published, updated=corrected)
        if known and article.offset is None and article.published == known.published:
            article = replace(article, offset=known.offset)  # captures do not hold what the feed said
        outcome = self.archive.store(
            article,
            capture,
            entry=entry,
            keys=keys,
            place=Place(section.id, _wanted_id(entry), self.publisher or section.publisher),
            known=known,
            body_digest=fetched.body_digest,
            pictures=fetched.pictures,
            further=fetched.further,
            # What is read again from captures differs by how it is read, not by what the publisher wrote.
            amends=_never if self.trusted else differs,
        )
        self.report.pictures += len(article.assets)
        self.report.pictures_missing += fetched.missing
        return outcome

    def _refuse(self, task: Task, known: Known | None, withdrawn: Taken) -> None:
        """Note that an entry leads to what is withdrawn, so that it is not asked for again."""
        if known is None:
            self.archive.withdrawals.refuse(task.key, withdrawn)
        elif known.number != withdrawn.article:
            self.report.notes.append(
                f"{task.entry.url}: leads to {withdrawn.url} now, which is withdrawn; the mirror keeps "
                "its last revision: withdraw it as well if it is the same article"
            )

    def _is_same(self, withdrawn: Taken | None, article: Article | None) -> Taken | None:
        """The withdrawal of the address that a page names as its own, unless what was withdrawn was plainly
        another article: some sites name one address on all their pages."""
        if withdrawn is None or withdrawn.article is None or article is None:
            return withdrawn
        stored = self.archive.shelf.numbered(withdrawn.article).article
        is_another = stored.title != article.title and stored.excerpt != article.excerpt
        return None if is_another else withdrawn

    def _seen_again(self, entry: Entry, known: Known | None, fetched: Fetched) -> str:
        if known is None:
            return "unchanged"
        self.archive.checked(known, entry, fetched.capture.fetched_at)
        attributed = bool(self.publisher) and self.archive.attribute(known, self.publisher)
        return "updated" if attributed else "unchanged"

    def _same_article(self, owners: Sequence[Known], article: Article) -> Known | None:
        """The article that the redirected or canonical address already names, if it says the same."""
        for owner in owners:
            stored = self.archive.shelf.between(owner.section, owner.position, owner.position)
            if stored and says_the_same(article, stored[0].article):
                return owner
        return None

    def _hold_back(
        self, entry: Entry, section: Section, article: Article, known: Known | None, fetched: Fetched
    ) -> None:
        """Raise ``ExtractError`` for an article too short to be whole."""
        if entry.page is not None:
            return
        before = self.archive.extractions.standing(known.number) if known else Standing()
        if fetched.cut_short is not None and article.text_length < before.text_length:
            raise ExtractError(
                f"held back: a further page could not be had ({fetched.cut_short.reason}); "
                "the last good revision stays",
                where=fetched.cut_short.where or entry.url,
                hint=fetched.cut_short.hint,
            )
        if self.trusted:
            return
        siblings = [] if known else self.archive.recent_lengths(section.id)
        if reason := too_short(
            article.text_length,
            siblings=siblings,
            before=before.text_length,
            confidence=article.confidence,
            before_confidence=before.confidence,
        ):
            raise ExtractError(
                f"held back: {reason}",
                where=entry.url,
                hint="look at the page; if the layout changed, correct sections.article",
            )


def _never(before: Revision, after: Revision) -> bool:  # noqa: ARG001 - the signature is the archive's
    return False


def _wanted_id(entry: Entry) -> str:
    """The id that an article asks for; a page of an old mirror keeps its own."""
    return (as_named(entry.id) if entry.page is not None else "") or id_of(entry.url)
