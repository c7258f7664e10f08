"""Who may do what: action × role × relation to the case, as one table (权限表), design §4 and §7.

`permit` answers the role's part (`not_allowed`), `holds` the relation's part (`not_holder`). What depends on more than
role and relation (a second objection, a handler) stands with the action's own rule. Unknown scope shows less, never more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto

from models.case import Case
from models.network import Network, Unit
from models.party import Actor
from models.words import Role, TaskState, UnitTier

R = Role


class Relation(Flag):
    """How an actor may stand to a case; an action asks for one of several."""

    CENTRE = auto()
    """A centre in charge: the case's own, or the county's above it."""
    LEAD = auto()
    """The lead unit, in a role that acts for it."""
    ASSIST = auto()
    """A unit with a task."""
    MEDIATOR = auto()
    """The mediator of record in person."""
    MEDIATOR_UNIT = auto()
    """The unit of the mediator of record."""
    TOLD = auto()
    """A unit told of a red grade."""
    SCOPE = auto()
    """A unit of the case's town, or of the county."""
    PARTY = auto()
    """A citizen who has proved to be a party; the service has checked."""
    UNLED = auto()
    """A centre in charge, while the case has no lead yet."""
    ENGINE = auto()
    """The engine itself."""

    ON_CASE = CENTRE | LEAD | ASSIST | MEDIATOR | MEDIATOR_UNIT | TOLD | PARTY


LEADS = frozenset({R.OFFICER, R.DISPATCHER, R.DIRECTOR, R.LEADER})
"""Roles that act for a lead: an officer for a department, dispatcher or director for a centre, at the top its leader."""

CENTRE = frozenset({R.SCREENER, R.DISPATCHER, R.DIRECTOR, R.LEADER, R.CLERK})
WORKERS = frozenset({R.OFFICER, R.POLICE, R.DOCTOR, R.STEWARD, R.GRID, R.VOLUNTEER, R.DISPATCHER, R.DIRECTOR, R.LEADER})
"""Roles that may sign for and finish a task of their unit."""
EVERYBODY = CENTRE | WORKERS | frozenset({R.MEDIATOR, R.AUDITOR, R.ARCHIVIST, R.ADVISER, R.CITIZEN})


@dataclass(frozen=True, slots=True)
class Permit:
    """One row: which roles may ask, and how they must stand to the case."""

    roles: frozenset[Role]
    relation: Relation


def _row(roles: frozenset[Role] | Role, relation: Relation) -> Permit:
    return Permit(roles if isinstance(roles, frozenset) else frozenset({roles}), relation)


