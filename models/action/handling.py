"""Handling (签收、异议、裁定、联系、交办、调整、升级): sign, object, rule, contact, tasks, replan, escalate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.action.base import Base
from models.base import Id, Reason, Text
from models.clock import Budget


class Sign(Base):
    """Sign for it as lead or assisting unit (签收)."""

    do: Literal["sign"] = "sign"
    task: Id | None = None


class Object(Base):
    """Object to being the lead, or to a task, with a reason (提出异议)."""

    do: Literal["object"] = "object"
    reason: Reason = ""
    to: Id | None = None
    task: Id | None = None


class Rule(Base):
    """Rule on an objection (裁定异议)."""

    do: Literal["rule"] = "rule"
    uphold: bool
    to: Id | None = None
    task: Id | None = None
    """Whose objection is meant, where it is that of a task; without it the lead's, else the oldest."""
    reason: Reason = ""


class Contact(Base):
    """Record the first contact (首次联系)."""

    do: Literal["contact"] = "contact"
    note: Text


class RaiseTask(Base):
    """Give an assisting unit a task (交办任务)."""

    do: Literal["raise_task"] = "raise_task"
    unit: Id
    title: Text
    limit: Budget | None = None


class Replan(Base):
    """Change who works on a running case (调整联动单位)."""

    do: Literal["replan"] = "replan"
    lead: Id | None = None
    add: tuple[Id, ...] = Field(default=(), max_length=60)
    drop: tuple[Id, ...] = Field(default=(), max_length=60)
    reason: Reason = ""


class Finish(Base):
    """Report a task done (反馈任务)."""

    do: Literal["finish"] = "finish"
    result: Text
    task: Id | None = None


class Rework(Base):
    """Return a finished task (退回重办)."""

    do: Literal["rework"] = "rework"
    unit: Id | None = None
    task: Id | None = None
    reason: Reason = ""


class Escalate(Base):
    """Raise the case to the next level (升级)."""

    do: Literal["escalate"] = "escalate"
    reason: Reason = ""
