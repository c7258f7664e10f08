"""How one wants to be told: one's own mail and phone, and which roads are on."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from models.message import Medium
from service.entry.accounts import Accounts
from service.errors import Refused
from service.messages.wishing import Wishes
from web.console.caller import AccountsDep, Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.pages.account import page

router = APIRouter(prefix="/account/notices")


@router.get("")
async def notices(who: CallerDep, accounts: AccountsDep) -> Response:
    """Return one's own card."""
    card = await Wishes(who.office).card(who.identity)
    return await _shown(who, accounts, card.model_dump())


@router.post("")
async def keep(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Keep one's own card."""
    given: dict[str, object] = {"mail": text(fields, "mail", 200), "phone": text(fields, "phone", 20).replace(" ", "")}
    given |= {name: bool(text(fields, name, 5)) for name in ("by_mail", "by_sms")} | {"language": text(fields, "language", 2) or None}
    try:
        await Wishes(who.office).keep(who.identity, given)
    except Refused as refused:
        wrong = who.words.message("邮箱格式不对") if refused.refusal.detail == "mail" else who.words.message("手机号格式不对")
        return await _shown(who, accounts, given, wrong, 422)
    return RedirectResponse("/account/notices?done=notices", 303)


async def _shown(who: Caller, accounts: Accounts, card: dict[str, object], problem: str = "", status: int = 200) -> Response:
    roads = Wishes(who.office).roads()
    context = {"card": card, "problem": problem, "by_mail": Medium.MAIL in roads, "by_sms": Medium.SMS in roads}
    return page(who, await accounts.get(who.identity.account), "account/notices.html", context, status)
