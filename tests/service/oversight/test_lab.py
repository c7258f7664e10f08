"""The rule lab over closed cases: what differs within reach, and nothing is written."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.refusal import RefusalCode
from service.errors import Refused
from service.office import Office
from service.oversight.lab import Lab, LabReport, Tried
from store.tables import cases, events
from store.trial_files import changed
from tests.service.town import town, who

CHIEF = "director@huaxi-centre"


def closed(place: str | None = None) -> set[str]:
    return {core.case.id for core in town() if core.case.ended and place in {None, core.case.town}}


async def tried(office: Office, post: str, key: str, value: str, limit: int = 1000) -> LabReport:
    procedure = changed(office.bundle.procedure, key, value)
    return await Lab(office).closed(who(post), Tried(procedure=procedure), limit=limit)


async def test_the_rules_in_force_change_nothing_and_every_record_comes_out_again(filled: Office) -> None:
    heard: list[tuple[int, int]] = []
    report = await Lab(filled).closed(who(CHIEF), Tried(), watch=lambda done, of: heard.append((done, of)))
    assert (report.looked_at, report.cases, report.unlike) == (len(closed()), (), ())
    assert report.before == report.after
    assert heard[-1] == (len(closed()), len(closed()))
    assert sum(report.before.ends.values()) == len(closed())


async def test_a_longer_limit_moves_dates_and_spares_cards_and_writes_nothing(filled: Office) -> None:
    async with filled.store.read() as db:
        before = [await db.scalar(select(func.count()).select_from(table)) for table in (cases, events)]
    report = await tried(filled, CHIEF, "limits.contact.limit", "9wd")
    assert report.cases
    assert any(change.what.startswith("contact#") and (change.days or 0) > 0 for case in report.cases for change in case.changes)
    assert report.after.yellow <= report.before.yellow
    async with filled.store.read() as db:
        assert [await db.scalar(select(func.count()).select_from(table)) for table in (cases, events)] == before


async def test_only_closed_cases_within_reach_are_asked_again(filled: Office) -> None:
    report = await tried(filled, "dispatcher@qingyan-centre", "limits.contact.limit", "9wd")
    assert report.looked_at == len(closed("qingyan"))
    assert all(case.code.startswith("QINGYAN") for case in report.cases)
    assert (await tried(filled, CHIEF, "limits.contact.limit", "9wd", limit=2)).looked_at == 2


async def test_it_is_for_whoever_may_try_rules(filled: Office) -> None:
    with pytest.raises(Refused) as refused:
        await tried(filled, "mediator@yanlou-gumeng", "limits.contact.limit", "9wd")
    assert refused.value.refusal.code is RefusalCode.NOT_ALLOWED
