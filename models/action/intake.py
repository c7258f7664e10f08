"""Taking in (受理、甄别、定级、分流、并案): open, screen, regrade, route, merge, absorb."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.action.base import Base
from models.base import Id, Label, Reason, Text
from models.party import Party
from models.words import Channel, Level, Tier


class Open(Base):
    """Take a dispute in (受理登记)."""

    do: Literal["open"] = "open"
    channel: Channel
    place: str = Field(min_length=1, max_length=20)
    summary: Text
    happened_on: date
    parties: tuple[Party, ...] = Field(min_length=1, max_length=200)
    people: int = Field(ge=1, le=100_000)
    amount: float | None = Field(default=None, ge=0, le=1e13, allow_inf_nan=False)
    wage_workers: int = Field(default=0, ge=0, le=100_000)
    risk_signs: tuple[Label, ...] = Field(default=(), max_length=40)
    languages: tuple[Label, ...] = Field(default=(), max_length=5)
    oral: bool = False
    """Applied for by word of mouth, written down on the spot, read back to the applicant and confirmed."""


class Screen(Base):
    """Screen it: accept under a category, or decline with reason and redirect (甄别)."""

    do: Literal["screen"] = "screen"
    category: Annotated[str, Field(pattern=r"^\d{2}(\d{2})?$")] | None = None
    accept: bool
    reason: Reason = ""
    redirect: Label | None = None


class Regrade(Base):
    """Change the risk tier (调整风险等级)."""

    do: Literal["regrade"] = "regrade"
    tier: Tier
    reason: Reason = ""


class Route(Base):
    """Route it to a lead and assisting units (分流)."""

    do: Literal["route"] = "route"
    lead: Id | None = None
    assist: tuple[Id, ...] | None = None
    level: Level | None = None


class Merge(Base):
    """Merge into an older case (并案). The service resolves the code into `into_case`."""

    do: Literal["merge"] = "merge"
    into: Id
    into_case: str | None = None
    older: bool = True
    """Whether that case was taken in before this one; the service looks it up."""


class Absorb(Base):
    """Take in a newer case (吸收并案); sent by the case that merges."""

    do: Literal["absorb"] = "absorb"
    from_case: str
    from_code: str
    parties: tuple[Party, ...] = ()
    papers: tuple[str, ...] = ()
    tier: Tier | None = None
    risk_signs: tuple[Label, ...] = ()
