"""One action on many cases: each gets its receipt or its refusal, and the same bulk twice does nothing new."""

from __future__ import annotations

from typing import Any

import pytest

from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role, Stage
from service.desk.bulk import Bulk, BulkDone, action_of
from service.desk.claims import Claims
from service.errors import Refused, Unavailable
from tests.support.running import Desk

SCREENER = "screener@yanlou-centre"
SCREEN: dict[str, Any] = {"category": "0201", "accept": True}


def told(done: BulkDone) -> list[str]:
    return [outcome.refused.code if outcome.refused else str(outcome.receipt and outcome.receipt.stage) for outcome in done.outcomes]


async def codes(working: Desk, count: int) -> list[str]:
    return [(await working.stored(await working.open())).code or "" for _ in range(count)]


async def test_each_case_gets_its_receipt_or_why_there_is_none_and_a_second_time_nothing_is_done(working: Desk) -> None:
    first, second, claimed = await codes(working, 3)
    await working.act(second, SCREENER, "screen", **SCREEN)
    who, colleague = await working.cases.actor(SCREENER), Actor(person=f"{SCREENER}#2", role=Role.SCREENER, unit="yanlou-centre")
    await Claims(working.office).claim(colleague, claimed, "screen")
    bulk, keys = Bulk(working.office, working.cases), [first, second, claimed, "YANLOU-2026-09999", first]
    done = await bulk.act(who, keys, "screen", SCREEN, bulk_id="b1")
    assert (done.id, done.done) == ("b1", 1)
    assert told(done) == [Stage.SCREENED, RefusalCode.WRONG_STAGE, RefusalCode.CLAIMED, "unknown_case"]
    assert [outcome.key for outcome in done.outcomes] == keys[:4]
    assert all(outcome.refused is None or (outcome.refused.zh and outcome.refused.en) for outcome in done.outcomes)
    assert await bulk.act(who, keys, "screen", SCREEN, bulk_id="b1") == done
    assert await working.types(await working.cases.find(first)) == ["registered", "screened"]
    assert told(await bulk.act(who, [claimed], "screen", SCREEN, bulk_id="b1", anyway=True)) == [Stage.SCREENED]


async def test_a_case_out_of_sight_is_not_there_and_another_persons_bulk_of_the_same_name_is_another(working: Desk) -> None:
    (code,) = await codes(working, 1)
    bulk = Bulk(working.office, working.cases)
    far = await working.cases.actor("screener@qingyan-centre")
    assert told(await bulk.act(far, [code], "screen", SCREEN, bulk_id="b1")) == ["unknown_case"]
    mine, theirs = await working.cases.actor("clerk@yanlou-centre"), await working.cases.actor(SCREENER)
    for who in (mine, theirs, mine):
        assert told(await bulk.act(who, [code], "note", {"text": "批量备注"}, bulk_id="b1")) == [Stage.REGISTERED]
    case_id = await working.cases.find(code)
    assert await working.types(case_id) == ["registered", "noted", "noted"]
    assert action_of("b1", mine, case_id) != action_of("b1", theirs, case_id) != action_of("b2", theirs, case_id)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_when_nobody_answers_the_rest_is_not_tried(working: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = await codes(working, 3)
    tried: list[str] = []
    send = working.cases._send

    async def away(case_id: str, *rest: Any) -> Any:
        tried.append(case_id)
        if len(tried) == 2:
            raise Unavailable("Temporal is away")
        return await send(case_id, *rest)

    monkeypatch.setattr(working.cases, "_send", away)
    who = await working.cases.actor(SCREENER)
    done = await Bulk(working.office, working.cases).act(who, keys, "screen", SCREEN, bulk_id="b1")
    assert told(done) == [Stage.SCREENED, "unavailable", "unavailable"]
    assert len(tried) == 2
    monkeypatch.undo()
    again = await Bulk(working.office, working.cases).act(who, keys, "screen", SCREEN, bulk_id="b1")
    assert told(again) == [Stage.SCREENED] * 3
    assert again.outcomes[0] == done.outcomes[0]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_bulk_is_refused_as_a_whole_only_for_its_form(working: Desk) -> None:
    bulk, who = Bulk(working.office, working.cases), await working.cases.actor(SCREENER)
    asked: list[tuple[list[str], str]] = [([], "b1"), ([f"c{number}" for number in range(101)], "b1"), (["c"], "open:x"), (["c"], "甲")]
    for keys, bulk_id in asked:
        with pytest.raises(Refused) as found:
            await bulk.act(who, keys, "screen", SCREEN, bulk_id=bulk_id)
        assert found.value.refusal.code is RefusalCode.INVALID
