"""Happenings of taking a dispute in: registered, graded, screened, merged, split (受理、定级、甄别、并案、分案)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from models.base import Model
from models.case import Work
from models.library import Documents
from models.party import Party
from models.risk import RiskReason
from models.words import Channel, Tier


class Registered(Model):
    """A dispute was taken in (登记)."""

    type: Literal["registered"] = "registered"
    channel: Channel
    place: str
    town: str | None
    centre: str
    summary: str
    happened_on: date
    parties: tuple[Party, ...]
    people: int
    amount: float | None
    wage_workers: int
    risk_signs: tuple[str, ...]
    languages: tuple[str, ...]
    oral: bool = False
    docs: Documents


class Graded(Model):
    """Its risk tier was set (定级)."""

    type: Literal["graded"] = "graded"
    tier: Tier
    score: int
    risk: tuple[RiskReason, ...]
    reason: str | None = None


class PoliceTold(Model):
    """The police unit, the leader and the county centre were told of a red grade (红色等级通报)."""

    type: Literal["police_told"] = "police_told"
    units: tuple[str, ...]


class Screened(Model):
    """It was accepted under a category (甄别受理)."""

    type: Literal["screened"] = "screened"
    category: str


class Declined(Model):
    """It was not accepted (不予受理)."""

    type: Literal["declined"] = "declined"
    reason: str
    redirect: str
    category: str | None = None
    """What it was about, where the screener has said so."""
    retention: str | None = None
    """How long the file is kept, `10y` or `permanent`; None in events written before it was."""
    retain_until: date | None = None


class MergeBegun(Model):
    """The case is on its way into an older one and takes nothing else (并案中)."""

    type: Literal["merging"] = "merging"
    into_case: str
    into_code: str
    work: Work


class Merged(Model):
    """The older case took it in (已并案)."""

    type: Literal["merged"] = "merged"
    into_case: str
    into_code: str
    work: str
    retention: str | None = None
    """How long the file is kept, `10y` or `permanent`; None in events written before it was."""
    retain_until: date | None = None


class MergeFailed(Model):
    """The older case did not take it in (并案未成)."""

    type: Literal["merge_failed"] = "merge_failed"
    refusal: str
    work: str


class Absorbed(Model):
    """A newer case was taken in (吸收并案)."""

    type: Literal["absorbed"] = "absorbed"
    from_case: str
    from_code: str
    parties: tuple[Party, ...]
    papers: tuple[str, ...]


class SplitRequested(Model):
    """Parties are to be split off into a case of their own (请求分案)."""

    type: Literal["split_requested"] = "split_requested"
    work: Work


class SplitOff(Model):
    """The new case exists (已分案)."""

    type: Literal["split_off"] = "split_off"
    parties: tuple[str, ...]
    new_case: str
    new_code: str
    work: str


class SplitFailed(Model):
    """The new case could not be opened (分案未成)."""

    type: Literal["split_failed"] = "split_failed"
    refusal: str
    work: str
