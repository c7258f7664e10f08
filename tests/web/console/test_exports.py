"""Exports in the console and the API: a button, a form that asks why, the file, and the audit administrator who finds it again."""

from __future__ import annotations

import re

from tests.web.console.visitors import Desk
from tests.web.running import Api

DIRECTOR, AUDIT = "director@yanlou-centre", "admin_audit@huaxi-centre"
LIST = "/export/cases?state=open&town=yanlou"


async def test_a_list_is_exported_from_its_button_and_found_by_the_id_in_it(desk: Desk, api: Api) -> None:
    code = await api.open()
    director = await desk.at(DIRECTOR)
    await director.get("/cases?state=open&town=yanlou")
    assert LIST.replace("&", "&amp;") in director.page
    await director.get(LIST)
    unsaid = await director.submit(LIST, 422, format="csv")
    assert 'role="alert"' in unsaid.text
    answer = await director.submit(LIST, 200, purpose="supervising", format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert code in answer.text
    export = answer.headers["jiefen-export-id"]
    assert answer.text.count(export) == 2
    admin = await desk.at(AUDIT)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", await admin.get(f"/exports?id={export}")))
    assert all(part in page for part in (export, "综治中心主任", "督办、审核", "town=yanlou"))
    await admin.get("/exports?id=nonsense", 422)
    await (await desk.at(DIRECTOR)).get("/exports", 403)


async def test_a_case_is_exported_from_its_page_once_a_purpose_is_given(desk: Desk, api: Api) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    director = await desk.at(DIRECTOR)
    await director.get(f"/export/case/{code}")
    answer = await director.submit(f"/export/case/{code}", 200, purpose="consulting", format="csv")
    assert "张三丰" in answer.text
    assert f"/export/case/{code}" in await director.get(f"/cases/{code}")
    await (await desk.at("director@qingyan-centre")).get(f"/export/case/{code}", 404)


async def test_the_archive_has_its_button_and_a_grid_member_none(desk: Desk) -> None:
    archivist = await desk.at("archivist@yanlou-justice")
    assert 'href="/export/archive?year=2026"' in await archivist.get("/archive?year=2026")
    await archivist.get("/export/archive?year=2026")
    answer = await archivist.submit("/export/archive?year=2026", 200, purpose="archiving")
    assert answer.content.startswith(b"PK")
    grid = await desk.at("grid@yanlou-gumeng")
    assert "/export/" not in await grid.get("/cases")
    await grid.get("/export/cases", 403)


async def test_the_api_gives_the_same_file(api: Api) -> None:
    code = await api.open()
    answer = await api.post("/exports", {"format": "csv", "purpose": "supervising", "cases": {"town": "yanlou"}}, DIRECTOR)
    assert (answer.status_code, code in answer.text) == (200, True)
    found = (await api.get("/exports", AUDIT, params={"id": answer.headers["jiefen-export-id"]})).json()["exports"]
    assert [(one["person"], one["why"], one["kind"]) for one in found] == [(DIRECTOR, "supervising", "cases")]
    one = await api.post("/exports", {"kind": "case", "code": code, "format": "csv", "purpose": "consulting"}, DIRECTOR)
    assert "张三丰" in one.text
    for body in ({"format": "csv"}, {"format": "csv", "purpose": "13800000001 x"}, {"kind": "case", "purpose": "consulting"}):
        assert (await api.post("/exports", body, DIRECTOR)).status_code == 422, body
    for loose in ({"files": {"permanent": 0}}, {"files": {"retain_to": 0}}, {"files": {"year": "2026"}}, {"cases": {"ended": 1}}):
        assert (await api.post("/exports", {"purpose": "supervising", **loose}, DIRECTOR)).status_code == 422, loose
    assert (await api.post("/exports", {"purpose": "consulting"}, "grid@yanlou-gumeng")).status_code == 403
    assert (await api.get("/exports", DIRECTOR)).status_code == 403
