"""What names of classes and tags, and the first words of short blocks, say about a block.

The words are those of page templates in the languages of the training pages; the classifier learns what each
group is worth, so a group that misleads costs little.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES = {
    "body": "article body content entry post story text prose richtext wysiwyg copy rte artikel articulo noticia "
    "nota corps texte cuerpo inhalt zhengwen neirong news detail detailtext fulltext storytext longform",
    "main": "main primary center middle hauptinhalt",
    "paragraph": "paragraph para absatz paragraphs textblock block",
    "caption": "caption figcaption credit credits wpcaption copyright legende bildunterschrift photo picture image "
    "img media tuzhu photographer bild foto",
    "meta": "meta byline author authors autor date time timestamp pubdate published publish datum info infos source "
    "dateline writer reporter editor kicker eyebrow overline dachzeile rubrik section category categories tag "
    "tags keyword keywords topic topics breadcrumb breadcrumbs crumb crumbs",
    "title": "title headline heading head titel titulo titre h1 subtitle subheadline",
    "lead": "lead lede teaser intro standfirst dek deck summary excerpt abstract chapeau vorspann subhead description "
    "anleser digest zhaiyao",
    "share": "share sharing shares sharebar social socials addthis facebook twitter whatsapp addtoany follow print "
    "email mail fav like likes toolbar tools jiathis bdshare qrcode weixin weibo",
    "related": "related recommend recommended recommendation recommendations more readmore also similar popular "
    "trending mostread latest top hot next prev previous promo promos teasers card cards carousel slider list "
    "listing items item grid feed river widget widgets xiangguan tuijian",
    "around": "nav navigation menu navbar sidebar side aside rail right left footer foot header bottom breadcrumb "
    "pagination pager tabs topbar bar kolumne spalte",
    "ad": "ad ads adv advert advertisement advertising sponsor sponsored banner promo promotion taboola outbrain dfp "
    "anzeige werbung publicidad guanggao commercial affiliate shop product products",
    "comment": "comment comments commentlist reply replies respond response disqus discussion forum kommentar "
    "kommentare comentarios pinglun review reviews rating",
    "ask": "newsletter subscribe subscription signup signin login register paywall premium donate donation support "
    "membership cookie cookies consent gdpr privacy popup modal overlay form notice alert banner abo",
    "author": "bio biography authorbox profile avatar about contributor contributors vcard autorbox",
    "box": "box infobox sidebar factbox pullquote pull quote callout aside note toc contents table embed gallery "
    "slideshow video player audio podcast",
}
_TAG_NAMES = {
    "article": "article", "main": "middle", "header": "top", "footer": "bottom", "aside": "beside", "form": "form",
    "figure": "figure", "blockquote": "quotation", "ul": "bullets", "ol": "bullets", "dl": "bullets", "table": "table",
    "nav": "bottom", "figcaption": "figure", "pre": "quotation", "details": "beside",
}  # fmt: skip
GROUPS: tuple[str, ...] = tuple(dict.fromkeys((*_NAMES, *_TAG_NAMES.values())))
_BITS = {name: 1 << number for number, name in enumerate(GROUPS)}
TAGS = {tag: _BITS[name] for tag, name in _TAG_NAMES.items()}
_WORDS: dict[str, int] = {}
for _group, _list in _NAMES.items():
    for _word in _list.split():
        _WORDS[_word] = _WORDS.get(_word, 0) | _BITS[_group]
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|h1")
_LONGEST = 200  # characters of a class and id that are looked at


@lru_cache(maxsize=4000)
def groups_of_names(names: str) -> int:
    """The groups, as bits in the order of ``GROUPS``, that the words of a class and id belong to."""
    found = 0
    for word in _WORD.findall(names[:_LONGEST]):
        found |= _WORDS.get(word.lower(), 0)
    return found


_PHRASES = (
    # 1: asks the reader to do something
    r"(?:please )?(?:share|tweet|follow us|follow|subscribe|sign up|sign in|log in|login|register|print|e-?mail|"
    r"download|click|tap here|join|like us|leave a|add a|post a|reply|report|comment|donate|support|save|listen|"
    r"teilen|drucken|anmelden|abonnier|newsletter|kommentar|jetzt|partager|imprimer|abonne|s'abonner|compart|suscr|"
    r"分享|点击|點擊|扫码|扫一扫|关注|關注|下载|登录|登錄|订阅|訂閱|举报|收藏|点赞|评论|用微信|打开|展开|返回|اشتراک|به اشتراک|"
    r"подпис|поделит|condivid|iscriviti|dela|del på|udostępnij)",
    # 2: leads elsewhere
    r"(?:read more|read also|read next|related|see also|also read|also on|more from|more on|more stories|more:|recommended|"
    r"you may|you might|don.t miss|most read|most popular|trending|popular|latest|top stories|up next|next:|previous|"
    r"lesen sie|mehr zum|mehr:|weitere|auch interessant|das könnte|zum thema|à lire|lire aussi|lire la suite|"
    r"sur le même|lea también|lee también|le puede|te puede|relacionad|leggi anche|les også|läs också|czytaj|"
    r"читайте|相关|相關|推荐|推薦|更多|延伸阅读|延伸閱讀|阅读更多|热门|熱門|上一篇|下一篇|猜你|بیشتر بخوانید|مطالب مرتبط)",
    # 3: says who, when, whence
    r"(?:by |von |par |por |di |منتشر|published|updated|last updated|posted|written by|photo|image|credit|source|getty|"
    r"reuters|afp|ap photo|author|about the author|editor|reporting|stand:|quelle|foto|bild|autor|veröffentlicht|"
    r"publié|mis à jour|publicado|actualizado|fuente|作者|来源|來源|编辑|編輯|责任编辑|責任編輯|记者|發布|发布|时间|原标题|原標題|"
    r"图|圖|文/|منبع|نویسنده|تاریخ|عکس|\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}|\d{4}[-/年.]\d{1,2}|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d)",
    # 4: the house's own
    r"(?:©|\(c\)|copyright|all rights|terms of|privacy|cookie|advertis|sponsored|promoted|anzeige|werbung|publicité|"
    r"publicidad|impressum|datenschutz|agb|mentions légales|tags?:|topics?:|filed under|categor|schlagw|themen|"
    r"disclaimer|版权|版權|广告|廣告|声明|聲明|免责|免責|标签|標籤|关键词|關鍵詞|تبلیغ|برچسب|обязательн|реклама|annons|annonse|reklam)",
)
_PHRASE = re.compile(r"\W{0,4}(?:" + "|".join(f"({phrase})" for phrase in _PHRASES) + ")", re.DOTALL)


def phrase_kind(folded: str) -> int:
    """Which kind of page phrase a short block begins with, from 1; 0 for none. ``folded`` is casefolded."""
    match = _PHRASE.match(folded)
    return match.lastindex or 0 if match else 0
