"""Taking a dispute in by the form alone: what it asks, what it says back, and that one form makes one case."""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import Any

import pytest

from service.office import Office
from tests.web.console.visitors import Desk, Visitor
from web.console.caller import FIELDS
from web.console.intake import FIELDS as WORDS
from web.console.intake import MOST_ROWS

CLERK = "clerk@yanlou-centre"
NEW = "/cases/new"


def name() -> str:
    """A name that nobody else in these tests has."""
    return f"赵{uuid.uuid4().hex[:8]}"


def phone() -> str:
    """A phone that nobody else in these tests has."""
    return f"139{uuid.uuid4().int % 10**8:08}"


def filled(**changes: Any) -> dict[str, Any]:
    """What a clerk fills in at the least."""
    needed = {"do": "open", "place": "520111105202", "summary": "院坝排水", "parties.0.name": name(), "parties.1.name": name()}
    return needed | changes


async def taken(clerk: Visitor, changes: dict[str, Any] | None = None, status: int = 303) -> str:
    """Fill in a fresh form and send it; gives the code of the case."""
    await clerk.get(NEW)
    answer = await clerk.submit(NEW, status, **filled(**(changes or {})))
    return str(answer.headers.get("location", "")).removeprefix("/cases/").partition("/")[0]


async def test_a_dispute_is_taken_in_by_the_form_alone(desk: Desk, office: Office) -> None:
    clerk = await desk.at(CLERK)
    page = await clerk.get(NEW)
    assert page.index('<optgroup label="燕楼镇"') < page.index('<optgroup label="青岩镇"')
    assert re.search(r'data-keys="gumengcun gmc">谷蒙村<', page)
    first = name()
    more = {"parties.0.name": first, "parties.0.phone": phone(), "parties.0.minor": "yes", "risk_signs": ["media", "second_contact"]}
    code = await taken(clerk, more | {"amount": "12,000", "languages": ["miao"], "oral": "yes", "read_back": "yes"})
    assert "已登记" in await clerk.get(f"/cases/{code}/receipt?done=open")
    page = await clerk.get(f"/cases/{code}")
    assert all(words in page for words in (first, "谷蒙村", "院坝排水", "窗口", "12,000", "未成年人", "已有媒体或网络关注", "口头申请"))
    case = await office.records.load(await office.records.find(code) or "")
    assert case is not None
    assert (case.people, case.oral, case.languages) == (2, True, ("miao",))
    assert [(party.id, party.side) for party in case.parties] == [("a", "applicant"), ("b", "respondent")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"place": ""}, "发生地：请填写"),
        ({"place": "999999"}, "发生地：请检查"),
        ({"summary": " "}, "纠纷情况：请填写"),
        ({"parties.0.name": "", "parties.1.name": ""}, "第 1 位当事人的姓名或名称：请填写"),
        ({"parties.1.name": "", "parties.1.phone": "13900000001"}, "第 2 位当事人的姓名或名称：请填写"),
        ({"parties.1.phone": "no phone"}, "第 2 位当事人的电话：格式不对"),
        ({"happened_on": "2099-01-01"}, "发生日期：不能晚于今天"),
        ({"happened_on": "1900-01-01"}, "发生日期：请检查"),
        ({"people": "many"}, "涉及人数：请检查"),
        ({"summary": "a\x07b"}, "纠纷情况：含有不能使用的字符"),
        ({"people": "2", "wage_workers": "3"}, "被欠薪人数：不能多于涉及人数"),
        ({"oral": "yes"}, "须向申请人宣读记录并由其确认"),
    ],
)
async def test_what_is_wrong_is_said_in_plain_words_beside_what_was_typed(desk: Desk, typed: dict[str, Any], said: str) -> None:
    clerk = await desk.at(CLERK)
    await taken(clerk, {"parties.0.address": "谷蒙村三组8号"} | typed, 422)
    assert said in clerk.page
    assert 'value="谷蒙村三组8号"' in clerk.page
    assert len(clerk.form(NEW).fields["intake_id"]) == 1
    right: dict[str, Any] = dict.fromkeys(typed) | filled() | {"happened_on": "2026-01-05"}
    await clerk.submit(NEW, **right)


