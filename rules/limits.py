"""Which clocks a case wants now, and what has to start, stop, stand still or run again so that it has them.

The clocks of a case are a pure function of its state: `wanted` says which limits are owed and from which moment;
`settle` compares this with the clocks that run. So no action has to remember to stop a clock, and none can forget one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from models.case import Case, Complaint, Promise
from models.clock import Alarm, AlarmKind, Budget, Clock
from models.procedure import Limit, Procedure, Then
from models.words import BEFORE_AGREED, Authority, Level, PromiseState, Stage, TaskState, Tier
from rules import clock as reckon
from rules.library import Bundle

VISITS = ("visit.first", "visit.second", "visit.third")
"""The planned visits, in their order."""

SUSPENSION = "suspension"
"""The one clock that runs while the case stands still."""


@dataclass(frozen=True, slots=True)
class Want:
    """A clock that should run: its limit, its budget and what it is counted from."""

    limit: Limit
    budget: Budget
    anchor: datetime
    due_on: date | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Effects:
    """What has to change in the clocks and cards of a case."""

    clocks: tuple[Clock, ...] = ()
    stopped: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clocks or self.stopped or self.closed)


def _running_mediation(case: Case) -> bool:
    return case.stage in {Stage.SIGNED, Stage.MEDIATING} and not case.refused


def _object_window(case: Case) -> bool:
    if case.designated or any(o.task is None and o.unit == case.lead for o in case.objections):
        return False
    return case.stage is Stage.ROUTED or (case.stage is Stage.SIGNED and case.lead_deemed)


def all_consented(case: Case) -> bool:
    """Whether every party that still takes part has agreed to mediation."""
    return bool(case.parties) and all(case.consents.get(p.id) for p in case.parties if not p.left)


def level_of(case: Case) -> Level:
    """The level a case is at; before routing it is the town centre's."""
    return case.level or (Level.COUNTY if case.town is None else Level.TOWN)


def promises(case: Case, *states: PromiseState) -> tuple[Promise, ...]:
    """Return the promises of the agreement in one of these states."""
    return tuple(p for p in case.agreement.promises if p.state in states) if case.agreement else ()


def open_complaints(case: Case) -> tuple[Complaint, ...]:
    """Return the complaints that nobody has replied to yet."""
    return tuple(complaint for complaint in case.complaints if complaint.replied_at is None)


def _effective(case: Case) -> bool:
    return case.agreement is not None and case.agreement.effective_at is not None


OWED: dict[str, Callable[[Case], bool]] = {
    "screen": lambda c: c.stage is Stage.REGISTERED,
    "route": lambda c: c.stage is Stage.SCREENED,
    "sign": lambda c: c.stage is Stage.ROUTED,
    "object": _object_window,
    "rule": lambda c: c.stage in BEFORE_AGREED and any(o.open for o in c.objections),
    "contact": lambda c: _running_mediation(c) and not c.contacted,
    "consent": lambda c: c.stage is Stage.SIGNED and not c.refused and not all_consented(c),
    "channel": lambda c: c.stage in BEFORE_AGREED and c.refused,
    "sign_agreement": lambda c: c.stage is Stage.AGREED,
    "default": lambda c: c.stage is Stage.PERFORMING and bool(promises(c, PromiseState.DEFAULTED)),
    "visit.again": lambda c: c.stage in {Stage.PERFORMING, Stage.FOLLOWING_UP} and c.visit_again,
    "audit": lambda c: c.stage is Stage.AUDITING and not c.audited,
    "archive": lambda c: c.audited,
    SUSPENSION: lambda c: c.standing is not None,
}
"""While which limits are owed. The rest depend on more than the state: mediate, confirm, visits, tasks, promises, ladder."""


def owed_visits(case: Case, procedure: Procedure) -> tuple[str, ...]:
    """Return the planned visits not made yet, by tier; plus the one a failed audit owes."""
    if not _effective(case):
        return ()
    made = {visit.slot for visit in case.visits}
    plan = [name for name in VISITS if name in procedure.limits and name not in made]
    due = [name for name in plan if not procedure.limits[name].only or case.tier in procedure.limits[name].only]
    return (*due, *(("visit.again",) if case.visit_again else ()))


def confirmable(case: Case, procedure: Procedure) -> bool:
    """Whether the agreement may still be taken to the court for confirmation (人民调解法 33; domain 3.2)."""
    if not _effective(case) or case.agreement is None or case.agreement.confirmation is not None:
        return False
    return not procedure.bars_confirmation(case.category, case.agreement.matter)


