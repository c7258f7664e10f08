"""What is told of events of affairs: ids of units, clocks and stages; no word, no person, no risk, and nothing to who didn't ask."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache

import pytest

from models.base import Sealed
from models.message import CloudEvent
from models.message_plan import Webhook
from rules.affair.kinds import KINDS
from rules.messages.affairs import hears_of_affair
from rules.messages.affairs_public import affair_happenings, affair_told_model, name_of
from rules.messages.cloud import cloud_event_of_affair
from rules.messages.routing import hears
from rules.visibility import Group
from tests.rules.watch.playing import POLICE, Played
from tests.rules.whistle.test_whistle import GRID, fields
from tests.support.affair import CoreAffair

BASE = "https://jiefen.example.gov.cn"
WORDS = "vault:the words"


@cache
def whistle() -> CoreAffair:
    """A whistle that nobody answers: calls, reminders and cards."""
    core = CoreAffair(KINDS["whistle"])
    core.done(GRID, "blow", **fields(text=WORDS, tried=WORDS))
    core.done(GRID, "note", text=WORDS)
    core.pass_time(days=5)
    return core


@cache
def affair_events() -> tuple[CloudEvent, ...]:
    core = whistle()
    return tuple(cloud_event_of_affair(event, "whistle", core.state.id, "YANLOU-WH-2026-00001", "huaxi", BASE) for event in core.events)


def hook(**more: object) -> Webhook:
    return Webhook.model_validate({"url": "https://events.example.gov.cn/jiefen", "secrets": ["webhook"], **more})


def test_an_event_of_an_affair_has_the_attributes_of_a_cases() -> None:
    blown, called = affair_events()[:2]
    assert (blown.type, called.type) == ("jiefen.affair.whistle.whistle_blown.v1", "jiefen.affair.whistle.unit_called.v1")
    assert (blown.id, blown.sequence, blown.partitionkey) == ("x.1", "0000000001", "x")
    assert blown.dataref == f"{BASE}/api/v1/affairs/YANLOU-WH-2026-00001/timeline?after=0&limit=1"
    assert called.data["unit"] == whistle().state.calls[0].unit
    assert {event.data["card"]["kind"] for event in affair_events() if event.type.endswith(".carded.v1")} >= {"yellow"}


def test_no_word_and_nobody_who_acted_is_told() -> None:
    for event in affair_events():
        told = json.dumps(event.data, ensure_ascii=False)
        assert WORDS not in told
        assert "person" not in event.data
        assert GRID not in told


@pytest.mark.parametrize("name", sorted(affair_happenings()))
def test_no_happening_tells_a_field_that_is_sealed_or_kept_to_few(name: str) -> None:
    kind, what = KINDS[name.partition(".")[0]], affair_happenings()[name]
    told = affair_told_model(what).model_fields.keys() - {"kind"}
    assert not any(isinstance(one, Sealed) for field in told & what.model_fields.keys() for one in what.model_fields[field].metadata)
    assert not told & {*kind.groups, "person", "staff", "text", "reason", "address", "grade", "tier", "severity", "item", "place", "link"}


def test_what_tells_of_the_risk_of_a_household_stays_inside() -> None:
    """Neither that a signal came in, nor that a watch was graded, nor a clock that runs or a case that is opened only for the graded."""
    watch = KINDS["watch"]
    kept = {name for name in watch.happenings if watch.groups.get(name) is Group.RISK}
    assert {"signalled", "watch_graded"} <= kept
    assert (
        not {name_of("watch", name) for name in (*kept, "reminded", "carded", "recalendared", "linked", "asked")}
        & affair_happenings().keys()
    )
    played = Played(datetime(2026, 3, 2, 1, tzinfo=UTC))
    played.signal("weapon", POLICE)
    heard = [event.type for event in played.events if hears_of_affair(hook(affairs=["watch"]), "watch", event.type, "yanlou")]
    assert heard == ["watch_begun"]


def test_who_has_not_asked_for_affairs_hears_of_cases_alone_as_before() -> None:
    for types in ([], ["carded"]):
        assert hears(hook(types=types), "carded", "yanlou")
        assert not any(hears_of_affair(hook(types=types), kind, "carded", "yanlou") for kind in KINDS)


@pytest.mark.parametrize(
    ("asked", "towns", "heard"),
    [
        (["hazard"], [], True),
        (["hazard.carded"], [], True),
        (["hazard.noted", "whistle"], [], False),
        (["hazard"], ["gaopo"], False),
        (["hazard"], ["yanlou"], True),
    ],
)
def test_a_webhook_hears_the_kinds_and_happenings_it_names_in_its_towns(asked: list[str], towns: list[str], heard: bool) -> None:
    assert hears_of_affair(hook(affairs=asked, towns=towns), "hazard", "carded", "yanlou") is heard
