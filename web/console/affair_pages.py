"""Where affairs stand in the console (事务页面): the pages that all kinds share, those of a kind alone, and what it adds to a shared one.

Inbox, lists and links ask here, so a kind that brings pages of its own adds a line to `OWN`, and one that adds a section to the shared
page a line to `MORE` and a template `affair/more/<kind>.html`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.obligations import owes
from service.affairs.reading import AffairRow
from service.affairs.shown import AffairFile, AffairShown
from service.errors import UnknownAffair
from service.shown import CaseShown
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
    owed: frozenset[str] | None = None
    """What is done on the page of one, out of what may be owed; None = all of it. The rest is done on the shared page."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """Pages for one thing that may be owed: the action, and the beginning of the address before the code."""


OWN: Mapping[str, Own] = {
    "dispute": Own(one="/cases/", new="/cases/new"),
    "whistle": Own(one="/whistles/", new="/whistles/new"),
    "round": Own(one="/rounds/", owed=frozenset({"start", "pause", "resume", "oversee"})),
    "sheet": Own(one="/sheets/", owed=frozenset({"visit"})),
    "watch": Own(one="/watches/", new="/watches/new", acts=frozenset({"strike", "settle"})),
    "team": Own(
        one="/teams/",
        acts=frozenset({"seat", "unseat", "join", "leave", "plan", "hold", "call_off", "group"}),
        forms={"roster": "/teams/weeks/"},
    ),
    "handover": Own(one="/handovers/", new="/handovers/new", acts=frozenset({"redirect"})),
    "dwelling": Own(one="/dwellings/", new="/dwellings/new", owed=frozenset({"inspect", "confirm", "end_lease"})),
    "household": Own(new="/households/new", forms={"visit": "/households/visits/"}),
    "order": Own(new="/orders/catalogue"),
}
"""By kind; cases stand here for links that may lead to either."""

MORE: Mapping[str, Callable[[Caller, AffairFile], Awaitable[Mapping[str, Any]]]] = {}
"""By kind: what its section on the shared page is given, beside the affair itself."""


async def of_kind(who: Caller, code: str, kind: Kind) -> AffairRow:
    """Return the row of an affair of a kind that this person may see. Raises UnknownAffair, also for one of another kind."""
    row = await who.affair_reader.row(who.actor, code)
    if row.kind != kind.name:
        raise UnknownAffair(code)
    return row


def owed_by(who: Caller, found: AffairShown | CaseShown) -> frozenset[str]:
    """Return the actions that whoever looks owes in an affair, or in a case: what stands in their inbox."""
    network = who.office.bundle.network
    return frozenset(duty.act for duty in found.duties if owes(duty, found.town, who.actor, network))


def kind_name(who: Caller, name: str) -> str:
    """Return what a kind is called, that of cases too."""
    kind = KINDS.get(name)
    return who.words.pick(kind.zh, kind.en) if kind is not None else who.words.message("案件")


def address(kind: str, code: str) -> str:
    """Return the address of an affair, or of a case."""
    return own_page(kind, code) or f"/affairs/{code}"


def own_page(kind: str, code: str) -> str | None:
    """Return the address of the page that a kind alone has for one of its affairs; None where there is only the shared one."""
    own = OWN.get(kind, SHARED).one
    return f"{own}{code}" if own is not None else None


def duty_at(kind: str, code: str, act: str) -> str:
    """Return where what is owed is done: on the page of the kind where it has a form for it, else on the shared one."""
    own = OWN.get(kind, SHARED)
    if act in own.forms:
        return f"{own.forms[act]}{code}"
    there = own.one is not None and (own.owed is None or act in own.owed)
    return f"{address(kind, code) if there else f'/affairs/{code}'}#do-{act}"


def begins(kind: str) -> str:
    """Return the address of the page that begins one of a kind."""
    return OWN.get(kind, SHARED).new or f"/affairs/new/{kind}"


def elsewhere(kind: str) -> frozenset[str]:
    """Return the actions of a kind whose forms stand on its own page alone."""
    return OWN.get(kind, SHARED).acts


SHARED = Own()
"""A kind that has no pages of its own."""
