"""The page of a party that follows its own case (`/citizen`): in by query code and phone, how far it is, and a word in return.

It shows nothing of the content and nothing of the other side; what that is, `service/citizens.py` has decided.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.citizen import CitizenSession, EntryProblem, EntryRefused
from models.words import ENDS, Stage
from rules.labels import Both
from rules.order.kind import ORDER
from service.affairs.objections import Objections
from service.citizens import Citizens
from service.entry.sessions import check_csrf
from service.errors import Refused
from service.messages.wishing import Wishes
from web.console import cookies
from web.console.caller import Guest, GuestDep, checked
from web.console.fields import text
from web.console.said import plain
from web.problems import KINDS

router = APIRouter(prefix="/citizen")

PATH = "/citizen"

PROBLEMS: dict[EntryProblem, tuple[int, Both]] = {
    EntryProblem.MISTYPED: (422, ("查询码不对，请对照回执再输一次", "This is no query code: compare it with your slip")),
    EntryProblem.WRONG: (401, ("查询码或电话后四位不对", "The query code or the digits of the phone are not right")),
    EntryProblem.LOCKED: (429, ("试的次数太多，请稍后再试", "Too many attempts: try again later")),
    EntryProblem.CODE_SENT: (
        200,
        ("验证码已发到登记的电话，5分钟内有效", "A code has gone to the phone we have; it is good for 5 minutes"),
    ),
    EntryProblem.CODE_WRONG: (401, ("验证码不对或已过期", "The code is not right, or too old")),
    EntryProblem.NOT_SENT: (
        503,
        ("短信暂时发不出去，请稍后再试，或到受理窗口查询", "The text could not be sent: try again later, or ask at the counter"),
    ),
}

STEPS: tuple[tuple[Both, frozenset[Stage]], ...] = (
    (("登记", "Registered"), frozenset({Stage.REGISTERED})),
    (("受理转办", "Accepted"), frozenset({Stage.SCREENED, Stage.ROUTED, Stage.SIGNED})),
    (("调解", "Mediation"), frozenset({Stage.MEDIATING})),
    (("履行协议", "Agreement"), frozenset({Stage.AGREED, Stage.PERFORMING})),
    (("回访审核", "Follow-up"), frozenset({Stage.FOLLOWING_UP, Stage.AUDITING})),
    (("办结", "Finished"), frozenset({Stage.ARCHIVED})),
)
"""The way of a case in few steps, for people who are not of the office."""


@dataclass(slots=True)
class Visitor(Guest):
    """A party that has been let in."""

    session: CitizenSession

    def csrf(self) -> str:
        """Return the token of this session's forms."""
        return self.session.csrf

    def checks(self, token: str | None) -> bool:
        """Whether a form was made by us, in this session."""
        return check_csrf(self.session.cookie, token)

    @property
    def citizens(self) -> Citizens:
        """What they may see and ask for."""
        return Citizens(self.office)


class NotIn(Exception):
    """Ends a request at the page that asks for the query code."""


async def visitor_or_none(request: Request, looks: GuestDep) -> Visitor | None:
    """Return the party that looks, or None where nobody has been let in."""
    cookie = request.cookies.get(cookies.CITIZEN)
    session = await Citizens(looks.office).by_session(cookie) if cookie else None
    return None if session is None else Visitor(looks.request, looks.office, looks.words, looks.theme, session)


async def visitor(found: Annotated[Visitor | None, Depends(visitor_or_none)]) -> Visitor:
    """Return the party that looks; sends away whoever has not been let in, or stayed too long."""
    if found is None:
        raise NotIn
    return found


VisitorDep = Annotated[Visitor, Depends(visitor)]


async def form(request: Request, who: VisitorDep) -> FormData:
    """Return the fields of a form of this session. Refuses one that some other page has sent."""
    return await checked(request, who)


OwnFormDep = Annotated[FormData, Depends(form)]


@router.get("")
async def door(looks: GuestDep, found: Annotated[Visitor | None, Depends(visitor_or_none)]) -> Response:
    """Return how far the case is, or the page that asks for the query code."""
    return await show(found) if found is not None else _ask(looks)


