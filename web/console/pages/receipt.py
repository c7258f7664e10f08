"""The receipt slip of a case (`/cases/{code}/receipt`), to print: for each applicant one, with the query code that is theirs alone."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from models.words import Side
from service.citizens import Citizens
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.qr import qr
from web.state import own_address

router = APIRouter(prefix="/cases/{code}/receipt")


@router.get("")
async def receipt(who: CallerDep, code: str, party: str = "") -> Response:
    """Return the slips of the applicants, or that of one party. Raises UnknownCase, Refused."""
    slip = await Citizens(who.office).slip(who.actor, code)
    shown = [one for one in slip.parties if (one.party == party if party else one.side is Side.APPLICANT)]
    address = citizen_address(who)
    context = {"slip": slip, "shown": shown, "others": [one for one in slip.parties if one not in shown], "qr": qr(address)}
    return who.page("receipt.html", {**context, "citizen_address": address})


@router.post("/renew")
async def renew(who: CallerDep, code: str, fields: FormDep) -> Response:
    """Put a new query code in the place of a party's that was lost. Raises UnknownCase, Refused."""
    party = text(fields, "party", 80)
    await Citizens(who.office).renew(who.actor, code, party)
    return RedirectResponse(f"/cases/{code}/receipt?done=renewed&party={party}", 303)


@router.post("/texts")
async def texts(who: CallerDep, code: str, fields: FormDep) -> Response:
    """Note what a party has said about text messages. Raises UnknownCase, Refused."""
    party, on = text(fields, "party", 80), text(fields, "on", 5) == "yes"
    await Citizens(who.office).agree_texts(who.actor, code, party, on=on)
    return RedirectResponse(f"/cases/{code}/receipt?done=agreed-{'on' if on else 'off'}&party={party}", 303)


def citizen_address(who: Caller) -> str:
    """Return where citizens look their case up. It carries no code: that is theirs to type in."""
    return f"{own_address(who.request, who.office)}/citizen"
