"""The nouns of mirrorpress, and the contracts between its rooms.

    Source -> Entry -> Capture -> Article -> Archive -> Edition -> Target

All are frozen; all times are aware datetimes in UTC; all sizes are bytes. This module imports
nothing of the project but ``errors``, and nothing from third parties.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

# What a configuration string must be beyond being a string; ``app.schema`` checks these marks.
Url = Annotated[str, "url"]  # http or https
Css = Annotated[str, "css"]  # a CSS selector
Regex = Annotated[str, "regex"]  # a Python regular expression
Seconds = Annotated[float, "seconds"]  # zero or more


# --- what the operator configures -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Publisher:
    """A news organisation. ``rights`` None means excerpts only, as does ``"excerpt"``."""

    id: str
    name: str
    url: str = ""
    rights: str | None = None
    rights_note: str = ""

    @property
    def excerpt_only(self) -> bool:
        return self.rights in (None, "", "excerpt")


@dataclass(frozen=True, slots=True)
class ArticleRules:
    """A section's own selectors; all empty means extraction is automatic."""

    body: str = ""
    title: str = ""
    authors: str = ""
    published: str = ""
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A published grouping of articles; ``keep`` is how many newest stay in the edition (0: all)."""

    id: str
    title: str
    publisher: str
    source: Source | None = None
    language: str = ""
    keep: int = 0
    skip_titles: tuple[str, ...] = ()
    article: ArticleRules = ArticleRules()

    def skips(self, title: str) -> bool:
        """Whether a title filter leaves an article of this title out."""
        return any(re.search(pattern, title) for pattern in self.skip_titles)

    @property
    def is_picks(self) -> bool:
        """Whether an editor picks its articles by hand, so that its list is the editor's; see ``Source``."""
        return bool(getattr(self.source, "hand_picked", False))


@dataclass(frozen=True, slots=True)
class Link:
    """One of the operator's own links; ``place`` is ``menu``, ``home`` or ``after-article``."""

    text: str
    url: str
    place: str = "menu"


HOME = "home"  # where a note or a link stands that is on the home page


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the mirror's own, pinned to the top of the home page ("home") and of the lists of sections
    (their ids). ``text`` is Markdown without pictures and markup; relative links begin at the edition's
    root. It is shown up to and on the day ``until`` (UTC)."""

    text: str
    places: tuple[str, ...] = (HOME,)
    until: date | None = None


TEMPLATES = "templates"  # the folder of such templates, in the mirror's folder


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the mirror's own, in place of an edition's; ``path`` is ``<edition's type>/<name>``."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Mirror:
    """What readers see of the mirror as a whole; ``language`` (BCP 47) is that of its menus."""

    title: str
    language: str = "en"
    addresses: tuple[str, ...] = ()
    site_addresses: tuple[str, ...] = ()
    contact: str = ""


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How politely and how carefully the network is read. Times in seconds, sizes in bytes."""

    allow_private: tuple[str, ...] = ()  # "host:port" or "host" that may be reached although not public
    delay: float = 1.0  # between two requests to one host
    per_host: int = 2  # requests under way at one host
    timeout: float = 60.0  # over a whole response, from connecting to its last byte
    max_bytes: int = 10_000_000  # of a page or feed, after decompression
    max_image_bytes: int = 20_000_000
    proxy: str = ""  # http://, https://, socks5:// or socks5h://
    user_agent: str = ""  # empty: "mirrorpress/<version> (+contact)"
    robots: bool = True  # only a publisher mirroring its own site may turn this off


@dataclass(frozen=True, slots=True)
class HotPolicy:
    """What counts as read most: a reader of ``half_life`` days ago counts half, and so on."""

    half_life: float = 3.0  # days
    size: int = 20  # articles in the list
    minimum: int = 20  # readers; an article with fewer is not shown


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """Where the private keys lie: a folder outside the mirror's; empty: in an ssh-agent alone."""

    keys: str = ""


