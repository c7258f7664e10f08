"""Signing in through an OIDC provider (统一身份认证): authorization code with PKCE, in a browser that has to be the same on return.

No account is made here: the provider says who somebody is, those who keep the accounts say whether they have one. What is on its
way lies in the store, so the browser may come back to another process. Secrets, codes, tokens and claims are in no log.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import timedelta

import structlog
from pydantic import Field

from models.account import Account, LoginProblem, LoginRefused, Session
from models.base import Model
from service.entry.accounts import Accounts
from service.entry.addresses import inside
from service.entry.id_token import Claims, has_second_factor, login_of
from service.entry.oidc_provider import Granted, ProviderClient
from service.entry.sessions import digest, new_secret
from service.errors import AccountRefused, ProviderProblem
from service.office import Office
from store.entry.sessions import FlowRow, FlowShelf

FLOW = timedelta(minutes=10)
"""How long somebody may take at the provider."""

LONGEST = 300
"""Longest address of a page that is kept meanwhile."""

PATIENCE = 5.0
"""Seconds that one answer of the provider may take."""

AWAY = frozenset({"server_error", "temporarily_unavailable"})
"""What a provider sends back in place of a code when it can't do its work (RFC 6749)."""

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
"""What `new_secret` makes."""

log = structlog.get_logger("oidc")


class Departure(Model):
    """A sign-in that begins."""

    address: str = Field(repr=False)
    """Where to send the browser."""
    browser: str = Field(repr=False)
    """The cookie that the browser has to bring back; its digest alone is stored."""


class Arrival(Model):
    """A sign-in that succeeded."""

    session: Session
    onward: str
    """The page to go on to, on this site; empty where none was wanted."""


class Oidc:
    """Sign-ins through the provider of the settings. Keeps nothing but what the provider says of itself."""

    def __init__(self, office: Office, accounts: Accounts, *, patience: float = PATIENCE) -> None:
        self._office = office
        self._accounts = accounts
        self._settings = office.settings
        self._flows = FlowShelf(office.store)
        self._client = ProviderClient(office.settings, patience)

    @property
    def configured(self) -> bool:
        """Whether there is a provider to sign in with."""
        return bool(self._settings.oidc_issuer)

    async def begin(self, onward: str = "", browser: str | None = None) -> Departure | LoginRefused:
        """Begin a sign-in that goes on to a page of ours. `browser` is the cookie of one begun before in the same browser.

        It stays the same then, so that sign-ins in two windows don't spoil each other.
        """
        if not self.configured:
            return LoginRefused(code=LoginProblem.NOT_SET_UP)
        now = self._office.now()
        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        browser = browser if browser is not None and SECRET.fullmatch(browser) else new_secret()
        try:
            address = await self._client.authorization(now, state=state, nonce=nonce, challenge=_challenge(verifier))
        except ProviderProblem as problem:
            return _refused(problem)
        row = FlowRow(
            state=digest(state),
            browser=digest(browser),
            nonce=nonce,
            verifier=verifier,
            onward=inside(onward) if len(onward) <= LONGEST else "",
            expires_at=now + FLOW,
        )
        await self._flows.begin(row, now)
        return Departure(address=address, browser=browser)

    async def finish(self, code: str, state: str, browser: str, *, error: str = "", replaces: str | None = None) -> Arrival | LoginRefused:
        """Finish a sign-in with what the browser brought back: `code` or `error`, `state`, and the cookie of `begin`.

        `replaces` is the session cookie the browser had, which then ends. Whatever happens, the same way back is good once.
        """
        if not self.configured:
            return LoginRefused(code=LoginProblem.NOT_SET_UP)
        flow = await self._flows.take(digest(state), self._office.now())
        if flow is None or not hmac.compare_digest(flow.browser, digest(browser)):
            return LoginRefused(code=LoginProblem.FLOW_OVER)
        if error or not code:
            away = error in AWAY
            return LoginRefused(code=LoginProblem.PROVIDER_AWAY if away else LoginProblem.PROVIDER_REFUSED)
        try:
            account, claims = await self._vouched(code, flow)
        except ProviderProblem as problem:
            return _refused(problem)
        second_factor = has_second_factor(claims, self._settings.oidc_acr.split())
        session = await self._accounts.sign_in_known(account, second_factor=second_factor, replaces=replaces)
        return session if isinstance(session, LoginRefused) else Arrival(session=session, onward=flow.onward)

    async def _vouched(self, code: str, flow: FlowRow) -> tuple[Account, Claims]:
        """Return whom the provider vouches for, and its claims. Raises ProviderProblem."""
        now = self._office.now()
        granted = await self._client.redeem(code, flow.verifier, now)
        claims = await self._client.vouched(granted, flow.nonce, now)
        login = await self._login(granted, claims)
        if login is None:
            raise ProviderProblem(LoginProblem.NO_ACCOUNT, "claim")
        try:
            return await self._accounts.named(login), claims
        except AccountRefused:
            raise ProviderProblem(LoginProblem.NO_ACCOUNT, "unknown") from None

    async def _login(self, granted: Granted, claims: Claims) -> str | None:
        """Return the login name. Providers may keep such claims out of the id token, and give them when asked."""
        wanted = self._settings.oidc_claim
        found = login_of(claims, wanted)
        return found or login_of(await self._client.about(granted, claims["sub"], self._office.now()), wanted)


def _challenge(verifier: str) -> str:
    """Return the challenge of a verifier (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _refused(problem: ProviderProblem) -> LoginRefused:
    log.warning("sign-in through the provider refused", code=str(problem.code), reason=problem.reason)
    return LoginRefused(code=problem.code)
