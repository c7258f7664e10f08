"""Early warning (预警): the list by grade, and one watch with the account of its grade; signals are entered on `watch_signals.py`.

All of it works without a script. What is no step of a watch stands on the page that all affairs have.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.affair.watch.state import SubjectKind
from models.words import Tier
from rules.affair.allowed import may_begin
from rules.affair.labels import act as act_words
from rules.affair.labels import said
from rules.watch.kind import WATCH
from rules.watch.telling import written
from service.affairs.shown import AffairShown
from service.affairs.watching import Watching
from web.console.affair_forms import AffairChoices, form
from web.console.affair_pages import kind_name, of_kind, owed_by
from web.console.caller import Caller, CallerDep, FormDep
from web.console.choices import Group
from web.console.inputs import Form
from web.console.pages.affairs import attempt
from web.console.pages.case import Tried
from web.problems import WebProblem

router = APIRouter(prefix="/watches")

LIMIT = 50
"""Watches of a page that shows one grade, or somebody's all."""
FIRST = 20
"""Watches of each grade on the page that shows all grades."""
LABELLED = (Tier.RED, Tier.ORANGE, Tier.YELLOW)

DOING = ("visit", "settle", "lower", "strike", "object")
"""The actions of this page, in the order they are shown."""

Cursor = Annotated[str, Query(max_length=200)]


@router.get("")
async def watches(who: CallerDep, grade: Tier | None = None, cursor: Cursor = "") -> Response:
    """Return the running watches by grade; for a role that sees no grades, those it has begun or has to go to."""
    desk = watching(who)
    counted = await desk.counts(who.actor)
    asked = [grade] if grade is not None or not counted else list(LABELLED)
    limit = LIMIT if len(asked) == 1 else FIRST
    try:
        pages = [(one, await desk.page(who.actor, one, after=cursor or None, limit=limit)) for one in asked]
    except ValueError as error:
        raise WebProblem("invalid") from error
    context: dict[str, Any] = {
        "pages": pages,
        "counted": counted,
        "grade": grade,
        "cursor": cursor,
        "enters": may_begin(WATCH, who.actor),
        **spoken(who),
    }
    return who.page("watches/list.html", context)


