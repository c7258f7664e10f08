"""Pages of affairs (网格事务): their list by kind, one of them, and beginning one; the same for every kind.

What is done comes as a form of one action, made from its model. A refusal brings the page back with the form as it was filled in.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData

from models.base import Model
from models.refusal import RefusalCode
from rules.affair.allowed import may_begin
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.affair.labels import act as act_words
from rules.affair.labels import said
from service.affairs.beginning import begin as begin_affair
from service.affairs.reading import AffairFilter, AffairRow
from service.affairs.shown import AffairFile, AffairShown
from service.errors import Refused, refuse
from web.console.affair_forms import AffairChoices, at_post, form
from web.console.affair_pages import MORE, address, begins, elsewhere, kind_name, owed_by, own_page
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.inputs import Form, read
from web.console.pages.case import ALWAYS, Tried
from web.console.posts import post_name
from web.console.tables import affair_kinds, towns, whole
from web.problems import KINDS as PROBLEMS
from web.problems import WebProblem

router = APIRouter(prefix="/affairs")

LIMIT = 50


class Asked(Model):
    """What the address of the list asks for; an empty field asks nothing."""

    kind: str = ""
    stage: str = ""
    town: str = ""
    state: str = "open"
    overdue: str = ""
    cursor: str = ""

    def filter(self) -> AffairFilter:
        """Return it as the use case asks for it."""
        return AffairFilter(
            kinds=(self.kind,) if self.kind else None,
            stages=(self.stage,) if self.stage else None,
            town=self.town or None,
            ended={"open": False, "ended": True}.get(self.state),
            overdue=True if self.overdue else None,
        )


@router.get("")
async def affairs(who: CallerDep, asked: Annotated[Asked, Query()]) -> Response:
    """Return a page of the list, with the numbers of each stage above it."""
    reader, kind = who.affair_reader, KINDS.get(asked.kind)
    try:
        page = await reader.list(who.actor, asked.filter(), after=asked.cursor or None, limit=LIMIT)
    except (ValidationError, ValueError) as error:
        raise WebProblem("invalid") from error
    counted = (await reader.counts(who.actor, asked.filter().model_copy(update={"stages": None}))).kinds
    context: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "kinds": (("", affair_kinds(who)),),
        "stages": (("", _stages(who, kind)),) if kind is not None else (),
        "towns": towns(who) if whole(who) else (),
        "counted": _numbers(who, counted),
        "begins": [(name, words) for name, words in affair_kinds(who) if _begins(who, name)],
    }
    return who.page("affairs.html", context)


def _begins(who: Caller, name: str) -> bool:
    """Whether this person may begin one of a kind on a page: the kind's own, or the shared one."""
    page = begins(name) != f"/affairs/new/{name}" or form(name, KINDS[name].opens) is not None
    return page and may_begin(KINDS[name], who.actor)


def _stages(who: Caller, kind: Kind) -> tuple[tuple[str, str], ...]:
    """The stages of a kind, in the order of its words."""
    known = [*(stage for stage in kind.labels.stages if stage in kind.stages), *sorted(kind.stages - set(kind.labels.stages))]
    return tuple((stage, who.words.both(said(kind.labels, "stages", stage))) for stage in known)


def _numbers(who: Caller, counted: dict[str, dict[str, int]]) -> list[tuple[str, str, str, str, int]]:
    """Kind, its words, stage, its words, and how many there are."""
    return [
        (name, who.words.pick(KINDS[name].zh, KINDS[name].en), stage, words, counted[name][stage])
        for name in KINDS
        for stage, words in _stages(who, KINDS[name])
        if counted.get(name, {}).get(stage)
    ]


@router.get("/new/{kind_name}")
async def blank(who: CallerDep, kind_name: str) -> Response:
    """Return the form that begins an affair of a kind; sends on where the kind has a form of its own."""
    if kind_name in KINDS and begins(kind_name) != f"/affairs/new/{kind_name}":
        return RedirectResponse(begins(kind_name), 303)
    _, asked = _beginning(who, kind_name)
    return _blank_page(who, kind_name, asked, at_post(who.office, who.actor.unit))


@router.post("/new/{kind_name}")
async def begin(who: CallerDep, fields: FormDep, kind_name: str) -> Response:
    """Begin an affair. The same form sent twice begins one."""
    kind, asked = _beginning(who, kind_name)
    try:
        begun = await begin_affair(who.office, kind_name, read(asked, fields), who.actor, who.once(fields))
    except Refused as refused:
        tried = tried_of(who, kind, kind.opens, fields, refused)
        return _blank_page(who, kind_name, asked, fields, tried)
    return RedirectResponse(f"{address(kind_name, begun.receipt.code or '')}?done=affair-begun", 303)


def _beginning(who: Caller, kind_name: str) -> tuple[Kind, Form]:
    """Return a kind that this person may begin, and its form."""
    kind = KINDS.get(kind_name)
    asked = form(kind_name, kind.opens) if kind is not None and (kind.shares or kind_name) in who.office.place.books else None
    if kind is None or asked is None:
        raise WebProblem("not_found")
    if not may_begin(kind, who.actor):
        raise refuse(RefusalCode.NOT_ALLOWED)
    return kind, asked


def _blank_page(who: Caller, kind_name: str, asked: Form, typed: FormData, tried: Tried | None = None) -> Response:
    kind = KINDS[kind_name]
    context = {
        "kind": kind,
        "form": asked,
        "typed": typed,
        "tried": tried,
        "c": AffairChoices(who.words, who.office, kind, who.actor.unit),
        "new_id": uuid.uuid4().hex,
    }
    return who.page("affair/new.html", context, status=tried.status if tried is not None else 200)


