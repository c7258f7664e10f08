"""Open311 GeoReport v2: asked by a client that others wrote, in both formats, over a socket; and read strictly by the specification."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from georeport import GeoReport

from service.cases import Cases
from service.errors import Unavailable
from service.office import Office
from tests.web.running import CLERK, Api, served

KEY = f"demo:{CLERK}"
REQUEST: dict[str, str] = {
    "api_key": KEY,
    "jurisdiction_id": "huaxi",
    "service_code": "0201",
    "address_string": "燕楼镇谷蒙村三组",
    "lat": "26.3312",
    "long": "106.6021",
    "description": "邻居抬高院坝，雨水流入堂屋",
    "last_name": "张",
    "first_name": "三丰",
    "phone": "13800000001",
    "attribute[happened_on]": "2026-11-02T08:00:00+08:00",
    "attribute[other_party]": "欧阳明明",
}
OPEN311 = "/open311/v2"
FIELDS = {
    *("service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible"),
    *("service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat", "long"),
    "media_url",
}
"""What the specification says a request has."""


@pytest.fixture(scope="module")
async def address(office: Office) -> AsyncIterator[str]:
    async with served(office) as found:
        yield f"{found}{OPEN311}"


async def sent(client: httpx.AsyncClient, form: str = "json", **changes: str | None) -> httpx.Response:
    fields = {name: value for name, value in {**REQUEST, **changes}.items() if value is not None}
    return await client.post(f"{OPEN311}/requests.{form}", data=fields)


async def taken(client: httpx.AsyncClient) -> str:
    answer = await sent(client)
    assert answer.status_code == 201, answer.text
    (found,) = answer.json()
    assert set(found) == {"service_request_id", "service_notice", "account_id"}
    return str(found["service_request_id"])


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_the_georeport_client_reads_it(api: Api, address: str, form: str) -> None:
    first, second = await taken(api.client), await taken(api.client)
    client = GeoReport(address, jurisdiction="huaxi", output_format=form)
    services = await asyncio.to_thread(client.get_service_list)
    service = next(one for one in services if one["service_code"] == "0201")
    assert (service["service_name"], service["group"]) == ("用水、排水、通行、通风、采光", "邻里关系")
    assert str(service["metadata"]).lower() == "true"
    definition = await asyncio.to_thread(client.get_service_definition, "0201")
    attributes = definition["attributes"] if form == "json" else definition["attributes"]["attribute"]
    assert [one["code"] for one in attributes] == ["happened_on", "people", "other_party", "other_phone"]
    one = await asyncio.to_thread(client.get_service_request, first)
    assert (one["service_request_id"], one["status"], one["service_code"], one["description"]) == (first, "open", "0201", None)
    assert set(one) == FIELDS
    both = await asyncio.to_thread(client.get_service_requests, service_request_id=f"{first},{second},{uuid.uuid4().hex}-0201")
    assert [found["service_request_id"] for found in both] == [first, second]


async def test_a_request_becomes_a_case_and_is_closed_with_it(api: Api, office: Office) -> None:
    request = await taken(api.client)
    case_id = await office.records.by_intake("open311", request)
    assert case_id is not None
    found = await office.records.load(case_id)
    assert found is not None
    case = (await api.get(f"/cases/{found.code}")).json()
    assert (case["channel"], case["place"], case["happened_on"], case["people"]) == ("web", "520111105202", "2026-11-02", 2)
    assert case["summary"].splitlines() == [
        "反映类别：用水、排水、通行、通风、采光", "邻居抬高院坝，雨水流入堂屋", "地址：燕楼镇谷蒙村三组", "坐标：26.331200,106.602100",
    ]  # fmt: skip
    assert [(party["side"], party["name"]) for party in case["parties"]] == [("applicant", "张三丰"), ("respondent", "欧阳明明")]
    await api.act(str(found.code), CLERK, "withdraw", party="a", reason="自行和解")
    answer = await api.client.get(f"{OPEN311}/requests/{request}.json")
    (told,) = answer.json()
    assert told["status"] == "closed"
    assert told["agency_responsible"] == "燕楼镇综治中心"
    for word in ("张三丰", "欧阳明明", "13800000001", "堂屋", str(found.code), "谷蒙"):
        assert word not in answer.text


async def test_with_a_key_one_sees_what_ones_post_sees(api: Api) -> None:
    mine, other = await api.open(), await api.open("clerk@qingyan-centre")
    answer = await api.client.get(f"{OPEN311}/requests.json", params={"api_key": KEY, "status": "open"})
    ids = {one["service_request_id"] for one in answer.json()}
    assert {mine, other} <= ids
    assert all(one["status"] == "open" and one["description"] is None for one in answer.json())
    elsewhere = await api.client.get(f"{OPEN311}/requests.json", params={"api_key": "demo:clerk@qingyan-centre"})
    assert mine not in {one["service_request_id"] for one in elsewhere.json()}
    one = await api.client.get(f"{OPEN311}/requests/{mine}.xml", params={"api_key": KEY})
    assert ET.fromstring(one.content).findtext("request/address") == "谷蒙村"  # noqa: S314 - our own
    closed = await api.client.get(f"{OPEN311}/requests.json", params={"api_key": KEY, "status": "closed", "service_code": "0201,0102"})
    assert mine not in {found["service_request_id"] for found in closed.json()}
    old = await api.client.get(f"{OPEN311}/requests.json", params={"api_key": KEY, "start_date": "2020-01-01T00:00:00Z"})
    assert old.json() == []


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"api_key": None}, 403, "api_key"),
        ({"api_key": "jf_x_y"}, 403, "api_key"),
        ({"api_key": "demo:analyst@huaxi-centre"}, 403, "not_allowed"),
        ({"service_code": None}, 400, "service_code was not provided"),
        ({"service_code": "9999"}, 400, "service_code is not one"),
        ({"description": ""}, 400, "description"),
        ({"address_string": None, "lat": None, "long": None}, 400, "lat and long"),
        ({"address_string": "秘密村"}, 400, "unknown_place"),
        ({"lat": "north"}, 400, "no_number"),
        ({"lat": "99"}, 400, "degrees"),
        ({"phone": "保密"}, 400, "invalid"),
        ({"attribute[happened_on]": "昨天"}, 400, "no_day"),
    ],
)
async def test_what_is_wrong_is_told_in_both_formats(api: Api, changes: dict[str, Any], status: int, words: str) -> None:
    answer = await sent(api.client, **changes)
    assert answer.status_code == status, answer.text
    (error,) = answer.json()
    assert error["code"] == status
    assert words in error["description"]
    answer = await sent(api.client, "xml", **changes)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/xml; charset=utf-8")
    assert ET.fromstring(answer.content).findtext("error/code") == str(status)  # noqa: S314 - our own
    assert "秘密" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services.json?jurisdiction_id=chicago.gov", 404),
        ("services/9999.json", 404),
        ("requests.json", 403),
        ("requests/YANLOU-2026-00001.json", 404),
        (f"requests/{'0' * 32}-0201.json", 404),
        (f"tokens/{'0' * 32}-0201.json", 404),
        (f"requests.json?api_key={KEY}&status=lost", 400),
        (f"requests.json?api_key={KEY}&start_date=never", 400),
        (f"requests.json?api_key={KEY}&service_code=x", 400),
        (f"requests.json?api_key={KEY}&start_date=2026-01-01T00:00:00Z&end_date=2026-12-01T00:00:00Z", 400),
    ],
)
async def test_what_is_not_there_is_told_so(api: Api, path: str, status: int) -> None:
    answer = await api.client.get(f"{OPEN311}/{path}")
    assert (answer.status_code, [one["code"] for one in answer.json()]) == (status, [status])


async def test_it_says_where_it_is(api: Api) -> None:
    told = (await api.client.get(f"{OPEN311}/discovery.json")).json()
    assert told["endpoints"][0]["url"] == f"http://127.0.0.1{OPEN311}"
    tree = ET.fromstring((await api.client.get(f"{OPEN311}/discovery.xml")).content)  # noqa: S314 - our own
    assert tree.tag == "discovery"
    assert [one.text for one in tree.findall("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]


async def test_a_token_is_its_id_and_a_key_of_the_client_takes_once(api: Api) -> None:
    heads = {"Idempotency-Key": uuid.uuid4().hex}
    first = (await api.client.post(f"{OPEN311}/requests.json", data=REQUEST, headers=heads)).json()
    again = (await api.client.post(f"{OPEN311}/requests.json", data=REQUEST, headers=heads)).json()
    assert first == again
    name = first[0]["service_request_id"]
    assert (await api.client.get(f"{OPEN311}/tokens/{name}.json")).json() == [{"service_request_id": name, "token": name}]


async def test_coordinates_alone_lead_to_the_town_of_who_asks(api: Api, office: Office) -> None:
    answer = await sent(api.client, address_string=None)
    assert answer.status_code == 201, answer.text
    case = await office.records.load(await office.records.by_intake("open311", answer.json()[0]["service_request_id"]) or "")
    assert case is not None
    assert case.place == "520111105"


async def test_no_id_stands_in_the_figures_and_an_engine_away_is_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    request = await taken(api.client)
    await api.client.get(f"{OPEN311}/requests/{request}.json")
    figures = (await api.client.get("/metrics")).text
    assert request not in figures
    assert 'route="/open311/v2/requests/{known}.{form}"' in figures

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(Cases, "open", away)
    answer = await sent(api.client)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()[0]["code"]) == (503, "2", 503)
