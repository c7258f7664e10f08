"""What several actions' rules share: finding a task, raising one, climbing a rung, telling the police of a red grade."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models import happening as h
from models.case import Case, Task, Work, WorkKind
from models.clock import Budget
from models.party import Party
from models.refusal import RefusalCode
from models.words import BEFORE_AGREED, LEVELS, TIERS, Level, PromiseState, Side, Stage, TaskState, Tier
from rules import routing
from rules.closure import keeping
from rules.draft import Draft, require
from rules.limits import all_consented, level_of, owed_visits, promises
from rules.risk import facts, grade

ASSIST = "code:assist"
"""Title of a task that comes with the routing; titles written by people are vault references."""

SAFETY = "code:safety_plan"
"""Title of the police unit's task in a red case."""

HANDED_ON = "code:handed_on"
"""Title of the old lead's task after a climb: it stays as an assisting unit."""

OPEN_TASKS = frozenset({TaskState.RAISED, TaskState.SIGNED, TaskState.RETURNED})
"""States in which a task still binds its unit."""


def known_unit(draft: Draft, unit_id: str | None) -> str:
    """Return the unit id, or refuse `unknown_unit`."""
    require(unit_id is not None and draft.bundle.network.unit(unit_id) is not None, RefusalCode.UNKNOWN_UNIT)
    return unit_id or ""


def leading_unit(draft: Draft, unit_id: str, field: str) -> str:
    """Return the unit id; refuse `unknown_unit`, and as `invalid` a team that nobody can act for as a lead."""
    unit = draft.bundle.network.unit(known_unit(draft, unit_id))
    require(unit is not None and routing.can_lead(unit), RefusalCode.INVALID, field)
    return unit_id


def known_party(draft: Draft, party_id: str) -> Party:
    """Return the party, or refuse `unknown_party`."""
    party = draft.case.party(party_id)
    require(party is not None, RefusalCode.UNKNOWN_PARTY)
    assert party is not None
    return party


def known_parties(draft: Draft, party_ids: Iterable[str]) -> None:
    """Refuse `unknown_party` unless all are in the case."""
    for party_id in party_ids:
        known_party(draft, party_id)


def reason_given(reason: str, detail: str = "reason") -> None:
    """Refuse `missing_reason` for an empty one."""
    require(reason, RefusalCode.MISSING_REASON, detail)


def used_up(case: Case, person: str) -> bool:
    """Whether this person was the mediator in a former chapter, or has been recused."""
    return person in (*case.former_mediators, *case.recused)


def related(case: Case, person: str, household: str | None = None) -> bool:
    """Whether this person is a party, a near relative of one, or lives under one's roof."""
    return any(
        party.staff == person or person in party.kin or (household is not None and party.household == household) for party in case.parties
    )


def open_task(case: Case, unit: str) -> Task | None:
    """Return the unit's oldest task that still binds it."""
    return next((t for t in case.tasks.values() if t.unit == unit and t.state in OPEN_TASKS), None)


def raise_task(draft: Draft, unit: str, title: str, limit: Budget | None = None) -> None:
    """Give a unit a task."""
    number = f"t{draft.case.tasks_raised + 1}"
    task = Task(id=number, unit=unit, title=title, limit=limit, raised_at=draft.when)
    draft.add(h.TaskRaised(task=task))


def ensure_tasks(draft: Draft, units: Iterable[str], title: str = ASSIST) -> None:
    """Give each unit a task unless it leads or has one already."""
    for unit in units:
        if unit != draft.case.lead and open_task(draft.case, unit) is None:
            raise_task(draft, unit, title)


def release_task(draft: Draft, task: Task, why: str) -> None:
    """Call a task off."""
    draft.add(h.TaskReleased(task=task.id, unit=task.unit, why=why))


def release_own(draft: Draft, lead: str) -> None:
    """Call off the task of a unit that leads from now on: it has the whole case."""
    own = open_task(draft.case, lead)
    if own is not None:
        release_task(draft, own, "leads_now")


def release_all(draft: Draft, why: str) -> None:
    """Call all open tasks off: an effective agreement or an end leaves none behind."""
    for task in tuple(draft.case.tasks.values()):
        if task.state in OPEN_TASKS:
            release_task(draft, task, why)


def end(draft: Draft, happening: Callable[..., h.What], stage: Stage) -> None:
    """Write an end, and how long its file is kept by rule; tasks and coming meetings are called off before it."""
    release_all(draft, str(stage))
    call_off_meetings(draft, None, str(stage))
    kept = keeping(draft.case, stage, draft.bundle.procedure, draft.bundle.cal.local_date(draft.ctx.now))
    draft.add(happening(**kept._asdict()), stage=stage, moments=("ended",))


