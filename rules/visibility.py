"""Who sees which case, and what of it (可见范围与脱敏), as tables: role × standing to the case × tier and flags → fields.

`reach` says which cases somebody's eyes may rest on, as scopes of `case_access`; `sight` says what of such a case is shown,
masked or hidden. Lists, search, counts, streams and details all ask here. No row, no sight: unknown scope shows less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from models.case import Case
from models.network import Network
from models.party import Actor
from models.words import ENDS, PartyKind, Role, Stage, Tier
from rules.authority import CENTRE, LEADS, Relation, relations
from rules.reserved import posts, restricted

R = Role


class Show(IntEnum):
    """How much of a field is shown."""

    HIDDEN = 0
    MASKED = 1
    FULL = 2


class Group(StrEnum):
    """The groups of fields that are shown or hidden together."""

    WAY = "way"  # 进度: stage, level, lead, holder, clocks, cards
    KIND = "kind"  # 类别: category; masked = its class alone
    RISK = "risk"  # 风险: tier, reasons, signs; masked = the tier alone
    PLACE = "place"  # 地点
    SIZE = "size"  # 人数、金额
    SUMMARY = "summary"  # 案情; masked = without the names of the parties
    NAMES = "names"  # 姓名
    PHONES = "phones"  # 电话
    NUMBERS = "numbers"  # 证件号码
    ADDRESSES = "addresses"  # 住址
    PROTECTION = "protection"  # 保护因素: minor, vulnerable
    HANDLING = "handling"  # 办理记录: notes, sessions, reasons
    AGREEMENT = "agreement"  # 协议与履行
    TASKS = "tasks"  # 交办任务: all of them; masked = without their words
    OWN_TASKS = "own_tasks"  # 本单位任务
    VISITS = "visits"  # 回访
    PAPERS = "papers"  # 材料
    COMPLAINTS = "complaints"  # 投诉与评价意见: never to who may be complained about
    STAFF = "staff"  # 经办人; masked = the unit alone


class Standing(StrEnum):
    """How somebody stands to a case when it is looked at; finer than what acting asks for."""

    MEDIATOR = "mediator"  # the mediator of record in person
    LEAD = "lead"  # acts for the lead unit
    CENTRE = "centre"  # of the centre in charge
    COUNTY = "county"  # of the county's centre, while a town's is in charge
    ASSIST = "assist"  # of a unit with a task
    TOLD = "told"  # of a unit told of a red grade
    SEALER = "sealer"  # of the mediator's unit
    SCOPE = "scope"  # of the case's town, or of the district
    GRID = "grid"  # the case lies in one's own grid
    UNIT = "unit"  # of the lead unit in any role
    PARTY = "party"  # a citizen who has proved to be this party


class Reach(StrEnum):
    """Which scopes of `case_access` a role's eyes are made of."""

    TOWN = "town"  # the unit's town; a unit of the district reaches all of it
    UNIT = "unit"  # cases the unit works on
    TASK = "task"  # cases in which the unit has a task
    PERSON = "person"  # cases one mediates
    PLACE = "place"  # cases in one's own grids


REACH: dict[Role, tuple[Reach, ...]] = {
    R.CLERK: (Reach.TOWN,),
    R.SCREENER: (Reach.TOWN,),
    R.DISPATCHER: (Reach.TOWN,),
    R.DIRECTOR: (Reach.TOWN,),
    R.LEADER: (Reach.TOWN,),
    R.AUDITOR: (Reach.TOWN,),
    R.ARCHIVIST: (Reach.TOWN,),
    R.OFFICER: (Reach.UNIT,),
    R.POLICE: (Reach.UNIT,),
    R.MEDIATOR: (Reach.PERSON,),
    R.GRID: (Reach.UNIT, Reach.PLACE),
    R.ADVISER: (Reach.UNIT,),
    R.DOCTOR: (Reach.TASK,),
    R.STEWARD: (Reach.TASK,),
    R.VOLUNTEER: (Reach.TASK,),
}
"""Whose eyes reach what. The analyst, the three administrators and a citizen without a proof reach no case."""

