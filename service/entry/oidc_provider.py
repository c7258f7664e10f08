"""One OIDC provider: what it says of itself, its keys, and what it gives for a code. Used by `service/entry/oidc.py` alone.

What it says of itself and its keys are kept for an hour. Keys that don't fit a signature are fetched anew at once.
"""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

from joserfc.jwk import KeySet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from models.account import LoginProblem
from service.entry.addresses import is_safe
from service.entry.id_token import Claims, Expected, UnknownKey, key_set, verified
from service.entry.oidc_http import ask, fetch
from service.errors import ProviderProblem
from service.settings import Settings

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT = timedelta(hours=1)


def _safe(value: str) -> str:
    if not is_safe(value):
        raise ValueError("not a safe address")
    return value


Endpoint = Annotated[str, AfterValidator(_safe)]


class Provider(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery), as far as it is used here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: Endpoint
    token_endpoint: Endpoint
    jwks_uri: Endpoint
    userinfo_endpoint: Endpoint | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Granted(BaseModel):
    """What a provider gives for a code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id_token: str = Field(repr=False)
    access_token: str | None = Field(default=None, repr=False)


class ProviderClient:
    """This instance as the client of a provider. `patience` is how many seconds each of its answers may take."""

    def __init__(self, settings: Settings, patience: float) -> None:
        self._settings = settings
        self._patience = patience
        self._provider: tuple[datetime, Provider] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    async def authorization(self, now: datetime, *, state: str, nonce: str, challenge: str) -> str:
        """Return the address to send a browser to. Raises ProviderProblem."""
        endpoint = (await self._discovered(now)).authorization_endpoint
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._settings.oidc_client_id,
                "redirect_uri": self._settings.oidc_redirect_url,
                "scope": self._settings.oidc_scopes,
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    async def redeem(self, code: str, verifier: str, now: datetime) -> Granted:
        """Exchange a code. Raises ProviderProblem."""
        provider = await self._discovered(now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.oidc_redirect_url,
            "code_verifier": verifier,
        }
        proof, headers = _authentication(provider, self._settings.oidc_client_id, await self._secret())
        status, found = await ask(provider.token_endpoint, patience=self._patience, form=form | proof, headers=headers)
        if status != 200:
            spent = found.get("error") == "invalid_grant"
            code_ = LoginProblem.PROVIDER_REFUSED if spent else LoginProblem.PROVIDER_WRONG
            raise ProviderProblem(code_, "grant" if spent else f"token_status_{status}")
        try:
            return Granted.model_validate(found)
        except ValidationError:
            raise ProviderProblem(LoginProblem.PROVIDER_WRONG, "no_id_token") from None

    async def vouched(self, granted: Granted, nonce: str, now: datetime) -> Claims:
        """Return the claims of an id token that counts. Raises ProviderProblem."""
        expected = Expected(issuer=self._settings.oidc_issuer, client_id=self._settings.oidc_client_id, nonce=nonce, now=now)
        fresh = self._keys is None or now - self._keys[0] >= KEPT
        try:
            return verified(granted.id_token, await self._current_keys(now), expected)
        except UnknownKey:
            if not fresh:
                self._keys = None
                return await self.vouched(granted, nonce, now)
            raise ProviderProblem(LoginProblem.PROVIDER_WRONG, "token_key") from None

    async def about(self, granted: Granted, subject: str, now: datetime) -> Claims:
        """Return what else the provider says of this person: nothing, where it has no place for that. Raises ProviderProblem."""
        provider = await self._discovered(now)
        if provider.userinfo_endpoint is None or granted.access_token is None:
            return {}
        headers = {"Authorization": f"Bearer {granted.access_token}"}
        found = await fetch(provider.userinfo_endpoint, patience=self._patience, headers=headers)
        if found.get("sub") != subject:
            raise ProviderProblem(LoginProblem.PROVIDER_WRONG, "userinfo_subject")
        return found

    async def _discovered(self, now: datetime) -> Provider:
        if self._provider is not None and now - self._provider[0] < KEPT:
            return self._provider[1]
        issuer = self._settings.oidc_issuer
        found = await fetch(f"{issuer.rstrip('/')}{WELL_KNOWN}", patience=self._patience)
        try:
            provider = Provider.model_validate(found)
        except ValidationError:
            raise ProviderProblem(LoginProblem.PROVIDER_WRONG, "discovery") from None
        if provider.issuer != issuer:
            raise ProviderProblem(LoginProblem.PROVIDER_WRONG, "issuer")
        self._provider = (now, provider)
        return provider

    async def _current_keys(self, now: datetime) -> KeySet:
        if self._keys is not None and now - self._keys[0] < KEPT:
            return self._keys[1]
        keys = key_set(await fetch((await self._discovered(now)).jwks_uri, patience=self._patience))
        self._keys = (now, keys)
        return keys

    async def _secret(self) -> str:
        """Return the client's secret; empty for a public client. Raises ProviderProblem where its file can't be read."""
        path = self._settings.oidc_client_secret_file
        if path is None:
            return self._settings.oidc_client_secret.get_secret_value()
        try:
            return (await asyncio.to_thread(path.read_text, "utf-8")).strip()
        except (OSError, ValueError):
            raise ProviderProblem(LoginProblem.NOT_SET_UP, "secret_file") from None


def _authentication(provider: Provider, client_id: str, secret: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return how the client proves itself, in the way the provider takes: fields of the form, and headers."""
    if not secret:
        return {"client_id": client_id}, {}
    methods = provider.token_endpoint_auth_methods_supported
    if "client_secret_post" in methods and "client_secret_basic" not in methods:
        return {"client_id": client_id, "client_secret": secret}, {}
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
