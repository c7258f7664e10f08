"""Rounds in the console: a sheet walked without a script, results by file and from a browser, the round for the centre."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from service.affairs.desk import Affairs
from service.office import Office
from tests.support.waiting import until
from tests.web.console.visitors import Desk, Visitor

GRID, CENTRE = "grid@yanlou-gumeng", "dispatcher@yanlou-centre"
GUMENG = "520111105202"
FINE: dict[str, Any] = {"answer.exits": "clear", "answer.ebike": "safe", "answer.wiring": "safe"}
COLUMNS = "id,target,outcome,skip,exits,ebike,wiring\n"


async def dealt(office: Office, *keys: str) -> tuple[str, str]:
    """Codes of a round of fire inspections over these targets in Gumeng, and of its sheet."""
    grid = Affairs(office)
    centre = await grid.actor(CENTRE)
    targets = [{"key": key, "place": GUMENG, "label": f"商铺{key}"} for key in keys]
    receipt = await grid.open("round", {"plan": "fire", "place": GUMENG, "targets": targets}, centre)
    affair = await until(lambda: grid.load(receipt.affair_id), lambda one: one.open and not one.work)
    return str(affair.code), next(iter(affair.open.values())).code


async def bring(visitor: Visitor, path: str, content: str, status: int = 200) -> str:
    """Upload a file of results on the page that is open."""
    return (await visitor.upload(path, "a.csv", content.encode(), status)).text


async def send(visitor: Visitor, sheet: str, rows: object, status: int = 200) -> httpx.Response:
    """Send results that waited in a browser."""
    token = visitor.form(f"/sheets/{sheet}/do/visit").fields["csrf"][0]
    answer = await visitor.client.post(f"/sheets/{sheet}/results", data={"csrf": token, "rows": json.dumps(rows)})
    assert answer.status_code == status, answer.text[:500]
    return answer


async def test_a_sheet_is_walked_without_a_script(desk: Desk, office: Office) -> None:
    _, code = await dealt(office, "s1", "s2", "s3")
    grid = await desk.at(GRID)
    page = await grid.get(f"/sheets/{code}")
    assert page.index("商铺s1") < page.index("商铺s2") < page.index("商铺s3")
    assert grid.form(f"/sheets/{code}/do/visit").fields["target"] == ["s1"]
    await grid.submit(f"/sheets/{code}/do/visit", 422, **{**FINE, "answer.ebike": ""})
    assert "电动自行车停放充电" in grid.page
    await grid.submit(f"/sheets/{code}/do/visit", **{**FINE, "answer.exits": "blocked", "text": "后门堵死"})
    await grid.get(f"/sheets/{code}?target=s3")
    assert grid.form(f"/sheets/{code}/do/skip").fields["target"] == ["s3"]
    await grid.submit(f"/sheets/{code}/do/skip", 422, skip="away")
    assert "商铺s3</h2>" in grid.page
    await grid.submit(f"/sheets/{code}/do/skip", skip="closed")
    page = await grid.get(f"/sheets/{code}?done=sheet-skip")
    assert "已办理：登记未走访" in page
    assert "共 3 个对象，还有 1 个" in page
    assert page.index("商铺s2") < page.index("商铺s1")
    assert "场所停业关闭" in page


async def test_what_is_found_by_hand_opens_a_dispute_or_a_hazard_that_is_linked(desk: Desk, office: Office) -> None:
    grid = await desk.at(GRID)
    _, code = await dealt(office, "f1", "f2")
    await grid.get(f"/sheets/{code}")
    await grid.submit(f"/sheets/{code}/do/visit", 422, **{**FINE, "findings": "gas"})
    await grid.submit(f"/sheets/{code}/do/visit", **{**FINE, "findings": "gas", "text": "软管老化"})
    found = re.search(r'href="(/affairs/YANLOU-HZ-[0-9-]+)"', await grid.until(f"/sheets/{code}", 'href="/affairs/YANLOU-HZ-'))
    assert found
    assert code in await grid.get(found[1])


async def test_what_waited_in_a_browser_is_taken_once_and_says_why_it_is_not(desk: Desk, office: Office) -> None:
    _, code = await dealt(office, "b1", "b2")
    grid = await desk.at(GRID)
    await grid.get(f"/sheets/{code}")
    fine = {name.removeprefix("answer."): value for name, value in FINE.items()}
    rows = [
        {"id": "x1", "target": "b1", "outcome": "visited", "answers": fine},
        {"id": "x2", "target": "b2", "outcome": "skipped", "skip": "moved"},
    ]
    first, again = [(await send(grid, code, rows)).json() for _ in range(2)]
    assert (first["taken"], first["repeated"], [row["id"] for row in first["broken"]]) == (1, 0, ["x2"])
    assert "未走访理由" in first["broken"][0]["why"]
    assert (again["taken"], again["repeated"]) == (0, 1)
    await send(grid, code, "nothing", 422)
    stranger = await desk.at("grid@yanlou-jiupan")
    await stranger.get(f"/sheets/{code}", 404)


async def test_a_file_of_results_names_its_broken_rows_and_again_changes_nothing(desk: Desk, office: Office) -> None:
    round_code, code = await dealt(office, "u1", "u2")
    grid, centre = await desk.at(GRID), await desk.at(CENTRE)
    content = COLUMNS + "r1,u1,visited,,clear,safe,safe\nr2,u9,visited,,clear,safe,safe\nr3,u2,skipped,,,,\n"
    await grid.get(f"/sheets/{code}")
    page = await bring(grid, f"/sheets/{code}/file", content)
    assert "收录 1 条，重复 0 条，未收录 2 条" in page
    assert re.search(r'data-th="行号">3</td><td data-th="编号">r2</td><td data-th="原因">[^<]*对象', page)
    await centre.get(f"/rounds/{round_code}")
    assert "收录 0 条，重复 1 条，未收录 2 条" in await bring(centre, f"/rounds/{round_code}/file", content)
    assert "文件不能读取" in await bring(centre, f"/rounds/{round_code}/file", "a,b\n1,2\n", 422)
    assert "已走访 1/2（50%）" in await centre.get(f"/rounds/{round_code}")


async def test_the_centre_pauses_a_round_with_a_reason_and_lets_it_go_on(desk: Desk, office: Office) -> None:
    code, sheet = await dealt(office, "p1")
    centre = await desk.at(CENTRE)
    page = await centre.get(f"/rounds/{code}")
    assert f'href="/sheets/{sheet}"' in page
    assert "谷蒙村" in page
    assert f"/rounds/{code}/do/resume" not in page
    await centre.submit(f"/rounds/{code}/do/pause", 422, reason="")
    await centre.submit(f"/rounds/{code}/do/pause", reason="暴雨")

    async def resume() -> httpx.Response:
        await centre.get(f"/rounds/{code}")
        return await centre.client.post(f"/rounds/{code}/do/resume", data=centre.form(f"/rounds/{code}/do/resume").fields)

    await until(resume, lambda answer: answer.status_code == 303)
    page = await centre.get(f"/rounds/{code}?done=round-resume")
    assert "已办理：恢复" in page
    assert f"/rounds/{code}/do/pause" in page
    await (await desk.at(GRID)).get(f"/rounds/{sheet}", 404)
