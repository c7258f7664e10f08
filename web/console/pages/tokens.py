"""One's own API tokens (接口令牌): listed, issued for one of one's posts and shown once, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter, ValidationError

from models.account import AccountProblem, TokenIssued, TokenScope
from models.account_log import Doer
from models.base import Label
from rules.labels import Both
from service.entry.accounts import Accounts
from service.errors import AccountRefused
from web.console.caller import AccountsDep, Caller, CallerDep, FormDep
from web.console.fields import text, texts
from web.console.pages.account import page, proved

router = APIRouter(prefix="/account/tokens")

LASTS: dict[str, Both] = {
    "7": ("7 天", "7 days"),
    "30": ("30 天", "30 days"),
    "90": ("90 天", "90 days"),
    "180": ("180 天", "180 days"),
    "365": ("一年", "a year"),
}
"""Days a token may last."""

USUAL = "90"
USUAL_SCOPES = (TokenScope.READ, TokenScope.ACT)
NAME: TypeAdapter[str] = TypeAdapter(Label)


@router.get("")
async def tokens(who: CallerDep, accounts: AccountsDep) -> Response:
    """Return one's tokens and the form for a new one."""
    return await _shown(who, accounts)


@router.post("")
async def issue(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Issue a token, and show its text: this once."""
    typed: dict[str, Any] = {name: text(fields, name, 200) for name in ("name", "post", "lasts")} | {"scopes": texts(fields, "scopes")}
    problem = "" if _named(typed["name"]) else who.words.message("请填写用途")
    problem = problem or ("" if typed["scopes"] else who.words.label("account_problem", AccountProblem.SCOPE))
    problem = problem or await proved(who, accounts, text(fields, "password", 1000))
    if problem:
        return await _shown(who, accounts, typed=typed, problem=problem)
    lasts = timedelta(days=int(typed["lasts"] if typed["lasts"] in LASTS else USUAL))
    try:
        asked = {"post": typed["post"], "lasts": lasts, "scopes": typed["scopes"]}
        issued = await accounts.issue_token(who.identity.account, typed["name"], **asked, by=Doer.of(who.identity))
    except AccountRefused as refused:
        return await _shown(who, accounts, typed=typed, problem=who.words.label("account_problem", refused.code))
    return await _shown(who, accounts, issued=issued)


@router.post("/{token_id}/revoke")
async def revoke(who: CallerDep, fields: FormDep, accounts: AccountsDep, token_id: str) -> Response:
    """Take a token back for good."""
    await accounts.revoke_token(who.identity.account, token_id, by=Doer.of(who.identity))
    return RedirectResponse("/account/tokens?done=token-revoked", 303)


def _named(name: str) -> bool:
    try:
        NAME.validate_python(name)
    except ValidationError:
        return False
    return True


async def _shown(
    who: Caller, accounts: Accounts, *, typed: dict[str, Any] | None = None, problem: str = "", issued: TokenIssued | None = None
) -> Response:
    account = await accounts.get(who.identity.account)
    context: dict[str, Any] = {
        "tokens": await accounts.list_tokens(account.id),
        "mine": who.identity.posts,
        "lasts": (("", tuple((days, who.words.both(words)) for days, words in LASTS.items())),),
        "typed": typed or {"name": "", "post": who.identity.post, "lasts": USUAL, "scopes": USUAL_SCOPES},
        "scopes": tuple(TokenScope),
        "problem": problem,
        "issued": issued,
    }
    return page(who, account, "account/tokens.html", context, 422 if problem else 200)
