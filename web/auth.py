"""Who asks: a bearer token or a session cookie becomes an `Identity`, whose `actor` is the post now in use.

In the embedded default, where the settings say so, demo tokens (`demo:role@unit`) count as well, from this machine alone.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from models.account import Identity
from models.party import Actor
from rules.keeping import needs
from service.entry.accounts import Accounts
from service.entry.identity import demo_allowed
from service.entry.people import resolve_actor
from service.errors import Refused
from service.office import Office
from web.problems import WebProblem
from web.state import OfficeDep

SESSION_COOKIE = "jiefen_session"
DEMO = "demo:"

BETWEEN = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers by which a proxy says that somebody else asks through it."""

bearer = HTTPBearer(auto_error=False, description="An API token; in the demo `demo:role@unit`, from this machine alone.")


class DemoAccounts:
    """Takes `demo:role@unit` for the person in that post."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def by_token(self, token: str) -> Identity | None:
        """Return the person in the post that the token names."""
        post = token.removeprefix(DEMO)
        if not token.startswith(DEMO) or post.startswith("citizen@"):
            return None
        try:
            actor = await resolve_actor(post, self._office.roll, self._office.bundle.network)
        except Refused:
            return None
        return Identity(account="demo", person=actor.person, actor=actor, post=post, posts=(post,))


async def current_identity(
    request: Request, office: OfficeDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Identity:
    """Return who asks, or end the request: with 401, or with 403 where a password has to be changed, a second factor to be set up
    first, or where a token is not good for it.
    """
    return _good(request, await _identity(request, office, credentials.credentials if credentials is not None else None))


async def by_key(request: Request, office: Office, key: str) -> Identity:
    """Return whose API token this is, where a request brings it along in another way; ends the request as `current_identity`."""
    return _good(request, await _identity(request, office, key))


def _good(request: Request, found: Identity | None) -> Identity:
    """Return who was found, where they may ask this."""
    if found is None:
        raise WebProblem("unauthenticated")
    if found.session is not None and found.must_change:
        raise WebProblem("password_change")
    if found.needs_factor:
        raise WebProblem("second_factor")
    needed = needs(request.method, request.url.path)
    if not found.good_for(needed):
        raise WebProblem("token_scope", str(needed))
    return found


async def again(request: Request, office: Office, before: Identity) -> Identity | None:
    """Return who asks, asked again in the middle of a long answer; None when the session is over or another post is in use."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    found = await _identity(request, office, token.strip() if scheme.lower() == "bearer" else None, used=False)
    return found if found is not None and found.actor == before.actor else None


async def _identity(request: Request, office: Office, token: str | None, *, used: bool = True) -> Identity | None:
    accounts: Accounts = request.app.state.accounts
    if token is not None:
        if token.startswith(DEMO):
            return await DemoAccounts(office).by_token(token) if _demo(request, office) else None
        return await accounts.by_token(token)
    cookie = request.cookies.get(SESSION_COOKIE)
    return await accounts.by_session(cookie, used=used) if cookie else None


def _demo(request: Request, office: Office) -> bool:
    """Whether demo tokens count here: in the embedded default alone, and asked from this machine with nothing in between."""
    if not demo_allowed(office.settings) or request.client is None or any(name in request.headers for name in BETWEEN):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


IdentityDep = Annotated[Identity, Depends(current_identity)]


async def current_actor(identity: IdentityDep) -> Actor:
    """Return the person in the post now in use."""
    return identity.actor


ActorDep = Annotated[Actor, Depends(current_actor)]