@router.get("/{code}")
async def affair(who: CallerDep, code: str) -> Response:
    """Return the page of an affair. Raises UnknownAffair, PurposeNeeded."""
    return await show(who, code)


@router.post("/{code}/do/{do}")
async def act(who: CallerDep, fields: FormDep, code: str, do: str) -> Response:
    """Do an action. The same form sent twice does it once."""
    row = await who.affair_reader.row(who.actor, code)
    asked = form(row.kind, do)
    if asked is None or do == KINDS[row.kind].opens:
        raise WebProblem("not_found")
    tried = await attempt(who, fields, row, do, asked)
    if tried is not None:
        return await show(who, code, tried)
    onward = f"/affairs/{code}" if await who.affair_reader.may_see(who.actor, row.affair_id) else "/inbox"
    return RedirectResponse(f"{onward}?done=affair-done", 303)


async def attempt(
    who: Caller, fields: FormData, row: AffairRow, do: str, asked: Form, more: Mapping[str, str] | None = None
) -> Tried | None:
    """Do an action on the affair of a row, as its form asks for it; `more` is what no form asks for.

    None where it was done, else what was tried and why it was refused.
    """
    action_id = text(fields, "id", 80)
    stale = text(fields, "seq", 12) != str(row.seq) and do not in ALWAYS
    if stale and not (action_id and await who.affair_reader.done(row.affair_id, action_id)):
        return Tried(do, fields, "stale", "", stale=True, status=409)
    try:
        await who.affairs.act(row.affair_id, do, {**read(asked, fields), **(more or {})}, who.actor, action_id=action_id or None)
    except Refused as refused:
        return tried_of(who, KINDS[row.kind], do, fields, refused)
    return None


async def show(who: Caller, code: str, tried: Tried | None = None) -> Response:
    """Return the page, with an action that was refused where there is one."""
    file = await who.affair_reader.file(who.actor, code, story=True)
    kind, found = KINDS[file.affair.kind], file.affair
    chosen = AffairChoices(who.words, who.office, kind, who.actor.unit, found)
    telling = who.affair_reader.telling(kind.name)
    context: dict[str, Any] = {
        "affair": found,
        "file": file,
        "kind": kind,
        "own_page": own_page(kind.name, found.code),
        "facts": telling.facts(found.facts),
        "story": [(told, telling.facts(told.facts)) for told in reversed(file.timeline.events)] if file.timeline is not None else [],
        "groups": _actions(who, kind, file),
        "more": dict(await MORE[kind.name](who, file)) if kind.name in MORE else None,
        "owed": who.words.message("轮到您办"),
        "in_the_way": await who.claims.in_the_way(who.actor, code),
        "tried": tried,
        "c": chosen,
        "clock_of": chosen.clock,
        "nothing": FormData(),
        "new_id": lambda: uuid.uuid4().hex,
        "stage": who.words.both(said(kind.labels, "stages", found.stage)),
        "act_of": lambda do: who.words.both(act_words(kind.labels, do)),
        "kind_of": lambda name: kind_name(who, name),
        "holder_of": lambda duty: _holder(who, found, duty),
        # A file that nobody has in hand is still looked after: by whoever owes the next thing in it.
        "next_duty": found.holder or min(found.duties, key=lambda duty: (duty.due is None, duty.due or found.as_of), default=None),
    }
    return who.page("affair.html", context, status=tried.status if tried is not None else 200)


def _holder(who: Caller, found: AffairShown, duty: Any) -> str:
    """Whose turn it is: a unit's post, or any of the town."""
    if duty.person:
        return post_name(duty.person, who.office.bundle.network, who.words)
    unit = who.office.bundle.network.unit(duty.unit or "")
    where = unit.name if unit is not None else found.town_name or ""
    return f"{where} · {who.words.label('role', duty.role)}"


def _actions(who: Caller, kind: Kind, file: AffairFile) -> list[tuple[str, list[tuple[str, Form]]]]:
    """Return the actions allowed now, in groups: what this post owes, the kind's others, those of every kind."""
    found, owed = file.affair, owed_by(who, file.affair)
    dues = {duty.act: duty.due for duty in reversed(found.duties)}
    here = sorted(
        (do for do in found.allowed if do not in elsewhere(kind.name)), key=lambda do: (dues.get(do) is None, dues.get(do) or found.as_of)
    )
    forms = [(do, made) for do in here if (made := form(kind.name, do)) is not None]
    grouped = [
        (who.words.message("轮到您办"), [(do, made) for do, made in forms if do in owed]),
        (who.words.message("还可以办理"), [(do, made) for do, made in forms if do not in owed and made.group == "next"]),
        (who.words.message("其他"), [(do, made) for do, made in forms if do not in owed and made.group != "next"]),
    ]
    return [(words, group) for words, group in grouped if group]


def tried_of(who: Caller, kind: Kind, do: str, fields: FormData, refused: Refused) -> Tried:
    """Return an action that was refused, in the words of its kind."""
    found = refused.refusal
    problem = PROBLEMS[str(found.code)]
    sentence = who.words.pick(problem.zh, problem.en)
    tried = Tried(do, fields, str(found.code), found.detail.partition(" ")[0], status=problem.status)
    if found.detail:
        named = [part.strip().partition(" ")[0] for part in found.detail.replace(";", ",").split(",")]
        words = [who.words.both(said(kind.labels, "stages" if part in kind.stages else "fields", part)) for part in named]
        sentence = who.words.about(sentence, words)
    tried.words = sentence
    return tried
