"""Early warning in the console: a signal in three taps, the list by grade, the account of a grade, and who sees how much of it."""

from __future__ import annotations

import re
import uuid
from typing import Any

from rules.watch.excluded import EXCLUDED
from tests.web.console.visitors import Desk, Visitor

GRID, POLICE, DIRECTOR = "grid@yanlou-gumeng", "police@yanlou-police", "director@yanlou-centre"
GUMENG = "520111105202"


def a_house() -> str:
    """A number that no other test has."""
    return f"W-{uuid.uuid4().hex[:8]}"


async def entered(visitor: Visitor, signal: str, house: str, **fields: Any) -> str:
    """Enter a signal about a household on the form; return the address that follows."""
    await visitor.get(f"/watches/new?signal={signal}")
    given = {"about": "household", "household_number": house, "place": GUMENG}
    answer = await visitor.submit("/watches/new", **{**given, **fields})
    return answer.headers["location"].partition("?")[0]


async def does(visitor: Visitor, page: str, do: str, status: int = 303, **fields: Any) -> None:
    """Open the page of a watch and do an action on it."""
    await visitor.get(page)
    await visitor.submit(f"{page}/do/{do}", status, **fields)


async def yellow(desk: Desk, house: str) -> str:
    """A household with a quarrel and a call to the police; the address of its watch."""
    page = await entered(await desk.at(GRID), "quarrel", house, text="院内争吵，摔东西")
    await entered(await desk.at(POLICE), "police_call", house)
    return page


