"""Reports to others (报表): what the forms of other systems ask for, as data: columns, their codes, and the rows of the justice statistics.

Read from `places/<id>/reports.yaml`. One entry feeds all of them; nothing is keyed twice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.base import Id, Label, Model
from models.network import wrong
from models.words import Channel


class Item(StrEnum):
    """What a column can hold of a case."""

    CODE = "code"
    NAME = "name"  # class and place in a few words, no person
    HAPPENED_ON = "happened_on"
    PLACE = "place"
    PLACE_CODE = "place_code"
    SCALE = "scale"  # by people, through the table of scales
    CATEGORY = "category"
    CATEGORY_NAME = "category_name"
    PEOPLE = "people"
    ORGANISATIONS = "organisations"
    SUMMARY = "summary"
    AMOUNT = "amount"
    MAIN_NAME = "main_name"  # of the first applicant
    MAIN_PHONE = "main_phone"
    MAIN_NUMBER = "main_number"
    MAIN_NUMBER_KIND = "main_number_kind"
    MAIN_ADDRESS = "main_address"
    MAIN_SEX = "main_sex"  # as the number of the identity card says, where it may be read
    OTHER_NAMES = "other_names"
    CHANNEL = "channel"
    REGISTERED_ON = "registered_on"
    ACCEPTED_ON = "accepted_on"
    RESOLVE_BY = "resolve_by"
    WAY = "way"
    LEAD = "lead"
    RESPONSIBLE = "responsible"
    RESPONSIBLE_PHONE = "responsible_phone"
    SUCCESS = "success"
    RESULT = "result"
    TERMS = "terms"
    EVALUATED_ON = "evaluated_on"
    EVALUATION = "evaluation"
    TIER = "tier"
    STAGE = "stage"
    ENDED_ON = "ended_on"
    AGREEMENT_FORM = "agreement_form"
    CONFIRMATION = "confirmation"
    MERGED_INTO = "merged_into"


class Column(Model):
    """One column of a report."""

    zh: Label
    en: Label
    item: Item
    must: bool = False
    """An empty cell is told as missing."""
    ended_only: bool = False
    """Missing only where the case has ended."""
    codes: str | None = None
    """Name of the table that turns values into codes; a value it does not hold stays empty."""
    longest: int | None = Field(default=None, ge=1)
    """More characters are cut."""


class Report(Model):
    """One report with a row for each case."""

    id: Id
    zh: Label
    en: Label
    channels: tuple[Channel, ...] | None = None
    """Only cases that came in by one of these ways."""
    columns: tuple[Column, ...] = Field(min_length=1)


class JusticeType(Model):
    """A row of the justice statistics (人民调解纠纷类型)."""

    zh: Label
    en: Label
    categories: tuple[str, ...] = ()
    """Classes or codes; the longest that fits decides. A row without any stays empty: our list has no such class."""
    wages: bool = False
    """Only where workers are owed wages; it goes before a row of the same class."""
    rest: bool = False
    """Takes what fits nowhere else."""


class JusticeSource(Model):
    """A column of the justice statistics by where cases came from."""

    zh: Label
    en: Label
    channels: tuple[Channel, ...]


class Reports(Model):
    """All reports of a place."""

    version: int = Field(ge=1)
    codes: dict[str, dict[str, str]]
    scales: tuple[tuple[int, str], ...]
    """From so many people on, which scale; ascending."""
    reports: tuple[Report, ...]
    justice: tuple[JusticeType, ...]
    sources: tuple[JusticeSource, ...]
    hard_sessions: int = Field(default=3, ge=1)
    """A case with so many sessions is a hard one (疑难复杂); so is one at the joint or county level."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for number, report in enumerate(self.reports):
            for at, column in enumerate(report.columns):
                if column.codes is not None and column.codes not in self.codes:
                    raise wrong(f"reports.{number}.columns.{at}.codes", f'there is no table "{column.codes}"')
        if sum(row.rest for row in self.justice) != 1:
            raise wrong("justice", "one row, and one alone, takes what fits nowhere else")
        channels = [channel for source in self.sources for channel in source.channels]
        if sorted(channels) != sorted(Channel):
            raise wrong("sources", "every channel belongs to one source")
        return self

    def get(self, report_id: str) -> Report | None:
        """Return a report by its id, or None."""
        return next((report for report in self.reports if report.id == report_id), None)
