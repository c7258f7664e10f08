"""`decide`: what an action leads to, or why it is refused. Pure; the whole procedure can be read and tested from here.

The rules of the single actions stand in `rules/actions/`, the order of refusals (design §4) stands here, `fold` in
`rules/fold.py` applies what was decided.
"""

from __future__ import annotations

from datetime import datetime

from models.action import Action, Base
from models.case import Case
from models.event import Event
from models.procedure import Procedure
from models.refusal import Refusal, RefusalCode
from models.words import Role
from rules.actions import agreement, answers, changes, clocks, closing, handling, intake, mediation, voice
from rules.actions.spec import SPECS, Spec
from rules.authority import PERMITS, holds, permit
from rules.draft import Context, Draft, Refuse, require
from rules.fold import fold

__all__ = ["Context", "decide", "fold"]

# The modules register their rules when they are imported.
RULES = (intake, handling, mediation, agreement, closing, voice, changes, clocks, answers)


def decide(case: Case, action: Action, ctx: Context) -> tuple[Event, ...] | Refusal:
    """Return the events the action leads to, or the refusal. The case is not changed: `fold` the events into it.

    Raises UnknownDocument when the library does not hold what the case runs under: wait for it, do not guess.
    """
    spec = SPECS[action.do]
    draft = Draft(
        case=case,
        ctx=ctx,
        actor=action.actor,
        action_id=action.id if action.actor.role is not Role.SYSTEM or action.do in {"open", "absorb", "regrade"} else None,
    )
    try:
        _gates(case, action, ctx, spec)
        procedure = draft.bundle.procedure
        draft.occurred_at = action.occurred_at
        draft.undoable = action.do in procedure.take_back.actions
        spec.body(draft, action)
        changes.as_planned(draft)
    except Refuse as refuse:
        return refuse.refusal
    draft.settle(rebased=any(event.type == "rebased" for event in draft.events))
    return tuple(draft.events)


def _gates(case: Case, action: Action, ctx: Context, spec: Spec) -> None:
    """Ask everything that stands before an action's own rule, in the order of refusals."""
    bundle = ctx.bundle(case)
    require(_claimed_time(case, action, ctx.now, bundle.procedure), RefusalCode.INVALID, "occurred_at")
    if spec.fault is not None and (field := spec.fault(case, action, ctx)) is not None:
        raise Refuse(RefusalCode.INVALID, field)
    require(permit(action.do, action.actor.role), RefusalCode.NOT_ALLOWED)
    require(spec.allowed is None or spec.allowed(case, action, ctx), RefusalCode.NOT_ALLOWED)
    internal = action.do in {"answer", "tick", "restart"}
    in_stage = case.stage in spec.stages and (case.merging is None or internal)
    in_stage = in_stage and (spec.staged is None or bool(spec.staged(case, action, ctx)))
    require(in_stage, RefusalCode.WRONG_STAGE, str(case.stage or ""))
    require(spec.in_time is None or spec.in_time(case, action, ctx), RefusalCode.TOO_LATE)
    require(spec.done is None or not spec.done(case, action, ctx), RefusalCode.ALREADY_DONE)
    if action.actor.role is Role.CITIZEN:
        for_whom = getattr(action, "party", None)
        require(for_whom is None or for_whom == action.actor.unit or not isinstance(for_whom, str), RefusalCode.NOT_HOLDER)
    if not spec.own:
        require(holds(case, action.actor, PERMITS[action.do].relation, bundle.network), RefusalCode.NOT_HOLDER)


def _claimed_time(case: Case, action: Base, now: datetime, procedure: Procedure) -> bool:
    """Whether a claimed time is allowed: for listed actions, not in the future, not too far back, not before the case."""
    if action.occurred_at is None:
        return True
    do = getattr(action, "do", "")
    if do not in procedure.backdate_actions or action.occurred_at > now:
        return False
    earliest = max(case.moments.get("registered", now), now - procedure.backdate_within.span)
    after = case.moments.get(AFTER.get(do, ""), earliest)
    return action.occurred_at >= max(earliest, after)


AFTER = {"sign_agreement": "agreed", "seal": "agreed", "perform": "agreement_effective", "visit": "agreement_effective"}
"""What an action may not claim to have come before: nobody seals what has not been agreed, or keeps what does not bind."""
