"""What happenings of mediating change in a case."""

from __future__ import annotations

from typing import Any

from models import happening as h
from models.case import Case, Standing
from models.event import Event
from rules.foldings.common import Changes, folds, handler, served, with_party


@folds("assignment_requested", "escalation_requested", "audit_requested", "split_requested")
def _asked(case: Case, what: Any, event: Event) -> Changes:
    return {"work": {**case.work, what.work.id: what.work}}


@folds("assigned")
def _assigned(case: Case, what: h.Assigned, event: Event) -> Changes:
    return {"mediator": what.mediator, **served(case, what.work)}


@folds("assignment_failed")
def _assignment_failed(case: Case, what: h.AssignmentFailed, event: Event) -> Changes:
    return served(case, what.work)


@folds("recused")
def _recused(case: Case, what: h.Recused, event: Event) -> Changes:
    changes: Changes = {"mediator": None, "recused": (*case.recused, what.mediator)}
    if what.party is not None:
        changes["recusals_by_parties"] = (*case.recusals_by_parties, what.party)
    return changes


@folds("consented")
def _consented(case: Case, what: h.Consented, event: Event) -> Changes:
    return {"consents": {**case.consents, what.party: True}, "handlers": handler(case, event)}


@folds("refused")
def _refused(case: Case, what: h.Refused, event: Event) -> Changes:
    changes: Changes = {"consents": {**case.consents, what.party: False}, "handlers": handler(case, event), "agreement": None}
    if what.ends:
        changes["refused"] = True
    else:
        changes["parties"] = with_party(case, what.party, left=True)
    return changes


@folds("meeting_set")
def _meeting_set(case: Case, what: h.MeetingSet, event: Event) -> Changes:
    return {"meetings": (*case.meetings, what.meeting), "joint_met": case.joint_met or what.meeting.joint}


@folds("meeting_called_off")
def _meeting_called_off(case: Case, what: h.MeetingCalledOff, event: Event) -> Changes:
    """Strike it out; without a joint meeting left, this rung has not met."""
    meetings = tuple(m.model_copy(update={"off": True}) if m.id == what.meeting else m for m in case.meetings)
    joint_met = case.joint_met and any(m.joint and not m.off for m in meetings)
    return {"meetings": meetings, "joint_met": joint_met}


@folds("session_recorded")
def _session(case: Case, what: h.SessionRecorded, event: Event) -> Changes:
    return {
        "sessions": case.sessions + 1,
        "sessions_failed": case.sessions_failed + (what.outcome == "failed"),
        "handlers": handler(case, event),
    }


@folds("suspended")
def _suspended(case: Case, what: h.Suspended, event: Event) -> Changes:
    return {"standing": Standing(ground=what.ground, since=event.when, by=event.actor.person, evidence=what.evidence)}


@folds("resumed")
def _resumed(case: Case, what: h.Resumed, event: Event) -> Changes:
    return {"standing": None}


@folds("extended")
def _extended(case: Case, what: h.Extended, event: Event) -> Changes:
    return {"extensions": case.extensions + 1}
