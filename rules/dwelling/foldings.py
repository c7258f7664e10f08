"""What the happenings of a dwelling change in its state."""

from __future__ import annotations

from typing import Any

from models.affair.dwelling import happenings as w
from models.affair.dwelling.book import DwellingTier
from models.affair.dwelling.state import Dwelling, Lease
from rules.affair.folding import copied, nothing, with_link
from rules.affair.kind import Folding

KEPT = 60
"""How many inspections the state remembers; all of them are in the record."""


def amended(dwelling: Dwelling, what: w.DwellingAmended, event: Any) -> dict[str, Any]:
    """Some of it is other now."""
    rooms = {name: room for name, room in {**dwelling.rooms, **what.rooms}.items() if name not in what.dropped}
    return {
        "address": what.address or dwelling.address,
        "landlord_person": what.landlord_person or dwelling.landlord_person,
        "rooms": rooms,
    }


def lease_made(dwelling: Dwelling, what: w.LeaseMade, event: Any) -> dict[str, Any]:
    """Rooms are let."""
    return {"leases": {**dwelling.leases, what.made.id: what.made}}


def prolonged(dwelling: Dwelling, what: w.LeaseProlonged, event: Any) -> dict[str, Any]:
    """A lease lasts longer."""
    return _lease(dwelling, what.lease, until=what.until)


def lease_ended(dwelling: Dwelling, what: w.LeaseEnded, event: Any) -> dict[str, Any]:
    """A lease is over, and nobody lives there by it."""
    occupants = {
        name: one if one.until is not None else one.model_copy(update={"until": max(what.day, one.since)})
        for name, one in dwelling.leases[what.lease].occupants.items()
    }
    return _lease(dwelling, what.lease, over=what.day, occupants=occupants, code=None, code_until=None)


def code_given(dwelling: Dwelling, what: w.CodeGiven, event: Any) -> dict[str, Any]:
    """A lease has a code."""
    return _lease(dwelling, what.lease, code=what.code, code_until=what.code_until)


def checked_in(dwelling: Dwelling, what: w.OccupantCheckedIn, event: Any) -> dict[str, Any]:
    """One more lives there."""
    lease = dwelling.leases[what.lease]
    occupants = {**lease.occupants, what.moved_in.id: what.moved_in}
    at = event.when if what.flags else lease.at
    return _lease(dwelling, what.lease, occupants=occupants, flags=(*lease.flags, *what.flags), at=at)


def confirmed(dwelling: Dwelling, what: w.OccupantConfirmed, event: Any) -> dict[str, Any]:
    """It is known whether somebody lives there."""
    return _occupant(dwelling, what.lease, what.occupant, **({"confirmed": True} if what.lives_there else {"until": what.day}))


def left(dwelling: Dwelling, what: w.OccupantLeft, event: Any) -> dict[str, Any]:
    """One less lives there."""
    return _occupant(dwelling, what.lease, what.occupant, until=what.day)


def inspected(dwelling: Dwelling, what: w.DwellingInspected, event: Any) -> dict[str, Any]:
    """What is unsafe is known anew."""
    findings = {name: one for name, one in dwelling.findings.items() if name not in what.gone}
    findings |= {one.id: one for one in what.opened}
    findings |= {name: findings[name].model_copy(update={"again": findings[name].again + 1}) for name in what.again}
    return {
        "findings": findings,
        "found": dwelling.found + len(what.opened),
        "inspections": (*dwelling.inspections, what.inspection)[-KEPT:],
        "reds": dwelling.reds + 1 if what.inspection.tier is DwellingTier.RED else 0,
    }


def bound(dwelling: Dwelling, what: w.FindingBound, event: Any) -> dict[str, Any]:
    """A finding has its hazard."""
    finding = dwelling.findings[what.finding].model_copy(update={"affair": what.link.id})
    return {"findings": {**dwelling.findings, what.finding: finding}, **with_link(dwelling, what.link)}


def added(dwelling: Dwelling, what: w.FindingAdded, event: Any) -> dict[str, Any]:
    """One thing more is unsafe."""
    findings = {**dwelling.findings, what.added.id: what.added}
    return {"findings": findings, "found": dwelling.found + 1, **with_link(dwelling, what.link)}


def again(dwelling: Dwelling, what: w.FindingAgain, event: Any) -> dict[str, Any]:
    """It was still there."""
    finding = dwelling.findings[what.finding].model_copy(update={"again": what.times})
    return {"findings": {**dwelling.findings, what.finding: finding}}


def finding_closed(dwelling: Dwelling, what: w.FindingClosed, event: Any) -> dict[str, Any]:
    """One thing less is unsafe."""
    return {"findings": {name: one for name, one in dwelling.findings.items() if name != what.finding}}


def graded(dwelling: Dwelling, what: w.DwellingGraded, event: Any) -> dict[str, Any]:
    """It is of another tier."""
    return {"tier": what.tier, "points": what.points}


def asked(dwelling: Dwelling, what: w.ClearingAsked, event: Any) -> dict[str, Any]:
    """The centre has to decide."""
    return {"deciding": True}


def decided(dwelling: Dwelling, what: w.ClearingDecided, event: Any) -> dict[str, Any]:
    """The centre has decided."""
    return {"deciding": False}


def _lease(dwelling: Dwelling, name: str, **changes: Any) -> dict[str, Any]:
    lease: Lease = dwelling.leases[name].model_copy(update=changes)
    return {"leases": {**dwelling.leases, name: lease}}


def _occupant(dwelling: Dwelling, lease: str, name: str, **changes: Any) -> dict[str, Any]:
    occupants = dwelling.leases[lease].occupants
    return _lease(dwelling, lease, occupants={**occupants, name: occupants[name].model_copy(update=changes)})


FOLDINGS: dict[str, Folding] = {
    "dwelling_enrolled": copied,
    "dwelling_amended": amended,
    "lease_made": lease_made,
    "lease_prolonged": prolonged,
    "lease_ended": lease_ended,
    "code_given": code_given,
    "occupant_checked_in": checked_in,
    "occupant_confirmed": confirmed,
    "occupant_left": left,
    "tenants_registered": nothing,
    "dwelling_inspected": inspected,
    "finding_bound": bound,
    "finding_added": added,
    "finding_again": again,
    "finding_closed": finding_closed,
    "dwelling_graded": graded,
    "letting_suspended": nothing,
    "letting_resumed": nothing,
    "clearing_asked": asked,
    "clearing_decided": decided,
    "dwelling_closed": nothing,
}
