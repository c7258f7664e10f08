"""The commands for events of other systems and for calendar feeds, as processes."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from models.arrival import Arrival, ArrivalReason, ArrivalState
from service.settings import Settings
from store.arrivals.arrivals import Arrivals
from store.engine import Store
from tests.faces.stack import Answer, command

ID = "6c1f5f0c-0e43-5b0e-9d0a-3f1f2b7a9c12"
WHO = ("--as", "screener@yanlou-centre")


def jiefen(home: Path, *words: str) -> Answer:
    environment = {**os.environ, "JIEFEN_HOME": str(home)}
    return command(words, environment)


async def _kept(home: Path) -> None:
    found = Settings(home=home)
    store = await Store.open(found.database_url, found.keys_url, found.master_keys)
    one = Arrival(id=ID, sender="hotline", type="", state=ArrivalState.WAITING, town="yanlou", at=datetime(2026, 11, 23, 1, tzinfo=UTC))
    await Arrivals(store).keep(one, '{"sent": "甲"}')
    await Arrivals(store).note(ID, reason=ArrivalReason.UNREADABLE)
    await store.close()


def test_senders_secrets_and_what_did_not_fit(tmp_path: Path) -> None:
    asyncio.run(_kept(tmp_path))
    made = jiefen(tmp_path, "arrivals", "make-secret", "hotline", "--json").json
    assert made["secret"].startswith("whsec_")
    assert (tmp_path / "arrivals" / "hotline.secret").stat().st_mode & 0o077 == 0
    listed = jiefen(tmp_path, "arrivals", "list", *WHO, "--json").json
    assert [(one["id"], one["reason"]) for one in listed["arrivals"]] == [(ID, "unreadable")]
    assert "甲" in jiefen(tmp_path, "arrivals", "show", ID, *WHO).out
    assert jiefen(tmp_path, "arrivals", "discard", ID, *WHO, "--json").json["state"] == "discarded"


def test_a_calendar_feed_of_a_post_is_made_listed_and_revoked(tmp_path: Path) -> None:
    asyncio.run(_kept(tmp_path))
    made = jiefen(tmp_path, "feeds", "make", *WHO, "--json").json
    assert "/feeds/" in made["address"]
    assert made["address"].rpartition("/")[2] not in (tmp_path / "jiefen.db").read_bytes().decode("latin-1")
    assert [(one["id"], one["kind"]) for one in jiefen(tmp_path, "feeds", "list", *WHO, "--json").json] == [(made["id"], "personal")]
    assert jiefen(tmp_path, "feeds", "revoke", made["id"], *WHO).code == 0
