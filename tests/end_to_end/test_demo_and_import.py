"""``demo``, ``init --source`` and ``import`` as a newcomer uses them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from mirrorpress.app.configuration import load
from mirrorpress.app.newsroom import Newsroom
from tests.end_to_end.conftest import Mirror

OLD_PAGE = """### 灯塔重新点亮 渔民回港(图)
------------------------

#### [首页](../../README.md)  &nbsp;&nbsp;|&nbsp;&nbsp; [p7](../../indexes/p7.md)   &nbsp;&nbsp;|&nbsp;&nbsp; [热点推荐](../../indexes/热点推荐.md)

<div class="article_right">
 <p style="text-align:center">
  <img alt="夜里的灯塔" src="//pictures.invalid/lamp.jpg"/>
  <br>
   夜里的灯塔
  </br>
 </p>
 <div id="txt-mid1" style="display:none;">

---

#### [ 🔥  推荐：另一个网站](http://192.0.2.7:10000/index.html)

 </div>
 <p>
  【港湾报2023年2月22日讯】镇上的
  <ok>
   老灯塔
  </ok>
  昨晚重新点亮。
 </p>
 <p>
  版权所有，任何形式转载需港湾报授权许可。
 </p>
</div>

<hr/>
手机上长按并复制下列链接或二维码分享本文章：<br/>
https://git.example.org/old/blob/master/pages/p7/Lamp-77.md <br/>
<a href='https://git.example.org/old/blob/master/pages/p7/Lamp-77.md'><img src='https://cdn.example.org/p7/Lamp-77.md.png'/></a> <br/>
原文地址（需翻墙访问）：https://www.harbour.example/news/gb/2023/02/22/lamp-77.html


------------------------
#### [首页](../../README.md)  &nbsp;&nbsp;|&nbsp;&nbsp; [p7](../../indexes/p7.md)


<img src='http://tracker.example/p7/Lamp-77.md' width='0px' height='0px'/>"""


def old_mirror(folder: Path) -> Path:
    (folder / "old").mkdir()
    (folder / "old" / "Lamp-77.md").write_text(OLD_PAGE, encoding="utf-8")
    (folder / "old" / "README.md").write_text("# not an article\n", encoding="utf-8")
    return folder / "old"


def test_import_adopts_a_page_with_its_path_and_without_its_mess(mirror: Mirror) -> None:
    report = mirror.run("import", str(old_mirror(mirror.folder)), "--publisher", "harbour", "--no-pictures")
    assert (report["new"], report["failed"], report["excerpts_only"]) == (1, 0, 0)
    mirror.run("build")
    mirror.run("publish")
    page = mirror.page("pages/p7/Lamp-77.md")
    assert page.startswith("# 灯塔重新点亮 渔民回港\n")
    assert "2023年2月22日" in page
    assert "镇上的老灯塔昨晚重新点亮。" in page
    assert "夜里的灯塔" in page
    assert "pictures.invalid/lamp.jpg" in page
    assert "版权所有，任何形式转载需港湾报授权许可。" in page
    assert "<https://www.harbour.example/news/gb/2023/02/22/lamp-77.html>" in page
    for left_over in ("192.0.2.7", "推荐", "tracker", "cdn.example", "热点", "手机上", "<ok>"):
        assert left_over not in page
    assert "pages/p7/Lamp-77.md" in mirror.page("indexes/p7.md")


def test_import_without_rights_publishes_an_excerpt_until_a_publisher_is_named(mirror: Mirror) -> None:
    old = str(old_mirror(mirror.folder))
    done = mirror.command("import", old, "--no-pictures")
    assert "only excerpts" in done.stderr
    assert "--publisher" in done.stderr
    mirror.run("build")
    assert "版权所有" not in mirror.out()["pages/p7/Lamp-77.md"].decode()
    mirror.run("import", old, "--no-pictures", "--publisher", "harbour")
    mirror.run("build")
    assert "版权所有" in mirror.out()["pages/p7/Lamp-77.md"].decode()


def test_import_from_a_git_repository_twice_changes_nothing(mirror: Mirror) -> None:
    old = old_mirror(mirror.folder)
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "old"],
    ):
        subprocess.run(["git", "-C", str(old), *command], check=True)
    assert mirror.run("import", old.as_uri(), "--no-pictures")["new"] == 1
    again = mirror.run("import", old.as_uri(), "--no-pictures")
    assert (again["new"], again["unchanged"]) == (0, 1)


def test_a_mirror_that_is_not_there_stops_no_other_section(mirror: Mirror) -> None:
    old = old_mirror(mirror.folder)
    sections = "".join(
        f"""