NUMBERS: dict[Role, tuple[Reach, ...]] = {**REACH, R.ANALYST: (Reach.TOWN,)}
"""The same for statistics, which show no single case."""

FULL, MASKED = Show.FULL, Show.MASKED

_WAY = {Group.WAY: FULL, Group.STAFF: FULL}
_PLAIN = {**_WAY, Group.KIND: FULL, Group.RISK: FULL, Group.PLACE: FULL, Group.SIZE: FULL, Group.TASKS: MASKED, Group.VISITS: FULL}
_WORDS = {Group.SUMMARY: FULL, Group.HANDLING: FULL, Group.AGREEMENT: FULL, Group.TASKS: FULL, Group.OWN_TASKS: FULL, Group.PAPERS: FULL}
_WHO = {Group.NAMES: FULL, Group.PHONES: FULL, Group.NUMBERS: MASKED, Group.ADDRESSES: FULL, Group.PROTECTION: FULL}


@dataclass(frozen=True, slots=True)
class Grant:
    """One row: what these roles are shown in this standing, at these stages and tiers (None = all)."""

    roles: frozenset[Role]
    standing: Standing
    shows: Mapping[Group, Show]
    stages: frozenset[Stage] | None = None
    tiers: frozenset[Tier] | None = None


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


GRANTS: tuple[Grant, ...] = (
    Grant(_roles(R.MEDIATOR), Standing.MEDIATOR, {**_PLAIN, **_WORDS, **_WHO, Group.NUMBERS: FULL}),
    Grant(LEADS, Standing.LEAD, {**_PLAIN, **_WORDS, **_WHO}),
    Grant(CENTRE, Standing.CENTRE, {**_PLAIN, **_WORDS, **_WHO}),
    Grant(
        CENTRE,
        Standing.COUNTY,
        {**_PLAIN, Group.SUMMARY: MASKED, Group.NAMES: MASKED, Group.PROTECTION: FULL},
    ),
    Grant(
        CENTRE,
        Standing.COUNTY,
        {**_WORDS, Group.NAMES: FULL, Group.PHONES: MASKED, Group.NUMBERS: MASKED, Group.ADDRESSES: MASKED},
        tiers=frozenset({Tier.ORANGE, Tier.RED}),
    ),
    Grant(_roles(R.DIRECTOR, R.LEADER), Standing.CENTRE, {Group.COMPLAINTS: FULL}),
    Grant(_roles(R.DIRECTOR, R.LEADER), Standing.COUNTY, {Group.COMPLAINTS: FULL}),
    Grant(_roles(R.AUDITOR), Standing.SCOPE, {Group.COMPLAINTS: FULL}),
    Grant(_roles(R.POLICE, R.OFFICER), Standing.TOLD, {**_PLAIN, **_WHO, Group.SUMMARY: FULL, Group.OWN_TASKS: FULL}),
    Grant(
        _roles(R.OFFICER, R.POLICE, R.GRID),
        Standing.ASSIST,
        {
            **_PLAIN,
            Group.RISK: MASKED,
            Group.SUMMARY: FULL,
            Group.OWN_TASKS: FULL,
            Group.NAMES: FULL,
            Group.PHONES: MASKED,
            Group.ADDRESSES: MASKED,
        },
    ),
    Grant(
        _roles(R.OFFICER),
        Standing.SEALER,
        {**_PLAIN, Group.SUMMARY: FULL, Group.AGREEMENT: FULL, Group.NAMES: FULL, Group.PHONES: MASKED, Group.NUMBERS: MASKED},
    ),
    Grant(
        _roles(R.AUDITOR),
        Standing.SCOPE,
        {
            **_PLAIN,
            **_WORDS,
            Group.NAMES: FULL,
            Group.PHONES: MASKED,
            Group.NUMBERS: MASKED,
            Group.ADDRESSES: MASKED,
            Group.PROTECTION: FULL,
        },
    ),
    Grant(_roles(R.ARCHIVIST), Standing.SCOPE, {**_WAY, Group.KIND: FULL}),
    Grant(
        _roles(R.ARCHIVIST),
        Standing.SCOPE,
        {**_PLAIN, **_WORDS, Group.NAMES: FULL, Group.PHONES: MASKED, Group.NUMBERS: MASKED, Group.ADDRESSES: MASKED},
        stages=ENDS | {Stage.AUDITING},
    ),
    Grant(
        _roles(R.GRID),
        Standing.GRID,
        {Group.WAY: FULL, Group.KIND: FULL, Group.RISK: MASKED, Group.PLACE: FULL, Group.NAMES: MASKED},
    ),
    Grant(
        _roles(R.GRID),
        Standing.UNIT,
        {Group.WAY: FULL, Group.KIND: FULL, Group.RISK: MASKED, Group.PLACE: FULL, Group.SUMMARY: FULL, Group.NAMES: FULL},
    ),
    Grant(
        _roles(R.ADVISER),
        Standing.UNIT,
        {Group.WAY: FULL, Group.KIND: FULL, Group.SUMMARY: MASKED, Group.AGREEMENT: MASKED},
    ),
    Grant(
        _roles(R.ADVISER),
        Standing.ASSIST,
        {Group.WAY: FULL, Group.KIND: FULL, Group.SUMMARY: MASKED, Group.OWN_TASKS: MASKED},
    ),
    Grant(_roles(R.DOCTOR, R.STEWARD, R.VOLUNTEER), Standing.ASSIST, {Group.OWN_TASKS: FULL, Group.PLACE: FULL}),
    Grant(_roles(R.CITIZEN), Standing.PARTY, {Group.WAY: FULL}),
)
"""Everything that is shown to anybody stands in one of these rows; rows that hold at once add up."""


