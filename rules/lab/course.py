"""The course of a case (办理过程): who asked for what and when, read back from its events.

Events say what happened, not what was asked; each action leads with one happening by which it is known, and that happening carries
what it needs to be asked again. What the clock did, and what was only answered, is no part of the course: rules bring it about anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from models import action as a
from models import happening as h
from models.action import Action
from models.base import Instant
from models.case import Case
from models.event import Event
from models.words import Role
from rules.fold import fold

FOLLOWERS = frozenset({"task_released", "meeting_called_off", "resumed"})
"""Happenings that may come first in what an action led to without being what it is known by."""

NOT_TOLD = "code:not_told"
"""A reason that the record does not hold: the last rung says who is in charge, not why somebody asked."""

W = TypeVar("W", bound=h.What)


@dataclass(frozen=True, slots=True)
class Asked:
    """An action, and when it was asked for."""

    at: Instant
    action: Action


@dataclass(frozen=True, slots=True)
class Group:
    """All that one action led to, with the case as it was before."""

    before: Case
    events: tuple[Event, ...]

    def find(self, kind: type[W]) -> W | None:
        """Return the first happening of a kind."""
        return next((event.what for event in self.events if isinstance(event.what, kind)), None)


Fields = dict[str, Any]
Reader = Callable[[Any, Group], Fields]
READERS: dict[type[Any], tuple[str, Reader]] = {}
"""By the happening an action is known by: its name, and how its fields are read."""


def course(blank: Case, events: Sequence[Event]) -> tuple[Asked, ...]:
    """Return what was asked for, in order. `blank` is the case before its first event."""
    found: list[Asked] = []
    for group in _groups(blank, events):
        asked = _asked(group)
        if asked is not None:
            found.append(asked)
    return tuple(found)


def _groups(blank: Case, events: Iterable[Event]) -> list[Group]:
    """Gather events by action; an action whose answer came later keeps its first place."""
    befores: dict[str, Case] = {}
    gathered: dict[str, list[Event]] = {}
    case = blank
    for event in events:
        if event.action_id is not None:
            befores.setdefault(event.action_id, case)
            gathered.setdefault(event.action_id, []).append(event)
        case = fold(case, event)
    return [Group(befores[name], tuple(group)) for name, group in gathered.items()]


def _asked(group: Group) -> Asked | None:
    lead = _leading(group)
    first = group.events[0]
    if lead is None or (first.actor.role is Role.SYSTEM and not isinstance(lead, h.Absorbed)):
        return None
    do, reader = READERS[type(lead)]
    fields = reader(lead, group)
    return Asked(first.at, ACTIONS[do](id=first.action_id, actor=first.actor, occurred_at=first.occurred_at, **fields))


def _leading(group: Group) -> h.What | None:
    """Return the happening an action is known by: the first that is, unless it only makes way for another."""
    told = [event.what for event in group.events if type(event.what) in READERS]
    if not told:
        return None
    first, complaint = told[0], group.find(h.Complained)
    if isinstance(first, h.Reopened) and complaint is not None:
        return complaint
    if isinstance(first, h.TaskReleased) and first.why == "objection_upheld":
        return first
    return next((what for what in told if what.type not in FOLLOWERS), first)


ACTIONS: dict[str, type[Any]] = {model.model_fields["do"].default: model for model in get_args(get_args(Action)[0])}
"""Every action by its name."""


def reads(do: str, what: type[W]) -> Callable[[Callable[[W, Group], Fields]], Callable[[W, Group], Fields]]:
    """Register how an action is read from the happening it is known by."""

    def register(reader: Callable[[W, Group], Fields]) -> Callable[[W, Group], Fields]:
        READERS[what] = (do, reader)
        return reader

    return register


def same(do: str, what: type[Any], *names: str) -> None:
    """Register an action whose fields are called as in the happening it is known by."""
    READERS[what] = (do, lambda happening, group: {name: getattr(happening, name) for name in names})


def given(do: str, what: type[Any], **fields: Any) -> None:
    """Register an action whose fields follow from the kind of happening alone."""
    READERS[what] = (do, lambda happening, group: dict(fields))


same(
    "open",
    h.Registered,
    *("channel", "place", "summary", "happened_on", "parties", "people", "amount", "wage_workers", "risk_signs", "languages", "oral"),
)
same("sign", h.Signed, "task")
same("object", h.Objected, "reason", "to", "task")
same("contact", h.Contacted, "note")
same("rework", h.TaskReturned, "task", "unit", "reason")
same("finish", h.TaskFinished, "task", "result")
same("hand_over", h.HandedOver, "to", "reason")
same("record", h.SessionRecorded, "outcome", "text")
same("suspend", h.Suspended, "ground", "evidence")
same("resume", h.Resumed)
same("extend", h.Extended, "days", "consents")
same("sign_agreement", h.AgreementSigned, "party")
same("perform", h.Performed, "promise", "proof")
same("default", h.Defaulted, "promise")
same("withdraw", h.Withdrawn, "party", "reason")
same("call_off", h.MeetingCalledOff, "meeting", "reason")
same("archive", h.Archived)
same("reopen", h.Reopened, "reason")
same("complain", h.Complained, "party", "text")
same("reply", h.Replied, "complaint", "text")
same("note", h.Noted, "text")
same("lift_card", h.CardLifted, "card", "reason")
same("recalendar", h.Recalendared, "calendar")
same("rebase", h.Rebased, "docs", "reason")
READERS[h.RebasePlanned] = ("rebase", lambda what, group: {"docs": what.docs, "reason": what.reason, "start": "next_stage"})
same("add_party", h.PartyAdded, "party")
same("represent", h.Represented, "party", "representative", "authority")
same("attach", h.Attached, "title", "sha256", "size", "media_type")
same("take_back", h.TakenBack, "action")
given("seal", h.AgreementEffective)
given("sign_off", h.SignedOff)
given("assign", h.AssignmentRequested)
given("audit", h.AuditRequested, passed=True)
given("confirm", h.ConfirmationGranted, step="granted")
given("confirm", h.ConfirmationRejected, step="rejected")
given("confirm", h.ConfirmationWaived, step="waive")


@reads("screen", h.Screened)
def _screened(what: h.Screened, group: Group) -> Fields:
    return {"accept": True, "category": what.category}


@reads("screen", h.Declined)
def _declined(what: h.Declined, group: Group) -> Fields:
    return {"accept": False, "category": what.category, "reason": what.reason, "redirect": what.redirect}


@reads("regrade", h.Graded)
def _graded(what: h.Graded, group: Group) -> Fields:
    return {"tier": what.tier, "reason": what.reason or ""}


@reads("route", h.Routed)
def _routed(what: h.Routed, group: Group) -> Fields:
    """Ask for the very units that got it; whether a table would have proposed them is not told."""
    tasks = (event.what.task for event in group.events if isinstance(event.what, h.TaskRaised))
    had = {task.unit for task in group.before.tasks.values()}
    return {"lead": what.lead, "level": what.level, "assist": tuple(task.unit for task in tasks if task.unit not in had)}


@reads("rule", h.Rerouted)
def _rerouted(what: h.Rerouted, group: Group) -> Fields:
    return {"uphold": True, "to": what.lead, "reason": what.reason or ""}


@reads("rule", h.Designated)
def _designated(what: h.Designated, group: Group) -> Fields:
    """A designation is what a ruling leads to that does not uphold, and the second one however it is; both name the lead."""
    return {"uphold": False, "to": what.lead, "reason": what.reason or ""}


@reads("rule", h.TaskRuled)
def _task_ruled(what: h.TaskRuled, group: Group) -> Fields:
    return {"uphold": False, "task": what.task}


@reads("rule", h.TaskReleased)
def _task_moved(what: h.TaskReleased, group: Group) -> Fields:
    raised = group.find(h.TaskRaised)
    return {"uphold": True, "task": what.task, "to": raised.task.unit if raised is not None else group.before.lead}


@reads("raise_task", h.TaskRaised)
def _task_raised(what: h.TaskRaised, group: Group) -> Fields:
    return {"unit": what.task.unit, "title": what.task.title, "limit": what.task.limit}


@reads("replan", h.Replanned)
def _replanned(what: h.Replanned, group: Group) -> Fields:
    return {"lead": what.lead, "add": what.added, "drop": what.dropped, "reason": what.reason}


@reads("escalate", h.EscalationRequested)
def _climbed(what: h.EscalationRequested, group: Group) -> Fields:
    return {"reason": str(what.work.detail.get("reason") or NOT_TOLD)}


@reads("escalate", h.LeaderCharged)
def _charged(what: h.LeaderCharged, group: Group) -> Fields:
    return {"reason": NOT_TOLD}


@reads("assign", h.Assigned)
def _assigned(what: h.Assigned, group: Group) -> Fields:
    return {"mediator": what.mediator.person}


@reads("recuse", h.Recused)
def _recused(what: h.Recused, group: Group) -> Fields:
    return {"reason": what.reason, "party": what.party}


@reads("consent", h.Consented)
def _consented(what: h.Consented, group: Group) -> Fields:
    return {"party": what.party, "agrees": True}


@reads("consent", h.Refused)
def _refused(what: h.Refused, group: Group) -> Fields:
    return {"party": what.party, "agrees": False}


@reads("meet", h.MeetingSet)
def _met(what: h.MeetingSet, group: Group) -> Fields:
    return {"at": what.meeting.at, "place": what.place, "units": what.meeting.units, "joint": what.meeting.joint}


@reads("agree", h.Agreed)
def _agreed(what: h.Agreed, group: Group) -> Fields:
    made = what.agreement
    terms = tuple(a.PromiseTerm(id=p.id, debtor=p.debtor, what=p.what, due=p.due, amount=p.amount) for p in made.promises)
    return {"form": made.form, "terms": made.terms, "promises": terms, "matter": made.matter}


@reads("confirm", h.ConfirmationApplied)
def _applied(what: h.ConfirmationApplied, group: Group) -> Fields:
    return {"step": "apply", "consents": what.consents}


@reads("channel", h.NoticeGiven)
def _channelled(what: h.NoticeGiven, group: Group) -> Fields:
    end = group.find(h.Channelled)
    return {"notice": what.notice, "route": end.route if end is not None else ""}


@reads("visit", h.Visited)
def _visited(what: h.Visited, group: Group) -> Fields:
    return {"outcome": what.outcome, "satisfied": what.satisfied, "by_contact": what.by_contact, "text": what.text or ""}


@reads("audit", h.AuditFailed)
def _failed(what: h.AuditFailed, group: Group) -> Fields:
    return {"passed": False, "findings": what.findings, "back_to": str(what.back_to)}


@reads("rate", h.Rated)
def _rated(what: h.Rated, group: Group) -> Fields:
    return {"party": what.party, "satisfied": what.satisfied, "text": what.text or ""}


@reads("amend", h.Amended)
def _amended(what: h.Amended, group: Group) -> Fields:
    return {**what.after, "reason": what.reason}


@reads("merge", h.MergeBegun)
def _merging(what: h.MergeBegun, group: Group) -> Fields:
    return {"into": what.into_code, "into_case": what.into_case}


@reads("absorb", h.Absorbed)
def _absorbed(what: h.Absorbed, group: Group) -> Fields:
    graded = [event.what for event in group.events if isinstance(event.what, h.Graded)]
    amended = group.find(h.Amended)
    signs = tuple(amended.after.get("risk_signs", ())) if amended is not None else ()
    told = {"from_case": what.from_case, "from_code": what.from_code, "parties": what.parties, "papers": what.papers}
    return {**told, "tier": graded[-1].tier if graded else None, "risk_signs": signs}


@reads("split", h.SplitRequested)
def _split(what: h.SplitRequested, group: Group) -> Fields:
    detail = what.work.detail
    going = tuple(detail.get("going") or (party["id"] for party in detail["parties"]))
    return {"parties": going, "summary": detail["summary"], "reason": NOT_TOLD}
