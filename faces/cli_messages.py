"""Commands for messages: what was sent, what waits, dead letters and roads; phones that get no text messages."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import command, out, say, show, table
from models.account import TokenScope
from models.message import DeliveryState
from rules.calendar import WorkingCalendar
from rules.labels import label
from service.messages.tending import DeliveryPage, Tending
from service.messages.wishing import Wishes

USUAL = "admin_system@huaxi-centre"
"""Who asks in the embedded default where nobody is named."""

messages = typer.Typer(help="Messages (消息): what was sent, what waits, dead letters, roads.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Ids of messages, from `messages list`.")]
Gate = Annotated[str, typer.Option("--gate", help="A road: webhook:…, mail, sms, bot:….")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(messages, name="messages")


@messages.command("list")
def list_(
    state: Annotated[DeliveryState | None, typer.Option("--state", help="Of this state alone, e.g. `dead`.")] = None,
    gate: Gate = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    who: As = "",
    as_json: Json = False,
) -> None:
    """Show the newest messages and the roads; no case, no address, no words (列出)."""

    async def doing() -> None:
        async with desk() as (office, _):
            actor = await asker(office, who, usual=USUAL)
            found = await Tending(office).page(actor, state, gate or None, limit=limit)
            cal = office.bundle.cal
        show(found, as_json, lambda: _tables(found, cal))

    command(doing, as_json=as_json)


@messages.command("replay")
def replay(ids: Ids = None, gate: Gate = "", who: As = "", as_json: Json = False) -> None:
    """Send dead letters again: these, all of a road, or all there are (重发死信)."""

    async def doing() -> None:
        async with desk() as (office, _):
            actor = await asker(office, who, TokenScope.ACT, usual=USUAL)
            count = await Tending(office).replay(actor, ids or None, gate or None)
        show({"replayed": count}, as_json, lambda: say(f" {count}", head="重新排队 queued again"))

    command(doing, as_json=as_json)


@messages.command("drop")
def drop(ids: Annotated[list[str], typer.Argument(metavar="ID…")], who: As = "", as_json: Json = False) -> None:
    """Let messages go that are dead or wait (不再发送)."""

    async def doing() -> None:
        async with desk() as (office, _):
            count = await Tending(office).drop(await asker(office, who, TokenScope.ACT, usual=USUAL), ids)
        show({"dropped": count}, as_json, lambda: say(f" {count}", head="不再发送 let go"))

    command(doing, as_json=as_json)


@messages.command("switch")
def switch(
    gate: Annotated[str, typer.Argument(metavar="ROAD")],
    off: Annotated[bool, typer.Option("--off", help="Switch it off instead.")] = False,
    who: As = "",
    as_json: Json = False,
) -> None:
    """Open a road again, after a 410 or whatever had shut it; or switch it off (启用、停用渠道)."""

    async def doing() -> None:
        async with desk() as (office, _):
            await Tending(office).switch(await asker(office, who, TokenScope.ACT, usual=USUAL), gate, on=not off)
        show({"gate": gate, "on": not off}, as_json, lambda: say(f" {gate}", head="停用 off" if off else "启用 on"))

    command(doing, as_json=as_json)


@messages.command("stop")
def stop(undo: Annotated[bool, typer.Option("--undo", help="Take it off the list.")] = False, who: As = "", as_json: Json = False) -> None:
    """Put a phone, read from stdin, on the list of those that get no text messages (退订名单)."""

    async def doing() -> None:
        phone = sys.stdin.readline()
        async with desk() as (office, _):
            done = await Wishes(office).stop_phone(await asker(office, who, TokenScope.ACT, usual=USUAL), phone, stop=not undo)
        show({"done": done}, as_json, lambda: say("", head="已记录 noted" if done else "不在名单上 not on the list"))

    command(doing, as_json=as_json)


def _tables(found: DeliveryPage, cal: WorkingCalendar) -> None:
    roads: list[tuple[object, ...]] = [
        (
            one.id,
            label("gate_state", one.state)[1],
            one.error,
            one.waiting,
            one.dead,
            cal.stamp(one.open_until) if one.open_until else None,
        )
        for one in found.gates
    ]
    out.print(table("渠道 roads", ("road", "state", "why", "waiting", "dead", "next probe"), roads))
    lines: list[tuple[object, ...]] = [
        (one.id, cal.stamp(one.created_at), one.type, one.gate, one.receiver, one.state, one.attempts, one.error, one.status)
        for one in found.deliveries
    ]
    out.print(table("消息 messages", ("id", "planned", "type", "road", "to", "state", "attempts", "why", "status"), lines))
