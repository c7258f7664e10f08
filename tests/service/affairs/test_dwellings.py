"""Check-in codes and the register of hazards over a real store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.affair.dwelling.codes import CheckedIn
from models.affair.hazard_register import AgeBand, RegisterBy
from models.citizen import EntryProblem, EntryRefused
from models.refusal import RefusalCode
from rules.chain import GENESIS
from rules.hazard.kind import HAZARD
from service.affairs.desk import Affairs
from service.affairs.dwellings import CheckIns
from service.affairs.hazards import Hazards
from service.affairs.keeping import ring
from service.affairs.sending import views_of
from service.errors import Refused
from service.office import Office
from store.affairs.publishing import Burst
from tests.service.town import who
from tests.support.affair import GUMENG, MORNING, CoreAffair

GRID = "grid@yanlou-gumeng"
PERSON = {"name": "租客丙", "phone": "13800000013"}


async def let(office: Office) -> str:
    """A building with one lease; returns its code."""
    affairs = Affairs(office)
    house = {"place": GUMENG, "number": "3-12", "address": "谷蒙村三组 12 号", "landlord_person": {"name": "房东甲"}}
    rooms = [{"id": "r1", "area": 20, "floor": 1, "use": "room"}]
    begun = await affairs.open("dwelling", {**house, "rooms": rooms}, who(GRID))
    lease = {"lease": "l1", "rooms": ["r1"], "since": "2026-03-02", "until": "2026-09-01", "headcount": 2}
    await affairs.act(begun.affair_id, "let", {**lease, "tenants": [{"id": "t", "person": {"name": "租客乙"}}]}, who(GRID))
    return begun.affair_id


async def test_a_code_checks_a_tenant_in_once_and_stands_nowhere_in_the_record(bare_office: Office) -> None:
    bare_office.shift = MORNING - datetime.now(UTC)
    affairs, desk = Affairs(bare_office), CheckIns(bare_office)
    house = await let(bare_office)
    given = await desk.code(who(GRID), house, "l1")
    for _ in range(2):
        found = await desk.check_in(given.code.lower(), PERSON, action_id="slip-1")
        assert isinstance(found, CheckedIn)
    state = await affairs.load(house)
    assert [one.confirmed for one in state.leases["l1"].present] == [True, False]
    lines = "".join(line.body for line in await bare_office.affairs.lines(house))
    assert given.code not in lines
    assert given.code.replace("-", "") not in lines
    assert "租客丙" not in lines
    second = await desk.code(who(GRID), house, "l1")
    wrong = await desk.check_in(given.code, PERSON)
    assert isinstance(wrong, EntryRefused)
    assert wrong.code is EntryProblem.WRONG
    mistyped = await desk.check_in(f"{second.code[:-1]}?", PERSON)
    assert isinstance(mistyped, EntryRefused)
    assert mistyped.code is EntryProblem.MISTYPED


async def test_tenants_are_registered_in_a_household_file_without_typing_names_again(bare_office: Office) -> None:
    bare_office.shift = MORNING - datetime.now(UTC)
    affairs = Affairs(bare_office)
    house = await let(bare_office)
    await affairs.act(house, "register_tenants", {"lease": "l1"}, who(GRID))
    assert await ring(bare_office, affairs) >= 1
    state = await affairs.load(house)
    assert (state.work, [link.kind for link in state.links]) == ({}, ["household"])
    file = await affairs.load(state.links[0].id)
    assert {one.person for one in file.members.values()} == {one.person for one in state.leases["l1"].present}


async def test_the_register_counts_open_hazards_by_their_age_for_whom_they_are(bare_office: Office) -> None:
    for number, (item, days, closed) in enumerate([("gas", 0, False), ("exits", 5, False), ("wiring", 40, False), ("gas", 9, True)]):
        core = CoreAffair(HAZARD, MORNING - timedelta(days=days), affair_id=f"00000000-0000-5000-8000-{number:012}")
        core.done(GRID, "report", place=GUMENG, item=item, text="t")
        if closed:
            core.done("dispatcher@yanlou-centre", "fix", text="t")
            core.done(GRID, "inspect", passed=True)
        burst = Burst(affair=core.state, prev_head=GENESIS, lines=core.lines)
        await bare_office.affairs.publish(burst, views_of(HAZARD, core.state, core.bundle))
    bare_office.shift = MORNING + timedelta(hours=1) - datetime.now(UTC)
    desk, director = Hazards(bare_office), who("director@yanlou-centre")
    found = await desk.register(director, RegisterBy.SEVERITY)
    assert {group.key: (group.open, group.oldest_days) for group in found.groups} == {"grave": (1, 0), "serious": (1, 5), "minor": (1, 40)}
    assert found.whole.ages == {AgeBand.TO_3: 1, AgeBand.TO_7: 1, AgeBand.TO_30: 0, AgeBand.OVER_30: 1}
    assert (found.whole.late, found.late_known) == (2, True)
    before = await desk.register(director, RegisterBy.VILLAGE, MORNING - timedelta(days=4))
    assert [(group.key, group.open, group.late) for group in before.groups] == [(GUMENG, 2, 0)]
    assert (await desk.register(who("director@qingyan-centre"), RegisterBy.ITEM)).groups == ()


async def test_a_digest_comes_in_by_no_door(bare_office: Office) -> None:
    bare_office.shift = MORNING - datetime.now(UTC)
    affairs = Affairs(bare_office)
    house = await let(bare_office)
    with pytest.raises(Refused) as refused:
        await affairs.act(house, "give_code", {"lease": "l1", "digest": "a" * 64}, who(GRID))
    assert refused.value.refusal.code is RefusalCode.INVALID
