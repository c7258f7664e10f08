"""The page of a case: what is shown, what can be done, and what a refusal looks like."""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import Any

from tests.web.console.visitors import Desk
from tests.web.running import Api
from web.api.forms import FORMS as BODIES
from web.console.forms import FORMS

CLERK = "clerk@yanlou-centre"
SCREENER = "screener@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"
OFFICER = "officer@yanlou-gumeng"
MEDIATOR = "mediator@yanlou-gumeng"


def test_every_action_has_a_form_and_a_form_has_the_fields_of_its_action() -> None:
    offered = set(BODIES) - {"open", "recalendar", "rebase"}
    assert set(FORMS) == offered
    for do, form in FORMS.items():
        asked = {field.name for field in form.inputs}
        fields = set(BODIES[do].model_fields)
        assert asked <= fields, (do, asked - fields)
        needed = {name for name, info in BODIES[do].model_fields.items() if info.is_required()}
        assert needed <= asked, (do, needed - asked)


async def test_a_dispute_is_taken_to_an_agreement_by_forms_alone(api: Api, desk: Desk) -> None:
    code = await api.open()
    screener, dispatcher = await desk.at(SCREENER), await desk.at(DISPATCHER)
    officer, mediator = await desk.at(OFFICER), await desk.at(MEDIATOR)
    done = await screener.act(code, "screen", accept="yes", category="0201")
    assert done.headers["location"] == f"/cases/{code}?done=screen&tab=facts"
    assert "已办理：甄别" in await screener.get(done.headers["location"])
    await dispatcher.act(code, "route", level="village")
    await officer.act(code, "sign")
    await officer.act(code, "contact", note="已电话联系双方")
    await officer.act(code, "assign")
    for party in ("a", "b"):
        await mediator.act(code, "consent", party=party, agrees="yes")
    promise: dict[str, Any] = {
        "promises.0.debtor": "b",
        "promises.0.what": "修通排水沟",
        "promises.0.due": "2027-03-15",
        "promises.0.amount": "1,200",
    }
    await mediator.act(code, "agree", form="written", terms="各让一步", **promise)
    page = await mediator.get(f"/cases/{code}?tab=agreement")
    assert all(words in page for words in ("修通排水沟", "2027-03-15", "1,200", "尚未生效", "轮到您办"))
    story = await mediator.get(f"/cases/{code}?tab=story")
    assert "已电话联系双方" in story
    assert "为什么是这个时间" in story


async def test_a_refusal_brings_the_form_back_as_it_was_filled_in(api: Api, desk: Desk) -> None:
    code = await api.open()
    screener = await desk.at(SCREENER)
    await screener.act(code, "screen", 422, accept="no", reason="", redirect="人民法院")
    assert "请填写理由" in screener.page
    assert 'value="人民法院"' in screener.page
    assert re.search(r'value="no" checked', screener.page)
    await screener.submit(f"/cases/{code}/do/screen", reason="已由法院受理")
    assert "不予受理" in await screener.get(f"/cases/{code}")


async def test_a_form_sent_twice_is_done_once(api: Api, desk: Desk) -> None:
    code = await api.open()
    clerk = await desk.at(CLERK)
    await clerk.get(f"/cases/{code}")
    sent = {**clerk.form(f"/cases/{code}/do/note").fields, "text": "已转告村委"}
    answers = await asyncio.gather(*(clerk.client.post(f"/cases/{code}/do/note", data=sent) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert (await clerk.get(f"/cases/{code}?tab=story")).count("已转告村委") == 1


async def test_what_has_moved_on_meanwhile_is_shown_before_it_is_acted_on(api: Api, desk: Desk) -> None:
    code = await api.open()
    screener = await desk.at(SCREENER)
    await screener.get(f"/cases/{code}")
    await api.act(code, CLERK, "note", text="补充一点")
    await screener.submit(f"/cases/{code}/do/screen", 409, accept="yes", category="0201")
    assert "案件已有新进展" in screener.page
    await screener.submit(f"/cases/{code}/do/screen")


async def test_a_wrong_click_can_be_taken_back(api: Api, desk: Desk) -> None:
    code = await api.open()
    screener = await desk.at(SCREENER)
    await screener.act(code, "screen", accept="yes", category="0201")
    await screener.get(f"/cases/{code}")
    await screener.submit(f"/cases/{code}/do/take_back")
    assert "已登记" in await screener.get(f"/cases/{code}")


async def test_who_may_not_see_a_case_gets_the_same_page_as_for_one_that_is_not_there(api: Api, desk: Desk) -> None:
    code = await api.open()
    stranger = await desk.at("officer@qingyan-justice")
    missing = await stranger.get("/cases/YANLOU-2026-99999", 404)
    assert re.sub(r"YANLOU-\d+-\d+", "", await stranger.get(f"/cases/{code}", 404)) == re.sub(r"YANLOU-\d+-\d+", "", missing)
    await stranger.get("/inbox")
    token = stranger.form("/logout").fields["csrf"]
    answer = await stranger.client.post(f"/cases/{code}/do/note", data={"csrf": token, "text": "x", "id": uuid.uuid4().hex})
    assert answer.status_code == 404


async def test_lists_are_filtered_and_search_goes_by_whole_words(api: Api, desk: Desk) -> None:
    code = await api.open(intake_id=uuid.uuid4().hex)
    clerk = await desk.at(CLERK)
    assert await clerk.find("/cases?stage=registered&town=yanlou", code)
    assert not await clerk.find("/cases?stage=archived&state=ended", code)
    await clerk.get("/cases?stage=nonsense", 422)
    await clerk.get("/cases")
    answer = await clerk.submit("/cases/search", text=code)
    assert answer.headers["location"] == f"/cases/{code}"
    await clerk.get("/cases")
    await clerk.submit("/cases/search", 200, text="张三丰")
    assert code in clerk.page


async def test_a_case_is_shown_as_it_stood_and_nothing_can_be_done_to_it_there(api: Api, desk: Desk) -> None:
    code = await api.open()
    screener = await desk.at(SCREENER)
    await screener.act(code, "screen", accept="yes", category="0201")
    story = await screener.get(f"/cases/{code}?tab=story")
    first = re.findall(r'href="\?as_of=([^"]+)"', story)[-1]
    then = await screener.get(f"/cases/{code}?tab=story&as_of={first}")
    assert "不是现在的情况" in then
    assert "现在可以做" not in then
    assert len(re.findall("当时情况", then)) < len(re.findall("当时情况", story))
    assert f"?tab=facts&amp;as_of={first}" in then or f"?tab=facts&as_of={first}" in then