def wanted(case: Case, procedure: Procedure) -> dict[str, Want]:
    """Return the clocks the case should have now, by clock id. An ended one owes nothing but replies to complaints."""
    if case.stage is None:
        return {}
    wants: dict[str, Want] = {}

    def want(clock_id: str, name: str, anchor: datetime | None, budget: Budget | None = None) -> None:
        limit = procedure.limit(name, case.category)
        if limit is None:
            return
        anchor = anchor or case.moments.get(limit.start)
        budget = budget or limit.of(case.tier)
        if anchor is not None and budget is not None:
            wants[clock_id] = Want(limit, budget, anchor)

    for complaint in open_complaints(case):
        want(f"complaint:{complaint.id}", "complaint", complaint.at)
    if not case.ended:
        _want_running(case, procedure, want)
        _want_promises(case, procedure, wants)
        _want_ladder(case, procedure, wants)
    return wants


def _want_running(case: Case, procedure: Procedure, want: Callable[..., None]) -> None:
    for name, owed in OWED.items():
        if owed(case):
            want(name, name, None)
    _want_mediation(case, procedure, want)
    for name in owed_visits(case, procedure):
        if case.stage in {Stage.PERFORMING, Stage.FOLLOWING_UP}:
            want(name, name, None)
    if confirmable(case, procedure):
        want("confirm", "confirm", None)
    _want_tasks(case, want)


def _want_mediation(case: Case, procedure: Procedure, want: Callable[..., None]) -> None:
    """Some mediation limits run from registration (labour), most from the start of mediation."""
    limit = procedure.limit("mediate", case.category)
    if limit is None or case.refused or case.category is None:
        return
    started = case.stage is Stage.MEDIATING
    if started or (limit.start != "mediating" and case.stage in BEFORE_AGREED):
        want("mediate", "mediate", None)


def _want_tasks(case: Case, want: Callable[..., None]) -> None:
    for task in case.tasks.values():
        if task.state is TaskState.RAISED:
            want(f"sign:{task.id}", "sign", task.raised_at)
        elif task.state in {TaskState.SIGNED, TaskState.RETURNED}:
            want(f"task:{task.id}", "task", task.signed_at, task.limit)


def _want_promises(case: Case, procedure: Procedure, wants: dict[str, Want]) -> None:
    limit = procedure.limit("promise")
    if limit is None or not _effective(case) or case.agreement is None or case.agreement.effective_at is None:
        return
    budget = Budget.model_validate("0d")
    for promise in promises(case, PromiseState.OPEN):
        anchor = case.agreement.effective_at
        pay_day = limit.wages == "back" and case.wage_workers > 0 and promise.amount is not None
        wants[f"promise:{promise.id}"] = Want(limit, budget, anchor, due_on=promise.due, backward=pay_day)


def _want_ladder(case: Case, procedure: Procedure, wants: dict[str, Want]) -> None:
    arrived = case.moments.get("arrived") or case.moments.get("registered")
    if case.stage not in BEFORE_AGREED or arrived is None:
        return
    level = level_of(case)
    wants["ladder"] = Want(_own("ladder", Then.REVIEW_DUE), procedure.ladder[level], arrived)
    if level is Level.JOINT and case.lead is not None and not case.joint_met:
        rules = procedure.ladder_rules
        budget = rules.joint_meeting_red if case.tier is Tier.RED else rules.joint_meeting
        wants["joint_meeting"] = Want(_own("joint_meeting", Then.CARD), budget, arrived)


@cache
def _own(key: str, then: Then) -> Limit:
    """Return a limit that stands in the ladder's rules, not in the table of limits."""
    return Limit.model_validate({"key": key, "limit": None, "from": "arrived", "then": then, "authority": Authority.PRODUCT_DEFAULT})


def alarms(limit: Limit, procedure: Procedure) -> tuple[Alarm, ...]:
    """Return the alarms a limit sets: reminders, then cards or its one consequence."""
    found = [Alarm(id="remind", kind=AlarmKind.REMIND, fraction=procedure.cards.remind)]
    if limit.remind_after or limit.remind_before:
        found = [
            *(Alarm(id=f"remind+{b}", kind=AlarmKind.REMIND, after_anchor=b) for b in limit.remind_after),
            *(Alarm(id=f"remind-{b}", kind=AlarmKind.REMIND, before_due=b) for b in limit.remind_before),
        ]
    if limit.then is Then.WINDOW_CLOSES:
        return ()
    if limit.check_after is not None:
        found.append(Alarm(id="check", kind=AlarmKind.CHECK, after_due=limit.check_after))
    if limit.then is Then.CARD:
        found.append(Alarm(id="yellow", kind=AlarmKind.YELLOW))
        found.append(Alarm(id="red", kind=AlarmKind.RED, after_due=procedure.cards.red_after))
    else:
        found.append(Alarm(id="expire", kind=AlarmKind.EXPIRE, after_due=limit.expire_after))
    return tuple(found)