Kind = Literal["site", "markdown", "git"]
"""What stands at an address of the mirror list: a website, pages that a git host shows, a repository."""
KINDS: tuple[Kind, ...] = ("site", "markdown", "git")


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry of the mirror list: an address at which readers find the mirror, ``since`` when it is listed.

    ``languages`` (BCP 47) are those of its menus, ``operator`` is who runs it (empty: unknown), ``key`` that
    one's public key as OpenSSH writes it (empty: none)."""

    address: str
    kind: Kind
    since: date
    languages: tuple[str, ...] = ()
    operator: str = ""
    key: str = ""


State = Literal["verified", "stale", "incomplete", "tampered", "unknown-key", "unreachable"]
"""What a check came to: the words of every verifier, and one for what could not be asked."""
STATES: tuple[State, ...] = ("verified", "stale", "incomplete", "tampered", "unknown-key", "unreachable")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a listed address gave when it was checked.

    ``signed_at`` is when what it has was signed (None: unknown), ``behind`` by how many signings that is
    older than the newest (None: unknown); ``reason`` says why it is not well, in English."""

    address: str
    state: State
    signed_at: datetime | None = None
    behind: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What all listed addresses gave at the last check."""

    checked_at: datetime
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class FollowPolicy:
    """Whose mirror this one follows: its addresses, tried in this order, and the file of its root key, in the
    mirror's folder. Without addresses a mirror is its own."""

    addresses: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One mirror's whole configuration; ``folder`` holds mirrorpress.toml, archive/ and out/.

    ``is_signed`` says whether the mirror has keys; ``mirrors`` is the mirror list in force and ``health``
    what its last check found; all from trust/."""

    folder: Path
    mirror: Mirror
    publishers: tuple[Publisher, ...] = ()
    sections: tuple[Section, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[Note, ...] = ()
    templates: tuple[Template, ...] = ()
    fetch: FetchPolicy = FetchPolicy()
    hot: HotPolicy = HotPolicy()
    trust: TrustPolicy = TrustPolicy()
    mirrors: tuple[Listing, ...] = ()
    health: Health | None = None
    is_signed: bool = False
    follow: FollowPolicy = FollowPolicy()
    keep_captures: bool = True
    editions: tuple[Edition, ...] = ()
    targets: tuple[Target, ...] = ()

    def publisher_of(self, id: str, url: str) -> Publisher:
        """The publisher with this id, else the one whose ``url`` fits the address best, else one that
        is only a host name and so without rights."""
        if id and (known := next((one for one in self.publishers if one.id == id), None)):
            return known
        host, path = _host_and_path(url)
        best, best_length = Publisher(id="", name=host), -1
        for publisher in self.publishers:
            own_host, own_path = _host_and_path(publisher.url)
            fits = (
                own_host and (host == own_host or host.endswith("." + own_host)) and path.startswith(own_path)
            )
            if fits and len(own_host) + len(own_path) > best_length:
                best, best_length = publisher, len(own_host) + len(own_path)
        return best

    def section(self, id: str) -> Section | None:
        return next((section for section in self.sections if section.id == id), None)

    def as_of(self, day: date) -> Configuration:
        """The configuration without notes that are no longer shown on ``day`` (UTC)."""
        current = tuple(note for note in self.notes if note.until is None or day <= note.until)
        return self if current == self.notes else replace(self, notes=current)


def _host_and_path(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
    except ValueError:
        return "", ""


# --- what is found on the way ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A discovered pointer to an article.

    ``page`` is set when the article is a file of an old-style mirror instead of an address to be
    fetched; ``id`` then carries the name it had there, which it keeps, and ``place`` its path there.
    """

    url: str
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    offset: int | None = None  # see ``Article.offset``
    authors: tuple[str, ...] = ()
    page: Path | None = None
    id: str = ""
    section: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """Bytes and headers fetched at a time. ``headers`` names are lower case; ``body`` is decompressed.

    ``status`` 304 means unchanged since the validators that were sent; ``body`` is then empty.
    """

    url: str
    final_url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends (RFC 9110, section 13)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as an article names it: candidate addresses, best first, and its words."""

    urls: tuple[str, ...]
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A carried image, named by its content: ``path`` is relative to the edition's root."""

    digest: str
    path: str
    media_type: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one page keeps things, as CSS selectors; ``blocks`` are names of its text blocks near the body
    (hexadecimal digests of their words), from which blocks that repeat on every page are told."""

    container: str = ""
    published: str = ""
    authors: str = ""
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """The extracted, sanitised work.

    ``html`` and ``markdown`` are rendered once, here; in both, addresses within the edition start
    with ``ROOT``, which an edition replaces by the way from the page to its root; those that are not of
    pictures are paths in the old mirror that the page comes from. ``engine`` says what found
    the body, ``confidence`` (0 to 1) how sure it is of it; ``partial`` that the page holds only the
    beginning, the rest being kept for paying readers. ``offset`` is how many minutes the newsroom's clock was
    ahead of UTC when it published, None when nothing says so: its readers saw the day of that clock.
    """

    url: str
    title: str
    html: str
    markdown: str
    excerpt: str
    text_length: int
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""
    lead_image: str = ""
    pictures: tuple[Picture, ...] = ()
    assets: tuple[str, ...] = ()  # paths of the assets that it shows
    confidence: float = 1.0
    engine: str = "selectors"  # selectors | mirrorpress | json | the name of a slower engine
    partial: bool = False
    licence: str = ""  # the address or name of the licence that the page states
    offset: int | None = None


ROOT = "\ufdd0"
"""Stands for the root of an edition in rendered bodies. A Unicode noncharacter, which cleaning
removes from every text, so it cannot be forged by a page."""


# --- contracts between the rooms -------------------------------------------------------------


class Reach(Protocol):
    """What a source may use of the world."""

    @property
    def folder(self) -> Path:
        """The mirror's folder; relative paths in the configuration start here."""

    def fetch(self, url: str) -> Capture:
        """Fetch politely and conditionally. Raises ``GatherError``; 4xx and 5xx raise ``FetchError``."""

    def isolate(self, function: Callable[..., T], /, *arguments: Any) -> T:
        """Run a module-level function on hostile input in a process that is killed when it takes
        too long or too much memory; raises what it raised, or ``MirrorpressError`` when killed."""

    def warn(self, message: str) -> None:
        """Tell the operator of something that stopped nothing, such as one bad line of many."""


