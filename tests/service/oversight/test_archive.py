"""The archive: ended cases by what is on the file, within reach, and the seal of one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from models.case import Case
from models.words import ENDS, Role, Stage
from rules.desks import DESKS, Desk
from service.errors import Refused, UnknownCase
from service.office import Office
from service.oversight.archive import SEAL, Archive, Wanted
from service.shown import Listed
from store.looks import Looks
from store.tables import events
from tests.service.town import town, who
from tests.support.filled import publish

ARCHIVIST = "archivist@huaxi-justice"


def ended() -> dict[str, Case]:
    return {core.case.id: core.case for core in town() if core.case.ended}


async def files(office: Office, post: str = ARCHIVIST, **wanted: Any) -> dict[str, Listed]:
    """All pages, by case id."""
    found: dict[str, Listed] = {}
    after = None
    while True:
        page = await Archive(office).search(who(post), Wanted(**wanted), after=after, limit=7)
        for file in page.files:
            case_id = await office.records.find(file.code)
            assert case_id is not None
            found[case_id] = file
        if page.next is None:
            assert page.count == len(found)
            return found
        after = page.next


async def test_files_are_found_by_what_is_on_them(filled: Office) -> None:
    cases, cal = ended(), filled.bundle.cal

    def those(test: Any) -> set[str]:
        hit = {case_id for case_id, case in cases.items() if test(case)}
        assert 0 < len(hit) < len(cases)
        return hit

    whole = await files(filled)
    assert set(whole) == set(cases)
    for stage in ENDS - {Stage.MERGED, Stage.WITHDRAWN}:
        assert set(await files(filled, outcome=stage)) == those(lambda case, stage=stage: case.stage is stage)
    assert set(await files(filled, year=2025)) == those(lambda case: cal.local_date(case.ended_at).year == 2025)
    assert set(await files(filled, category="02")) == those(lambda case: (case.category or "").startswith("02"))
    assert set(await files(filled, place="520111105202")) == those(lambda case: case.place == "520111105202")
    assert set(await files(filled, town="qingyan")) == those(lambda case: case.town == "qingyan")
    kept = those(lambda case: case.retain_until is not None and date(2056, 1, 1) <= case.retain_until <= date(2056, 12, 31))
    found = await files(filled, retain_from=date(2056, 1, 1), retain_to=date(2056, 12, 31))
    assert set(found) == kept
    assert {file.retain_until.year for file in found.values() if file.retain_until} == {2056}
    assert set(await files(filled, permanent=True)) == those(lambda case: case.stage is Stage.ARCHIVED and case.retain_until is None)
    case_id, file = next(iter(whole.items()))
    assert set(await files(filled, code=f" {file.code.lower()} ")) == {case_id}


async def test_an_archivist_sees_where_a_closed_case_was_and_not_of_an_open_one(filled: Office) -> None:
    file = next(iter((await files(filled)).values()))
    assert (file.place is not None, file.tier is not None) == (True, True)
    page = await filled.queries.page(await Archive(filled).eyes(who(ARCHIVIST)), Archive(filled)._filter(Wanted()), filled.now(), limit=1)
    assert Archive(filled).listed(page.rows[0], who(ARCHIVIST)).place is None


async def test_only_files_within_reach_are_found(filled: Office) -> None:
    assert set(await files(filled, "clerk@qingyan-centre")) == {key for key, case in ended().items() if case.town == "qingyan"}
    mine = set(await files(filled, "mediator@yanlou-justice"))
    assert mine == {key for key, case in ended().items() if case.mediator and case.mediator.person == "mediator@yanlou-justice"}


async def test_what_cannot_be_is_refused(filled: Office) -> None:
    for wanted in ({"outcome": Stage.MEDIATING}, {"year": 1}):
        with pytest.raises(Refused):
            await files(filled, **wanted)
    for role in set(Role) - DESKS[Desk.ARCHIVE]:
        with pytest.raises(Refused):
            await files(filled, f"{role}@huaxi-centre")
        with pytest.raises(Refused):
            await Archive(filled).check(who(f"{role}@huaxi-centre"), "x")


async def test_the_seal_of_a_file_is_checked_and_the_look_is_logged(bare_office: Office) -> None:
    core = next(core for core in town() if core.case.stage is Stage.ARCHIVED and core.case.town == "yanlou")
    await publish(bare_office, core)
    archive, actor = Archive(bare_office), who(ARCHIVIST)
    code = next(iter((await files(bare_office)).values())).code
    report = await archive.check(actor, code)
    assert (report.ok, report.sealed) == (True, core.case.seq)
    assert [look.look for look in await Looks(bare_office.store).of_case(core.case.id)] == [SEAL]
    with pytest.raises(UnknownCase):
        await archive.check(who("archivist@qingyan-justice"), code)
    async with bare_office.store.write() as db:
        body = await db.scalar(select(events.c.body).where(events.c.case_id == core.case.id, events.c.seq == 3))
        changed = update(events).where(events.c.case_id == core.case.id, events.c.seq == 3)
        await db.execute(changed.values(body=str(body).replace("yanlou", "qingyan", 1)))
    broken = await archive.check(actor, code)
    assert (broken.ok, broken.broken_at) == (False, 3)