async def test_all_that_is_missing_is_said_at_once(desk: Desk) -> None:
    clerk = await desk.at(CLERK)
    await taken(clerk, {"place": "", "summary": "", "oral": "yes", "parties.0.name": "", "parties.1.name": "", "parties.1.phone": "1"}, 422)
    # The row that was left empty is behind the other now.
    for said in ("发生地：请填写", "纠纷情况：请填写", "须向申请人宣读记录", "第 1 位当事人的姓名或名称：请填写"):
        assert said in clerk.page
    assert clerk.form(NEW).fields["parties.0.phone"] == ["1"]


async def test_a_row_left_empty_is_no_party(desk: Desk, office: Office) -> None:
    clerk = await desk.at(CLERK)
    code = await taken(clerk, {"parties.0.name": ""})
    case = await office.records.load(await office.records.find(code) or "")
    assert case is not None
    assert [(party.id, party.side) for party in case.parties] == [("a", "respondent")]


async def test_one_more_party_and_a_group_count_as_they_are(desk: Desk, office: Office) -> None:
    clerk = await desk.at(CLERK)
    await clerk.get(NEW)
    for _ in range(MOST_ROWS):
        await clerk.submit(NEW, 200, do="party", summary="工资")
    assert clerk.page.count('name="parties.19.name"') == 1
    assert 'name="parties.20.name"' not in clerk.page
    assert len({key for key in clerk.form(NEW).fields if key.startswith("parties.")}) * 2 < FIELDS
    answer = await clerk.submit(NEW, **filled(**{"parties.2.name": name(), "parties.2.kind": "group", "parties.2.people": "30"}))
    code = answer.headers["location"].split("/")[2]
    case = await office.records.load(await office.records.find(code) or "")
    assert case is not None
    assert (case.people, case.tier) == (32, "yellow")


