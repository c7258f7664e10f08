"""Other rules for running cases: shown case by case, and gone over to now, at the next stage, or never."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.refusal import RefusalCode
from service import upkeep
from service.errors import Refused, UnknownCase
from service.oversight.rebasing import Rebasing, When
from store.trial_files import changed
from tests.service.town import who
from tests.support.running import Desk

CHIEF = "director@huaxi-centre"


async def put_in_force(here: Desk, key: str, value: str) -> None:
    """What a start with a changed `procedure.yaml` does."""
    office = here.office
    procedure = changed(office.bundle.procedure, key, value)
    (name,) = await office.shelf.put([procedure], datetime.now(UTC))
    office.library.add(procedure)
    office.docs = office.docs.model_copy(update={"procedure": name})


async def test_each_case_is_told_of_and_goes_over_when_somebody_says_so(working: Desk) -> None:
    now, later, never = [await working.open(2) for _ in range(3)]
    codes = {case_id: (await working.stored(case_id)).code or "" for case_id in (now, later, never)}
    rebasing = Rebasing(working.office, working.cases)
    assert (await rebasing.survey(who(CHIEF))).cases == ()
    await put_in_force(working, "limits.sign.limit", "3wd")
    survey = await rebasing.survey(who(CHIEF))
    told = [(case.code, case.differs, case.planned) for case in survey.cases]
    assert told == [(code, ("procedure",), False) for code in sorted(codes.values())]
    for case in survey.cases:
        assert (next(move.days for move in case.moves if move.clock == "sign") or 0) > 0
    assert [one.outcome for one in await rebasing.move(who(CHIEF), When.NOW, "新规程", codes=[codes[now]])] == ["done"]
    heard: list[tuple[int, int]] = []
    gone = await rebasing.move(
        who(CHIEF), When.NEXT_STAGE, "新规程", codes=[codes[later], codes[never]], progress=lambda done, of: heard.append((done, of))
    )
    assert [one.outcome for one in gone] == ["done", "done"]
    assert heard == [(1, 2), (2, 2)]
    assert [one.outcome for one in await rebasing.move(who(CHIEF), When.NEVER, "不变", codes=[codes[never]])] == ["done"]
    assert [one.outcome for one in await rebasing.move(who(CHIEF), When.NEVER, "不变", codes=[codes[never]])] == ["stays"]
    assert [(case.code, case.planned) for case in (await rebasing.survey(who(CHIEF))).cases] == sorted(
        [(codes[later], True), (codes[never], False)]
    )
    for case_id in (later, never):
        await working.act(case_id, "officer@yanlou-gumeng", "sign")
    assert (await working.types(later))[-1] == "rebased"
    assert (await working.types(never))[-1] == "signed"
    assert (await working.stored(later)).docs.procedure == working.office.docs.procedure
    assert [case.code for case in (await rebasing.survey(who(CHIEF))).cases] == [codes[never]]
    assert [found async for found in upkeep.drift(working.office, working.cases)] == []


async def test_another_network_or_risk_table_is_told_of_too_and_moves_no_clock(working: Desk) -> None:
    case_id = await working.open(2)
    office = working.office
    network = office.bundle.network.model_copy(update={"version": 99})
    risk = office.bundle.risk.model_copy(update={"version": 99})
    for kind, document in (("network", network), ("risk", risk)):
        (name,) = await office.shelf.put([document], datetime.now(UTC))
        office.library.add(document)
        office.docs = office.docs.model_copy(update={kind: name})
    before = await working.stored(case_id)
    rebasing = Rebasing(office, working.cases)
    (told,) = (await rebasing.survey(who(CHIEF))).cases
    assert (told.differs, told.moves) == (("network", "risk"), ())
    assert [one.outcome for one in await rebasing.move(who(CHIEF), When.NOW, "新网络")] == ["done"]
    after = await working.stored(case_id)
    assert (after.docs, after.clocks) == (office.docs, before.clocks)
    assert (await rebasing.survey(who(CHIEF))).cases == ()


async def test_it_takes_a_reason_the_right_post_and_a_case_that_is_behind(working: Desk) -> None:
    case_id = await working.open(2)
    code = (await working.stored(case_id)).code or ""
    await put_in_force(working, "limits.sign.limit", "3wd")
    rebasing = Rebasing(working.office, working.cases)
    for post, reason, wanted in (("clerk@yanlou-centre", "x", RefusalCode.NOT_ALLOWED), (CHIEF, " ", RefusalCode.MISSING_REASON)):
        with pytest.raises(Refused) as refused:
            await rebasing.move(who(post), When.NOW, reason)
        assert refused.value.refusal.code is wanted
    with pytest.raises(UnknownCase):
        await rebasing.move(who(CHIEF), When.NOW, "x", codes=["YANLOU-2026-09999"])
    assert (await rebasing.survey(who("director@qingyan-centre"))).cases == ()
    assert [one.outcome for one in await rebasing.move(who("director@yanlou-centre"), When.NOW, "x", codes=[code])] == ["done"]
