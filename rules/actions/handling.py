"""Handling: sign, object, rule, contact, tasks, replan and escalate (签收、异议、裁定、联系、交办、调整、升级)."""

from __future__ import annotations

from models import action as a
from models import happening as h
from models.case import Case, Objection, Task, WorkKind
from models.network import Network
from models.party import Actor
from models.refusal import RefusalCode
from models.words import BEFORE_AGREED, Role, Stage, TaskState
from rules import clock as reckon
from rules import routing
from rules.actions.common import (
    OPEN_TASKS,
    call_off_meetings,
    climb,
    ensure_tasks,
    has_work,
    known_unit,
    leading_unit,
    open_task,
    raise_task,
    reason_given,
    release_own,
    release_task,
)
from rules.actions.spec import RUNNING, action
from rules.authority import Relation, holds
from rules.draft import Context, Draft, Refuse, require
from rules.limits import level_of

AFTER_ROUTING = RUNNING - {Stage.REGISTERED, Stage.SCREENED}


def _leads(case: Case, actor: Actor, network: Network) -> bool:
    return holds(case, actor, Relation.LEAD, network)


def _for_case(case: Case, act: a.Sign | a.Object, ctx: Context) -> bool:
    """Whether the lead speaks about the case itself, not an assisting unit about its task."""
    return act.task is None and _leads(case, act.actor, ctx.bundle(case).network)


def _task_of(case: Case, act: a.Sign | a.Object | a.Finish) -> Task | None:
    """Return the task meant: the one named, else the unit's oldest open one, else its newest."""
    if act.task is not None:
        task = case.tasks.get(act.task)
        return task if task is not None and task.unit == act.actor.unit else None
    newest = [t for t in case.tasks.values() if t.unit == act.actor.unit]
    return open_task(case, act.actor.unit) or (newest[-1] if newest else None)


def _asked(case: Case, act: a.Base, ctx: Context) -> bool:
    """Whether there is something to answer: the routing, or a task raised before it, as the police get of a red case."""
    return case.stage in AFTER_ROUTING or any(task.unit == act.actor.unit for task in case.tasks.values())


def _signed(case: Case, act: a.Sign, ctx: Context) -> bool:
    if _for_case(case, act, ctx):
        return case.stage is not Stage.ROUTED
    task = _task_of(case, act)
    return task is not None and task.state is not TaskState.RAISED


@action("sign", staged=_asked, done=_signed)
def _sign(draft: Draft, act: a.Sign) -> None:
    if _for_case(draft.case, act, draft.ctx):
        draft.add(h.Signed(unit=act.actor.unit), stage=Stage.SIGNED, moments=("signed",))
        return
    task = _task_of(draft.case, act)
    require(task is not None, RefusalCode.INVALID, "task")
    assert task is not None
    draft.add(h.Signed(unit=task.unit, task=task.id))


def _object_in_time(case: Case, act: a.Object, ctx: Context) -> bool:
    if act.task is None and act.actor.unit == case.lead:
        clock = case.clocks.get("object")
        return clock is None or clock.due is None or ctx.now <= clock.due.at
    task, bundle = _task_of(case, act), ctx.bundle(case)
    limit = bundle.procedure.limit("object", case.category)
    if task is None or limit is None or limit.budget is None:
        return True
    window = reckon.start("object", limit.key, limit.budget, task.raised_at, case.docs.calendar, bundle.cal)
    return window.due is None or ctx.now <= window.due.at


def _objected(case: Case, act: a.Object, ctx: Context) -> bool:
    """A designation is final, one objection is enough, and who has signed or gone on to mediate has answered."""
    if act.actor.unit == case.lead and act.task is None:
        answered = case.stage is not Stage.ROUTED and not (case.stage is Stage.SIGNED and case.lead_deemed)
        return case.designated or answered or any(o.unit == case.lead and o.task is None for o in case.objections)
    task = _task_of(case, act)
    return task is not None and (task.objected or task.state not in {TaskState.RAISED, TaskState.SIGNED} or _explicit(task))


def _explicit(task: Task) -> bool:
    return task.state is TaskState.SIGNED and not task.deemed


@action("object", BEFORE_AGREED, staged=_asked, in_time=_object_in_time, done=_objected)
def _object(draft: Draft, act: a.Object) -> None:
    if act.to is not None:
        known_unit(draft, act.to)
        require(act.to != act.actor.unit, RefusalCode.INVALID, "to")
    task = None if _for_case(draft.case, act, draft.ctx) else _task_of(draft.case, act)
    require(task is not None or draft.case.lead == act.actor.unit, RefusalCode.INVALID, "task")
    reason_given(act.reason)
    draft.add(
        h.Objected(unit=act.actor.unit, reason=act.reason, to=act.to, task=task.id if task else None),
        moments=("objected",),
    )


def _lead_objections(case: Case) -> tuple[Objection, ...]:
    return tuple(o for o in case.objections if o.task is None)


def _meant(case: Case, act: a.Rule) -> Objection | None:
    """Return the objection ruled on: of the task that is named, else the lead's, for which the case waits, else the oldest."""
    waiting = [o for o in case.objections if o.open and act.task in {None, o.task}]
    return min(waiting, key=lambda o: o.task is not None, default=None)


def _may_rule(case: Case, act: a.Rule, ctx: Context) -> bool:
    """The dispatcher rules on a first objection of a lead and on those of tasks; on a second one of a lead the director."""
    objection = _meant(case, act)
    second = objection is not None and objection.task is None and len(_lead_objections(case)) > 1
    return not second or act.actor.role is Role.DIRECTOR


