"""Making figures for one person: what they may be counted by, and which list is behind each. Used by the desks of supervision."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from models.party import Actor
from models.refusal import RefusalCode
from models.words import Level, Stage, Tier
from rules.desks import Desk, may_use
from rules.labels import label
from rules.visibility import COUNTED, REACH, Group
from service.asking import allows
from service.errors import refuse
from service.oversight.figures import Both, Figure, Share, Slice
from store.desk.lists import Filter
from store.desk.tallies import ALL, By, Tally

SECONDS_A_DAY = 86400

NOT_SET: Both = ("未定", "not set")

GROUP_OF: dict[By, Group] = {
    **dict.fromkeys(("stage", "level", "town", "lead"), Group.WAY),
    "tier": Group.RISK,
    "category": Group.KIND,
}
"""Which group a column belongs to."""

KINDS: dict[str, type[StrEnum]] = {"stage": Stage, "tier": Tier, "level": Level}
"""Columns whose values are words of the vocabulary."""


def sit_down(desk: Desk, actor: Actor) -> None:
    """Refuse `not_allowed` to whom a desk is not for."""
    if not may_use(desk, actor.role):
        raise refuse(RefusalCode.NOT_ALLOWED, str(desk))


class Figuring:
    """Figures for one person within one stretch of their cases (`scope`: a town, a unit)."""

    def __init__(self, actor: Actor, scope: Filter) -> None:
        self._role = actor.role
        self._scope = scope

    def counts_by(self, group: Group) -> bool:
        """Whether this person's figures may be counted by such a column."""
        return group in COUNTED.get(self._role, frozenset())

    def narrowed(self, **more: Any) -> Filter:
        """Return the scope with further conditions."""
        return self._scope.model_copy(update=more)

    def figure(self, value: int, **more: Any) -> Figure:
        """Return a figure with the list of the scope's cases that meet these conditions as well."""
        wanted = self.narrowed(**more)
        return Figure(value=value, behind=wanted if self._role in REACH and allows(self._role, wanted) else None)

    def slices(self, by: By, tally: Tally, names: Mapping[str, Both], **more: Any) -> tuple[Slice, ...]:
        """Return a tally by a column, in the order of `names`, what is not named there behind; nothing where it may not be told."""
        if not self.counts_by(GROUP_OF[by]):
            return ()
        order = {key: number for number, key in enumerate(names)}
        keys = sorted(tally, key=lambda key: (not key, order.get(key, len(order)), key))
        return tuple(
            Slice(key=key, name=names.get(key, (key, key) if key else NOT_SET), cases=self.figure(tally[key][ALL], **one(by, key), **more))
            for key in keys
        )


def one(by: By, key: str) -> dict[str, Any]:
    """Return the condition that holds of one value of a column."""
    return {by: KINDS.get(by, str)(key)} if key else {"without": (by,)}


def share(part: Figure, whole: Figure) -> Share:
    """Return so many of so many."""
    return Share(part=part, whole=whole, percent=round(100 * part.value / whole.value, 1) if whole.value else None)


def named(table: str) -> dict[str, Both]:
    """Return the words of a column's values in their order."""
    return {str(value): label(table, value) for value in KINDS[table]}
