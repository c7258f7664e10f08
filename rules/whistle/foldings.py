"""What the happenings of a whistle change in its state; they copy what the event carries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.affair.whistle import happenings as h
from models.affair.whistle.state import Call, CallState, Whistle
from rules.affair.folding import nothing
from rules.affair.kind import Folding

Changes = dict[str, Any]


def _blown(whistle: Whistle, what: h.WhistleBlown, event: h.WhistleEvent) -> Changes:
    return {
        **what.model_dump(exclude={"type", "units", "link"}),
        "asked_units": what.units,
        "links": (what.link,) if what.link is not None else (),
    }


def _endorsed(whistle: Whistle, what: h.WhistleEndorsed, event: h.WhistleEvent) -> Changes:
    return what.model_dump(include={"item", "level", "rung"})


def _called(whistle: Whistle, what: h.UnitCalled, event: h.WhistleEvent) -> Changes:
    # Counted from when it could be told, not from when a clock should have rung.
    call = Call(unit=what.unit, part=what.part, why=what.why, called_at=event.at, since=event.at)
    return {"calls": (*whistle.calls, call)}


def _answered(whistle: Whistle, what: h.UnitAnswered, event: h.WhistleEvent) -> Changes:
    moved = {"state": CallState.ANSWERED, "since": event.at, "answered_at": event.at, "coming_at": what.coming_at}
    return {"calls": whistle.with_call(what.unit, **moved)}


def _silent(whistle: Whistle, what: h.UnitSilent, event: h.WhistleEvent) -> Changes:
    return {"calls": whistle.with_call(what.unit, state=CallState.SILENT)}


def _arrived(whistle: Whistle, what: h.UnitArrived, event: h.WhistleEvent) -> Changes:
    call = whistle.call(what.unit)
    answered: datetime | None = call.answered_at if call is not None else None
    moved = {"state": CallState.ARRIVED, "since": event.when, "arrived_at": event.when, "answered_at": answered or event.when}
    return {"calls": whistle.with_call(what.unit, **moved)}


def _resolved(whistle: Whistle, what: h.PartResolved, event: h.WhistleEvent) -> Changes:
    return {"calls": whistle.with_call(what.unit, state=CallState.RESOLVED, resolved_at=event.at, text=what.text)}


def _released(whistle: Whistle, what: h.UnitReleased, event: h.WhistleEvent) -> Changes:
    return {"calls": whistle.with_call(what.unit, state=CallState.RELEASED)}


def _climbed(whistle: Whistle, what: h.WhistleClimbed, event: h.WhistleEvent) -> Changes:
    # The level above has its time from when it could be told.
    return {"rung": what.to, "moments": {**whistle.moments, "rung": event.at}}


def _returned(whistle: Whistle, what: h.WhistleReturned, event: h.WhistleEvent) -> Changes:
    """The parts are open again; everybody who is not done has their time anew."""
    calls = tuple(
        call.model_copy(update={"state": CallState.ARRIVED, "since": event.at, "resolved_at": None})
        if call.unit in what.units
        else call.model_copy(update={"since": event.at})
        for call in whistle.calls
    )
    return {"calls": calls, "returned": whistle.returned + 1}


def _concluded(whistle: Whistle, what: h.WhistleConcluded, event: h.WhistleEvent) -> Changes:
    return {"deemed": what.deemed}


def _unit_rated(whistle: Whistle, what: h.UnitRated, event: h.WhistleEvent) -> Changes:
    return {"calls": whistle.with_call(what.unit, stars=what.stars)}


def _whistle_rated(whistle: Whistle, what: h.WhistleRated, event: h.WhistleEvent) -> Changes:
    return {"calls": whistle.with_call(what.unit, useful=what.useful)}


FOLDINGS: Mapping[str, Folding] = {
    "whistle_blown": _blown,
    "whistle_endorsed": _endorsed,
    "whistle_turned_down": nothing,
    "whistle_withdrawn": nothing,
    "unit_called": _called,
    "unit_answered": _answered,
    "unit_silent": _silent,
    "unit_arrived": _arrived,
    "part_resolved": _resolved,
    "unit_released": _released,
    "whistle_climbed": _climbed,
    "whistle_returned": _returned,
    "whistle_concluded": _concluded,
    "unit_rated": _unit_rated,
    "whistle_rated": _whistle_rated,
}
"""By happening."""
