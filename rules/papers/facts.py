"""What a paper says (文书内容): the facts of a case, in words ready to be printed. Pure; asked by `service/papers/making.py`."""

from __future__ import annotations

from datetime import datetime

from models.case import Case
from models.happening import AgreementEffective, AgreementSigned, Channelled, NoticeGiven
from models.paper.facts import (
    AgreementFacts,
    CaseFacts,
    Facts,
    HeadFacts,
    OfficeFacts,
    PartyFacts,
    SignerFacts,
)
from models.party import Party
from models.words import Channel, PartyKind, Side, Stage
from rules.labels import label
from rules.papers.about import chosen, promises, sessions, visits
from rules.papers.source import Source
from rules.papers.writing import age, born, count, day, money
from rules.telling import Names
from rules.visibility import Group

OTHERS = {
    Channel.POLICE: "公安机关移送",
    Channel.COURT: "人民法院委派、委托",
    Channel.PETITION: "信访部门转办",
    Channel.HOTLINE: "政务热线转办",
}
"""Sources that are neither an application nor the committee's own doing (domain 4.4)."""

OWN_DOING = frozenset({Channel.GRID, Channel.EVENT})
"""Channels by which the committee takes a dispute up itself."""

OUTCOMES = {
    Stage.DECLINED: "不予受理",
    Stage.CHANNELLED: "调解不成，导入法定程序",
    Stage.WITHDRAWN: "当事人撤回",
    Stage.MERGED: "并入其他案件",
}


def facts(source: Source, head: HeadFacts, kind_about: str, about: str) -> Facts | None:
    """Return the facts for a paper about the whole case or one thing in it; None where the case has no such thing."""
    case = source.case
    one = chosen(source, kind_about, about)
    if one is None:
        return None
    side = {side: "、".join(source.name(party.id) for party in case.parties if party.side is side) for side in Side}
    return Facts(
        office=_office(source),
        paper=head,
        case=case_facts(source),
        applicants=side[Side.APPLICANT],
        respondents=side[Side.RESPONDENT],
        others=side[Side.THIRD],
        parties=tuple(_party(source, party, n) for n, party in enumerate(case.parties, 1)),
        agreement=_agreement(source),
        sessions=sessions(source),
        visits=visits(source),
        signers=signers(source),
        typed=source.entries,
        **one,
    )


def _office(source: Source) -> OfficeFacts:
    case, network = source.case, source.network
    town = network.town(case.town) if case.town else None
    court = network.unit(f"{case.town}-court")
    court = court if court is not None and not court.vacant else network.unit(f"{network.district.id}-court")
    committee = case.mediator.unit if case.mediator else case.lead
    return OfficeFacts(
        district=network.district.name,
        town=(town or network.district).name,
        centre=source.unit(case.centre),
        lead=source.unit(case.lead),
        committee=source.unit(committee),
        court=court.name if court else "",
        phone=source.phone,
    )


def case_facts(source: Source) -> CaseFacts:
    """Return what is said of the case itself."""
    case = source.case
    category = source.categories.get(case.category or "")
    place = source.network.place(case.place or "")
    first, last = _mediation(source)
    told = [event.what for event in source.events_of("notice_given", "channelled")]
    notices = [source.words(what.notice, Group.HANDLING) for what in told if isinstance(what, NoticeGiven)]
    routes = [source.words(what.route, Group.WAY) for what in told if isinstance(what, Channelled)]
    return CaseFacts(
        code=case.code or "",
        category=category.zh if category else "",
        channel=label("channel", case.channel)[0],
        source=_source(case),
        place=place.name if place else "",
        happened_on=day(case.happened_on),
        summary=source.words(case.summary, Group.SUMMARY),
        tier=label("tier", case.tier)[0],
        level=label("level", case.level)[0] if case.level else "",
        stage=label("stage", case.stage)[0] if case.stage else "",
        people=str(case.people),
        amount=money(case.amount),
        opened_on=_first(source, "registered"),
        accepted_on=_first(source, "screened"),
        lead=source.unit(case.lead),
        mediator=Names(source.network).post(case.mediator.person) if case.mediator else "",
        assist="、".join(dict.fromkeys(source.unit(task.unit) for task in case.tasks.values())),
        mediation_from=first,
        mediation_to=last,
        ended_on=source.on(case.ended_at),
        outcome=_outcome(case),
        routes="；".join(words for words in notices if words),
        route="；".join(words for words in routes if words),
        retention=source.retention,
        retain_until=day(case.retain_until),
        difficulty=source.difficulty,
    )


