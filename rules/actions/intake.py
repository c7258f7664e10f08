"""Taking in: open, screen, regrade, route, merge and absorb (受理、甄别、定级、分流、并案)."""

from __future__ import annotations

from datetime import date
from functools import partial

from models import action as a
from models import happening as h
from models.case import Case, WorkKind
from models.refusal import RefusalCode
from models.words import BEFORE_AGREED, TIERS, Level, Role, Stage
from rules import routing
from rules.actions.common import (
    alarm,
    ask,
    avoid_conflict,
    end,
    ensure_tasks,
    finish_following_up,
    known_unit,
    leading_unit,
    reason_given,
    regrade_by_rule,
    release_own,
)
from rules.actions.spec import RUNNING, action
from rules.draft import Context, Draft, Refuse, require
from rules.limits import open_complaints
from rules.risk import unknown_signs

EARLIEST = date(1949, 10, 1)
"""A dispute said to be older than this is a slip of the pen."""


def _open_fault(case: Case, act: a.Open, ctx: Context) -> str | None:
    ids = [party.id for party in act.parties]
    return "parties.id" if len(set(ids)) < len(ids) else facts_fault(case, act, ctx, people=act.people, wage_workers=act.wage_workers)


def facts_fault(case: Case, act: a.Open | a.Amend, ctx: Context, *, people: int, wage_workers: int) -> str | None:
    """Name the fact of a dispute that can't be, or None: a day ahead, a sign nobody knows, more workers than people."""
    bundle = ctx.bundle(case)
    if act.happened_on is not None and not EARLIEST <= act.happened_on <= bundle.cal.local_date(ctx.now):
        return "happened_on"
    if unknown_signs(act.risk_signs or (), bundle.risk):
        return "risk_signs"
    return "wage_workers" if wage_workers > people else None


@action("open", (None, *RUNNING), fault=_open_fault, done=lambda case, act, ctx: case.stage is not None, own=True)
def _open(draft: Draft, act: a.Open) -> None:
    network = draft.bundle.network
    place = network.place(act.place)
    require(place is not None, RefusalCode.UNKNOWN_PLACE)
    assert place is not None
    unit = network.unit(act.actor.unit)
    by_county = unit is not None and unit.level is Level.COUNTY
    centre = network.county_centre if by_county else network.centre(place.town)
    draft.add(
        h.Registered(
            channel=act.channel,
            place=act.place,
            town=place.town,
            centre=centre,
            summary=act.summary,
            happened_on=act.happened_on,
            parties=act.parties,
            people=act.people,
            amount=act.amount,
            wage_workers=act.wage_workers,
            risk_signs=act.risk_signs,
            languages=act.languages,
            oral=act.oral,
            docs=draft.case.docs,
        ),
        stage=Stage.REGISTERED,
        moments=("registered",),
    )
    regrade_by_rule(draft)


def _category_owed(case: Case, act: a.Screen, ctx: Context) -> str | None:
    return "category" if act.accept and act.category is None else None


@action("screen", {Stage.REGISTERED}, fault=_category_owed)
def _screen(draft: Draft, act: a.Screen) -> None:
    if act.accept:
        draft.add(h.Screened(category=act.category or ""), stage=Stage.SCREENED, moments=("screened",))
        return
    reason_given(act.reason)
    reason_given(act.redirect or "", "redirect")
    end(draft, partial(h.Declined, reason=act.reason, redirect=act.redirect or "", category=act.category), Stage.DECLINED)


@action("regrade", done=lambda case, act, ctx: act.tier is case.tier)
def _regrade(draft: Draft, act: a.Regrade) -> None:
    case = draft.case
    down = TIERS.index(act.tier) < TIERS.index(case.tier)
    # A watch raises the dispute it led to; lowering one takes a person.
    require(not down or act.actor.role is not Role.SYSTEM, RefusalCode.NOT_ALLOWED)
    require(not down or act.actor.ids.isdisjoint(_handling(case)), RefusalCode.SAME_PERSON)
    reason_given(act.reason)
    draft.add(h.Graded(tier=act.tier, score=case.score, risk=case.risk, reason=act.reason))
    if not down:
        alarm(draft)
    finish_following_up(draft)