def call_off_meetings(draft: Draft, units: tuple[str, ...] | None, why: str) -> None:
    """Call off coming meetings; with `units`, only those of nobody but them."""
    for meeting in draft.case.meetings:
        only_them = units is None or (bool(meeting.units) and set(meeting.units) <= set(units))
        if not meeting.off and meeting.at > draft.ctx.now and only_them:
            draft.add(h.MeetingCalledOff(meeting=meeting.id, reason=why))


def ask(draft: Draft, kind: WorkKind, happening: Callable[..., h.What], **detail: object) -> None:
    """Write down work that waits for an answer from outside the core."""
    seq = draft.case.seq + 1
    work = Work(id=f"{kind}:{seq}", kind=kind, actor=draft.actor, action_id=draft.action_id, detail=dict(detail))
    draft.add(happening(work=work))


def has_work(case: Case, kind: WorkKind) -> bool:
    """Whether such work is waiting."""
    return any(item.kind is kind for item in case.work.values())


def climb(draft: Draft, cause: str, reason: str | None = None, to: Level | None = None) -> None:
    """Start the climb to the next rung (or `to`), or charge the leader at the top. Does nothing where it cannot climb."""
    case = draft.case
    if case.stage not in BEFORE_AGREED or has_work(case, WorkKind.ESCALATE):
        return
    level = to or routing.climb(level_of(case))
    if level is None:
        if not case.leader_charged:
            draft.add(h.LeaderCharged(unit=case.centre or "", cause=cause))
        return
    ask(draft, WorkKind.ESCALATE, h.EscalationRequested, level=str(level), cause=cause, reason=reason)


def at_least(draft: Draft) -> None:
    """Raise a case at once that its tier does not allow where it is: red and orange start at the town."""
    case = draft.case
    minimum = draft.bundle.procedure.ladder_rules.start_at_least.get(case.tier)
    if case.level is None or minimum is None or LEVELS.index(case.level) >= LEVELS.index(minimum):
        return
    climb(draft, "tier", to=minimum)


def regrade_by_rule(draft: Draft) -> None:
    """Grade from the facts as they are; by rule a tier only rises."""
    case, bundle = draft.case, draft.bundle
    today = bundle.cal.local_date(draft.ctx.now)
    found = grade(facts(case), bundle.risk, bundle.calendar.spring_festival, today)
    if found.reasons == case.risk:
        return
    # A person may have lowered the tier knowing these reasons; only a new one raises it again.
    news = any(reason not in case.risk for reason in found.reasons)
    rises = news and TIERS.index(found.tier) > TIERS.index(case.tier)
    tier = found.tier if rises else case.tier
    draft.add(h.Graded(tier=tier, score=found.score, risk=found.reasons))
    if rises:
        alarm(draft)


def alarm(draft: Draft) -> None:
    """Do what a risen tier demands: tell the police of a red case and give them a task, and raise the level."""
    case, network = draft.case, draft.bundle.network
    if case.tier is Tier.RED and not case.told:
        level = Level.COUNTY if case.town is None else Level.TOWN
        police, _ = routing.resolve(network, "police", level, case.town, None)
        told = dict.fromkeys(unit for unit in (police, network.centre(case.town), network.county_centre) if unit)
        draft.add(h.PoliceTold(units=tuple(told)))
        if police is not None:
            ensure_tasks(draft, (police,), SAFETY)
    at_least(draft)


def avoid_conflict(draft: Draft) -> None:
    """Let a mediator go who turns out to be party, or a near relative of one, and ask for another (domain 3.9)."""
    mediator = draft.case.mediator
    if mediator is not None and related(draft.case, mediator.person):
        draft.add(h.Recused(mediator=mediator.person, reason="code:conflict_of_interest"))
        ask(draft, WorkKind.ASSIGN, h.AssignmentRequested)


def goes_on_without(case: Case, party_id: str) -> bool:
    """Whether an applicant and somebody on another side are left to go on when this party leaves."""
    rest = [party for party in case.parties if party.id != party_id and not party.left]
    sides = {party.side for party in rest}
    return Side.APPLICANT in sides and sides != {Side.APPLICANT}


def begin_mediation(draft: Draft) -> None:
    """Go on to mediation once everybody who still takes part has agreed to it."""
    case = draft.case
    if case.stage is Stage.SIGNED and not case.refused and all_consented(case):
        draft.amend_last(Stage.MEDIATING, "mediating")


def finish_following_up(draft: Draft) -> None:
    """Go on to follow-up when every promise is kept, and to the audit when every owed visit is made."""
    if draft.case.stage is Stage.PERFORMING and not promises(draft.case, PromiseState.OPEN, PromiseState.DEFAULTED):
        draft.amend_last(Stage.FOLLOWING_UP)
    if draft.case.stage is Stage.FOLLOWING_UP and not owed_visits(draft.case, draft.bundle.procedure):
        draft.amend_last(Stage.AUDITING, "followed_up")
