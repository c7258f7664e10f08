"""The categories of disputes (纠纷类别): the two-level list of domain 4.3 with its labels in both languages."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from models.base import Label, Model
from models.network import wrong


class Category(Model):
    """One category; two digits for a class, four for a kind within it."""

    code: str = Field(pattern=r"^\d{2}(\d{2})?$")
    zh: Label
    en: Label


class Categories(Model):
    """The list of one place, in the order of the codes. Every four-digit code belongs to a class that is there."""

    version: int = Field(ge=1)
    source: str = ""
    categories: dict[str, Category]

    def get(self, code: str) -> Category | None:
        """The category of this code, or None."""
        return self.categories.get(code)

    @field_validator("categories", mode="before")
    @classmethod
    def _codes(cls, value: object) -> object:
        """Give each row its own code, which the table already says."""
        if not isinstance(value, dict):
            return value
        return {code: {"code": code, **row} if isinstance(row, dict) else row for code, row in value.items()}

    @model_validator(mode="after")
    def _classes(self) -> Self:
        for code in self.categories:
            if code[:2] not in self.categories:
                raise wrong(f"categories.{code}", f"its class {code[:2]} is missing")
        return self
