"""The demonstration: the bundled newsroom, mirrored twice over real HTTP and pushed to a real git remote."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from mirrorpress.app.configuration import load
from mirrorpress.app.counts import describe_import
from mirrorpress.app.newsroom import Newsroom, access_log, sample_configuration
from mirrorpress.app.newsroom.sample import OLD_PATH, PICKS, READERS_WAY, old_mirror
from mirrorpress.app.output import Speaker, summary
from mirrorpress.app.overrides import rehearse
from mirrorpress.app.starter import toml_text
from mirrorpress.archive.withdrawals import Words
from mirrorpress.editions.scripts import is_installed
from mirrorpress.errors import UsageError
from mirrorpress.gather.counts.records import Window
from mirrorpress.gather.sources.mirror import OldMirror
from mirrorpress.model import TEMPLATES
from mirrorpress.pipeline.authority import Authority
from mirrorpress.pipeline.keyring import make_key
from mirrorpress.pipeline.report import Report
from mirrorpress.pipeline.run import Run
from mirrorpress.trust.chain import Holders

_READERS = (60, 130, 30, 12)
_SITE = """
[[editions]]
type = "site"
{extras}

[[targets]]
type = "directory"
edition = "site"
path = "www"
"""
_NOTES = """{% for note in notes %}> 📌 **{{ words.notice }}**
>
{{ note }}

{% endfor %}"""


def play(folder: Path | None, speaker: Speaker) -> int:
    """Run the demonstration in ``folder`` and say what happened; returns the exit status.

    Raises ``UsageError`` when the folder holds something already.
    """
    folder = (folder or Path(tempfile.mkdtemp(prefix="mirrorpress-demo-"))).resolve()
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            "the folder is not empty", where=str(folder), hint="name a new one, or remove it first"
        )
    folder.mkdir(parents=True, exist_ok=True)
    remote = folder / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote)], check=True)
    with Newsroom() as newsroom:
        path = folder / "mirrorpress.toml"
        text = sample_configuration(newsroom.url, str(remote))
        extras = "short_addresses = true" + ('\nalso_in = ["zh-Hant"]' if is_installed() else "")
        text = text.replace('type = "markdown"', f'type = "markdown"\n{extras}') + READERS_WAY
        text = text.replace("contact =", 'site_addresses = ["https://mirror.example.org/"]\ncontact =', 1)
        text = text.replace('id = "town"', 'id = "town"\nkeep = 4', 1)
        text += _SITE.format(extras=extras + ("\nsearch = true" if is_installed() else ""))
        path.write_text(text, encoding="utf-8")
        _lay_out(folder, newsroom.url)
        key = _make_keys(path, folder)
        speaker.say(f"A sample newsroom, “Harbour Times”, is open at {newsroom.url}")
        speaker.say("\nFirst run: every article is new.")
        failed = _run(path, speaker)
        speaker.say("\nReaders come. The log of the web server that shows the mirror is counted:")
        failed |= _count(path, speaker)
        speaker.say("\nThe newsroom asks to take an article back. The next run does:")
        _withdraw(path, f"{newsroom.url}/en/2026/06/10/how-to-read-the-tide-tables", speaker)
        speaker.say("\nA page of an old-style mirror is adopted. The next run publishes it:")
        failed |= _adopt(path, newsroom.url, speaker)
        newsroom.edition = 2
        speaker.say("\nThe newsroom publishes one article, corrects one and takes one away. Second run:")
        failed |= _run(path, speaker)
    clone = folder / "reader"
    subprocess.run(["git", "clone", "--quiet", str(remote), str(clone)], check=True)
    pages = sorted((clone / "pages").rglob("*.md"))
    speaker.say(f"\nA reader who clones the mirror gets {len(pages)} pages in {clone}:")
    others = sorted(clone.glob("zh-*/README.md"))
    for page in (clone / "README.md", clone / "indexes" / "hot.md", *_one_a_section(pages), *others):
        speaker.say(f"  {page}")
    speaker.say(
        f"Notes, picks and links stand in\n  {clone / 'README.md'}\n  {clone / 'indexes' / 'picks.md'}"
    )
    short = min((clone / "s").glob("*.md"))
    speaker.say(f"An address short enough to be read aloud\n  {short}")
    sheet = _print(path, speaker)
    for page in sorted((clone / "corrections").rglob("*.md")):
        speaker.say(f"What the newsroom corrected is shown word by word in\n  {page}")
    speaker.say(f"Whoever follows the old mirror's path is led on by\n  {clone / OLD_PATH}")
    speaker.say(f"Whoever has this key can check every copy of the mirror\n  {key}")
    site = folder / "www" / "index.html"
    speaker.say(f"The same as a web site, of which every page but search works from the disk\n  {site}")
    left = clone / "pages" / "town" / "fish-market-tries-a-quieter-auction.md"
    speaker.say(f"What is too old for the section leaves a page that says where the original is\n  {left}")
    command = _own_name()
    speaker.say(
        f"\nWhat to try next, in {folder}:\n"
        f"  the configuration            {path}\n"
        f"  the site, with search        {command} preview -c {path}\n"
        f"  what each run pushed         git -C {remote} log --stat\n"
        f"  a timetable for it           {command} schedule systemd -c {path}\n"
        f"  how the mirror stands        {command} status -c {path}\n"
        f"  what is read most            {command} counts show -c {path}\n"
        f"  a sheet to print             {sheet}\n"
        f"  whether a copy is genuine    {command} verify {folder / 'www'} --key {key}\n"
        f"  carry the mirror on          {command} follow {folder / 'www'} {folder}-copy --key {key}\n"
        f"  a template of its own        {folder / TEMPLATES / 'markdown' / 'notes.md'}\n"
        f"  a mirror of your own         {command} init my-mirror --source https://your-newsroom.example/feed.xml"
    )
    return 1 if failed else 0


def _lay_out(folder: Path, url: str) -> None:
    """An editor's list, and a template of the mirror's own."""
    (folder / "picks.csv").write_text(PICKS.format(url=url), encoding="utf-8")
    templates = folder / TEMPLATES / "markdown"
    templates.mkdir(parents=True)
    (templates / "notes.md").write_text(_NOTES, encoding="utf-8")


def _make_keys(path: Path, folder: Path) -> Path:
    """Keys in a temporary folder, as they must not lie in the mirror's; the file that others check with."""
    keys = Path(tempfile.mkdtemp(prefix="mirrorpress-demo-keys-"))
    root, online = (make_key(keys / name, name, passphrase=False) for name in ("root-1", "online"))
    authority = Authority(folder, [keys])
    authority.found(Holders((root,), 1, (root,), online), load(path).mirror, datetime.now(UTC))
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n[trust]\nkeys = {toml_text(str(keys))}\n")
    key = folder / "harbour.root.json"
    key.write_bytes(authority.roots[-1])
    return key


