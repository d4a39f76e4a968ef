"""A small signed mirror, made once by the real command line, and what attackers do to its copies."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mirrorpress.app.cli import main
from mirrorpress.app.configuration import load
from mirrorpress.app.newsroom import Newsroom
from mirrorpress.archive.store import Archive
from mirrorpress.editions.copies import readdressed
from mirrorpress.gather.places import Folder
from mirrorpress.pipeline.authority import Authority
from mirrorpress.pipeline.keyring import unlocked
from mirrorpress.pipeline.signing import Signer, keys_of
from mirrorpress.pipeline.verifying import Verdict, Verifier
from mirrorpress.trust import documents
from mirrorpress.trust.keys import PublicKey
from mirrorpress.trust.roles import TIMESTAMP_LIFE, is_signing, metadata_path
from tests.gather.loopback import Reply, Site

ORIGIN = "https://mirror.example.org/"
CONFIGURATION = """
[mirror]
title = "Harbour Light"
addresses = ["https://git.example.org/team/mirror/src/branch/main/"]
site_addresses = ["{origin}"]
[[publishers]]
id = "harbour"
name = "Harbour Times"
url = "{url}/"
rights = "own"
[[sections]]
id = "town"
title = "Town"
publisher = "harbour"
source = {{ type = "feed", url = "{url}/en/feed.atom" }}
[fetch]
allow_private = ["{host}"]
delay = 0
[[editions]]
type = "markdown"
[[editions]]
type = "site"
compress = ["gzip"]
"""


def written(moment: datetime) -> str:
    """A time as metadata has it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def run(*arguments: str | Path, folder: Path) -> tuple[int, str, str]:
    """The real command line in this process: its exit status, stdout and stderr."""
    out, words = StringIO(), StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(words), pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    assert "Traceback" not in words.getvalue()
    return int(end.value.code or 0), out.getvalue(), words.getvalue()


