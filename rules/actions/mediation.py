"""Mediating: assign, recuse, consent, meet, record, suspend, resume, extend, hand over (指派、回避、征询、会商、记录、中止、延期)."""

from __future__ import annotations

from models import action as a
from models import happening as h
from models.case import Case, Mediator, Meeting, WorkKind
from models.refusal import RefusalCode
from models.words import Role, Stage
from rules import clock as reckon
from rules.actions.common import (
    ask,
    begin_mediation,
    climb,
    goes_on_without,
    has_work,
    known_parties,
    known_party,
    known_unit,
    reason_given,
    related,
    used_up,
)
from rules.actions.spec import RUNNING, action
from rules.draft import Context, Draft, Refuse, require
from rules.routing import the_three
from rules.staff_ids import unit_of

WITH_MEDIATOR = frozenset({Stage.SIGNED, Stage.MEDIATING, Stage.AGREED, Stage.PERFORMING, Stage.FOLLOWING_UP})
"""Stages in which a mediator of record has something to do."""

MEETABLE = RUNNING - {Stage.REGISTERED, Stage.SCREENED, Stage.AUDITING}


def _assigned(case: Case, act: a.Assign, ctx: Context) -> bool:
    return case.mediator is not None or has_work(case, WorkKind.ASSIGN)


@action("assign", WITH_MEDIATOR, done=_assigned)
def _assign(draft: Draft, act: a.Assign) -> None:
    if act.mediator is None:
        ask(draft, WorkKind.ASSIGN, h.AssignmentRequested)
        return
    unit = _mediating_unit(draft, act.mediator)
    require(act.on_roll, RefusalCode.INVALID, "mediator")
    require(not used_up(draft.case, act.mediator), RefusalCode.SAME_PERSON)
    require(not related(draft.case, act.mediator, act.household), RefusalCode.CONFLICT_OF_INTEREST)
    draft.add(h.Assigned(mediator=Mediator(person=act.mediator, unit=unit), why=("named",)))


def _mediating_unit(draft: Draft, person: str) -> str:
    unit = known_unit(draft, unit_of(person))
    found = draft.bundle.network.unit(unit)
    mediates = found is not None and Role.MEDIATOR in found.roles and person.startswith(f"{Role.MEDIATOR}@")
    require(mediates, RefusalCode.INVALID, "mediator")
    return unit


def _recusal_used(case: Case, act: a.Recuse, ctx: Context) -> bool:
    return case.mediator is None or (act.party is not None and act.party in case.recusals_by_parties)


def _party_owed(case: Case, act: a.Recuse, ctx: Context) -> str | None:
    """A mediator steps back in person; everybody else only brings a party's demand."""
    return None if act.actor.role is Role.MEDIATOR or act.party is not None else "party"


@action("recuse", WITH_MEDIATOR, fault=_party_owed, done=_recusal_used)
def _recuse(draft: Draft, act: a.Recuse) -> None:
    mediator = draft.case.mediator
    assert mediator is not None
    require(act.party is not None or act.actor.holder == mediator.person, RefusalCode.NOT_HOLDER)
    if act.party is not None:
        known_party(draft, act.party)
    reason_given(act.reason)
    draft.add(h.Recused(mediator=mediator.person, reason=act.reason, party=act.party))
    ask(draft, WorkKind.ASSIGN, h.AssignmentRequested)


def _answered(case: Case, act: a.Consent, ctx: Context) -> bool:
    """A yes may become a no at any time (人民调解法 17); nothing else is asked twice."""
    given = case.consents.get(act.party)
    return case.refused or given is False or (given is True and act.agrees)


@action("consent", {Stage.SIGNED, Stage.MEDIATING, Stage.AGREED}, done=_answered)
def _consent(draft: Draft, act: a.Consent) -> None:
    known_party(draft, act.party)
    if act.agrees:
        draft.add(h.Consented(party=act.party))
    else:
        # One refusal ends mediation, unless others can go on.
        ends = not goes_on_without(draft.case, act.party)
        # Until it binds, an agreement falls with the consent of a party; the ladder runs again from that day.
        fallen = draft.case.stage is Stage.AGREED
        moments = (*(("refused",) if ends else ()), *(("arrived",) if fallen else ()))
        draft.add(h.Refused(party=act.party, ends=ends), stage=Stage.MEDIATING if fallen else None, moments=moments)
    begin_mediation(draft)


