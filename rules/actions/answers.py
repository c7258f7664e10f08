"""Answers to pending work: who mediates, who leads one level up, what the record says, what another case said."""

from __future__ import annotations

from functools import partial

from models import action as a
from models import happening as h
from models.case import Case, Mediator, Work, WorkKind
from models.record import AssignmentProposal, AuditReport, DeliveryAnswer, EscalationProposal
from models.words import BEFORE_AGREED, Level, Stage
from rules.actions.closing import fail_audit
from rules.actions.common import HANDED_ON, begin_mediation, end, ensure_tasks, related, release_own, used_up
from rules.actions.spec import action
from rules.closure import checklist
from rules.draft import Context, Draft


def _answered(case: Case, act: a.Answer, ctx: Context) -> bool:
    return act.work not in case.work


@action("answer", done=_answered)
def _answer(draft: Draft, act: a.Answer) -> None:
    work = draft.case.work[act.work]
    draft.actor = work.actor
    draft.action_id = work.action_id
    ANSWERS[work.kind](draft, work, act)


def _assign(draft: Draft, work: Work, act: a.Answer) -> None:
    found = AssignmentProposal.model_validate(act.result)
    # The proposal was made on an older state: whoever has been recused since, or is related to a new party, is not taken.
    unfit = found.mediator is None or used_up(draft.case, found.mediator) or related(draft.case, found.mediator, found.household)
    if unfit or draft.case.mediator is not None:
        draft.add(h.AssignmentFailed(passed_over=found.passed_over, work=work.id))
        return
    draft.add(
        h.Assigned(
            mediator=Mediator(person=found.mediator or "", unit=found.unit or ""),
            why=found.why,
            passed_over=found.passed_over,
            work=work.id,
        )
    )


def _escalate(draft: Draft, work: Work, act: a.Answer) -> None:
    """Climb: the centre of the new level leads, signed at once, its contact clock starts anew, the old lead assists."""
    case, network = draft.case, draft.bundle.network
    found = EscalationProposal.model_validate(act.result)
    level = Level(str(work.detail["level"]))
    old_lead = case.lead
    led = old_lead is not None
    draft.add(
        h.Escalated(
            level=level,
            lead=found.lead,
            centre=network.county_centre if level is Level.COUNTY else case.centre or found.lead,
            cause=str(work.detail["cause"]),
            reason=work.detail.get("reason"),
            why=found.why,
            vacant=found.vacant,
            work=work.id,
        ),
        stage=Stage.SIGNED if case.stage is Stage.ROUTED else None,
        moments=("arrived", "signed") if led else ("arrived",),
    )
    if not led or case.stage not in BEFORE_AGREED:
        return
    release_own(draft, found.lead)
    if old_lead is not None and old_lead != found.lead:
        ensure_tasks(draft, (old_lead,), HANDED_ON)
    ensure_tasks(draft, found.units)


def _audit(draft: Draft, work: Work, act: a.Answer) -> None:
    """Pass what the record itself bears out; a broken chain or an item the record leaves open sends the case back."""
    report = AuditReport.model_validate(act.result)
    procedure = draft.bundle.procedure
    _, still_open = checklist(draft.case, procedure)
    if report.broken_at is not None or report.open or still_open:
        findings = ("code:record_broken",) if report.broken_at is not None else ()
        items = tuple(f"code:{item}" for item in dict.fromkeys((*report.open, *still_open)))
        fail_audit(draft, (*findings, *items), procedure.audit_back_to[0], work.id)
        return
    draft.add(h.Audited(checklist=report.passed, checked_head=report.head, work=work.id), moments=("audited",))


def _absorb(draft: Draft, work: Work, act: a.Answer) -> None:
    answer = DeliveryAnswer.model_validate(act.result)
    if not answer.accepted:
        draft.add(h.MergeFailed(refusal=answer.refusal or "", work=work.id))
        return
    into_case, into_code = str(work.detail["into_case"]), str(work.detail["into_code"])
    end(draft, partial(h.Merged, work=work.id, into_case=into_case, into_code=into_code), Stage.MERGED)


def _split(draft: Draft, work: Work, act: a.Answer) -> None:
    answer = DeliveryAnswer.model_validate(act.result)
    if not answer.accepted or answer.case_id is None:
        draft.add(h.SplitFailed(refusal=answer.refusal or "", work=work.id))
        return
    going = tuple(str(party) for party in work.detail.get("going") or [party["id"] for party in work.detail["parties"]])
    draft.add(h.SplitOff(parties=going, new_case=answer.case_id, new_code=answer.code or "", work=work.id))
    begin_mediation(draft)


ANSWERS = {
    WorkKind.ASSIGN: _assign,
    WorkKind.ESCALATE: _escalate,
    WorkKind.AUDIT: _audit,
    WorkKind.ABSORB: _absorb,
    WorkKind.SPLIT: _split,
}
"""By the kind of work."""


@action("restart")
def _restart(draft: Draft, act: a.Restart) -> None:
    draft.add(h.Restarted(why=act.why))
