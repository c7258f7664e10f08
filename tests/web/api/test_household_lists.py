"""A list of households over the API: brought once for each key, tried, brought in or thrown away; its unit's alone."""

from __future__ import annotations

import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import Workbook

from service.office import Office
from tests.service.households.test_importing import ROW, listed
from tests.support.waiting import until
from tests.web.running import CLERK, Api

LISTS = "/households/lists"
NOBODY = f"{LISTS}/00000000-0000-5000-8000-000000000000"


async def bring(api: Api, content: bytes, key: str, post: str = CLERK, name: str = "a.xlsx") -> httpx.Response:
    headers = {"Authorization": f"Bearer demo:{post}", "Idempotency-Key": key}
    return await api.client.post(f"/api/v1{LISTS}", files={"file": (name, content)}, headers=headers)


async def rests(api: Api, path: str) -> dict[str, Any]:
    """The list once nobody works on it."""

    async def look() -> dict[str, Any]:
        found: dict[str, Any] = (await api.get(path)).json()
        return found

    return await until(look, lambda found: found["stage"] not in {"trying", "importing"})


async def tried(api: Api, office: Office, folder: Path, *rows: dict[str, Any]) -> str:
    """Bring a list and let it be tried; returns its address."""
    answer = await bring(api, listed(office, folder / "a.xlsx", *rows).read_bytes(), uuid.uuid4().hex)
    assert answer.status_code == 201, answer.text
    path = f"{LISTS}/{answer.json()['id']}"
    assert answer.headers["Location"] == f"/api/v1{path}"
    assert (await rests(api, path))["stage"] == "tried"
    return path


async def test_a_list_is_tried_with_its_problems_and_brought_in_once(api: Api, office: Office, tmp_path: Path) -> None:
    mark, key = uuid.uuid4().hex[:6], uuid.uuid4().hex
    wrong = {**ROW, "number": f"{mark}-2", "relation": "掌柜"}
    content = listed(office, tmp_path / "a.xlsx", {**ROW, "number": f"{mark}-1"}, wrong).read_bytes()
    answers = [await bring(api, content, key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    list_id = answers[0].json()["id"]
    assert answers[1].json()["id"] == list_id
    assert [one["id"] for one in (await api.get(LISTS)).json()["lists"]].count(list_id) == 1
    path = f"{LISTS}/{list_id}"
    found = await rests(api, path)
    assert (found["stage"], found["rows"], found["seen"], found["counts"]) == ("tried", 2, 2, {"ready": 1, "wrong": 1})
    assert [(one["row"], one["column"], one["zh"]) for one in found["problems"]] == [(3, "与户主关系", "不在可填的内容里")]
    for other in ("clerk@qingyan-centre", "clerk@huaxi-centre"):
        refused = [await api.get(path, other), await api.post(f"{path}/bring", {}, other), await api.post(f"{path}/drop", {}, other)]
        assert [answer.status_code for answer in refused] == [404, 404, 404]
        assert list_id not in (await api.get(LISTS, other)).text
    assert [(await api.post(f"{path}/bring", {})).status_code for _ in range(2)] == [200, 200]
    done = await rests(api, path)
    assert (done["stage"], done["counts"]) == ("done", {"registered": 1, "wrong": 1})
    assert (await api.post(f"{path}/bring", {})).json() == done
    late = await api.post(f"{path}/drop", {})
    assert (late.status_code, late.json()["code"], late.json()["detail"]) == (409, "wrong_stage", "done")
    assert (await bring(api, content, key)).json() == done, "the same key after all of it is the same list"
    again = await rests(api, f"{LISTS}/{(await bring(api, content, uuid.uuid4().hex)).json()['id']}")
    assert (again["stage"], again["counts"]) == ("nothing", {"same": 1, "wrong": 1})


async def test_a_list_that_is_thrown_away_brings_nothing_in(api: Api, office: Office, tmp_path: Path) -> None:
    path = await tried(api, office, tmp_path, {**ROW, "number": uuid.uuid4().hex[:8]})
    assert (await api.post(f"{path}/drop", {})).status_code == 200

    async def look() -> httpx.Response:
        return await api.post(f"{path}/drop", {})

    dropped = await until(look, lambda answer: answer.json()["stage"] == "dropped")
    assert (dropped.json()["counts"], dropped.json()["ended_at"] is not None) == ({"ready": 1}, True)
    late = await api.post(f"{path}/bring", {})
    assert (late.status_code, late.json()["code"]) == (409, "wrong_stage")


async def test_what_can_be_no_list_is_refused_with_what_is_wrong(api: Api, office: Office) -> None:
    made, content = Workbook(), BytesIO()
    form = (await api.get(f"{LISTS}/form")).json()
    made.worksheets[0].append([*form["columns"][1:]])
    made.save(content)
    lacking = await bring(api, content.getvalue(), "lacking")
    assert (lacking.status_code, lacking.json()["code"]) == (422, "invalid")
    assert lacking.json()["errors"] == [{"field": form["columns"][0], "kind": "no_column"}]
    made.worksheets[0].delete_rows(1)
    made.worksheets[0].append([*form["columns"]])
    empty = BytesIO()
    made.save(empty)
    for name, what, code in (("a.xlsx", empty.getvalue(), "invalid"), ("a.csv", b"x", "type_not_taken"), ("a.xlsx", b"x", "type_differs")):
        answer = await bring(api, what, uuid.uuid4().hex, name=name)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    nothing = await api.client.post(f"/api/v1{LISTS}", headers={"Authorization": f"Bearer demo:{CLERK}"})
    assert nothing.json()["errors"] == [{"field": "file", "kind": "missing"}]


@pytest.mark.parametrize("post", ["mediator@yanlou-gumeng", "auditor@yanlou-justice"])
async def test_who_keeps_no_files_is_refused_at_every_address(api: Api, post: str) -> None:
    answers = [await api.get(path, post) for path in (LISTS, f"{LISTS}/form", NOBODY)]
    answers += [await api.post(f"{NOBODY}/{word}", {}, post) for word in ("bring", "drop")]
    answers.append(await bring(api, b"x", "k", post))
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "not_allowed")}
