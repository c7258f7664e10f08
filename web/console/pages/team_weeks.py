"""A week of a roster in one form (按周排班): days by seats, as they stand or as last week, written in one go.

Every day is an action of its own, so that one that is refused says why and the others are written.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from rules.team.kind import TEAM
from rules.team.roster import WEEK, OnDuty, as_the_week_before
from service.affairs.rosters import DayWish, RosterFile, Rosters, Written
from web.console.affair_pages import of_kind
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text, texts
from web.console.pages.affairs import tried_of
from web.console.pages.case import Tried
from web.console.pages.team_rosters import day_of, open_days, seat_words, span
from web.console.posts import unit_name
from web.problems import WebProblem

router = APIRouter(prefix="/teams/weeks")


@dataclass(frozen=True, slots=True)
class DayForm:
    """One day of the form: who is on duty, who is ticked, and why it was refused."""

    on: OnDuty
    ticked: tuple[str, ...]
    open: bool
    wrong: str = ""

    @property
    def changed(self) -> bool:
        """Whether it shows something else than what stands."""
        return set(self.ticked) != set(self.on.seats)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came back: what was wished, and what became of it."""

    wishes: Mapping[date, DayWish]
    written: Written
    tried: Mapping[date, Tried]


@router.get("/{code}")
async def week(who: CallerDep, code: str, day: Annotated[date | None, Query(alias="from")] = None, last: bool = False) -> Response:
    """Return the form for the week of a day; without one, of the first day that is short. `last` fills it in as the week before was."""
    return await _page(who, code, day, last=last)


@router.post("/{code}")
async def write(who: CallerDep, fields: FormDep, code: str) -> Response:
    """Write what differs from what stood when the form was made. The same form sent twice does it once."""
    row = await of_kind(who, code, TEAM)
    first, _ = span("week", day_of(text(fields, "from", 10)) or who.today)
    wishes = _wishes(fields, first)
    written = await Rosters(who.office).write(row.affair_id, wishes.values(), who.actor, text(fields, "id", 80) or uuid.uuid4().hex)
    if written.refused:
        tried = {day: tried_of(who, TEAM, "roster", fields, refused) for day, refused in written.refused.items()}
        return await _page(who, code, first, sent=Sent(wishes, written, tried))
    return RedirectResponse(f"/teams/{row.code}?from={first}&done=team-week", 303)


def _wishes(fields: FormData, first: date) -> dict[date, DayWish]:
    """Return what a form asks for, day by day; a day that it did not show is not asked for."""
    days = [first + timedelta(days=n) for n in range(WEEK.days)]
    return {
        day: DayWish(day, tuple(seat for seat in text(fields, f"seen.{day}", 2000).split(",") if seat), texts(fields, f"on.{day}"))
        for day in days
        if f"seen.{day}" in fields
    }


async def _page(who: Caller, code: str, day: date | None, *, last: bool = False, sent: Sent | None = None) -> Response:
    row, rosters = await of_kind(who, code, TEAM), Rosters(who.office)
    day = day or await rosters.first_short(row.affair_id)
    if not date.min + 2 * WEEK < day < date.max - 2 * WEEK:
        raise WebProblem("invalid")
    first, days = span("week", day)
    found = await rosters.file(who.actor, code, first, days)
    if found.rule is None:
        raise WebProblem("not_found")
    if "roster" not in found.file.affair.allowed:
        raise WebProblem("wrong_stage" if found.file.affair.ended else "not_allowed")
    context: dict[str, Any] = {
        "it": found.file.affair,
        "found": found,
        "first": first,
        "before": first - WEEK,
        "after": first + WEEK,
        "today": who.today,
        "weekdays": who.words.weekdays(),
        "days": _days(found, who.today, last=last, sent=sent),
        "last": last,
        "sent": sent,
        "seats": [(name, seat_words(who, found, name)) for name in sorted(found.seated)],
        "seat_of": lambda name: seat_words(who, found, name),
        "new_id": uuid.uuid4().hex,
        "unit_name": unit_name(found.team.unit, who.office.bundle.network),
    }
    status = 200 if sent is None else max(tried.status for tried in sent.tried.values())
    return who.page("teams/week.html", context, status=status)


def _days(found: RosterFile, today: date, *, last: bool, sent: Sent | None) -> list[DayForm]:
    """The days of the form: ticked as they stand, as last week, or, where one was refused, as it was sent."""
    open_ = open_days(found, today)
    like = as_the_week_before(found.team, found.days) if last else ()
    ticked = {one.day: one.seats for one in like if one.day in open_}
    if sent is not None:
        ticked = {day: sent.wishes[day].wanted for day in sent.tried}
    wrong = {day: tried.words for day, tried in sent.tried.items()} if sent is not None else {}
    return [DayForm(one, ticked.get(one.day, one.seats), one.day in open_, wrong.get(one.day, "")) for one in found.days]
