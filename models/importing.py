"""How the columns of an old list become cases (导入映射): a YAML file beside the list, read by `service/importing/`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from models.base import Id, Model

Target = Literal[
    "channel", "place", "summary", "happened_on", "people", "amount", "wage_workers",
    "applicant_name", "applicant_phone", "applicant_id_number", "applicant_address",
    "respondent_name", "respondent_phone", "respondent_id_number", "respondent_address", "respondent_kind",
    "registered_on", "category", "lead", "result", "ended_on", "agreement_form", "terms", "reason",
]  # fmt: skip
"""What a column can become. `result`: `running`, or how it ended: `agreed`, `channelled`, `withdrawn`, `declined`."""

MUST: tuple[Target, ...] = ("channel", "place", "summary", "happened_on", "applicant_name", "respondent_name", "result")
DATES: frozenset[Target] = frozenset({"happened_on", "registered_on", "ended_on"})
NUMBERS: frozenset[Target] = frozenset({"people", "amount", "wage_workers"})
RESULTS = ("running", "agreed", "channelled", "withdrawn", "declined")


class From(Model):
    """Where a value comes from: a column, or the same for all rows."""

    column: str | None = None
    always: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    """What the old list calls it → what we call it. With a table, a value that is not in it is an error."""
    usual: str | None = None
    """Where the cell is empty."""
    dates: tuple[str, ...] = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
    """Forms of dates, tried in their order; a real date of a workbook needs none."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.column is None) is (self.always is None):
            raise ValueError("a value comes from a `column`, or is `always` the same")
        return self


class Mapping(Model):
    """The mapping of one list."""

    version: int = Field(ge=1)
    source: Id
    """What the list is called; with the row's id it says which case a row is, for ever."""
    id: str
    """The column whose value names a row."""
    sheet: str | None = None
    """Of a workbook; without it the first one."""
    head: int = Field(default=1, ge=1, le=100)
    """The row that names the columns."""
    encoding: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]+$")
    """Of a text; without it UTF-8, then GB 18030."""
    fields: dict[Target, From]

    @model_validator(mode="after")
    def _enough(self) -> Self:
        lacking = [name for name in MUST if name not in self.fields]
        if lacking:
            raise ValueError(f"fields: {', '.join(lacking)} must be told")
        return self
