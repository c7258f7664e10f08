"""While an intake is typed: the grade it would get, and cases that may be the same dispute, as far as the clerk may know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role, Tier
from service.desk.intake import Intake
from service.errors import Refused
from service.office import Office
from service.shown import Likeness
from tests.service.test_cases import everything
from tests.support.core import CoreCase
from tests.support.running import Desk, intake

CLERK = Actor(person="clerk@yanlou-centre", role=Role.CLERK, unit="yanlou-centre")
PLACE = "520111105202"
ZHANG: dict[str, Any] = {"name": "张三丰", "phone": "13800000001", "id_number": "520111199001011234"}
DAY = date(2026, 2, 26)


def parties(first: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"id": "a", "side": "applicant", "kind": "person", **first},
        {"id": "b", "side": "respondent", "kind": "person", "name": "李四"},
    ]


TYPED: list[dict[str, Any]] = [
    {},
    {"people": 12, "amount": 30_000, "wage_workers": 3},
    {"risk_signs": ["previous_violence", "lawyer_engaged"], "happened_on": "2025-06-01"},
    {"risk_signs": ["weapon"], "people": 40},
    {"parties": parties({"name": "甲", "minor": True})},
    {"parties": parties({"name": "甲", "vulnerable": True}), "people": 5, "wage_workers": 1, "risk_signs": ["second_contact", "media"]},
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("typed", TYPED)
def test_the_grade_as_typed_is_the_one_the_case_gets(bare_office: Office, typed: dict[str, Any]) -> None:
    now = datetime(2026, 2, 10, 1, 30, tzinfo=UTC)
    bare_office.shift = now - datetime.now(UTC)
    core = CoreCase(now)
    known = intake(**({"parties": [], "happened_on": "2026-02-01"} | typed))
    opened = [{"id": name, "side": "applicant", "kind": "person"} for name in "ab"]
    flags = [{key: party[key] for key in ("minor", "vulnerable") if key in party} for party in typed.get("parties", [])]
    sent = known | {"parties": [one | (flags[number] if flags else {}) for number, one in enumerate(opened)]}
    core.act("clerk@yanlou-centre", "open", **sent)
    found = Intake(bare_office).grade(CLERK, known)
    assert (found.tier, found.score) == (core.case.tier, core.case.score)
    assert [(reason.code, reason.points) for reason in found.reasons] == [(reason.code, reason.points) for reason in core.case.risk]
    assert all(reason.zh and reason.en for reason in found.reasons)
    assert found.zh
    assert found.en


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_intake_half_typed_is_graded_by_what_is_there(bare_office: Office) -> None:
    use = Intake(bare_office)
    assert use.grade(CLERK, {}).tier is Tier.BLUE
    assert use.grade(CLERK, {"people": "", "amount": None, "happened_on": "", "summary": "甲", "risk_signs": ["weapon"]}).hard
    assert use.grade(CLERK, {"people": "12", "parties": [{"name": "甲", "vulnerable": "true"}]}).score == 30
    for fields, named in (({"people": -1, "amount": "many"}, "amount, people"), ({"risk_signs": ["bad_mood"]}, "risk_signs")):
        with pytest.raises(Refused) as found:
            use.grade(CLERK, fields)
        assert (found.value.refusal.code, found.value.refusal.detail) == (RefusalCode.INVALID, named)
    with pytest.raises(Refused):
        use.grade(Actor(person="citizen:a", role=Role.CITIZEN, unit="a"), {})


def found(likenesses: tuple[Likeness, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.case.code, one.why) for one in likenesses]


async def test_duplicates_are_found_by_any_word_of_a_person_and_by_the_day(working: Desk) -> None:
    await working.open(parties=parties(ZHANG), happened_on="2025-01-05")
    use, code = Intake(working.office), "YANLOU-2026-00001"
    before = await everything(working.office.store)
    alike: list[dict[str, Any]] = [
        {"name": " 张三丰 "},
        {"phone": "+86 138-0000-0001"},
        {"name": "张三丰", "phone": "13999999999"},
        {"name": "王五", "id_number": "520111199001011234"},
        {"name": "赵六", "phone": "13800000001", "id_number": ""},
    ]
    for typed in alike:
        assert found(await use.duplicates(CLERK, place=PLACE, persons=[{"name": "乙乙"}, typed], happened_on=DAY)) == [
            (code, ("same_party",))
        ], typed
    others: list[dict[str, Any]] = [{}, {"name": "张"}, {"name": "张三"}, {"name": None}, ZHANG | {"id_number": "520111199001011235"}]
    for typed in others:
        assert await use.duplicates(CLERK, place=PLACE, persons=[typed], happened_on=DAY) == (), typed
    assert found(await use.duplicates(CLERK, place=PLACE, happened_on=date(2025, 1, 20))) == [(code, ("same_time",))]
    for place in ("520111105203", "", "x"):
        assert await use.duplicates(CLERK, place=place, persons=[ZHANG], happened_on=DAY) == ()
    assert await everything(working.office.store) == before


async def test_only_what_the_clerk_may_see_and_know_is_a_duplicate(working: Desk) -> None:
    case_id = await working.open(parties=parties(ZHANG))
    use, code = Intake(working.office), "YANLOU-2026-00001"
    grid, police = await working.cases.actor("grid@yanlou-gumeng"), await working.cases.actor("police@yanlou-police")
    far, county = await working.cases.actor("clerk@qingyan-centre"), await working.cases.actor("clerk@huaxi-centre")
    # A grid member sees the case in their grid, but no name in it; the county's centre sees it, with its names masked.
    near: dict[str, Any] = {"place": PLACE, "persons": [ZHANG], "happened_on": DAY}
    assert found(await use.duplicates(CLERK, **near)) == [(code, ("same_party", "same_time"))]
    assert found(await use.duplicates(grid, **near)) == found(await use.duplicates(county, **near)) == [(code, ("same_time",))]
    long_after: dict[str, Any] = near | {"happened_on": DAY - timedelta(days=300)}
    assert found(await use.duplicates(CLERK, **long_after)) == [(code, ("same_party",))]
    for who in (grid, county, police, far):
        assert await use.duplicates(who, **long_after) == (), who.person
    with pytest.raises(Refused):
        await use.duplicates(await working.cases.actor("mediator@yanlou-gumeng"), **near)
    await working.office.store.keys.erase(((await working.stored(case_id)).parties[0].person or ""), working.office.now())
    assert await use.duplicates(CLERK, **long_after) == ()
