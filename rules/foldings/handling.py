"""What happenings of who works on it change in a case."""

from __future__ import annotations

from typing import Any

from models import happening as h
from models.case import Case, Mediator, Objection, Task
from models.event import Event
from models.words import TaskState
from rules.foldings.common import Changes, folds, handler, no_climb, served


@folds("routed")
def _routed(case: Case, what: h.Routed, event: Event) -> Changes:
    """Routing says the level; a climb asked for before is dropped, it could only lead down. Objections of tasks still wait."""
    waiting = tuple(o for o in case.objections if o.task is not None)
    changes: Changes = {"lead": what.lead, "level": what.level, "lead_deemed": False, "objections": waiting, "designated": False}
    return {**changes, **no_climb(case)}


@folds("task_raised")
def _task_raised(case: Case, what: h.TaskRaised, event: Event) -> Changes:
    return {"tasks": {**case.tasks, what.task.id: what.task}, "tasks_raised": case.tasks_raised + 1}


def _task(case: Case, task_id: str, **changes: Any) -> dict[str, Task]:
    return {**case.tasks, task_id: case.tasks[task_id].model_copy(update=changes)}


@folds("signed", "deemed_signed")
def _signed(case: Case, what: h.Signed | h.DeemedSigned, event: Event) -> Changes:
    deemed = what.type == "deemed_signed"
    if what.task is not None:
        changes: Changes = {"tasks": _task(case, what.task, state=TaskState.SIGNED, signed_at=event.when, deemed=deemed)}
    else:
        changes = {"lead_deemed": deemed, "contacted": False}
    if not deemed:
        # Who signs takes it on: an objection still open is withdrawn with that.
        changes["objections"] = _answered(case, what.task)
        changes["handlers"] = handler(case, event) if what.task is None else case.handlers
    return changes


@folds("objected")
def _objected(case: Case, what: h.Objected, event: Event) -> Changes:
    changes: Changes = {"objections": (*case.objections, Objection(unit=what.unit, to=what.to, task=what.task))}
    if what.task is not None:
        changes["tasks"] = _task(case, what.task, objected=True)
    return changes


def _answered(case: Case, task: str | None = None) -> tuple[Objection, ...]:
    return tuple(o.model_copy(update={"open": False}) if o.task == task else o for o in case.objections)


@folds("rerouted")
def _rerouted(case: Case, what: h.Rerouted, event: Event) -> Changes:
    return {"lead": what.lead, "lead_deemed": False, "objections": _answered(case), "contacted": False}


@folds("designated")
def _designated(case: Case, what: h.Designated, event: Event) -> Changes:
    return {
        "lead": what.lead,
        "lead_deemed": False,
        "designated": True,
        "objections": _answered(case),
        "contacted": case.contacted and case.lead == what.lead,
    }


@folds("task_ruled")
def _task_ruled(case: Case, what: h.TaskRuled, event: Event) -> Changes:
    signed_at = case.tasks[what.task].signed_at or event.when
    return {
        "objections": _answered(case, what.task),
        "tasks": _task(case, what.task, state=TaskState.SIGNED, signed_at=signed_at),
    }


@folds("task_released")
def _task_released(case: Case, what: h.TaskReleased, event: Event) -> Changes:
    return {"tasks": _task(case, what.task, state=TaskState.RELEASED), "objections": _answered(case, what.task)}


@folds("contacted")
def _contacted(case: Case, what: h.Contacted, event: Event) -> Changes:
    return {"contacted": True, "handlers": handler(case, event)}


@folds("replanned")
def _replanned(case: Case, what: h.Replanned, event: Event) -> Changes:
    if what.lead is None or what.lead == case.lead:
        return {}
    return {"lead": what.lead, "lead_deemed": False, "contacted": False, "objections": _answered(case)}


@folds("task_finished")
def _task_finished(case: Case, what: h.TaskFinished, event: Event) -> Changes:
    finished = _task(case, what.task, state=TaskState.FINISHED, result=what.result)
    return {"tasks": finished, "objections": _answered(case, what.task)}


@folds("task_returned")
def _task_returned(case: Case, what: h.TaskReturned, event: Event) -> Changes:
    returned = case.tasks[what.task].returned + 1
    return {"tasks": _task(case, what.task, state=TaskState.RETURNED, signed_at=event.when, returned=returned)}


@folds("escalated")
def _escalated(case: Case, what: h.Escalated, event: Event) -> Changes:
    changes: Changes = {
        "level": what.level,
        "centre": what.centre,
        "joint_met": False,
        "sessions_failed": 0,
        **served(case, what.work),
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


@folds("leader_charged")
def _leader_charged(case: Case, what: h.LeaderCharged, event: Event) -> Changes:
    return {"leader_charged": True}


@folds("handed_over")
def _handed_over(case: Case, what: h.HandedOver, event: Event) -> Changes:
    handlers = case.handlers if what.to in case.handlers else (*case.handlers, what.to)
    if what.part == "mediator" and case.mediator is not None:
        return {"mediator": Mediator(person=what.to, unit=case.mediator.unit), "handlers": handlers}
    return {"handlers": handlers}
