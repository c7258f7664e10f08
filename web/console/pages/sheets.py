"""The sheet of a round (网格任务单) on a phone: what is left to be walked, one form for a result, and results that come late.

All of it works without a script. With one (`static/sheet.js`), what is done while the connection is away waits in the browser.
"""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData

from models.affair.round.sheet import Broken
from models.refusal import SENTENCES, RefusalCode
from rules.affair.labels import said
from rules.round.sheet import SHEET
from service.affairs.rounds.batches import Batches, Taken, numbered, rows_in
from service.affairs.rounds.walking import Walk, Walks
from service.errors import Refused
from web.bringing import file_of, parts
from web.console.affair_pages import kind_name, of_kind
from web.console.caller import Caller, CallerDep, FormDep, brought
from web.console.fields import text, texts
from web.problems import KINDS as PROBLEMS
from web.problems import WebProblem

router = APIRouter(prefix="/sheets")

RESULTS = ("visit", "skip")
"""The actions that somebody who walks does on this page."""

Target = Annotated[str, Query(max_length=80)]


@router.get("/{code}")
async def sheet(who: CallerDep, code: str, target: Target = "") -> Response:
    """Return the sheet, with the form for a target: the one that was tapped, else the first that is left. The look is logged."""
    return await _page(who, code, target)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Take a result. The same form sent twice is one result."""
    if do not in RESULTS:
        raise WebProblem("not_found")
    target = text(fields, "target", 80)
    given = {"target": target, "text": text(fields, "text")} | (_visit(fields) if do == "visit" else _skip(fields))
    row = await of_kind(who, code, SHEET)
    try:
        await who.affairs.act(row.affair_id, do, given, who.actor, action_id=text(fields, "id", 80) or None)
    except Refused as refused:
        return await _page(who, code, target, tried=(do, fields, refused))
    return RedirectResponse(f"/sheets/{code}?done=sheet-{do}", 303)


@router.post("/{code}/results")
async def results(who: CallerDep, fields: FormDep, code: str) -> Response:
    """Take results that waited in a browser, as JSON rows; answer with how many were taken, and why others can't be."""
    affair_id = (await of_kind(who, code, SHEET)).affair_id
    try:
        rows = json.loads(text(fields, "rows", 500_000) or "[]")
    except (ValueError, RecursionError):
        raise WebProblem("invalid") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WebProblem("invalid")
    taken = await Batches(who.office, who.affairs).take(affair_id, numbered(rows), who.actor)
    broken = [{"id": row.id, "why": why_of(who, row)} for row in taken.broken]
    return JSONResponse({"taken": taken.taken, "repeated": taken.repeated, "broken": broken})


@router.post("/{code}/file")
async def file(who: CallerDep, code: str) -> Response:
    """Take results from a file. The same file again changes nothing."""
    taken, problem = await from_file(who, (await of_kind(who, code, SHEET)).affair_id)
    return await _page(who, code, "", taken=taken, problem=problem)


async def from_file(who: Caller, affair_id: str) -> tuple[Taken | None, str]:
    """Take the results of the file that a form brings; what became of them, or why the file can't be used."""
    message = who.words.message
    async with brought(who) as fields:
        found = file_of(fields)
        if found is None:
            return None, message("请选择文件")
        try:
            rows = await rows_in(found.filename or "", parts(found))
            return await Batches(who.office, who.affairs).take(affair_id, rows, who.actor), ""
        except Refused as refused:
            if refused.refusal.detail == "file":
                return None, message("文件不能读取，请核对：CSV 或 XLSX，首行须有 id、target、outcome 三列")
            return None, who.words.both(SENTENCES[refused.refusal.code])


def why_of(who: Caller, row: Broken) -> str:
    """Why a row can't be taken, with the field at fault as the sheet calls it."""
    field = row.field.partition(".")[0]
    named = [who.words.both(said(SHEET.labels, "fields", field))] if field else []
    return who.words.about(who.words.both(SENTENCES[RefusalCode(row.reason)]), named)


def _visit(fields: FormData) -> dict[str, Any]:
    person = {name: value for name in ("name", "phone") if (value := text(fields, f"person.{name}", 100))}
    answers = {name.removeprefix("answer."): str(value).strip() for name, value in fields.multi_items() if name.startswith("answer.")}
    named = set(texts(fields, "with_person"))
    found = [{"finding": name, **({"person": person} if name in named and person else {})} for name in texts(fields, "findings")]
    return {"answers": {name: value for name, value in answers.items() if value}, "findings": found}


def _skip(fields: FormData) -> dict[str, Any]:
    return {"skip": chosen} if (chosen := text(fields, "skip", 40)) else {}


def _plain(who: Caller, walk: Walk, refused: Refused) -> str:
    """Return why a result was refused; questions and fields are called as the plan and the kind call them."""
    found, words = refused.refusal, who.words
    problem = PROBLEMS[str(found.code)]
    path = found.detail.partition(" ")[0].split(",")[0].strip().split(".")
    question = walk.plan.questions.get(path[1]) if path[0] == "answers" and len(path) > 1 else None
    name = next((part for part in reversed(path) if part and not part.isdigit()), "")
    named = words.pick(question.zh, question.en) if question else words.both(said(SHEET.labels, "fields", name)) if name else ""
    return words.about(words.pick(problem.zh, problem.en), [named] if named else [])


async def _page(
    who: Caller,
    code: str,
    target: str,
    *,
    tried: tuple[str, FormData, Refused] | None = None,
    taken: Taken | None = None,
    problem: str = "",
) -> Response:
    await of_kind(who, code, SHEET)
    walk = await Walks(who.office).walk(who.actor, code)
    do, fields, refused = tried if tried is not None else ("", FormData(), None)
    # A target that has its result keeps no form; a refused form keeps its own.
    now = next((one for one in walk.open if one.row.key == target), walk.open[0] if walk.open else None)
    again = now is not None and now.row.key == target
    place = who.office.bundle.network.place(walk.sheet.place or "")
    context = {
        "it": walk.sheet,
        "code": code,
        "walk": walk,
        "target": now,
        "place_name": place.name if place is not None else "",
        "due": clock.due.at if (clock := walk.sheet.clocks.get("due")) is not None and clock.due is not None else None,
        "found": [link for link in walk.links if link.kind != "round"],
        "round": next((link for link in walk.links if link.kind == "round"), None),
        "problem": problem or (_plain(who, walk, refused) if refused is not None else ""),
        "tried": do if again else "",
        "typed": lambda name: text(fields, name),
        "ticked": lambda name: texts(fields, name),
        "taken": taken,
        "why_of": lambda row: why_of(who, row),
        "new_id": lambda: uuid.uuid4().hex,
        "stage": who.words.both(said(SHEET.labels, "stages", walk.sheet.stage)),
        "outcome_of": lambda name: who.words.both(SHEET.labels.values["outcome"].get(name, (name, name))),
        "kind_of": lambda name: kind_name(who, name),
    }
    status = PROBLEMS[str(refused.refusal.code)].status if refused is not None else 422 if problem else 200
    return who.page("rounds/sheet.html", context, status=status)
