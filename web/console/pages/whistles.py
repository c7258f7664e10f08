"""Whistles (吹哨报到): the form of a grid member on a phone, the page of one whistle with its big buttons, and the figures.

All of it works without a script. What is no step of a whistle stands on the page that all affairs have.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.affair.whistle.figures import Band, GroupedBy
from rules.affair.allowed import may_begin
from rules.affair.labels import said
from rules.labels import Both
from rules.whistle.kind import WHISTLE
from service.affairs import shown
from service.affairs.beginning import begin
from service.affairs.whistles import Offer, Whistles
from service.errors import Refused
from web.console import spans
from web.console.affair_pages import kind_name, of_kind
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text, texts
from web.console.pages.affairs import tried_of
from web.console.pages.case import Tried
from web.console.posts import post_name, unit_name
from web.problems import WebProblem

router = APIRouter(prefix="/whistles")

Item = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$")]

GROUPS: dict[GroupedBy, Both] = {
    GroupedBy.PLACE: ("网格", "grid"),
    GroupedBy.TOWN: ("镇街", "town"),
    GroupedBy.ITEM: ("事项", "item"),
}

STEPS: dict[str, Both] = {"answer": ("应答", "to answer"), "arrive": ("到场", "to arrive"), "resolve": ("办结", "to resolve")}

FIELDS: dict[str, tuple[str, ...]] = {
    "endorse": (),
    "turn_down": ("reason",),
    "withdraw_whistle": ("reason",),
    "call_unit": ("unit", "reason"),
    "release_unit": ("unit", "reason"),
    "respond": ("coming_at", "text"),
    "arrive": (),
    "resolve_part": ("text",),
    "conclude": ("done", "text", "units"),
    "rate_unit": ("unit", "stars", "text"),
    "rate_whistle": ("useful", "text"),
    "open_case": ("summary", "happened_on", "people"),
}
"""The actions of this page, in the order they are shown, and what is typed for each."""

FIRST = ("respond", "arrive", "resolve_part", "conclude", "endorse")
"""Actions that move it on: big buttons above all else."""

SIDES = (("a", "applicant"), ("b", "respondent"))
"""The two parties that the form of a case has room for; more are added to the case itself."""

ANSWERS = {"yes": True, "no": False}


@router.get("")
async def figures(who: CallerDep, by: GroupedBy = GroupedBy.PLACE) -> Response:
    """Return the figures of a period."""
    name, period = spans.asked(who)
    found = await Whistles(who.office).whistle_figures(who.actor, by, period)
    context = {
        "found": found,
        "by": by,
        "parts": [(part, who.words.both(words)) for part, words in GROUPS.items()],
        "steps": [(step, who.words.both(words)) for step, words in STEPS.items()],
        "took": lambda minutes: took(who, minutes),
        "band_of": _band,
        "period": name,
        "span": period,
        "periods": spans.offered(who),
        "blows": may_begin(WHISTLE, who.actor),
    }
    return who.page("whistles/figures.html", context)


@router.get("/new")
async def blank(who: CallerDep, item: Item = "", unlisted: Annotated[str, Query(max_length=3)] = "") -> Response:
    """Return the list to choose from, or the form of an item that was chosen."""
    offer = await Whistles(who.office).offer(who.actor, item or None)
    return _form(who, offer, FormData(), unlisted=bool(unlisted))


@router.post("/new")
async def sent(who: CallerDep, fields: FormDep) -> Response:
    """Blow it. The same form sent twice is one whistle."""
    whistles, item = Whistles(who.office), text(fields, "item", 40)
    offer = await whistles.offer(who.actor, item or None)
    units = list(texts(fields, "units"))
    given: dict[str, Any] = {
        **{name: text(fields, name) for name in ("place", "text", "tried")},
        # What stands as it was offered is the item's own choice, at whatever place it is.
        "units": [] if set(units) == set(offer.preset) else units,
        **{name: value for name in ("item", "level", "of") if (value := text(fields, name, 80))},
    }
    try:
        begun = await begin(who.office, WHISTLE.name, given, who.actor, text(fields, "intake_id", 80) or None)
    except Refused as refused:
        return _form(who, offer, fields, unlisted=not item, tried=tried_of(who, WHISTLE, WHISTLE.opens, fields, refused))
    return RedirectResponse(f"/whistles/{begun.receipt.code}?done=blow", 303)


@router.get("/{code}")
async def whistle(who: CallerDep, code: str) -> Response:
    """Return the page of one whistle. The look is logged."""
    return await _page(who, code)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Do an action. The same form sent twice does it once."""
    if do not in FIELDS:
        raise WebProblem("not_found")
    row = await of_kind(who, code, WHISTLE)
    given = {name: value for name in FIELDS[do] if (value := _typed(fields, name)) not in {"", ()}}
    if do == "open_case":
        given["parties"] = _parties(fields)
    try:
        await who.affairs.act(row.affair_id, do, given, who.actor, action_id=text(fields, "id", 80) or None)
    except Refused as refused:
        return await _page(who, code, tried_of(who, WHISTLE, do, fields, refused))
    return RedirectResponse(f"/whistles/{code}?done={do}", 303)


