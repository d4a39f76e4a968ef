"""A made-up newsroom: articles and their pages, the same for the same number, of recombined words.

Pages have the size and the ballast of real ones: menus of 150 links, sidebars, scripts, style sheets,
60 to 170 kB. Nothing here was fetched from anywhere.
"""

from __future__ import annotations

import html
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

SITE = "https://harbour.example"
SECTIONS = ("city", "world", "money", "courts", "letters", "ports", "science", "health", "arts", "sport")
BODY = "div.story-text"
NEWEST = datetime(2026, 6, 1, tzinfo=UTC)
"""When the first new article after those of a populated mirror appears."""

_ENGLISH = """the a of to in for with from by on at council harbour ferry crane market river night morning price
budget minister reporter witness letter court judge harvest bridge fog signal station teacher school clinic nurse
doctor winter summer flood repair contract tender union strike wage rent tower window garden museum archive record
printer paper editor reader island coast storm pilot engine cargo customs office question answer promise delay
meeting vote member town village road railway ticket coffee bread salt fish boat net rope anchor said asked found
opened closed promised denied confirmed measured counted moved began ended carried built lost kept wrote read heard
slowly twice early late quietly again almost never often together alone behind above below between without after
before during several many few seven twelve forty hundred local national public private empty crowded broken new
old narrow heavy bright""".split()
_CHINESE = """港口 渡轮 吊车 市场 河边 夜里 清晨 价格 预算 部长 记者 证人 来信 法庭 法官 收成 大桥 雾气 信号 车站 教师 学校
诊所 护士 医生 冬天 夏天 洪水 修理 合同 招标 工会 罢工 工资 房租 高塔 窗户 花园 博物馆 档案 记录 印刷 报纸 编辑 读者 岛屿 海岸
风暴 领航员 发动机 货物 海关 办公室 问题 回答 承诺 延误 会议 投票 委员 城镇 村庄 公路 铁路 车票 咖啡 面包 食盐 鲜鱼 小船 渔网 绳索
船锚 表示 询问 发现 打开 关闭 答应 否认 证实 测量 计算 移动 开始 结束 运送 建造 失去 保留 书写 阅读 听见 缓慢 两次 很早 很晚 安静 再次
几乎 从不 时常 一起 独自 后面 上方 下方 之间 没有 之后 之前 期间 几个 许多 少数 本地 全国 公共 私人 空荡 拥挤 破旧 崭新 狭窄 沉重
明亮 的 了 在 和 对 把""".split()
_PERSIAN = """بندر کشتی جرثقیل بازار رودخانه شب صبح قیمت بودجه وزیر خبرنگار شاهد نامه دادگاه قاضی برداشت پل مه
ایستگاه آموزگار مدرسه درمانگاه پرستار پزشک زمستان تابستان سیل تعمیر قرارداد اتحادیه اعتصاب دستمزد اجاره برج
پنجره باغ موزه بایگانی کاغذ سردبیر خواننده جزیره ساحل توفان موتور بار گمرک پرسش پاسخ قول تأخیر نشست رأی عضو شهر
روستا جاده راه‌آهن بلیت قهوه نان نمک ماهی قایق تور طناب لنگر گفت پرسید یافت گشود بست تکذیب تأیید سنجید شمرد آغاز
پایان ساخت نوشت خواند شنید آهسته دوباره زود دیر آرام هرگز اغلب تنها پشت بالا پایین میان بدون پس پیش چند بسیار
محلی ملی همگانی خالی شلوغ شکسته تازه کهنه باریک سنگین روشن و در به از که را با""".split()


@dataclass(frozen=True)
class _Tongue:
    code: str
    words: tuple[str, ...]
    between: str
    comma: str
    stop: str
    sentence: tuple[int, int]  # words, from and to


_TONGUES = {
    "zh": _Tongue("zh-Hans", tuple(_CHINESE), "", "，", "。", (8, 20)),
    "en": _Tongue("en", tuple(_ENGLISH), " ", ", ", ". ", (8, 24)),
    "fa": _Tongue("fa", tuple(_PERSIAN), " ", "، ", ". ", (8, 22)),
}
_SPOKEN = ("zh", "zh", "en", "fa")


@dataclass(frozen=True)
class Piece:
    """One made-up article: what any of the contestants may need of it."""

    number: int
    section: str
    id: str
    url: str
    language: str
    title: str
    author: str
    published: datetime
    blocks: tuple[tuple[str, str], ...]  # (kind, text); kinds: p, h2, li, quote

    @property
    def markdown(self) -> str:
        marks = {"p": "", "h2": "## ", "li": "- ", "quote": "> "}
        return "\n\n".join(marks[kind] + text for kind, text in self.blocks)

    @property
    def html(self) -> str:
        tags = {"p": "p", "h2": "h2", "li": "li", "quote": "blockquote"}
        return "\n".join(f"<{tags[kind]}>{html.escape(text)}</{tags[kind]}>" for kind, text in self.blocks)


def piece(number: int, *, populated: int = 0) -> Piece:
    """The article with this number. The newest of ``populated`` articles appeared just before ``NEWEST``,
    two hours after the one before it."""
    chance = random.Random(number)
    section = chance.choice(SECTIONS)
    tongue = _TONGUES[chance.choice(_SPOKEN)]
    blocks: list[tuple[str, str]] = []
    for count in range(chance.randint(8, 22)):
        kind = "p" if count < 2 else chance.choices(("p", "h2", "li", "quote"), (14, 2, 1, 1))[0]
        text = _line(chance, tongue, 6) if kind == "h2" else _paragraph(chance, tongue)
        blocks.append((kind, text))
    return Piece(
        number=number,
        section=section,
        id=f"{1_000_000 + number}",
        url=f"{SITE}/news/{section}/{1_000_000 + number}.html",
        language=tongue.code,
        title=_line(chance, tongue, 9),
        author=_line(chance, tongue, 2),
        published=NEWEST + timedelta(hours=2) * (number - populated),
        blocks=tuple(blocks),
    )


