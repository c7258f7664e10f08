"""Counting open hazards by group and age (隐患台账龄期). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.affair.hazard_register import AgeBand, HazardRegister, RegisterBy, RegisterGroup

BANDS: tuple[tuple[AgeBand, int], ...] = ((AgeBand.TO_3, 3), (AgeBand.TO_7, 7), (AgeBand.TO_30, 30))
"""The most whole days of each band but the last (product default)."""


@dataclass(frozen=True, slots=True)
class OpenHazard:
    """One hazard that is open at the time looked at."""

    village: str
    item: str
    severity: str
    reported_at: datetime
    late: bool


def band(days: int) -> AgeBand:
    """The band of an age in whole days."""
    return next((found for found, most in BANDS if days <= most), AgeBand.OVER_30)


def register(hazards: Iterable[OpenHazard], by: RegisterBy, as_of: datetime, *, late_known: bool) -> HazardRegister:
    """Return the register; a group is there where it has an open hazard."""
    found = list(hazards)
    keys = sorted({getattr(one, by) for one in found})
    groups = tuple(_group(key, [one for one in found if getattr(one, by) == key], as_of) for key in keys)
    return HazardRegister(by=by, as_of=as_of, late_known=late_known, whole=_group("", found, as_of), groups=groups)


def _group(key: str, hazards: list[OpenHazard], as_of: datetime) -> RegisterGroup:
    days = [(as_of - one.reported_at).days for one in hazards]
    ages = dict.fromkeys(AgeBand, 0)
    for age in days:
        ages[band(age)] += 1
    late = sum(one.late for one in hazards)
    return RegisterGroup(key=key, open=len(hazards), ages=ages, oldest_days=max(days, default=0), late=late)
