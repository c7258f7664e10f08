"""Commands for events of other systems: who may send, their secrets, and what did not fit."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk, fields_of
from faces.output import command, out, say, show, table
from models.account import TokenScope
from models.arrival import Arrival
from models.refusal import RefusalCode
from service.arrivals.quarantine import Quarantine
from service.arrivals.secrets import make_secret, secrets_of
from service.errors import refuse

arrivals = typer.Typer(help="Events of other systems (外部来件): senders, and what did not fit.", no_args_is_help=True)

ArrivalId = Annotated[str, typer.Argument(metavar="ARRIVAL", help="Id of an arrival, from `arrivals list`.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(arrivals, name="arrivals")


@arrivals.command("senders")
def senders(as_json: Json = False) -> None:
    """Show who may send, how they prove it, and whether there is a secret (来件系统)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found: list[dict[str, Any]] = [
                {
                    "id": one.id,
                    "name": one.zh,
                    "proof": one.proof,
                    "secrets": len(secrets_of(office.settings, one.id)),
                    "types": list(one.types),
                }
                for one in office.place.senders.values()
            ]
        rows: list[tuple[object, ...]] = [(one["id"], one["name"], one["proof"], one["secrets"], len(one["types"])) for one in found]
        show(found, as_json, lambda: out.print(table("来件系统 senders", ("id", "名称", "proof", "secrets", "types"), rows)))

    command(doing, as_json=as_json)


@arrivals.command("make-secret")
def make_secret_(sender: Annotated[str, typer.Argument(help="Id of the sender.")], as_json: Json = False) -> None:
    """Make a secret for a sender and print it, to be handed to them; older ones count until their lines are deleted (生成密钥)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = office.place.senders.get(sender)
            if found is None:
                raise refuse(RefusalCode.INVALID, "sender")
            made = make_secret(office.settings, found)
        show({"sender": sender, "secret": made}, as_json, lambda: say(made))

    command(doing, as_json=as_json)


@arrivals.command("list")
def list_(
    who: As = "",
    settled: Annotated[bool, typer.Option("--settled", help="Those that were settled instead.")] = False,
    after: Annotated[str | None, typer.Option("--after", metavar="CURSOR", help="`next` of the page before.")] = None,
    as_json: Json = False,
) -> None:
    """Show what is still to be settled, newest first, without any content (待处理来件)."""

    async def doing() -> None:
        async with desk() as (office, _):
            try:
                page = await Quarantine(office).page(await asker(office, who), settled=settled, after=after)
            except ValueError:
                raise refuse(RefusalCode.INVALID, "after") from None
            stamp = office.bundle.cal.stamp
        rows: list[tuple[object, ...]] = [
            (one.id, stamp(one.at), one.sender, one.state, one.reason, one.detail, one.code) for one in page.arrivals
        ]
        titled = table(f"{page.count} 件 arrivals", ("id", "at", "sender", "state", "reason", "detail", "case"), rows)
        show(page, as_json, lambda: out.print(titled))

    command(doing, as_json=as_json)


@arrivals.command("show")
def show_(arrival: ArrivalId, who: As = "", as_json: Json = False) -> None:
    """Open one: what was sent, and what does not fit; the look is logged (查看来件)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Quarantine(office).show(await asker(office, who), arrival)

        def human() -> None:
            _told(found.arrival)
            for fault in found.faults:
                say(f"  {fault}")
            say(json.dumps(found.content, ensure_ascii=False, indent=2))

        show(found, as_json, human)

    command(doing, as_json=as_json)


@arrivals.command("replay")
def replay(
    arrival: ArrivalId,
    who: As = "",
    changes: Annotated[str, typer.Option("--with", metavar="JSON|@FILE", help="Fields put right: place, happened_on, people …")] = "{}",
    as_json: Json = False,
) -> None:
    """Try one again, with fields put right (重新登记)."""

    async def doing() -> None:
        async with desk(engine=True) as (office, cases):
            found = await Quarantine(office, cases).replay(await asker(office, who, TokenScope.ACT), arrival, fields_of(changes))
        show(found, as_json, lambda: _told(found))

    command(doing, as_json=as_json)


@arrivals.command("discard")
def discard(arrival: ArrivalId, who: As = "", as_json: Json = False) -> None:
    """Throw one away: its content is erased, that it came stays (弃置)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Quarantine(office).discard(await asker(office, who, TokenScope.ACT), arrival)
        show(found, as_json, lambda: _told(found))

    command(doing, as_json=as_json)


def _told(found: Arrival) -> None:
    say(f"  {found.state}  {found.code or found.reason or ''}  {found.detail}", head=found.id)