@router.post("")
async def enter(request: Request, looks: GuestDep) -> Response:
    """Let a party in by its query code and the last digits of its phone."""
    fields = await checked(request, looks)
    address = request.client.host if request.client is not None else ""
    code, digits, sent = text(fields, "code", 200), text(fields, "digits", 200), text(fields, "sent", 20)
    made = await Citizens(looks.office).enter(code, digits, address, sent=sent, replaces=request.cookies.get(cookies.CITIZEN))
    if isinstance(made, EntryRefused):
        status, words = PROBLEMS[made.code]
        minutes = -(-made.wait // 60)
        told = {"problem": looks.words.both(words), "minutes": minutes, "code": code}
        waits = made.code in {EntryProblem.CODE_SENT, EntryProblem.CODE_WRONG}
        return _ask(looks, {**told, "digits": digits if waits else "", "good": made.code is EntryProblem.CODE_SENT}, status)
    answer = RedirectResponse(PATH, 303)
    cookies.keep(answer, request, cookies.CITIZEN, made.cookie, path=PATH)
    return answer


@router.post("/leave")
async def leave(request: Request, who: VisitorDep, fields: OwnFormDep) -> Response:
    """End the session: the phone may be somebody else's."""
    await who.citizens.leave(who.session.cookie)
    answer = RedirectResponse(f"{PATH}?done=left", 303)
    cookies.forget(answer, request, cookies.CITIZEN, path=PATH)
    return answer


@router.post("/rate")
async def rate(who: VisitorDep, fields: OwnFormDep) -> Response:
    """Say how one was served."""
    satisfied = {"yes": True, "no": False}.get(text(fields, "satisfied"))
    if satisfied is None:
        return await show(who, wrong=("rate", who.words.message("请先选满意或不满意")), fields=fields)
    return await _said(who, fields, "rate", lambda act: who.citizens.rate(who.session, satisfied, text(fields, "text"), action_id=act))


@router.post("/complain")
async def complain(who: VisitorDep, fields: OwnFormDep) -> Response:
    """Complain; the director of the centre owes a reply."""
    return await _said(who, fields, "complain", lambda act: who.citizens.complain(who.session, text(fields, "text"), action_id=act))


@router.post("/withdraw")
async def withdraw(who: VisitorDep, fields: OwnFormDep) -> Response:
    """Take one's application back."""
    if not text(fields, "sure"):
        return await show(who, wrong=("withdraw", who.words.message("请先勾选确认撤回")), fields=fields)
    return await _said(who, fields, "withdraw", lambda act: who.citizens.withdraw(who.session, text(fields, "reason"), action_id=act))


@router.post("/object")
async def object_to(who: VisitorDep, fields: OwnFormDep) -> Response:
    """Object to being watched (预警申诉); somebody who entered no signal decides."""
    said = text(fields, "text")
    return await _said(
        who, fields, "object", lambda act: Objections(who.office).object(who.session, text(fields, "watch", 80), said, action_id=act)
    )


@router.post("/texts")
async def texts(who: VisitorDep, fields: OwnFormDep) -> Response:
    """Agree to text messages, or end them."""
    on = text(fields, "on", 5) == "yes"
    await Wishes(who.office).set_texts(who.session, on=on)
    return RedirectResponse(f"{PATH}?done=texts-{'on' if on else 'off'}", 303)


async def _said(who: Visitor, fields: FormData, do: str, ask: Callable[[str | None], Awaitable[object]]) -> Response:
    """Do what a party asks for; a refusal brings the page back with what was written."""
    try:
        await ask(text(fields, "id", 80) or None)
    except Refused as refused:
        found = refused.refusal
        said = plain(str(found.code), found.detail, do, who.words)
        return await show(who, wrong=(do, said), fields=fields, status=KINDS[str(found.code)].status)
    return RedirectResponse(f"{PATH}?done=own-{do}", 303)


async def show(who: Visitor, *, wrong: tuple[str, str] = ("", ""), fields: FormData | None = None, status: int | None = None) -> Response:
    """Return the page of the case, with the form that was refused where there is one."""
    progress = await who.citizens.progress(who.session)
    typed = fields if fields is not None else FormData()
    context: dict[str, Any] = {
        "p": progress,
        "steps_": steps(progress.stage, who),
        "wrong": wrong,
        "typed": lambda do, name: text(typed, name) if do == wrong[0] else "",
        "new_id": lambda: uuid.uuid4().hex,
        "watches": await Objections(who.office).of(who.session),
        "texts": await Wishes(who.office).texts(who.session),
    }
    return who.page("citizen/progress.html", context, status=status or (422 if wrong[0] else 200))


def steps(stage: Stage | None, who: Guest) -> list[tuple[str, str]]:
    """Return the steps in words with `done`, `now` or `later`; what left the way early ends where it left."""
    words = [who.words.both(both) for both, _ in STEPS]
    if stage in ENDS and stage is not Stage.ARCHIVED:
        return [(words[0], "done"), (words[-1], "now")]
    at = next((n for n, (_, stages) in enumerate(STEPS) if stage in stages), 0)
    return [(word, "done" if n < at else "now" if n == at else "later") for n, word in enumerate(words)]


def _ask(looks: Guest, context: dict[str, Any] | None = None, status: int = 200) -> Response:
    return looks.knock_page(
        "citizen/ask.html",
        {"problem": "", "minutes": 0, "code": "", "digits": "", "good": False, "team": ORDER.name in looks.office.place.books}
        | (context or {}),
        status=status,
    )
