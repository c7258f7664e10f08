"""Where affairs stand in the console (事务页面): the pages that all kinds share, those of a kind alone, and what it adds to a shared one.

Inbox, lists and links ask here, so a kind that brings pages of its own adds a line to `OWN`, and one that adds a section to the shared
page a line to `MORE` and a template `affair/more/<kind>.html`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.party import Actor
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from service.affairs.shown import AffairFile, AffairShown
from service.errors import UnknownAffair
from web.console.caller import Caller


@dataclass(frozen=True, slots=True)
class Own:
    """Pages that a kind has of its own; None = the shared one."""

    one: str | None = None
    """The beginning of the address of one, before its code."""
    new: str | None = None
    """The page that begins one."""
    acts: frozenset[str] = frozenset()
    """Actions whose forms stand there alone: what they are chosen from is known there."""


OWN: Mapping[str, Own] = {
    "dispute": Own(one="/cases/", new="/cases/new"),
    "whistle": Own(one="/whistles/", new="/whistles/new"),
    "round": Own(one="/rounds/"),
    "sheet": Own(one="/sheets/"),
    "watch": Own(one="/watches/", new="/watches/new", acts=frozenset({"strike", "settle"})),
    "team": Own(one="/teams/", acts=frozenset({"seat", "unseat", "join", "leave", "plan", "hold", "call_off", "group"})),
    "handover": Own(one="/handovers/", new="/handovers/new", acts=frozenset({"redirect"})),
}
"""By kind; cases stand here for links that may lead to either."""

MORE: Mapping[str, Callable[[Caller, AffairFile], Awaitable[Mapping[str, Any]]]] = {}
"""By kind: what its section on the shared page is given, beside the affair itself."""


async def of_kind(who: Caller, code: str, kind: Kind) -> str:
    """Return the id of an affair of a kind that this person may see. Raises UnknownAffair, also for one of another kind."""
    row = await who.affair_reader.row(who.actor, code)
    if row.kind != kind.name:
        raise UnknownAffair(code)
    return row.affair_id


def owed_by(me: Actor, found: AffairShown) -> frozenset[str]:
    """Return the actions that a post owes in an affair."""
    mine = (duty for duty in found.duties if duty.role is me.role and duty.unit in {None, me.unit} and duty.person in {None, me.holder})
    return frozenset(duty.act for duty in mine)


def kind_name(who: Caller, name: str) -> str:
    """Return what a kind is called, that of cases too."""
    kind = KINDS.get(name)
    return who.words.pick(kind.zh, kind.en) if kind is not None else who.words.message("案件")


def address(kind: str, code: str) -> str:
    """Return the address of an affair, or of a case."""
    return f"{OWN.get(kind, SHARED).one or '/affairs/'}{code}"


def begins(kind: str) -> str:
    """Return the address of the page that begins one of a kind."""
    return OWN.get(kind, SHARED).new or f"/affairs/new/{kind}"


def elsewhere(kind: str) -> frozenset[str]:
    """Return the actions of a kind whose forms stand on its own page alone."""
    return OWN.get(kind, SHARED).acts


SHARED = Own()
"""A kind that has no pages of its own."""