def _within_limit(case: Case, act: a.Meet, ctx: Context) -> bool:
    """A joint meeting that is owed takes place within its limit; once that is over, a late one is better than none."""
    clock = case.clocks.get("joint_meeting")
    due = clock.due if clock is not None and act.joint else None
    return due is None or due.at < ctx.now or act.at <= due.at


@action("meet", MEETABLE, fault=lambda case, act, ctx: None if act.at >= ctx.now else "at", in_time=_within_limit)
def _meet(draft: Draft, act: a.Meet) -> None:
    """Call a meeting; a joint one convenes the three and whoever is chosen."""
    for unit in act.units:
        known_unit(draft, unit)
    three = the_three(draft.bundle.network, draft.case.town) if act.joint else ()
    number = f"m{len(draft.case.meetings) + 1}"
    meeting = Meeting(id=number, at=act.at, units=tuple(dict.fromkeys((*three, *act.units))), joint=act.joint)
    draft.add(h.MeetingSet(meeting=meeting, place=act.place))


def _already_off(case: Case, act: a.CallOff, ctx: Context) -> bool:
    return any(m.id == act.meeting and (m.off or m.at <= ctx.now) for m in case.meetings)


@action("call_off", MEETABLE, done=_already_off)
def _call_off(draft: Draft, act: a.CallOff) -> None:
    require(any(m.id == act.meeting for m in draft.case.meetings), RefusalCode.INVALID, "meeting")
    reason_given(act.reason)
    draft.add(h.MeetingCalledOff(meeting=act.meeting, reason=act.reason))


@action("record", {Stage.MEDIATING})
def _record(draft: Draft, act: a.Record) -> None:
    require(not draft.case.refused, RefusalCode.NEEDS_CONSENT)
    draft.add(h.SessionRecorded(outcome=act.outcome, text=act.text))
    if draft.case.sessions_failed >= draft.bundle.procedure.ladder_rules.failed_sessions:
        climb(draft, "failed_sessions")


def _ground_unlisted(case: Case, act: a.Suspend, ctx: Context) -> str | None:
    return None if act.ground in ctx.bundle(case).procedure.suspension_grounds else "ground"


@action(
    "suspend",
    {Stage.SIGNED, Stage.MEDIATING},
    fault=_ground_unlisted,
    done=lambda case, act, ctx: case.standing is not None,
)
def _suspend(draft: Draft, act: a.Suspend) -> None:
    reason_given(act.evidence, "evidence")
    draft.add(h.Suspended(ground=act.ground, evidence=act.evidence), moments=("suspended",))


@action("resume", done=lambda case, act, ctx: case.standing is None)
def _resume(draft: Draft, act: a.Resume) -> None:
    draft.add(h.Resumed())


def _extended_enough(case: Case, act: a.Extend, ctx: Context) -> bool:
    limit = ctx.bundle(case).procedure.limit("mediate", case.category)
    return limit is None or case.extensions >= limit.extend_times


@action("extend", {Stage.MEDIATING}, done=_extended_enough)
def _extend(draft: Draft, act: a.Extend) -> None:
    clock = draft.case.clocks.get("mediate")
    known_parties(draft, act.consents)
    everybody = {party.id for party in draft.case.parties if not party.left}
    require(everybody <= set(act.consents) and not draft.case.refused, RefusalCode.NEEDS_CONSENT)
    if clock is None:
        raise Refuse(RefusalCode.WRONG_STAGE)
    longer = reckon.extend(clock, act.days, draft.ctx.now, act.actor.person, draft.bundle.cal)
    draft.add(h.Extended(days=act.days, consents=tuple(sorted(set(act.consents)))), clocks=(longer,))


@action("hand_over", RUNNING, fault=lambda case, act, ctx: "to" if act.to == act.actor.holder else None)
def _hand_over(draft: Draft, act: a.HandOver) -> None:
    """Pass one's part to somebody of the same unit: the mediator's own, or the unit's handling."""
    case = draft.case
    mine = case.mediator is not None and case.mediator.person == act.actor.holder
    known_unit(draft, unit_of(act.to))
    require(unit_of(act.to) == act.actor.unit and act.on_roll, RefusalCode.INVALID, "to")
    if mine:
        require(act.to.startswith(f"{Role.MEDIATOR}@"), RefusalCode.INVALID, "to")
        require(not used_up(case, act.to), RefusalCode.SAME_PERSON)
    reason_given(act.reason)
    require(not mine or not related(case, act.to, act.household), RefusalCode.CONFLICT_OF_INTEREST)
    draft.add(h.HandedOver(part="mediator" if mine else "handler", to=act.to, reason=act.reason))
