"""What is kept of an affair in words: no id twice, no post by its id, no zeros behind a point."""

from __future__ import annotations

from typing import Any

import pytest

from rules.affair.telling import Fact, Telling
from rules.dwelling.kind import DWELLING
from rules.order.kind import ORDER
from store.places import load_place
from tests.support.core import ROOT

PLACE = load_place(ROOT / "places" / "huaxi")


def told(kind: Any, found: dict[str, Any]) -> tuple[Fact, ...]:
    return Telling(kind, PLACE.books[kind.name], PLACE.network, str).facts(found)


@pytest.mark.parametrize(
    ("name", "value", "zh"),
    [
        ("quantity", 20.0, "20"),
        ("quantity", 0.1, "0.1"),
        ("quantity", 1234567.25, "1234567.25"),
        ("by", "steward@yanlou-steward", "燕楼镇红色物管队 物管队员"),
        ("by", "mediator@yanlou-justice#2", "燕楼镇司法所 调解员 2"),
        ("text", "写信到a@b", "写信到a@b"),
    ],
)
def test_a_value_is_told_as_people_say_it(name: str, value: object, zh: str) -> None:
    (fact,) = told(ORDER, {name: value})
    assert fact.value[0] == zh


def test_a_part_is_not_told_its_own_id_once_more() -> None:
    (rooms,) = told(DWELLING, {"rooms": {"r1": {"id": "r1", "area": 20.0, "floor": 0, "use": "room"}}})
    ((room,),) = rooms.inside
    assert room.label == ("r1", "r1")
    assert [(fact.name, fact.value[0]) for fact in room.inside[0]] == [("area", "20"), ("floor", "0"), ("use", "居室")]
