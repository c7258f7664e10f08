"""What a paper is about (文书事由): one session, visit, promise, unit, objection or card of a case, and which there are to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from models.event import Event
from models.happening import Designated, Objected, Rerouted, SessionRecorded, Visited
from models.paper.facts import PromiseFacts, SessionFacts, SlipFacts, VisitFacts
from models.paper.kinds import About
from rules.labels import clock_label, label, told
from rules.papers.source import Source
from rules.papers.writing import day, money
from rules.telling import Names
from rules.visibility import Group

LEAD = "lead"
"""The main unit's slip; others are about a task."""

CONTACTS = {"phone": "电话", "visit": "上门", "home": "上门", "wechat": "微信"}


def sessions(source: Source) -> tuple[SessionFacts, ...]:
    """Return the sessions of this chapter; an agreement that came without one counts as its own."""
    post = Names(source.network).post
    found = [
        SessionFacts(
            n=str(n),
            on=source.on(event.when),
            at=source.at(event.when),
            outcome=_session_outcome(event),
            text=source.words(event.what.text, Group.HANDLING) if isinstance(event.what, SessionRecorded) else "",
            by=post(event.actor.person),
        )
        for n, event in enumerate(source.events_of("session_recorded", "agreed"), 1)
    ]
    return tuple(found)


def _session_outcome(event: Event) -> str:
    return {"continue": "继续调解", "failed": "调解不成"}[event.what.outcome] if isinstance(event.what, SessionRecorded) else "达成协议"


def visits(source: Source) -> tuple[VisitFacts, ...]:
    """Return the visits of this chapter."""
    post = Names(source.network).post
    return tuple(
        VisitFacts(
            n=str(n),
            on=source.on(event.when),
            outcome=label("outcome", event.what.outcome)[0],
            satisfied={True: "满意", False: "不满意", None: "未表态"}[event.what.satisfied],
            contact=CONTACTS.get(event.what.by_contact or "", event.what.by_contact or ""),
            text=source.words(event.what.text, Group.HANDLING),
            by=post(event.actor.person),
        )
        for n, event in enumerate(source.events_of("visited"), 1)
        if isinstance(event.what, Visited)
    )


def promises(source: Source) -> Iterator[tuple[str, PromiseFacts]]:
    """Yield the promises of the agreement by id."""
    made = source.case.agreement
    for n, promise in enumerate(made.promises if made else (), 1):
        yield (
            promise.id,
            PromiseFacts(
                n=str(n),
                id=promise.id,
                debtor=source.name(promise.debtor),
                what=source.words(promise.what, Group.AGREEMENT),
                due=day(promise.due),
                amount=money(promise.amount),
                state=label("promise_state", promise.state)[0],
                proof=source.words(promise.proof, Group.AGREEMENT),
            ),
        )


def _units(source: Source) -> Iterator[tuple[str, SlipFacts]]:
    case = source.case
    routed = source.events_of("routed", "rerouted", "designated", "escalated")
    if case.lead is not None:
        clock = case.clocks.get("mediate") or case.clocks.get("sign")
        on = source.on(routed[-1].when) if routed else ""
        yield LEAD, SlipFacts(unit=source.unit(case.lead), title="主办", on=on, due=source.due(clock))
    for task in case.tasks.values():
        yield (
            task.id,
            SlipFacts(
                unit=source.unit(task.unit),
                title=told(source.words(task.title, Group.TASKS))[0],
                on=source.on(task.raised_at),
                due=source.due(case.clocks.get(f"task:{task.id}")),
                result=source.words(task.result, Group.TASKS),
                state=label("task_state", task.state)[0],
            ),
        )


def _objections(source: Source) -> Iterator[tuple[str, SlipFacts]]:
    for event in source.events_of("objected"):
        if isinstance(event.what, Objected):
            after = (one for one in source.events_of("rerouted", "designated", "task_ruled", "task_released") if one.seq > event.seq)
            yield (
                str(event.seq),
                SlipFacts(
                    unit=source.unit(event.what.unit),
                    on=source.on(event.when),
                    reason=source.words(event.what.reason, Group.HANDLING),
                    to=source.unit(event.what.to),
                    result=_ruling(source, next(after, None)),
                ),
            )


def _ruling(source: Source, event: Event | None) -> str:
    if event is None:
        return ""
    if isinstance(event.what, Rerouted):
        return f"异议成立，改由{source.unit(event.what.lead)}主办"
    if isinstance(event.what, Designated):
        return f"指定{source.unit(event.what.lead)}主办"
    return "异议不成立，继续办理" if event.type == "task_ruled" else "任务已解除"


def _cards(source: Source) -> Iterator[tuple[str, SlipFacts]]:
    for card in source.case.cards:
        yield (
            card.id,
            SlipFacts(
                unit=source.unit(card.unit) or label("role", card.role)[0],
                card=label("card", card.kind)[0],
                clock=clock_label(card.clock)[0],
                on=source.at(card.at),
                due=source.due(source.case.clocks.get(card.clock)),
                state="已撤销" if card.lifted else "已办结" if card.closed_at else "督办中",
            ),
        )


WHOLE = frozenset({About.CASE, About.AGREEMENT})
"""Of which there is but one."""

FINDERS: dict[str, tuple[str, Callable[[Source], Iterator[tuple[str, Any]]]]] = {
    About.SESSION: ("session", lambda source: ((one.n, one) for one in sessions(source))),
    About.VISIT: ("visit", lambda source: ((one.n, one) for one in visits(source))),
    About.PROMISE: ("promise", promises),
    About.UNIT: ("slip", _units),
    About.OBJECTION: ("slip", _objections),
    About.CARD: ("slip", _cards),
}


def chosen(source: Source, kind_about: str, about: str) -> dict[str, Any] | None:
    """Return the fact that a paper is about, by its field; the last one where none is named. None where there is no such thing."""
    if kind_about in WHOLE:
        return {} if kind_about == About.CASE or source.case.agreement is not None else None
    field, find = FINDERS[kind_about]
    found = dict(find(source))
    if not found or (about and about not in found):
        return None
    return {field: found[about] if about else list(found.values())[-1]}


def choices(source: Source, kind_about: str) -> list[tuple[str, str]]:
    """Return what a paper of this sort can be about: id and words."""
    if kind_about in WHOLE:
        return []
    _, find = FINDERS[kind_about]
    return [(name, _said(fact)) for name, fact in find(source)]


def _said(fact: SessionFacts | VisitFacts | PromiseFacts | SlipFacts) -> str:
    if isinstance(fact, PromiseFacts):
        return f"{fact.n} · {fact.debtor} · {fact.what}"[:60]
    if isinstance(fact, SlipFacts):
        return " · ".join(part for part in (fact.unit, fact.title, fact.card, fact.clock, fact.on) if part)
    return f"{fact.n} · {fact.on} · {fact.outcome}"
