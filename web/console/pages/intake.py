"""Taking a dispute in (`/cases/new`): one page, whole without a script. What helps while one types comes as fragments.

The id that stands in the form is the intake id of the case: however often a form is sent, it is one case. A draft keeps it.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.words import Channel, Role
from service.desk.drafts import SOURCE, Drafts, DraftSaved
from service.desk.intake import Intake, takes_in
from service.desk.places import PlaceNode, Places
from service.errors import Refused
from service.shown import Likeness
from web.console.caller import Caller, CallerDep, FormDep
from web.console.choices import Choices
from web.console.fields import text, texts
from web.console.intake import INTAKE, MOST_ROWS, ROWS, asked, is_begun, kept, loosely, rows_of, tidied, wrong
from web.problems import KINDS

router = APIRouter(prefix="/cases/new")

CHANNELS: dict[Role, Channel] = {Role.GRID: Channel.GRID, Role.POLICE: Channel.POLICE}
"""Where a dispute comes in by, unless somebody says otherwise; at a centre by its window."""


async def taker(who: CallerDep) -> Caller:
    """Return who looks; refused for whoever takes nothing in."""
    takes_in(who.actor)
    return who


TakerDep = Annotated[Caller, Depends(taker)]


@router.get("")
async def blank(who: TakerDep, draft: str = "") -> Response:
    """Return the form: empty, or as a draft of one's own has kept it."""
    if not draft:
        return await show(who, _first(who))
    try:
        found = await Drafts(who.office).load(who.actor, draft)
    except Refused:
        return RedirectResponse("/cases/new?done=no-draft", 303)
    rows = [(name, value) for name, values in found.fields.items() for value in values]
    return await show(who, FormData([*rows, ("draft", found.id), ("version", str(found.version))]))


@router.post("")
async def sent(who: TakerDep, fields: FormDep) -> Response:
    """Take the dispute in; or, where no script does it, keep a draft, give one more row, or look the form over."""
    tidy = tidied(fields)
    match text(tidy, "do", 20):
        case "party":
            return await show(who, _with(tidy, rows=min(rows_of(tidy) + 1, MOST_ROWS)), focus=f"parties.{rows_of(tidy)}")
        case "check":
            return await show(who, tidy)
        case "save":
            return await _save(who, tidy)
    return await _open(who, tidy)


@router.post("/grade")
async def grade(who: TakerDep, fields: FormDep) -> Response:
    """Return the tier that it would get as it stands, and why."""
    return who.page("intake/grade.html", _graded(who, fields))


@router.post("/alike")
async def alike(who: TakerDep, fields: FormDep) -> Response:
    """Return cases that may be the same dispute."""
    return who.page("intake/alike.html", {"alike": await _alike(who, fields)})


@router.post("/draft")
async def keep(who: TakerDep, fields: FormDep) -> Response:
    """Keep what has been typed so far."""
    return who.page("intake/draft.html", await _kept(who, fields) if is_begun(fields) else _draft(fields))


@router.post("/discard")
async def discard(who: TakerDep, fields: FormDep) -> Response:
    """Erase a draft of one's own."""
    await Drafts(who.office).delete(who.actor, text(fields, "draft", 40))
    return RedirectResponse("/cases/new?done=discarded", 303)


async def _save(who: Caller, fields: FormData) -> Response:
    found = await _kept(who, fields)
    if found["saved"] is None:
        return await show(who, fields, problem=who.words.message("草稿没有存上"), status=409)
    return RedirectResponse(f"/cases/new?draft={found['draft']}&done=draft", 303)


def _draft(fields: FormData, saved: DraftSaved | None = None, *, full: bool = False) -> dict[str, Any]:
    """Return which draft a form is kept in: the one just saved, or the one it came from."""
    draft, version = (saved.id, str(saved.version)) if saved else (text(fields, "draft", 40), text(fields, "version", 9))
    return {"draft": draft, "version": version, "saved": saved, "full": full}


async def _kept(who: Caller, fields: FormData) -> dict[str, Any]:
    """Save a draft, a new one where the one it came from is gone; none is saved where there are too many."""
    drafts, version, detail = Drafts(who.office), text(fields, "version", 9), ""
    read = int(version) if version.isascii() and version.isdigit() else None
    for draft in dict.fromkeys((text(fields, "draft", 40) or None, None)):
        try:
            return _draft(fields, await drafts.save(who.actor, kept(fields), draft_id=draft, version=read if draft else None))
        except Refused as refused:
            detail = refused.refusal.detail
    return _draft(fields, full=detail == "drafts")


