"""Happenings of who works on it: routed, signed, objected, tasks, climbs (分流、签收、异议、交办、升级)."""

from __future__ import annotations

from typing import Literal

from models.base import Model
from models.case import Task, Work
from models.words import Level


class Routed(Model):
    """It was given to a lead (分流)."""

    type: Literal["routed"] = "routed"
    lead: str
    level: Level
    why: tuple[str, ...]


class TaskRaised(Model):
    """An assisting unit was given a task (交办)."""

    type: Literal["task_raised"] = "task_raised"
    task: Task


class Signed(Model):
    """A unit signed for the case or for its task (签收)."""

    type: Literal["signed"] = "signed"
    unit: str
    task: str | None = None


class DeemedSigned(Model):
    """Silence counted as signature (视为签收)."""

    type: Literal["deemed_signed"] = "deemed_signed"
    unit: str
    task: str | None = None


class Objected(Model):
    """A unit objected (提出异议)."""

    type: Literal["objected"] = "objected"
    unit: str
    reason: str
    to: str | None
    task: str | None = None


class Rerouted(Model):
    """An objection was upheld (异议成立，改派)."""

    type: Literal["rerouted"] = "rerouted"
    lead: str
    reason: str | None = None


class Designated(Model):
    """A lead was designated, finally (指定管辖)."""

    type: Literal["designated"] = "designated"
    lead: str
    reason: str | None = None


class TaskReleased(Model):
    """A task was called off (解除任务)."""

    type: Literal["task_released"] = "task_released"
    task: str
    unit: str
    why: str


class TaskRuled(Model):
    """An objection to a task was turned down; the unit has to do it (任务异议驳回)."""

    type: Literal["task_ruled"] = "task_ruled"
    task: str
    unit: str


class Contacted(Model):
    """The lead reached the applicant (首次联系)."""

    type: Literal["contacted"] = "contacted"
    note: str


class Replanned(Model):
    """Who works on the case was changed (调整联动单位)."""

    type: Literal["replanned"] = "replanned"
    lead: str | None
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    reason: str


class TaskFinished(Model):
    """A unit reported its task done (任务反馈)."""

    type: Literal["task_finished"] = "task_finished"
    task: str
    unit: str
    result: str


class TaskReturned(Model):
    """A finished task was returned (退回重办)."""

    type: Literal["task_returned"] = "task_returned"
    task: str
    unit: str
    reason: str


class EscalationRequested(Model):
    """The case is to climb; who the 1, the 3 and the N are there is being looked up (请求升级)."""

    type: Literal["escalation_requested"] = "escalation_requested"
    work: Work


class Escalated(Model):
    """The case climbed one rung (升级)."""

    type: Literal["escalated"] = "escalated"
    level: Level
    lead: str
    centre: str
    cause: str
    reason: str | None = None
    why: tuple[str, ...] = ()
    vacant: tuple[str, ...] = ()
    work: str


class LeaderCharged(Model):
    """The last rung: the leader is in charge (领导包案)."""

    type: Literal["leader_charged"] = "leader_charged"
    unit: str
    cause: str


class HandedOver(Model):
    """A person's part passed to another (移交)."""

    type: Literal["handed_over"] = "handed_over"
    part: Literal["mediator", "handler"]
    to: str
    reason: str