async def test_one_form_makes_one_case_however_often_it_is_sent(desk: Desk) -> None:
    clerk = await desk.at(CLERK)
    await clerk.get(NEW)
    sent = {**clerk.form(NEW).fields, **filled()}
    answers = await asyncio.gather(*(clerk.client.post(NEW, data=sent) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    (path,) = {answer.headers["location"].split("?")[0] for answer in answers}
    later = await clerk.client.post(NEW, data=sent | {"summary": "改了又按了一次", "channel": "phone"})
    assert later.headers["location"] == f"{path}?done=known"
    assert "没有重复登记" in await clerk.get(later.headers["location"])


async def test_a_case_for_another_town_is_taken_in_once_too(desk: Desk) -> None:
    clerk = await desk.at(CLERK)
    await clerk.get(NEW)
    sent = {**clerk.form(NEW).fields, **filled(place="520111101201")}
    first, second = [await clerk.client.post(NEW, data=sent) for _ in range(2)]
    assert first.headers["location"].split("?")[0] == second.headers["location"].split("?")[0]
    assert "受理回执" in await clerk.get(first.headers["location"])


async def test_the_grade_stands_beside_the_form_with_its_reasons(desk: Desk) -> None:
    clerk = await desk.at(CLERK)
    await clerk.get(NEW)
    fields = clerk.form(NEW).fields
    for typed, said in (
        ({}, "为蓝色"),
        ({"risk_signs": ["previous_violence"], "people": "1,2"}, "合计 45 分，达到橙色（45 分起）"),
        ({"risk_signs": ["weapon"]}, "有直接定为红色的情形"),
        ({"parties.0.name": "甲", "parties.0.vulnerable": "yes"}, "+10"),
        ({"people": "many"}, "涉及人数：请检查"),
    ):
        answer = await clerk.client.post(f"{NEW}/grade", data={**fields, **typed})
        assert said in answer.text, typed
        assert "<html" not in answer.text
    assert "合计 25 分" in (await clerk.submit(NEW, 200, do="check", risk_signs=["previous_violence"])).text


async def test_cases_of_the_same_people_are_shown_before_another_is_made(desk: Desk) -> None:
    clerk, first = await desk.at(CLERK), name()
    code = await taken(clerk, {"parties.0.name": first})
    await clerk.get(NEW)
    again = filled(**{"parties.0.name": first})
    answer = await clerk.client.post(f"{NEW}/alike", data={**clerk.form(NEW).fields, **again})
    assert code in answer.text
    assert "有同一当事人" in answer.text
    await clerk.submit(NEW, 409, **again)
    assert "同一当事人已有案件" in clerk.page
    done = await clerk.submit(NEW)
    assert code not in done.headers["location"]


async def test_a_draft_is_kept_gone_on_with_and_becomes_the_one_case(desk: Desk) -> None:
    clerk = await desk.at("clerk@qingyan-centre")
    await clerk.get(NEW)
    fields = clerk.form(NEW).fields
    assert 'name="draft" value=""' in (await clerk.client.post(f"{NEW}/draft", data={**fields, "people": "3"})).text
    typed = {**fields, "summary": "写到一半", "parties.0.name": name(), "risk_signs": ["media", "second_contact"]}
    kept = await clerk.client.post(f"{NEW}/draft", data=typed)
    draft = re.search(r'name="draft" value="([^"]+)"', kept.text)
    assert draft is not None
    assert "已存草稿" in kept.text
    assert f"{NEW}?draft={draft[1]}" in await clerk.get(NEW)
    page = await clerk.get(f"{NEW}?draft={draft[1]}")
    assert "写到一半" in page
    assert clerk.form(NEW).fields["risk_signs"] == ["second_contact", "media"]
    assert clerk.form(NEW).fields["intake_id"] == fields["intake_id"]
    done = await clerk.submit(NEW, place="520111101201")
    # What was on its way when the form was sent makes no second case.
    late = await clerk.client.post(f"{NEW}/draft", data=typed)
    other = re.search(r'name="draft" value="([^"]+)"', late.text)
    assert other is not None
    await clerk.get(f"{NEW}?draft={other[1]}")
    again = await clerk.submit(NEW, place="520111101201")
    assert again.headers["location"].split("?")[0] == done.headers["location"].split("?")[0]
    assert (await clerk.client.get(f"{NEW}?draft={draft[1]}")).headers["location"] == f"{NEW}?done=no-draft"


async def test_a_draft_is_thrown_away_and_is_nobody_elses(desk: Desk) -> None:
    clerk = await desk.at(CLERK)
    await clerk.get(NEW)
    answer = await clerk.submit(NEW, do="save", summary="写到一半")
    path = answer.headers["location"]
    other = await desk.at("clerk@huaxi-centre")
    assert (await other.client.get(path)).headers["location"] == f"{NEW}?done=no-draft"
    assert "写到一半" in await clerk.get(path)
    open_still = {**clerk.form(NEW).fields, "summary": "另一个窗口还在写"}
    await clerk.submit(f"{NEW}/discard")
    assert (await clerk.client.get(path)).headers["location"] == f"{NEW}?done=no-draft"
    assert "已存草稿" in (await clerk.client.post(f"{NEW}/draft", data=open_still)).text


async def test_a_grid_member_begins_with_their_own_village(desk: Desk) -> None:
    grid = await desk.at("grid@yanlou-gumeng")
    await grid.get(NEW)
    fields = grid.form(NEW).fields
    assert (fields["place"], fields["channel"]) == (["520111105202"], ["grid"])


async def test_who_takes_nothing_in_has_no_such_page(desk: Desk) -> None:
    mediator = await desk.at("mediator@yanlou-gumeng")
    await mediator.get(NEW, 403)
    await mediator.get("/inbox")
    token = mediator.form("/logout").fields["csrf"]
    for path in (NEW, f"{NEW}/grade", f"{NEW}/alike", f"{NEW}/draft", f"{NEW}/discard"):
        assert (await mediator.client.post(path, data={"csrf": token, "summary": "x"})).status_code == 403, path


async def test_english_speaks_of_the_same_fields(desk: Desk) -> None:
    clerk = await desk.at(CLERK)
    clerk.client.cookies.set("jiefen_lang", "en")
    await taken(clerk, {"summary": "", "parties.1.phone": "x"}, 422)
    assert "What it is about: is needed" in clerk.page
    assert all(zh and en for zh, en in WORDS.values())
