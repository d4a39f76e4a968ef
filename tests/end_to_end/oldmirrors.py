"""An old-style mirror in our own words, in a git repository with a history."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HOST = "https://git.example.org/old/mirror/blob/master/"
ORIGINAL = "https://www.harbour.example/news/gb/2023/02/22/"
MENU = "#### [首页](../../README.md) &nbsp;&nbsp;|&nbsp;&nbsp; [{name}](../../indexes/{name}.md) | [热点推荐](../../indexes/热点推荐.md)"


def page(place: str, title: str, section: str, original: str, body: str = "") -> str:
    """The text of a page at ``place``."""
    return f"""### {title}(图)
------------------------

{MENU.format(name=section)}

<div class="article_right">
 <p>
  【港湾报2023年2月22日讯】{title}。镇上的人都说，这件事要从头讲起，讲完天就亮了。{body}
 </p>
</div>

<hr/>
手机上长按并复制下列链接或二维码分享本文章：<br/>
{HOST}{place} <br/>
<a href='{HOST}{place}'><img src='https://cdn.example.org/{place}.png'/></a> <br/>
原文地址（需翻墙访问）：{ORIGINAL}{original}.html


------------------------
{MENU.format(name=section)}


<img src='http://tracker.example/{place}' width='0px' height='0px'/>"""


@dataclass
class OldMirror:
    """Its folder, with a commit a call of ``commit``; ``titles`` are those of its pages, by place."""

    folder: Path
    titles: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        command = [
            "git",
            "-C",
            str(self.folder),
            "-c",
            "core.quotePath=false",
            "-c",
            "core.precomposeUnicode=false",
        ]
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        return subprocess.run([*command, *who, *arguments], check=True, capture_output=True, text=True).stdout

    def write(self, place: str, text: str) -> None:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add(self, place: str, title: str, *, section: str = "", original: str = "", body: str = "") -> None:
        name = section or place.split("/")[1]
        self.titles[place] = title
        self.write(
            place, page(place, title, name, original or place.replace("/", "-").removesuffix(".md"), body)
        )

    def list(self, name: str, *places: str) -> None:
        rows = "\n\n".join(f"#### [{self.titles[place]}](../{place})" for place in places)
        self.write(f"indexes/{name}.md", f"### {name}\n\n#### [首页](../README.md)\n\n{rows}\n")

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "cron")

    def paths(self) -> list[str]:
        return self.git("ls-tree", "-r", "-z", "--name-only", "HEAD").strip("\0").split("\0")
