"""Closing: visit, audit, sign off, archive, reopen (回访、审核、审签、归档、重启)."""

from __future__ import annotations

from functools import partial

from models import action as a
from models import happening as h
from models.case import Case, WorkKind
from models.refusal import RefusalCode
from models.words import BEFORE_AGREED, ENDS, Stage
from rules import clock as reckon
from rules.actions.common import OPEN_TASKS, alarm, ask, call_off_meetings, end, finish_following_up, has_work, reason_given, release_all
from rules.actions.spec import action
from rules.chain import canonical, link
from rules.closure import checklist
from rules.draft import Context, Draft, require
from rules.limits import owed_visits

REOPENABLE = ENDS - {Stage.MERGED}
"""A merged case goes on in the one that took it in."""


@action("visit", {Stage.PERFORMING, Stage.FOLLOWING_UP})
def _visit(draft: Draft, act: a.VisitAction) -> None:
    case, procedure = draft.case, draft.bundle.procedure
    of_record = case.mediator is not None and case.mediator.person in act.actor.ids
    require(not of_record, RefusalCode.SAME_PERSON)
    owed = owed_visits(case, procedure)
    counts = act.outcome == "calm" and bool(owed)
    draft.add(
        h.Visited(
            slot=owed[0] if counts else None,
            outcome=act.outcome,
            satisfied=act.satisfied,
            by_contact=act.by_contact,
            text=act.text or None,
            mediator_of_record=of_record,
        )
    )
    if act.outcome == "relapse":
        begin_chapter(draft, "code:relapse")
    elif act.outcome == "calm" and act.satisfied is False:
        begin_chapter(draft, "code:dissatisfied")
    else:
        finish_following_up(draft)


def begin_chapter(draft: Draft, reason: str) -> None:
    """Reopen: the same code, a new chapter, and another handler than the mediator before."""
    case = draft.case
    former = case.mediator.person if case.mediator is not None else None
    for task in tuple(case.tasks.values()):
        if task.state in OPEN_TASKS:
            draft.add(h.TaskReleased(task=task.id, unit=task.unit, why="reopened"))
    call_off_meetings(draft, None, "reopened")
    screened = "screened" in case.moments
    draft.add(
        h.Reopened(reason=reason, former_mediator=former),
        stage=Stage.SCREENED if screened else Stage.REGISTERED,
        moments=("registered", "screened") if screened else ("registered",),
    )
    alarm(draft)


def _audited(case: Case, act: a.Audit, ctx: Context) -> bool:
    return case.audited or has_work(case, WorkKind.AUDIT)


def _back_to_nowhere(case: Case, act: a.Audit, ctx: Context) -> str | None:
    known = act.back_to is None or (not act.passed and act.back_to in ctx.bundle(case).procedure.audit_back_to)
    return None if known else "back_to"


@action("audit", {Stage.AUDITING}, fault=_back_to_nowhere, done=_audited)
def _audit(draft: Draft, act: a.Audit) -> None:
    case, procedure = draft.case, draft.bundle.procedure
    mediates = case.mediator is not None and case.mediator.person in act.actor.ids
    require(act.actor.ids.isdisjoint(case.handlers) and not mediates, RefusalCode.SAME_PERSON)
    if not act.passed:
        reason_given("given" if act.findings else "", "findings")
        fail_audit(draft, act.findings, Stage(act.back_to or procedure.audit_back_to[0]))
        return
    _, still_open = checklist(case, procedure)
    require(not still_open, RefusalCode.CHECKLIST_OPEN, ", ".join(still_open))
    ask(draft, WorkKind.AUDIT, h.AuditRequested)


def fail_audit(draft: Draft, findings: tuple[str, ...], back_to: Stage, work: str | None = None) -> None:
    """Send the case back; there one new visit is owed, or mediation begins anew."""
    moments = ("audit_failed", "mediating", "arrived") if back_to in BEFORE_AGREED else ("audit_failed",)
    draft.add(h.AuditFailed(findings=findings, back_to=back_to, work=work), stage=back_to, moments=moments)


def _signs_off(case: Case, act: a.SignOff, ctx: Context) -> bool:
    return act.actor.role in ctx.bundle(case).procedure.sign_offs.get(case.tier, ())


def _signed_off(case: Case, act: a.SignOff, ctx: Context) -> bool:
    return case.audited or act.actor.role in case.sign_offs


@action("sign_off", {Stage.AUDITING}, allowed=_signs_off, done=_signed_off)
def _sign_off(draft: Draft, act: a.SignOff) -> None:
    draft.add(h.SignedOff(role=act.actor.role))


@action("archive", {Stage.AUDITING}, staged=lambda case, act, ctx: case.audited)
def _archive(draft: Draft, act: a.Archive) -> None:
    """Archive what still is as it was audited: a tier risen since owes its visits and signatures first."""
    _, still_open = checklist(draft.case, draft.bundle.procedure)
    require(not still_open, RefusalCode.CHECKLIST_OPEN, ", ".join(still_open))
    archive(draft)


def archive(draft: Draft) -> None:
    """Seal the case: the hash of all events before, and how long the file is kept by rule (domain 5.3)."""
    release_all(draft, str(Stage.ARCHIVED))
    call_off_meetings(draft, None, str(Stage.ARCHIVED))
    case = draft.case
    seal = case.head
    for event in draft.events:
        seal = link(seal, canonical(event), draft.ctx.algorithm)
    end(draft, partial(h.Archived, code=case.code, seal=seal), Stage.ARCHIVED)


def window_open(case: Case, name: str, ctx: Context) -> bool:
    """Whether a window counted from the end of the case is still open; it is before the end, and where there is no limit."""
    limit = ctx.bundle(case).procedure.limit(name)
    if limit is None or limit.budget is None or case.ended_at is None:
        return True
    cal = ctx.bundle(case).cal
    window = reckon.start(name, limit.key, limit.budget, case.ended_at, case.docs.calendar, cal, ())
    return window.due is None or ctx.now <= window.due.at


@action("reopen", REOPENABLE, in_time=lambda case, act, ctx: window_open(case, "reopen", ctx))
def _reopen(draft: Draft, act: a.Reopen) -> None:
    reason_given(act.reason)
    begin_chapter(draft, act.reason)
