"""Absences (离岗) and who stands in (代班): declared, ended early, listed. By whom and for whom: `rules/standins.py`.

An absence begins and ends by its dates; `service/entry/identity.py` and assignment look at them each time. Nothing has to be undone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from models.account import AbsenceReason, Identity, StandIn, StandInProblem
from models.account_log import AccountAct, AccountEntry, Doer
from models.network import Network
from models.staff import Staff
from rules.standins import may_arrange, may_stand_in
from service.errors import AccountRefused
from service.office import Office
from store.entry.absences import AbsenceShelf

LONGEST = timedelta(days=366)
"""The longest absence, and how far ahead one is declared."""


class Absences:
    """The absences of an office, as one person arranges them."""

    def __init__(self, office: Office, by: Identity) -> None:
        self._office = office
        self._by = by
        self._shelf = AbsenceShelf(office.store)

    @property
    def today(self) -> date:
        """The day it is in this place."""
        return self._office.bundle.cal.local_date(self._office.now())

    @property
    def _network(self) -> Network:
        return self._office.bundle.network

    async def own(self) -> list[StandIn]:
        """Return the absences of one's own posts that are not over, the earliest first."""
        mine = set(self._by.posts)
        return [one for one in await self._shelf.not_over(self.today) if one.absent in mine]

    async def standing_in(self) -> list[StandIn]:
        """Return the absences, running or to come, in which one stands in."""
        mine = set(self._by.posts)
        return [one for one in await self._shelf.not_over(self.today) if one.stand_in in mine]

    async def arranged(self) -> list[StandIn]:
        """Return the absences, running or to come, of everybody whose absences one may arrange."""
        ids = {person.id for person in await self.people()}
        return [one for one in await self._shelf.not_over(self.today) if one.absent in ids]

    async def people(self) -> list[Staff]:
        """Return whose absences one may arrange, by id."""
        return [person for person in await self._office.roll.all() if may_arrange(self._by.actor, person, self._network)]

    async def candidates(self, absent: str) -> list[Staff]:
        """Return who may stand in for a post, those of its own unit first; nobody where one may not arrange its absence."""
        people = await self._office.roll.all()
        away = next((person for person in people if person.id == absent), None)
        if away is None or not may_arrange(self._by.actor, away, self._network):
            return []
        found = [one for one in people if may_stand_in(away, one, self._network) is None and not self._same(absent, one.id)]
        return sorted(found, key=lambda one: (one.unit != away.unit, one.unit, one.id))

    async def declare(self, since: date, until: date, reason: AbsenceReason, stand_ins: Mapping[str, str | None]) -> list[StandIn]:
        """Declare posts absent from a day to a day, each with its stand-in or without: all of them or none. Raises AccountRefused."""
        if until < since or since < self.today or until > self.today + LONGEST or not stand_ins:
            raise AccountRefused(StandInProblem.DATES)
        made = [await self._one(absent, stand_in, since, until, reason) for absent, stand_in in stand_ins.items()]
        now, by = self._office.now(), Doer.of(self._by)
        entries = [AccountEntry.of(now, by, AccountAct.ABSENCE_DECLARED, one.absent, _told(one)) for one in made]
        await self._shelf.add(made, now, entries)
        return made

    async def end(self, absence_id: str) -> None:
        """End an absence before its date. Raises AccountRefused."""
        found = await self._shelf.get(absence_id)
        absent = await self._office.roll.staff(found.absent) if found is not None else None
        if found is None or absent is None:
            raise AccountRefused(StandInProblem.UNKNOWN)
        if not may_arrange(self._by.actor, absent, self._network):
            raise AccountRefused(StandInProblem.NOT_ALLOWED)
        now = self._office.now()
        entry = AccountEntry.of(now, Doer.of(self._by), AccountAct.ABSENCE_ENDED, found.absent, _told(found))
        if found.until < self.today or not await self._shelf.end(absence_id, now, entry):
            raise AccountRefused(StandInProblem.UNKNOWN)

    async def _one(self, absent_id: str, stand_in_id: str | None, since: date, until: date, reason: AbsenceReason) -> StandIn:
        absent = await self._office.roll.staff(absent_id)
        if absent is None:
            raise AccountRefused(StandInProblem.UNKNOWN_PERSON)
        if not may_arrange(self._by.actor, absent, self._network):
            raise AccountRefused(StandInProblem.NOT_ALLOWED)
        if any(absence.since <= until and since <= absence.until for absence in absent.absences):
            raise AccountRefused(StandInProblem.DATES)
        if stand_in_id is not None:
            await self._fits(absent, stand_in_id, since, until)
        return StandIn(
            id=str(uuid.uuid4()),
            absent=absent.id,
            stand_in=stand_in_id,
            since=since,
            until=until,
            reason=reason,
            by=self._by.actor.person,
        )

    async def _fits(self, absent: Staff, stand_in_id: str, since: date, until: date) -> None:
        """Refuse somebody who can't stand in on these days."""
        stand_in = await self._office.roll.staff(stand_in_id)
        if stand_in is None:
            raise AccountRefused(StandInProblem.UNKNOWN_PERSON)
        problem = StandInProblem.SAME_PERSON if self._same(absent.id, stand_in_id) else may_stand_in(absent, stand_in, self._network)
        if problem is not None:
            raise AccountRefused(problem)
        if any(absence.since <= until and since <= absence.until for absence in stand_in.absences):
            raise AccountRefused(StandInProblem.AWAY)

    def _same(self, absent: str, other: str) -> bool:
        """Whether two posts are known to be one person's: one's own."""
        return absent in self._mine and other in self._mine

    @property
    def _mine(self) -> Sequence[str]:
        return (self._by.actor.person, *self._by.actor.also, *self._by.posts)


def _told(one: StandIn) -> str:
    """Return an absence as the account log has it: first and last day, why, and who stands in."""
    return " ".join((str(one.since), str(one.until), one.reason, one.stand_in or "-"))