@dataclass(frozen=True)
class Mirror:
    """A signed mirror in a folder of its own; its keys lie in ``keys``."""

    folder: Path
    keys: Path

    @property
    def root(self) -> bytes:
        """What a reader was given when the mirror began."""
        return (self.folder / "trust/root/1.root.json").read_bytes()

    @property
    def site(self) -> Path:
        return self.folder / "out/site"

    @property
    def markdown(self) -> Path:
        return self.folder / "out/markdown"

    @property
    def signed_at(self) -> datetime:
        said = self.document("timestamp")[documents.OWN]["signed"]
        return datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

    def document(self, role: str, edition: Path | None = None) -> dict[str, Any]:
        """What a role signed."""
        found: dict[str, Any] = json.loads(((edition or self.site) / metadata_path(role)).read_bytes())
        signed: dict[str, Any] = found["signed"]
        return signed

    def key(self, name: str) -> PublicKey:
        return PublicKey.from_line((self.keys / f"{name}.pub").read_text("utf-8"))

    def run(self, *arguments: str | Path, expect: int = 0) -> str:
        """The command line in the mirror's folder; returns stdout."""
        status, out, words = run(*arguments, folder=self.folder)
        assert status == expect, words
        return out

    def sign(self, after: timedelta) -> None:
        """Sign both editions anew, that long after they last were."""
        configuration = load(self.folder / "mirrorpress.toml")
        authority = Authority(self.folder, keys_of(configuration))
        with Archive(self.folder, started=self.signed_at) as archive:
            Signer(configuration, archive, authority, self.signed_at + after).sign(configuration.editions)

    def seal(self, edition: Path, role: str, signed: Mapping[str, Any], *keys: str) -> bytes:
        """Forge a document with stolen keys (default: the online one), and put it into a copy."""
        payload = documents.canonical(signed)
        stolen = [self.key(name) for name in keys or ("online",)]
        with unlocked(stolen, [self.keys]) as keyring:
            data = documents.sealed(payload, {key.id: keyring.sign(key, payload) for key in stolen})
        (edition / metadata_path(role)).write_bytes(data)
        return data

    def seal_freshness(self, edition: Path, number: int, **timestamp: Any) -> None:
        """Forge snapshot and timestamp with the stolen online key, so that a copy fits together."""
        snapshot = {**self.document("snapshot", edition), "version": number}
        data = self.seal(edition, "snapshot", snapshot)
        of = {"hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "length": len(data), "version": number}
        told = {**self.document("timestamp", edition), "version": number, "meta": {"snapshot.json": of}}
        self.seal(edition, "timestamp", {**told, **timestamp})

    def date(self, edition: Path, signed_at: datetime, number: int = 2) -> None:
        """Have a copy signed at another time, by whoever holds the online key."""
        own = {**self.document("timestamp", edition)[documents.OWN], "signed": written(signed_at)}
        expires = written(signed_at + TIMESTAMP_LIFE)
        self.seal_freshness(edition, number, expires=expires, **{documents.OWN: own})

    def verify(
        self,
        copy: Path,
        *,
        after: timedelta = timedelta(minutes=1),
        state: Path | None = None,
        root: bytes = b"",
        address: str = "",
    ) -> Verdict:
        """What the real client says of a copy, so long after the mirror was signed."""
        verifier = Verifier(root or self.root, state, self.signed_at + after)
        return verifier.copy(Folder(copy), address=address)


@pytest.fixture(scope="session")
def first_mirror(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    folder = tmp_path_factory.mktemp("mirror")
    made = Mirror(folder / "mirror", folder / "keys")
    made.folder.mkdir()
    with Newsroom() as newsroom:
        text = CONFIGURATION.format(url=newsroom.url, host=newsroom.url.partition("//")[2], origin=ORIGIN)
        (made.folder / "mirrorpress.toml").write_text(text, encoding="utf-8")
        made.run("key", "init", "--no-passphrase", "--keys", made.keys, "-q")
        made.run("run", "-q")
    return made


@pytest.fixture
def mirror(first_mirror: Mirror, tmp_path: Path) -> Mirror:
    """A mirror of the test's own."""
    own = Mirror(tmp_path / "mirror", tmp_path / "keys")
    shutil.copytree(first_mirror.folder, own.folder)
    shutil.copytree(first_mirror.keys, own.keys)
    place = own.folder / "mirrorpress.toml"
    text = place.read_text("utf-8").replace(str(first_mirror.keys), str(own.keys))
    place.write_text(text, encoding="utf-8")
    return own


@pytest.fixture
def copy(mirror: Mirror, tmp_path: Path) -> Path:
    """Somebody's copy of the site."""
    return Path(shutil.copytree(mirror.site, tmp_path / "copy"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader who knows nothing yet: an empty folder, and no configuration or state but below it."""
    place = tmp_path / "reader"
    place.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "state"))
    return place


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Site]]:
    """Serves a copy at a loopback address."""
    sites: list[Site] = []

    def serve(copy: Path) -> Site:
        site = Site()
        sites.append(site)
        for place in copy.rglob("*"):
            if place.is_file():
                site.pages[f"/{place.relative_to(copy).as_posix()}"] = Reply(place.read_bytes())
        return site

    yield serve
    for site in sites:
        site.close()


def readdress(copy: Path, before: str, after: str) -> None:
    """Make a copy a follower's: with an address of its own, and without lists that are the origin's."""
    for place in sorted(copy.rglob("*")):
        path = place.relative_to(copy).as_posix()
        if not place.is_file():
            continue
        if is_signing(path):
            if not path.startswith("metadata/"):
                place.unlink()
        elif not path.endswith(".gz"):
            data = readdressed(path, place.read_bytes(), before, after)
            place.write_bytes(data)
            packed = place.with_name(f"{place.name}.gz")
            if packed.exists():
                packed.write_bytes(gzip.compress(data, 9, mtime=0))


def page_of(copy: Path) -> Path:
    """A page of an article."""
    return min((copy / "pages").rglob("*.html"), default=None) or min((copy / "pages").rglob("*.md"))