PERMITS: dict[str, Permit] = {
    "open": _row(frozenset({R.CLERK, R.GRID, R.POLICE, R.CITIZEN, R.SYSTEM}), Relation.ON_CASE | Relation.SCOPE),
    "screen": _row(R.SCREENER, Relation.CENTRE),
    "merge": _row(frozenset({R.CLERK, R.SCREENER, R.DISPATCHER}), Relation.CENTRE),
    "regrade": _row((EVERYBODY - {R.CITIZEN, R.ARCHIVIST}) | {R.SYSTEM}, Relation.ON_CASE & ~Relation.PARTY | Relation.ENGINE),
    "route": _row(frozenset({R.DISPATCHER, R.DIRECTOR}), Relation.CENTRE),
    "sign": _row(LEADS | WORKERS, Relation.LEAD | Relation.ASSIST),
    "object": _row(LEADS | WORKERS, Relation.LEAD | Relation.ASSIST),
    "rule": _row(frozenset({R.DISPATCHER, R.DIRECTOR}), Relation.CENTRE),
    "contact": _row(LEADS, Relation.LEAD),
    "assign": _row(LEADS, Relation.LEAD),
    "recuse": _row(LEADS | {R.MEDIATOR, R.CITIZEN}, Relation.MEDIATOR | Relation.PARTY | Relation.LEAD),
    "consent": _row(R.MEDIATOR, Relation.MEDIATOR),
    "meet": _row(frozenset({R.MEDIATOR, R.DISPATCHER, R.DIRECTOR, R.LEADER}), Relation.MEDIATOR | Relation.CENTRE),
    "call_off": _row(frozenset({R.MEDIATOR, R.DISPATCHER, R.DIRECTOR, R.LEADER}), Relation.MEDIATOR | Relation.CENTRE),
    "record": _row(R.MEDIATOR, Relation.MEDIATOR),
    "raise_task": _row(LEADS, Relation.LEAD | Relation.CENTRE),
    "replan": _row(frozenset({R.DISPATCHER, R.DIRECTOR, R.LEADER}), Relation.CENTRE),
    "finish": _row(WORKERS, Relation.ASSIST),
    "rework": _row(LEADS, Relation.LEAD),
    "escalate": _row(LEADS | {R.MEDIATOR}, Relation.LEAD | Relation.MEDIATOR | Relation.CENTRE),
    "suspend": _row(R.MEDIATOR, Relation.MEDIATOR),
    "resume": _row(R.MEDIATOR, Relation.MEDIATOR),
    "extend": _row(R.MEDIATOR, Relation.MEDIATOR),
    "agree": _row(R.MEDIATOR, Relation.MEDIATOR),
    "sign_agreement": _row(frozenset({R.MEDIATOR, R.CITIZEN}), Relation.MEDIATOR | Relation.PARTY),
    "seal": _row(LEADS, Relation.LEAD | Relation.MEDIATOR_UNIT),
    "confirm": _row(LEADS | {R.MEDIATOR, R.CITIZEN, R.CLERK}, Relation.PARTY | Relation.MEDIATOR | Relation.LEAD | Relation.CENTRE),
    "perform": _row(R.MEDIATOR, Relation.MEDIATOR),
    "default": _row(R.MEDIATOR, Relation.MEDIATOR),
    "visit": _row(EVERYBODY - {R.CITIZEN, R.ADVISER, R.ARCHIVIST}, Relation.ON_CASE & ~Relation.PARTY),
    "audit": _row(R.AUDITOR, Relation.SCOPE),
    "sign_off": _row(frozenset({R.DIRECTOR, R.LEADER, R.POLICE}), Relation.CENTRE | Relation.SCOPE),
    "archive": _row(R.ARCHIVIST, Relation.SCOPE),
    "absorb": _row(R.SYSTEM, Relation.ENGINE),
    "withdraw": _row(LEADS | CENTRE | {R.MEDIATOR, R.CITIZEN}, Relation.PARTY | Relation.LEAD | Relation.MEDIATOR | Relation.UNLED),
    "channel": _row(LEADS | {R.MEDIATOR, R.SCREENER}, Relation.LEAD | Relation.MEDIATOR | Relation.UNLED),
    "reopen": _row(EVERYBODY - {R.ADVISER}, Relation.ON_CASE | Relation.SCOPE),
    "rate": _row(R.CITIZEN, Relation.PARTY),
    "complain": _row(frozenset({R.CITIZEN, R.CLERK}), Relation.PARTY | Relation.CENTRE),
    "reply": _row(frozenset({R.DIRECTOR, R.LEADER}), Relation.CENTRE),
    "note": _row(EVERYBODY - {R.CITIZEN}, Relation.ON_CASE & ~Relation.PARTY),
    "lift_card": _row(frozenset({R.DISPATCHER, R.DIRECTOR, R.LEADER}), Relation.CENTRE),
    "recalendar": _row(frozenset({R.DIRECTOR, R.ADMIN_SYSTEM, R.SYSTEM}), Relation.CENTRE | Relation.ENGINE | Relation.SCOPE),
    "rebase": _row(frozenset({R.DIRECTOR, R.LEADER, R.SYSTEM}), Relation.CENTRE | Relation.ENGINE),
    "amend": _row(CENTRE | {R.MEDIATOR}, Relation.CENTRE | Relation.MEDIATOR),
    "add_party": _row(CENTRE | {R.MEDIATOR, R.OFFICER}, Relation.CENTRE | Relation.MEDIATOR | Relation.LEAD),
    "represent": _row(CENTRE | {R.MEDIATOR, R.OFFICER}, Relation.CENTRE | Relation.MEDIATOR | Relation.LEAD),
    "attach": _row(EVERYBODY - {R.ADVISER}, Relation.ON_CASE),
    "take_back": _row(EVERYBODY, Relation.ON_CASE | Relation.SCOPE),
    "hand_over": _row(LEADS | {R.MEDIATOR}, Relation.LEAD | Relation.MEDIATOR | Relation.MEDIATOR_UNIT),
    "split": _row(frozenset({R.SCREENER, R.DISPATCHER, R.DIRECTOR, R.MEDIATOR}), Relation.CENTRE | Relation.MEDIATOR),
    "tick": _row(R.SYSTEM, Relation.ENGINE),
    "answer": _row(R.SYSTEM, Relation.ENGINE),
    "restart": _row(R.SYSTEM, Relation.ENGINE),
}
"""Every action's row."""


