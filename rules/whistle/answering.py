"""What the units that were called do (应答、报到、办结、评价哨声). Each writes events or refuses."""

from __future__ import annotations

from models.affair.whistle import actions as a
from models.affair.whistle import happenings as h
from models.affair.whistle.state import Call, CallState, Whistle
from models.refusal import RefusalCode
from rules.affair.draft import AffairDraft
from rules.draft import Refuse, require
from rules.whistle.doing import progress
from rules.whistle.joining import moves_to


def _own(draft: AffairDraft) -> Call:
    """The call of the actor's unit; that there is one has been asked before."""
    whistle: Whistle = draft.affair
    call = whistle.call(draft.actor.unit)
    if call is None:
        raise Refuse(RefusalCode.NOT_HOLDER)
    return call


def respond(draft: AffairDraft, act: a.Respond) -> None:
    """Answer the call; a time of coming lies ahead and moves no limit."""
    require(act.coming_at is None or act.coming_at >= draft.ctx.now, RefusalCode.INVALID, "coming_at")
    draft.add(h.UnitAnswered(unit=draft.actor.unit, coming_at=act.coming_at, text=act.text))


def arrive(draft: AffairDraft, act: a.Arrive) -> None:
    """Check in; who comes without having answered has answered by coming."""
    call = _own(draft)
    require(draft.when >= call.called_at, RefusalCode.INVALID, "occurred_at")
    calls = draft.affair.with_call(call.unit, state=CallState.ARRIVED)
    progress(draft, h.UnitArrived(unit=call.unit), moves_to(draft.affair, calls, draft.bundle))


def resolve_part(draft: AffairDraft, act: a.ResolvePart) -> None:
    """Say what was done; the whistle is resolved when enough have."""
    call = _own(draft)
    require(call.there, RefusalCode.WRONG_STAGE, "arrive")
    calls = draft.affair.with_call(call.unit, state=CallState.RESOLVED)
    progress(draft, h.PartResolved(unit=call.unit, text=act.text), moves_to(draft.affair, calls, draft.bundle))


def rate_whistle(draft: AffairDraft, act: a.RateWhistle) -> None:
    """Say whether the whistle was useful; who finds it no matter of theirs says why."""
    require(act.useful or act.text, RefusalCode.MISSING_REASON)
    draft.add(h.WhistleRated(unit=draft.actor.unit, useful=act.useful, text=act.text))
