"""One's own second factor (动态验证码): a QR code for the authenticator app, a first code, and recovery codes, shown once."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from models.account_log import Doer
from service.entry.accounts import Accounts
from web.console.caller import AccountsDep, Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.pages.account import page, proved
from web.console.qr import qr
from web.problems import WebProblem

router = APIRouter(prefix="/account/second-factor")


@router.get("")
async def second_factor(who: CallerDep, accounts: AccountsDep) -> Response:
    """Return whether there is one; and the QR code of one that waits for its first code."""
    return await _shown(who, accounts)


@router.post("/offer")
async def offer(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Make up a secret, to be confirmed with a first code."""
    await _local(who, accounts)
    await accounts.enrol_totp(who.identity.account)
    return RedirectResponse("/account/second-factor", 303)


@router.post("/confirm")
async def confirm(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Put it in force, and show the recovery codes: this once."""
    await _local(who, accounts)
    problem = await proved(who, accounts, text(fields, "password", 1000))
    if problem:
        return await _shown(who, accounts, problem=problem)
    codes = await accounts.confirm_totp(who.identity.account, text(fields, "code", 40), by=Doer.of(who.identity))
    if codes is None:
        return await _shown(who, accounts, problem=who.words.message("验证码不正确，请核对手机时间后重试"))
    await accounts.sessions.prove(who.cookie)
    return page(who, await accounts.get(who.identity.account), "account/codes.html", {"codes": codes})


@router.post("/drop")
async def drop(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Take it away; all sessions end, this one among them."""
    await _local(who, accounts)
    problem = await proved(who, accounts, text(fields, "password", 1000))
    if problem:
        return await _shown(who, accounts, dropping=problem)
    await accounts.drop_totp(who.identity.account, by=Doer.of(who.identity))
    return RedirectResponse("/login?done=factor-dropped", 303)


async def _local(who: Caller, accounts: Accounts) -> None:
    """Refuse who signs in through a provider alone: the code would never be asked for."""
    if not (await accounts.get(who.identity.account)).local:
        raise WebProblem("not_found")


async def _shown(who: Caller, accounts: Accounts, *, problem: str = "", dropping: str = "") -> Response:
    account = await accounts.get(who.identity.account)
    offered = await accounts.offered_totp(account.id) if account.local else None
    context = {
        "offer": offered,
        "qr": qr(offered.uri) if offered is not None else "",
        "left": await accounts.codes_left(account.id),
        "problem": problem,
        "dropping": dropping,
    }
    return page(who, account, "account/second_factor.html", context, 422 if problem or dropping else 200)
