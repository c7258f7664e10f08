"""Personal tokens for tests, as an administrator gives them out: an account for a post, and a token of it."""

from __future__ import annotations

from service.entry.accounts import Accounts
from service.office import Office


async def token_of(office: Office, login: str, post: str) -> str:
    """Make an account that holds a post, signed in elsewhere, and issue a token to read and act."""
    accounts = Accounts(office)
    account = (await accounts.create(login, "王某", [post], local=False)).account
    return (await accounts.issue_token(account.id, "test", post=post, scopes=("read", "act"))).text