def _line(chance: random.Random, tongue: _Tongue, words: int) -> str:
    text = tongue.between.join(chance.choices(tongue.words, k=words))
    return text[0].upper() + text[1:]


def _paragraph(chance: random.Random, tongue: _Tongue) -> str:
    sentences = []
    for _ in range(chance.randint(2, 6)):
        words = chance.choices(tongue.words, k=chance.randint(*tongue.sentence))
        half = len(words) // 2
        first, second = tongue.between.join(words[:half]), tongue.between.join(words[half:])
        sentences.append(first[0].upper() + first[1:] + tongue.comma + second)
    return (tongue.stop.join(sentences) + tongue.stop).strip()


# --- pages ---------------------------------------------------------------------------------------


def page(one: Piece) -> bytes:
    """The article's page as a publisher's server would send it: UTF-8, 60 to 170 kB."""
    chance = random.Random(-one.number - 1)
    dialect = one.language[:2]
    title, when = html.escape(one.title), one.published.isoformat()
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": one.title,
        "datePublished": when,
        "author": {"@type": "Person", "name": one.author},
    }
    body = one.html.splitlines()
    advert = '<div class="ad-slot" id="slot-{0}"><script>window.ads&&ads.show({0});</script></div>'
    for place in (2, 5, 8):
        body.insert(place, advert.format(place))
    body.insert(
        1,
        f'<figure><img src="{SITE}/pic/{one.id}.jpg" alt="{title}"><figcaption>{title}</figcaption></figure>',
    )
    return f"""<!DOCTYPE html>
<html lang="{one.language}"{' dir="rtl"' if dialect == "fa" else ""}><head><meta charset="utf-8">
<title>{title} - Harbour Times</title>
<link rel="canonical" href="{one.url}"><meta property="og:title" content="{title}">
<meta property="article:published_time" content="{when}"><meta name="author" content="{html.escape(one.author)}">
<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False)}</script>
<style>{_style()}</style>
<script>{_script(one.number % 7)}</script></head><body class="page">
<header><div class="logo"><a href="/">Harbour Times</a></div><nav class="menu">{_menu(dialect)}</nav></header>
<div class="wrap"><div class="crumbs"><a href="/">Harbour</a> &gt; <a href="/{one.section}/">{one.section}</a></div>
<main><article class="story"><h1 class="headline">{title}</h1>
<div class="byline"><span class="author">{html.escape(one.author)}</span> <time datetime="{when}">{when[:10]}</time></div>
<div class="share"><a href="#" onclick="share(1)">Share</a> <a href="#" onclick="share(2)">Post</a></div>
<div class="story-text">
{chr(10).join(body)}
</div><div class="tags">{"".join(f'<a href="/tag/{n}">{n}</a>' for n in chance.choices(_ENGLISH, k=6))}</div></article>
<section class="comments">{_comments(chance, dialect)}</section></main>
<aside class="sidebar">{_sidebar(one.number % 11, dialect)}</aside></div>
<footer>{_menu(dialect)}<p>&copy; Harbour Times. All rights reserved.</p></footer>
<script>{_script(7 + one.number % 5)}</script></body></html>
""".encode()


@cache
def _style() -> str:
    chance = random.Random("style")
    rules = (
        f".{a}-{b}{{margin:{chance.randint(0, 40)}px;color:#{chance.randrange(1 << 24):06x};padding:0 4px}}"
        for a in _ENGLISH[11:31]
        for b in _ENGLISH[31:41]
    )
    return "\n".join(rules)


@cache
def _script(seed: int) -> str:
    """Data and calls as trackers and players leave them, 5 to 35 kB."""
    chance = random.Random(f"script {seed}")
    calls = []
    for number in range(chance.randint(60, 420)):
        data = {word: chance.randrange(1 << 20) for word in chance.choices(_ENGLISH, k=4)}
        calls.append(f"(window.q=window.q||[]).push(['set{number}',{json.dumps(data)}]);")
    return "\n".join(calls)


@cache
def _menu(dialect: str) -> str:
    chance, tongue = random.Random(f"menu {dialect}"), _TONGUES[dialect]
    items = (
        f'<li class="menu-item menu-item-{n}"><a href="/{chance.choice(SECTIONS)}/{n}/">{_line(chance, tongue, 2)}</a></li>'
        for n in range(150)
    )
    return f"<ul>{''.join(items)}</ul>"


@cache
def _sidebar(seed: int, dialect: str) -> str:
    chance, tongue = random.Random(f"side {seed}{dialect}"), _TONGUES[dialect]
    items = (
        f'<div class="teaser"><a href="/news/city/{n}.html"><img src="/thumb/{n}.jpg" alt=""><h4>{_line(chance, tongue, 9)}'
        f"</h4></a><p>{_line(chance, tongue, 14)}</p></div>"
        for n in chance.choices(range(900_000), k=60)
    )
    return "\n".join(items)


def _comments(chance: random.Random, dialect: str) -> str:
    tongue = _TONGUES[dialect]
    return "\n".join(
        f'<div class="comment"><b>{_line(chance, tongue, 1)}</b><p>{_line(chance, tongue, 18)}</p></div>'
        for _ in range(chance.randint(0, 40))
    )
