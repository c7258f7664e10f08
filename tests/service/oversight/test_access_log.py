"""The access log as its administrator sees it: by case, by post, by day, in pages, and every look into it leaves one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from models.words import Role
from rules.desks import DESKS, Desk
from service.errors import Refused
from service.office import Office
from service.oversight.access_log import CHECKED, LOOKED_AT, AccessLog, LookShown
from store.desk.lists import Eyes, Filter
from store.looks import Look, Looks
from store.tables import access_log
from tests.service.town import town, who
from tests.support.filled import publish

ADMIN = who("admin_audit@huaxi-centre")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
async def codes(bare_office: Office) -> dict[str, str]:
    """Two cases of two towns, looked at five times and twice, six hours apart; their codes by town."""
    found: dict[str, str] = {}
    for wanted, times in (("yanlou", 5), ("qingyan", 2)):
        core = next(core for core in town() if core.case.town == wanted)
        await publish(bare_office, core, at_once=True)
        page = await bare_office.queries.page(Eyes(everything=True), Filter(town=wanted), NOON)
        found[wanted] = page.rows[0].code
        for number in range(times):
            actor = who(f"clerk@{wanted}-centre" if number % 2 else f"auditor@{wanted}-justice")
            at = NOON + timedelta(hours=6 * number)
            look = Look(
                at=at,
                person=actor.person,
                role=actor.role,
                unit=actor.unit,
                case_id=core.case.id,
                look="detail",
                purpose="回电 13800000001",
            )
            await Looks(bare_office.store).write(look)
    return found


def cases_in(looks: tuple[LookShown, ...]) -> list[str]:
    return [look.code for look in looks if look.code is not None]


async def test_looks_are_found_by_case_by_post_and_by_day(bare_office: Office, codes: dict[str, str]) -> None:
    log = AccessLog(bare_office)
    assert cases_in((await log.page(ADMIN, code=codes["yanlou"])).looks) == [codes["yanlou"]] * 5
    clerk = (await log.page(ADMIN, post="clerk@yanlou-centre")).looks
    assert [look.person for look in clerk] == ["clerk@yanlou-centre"] * 2
    # 04:00, 10:00 and, already the next day in Huaxi, 16:00 UTC and later.
    assert len(cases_in((await log.page(ADMIN, day=date(2026, 11, 20))).looks)) == 4
    assert len(cases_in((await log.page(ADMIN, day=date(2026, 11, 21), code=codes["yanlou"])).looks)) == 3
    assert (await log.page(ADMIN, code="NOWHERE-2026-00001")).looks == ()
    assert (await log.page(ADMIN, post="clerk@yanlou-centre", code=codes["qingyan"])).looks == ()


async def test_a_line_shows_who_and_when_and_nothing_of_the_case(bare_office: Office, codes: dict[str, str]) -> None:
    (line, *_) = (await AccessLog(bare_office).page(ADMIN, code=codes["yanlou"])).looks
    assert (line.look, line.role, line.unit_name) == ("detail", Role.AUDITOR, "燕楼镇司法所")
    assert line.purpose == "回电 ***"
    assert set(LookShown.model_fields) == {"id", "at", "person", "role", "unit", "unit_name", "code", "look", "purpose"}


async def test_pages_follow_each_other_though_each_look_adds_a_line(bare_office: Office, codes: dict[str, str]) -> None:
    log = AccessLog(bare_office)
    seen: list[LookShown] = []
    before: int | None = None
    while True:
        page = await log.page(ADMIN, before=before, limit=3)
        seen.extend(page.looks)
        if page.next is None:
            break
        before = page.next
    assert [look.id for look in seen] == sorted({look.id for look in seen}, reverse=True)
    assert sorted(cases_in(tuple(seen))) == sorted([codes["yanlou"]] * 5 + [codes["qingyan"]] * 2)


async def test_looking_into_the_log_is_logged_before_it_is_answered(bare_office: Office, codes: dict[str, str]) -> None:
    log = AccessLog(bare_office)
    (own, *_) = (await log.page(ADMIN, post=ADMIN.person)).looks
    assert (own.look, own.code, own.purpose) == (LOOKED_AT, None, f"post={ADMIN.person}")
    await log.check(ADMIN)
    assert [look.look for look in (await log.page(ADMIN, post=ADMIN.person)).looks] == [LOOKED_AT, CHECKED, LOOKED_AT]


async def test_the_chain_is_recomputed_and_a_changed_line_is_named(bare_office: Office, codes: dict[str, str]) -> None:
    log = AccessLog(bare_office)
    whole = await log.check(ADMIN)
    assert (whole.broken_at, whole.lines) == (None, 8)
    third = (await log.page(ADMIN, code=codes["yanlou"])).looks[2]
    async with bare_office.store.write() as db:
        await db.execute(update(access_log).where(access_log.c.id == third.id).values(purpose="x"))
    broken = await log.check(ADMIN)
    assert (broken.broken_at, broken.lines) == (third.id, third.id)


async def test_nobody_else_looks_into_it_and_a_refused_look_leaves_no_line(bare_office: Office, codes: dict[str, str]) -> None:
    log = AccessLog(bare_office)
    assert DESKS[Desk.ACCESS_LOG] == {Role.ADMIN_AUDIT}
    for role in set(Role) - {Role.ADMIN_AUDIT}:
        for ask in (log.page, log.check):
            with pytest.raises(Refused):
                await ask(who(f"{role}@huaxi-centre"))
    with pytest.raises(Refused):
        await log.page(who("admin_audit@nowhere"))
    assert [look.code for look in (await log.page(who("admin_audit@qingyan-centre"))).looks] == [codes["qingyan"]] * 2
    assert len(cases_in((await log.page(ADMIN, limit=100)).looks)) == 7
