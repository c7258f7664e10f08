"""The door: every word and person of every action goes into the vault, whatever comes in; what is malformed is refused unquoted."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from models.action import INTERNAL, Action
from models.party import Actor, Party
from models.refusal import Refusal, RefusalCode
from models.words import Role
from rules.authority import PERMITS
from rules.calendar import compiled
from rules.procedure import Context, decide
from service.door import PERSONAL, Sealer, take
from service.errors import Refused
from store.persons import Person
from tests.support.core import CoreCase, huaxi

LIBRARY, DOCS = huaxi()
CAL = compiled(LIBRARY.calendar(DOCS.calendar))
ACTOR = Actor(person="clerk@yanlou-centre", role=Role.CLERK, unit="yanlou-centre")
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MODELS: dict[str, type[BaseModel]] = {model.model_fields["do"].default: model for model in get_args(get_args(Action)[0])}
MARK = "密语"
"""Stands in every text and person of the samples and nowhere else."""


def w(name: str) -> str:
    return f"{MARK}{name}"


PERSON = {"name": w("name"), "phone": "13900001234", "id_number": "520111199001011234", "address": w("address")}
SECRETS = (MARK, "13900001234", "520111199001011234")
PARTY = {
    "id": "a", "side": "applicant", "kind": "person", "people": 1, "vulnerable": True, "minor": False,
    "household": "h1", "kin": ["grid@yanlou-gumeng"], "staff": "grid@yanlou-sire",
}  # fmt: skip
SAMPLES: dict[str, dict[str, Any]] = {
    "open": {
        "channel": "window", "place": "520111105202", "summary": w("summary"), "happened_on": "2026-02-26",
        "parties": [{**PARTY, **PERSON}, {"id": "b", "side": "respondent", "kind": "person", "name": w("b")}],
        "people": 2, "amount": 10.5, "wage_workers": 0, "risk_signs": ["media"], "languages": ["miao"], "oral": True,
    },
    "screen": {"category": "0201", "accept": True, "reason": w("reason"), "redirect": "court"},
    "regrade": {"tier": "red", "reason": w("reason")},
    "route": {"lead": "yanlou-justice", "assist": ["yanlou-court"], "level": "town"},
    "sign": {"task": "t1"},
    "object": {"reason": w("reason"), "to": "yanlou-court", "task": "t1"},
    "rule": {"uphold": True, "to": "yanlou-court", "task": "t1", "reason": w("reason")},
    "contact": {"note": w("note")},
    "assign": {"mediator": "mediator@yanlou-justice", "household": "h1", "on_roll": True},
    "recuse": {"reason": w("reason"), "party": "a"},
    "consent": {"party": "a", "agrees": True},
    "meet": {"at": "2026-03-04T10:00", "place": w("place"), "units": ["yanlou-court"], "joint": True},
    "call_off": {"meeting": "m1", "reason": w("reason")},
    "record": {"outcome": "failed", "text": w("text")},
    "raise_task": {"unit": "yanlou-court", "title": w("title"), "limit": "5wd"},
    "replan": {"lead": "yanlou-court", "add": ["yanlou-hr"], "drop": ["yanlou-land"], "reason": w("reason")},
    "finish": {"result": w("result"), "task": "t1"},
    "rework": {"unit": "yanlou-court", "task": "t1", "reason": w("reason")},
    "escalate": {"reason": w("reason")},
    "suspend": {"ground": "appraisal", "evidence": w("evidence")},
    "resume": {},
    "extend": {"days": 5, "consents": ["a", "b"]},
    "agree": {
        "form": "written", "terms": w("terms"), "matter": "use",
        "promises": [
            {"id": "p1", "debtor": "a", "what": w("what1"), "due": "2026-03-15", "amount": 5},
            {"id": "p2", "debtor": "b", "what": w("what2"), "due": "2026-03-15"},
        ],
    },
    "sign_agreement": {"party": "a"},
    "seal": {},
    "confirm": {"step": "apply", "consents": ["a"]},
    "perform": {"promise": "p1", "proof": w("proof")},
    "default": {"promise": "p1"},
    "visit": {"outcome": "calm", "satisfied": True, "by_contact": "phone", "text": w("text")},
    "audit": {"passed": False, "findings": [w("one"), w("two")], "back_to": "following_up"},
    "sign_off": {},
    "archive": {},
    "merge": {"into": "YANLOU-2026-00001", "into_case": "x", "older": True},
    "withdraw": {"party": "a", "reason": w("reason")},
    "channel": {"route": "court", "notice": w("notice")},
    "reopen": {"reason": w("reason")},
    "rate": {"party": "a", "satisfied": False, "text": w("text")},
    "complain": {"party": "a", "text": w("text")},
    "reply": {"complaint": "c1", "text": w("text")},
    "note": {"text": w("text")},
    "lift_card": {"card": "contact#1:yellow", "reason": w("reason")},
    "recalendar": {"calendar": DOCS.calendar},
    "rebase": {"docs": DOCS.model_dump(), "start": "next_stage", "reason": w("reason")},
    "amend": {
        "happened_on": "2026-02-25", "people": 3, "amount": 1, "wage_workers": 1, "risk_signs": [],
        "summary": w("summary"), "category": "0201", "reason": w("reason"),
    },
    "add_party": {"party": {**PARTY, **PERSON}},
    "represent": {"party": "a", "representative": PERSON, "authority": w("authority")},
    "attach": {"title": w("title"), "sha256": "0" * 64, "size": 5, "media_type": "image/png"},
    "take_back": {"action": "a1"},
    "hand_over": {"to": "officer@yanlou-centre", "household": "h1", "on_roll": True, "reason": w("reason")},
    "split": {"parties": ["a"], "summary": w("summary"), "reason": w("reason")},
}  # fmt: skip
"""Every action with every field it has."""


class FakeVault:
    """Remembers what it was given and answers with references."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.persons: list[Person] = []

    async def seal_many(
        self, case_id: str, action_id: str, texts: Mapping[str, str], persons: Mapping[str, Person] | None = None
    ) -> dict[str, str]:
        self.texts.extend(texts.values())
        self.persons.extend((persons or {}).values())
        named = {path: f"person:{number}" for number, path in enumerate(persons or {})}
        return {path: f"vault:{number}" for number, path in enumerate(texts)} | named


