"""Rosters of teams (队伍值班): who is on duty on which day, by week or by month; shifts are taken and given up here.

All of it works without a script. Seats, exercises and groups have their forms beside it (`team_forms.py`).
"""

from __future__ import annotations

import calendar
import uuid
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from rules.affair.allowed import may_begin
from rules.affair.labels import act as act_words
from rules.affair.labels import said
from rules.team.kind import TEAM
from rules.team.roster import WEEK
from service.affairs.reading import AffairRow
from service.affairs.rosters import RosterFile, Rosters
from service.affairs.shown import AffairShown
from service.errors import Refused
from web.console.affair_pages import of_kind
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.inputs import Form
from web.console.pages.affairs import attempt, tried_of
from web.console.pages.case import Tried
from web.console.posts import post_name, unit_name
from web.console.team_forms import DOING, NEW, TeamChoices, asked
from web.problems import WebProblem

router = APIRouter(prefix="/teams")

SHIFTS = ("join", "leave")
"""The actions of this page."""

View = Literal["week", "month"]
Cursor = Annotated[str, Query(max_length=200)]


@router.get("")
async def teams(who: CallerDep, cursor: Cursor = "") -> Response:
    """Return the teams, whether they have enough people today and on the days to come."""
    _there(who)
    try:
        page = await Rosters(who.office).page(who.actor, after=cursor or None)
    except ValueError as error:
        raise WebProblem("invalid") from error
    network = who.office.bundle.network
    context: dict[str, Any] = {
        "page": page,
        "cursor": cursor,
        "begins": may_begin(TEAM, who.actor),
        "unit_of": lambda unit: unit_name(unit, network),
        "today": who.today,
    }
    return who.page("teams/list.html", context)


@router.get("/{code}")
async def team(who: CallerDep, code: str, view: View = "week", day: Annotated[date | None, Query(alias="from")] = None) -> Response:
    """Return a team's roster for the week or the month of a day. The look is logged."""
    return await _page(who, code, view, day or who.today)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Take a shift, give it up, or do another action of the page. The same form sent twice does it once."""
    row, form = await of_kind(who, code, TEAM), asked(do)
    if form is not None:
        return await _other(who, fields, row, do, form)
    if do not in SHIFTS:
        raise WebProblem("not_found")
    given = {name: text(fields, name, 40) for name in ("day", "seat")}
    day = day_of(given["day"]) or who.today
    try:
        await who.affairs.act(row.affair_id, do, given, who.actor, action_id=text(fields, "id", 80) or None)
    except Refused as refused:
        return await _page(who, code, "week", day, tried_of(who, TEAM, do, fields, refused))
    return RedirectResponse(f"/teams/{code}?from={day}&done=team-{do}#d{day}", 303)


async def _other(who: Caller, fields: FormData, row: AffairRow, do: str, form: Form) -> Response:
    what = NEW.get(do)
    fresh = {} if what is None or text(fields, what, 40) else {what: await Rosters(who.office).fresh(row.affair_id, what)}
    tried = await attempt(who, fields, row, do, form, fresh)
    if tried is not None:
        return await _page(who, row.code, "week", who.today, tried)
    return RedirectResponse(f"/teams/{row.code}?done=team-{do}", 303)


def day_of(typed: str) -> date | None:
    """Return a day as it is typed or stands in an address; None for what is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def span(view: View, day: date) -> tuple[date, int]:
    """The first day that is shown and how many: from Monday on, or from the first of the month on."""
    if view == "week":
        return day - timedelta(days=day.weekday()), WEEK.days
    return day.replace(day=1), calendar.monthrange(day.year, day.month)[1]


