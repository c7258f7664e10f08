"""Papers of a case: made, signed for and handed out. They stand on its page under 材料; forms and files go to addresses of their own.

A refusal brings the case's page back with the form as it was filled in, and the reason in plain words.
"""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.paper.record import Signature, SignedBy
from models.paper.refusal import PaperProblem
from service.errors import PaperRefused, Refused
from service.papers.dossier import Binder
from service.papers.making import Maker
from service.papers.reading import PaperReader
from service.papers.taking import Taker
from web.bringing import file_of, parts
from web.console.caller import Caller, CallerDep, FormDep, brought
from web.console.fields import text, texts
from web.console.pages.case import show
from web.console.papers import shown
from web.handing import handed
from web.problems import KINDS, WebProblem

router = APIRouter(prefix="/cases/{code}")

TAB = "papers"


@router.post("/papers")
async def make(who: CallerDep, fields: FormDep, code: str) -> Response:
    """Make a paper. The same form sent twice makes one."""
    kind, action_id = text(fields, "kind", 40), who.once(fields)
    entries = {name.removeprefix("entry."): str(value) for name, value in fields.multi_items() if name.startswith("entry.")}
    try:
        made = await Maker(who.office).make(who.actor, code, kind, about=text(fields, "about", 160), entries=entries, action_id=action_id)
    except (PaperRefused, Refused) as refused:
        return await again(who, code, f"make:{kind}", fields, refused)
    return RedirectResponse(f"/cases/{code}?tab={TAB}&done=paper#paper-{made.id}", 303)


@router.post("/papers/uploads")
async def upload(who: CallerDep, code: str) -> Response:
    """Take a file in. The same form sent twice takes it in once."""
    async with brought(who) as fields:
        return await taken_in(who, code, fields)


async def taken_in(who: Caller, code: str, fields: FormData) -> Response:
    """Take in the file of a form of this session."""
    file = file_of(fields)
    try:
        if file is None:
            raise PaperRefused(PaperProblem.FIELD_MISSING)
        taken = await Taker(who.office).take(
            who.actor,
            code,
            text(fields, "kind", 40),
            title=text(fields, "title", 200) or (file.filename or "").rpartition(".")[0],
            name=file.filename or "",
            content=parts(file),
            shows=texts(fields, "shows"),
            action_id=who.once(fields),
        )
    except (PaperRefused, Refused) as refused:
        return await again(who, code, "upload", fields, refused)
    return RedirectResponse(f"/cases/{code}?tab={TAB}&done=uploaded#paper-{taken.id}", 303)


@router.post("/papers/{paper}/sign")
async def sign(who: CallerDep, fields: FormDep, code: str, paper: str) -> Response:
    """Note who has signed a paper."""
    how, on = text(fields, "how", 20), _day(text(fields, "on", 10))
    if how not in set(SignedBy) or on is None:
        return await again(who, code, f"sign:{paper}", fields, PaperRefused(PaperProblem.FIELD_MISSING))
    signature = Signature(
        signer=text(fields, "signer", 80), how=SignedBy(how), on=on, recorded_by=who.actor.person, recorded_at=who.office.now()
    )
    try:
        await Maker(who.office).sign(who.actor, code, paper, signature)
    except PaperRefused as refused:
        return await again(who, code, f"sign:{paper}", fields, refused)
    return RedirectResponse(f"/cases/{code}?tab={TAB}&done=paper-signed#paper-{paper}", 303)


@router.get("/papers/{paper}/content")
async def content(who: CallerDep, code: str, paper: str) -> Response:
    """Hand a paper out as it is kept."""
    return handed(await PaperReader(who.office).hand_out(who.actor, code, paper))


@router.get("/papers/{paper}/pdf")
async def pdf(who: CallerDep, code: str, paper: str) -> Response:
    """Hand a paper out as PDF."""
    return handed(await PaperReader(who.office).hand_out_pdf(who.actor, code, paper))


@router.get("/dossier.{form}")
async def dossier(who: CallerDep, code: str, form: str) -> Response:
    """Hand the whole file out, as `zip` or `pdf`."""
    if form not in {"zip", "pdf"}:
        raise WebProblem("not_found")
    return handed(await Binder(who.office).bind(who.actor, code, form))


async def again(who: Caller, code: str, form: str, fields: FormData, refused: PaperRefused | Refused) -> Response:
    """Return the case's page with a form that was refused, as it was filled in."""
    kind = KINDS[str(refused.code if isinstance(refused, PaperRefused) else refused.refusal.code)]
    found = await shown(who, code)
    found.form, found.typed, found.words = form, fields, who.words.pick(kind.zh, kind.en)
    return await show(who, code, TAB, papers=found, status=kind.status)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
