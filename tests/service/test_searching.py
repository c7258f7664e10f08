"""Search: by a code or a part of it, by a party where names are shown, and by place; never beyond what somebody may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.party import Actor
from models.words import Role
from service.office import Office
from service.reading import Reader
from tests.store.making import NOW, Making
from tests.support.running import Desk

YANLOU, QINGYAN, GUMENG, JIUPAN = "520111105", "520111101", "520111105202", "520111105203"
CLERK = Actor(person="clerk@yanlou-centre", role=Role.CLERK, unit="yanlou-centre")
COUNTY = Actor(person="clerk@huaxi-centre", role=Role.CLERK, unit="huaxi-centre")


@pytest.fixture
async def reader(bare_office: Office) -> Reader:
    places = [("yanlou", GUMENG), ("yanlou", JIUPAN), ("yanlou", YANLOU), ("qingyan", QINGYAN)]
    for number, (town, place) in enumerate(places):
        made = Making(f"n{number}", {"town": town, "place": place}).write("a1", at=NOW + timedelta(minutes=number))
        await bare_office.records.publish(made.publication(), access=[("town", town), ("unit", "yanlou-justice")])
    return Reader(bare_office)


async def codes(reader: Reader, actor: Actor, text: str, **more: Any) -> list[str]:
    return [case.code for case in (await reader.search(actor, text, **more)).cases]


async def test_a_part_of_a_code_finds_the_cases_of_it_that_one_may_see(reader: Reader) -> None:
    assert await codes(reader, COUNTY, "00001") == ["QINGYAN-2026-00001", "YANLOU-2026-00001"]
    assert await codes(reader, CLERK, "00001") == ["YANLOU-2026-00001"]
    assert await codes(reader, CLERK, "yanlou-2026-00002 ") == ["YANLOU-2026-00002"]
    assert await codes(reader, CLERK, "YANLOU-2026") == [f"YANLOU-2026-0000{number}" for number in (3, 2, 1)]
    assert await codes(reader, CLERK, "QINGYAN-2026") == []
    assert await codes(reader, COUNTY, "2026-00003", limit=1) == ["YANLOU-2026-00003"]
    for text in ("", " ", "\0", "00009", "%", "没有"):
        assert await codes(reader, COUNTY, text) == []


async def test_a_place_finds_its_cases_and_a_town_those_of_its_villages(reader: Reader) -> None:
    assert await codes(reader, CLERK, "谷蒙村") == await codes(reader, CLERK, "谷蒙") == ["YANLOU-2026-00001"]
    assert await codes(reader, CLERK, "燕楼镇") == [f"YANLOU-2026-0000{number}" for number in (3, 2, 1)]
    assert await codes(reader, COUNTY, "青岩") == ["QINGYAN-2026-00001"]
    assert await codes(reader, CLERK, "青岩") == []
    adviser = Actor(person="adviser@yanlou-justice", role=Role.ADVISER, unit="yanlou-justice")
    assert await codes(reader, adviser, "00001") == ["QINGYAN-2026-00001", "YANLOU-2026-00001"]
    assert await codes(reader, adviser, "谷蒙") == []


async def test_who_is_not_shown_a_name_does_not_find_by_it(working: Desk) -> None:
    await working.open(parties=[{"id": "a", "side": "applicant", "kind": "person", "name": "谷蒙", "phone": "13800000001"}])
    await working.open(place=JIUPAN)
    reader = Reader(working.office)
    assert await codes(reader, CLERK, "13800000001") == ["YANLOU-2026-00001"]
    assert await codes(reader, COUNTY, "13800000001") == []
    # Found by name and by place it is there once.
    assert await codes(reader, CLERK, "谷蒙") == ["YANLOU-2026-00001"]
