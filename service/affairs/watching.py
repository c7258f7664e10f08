"""Watches (预警) as a desk works with them: lists by grade, one with the account of its grade, and what a signal may be about.

A grade stands only where the reader's sight has it: who merely has to go there sees that there is somewhere to go, and nothing of why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.affair.household import Household
from models.affair.watch.book import WatchBook
from models.affair.watch.state import SubjectKind, Watch
from models.party import Actor
from models.refusal import RefusalCode
from models.words import TIERS, Role, Tier
from rules.affair.sight import affair_sight
from rules.authority import CENTRE
from rules.household.kind import HOUSEHOLD
from rules.visibility import Group
from rules.watch.account import Account, Next, account, outlook
from rules.watch.kind import WATCH
from service.affairs.desk import Affairs
from service.affairs.listing import listed
from service.affairs.reading import AffairReader
from service.affairs.shown import AffairFile
from service.errors import refuse
from service.office import Office
from service.shown import AffairListed
from service.sighted import Sighted
from store.affairs.lists import AffairFilter, AffairRow
from store.desk.lists import OwedFilter

GRADED = CENTRE | {Role.POLICE, Role.AUDITOR}
"""Roles that may have the grade of any watch in sight; others have no list by grade."""

NEAR = 8
"""Subjects of each kind that are offered for a signal."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a watch is about, without a name: its kind, and the number of a household or a spot."""

    of: SubjectKind
    number: str | None


