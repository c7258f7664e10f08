"""A scope that can't be resolved shows less, never more: posts of no place, units that are gone, stand-ins whose time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.account import AbsenceReason, Session
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules.visibility import REACH
from service.entry.absences import Absences
from service.entry.accounts import Accounts
from service.errors import Refused, UnknownCase
from service.office import Office
from service.reading import Reader
from store.desk.lists import Eyes, Filter
from tests.service.town import who

CLERK, STAND_IN, DIRECTOR = "clerk@yanlou-centre", "screener@yanlou-centre", "director@yanlou-centre"


async def sees(office: Office, actor: Actor) -> int:
    """How many cases somebody's lists hold; the search finds no more, and neither does the feed."""
    reader = Reader(office)
    count = (await reader.count(actor, Filter())).count
    if not count:
        assert (await reader.list(actor, Filter())).cases == ()
        assert (await reader.search(actor, "YANLOU")).cases == ()
        page = await office.queries.page(Eyes(everything=True), Filter(), office.now(), limit=1)
        with pytest.raises(UnknownCase):
            await reader.detail(actor, page.rows[0].code)
    return count


@pytest.mark.parametrize("role", [*REACH, Role.ANALYST])
async def test_a_post_of_a_unit_that_nobody_knows_sees_nothing(filled: Office, role: Role) -> None:
    for unit in ("nowhere", "YANLOU-CENTRE"):
        actor = Actor(person=f"{role}@{unit}", role=role, unit=unit)
        if role is not Role.ANALYST:
            assert await sees(filled, actor) == 0, unit
        with pytest.raises(Refused, match=RefusalCode.NOT_ALLOWED):
            await Reader(filled).stats(actor)


async def test_a_unit_that_has_vanished_takes_its_posts_eyes_with_it(filled: Office) -> None:
    director = who(DIRECTOR)
    assert await sees(filled, director) > 0
    network, docs = filled.bundle.network, filled.docs
    left = network.model_copy(update={"units": {name: unit for name, unit in network.units.items() if name != director.unit}})
    filled.docs = docs.model_copy(update={"network": filled.library.add(left)})
    try:
        assert await sees(filled, director) == 0
    finally:
        filled.docs = docs


async def test_a_stand_in_whose_time_is_over_is_nobody_s_eyes(bare_office: Office, accounts: Accounts) -> None:
    made = await accounts.create("wang", "王某", [STAND_IN], local=False)
    session = await accounts.sign_in_known(made.account, second_factor=False)
    assert isinstance(session, Session)
    today = bare_office.bundle.cal.local_date(bare_office.now())
    head = await accounts.create("zhang", "张某", [DIRECTOR], local=False)
    arranging = await accounts.sign_in_known(head.account, second_factor=False)
    assert isinstance(arranging, Session)
    await Absences(bare_office, arranging.identity).declare(today, today, AbsenceReason.LEAVE, {CLERK: STAND_IN})
    moved = await accounts.switch_post(session.cookie, CLERK)
    assert moved is not None
    assert moved.identity.actor.stands_for == CLERK
    bare_office.shift += timedelta(days=1)
    # A day later the session would be over as well; one that began today finds no such post.
    later = await accounts.sign_in_known(made.account, second_factor=False)
    assert isinstance(later, Session)
    assert later.identity.stands_in_for == ()
    assert await accounts.switch_post(later.cookie, CLERK) is None
    assert later.identity.actor.role is Role.SCREENER
