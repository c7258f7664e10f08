"""What the happenings of a household file change in its state."""

from __future__ import annotations

from typing import Any

from models.affair import household as h
from rules.affair.folding import copied, nothing
from rules.affair.kind import Folding

CHANGES = ("place", "town", "address", "contact", "needs", "noticed_on", "imported")
"""Fields that an update may change; None in the happening means as before."""


def updated(file: h.Household, what: h.HouseholdUpdated, event: h.HouseholdEvent) -> dict[str, Any]:
    """Some fields are others now."""
    changed = {name: getattr(what, name) for name in CHANGES if getattr(what, name) is not None}
    return {**changed, "members": {**file.members, **what.members}}


def agreed(file: h.Household, what: h.MeasureAgreed, event: h.HouseholdEvent) -> dict[str, Any]:
    """A measure is owed."""
    return {"measures": {**file.measures, what.measure.id: what.measure}}


def finished(file: h.Household, what: h.MeasureFinished, event: h.HouseholdEvent) -> dict[str, Any]:
    """A measure is owed no longer."""
    done = {"result": what.result, "dropped": what.dropped, "done_at": None if what.dropped else event.when}
    return {"measures": {**file.measures, what.measure: file.measures[what.measure].model_copy(update=done)}}


def visited(file: h.Household, what: h.HouseholdVisited, event: h.HouseholdEvent) -> dict[str, Any]:
    """Somebody was there."""
    return {"visits": (*file.visits, what.visit)[-KEPT_VISITS:], "next_visit": what.next_visit}


KEPT_VISITS = 60
"""How many visits the state remembers; all of them are in the record."""


def planned(file: h.Household, what: h.VisitPlanned, event: h.HouseholdEvent) -> dict[str, Any]:
    """The next visit has a date."""
    return {"next_visit": what.day}


def renewed(file: h.Household, what: h.StayRenewed, event: h.HouseholdEvent) -> dict[str, Any]:
    """A registration lasts longer."""
    return {"members": {**file.members, what.member: file.members[what.member].model_copy(update={"stay": what.stay})}}


FOLDINGS: dict[str, Folding] = {
    "household_registered": copied,
    "household_updated": updated,
    "measure_agreed": agreed,
    "measure_finished": finished,
    "household_visited": visited,
    "visit_planned": planned,
    "stay_renewed": renewed,
    "household_closed": nothing,
}
