"""Who keeps accounts (账户管理), as one table: what the administrators do to other people's accounts, and who reads that they did.

Two administrators keep accounts, the third reads the log: none of them can do something that no other would see. Asked by
`service/entry/keeping.py` and by the menu.
"""

from __future__ import annotations

from models.account import AccountProblem, Identity, TokenScope
from models.account_log import AccountAct
from models.words import Role

KEEPERS = frozenset({Role.ADMIN_SYSTEM, Role.ADMIN_SECURITY})
"""Roles that keep other people's accounts."""

KEEPS: dict[AccountAct, frozenset[Role]] = {
    AccountAct.CREATED: KEEPERS,
    AccountAct.POSTS: KEEPERS,
    AccountAct.SWITCHED_ON: KEEPERS,
    AccountAct.SWITCHED_OFF: KEEPERS,
    AccountAct.PASSWORD_RESET: KEEPERS,
    AccountAct.FACTOR_DROPPED: KEEPERS,
}
"""What is done to another's account, and by whom. What is not here, people do to their own alone."""

LOG_READERS = frozenset({Role.ADMIN_AUDIT})
"""Roles that read the account log."""

PAYLOAD_READERS = frozenset({Role.ADMIN_SYSTEM})
"""Roles that may open what Temporal holds: it names nobody, and whoever operates Temporal has to see what stands still."""


NEEDS: dict[tuple[str, str], TokenScope] = {
    ("POST", "/api/v1/search"): TokenScope.READ,
    ("POST", "/api/v1/exports"): TokenScope.EXPORT,
    ("POST", "/api/v1/reports"): TokenScope.EXPORT,
    ("POST", "/codec/encode"): TokenScope.CODEC,
    ("POST", "/codec/decode"): TokenScope.CODEC,
}
"""What an API token has to be good for at these addresses; at all others by whether something is asked or done."""


def needs(method: str, path: str) -> TokenScope:
    """Return what an API token has to be good for to ask this."""
    return NEEDS.get((method, path), TokenScope.READ if method in {"GET", "HEAD"} else TokenScope.ACT)


def may_keep(by: Identity, act: AccountAct, account_id: str = "") -> AccountProblem | None:
    """Return why somebody may not do this to an account, or None. A new account has no id yet."""
    if by.actor.role not in KEEPS.get(act, frozenset()):
        return AccountProblem.NOT_ALLOWED
    return AccountProblem.OWN if by.account == account_id else None
