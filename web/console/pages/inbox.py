"""My work (我的待办): what this post owes, what of it is late, what it has done and had in hand; claiming (认领)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData

from models.base import Model
from models.words import Stage, Tier
from rules.authority import permit
from rules.labels import STAGES, TIERS
from service.desk.bulk import Bulk
from service.desk.inbox import Filter, OwedFilter
from web.console.caller import CallerDep, FormDep
from web.console.fields import text, texts
from web.console.forms import FORMS
from web.console.tables import affair_kinds, kinds, named
from web.problems import WebProblem

router = APIRouter()

LISTS = (
    ("owed", "我的待办", "My work"),
    ("overdue", "超期", "Overdue"),
    ("done", "已办", "Done"),
    ("handled", "我经手的", "Handled by me"),
)
"""Name in the address and in the counters, and words."""

LIMIT = 50


class Asked(Model):
    """What the address of a list asks for; an empty field asks nothing."""

    list: str = "owed"
    stage: Stage | str = ""
    tier: Tier | str = ""
    category: str = ""
    act: str = ""
    claimed: str = ""
    kind: str = ""
    cursor: str = ""

    def given(self, *names: str) -> dict[str, Any]:
        """Return what is asked by these names."""
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@router.get("/inbox")
async def inbox(who: CallerDep, asked: Annotated[Asked, Query()]) -> Response:
    """Return the page of one of the four lists."""
    counted = await who.inbox.counters(who.actor)
    context: dict[str, Any] = {
        "asked": asked,
        "lists": [(name, who.words.pick(zh, en), getattr(counted, name)) for name, zh, en in LISTS],
        "bound": counted.bound,
        "stages": named(who, STAGES),
        "tiers": named(who, TIERS),
        "kinds": kinds(who),
        "bulk": [(do, who.words.pick(form.zh, form.en)) for do, form in FORMS.items() if form.bulk and permit(do, who.actor.role)],
        "new_id": uuid.uuid4().hex,
        "affair_kinds": (("", (("dispute", who.words.message("案件")), *affair_kinds(who))),),
        "acts": (("", tuple((do, who.words.pick(form.zh, form.en)) for do, form in FORMS.items() if form.group == "next")),),
    }
    try:
        if asked.list in {"done", "handled"}:
            wanted = Filter.model_validate(asked.given("stage", "tier", "category"))
            page = await who.inbox.handled(
                who.actor, wanted, kind=asked.kind or None, done=asked.list == "done", after=asked.cursor or None, limit=LIMIT
            )
            return who.page("handled.html", {"page": page, **context})
        owed = OwedFilter.model_validate(asked.given("stage", "tier", "category", "act", "claimed", "kind"))
        box = await who.inbox.owed(who.actor, owed, overdue=asked.list == "overdue", after=asked.cursor or None, limit=LIMIT)
    except (ValidationError, ValueError) as error:
        raise WebProblem("invalid") from error
    return who.page("inbox.html", {"box": box, **context})


@router.post("/inbox/claim")
async def claim(who: CallerDep, fields: FormDep) -> Response:
    """Take an obligation on, or over from somebody else."""
    await who.claims.claim(who.actor, text(fields, "code", 80), text(fields, "duty", 80), take_over=bool(text(fields, "over")))
    return _back(fields, "claim")


@router.post("/inbox/release")
async def release(who: CallerDep, fields: FormDep) -> Response:
    """Give an obligation back that one had taken on."""
    await who.claims.release(who.actor, text(fields, "code", 80), text(fields, "duty", 80))
    return _back(fields, "release")


def _back(fields: FormData, done: str) -> Response:
    """Return to the list somebody came from."""
    return RedirectResponse(f"/inbox?list={'overdue' if text(fields, 'list') == 'overdue' else 'owed'}&done={done}", 303)


@router.post("/inbox/bulk")
async def bulk(who: CallerDep, fields: FormDep) -> Response:
    """Do one action on every case that was ticked, and tell of each what became of it."""
    do, keys = text(fields, "do", 40), tuple(dict.fromkeys(texts(fields, "key")))
    if do not in FORMS or not FORMS[do].bulk:
        raise WebProblem("invalid", "do")
    if not keys:
        return RedirectResponse("/inbox?done=none", 303)
    found = await Bulk(who.office, who.cases).act(who.actor, keys, do, {}, bulk_id=text(fields, "id", 40))
    return who.page("bulk.html", {"found": found, "do": do})