def passed(do: str, fields: Mapping[str, Any]) -> tuple[str, FakeVault]:
    """Take an action in and seal it; return its JSON and what the vault got. Raises Refused."""
    action, persons = take(do, fields, actor=ACTOR, action_id="x1", cal=CAL)
    vault = FakeVault()
    sealed = asyncio.run(Sealer(vault).sealed("case", action, persons))
    return sealed.model_dump_json(), vault


def outcome(do: str, fields: Mapping[str, Any]) -> tuple[str, FakeVault] | Refusal:
    """The same, with the refusal as a value."""
    try:
        return passed(do, fields)
    except Refused as refused:
        return refused.refusal


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    else:
        yield path, value


def changed(do: str, path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    fields = copy.deepcopy(SAMPLES[do])
    inner: Any = fields
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return fields


LEAVES = [(do, path) for do, fields in SAMPLES.items() for path, _ in leaves(fields)]
WORDS = [(do, path) for do, fields in SAMPLES.items() for path, value in leaves(fields) if isinstance(value, str) and MARK in value]
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.datetimes().map(str), st.dates(), st.binary(max_size=5),
    st.lists(st.text(max_size=5), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.sampled_from(["9999-12-31T23:59:59.999999", "0001-01-01T00:00", "9999-12-31", "2026-02-30", "NaN", "-inf", "1e999"]),
    st.sampled_from(["٣wd", "²d", "9" * 5000]),
)  # fmt: skip


# -- everything is sealed --------------------------------------------------------------------------------------------


def test_the_samples_hold_every_field_of_every_action() -> None:
    assert set(SAMPLES) == set(PERMITS) - INTERNAL == set(MODELS) - INTERNAL
    for do, fields in SAMPLES.items():
        assert set(fields) == set(MODELS[do].model_fields) - {"do", "id", "actor", "occurred_at"}, do
    party = set(PARTY) | set(PERSONAL)
    assert party == (set(Party.model_fields) | set(PERSONAL)) - {"person", "representative", "left"}


@pytest.mark.parametrize("do", SAMPLES)
def test_every_word_and_person_is_sealed(do: str) -> None:
    sealed, vault = passed(do, SAMPLES[do])
    assert not [secret for secret in SECRETS if secret in sealed]
    kept = " ".join([*vault.texts, *(person.model_dump_json() for person in vault.persons)])
    given_words = [value for _, value in leaves(SAMPLES[do]) if isinstance(value, str) and any(secret in value for secret in SECRETS)]
    assert [value for value in given_words if value not in kept] == []


def test_the_rest_of_the_action_passes_as_it_is() -> None:
    sealed = json.loads(passed("agree", SAMPLES["agree"])[0])
    assert [promise["what"] for promise in sealed["promises"]] == ["vault:1", "vault:2"]
    assert (sealed["terms"], sealed["form"], sealed["promises"][0]["amount"]) == ("vault:0", "written", 5.0)
    opened = json.loads(passed("open", SAMPLES["open"])[0])
    assert [party["person"] for party in opened["parties"]] == ["person:0", "person:1"]
    assert json.loads(passed("represent", SAMPLES["represent"])[0])["representative"] == "person:0"
    assert json.loads(passed("audit", SAMPLES["audit"])[0])["findings"] == ["vault:0", "vault:1"]


@settings(deadline=None)
@given(where=st.sampled_from(WORDS), text=st.text(min_size=1, max_size=60))
def test_whatever_the_words_are_they_are_sealed_or_refused_unquoted(where: tuple[str, tuple[Any, ...]], text: str) -> None:
    do, path = where
    found = outcome(do, changed(do, path, f"{MARK}{text}{MARK}"))
    if isinstance(found, Refusal):
        assert found.code is RefusalCode.INVALID
        assert MARK not in found.detail
    else:
        sealed, vault = found
        assert MARK not in sealed
        assert vault.texts or vault.persons


@pytest.mark.parametrize("text", ["vault:other:0", "code:assist", "person:1"])
def test_a_text_that_looks_like_a_reference_is_a_text(text: str) -> None:
    sealed, vault = passed("note", {"text": text})
    assert vault.texts == [text]
    assert json.loads(sealed)["text"] == "vault:0"


# -- malformed -------------------------------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(where=st.sampled_from(LEAVES), junk=JUNK)
def test_junk_anywhere_is_taken_or_refused_as_invalid(where: tuple[str, tuple[Any, ...]], junk: Any) -> None:
    do, path = where
    found = outcome(do, changed(do, path, junk))
    assert not isinstance(found, Refusal) or (found.code is RefusalCode.INVALID and len(found.detail) < 500)


@settings(deadline=None)
@given(do=st.sampled_from(sorted(SAMPLES)), fields=st.dictionaries(st.text(max_size=12), JUNK, max_size=4))
def test_junk_as_a_whole_is_taken_or_refused_as_invalid(do: str, fields: dict[str, Any]) -> None:
    found = outcome(do, fields)
    assert not isinstance(found, Refusal) or found.code is RefusalCode.INVALID


BAD: tuple[tuple[str, tuple[Any, ...], Any], ...] = (
    ("open", ("summary",), "长" * 1_000_000),
    ("note", ("text",), "长" * 1_000_000),
    ("note", ("text",), "a\x00b"),
    ("note", ("text",), "a\x1b[2Jb"),
    ("note", ("text",), "a\x7fb"),
    ("note", ("text",), "\ud800"),
    ("note", ("text",), "   "),
    ("note", ("text",), 5),
    ("note", ("text",), None),
    ("note", ("text",), {"$ne": ""}),
    ("open", ("amount",), float("nan")),
    ("open", ("amount",), float("inf")),
    ("open", ("amount",), -1),
    ("open", ("amount",), "viel"),
    ("open", ("happened_on",), "2026-02-30"),
    ("open", ("happened_on",), "yesterday"),
    ("open", ("happened_on",), "2026-02-26T10:00:01"),
    ("open", ("people",), 0),
    ("open", ("people",), 1.5),
    ("open", ("people",), 10**9),
    ("open", ("parties",), []),
    ("open", ("parties",), "甲"),
    ("open", ("parties",), [{"id": "a", "side": "applicant", "kind": "person", "name": "甲"}] * 201),
    ("open", ("parties", 0, "name"), ""),
    ("open", ("parties", 0, "name"), None),
    ("open", ("parties", 0, "name"), "名" * 101),
    ("open", ("parties", 0, "phone"), "139'; DROP TABLE"),
    ("open", ("parties", 0, "id_number"), "甲乙"),
    ("open", ("parties", 0, "id"), "<script>"),
    ("open", ("parties", 0, "side"), "judge"),
    ("open", ("channel",), "dream"),
    ("meet", ("at",), "2026-02-30T10:00"),
    ("meet", ("at",), "0001-01-01T00:00"),
    ("meet", ("at",), "0001-01-01T00:00+08:00"),
    ("meet", ("at",), "9999-12-31T23:59:59-08:00"),
    ("meet", ("at",), "2200-01-01T10:00"),
    ("agree", ("promises", 1, "due"), "9999-12-31"),
    ("amend", ("happened_on",), "2200-01-01"),
    ("extend", ("days",), 0),
    ("extend", ("days",), 10**6),
    ("raise_task", ("limit",), "5 weeks"),
    ("raise_task", ("limit",), "99999wd"),
    ("audit", ("findings",), ["x"] * 41),
    ("attach", ("sha256",), "0" * 63),
    ("attach", ("size",), 10**12),
    ("rebase", ("docs",), {"network": "x"}),
)


@pytest.mark.parametrize(("do", "path", "value"), BAD, ids=[f"{do}-{number}" for number, (do, _, _) in enumerate(BAD)])
def test_malformed_fields_are_refused_by_name_and_never_quoted(do: str, path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(Refused) as caught:
        passed(do, changed(do, path, value))
    refusal = caught.value.refusal
    assert refusal.code is RefusalCode.INVALID
    assert str(path[-1] if isinstance(path[-1], str) else path[0]) in refusal.detail
    for secret in (*SECRETS, "DROP", "script", "长", "名", "甲"):
        assert secret not in f"{refusal.detail} {caught.value}"


def test_what_is_wrong_with_a_person_is_named_with_where_it_stands() -> None:
    second = {"id": "b", "side": "respondent", "kind": "person", "name": "乙", "phone": "x"}
    with pytest.raises(Refused) as caught:
        passed("open", {**SAMPLES["open"], "parties": [*SAMPLES["open"]["parties"], second]})
    assert caught.value.refusal.detail == "parties.2.phone (string_pattern_mismatch)"


@pytest.mark.parametrize(
    ("do", "path", "value", "told"),
    [
        ("note", ("text",), "a\x00b", "text (control_characters)"),
        ("note", ("text",), "  ", "text (empty)"),
        ("open", ("parties", 1, "name"), "a\x07", "parties.1.name (control_characters)"),
        ("add_party", ("party", "phone"), "no", "party.phone (string_pattern_mismatch)"),
        ("represent", ("representative", "name"), "", "representative.name (empty)"),
    ],
)
def test_a_refusal_says_where_the_mistake_is_and_of_what_kind(do: str, path: tuple[Any, ...], value: Any, told: str) -> None:
    with pytest.raises(Refused) as caught:
        passed(do, changed(do, path, value))
    assert caught.value.refusal.detail == told


@pytest.mark.parametrize("key", ["note", "__class__", w("key"), "13900001234", "x" * 1_000_000, "a\x00", "\ud800", ""])
def test_unknown_keys_are_refused_and_not_quoted(key: str) -> None:
    for do, fields in (("seal", {key: 1}), ("open", {**SAMPLES["open"], "parties": [{**PARTY, "name": "甲", key: 1}]})):
        with pytest.raises(Refused) as caught:
            passed(do, fields)
        refusal = caught.value.refusal
        assert refusal.code is RefusalCode.INVALID
        assert len(refusal.detail) < 300
        assert refusal.detail.isprintable()
        assert not [secret for secret in SECRETS if secret in refusal.detail]


@pytest.mark.parametrize("key", ["do", "id", "actor"])
def test_what_the_service_itself_says_is_no_field(key: str) -> None:
    with pytest.raises(Refused, match="invalid"):
        passed("note", {"text": "x", key: "x"})


@pytest.mark.parametrize("do", sorted(INTERNAL))
def test_what_only_the_engine_sends_is_not_allowed(do: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        passed(do, {})


@pytest.mark.parametrize("do", ["", "fly", "OPEN", "note ", "\x00", "x" * 100_000, w("do")])
def test_an_action_that_is_not_there_is_invalid(do: str) -> None:
    with pytest.raises(Refused) as caught:
        passed(do, {})
    assert caught.value.refusal.code is RefusalCode.INVALID
    assert MARK not in caught.value.refusal.detail
    assert len(caught.value.refusal.detail) < 300


@pytest.mark.parametrize("key", ["person", "representative", "left"])
def test_what_only_we_may_say_of_a_party_is_refused(key: str) -> None:
    value: Any = True if key == "left" else "person:00000000-0000-0000-0000-000000000001"
    for fields, do in ((changed("open", ("parties", 0, key), value), "open"), (changed("add_party", ("party", key), value), "add_party")):
        with pytest.raises(Refused, match="invalid"):
            passed(do, fields)


# -- what passes the door does not break the rules behind it -----------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(where=st.sampled_from(LEAVES), junk=JUNK)
def test_whatever_passes_the_door_is_decided_and_not_crashed_on(where: tuple[str, tuple[Any, ...]], junk: Any) -> None:
    do, path = where
    case = mediating()
    actor = MEDIATOR if Role.MEDIATOR in PERMITS[do].roles else ACTOR
    try:
        action, persons = take(do, changed(do, path, junk), actor=actor, action_id="x1", cal=CAL)
    except Refused:
        return
    sealed = asyncio.run(Sealer(FakeVault()).sealed("case", action, persons))
    decided = decide(case.case, sealed, Context(now=case.now, library=LIBRARY))
    assert isinstance(decided, Refusal | tuple)


MEDIATOR = Actor(person="mediator@yanlou-gumeng", role=Role.MEDIATOR, unit="yanlou-gumeng")


def mediating() -> CoreCase:
    case = CoreCase(NOW)
    parties = [{"id": "a", "side": "applicant", "kind": "person"}, {"id": "b", "side": "respondent", "kind": "person"}]
    facts: dict[str, Any] = {
        "channel": "window", "place": "520111105202", "summary": "vault:0", "happened_on": "2026-02-26", "people": 2,
    }  # fmt: skip
    case.act("clerk@yanlou-centre", "open", parties=parties, **facts)
    case.act("screener@yanlou-centre", "screen", category="0201", accept=True)
    case.act("dispatcher@yanlou-centre", "route", level="village")
    case.act("officer@yanlou-gumeng", "sign")
    case.act("officer@yanlou-gumeng", "contact", note="vault:1")
    case.act("officer@yanlou-gumeng", "assign")
    for party in ("a", "b"):
        case.act("mediator@yanlou-gumeng", "consent", party=party, agrees=True)
    assert case.case.stage == "mediating"
    return case


@pytest.mark.parametrize("due", ["2199-12-31", "2198-02-28"])
def test_a_promise_for_the_end_of_time_is_decided(due: str) -> None:
    case = mediating()
    promises = [{"id": "p1", "debtor": "a", "what": "vault:2", "due": due}]
    assert not isinstance(case.act("mediator@yanlou-gumeng", "agree", form="oral", terms="vault:3", promises=promises), Refusal)
    assert case.case.stage == "performing"
