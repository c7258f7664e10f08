"""The same questions on PostgreSQL: a case taken in, found, counted, told and heard of."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from store.looks import Looks
from store.places import LoadedPlace
from tests.conftest import Database
from tests.web.running import CLERK, asked, instance


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_case_is_taken_in_found_counted_told_and_heard_of(
    virtual: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path, database: Database
) -> None:
    async with instance(virtual, huaxi, tmp_path, database.url) as office, asked(office) as api:
        start = (await api.get("/changes")).json()["next"]
        first, code = await api.open(), await api.open()
        await api.act(code, "screener@yanlou-centre", "screen", category="0201", accept=True)
        await api.act(code, "dispatcher@yanlou-centre", "route", level="town")
        page = (await api.get("/cases", params={"limit": 1})).json()
        rest = (await api.get("/cases", params={"limit": 1, "cursor": page["next"]})).json()
        assert [case["code"] for case in (*page["cases"], *rest["cases"])] == [code, first]
        assert (await api.get("/cases/count", params={"stage": "routed", "overdue": False, "mine": True})).json()["count"] == 1
        assert (await api.get("/cases/count", "dispatcher@yanlou-centre", params={"mine": True})).json()["count"] == 1
        assert (await api.get("/cases/count", "officer@qingyan-justice")).json()["count"] == 0
        for words in (code, "张三丰", "138 0000 0001", "520111199001011234"):
            assert code in [case["code"] for case in (await api.post("/search", {"text": words})).json()["cases"]], words
        assert [item["duty"]["act"] for item in (await api.get("/inbox", "officer@yanlou-justice")).json()["items"]][:1] == ["sign"]
        figures = (await api.get("/stats", "director@huaxi-centre")).json()
        assert (figures["total"], figures["by_stage"]) == (2, {"registered": 1, "routed": 1})
        assert {stay["stage"] for stay in figures["dwell"]} == {"registered", "routed"}
        heard = (await api.get("/changes", params={"after": start})).json()["changes"]
        assert [change["type"] for change in heard if change["code"] == code][:3] == ["registered", "screened", "routed"]
        assert (await api.get("/changes", "clerk@qingyan-centre", params={"after": start})).json()["changes"] == []
        story = (await api.get(f"/cases/{code}/timeline")).json()["events"]
        assert story[0]["words"]["summary"].startswith("甲家新修院坝")
        looks = Looks(office.store)
        assert [look.person for look in await looks.of_case(await office.records.find(code) or "")] == [CLERK]
        assert await looks.verify() is None
