"""What each happening changes in a case: one function per happening, returning the changed fields only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import happening as h
from models.case import Case, Complaint, Mediator, Merging, Objection, Promise, Rating, Standing, Task, Visit, WorkKind
from models.event import Event
from models.party import Party
from models.words import PromiseState, TaskState

Changes = dict[str, Any]

FOLDINGS: dict[str, Callable[[Case, Any, Event], Changes]] = {}
"""By the happening's name."""


def _folds(*types: str) -> Callable[[Callable[[Case, Any, Event], Changes]], Callable[[Case, Any, Event], Changes]]:
    def register(function: Callable[[Case, Any, Event], Changes]) -> Callable[[Case, Any, Event], Changes]:
        for name in types:
            FOLDINGS[name] = function
        return function

    return register


@_folds("noted", "reminded", "review_due", "restarted", "notice_given")
def _nothing(case: Case, what: Any, event: Event) -> Changes:
    return {}


@_folds("registered")
def _registered(case: Case, what: h.Registered, event: Event) -> Changes:
    return {name: getattr(what, name) for name in h.Registered.model_fields if name != "type"}


@_folds("graded")
def _graded(case: Case, what: h.Graded, event: Event) -> Changes:
    return {"tier": what.tier, "score": what.score, "risk": what.risk}


@_folds("police_told")
def _police_told(case: Case, what: h.PoliceTold, event: Event) -> Changes:
    return {"told": what.units}


@_folds("screened")
def _screened(case: Case, what: h.Screened, event: Event) -> Changes:
    return {"category": what.category}


@_folds("channelled", "merged", "archived")
def _ended(case: Case, what: Any, event: Event) -> Changes:
    return {"standing": None, "work": {}, "retain_until": what.retain_until}


@_folds("declined")
def _declined(case: Case, what: h.Declined, event: Event) -> Changes:
    return {**_ended(case, what, event), "category": what.category or case.category}


@_folds("withdrawn")
def _withdrawn(case: Case, what: h.Withdrawn, event: Event) -> Changes:
    if what.ends:
        return _ended(case, what, event)
    return {"parties": _with_party(case, what.party, left=True), "consents": {**case.consents, what.party: False}}


@_folds("routed")
def _routed(case: Case, what: h.Routed, event: Event) -> Changes:
    """Routing says the level; a climb asked for before is dropped, it could only lead down. Objections of tasks still wait."""
    waiting = tuple(o for o in case.objections if o.task is not None)
    changes: Changes = {"lead": what.lead, "level": what.level, "lead_deemed": False, "objections": waiting, "designated": False}
    return {**changes, **_no_climb(case)}


@_folds("task_raised")
def _task_raised(case: Case, what: h.TaskRaised, event: Event) -> Changes:
    return {"tasks": {**case.tasks, what.task.id: what.task}, "tasks_raised": case.tasks_raised + 1}


def _task(case: Case, task_id: str, **changes: Any) -> dict[str, Task]:
    return {**case.tasks, task_id: case.tasks[task_id].model_copy(update=changes)}


def _handler(case: Case, event: Event) -> tuple[str, ...]:
    person = event.actor.person
    return case.handlers if person in case.handlers else (*case.handlers, person)


@_folds("signed", "deemed_signed")
def _signed(case: Case, what: h.Signed | h.DeemedSigned, event: Event) -> Changes:
    deemed = what.type == "deemed_signed"
    if what.task is not None:
        changes: Changes = {"tasks": _task(case, what.task, state=TaskState.SIGNED, signed_at=event.when, deemed=deemed)}
    else:
        changes = {"lead_deemed": deemed, "contacted": False}
    if not deemed:
        # Who signs takes it on: an objection still open is withdrawn with that.
        changes["objections"] = _answered(case, what.task)
        changes["handlers"] = _handler(case, event) if what.task is None else case.handlers
    return changes


@_folds("objected")
def _objected(case: Case, what: h.Objected, event: Event) -> Changes:
    changes: Changes = {"objections": (*case.objections, Objection(unit=what.unit, to=what.to, task=what.task))}
    if what.task is not None:
        changes["tasks"] = _task(case, what.task, objected=True)
    return changes


def _answered(case: Case, task: str | None = None) -> tuple[Objection, ...]:
    return tuple(o.model_copy(update={"open": False}) if o.task == task else o for o in case.objections)


@_folds("rerouted")
def _rerouted(case: Case, what: h.Rerouted, event: Event) -> Changes:
    return {"lead": what.lead, "lead_deemed": False, "objections": _answered(case), "contacted": False}


@_folds("designated")
def _designated(case: Case, what: h.Designated, event: Event) -> Changes:
    return {
        "lead": what.lead,
        "lead_deemed": False,
        "designated": True,
        "objections": _answered(case),
        "contacted": case.contacted and case.lead == what.lead,
    }


