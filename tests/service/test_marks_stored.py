"""Marks and the columns of figures beside them: written with each publication, and the same when made anew from the events."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from sqlalchemy import delete, select, update

from models.words import Mark, Stage
from rules.marks import late, marked
from service import upkeep
from service.office import Office
from store.desk.lists import Eyes, Filter
from store.tables import cases, marks
from tests.support.core import CoreCase
from tests.support.filled import many, publish

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ALL = Eyes(everything=True)


@cache
def town() -> tuple[CoreCase, ...]:
    return tuple(many(30, NOW, seed=3))


@pytest.fixture
async def filled(bare_office: Office) -> Office:
    for core in town():
        await publish(bare_office, core)
    return bare_office


async def test_published_bit_by_bit_they_are_what_a_rebuild_makes(filled: Office) -> None:
    reports = [report async for report in upkeep.rebuild(filled)]
    assert len(reports) == len(town())
    assert [report for report in reports if report.changed or report.refused] == []


async def test_wiped_they_come_back_from_the_events(filled: Office) -> None:
    async with filled.store.read() as db:
        before = sorted((await db.execute(select(marks))).all())
        row = (await db.execute(select(marks.c.case_id).where(marks.c.kind == Mark.DEEMED_SIGNED))).first()
    assert row is not None
    async with filled.store.write() as db:
        await db.execute(delete(marks))
        blank = {"late": False, "took": None, "agreed_at": None, "retain_until": None}
        await db.execute(update(cases).values(**blank))
    changed = {name async for report in upkeep.rebuild(filled) for name in report.changed}
    assert changed == {"marks", "cases.late", "cases.took", "cases.agreed_at", "cases.retain_until"}
    async with filled.store.read() as db:
        assert sorted((await db.execute(select(marks))).all()) == before


async def test_each_filter_finds_the_cases_it_describes(filled: Office) -> None:
    since, until = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
    played = {core.case.id: core for core in town()}
    made = {name: marked((), None, core.events) for name, core in played.items()}

    async def found(**wanted: object) -> set[str]:
        page = await filled.queries.page(ALL, Filter.model_validate(wanted), NOW, limit=200)
        assert await filled.queries.count(ALL, Filter.model_validate(wanted), NOW) == len(page.rows)
        return {row.case_id for row in page.rows}

    def those(test: object) -> set[str]:
        assert callable(test)
        hit = {name for name, core in played.items() if test(core)}
        assert 0 < len(hit) < len(played)
        return hit

    def between(at: datetime | None) -> bool:
        return at is not None and since <= at < until

    def marks_in(core: CoreCase, *kinds: Mark) -> bool:
        return any(mark.kind in kinds and between(mark.at) for mark in made[core.case.id])

    window = {"opened_from": since, "opened_to": until}
    assert await found(**window) == those(lambda c: between(c.events[0].at))
    assert await found(ended_from=since, ended_to=until) == those(lambda c: between(c.case.ended_at))
    effective = those(lambda c: c.case.agreement is not None and between(c.case.agreement.effective_at))
    assert await found(agreed_from=since, agreed_to=until) == effective
    assert await found(late=True) == those(lambda c: late(c.case, made[c.case.id]))
    assert await found(late=False) == those(lambda c: not late(c.case, made[c.case.id]))
    accepted = those(lambda c: c.case.category is not None and c.case.stage is not Stage.DECLINED)
    assert await found(accepted=True) == accepted
    assert await found(accepted=False) == set(played) - accepted
    assert await found(without=("lead",)) == those(lambda c: c.case.lead is None)
    span = {"mark_from": since, "mark_to": until}
    assert await found(marks=("yellow",), **span) == those(lambda c: marks_in(c, Mark.YELLOW))
    unit = "yanlou-justice"
    own = those(lambda c: any(m.kind is Mark.YELLOW and m.unit == unit and between(m.at) for m in made[c.case.id]))
    assert await found(marks=("yellow",), mark_unit=unit, **span) == own
    pleased = those(lambda c: marks_in(c, Mark.SATISFIED) and not marks_in(c, Mark.DISSATISFIED))
    assert await found(marks=("satisfied",), unmarked=("dissatisfied",), **span) == pleased
    kept = those(lambda c: c.case.retain_until is not None and c.case.retain_until.year == 2056)
    assert await found(retain_from="2056-01-01", retain_to="2056-12-31") == kept
    assert await found(permanent=True) == those(lambda c: c.case.stage is Stage.ARCHIVED and c.case.retain_until is None)
    overdue = await found(overdue=True)
    assert await found(settled_from=since, settled_to=until) == overdue | await found(ended_from=since, ended_to=until)
    (one, *_) = (await filled.queries.page(ALL, Filter(), NOW, limit=1)).rows
    assert await found(code=one.code) == {one.case_id}
