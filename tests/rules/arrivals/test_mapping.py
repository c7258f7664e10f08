"""From an event to an intake: every field by its mapping, every fault named without its content, and nothing that breaks it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from models.arrival import Event, Rule, Sender, TypeRule
from rules.arrivals import envelope, signing
from rules.arrivals.mapping import Mapped, translate
from rules.calendar import WorkingCalendar
from rules.messages.signing import signature
from service.door import take
from service.errors import Refused
from service.settings import ROOT
from store.places import LoadedPlace, load_place
from tests.support.core import actor

HUAXI: LoadedPlace = load_place(ROOT / "places" / "huaxi")
CAL = WorkingCalendar(HUAXI.calendar)

DATA: dict[str, dict[str, Any]] = {
    "hotline": {
        "area": "花溪区燕楼镇谷蒙村三组",
        "title": "邻居抬高院坝",
        "content": "雨水流入堂屋",
        "urgency": "普通",
        "caller": {"name": "张三丰", "phone": "13800000001"},
        "about": {"name": "某某建材厂", "kind": "单位"},
    },
    "police": {
        "division": "520111105202",
        "brief": "双方因排水争吵",
        "handled": "已劝离",
        "called_at": "2026-11-22T23:30:00Z",
        "signs": ["言语威胁", "九十日内报警"],
        "parties": [{"side": "报警人", "name": "张三丰"}, {"side": "对方", "name": "欧阳明明", "minor": False}],
    },
    "wechat": {
        "place": "燕楼镇谷蒙村",
        "text": "水沟堵了",
        "day": "2026-11-20",
        "name": "张三丰",
        "phone": "13800000001",
        "needs_help": True,
    },
    "court": {
        "place": "燕楼镇谷蒙村",
        "cause": "排除妨害纠纷",
        "referred_on": "2026-11-20",
        "amount": "12000.50",
        "plaintiffs": [{"name": "张三丰", "kind": "自然人"}],
        "defendants": [{"name": "某某公司", "kind": "法人"}, {"name": "欧阳明明", "kind": "自然人"}],
    },
    "petition": {"area": "燕楼镇谷蒙村", "subject": "宅基地边界", "registered_on": "2026-11-19", "petitioner": {"name": "张三丰"}},
}
"""An event of each sender, as its system would send it."""


def event(sender: Sender, data: Any, kind: str = "") -> Event:
    opens = kind or next(name for name, rule in sender.types.items() if rule.do == "open")
    return Event(id="1", source=sender.sources[0].replace("*", "x"), type=opens, time=datetime(2026, 11, 23, 1, tzinfo=UTC), data=data)


def said(name: str, data: Any, **changes: Any) -> Any:
    sender = HUAXI.senders[name]
    found = event(sender, data)
    return translate(sender.types[found.type], found, HUAXI.network, CAL, changes)


@pytest.mark.parametrize("name", list(DATA))
def test_an_event_of_each_sender_becomes_an_intake_that_the_door_takes(name: str) -> None:
    found = said(name, DATA[name])
    assert found.faults == ()
    assert (found.town, found.fields["place"]) == ("yanlou", "520111105202")
    taken, persons = take("open", {**found.fields, "channel": name}, actor=actor("clerk@yanlou-centre"), action_id="open:1", cal=CAL)
    assert persons["parties.0"].name == "张三丰"
    assert taken.do == "open"


def test_what_is_told_in_other_words_is_translated() -> None:
    police = said("police", DATA["police"]).fields
    assert police["risk_signs"] == ["threat_to_life", "previous_violence"]
    assert police["summary"] == "双方因排水争吵\n处警情况：已劝离"
    assert police["happened_on"] == date(2026, 11, 23)  # half past seven in the morning, at the place
    assert [(party["id"], party["side"]) for party in police["parties"]] == [("a", "applicant"), ("b", "respondent")]
    hotline = said("hotline", DATA["hotline"]).fields
    assert (hotline["risk_signs"], hotline["people"], hotline["happened_on"]) == ([], 2, date(2026, 11, 23))
    assert hotline["parties"][1] == {"id": "b", "kind": "organisation", "side": "respondent", "name": "某某建材厂"}
    court = said("court", DATA["court"]).fields
    assert (court["amount"], [party["kind"] for party in court["parties"]]) == (12000.5, ["person", "organisation", "person"])
    assert said("wechat", DATA["wechat"]).fields["parties"][0]["vulnerable"] is True


def test_every_fault_is_named_with_its_path_and_never_its_content() -> None:
    broken = {
        **DATA["police"],
        "division": "秘密村",
        "called_at": "昨天",
        "signs": ["秘密"],
        "people": "几个",
        "parties": [{"side": "路人"}],
    }
    faults = [str(fault) for fault in said("police", broken).faults]
    assert faults == [
        "place <- data.division (unknown_place)",
        "happened_on <- data.called_at (no_day)",
        "people <- data.people (no_number)",
        "risk_signs <- data.signs (not_in_table)",
        "parties.0.side <- item.side (not_in_table)",
        "parties.0.name <- item.name (missing)",
    ]
    assert said("police", broken).town is None
    assert [str(fault) for fault in said("court", {}).faults] == [
        "place <- data.division | data.place (missing)",
        "summary <- data.cause | data.claims | data.facts (missing)",
        "parties <- data.plaintiffs | data.defendants (missing)",
    ]
    assert "parties.0 <- data.parties (no_list)" in [str(fault) for fault in said("police", {"parties": "秘密"}).faults]


def test_what_a_person_has_put_right_stands_instead() -> None:
    broken = {**DATA["hotline"], "area": "不知何处"}
    assert said("hotline", broken).faults
    found = said("hotline", broken, place="520111105202", people=7)
    assert (found.faults, found.town, found.fields["people"]) == ((), "yanlou", 7)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("520111105202", "520111105202"),
        ("贵阳市花溪区燕楼镇谷蒙村", "520111105202"),
        ("燕楼镇", "520111105"),
        ("不知何处", None),
        ("", None),
    ],
)
def test_a_place_is_found_by_code_or_by_its_names(told: str, code: str | None) -> None:
    assert said("wechat", {**DATA["wechat"], "place": told}).fields.get("place") == code


def test_a_village_name_that_two_towns_have_needs_its_town() -> None:
    names = [place.name for place in HUAXI.network.places.values()]
    twice = next(name for name in names if names.count(name) > 1)
    assert "several_places" in str(said("wechat", {**DATA["wechat"], "place": twice}).faults[0])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"do": "open", "fields": {"colour": "data.x"}}, "open has no such field"),
        ({"do": "open", "fields": {"place": "data.x"}}, "happened_on and summary is missing"),
        ({"do": "note", "fields": {"text": "data.x"}}, "is missing"),
        ({"do": "note", "fields": {"text": "dta.x"}, "case": {"code": "data.y"}}, "a path begins with"),
        ({"do": "note", "fields": {"text": "data.x"}, "case": {}}, "either code or earlier"),
        ({"do": "note", "fields": {"text": {"path": "data.x", "value": "y"}}, "case": {"code": "data.y"}}, "either a path or a value"),
    ],
)
def test_a_mapping_that_can_not_work_is_refused_when_it_is_read(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        TypeRule.model_validate(given)


def test_a_short_rule_is_a_path_or_a_value() -> None:
    assert Rule.model_validate("data.x").paths == ("data.x",)
    assert Rule.model_validate("=window").value == "window"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["520111105202", "2026-11-02"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "phone", "side", "x", "parties"]), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = [
    "area",
    "title",
    "content",
    "urgency",
    "caller",
    "about",
    "division",
    "brief",
    "signs",
    "parties",
    "people",
    "called_at",
    "order",
    "amount",
]


@settings(max_examples=50)
@given(st.sampled_from(list(DATA)), st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8) | JSON)
def test_whatever_is_sent_is_either_mapped_or_faulted(name: str, data: Any) -> None:
    for kind, rule in HUAXI.senders[name].types.items():
        found = translate(rule, event(HUAXI.senders[name], data, kind), HUAXI.network, CAL)
        if rule.do == "open" and not found.faults:
            try:
                take("open", {**found.fields, "channel": name}, actor=actor("clerk@yanlou-centre"), action_id="open:1", cal=CAL)
            except Refused as refused:
                assert refused.refusal.code == "invalid"  # noqa: PT017


@given(
    st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([envelope.STRUCTURED, envelope.BATCH, "", "text/plain"]),
)
def test_whatever_is_sent_is_an_event_or_kept_as_it_is(body: bytes, media: str) -> None:
    for found, sent in envelope.read({"content-type": media}, body):
        assert found is None
        json.dumps(sent)


def test_the_three_forms_of_an_event_say_the_same() -> None:
    told = {"specversion": "1.0", "id": "7", "source": "/x", "type": "t", "time": "2026-11-23T09:30:00+08:00", "data": {"a": "水"}}
    ((structured, _),) = envelope.read({"content-type": "application/cloudevents+json; charset=utf-8"}, json.dumps(told).encode())
    heads = {f"ce-{name}": str(told[name]) for name in ("specversion", "id", "source", "type", "time")}
    ((binary, _),) = envelope.read({"content-type": "application/json", **heads}, json.dumps(told["data"]).encode())
    batch = envelope.read({"content-type": "application/cloudevents-batch+json"}, json.dumps([told, {"id": "8"}]).encode())
    assert structured == binary == batch[0][0]
    assert batch[1][0] is None
    assert structured is not None
    assert envelope.structured(json.loads(envelope.kept(structured))) == structured
    coded = {**told, "data_base64": "eyJhIjoi5rC0In0="}
    del coded["data"]
    assert envelope.structured(coded) == structured


NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"webhook-timestamp": str(int((NOW - timedelta(minutes=6)).timestamp()))}, False),
        ({"webhook-timestamp": "now"}, False),
        ({"webhook-id": ""}, False),
        ({"webhook-id": "other"}, False),
        ({"webhook-signature": ""}, False),
        ({"webhook-signature": "v1,é"}, False),
    ],
)
def test_a_request_is_signed_or_not(change: dict[str, str], good: bool) -> None:
    at, body = str(int(NOW.timestamp())), b"{}"
    heads = {
        "webhook-id": "m1",
        "webhook-timestamp": at,
        "webhook-signature": "v1,x " + signature(signing.key(SECRET), "m1", int(at), body),
    }
    assert signing.is_signed(("another secret, longer", SECRET), {**heads, **change}, body, NOW, 300) is good
    assert not signing.is_signed((SECRET,), {**heads, **change}, b"[]", NOW, 300)
    assert not signing.is_signed((), heads, body, NOW, 300)


def signal_of(data: dict[str, Any], kind: str = "at_household") -> Mapped:
    rule = HUAXI.senders["police"].types[f"cn.police.call.{kind}"]
    event = Event(id="1", source="/police/huaxi/1", type=f"cn.police.call.{kind}", data=data)
    return translate(rule, event, HUAXI.network, CAL)


def test_an_event_becomes_a_signal_about_a_household_or_a_pair() -> None:
    said = signal_of({"division": "520111105202", "household": "0202-031", "kind": "扬言伤人"})
    assert (said.faults, said.town) == ((), "yanlou")
    subject = {"of": "household", "place": "520111105202", "number": "0202-031"}
    assert said.fields == {"signal": "threat_to_life", "text": "", "subject": subject}
    two = [{"name": "张三丰", "phone": "13800000001"}, {"name": "欧阳明明", "id_number": "A1234567"}]
    pair = signal_of({"division": "520111105202", "parties": two}, "between")
    assert pair.faults == ()
    assert pair.fields["subject"] == {"of": "pair", "place": "520111105202", "one_person": two[0], "other_person": two[1]}


def test_what_a_signal_lacks_is_named_with_its_field() -> None:
    assert [str(fault) for fault in signal_of({"kind": "扬言伤人"}).faults] == [
        "place <- data.division | data.place (missing)",
        "household <- data.household (missing)",
    ]
    alone = signal_of({"division": "520111105202", "parties": [{"name": "张三丰"}]}, "between")
    assert [str(fault) for fault in alone.faults] == ["parties <- - (no_pair)"]