[[sections]]
id = "{id}"
title = "{id}"
publisher = "harbour"
source = {{ type = "mirror", path = "{path}" }}
"""
        for id, path in (("gone", "nowhere"), ("old", old))
    )
    mirror.configure(mirror.configuration + sections)
    report = mirror.run("run", expect=1)
    assert report["new"] == 14
    assert [one["section"] for one in report["failures"]] == ["gone"]
    assert "渔民回港" in mirror.page("pages/p7/Lamp-77.md")


def test_a_section_that_an_old_menu_names_cannot_leave_its_folder(mirror: Mirror) -> None:
    old = old_mirror(mirror.folder)
    for number, name in enumerate(("..", ".git", "CON", "..\\..")):
        page = OLD_PAGE.replace("indexes/p7.md", f"indexes/{name}.md").replace(
            "lamp-77.html", f"{number}.html"
        )
        (old / f"{number}.md").write_text(page, encoding="utf-8")
    mirror.run("import", str(old), "--no-pictures")
    mirror.run("build")
    pages = [path for path in mirror.out() if path.startswith("pages/")]
    assert len(pages) == 5
    assert sorted(path.split("/")[1] for path in pages) == [
        "adopted",
        "adopted",
        "con-page",
        "git-page",
        "p7",
    ]


def test_demo_runs_to_its_end(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mirrorpress", "demo", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "13 new" in done.stderr
    assert "1 new, 1 updated" in done.stderr
    assert (tmp_path / "demo" / "reader" / "pages" / "p2" / "10006.md").is_file()
    shown = tmp_path / "demo" / "reader" / "corrections" / "p2" / "10002.md"
    assert str(shown) in done.stderr
    assert "<del>" in shown.read_text(encoding="utf-8")
    taken = tmp_path / "demo" / "reader" / "pages" / "town" / "how-to-read-the-tide-tables.md"
    assert taken.read_text(encoding="utf-8").startswith("# 本文已撤下\n")
    old = (tmp_path / "demo" / "reader" / "pages" / "港湾要闻" / "9001.md").read_text(encoding="utf-8")
    assert old.startswith("# 老码头的钟又响了\n")
    assert "](../../pages/p2/9001.md)" in old
    assert (tmp_path / "demo" / "reader" / "pages" / "p2" / "9001.md").is_file()
    assert "1 adopted" in done.stderr
    most_read = (tmp_path / "demo" / "reader" / "indexes" / "hot.md").read_text(encoding="utf-8")
    assert re.findall(r"约 (\d+) 位读者", most_read) == ["130", "60", "30"]
    reader = tmp_path / "demo" / "reader"
    assert (reader / "zh-Hant" / "pages" / "p2" / "10006.md").is_file()
    home, page = ((reader / name).read_text(encoding="utf-8") for name in ("README.md", "pages/p2/10001.md"))
    assert "> 📌 **本镜像公告**\n>\n> **本镜像只是演示**" in home
    assert (
        "## [编辑推荐](indexes/picks.md)\n\n- 2026-06-12 [夏季渡轮时刻表：末班船晚九点](pages/p2/10001.md)"
        in home
    )
    assert "## 以下由本镜像提供，并非出自原媒体\n\n- [镜像列表 ↗](https://example.org/mirrors)" in home
    assert "本镜像：[如何打开本站](../../help.md)" in page
    assert "以下由本镜像提供，并非出自原媒体：\n\n- [写信给本镜像 ↗](mailto:desk@example.org)" in page
    code = re.search(r"/s/(\w+)\.md", page)
    assert code
    assert (reader / "s" / f"{code[1]}.md").is_file()
    assert "<svg" in (tmp_path / "demo" / "sheet.html").read_text(encoding="utf-8")
    assert str(tmp_path / "demo" / "sheet.html") in done.stderr
    left = reader / "pages" / "town" / "fish-market-tries-a-quieter-auction.md"
    assert "本镜像已不在此保留这篇文章" in left.read_text(encoding="utf-8")
    www = tmp_path / "demo" / "www"
    assert str(www / "index.html") in done.stderr
    assert {"index.html", "search.html", "404.html"} <= {one.name for one in www.iterdir()}
    assert "老灯塔" in (www / "pages" / "p2" / "10002.html").read_text(encoding="utf-8")
    assert "本文已撤下" in (www / "pages/town/how-to-read-the-tide-tables.html").read_text(encoding="utf-8")


def test_init_from_a_feed_gives_a_mirror_that_runs(tmp_path: Path) -> None:
    with Newsroom() as newsroom:
        host = newsroom.url.removeprefix("http://")
        base = [sys.executable, "-m", "mirrorpress"]
        subprocess.run(
            [*base, "init", "mine", "--source", f"{newsroom.url}/en/feed.atom", "--allow-private", host],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
        path = tmp_path / "mine" / "mirrorpress.toml"
        assert load(path).sections
        with path.open("a", encoding="utf-8") as file:
            file.write("delay = 0\n")  # below [fetch], which init wrote last
        done = subprocess.run([*base, "run", "-c", str(path)], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "5 new" in done.stderr