def settle(case: Case, bundle: Bundle, now: datetime, *, before: Case | None = None, rebased: bool = False) -> Effects:
    """Return what has to change so that the case has exactly the clocks it wants at `now`.

    A running clock takes another budget only when, since `before`, the case was regraded, took another category or ran
    again after a standstill: nothing else, a note least of all, ever moves a clock.
    """
    wants = wanted(case, bundle.procedure)
    other_budgets = before is None or rebased or _basis(before) != _basis(case)
    # Another level has another time, also where it was reached at the very moment the clock was started.
    climbed: tuple[str, ...] = ("ladder",) if before is not None and before.level is not case.level else ()
    changed: list[Clock] = []
    for clock_id, want in wants.items():
        clock = case.clocks.get(clock_id)
        if clock is None or want.anchor > clock.anchor or want.due_on != clock.due_on or clock_id in climbed:
            moved = _stand(case, _start(case, clock_id, want, bundle), now, bundle)
        else:
            moved = _stand(case, clock, now, bundle)
            if rebased:
                moved = _rebase(moved, want, bundle)
            elif other_budgets and (clock.budget != want.budget or clock.limit != want.limit.key):
                moved = _shorten(case, moved, want, bundle, now)
        if moved is not clock:
            changed.append(moved)
    stopped = tuple(clock_id for clock_id in case.clocks if clock_id not in wants)
    met = {card.clock for card in case.cards if card.clock not in wants}
    closed = tuple(card.id for card in case.cards if card.closed_at is None and card.clock in met)
    return Effects(tuple(changed), stopped, closed)


def _start(case: Case, clock_id: str, want: Want, bundle: Bundle, anchor: datetime | None = None) -> Clock:
    return reckon.start(
        clock_id,
        want.limit.key,
        want.budget,
        anchor or want.anchor,
        case.docs.calendar,
        bundle.cal,
        alarms(want.limit, bundle.procedure),
        authority=want.limit.authority,
        source=want.limit.source,
        round=case.rounds.get(clock_id, 0) + 1,
        due_on=want.due_on,
        backward=want.backward,
    )


def _basis(case: Case) -> tuple[object, ...]:
    """What the budgets of running clocks hang on."""
    return case.tier, case.category, case.standing is None


def _rebase(clock: Clock, want: Want, bundle: Bundle) -> Clock:
    """Give a clock the limit of other documents, over its whole life; what has rung stays rung."""
    rung = {alarm.id: alarm for alarm in clock.alarms if alarm.rung}
    fields = {
        "budget": want.budget,
        "limit": want.limit.key,
        "authority": want.limit.authority,
        "source": want.limit.source,
        "alarms": tuple(rung.get(alarm.id, alarm) for alarm in alarms(want.limit, bundle.procedure)),
    }
    return reckon.derive(clock.model_copy(update=fields), bundle.cal)


def _shorten(case: Case, clock: Clock, want: Want, bundle: Bundle, now: datetime) -> Clock:
    """Give a running clock another budget, only ever a shorter one.

    A risen tier counts from now on. Another category is another limit: it was due from its own anchor all along, and
    what the parties agreed and the time the case stood still stay in the count.
    """
    if clock.limit != want.limit.key:
        ledger = {"suspensions": clock.suspensions, "extensions": clock.extensions}
        fresh = reckon.derive(_start(case, clock.id, want, bundle).model_copy(update=ledger), bundle.cal)
    else:
        fresh = _start(case, clock.id, want, bundle, anchor=now)
    if fresh.due is None or clock.due is None or fresh.due.at >= clock.due.at:
        return clock
    return fresh


def _stand(case: Case, clock: Clock, now: datetime, bundle: Bundle) -> Clock:
    """Let a clock stand still or run again as the case does."""
    standing = case.standing if clock.id != SUSPENSION else None
    if standing is not None and not clock.paused:
        return reckon.suspend(clock, max(standing.since, clock.anchor), standing.ground, standing.by)
    if standing is None and clock.paused:
        # A backdated act may claim a time before the standstill: the clock then never stood still.
        return reckon.resume(clock, max(now, clock.suspensions[-1].since), bundle.cal)
    return clock
