"""What was known at a time: by the events on record then, by the permissions of today, and logged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.refusal import RefusalCode
from service.cases import Cases
from service.errors import Refused, UnknownCase
from service.looking.then import moment
from service.office import Office
from service.reading import Reader
from store.looks import LookFilter, Looks
from tests.service.town import who
from tests.support.core import CoreCase
from tests.support.filled import publish
from tests.support.onward import done, opening

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""09:30 on a Monday in Huaxi."""

SUMMARY, NOTE = "甲家院坝抬高，雨水流入乙家。", "当晚又吵了一架"
CLERK, OFFICER = who("clerk@yanlou-centre"), who("officer@yanlou-gumeng")


@pytest.fixture
async def code(bare_office: Office) -> str:
    """A case registered at 09:30, spoken of at 10:30, routed the day after and signed by the unit."""
    core = CoreCase(START)
    summary = await bare_office.vault.seal_text(core.case.id, "a1", "summary", SUMMARY)
    note = await bare_office.vault.seal_text(core.case.id, "a2", "text", NOTE)
    done(core.act("clerk@yanlou-centre", "open", **opening(happened_on="2026-02-26", place="520111105202", summary=summary)))
    core.pass_time(hours=1)
    done(core.act("clerk@yanlou-centre", "note", text=note))
    core.pass_time(hours=1)
    done(core.act("screener@yanlou-centre", "screen", category="0201", accept=True))
    core.pass_time(days=1)
    done(core.act("dispatcher@yanlou-centre", "route", level="village"))
    done(core.act("officer@yanlou-gumeng", "sign"))
    stored = await publish(bare_office, core)
    found = await bare_office.records.load(stored.id)
    assert found is not None
    assert found.code is not None
    return found.code


async def test_only_what_was_on_record_by_then_is_shown(bare_office: Office, code: str) -> None:
    reader = Reader(bare_office)
    then = await reader.then(CLERK, code, "2026-03-02T09:45", story=True)
    assert then.timeline is not None
    assert (then.case.stage, then.case.seq, len(then.timeline.events)) == ("registered", 1, 1)
    assert (then.case.summary, then.case.lead, then.case.category) == (SUMMARY, None, None)
    assert NOTE not in then.model_dump_json()
    assert (then.case.allowed, then.case.undo) == ((), None)
    assert then.case.as_of == datetime(2026, 3, 2, 1, 45, tzinfo=UTC)
    evening = await reader.then(CLERK, code, "2026-03-02", story=True)
    assert NOTE in evening.model_dump_json()
    assert evening.case.stage == "screened"
    assert (await reader.then(CLERK, code, "2026-03-03")).case.lead == "yanlou-gumeng"


async def test_clocks_are_told_as_they_stood(bare_office: Office, code: str) -> None:
    cases = Cases(bare_office)
    then = await cases.then(code, "2026-03-02T09:45")
    assert {clock.clock for clock in then.clocks} != {clock.clock for clock in (await cases.explain(code)).clocks}
    assert not any(clock.overdue for clock in then.view.clocks)
    assert then.view.as_of == datetime(2026, 3, 2, 1, 45, tzinfo=UTC)
    shown = (await Reader(bare_office).then(CLERK, code, "2026-03-02T09:45")).explanation
    assert shown is not None
    assert shown.clocks == then.clocks


async def test_who_may_see_it_today_sees_it_then_by_the_same_rules(bare_office: Office, code: str) -> None:
    reader = Reader(bare_office)
    now = await reader.detail(OFFICER, code)
    then = (await reader.then(OFFICER, code, "2026-03-02T09:45")).case  # had nothing to do with it on that day
    assert (then.hidden, then.masked) == (now.hidden, now.masked)
    with pytest.raises(UnknownCase):
        await reader.then(who("officer@yanlou-housing"), code, "2026-03-02T09:45")
    looks = await Looks(bare_office.store).page(LookFilter(person=OFFICER.person))
    assert [look.look for look in looks] == ["then", "detail"]


async def test_now_is_as_the_case_is(bare_office: Office, code: str) -> None:
    reader = Reader(bare_office)
    beside = {"as_of", "allowed", "undo", "clocks"}
    now = (await reader.detail(CLERK, code)).model_dump(exclude=beside)
    assert (await reader.then(CLERK, code, "2099-01-01")).case.model_dump(exclude=beside) == now


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "2026-03-02T25:00", "2026-03-01"])
async def test_no_time_and_a_time_before_the_case_are_refused(bare_office: Office, code: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        await Reader(bare_office).then(CLERK, code, text)
    assert (refused.value.refusal.code, refused.value.refusal.detail) == (RefusalCode.INVALID, "as_of")


def test_a_time_is_the_places_own_and_a_day_counts_to_its_end() -> None:
    cal = CoreCase(START).library.bundle(CoreCase(START).case.docs).cal
    assert moment("2026-03-05T10:00", cal) == datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    assert moment("2026-03-05T10:00Z", cal) == datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
    assert moment("2026-03-05", cal) + timedelta(microseconds=1) == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
