"""The dispatcher's desk: the proposal is what `route` then does, alternatives are named, objections come with their reasons."""

from __future__ import annotations

from typing import Any

import pytest

from models.refusal import RefusalCode
from models.words import Level, Role, Stage
from service.desk.dispatching import Dispatching
from service.errors import Refused, UnknownCase
from store.looks import Looks
from tests.support.running import Desk

DISPATCHER = "dispatcher@yanlou-centre"


async def refusal(call: Any) -> tuple[RefusalCode, str]:
    with pytest.raises(Refused) as found:
        await call
    return found.value.refusal.code, found.value.refusal.detail


async def test_the_proposal_is_what_routing_without_a_word_does(working: Desk) -> None:
    case_id = await working.open(1)
    use, who = Dispatching(working.office), await working.cases.actor(DISPATCHER)
    found = await use.proposal(who, case_id)
    assert (found.lead, found.lead_name, found.level) == ("yanlou-gumeng", "谷蒙村人民调解委员会", Level.VILLAGE)
    assert (found.assist, found.assist_names) == (("yanlou-justice",), ("燕楼镇司法所",))
    assert [why.code for why in found.why] == ["row:02", "level:village", "lead:village"]
    assert all(why.zh and why.en for why in found.why)
    higher = await use.proposal(who, case_id, level=Level.TOWN)
    assert (higher.lead, higher.level) == ("yanlou-justice", Level.TOWN)
    assert [look.look for look in await Looks(working.office.store).of_case(case_id)] == ["routing", "routing"]
    await working.act(case_id, DISPATCHER, "route")
    case = await working.stored(case_id)
    assert (case.lead, case.level, tuple(task.unit for task in case.tasks.values())) == (found.lead, found.level, found.assist)
    assert await refusal(use.proposal(who, case_id)) == (RefusalCode.WRONG_STAGE, Stage.ROUTED)


async def test_alternatives_are_the_units_of_the_town_and_the_district(working: Desk) -> None:
    case_id = await working.open(1)
    found = await Dispatching(working.office).proposal(await working.cases.actor(DISPATCHER), case_id)
    assert [(unit.unit, unit.proposed) for unit in found.units[:2]] == [("yanlou-gumeng", "lead"), ("yanlou-justice", "assist")]
    assert {unit.town for unit in found.units} == {"yanlou", None}
    by_id = {unit.unit: unit for unit in found.units}
    court, steward = by_id["yanlou-court"], by_id["yanlou-steward"]
    assert (court.tier, court.fallback, court.vacant, court.leads) == ("three", "huaxi-court", False, True)
    assert (steward.tier, steward.leads) == ("social", False)
    assert found.levels == (Level.GRID, Level.VILLAGE, Level.TOWN, Level.JOINT, Level.COUNTY)
    red = await working.open(risk_signs=["weapon"])
    await working.act(red, "screener@yanlou-centre", "screen", category="0201", accept=True)
    use, who = Dispatching(working.office), await working.cases.actor(DISPATCHER)
    assert (await use.proposal(who, red)).levels == (Level.TOWN, Level.JOINT, Level.COUNTY)
    assert await refusal(use.proposal(who, red, level=Level.VILLAGE)) == (RefusalCode.NOT_ALLOWED, Level.VILLAGE)


async def test_who_may_not_route_is_not_shown_how(working: Desk) -> None:
    case_id = await working.open(1)
    use = Dispatching(working.office)
    assert await refusal(use.proposal(await working.cases.actor("clerk@yanlou-centre"), case_id)) == (RefusalCode.NOT_ALLOWED, "")
    with pytest.raises(UnknownCase):
        await use.proposal(await working.cases.actor("dispatcher@qingyan-centre"), case_id)
    unscreened = await working.open()
    assert await refusal(use.proposal(await working.cases.actor(DISPATCHER), unscreened)) == (RefusalCode.WRONG_STAGE, Stage.REGISTERED)


async def test_objections_that_wait_are_shown_with_their_reason_and_who_rules(working: Desk) -> None:
    case_id = await working.open(1)
    await working.act(case_id, DISPATCHER, "route", lead="yanlou-housing", assist=["yanlou-land"])
    use, who = Dispatching(working.office), await working.cases.actor(DISPATCHER)
    assert await use.objections(who, case_id) == ()
    await working.act(case_id, "officer@yanlou-housing", "object", reason="不属本单位职责", to="yanlou-enforce")
    await working.act(case_id, "officer@yanlou-land", "object", reason="已移交")
    first, second = await use.objections(who, case_id)
    assert (first.unit, first.unit_name, first.to, first.to_name, first.task) == (
        "yanlou-housing", "燕楼镇村镇建设服务中心", "yanlou-enforce", "燕楼镇综合执法队", None,
    )  # fmt: skip
    assert (first.ruled_by, first.may_rule, second.may_rule, second.task) == (Role.DISPATCHER, True, False, "t1")
    assert [one.told.words for one in (first, second) if one.told] == [{"reason": "不属本单位职责"}, {"reason": "已移交"}]
    hidden = (await use.objections(await working.cases.actor("officer@yanlou-land"), case_id))[0]
    assert hidden.told is not None
    assert (hidden.told.words, hidden.may_rule) == ({}, False)
    await working.act(case_id, DISPATCHER, "rule", uphold=True)
    assert [one.unit for one in await use.objections(who, case_id)] == ["yanlou-land"]
