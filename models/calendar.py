"""The calendar of a place: which days are worked, when the office is open, and up to where a published notice says so.

An immutable document named by its content hash. Read from files by `store/calendars.py`, counted with by
`rules/calendar.py`. Nothing is computed here; a day that no notice covers yet is named, never guessed.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from models.base import Label, Model


class RestReason(StrEnum):
    """Why a day is not worked."""

    WEEKEND = "weekend"  # 周末
    OFF = "off"  # 通知放假
    EXPECTED = "expected"  # 法定，尚未公布


class OfficeHours(Model):
    """One stretch of the office day in local time, written `09:00-12:00` in the data; the closing minute is outside."""

    opens: time
    closes: time

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        """Take the short form; raises ValueError for text that is no stretch."""
        if not isinstance(value, str):
            return value
        opens, dash, closes = value.partition("-")
        if not dash:
            raise ValueError(f"office hours look like 09:00-12:00, not {value!r}")
        return {"opens": opens.strip(), "closes": closes.strip()}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("office hours are local times without a zone")
        if self.opens >= self.closes:
            raise ValueError(f"office hours must open before they close: {self}")
        return self

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


def _sorted(days: tuple[date, ...]) -> tuple[date, ...]:
    """In order and once each, so that the same notice has the same content hash however it was typed."""
    return tuple(sorted(set(days)))


Days = Annotated[tuple[date, ...], AfterValidator(_sorted)]
"""Dates, kept in order and without repetition."""

OFFICE = (OfficeHours(opens=time(9), closes=time(12)), OfficeHours(opens=time(13), closes=time(17)))
"""Office hours in Huaxi."""


class Calendar(Model):
    """Rest days, make-up days and office hours of one place. Saturdays and Sundays rest unless they are made up."""

    version: Label
    """What people call it, e.g. `CN-2026`; the hash is its identity."""
    published_from: date | None = None
    """First day covered by a notice; None = no lower bound. Used when a notice is merged onto a calendar."""
    published_until: date
    """Horizon: last day covered by a published notice. What lies beyond may still change."""
    off: Days = ()
    """Rest days by notice, weekends inside a holiday included."""
    make_up: Days = ()
    """Saturdays and Sundays that are worked in exchange (调休上班)."""
    expected_off: Days = ()
    """Days beyond the horizon that the statute makes rest days: counted as such, but provisional."""
    office: tuple[OfficeHours, ...] = OFFICE
    """Office hours of every working day, in order."""
    utc_offset_minutes: int = Field(default=480, ge=-14 * 60, le=14 * 60)
    """Local time minus UTC. Fixed: Asia/Shanghai has no summer time."""
    spring_festival: dict[int, date] = Field(default_factory=dict)
    """First day of the lunar year (春节) by year; risk is higher in the weeks before it."""

    @model_validator(mode="after")
    def _days(self) -> Self:
        both = sorted(set(self.off) & set(self.make_up))
        if both:
            raise ValueError(f"{both[0]} is both off and make_up")
        for day in self.make_up:
            if day.weekday() < 5:
                raise ValueError(f"make_up: {day} is no Saturday or Sunday")
        for name, days in (("off", self.off), ("make_up", self.make_up)):
            if days and days[-1] > self.published_until:
                raise ValueError(f"{name}: {days[-1]} lies beyond published_until {self.published_until}")
        if self.expected_off and self.expected_off[0] <= self.published_until:
            raise ValueError(f"expected_off: {self.expected_off[0]} is not beyond published_until {self.published_until}")
        if self.published_from and self.published_from > self.published_until:
            raise ValueError(f"published_from {self.published_from} is after published_until {self.published_until}")
        return self

    @model_validator(mode="after")
    def _office(self) -> Self:
        if not self.office:
            raise ValueError("office: there must be office hours")
        for first, second in zip(self.office, self.office[1:], strict=False):
            if second.opens < first.closes:
                raise ValueError(f"office: {second} must come after {first}")
        return self

    @model_validator(mode="after")
    def _festivals(self) -> Self:
        for year, day in self.spring_festival.items():
            if day.year != year or day.month > 2:
                raise ValueError(f"spring_festival: {day} is not the lunar new year of {year}")
        return self
