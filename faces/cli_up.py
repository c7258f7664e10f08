"""The command that runs everything: `up`."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Annotated

import typer

from faces.embedded import UI_ABOVE, Stack, check_ports, only_one
from faces.output import fail, say
from faces.process import LOOPBACK, CannotStart, configure_logs, leave, read_settings, stop_event
from service import demo_accounts
from service.settings import Settings

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
) -> None:
    """Start Temporal, worker and web face with all data in one folder, and watch over them until Ctrl-C (启动)."""
    try:
        settings = read_settings()
        configure_logs(settings.log_format)
        with only_one(settings.home):
            check_ports(settings, web=not no_web)
            leave(asyncio.run(_run(settings, web=not no_web, town=town)))
    except CannotStart as error:
        fail("cannot_start", f"无法启动：{error}", f"Can't start: {error}", as_json=False)


async def _run(settings: Settings, *, web: bool, town: str) -> int:
    begun = time.monotonic()
    stop = stop_event()
    stack = Stack(settings, web=web)
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            await starting
            _welcome(settings, time.monotonic() - begun, web=web, town=town)
            await stopping
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await stack.stop()
    say("已停止 stopped")
    return 0


def _welcome(settings: Settings, took: float, *, web: bool, town: str) -> None:
    say(f" in {took:.1f} s   data in {os.path.relpath(settings.home)}", head="就绪 ready", style="bold green")
    if web:
        say(f"  console    http://{LOOPBACK}:{settings.port}")
        say(f"  API        http://{LOOPBACK}:{settings.port}/api/v1   (description: /api/v1/openapi.json)")
    say(f"  Temporal   {LOOPBACK}:{settings.temporal_port}   UI http://{LOOPBACK}:{settings.temporal_port + UI_ABOVE}")
    if settings.health_port:
        say(f"  worker     http://{LOOPBACK}:{settings.health_port}/readyz   metrics http://{LOOPBACK}:{settings.metrics_port}/metrics")
    if web:
        _accounts(settings)
    else:
        posts = [f"{role}@{town}-{kind}" for role, kind in DEMO]
        say("  演示岗位 demo posts (--as): " + ", ".join(posts))
    say("  Ctrl-C 停止 stops everything")


def _accounts(settings: Settings) -> None:
    """Print who can sign in; the post in brackets is what `--as` takes."""
    made = demo_accounts.made(settings.home)
    if not made:
        return
    say(f"  演示账号 demo accounts, password {made[0].password}")
    for account in made:
        say(f"    {account.login:<16}{account.label}  ({account.post})")