@_folds("task_ruled")
def _task_ruled(case: Case, what: h.TaskRuled, event: Event) -> Changes:
    signed_at = case.tasks[what.task].signed_at or event.when
    return {
        "objections": _answered(case, what.task),
        "tasks": _task(case, what.task, state=TaskState.SIGNED, signed_at=signed_at),
    }


@_folds("task_released")
def _task_released(case: Case, what: h.TaskReleased, event: Event) -> Changes:
    return {"tasks": _task(case, what.task, state=TaskState.RELEASED), "objections": _answered(case, what.task)}


@_folds("contacted")
def _contacted(case: Case, what: h.Contacted, event: Event) -> Changes:
    return {"contacted": True, "handlers": _handler(case, event)}


@_folds("assignment_requested", "escalation_requested", "audit_requested", "split_requested")
def _asked(case: Case, what: Any, event: Event) -> Changes:
    return {"work": {**case.work, what.work.id: what.work}}


def _served(case: Case, work: str | None) -> Changes:
    return {"work": {key: item for key, item in case.work.items() if key != work}} if work in case.work else {}


@_folds("assigned")
def _assigned(case: Case, what: h.Assigned, event: Event) -> Changes:
    return {"mediator": what.mediator, **_served(case, what.work)}


@_folds("assignment_failed")
def _assignment_failed(case: Case, what: h.AssignmentFailed, event: Event) -> Changes:
    return _served(case, what.work)


@_folds("recused")
def _recused(case: Case, what: h.Recused, event: Event) -> Changes:
    changes: Changes = {"mediator": None, "recused": (*case.recused, what.mediator)}
    if what.party is not None:
        changes["recusals_by_parties"] = (*case.recusals_by_parties, what.party)
    return changes


@_folds("consented")
def _consented(case: Case, what: h.Consented, event: Event) -> Changes:
    return {"consents": {**case.consents, what.party: True}, "handlers": _handler(case, event)}


def _with_party(case: Case, party_id: str, **changes: Any) -> tuple[Party, ...]:
    return tuple(p.model_copy(update=changes) if p.id == party_id else p for p in case.parties)


@_folds("refused")
def _refused(case: Case, what: h.Refused, event: Event) -> Changes:
    changes: Changes = {"consents": {**case.consents, what.party: False}, "handlers": _handler(case, event), "agreement": None}
    if what.ends:
        changes["refused"] = True
    else:
        changes["parties"] = _with_party(case, what.party, left=True)
    return changes


@_folds("meeting_set")
def _meeting_set(case: Case, what: h.MeetingSet, event: Event) -> Changes:
    return {"meetings": (*case.meetings, what.meeting), "joint_met": case.joint_met or what.meeting.joint}


@_folds("meeting_called_off")
def _meeting_called_off(case: Case, what: h.MeetingCalledOff, event: Event) -> Changes:
    """Strike it out; without a joint meeting left, this rung has not met."""
    meetings = tuple(m.model_copy(update={"off": True}) if m.id == what.meeting else m for m in case.meetings)
    joint_met = case.joint_met and any(m.joint and not m.off for m in meetings)
    return {"meetings": meetings, "joint_met": joint_met}


@_folds("session_recorded")
def _session(case: Case, what: h.SessionRecorded, event: Event) -> Changes:
    return {
        "sessions": case.sessions + 1,
        "sessions_failed": case.sessions_failed + (what.outcome == "failed"),
        "handlers": _handler(case, event),
    }


@_folds("replanned")
def _replanned(case: Case, what: h.Replanned, event: Event) -> Changes:
    if what.lead is None or what.lead == case.lead:
        return {}
    return {"lead": what.lead, "lead_deemed": False, "contacted": False, "objections": _answered(case)}


@_folds("task_finished")
def _task_finished(case: Case, what: h.TaskFinished, event: Event) -> Changes:
    finished = _task(case, what.task, state=TaskState.FINISHED, result=what.result)
    return {"tasks": finished, "objections": _answered(case, what.task)}


@_folds("task_returned")
def _task_returned(case: Case, what: h.TaskReturned, event: Event) -> Changes:
    returned = case.tasks[what.task].returned + 1
    return {"tasks": _task(case, what.task, state=TaskState.RETURNED, signed_at=event.when, returned=returned)}


@_folds("escalated")
def _escalated(case: Case, what: h.Escalated, event: Event) -> Changes:
    changes: Changes = {
        "level": what.level,
        "centre": what.centre,
        "joint_met": False,
        "sessions_failed": 0,
        **_served(case, what.work),
    }
    if case.lead is None:
        return changes
    return {
        **changes,
        "lead": what.lead,
        "lead_deemed": False,
        "contacted": False,
        "designated": True,
        "objections": _answered(case),
    }


