"""The page of one case: where it is, who holds it, why each date, its story, and what this person can do now.

What is done comes as a form of one action. A refusal brings the page back with the form as it was filled in, and the reason in
plain words.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from rules.affair.kinds import KINDS as AFFAIRS
from service.errors import Refused
from service.shown import File
from web.console.affair_pages import owed_by
from web.console.caller import Caller, CallerDep, FormDep
from web.console.choices import choices
from web.console.fields import text
from web.console.forms import FORMS
from web.console.inputs import Form, read
from web.console.papers import Papers, shown
from web.console.posts import post_name, unit_name
from web.console.said import plain
from web.problems import KINDS, WebProblem

router = APIRouter(prefix="/cases")

TABS: tuple[tuple[str, str, str], ...] = (
    ("facts", "详情", "Details"),
    ("story", "流程", "Story"),
    ("mediation", "调解", "Mediation"),
    ("agreement", "协议与履行", "Agreement"),
    ("tasks", "协办任务", "Tasks"),
    ("papers", "材料", "Papers"),
    ("visits", "回访", "Visits"),
    ("audit", "审核", "Audit"),
)
"""Name in the address, and words."""

GROUPS = (
    ("next", "还可以推进", "Could come next"),
    ("work", "办理", "Work"),
    ("change", "调整", "Change"),
    ("end", "办结与重启", "End or begin again"),
)

ALWAYS = frozenset({"note"})
"""Actions that are right whatever has happened to the case since the page was made."""


@dataclass(slots=True)
class Tried:
    """An action that was refused: its form as filled in, and why."""

    do: str
    fields: FormData
    code: str
    detail: str
    stale: bool = False
    status: int = 422
    words: str = ""


@router.get("/{code}")
async def case(
    who: CallerDep, code: str, tab: str = "facts", as_of: Annotated[str, Query(max_length=40, pattern=r"^[0-9TZ:.+-]*$")] = ""
) -> Response:
    """Return the page of a case, now or as it stood at a time. Raises UnknownCase, PurposeNeeded; Refused for a time that is none."""
    return await show(who, code, tab, as_of=as_of)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Do an action. The same form sent twice does it once."""
    if do not in FORMS:
        raise WebProblem("not_found")
    tab = text(fields, "tab", 20)
    _, version = await who.reader.version(who.actor, code)
    seen = text(fields, "seq", 12)
    if seen != str(version) and do not in ALWAYS and not await sent_before(who, code, fields):
        return await show(who, code, tab, tried=Tried(do, fields, "stale", "", stale=True, status=409))
    try:
        await who.cases.act(code, do, read(FORMS[do], fields), who.actor, action_id=text(fields, "id", 80) or None)
    except Refused as refused:
        found = refused.refusal
        status = KINDS[str(found.code)].status
        return await show(who, code, tab, tried=Tried(do, fields, str(found.code), found.detail, status=status))
    onward = f"/cases/{code}" if await who.reader.may_see(who.actor, await who.cases.find(code)) else "/inbox"
    return RedirectResponse(f"{onward}?done={do}{f'&tab={tab}' if tab and onward != '/inbox' else ''}", 303)


async def sent_before(who: Caller, code: str, fields: FormData) -> bool:
    """Whether this very form has been sent before: then the answer is its receipt."""
    action_id = text(fields, "id", 80)
    return bool(action_id) and await who.reader.done(await who.cases.find(code), action_id)


async def show(
    who: Caller,
    code: str,
    tab: str = "facts",
    *,
    tried: Tried | None = None,
    papers: Papers | None = None,
    status: int = 0,
    as_of: str = "",
) -> Response:
    """Return the page, with an action or a paper that was refused where there is one."""
    tab = tab if tab in {name for name, _, _ in TABS} else "facts"
    if as_of:
        file = await who.reader.then(who.actor, code, as_of, story=tab == "story")
    else:
        file = await who.reader.file(who.actor, code, story=tab == "story")
    if tab == "papers" and papers is None and not as_of:
        papers = await shown(who, code)
    if tried is not None:
        tried.words = plain(tried.code, tried.detail, tried.do, who.words)
    chosen = await choices(who, file.case)
    context: dict[str, Any] = {
        "case": file.case,
        "file": file,
        "tab": tab,
        "then": as_of,
        "tabs": [(name, who.words.pick(zh, en)) for name, zh, en in TABS],
        "groups": _actions(who, file),
        "owed": who.words.message("轮到您办"),
        "in_the_way": {} if as_of else await who.claims.in_the_way(who.actor, code),
        "c": chosen,
        "tried": tried,
        "papers": papers,
        "affairs": [] if as_of else await _affairs(who, code),
        "signer_of": lambda signer: next((party.name or party.id for party in file.case.parties if party.id == signer), _post(who, signer)),
        "nothing": FormData(),
        "new_id": lambda: uuid.uuid4().hex,
        "unit_name_of": lambda unit: _unit(who, unit),
        "post_of": lambda post: _post(who, post),
        "clock_of": lambda clock: _clock(who, file, clock),
        "word": chosen.word,
        "sign": lambda code: _sign(who, code),
    }
    return who.page("case.html", context, status=status or (tried.status if tried is not None else 200))


async def _affairs(who: Caller, code: str) -> list[tuple[str, str, str]]:
    """Return the affairs that keep a link to the case and that this person may see: their kind, it in words, and code."""
    found = await who.affair_reader.linked_to(who.actor, await who.cases.find(code), "case")
    return [(link.kind, who.words.pick(AFFAIRS[link.kind].zh, AFFAIRS[link.kind].en), link.code) for link in found]


def _actions(who: Caller, file: File) -> list[tuple[str, list[tuple[str, Form]]]]:
    """Return the actions allowed now, in groups: what this post owes first. Taking the last step back has a place of its own."""
    case, owed = file.case, owed_by(who, file.case)
    allowed = [do for do in FORMS if do in case.allowed and do != "take_back"]
    grouped = [(who.words.message("轮到您办"), [(do, FORMS[do]) for do in allowed if do in owed])]
    for group, zh, en in GROUPS:
        grouped.append((who.words.pick(zh, en), [(do, FORMS[do]) for do in allowed if do not in owed and FORMS[do].group == group]))
    return [(words, forms) for words, forms in grouped if forms]


def _unit(who: Caller, unit_id: str | None) -> str:
    return unit_name(unit_id, who.office.bundle.network) or "—"


def _post(who: Caller, post: str | None) -> str:
    return post_name(post, who.office.bundle.network, who.words) if post else "—"


def _sign(who: Caller, code: str) -> str:
    """Return a reason of a risk tier: a sign of the place's table, or one that was reckoned."""
    sign = who.office.bundle.risk.signs.get(code)
    return who.words.pick(sign.zh, sign.en) if sign else who.words.label("reason", code)


def _clock(who: Caller, file: File, clock: str) -> str:
    """Return what a clock counts for; that of a task or a promise names it."""
    words, about = who.words.clock(clock), clock.partition(":")[2]
    task = next((task for task in file.case.tasks if task.id == about), None)
    if task is not None:
        return f"{words} · {task.unit_name or task.unit}"
    promises = file.case.agreement.promises if file.case.agreement else ()
    promise = next((promise for promise in promises if promise.id == about), None)
    return f"{words} · {promise.what}" if promise is not None and promise.what else words
