"""`decide` for affairs: what an action leads to, or why it is refused. The order of refusals is that of disputes (design §4)."""

from __future__ import annotations

from typing import Any

from models.affair.base import AffairAction, AffairEvent
from models.affair.common import INTERNAL, AffairAnswered, AnswerAffair
from models.refusal import Refusal, RefusalCode
from rules.affair.draft import AffairDraft
from rules.affair.kind import ANY, AffairBundle, AffairContext, AffairSpec, Kind, bundle
from rules.draft import Refuse, require


def decide(kind: Kind, affair: Any, action: AffairAction, ctx: AffairContext) -> tuple[AffairEvent, ...] | Refusal:
    """Return the events the action leads to, or the refusal. The affair is not changed: fold the events into it.

    Raises UnknownDocument when the library does not hold what it runs under: wait for it, do not guess.
    """
    docs = bundle(affair, ctx.library, kind.book)
    # What the engine does by itself has no receipt; what it does for another record has one.
    named = action.do not in INTERNAL
    draft = AffairDraft(kind=kind, affair=affair, ctx=ctx, bundle=docs, actor=action.actor, action_id=action.id if named else None)
    try:
        spec = kind.spec(action.do)
        if spec is None:
            raise Refuse(RefusalCode.INVALID, "do (no such action)")
        _gates(affair, action, ctx, docs, spec)
        draft.occurred_at = action.occurred_at
        if isinstance(action, AnswerAffair):
            _answer(draft, action, spec)
        else:
            spec.body(draft, action)
    except Refuse as refuse:
        return refuse.refusal
    draft.settle()
    return tuple(draft.events)


def _answer(draft: AffairDraft, action: AnswerAffair, spec: AffairSpec) -> None:
    """Take an answer once, and take the work off the list, whatever the kind makes of it."""
    require(action.work in draft.affair.work, RefusalCode.ALREADY_DONE)
    spec.body(draft, action)
    if action.work in draft.affair.work:
        draft.add(AffairAnswered(work=action.work, result=action.result))


def _gates(affair: Any, action: AffairAction, ctx: AffairContext, docs: AffairBundle, spec: AffairSpec) -> None:
    """Ask everything that stands before an action's own rule, in the order of refusals."""
    require(action.occurred_at is None or action.occurred_at <= ctx.now, RefusalCode.INVALID, "occurred_at")
    if spec.fault is not None and (field := spec.fault(affair, action, docs)) is not None:
        raise Refuse(RefusalCode.INVALID, field)
    require(action.actor.role in spec.roles, RefusalCode.NOT_ALLOWED)
    in_stage = affair.stage is not None if spec.stages is ANY else affair.stage in spec.stages
    require(in_stage, RefusalCode.WRONG_STAGE, affair.stage or "")
    require(spec.in_time is None or spec.in_time(affair, action, docs), RefusalCode.TOO_LATE)
    require(spec.done is None or not spec.done(affair, action, docs), RefusalCode.ALREADY_DONE)
    require(spec.holds is None or spec.holds(affair, action.actor, action, docs), RefusalCode.NOT_HOLDER)
