"""The words round dates and names on pages, in the languages met so far: what introduces an author, what is a
role, a desk or nobody, what marks an update. A list is words of regular expressions; ``_`` in one is a space.
"""

from __future__ import annotations

import re


def _any_of(words: str) -> str:
    return "|".join(word.replace("_", " ") for word in words.split())


def _whole_words(words: str) -> str:
    return rf"\b(?:{_any_of(words)})\b"


_ANNOUNCING = """
    written_by posted_by published_by story_by words_by text_by created_by submitted_by
    reported_by interview_by opinion_by insights_from by authors? von veröffentlicht_von
    geschrieben_von verfasst_von text_von par por escrito_por di door av af autore?n?
    auteure? przez автор نویسنده نوشته گزارش به_قلم
"""
_LABELS = "written posted published reviewed story words text report article interview opinion"
_HAN_LABELS = "作者 撰文 撰稿 特约记者 特約記者 本报记者 本報記者 记者 記者 采写 供稿"
# 文 alone begins names (文静): it needs a mark after it.
INTRODUCTION = re.compile(
    rf"^(?:(?:(?:medically |fact )?(?:{_any_of(_LABELS)})(?: by)?\s?:"
    rf"|(?:{_any_of(_ANNOUNCING)})(?:\s?[:：|]\s?|\s+))"
    rf"|(?:文\s?[/／:：]|(?:{_any_of(_HAN_LABELS)})\s?[/／:：]?)\s?)+",
    re.IGNORECASE,
)
"""What stands before a name, at the beginning of a text."""

SAYS_BY = re.compile(
    rf"^(?:{_any_of(_ANNOUNCING)}|{_any_of(_HAN_LABELS)}|文)(?:\s?[:：/]|\s|$)", re.IGNORECASE
)
"""A text that introduces a name, which may follow in the next one."""

# "来源：溪报　作者：罗田　2019-08-07"
_HAN_NAME = r"[^\s:：|｜/()（）<>\d]"
LABELLED = re.compile(
    r"(?:作者|记者|記者|撰文|撰稿|文字)\s?[:：/／]\s?"
    rf"({_HAN_NAME}{{2,12}}(?:[ 、，,]{_HAN_NAME}{{2,4}}(?=[ 、，,]|$)){{0,4}})"
    r"|(?<!\w)(?:نویسنده|نوشته|خبرنگار)\s?[:：]\s?([^:：|،\d]{3,40})"
)
"""A name behind its label within a line."""

_ROLES = """
    editors? reporters? writers? correspondents? contributors? contributing directors?
    managers? founders? co-founder ceo cto cmo experts? specialists? staff senior sr jr head
    chief officer president vice professor columnist producer freelance dietitian
    nutritionist analyst coach author consultant redakteurin redakteur journalist(?:in)?
    mins? minutes? read updated published posted follow share comments? at for the
    university college institute ph\\.?d m\\.?d r\\.?d inc llc gmbh
"""
ROLE = re.compile(rf"{_whole_words(_ROLES)}|@|www\.|https?:|\.(?:com|org|net)\b", re.IGNORECASE)
"""A part behind a name that is no further name."""

DEGREE = re.compile(
    r"(?:[A-Z]\.?){1,6}|[A-Z-]{2,8}|(?:Ph|M|B|Ed|Psy|Pharm)\.?\s?[A-Z][a-z]{0,2}\.?|Esq\.?|Jr\.?|Sr\.?"
)

_NOBODIES = """
    admin administrator webmaster superuser root user guest author authors no_author
    anonymous unknown none null undefined editor staff n/?a na red written_by posted_by
    posted_on published_by published_on reviewed_by updated written posted published
    reviewed veröffentlicht veröffentlicht_von veröffentlicht_am publiziert_am vom sections?
    menu blog news about contact home login test by more share follow
"""
NOBODY = re.compile(
    rf"^(?:(?:the )?(?:web|site)?\s?(?:{_any_of(_NOBODIES)}|\[.*"
    r"|(?:view|see|read|about|all posts|posts? by) .*)"
    r"|管理员|管理員|佚名|匿名|مدیر|ادمین)$|\badmin\b|@|https?:|www\.",
    re.IGNORECASE,
)
"""What stands in an author's place and names nobody."""

_DESKS = """
    team editors? staff desk newsdesk redaktion news agency agencies newsroom department
    group board committee foundation magazine media studio
"""
DESK = re.compile(
    rf"{_whole_words(_DESKS)}|编辑部|編輯部|通讯社|通訊社|新华社|新華社|网|網|报|報"
    "|خبرگزاری|سرویس|تحریریه",
    re.IGNORECASE,
)
"""A name that is no person's."""

PARTICLES = frozenset(
    """
    de del della der den des di da do dos das du la le les el al bin ibn van von vom zu zur zum ten ter
    y e i dr mr mrs ms
    """.split()
)
"""Parts of names that may be written small."""

_UI = """
    share read copy copied link contents? table subscribe sign free trial get view back home
    contact privacy policy follow our your the more latest popular related image photo
    credit updated? published news blog article guide center company inc health search menu
    skip last modified joined today questions? program strategy review january february
    march april june july august september october november december
"""
NO_NAME = re.compile(_whole_words(_UI), re.IGNORECASE)
"""A capitalised line that is no name."""

_BELOW = "mins? minutes?_read editor reporter writer correspondent founder director manager author specialist"
BELOW_NAME = re.compile(rf"(?<!\d)(?:19|20)\d\d(?!\d)|{_whole_words(_BELOW)}", re.IGNORECASE)
"""What stands below a bare name: a year, a reading time, a role."""

_UPDATES = """
    updat modifi edited revised reviewed aktualisier mise_à_jour mis_à_jour actualizad
    atualizad aggiornat bijgewerkt 更新 修订 修訂 修改 روزرسانی обновлен
"""
UPDATED = re.compile(_any_of(_UPDATES), re.IGNORECASE)
NOT_OF_ARTICLE = re.compile(
    _any_of("copyright © expires? deadline born since joined registriert"), re.IGNORECASE
)
"""What introduces dates of other things."""
