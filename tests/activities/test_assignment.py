"""Assignment against the roll and the cases in the store: circle by circle, with load and absences as they are."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from activities.assignment import AssignmentActivities
from models.account import AbsenceReason, StandIn
from models.record import AssignmentProposal, AssignmentQuery
from models.staff import Staff
from models.words import Role
from rules.assignment import propose
from store.desk.queries import Queries
from store.engine import Store
from store.entry.absences import AbsenceShelf
from store.records import Records
from store.staff import StaffRoll
from tests.store.making import Making
from tests.support.core import huaxi
from tests.support.onward import case_at

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


def mediator(unit: str, number: str = "") -> Staff:
    return Staff(id=f"mediator@{unit}{number}", role=Role.MEDIATOR, unit=unit)


async def asked(store: Store, *people: Staff, lead: str = "yanlou-justice", recused: tuple[str, ...] = ()) -> AssignmentProposal:
    """Seed the roll with these people and ask who should mediate a case of this lead."""
    roll, (library, _) = StaffRoll(store), huaxi()
    await roll.seed(people)
    case = case_at("registered").case.model_copy(update={"lead": lead, "category": "0201", "recused": recused})
    return await AssignmentActivities(roll, Queries(store), library).propose(AssignmentQuery(case=case, now=NOW))


async def test_the_leads_own_come_first_then_the_town_then_the_county(store: Store) -> None:
    own, town, county, other = (mediator(unit) for unit in ("yanlou-justice", "yanlou-hr", "huaxi-justice", "qingyan-justice"))
    assert (await asked(store, own, town, county, other)).mediator == own.id
    assert (await asked(store, own, town, county, other, recused=(own.id,))).mediator == town.id
    found = await asked(store, own, town, county, other, recused=(own.id, town.id))
    assert (found.mediator, found.why) == (county.id, ("load=0",))
    assert found.passed_over == (f"{own.id}: recused", f"{town.id}: recused")
    nobody = await asked(store, own, other, recused=(own.id,))
    assert (nobody.mediator, nobody.passed_over) == (None, (f"{own.id}: recused",)), "another town's mediators are not asked"


async def test_the_load_is_the_running_cases_in_the_record(store: Store) -> None:
    first, second = mediator("yanlou-justice"), mediator("yanlou-justice", "#2")
    assert (await asked(store, first, second)).mediator == first.id
    busy = Making("busy", {"mediator": {"person": first.id, "unit": first.unit}}).write("a1")
    await Records(store).publish(busy.publication())
    found = await asked(store, first, second)
    assert (found.mediator, found.why) == (second.id, ("own_unit", "load=0"))
    ended = busy.write("a2")
    await Records(store).publish(ended.publication(1, stage="withdrawn", ended_at=NOW))
    assert (await asked(store, first, second)).mediator == first.id, "an ended case weighs nothing"


async def test_who_has_left_the_roll_is_not_asked(store: Store) -> None:
    first, second = mediator("yanlou-justice"), mediator("yanlou-justice", "#2")
    await asked(store, first, second)
    assert (await asked(store, second)).mediator == second.id


async def test_an_absence_arranged_meanwhile_counts(store: Store) -> None:
    first, second = mediator("yanlou-justice"), mediator("yanlou-justice", "#2")
    day = date(2026, 3, 2)
    away = StandIn(id="x", absent=first.id, stand_in=second.id, since=day, until=day, reason=AbsenceReason.LEAVE, by=first.id)
    await AbsenceShelf(store).add([away], NOW)
    found = await asked(store, first, second)
    assert (found.mediator, found.passed_over) == (second.id, (f"{first.id}: absent",))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_activity_and_the_rule_say_the_same(store: Store) -> None:
    people = [mediator("yanlou-justice", number) for number in ("", "#2", "#3")]
    case = case_at("registered").case.model_copy(update={"lead": "yanlou-justice"})
    assert (await asked(store, *people)).mediator == propose(case, people, {}, NOW.date()).mediator
