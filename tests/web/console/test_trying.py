"""Trying a rule or a calendar: what would move is shown, what is wrong is named, nothing is written."""

from __future__ import annotations

import re

from service.settings import ROOT
from tests.web.console.visitors import Desk

DIRECTOR = "director@huaxi-centre"
NOTICE = "version: CN-2027\nyears: [2027]\noff: [2027-01-01..2027-01-05, 2027-02-05..2027-02-11]\nmake_up: [2027-01-09]\n"


async def test_one_value_is_changed_in_plain_fields(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    page = await director.get("/procedure?tab=try")
    assert "逐级化解 · 镇（街道）（现为7个工作日）" in page
    assert "首次联系 · 红色（现为1小时）" in page
    await director.submit("/procedure/try", 200, kind="value", key="ladder.town", amount="20", unit="wd")
    assert '<th scope="row" class="text">逐级化解 · 镇（街道）</th><td>7个工作日</td><td>20个工作日</td>' in director.page
    moved = re.search(r"时限会变动</span><b>(\d+)</b>", director.page)
    assert moved
    assert int(moved[1]) == len(set(re.findall(r'href="/cases/([A-Z]+-\d+-\d+)"', director.page))) > 0
    assert 'value="20"' in director.page
    assert "镇（街道）</th><td>7个工作日</td>" in await director.get("/procedure?tab=ways")
    await director.get("/procedure?tab=try")
    await director.submit("/procedure/try", 200, kind="value", key="cards.remind", amount="90", unit="%")
    assert "<td>80%</td><td>90%</td>" in director.page


async def test_what_is_wrong_is_named_and_what_was_typed_stays(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    for fields, told in (
        ({"kind": "value", "key": "limits.mediate.limit", "amount": "60", "unit": "d"}, "调解 · 期限"),
        ({"kind": "value", "key": "limits.sign.limit", "amount": "soon", "unit": "wd"}, "签收 · 期限"),
        ({"kind": "procedure", "text": "version: two"}, "有一处不能用"),
        ({"kind": "calendar", "text": "version: CN-2027\nyears: [2027]\noff: [2027-02-30]"}, "off: [2027-02-30]</textarea>"),
    ):
        await director.get("/procedure?tab=try")
        await director.submit("/procedure/try", 422, **fields)
        assert told in director.page
        assert "试算结果" not in director.page


async def test_whole_texts_are_tried(town: Desk) -> None:
    director = await town.at(DIRECTOR)
    text = (ROOT / "places" / "huaxi" / "procedure.yaml").read_text(encoding="utf-8")
    await director.get("/procedure?tab=try")
    await director.submit("/procedure/try", 200, kind="procedure", text=text)
    assert "与现行规程没有不同" in director.page
    assert "没有时限会变动" in director.page
    await director.get("/procedure?tab=try")
    await director.submit("/procedure/try", 200, kind="calendar", text=NOTICE)
    assert "日历版本：CN-2027" in director.page
    feed = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
    await director.get("/procedure?tab=try")
    await director.submit("/procedure/try", 422, kind="calendar", text=feed)


async def test_trying_is_for_who_steers(town: Desk) -> None:
    mediator = await town.at("mediator@yanlou-gumeng")
    assert "规则试算" not in await mediator.get("/procedure?tab=try")
    assert "办理时限" in mediator.page
    await mediator.get("/inbox")
    token = mediator.form("/logout").fields["csrf"]
    answer = await mediator.client.post(
        "/procedure/try", data={"csrf": token, "kind": "value", "key": "ladder.town", "amount": "9", "unit": "wd"}
    )
    assert answer.status_code == 403
