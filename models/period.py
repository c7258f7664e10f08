"""Stretches of days that figures are told for (统计期): a week, a month, a quarter, a year, or from one day to another."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from models.base import Model

YEARS = (2000, 2199)
"""Earliest and latest year that can be asked for; others are slips of the keyboard."""


class Step(StrEnum):
    """How long a period is."""

    WEEK = "week"  # 周，从周一起
    MONTH = "month"  # 月
    QUARTER = "quarter"  # 季度
    YEAR = "year"  # 年


class Period(Model):
    """Days by the place's own date, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError("`last` lies before `first`")
        if not YEARS[0] <= self.first.year <= self.last.year <= YEARS[1]:
            raise ValueError(f"a year lies between {YEARS[0]} and {YEARS[1]}")
        return self