@router.get("/{code}")
async def watch(who: CallerDep, code: str) -> Response:
    """Return one watch. The look is logged. Raises PurposeNeeded."""
    return await _page(who, code)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Do an action. The same form sent twice does it once."""
    asked = _asked(do)
    if asked is None:
        raise WebProblem("not_found")
    row = await of_kind(who, code, WATCH)
    tried = await attempt(who, fields, row, do, asked)
    if tried is not None:
        return await _page(who, code, tried)
    # Whoever has been there may have no more to do with it.
    onward = f"/watches/{code}" if await who.affair_reader.may_see(who.actor, row.affair_id) else "/watches"
    return RedirectResponse(f"{onward}?done=watch-{do}", 303)


@dataclass(slots=True)
class WatchChoices(AffairChoices):
    """What the fields of an action on a watch may be chosen from: its own signals and objections among them."""

    def of(self, table: str) -> tuple[Group, ...]:
        """Return the choices of a table, in groups."""
        facts: dict[str, Any] = self.affair.facts if self.affair is not None else {}
        if table == "own-signals":
            book = self.office.place.books[WATCH.name]
            rows = [one for one in facts.get("signals") or () if not one["struck"]]
            return (("", tuple((one["id"], f"{one['at'][:10]} {self._type(book, one['type'])}") for one in rows)),)
        if table == "own-objections":
            rows = list(facts.get("objections") or ())
            return (("", tuple((one["id"], f"{one['at'][:10]} {(one.get('text') or '')[:30]}") for one in rows)),)
        return AffairChoices.of(self, table)

    def _type(self, book: Any, name: str) -> str:
        rule = book.signals.get(name)
        return self.words.pick(rule.zh, rule.en) if rule is not None else name


OWN_FIELDS = {"strike": {"signal": "choice", "strike": "many"}, "settle": {"objection": "choice", "strike": "many"}}
TABLES = {"signal": "own-signals", "strike": "own-signals", "objection": "own-objections"}


def _asked(do: str) -> Form | None:
    """Return the form of an action of this page; signals and objections are chosen among those of the watch."""
    found = form(WATCH.name, do) if do in DOING else None
    if found is None:
        return None
    own: dict[str, Any] = OWN_FIELDS.get(do, {})
    inputs = tuple(
        replace(one, kind=own[one.name], choices=TABLES[one.name], needed=own[one.name] == "choice") if one.name in own else one
        for one in found.inputs
    )
    return replace(found, inputs=inputs)


async def _page(who: Caller, code: str, tried: Tried | None = None) -> Response:
    await of_kind(who, code, WATCH)
    found = await Watching(who.office).file(who.actor, code)
    affair = found.file.affair
    events = found.file.timeline.events if found.file.timeline is not None else ()
    offered = _offered(affair)
    mine = owed_by(who, affair)
    context: dict[str, Any] = {
        "it": affair,
        "found": found,
        "texts": {one["id"]: one.get("text") for one in affair.facts.get("signals") or ()},
        "lowered": [event for event in reversed(events) if event.type in LOWERING and _lowers(event.facts)],
        "objections": affair.facts.get("objections") or [],
        "settled": [event for event in reversed(events) if event.type == "objection_settled"],
        "visits": [event for event in reversed(events) if event.type == "watch_visited"],
        "dues": {clock.id: clock for clock in affair.clocks},
        "owed": [(do, made) for do, made in offered if do in mine],
        "more": [(do, made) for do, made in offered if do not in mine],
        "tried": tried,
        "c": WatchChoices(who.words, who.office, WATCH, who.actor.unit, affair),
        "nothing": FormData(),
        "new_id": lambda: uuid.uuid4().hex,
        "enters": may_begin(WATCH, who.actor),
        "stage": who.words.both(said(WATCH.labels, "stages", affair.stage)),
        "kind_of": lambda name: kind_name(who, name),
        **spoken(who),
    }
    return who.page("watches/one.html", context, status=tried.status if tried is not None else 200)


LOWERING = frozenset({"watch_graded", "signal_struck"})
"""Events by which a grade or a score has fallen."""


def _lowers(facts: dict[str, Any]) -> bool:
    grades = [str(tier) for tier in Tier]
    return "grade" not in facts or grades.index(facts["grade"]) < grades.index(facts["before"])


def _offered(affair: AffairShown) -> list[tuple[str, Form]]:
    """The actions that may be done now. Without signals there is nothing to strike, without objections nothing to decide."""
    facts = affair.facts
    there = {"strike": facts.get("signals"), "settle": facts.get("objections"), "lower": facts.get("grade") != str(Tier.BLUE)}
    return [(do, made) for do in DOING if do in affair.allowed and there.get(do, True) and (made := _asked(do)) is not None]


def spoken(who: Caller) -> dict[str, Any]:
    """What all pages of watches say."""
    labels = WATCH.labels
    return {
        "points": written,
        "of_of": lambda of: of_name(who, of),
        "grade_of": lambda tier: who.words.label("tier", tier),
        "words_of": lambda name: who.words.both(said(labels, "fields", name)),
        "act_of": lambda do: who.words.both(act_words(labels, do)),
        "value_of": lambda name, value: who.words.both(labels.values[name].get(value, (str(value), str(value)))),
        "ago": lambda at: _ago(who, at),
    }


def of_name(who: Caller, of: SubjectKind) -> str:
    """Return what a kind of subject is called."""
    return who.words.both(WATCH.labels.values["of"][of])


def _ago(who: Caller, at: Any) -> str:
    """How long ago something was, in days."""
    days = (who.office.now() - at).days
    return who.words.message("今天") if days < 1 else who.words.message("%(n)s 天前", n=who.words.number(days))


def watching(who: Caller) -> Watching:
    """Return the use cases. Raises WebProblem where the place has no early warning."""
    found = Watching(who.office)
    if found.book() is None:
        raise WebProblem("not_found")
    return found
