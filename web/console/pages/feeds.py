"""One's own calendar feeds (日历订阅): made and shown once, revoked; and the invitation to a meeting as a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from models.feed import FeedKind
from rules.labels import Both
from service.errors import Refused
from service.feeds.feeds import FeedMade, Feeds
from service.feeds.invitations import Invitations
from web.console.caller import AccountsDep, Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.pages.account import page
from web.console.said import plain
from web.feeds import invitation_file
from web.state import own_address

router = APIRouter()

KINDS: dict[FeedKind, Both] = {
    FeedKind.PERSONAL: ("我的待办和会商", "My work and meetings"),
    FeedKind.UNIT: ("本单位的待办和会商", "Work and meetings of my unit"),
}


@router.get("/account/feeds")
async def feeds(who: CallerDep, accounts: AccountsDep) -> Response:
    """Return one's feeds and the form for a new one."""
    return await _shown(who, accounts)


@router.post("/account/feeds")
async def make(who: CallerDep, fields: FormDep, accounts: AccountsDep) -> Response:
    """Make a feed for the post in use, and show its address: this once."""
    kind = FeedKind.UNIT if text(fields, "kind", 20) == FeedKind.UNIT else FeedKind.PERSONAL
    try:
        made = await Feeds(who.office).make(who.identity, kind, who.language)
    except Refused as refused:
        problem = plain(str(refused.refusal.code), "", "", who.words)
        return await _shown(who, accounts, problem=problem)
    return await _shown(who, accounts, made=made)


@router.post("/account/feeds/{feed}/revoke")
async def revoke(who: CallerDep, fields: FormDep, feed: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]) -> Response:
    """Take a feed back for good."""
    await Feeds(who.office).revoke(who.identity, feed)
    return RedirectResponse("/account/feeds?done=feed-revoked", 303)


@router.get("/cases/{code}/meetings/{meeting}.ics")
async def invitation(who: CallerDep, code: Annotated[str, Path(max_length=80)], meeting: Annotated[str, Path(max_length=20)]) -> Response:
    """Return the invitation to a meeting as a file."""
    return invitation_file(await Invitations(who.office).of(who.actor, code, meeting), f"{code}-{meeting}")


async def _shown(who: Caller, accounts: Any, *, made: FeedMade | None = None, problem: str = "") -> Response:
    account = await accounts.get(who.identity.account)
    context: dict[str, Any] = {
        "feeds": await Feeds(who.office).mine(who.identity),
        "kinds": {str(kind): who.words.both(words) for kind, words in KINDS.items()},
        "feed_address": f"{own_address(who.request, who.office)}{made.path}" if made is not None else "",
        "problem": problem,
    }
    return page(who, account, "account/feeds.html", context, 422 if problem else 200)
