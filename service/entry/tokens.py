"""API tokens: `jf_<id>_<secret>`, for programs; only the hash of the secret is stored."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta

from models.account import AccountProblem, Identity, Token, TokenIssued, TokenScope
from models.account_log import AccountAct, AccountEntry, Doer
from service.entry.identity import Identities
from service.entry.sessions import digest, new_secret
from service.errors import AccountRefused
from service.office import Office
from store.entry.accounts import AccountShelf
from store.entry.sessions import TokenShelf

PREFIX = "jf"
ID_BYTES = 8
LONGEST = 120

TOUCH = timedelta(minutes=5)
"""How exactly it is known when a token was used last."""


class Tokens:
    """Issues, finds and revokes tokens."""

    def __init__(self, office: Office, identities: Identities) -> None:
        self._office = office
        self._identities = identities
        self._accounts = AccountShelf(office.store)
        self._shelf = TokenShelf(office.store)

    async def issue(
        self, account_id: str, name: str, post: str | None, lasts: timedelta, scopes: Sequence[str], *, by: Doer
    ) -> TokenIssued:
        """Issue a token for one post of a person. Without scopes it is good for all that the post may do. Raises AccountRefused."""
        if not set(scopes) <= set(TokenScope):
            raise AccountRefused(AccountProblem.SCOPE)
        stored = await self._accounts.by_id(account_id)
        if stored is None:
            raise AccountRefused(AccountProblem.UNKNOWN)
        identity = await self._identities.resolve(stored.account, post, strict=post is not None)
        if identity is None or identity.actor.stands_for is not None:
            raise AccountRefused(AccountProblem.UNKNOWN_POST)
        now, secret = self._office.now(), new_secret()
        token = Token(
            id=secrets.token_hex(ID_BYTES),
            name=name,
            post=identity.post,
            scopes=tuple(scopes),
            created_at=now,
            expires_at=now + lasts,
            last_used_at=None,
            revoked_at=None,
        )
        noted = AccountEntry.of(now, by, AccountAct.TOKEN_ISSUED, account_id, f"{token.id} {token.post}")
        await self._shelf.add(account_id, token, digest(secret), noted)
        return TokenIssued(id=token.id, text=f"{PREFIX}_{token.id}_{secret}", expires_at=token.expires_at)

    async def find(self, text: str) -> Identity | None:
        """Return whose token this is; None when it is not right, over, revoked, or its post is not its person's today."""
        prefix, _, rest = text.partition("_")
        token_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not token_id or not secret or len(text) > LONGEST:
            return None
        row = await self._shelf.get(token_id)
        if row is None or not hmac.compare_digest(row.digest, digest(secret)):
            return None
        now = self._office.now()
        if row.token.revoked_at is not None or row.token.expires_at <= now:
            return None
        stored = await self._accounts.by_id(row.account_id)
        if stored is None:
            return None
        used = row.token.last_used_at
        if used is None or now - used >= TOUCH:
            await self._shelf.used(token_id, now)
        # A token was issued in a session of its person's, who has proved themselves there: what counts is that they still could.
        factor = stored.totp is not None or not stored.account.local
        how = {"token": token_id, "scopes": row.token.scopes, "second_factor": factor}
        return await self._identities.resolve(stored.account, row.token.post, strict=True, **how)

    async def of(self, account_id: str) -> list[Token]:
        """Return all tokens of a person."""
        return await self._shelf.of(account_id)

    async def revoke(self, account_id: str, token_id: str, *, by: Doer) -> bool:
        """Take a token back; False when this person has none such that still counts."""
        noted = AccountEntry.of(self._office.now(), by, AccountAct.TOKEN_REVOKED, account_id, token_id)
        return await self._shelf.revoke(account_id, token_id, noted.at, noted)
