"""The command that runs everything: `up`."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Annotated

import typer

from faces.cli_cases import Json
from faces.embedded import Stack, check_ports, console, only_one
from faces.output import fail, say, show
from faces.process import LOOPBACK, CannotStart, configure_logs, leave, read_settings, stop_event
from service.entry import demo_accounts
from service.settings import UI_ABOVE, Settings

DEMO = (
    ("clerk", "centre"),
    ("screener", "centre"),
    ("dispatcher", "centre"),
    ("director", "centre"),
    ("leader", "centre"),
    ("officer", "justice"),
    ("mediator", "justice"),
    ("police", "police"),
    ("auditor", "justice"),
    ("archivist", "justice"),
)
"""Posts of a town, named to a newcomer who works without the console."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    no_web: Annotated[bool, typer.Option("--no-web", help="Without the console and the API.")] = False,
    town: Annotated[str, typer.Option(help="Town whose demo posts are printed.")] = "yanlou",
    as_json: Json = False,
) -> None:
    """Start Temporal, worker and web face with all data in one folder, and watch over them until Ctrl-C (启动)."""
    try:
        settings = read_settings()
        configure_logs(settings.log_format)
        with only_one(settings.home):
            check_ports(settings, web=not no_web)
            leave(asyncio.run(_run(settings, web=not no_web, town=town, as_json=as_json)))
    except CannotStart as error:
        fail("cannot_start", f"无法启动：{error}", f"Can't start: {error}", as_json=as_json)


async def _run(settings: Settings, *, web: bool, town: str, as_json: bool) -> int:
    begun = time.monotonic()
    stop = stop_event()
    stack = Stack(settings, web=web)
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            await starting
            took, where = time.monotonic() - begun, _addresses(settings, web=web)
            value = {"ready_in": round(took, 1), "home": str(settings.home), **where, "accounts": _posts(settings, web=web, town=town)}
            show(value, as_json, lambda: _welcome(settings, took, web=web, town=town), indent=None)
            await stopping
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await stack.stop()
    show({"stopped": True}, as_json, lambda: say("已停止 stopped"), indent=None)
    return 0


def _addresses(settings: Settings, *, web: bool) -> dict[str, str]:
    """Return where everything listens, by name."""
    at = f"http://{LOOPBACK}"
    found = {"console": console(settings), "api": f"{console(settings)}/api/v1"} if web else {}
    found |= {"temporal": f"{LOOPBACK}:{settings.temporal_port}", "temporal_ui": f"{at}:{settings.temporal_port + UI_ABOVE}"}
    if settings.health_port:
        found |= {"worker": f"{at}:{settings.health_port}/readyz", "metrics": f"{at}:{settings.metrics_port}/metrics"}
    return found


def _posts(settings: Settings, *, web: bool, town: str) -> list[dict[str, str]]:
    """Return who can sign in or be named with `--as`; the password of demo accounts stands in their file."""
    if web:
        return [{"login": account.login, "post": account.post} for account in demo_accounts.made(settings.home)]
    return [{"post": post} for post in _demo_posts(town)]


def _demo_posts(town: str) -> list[str]:
    return [f"{role}@{town}-{kind}" for role, kind in DEMO]


def _welcome(settings: Settings, took: float, *, web: bool, town: str) -> None:
    say(f" in {took:.1f} s   data in {os.path.relpath(settings.home)}", head="就绪 ready", style="bold green")
    where = _addresses(settings, web=web)
    if web:
        say(f"  console    {where['console']}")
        say(f"  API        {where['api']}   (description: /api/v1/openapi.json)")
    say(f"  Temporal   {where['temporal']}   UI {where['temporal_ui']}")
    if "worker" in where:
        say(f"  worker     {where['worker']}   metrics {where['metrics']}")
    if web:
        _accounts(settings)
    else:
        say("  演示岗位 demo posts (--as): " + ", ".join(_demo_posts(town)))
    say("  Ctrl-C 停止 stops everything")


def _accounts(settings: Settings) -> None:
    """Print who can sign in; the post in brackets is what `--as` takes."""
    made = demo_accounts.made(settings.home)
    if not made:
        return
    say(f"  演示账号 demo accounts, password {made[0].password}")
    for account in made:
        say(f"    {account.login:<16}{account.label}  ({account.post})")
