"""The register of hazards (隐患台账): how many are open, where, of what, how grave and how old, with what the numbers are of."""

from __future__ import annotations

from enum import StrEnum

from models.base import Instant, Model


class RegisterBy(StrEnum):
    """What a register is grouped by."""

    VILLAGE = "village"  # 村（社区）
    ITEM = "item"  # 条目
    SEVERITY = "severity"  # 等级


class AgeBand(StrEnum):
    """How long ago a hazard was reported, in whole days of twenty-four hours."""

    TO_3 = "to_3"  # 3天以内
    TO_7 = "to_7"  # 4–7天
    TO_30 = "to_30"  # 8–30天
    OVER_30 = "over_30"  # 30天以上


class RegisterGroup(Model):
    """One line: the open hazards of a group by age."""

    key: str
    open: int
    ages: dict[AgeBand, int]
    """All four bands; they add up to `open`."""
    oldest_days: int
    """Whole days since the oldest was reported; 0 where none is open."""
    late: int
    """Of these, how many have a limit that is over now; 0 where that is not known (`HazardRegister.late_known`)."""


class HazardRegister(Model):
    """The register as of a time, of what somebody's figures are made of."""

    by: RegisterBy
    as_of: Instant
    late_known: bool
    """Whether `late` was counted: clocks are known as of now alone."""
    whole: RegisterGroup
    groups: tuple[RegisterGroup, ...]
    """In the order of their keys."""