class Source(Protocol):
    """Where a section's entries come from: a frozen dataclass whose fields are its TOML keys.

    One whose class has a true ``hand_picked`` gives an editor's choice in the editor's order and with the
    editor's titles: articles that other sections have are listed where they stand.
    """

    def discover(self, reach: Reach) -> Sequence[Entry] | None:
        """Entries, newest first as far as the source knows; None: nothing changed since last time.

        Raises ``GatherError``.
        """


@dataclass(frozen=True, slots=True)
class File:
    """One rendered file; ``path`` is relative to the edition's root, with forward slashes.

    ``data`` is its bytes, or, for an asset named by its content, the file in the archive that holds them.
    """

    path: str
    data: bytes | Path


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That an article was taken back, and what of it readers are told: a reason, and its title."""

    at: datetime
    public_reason: str = ""
    keeps_title: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawal as it stands in the archive. ``keys`` are the comparable addresses that are refused;
    ``place`` is the article's section and position, None when it was never stored here."""

    withdrawal: Withdrawal
    keys: tuple[str, ...]
    place: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as the archive keeps it: where it stands and its current revision.

    ``withdrawn`` None: it was not taken back. ``original`` is set where the texts were converted into another
    script: the article as its publisher wrote it.
    """

    section: str
    id: str
    position: int  # in its section, from 1, in order of arrival; never changes
    publisher: str
    revision: int  # of this article, from 1
    first_title: str  # of revision 1, which full list pages show
    first_date: datetime  # of revision 1: published, else captured; never changes, so paths may hold it
    captured_at: datetime
    arrived: int  # the archive's clock when revision 1 was stored
    article: Article
    code: str = ""  # its short name, as in ``s/<code>``; never changes once a build has given it
    former: tuple[str, ...] = ()  # paths at which it stood in old mirrors
    dated: datetime | None = None  # when it came out, but never after it was found; see ``Shelf.by_day``
    first_offset: int | None = None  # of revision 1; see ``Article.offset``
    withdrawn: Withdrawal | None = None
    original: Stored | None = None

    @property
    def day(self) -> date:
        """The day on which the publisher's readers saw it come out, else the day it was captured (UTC)."""
        article = self.article
        return local_day(article.published, article.offset) if article.published else self.captured_at.date()

    @property
    def first_day(self) -> date:
        """The day of revision 1, which full list pages show; never changes."""
        return local_day(self.first_date, self.first_offset)

    @property
    def day_updated(self) -> date | None:
        """The day of the publisher's last update, when it is another than ``day``."""
        article = self.article
        if article.published is None or article.updated is None:
            return None
        day = local_day(article.updated, article.offset)
        return day if day != self.day else None


