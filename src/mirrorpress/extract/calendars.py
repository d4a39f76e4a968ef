"""What dates are written with: names of months, numerals, calendars other than the Gregorian."""

from __future__ import annotations

import re

DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩０１２３４５６７８９", "0123456789" * 3)
"""Persian, Arabic and full-width digits as ASCII ones."""

PERSIAN_DIGITS = re.compile("[۰-۹]")

# From January on, each month: English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Danish,
# Polish, Russian, Turkish, Indonesian, Arabic, Persian.
_NAMES = """
    jan january januar jänner janvier janv enero ene janeiro gennaio gen januari stycznia января
    ocak يناير ژانویه ;
    feb february februar feber février fevrier févr febrero fevereiro fev febbraio februari lutego
    февраля şubat فبراير فوریه ;
    mar march märz maerz mrz mär mars marzo março marco maart maret marca марта mart مارس ;
    apr april avril avr abril abr aprile kwietnia апреля nisan أبريل ابريل آوریل ;
    may mai mayo maio maggio mag mei maj maja мая mayıs مايو مه می ;
    jun june juni juin junio junho giugno giu czerwca июня haziran يونيو ژوئن ;
    jul july juli juillet juil julio julho luglio lug lipca июля temmuz يوليو ژوئیه جولای ;
    aug august août aout agosto ago augustus augusti agustus sierpnia августа ağustos أغسطس اوت
    آگوست ;
    sep sept september septembre septiembre setiembre setembro set settembre september września
    сентября eylül سبتمبر سپتامبر ;
    oct october oktober okt octobre octubre outubro out ottobre ott października октября ekim أكتوبر
    اکتبر ;
    nov november novembre noviembre novembro listopada ноября kasım نوفمبر نوامبر ;
    dec december dezember dez décembre decembre déc diciembre dic dezembro dicembre grudnia декабря
    aralık ديسمبر دسامبر
"""
MONTHS = {name: number for number, names in enumerate(_NAMES.split(";"), 1) for name in names.split()}
"""The number of a month by its name in lower case."""

JALALI_MONTHS = {
    name: number
    for number, name in enumerate(
        "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند".split(), 1
    )
}

_HAN = {character: number for number, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "元": 1}
_HAN_DATE = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号號]"
)
_ROC_DATE = re.compile(r"(?:民國|民国|中華民國)\s?(\d{2,3})\s?年")


def with_digits(text: str) -> str:
    """A text with its digits as ASCII ones, dates in Chinese numerals too, years of the Republic of China
    as Gregorian ones."""
    text = text.translate(DIGITS)
    if "年" in text:
        text = _HAN_DATE.sub(
            lambda found: f"{_year(found[1])}年{_number(found[2])}月{_number(found[3])}日", text
        )
        text = _ROC_DATE.sub(lambda found: f"{int(found[1]) + 1911}年", text)
    return text


def _year(numerals: str) -> str:
    return "".join(str(_HAN[one]) for one in numerals)


def _number(numerals: str) -> int:
    tens, ten, ones = numerals.rpartition("十")
    if not ten:
        return _HAN[numerals] if len(numerals) == 1 else 0
    return 10 * (_HAN.get(tens, 1)) + _HAN.get(ones, 0)