@_folds("leader_charged")
def _leader_charged(case: Case, what: h.LeaderCharged, event: Event) -> Changes:
    return {"leader_charged": True}


@_folds("suspended")
def _suspended(case: Case, what: h.Suspended, event: Event) -> Changes:
    return {"standing": Standing(ground=what.ground, since=event.when, by=event.actor.person, evidence=what.evidence)}


@_folds("resumed")
def _resumed(case: Case, what: h.Resumed, event: Event) -> Changes:
    return {"standing": None}


@_folds("extended")
def _extended(case: Case, what: h.Extended, event: Event) -> Changes:
    return {"extensions": case.extensions + 1}


@_folds("agreed")
def _agreed(case: Case, what: h.Agreed, event: Event) -> Changes:
    """An agreement stops the ladder and settles who is in charge: no climb is looked up, no objection waits any more."""
    objections = tuple(o.model_copy(update={"open": False}) if o.open else o for o in case.objections)
    return {"agreement": what.agreement, "handlers": _handler(case, event), "objections": objections, **_no_climb(case)}


def _no_climb(case: Case) -> Changes:
    """Drop a climb that is still being looked up."""
    return {"work": {key: item for key, item in case.work.items() if item.kind is not WorkKind.ESCALATE}}


def _agreement(case: Case, **changes: Any) -> Changes:
    return {"agreement": case.agreement.model_copy(update=changes)} if case.agreement is not None else {}


@_folds("agreement_signed")
def _agreement_signed(case: Case, what: h.AgreementSigned, event: Event) -> Changes:
    signed = case.agreement.signed if case.agreement else ()
    return _agreement(case, signed=(*signed, what.party))


@_folds("agreement_effective")
def _effective(case: Case, what: h.AgreementEffective, event: Event) -> Changes:
    changes = _agreement(case, effective_at=what.effective_at)
    if what.by is not None:
        changes["handlers"] = _handler(case, event)
    return changes


@_folds("confirmation_applied", "confirmation_granted", "confirmation_rejected", "confirmation_waived")
def _confirmation(case: Case, what: Any, event: Event) -> Changes:
    return _agreement(case, confirmation=what.type.removeprefix("confirmation_"))


@_folds("lapsed")
def _lapsed(case: Case, what: h.Lapsed, event: Event) -> Changes:
    return _agreement(case, confirmation="lapsed") if what.clock == "confirm" else {}


def _promise(case: Case, promise_id: str, **changes: Any) -> Changes:
    promises: tuple[Promise, ...] = case.agreement.promises if case.agreement else ()
    return _agreement(case, promises=tuple(p.model_copy(update=changes) if p.id == promise_id else p for p in promises))


@_folds("performed")
def _performed(case: Case, what: h.Performed, event: Event) -> Changes:
    return _promise(case, what.promise, state=PromiseState.PERFORMED, proof=what.proof)


@_folds("defaulted")
def _defaulted(case: Case, what: h.Defaulted, event: Event) -> Changes:
    return _promise(case, what.promise, state=PromiseState.DEFAULTED)


@_folds("visited")
def _visited(case: Case, what: h.Visited, event: Event) -> Changes:
    visit = Visit(
        slot=what.slot,
        outcome=what.outcome,
        satisfied=what.satisfied,
        by_contact=what.by_contact,
        at=event.when,
        person=event.actor.person,
        mediator_of_record=what.mediator_of_record,
    )
    again = case.visit_again and what.slot != "visit.again"
    return {"visits": (*case.visits, visit), "visit_again": again}


@_folds("audited")
def _audited(case: Case, what: h.Audited, event: Event) -> Changes:
    return {"audited": True, **_served(case, what.work)}


@_folds("audit_failed")
def _audit_failed(case: Case, what: h.AuditFailed, event: Event) -> Changes:
    changes: Changes = {"visit_again": True, "sign_offs": (), "audited": False, **_served(case, what.work)}
    if what.back_to == "mediating":
        changes.update({"agreement": None, "visits": (), "visit_again": False})
    return changes


@_folds("signed_off")
def _signed_off(case: Case, what: h.SignedOff, event: Event) -> Changes:
    return {"sign_offs": (*case.sign_offs, what.role)}


@_folds("merging")
def _merging(case: Case, what: h.MergeBegun, event: Event) -> Changes:
    return {
        "merging": Merging(into_case=what.into_case, into_code=what.into_code),
        "work": {**case.work, what.work.id: what.work},
    }


@_folds("merge_failed")
def _merge_failed(case: Case, what: h.MergeFailed, event: Event) -> Changes:
    return {"merging": None, **_served(case, what.work)}


