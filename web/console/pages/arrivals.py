"""Arrivals (外部来件): events of other systems that did not fit, for who screens: opened, put right and replayed, or thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import RedirectResponse

from models.arrival import ArrivalState
from service.arrivals.quarantine import Quarantine
from service.errors import Refused
from service.showing import town_name
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.said import plain
from web.problems import KINDS, WebProblem

router = APIRouter(prefix="/arrivals")

LIMIT = 30

LINES = 200
"""Most lines that are shown of what was sent."""

ArrivalId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]

KINDS_OF_FIELD = (("place", "text"), ("happened_on", "date"), ("people", "number"), ("amount", "number"), ("summary", "area"))
"""Fields that can be put right here, and how each is typed."""


@router.get("")
async def arrivals(
    who: CallerDep,
    settled: Annotated[str, Query(max_length=3)] = "",
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Return a page of arrivals: those to be looked at, or those that were settled."""
    try:
        page = await Quarantine(who.office).page(who.actor, settled=bool(settled), after=cursor or None, limit=LIMIT)
    except ValueError as error:
        raise WebProblem("invalid") from error
    senders = {one.id: who.words.pick(one.zh, one.en) for one in who.office.place.senders.values()}
    return who.page("arrivals/list.html", {"page": page, "settled": bool(settled), "cursor": cursor, "senders": senders})


@router.get("/{arrival}")
async def arrival(who: CallerDep, arrival: ArrivalId) -> Response:
    """Return one, opened. The look is logged."""
    return await _shown(who, arrival)


@router.post("/{arrival}/replay")
async def replay(who: CallerDep, arrival: ArrivalId, fields: FormDep) -> Response:
    """Try one again with what was put right."""
    typed = {name: text(fields, name) for name, _ in KINDS_OF_FIELD}
    try:
        changes = {name: _typed(name, value) for name, value in typed.items() if value}
        found = await Quarantine(who.office).replay(who.actor, arrival, changes)
    except ValueError:
        return await _shown(who, arrival, typed=typed, problem=who.words.pick(KINDS["invalid"].zh, KINDS["invalid"].en))
    except Refused as refused:
        return await _shown(who, arrival, typed=typed, problem=plain(str(refused.refusal.code), refused.refusal.detail, "open", who.words))
    if found.state is ArrivalState.ACCEPTED:
        return RedirectResponse(f"/arrivals/{arrival}?done=arrival-accepted", 303)
    return await _shown(who, arrival, typed=typed, problem=who.words.message("还有内容对不上，来件仍待处理"))


@router.post("/{arrival}/discard")
async def discard(who: CallerDep, arrival: ArrivalId, fields: FormDep) -> Response:
    """Throw one away."""
    await Quarantine(who.office).discard(who.actor, arrival)
    return RedirectResponse("/arrivals?done=arrival-discarded", 303)


async def _shown(who: Caller, arrival: str, *, typed: dict[str, str] | None = None, problem: str = "") -> Response:
    found = await Quarantine(who.office).show(who.actor, arrival)
    mapped = {name: str(value) for name, value in found.fields.items()}
    network = who.office.bundle.network
    context = {
        "found": found,
        "lines": list(_lines(found.content))[:LINES],
        "faults": [(_field(who, fault.field), fault.path, who.words.label("fault", fault.reason)) for fault in found.faults],
        "inputs": [(name, kind, who.words.label("arrival_field", name)) for name, kind in KINDS_OF_FIELD],
        "typed": typed or {},
        "mapped": mapped,
        "faulty": {fault.field for fault in found.faults},
        "places": [
            (one.code, f"{town_name(network, one.town)}{one.name}")
            for one in network.places.values()
            if found.arrival.town in {None, one.town} and one.unit
        ],
        "problem": problem,
    }
    return who.page("arrivals/one.html", context, status=422 if problem else 200)


def _typed(name: str, value: str) -> object:
    """Return a field as it is sent on. Raises ValueError."""
    return int(value) if name == "people" else float(value) if name == "amount" else value


def _field(who: Caller, name: str) -> str:
    """Return how a field is called: `parties.1.phone` is the phone of the second row of parties."""
    first, _, rest = name.partition(".")
    return who.words.label("arrival_field", first) + (f" {rest}" if rest else "")


def _lines(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield what was sent, line by line, each with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _lines(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _lines(item, f"{path}.{number}")
    elif value is not None:
        yield path, str(value)