def _source(case: Case) -> str:
    if case.channel in OTHERS:
        return OTHERS[case.channel]
    if case.channel in OWN_DOING:
        return "调解组织主动受理"
    return "当事人口头申请" if case.oral else "当事人申请"


def _outcome(case: Case) -> str:
    if case.stage in OUTCOMES:
        return OUTCOMES[case.stage]
    if case.agreement is None:
        return ""
    return f"达成{label('outcome', case.agreement.form)[0]}协议"


def _first(source: Source, *types: str) -> str:
    """Return the day of the first event of these types, of any chapter."""
    return next((source.on(event.when) for event in source.events if event.type in types), "")


def _mediation(source: Source) -> tuple[str, str]:
    """Return the days mediation began and ended in this chapter."""
    begun = source.events_of("assigned")
    over = source.events_of("agreement_effective", "channelled", "withdrawn")
    return (source.on(begun[0].when) if begun else "", source.on(over[-1].when) if over else "")


def _party(source: Source, party: Party, n: int) -> PartyFacts:
    who, stands = source.who(party), source.stands_for(party)
    known = born(who.id_number) if party.kind is PartyKind.PERSON else None
    signed = {what.party: at for what, at in _signed(source)}
    return PartyFacts(
        n=str(n),
        id=party.id,
        side=label("side", party.side)[0],
        kind=label("party_kind", party.kind)[0],
        name=who.name or party.id,
        sex=known[0] if known else "",
        age=f"{age(known[1], source.today())}岁" if known else "",
        phone=who.phone or "",
        id_number=who.id_number or "",
        address=who.address or "",
        representative=(stands.name if stands else None) or "",
        representative_phone=(stands.phone if stands else None) or "",
        signed_on=source.on(signed.get(party.id)),
    )


def _agreement(source: Source) -> AgreementFacts:
    made = source.case.agreement
    if made is None:
        return AgreementFacts()
    clock = source.case.clocks.get("confirm")
    agreed = source.events_of("agreed")
    return AgreementFacts(
        form=label("outcome", made.form)[0],
        matter=made.matter or "",
        terms=source.words(made.terms, Group.AGREEMENT),
        agreed_on=source.on(agreed[-1].when) if agreed else "",
        effective_on=source.on(made.effective_at),
        confirm_by=day(source.cal.ending_date(clock.due.at)) if clock is not None and clock.due is not None else "",
        confirmation=CONFIRMATION.get(made.confirmation or "", ""),
        copies=f"一式{count(len(made.parties or source.case.parties) + 1)}份",
        promises=tuple(fact for _, fact in promises(source)),
    )


CONFIRMATION = {
    "applied": "已申请",
    "granted": "已裁定确认有效",
    "rejected": "已裁定驳回申请",
    "waived": "各方不申请",
    "lapsed": "期限已过",
}


def signers(source: Source) -> tuple[SignerFacts, ...]:
    """Return who has signed the agreement, as the record says: the parties, and the unit that sealed it."""
    found = [SignerFacts(name=source.name(what.party), as_whom="当事人", on=source.on(at)) for what, at in _signed(source)]
    sealed = [
        (event.what.by, event.when) for event in source.events_of("agreement_effective") if isinstance(event.what, AgreementEffective)
    ]
    found += [SignerFacts(name=source.unit(by), as_whom="盖章单位", on=source.on(at)) for by, at in sealed if by is not None]
    return tuple(found)


def _signed(source: Source) -> list[tuple[AgreementSigned, datetime]]:
    return [(event.what, event.when) for event in source.events_of("agreement_signed") if isinstance(event.what, AgreementSigned)]
