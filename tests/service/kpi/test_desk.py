"""The desk of indicators: scope, lists behind numbers, small numbers, where time went, and what is looked at twice."""

from __future__ import annotations

from datetime import date

import pytest

from models.kpi import Shows, Whose
from models.period import Period, Step
from rules.kpi.comparing import before, year_before
from rules.periods import holding
from service.errors import Refused
from service.kpi.checking import recount
from service.kpi.desk import KpiDesk
from service.kpi.dwelling import Dwelling
from service.kpi.findings import IntegrityDesk
from service.kpi.scope import Scope
from service.office import Office
from service.reading import Reader
from tests.service.town import town, who

YEAR = holding(Step.YEAR, date(2026, 11, 23))
DIRECTOR, LEADER, ANALYST = who("director@yanlou-centre"), who("leader@huaxi-centre"), who("analyst@huaxi-centre")


async def test_every_number_of_cases_is_the_count_of_its_list(filled: Office) -> None:
    for actor in (DIRECTOR, LEADER):
        table = await KpiDesk(filled).table(actor, YEAR)
        counted = 0
        for line in table.lines:
            kpi = filled.place.kpis.get(line.id)
            assert kpi is not None
            if kpi.of.thing != "case":
                continue
            for figure in (line.now.part, line.now.whole):
                assert figure is not None
                if figure.behind is not None and not (kpi.measure and figure is line.now.part):
                    assert (await Reader(filled).count(actor, figure.behind)).count == figure.value, line.id
                    counted += 1
        assert counted > 20


async def test_a_town_sees_its_own_and_the_district_all(filled: Office) -> None:
    own = await KpiDesk(filled).table(DIRECTOR, YEAR)
    all_ = await KpiDesk(filled).table(LEADER, YEAR)
    narrowed = await KpiDesk(filled).table(LEADER, YEAR, Scope(town="yanlou"))
    first = [table.lines[0].now.value for table in (own, all_, narrowed)]
    assert first[0] == first[2]
    assert (first[0] or 0) < (first[1] or 0) <= len(town())
    with pytest.raises(Refused):
        await KpiDesk(filled).table(who("officer@yanlou-justice"), YEAR)


async def test_a_statistician_is_told_no_small_numbers_and_no_lists(filled: Office) -> None:
    desk, least = KpiDesk(filled), filled.place.kpis.suppress_below
    table = await desk.table(ANALYST, YEAR)
    split = await desk.split(ANALYST, "registered", YEAR, "unit")
    numbers = [line.now for line in table.lines] + [row.number for row in split.rows]
    shown = [number for number in numbers if not number.hidden]
    assert len(shown) < len(numbers)
    for line in table.lines:
        for figure in (line.now.part, line.now.whole):
            assert figure is None or (figure.behind is None and not 0 < figure.value < least), line.id
        if line.shows is Shows.PERCENT and line.now.part is not None and line.now.whole is not None:
            assert not 0 < line.now.whole.value - line.now.part.value < least, line.id
    assert sum(row.number.hidden for row in split.rows) != 1
    with pytest.raises(Refused):
        await desk.table(ANALYST, Period(first=date(2026, 3, 1), last=date(2026, 3, 30)))


async def test_a_running_period_is_compared_with_as_many_days(filled: Office) -> None:
    today = date(2026, 11, 23)
    month = holding(Step.MONTH, today)
    assert before(month, today) == Period(first=date(2026, 10, 1), last=date(2026, 10, 23))
    assert year_before(month, today) == Period(first=date(2025, 11, 1), last=date(2025, 11, 23))
    assert before(holding(Step.QUARTER, date(2026, 5, 1)), today) == holding(Step.QUARTER, date(2026, 1, 1))
    assert year_before(holding(Step.MONTH, date(2024, 2, 1)), today) == holding(Step.MONTH, date(2023, 2, 1))
    assert before(Period(first=date(2026, 3, 11), last=date(2026, 3, 20)), today) == Period(first=date(2026, 3, 1), last=date(2026, 3, 10))


async def test_what_is_open_now_is_compared_with_nothing(filled: Office) -> None:
    lines = {line.id: line for line in (await KpiDesk(filled).table(LEADER, YEAR)).lines}
    for name in ("open", "age_p50", "age_p90"):
        assert lines[name].now.value is not None
        assert (lines[name].before.value, lines[name].year.value, lines[name].before.whole) == (None, None, None)
    assert lines["registered"].before.value is not None


async def test_all_the_time_of_a_case_is_somebodys(filled: Office) -> None:
    ended = next(core for core in town() if core.case.ended and core.case.chapter == 1 and core.case.town == "yanlou")
    ledger = await Dwelling(filled).ledger(DIRECTOR, ended.case.id, "督办需要")
    assert ended.case.ended_at is not None
    span = (ended.case.ended_at - ended.events[0].at).total_seconds() / 60
    told = sum(one.minutes + one.off_minutes for one in ledger.stretches)
    assert abs(told - span) <= 2 * len(ledger.stretches)
    assert all(one.until == two.since for one, two in zip(ledger.stretches, ledger.stretches[1:], strict=False))
    dwell = await Dwelling(filled).dwell(DIRECTOR, YEAR)
    assert {one.whose for one in dwell.hands} == set(Whose)
    assert sum(one.bottleneck for one in dwell.stays) == 1


async def test_what_is_too_good_is_a_question_to_a_unit(filled: Office) -> None:
    found = await IntegrityDesk(filled).findings(DIRECTOR, date(2026, 10, 1))
    for one in found.found:
        if one.behind is not None and one.behind.behind is not None and one.check == "month_end":
            assert (await Reader(filled).count(DIRECTOR, one.behind.behind)).count >= one.behind.value
    for actor in (ANALYST, who("dispatcher@yanlou-centre")):
        with pytest.raises(Refused):
            await IntegrityDesk(filled).findings(actor, date(2026, 10, 1))


async def test_counted_a_second_time_it_is_the_same(filled: Office) -> None:
    assert await recount(filled, YEAR) == (len(town()), ())
