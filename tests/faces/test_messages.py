"""The commands for messages: dead letters listed, sent again and let go; roads; a phone that is stopped, read from stdin."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from models.message import Attempt, ErrorClass, Medium
from models.message_plan import Pace, Patience
from service.settings import Settings
from store.engine import Store
from store.messages.planning import Outgoing, Planned
from store.messages.sending import Sending
from store.messages.wishes import WishShelf
from tests.faces.stack import Answer, command
from tests.store.messages.test_queue import taking

PHONE = "138 0000 1111"


def jiefen(home: Path, *words: str, given: str = "") -> Answer:
    environment = {**os.environ, "JIEFEN_HOME": str(home), "JIEFEN_DEMO_ACCOUNTS": "1"}
    return command(words, environment, given)


async def fill(home: Path) -> list[str]:
    """Two dead letters in the store of an instance; return their ids."""
    settings, now = Settings(home=home), datetime.now(UTC)
    store = await Store.open(settings.database_url, settings.keys_url, settings.master_keys)
    told = {"type": "carded", "gate": "mail", "receiver": "account:1", "medium": Medium.MAIL, "template": "carded", "due_at": now}
    await Outgoing(store).queue([Planned.model_validate({**told, "case_id": f"case-{number}", "seq": 1}) for number in range(2)], now)
    sending, mine = Sending(store), taking(now)
    taken = await sending.take("mail", Pace(), mine)
    for one in taken:
        await sending.settle(one, Attempt(error=ErrorClass.REFUSED, status=550), (Pace(), Patience()), mine, 0.0)
    await store.close()
    return [one.id for one in taken]


async def stopped(home: Path) -> bool:
    settings = Settings(home=home)
    store = await Store.open(settings.database_url, settings.keys_url, settings.master_keys)
    found = await WishShelf(store).stopped(PHONE)
    await store.close()
    return found


def test_dead_letters_and_stopped_phones_from_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first, second = asyncio.run(fill(home))
    listed = jiefen(home, "messages", "list", "--state", "dead", "--json").json
    assert {one["id"] for one in listed["deliveries"]} == {first, second}
    assert {(one["error"], one["status"], one["receiver"]) for one in listed["deliveries"]} == {("refused", 550, "account")}
    assert "case-0" not in str(listed)
    planned = datetime.fromisoformat(listed["deliveries"][0]["created_at"]).astimezone(timezone(timedelta(hours=8)))
    assert f"{planned:%Y-%m-%d %H:%M}" in jiefen(home, "messages", "list").out
    assert jiefen(home, "messages", "replay", first, "--json").json == {"replayed": 1}
    assert jiefen(home, "messages", "stop", "--json", given=f"{PHONE}\n").json == {"done": True}
    assert asyncio.run(stopped(home))
