"""Happenings of mediating: assigned, consented, meetings, sessions, standing still (指派、意愿、会商、调解、中止)."""

from __future__ import annotations

from typing import Literal

from models.base import Model
from models.case import Mediator, Meeting, Work


class AssignmentRequested(Model):
    """A mediator is to be proposed (请求指派)."""

    type: Literal["assignment_requested"] = "assignment_requested"
    work: Work


class Assigned(Model):
    """A mediator was appointed, and why this one (指派调解员)."""

    type: Literal["assigned"] = "assigned"
    mediator: Mediator
    why: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    """Who was not taken, as `staff id: reason code`."""
    work: str | None = None


class AssignmentFailed(Model):
    """Nobody was fit (无合适调解员)."""

    type: Literal["assignment_failed"] = "assignment_failed"
    passed_over: tuple[str, ...] = ()
    work: str


class Recused(Model):
    """The mediator stepped back (回避)."""

    type: Literal["recused"] = "recused"
    mediator: str
    reason: str
    party: str | None = None


class Consented(Model):
    """A party agreed to mediation (同意调解)."""

    type: Literal["consented"] = "consented"
    party: str


class Refused(Model):
    """A party refused mediation (拒绝调解)."""

    type: Literal["refused"] = "refused"
    party: str
    ends: bool
    """Whether this ends the mediation; with more than two parties the others may go on."""


class MeetingSet(Model):
    """A meeting was called (召集会商)."""

    type: Literal["meeting_set"] = "meeting_set"
    meeting: Meeting
    place: str


class MeetingCalledOff(Model):
    """A meeting was called off (取消会商)."""

    type: Literal["meeting_called_off"] = "meeting_called_off"
    meeting: str
    reason: str


class SessionRecorded(Model):
    """A session was recorded (调解记录)."""

    type: Literal["session_recorded"] = "session_recorded"
    outcome: Literal["continue", "failed"]
    text: str


class Suspended(Model):
    """The clocks stand still (中止)."""

    type: Literal["suspended"] = "suspended"
    ground: str
    evidence: str


class Resumed(Model):
    """The clocks run again (恢复)."""

    type: Literal["resumed"] = "resumed"


class Extended(Model):
    """The mediation limit was extended (延期)."""

    type: Literal["extended"] = "extended"
    days: int
    consents: tuple[str, ...]
