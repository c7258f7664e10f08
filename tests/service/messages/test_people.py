"""Messages to people: who gets what, by which road, in which words, and when."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from aiohttp import web

from models.account import HeldPost
from models.case import Case
from models.message import Attempt, DeliveryState, ErrorClass, Medium
from models.message_plan import BotKind, Channels, SmsAnswer
from models.record import Publication
from models.words import Tier
from rules import chain
from service.messages import bots, sms
from service.messages.http import Answer
from service.messages.letters import Attachment, Letter, Letters
from service.messages.mail import MailRoad
from service.messages.secrets import Secrets
from service.office import Office
from store.entry.accounts import AccountShelf
from store.messages.contacts import ContactCard, ContactShelf
from store.messages.log import DeliveryLog
from store.messages.wishes import WishShelf
from store.vault import Person
from tests.service.messages.conftest import MONDAY, Desk, secrets
from tests.support.core import CoreCase
from tests.support.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.support.onward import done, opening
from tests.support.receiver import Receiver
from tests.support.tls import serving, trusting

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SATURDAY = MONDAY + timedelta(days=5)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(serving(tmp_path)) as made:
        yield made


def channels(receiver: Receiver, mail: MailServer | None = None, **more: Any) -> Channels:
    """Roads to people: mail, a gateway and a robot, all on this machine."""
    gateway = {
        "url": f"{receiver.url}/sms",
        "headers": {"authorization": "Bearer {secret_sms}"},
        "body": '{{"mobile": "{phone}", "content": "{text}", "ref": "{id}"}}',
        "answer": {"field": "result.code", "good": ["0"], "busy": ["8"], "refused": ["4"], "message_id": "result.list.0.id"},
    }
    server = {"host": "localhost", "user": USER, "password": "smtp", "sender": "jiefen@example.gov.cn", "sender_name": "解纷"}
    data = {
        "version": 1,
        "allowed_hosts": [receiver.host],
        "mail": None if mail is None else {**server, "port": mail.port},
        "sms": gateway,
        "bots": {"yanlou-gumeng": {"kind": "wecom", "url": f"{receiver.url}/wecom", "key": "bot"}},
    }
    return Channels.model_validate({**data, **more})


async def person(office: Office, post: str, **card: Any) -> str:
    """Somebody in a post, with these wishes."""
    shelf = AccountShelf(office.store)
    login = post.replace("@", ".")
    made = await shelf.create(login, None, "某人", [HeldPost(staff=post)], office.now(), must_change=False, demo=False)
    given = {"mail": f"{login}@example.gov.cn", "phone": "13900000001", "by_mail": True, **card}
    await ContactShelf(office.store).keep(made, ContactCard.model_validate(given), office.now())
    return made


def routed(start: datetime = MONDAY, **changes: Any) -> CoreCase:
    """A case routed to a village committee."""
    core = CoreCase(start)
    done(core.act("clerk@yanlou-centre", "open", **opening(place="520111105202", **changes)))
    done(core.act("screener@yanlou-centre", "screen", category="0201", accept=True))
    done(core.act("dispatcher@yanlou-centre", "route", level="village"))
    return core


async def published(desk: Desk, core: CoreCase, **changes: Any) -> Case:
    """Publish as a worker does, with the office hours it works out."""
    from activities.records import RecordActivities

    blank = Case(id=core.case.id, source=core.case.source, intake_id=core.case.intake_id, docs=core.case.docs)
    case, lines = chain.append(blank, core.events)
    case = case.model_copy(update=changes)
    await RecordActivities(desk.office.records, desk.office.library).publish(
        Publication(case=case, prev_head=blank.head, lines=tuple(lines))
    )
    return case


def said(receiver: Receiver, path: str) -> list[dict[str, Any]]:
    return [one.json for one in receiver.got if one.path == path]


async def ready(desk: Desk, chosen: Channels, tmp_path: Path | None = None) -> None:
    secrets(desk.office, smtp=PASSWORD, sms="gateway key", bot="robot key")
    object.__setattr__(desk.office, "settings", desk.office.settings.model_copy(update={"public_url": "https://jiefen.example.gov.cn"}))
    desk.use(chosen, trusting(tmp_path) if tmp_path is not None else True)


async def test_a_new_case_is_told_by_mail_over_starttls_and_by_the_units_robot(
    desk: Desk, receiver: Receiver, mail: MailServer, tmp_path: Path
) -> None:
    await ready(desk, channels(receiver, mail), tmp_path)
    await person(desk.office, "officer@yanlou-gumeng")
    await published(desk, routed(MONDAY - timedelta(minutes=5)))
    receiver.answer = lambda _: web.json_response({"errcode": 0, "errmsg": "ok"})
    await desk.turns(20, seconds=10)
    (letter,) = mail.got
    assert mail.to == ["officer.yanlou-gumeng@example.gov.cn"]
    assert letter["Subject"] == "【解纷】YANLOU-2026-00001 已分流至谷蒙村人民调解委员会，请签收"
    text = letter.get_content()
    assert "签收期限：2026-03-03 17:00" in text
    assert "https://jiefen.example.gov.cn/cases/YANLOU-2026-00001" in text
    (spoken,) = said(receiver, "/wecom")
    assert spoken["msgtype"] == "text"
    assert "YANLOU-2026-00001" in spoken["text"]["content"]
    sent = {one.receiver.partition(":")[0]: one for one in await desk.page(DeliveryState.SENT)}
    assert set(sent) == {"account", "unit"}
    assert sent["account"].external_id == "4Xyz"
    assert letter["Message-ID"] == f"<{sent['account'].id}@example.gov.cn>"


@sqlite
async def test_who_is_called_to_a_meeting_gets_it_for_the_calendar_and_that_it_is_called_off(
    desk: Desk, receiver: Receiver, mail: MailServer, tmp_path: Path
) -> None:
    await ready(desk, channels(receiver, mail), tmp_path)
    await person(desk.office, "officer@yanlou-police")
    core = routed(MONDAY - timedelta(minutes=9))
    done(core.act("officer@yanlou-gumeng", "sign"))
    soon = MONDAY + timedelta(days=2)
    done(core.act("dispatcher@yanlou-centre", "meet", at=soon, place="甲家堂屋", units=["yanlou-police"]))
    done(core.act("dispatcher@yanlou-centre", "call_off", meeting="m1", reason="一方有事"))
    await published(desk, core)
    receiver.answer = lambda _: web.json_response({"errcode": 0})
    await desk.turns(20, seconds=10)
    read: list[Any] = []
    for letter in mail.got:
        (attached,) = letter.iter_attachments()
        assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "YANLOU-2026-00001-m1.ics")
        assert attached.get_param("method") == ("CANCEL" if read else "REQUEST")
        text = attached.get_content()
        assert "甲家堂屋" not in text
        read.append(vobject.readOne(text if isinstance(text, str) else text.decode()))
    assert [(one.method.value, one.vevent.sequence.value) for one in read] == [("REQUEST", "0"), ("CANCEL", "1")]
    assert read[0].vevent.uid.value == read[1].vevent.uid.value
    assert read[0].vevent.dtstart.value == soon
    assert "mailto:officer.yanlou-police@example.gov.cn" in [one.value for one in read[0].vevent.contents["attendee"]]


@sqlite
async def test_nothing_personal_is_in_the_log(desk: Desk, receiver: Receiver) -> None:
    await ready(desk, channels(receiver))
    await person(desk.office, "officer@yanlou-gumeng", by_sms=True)
    await published(desk, routed())
    receiver.answer = lambda _: web.json_response({"errcode": 0, "result": {"code": "0", "list": [{"id": "m-1"}]}})
    await desk.turns(20, seconds=10)
    first = next(one for one in receiver.got if one.path == "/sms")
    assert first.json["mobile"] == "13900000001"
    assert first.headers["authorization"] == "Bearer gateway key"
    assert {one.external_id for one in await desk.page() if one.medium is Medium.SMS} == {"m-1"}
    kept = json.dumps([one.model_dump(mode="json") for one in await desk.page()])
    assert "139" not in kept
    assert "example.gov.cn" not in kept


@sqlite
async def test_outside_office_hours_only_red_cases_are_told(desk: Desk, receiver: Receiver) -> None:
    await ready(desk, channels(receiver))
    desk.at(SATURDAY)
    receiver.answer = lambda _: web.json_response({"errcode": 0})
    core = routed(SATURDAY - timedelta(minutes=5))
    await published(desk, core, tier=Tier.RED, id="red", intake_id="red")
    await published(desk, core)
    await desk.turns(3, seconds=10)
    assert len(said(receiver, "/wecom")) == 1, "the red one"
    desk.at(SATURDAY + timedelta(days=2, hours=-2))
    await desk.turns(3, seconds=10)
    assert len(said(receiver, "/wecom")) == 1, "08:00 on Monday"
    desk.at(SATURDAY + timedelta(days=2, hours=-1))
    await desk.turns(3, seconds=10)
    assert len(said(receiver, "/wecom")) == 2, "the office opens at nine"


@sqlite
async def test_many_reminders_at_once_become_one_digest(desk: Desk, receiver: Receiver, mail: MailServer, tmp_path: Path) -> None:
    await ready(desk, channels(receiver, mail, bots={}, sms=None), tmp_path)
    await person(desk.office, "director@yanlou-centre")
    late = MONDAY + timedelta(days=2)
    for number in range(7):
        core = routed(MONDAY - timedelta(minutes=number))
        core.case = core.case.model_copy(update={"id": f"case-{number}", "intake_id": str(number)})
        core.move_to(late)
        assert "deemed_signed" in {event.type for event in core.events}
        await published(desk, core)
    desk.at(late)
    await desk.turns(30, minutes=1)
    (letter,) = mail.got
    folded = await desk.page(DeliveryState.FOLDED)
    assert len({one.case_id for one in folded}) == 7
    assert letter["Subject"] == f"【解纷】{len(folded)} 项期限提醒汇总"


async def test_a_party_hears_only_after_it_has_agreed_and_never_of_the_case(desk: Desk, receiver: Receiver) -> None:
    await ready(desk, channels(receiver, bots={}))
    office = desk.office
    who = await office.vault.person("c", "a", "parties.0", Person(name="甲某某", phone="13800001111"))
    core = routed(summary="ref")
    parties = tuple(one.model_copy(update={"person": who if one.id == "a" else None}) for one in core.case.parties)
    wishes = WishShelf(office.store)
    receiver.answer = lambda _: web.json_response({"result": {"code": "0"}})
    await published(desk, core, parties=parties, id="case-1", intake_id="1")
    await desk.turns(5, seconds=10)
    assert said(receiver, "/sms") == []

    await wishes.wish(who, by_sms=True, by="citizen:a", at=office.now())
    await published(desk, core, parties=parties, id="case-2", intake_id="2")
    await desk.turns(5, seconds=10)
    first = said(receiver, "/sms")[0]
    assert first["mobile"] == "13800001111"
    assert "https://jiefen.example.gov.cn/citizen" in first["content"]
    for word in ("YANLOU", "谷蒙", "甲", "调解", "0201"):
        assert word not in first["content"]

    token = first["content"].rpartition("/stop/")[2]
    assert await wishes.end(token, office.now()) == who
    count = len(said(receiver, "/sms"))
    await published(desk, core, parties=parties, id="case-3", intake_id="3")
    await desk.turns(5, seconds=10)
    assert len(said(receiver, "/sms")) == count


@sqlite
async def test_a_stopped_phone_outranks_what_was_agreed(desk: Desk, receiver: Receiver) -> None:
    await ready(desk, channels(receiver, bots={}))
    office = desk.office
    who = await office.vault.person("c", "a", "parties.0", Person(name="甲某某", phone="138 0000 1111"))
    wishes = WishShelf(office.store)
    await wishes.wish(who, by_sms=True, by="citizen:a", at=office.now())
    await wishes.stop("+8613800001111", "admin", office.now())
    assert await wishes.stopped("１３８ ００００ １１１１")
    core = routed()
    await published(desk, core, parties=tuple(one.model_copy(update={"person": who}) for one in core.case.parties[:1]))
    await desk.turns(5, seconds=10)
    assert said(receiver, "/sms") == []
    assert {(one.state, one.error) for one in await desk.page()} == {(DeliveryState.DROPPED, ErrorClass.STOPPED)}


@sqlite
async def test_what_a_mail_server_answers_is_understood(desk: Desk, receiver: Receiver, mail: MailServer, tmp_path: Path) -> None:
    await ready(desk, channels(receiver, mail, bots={}, sms=None), tmp_path)
    await person(desk.office, "officer@yanlou-gumeng")
    core = routed()
    answers = [
        ("550 no such user", "250 OK", ErrorClass.REFUSED, DeliveryState.DEAD),
        ("450 greylisted", "250 OK", ErrorClass.BUSY, DeliveryState.WAITING),
        ("", "451 try later", ErrorClass.BUSY, DeliveryState.WAITING),
        ("", "554 no", ErrorClass.REFUSED, DeliveryState.DEAD),
    ]
    for number, (mail.rcpt, mail.data, error, state) in enumerate(answers):
        await published(desk, core, id=f"case-{number}", intake_id=str(number))
        desk.wait(minutes=5)
        await DeliveryLog(desk.office.store).switch("mail", on=True)
        await desk.post.pump.once()
        one = next(one for one in await desk.page() if one.case_id == f"case-{number}")
        assert (one.error, one.state) == (error, state)
        await DeliveryLog(desk.office.store).drop([one.id], "admin_system@huaxi-centre", desk.office.now())


@sqlite
async def test_a_server_that_speaks_tls_from_the_first_word_is_written_to(bare_office: Office, tmp_path: Path) -> None:
    with mail_server(serving(tmp_path), whole=True) as server:
        given = {"host": "localhost", "port": server.port, "security": "tls", "sender": "jiefen@example.gov.cn"}
        chosen = Channels.model_validate({"version": 1, "mail": given})
        road = MailRoad(chosen, Secrets(bare_office.settings.secrets), Letters(bare_office), trusting(tmp_path))
        letter = Letter(
            address="a@example.gov.cn", text="内容", subject="事项", attachments=(Attachment("a.pdf", "application/pdf", b"%PDF"),)
        )
        assert chosen.mail is not None
        assert (await road.post(chosen.mail, letter, "id-1")).error is None
    (got,) = server.got
    assert [part.get_content_type() for part in got.walk()] == ["multipart/mixed", "text/plain", "application/pdf"]


@sqlite
async def test_a_wrong_password_a_strange_certificate_and_a_closed_port_are_the_roads_trouble(
    desk: Desk, receiver: Receiver, mail: MailServer, tmp_path: Path
) -> None:
    await ready(desk, channels(receiver, mail, bots={}, sms=None), tmp_path)
    await person(desk.office, "officer@yanlou-gumeng")
    await published(desk, routed())
    secrets(desk.office, smtp="wrong")
    await desk.post.pump.once()
    assert [one.error for one in await desk.page()] == [ErrorClass.CREDENTIALS]
    secrets(desk.office, smtp=PASSWORD)
    desk.use(channels(receiver, mail, bots={}, sms=None))
    desk.wait(minutes=5)
    await desk.post.pump.once()
    assert [one.error for one in await desk.page()] == [ErrorClass.TLS]
    mail.port = 1
    desk.use(channels(receiver, mail, bots={}, sms=None), trusting(tmp_path))
    desk.wait(minutes=5)
    await desk.post.pump.once()
    assert [one.error for one in await desk.page()] == [ErrorClass.UNREACHABLE]
    assert mail.got == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"result": {"code": 0, "list": [{"id": "m-7"}]}}, None),
        ({"result": {"code": "8"}}, ErrorClass.BUSY),
        ({"result": {"code": "4"}}, ErrorClass.REFUSED),
        ({"result": {"code": "99"}}, ErrorClass.SERVER),
        ({}, ErrorClass.SERVER),
        ([], ErrorClass.SERVER),
    ],
)
def test_a_gateway_that_says_200_and_means_no(answer: object, error: ErrorClass | None) -> None:
    how = SmsAnswer(field="result.code", good=("0",), busy=("8",), refused=("4",), message_id="result.list.0.id")
    found = sms.read_answer(Answer(Attempt(status=200), json.dumps(answer).encode()), how)
    assert (found.error, found.external_id) == (error, "m-7" if error is None else "")


@pytest.mark.parametrize(
    ("kind", "code", "error"),
    [
        ("wecom", 0, None),
        ("wecom", 45009, ErrorClass.BUSY),
        ("wecom", 93000, ErrorClass.CREDENTIALS),
        ("dingtalk", 0, None),
        ("dingtalk", 130101, ErrorClass.BUSY),
        ("dingtalk", 310000, ErrorClass.CREDENTIALS),
        ("dingtalk", 400102, ErrorClass.GONE),
        ("dingtalk", 12345, ErrorClass.SERVER),
        ("dingtalk", "0", ErrorClass.SERVER),
    ],
)
def test_robots_have_numbers_of_their_own(kind: str, code: object, error: ErrorClass | None) -> None:
    body = json.dumps({"errcode": code, "errmsg": "…"}).encode()
    assert bots.read_answer(Answer(Attempt(status=200), body), BotKind(kind)).error is error


@sqlite
async def test_a_dingtalk_robot_is_asked_at_a_signed_address(desk: Desk, receiver: Receiver) -> None:
    bot = {"kind": "dingtalk", "url": f"{receiver.url}/robot", "key": "bot", "sign": "bot-sign"}
    await ready(desk, channels(receiver, bots={"yanlou-gumeng": bot}))
    secrets(desk.office, bot_sign="SECabc")
    receiver.answer = lambda _: web.json_response({"errcode": 0})
    await published(desk, routed())
    await desk.post.pump.once()
    query = receiver.got[0].query
    assert query["access_token"] == "robot key"
    key = f"{query['timestamp']}\nSECabc".encode()
    assert base64.b64decode(query["sign"]) == hmac.new(b"SECabc", key, hashlib.sha256).digest()


@sqlite
async def test_a_robot_hears_twenty_messages_a_minute_at_most(desk: Desk, receiver: Receiver) -> None:
    await ready(desk, channels(receiver))
    receiver.answer = lambda _: web.json_response({"errcode": 0})
    for number in range(24):
        core = routed()
        core.case = core.case.model_copy(update={"id": f"case-{number}", "intake_id": str(number)})
        await published(desk, core)
    for _ in range(20):
        await desk.post.pump.once()
        desk.wait(seconds=3)
    assert 15 <= len(receiver.got) <= 21
    assert {one.medium for one in await desk.page()} == {Medium.BOT}


def test_dates_of_these_tests_are_what_they_say() -> None:
    assert datetime(2026, 3, 2, 2, tzinfo=UTC) == MONDAY
    assert SATURDAY.weekday() == 5
