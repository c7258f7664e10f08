"""What stands in an exported list, column by column, and how a value is written: as the list on the screen says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from rules.calendar import WorkingCalendar
from rules.labels import Both, label
from service.shown import Listed

Cell = str | int | float | None
"""What a cell holds; dates and times are written by the place's clock."""

YES_NO: dict[bool, Both] = {True: ("是", "yes"), False: ("否", "no")}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values for one reader: their language, the place's clock."""

    language: str
    cal: WorkingCalendar

    def both(self, words: Both) -> str:
        """Return the words of the reader's language."""
        return words[0] if self.language == "zh" else words[1]

    def word(self, table: str, value: object) -> str | None:
        """Return a value of the vocabulary in words."""
        return None if value is None else self.both(label(table, value))

    def time(self, at: datetime | None) -> str | None:
        """Return a time by the place's clock, to the minute."""
        return None if at is None else self.cal.stamp(at)

    def day(self, day: date | None) -> str | None:
        """Return a day."""
        return None if day is None else day.isoformat()

    def truth(self, value: bool | None) -> str | None:
        """Return yes or no."""
        return None if value is None else self.both(YES_NO[value])


Column = tuple[Both, Callable[[Writer, Listed], Cell]]

COLUMNS: tuple[Column, ...] = (
    (("案件编号", "case"), lambda w, row: row.code),
    (("风险", "risk"), lambda w, row: w.word("tier", row.tier)),
    (("阶段", "stage"), lambda w, row: w.word("stage", row.stage)),
    (("层级", "level"), lambda w, row: w.word("level", row.level)),
    (("类别", "category"), lambda w, row: w.both((row.category_zh or "", row.category_en or "")) or None),
    (("镇街", "town"), lambda w, row: row.town_name),
    (("地点", "place"), lambda w, row: row.place_name),
    (("发生日期", "happened on"), lambda w, row: w.day(row.happened_on)),
    (("主办单位", "lead"), lambda w, row: row.lead_name),
    (("调解员", "mediator"), lambda w, row: row.mediator),
    (("登记时间", "registered"), lambda w, row: w.time(row.opened_at)),
    (("更新时间", "updated"), lambda w, row: w.time(row.updated_at)),
    (("办结时间", "ended"), lambda w, row: w.time(row.ended_at)),
    (("最近时限", "next limit"), lambda w, row: w.time(row.next_due)),
    (("超期", "overdue"), lambda w, row: w.truth(row.overdue)),
    (("中止", "suspended"), lambda w, row: w.truth(row.suspended)),
    (("保管至", "kept until"), lambda w, row: w.day(row.retain_until)),
)
"""Every field of a row of a list; what the role's lists don't show is empty."""


def heads(writer: Writer) -> tuple[str, ...]:
    """Return the heads of the columns."""
    return tuple(writer.both(words) for words, _ in COLUMNS)


def cells(writer: Writer, rows: Iterable[Listed]) -> list[tuple[Cell, ...]]:
    """Return rows of a list as rows of a sheet."""
    return [tuple(of(writer, row) for _, of in COLUMNS) for row in rows]