def permit(do: str, role: Role) -> bool:
    """Whether somebody of this role may ask for this action at all."""
    return role in PERMITS[do].roles


def holds(case: Case, actor: Actor, relation: Relation, network: Network) -> bool:
    """Whether the actor stands to the case in one of these relations."""
    return bool(relations(case, actor, network) & relation)


def relations(case: Case, actor: Actor, network: Network) -> Relation:
    """Return every relation in which the actor stands to the case."""
    found = Relation(0)
    if actor.role is Role.SYSTEM:
        return Relation.ENGINE
    if actor.role is Role.CITIZEN:
        return Relation.PARTY if case.party(actor.unit) is not None else found
    unit = network.unit(actor.unit)
    if unit is None:
        return found
    return _as_centre(case, actor, network) | _as_worker(case, actor, unit) | _as_mediator(case, actor)


def _as_centre(case: Case, actor: Actor, network: Network) -> Relation:
    found = Relation(0)
    if actor.unit in {case.centre, network.county_centre, network.centre(case.town)}:
        found |= Relation.CENTRE
        if case.lead is None:
            found |= Relation.UNLED
    return found


def _as_worker(case: Case, actor: Actor, unit: Unit) -> Relation:
    found = Relation(0)
    if actor.unit == case.lead and acts_for(actor.role, unit.tier, leader=case.leader_charged):
        found |= Relation.LEAD
    if any(task.unit == actor.unit and task.state is not TaskState.RELEASED for task in case.tasks.values()):
        found |= Relation.ASSIST
    if actor.unit in case.told:
        found |= Relation.TOLD
    if unit.town is None or unit.town == case.town:
        found |= Relation.SCOPE
    return found


def _as_mediator(case: Case, actor: Actor) -> Relation:
    found = Relation(0)
    if case.mediator is not None:
        if actor.holder == case.mediator.person and not _barred(case, actor):
            found |= Relation.MEDIATOR
        if actor.unit == case.mediator.unit:
            found |= Relation.MEDIATOR_UNIT
    return found


def _barred(case: Case, actor: Actor) -> bool:
    """Whether somebody who stands in for the mediator may not mediate this very case themselves."""
    if actor.stands_for is None:
        return False
    mine = actor.own_ids
    used_up = not mine.isdisjoint((*case.former_mediators, *case.recused))
    return used_up or any(party.staff in mine or not mine.isdisjoint(party.kin) for party in case.parties)


def acts_for(role: Role, tier: UnitTier, *, leader: bool) -> bool:
    """Whether the role acts for a lead unit of this tier: an officer for a department, dispatcher or director for a centre."""
    if tier is not UnitTier.ONE:
        return role in {Role.OFFICER, Role.MEDIATOR}
    return role in {Role.DISPATCHER, Role.DIRECTOR} or (leader and role is Role.LEADER)
