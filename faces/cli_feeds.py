"""Commands for calendar feeds: make one for a post, list and revoke."""

from __future__ import annotations

from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.embedded import console
from faces.output import WRONG, command, out, say, show, table
from models.account import TokenScope
from models.feed import FeedKind
from service.feeds.feeds import Feeds

feeds = typer.Typer(help="Calendar feeds (日历订阅) of a post.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(feeds, name="feeds")


@feeds.command("make")
def make(
    who: As = "",
    unit: Annotated[bool, typer.Option("--unit", help="Of the whole unit, for a post that acts for it.")] = False,
    english: Annotated[bool, typer.Option("--english", help="In English.")] = False,
    as_json: Json = False,
) -> None:
    """Make a feed and print its secret address, this once; only its digest is kept (新建)."""

    async def doing() -> None:
        async with desk() as (office, _):
            kind = FeedKind.UNIT if unit else FeedKind.PERSONAL
            made = await Feeds(office).make_for((await asker(office, who, TokenScope.ACT)).holder, kind, "en" if english else "zh")
            address = (office.settings.public_url or console(office.settings)) + made.path
        show({"id": made.feed.id, "address": address}, as_json, lambda: say(address))

    command(doing, as_json=as_json)


@feeds.command("list")
def list_(who: As = "", as_json: Json = False) -> None:
    """Show the feeds of a post, without their addresses (查看)."""

    async def doing() -> None:
        async with desk() as (office, _):
            post = (await asker(office, who)).holder
            found = await Feeds(office).of_post(post)
        rows: list[tuple[object, ...]] = [
            (
                one.id,
                one.kind,
                f"{one.created_at:%Y-%m-%d}",
                one.last_used_at and f"{one.last_used_at:%Y-%m-%d}",
                "revoked" if one.revoked_at else "",
            )
            for one in found
        ]
        show(found, as_json, lambda: out.print(table(f"日历订阅 feeds of {post}", ("id", "kind", "made", "fetched", ""), rows)))

    command(doing, as_json=as_json)


@feeds.command("revoke")
def revoke(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Id of a feed, from `feeds list`.")], who: As = "", as_json: Json = False
) -> None:
    """Take a feed back for good (收回)."""

    async def doing() -> int:
        async with desk() as (office, _):
            done = await Feeds(office).revoke_of((await asker(office, who, TokenScope.ACT)).holder, feed)
        show({"revoked": done}, as_json, lambda: say("已收回 revoked" if done else "没有这个订阅 there is no such feed"))
        return 0 if done else WRONG

    command(doing, as_json=as_json)
