"""Keeping accounts (账户管理): what an administrator does to other people's accounts, each act asked of one table first.

The table is `rules/keeping.py`. What is done is entered in the account log by `service/entry/accounts.py`, together with the change.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.account import Account, AccountProblem, AccountState, Created, HeldPost, Identity
from models.account_log import AccountAct, Doer, LoggedEntry
from rules.keeping import KEEPERS, LOG_READERS, may_keep
from service.entry.accounts import Accounts
from service.errors import AccountRefused
from service.office import Office
from store.entry.account_log import AccountLog
from store.entry.accounts import AccountShelf

PAGE = 100
"""Lines of the log on a page."""


class Keeping:
    """Accounts as one administrator keeps them. Every method raises AccountRefused where that person may not."""

    def __init__(self, accounts: Accounts, by: Identity) -> None:
        self._accounts = accounts
        self._by = by
        self._doer = Doer.of(by)

    async def all(self) -> list[Account]:
        """Return every account, by login name."""
        self._keeper()
        return await self._accounts.all()

    async def get(self, account_id: str) -> Account:
        """Return the account of this id."""
        self._keeper()
        return await self._accounts.get(account_id)

    def refused(self, account_id: str) -> AccountProblem | None:
        """Return why this account is not theirs to keep, or None."""
        return may_keep(self._by, AccountAct.POSTS, account_id)

    async def create(self, login: str, label: str, posts: Sequence[HeldPost | str], *, local: bool = True) -> Created:
        """Make an account; with `local` it gets a password that has to be changed."""
        self._may(AccountAct.CREATED)
        return await self._accounts.create(login, label, posts, local=local, by=self._doer)

    async def set_posts(self, account_id: str, posts: Sequence[HeldPost | str]) -> None:
        """Make these the posts of a person."""
        self._may(AccountAct.POSTS, account_id)
        await self._accounts.set_posts(account_id, posts, by=self._doer)

    async def set_state(self, account_id: str, state: AccountState) -> None:
        """Switch an account on or off."""
        self._may(AccountAct.SWITCHED_ON if state is AccountState.ACTIVE else AccountAct.SWITCHED_OFF, account_id)
        await self._accounts.set_state(account_id, state, by=self._doer)

    async def reset_password(self, account_id: str) -> Created:
        """Give somebody a new password that has to be changed."""
        self._may(AccountAct.PASSWORD_RESET, account_id)
        return await self._accounts.reset_password(account_id, by=self._doer)

    async def drop_totp(self, account_id: str) -> None:
        """Take somebody's second factor away."""
        self._may(AccountAct.FACTOR_DROPPED, account_id)
        await self._accounts.drop_totp(account_id, by=self._doer)

    def _keeper(self) -> None:
        if self._by.actor.role not in KEEPERS:
            raise AccountRefused(AccountProblem.NOT_ALLOWED)

    def _may(self, act: AccountAct, account_id: str = "") -> None:
        problem = may_keep(self._by, act, account_id)
        if problem is not None:
            raise AccountRefused(problem)


class AccountAudit:
    """The account log, for those who may read it. Every method raises AccountRefused for all others."""

    def __init__(self, office: Office, by: Identity) -> None:
        self._log = AccountLog(office.store)
        self._shelf = AccountShelf(office.store)
        self._by = by

    async def page(self, *, act: AccountAct | None = None, before: int | None = None, limit: int = PAGE) -> list[LoggedEntry]:
        """Return lines of the log, the newest first; `before` is the last id of the page before."""
        self._reader()
        return await self._log.page(act=act, before=before, limit=limit)

    async def names(self) -> dict[str, str]:
        """Return how the people of all accounts are called, by the account's id."""
        self._reader()
        return {account.id: account.label for account in await self._shelf.all()}

    async def broken_at(self) -> int | None:
        """Return the id of the first line that does not hold, or None where the whole log does."""
        self._reader()
        return await self._log.verify()

    def _reader(self) -> None:
        if self._by.actor.role not in LOG_READERS:
            raise AccountRefused(AccountProblem.NOT_ALLOWED)