def took(who: Caller, minutes: float | None) -> str:
    """Return how long something took, in the one unit that fits."""
    if minutes is None:
        return "—"
    message, number = who.words.message, who.words.number
    if minutes < 120:
        return message("%(n)s 分钟", n=number(round(minutes)))
    if minutes < 2880:
        return message("%(n)s 小时", n=number(round(minutes / 60, 1)))
    return message("%(n)s 天", n=number(round(minutes / 1440, 1)))


def _band(group: Any, step: str) -> Band:
    found: Band = {"answer": group.answer, "arrive": group.arrive, "resolve": group.resolve}[step]
    return found


def _typed(fields: FormData, name: str) -> object:
    """Return a field as its action takes it; what is no answer stays as it was typed and is refused."""
    if name == "units":
        return texts(fields, name)
    typed = text(fields, name)
    return ANSWERS.get(typed, typed) if name in {"done", "useful"} else typed


def _parties(fields: FormData) -> list[dict[str, Any]]:
    """Return the parties of a case to be opened: one who asks and one on the other side, as far as they are named."""
    found = []
    for name, side in SIDES:
        person = {key: value for key in ("name", "phone") if (value := text(fields, f"{name}.{key}", 100))}
        if person:
            found.append({"id": name, "side": side, "kind": "person", "person": person})
    return found


def _form(who: Caller, offer: Offer, fields: FormData, *, unlisted: bool, tried: Tried | None = None) -> Response:
    chosen = offer.item is not None or unlisted
    context = {
        "offer": offer,
        "unlisted": unlisted,
        "problem": tried.words if tried is not None else "",
        "typed": lambda name: text(fields, name),
        "intake_id": text(fields, "intake_id", 80) or uuid.uuid4().hex,
        "ticked": set(texts(fields, "units")) if "csrf" in fields else set(offer.preset),
        "words_of": lambda name: who.words.both(said(WHISTLE.labels, "fields", name)),
    }
    return who.page("whistles/new.html" if chosen else "whistles/list.html", context, status=tried.status if tried is not None else 200)


async def _page(who: Caller, code: str, tried: Tried | None = None) -> Response:
    await of_kind(who, code, WHISTLE)
    found = await who.affair_reader.detail(who.actor, code)
    telling = who.affair_reader.telling(WHISTLE.name)
    fields = tried.fields if tried is not None else FormData()
    calls = _calls(found)
    context = {
        "it": found,
        "told": {fact.name: who.words.both(fact.value) for fact in telling.facts(found.facts)},
        "calls": calls,
        "rateable": [(call["unit"], _unit(who, call["unit"])) for call in calls if call["stars"] is None],
        "going": [(call["unit"], _unit(who, call["unit"])) for call in calls if call["state"] not in {"released", "resolved"}],
        "dues": {clock.id: clock for clock in found.clocks},
        "first": [name for name in FIRST if name in found.allowed],
        "more": [name for name in FIELDS if name in found.allowed and name not in FIRST],
        "problem": tried.words if tried is not None else "",
        "today": who.today,
        "sides": [(name, who.words.label("side", side)) for name, side in SIDES],
        "tried": tried.do if tried is not None else "",
        "typed": lambda name: text(fields, name),
        "new_id": lambda: uuid.uuid4().hex,
        "act_of": lambda name: who.words.both(said(WHISTLE.labels, "actions", name)),
        "stage_of": lambda name: who.words.both(said(WHISTLE.labels, "stages", name)),
        "clock_of": lambda name: who.words.both(said(WHISTLE.labels, "clocks", name)),
        "state_of": lambda name: who.words.both(WHISTLE.labels.values["state"].get(name, (name, name))),
        "why_of": lambda name: who.words.both(WHISTLE.labels.values["why"].get(name, (name, name))),
        "words_of": lambda name: who.words.both(said(WHISTLE.labels, "fields", name)),
        "unit_of": lambda unit: _unit(who, unit),
        "holder": _holder(who, found),
        "others": _others(who, found),
        "kind_of": lambda name: kind_name(who, name),
    }
    return who.page("whistles/one.html", context, status=tried.status if tried is not None else 200)


def _calls(found: shown.AffairShown) -> list[dict[str, Any]]:
    """Return the calls as they are shown, with the times as times."""
    calls: list[dict[str, Any]] = WHISTLE.state.model_validate(  # the facts are those of the state, as far as they may be read
        {**BLANK, "calls": found.facts.get("calls", [])}
    ).model_dump()["calls"]
    return calls


BLANK: dict[str, Any] = {"id": "", "source": "", "intake_id": "", "docs": {"network": "", "calendar": "", "book": ""}}


def _holder(who: Caller, found: shown.AffairShown) -> str:
    if found.holder is None:
        return ""
    named = found.holder.person or (f"{found.holder.role}@{found.holder.unit}" if found.holder.unit else "")
    return post_name(named, who.office.bundle.network, who.words) if named else who.words.label("role", found.holder.role)


def _others(who: Caller, found: shown.AffairShown) -> list[tuple[str, str]]:
    """Return the units that were not called yet and may be: of the town, and of the district."""
    called = {call["unit"] for call in _calls(found)}
    units = who.office.bundle.network.units.values()
    near = [
        unit for unit in units if unit.town in {None, found.town} and unit.village is None and not unit.vacant and unit.id not in called
    ]
    return [(unit.id, unit.name) for unit in sorted(near, key=lambda unit: (unit.town is None, unit.id))]


def _unit(who: Caller, unit: str | None) -> str:
    return unit_name(unit, who.office.bundle.network)