@_folds("absorbed")
def _absorbed(case: Case, what: h.Absorbed, event: Event) -> Changes:
    return {
        "absorbed": (*case.absorbed, what.from_case),
        "parties": (*case.parties, *what.parties),
        "papers": (*case.papers, *what.papers),
    }


OF_A_CHAPTER = (
    *("level", "lead", "lead_deemed", "objections", "designated", "contacted", "leader_charged", "handlers"),
    *("mediator", "recused", "recusals_by_parties", "consents", "refused", "sessions", "sessions_failed", "extensions"),
    *("joint_met", "meetings", "tasks", "standing", "agreement", "visits", "visit_again", "sign_offs", "audited"),
    *("merging", "ended_at", "retain_until", "work", "told", "ratings"),
)
"""What begins anew with a chapter."""


@_folds("reopened")
def _reopened(case: Case, what: h.Reopened, event: Event) -> Changes:
    """Begin a new chapter: the way starts anew, the parties, the papers and the history of mediators stay."""
    fresh = Case.model_fields
    changes: Changes = {name: fresh[name].get_default(call_default_factory=True) for name in OF_A_CHAPTER}
    former = case.former_mediators
    if what.former_mediator is not None and what.former_mediator not in former:
        former = (*former, what.former_mediator)
    return {
        **changes,
        "chapter": event.chapter,
        "former_mediators": former,
        "parties": tuple(p.model_copy(update={"left": False}) for p in case.parties),
        "moments": {},
    }


@_folds("rated")
def _rated(case: Case, what: h.Rated, event: Event) -> Changes:
    return {"ratings": (*case.ratings, Rating(party=what.party, satisfied=what.satisfied, at=event.when, text=what.text))}


@_folds("complained")
def _complained(case: Case, what: h.Complained, event: Event) -> Changes:
    return {"complaints": (*case.complaints, Complaint(id=what.complaint, party=what.party, at=event.when, text=what.text))}


@_folds("replied")
def _replied(case: Case, what: h.Replied, event: Event) -> Changes:
    done = {"replied_at": event.when, "reply": what.text}
    return {"complaints": tuple(c.model_copy(update=done) if c.id == what.complaint else c for c in case.complaints)}


@_folds("carded")
def _carded(case: Case, what: h.Carded, event: Event) -> Changes:
    return {"cards": (*case.cards, what.card)}


@_folds("card_lifted")
def _card_lifted(case: Case, what: h.CardLifted, event: Event) -> Changes:
    return {"cards": tuple(c.model_copy(update={"closed_at": event.at, "lifted": True}) if c.id == what.card else c for c in case.cards)}


@_folds("recalendared")
def _recalendared(case: Case, what: h.Recalendared, event: Event) -> Changes:
    return {"docs": case.docs.model_copy(update={"calendar": what.calendar})}


@_folds("rebased")
def _rebased(case: Case, what: h.Rebased, event: Event) -> Changes:
    return {"docs": what.docs}


@_folds("amended")
def _amended(case: Case, what: h.Amended, event: Event) -> Changes:
    validated = Case.model_validate({**case.model_dump(), **what.after})
    return {name: getattr(validated, name) for name in what.after}


@_folds("party_added")
def _party_added(case: Case, what: h.PartyAdded, event: Event) -> Changes:
    return {"parties": (*case.parties, what.party)}


@_folds("represented")
def _represented(case: Case, what: h.Represented, event: Event) -> Changes:
    return {"parties": _with_party(case, what.party, representative=what.representative)}


@_folds("attached")
def _attached(case: Case, what: h.Attached, event: Event) -> Changes:
    return {"papers": (*case.papers, what.sha256)}


@_folds("taken_back")
def _taken_back(case: Case, what: h.TakenBack, event: Event) -> Changes:
    restored = Case.model_validate({**case.model_dump(), **what.restores})
    return {name: getattr(restored, name) for name in what.restores}


@_folds("handed_over")
def _handed_over(case: Case, what: h.HandedOver, event: Event) -> Changes:
    handlers = case.handlers if what.to in case.handlers else (*case.handlers, what.to)
    if what.part == "mediator" and case.mediator is not None:
        return {"mediator": Mediator(person=what.to, unit=case.mediator.unit), "handlers": handlers}
    return {"handlers": handlers}


@_folds("split_off")
def _split_off(case: Case, what: h.SplitOff, event: Event) -> Changes:
    return {"parties": tuple(p for p in case.parties if p.id not in what.parties), **_served(case, what.work)}


@_folds("split_failed")
def _split_failed(case: Case, what: h.SplitFailed, event: Event) -> Changes:
    return _served(case, what.work)
