"""Rosters of teams (值班表) as a desk works with them: which teams have whom on duty, and one team's roster day by day.

Nobody's shifts are counted and nobody is ranked (domain 10): what is counted are days with enough people, and days without.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count

from models.affair.team import Team
from models.affair.team_book import RosterRule, TeamBook, TeamSort
from models.calendar import OfficeHours
from models.party import Actor
from models.refusal import RefusalCode
from models.staff import Staff
from rules.affair.kind import AffairBundle
from rules.labels import Both
from rules.team.actions import sort_of
from rules.team.kind import SHOWN_GAPS, TEAM
from rules.team.roster import OnDuty, agreed, gaps, seated, short, stretch
from service.affairs.desk import Affairs
from service.affairs.listing import listed
from service.affairs.reading import AffairReader
from service.affairs.shown import AffairFile
from service.errors import Refused
from service.office import Office
from service.shown import AffairListed
from service.sighted import Sighted
from store.affairs.lists import AffairFilter, AffairRow


@dataclass(frozen=True, slots=True)
class TeamListed:
    """One team of a list: whether today and the days to come have enough people. `today` is None where it keeps no roster."""

    affair: AffairListed
    sort: TeamSort
    unit: str | None
    number: int
    today: OnDuty | None
    gaps: tuple[date, ...]
    vacant: tuple[Both, ...]
    """What the roles are called of which there are fewer than the team's least."""


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A page of teams; `next` is the cursor of the page behind it."""

    rows: tuple[TeamListed, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class RosterFile:
    """One team with a stretch of its roster; no days for a kind of team without one."""

    file: AffairFile
    team: Team
    book: TeamBook
    sort: TeamSort
    rule: RosterRule | None
    hours: tuple[OfficeHours, ...]
    days: tuple[OnDuty, ...]
    gaps: tuple[date, ...]
    """Days without enough people among the next fourteen."""
    seated: frozenset[str]
    vacant: tuple[str, ...]
    """Roles that are short of people."""


@dataclass(frozen=True, slots=True)
class DayWish:
    """Who is to be on duty on a day, by seats, and who was when that was decided."""

    day: date
    seen: tuple[str, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of wishes: days that were written, and days that were refused with the reason."""

    days: tuple[date, ...]
    refused: dict[date, Refused]


class Rosters(Sighted):
    """Use cases over one office."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._affairs = Affairs(office)
        self._reader = AffairReader(office)

    @property
    def _today(self) -> date:
        return self._office.bundle.cal.local_date(self._office.now())

    async def page(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> TeamPage:
        """Return a page of the teams somebody may see. ValueError for a cursor that is not ours."""
        wanted = AffairFilter(kinds=(TEAM.name,), ended=False)
        page = await self._office.affair_queries.page(await self.eyes(actor), wanted, self._office.now(), after=after, limit=limit)
        states = await self._office.affairs.load_many([row.affair_id for row in page.rows])
        return TeamPage(tuple([await self._row(row, Team.model_validate_json(states[row.affair_id])) for row in page.rows]), page.next)

    async def file(self, actor: Actor, code: str, first: date, days: int) -> RosterFile:
        """Return one team and who is on duty in a stretch of days, and log the look. Raises as `AffairReader.look`."""
        looked = await self._reader.look(actor, code, "affair", of=TEAM)
        team: Team = looked.affair
        cal = looked.bundle.cal
        book, rule = _book(looked.bundle), sort_of(team, looked.bundle.book).roster
        return RosterFile(
            file=await self._reader.told(actor, looked),
            team=team,
            book=book,
            sort=sort_of(team, book),
            rule=rule,
            hours=(rule.hours if rule is not None else ()) or cal.calendar.office,
            days=stretch(team, rule, cal, first, days) if rule is not None else (),
            gaps=gaps(team, rule, cal, self._today, SHOWN_GAPS) if rule is not None and not team.ended else (),
            seated=frozenset(seated(team)),
            vacant=short(team, sort_of(team, book)),
        )

    async def first_short(self, affair_id: str) -> date:
        """Return the first day to come without enough people; today where the days to come are full."""
        team: Team = await self._affairs.load(affair_id)
        bundle = await self._affairs.bundle(team)
        rule = sort_of(team, _book(bundle)).roster
        return next(iter(gaps(team, rule, bundle.cal, self._today, SHOWN_GAPS)), self._today) if rule is not None else self._today

    async def write(self, affair_id: str, wishes: Iterable[DayWish], actor: Actor, form_id: str) -> Written:
        """Write days of a roster, each by an action of its own; a day that stands so already is left alone.

        What others have changed since the form was made stays. The same form again does nothing twice. Raises Unavailable.
        """
        team: Team = await self._affairs.load(affair_id)
        days: list[date] = []
        refused: dict[date, Refused] = {}
        for wish in wishes:
            stands = team.roster.get(wish.day.isoformat(), ())
            seats = agreed(stands, wish.seen, wish.wanted)
            if seats == stands:
                continue
            shift = {"day": wish.day.isoformat(), "seats": list(seats)}
            action_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"roster|{form_id}|{wish.day}|{','.join(seats)}"))
            try:
                await self._affairs.act(affair_id, "roster", {"days": [shift]}, actor, action_id=action_id)
            except Refused as error:
                if error.refusal.code is not RefusalCode.ALREADY_DONE:
                    refused[wish.day] = error
                    continue
            days.append(wish.day)
        return Written(tuple(days), refused)

    async def fitting(self, team: Team, sort: TeamSort, book: TeamBook) -> list[Staff]:
        """Return who of the staff may be given a seat: in a post of one of its roles, of the town or the district, without a seat yet."""
        posts = {post for role in sort.seats for post in book.roles[role].posts}
        sits = {seat.staff for seat in team.seats.values() if seat.held}
        near = {unit.id for unit in self._network.units.values() if unit.town in {None, team.town}}
        return [one for one in await self._office.roll.all() if one.role in posts and one.unit in near and one.id not in sits]

    async def fresh(self, affair_id: str, what: str) -> str:
        """Return the next free id of a seat, a drill or a group of a team."""
        team: Team = await self._affairs.load(affair_id)
        known = {"seat": set(team.seats), "drill": set(team.drills), "group": set(team.groups)}[what]
        return next(name for n in count(len(known) + 1) if (name := f"{what}{n}") not in known)

    async def _row(self, row: AffairRow, team: Team) -> TeamListed:
        bundle = await self._affairs.bundle(team)
        book = _book(bundle)
        sort = sort_of(team, book)
        rule = sort.roster
        return TeamListed(
            affair=listed(row, self._network),
            sort=sort,
            unit=team.unit,
            number=team.number,
            today=stretch(team, rule, bundle.cal, self._today, 1)[0] if rule is not None else None,
            gaps=gaps(team, rule, bundle.cal, self._today, SHOWN_GAPS) if rule is not None else (),
            vacant=tuple((book.roles[role].zh, book.roles[role].en) for role in short(team, sort)),
        )


def _book(bundle: AffairBundle) -> TeamBook:
    book: TeamBook = bundle.book
    return book
