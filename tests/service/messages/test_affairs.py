"""Messages about affairs: whoever owes something is told once, urgent ones at once, and no word of it goes out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from models.affair import hazard as h
from models.affair.common import TickAffair
from models.message import DeliveryState, ErrorClass
from models.message_plan import Channels
from models.party import SYSTEM, Actor
from models.words import Role
from rules.affair.kinds import KINDS
from service.affairs.desk import Affairs
from tests.service.messages.conftest import MONDAY, SECRET, Desk, some_cases
from tests.service.messages.test_people import SATURDAY, channels, person, ready
from tests.service.messages.test_webhooks import signature
from tests.support.mail_server import MailServer, mail_server
from tests.support.receiver import Receiver
from tests.support.tls import serving

GRID = Actor(person="grid@yanlou-gumeng", role=Role.GRID, unit="yanlou-gumeng")
WORDS = "一楼过道停放六辆电动车"


async def begun(desk: Desk, item: str) -> Any:
    """A hazard in the record, as its run would publish it."""
    affairs, office = Affairs(desk.office), desk.office
    docs = office.affair_docs("hazard")
    assert docs is not None
    blank = h.Hazard(id=affairs.affair_id("hazard", "t", item), source="t", intake_id=item, docs=docs)
    text = await office.vault.seal_text(blank.id, f"open:{blank.id}", "text", WORDS)
    action = h.ReportHazard(id=f"open:{blank.id}", actor=GRID, place="520111105202", item=item, text=text)
    made = await affairs.publish_decided(KINDS["hazard"], blank, action)
    assert made is not None
    return made


async def ticked(desk: Desk, hazard: Any) -> Any:
    made = await Affairs(desk.office).publish_decided(KINDS["hazard"], hazard, TickAffair(id="tick", actor=SYSTEM))
    assert made is not None
    return made


def text(mail: MailServer) -> str:
    """All that was said in mails, subjects too."""
    bodies = [(one, body) for one in mail.got if (body := one.get_body()) is not None]
    return "".join(f"{one['subject']}{body.get_content()}" for one, body in bodies)


@pytest.fixture
def mail(tmp_path: Path) -> Any:
    with mail_server(serving(tmp_path)) as made:
        yield made


async def test_who_has_to_mend_it_is_told_of_the_hazard_and_of_its_card(
    desk: Desk, receiver: Receiver, mail: MailServer, tmp_path: Path
) -> None:
    await ready(desk, channels(receiver, mail, bots={}), tmp_path)
    await person(desk.office, "officer@yanlou-gumeng")
    await person(desk.office, "director@yanlou-centre", phone="13900000002")
    await person(desk.office, "officer@yanlou-justice", phone="13900000003")
    hazard = await begun(desk, "exits")
    await desk.turns()
    assert mail.to == ["officer.yanlou-gumeng@example.gov.cn"]
    assert "YANLOU-HZ-" in text(mail)
    desk.at(MONDAY + timedelta(days=4))
    await ticked(desk, await Affairs(desk.office).load(hazard.id))
    await desk.turns(minutes=3)
    # A reminder and a card to whoever owes it, the card to the director as well; nothing is told twice.
    assert sorted(mail.to[1:]) == ["director.yanlou-centre@example.gov.cn", *["officer.yanlou-gumeng@example.gov.cn"] * 2]
    assert WORDS not in text(mail)
    await desk.turns(minutes=3)
    assert len(mail.to) == 4


async def test_a_webhook_hears_of_affairs_what_it_asked_for_once_in_order_and_signed(desk: Desk, receiver: Receiver) -> None:
    """Beside cases, over a receiver that is down and one message that it refuses; a webhook that names no kind hears of cases alone."""
    channels = Channels.model_validate(
        {
            "version": 1,
            "allowed_hosts": [receiver.host],
            "webhooks": {
                "grid": {"url": f"{receiver.url}/grid", "secrets": ["webhook"], "affairs": ["hazard"], "types": ["registered"]},
                "city": {"url": f"{receiver.url}/city", "secrets": ["webhook"]},
            },
        }
    )
    desk.use(channels)
    (case,) = await desk.publish(*some_cases(1))
    hazard = await begun(desk, "exits")
    receiver.answer = lambda got: web.Response(status=500) if got.path == "/grid" else None
    await desk.turns(3)
    desk.at(MONDAY + timedelta(days=4))
    after = await ticked(desk, hazard)
    receiver.answer = lambda got: web.Response(status=422) if got.json["data"].get("affair") and got.json["data"]["seq"] == 2 else None
    await desk.turns(100, seconds=20)
    heard = [got for got in receiver.got if got.path == "/grid"]
    of_affair = [got for got in heard if got.json["partitionkey"] == hazard.id]
    assert list(dict.fromkeys(got.json["sequence"] for got in of_affair)) == [f"{seq:010d}" for seq in range(1, after.seq + 1)]
    assert {got.json["type"] for got in of_affair} >= {"jiefen.affair.hazard.hazard_reported.v1", "jiefen.affair.hazard.carded.v1"}
    assert {got.json["type"] for got in heard if got not in of_affair} == {"jiefen.case.registered.v1"}
    for got in of_affair:
        assert got.headers["webhook-signature"] == signature(SECRET, got)
        assert got.json["subject"] == "YANLOU-HZ-2026-00001"
        assert WORDS.encode() not in got.body
        assert GRID.person.encode() not in got.body
    (dead,) = await desk.page(DeliveryState.DEAD)
    assert (dead.case_id, dead.seq, dead.error) == (hazard.id, 2, ErrorClass.REFUSED)
    city = [got for got in receiver.got if got.path == "/city"]
    assert {got.json["partitionkey"] for got in city} == {case.id}
    assert len(city) == case.seq


async def test_a_grave_one_is_told_on_a_saturday_and_others_wait_for_the_office(
    desk: Desk, receiver: Receiver, mail: MailServer, tmp_path: Path
) -> None:
    await ready(desk, channels(receiver, mail, bots={}), tmp_path)
    await person(desk.office, "officer@yanlou-gumeng")
    await person(desk.office, "officer@yanlou-housing", phone="13900000002")
    desk.at(SATURDAY)
    await begun(desk, "exits")
    await begun(desk, "gas")
    await desk.turns(count=5)
    assert mail.to == ["officer.yanlou-housing@example.gov.cn"]
    assert len(await desk.waiting()) == 1