def keep_open(port: int, day: int, speaker: Speaker) -> None:
    """Keep the sample newsroom open on this machine, as on its first or second day, until Ctrl-C or SIGTERM.

    Raises ``UsageError`` when the port is taken.
    """
    try:
        with Newsroom(day, port=port) as newsroom:
            speaker.say(
                f"A sample newsroom, “Harbour Times”, is open as on day {day}; Ctrl-C closes it\n"
                f"  {newsroom.url}/news/gb/p2.xml    Chinese, a feed\n"
                f"  {newsroom.url}/en/feed.atom      English, a feed\n"
                f"  {newsroom.url}/fa/               Persian, a list page"
            )
            with suppress(KeyboardInterrupt):
                Event().wait()
    except OSError as error:
        raise UsageError(
            f"the port cannot be opened: {error.strerror}", where=str(port), hint="name another with --port"
        ) from error


def _run(path: Path, speaker: Speaker) -> bool:
    configuration, report = load(path), Report()
    rehearse(configuration)
    with Run(configuration, "demo", report) as run, speaker.progress(report):
        run.sync()
        run.build()
        run.publish()
    speaker.failures(report)
    for line in report.published:
        speaker.say(f"✓ {line}")
    speaker.say(f"  {summary(report)}")
    return bool(report.failures)


def _count(path: Path, speaker: Speaker) -> bool:
    """Take over a log of invented readers, of four pages: the last of them too few to be shown."""
    configuration, report = load(path), Report()
    root = path.parent / "out" / "markdown"
    before = urlsplit(configuration.mirror.addresses[0]).path
    pages = [str(page.relative_to(root)) for page in sorted((root / "pages").rglob("*.md"))]
    log = path.with_name("access.log")
    log.write_text(
        access_log({f"{before}{page}": count for page, count in zip(pages[1::3], _READERS, strict=False)}),
        encoding="utf-8",
    )
    with Run(configuration, "demo", report) as run:
        found = run.count([str(log)], format="", source="", window=Window())
    speaker.failures(report)
    for line in describe_import(found):
        speaker.say(f"  {line}")
    return bool(report.failures)


def _withdraw(path: Path, url: str, speaker: Speaker) -> None:
    words = Words("A letter of the newsroom", "The newsroom asked to.")
    with Run(load(path), "demo", Report()) as run:
        for one in run.withdraw([url], words, in_advance=False):
            speaker.say(f"✓ {one.url}: withdrawn")


def _print(path: Path, speaker: Speaker) -> Path:
    """Make a sheet of what is read most."""
    sheet = path.with_name("sheet.html")
    with Run(load(path), "demo", Report()) as run:
        made = run.sheet(count=6)
    sheet.write_bytes(made.html)
    speaker.say(f"A sheet of {made.articles} articles to print\n  {sheet}")
    return sheet


def _adopt(path: Path, url: str, speaker: Speaker) -> bool:
    old, report = path.parent / "old-mirror", Report()
    old_mirror(old, url)
    with Run(load(path), "demo", report) as run:
        run.adopt(OldMirror(str(old)), pictures=False)
    speaker.failures(report)
    speaker.say(f"✓ {old}: {report.new} adopted")
    return bool(report.failures)


def _own_name() -> str:
    """The command as it was called: in a virtual environment it may not be on the PATH."""
    name = Path(sys.argv[0])
    return str(name) if name.name == "mirrorpress" else "mirrorpress"


def _one_a_section(pages: list[Path]) -> list[Path]:
    return list({page.parent: page for page in pages}.values())
