"""The language of a page: messages from the catalogues, words of the vocabulary, numbers, days and times of the place.

The pages are written in Chinese; `locale/en/*.po` have the English, a file for each subject. They are compiled in memory when
the process first needs them, so that nothing compiled has to be kept beside its source.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from babel.core import Locale
from babel.dates import format_date, format_datetime, get_day_names
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from rules.labels import Both, clock_label, label, told

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
FOLDER = Path(__file__).parent / "locale"

LOCALES: dict[Language, Locale] = {"zh": Locale("zh", script="Hans", territory="CN"), "en": Locale("en", "GB")}


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: Language) -> gettext.NullTranslations:
    """Return the messages of a language; Chinese stands in the pages themselves."""
    if language == "zh":
        return gettext.NullTranslations()
    merged = Catalog(locale=language)
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id:
                    merged[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class Words:
    """One language, and the clock of one place."""

    def __init__(self, language: Language, zone: tzinfo) -> None:
        self.language = language
        self.zone = zone
        self._catalogue = catalogue(language)

    @property
    def tag(self) -> str:
        """The language as a page names it."""
        return "zh-CN" if self.language == "zh" else "en"

    @property
    def sep(self) -> str:
        """What stands between the items of a list."""
        return "、" if self.language == "zh" else ", "

    def about(self, sentence: str, named: Sequence[str]) -> str:
        """Return a sentence with what it is about behind it; alone where that is nothing."""
        return f"{sentence}{'：' if self.language == 'zh' else ': '}{self.sep.join(named)}" if named else sentence

    def message(self, text: str, **values: Any) -> str:
        """Return a message in this language, with its values put in."""
        found = self._catalogue.gettext(text)
        return found % values if values else found

    def pick(self, zh: str | None, en: str | None) -> str:
        """Return the one of two that is in this language; the other where it is missing."""
        return ((zh or en) if self.language == "zh" else (en or zh)) or ""

    def both(self, words: Both) -> str:
        """Return the one of a pair that is in this language."""
        return self.pick(*words)

    def label(self, table: str, value: object) -> str:
        """Return the words for a value of the vocabulary; nothing for nothing."""
        return "" if value is None else self.both(label(table, value))

    def told(self, text: str | None) -> str:
        """Return a text of a case, in words where it is one of the engine's own."""
        return "" if text is None else "；".join(self.both(told(part)) for part in text.split("；")) if "code:" in text else text

    def clock(self, clock: str) -> str:
        """Return what a clock counts for."""
        return self.both(clock_label(clock))

    def day(self, day: date | None) -> str:
        """Return a day in words."""
        return "" if day is None else str(format_date(day, "yyyy-MM-dd" if self.language == "zh" else "d MMM yyyy", LOCALES[self.language]))

    def dated(self, day: date | None) -> str:
        """Return a day with its weekday: for days that somebody has to come on."""
        if day is None:
            return ""
        return str(format_date(day, "yyyy-MM-dd EEE" if self.language == "zh" else "EEE d MMM yyyy", LOCALES[self.language]))

    def month(self, day: date) -> str:
        """Return the month of a day, without its year."""
        return str(format_date(day, "LLLL", LOCALES[self.language]))

    def weekdays(self) -> tuple[tuple[str, str], ...]:
        """Return the days of the week from Monday on, each short and in full."""
        short, full = (get_day_names(width, "stand-alone", LOCALES[self.language]) for width in ("narrow", "abbreviated"))
        return tuple((str(short[day]), str(full[day])) for day in range(7))

    def at(self, at: datetime | None) -> str:
        """Return a point in time, in the time of the place. The end of a day is 24:00 of that day, as offices write it."""
        if at is None:
            return ""
        local = at.astimezone(self.zone)
        if (local.hour, local.minute) == (0, 0):
            return f"{self.day(local.date() - timedelta(days=1))} 24:00"
        pattern = "yyyy-MM-dd HH:mm" if self.language == "zh" else "d MMM yyyy, HH:mm"
        return str(format_datetime(local, pattern, locale=LOCALES[self.language]))

    def iso(self, at: datetime | None) -> str:
        """Return a point in time for machines."""
        return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def number(self, value: float | None) -> str:
        """Return a number."""
        return "" if value is None else str(format_decimal(value, locale=LOCALES[self.language]))

    def bytes(self, size: int) -> str:
        """Return a size as people say it."""
        for unit, many in (("MB", 1 << 20), ("kB", 1 << 10)):
            if size >= many:
                return f"{self.number(round(size / many, 1))} {unit}"
        return f"{self.number(size)} B"

    def left(self, due: datetime | None, now: datetime) -> str:
        """Return how much time is left, or by how much it is over, in the one unit that fits."""
        if due is None:
            return ""
        seconds = (due - now).total_seconds()
        amount = _span(abs(seconds))
        unit = {"d": self.message("%(n)s 天", n=amount[0]), "h": self.message("%(n)s 小时", n=amount[0])}.get(
            amount[1], self.message("%(n)s 分钟", n=amount[0])
        )
        return self.message("还剩 %(span)s", span=unit) if seconds > 0 else self.message("已超 %(span)s", span=unit)


def _span(seconds: float) -> tuple[int, str]:
    if seconds >= 48 * 3600:
        return int(seconds // 86400), "d"
    return (int(seconds // 3600), "h") if seconds >= 3600 else (int(seconds // 60), "m")