def day_number(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The day that is this many days after the first of 1970."""
    return date.fromordinal(number + _EPOCH)


_EPOCH = date(1970, 1, 1).toordinal()
OFFSETS = range(-12 * 60, 14 * 60 + 1)
"""Minutes that clocks are ahead of UTC: from Baker Island to Kiritimati."""


def local_day(moment: datetime, offset: int | None) -> date:
    """The day of a moment on a clock that is ``offset`` minutes ahead of UTC (None: UTC itself)."""
    return (moment + timedelta(minutes=offset) if offset else moment).date()


@dataclass(frozen=True, slots=True)
class Revision:
    """What of one revision a reader could read, and how it came: ``engine`` as in ``Article``."""

    title: str
    html: str
    excerpt: str
    captured_at: datetime
    updated: datetime | None = None
    engine: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """An article that an editor picked: where it stands, and the editor's title for it (empty: its own)."""

    section: str
    position: int
    title: str = ""


class Shelf(Protocol):
    """What an edition may read of the archive; nothing here costs in proportion to the mirror
    except ``every`` and ``newest``, which stream. Bodies are loaded only by ``every``, ``changed`` and,
    if asked to, ``newest``."""

    def sections(self) -> Sequence[str]:
        """Ids of sections that hold articles."""

    def count(self, section: str) -> int:
        """The highest position in the section."""

    def count_withdrawn(self, section: str, first: int) -> int:
        """How many of the section's articles from a position on are withdrawn."""

    def between(self, section: str, first: int, last: int) -> Sequence[Stored]:
        """Articles at positions first to last, ascending, without bodies."""

    def every(self, section: str, first: int = 1) -> Iterator[Stored]:
        """Articles from a position on, ascending, with bodies; a stream."""

    def newest(self, *, bodies: bool) -> Iterator[Stored]:
        """Articles of all sections, by the day they came out, the newest first; a stream."""

    def by_day(self, first: date) -> Iterator[Stored]:
        """The same from a day on (UTC), the oldest first, with bodies; a stream."""

    def changed(self, since: int) -> Iterator[Stored]:
        """Articles with a revision stored, or that were withdrawn or restored, or of which a place in an old
        mirror was noted, after the archive's clock stood at ``since``, with bodies; each once."""

    def withdrawals(self, since: int = 0) -> Sequence[Withdrawn]:
        """What is withdrawn, in order, with ``since`` 0; else what was withdrawn or restored after the
        archive's clock stood there."""

    def at(self, places: Iterable[tuple[str, int]]) -> Iterator[Stored]:
        """The articles at these places (section, position), with bodies; for a few of them."""

    def adopted(self, path: str) -> Stored | None:
        """The article that stood at this path in an old mirror, without body."""

    def named(self, id: str) -> Stored | None:
        """The article that has this id, or for which it is kept, in any case, without body."""

    def referring(self, since: int) -> Iterator[Stored]:
        """Articles, without a revision after ``since``, that link to a path in an old mirror that was noted
        after it, with bodies."""

    def former_lists(self, since: int) -> Sequence[str]:
        """Paths of lists in old mirrors, of those noted after ``since``, in order."""

    def counted_until(self) -> int | None:
        """The newest day, in days since 1970, of which readers were counted; None without any."""

    def most_read(
        self, until: int, weights: Sequence[int], minimum: int, size: int
    ) -> Sequence[tuple[str, int, int]]:
        """The articles that were read most: section, position, and readers over as many days as there are
        ``weights``, the last of them ``until``. A reader weighs what stands at his day, the last day's first;
        the heaviest sum comes first. Withdrawn ones and those with fewer readers than ``minimum`` are left
        out."""

    def was_read(self, minimum: int) -> bool:
        """Whether any article had this many readers, all days together."""

    def amendments(self, section: str, position: int) -> Iterator[tuple[Revision, Revision]]:
        """Successive revisions (before, after) of an article that may say different things, newest first; at
        most 20 pairs. Nothing is loaded before it is asked for."""

    def amended(self, count: int) -> Sequence[Stored]:
        """The articles that the ``count`` newest of all such pairs are of, newest first, without bodies."""

    def picks(self, section: str) -> Sequence[Pick]:
        """What an editor picked for a section, in the editor's order."""

    def asset(self, path: str) -> Path:
        """The file that holds an asset."""

    def former_assets(self, since: int) -> Sequence[str]:
        """Assets that articles ``changed`` after ``since`` showed in any revision."""

    def assets_of(self, section: str, position: int) -> Sequence[str]:
        """Assets that an article's current revision shows."""

    def users(self, asset: str) -> Sequence[Stored]:
        """Articles whose current revision shows an asset, without bodies."""


class Standing(Protocol):
    """An edition's files as its last build left them."""

    def read(self, path: str) -> bytes:
        """A file; nothing where there is none."""

    def below(self, beginning: str) -> Iterator[str]:
        """The paths of all files that begin so, such as with a folder and its slash."""


class Edition(Protocol):
    """One rendered output: a frozen dataclass whose fields are its TOML keys."""

    @property
    def name(self) -> str:
        """Names its folder under ``out/``."""

    def digest(self, configuration: Configuration) -> str:
        """Changes whenever every page may look different."""

    def address(self, configuration: Configuration, stored: Stored | None) -> str:
        """Where readers find an article in this edition by the shortest way (None: its home); empty when
        the mirror has no address for it."""

    def front(self, configuration: Configuration, shelf: Shelf) -> str:
        """A short text that changes whenever the front pages (home, lists of links) may look different
        although no article was stored and ``digest`` is the same. Cheap: every build asks for it."""

    def rehearse(self, configuration: Configuration) -> None:
        """Try the templates of the mirror's own on a sample, before anything is made of them. Raises
        ``ConfigurationError`` for wrong ones, ``SafetyError`` for those that break a promise to readers."""

    def render(
        self,
        configuration: Configuration,
        shelf: Shelf,
        since: int | None,
        *,
        front: str = "",
        before: str = "",
        standing: Standing | None = None,
    ) -> Iterator[File | str]:
        """Files that may have changed after ``since`` (None: all files), and, as plain strings,
        paths that leave. The front pages are always among them. ``front`` is what the method of that name
        says now (empty: it is asked), ``before`` what it said at the build before (empty: unknown),
        ``standing`` the edition as that build left it (None: unknown). A pure function of its arguments."""


@dataclass(frozen=True, slots=True)
class Change:
    """A path of an edition that was written, or left when ``present`` is false. ``digest`` is the SHA-256 of
    its file in hex, where it is known."""

    path: str
    present: bool
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """What a target is asked to publish.

    ``root`` is the edition's folder; ``build`` counts builds of it from 1; ``changes`` gives what
    changed after an earlier build (0: every present file); ``state`` is what this target returned
    last time (empty at first); ``workspace`` is a folder of the target's own, kept between runs.
    ``sign`` gives an armoured SSH signature of a commit, in the namespace that git asks for, "git".
    """

    edition: str
    root: Path
    build: int
    when: datetime
    summary: str
    changes: Callable[[int], Iterable[Change]]
    workspace: Path
    state: str = ""
    sign: Callable[[bytes], str] | None = None

    @property
    def folder(self) -> Path:
        """The mirror's folder, above ``out/<edition>``; relative paths in the configuration start here."""
        return self.root.parent.parent


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a target did: ``state`` to be given back next time, ``changed`` whether anything moved,
    ``detail`` one line for people, ``notes`` further lines (a merge, a file that was not ours)."""

    state: str
    changed: bool
    detail: str
    notes: tuple[str, ...] = field(default=())


class Target(Protocol):
    """A place we push to: a frozen dataclass whose fields are its TOML keys."""

    @property
    def edition(self) -> str:
        """The name of the edition that it takes."""

    @property
    def name(self) -> str:
        """Names it in messages and state: type and address, without secrets."""

    def publish(self, release: Release) -> Receipt:
        """Push. Raises ``TargetError``; what was there before then stays as it was."""