def shown_to(role: Role, group: Group, least: Show = Show.MASKED) -> bool:
    """Whether a role is shown at least this much of a group in some standing, at every stage and every tier."""
    grants = (grant for grant in GRANTS if role in grant.roles and grant.stages is None and grant.tiers is None)
    return any(grant.shows.get(group, Show.HIDDEN) >= least for grant in grants)


PERSONAL = frozenset({Group.NAMES, Group.PHONES, Group.NUMBERS, Group.ADDRESSES, Group.PROTECTION})
"""Groups about persons."""

NARROWED = PERSONAL | {Group.SUMMARY, Group.HANDLING, Group.AGREEMENT, Group.COMPLAINTS}
"""Groups that a reserved case shows one step less of, to everybody who does not handle it."""

IN_LISTS = frozenset({Group.WAY, Group.KIND, Group.RISK, Group.PLACE, Group.STAFF})
"""Groups that a row of a list can show; no names, no words, and the tier of the risk alone."""

LISTED: dict[Role, frozenset[Group]] = {
    **dict.fromkeys((R.CLERK, R.SCREENER, R.DISPATCHER, R.DIRECTOR, R.LEADER, R.AUDITOR, R.OFFICER, R.POLICE, R.MEDIATOR), IN_LISTS),
    R.GRID: IN_LISTS - {Group.STAFF},
    R.ARCHIVIST: frozenset({Group.WAY, Group.KIND, Group.STAFF}),
    R.ADVISER: frozenset({Group.WAY, Group.KIND}),
    **dict.fromkeys((R.DOCTOR, R.STEWARD, R.VOLUNTEER), frozenset({Group.PLACE})),
    R.CITIZEN: frozenset({Group.WAY}),
}
"""What a list shows to a role: what every standing that its eyes can come from shows as well (a test compares them)."""

