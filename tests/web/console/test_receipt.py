"""The receipt slip: what stands on it, who may have it, and that nobody's code stands on anybody else's."""

from __future__ import annotations

import re

from tests.web.console.visitors import Desk
from tests.web.running import INTAKE, Api
from web.console.qr import qr

CLERK = "clerk@yanlou-centre"
CODE = re.compile(r'class="code num">([0-9A-Z-]{14})<')


async def test_each_applicant_has_a_slip_with_a_code_of_their_own(api: Api, desk: Desk) -> None:
    third = {"id": "c", "side": "applicant", "name": "诸葛小明"}
    code = await api.open(parties=[*INTAKE["parties"], third])
    clerk = await desk.at(CLERK)
    assert f'href="/cases/{code}/receipt"' in await clerk.get(f"/cases/{code}")
    page = await clerk.get(f"/cases/{code}/receipt")
    assert page.count("矛盾纠纷受理回执") == 2
    assert len(set(CODE.findall(page))) == 2
    for words in (code, "张某某", "诸葛某某", "燕楼镇综治中心", "12345", "审核是否受理", "http://127.0.0.1/citizen", "<svg", "未登记电话"):
        assert words in page, words
    for hidden in ("张三丰", "欧阳明明", "13800000001"):
        assert hidden not in page
    other = await clerk.get(f"/cases/{code}/receipt?party=b")
    assert page.count("欧阳某某") == 1  # as a link to their own
    assert "矛盾纠纷查询单" in other
    assert not set(CODE.findall(page)) & set(CODE.findall(other))
    assert not any("style=" in tag for tag in re.findall(r"<[a-z]+ [^>]*>", page))


async def test_a_lost_code_is_replaced(api: Api, desk: Desk) -> None:
    code = await api.open()
    clerk = await desk.at(CLERK)
    (before,) = CODE.findall(await clerk.get(f"/cases/{code}/receipt"))
    answer = await clerk.submit(f"/cases/{code}/receipt/renew")
    page = await clerk.get(answer.headers["location"])
    assert "查询码已更换" in page
    (after,) = CODE.findall(page)
    assert before != after


async def test_the_slip_is_for_who_took_it_in_and_the_clerks_of_the_centre(api: Api, desk: Desk) -> None:
    code = await api.open("grid@yanlou-gumeng")
    for post, status in ((CLERK, 200), ("grid@yanlou-gumeng", 200), ("screener@yanlou-centre", 403), ("clerk@qingyan-centre", 404)):
        await (await desk.at(post)).get(f"/cases/{code}/receipt", status)


def test_what_is_scanned_depends_on_the_address_alone() -> None:
    assert qr("https://jiefen.example/citizen") != qr("https://jiefen.example/citizens")
    assert qr("https://jiefen.example/citizen").startswith("<svg")