def _to_rule(case: Case, act: a.Rule, ctx: Context) -> bool:
    return case.stage in AFTER_ROUTING or any(o.open for o in case.objections)


def _nothing_to_rule(case: Case, act: a.Rule, ctx: Context) -> bool:
    return not any(o.open for o in case.objections)


@action("rule", BEFORE_AGREED, allowed=_may_rule, staged=_to_rule, done=_nothing_to_rule)
def _rule(draft: Draft, act: a.Rule) -> None:
    objection = _meant(draft.case, act)
    if objection is None:
        raise Refuse(RefusalCode.INVALID, "task")
    to = act.to or (objection.to if act.uphold else objection.unit)
    require(to is not None, RefusalCode.INVALID, "to")
    assert to is not None
    if objection.task is not None:
        _rule_task(draft, act, objection, known_unit(draft, to))
        return
    leading_unit(draft, to, "to")
    first = len(_lead_objections(draft.case)) == 1
    mediating = draft.case.stage is Stage.MEDIATING
    if act.uphold and first:
        # A mediation that has begun goes on under the new lead; only its first contact is owed anew.
        stage, moment = (None, "signed") if mediating else (Stage.ROUTED, "routed")
        draft.add(h.Rerouted(lead=to, reason=act.reason or None), stage=stage, moments=(moment,))
    else:
        stage = None if mediating else Stage.SIGNED
        draft.add(h.Designated(lead=to, reason=act.reason or None), stage=stage, moments=("signed",))
    release_own(draft, to)


def _rule_task(draft: Draft, act: a.Rule, objection: Objection, to: str) -> None:
    """Move a task to another unit, or leave it where it is, signed for."""
    task = draft.case.tasks[objection.task or ""]
    if not act.uphold:
        draft.add(h.TaskRuled(task=task.id, unit=task.unit))
        return
    release_task(draft, task, "objection_upheld")
    if to != draft.case.lead:
        raise_task(draft, to, task.title, task.limit)


@action("contact", {Stage.SIGNED, Stage.MEDIATING}, done=lambda case, act, ctx: case.contacted)
def _contact(draft: Draft, act: a.Contact) -> None:
    draft.add(h.Contacted(note=act.note))


@action("raise_task")
def _raise_task(draft: Draft, act: a.RaiseTask) -> None:
    unit = known_unit(draft, act.unit)
    require(unit != draft.case.lead, RefusalCode.INVALID, "unit")
    raise_task(draft, unit, act.title, act.limit)


@action("replan", AFTER_ROUTING, fault=lambda case, act, ctx: None if act.lead or act.add or act.drop else "add")
def _replan(draft: Draft, act: a.Replan) -> None:
    for unit in (*act.add, *act.drop):
        known_unit(draft, unit)
    if act.lead:
        leading_unit(draft, act.lead, "lead")
    require(not set(act.add) & set(act.drop), RefusalCode.INVALID, "drop")
    require(draft.case.lead not in act.drop or act.lead not in {None, draft.case.lead}, RefusalCode.INVALID, "drop")
    reason_given(act.reason)
    new_lead = act.lead if act.lead != draft.case.lead else None
    before = draft.case.stage in {Stage.ROUTED, Stage.SIGNED}
    draft.add(
        h.Replanned(lead=new_lead, added=act.add, dropped=act.drop, reason=act.reason),
        stage=Stage.ROUTED if new_lead and before else None,
        moments=("routed",) if new_lead and before else (("signed",) if new_lead else ()),
    )
    leaving = {*act.drop, *((new_lead,) if new_lead else ())}
    for task in tuple(draft.case.tasks.values()):
        if task.unit in leaving and task.state in OPEN_TASKS:
            release_task(draft, task, "leads_now" if task.unit == new_lead else "dropped")
    call_off_meetings(draft, act.drop, "dropped") if act.drop else None
    ensure_tasks(draft, act.add)


def _finished(case: Case, act: a.Finish, ctx: Context) -> bool:
    task = _task_of(case, act)
    return task is not None and task.state not in OPEN_TASKS


@action("finish", staged=_asked, done=_finished)
def _finish(draft: Draft, act: a.Finish) -> None:
    task = _task_of(draft.case, act)
    require(task is not None, RefusalCode.INVALID, "task")
    assert task is not None
    draft.add(h.TaskFinished(task=task.id, unit=task.unit, result=act.result))


@action("rework", AFTER_ROUTING)
def _rework(draft: Draft, act: a.Rework) -> None:
    """Return a finished task: the one named, else the unit's, else the one finished last."""
    tasks = [t for t in draft.case.tasks.values() if act.task in {None, t.id} and act.unit in {None, t.unit}]
    if act.unit is not None:
        known_unit(draft, act.unit)
    done = [t for t in tasks if t.state is TaskState.FINISHED]
    if not done:
        raise Refuse(RefusalCode.INVALID, "task")
    reason_given(act.reason)
    draft.add(h.TaskReturned(task=done[-1].id, unit=done[-1].unit, reason=act.reason))


def _at_the_top(case: Case, act: a.Escalate, ctx: Context) -> bool:
    top = routing.climb(level_of(case)) is None and case.leader_charged
    return top or has_work(case, WorkKind.ESCALATE)


@action("escalate", BEFORE_AGREED, done=_at_the_top)
def _escalate(draft: Draft, act: a.Escalate) -> None:
    reason_given(act.reason)
    climb(draft, "asked", act.reason)
