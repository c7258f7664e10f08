"""Events that did not fit, in the console: opened, put right, thrown away, by who screens."""

from __future__ import annotations

import re
import uuid

from service.office import Office
from tests.web.console.visitors import Desk
from tests.web.sending import HOTLINE, Sending, event

SCREENER = "screener@yanlou-centre"


async def test_one_is_opened_put_right_and_becomes_a_case(desk: Desk, office: Office) -> None:
    hotline = Sending(desk.stranger().client, office)
    kept = await hotline.taken(event(uuid.uuid4().hex, {**HOTLINE, "area": "燕楼某处"}))
    director = await desk.at("director@huaxi-centre")
    assert 'href="/arrivals"' in await director.get("/inbox")
    path = f"/arrivals/{kept['id']}"
    assert await director.find("/arrivals", path)
    assert "张三丰" not in director.page
    page = await director.get(path)
    assert re.search(r"<strong>发生地</strong>：找不到这个地点", page)
    assert "13800000001" in page
    await director.submit(f"{path}/replay", 422, people="几个")
    await director.submit(f"{path}/replay", 422, people="")
    assert "仍待处理" in director.page
    await director.submit(f"{path}/replay", place="520111105202", people="3")
    page = await director.get(f"{path}?done=arrival-accepted")
    code = re.search(r'href="/cases/(YANLOU-[0-9-]+)"', page)
    assert code is not None
    assert "张三丰" not in page
    screener = await desk.at(SCREENER)
    assert code[1] in await screener.get(path)
    assert await screener.find("/arrivals?settled=yes", path)


async def test_one_is_thrown_away(desk: Desk, office: Office) -> None:
    hotline = Sending(desk.stranger().client, office)
    kept = await hotline.taken(event(uuid.uuid4().hex, time="2099-01-01T00:00:00Z"))
    screener = await desk.at(SCREENER)
    page = await screener.get(f"/arrivals/{kept['id']}")
    assert "登记时被拒绝" in page
    await screener.submit(f"/arrivals/{kept['id']}/discard")
    assert "已弃置" in await screener.get(f"/arrivals/{kept['id']}")
    await screener.get("/arrivals?cursor=x", 422)
    await (await desk.at("screener@qingyan-centre")).get(f"/arrivals/{kept['id']}", 404)
    await (await desk.at("clerk@yanlou-centre")).get("/arrivals", 403)
