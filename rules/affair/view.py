"""How an affair looks, and why its clocks stand where they stand. One function for the stored and the running state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.affair.record import AffairExplanation, AffairView
from models.record import PublicClock
from models.words import CardKind
from rules import clock_explain
from rules.affair.clocks import duties
from rules.affair.kind import AffairBundle, Kind


def view(kind: Kind, affair: Any, bundle: AffairBundle, now: datetime) -> AffairView:
    """Return what all kinds show alike of an affair at `now`."""
    owed = duties(kind, affair, bundle)
    return AffairView(
        kind=kind.name,
        affair_id=affair.id,
        code=affair.code,
        as_of=now,
        seq=affair.seq,
        stage=affair.stage,
        place=affair.place,
        town=affair.town,
        holder=owed[0] if owed and owed[0].holds_ball else None,
        duties=owed,
        clocks=tuple(
            PublicClock(
                id=clock.id,
                due=clock.due.at if clock.due else None,
                provisional=bool(clock.due and clock.due.provisional),
                paused=clock.paused,
                overdue=bool(clock.due and clock.due.at <= now),
            )
            for _, clock in sorted(affair.clocks.items())
        ),
        cards=tuple(str(color) for color in CardKind if any(c.kind is color and c.closed_at is None for c in affair.cards)),
        links=affair.links,
        ended=affair.ended,
    )


def explain(kind: Kind, affair: Any, bundle: AffairBundle, now: datetime) -> AffairExplanation:
    """Return the view, what the kind itself explains, and for each clock the way to its date."""
    stories = tuple(clock_explain.explain(clock, now, bundle.cal) for _, clock in sorted(affair.clocks.items()))
    return AffairExplanation(view=view(kind, affair, bundle, now), told=tuple(kind.tells(affair, bundle, now)), clocks=stories)
