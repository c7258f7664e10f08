"""What somebody is shown of an affair that their eyes may rest on (事务可见范围), as a table: role × standing → groups of fields.

Who reaches an affair at all is decided by its access (`Kind.access`) and `rules/visibility.py`; here is how much of it they read.
A kind refines it: `Kind.shows` takes away from a role, `Kind.groups` says which of its fields belong to which group. Nothing widens
what stands here: whoever is to read more has to work on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.party import Actor
from models.words import Role
from rules.affair.clocks import duties
from rules.affair.kind import AffairBundle, Kind
from rules.affair.views import beside
from rules.authority import CENTRE
from rules.obligations import owes
from rules.visibility import NUMBERS, REACH, Group, Show, Sight

R = Role


class AffairStanding(StrEnum):
    """How somebody stands to an affair when it is looked at."""

    BEGAN = "began"  # has begun it
    WORKS = "works"  # of a unit that works on it or owes something, or is named for it in person
    CENTRE = "centre"  # of the centre in charge
    COUNTY = "county"  # of the county's centre, while a town's is in charge
    REACHES = "reaches"  # nothing of these, but it lies in their town, place or unit


FULL, MASKED = Show.FULL, Show.MASKED

_WAY = {Group.WAY: FULL, Group.KIND: FULL, Group.PLACE: FULL, Group.STAFF: FULL}
_BASE = {**_WAY, Group.NAMES: MASKED}
_WORDS = {Group.SUMMARY: FULL, Group.RISK: FULL, Group.SIZE: FULL, Group.NAMES: FULL}
_WHO = {Group.PHONES: FULL, Group.ADDRESSES: FULL, Group.NUMBERS: MASKED, Group.PROTECTION: FULL}
_WHO_MASKED = {Group.PHONES: MASKED, Group.ADDRESSES: MASKED, Group.NUMBERS: MASKED}

HANDS = frozenset({*CENTRE, R.MEDIATOR, R.OFFICER, R.GRID, R.POLICE, R.DOCTOR, R.STEWARD, R.VOLUNTEER})
"""Who may have an affair in hand."""

EYES = frozenset(REACH)
"""Whose eyes reach anything: neither the analyst, who has numbers alone, nor the administrators, nor a citizen without a proof."""


@dataclass(frozen=True, slots=True)
class AffairGrant:
    """One row: what these roles are shown in this standing."""

    roles: frozenset[Role]
    standing: AffairStanding
    shows: Mapping[Group, Show]
    ended: bool = False
    """Only once it has ended."""


GRANTS: tuple[AffairGrant, ...] = (
    AffairGrant(EYES - {R.ADVISER}, AffairStanding.REACHES, _BASE),
    AffairGrant(frozenset({R.ADVISER}), AffairStanding.REACHES, {Group.WAY: FULL, Group.KIND: FULL}),
    AffairGrant(HANDS, AffairStanding.BEGAN, {**_WORDS, **_WHO}),
    AffairGrant(HANDS, AffairStanding.WORKS, {**_WORDS, **_WHO}),
    AffairGrant(CENTRE, AffairStanding.CENTRE, {**_WORDS, **_WHO}),
    AffairGrant(CENTRE, AffairStanding.COUNTY, {Group.SUMMARY: MASKED, Group.RISK: FULL, Group.SIZE: FULL, Group.PROTECTION: FULL}),
    AffairGrant(frozenset({R.ADVISER}), AffairStanding.WORKS, {Group.SUMMARY: MASKED}),
    AffairGrant(frozenset({R.AUDITOR}), AffairStanding.REACHES, {**_WORDS, **_WHO_MASKED}),
    AffairGrant(frozenset({R.ARCHIVIST}), AffairStanding.REACHES, {**_WORDS, **_WHO_MASKED}, ended=True),
)
"""Everything that is shown of affairs stands in one of these rows; rows that hold at once add up."""

FOR_FIGURES = frozenset(NUMBERS) - EYES
"""Who sees nothing but numbers."""


def standings(kind: Kind, affair: Any, actor: Actor, bundle: AffairBundle, opener: str | None) -> frozenset[AffairStanding]:
    """Return how somebody stands to an affair that their eyes reach."""
    network, found = bundle.network, {AffairStanding.REACHES}
    centre = network.centre(affair.town)
    if opener is not None and opener in actor.own_ids:
        found.add(AffairStanding.BEGAN)
    if actor.unit == centre:
        found.add(AffairStanding.CENTRE)
    elif actor.unit == network.county_centre:
        found.add(AffairStanding.COUNTY)
    elif _works(actor, beside(kind, affair, bundle).access):
        found.add(AffairStanding.WORKS)
    if in_hand(kind, affair, actor, bundle):
        found.add(AffairStanding.WORKS)
    return frozenset(found)


def _works(actor: Actor, access: Iterable[tuple[str, str]]) -> bool:
    """Whether one's unit or oneself is named among those it is open to; the centres are, too, and are asked before."""
    mine = {("unit", actor.unit), ("task", actor.unit), ("person", actor.holder)}
    return not mine.isdisjoint(access)


def in_hand(kind: Kind, affair: Any, actor: Actor, bundle: AffairBundle) -> bool:
    """Whether somebody owes something in it now."""
    return any(owes(duty, affair.town, actor, bundle.network) for duty in duties(kind, affair, bundle))


def affair_sight(kind: Kind, affair: Any, actor: Actor, bundle: AffairBundle, opener: str | None) -> Sight:
    """Return what somebody is shown of an affair that their eyes reach."""
    stands = standings(kind, affair, actor, bundle, opener)
    shows: dict[Group, Show] = {}
    for grant in GRANTS:
        if actor.role in grant.roles and grant.standing in stands and (affair.ended or not grant.ended):
            for group, show in grant.shows.items():
                shows[group] = max(show, shows.get(group, Show.HIDDEN))
    most = kind.shows.get(actor.role)
    if most is not None:
        shows = {group: min(show, most.get(group, Show.HIDDEN)) for group, show in shows.items()}
    return Sight(shows)


def named_to(kind: Kind, role: Role, happening: str) -> bool:
    """Whether a role may hear a happening by its name where nothing else is known of the affair.

    Some happenings belong to a group (`Kind.groups`) and stand in the story of who is shown that group. Here one who might not be is
    not told, whatever their standing.
    """
    group = kind.groups.get(happening)
    if group is None:
        return True
    most = kind.shows.get(role)
    if most is not None and most.get(group, Show.HIDDEN) is Show.HIDDEN:
        return False
    return any(role in grant.roles and not grant.ended and group in grant.shows for grant in GRANTS)
