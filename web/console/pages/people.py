"""Other people's accounts (`/people`), for the two administrators who keep them: found, made, and what is done to one."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.account import Account, AccountProblem, AccountState, Created, HeldPost
from models.base import Model
from rules.account_labels import STATES
from rules.keeping import KEEPERS
from rules.staff_ids import unit_of
from rules.standins import ARRANGES
from service.entry.keeping import Keeping
from service.errors import AccountRefused
from web.console.caller import AccountsDep, Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.post_picker import chosen, kept, roles, units
from web.console.posts import post_name
from web.console.tables import named, towns
from web.problems import WebProblem

router = APIRouter(prefix="/people")

PAGE = 50
"""Accounts on a page."""


def keeping(who: CallerDep, accounts: AccountsDep) -> Keeping:
    """Return the accounts as this person keeps them."""
    return Keeping(accounts, who.identity)


KeepingDep = Annotated[Keeping, Depends(keeping)]


class Asked(Model):
    """What the address of the list asks for; names have no place there."""

    town: str = ""
    state: AccountState | str = ""
    page: Annotated[int, Query(ge=1, le=1000)] = 1

    def fits(self, account: Account, who: Caller) -> bool:
        """Whether an account is asked for: it has a post in the town, and this state."""
        if self.state and account.state != self.state:
            return False
        network = who.office.bundle.network
        found = [network.unit(unit_of(post.staff)) for post in account.posts]
        return not self.town or any(unit is not None and unit.town == self.town for unit in found)


@router.get("")
async def people(who: CallerDep, keeping: KeepingDep, asked: Annotated[Asked, Query()]) -> Response:
    """Return a page of the accounts; who arranges absences only is sent to those."""
    if who.actor.role in ARRANGES:
        return RedirectResponse("/people/absences", 303)
    found = [account for account in await _all(keeping) if asked.fits(account, who)]
    at = (asked.page - 1) * PAGE
    return _list(who, found[at : at + PAGE], len(found), asked, more=len(found) > at + PAGE)


@router.post("/search")
async def search(who: CallerDep, keeping: KeepingDep, fields: FormDep) -> Response:
    """Find accounts by a part of the name or of the login name."""
    words = text(fields, "text", 100).casefold()
    found = [account for account in await _all(keeping) if words in account.label.casefold() or words in account.login]
    return _list(who, found[:PAGE], len(found), Asked(), searched=True)


@router.get("/roles")
async def role_options(who: CallerDep, unit: str = "") -> Response:
    """Return the roles there are in a unit, as the choices of a field."""
    _keeps(who)
    found = [person for person in await who.office.roll.all() if person.unit == unit or not unit]
    return who.page("people/roles.html", {"roles": roles(who, found)})


@router.get("/new")
async def new(who: CallerDep) -> Response:
    """Return the form for a new account."""
    _keeps(who)
    return await _form(who, FormData())


@router.post("/new")
async def create(who: CallerDep, keeping: KeepingDep, fields: FormDep) -> Response:
    """Make an account, and show its first password: this once."""
    _keeps(who)
    local = text(fields, "way", 20) != "provider"
    try:
        made = await keeping.create(text(fields, "login", 200), text(fields, "label", 200), [chosen(fields)], local=local)
    except AccountRefused as refused:
        return await _form(who, fields, who.words.label("account_problem", refused.code))
    return _handed(who, made) if made.password else RedirectResponse(f"/people/{made.account.id}?done=account", 303)


@router.get("/{account_id}")
async def person(who: CallerDep, keeping: KeepingDep, account_id: str) -> Response:
    """Return one account and what can be done to it."""
    return await _shown(who, keeping, account_id)


@router.post("/{account_id}/posts")
async def set_posts(who: CallerDep, keeping: KeepingDep, fields: FormDep, account_id: str) -> Response:
    """Change the days of posts, drop some, add one."""

    async def doing() -> None:
        added: list[HeldPost] = [chosen(fields)] if text(fields, "unit", 80) or text(fields, "role", 40) else []
        await keeping.set_posts(account_id, [*kept(fields), *added])

    return await _done(who, keeping, account_id, doing(), "posts")


@router.post("/{account_id}/state")
async def set_state(who: CallerDep, keeping: KeepingDep, fields: FormDep, account_id: str) -> Response:
    """Switch the account on or off."""
    state = AccountState.ACTIVE if text(fields, "state", 20) == AccountState.ACTIVE else AccountState.DISABLED
    return await _done(who, keeping, account_id, keeping.set_state(account_id, state), f"account-{state}")


@router.post("/{account_id}/password")
async def reset(who: CallerDep, keeping: KeepingDep, fields: FormDep, account_id: str) -> Response:
    """Give a new password, and show it: this once."""
    _keeps(who)
    try:
        made = await keeping.reset_password(account_id)
    except AccountRefused as refused:
        return await _shown(who, keeping, account_id, refused)
    return _handed(who, made)


@router.post("/{account_id}/second-factor")
async def drop(who: CallerDep, keeping: KeepingDep, fields: FormDep, account_id: str) -> Response:
    """Take the second factor away."""
    return await _done(who, keeping, account_id, keeping.drop_totp(account_id), "their-factor")


async def _done(who: Caller, keeping: Keeping, account_id: str, doing: Awaitable[None], word: str) -> Response:
    """Do it and go back to the account; a refusal is said there."""
    try:
        await doing
    except AccountRefused as refused:
        return await _shown(who, keeping, account_id, refused)
    return RedirectResponse(f"/people/{account_id}?done={word}", 303)


def _keeps(who: Caller) -> None:
    if who.actor.role not in KEEPERS:
        raise WebProblem("not_allowed")


async def _all(keeping: Keeping) -> list[Account]:
    try:
        return await keeping.all()
    except AccountRefused:
        raise WebProblem("not_allowed") from None


def _list(who: Caller, found: list[Account], count: int, asked: Asked, *, more: bool = False, searched: bool = False) -> Response:
    context = {
        "people": found,
        "count": count,
        "asked": asked,
        "more": more,
        "searched": searched,
        "towns": towns(who),
        "states": named(who, STATES),
        **_common(who),
    }
    return who.page("people/list.html", context)


async def _shown(who: Caller, keeping: Keeping, account_id: str, refused: AccountRefused | None = None) -> Response:
    """Return the page of an account, and why something was refused where it was."""
    try:
        account = await keeping.get(account_id)
    except AccountRefused as error:
        raise WebProblem("not_found" if error.code is AccountProblem.UNKNOWN else "not_allowed") from None
    context: dict[str, Any] = {
        "account": account,
        "mine": keeping.refused(account_id) is AccountProblem.OWN,
        "problem": who.words.label("account_problem", refused.code) if refused is not None else "",
        **await _choices(who),
    }
    return who.page("people/person.html", context, status=422 if refused is not None else 200)


async def _form(who: Caller, typed: FormData, problem: str = "") -> Response:
    context = {"typed": typed, "problem": problem, "provider": bool(who.office.settings.oidc_issuer), **await _choices(who)}
    return who.page("people/new.html", context, status=422 if problem else 200)


def _handed(who: Caller, made: Created) -> Response:
    return who.page("people/password.html", {"made": made, **_common(who)})


async def _choices(who: Caller) -> dict[str, Any]:
    return {"units": units(who), "roles": roles(who, await who.office.roll.all()), **_common(who)}


def _common(who: Caller) -> dict[str, Any]:
    network = who.office.bundle.network
    return {"post_of": lambda post: post_name(post, network, who.words), "today": who.today}
