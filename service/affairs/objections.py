"""Objections of people who are watched (预警申诉), made by themselves: found by their case, told no signal and no score.

A party is watched where its pair is, or its household. It is told that it is, since when the watch has been there and until when the label
lasts; whoever entered signals is protected, so it learns nothing of them.
"""

from __future__ import annotations

from datetime import datetime

from models.affair.record import AffairReceiptOut
from models.affair.watch.state import Watch
from models.base import Model
from models.case import Case
from models.citizen import CitizenSession
from models.party import Party
from models.words import Tier
from service.affairs.desk import Affairs
from service.cases import Cases
from service.entry.people import citizen
from service.errors import UnknownAffair
from service.office import Office
from store.affairs.lists import AffairFilter
from store.desk.lists import Eyes

EVERYTHING = Eyes(everything=True)


class WatchedSince(Model):
    """What somebody is told of a watch about them."""

    code: str
    since: datetime
    label_until: datetime | None
    """None where there is no label."""
    objected_at: datetime | None
    decided_by: datetime | None
    """By when their objection is decided."""


class Objections:
    """The use cases of a party that is watched."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        self._office = office
        self._cases = cases or Cases(office)
        self._affairs = Affairs(office)

    async def of(self, session: CitizenSession) -> tuple[WatchedSince, ...]:
        """Return the watches that are about this party now."""
        party = (await self._case(session)).party(session.party)
        return tuple([_told(watch, party) for watch in await self._watches(session)])

    async def object(self, session: CitizenSession, code: str, text: str, *, action_id: str | None = None) -> AffairReceiptOut:
        """Object to a watch about oneself. Raises UnknownAffair, also for one about others; Refused, Unavailable."""
        watch = next((one for one in await self._watches(session) if one.code == code), None)
        party = (await self._case(session)).party(session.party)
        if watch is None or party is None:
            raise UnknownAffair(code)
        persons = {"person": party.person} if party.person is not None else {}
        return await self._affairs.act(watch.id, "object", {"text": text}, citizen(session.party), action_id=action_id, persons=persons)

    async def _watches(self, session: CitizenSession) -> list[Watch]:
        case = await self._case(session)
        party, found = case.party(session.party), dict[str, Watch]()
        keys = [("watched", party.person)] if party is not None and party.person is not None else []
        if party is not None and party.household is not None and case.place is not None:
            keys.append(("household", f"{case.place}:{party.household}"))
        for key in keys:
            wanted = AffairFilter(kinds=("watch",), key=key, ended=False)
            page = await self._office.affair_queries.page(EVERYTHING, wanted, self._office.now())
            for row in page.rows:
                found[row.affair_id] = await self._affairs.load(row.affair_id)
        return list(found.values())

    async def _case(self, session: CitizenSession) -> Case:
        return await self._cases.load(session.case_id)


def _told(watch: Watch, party: Party | None) -> WatchedSince:
    person = party.person if party is not None else None
    own = next((one for one in watch.objections if one.person is not None and one.person == person), None)
    clock = watch.clocks.get(f"objection:{own.id}") if own is not None else None
    label = watch.clocks.get("label") if watch.grade is not Tier.BLUE else None
    return WatchedSince(
        code=watch.code or watch.id,
        since=watch.moments["begun"],
        label_until=label.due.at if label is not None and label.due is not None else None,
        objected_at=own.at if own is not None else None,
        decided_by=clock.due.at if clock is not None and clock.due is not None else None,
    )