async def test_a_signal_is_three_taps_and_the_same_form_twice_is_one(desk: Desk) -> None:
    grid, house = await desk.at(GRID), a_house()
    page = await grid.get("/watches/new")
    assert page.count("/watches/new?signal=") == 26
    assert page.count("直接红色") == 9
    await grid.get("/watches/new?signal=quarrel")
    form = grid.form("/watches/new")
    assert (form.fields["place"], form.fields["channel"]) == ([GUMENG], ["visit"])
    first, second = [await grid.send(form, about="household", household_number=house, text="争吵") for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    code = first.headers["location"].partition("?")[0].rpartition("/")[2]
    assert code.startswith("YANLOU-YJ-")
    await grid.get("/watches/new?signal=media")
    assert house in grid.page
    await grid.submit("/watches/new", about=code)
    seen = await (await desk.at(DIRECTOR)).get(f"/watches/{code}")
    assert "走访发现争吵" in seen
    assert "已有媒体或网络关注" in seen


async def test_what_is_missing_is_told_at_the_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    grid = await desk.at(GRID)
    await grid.get("/watches/new?signal=quarrel")
    await grid.submit("/watches/new", 422, about="household", text="墙角争吵")
    assert 'aria-describedby="household_number-wrong"' in grid.page
    assert "墙角争吵" in grid.page
    pair: dict[str, Any] = {"about": "pair", "one_person.name": "甲某", "other_person.name": "乙某"}
    await grid.submit("/watches/new", 422, **pair)
    assert "甲某" in grid.page
    assert 'class="wrong"' in grid.page
    await grid.submit("/watches/new", 422, about="YANLOU-YJ-2001-00001")
    police = await desk.at(POLICE)
    await police.get("/watches/new?signal=police_call")
    assert police.form("/watches/new").fields["place"] == [""]
    await police.submit("/watches/new", 422, about="household", household_number="1")
    assert 'aria-describedby="place-wrong"' in police.page
    await grid.get("/watches/new?signal=ethnicity", 404)


async def test_a_pair_is_one_watch_whoever_is_named_first(desk: Desk) -> None:
    grid, found = await desk.at(GRID), set()
    phones = [f"138{uuid.uuid4().int % 10**8:08d}" for _ in range(2)]
    for one, other in ((0, 1), (1, 0)):
        await grid.get("/watches/new?signal=separation")
        persons: dict[str, Any] = {f"{side}.phone": phones[n] for side, n in (("one_person", one), ("other_person", other))}
        persons |= {"one_person.name": "甲乙"[one] + "某", "other_person.name": "甲乙"[other] + "某"}
        answer = await grid.submit("/watches/new", about="pair", **persons)
        found.add(answer.headers["location"].partition("?")[0])
    assert len(found) == 1
    page = await (await desk.at(DIRECTOR)).get(found.pop())
    assert phones[0] in page


async def test_the_grade_is_accounted_for_signal_by_signal(desk: Desk) -> None:
    house = a_house()
    path = await yellow(desk, house)
    director = await desk.at(DIRECTOR)
    page = await director.get(path)
    for words in (
        "现时积分 35.0 分",
        "走访发现争吵",
        "纠纷警情",
        "每 60 天减半",
        "每 90 天减半",
        "院内争吵，摔东西",
        "无新线索约",
        "待走访",
        "无新线索仍为黄色",
    ):
        assert words in page, words
    assert re.search(r'<span class="badge yellow">黄色</span></th><td class="num">20</td><td><strong>已达', page)
    assert re.search(r'<span class="badge orange">橙色</span></th><td class="num">45</td><td>未达', page)
    assert not [word for factor in EXCLUDED.values() for word in factor if not word.isascii() and word in page]
    await does(director, path, "strike", 422, signal="s2", reason="")
    assert 'aria-describedby="strike-reason-wrong"' in director.page
    await does(director, path, "strike", signal="s2", reason="报警人说错门牌")
    page = await director.get(path)
    for words in ("已剔除", "黄色 → 蓝色", "报警人说错门牌", "现时积分 10.0 分"):
        assert words in page, words


async def test_the_list_goes_by_grade_for_whose_it_is_and_has_none_for_others(desk: Desk) -> None:
    house = a_house()
    path = await yellow(desk, house)
    director, grid, stranger = [await desk.at(post) for post in (DIRECTOR, GRID, "officer@yanlou-court")]
    assert await director.find("/watches?grade=yellow", house)
    row = director.page[director.page.index(path) :].partition("</li>")[0]
    assert "最近线索" in row
    assert "待走访" in row
    assert house not in await director.get("/watches?grade=red")
    assert "/watches?grade=yellow" in await director.get("/watches")
    assert await grid.find("/watches", house)
    assert "黄色" not in grid.page
    await grid.get("/watches?grade=yellow", 403)
    await grid.get(path)
    assert "等级和线索按权限不显示" in grid.page
    for words in ("积分", "院内争吵", "黄色"):
        assert words not in grid.page, words
    await does(grid, path, "visit", 422, outcome="tense")
    await does(grid, path, "visit", outcome="calm", text="已劝和")
    assert "已劝和" in await director.get(path)
    await stranger.get(path, 404)
    assert house not in await stranger.get("/watches")


async def test_an_objection_is_decided_by_somebody_who_entered_no_signal(desk: Desk) -> None:
    path = await yellow(desk, a_house())
    director, clerk, dispatcher = [await desk.at(f"{role}@yanlou-centre") for role in ("director", "clerk", "dispatcher")]
    given: dict[str, Any] = {"text": "警情是邻居家的", "person.name": "丙某", "person.phone": "13800000003"}
    await does(clerk, path, "object", **given)
    await dispatcher.get(f"/watches/new?signal=media&about={path.rpartition('/')[2]}")
    await dispatcher.submit("/watches/new")
    settled: dict[str, Any] = {"objection": "o1", "uphold": "yes", "strike": "s2", "reason": "查明不是本户"}
    await does(dispatcher, path, "settle", 403, **settled)
    assert "丙某" in dispatcher.page
    await does(director, path, "settle", **settled)
    page = await director.get(path)
    for words in ("成立", "查明不是本户", "黄色 → 蓝色"):
        assert words in page, words
    assert f"{path}/do/settle" not in page


async def test_a_red_watch_asks_why_and_goes_on_to_its_own_page(desk: Desk) -> None:
    path = await entered(await desk.at(GRID), "threat_to_life", a_house())
    director = await desk.at(DIRECTOR)
    answer = await director.client.get(path)
    code = path.rpartition("/")[2]
    assert answer.headers["location"] == f"/affairs/{code}/purpose?back={path}"
    await director.get(answer.headers["location"])
    answer = await director.submit(f"/affairs/{code}/purpose", purpose="supervising")
    assert answer.headers["location"] == path
    assert "有硬性触发线索，直接为红色。" in await director.get(path)
