"""How days, sums and numbers are written on a paper (公文用语). Empty words where nothing is known: a form leaves a blank to write in."""

from __future__ import annotations

import re
from datetime import date

DIGITS = "〇一二三四五六七八九"

IDENTITY = re.compile(r"^\d{6}(\d{4})(\d{2})(\d{2})\d{2}(\d)[\dXx]$")
"""A number of an identity card (GB 11643): the day of birth, and the figure that is odd for men."""

SHORT = ("街道办事处", "街道", "镇", "乡")
"""What a town's short name leaves out."""


def day(value: date | None) -> str:
    """Return a day as papers write it: 2026年3月4日."""
    return "" if value is None else f"{value.year}年{value.month}月{value.day}日"


def money(value: float | None) -> str:
    """Return a sum in yuan, without empty decimals."""
    if value is None:
        return ""
    return f"{value:,.2f}元".replace(".00元", "元")


def count(number: int) -> str:
    """Return a number up to 99 in Chinese: 三, 十二, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones or not tens else "")


def born(id_number: str | None) -> tuple[str, date] | None:
    """Return sex and day of birth as the number of an identity card says; None where it is no such number, or is masked."""
    found = IDENTITY.match(id_number or "")
    if found is None:
        return None
    year, month, of_month, figure = (int(part) for part in found.groups())
    try:
        return ("男" if figure % 2 else "女"), date(year, month, of_month)
    except ValueError:
        return None


def age(birthday: date, today: date) -> int:
    """Return the completed years."""
    return today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))


def short_name(town: str) -> str:
    """Return the name of a town without what it is: 燕楼镇 → 燕楼."""
    ending = next((end for end in SHORT if town.endswith(end) and len(town) > len(end) + 1), "")
    return town.removesuffix(ending)


def number(town: str, series: str, year: int, serial: int) -> str:
    """Return the number of a paper: 燕楼人调协字〔2026〕1号."""
    return f"{short_name(town)}{series}字〔{year}〕{serial}号"
