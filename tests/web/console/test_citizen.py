"""A party at its own page: in by code and phone, shown its way in plain words, heard when it speaks, and out again."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from models.affair.watch.state import SignalChannel
from models.words import ENDS, Stage
from service.affairs.desk import Affairs
from service.affairs.watches import Seen, signal
from service.office import Office
from tests.web.console.visitors import Desk, Visitor
from tests.web.running import Api
from web.console.cookies import CITIZEN
from web.console.pages.citizen import STEPS

CLERK = "clerk@yanlou-centre"
CODE = re.compile(r'class="code num">([0-9A-Z-]{14})<')
PAIR = {
    "one_person": {"name": "张三丰", "phone": "13800000001"},
    "other_person": {"name": "欧阳明明", "phone": "13800000002"},
}
SECRETS = ("张三丰", "欧阳明明", "13800000001", "13800000002", "院坝", "谷蒙村三组", "520111199001011234")


async def opened(api: Api, desk: Desk, party: str = "a") -> tuple[str, str]:
    """A case, and the query code of one of its parties."""
    code = await api.open(intake_id=uuid.uuid4().hex)
    page = await (await desk.at(CLERK)).get(f"/cases/{code}/receipt?party={party}")
    return code, CODE.findall(page)[0]


async def let_in(desk: Desk, query: str, digits: str = "0001") -> Visitor:
    visitor = desk.stranger()
    await visitor.get("/citizen")
    answer = await visitor.submit("/citizen", code=query.lower().replace("-", " "), digits=digits)
    assert answer.headers["location"] == "/citizen"
    await visitor.get("/citizen")
    return visitor


async def test_a_party_sees_how_far_its_case_is_and_nothing_of_what_is_in_it(api: Api, desk: Desk) -> None:
    code, query = await opened(api, desk)
    visitor = await let_in(desk, query)
    for words in (code, "您的纠纷已登记", "审核是否受理", "燕楼镇综治中心", "12345", 'aria-current="step">登记'):
        assert words in visitor.page, words
    assert not any(secret in visitor.page for secret in (*SECRETS, query))
    await api.act(code, "screener@yanlou-centre", "screen", accept=True, category="0201")
    assert "确定由哪个单位办理" in await visitor.get("/citizen")
    visitor.client.cookies.set("jiefen_lang", "en")
    assert "It is decided which unit handles it" in await visitor.get("/citizen")


async def test_the_cookie_is_for_these_pages_alone_and_the_address_says_nothing(api: Api, desk: Desk) -> None:
    _, query = await opened(api, desk)
    visitor = desk.stranger()
    await visitor.get("/citizen")
    answer = await visitor.submit("/citizen", code=query, digits="0001")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in (CITIZEN, "Path=/citizen", "HttpOnly", "SameSite=lax"))
    assert (await visitor.client.get("/inbox")).status_code == 303


async def test_what_is_wrong_is_said_without_telling_what(api: Api, desk: Desk) -> None:
    _, query = await opened(api, desk)
    visitor = desk.stranger()
    await visitor.get("/citizen")
    await visitor.submit("/citizen", 422, code="AAAA", digits="0001")
    assert "查询码不对" in visitor.page
    wrong = []
    for code, digits in ((query, "9999"), ("00000000000" + "0", "0001")):
        await visitor.submit("/citizen", 401, code=code, digits=digits)
        wrong.append(re.findall(r'role="alert"[^<]*', visitor.page))
    assert wrong[0] == wrong[1]
    for _ in range(20):
        answer = await visitor.client.post("/citizen", data={**visitor.form("/citizen").fields, "code": query, "digits": "9999"})
        visitor.page = answer.text
        if answer.status_code == 429:
            break
    assert "试的次数太多" in visitor.page
    assert "分钟后" in visitor.page
    await visitor.submit("/citizen", 429, code=query, digits="0001")


async def test_a_complaint_arrives_once_and_is_told_of_until_it_is_answered(api: Api, desk: Desk) -> None:
    code, query = await opened(api, desk)
    visitor = await let_in(desk, query)
    await visitor.submit("/citizen/complain", 422, text=" ")
    assert 'role="alert"' in visitor.page
    sent = {**visitor.form("/citizen/complain").fields, "text": "等了很久没人联系"}
    for _ in range(2):
        assert (await visitor.client.post("/citizen/complain", data=sent)).headers["location"] == "/citizen?done=own-complain"
    page = await visitor.get("/citizen?done=own-complain")
    assert "您的投诉已收到" in page
    assert page.count("提出的投诉") == 1
    assert "等了很久" not in page
    (complaint,) = (await api.get(f"/cases/{code}", "director@yanlou-centre")).json()["complaints"]
    await api.act(code, "director@yanlou-centre", "reply", complaint=complaint["id"], text="已安排专人")
    assert "答复" in await visitor.get("/citizen")


async def settled(api: Api, code: str) -> None:
    """Bring a case as far as the visits afterwards."""
    officer, mediator = "officer@yanlou-gumeng", "mediator@yanlou-gumeng"
    await api.act(code, "screener@yanlou-centre", "screen", accept=True, category="0201")
    await api.act(code, "dispatcher@yanlou-centre", "route", level="village")
    await api.act(code, officer, "sign")
    await api.act(code, officer, "contact", note="已联系")
    await api.act(code, officer, "assign", mediator=mediator)
    for party in ("a", "b"):
        await api.act(code, mediator, "consent", party=party, agrees=True)
    promise = {"id": "p1", "debtor": "b", "what": "修沟", "due": "2027-03-15"}
    await api.act(code, mediator, "agree", form="oral", terms="各让一步", promises=[promise])
    await api.act(code, mediator, "perform", promise="p1", proof="已修通")


async def test_how_one_was_served_is_said_once(api: Api, desk: Desk) -> None:
    code, query = await opened(api, desk)
    visitor = await let_in(desk, query)
    assert "/citizen/rate" not in visitor.page
    await settled(api, code)
    assert "协议已履行，回访中" in await visitor.get("/citizen")
    assert not any(secret in visitor.page for secret in (*SECRETS, "修沟", "各让一步"))
    await visitor.submit("/citizen/rate", 422, text="很快")
    assert "请先选满意或不满意" in visitor.page
    assert "很快" in visitor.page
    await visitor.submit("/citizen/rate", satisfied="yes")
    page = await visitor.get("/citizen?done=own-rate")
    assert "谢谢，您的评价已收到" in page
    assert "您的评价：满意" in page
    assert "/citizen/rate" not in page


async def test_an_application_is_taken_back_by_who_made_it_and_says_so(api: Api, desk: Desk) -> None:
    code, query = await opened(api, desk)
    visitor = await let_in(desk, query)
    await visitor.submit("/citizen/withdraw", 422, reason="已经和好")
    assert "请先勾选确认撤回" in visitor.page
    assert "已经和好" in visitor.page
    await visitor.submit("/citizen/withdraw", sure="yes")
    page = await visitor.get("/citizen")
    assert "申请已撤回" in page
    assert "/citizen/withdraw" not in page
    assert (await api.get(f"/cases/{code}")).json()["stage"] == "withdrawn"


async def test_the_other_side_withdraws_nothing(api: Api, desk: Desk) -> None:
    _, query = await opened(api, desk, "b")
    visitor = await let_in(desk, query, "0002")
    assert "/citizen/withdraw" not in visitor.page
    token: dict[str, Any] = {"csrf": visitor.form("/citizen/leave").fields["csrf"], "sure": "yes", "reason": "x"}
    answer = await visitor.client.post("/citizen/withdraw", data=token)
    assert answer.status_code in {403, 409}


async def test_one_leaves_and_a_stranger_gets_no_further(api: Api, desk: Desk) -> None:
    _, query = await opened(api, desk)
    visitor = await let_in(desk, query)
    cookie = visitor.client.cookies[CITIZEN]
    token = visitor.form("/citizen/leave").fields
    assert (await visitor.client.post("/citizen/leave", data={"csrf": "x"})).status_code == 403
    answer = await visitor.submit("/citizen/leave")
    assert "已退出查询" in await visitor.get(answer.headers["location"])
    visitor.client.cookies.set(CITIZEN, cookie, path="/citizen")
    answer = await visitor.client.post("/citizen/complain", data={**token, "text": "x"})
    assert answer.headers["location"] == "/citizen?done=over"
    assert "请重新输入查询码" in await visitor.get("/citizen?done=over")


def test_every_stage_is_one_of_the_steps_or_an_end() -> None:
    stepped = [stage for _, stages in STEPS for stage in stages]
    assert sorted(stepped) == sorted(set(Stage) - ENDS | {Stage.ARCHIVED})
    assert len(stepped) == len(set(stepped))


@pytest.mark.parametrize("path", ["/citizen/rate", "/citizen/withdraw", "/citizen/leave"])
async def test_no_action_without_having_been_let_in(desk: Desk, path: str) -> None:
    assert (await desk.stranger().client.post(path)).headers["location"] == "/citizen?done=over"


async def test_a_party_that_is_watched_is_told_so_and_objects_in_its_own_words(api: Api, desk: Desk, office: Office) -> None:
    _, query = await opened(api, desk)
    visitor = await let_in(desk, query)
    assert "预警关注" not in visitor.page
    affairs = Affairs(office)
    pair = {"of": "pair", "place": "520111105202", **PAIR}
    seen = Seen("police_call", SignalChannel.CALL, "test", uuid.uuid4().hex)
    receipt = await signal(affairs, pair, seen, await affairs.actor("police@yanlou-police"))
    page = await visitor.get("/citizen")
    assert "您自" in page
    assert "本次标签到" in page
    assert not any(word in page for word in ("黄色", "纠纷警情", "积分"))
    answer = await visitor.submit("/citizen/object", id=uuid.uuid4().hex, watch=receipt.code or "", text="那天是误会")
    assert answer.headers["location"] == "/citizen?done=own-object"
    after = await visitor.get("/citizen?done=own-object")
    assert "您的申诉已收到" in after
    assert "提交申诉" not in after
    visitor.client.cookies.set("jiefen_lang", "en")
    assert "Your objection of" in await visitor.get("/citizen")
