"""Commands for the keys of an instance: show, rotate, retire, make."""

from __future__ import annotations

import sys

import typer

from faces.cli_cases import Json
from faces.desk import desk
from faces.output import bar, command, out, say, show, table
from service.secrecy.rotation import KeysShown, Rotation
from store.keyring.master import new_key, written

keys = typer.Typer(help="Keys (密钥): of the vault and of what goes to Temporal.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(keys, name="keys")


@keys.command("show")
def show_(as_json: Json = False) -> None:
    """Show ids, ages and numbers; no secrets (查看)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Rotation(office).shown()
        show(found, as_json, lambda: _tables(found))

    command(doing, as_json=as_json)


@keys.command("rotate")
def rotate(as_json: Json = False) -> None:
    """Make a new master key, wrap all keys with it, and seal payloads under a new one; a broken-off rotation goes on (轮换)."""

    async def doing() -> None:
        async with desk() as (office, _):
            rotation = Rotation(office)
            with bar() as drawn:
                task = drawn.add_task("轮换 rotating", total=None)
                async for step in rotation.rotate():
                    drawn.update(task, completed=step.done, total=max(1, step.total))
            found = await rotation.shown()
        show(found, as_json, lambda: _tables(found))

    command(doing, as_json=as_json)


@keys.command("retire")
def retire(as_json: Json = False) -> None:
    """Let old master keys go that wrap nothing any more; backups that need them can't be opened after this (停用旧主密钥)."""

    async def doing() -> None:
        async with desk() as (office, _):
            gone = await Rotation(office).retire()
        show({"retired": gone}, as_json, lambda: say(" ".join(gone) or "–", head="停用 retired: "))

    command(doing, as_json=as_json)


@keys.command("make")
def make() -> None:
    """Write a new master key on stdout, for `JIEFEN_MASTER_KEY` or a secret store; nothing is kept of it (生成)."""
    sys.stdout.write(f"{written(new_key())}\n")


def _tables(found: KeysShown) -> None:
    masters: list[tuple[object, ...]] = [
        (one.id, one.state, f"{one.since:%Y-%m-%d}" if one.since else None, one.days, one.wraps) for one in found.masters
    ]
    out.print(table(f"主密钥 master keys, from {found.where}", ("id", "state", "since", "days", "wraps"), masters))
    payloads: list[tuple[object, ...]] = [
        (one.id, "seals" if one.seals else "opens", f"{one.made_at:%Y-%m-%d}", one.days) for one in found.payload_keys
    ]
    out.print(table("引擎数据密钥 keys of payloads", ("id", "state", "made", "days"), payloads))
    kinds = "  ".join(f"{kind} {number}" for kind, number in sorted(found.kinds.items()))
    say(f"{kinds}  erased {found.erased}" + (f"  still to be moved {found.moving}: run `keys rotate`" if found.moving else ""))
