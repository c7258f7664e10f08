"""The account log (`/account-log`), for the administrator who audits: who did what to which account, and whether the log holds."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.account_log import AccountAct, LoggedEntry
from rules.account_labels import ACTS
from service.entry.keeping import PAGE, AccountAudit
from service.errors import AccountRefused
from web.console.caller import Caller, CallerDep
from web.console.posts import post_name
from web.console.tables import named
from web.problems import WebProblem

router = APIRouter(prefix="/account-log")


@router.get("")
async def account_log(
    who: CallerDep, act: AccountAct | str = "", before: Annotated[int | None, Query(ge=1)] = None, verify: bool = False
) -> Response:
    """Return a page of the log, the newest line first; `verify` recomputes its chain from the first line to the last."""
    audit = AccountAudit(who.office, who.identity)
    try:
        lines = await audit.page(act=AccountAct(act) if act else None, before=before)
        names = await audit.names()
        broken = await audit.broken_at() if verify else None
    except AccountRefused:
        raise WebProblem("not_allowed") from None
    except ValueError:
        raise WebProblem("invalid", "act") from None
    context: dict[str, Any] = {
        "lines": lines,
        "acts": named(who, ACTS),
        "act": act,
        "older": lines[-1].id if len(lines) == PAGE else None,
        "verified": verify,
        "broken": broken,
        "by": lambda line: _person(who, names, line.by, line.post),
        "about": lambda line: names.get(line.about) or _post(who, line.about),
        "detail": lambda line: _detail(who, line),
    }
    return who.page("account_log.html", context)


def _person(who: Caller, names: dict[str, str], account: str, post: str) -> tuple[str, str]:
    """Return who did it, and in which post; whoever ran a command on the machine has neither."""
    return names.get(account, account) if account else who.words.message("命令行"), _post(who, post) if post else ""


def _post(who: Caller, post: str) -> str:
    return post_name(post, who.office.bundle.network, who.words) if "@" in post else post


def _detail(who: Caller, line: LoggedEntry) -> list[str]:
    """Return the parts of a line in words: each post with its days, the days and the stand-in of an absence, the id of a token."""
    parts = line.detail.split()
    if line.act in WITH_POSTS:
        rows = [parts[at : at + 3] for at in range(0, len(parts), 3)]
        return [" ".join([_post(who, post), *_days(since, until)]) for post, since, until in rows]
    return [_post(who, part) if "@" in part else who.words.label("absence_reason", part) for part in parts if part != "-"]


WITH_POSTS = frozenset({AccountAct.CREATED, AccountAct.POSTS})
"""Acts whose lines list posts, each with its first and last day."""


def _days(since: str, until: str) -> list[str]:
    return [f"{since.strip('-') or '…'} — {until.strip('-') or '…'}"] if (since, until) != ("-", "-") else []
