"""A closed case of an old list as events (历史案件): taken in and ended on its own days, and a note of who brought it in, when, from where.

It never had our limits: no clocks, so no step of it counts as kept or missed, and nothing runs for it. Its source names the list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from models import happening as h
from models.action import Open
from models.case import Agreement, Case
from models.record import Line
from models.refusal import Refusal
from models.words import Level, Stage
from rules import chain
from rules.actions.closing import archive
from rules.actions.common import end
from rules.draft import Context, Draft
from rules.procedure import decide

KEPT = (h.Registered, h.Graded)
"""What of a real intake is taken over: nobody is told, given a task or carded for what is over."""


@dataclass(frozen=True, slots=True)
class Over:
    """How an old case went; texts are references."""

    registered_at: datetime
    ended_at: datetime
    result: str
    """`agreed`, `channelled`, `withdrawn` or `declined`."""
    category: str | None
    lead: str | None
    form: str
    """Of the agreement: `written` or `oral`."""
    terms: str
    reason: str


def history(blank: Case, opening: Open, over: Over, context: Context, note: str) -> tuple[Case, tuple[Line, ...]] | Refusal:
    """Return the ended case with its lines, or why the intake is refused. `context.now` is when it is brought in."""
    opened = decide(blank, opening, replace(context, now=over.registered_at))
    if isinstance(opened, Refusal):
        return opened
    kept = (event for event in opened if isinstance(event.what, KEPT))
    events = [event.model_copy(update={"seq": number, "clocks": ()}) for number, event in enumerate(kept, start=1)]
    case, lines = chain.append(blank, events, context.algorithm)
    draft = Draft(case=case, ctx=replace(context, now=over.ended_at), actor=opening.actor, action_id=opening.id)
    _end(draft, over)
    case, more = chain.append(case, draft.events, context.algorithm)
    told = Draft(case=case, ctx=context, actor=opening.actor, action_id=f"{opening.id}:note")
    told.add(h.Noted(text=note))
    case, last = chain.append(case, told.events, context.algorithm)
    return case, (*lines, *more, *last)


def _end(draft: Draft, over: Over) -> None:
    """Write how it ended, with no more between than the old list tells."""
    if over.result == "declined":
        end(draft, partial(h.Declined, reason=over.reason, redirect="", category=over.category), Stage.DECLINED)
        return
    if over.category is not None:
        draft.add(h.Screened(category=over.category), stage=Stage.SCREENED, moments=("screened",))
    if over.lead is not None:
        draft.add(h.Routed(lead=over.lead, level=Level.TOWN, why=()), stage=Stage.ROUTED, moments=("routed",))
    if over.result == "agreed":
        parties = tuple(party.id for party in draft.case.parties)
        made = Agreement(form="oral" if over.form == "oral" else "written", terms=over.terms, parties=parties, signed=parties)
        draft.add(h.Agreed(agreement=made), stage=Stage.AGREED, moments=("agreed",))
        draft.add(
            h.AgreementEffective(effective_at=over.ended_at, by=over.lead), stage=Stage.FOLLOWING_UP, moments=("agreement_effective",)
        )
        archive(draft)
    elif over.result == "withdrawn":
        end(draft, partial(h.Withdrawn, party=draft.case.parties[0].id, reason=over.reason), Stage.WITHDRAWN)
    else:
        draft.add(h.NoticeGiven(notice=over.reason))
        end(draft, partial(h.Channelled, route="court"), Stage.CHANNELLED)