async def _page(who: Caller, code: str, view: View, day: date, tried: Tried | None = None) -> Response:
    await of_kind(who, code, TEAM)
    if not date.min + 2 * WEEK < day < date.max - 6 * WEEK:
        raise WebProblem("invalid")
    first, days = span(view, day)
    rosters = Rosters(who.office)
    found = await rosters.file(who.actor, code, first, days)
    affair, today = found.file.affair, who.today
    open_ = _shift_days(found, today)
    wrong_day = day_of(text(tried.fields, "day", 40)) if tried is not None and tried.do in SHIFTS else None
    forms = _forms(affair)
    staff = await rosters.fitting(found.team, found.sort, found.book) if forms else []
    seats = [(name, seat_words(who, found, name)) for name in sorted(found.seated)]
    needed = [one for one in found.days if one.wanted]
    context: dict[str, Any] = {
        "it": affair,
        "found": found,
        "view": view,
        "first": first,
        "last": first + timedelta(days=days - 1),
        "before": first - timedelta(days=1),
        "after": first + timedelta(days=days),
        "today": today,
        "needed": len(needed),
        "full": sum(not one.missing for one in needed),
        "weekdays": who.words.weekdays(),
        "open_days": open_,
        "seat_of": lambda name: seat_words(who, found, name),
        "seats": seats,
        "forms_of": forms,
        "tried": tried,
        "c": TeamChoices(who.words, who.office, TEAM, who.actor.unit, affair, found, seats, staff),
        "nothing": FormData(),
        "mine": {name for name, seat in found.team.seats.items() if seat.held and seat.staff == who.actor.holder},
        "keeps": "roster" in affair.allowed,
        "written": "roster" in affair.allowed and open_days(found, today),
        "vacant": _vacant(who, found),
        # A day that shows no form has no place for it: then it is told at the head.
        "wrong_day": wrong_day if wrong_day in open_ else None,
        "new_id": lambda: uuid.uuid4().hex,
        "stage": who.words.both(said(TEAM.labels, "stages", affair.stage)),
        "act_of": lambda name: who.words.both(act_words(TEAM.labels, name)),
        "unit_name": unit_name(found.team.unit, who.office.bundle.network),
    }
    return who.page("teams/roster.html", context, status=tried.status if tried is not None else 200)


def _shift_days(found: RosterFile, today: date) -> set[date]:
    """Of the days that are shown, those whose shifts may be taken and given up now."""
    affair = found.file.affair
    if affair.ended or not set(SHIFTS) <= set(affair.allowed):
        return set()
    return open_days(found, today)


def open_days(found: RosterFile, today: date) -> set[date]:
    """Return the days that are shown and that may be written now."""
    if found.rule is None:
        return set()
    last = today + timedelta(days=found.rule.ahead)
    return {one.day for one in found.days if today <= one.day <= last}


def _forms(affair: AffairShown) -> list[tuple[str, Form]]:
    """The actions beside shifts that may be done now; where there is nothing to call off, that is not offered."""
    drills = affair.facts.get("drills") or {}
    open_ = any(one.get("held_at") is None and not one.get("called_off") for one in drills.values())
    there = {"call_off": open_, "unseat": bool(affair.facts.get("seats"))}
    return [(do, made) for do in DOING if do in affair.allowed and there.get(do, True) and (made := asked(do)) is not None]


def seat_words(who: Caller, found: RosterFile, name: str) -> str:
    """Who sits in a seat, as far as the reader may know: a person by name, somebody of the staff by post, else the seat."""
    seat: dict[str, Any] = (found.file.affair.facts.get("seats") or {}).get(name) or {}
    if seat.get("staff"):
        return post_name(seat["staff"], who.office.bundle.network, who.words)
    person, role = seat.get("person") or {}, found.book.roles.get(seat.get("role", ""))
    named: str = person.get("name") or name
    return f"{named} · {who.words.pick(role.zh, role.en)}" if role is not None else named


def _vacant(who: Caller, found: RosterFile) -> list[str]:
    """Roles that are short of people, with how many there are of how many."""
    rows = []
    for role in found.vacant:
        held = sum(1 for name in found.seated if found.team.seats[name].role == role)
        named = found.book.roles[role]
        rows.append(f"{who.words.pick(named.zh, named.en)} {held}/{found.sort.seats[role].least}")
    return rows


def _there(who: Caller) -> None:
    """Refuse where the place keeps no teams."""
    if TEAM.name not in who.office.place.books:
        raise WebProblem("not_found")
