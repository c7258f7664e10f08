"""Who owes what (待办): derived from the state of a case, so that an inbox can never disagree with the case.

Every running clock belongs to one duty; a few duties have no clock (a co-signature, a running case nobody must push
just now). One duty holds the ball: it must be met next for the case itself to move on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.case import Case
from models.network import Network
from models.party import Actor
from models.procedure import Procedure
from models.record import Duty
from models.words import BEFORE_AGREED, Level, PromiseState, Role, Stage
from rules.limits import open_complaints, promises


@dataclass(frozen=True, slots=True)
class Owed:
    """An act and the post that owes it; unit None = any unit of the case's scope with this role."""

    act: str
    role: Role
    unit: str | None
    person: str | None = None


def acting(unit: str | None) -> Role:
    """Who acts for a unit: an officer, for a centre its dispatcher. The id of a unit ends with its kind."""
    return WITHOUT_OFFICER.get((unit or "").rpartition("-")[2], Role.OFFICER)


WITHOUT_OFFICER = {"centre": Role.DISPATCHER, "steward": Role.STEWARD}
"""Kinds of units that have no officer, and who acts for them instead."""


def _lead(case: Case, act: str) -> Owed:
    """What the lead owes: its officer, for a centre its dispatcher, at the top its leader."""
    if case.leader_charged and case.lead == case.centre:
        return Owed(act, Role.LEADER, case.centre)
    return Owed(act, acting(case.lead), case.lead)


def _mediator(case: Case, act: str) -> Owed:
    if case.mediator is None:
        return _lead(case, "assign")
    return Owed(act, Role.MEDIATOR, case.mediator.unit, case.mediator.person)


def _ruler(case: Case) -> Owed:
    """A first objection of a lead, and those of tasks, are ruled by the dispatcher, a second one of a lead by the director."""
    leads = [o for o in case.objections if o.task is None]
    role = Role.DIRECTOR if len(leads) > 1 and leads[-1].open else Role.DISPATCHER
    return Owed("rule", role, case.centre)


OWES: dict[str, Callable[[Case], Owed]] = {
    "screen": lambda c: Owed("screen", Role.SCREENER, c.centre),
    "route": lambda c: Owed("route", Role.DISPATCHER, c.centre),
    "sign": lambda c: Owed("sign", acting(c.lead), c.lead),
    "object": lambda c: Owed("object", acting(c.lead), c.lead),
    "rule": _ruler,
    "contact": lambda c: _lead(c, "contact"),
    "consent": lambda c: _mediator(c, "consent"),
    "mediate": lambda c: _mediator(c, "agree") if c.stage in {Stage.SIGNED, Stage.MEDIATING} else BALL[c.stage or Stage.REGISTERED](c),
    "channel": lambda c: _lead(c, "channel"),
    "sign_agreement": lambda c: _mediator(c, "sign_agreement"),
    "confirm": lambda c: _mediator(c, "confirm"),
    "default": lambda c: _mediator(c, "perform"),
    "visit.first": lambda c: Owed("visit", Role.CLERK, c.centre),
    "visit.second": lambda c: Owed("visit", Role.CLERK, c.centre),
    "visit.third": lambda c: Owed("visit", Role.CLERK, c.centre),
    "visit.again": lambda c: Owed("visit", Role.CLERK, c.centre),
    "audit": lambda c: Owed("audit", Role.AUDITOR, None),
    "archive": lambda c: Owed("archive", Role.ARCHIVIST, None),
    "suspension": lambda c: _mediator(c, "resume"),
    "joint_meeting": lambda c: Owed("meet", Role.DISPATCHER, c.centre),
    "ladder": lambda c: _ball(c) or Owed("route", Role.DISPATCHER, c.centre),
}
"""Who owes what a clock counts for, by the clock's id; tasks and promises carry their number in theirs."""


NOBODY_OWES = frozenset({"ladder", "object"})
"""Clocks that are no duty of their own: the ladder hangs over all others, the window for objections is a right."""


def owed(case: Case, clock_id: str) -> Owed:
    """Return who owes what this clock counts for."""
    name, _, number = clock_id.partition(":")
    if name == "promise":
        return _mediator(case, "perform")
    if name == "complaint":
        return Owed("reply", Role.DIRECTOR, case.centre)
    if number and number in case.tasks:
        unit = case.tasks[number].unit
        return Owed("sign" if name == "sign" else "finish", acting(unit), unit)
    return OWES[name](case)


def _ball(case: Case) -> Owed | None:
    """Return what must be done next for the case itself to move on."""
    if case.stage is None or case.ended:
        return None
    if case.merging is not None:
        return Owed("merge", Role.SYSTEM, None)
    if case.leader_charged and case.stage in BEFORE_AGREED:
        return Owed("escalate", Role.LEADER, case.centre)
    return BALL[case.stage](case)


def _routed_ball(case: Case) -> Owed:
    return _ruler(case) if any(o.open for o in case.objections) else owed(case, "sign")


