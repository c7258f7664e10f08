"""Figures of whistles (吹哨报到用时): medians and bands with their denominators. No target, no person, no rank (domain 10 [S125])."""

from __future__ import annotations

from enum import StrEnum

from models.base import Instant, Model
from models.period import Period


class GroupedBy(StrEnum):
    """What a figure is told for (统计维度)."""

    PLACE = "place"  # 网格
    TOWN = "town"  # 镇（街道）
    ITEM = "item"  # 事项


class Band(Model):
    """How long a step took from the call on, in minutes by the clock: median and the middle half. `of` = done + open + undone."""

    of: int
    """Calls for which the step was owed."""
    done: int
    """Those that took it: the ones that the times are of."""
    open: int
    """Those that still may."""
    undone: int
    """Those that never will: released, or the whistle ended without it."""
    p25: float | None = None
    median: float | None = None
    p75: float | None = None


class WhistleGroup(Model):
    """The figures of one grid, town or item."""

    key: str
    """Division code, town id, or key of an item; `unlisted` for what is no item."""
    zh: str = ""
    en: str = ""
    whistles: int
    turned_down: int
    """Turned down or withdrawn."""
    closed: int
    climbed: int
    """Whistles that climbed at least one level."""
    returned: int
    """Whistles that came back at least once."""
    answer: Band
    arrive: Band
    resolve: Band


class WhistleFigures(Model):
    """The figures of the whistles blown in a time, as the record stood at another; groups by their keys, never by their size."""

    by: GroupedBy
    period: Period
    """The days on which they were blown, both included."""
    as_of: Instant
    whole: WhistleGroup
    groups: tuple[WhistleGroup, ...]
