"""My work: four lists with their counters, filters, and claims."""

from __future__ import annotations

import re

from models.staff import Staff
from models.words import Role
from service.office import Office
from tests.web.console.visitors import Desk
from tests.web.running import Api

SCREENER = "screener@yanlou-centre"


def counts(page: str) -> dict[str, int]:
    """The figures beside the names of the lists."""
    found = re.findall(r'data-counter="(\w+)">([\d,]+)\+?<', page)
    return {name: int(count.replace(",", "")) for name, count in found}


async def test_what_is_owed_moves_to_what_is_done(api: Api, desk: Desk) -> None:
    code = await api.open()
    screener = await desk.at(SCREENER)
    before = counts(await screener.get("/inbox?act=screen"))
    assert await screener.find("/inbox?act=screen", code)
    assert not await screener.find("/inbox?act=audit", code)
    await screener.act(code, "screen", accept="yes", category="0201")
    after = counts(await screener.get("/inbox?list=done"))
    assert await screener.find("/inbox?list=done", code)
    assert (after["owed"], after["done"], after["handled"]) == (before["owed"] - 1, before["done"] + 1, before["handled"] + 1)
    assert await screener.find("/inbox?list=handled&stage=screened", code)
    assert not await screener.find("/inbox?list=handled&stage=archived", code)
    await screener.get("/inbox?stage=nonsense", 422)


async def test_one_claims_another_sees_it_and_takes_over(office: Office, api: Api, desk: Desk) -> None:
    hazard = {"kind": "hazard", "fields": {"place": "520111105202", "item": "gas", "text": "软管老化"}}
    begun = await api.post("/affairs", hazard, "grid@yanlou-gumeng")
    await taken_over(office, desk, begun.json()["receipt"]["code"], "yanlou-housing")
    code = await api.open()
    await api.act(code, SCREENER, "screen", category="0201", accept=True)
    await api.act(code, "dispatcher@yanlou-centre", "route", lead="yanlou-justice", level="town")
    await taken_over(office, desk, code, "yanlou-justice")


async def taken_over(office: Office, desk: Desk, code: str, unit: str) -> None:
    """What a unit owes is claimed by one of its officers, taken over by a second and given back, on the pages of their inboxes."""
    second = Staff(id=f"officer@{unit}#2", role=Role.OFFICER, unit=unit)
    await office.roll.seed([*await office.roll.all(), second])
    one, two = await desk.at(f"officer@{unit}"), await desk.at(f"officer@{unit}#2")
    await one.claim(code)
    assert await one.find("/inbox?claimed=mine", code)
    assert "我已认领" in one.page
    assert await two.find("/inbox?claimed=others", code)
    assert "已认领" in two.page
    record = next(link for link in re.findall(r'href="([^"?#]+)', two.page) if link.endswith(f"/{code}"))
    assert re.search(r"<summary>[^<]+<span class=\"small\">[^<]+ 已认领", await two.get(record))
    assert "已认领" not in await one.get(record)
    await two.get("/inbox?claimed=others")
    await two.send(next(form for form in two.forms("/inbox/claim") if form.fields["code"] == [code]))
    assert await two.find("/inbox?claimed=mine", code)
    await two.send(next(form for form in two.forms("/inbox/release") if form.fields["code"] == [code]))
    assert await one.find("/inbox?claimed=nobody", code)


async def test_several_are_done_at_once_and_each_says_what_became_of_it(api: Api, desk: Desk) -> None:
    codes = [await api.open() for _ in range(3)]
    for code in codes:
        await api.act(code, SCREENER, "screen", category="0201", accept=True)
    await api.act(codes[0], "dispatcher@yanlou-centre", "route", level="village")
    dispatcher = await desk.at("dispatcher@yanlou-centre")
    await dispatcher.get("/inbox?act=route")
    form = dispatcher.form("/inbox/bulk")
    for _ in range(2):  # the same form sent again does nothing new
        await dispatcher.send(form, 200, do="route", key=codes)
        assert "办成 2 件，未办 1 件" in dispatcher.page
        assert "当前阶段不能办理此操作" in dispatcher.page
    assert "已分流" in await dispatcher.get(f"/cases/{codes[2]}")
    await dispatcher.send(form, 422, do="screen", key=codes)
    assert (await dispatcher.send(form, do="route")).headers["location"] == "/inbox?done=none"