FILED: dict[Role, frozenset[Group]] = {**LISTED, R.ARCHIVIST: IN_LISTS}
"""What a list of ended cases shows: an archivist sees more of a file once it is closed."""

ASKED: dict[Role, frozenset[Group]] = {
    role: groups | {Group.VISITS} if role in {R.DIRECTOR, R.LEADER, R.AUDITOR} else groups for role, groups in LISTED.items()
}
"""What a list may be asked by: what it shows, and, by those who supervise, what parties said of how they were served."""

COUNTED: dict[Role, frozenset[Group]] = {
    **{role: groups | {Group.VISITS} if role is R.DISPATCHER else groups for role, groups in ASKED.items() if role in NUMBERS},
    R.ANALYST: IN_LISTS | {Group.VISITS},
}
"""What a figure may be counted by: what a list may be asked by; of numbers alone a little more."""

HANDLING = frozenset({Standing.MEDIATOR, Standing.LEAD, Standing.CENTRE, Standing.TOLD})
"""Standings that a reserved case is not narrowed for: they can't do their part without."""

SEARCHERS = frozenset({R.CLERK, R.SCREENER, R.DISPATCHER, R.DIRECTOR, R.LEADER, R.AUDITOR, R.ARCHIVIST, R.OFFICER, R.POLICE, R.MEDIATOR})
"""Who may search by a name, a phone or a number; they find only cases that show them the names."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person is shown of one case."""

    shows: Mapping[Group, Show]
    standings: frozenset[Standing] = frozenset()
    restricted: bool = False

    def show(self, group: Group) -> Show:
        """How much of a group; what is not granted is hidden."""
        return self.shows.get(group, Show.HIDDEN)

    def sees(self, group: Group) -> bool:
        """Whether anything of a group is shown."""
        return self.show(group) is not Show.HIDDEN

    def full(self, group: Group) -> bool:
        """Whether all of a group is shown."""
        return self.show(group) is Show.FULL


BLIND = Sight({})
"""Sees nothing but that there is a case."""


def reach(
    actor: Actor, network: Network, grids: Iterable[str] = (), table: Mapping[Role, tuple[Reach, ...]] = REACH
) -> tuple[tuple[str, str], ...] | None:
    """Return the scopes somebody's eyes are made of; None = everything (a post of the whole district)."""
    unit = network.unit(actor.unit)
    if unit is None:
        return ()
    found: list[tuple[str, str]] = []
    for kind in table.get(actor.role, ()):
        if kind is Reach.TOWN:
            if unit.town is None:
                return None
            found.append(("town", unit.town))
            found.extend(("post", post) for post in posts(actor, unit.town))
        elif kind is Reach.PERSON:
            found.append(("person", actor.holder))
        elif kind is Reach.PLACE:
            found.extend(("place", grid) for grid in grids)
        else:
            found.append((str(kind), actor.unit))
    return tuple(found)


def standings(case: Case, actor: Actor, network: Network, grids: Iterable[str] = ()) -> frozenset[Standing]:
    """Return how somebody stands to a case."""
    stands = relations(case, actor, network)
    found = {name for relation, name in _BY_RELATION.items() if stands & relation}
    if stands & Relation.CENTRE:
        county = actor.unit == network.county_centre and case.centre != network.county_centre
        found.add(Standing.COUNTY if county else Standing.CENTRE)
    if actor.role is not Role.CITIZEN and actor.unit == case.lead:
        found.add(Standing.UNIT)
    if case.place is not None and case.place in set(grids) and not restricted(case):
        found.add(Standing.GRID)
    return frozenset(found)


_BY_RELATION = {
    Relation.MEDIATOR: Standing.MEDIATOR,
    Relation.LEAD: Standing.LEAD,
    Relation.ASSIST: Standing.ASSIST,
    Relation.TOLD: Standing.TOLD,
    Relation.MEDIATOR_UNIT: Standing.SEALER,
    Relation.SCOPE: Standing.SCOPE,
    Relation.PARTY: Standing.PARTY,
}


