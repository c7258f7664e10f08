"""A hazard (隐患): something unsafe in a dwelling, a shop, a public place, from its report until it is gone (隐患排查治理闭环)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import Affair, AffairAction, AffairEvent, Happened, Link
from models.affair.common import CommonAction, CommonHappening
from models.affair.limits import AffairLimit
from models.base import Id, Instant, Label, Model, Reason, Text


class HazardItem(Model):
    """One thing that may be unsafe (隐患条目)."""

    zh: Label
    en: Label
    severity: str
    """A key of the book's `severities`."""
    unit: str | None = None
    """Kind of unit that has to see to it; None = the committee of the village."""
    source: str = ""


class Severity(Model):
    """How grave a hazard is (隐患等级), and what time there is to mend it."""

    zh: Label
    en: Label
    rectify: AffairLimit
    reinspect: AffairLimit
    suspends_letting: bool = False
    """A dwelling with an open hazard of this severity that was found again is not let on."""
    suspends_after: int = Field(default=2, ge=1, le=10)
    """How often it has to be found again for that."""


class HazardBook(Model):
    """Severities and items (隐患清单) of one place: `places/<id>/grid/hazard.yaml`."""

    version: int = Field(ge=1)
    effective_from: date
    severities: dict[str, Severity] = Field(min_length=1)
    items: dict[str, HazardItem] = Field(min_length=1)
    """By key, as forms and reports name them."""


class Inspection(Model):
    """One look at whether it is gone (复查)."""

    person: str
    passed: bool
    at: Instant
    text: str


class Hazard(Affair):
    """The state of one hazard. Stages: `reported` → `fixed` → `closed`; back to `reported` when it was found again."""

    kind: Literal["hazard"] = "hazard"
    item: str | None = None
    severity: str | None = None
    unit: str | None = None
    """Who has to see to it."""
    text: str | None = None
    fixed_by: str | None = None
    dwelling: str | None = None
    """Id of the dwelling it is in; it is told what becomes of the hazard."""
    inspections: tuple[Inspection, ...] = ()


class ReportHazard(AffairAction):
    """Report a hazard (上报隐患)."""

    do: Literal["report"] = "report"
    place: Label
    """Division code of the village or community."""
    item: Label
    text: Text
    severity: Label | None = None
    """Another severity than the item's own."""
    unit: Id | None = None
    """Another unit than the item's own."""
    of: Label | None = None
    """Code of the dwelling or the other record it belongs to."""
    found: Link | None = None
    """The record behind the code; the service alone says it."""


class FixHazard(AffairAction):
    """Say that it has been mended (整改反馈)."""

    do: Literal["fix"] = "fix"
    text: Text


class InspectHazard(AffairAction):
    """Look whether it is gone (复查), never by whoever said that it was mended."""

    do: Literal["inspect"] = "inspect"
    passed: bool
    text: Reason = ""


class PassHazard(AffairAction):
    """Give it to another unit, with a reason (移交)."""

    do: Literal["pass"] = "pass"
    unit: Id
    reason: Reason = ""


class HazardReported(Happened):
    """A hazard was reported, and somebody has to mend it."""

    type: Literal["hazard_reported"] = "hazard_reported"
    place: str
    town: str | None
    item: str
    severity: str
    unit: str
    text: str
    dwelling: str | None = Field(default=None, exclude_if=lambda value: value is None)


class HazardFixed(Happened):
    """Somebody says that it was mended."""

    type: Literal["hazard_fixed"] = "hazard_fixed"
    text: str
    person: str


class HazardInspected(Happened):
    """Somebody else has looked: it is gone, or it is not."""

    type: Literal["hazard_inspected"] = "hazard_inspected"
    inspection: Inspection


class HazardPassed(Happened):
    """Another unit has to see to it."""

    type: Literal["hazard_passed"] = "hazard_passed"
    unit: str
    reason: str


HazardAction = Annotated[ReportHazard | FixHazard | InspectHazard | PassHazard | CommonAction, Field(discriminator="do")]


class HazardEvent(AffairEvent):
    """One entry of a hazard's record."""

    what: Annotated[HazardReported | HazardFixed | HazardInspected | HazardPassed | CommonHappening, Field(discriminator="type")]