def _signed_ball(case: Case) -> Owed:
    if any(o.open for o in case.objections):
        return _ruler(case)
    if case.refused:
        return _lead(case, "channel")
    if case.standing is not None:
        return owed(case, "suspension")
    if case.level is Level.JOINT and not case.joint_met and case.mediator is None:
        return owed(case, "joint_meeting")
    if not case.contacted and case.mediator is None:
        return _lead(case, "contact")
    return _mediator(case, "consent")


def _mediating_ball(case: Case) -> Owed:
    if case.refused:
        return _lead(case, "channel")
    return owed(case, "suspension") if case.standing is not None else _mediator(case, "agree")


def _agreed_ball(case: Case) -> Owed:
    if case.agreement is not None and set(case.agreement.parties) <= set(case.agreement.signed):
        return Owed("seal", _lead(case, "seal").role, case.lead)
    return _mediator(case, "sign_agreement")


def _performing_ball(case: Case) -> Owed:
    """Promises first; where a failed audit sent the case back with all of them kept, the visit it owes."""
    unkept = promises(case, PromiseState.OPEN, PromiseState.DEFAULTED)
    return _mediator(case, "perform") if unkept else owed(case, "visit.again")


def _auditing_ball(case: Case) -> Owed:
    return owed(case, "archive") if case.audited else owed(case, "audit")


BALL: dict[Stage, Callable[[Case], Owed]] = {
    Stage.REGISTERED: lambda c: owed(c, "screen"),
    Stage.SCREENED: lambda c: owed(c, "route"),
    Stage.ROUTED: _routed_ball,
    Stage.SIGNED: _signed_ball,
    Stage.MEDIATING: _mediating_ball,
    Stage.AGREED: _agreed_ball,
    Stage.PERFORMING: _performing_ball,
    Stage.FOLLOWING_UP: lambda c: owed(c, "visit.first"),
    Stage.AUDITING: _auditing_ball,
}
"""Who holds the ball in each stage."""


def missing_sign_offs(case: Case, procedure: Procedure) -> tuple[Role, ...]:
    """Return the roles that still have to sign off before the audit may pass."""
    return tuple(role for role in procedure.sign_offs.get(case.tier, ()) if role not in case.sign_offs)


def duties(case: Case, procedure: Procedure) -> tuple[Duty, ...]:
    """Return all duties of a case, the one that holds the ball first; of an ended one those that outlive the end."""
    found = _of_complaints(case)
    for clock_id, clock in sorted(case.clocks.items()):
        if clock_id in NOBODY_OWES:
            continue
        who = owed(case, clock_id)
        found[clock_id] = Duty(
            id=clock_id,
            act=who.act,
            role=who.role,
            unit=who.unit,
            person=who.person,
            clock=clock_id,
            due=clock.due.at if clock.due else None,
            provisional=clock.due.provisional if clock.due else False,
        )
    ball = _ball(case)
    if ball is None:
        return tuple(found.values())
    if case.stage is Stage.AUDITING and not case.audited:
        for role in missing_sign_offs(case, procedure):
            unit = None if role is Role.POLICE else case.centre
            found[f"sign_off:{role}"] = Duty(id=f"sign_off:{role}", act="sign_off", role=role, unit=unit)
    return _with_ball(found, ball, case, procedure)


def _of_complaints(case: Case) -> dict[str, Duty]:
    """Return the replies owed, also where the procedure of the case knows no limit for them yet."""
    ids = (f"complaint:{complaint.id}" for complaint in open_complaints(case))
    return {name: Duty(id=name, act=who.act, role=who.role, unit=who.unit) for name in ids for who in (owed(case, name),)}


def _with_ball(found: dict[str, Duty], ball: Owed, case: Case, procedure: Procedure) -> tuple[Duty, ...]:
    """Mark the duty that holds the ball, or add it where no clock counts for it; an open co-signature goes first."""
    offs = [duty for key, duty in found.items() if key.startswith("sign_off:")]
    chosen = offs[0] if offs else _matching(found, ball)
    if chosen is None:
        chosen = Duty(id=f"act:{ball.act}", act=ball.act, role=ball.role, unit=ball.unit, person=ball.person)
    chosen = chosen.model_copy(update={"holds_ball": True})
    return (chosen, *(duty for key, duty in found.items() if key != chosen.id))


def _matching(found: dict[str, Duty], ball: Owed) -> Duty | None:
    """Return the earliest duty that is the ball."""
    same = [d for d in found.values() if (d.act, d.role, d.unit) == (ball.act, ball.role, ball.unit)]
    same.sort(key=lambda duty: (duty.due is None, duty.due.timestamp() if duty.due else 0.0, duty.id))
    return same[0] if same else None


def defaulted(case: Case) -> bool:
    """Whether a promise is in default."""
    return bool(promises(case, PromiseState.DEFAULTED))


def owes(duty: Duty, town: str | None, actor: Actor, network: Network) -> bool:
    """Return whether somebody owes this duty of a case of this town: by name, in their post, or by role in their scope.

    `store/desk/queries.py` asks the same of the database; a test compares them.
    """
    if duty.person is not None:
        return duty.person == actor.holder
    if duty.role is not actor.role:
        return False
    if duty.unit is not None:
        return duty.unit == actor.unit
    unit = network.unit(actor.unit)
    return unit is not None and unit.town in {None, town}
