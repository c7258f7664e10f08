"""A whole dispute through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from service.office import Office
from store.looks import Looks
from tests.web.running import CLERK, INTAKE, Api

CENTRE = "yanlou-centre"
VILLAGE = "yanlou-gumeng"


async def test_a_dispute_travels_from_the_window_to_the_archive_and_back(api: Api) -> None:
    opened = await api.post("/cases", INTAKE)
    assert opened.status_code == 201, opened.text
    code = opened.json()["receipt"]["code"]
    assert opened.headers["location"] == f"/api/v1/cases/{code}"
    await api.act(code, f"screener@{CENTRE}", "screen", category="0201", accept=True)
    await api.act(code, f"dispatcher@{CENTRE}", "route", level="village")
    inbox = (await api.get("/inbox", f"officer@{VILLAGE}")).json()
    assert code in [item["case"]["code"] for item in inbox["items"] if item["case"]]
    await api.act(code, f"officer@{VILLAGE}", "sign")
    await api.act(code, f"officer@{VILLAGE}", "contact", note="已电话联系双方")
    await api.act(code, f"officer@{VILLAGE}", "assign", mediator=f"mediator@{VILLAGE}")
    mediator = f"mediator@{VILLAGE}"
    for party in ("a", "b"):
        await api.act(code, mediator, "consent", party=party, agrees=True)
    today = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    promises = [{"id": "p1", "debtor": "a", "what": "修通排水沟", "due": today}]
    await api.act(code, mediator, "agree", form="written", terms="修通排水沟", promises=promises)
    for party in ("a", "b"):
        await api.act(code, mediator, "sign_agreement", party=party)
    await api.act(code, f"officer@{VILLAGE}", "seal")
    await api.act(code, mediator, "perform", promise="p1", proof="现场查看")
    seen = (await api.get(f"/cases/{code}", mediator)).json()
    assert seen["stage"] == "following_up"
    assert seen["agreement"]["terms"] == "修通排水沟"
    assert seen["parties"][0]["name"] == "张三丰"
    for _ in range(2):
        await api.act(code, CLERK, "visit", outcome="calm", satisfied=True, by_contact="phone", text="双方已和好")
    auditor, archivist = "auditor@yanlou-justice", "archivist@yanlou-justice"
    assert (await api.get(f"/cases/{code}", auditor)).json()["allowed"] == ["audit"]
    await api.act(code, auditor, "audit", passed=True)
    await api.act(code, archivist, "archive")
    file = (await api.get(f"/cases/{code}", archivist)).json()
    assert (file["stage"], file["ended"], file["parties"][0]["phone"]) == ("archived", True, "138****0001")
    story = (await api.get(f"/cases/{code}/timeline", archivist)).json()["events"]
    assert story[0]["type"] == "registered"
    assert story[0]["zh"] == "经窗口登记，发生地谷蒙村，当事人 2 方"
    assert next(event for event in story if event["type"] == "contacted")["words"] == {"note": "已电话联系双方"}
    assert story[-1]["type"] == "archived"
    assert all(event["zh"] and event["en"] for event in story)
    explained = (await api.get(f"/cases/{code}/explain", archivist)).json()
    assert explained["view"]["holder"] is None
    mine = (await api.get("/cases", mediator, params={"mine": True})).json()["cases"]
    assert code in [case["code"] for case in mine]
    again = await api.act(code, CLERK, "reopen", reason="排水沟又堵了")
    assert again["stage"] in {"signed", "screened", "registered"}


async def test_each_look_is_logged_with_its_purpose_before_it_is_answered(api: Api, office: Office) -> None:
    code = await api.open()
    await api.get(f"/cases/{code}", headers={"Jiefen-Purpose": quote("接待来访")})
    await api.get(f"/cases/{code}/timeline", "dispatcher@yanlou-centre")
    await api.get(f"/cases/{code}", "clerk@qingyan-centre")
    case_id = await office.records.find(code)
    looks = await Looks(office.store).of_case(case_id or "")
    assert [(look.person, look.look, look.purpose) for look in looks] == [
        ("dispatcher@yanlou-centre", "timeline", ""), (CLERK, "detail", "接待来访"),
    ]  # fmt: skip
    assert await Looks(office.store).verify() is None


async def test_reference_data_is_served_to_whoever_has_signed_in(api: Api) -> None:
    assert (await api.get("/me")).json() | {"posts": []} == {
        "person": CLERK, "role": "clerk", "unit": CENTRE, "unit_name": "燕楼镇综治中心", "town": "yanlou", "posts": [],
    }  # fmt: skip
    for path in ("network", "procedure", "calendar", "categories"):
        answer = await api.get(f"/{path}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
    figures = (await api.get("/stats", "analyst@huaxi-centre")).json()
    assert figures["total"] >= figures["open"] > 0
    assert figures["by_town"]["yanlou"] > 0
