"""Events of other systems: proved, kept, settled once; what does not fit waits for a person, and nothing is lost."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from sqlalchemy import update
from temporalio.testing import WorkflowEnvironment

from models.arrival import ArrivalState
from service.affairs.desk import Affairs
from service.arrivals.receiving import LARGEST, MOST, Receiving
from service.cases import Cases
from service.errors import Unavailable
from service.office import Office
from store.affairs.lists import AffairFilter
from store.arrivals.arrival_tables import arrivals
from store.desk.lists import Eyes
from store.looks import Looks
from store.places import LoadedPlace
from tests.conftest import Database
from tests.web.running import CLERK, Api, asked, instance
from tests.web.sending import HOTLINE, Sending, event

SCREENER = "screener@yanlou-centre"
COUNTY = "director@huaxi-centre"


def name() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def hotline(api: Api, office: Office) -> Sending:
    return Sending(api.client, office)


async def metric(api: Api, sender: str, became: str) -> float:
    line = f'jiefen_arrivals_total{{became="{became}",sender="{sender}"}}'
    found = [one for one in (await api.client.get("/metrics")).text.splitlines() if one.startswith(line)]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


async def test_an_event_becomes_a_case_and_a_second_delivery_gets_the_first_answer(api: Api, hotline: Sending) -> None:
    told = event(name())
    before = await metric(api, "hotline", "accepted")
    first = await hotline.taken(told)
    assert (first["state"], first["known"], first["sender"]) == ("accepted", False, "hotline")
    again = await hotline.taken({**told, "data": {**HOTLINE, "content": "别的"}})
    assert again == {**first, "known": True}
    case = (await api.get(f"/cases/{first['code']}")).json()
    assert (case["channel"], case["place"], case["parties"][0]["name"]) == ("hotline", "520111105202", "张三丰")
    assert case["summary"] == "邻居抬高院坝\n雨水流入堂屋"
    assert await metric(api, "hotline", "accepted") == before + 1


async def test_all_three_forms_are_taken(api: Api, hotline: Sending, office: Office) -> None:
    batch = [event(name()), event(name())]
    answer = await hotline.send(batch)
    assert answer.status_code == 202, answer.text
    codes = {one["code"] for one in answer.json()["events"]}
    assert len(codes) == 2
    assert None not in codes
    told = event(name())
    heads = {f"ce-{key}": str(told[key]) for key in ("specversion", "id", "source", "type", "time")}
    answer = await hotline.raw(json.dumps(told["data"]).encode(), **{"content-type": "application/json", **heads})
    assert answer.json()["events"][0]["state"] == "accepted"
    wechat = Sending(api.client, office, "wechat")
    said = {"place": "燕楼镇谷蒙村", "text": "水沟堵了", "name": "张三丰", "phone": "13800000001"}
    found = await wechat.taken(event(name(), said, source="/wechat/mini-program", type="cn.wechat.dispute.submitted"))
    assert found["state"] == "accepted"
    case = (await api.get(f"/cases/{found['code']}")).json()
    assert case["channel"] == "wechat"


async def test_an_event_may_be_a_signal_to_a_watch_once_and_its_sender_learns_of_no_watch(api: Api, office: Office) -> None:
    police, house = Sending(api.client, office, "police"), name()[:12]
    data = {"division": "520111105202", "household": house, "kind": "纠纷警情"}
    told = event(name(), data, source="/police/huaxi/1", type="cn.police.call.at_household", time=datetime.now(UTC).isoformat())
    first, again = await police.taken(told), await police.taken(told)
    assert (first["state"], first["code"], again["known"]) == ("accepted", None, True)
    wanted = AffairFilter(key=("household", f"520111105202:{house}"))
    (row,) = (await office.affair_queries.page(Eyes(everything=True), wanted, office.now())).rows
    watch = await Affairs(office).load(row.affair_id)
    assert [(signal.type, signal.channel) for signal in watch.signals] == [("police_call", "event")]
    old = {**told, "id": name(), "time": "2020-01-01T00:00:00Z"}
    late = await police.taken(old)
    assert (late["state"], late["reason"], late["detail"]) == ("quarantined", "refused", "too_late: occurred_at")


async def test_what_the_sdk_of_cloudevents_sends_is_read(hotline: Sending) -> None:
    at = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    told = {"id": name(), "source": "/12345/guiyang", "type": "cn.12345.order.created", "specversion": "1.0", "time": at}
    sent = CloudEvent({**told, "datacontenttype": "application/json"}, HOTLINE)
    answers = [await hotline.raw(made.body, **made.headers) for made in (to_structured(sent, JSONFormat()), to_binary(sent, JSONFormat()))]
    first, second = (answer.json()["events"][0] for answer in answers)
    assert first["state"] == "accepted", first
    assert second == {**first, "known": True}


async def test_a_later_event_adds_a_note_to_its_case(api: Api, hotline: Sending, office: Office) -> None:
    first = name()
    opened = await hotline.taken(event(first))
    later = event(name(), {"order": first, "content": "来电人催办"}, type="cn.12345.order.followed_up")
    noted = await hotline.taken(later)
    assert (noted["state"], noted["code"]) == ("accepted", opened["code"])
    assert (await hotline.taken(later))["known"] is True
    story = (await api.get(f"/cases/{opened['code']}/timeline")).json()["events"]
    assert [one["words"]["text"] for one in story if one["type"] == "noted"] == ["来电人催办"]
    lost = await hotline.taken({**later, "id": name(), "data": {"order": "never came", "content": "x"}})
    assert (lost["state"], lost["reason"]) == ("quarantined", "unknown_case")


async def test_who_can_not_prove_who_they_are_is_refused_and_counted(api: Api, hotline: Sending, office: Office) -> None:
    before = await metric(api, "unknown", "refused")
    body = json.dumps(event(name())).encode()
    media = {"content-type": "application/cloudevents+json"}
    old = hotline.proof(body, datetime.now(UTC) - timedelta(minutes=6))
    wrong = {**hotline.proof(body), "webhook-signature": "v1,AAAA"}
    stolen = {"authorization": f"Bearer {hotline.secret}"}
    person = {"authorization": f"Bearer demo:{CLERK}"}
    for proof in ({}, old, wrong, stolen, person, hotline.proof(b"{}")):
        answer = await api.client.post("/events", content=body, headers={**media, **proof})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert await metric(api, "unknown", "refused") == before + 6
    assert (await Receiving(office).receive(office.place.senders["hotline"], media, b"[]"))[0].reason == "unreadable"


async def test_what_is_too_much_is_refused_before_anything_is_kept(hotline: Sending) -> None:
    assert (await hotline.send([event(name())] * (MOST + 1))).status_code == 413
    assert (await hotline.raw(b"x" * (LARGEST + 1))).status_code == 413


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"data": {**HOTLINE, "area": "不知何处"}}, "unmapped", "place <- data.area (unknown_place)"),
        ({"data": "秘密"}, "unmapped", "place <- data.area_code | data.area (missing); summary <- data.title | data.content (missing)"),
        ({"type": "cn.12345.order.secret"}, "unknown_type", ""),
        ({"source": "/police/huaxi/1"}, "foreign", ""),
        ({"specversion": "0.3"}, "unreadable", ""),
        ({"time": "2099-01-01T00:00:00Z"}, "refused", "invalid: happened_on"),
        (
            {"data": {**HOTLINE, "caller": {"name": "张三丰", "phone": "保密"}}},
            "refused",
            "invalid: parties.0.phone (string_pattern_mismatch)",
        ),
    ],
)
async def test_what_does_not_fit_is_kept_with_the_reason(hotline: Sending, changes: dict[str, Any], reason: str, detail: str) -> None:
    told = event(name(), **changes) if "data" not in changes else event(name(), changes["data"])
    first = await hotline.taken(told)
    assert (first["state"], first["reason"], first["detail"]) == ("quarantined", reason, detail)
    assert await hotline.taken(told) == {**first, "known": True}


async def test_a_person_puts_it_right_and_it_becomes_a_case(api: Api, hotline: Sending, office: Office) -> None:
    kept = await hotline.taken(event(name(), {**HOTLINE, "area": "燕楼某处"}))
    path = f"/arrivals/{kept['id']}"
    assert (await api.get(path, SCREENER)).status_code == 404  # nobody knows yet that it is about this town
    shown = (await api.get(path, COUNTY)).json()
    assert shown["content"]["data"]["caller"]["name"] == "张三丰"
    assert (shown["faults"], shown["may_change"]) == ([{"field": "place", "path": "data.area", "reason": "unknown_place"}], True)
    looks = await Looks(office.store).of_case(f"arrival:{kept['id']}")
    assert [(look.person, look.look) for look in looks] == [(COUNTY, "arrival")]
    assert (await api.post(f"{path}/replay", {}, COUNTY)).json()["state"] == "quarantined"
    listed = (await api.get("/arrivals", COUNTY, params={"limit": 200})).json()
    assert kept["id"] in [one["id"] for one in listed["arrivals"]]
    assert "张三丰" not in json.dumps(listed, ensure_ascii=False)
    done = (await api.post(f"{path}/replay", {"place": "520111105202"}, COUNTY)).json()
    assert (done["state"], done["settled_by"], done["town"]) == ("accepted", COUNTY, "yanlou")
    assert (await api.get(f"/cases/{done['code']}")).json()["place"] == "520111105202"
    assert (await api.get(path, SCREENER)).json()["content"] is None
    for act in ("replay", "discard"):
        assert (await api.post(f"{path}/{act}", {}, COUNTY)).json()["code"] == "already_done"
    assert kept["id"] in [one["id"] for one in (await api.get("/arrivals", SCREENER, params={"settled": True})).json()["arrivals"]]


async def test_a_person_throws_it_away(api: Api, hotline: Sending, office: Office) -> None:
    kept = await hotline.taken(event(name(), time="2099-01-01T00:00:00Z"))
    path = f"/arrivals/{kept['id']}"
    assert (await api.post(f"{path}/replay", {"colour": "red"}, SCREENER)).status_code == 422
    assert (await api.post(f"{path}/discard", {}, "screener@qingyan-centre")).status_code == 404
    done = (await api.post(f"{path}/discard", {}, SCREENER)).json()
    assert (done["state"], done["settled_by"]) == ("discarded", SCREENER)
    assert (await hotline.taken(event("x", time="2099-01-01T00:00:00Z")))["state"] == "quarantined"
    for role in (CLERK, "officer@yanlou-justice", "analyst@huaxi-centre"):
        assert (await api.get("/arrivals", role)).json()["code"] == "not_allowed"
        assert (await api.get(path, role)).json()["code"] == "not_allowed"


async def test_while_temporal_is_away_it_waits_and_goes_on_by_itself(
    api: Api, hotline: Sending, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("away")

    told = event(name())
    with monkeypatch.context() as patch:
        patch.setattr(Cases, "open", away)
        assert (await hotline.taken(told))["state"] == "waiting"
        assert await Receiving(office).go_on() == 0
    early = office.now() - timedelta(minutes=5)
    async with office.store.write() as db:
        await db.execute(update(arrivals).where(arrivals.c.state == ArrivalState.WAITING).values(at=early))
    assert await Receiving(office).go_on() == 1
    assert await Receiving(office).go_on() == 0
    assert ((await hotline.taken(told))["state"], (await hotline.taken(told))["known"]) == ("accepted", True)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_the_same_on_postgresql(virtual: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path, database: Database) -> None:
    async with instance(virtual, huaxi, tmp_path, database.url) as office, asked(office) as api:
        hotline = Sending(api.client, office)
        told = event("1")
        first = await hotline.taken(told)
        assert first["state"] == "accepted"
        assert await hotline.taken(told) == {**first, "known": True}
        kept = await hotline.taken(event("2", time="2099-01-01T00:00:00Z"))
        page = (await api.get("/arrivals", SCREENER)).json()
        assert ([one["id"] for one in page["arrivals"]], page["count"], page["next"]) == ([kept["id"]], 1, None)
        done = (await api.post(f"/arrivals/{kept['id']}/replay", {"happened_on": "2026-11-02"}, SCREENER)).json()
        assert done["state"] == "accepted"
