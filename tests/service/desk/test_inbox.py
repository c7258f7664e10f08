"""The desk: its lists and counters as far as its post may see them, claims among several who owe the same, stand-ins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role, Tier
from service.desk.claims import Claims
from service.desk.inbox import Filter, Inbox, OwedFilter
from service.errors import Refused, UnknownCase
from service.office import Office
from tests.store.making import NOW, Making, duty

UNIT = "yanlou-justice"
FIRST, SECOND = f"officer@{UNIT}", f"officer@{UNIT}#2"
MINE = (("unit", UNIT), ("town", "yanlou"))


def officer(person: str = FIRST, unit: str = UNIT, **more: Any) -> Actor:
    return Actor(person=person, role=Role.OFFICER, unit=unit, **more)


@pytest.fixture
def inbox(bare_office: Office) -> Inbox:
    return Inbox(bare_office)


@pytest.fixture
def claims(bare_office: Office) -> Claims:
    return Claims(bare_office)


async def publish(office: Office, name: str, *, duties: Any = (), access: Any = MINE, by: str | None = None, **fields: Any) -> Making:
    made = Making(name, fields).write("a1", by=by)
    await office.records.publish(made.publication(), duties=duties, access=access)
    return made


async def refusal(call: Any) -> tuple[RefusalCode, str]:
    with pytest.raises(Refused) as found:
        await call
    return found.value.refusal.code, found.value.refusal.detail


async def test_the_desk_of_a_post_and_its_counters(bare_office: Office, inbox: Inbox) -> None:
    late = duty("x", unit=UNIT, due=bare_office.now() - timedelta(hours=1))
    await publish(bare_office, "owed", duties=[late], tier=Tier.ORANGE)
    await publish(bare_office, "done", by=FIRST)
    await publish(bare_office, "out-of-sight", by=FIRST, access=[("unit", "yanlou-police")], duties=[duty("y", unit=UNIT)])
    owed, handled, counters = await inbox.owed(officer()), await inbox.handled(officer()), await inbox.counters(officer())
    assert [(item.duty.id, item.overdue, item.case.tier) for item in owed.items] == [("x", True, Tier.ORANGE)]
    assert [case.code for case in handled.cases] == ["YANLOU-2026-00002"]
    assert (await inbox.handled(officer(), done=True)).cases == handled.cases
    assert (owed.count, owed.overdue) == (counters.owed, counters.overdue) == (1, 1)
    assert (counters.done, counters.handled, counters.bound) == (1, 1, 1000)
    assert (await inbox.owed(officer(), OwedFilter(tier=Tier.BLUE))).items == ()
    assert (await inbox.handled(officer(), Filter(tier=Tier.ORANGE))).cases == ()


async def test_who_may_not_see_a_column_may_not_ask_by_it(inbox: Inbox) -> None:
    steward = Actor(person="steward@yanlou-steward", role=Role.STEWARD, unit="yanlou-steward")
    assert await refusal(inbox.owed(steward, OwedFilter(tier=Tier.RED))) == (RefusalCode.NOT_ALLOWED, "tier")
    assert await refusal(inbox.handled(steward, Filter(due_before=NOW))) == (RefusalCode.NOT_ALLOWED, "due_before")
    assert (await inbox.owed(steward, OwedFilter(act="finish", claimed="mine", due_before=None))).items == ()
    assert (await inbox.handled(steward, done=True)).cases == ()


async def test_of_several_one_claims_and_the_others_see_who(bare_office: Office, inbox: Inbox, claims: Claims) -> None:
    await publish(bare_office, "a", duties=[duty("x", unit=UNIT)])
    code, other = "YANLOU-2026-00001", officer(SECOND)
    mine = await claims.claim(officer(), code, "x")
    assert (mine.person, mine.mine, mine.name) == (FIRST, True, "燕楼镇司法所经办人")
    assert await claims.claim(officer(), code, "x") == mine
    (item,) = (await inbox.owed(other)).items
    assert item.claim == mine.model_copy(update={"mine": False})
    assert await refusal(claims.claim(other, code, "x")) == (RefusalCode.CLAIMED, "")
    assert await claims.in_the_way(other, code, "x") == item.claim
    assert await claims.in_the_way(officer(), code, "x") is None
    assert await claims.in_the_way(other, code, "something-else") is None
    assert (await claims.claim(other, code, "x", take_over=True)).person == SECOND
    assert await claims.release(officer(), code, "x")
    assert not await claims.release(other, code, "x")


async def test_a_claim_is_refused_where_the_obligation_is_not_theirs(bare_office: Office, claims: Claims) -> None:
    await publish(
        bare_office, "a", duties=[duty("x", unit=UNIT), duty("named", unit=UNIT, person=SECOND)], access=[*MINE, ("unit", "yanlou-hr")]
    )
    code = "YANLOU-2026-00001"
    for use in (claims.claim, claims.release):
        assert await refusal(use(officer("officer@yanlou-hr", "yanlou-hr"), code, "x")) == (RefusalCode.NOT_HOLDER, "")
        assert await refusal(use(officer(), code, "named")) == (RefusalCode.NOT_HOLDER, "")
        assert await refusal(use(officer(), code, "nothing")) == (RefusalCode.INVALID, "duty")
        for who, key in ((officer("officer@yanlou-land", "yanlou-land"), code), (officer(), "YANLOU-2026-09999"), (officer(), "\0")):
            with pytest.raises(UnknownCase):
                await use(who, key, "x")
    assert (await claims.claim(officer(SECOND), code, "named")).mine


async def test_what_a_stand_in_claims_and_does_belongs_to_the_desk_of_who_is_away(
    bare_office: Office, inbox: Inbox, claims: Claims
) -> None:
    stand_in = officer("officer@yanlou-hr", stands_for=FIRST)
    await publish(bare_office, "a", duties=[duty("x", unit=UNIT), duty("y", unit=UNIT, person=FIRST)], by="officer@yanlou-hr")
    code = "YANLOU-2026-00001"
    claim = await claims.claim(stand_in, code, "x")
    assert (claim.person, claim.name) == ("officer@yanlou-hr", "燕楼镇人社中心经办人（代燕楼镇司法所经办人）")
    assert [item.duty.id for item in (await inbox.owed(stand_in)).items] == ["x", "y"]
    assert (await inbox.counters(stand_in)).handled == 1
    (first, _) = (await inbox.owed(officer())).items
    assert first.claim is not None
    assert first.claim.mine
    assert await claims.in_the_way(officer(SECOND), code, "x") is not None
    assert await claims.release(officer(), code, "x")
