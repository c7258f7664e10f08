"""How a case looks (案件视图) and why its clocks stand where they stand. One function for the stored and the running state."""

from __future__ import annotations

from datetime import datetime

from models.case import Case
from models.record import CaseView, Explanation, PublicClock
from models.words import CardKind, PromiseState
from rules import clock_explain
from rules.library import Bundle
from rules.limits import promises
from rules.obligations import duties


def view(case: Case, bundle: Bundle, now: datetime) -> CaseView:
    """Return the case as faces and Queries show it at `now`."""
    owed = duties(case, bundle.procedure)
    kinds = [kind for kind in CardKind if any(c.kind is kind and c.closed_at is None for c in case.cards)]
    return CaseView(
        case_id=case.id,
        code=case.code,
        as_of=now,
        seq=case.seq,
        chapter=case.chapter,
        stage=case.stage,
        tier=str(case.tier),
        level=case.level,
        town=case.town,
        centre=case.centre,
        lead=case.lead,
        category=case.category,
        mediator=case.mediator.person if case.mediator else None,
        suspended=case.standing is not None,
        holder=owed[0] if owed and owed[0].holds_ball else None,
        duties=owed,
        clocks=tuple(
            PublicClock(
                id=clock.id,
                due=clock.due.at if clock.due else None,
                provisional=bool(clock.due and clock.due.provisional),
                paused=clock.paused,
                overdue=bool(clock.due and clock.due.at <= now),
            )
            for _, clock in sorted(case.clocks.items())
        ),
        cards=tuple(str(kind) for kind in kinds),
        tasks={task.unit: str(task.state) for task in case.tasks.values()},
        promises_open=len(promises(case, PromiseState.OPEN, PromiseState.DEFAULTED)),
        reopened=case.chapter - 1,
        ended=case.ended,
    )


def explain(case: Case, bundle: Bundle, now: datetime) -> Explanation:
    """Return who holds the ball, and for each clock the way to its date."""
    stories = tuple(clock_explain.explain(clock, now, bundle.cal) for _, clock in sorted(case.clocks.items()))
    return Explanation(view=view(case, bundle, now), clocks=stories)