def hands_out_slips(case: Case, actor: Actor, network: Network, opener: str | None) -> bool:
    """Whether somebody may be shown the query codes of the parties: who has opened the case, and the clerks of its centre.

    Nobody else: whoever has a party's code and knows its phone can speak for it.
    """
    if actor.role in {Role.CITIZEN, Role.SYSTEM}:
        return False
    of_centre = actor.role is Role.CLERK and Standing.CENTRE in standings(case, actor, network)
    return of_centre or opener in actor.own_ids


def sight(case: Case, actor: Actor, network: Network, grids: Iterable[str] = ()) -> Sight:
    """Return what somebody is shown of a case that their eyes may rest on."""
    stands = standings(case, actor, network, grids)
    narrow = restricted(case)
    shows: dict[Group, Show] = {}
    for grant in GRANTS:
        if actor.role in grant.roles and grant.standing in stands and _holds(grant, case):
            lower = narrow and grant.standing not in HANDLING
            for group, show in grant.shows.items():
                given = Show(max(show - 1, 0)) if lower and group in NARROWED else show
                shows[group] = max(given, shows.get(group, Show.HIDDEN))
    if _involved(case, actor):
        shows = {group: min(show, MASKED if group is Group.RISK else FULL) for group, show in shows.items() if group in IN_LISTS}
    return Sight(shows, stands, narrow)


def _holds(grant: Grant, case: Case) -> bool:
    in_stage = grant.stages is None or case.stage in grant.stages
    return in_stage and (grant.tiers is None or case.tier in grant.tiers)


def _involved(case: Case, actor: Actor) -> bool:
    """Whether somebody is a party of the case, or a near relative of one: then they see no more than a list shows."""
    return any(party.staff in actor.own_ids or not actor.own_ids.isdisjoint(party.kin) for party in case.parties)


TWO_CHARACTERS = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯")
"""Surnames of two characters."""


def mask_name(name: str) -> str:
    """Return the surname and 某: `张某`, `欧阳某某`; of a name in other letters the first alone."""
    name = name.strip()
    if not name:
        return ""
    if not "\u4e00" <= name[0] <= "\u9fff":
        return name[0] + "***"
    surname = next((double for double in TWO_CHARACTERS if name.startswith(double)), name[0])
    return surname + "某" * min(max(len(name) - len(surname), 1), 2)


def mask_organisation(name: str) -> str:
    """Return the first two characters of an organisation's name."""
    return name.strip()[:2] + "***"


def masked_name(name: str, kind: PartyKind) -> str:
    """Return the name of a party as it is shown to who may not read all of it."""
    return mask_organisation(name) if kind is PartyKind.ORGANISATION else mask_name(name)


def mask_phone(phone: str) -> str:
    """Return the first three and the last four digits."""
    return _mask(phone, 3, 4)


def mask_number(number: str) -> str:
    """Return the first six and the last two characters of an id number."""
    return _mask(number, 6, 2)


def mask_address(address: str) -> str:
    """Return an address up to its village or community; the house is hidden."""
    found = re.match(r"^.{0,60}?(?:村|社区|街道|镇|乡)", address)
    return (found.group(0) if found else "") + "***"


def _mask(text: str, head: int, tail: int) -> str:
    """Keep the ends; a text too short to hide anything between them is hidden as a whole."""
    text = "".join(text.split())
    if len(text) < head + tail + 3:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


NUMBER_LIKE = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|1\d{10})(?![0-9A-Za-z])")
"""What looks like an id number or a mobile phone in a text."""


def deidentify(text: str, known: Mapping[str, str]) -> str:
    """Return a text without the words of persons: `known` maps names, phones and numbers to what stands in their place."""
    for word in sorted(known, key=len, reverse=True):
        if len(word) > 1:
            text = text.replace(word, known[word])
    return NUMBER_LIKE.sub("***", text)
