"""What of an event of an affair others are told (事务公开字段): like that of a case, ids of units, clocks and stages, and no more.

Some events are told to nobody outside: what only those see who see how risky somebody is held to be. The numbers of the others go on.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import Field

from models.affair.base import AffairEvent, Happened
from models.base import Model
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.messages.public import filled, made_of

PLAIN = frozenset({"unit", "units", "team", "clock", "alarm", "calendar", "moved"})
"""Fields told as they are. A list of its own: names that are told of cases mean other things in affairs."""

GIVEAWAYS = frozenset({"clock", "alarm", "card", "moved", "link"})
"""Fields that name a clock or another record, and with it what is waited for, or was done."""

OURS = frozenset({"asked", "answered"})
"""What goes between the parts of the program is news for nobody."""


class AffairTold(Model):
    """What is told of every event of an affair: which affair, how far it has come."""

    affair: str = Field(description="Code of the affair, e.g. YANLOU-HZ-2026-00001")
    affair_id: str = Field(description="Id of the affair, the same as `partitionkey`")
    kind: str = Field(description="Kind of the affair, e.g. hazard")
    seq: int = Field(description="Number of the event in its affair, counted from 1", ge=1)
    stage: str | None = Field(default=None, description="The stage it led to, where it changed")


def name_of(kind: str, happening: str) -> str:
    """What a happening of a kind is called among all: `hazard.hazard_reported`."""
    return f"{kind}.{happening}"


@cache
def affair_happenings() -> dict[str, type[Happened]]:
    """The happenings that are told, of all kinds, by `name_of`."""
    return {name_of(kind.name, type_): model for kind in KINDS.values() for type_, model in kind.happenings.items() if _open(kind, type_)}


def _open(kind: Kind, type_: str) -> bool:
    """Whether others may know that it has happened. Where a kind keeps some to who sees the risk, its clocks and links tell of it."""
    kept = kind.groups.keys() & kind.happenings.keys()
    return type_ not in kept | OURS and not (kept and GIVEAWAYS & kind.happenings[type_].model_fields.keys())


@cache
def affair_told_model(happening: type[Happened]) -> type[AffairTold]:
    """The model of `data` for a happening. Kinds that share the happening share it; one that adds nothing is `AffairTold` itself."""
    made = made_of(happening, AffairTold, PLAIN)
    return AffairTold if made.model_fields.keys() == AffairTold.model_fields.keys() else made


def told_of_affair(event: AffairEvent, kind: str, affair_id: str, code: str) -> dict[str, Any]:
    """The `data` of an event, ready for JSON."""
    base = {"affair": code, "affair_id": affair_id, "kind": kind, "seq": event.seq, "stage": event.stage}
    return filled(affair_told_model(type(event.what)), event.what, base)
