"""One's own account: posts, sessions, and the password, which has to be changed first where it was handed over."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from models.account import Account
from models.account_log import Doer
from service.entry.accounts import Accounts
from service.entry.sessions import ABSOLUTE, IDLE
from web.console.caller import AccountsDep, Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.posts import post_name

router = APIRouter(prefix="/account")

TABS: tuple[tuple[str, str, str, bool], ...] = (
    ("", "概览", "Overview", False),
    ("/password", "修改密码", "Password", True),
    ("/second-factor", "动态验证码", "Second factor", True),
    ("/absences", "离岗与代班", "Absences", False),
    ("/notices", "消息通知", "Notices", False),
    ("/feeds", "日历订阅", "Calendars", False),
    ("/tokens", "接口令牌", "API tokens", False),
)
"""Address below `/account`, words, and whether it is only for accounts with a password here."""


@router.get("")
async def overview(who: CallerDep, accounts: AccountsDep) -> Response:
    """Return who one is here, in which posts, and where one is signed in."""
    account = await accounts.get(who.identity.account)
    context = {
        "sessions": await accounts.own_sessions(who.identity),
        "today": accounts.identities.today,
        "codes": await accounts.codes_left(account.id),
        "idle": int(IDLE.total_seconds() // 60),
        "longest": int(ABSOLUTE.total_seconds() // 3600),
    }
    return page(who, account, "account/overview.html", context)


@router.post("/sessions/end")
async def end_others(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """End all other sessions of one's own."""
    await accounts.end_other_sessions(who.identity)
    return RedirectResponse("/account?done=sessions", 303)


@router.get("/password")
async def password_page(who: CallerDep, accounts: AccountsDep) -> Response:
    """Return the form that changes the password."""
    return page(who, await accounts.get(who.identity.account), "account/password.html", {"problem": ""})


@router.post("/password")
async def password(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Change the password; all sessions end, this one among them."""
    account_id, new = who.identity.account, text(fields, "new", 1000)
    if new != text(fields, "again", 1000):
        problem = who.words.message("两次输入的新密码不一致")
    else:
        found = await accounts.change_password(account_id, text(fields, "old", 1000), new, who.origin, by=Doer.of(who.identity))
        problem = who.words.label("password_problem", found)
    if problem:
        return page(who, await accounts.get(account_id), "account/password.html", {"problem": problem}, 422)
    return RedirectResponse("/login?done=password", 303)


def page(who: Caller, account: Account, template: str, context: dict[str, Any], status: int = 200) -> Response:
    """Return a page of one's own account, with the tabs that lead to the others."""
    shown = [(f"/account{path}", who.words.pick(zh, en)) for path, zh, en, local in TABS if account.local or not local]
    network = who.office.bundle.network
    named = {"account": account, "tabs": [] if account.must_change else shown, "post_of": lambda post: post_name(post, network, who.words)}
    return who.page(template, {**named, **context}, status=status)


async def proved(who: Caller, accounts: Accounts, password: str) -> str:
    """Return why somebody has not shown that the session is theirs, in words; nothing where they have."""
    problem = await accounts.prove(who.identity.account, password, who.origin)
    return who.words.label("password_problem", problem)
