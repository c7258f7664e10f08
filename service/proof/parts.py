"""The parts of a bundle (证据包内容): one case or one affair each, as far as the person who asks may take it out of the house.

Only who is told every event of a record in full gets it: a chain can't leave one out. Each part is a look in the access log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.anchor import AFFAIR
from models.case import Case
from models.event import Event
from models.party import Actor
from models.record import Line
from models.refusal import RefusalCode
from rules.chain import GENESIS
from rules.library import Bundle as Rules
from rules.telling import told_to, words
from rules.visibility import Group, Sight
from service.affairs.reading import AffairReader, Looked
from service.affairs.showing import TEXT
from service.errors import refuse
from service.office import Office
from service.reading import Reader
from service.showing import Showing

OF_ALL = frozenset({Group.WAY, Group.KIND, Group.RISK, Group.PLACE, Group.SIZE, Group.STAFF})
"""What stands in the events of every record in clear: whoever does not see all of it in full gets no bundle of it."""

OF_CASES = OF_ALL | {Group.VISITS}

SEALED = frozenset({Group.SUMMARY, Group.NAMES, Group.PHONES, Group.NUMBERS, Group.ADDRESSES})
"""What stands in events by reference alone."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One record on its way into a bundle."""

    id: str
    folder: str
    """Where its files lie: `cases/CODE`, `affairs/CODE`."""
    leaf: str
    """What anchors call it."""
    entry: Record
    """Its line in the manifest."""
    lines: Sequence[Line]
    words: Mapping[str, int]
    """The references to words that this person reads in full, with the event each stands in."""
    refs: int
    """How many references there are."""
    persons: list[Record]
    """Whom it names, as this person sees them; empty where no words were asked for."""

    @property
    def of_affair(self) -> bool:
        """Whether it is an affair."""
        return self.leaf != self.id


class Parts:
    """Takes parts for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._affairs = AffairReader(office)

    async def take(self, actor: Actor, code: str, purpose: str, *, with_words: bool) -> Part:
        """Return the case or the affair of a code. Raises UnknownCase, UnknownAffair, Refused, StoreAway."""
        of_case = await self._office.records.find(code) is not None
        if not of_case and code.isprintable() and await self._office.affairs.find(code) is not None:
            return await self._affair(actor, code, purpose, with_words=with_words)
        return await self._case(actor, code, purpose, with_words=with_words)

    async def _case(self, actor: Actor, code: str, purpose: str, *, with_words: bool) -> Part:
        case, rules, seen = await self._reader.look(actor, code, "bundle", purpose)
        lines = await self._office.records.lines(case.id)
        events = [Event.model_validate_json(line.body) for line in lines]
        if not all(seen.full(group) for group in OF_CASES) or not all(told_to(event, seen) for event in events):
            raise refuse(RefusalCode.NOT_ALLOWED)
        sealed = [line.seq for line in lines if line.type == "archived"]
        said = [(group, ref, event.seq) for event in events for group, refs in words(event).values() for ref in refs]
        return Part(
            id=case.id,
            folder=f"cases/{case.code}",
            leaf=case.id,
            entry={"case_id": case.id, "sealed": sealed[-1] if sealed else None, **_entry(case.code or "", lines)},
            lines=lines,
            words={ref: seq for group, ref, seq in said if seen.full(group)},
            refs=len({ref for _, ref, _ in said}),
            persons=await self._persons(actor, case, rules, seen) if with_words else [],
        )

    async def _affair(self, actor: Actor, code: str, purpose: str, *, with_words: bool) -> Part:
        looked = await self._affairs.look(actor, code, "bundle", purpose)
        affair, seen = looked.affair, looked.seen
        lines = await self._office.affairs.lines(affair.id)
        await self._may_leave(actor, looked, lines)
        events = [looked.kind.event.model_validate_json(line.body) for line in lines]
        said = [(groups, ref, one.seq) for one in events for groups, ref in _texts(one.what.model_dump(mode="json"), looked.kind.groups)]
        return Part(
            id=affair.id,
            folder=f"affairs/{affair.code}",
            leaf=AFFAIR + affair.id,
            entry={"affair_id": affair.id, "kind": affair.kind, **_entry(affair.code, lines)},
            lines=lines,
            words={ref: seq for groups, ref, seq in said if all(seen.full(group) for group in groups)},
            refs=len({ref for _, ref, _ in said}),
            persons=await self._affairs.showing(actor, looked).persons() if with_words else [],
        )

    async def _may_leave(self, actor: Actor, looked: Looked, lines: Sequence[Line]) -> None:
        """Refuse an affair of which this person is not told everything: an event, a field, or a record it is linked with."""
        groups, seen = looked.kind.groups, looked.seen
        told = all(line.type not in groups or seen.sees(groups[line.type]) for line in lines)
        in_clear = (OF_ALL | set(groups.values())) - SEALED
        linked = {link.id for link in looked.affair.links} <= await self._affairs.reached(actor, looked.affair)
        if not told or not linked or not all(seen.full(group) for group in in_clear):
            raise refuse(RefusalCode.NOT_ALLOWED)

    async def _persons(self, actor: Actor, case: Case, rules: Rules, seen: Sight) -> list[Record]:
        """Return the parties as this person sees them: masked where they are masked."""
        shown = await Showing(self._office, actor, case, rules, seen).whole()
        names = ("id", "side", "name", "phone", "id_number", "address")
        return [{**party.model_dump(mode="json", include=set(names)), "masked": list(shown.masked)} for party in shown.parties]


def _entry(code: str, lines: Sequence[Line]) -> Record:
    return {"code": code, "events": len(lines), "head": lines[-1].hash if lines else GENESIS}


def _texts(value: Any, groups: Mapping[str, Group], within: frozenset[Group] = frozenset({Group.SUMMARY})) -> Iterator[tuple[Any, str]]:
    """The references to words in what an event says, each with the groups that who reads it must see in full."""
    if isinstance(value, str):
        if value.startswith(TEXT):
            yield within, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(one, groups, within | {groups[name]} if name in groups else within)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, groups, within)