async def _open(who: Caller, fields: FormData) -> Response:
    """Take it in, once the clerk has been shown the cases of the same people."""
    intake_id, drafts = text(fields, "intake_id", 40) or str(uuid.uuid4()), Drafts(who.office, who.cases)
    try:
        given = asked(fields, who.today)
        if await who.cases.taken(SOURCE, intake_id) is None and await _unseen(who, fields):
            return await show(who, fields, problem=who.words.message("同一当事人已有案件，请先核对；确认不是同一件再登记。"), status=409)
        opened = await drafts.open(who.actor, intake_id, given)
    except Refused as refused:
        return await show(who, fields, wrong=wrong(refused, who.words), status=KINDS[str(refused.refusal.code)].status)
    if text(fields, "draft"):
        await drafts.delete(who.actor, text(fields, "draft", 40))
    return RedirectResponse(f"/cases/{opened.receipt.code}/receipt?done={'known' if opened.known else 'open'}", 303)


async def _unseen(who: Caller, fields: FormData) -> bool:
    """Whether a case of the same people is there that has not stood on the page yet."""
    seen = text(fields, "seen").split()
    return any("same_party" in one.why and one.case.code not in seen for one in await _alike(who, fields))


async def show(
    who: Caller, fields: FormData, *, wrong: dict[str, str] | None = None, problem: str = "", focus: str = "place", status: int = 200
) -> Response:
    """Return the page with the form as filled in so far."""
    signs = who.office.bundle.risk.signs.values()
    context: dict[str, Any] = {
        "c": Choices(words=who.words, office=who.office, case=None, unit=who.actor.unit),
        "v": lambda name: text(fields, name),
        "many": lambda name: texts(fields, name),
        "towns": _towns(who),
        "inputs": {one.name: one for one in INTAKE.inputs},
        "rows": rows_of(fields),
        "most": MOST_ROWS,
        "today": who.today,
        "signs": [[sign for sign in signs if sign.hard is hard] for hard in (True, False)],
        "wrong": wrong or {},
        "problem": problem,
        "focus": next(iter(wrong), "") if wrong else focus,
        "alike": await _alike(who, fields),
        "drafts": [one for one in await Drafts(who.office).list(who.actor) if one.id != text(fields, "draft")],
        **_draft(fields),
        **_graded(who, fields),
    }
    return who.page("intake.html", context, status=status)


def _graded(who: Caller, fields: FormData) -> dict[str, Any]:
    try:
        return {"grade": Intake(who.office).grade(who.actor, loosely(fields)), "ungraded": {}}
    except Refused as refused:
        return {"grade": None, "ungraded": wrong(refused, who.words)}


async def _alike(who: Caller, fields: FormData) -> tuple[Likeness, ...]:
    typed = loosely(fields)
    try:
        day = date.fromisoformat(typed["happened_on"])
    except ValueError:
        day = None
    return await Intake(who.office).duplicates(who.actor, place=text(fields, "place", 20), persons=typed["parties"], happened_on=day)


def _towns(who: Caller) -> list[PlaceNode]:
    """Return the towns with their villages, this person's own town first."""
    unit, district = who.office.bundle.network.unit(who.actor.unit), Places(who.office).tree()
    towns = district.children if district is not None else ()
    return sorted(towns, key=lambda town: unit is None or town.town != unit.town)


def _first(who: Caller) -> FormData:
    """Return the form as it is before anybody has written in it."""
    unit = who.office.bundle.network.unit(who.actor.unit)
    return FormData(
        {
            "intake_id": str(uuid.uuid4()),
            "rows": str(ROWS),
            "channel": str(CHANNELS.get(who.actor.role, Channel.WINDOW)),
            "place": (unit.village if unit else None) or "",
            "happened_on": who.today.isoformat(),
        }
    )


def _with(fields: FormData, **changes: object) -> FormData:
    """Return a form with some fields changed."""
    rest = [(name, value) for name, value in fields.multi_items() if name not in changes]
    return FormData([*rest, *((name, str(value)) for name, value in changes.items())])
