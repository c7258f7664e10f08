"""The page that asks why one looks: before a red case, once, and then on to where one was going."""

from __future__ import annotations

from urllib.parse import quote

from service.office import Office
from store.looks import Looks
from tests.web.console.visitors import Desk
from tests.web.running import Api

DIRECTOR = "director@yanlou-centre"


async def test_the_way_goes_over_the_question_and_on_to_where_one_was_going(desk: Desk, api: Api, office: Office) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    visitor = await desk.at(DIRECTOR)
    wanted = f"/cases/{code}?tab=story"
    answer = await visitor.client.get(wanted)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/cases/{code}/purpose?back={quote(wanted)}"
    await visitor.get(answer.headers["location"])
    assert "张三丰" not in visitor.page
    await visitor.submit(f"/cases/{code}/purpose", 422, purpose="own", purpose_words="回电13800000001")
    assert 'role="alert"' in visitor.page
    assert (await visitor.submit(f"/cases/{code}/purpose", purpose="consulting")).headers["location"] == wanted
    assert "张三丰" in await visitor.get(f"/cases/{code}")
    found = await Looks(office.store).of_case((await office.records.find(code)) or "")
    assert [(look.look, look.purpose) for look in reversed(found)] == [("purpose", "consulting"), ("file", "consulting")]


async def test_a_part_of_a_page_sends_the_whole_page_there(desk: Desk, api: Api) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    visitor = await desk.at(DIRECTOR)
    here = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/board?town=yanlou"}
    answer = await visitor.client.get(f"/cases/{code}", headers=here)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, f"/cases/{code}/purpose?back={quote('/board?town=yanlou')}")


async def test_nobody_is_sent_on_to_another_site_nor_asked_about_a_case_out_of_sight(desk: Desk, api: Api) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    visitor = await desk.at(DIRECTOR)
    await visitor.get(f"/cases/{code}/purpose?back=https://elsewhere.example/")
    answer = await visitor.submit(f"/cases/{code}/purpose", purpose="consulting")
    assert answer.headers["location"] == f"/cases/{code}"
    await (await desk.at("clerk@qingyan-centre")).get(f"/cases/{code}/purpose", 404)
