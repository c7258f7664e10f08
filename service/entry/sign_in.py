"""Signing in: what is looked at in which order, so that no answer says more than it must.

Lock before password, password before anything about the account, second factor last. An unknown name takes as long as a
wrong password and is locked like one.
"""

from __future__ import annotations

from models.account import Account, LoginProblem, LoginRefused, Session
from service.entry import totp
from service.entry.identity import Identities
from service.entry.locks import Locks
from service.entry.passwords import Passwords
from service.entry.sessions import Sessions
from service.office import Office
from store.entry.accounts import AccountShelf, Stored


class SignIn:
    """Signs people in, by password or vouched for."""

    def __init__(self, office: Office, passwords: Passwords, locks: Locks, identities: Identities, sessions: Sessions) -> None:
        self._office = office
        self._shelf = AccountShelf(office.store)
        self._passwords = passwords
        self._locks = locks
        self._identities = identities
        self._sessions = sessions

    async def by_password(self, name: str, password: str, code: str | None, address: str, replaces: str | None) -> Session | LoginRefused:
        """Sign in with a password and, where the person has one, a second factor."""
        now = self._office.now()
        wait = await self._locks.admit(name, address, now)
        if wait:
            return LoginRefused(code=LoginProblem.LOCKED, wait=wait)
        stored = await self._shelf.by_login(name)
        right = await self._passwords.fits(stored.password if stored is not None else None, password)
        if stored is None or not right:
            await self._locks.failed(address, now)
            return LoginRefused(code=LoginProblem.WRONG)
        if not self._identities.counts(stored.account):
            await self._locks.incomplete(name, now)
            return LoginRefused(code=LoginProblem.DISABLED)
        if stored.totp is not None:
            refused = await self._second(stored, code, name, address)
            if refused is not None:
                return refused
        await self._locks.passed(name, now)
        await self._renew(stored, password)
        return await self.vouched(stored.account, second_factor=stored.totp is not None, replaces=replaces)

    async def vouched(self, account: Account, *, second_factor: bool, replaces: str | None = None) -> Session | LoginRefused:
        """Begin the session of somebody who is known by now."""
        begun = await self._sessions.begin(account, second_factor=second_factor, replaces=replaces)
        return begun or LoginRefused(code=LoginProblem.DISABLED)

    async def _second(self, stored: Stored, code: str | None, name: str, address: str) -> LoginRefused | None:
        """Check the second factor. Only an attempt without any code is taken back: a wrong code stays counted."""
        now = self._office.now()
        if not code:
            await self._locks.incomplete(name, now)
            return LoginRefused(code=LoginProblem.SECOND_FACTOR)
        if await self._proved(stored, code):
            return None
        await self._locks.failed(address, now)
        return LoginRefused(code=LoginProblem.SECOND_FACTOR)

    async def _proved(self, stored: Stored, code: str) -> bool:
        account_id = stored.account.id
        if totp.looks_like_recovery(code):
            return await self._shelf.use_code(account_id, totp.digest(account_id, code))
        step = totp.step_of((stored.totp or b"").decode(), code, self._office.now())
        return step is not None and await self._shelf.use_step(account_id, step)

    async def _renew(self, stored: Stored, password: str) -> None:
        """Hash the password anew where it was under other parameters."""
        if stored.password is not None and self._passwords.outdated(stored.password):
            await self._shelf.rehash(stored.account.id, stored.password, await self._passwords.hash(password))
