"""Messages in the console: the log without content, one's own wishes, and a party's agreement that a link ends."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.message import Attempt, ErrorClass, Medium
from models.message_plan import Pace, Patience
from service.office import Office
from store.messages.planning import Outgoing, Planned
from store.messages.sending import Sending, Taking
from store.messages.wishes import WishShelf
from tests.store.messages.test_queue import taking
from tests.web.console.test_citizen import let_in, opened
from tests.web.console.visitors import Desk
from tests.web.running import Api

ADMIN = "admin_system@huaxi-centre"

CHANNELS = """
version: 1
allowed_hosts: [sms.example.gov.cn]
sms: {url: "https://sms.example.gov.cn/send", body: '{{"to": "{phone}", "text": "{text}"}}'}
"""


@pytest.fixture
def gateway(office: Office, tmp_path: Path) -> Iterator[None]:
    """A text message gateway is set up; nothing is sent in these tests."""
    before, path = office.settings, tmp_path / "channels.yaml"
    path.write_text(CHANNELS, encoding="utf-8")
    office.settings = before.model_copy(update={"channels_file": path})
    yield
    office.settings = before


async def dead_letter(office: Office, gate: str) -> str:
    """Something that its receiver has refused; return its id."""
    now = office.now()
    one = Planned(
        case_id=f"secret-case-{gate}",
        seq=7,
        type="carded",
        gate=gate,
        receiver="account:secret",
        medium=Medium.MAIL,
        template="carded",
        due_at=now,
    )
    await Outgoing(office.store).queue([one], now)
    sending, mine = Sending(office.store), taking(now)
    (taken,) = await sending.take(gate, Pace(), mine)
    await sending.settle(taken, Attempt(error=ErrorClass.REFUSED, status=550), (Pace(), Patience()), mine, 0.0)
    return taken.id


async def test_a_dead_letter_is_seen_without_content_and_sent_again_by_the_administrator(office: Office, desk: Desk) -> None:
    gate = f"webhook:{uuid.uuid4().hex[:8]}"
    ident = await dead_letter(office, gate)
    director = await desk.at("director@yanlou-centre")
    page = await director.get(f"/messages?state=dead&gate={gate}")
    for words in ("亮牌", "对方拒收", "550", "工作人员", gate):
        assert words in page
    assert "secret" not in page
    assert ident not in page, "a director only looks"
    assert (await director.client.post("/messages/replay", data={"id": ident})).status_code in {400, 403}

    admin = await desk.at(ADMIN)
    await admin.get(f"/messages?state=dead&gate={gate}")
    form = next(form for form in admin.forms("/messages/replay") if "gate" not in form.fields)
    await admin.send(form, id=ident)
    assert ident in await admin.get(f"/messages?state=waiting&gate={gate}")
    form = next(form for form in admin.forms("/messages/replay") if "gate" not in form.fields)
    form.action = "/messages/drop"
    await admin.send(form, id=ident)
    assert "没有符合条件的记录" in await admin.get(f"/messages?state=waiting&gate={gate}")
    await (await desk.at("clerk@yanlou-centre")).get("/messages", 403)


async def test_a_road_is_switched_off_and_on(office: Office, desk: Desk) -> None:
    gate = "mail"
    await dead_letter(office, gate)
    admin = await desk.at(ADMIN)
    await admin.get("/messages")
    form = next(form for form in admin.forms("/messages/gate") if form.fields["gate"] == [gate])
    await admin.send(form, on="no")
    assert await Sending(office.store).take(gate, Pace(), Taking("w", office.now(), taking().lease, office_open=True)) == []
    await admin.get("/messages")
    await admin.send(next(form for form in admin.forms("/messages/gate") if form.fields["gate"] == [gate]), on="yes")
    assert "渠道已启用" in await admin.get("/messages?done=gate-on")


async def test_somebody_says_how_they_want_to_be_told(desk: Desk) -> None:
    officer = await desk.at("officer@yanlou-gumeng")
    await officer.get("/account/notices")
    await officer.submit("/account/notices", mail="an.officer@example.gov.cn", phone="139 0000 0001", by_mail="yes", language="en")
    page = await officer.get("/account/notices?done=notices")
    assert "通知设置已保存" in page
    form = officer.form("/account/notices")
    assert form.fields["mail"] == ["an.officer@example.gov.cn"]
    assert form.fields["phone"] == ["13900000001"]
    assert "by_mail" in form.fields
    assert "by_sms" not in form.fields
    await officer.submit("/account/notices", 422, mail="nonsense", phone="139")
    assert "邮箱格式不对" in officer.page
    await officer.submit("/account/notices", 422, mail="", phone="12ab")
    assert "手机号格式不对" in officer.page
    assert "12ab" in officer.page


@pytest.mark.usefixtures("gateway")
async def test_a_party_agrees_and_a_link_ends_it(office: Office, api: Api, desk: Desk) -> None:
    code, query = await opened(api, desk)
    party = await let_in(desk, query)
    assert "未开通" in party.page
    await party.submit("/citizen/texts")
    assert "已开通：" in await party.get("/citizen?done=texts-on")
    case = await office.records.load(await office.records.find(code) or "")
    assert case is not None
    person = case.parties[0].person or ""
    token = await WishShelf(office.store).token(person)

    stranger = desk.stranger()
    await stranger.get(f"/stop/{token}")
    assert await WishShelf(office.store).wants([person]) == {person}, "opening the link changes nothing"
    await stranger.submit(f"/stop/{token}", 200)
    assert "已退订" in stranger.page
    assert await WishShelf(office.store).wants([person]) == set()
    assert not re.search(code, stranger.page)
    await stranger.get("/stop/nobodys-token")
    await stranger.submit("/stop/nobodys-token", 404)

    await party.get("/citizen")
    await party.submit("/citizen/texts")
    await party.get("/citizen")
    await party.submit("/citizen/texts")
    assert await WishShelf(office.store).wants([person]) == set()


async def test_without_a_gateway_a_party_is_offered_nothing(api: Api, desk: Desk) -> None:
    _, query = await opened(api, desk)
    assert "短信提醒" not in (await let_in(desk, query)).page


@pytest.mark.usefixtures("gateway")
async def test_what_a_party_says_at_the_counter_is_noted(office: Office, api: Api, desk: Desk) -> None:
    code, _ = await opened(api, desk)
    case = await office.records.load(await office.records.find(code) or "")
    assert case is not None
    persons = [party.person or "" for party in case.parties]
    await WishShelf(office.store).wish(persons[1], by_sms=False, by="test", at=office.now())
    clerk = await desk.at("clerk@yanlou-centre")
    await clerk.get(f"/cases/{code}/receipt?party=b")
    await clerk.submit(f"/cases/{code}/receipt/texts")
    assert "当事人不再要短信提醒" in await clerk.get(f"/cases/{code}/receipt?party=b&done=agreed-on")
    assert persons[1] in await WishShelf(office.store).wants(persons)
    await clerk.submit(f"/cases/{code}/receipt/texts")
    assert persons[1] not in await WishShelf(office.store).wants(persons)
    refused = await clerk.client.post(
        f"/cases/{code}/receipt/texts", data={**clerk.form(f"/cases/{code}/receipt/texts").fields, "party": "z"}
    )
    assert refused.status_code in {404, 409, 422}