@dataclass(frozen=True, slots=True)
class Watched:
    """One watch of a list. Grade, last signal and what comes next are None and empty where they may not be seen."""

    affair: AffairListed
    subject: Subject
    owes_visit: bool
    grade: Tier | None = None
    last: datetime | None = None
    """When the newest signal happened."""
    nexts: tuple[Next, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchPage:
    """A page of a list; `next` is the cursor of the page behind it."""

    rows: tuple[Watched, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class WatchFile:
    """One watch with its story, the account of its grade where that may be seen, and what comes next."""

    file: AffairFile
    subject: Subject
    owes_visit: bool
    account: Account | None
    last: datetime | None
    nexts: tuple[Next, ...]
    grade: Tier | None


@dataclass(frozen=True, slots=True)
class Near:
    """What a signal may be about: a watch that runs, or the file of a household, by its code."""

    code: str
    kind: str
    subject: Subject
    place_name: str | None


class Watching(Sighted):
    """Use cases over one office."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._affairs = Affairs(office)
        self._reader = AffairReader(office)

    def book(self) -> WatchBook | None:
        """Return the book in force; None where the place has no early warning."""
        docs = self._office.affair_docs(WATCH.name)
        return None if docs is None else self._office.library.book(docs.book, WatchBook)

    async def page(self, actor: Actor, grade: Tier | None = None, *, after: str | None = None, limit: int = 50) -> WatchPage:
        """Return a page of the running watches somebody may see, of one grade or of all. ValueError for a cursor that is not ours.

        Refused `not_allowed` where a role without grades asks for one: that a watch stands in such a list would say it.
        """
        if grade is not None and actor.role not in GRADED:
            raise refuse(RefusalCode.NOT_ALLOWED)
        wanted = AffairFilter(kinds=(WATCH.name,), ended=False, key=None if grade is None else ("grade", str(grade)))
        page = await self._office.affair_queries.page(await self.eyes(actor), wanted, self._office.now(), after=after, limit=limit)
        rows = await self._rows(actor, page.rows)
        return WatchPage(tuple(row for row in rows if grade is None or row.grade is grade), page.next)

    async def counts(self, actor: Actor) -> dict[Tier, int]:
        """Return how many running watches there are of each grade, red first; nothing for a role without grades."""
        if actor.role not in GRADED:
            return {}
        eyes, now = await self.eyes(actor), self._office.now()
        found: dict[Tier, int] = {}
        for tier in reversed(TIERS):
            wanted = AffairFilter(kinds=(WATCH.name,), ended=False, key=("grade", str(tier)))
            kinds = await self._office.affair_queries.counts(eyes, wanted, now)
            found[tier] = sum(kinds.get(WATCH.name, {}).values())
        return found

    async def file(self, actor: Actor, code: str) -> WatchFile:
        """Return one watch, and log the look. Raises as `AffairReader.look`."""
        looked = await self._reader.look(actor, code, "affair", of=WATCH)
        watch: Watch = looked.affair
        sees = looked.seen.sees(Group.RISK)
        return WatchFile(
            file=await self._reader.told(actor, looked, story=True),
            subject=_subject(watch),
            owes_visit=watch.owes_visit,
            account=account(watch, looked.bundle, self._office.now()) if sees else None,
            last=watch.moments.get("signalled") if sees else None,
            nexts=outlook(watch, looked.bundle) if sees else (),
            grade=watch.grade if sees else None,
        )

    async def near(self, actor: Actor) -> tuple[Near, ...]:
        """Return what somebody most likely has seen something of: watches in sight, and households whose files ask for a visit."""
        eyes, now = await self.eyes(actor), self._office.now()
        wanted = AffairFilter(kinds=(WATCH.name,), ended=False)
        rows = list((await self._office.affair_queries.page(eyes, wanted, now, limit=NEAR)).rows)
        owed = await self._office.affair_queries.owed(self._holder(actor), eyes, OwedFilter(kind=HOUSEHOLD.name), limit=NEAR)
        rows += {one.affair.affair_id: one.affair for one in owed}.values()
        states = await self._office.affairs.load_many([row.affair_id for row in rows])
        return tuple(self._near(row, states[row.affair_id]) for row in rows)

    async def about(self, actor: Actor, code: str) -> tuple[str, dict[str, Any] | None]:
        """Return the id of an affair that a signal is about, and its subject where it is no watch itself.

        Raises UnknownAffair; Refused `invalid` for an affair that nothing is watched of.
        """
        row = await self._reader.row(actor, code)
        if row.kind == WATCH.name:
            return row.affair_id, None
        if row.kind != HOUSEHOLD.name:
            raise refuse(RefusalCode.INVALID, "subject")
        household = await self._affairs.load(row.affair_id)
        return row.affair_id, {"of": str(SubjectKind.HOUSEHOLD), "place": household.place, "number": household.number}

    def _near(self, row: AffairRow, state: str) -> Near:
        shown, kind = listed(row, self._network), row.kind
        if kind == WATCH.name:
            return Near(row.code, kind, _subject(Watch.model_validate_json(state)), shown.place_name)
        number = Household.model_validate_json(state).number
        return Near(row.code, kind, Subject(SubjectKind.HOUSEHOLD, number), shown.place_name)

    async def _rows(self, actor: Actor, rows: tuple[AffairRow, ...]) -> list[Watched]:
        states = await self._office.affairs.load_many([row.affair_id for row in rows])
        return [await self._row(actor, row, Watch.model_validate_json(states[row.affair_id])) for row in rows]

    async def _row(self, actor: Actor, row: AffairRow, watch: Watch) -> Watched:
        bundle = await self._affairs.bundle(watch)
        sees = affair_sight(WATCH, watch, actor, bundle, None).sees(Group.RISK)
        if not sees and actor.role in GRADED:
            opener = await self._office.affairs.opener(watch.id)
            sees = affair_sight(WATCH, watch, actor, bundle, opener).sees(Group.RISK)
        plain = Watched(listed(row, self._network), _subject(watch), watch.owes_visit)
        if not sees:
            return plain
        last = watch.moments.get("signalled")
        return replace(plain, grade=watch.grade, last=last, nexts=outlook(watch, bundle))


def _subject(watch: Watch) -> Subject:
    assert watch.subject is not None  # noqa: S101 - the first event of a watch names it
    return Subject(watch.subject.of, watch.subject.number)
