"""Happenings (事实): what an event says has happened, in the past tense. The envelope around it is `models/event.py`.

A happening carries all that was worked out when it happened, so that folding old events never asks today's rules.
They stand in one module for each phase of a case; all names are reached from here, `What` is any of them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.happening.agreement import (
    Agreed,
    AgreementEffective,
    AgreementSigned,
    Channelled,
    ConfirmationApplied,
    ConfirmationGranted,
    ConfirmationRejected,
    ConfirmationWaived,
    Defaulted,
    NoticeGiven,
    Performed,
    Withdrawn,
)
from models.happening.changes import Amended, Attached, Noted, PartyAdded, Rebased, RebasePlanned, Represented, Restarted, TakenBack
from models.happening.clocks import Carded, CardLifted, Lapsed, Recalendared, Reminded, ReviewDue
from models.happening.closing import Archived, Audited, AuditFailed, AuditRequested, Reopened, SignedOff, Visited
from models.happening.handling import (
    Contacted,
    DeemedSigned,
    Designated,
    Escalated,
    EscalationRequested,
    HandedOver,
    LeaderCharged,
    Objected,
    Replanned,
    Rerouted,
    Routed,
    Signed,
    TaskFinished,
    TaskRaised,
    TaskReleased,
    TaskReturned,
    TaskRuled,
)
from models.happening.intake import (
    Absorbed,
    Declined,
    Graded,
    MergeBegun,
    Merged,
    MergeFailed,
    PoliceTold,
    Registered,
    Screened,
    SplitFailed,
    SplitOff,
    SplitRequested,
)
from models.happening.mediation import (
    Assigned,
    AssignmentFailed,
    AssignmentRequested,
    Consented,
    Extended,
    MeetingCalledOff,
    MeetingSet,
    Recused,
    Refused,
    Resumed,
    SessionRecorded,
    Suspended,
)
from models.happening.voice import Complained, Rated, Replied

__all__ = [
    "Absorbed",
    "Agreed",
    "AgreementEffective",
    "AgreementSigned",
    "Amended",
    "Archived",
    "Assigned",
    "AssignmentFailed",
    "AssignmentRequested",
    "Attached",
    "AuditFailed",
    "AuditRequested",
    "Audited",
    "CardLifted",
    "Carded",
    "Channelled",
    "Complained",
    "ConfirmationApplied",
    "ConfirmationGranted",
    "ConfirmationRejected",
    "ConfirmationWaived",
    "Consented",
    "Contacted",
    "Declined",
    "DeemedSigned",
    "Defaulted",
    "Designated",
    "Escalated",
    "EscalationRequested",
    "Extended",
    "Graded",
    "HandedOver",
    "Lapsed",
    "LeaderCharged",
    "MeetingCalledOff",
    "MeetingSet",
    "MergeBegun",
    "MergeFailed",
    "Merged",
    "Noted",
    "NoticeGiven",
    "Objected",
    "PartyAdded",
    "Performed",
    "PoliceTold",
    "Rated",
    "RebasePlanned",
    "Rebased",
    "Recalendared",
    "Recused",
    "Refused",
    "Registered",
    "Reminded",
    "Reopened",
    "Replanned",
    "Replied",
    "Represented",
    "Rerouted",
    "Restarted",
    "Resumed",
    "ReviewDue",
    "Routed",
    "Screened",
    "SessionRecorded",
    "Signed",
    "SignedOff",
    "SplitFailed",
    "SplitOff",
    "SplitRequested",
    "Suspended",
    "TakenBack",
    "TaskFinished",
    "TaskRaised",
    "TaskReleased",
    "TaskReturned",
    "TaskRuled",
    "Visited",
    "What",
    "Withdrawn",
]

What = Annotated[
    Registered
    | Graded
    | PoliceTold
    | Screened
    | Declined
    | Routed
    | TaskRaised
    | Signed
    | DeemedSigned
    | Objected
    | Rerouted
    | Designated
    | TaskReleased
    | TaskRuled
    | Contacted
    | AssignmentRequested
    | Assigned
    | AssignmentFailed
    | Recused
    | Consented
    | Refused
    | MeetingSet
    | MeetingCalledOff
    | SessionRecorded
    | Replanned
    | TaskFinished
    | TaskReturned
    | EscalationRequested
    | Escalated
    | LeaderCharged
    | Suspended
    | Resumed
    | Extended
    | Agreed
    | AgreementSigned
    | AgreementEffective
    | ConfirmationApplied
    | ConfirmationGranted
    | ConfirmationRejected
    | ConfirmationWaived
    | Performed
    | Defaulted
    | Visited
    | AuditRequested
    | Audited
    | AuditFailed
    | SignedOff
    | Archived
    | MergeBegun
    | Merged
    | MergeFailed
    | Absorbed
    | Withdrawn
    | NoticeGiven
    | Channelled
    | Reopened
    | Rated
    | Complained
    | Replied
    | Noted
    | Reminded
    | Carded
    | CardLifted
    | ReviewDue
    | Lapsed
    | Recalendared
    | Rebased
    | RebasePlanned
    | Amended
    | PartyAdded
    | Represented
    | Attached
    | TakenBack
    | HandedOver
    | SplitRequested
    | SplitOff
    | SplitFailed
    | Restarted,
    Field(discriminator="type"),
]
"""Any happening."""