def _handling(case: Case) -> tuple[str, ...]:
    """Return the handlers, the mediator of record among them from the first day."""
    return (*case.handlers, *((case.mediator.person,) if case.mediator else ()))


def _route_allowed(case: Case, act: a.Route, ctx: Context) -> bool:
    """A level below what the tier demands, or below where the case has climbed to, may not be chosen."""
    if act.level is None or case.stage is not Stage.SCREENED:
        return True
    return act.level in routing.open_levels(case, ctx.bundle(case).procedure)


@action("route", {Stage.SCREENED}, allowed=_route_allowed)
def _route(draft: Draft, act: a.Route) -> None:
    case, bundle = draft.case, draft.bundle
    for unit in act.assist or ():
        known_unit(draft, unit)
    if act.lead is not None:
        leading_unit(draft, act.lead, "lead")
    level = act.level or case.level
    if level is None and act.lead is not None:
        unit_of_lead = bundle.network.unit(act.lead)
        level = unit_of_lead.level if unit_of_lead is not None else None
        if level is not None and routing.below_minimum(level, case.tier, bundle.procedure):
            raise Refuse(RefusalCode.NOT_ALLOWED, str(level))
    found = routing.propose_for(case, bundle, level)
    lead = act.lead or found.lead
    draft.add(h.Routed(lead=lead, level=found.level, why=found.why), stage=Stage.ROUTED, moments=("routed", "arrived"))
    release_own(draft, lead)
    ensure_tasks(draft, act.assist if act.assist is not None else found.assist)


@action("merge", BEFORE_AGREED)
def _merge(draft: Draft, act: a.Merge) -> None:
    case_id, code = act.into_case, act.into
    if case_id is None or case_id == draft.case.id:
        raise Refuse(RefusalCode.INVALID, "into")
    # The older case keeps its clocks and goes on; the newer one is the double.
    require(act.older, RefusalCode.INVALID, "into (newer)")
    # The other case takes over parties and papers, not a reply that is still owed.
    require(not open_complaints(draft.case), RefusalCode.CHECKLIST_OPEN, "complaints_replied")
    ask(draft, WorkKind.ABSORB, lambda work: h.MergeBegun(work=work, into_case=case_id, into_code=code), into_case=case_id, into_code=code)


@action("absorb")
def _absorb(draft: Draft, act: a.Absorb) -> None:
    """Take in parties and papers of a newer case; a person who is in both is taken once."""
    case = draft.case
    require(act.from_case not in case.absorbed, RefusalCode.ALREADY_DONE)
    known = {party.person for party in case.parties if party.person is not None}
    taken = {party.id for party in case.parties}
    fresh = [p for p in act.parties if p.person is None or p.person not in known]
    renamed = tuple(p.model_copy(update={"id": f"{p.id}.{len(case.absorbed) + 2}"}) if p.id in taken else p for p in fresh)
    # Nobody new can come under an agreement already made: such a case goes on by itself.
    require(not renamed or case.stage in BEFORE_AGREED, RefusalCode.WRONG_STAGE, str(case.stage))
    draft.add(h.Absorbed(from_case=act.from_case, from_code=act.from_code, parties=renamed, papers=act.papers))
    _take_over_risk(draft, act)
    avoid_conflict(draft)


def _take_over_risk(draft: Draft, act: a.Absorb) -> None:
    """What was dangerous stays so: signs of risk and the higher tier come along with the newer case."""
    before = draft.case.risk_signs
    signs = tuple(dict.fromkeys((*before, *act.risk_signs)))
    if signs != before:
        draft.add(h.Amended(before={"risk_signs": list(before)}, after={"risk_signs": list(signs)}, reason="code:absorbed"))
    regrade_by_rule(draft)
    if act.tier is not None and TIERS.index(act.tier) > TIERS.index(draft.case.tier):
        draft.add(h.Graded(tier=act.tier, score=draft.case.score, risk=draft.case.risk, reason="code:absorbed"))
        alarm(draft)
