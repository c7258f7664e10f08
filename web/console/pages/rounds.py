"""A round (轮次) for the centre: how far it is with what that is of, its sheets, pausing and going on, results and targets by file."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from rules.affair.labels import said
from rules.round.kind import ROUND
from rules.round.sheet import WALKERS
from service.affairs.reading import AffairFilter
from service.affairs.rounds.batches import Taken
from service.affairs.rounds.lists import Lists
from service.errors import Refused
from web.console.affair_pages import of_kind
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.pages.sheets import from_file, why_of
from web.problems import KINDS as PROBLEMS
from web.problems import WebProblem

router = APIRouter(prefix="/rounds")

STEERED = ("start", "resume", "pause")
"""The actions of this page, in the order they are shown."""

LIMIT = 50
"""Sheets on a page."""

Cursor = Annotated[str, Query(max_length=200)]


@router.get("/{code}")
async def round_(who: CallerDep, code: str, cursor: Cursor = "") -> Response:
    """Return the page of a round. The look is logged."""
    return await _page(who, code, cursor)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Start, pause or resume a round. The same form sent twice does it once."""
    if do not in STEERED:
        raise WebProblem("not_found")
    row = await of_kind(who, code, ROUND)
    given = {"reason": reason} if (reason := text(fields, "reason")) else {}
    try:
        await who.affairs.act(row.affair_id, do, given, who.actor, action_id=text(fields, "id", 80) or None)
    except Refused as refused:
        problem = PROBLEMS[str(refused.refusal.code)]
        return await _page(who, code, problem=who.words.pick(problem.zh, problem.en), tried=(do, fields), status=problem.status)
    return RedirectResponse(f"/rounds/{code}?done=round-{do}", 303)


@router.post("/{code}/file")
async def file(who: CallerDep, code: str) -> Response:
    """Take results from a file, for whichever of its sheets. The same file again changes nothing."""
    taken, problem = await from_file(who, (await of_kind(who, code, ROUND)).affair_id)
    return await _page(who, code, taken=taken, problem=problem, status=422 if problem else 200)


async def _page(
    who: Caller,
    code: str,
    cursor: str = "",
    *,
    taken: Taken | None = None,
    problem: str = "",
    tried: tuple[str, FormData] | None = None,
    status: int = 200,
) -> Response:
    affair_id, reader = (await of_kind(who, code, ROUND)).affair_id, who.affair_reader
    looked = await reader.detail(who.actor, code)
    covered = await Lists(who.office, who.affairs).coverage(affair_id)
    wanted = AffairFilter(kinds=("sheet",), key=("round", affair_id))
    try:
        sheets = await reader.list(who.actor, wanted, after=cursor or None, limit=LIMIT)
    except ValueError as error:
        raise WebProblem("invalid") from error
    plan = who.office.place.books["round"].model_dump(include={"plans": {covered.plan: {"zh", "en"}}})["plans"].get(covered.plan, {})
    do, fields = tried if tried is not None else ("", FormData())
    context: dict[str, Any] = {
        "it": looked,
        "code": code,
        "covered": covered,
        "plan": who.words.pick(plan.get("zh"), plan.get("en")) or covered.plan,
        "paused": bool(looked.facts.get("paused")),
        "due": next((clock.due for clock in looked.clocks if clock.id == "due"), None),
        "sheets": sheets,
        "cursor": cursor,
        "steps": [name for name in _steps(looked.facts) if name in looked.allowed],
        "enters": looked.stage == "running" and who.actor.role in WALKERS,
        "taken": taken,
        "problem": problem,
        "tried": do,
        "typed": lambda name: text(fields, name),
        "why_of": lambda row: why_of(who, row),
        "share": lambda part, of: who.words.number(round(100 * part / of, 1)) if of else "—",
        "new_id": lambda: uuid.uuid4().hex,
        "stage": who.words.both(said(ROUND.labels, "stages", looked.stage)),
        "act_of": lambda name: who.words.both(said(ROUND.labels, "actions", name)),
    }
    return who.page("rounds/round.html", context, status=status)


def _steps(facts: dict[str, Any]) -> tuple[str, ...]:
    """Resuming is offered to a round that stands still or is stuck, pausing to one that goes."""
    still = bool(facts.get("paused")) or bool(facts.get("stuck"))
    return tuple(name for name in STEERED if name != ("pause" if facts.get("paused") else "" if still else "resume"))
