"""The book of household files (一户一档规程): lists, limits and import columns; nothing in it may name an excluded factor (domain 6.3)."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, field_validator, model_validator

from models.affair.limits import AffairLimit
from models.base import Label, Model
from models.clock import Budget
from models.network import wrong

EXCLUDED: dict[str, tuple[str, ...]] = {
    "ethnicity": ("民族", "ethnic"),
    "religion": ("宗教", "信仰", "religio", "belief"),
    "origin": ("籍贯", "户籍地", "birthplace"),
    "schooling": ("学历", "文化程度", "school"),
    "income": ("收入", "income"),
    "criminal record": ("犯罪", "前科", "刑满", "crimin"),
    "diagnosis": ("诊断", "病史", "精神", "diagnos"),
    "petition history": ("上访", "信访", "petition"),
}
"""Factors that are never stored (domain 6.3), by the words that name them: no list may have an entry of such a name."""


def excluded(word: str) -> str | None:
    """Return the excluded factor that a word names, or None."""
    lower = word.lower()
    return next((factor for factor, parts in EXCLUDED.items() if any(part in lower for part in parts)), None)


class Named(Model):
    """An entry of a list of the book, in both languages."""

    zh: Label
    en: Label


class Columns(Model):
    """How a list in Excel names what a household file holds: our word → the head of the column."""

    sheet: str | None = None
    head: int = Field(default=1, ge=1, le=100)
    number: str
    place: str
    address: str
    relation: str
    name: str
    phone: str | None = None
    id_number: str | None = None
    contact: str | None = None
    needs: str | None = None
    since: str | None = None
    until: str | None = None


class HouseholdBook(Model):
    """Lists, limits and import columns of one place: `places/<id>/grid/household.yaml`."""

    version: int = Field(ge=1)
    effective_from: date
    relations: dict[str, Named] = Field(min_length=1)
    """How somebody belongs to the household (与户主关系); `head` must be among them."""
    contacts: dict[str, Named] = Field(min_length=1)
    """How a household wants to be reached."""
    needs: dict[str, Named] = Field(min_length=1)
    outcomes: dict[str, Named] = Field(min_length=1)
    """What a visit found."""
    closing: dict[str, Named] = Field(min_length=1)
    visit: AffairLimit
    """How long the visit that is planned may be late; its date is its own."""
    measure: AffairLimit
    stay: AffairLimit
    """How a registration that runs out reminds; its date is its own."""
    visit_every: dict[str, Budget] = Field(default_factory=dict)
    """By need: the next visit is planned at most so long after the last one; the shortest counts."""
    columns: Columns

    @field_validator("relations")
    @classmethod
    def _head(cls, value: dict[str, Named]) -> dict[str, Named]:
        if "head" not in value:
            raise ValueError("head is missing")
        return value

    @model_validator(mode="after")
    def _nothing_excluded(self) -> Self:
        for table in ("relations", "contacts", "needs", "outcomes"):
            for key, entry in getattr(self, table).items():
                factor = excluded(key) or excluded(entry.zh) or excluded(entry.en)
                if factor is not None:
                    raise wrong(f"{table}.{key}", f"{factor} is never stored (domain 6.3)")
        for key in self.visit_every:
            if key not in self.needs:
                raise wrong(f"visit_every.{key}", "there is no need of this name")
        return self
