"""The desk: its lists and counters as far as its post may see them, claims among several who owe the same, stand-ins."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from models.affair.base import AffairDocuments
from models.affair.hazard import Hazard
from models.party import Actor
from models.record import Duty, Line
from models.refusal import RefusalCode
from models.words import Role, Tier
from service.desk.claims import Claims
from service.desk.inbox import Filter, Inbox, OwedFilter
from service.errors import Refused, UnknownAffair, UnknownCase
from service.office import Office
from service.shown import HandledItem, HandledPage, InboxItem, InboxPage
from store.affairs.publishing import AffairViews, Burst
from tests.store.making import NOW, Making, duty

UNIT = "yanlou-justice"
FIRST, SECOND = f"officer@{UNIT}", f"officer@{UNIT}#2"
MINE = (("unit", UNIT), ("town", "yanlou"))
Page = TypeVar("Page", InboxPage, HandledPage)


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
    assert [(item.duty.id, item.overdue, item.case and item.case.tier) for item in owed.items] == [("x", True, Tier.ORANGE)]
    assert [item.case and item.case.code for item in handled.items] == ["YANLOU-2026-00002"]
    assert (await inbox.handled(officer(), done=True)).items == handled.items
    assert (owed.count, owed.overdue) == (counters.owed, counters.overdue) == (1, 1)
    assert (counters.done, counters.handled, counters.bound) == (1, 1, 1000)
    assert (await inbox.owed(officer(), OwedFilter(tier=Tier.BLUE))).items == ()
    assert (await inbox.handled(officer(), Filter(tier=Tier.ORANGE))).items == ()


async def test_who_may_not_see_a_column_may_not_ask_by_it(inbox: Inbox) -> None:
    steward = Actor(person="steward@yanlou-steward", role=Role.STEWARD, unit="yanlou-steward")
    assert await refusal(inbox.owed(steward, OwedFilter(tier=Tier.RED))) == (RefusalCode.NOT_ALLOWED, "tier")
    assert await refusal(inbox.handled(steward, Filter(due_before=NOW))) == (RefusalCode.NOT_ALLOWED, "due_before")
    assert (await inbox.owed(steward, OwedFilter(act="finish", claimed="mine", due_before=None))).items == ()
    assert (await inbox.handled(steward, done=True)).items == ()


@pytest.mark.parametrize(("of", "owed", "act"), [("case", "x", "x"), ("affair", "rectify", "fix")])
async def test_of_several_one_claims_and_the_others_see_who(
    bare_office: Office, inbox: Inbox, claims: Claims, of: str, owed: str, act: str
) -> None:
    if of == "case":
        await publish(bare_office, "a", duties=[duty("x", unit=UNIT)])
    code = "YANLOU-2026-00001" if of == "case" else await begin(bare_office, "a", None)
    other = officer(SECOND)
    mine = await claims.claim(officer(), code, owed)
    assert (mine.person, mine.mine, mine.name) == (FIRST, True, "燕楼镇司法所经办人")
    assert await claims.claim(officer(), code, owed) == mine
    (item,) = (await inbox.owed(other)).items
    assert item.claim == mine.model_copy(update={"mine": False})
    assert await refusal(claims.claim(other, code, owed)) == (RefusalCode.CLAIMED, "")
    assert await claims.in_the_way(other, code) == {act: item.claim}
    assert await claims.in_the_way(officer(), code) == {}
    assert (await claims.claim(other, code, owed, take_over=True)).person == SECOND
    assert await claims.release(officer(), code, owed)
    assert not await claims.release(other, code, owed)


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


async def test_in_an_affair_it_is_refused_alike_and_what_is_out_of_sight_is_as_if_it_were_nowhere(
    bare_office: Office, claims: Claims
) -> None:
    begun_by = "officer@yanlou-hr"
    code, nowhere = await begin(bare_office, "a", None, by=begun_by), "YANLOU-HZ-2026-09999"
    await publish(bare_office, "a", duties=[duty("rectify", unit=UNIT)])
    for use in (claims.claim, claims.release):
        assert await refusal(use(officer(begun_by, "yanlou-hr"), code, "rectify")) == (RefusalCode.NOT_HOLDER, "")
        assert await refusal(use(officer(), code, "nothing")) == (RefusalCode.INVALID, "duty")
        for who, key in ((officer("officer@yanlou-land", "yanlou-land"), code), (officer(), nowhere)):
            with pytest.raises(UnknownAffair):
                await use(who, key, "rectify")


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
    assert list(await claims.in_the_way(officer(SECOND), code)) == ["x"]
    assert await claims.release(officer(), code, "x")


async def begin(
    office: Office,
    name: str,
    due: datetime | None,
    *,
    unit: str = UNIT,
    town: str = "yanlou",
    by: str = "grid@yanlou-gumeng",
    at: datetime = NOW,
) -> str:
    """A hazard that somebody has reported, with one duty of a unit; returns its code."""
    docs = AffairDocuments(network="n", calendar="c", book="b")
    hazard = Hazard(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, name)), source="desk", intake_id=name, docs=docs, seq=1, head=name, stage="reported"
    )
    hazard = hazard.model_copy(update={"town": town})
    body = json.dumps({"seq": 1, "actor": {"person": by}})
    line = Line(seq=1, type="hazard_reported", at=at, action_id=f"open:{name}", hash=name, body=body)
    views = AffairViews(
        mark="HZ",
        duties=[Duty(id="rectify", act="fix", role=Role.OFFICER, unit=unit, due=due)],
        access=[("unit", unit)],
        keys=[],
        next_due=due,
    )
    published = await office.affairs.publish(Burst(affair=hazard, prev_head="0" * 64, lines=[line]), views)
    return str(published.code)


def where(item: InboxItem | HandledItem) -> str:
    return item.case.code if item.case is not None else item.affair.code if item.affair is not None else ""


async def turned(ask: Callable[[str | None], Awaitable[Page]]) -> list[Page]:
    """All pages of a list, asked for one after the other."""
    pages = [await ask(None)]
    while pages[-1].next is not None:
        pages.append(await ask(pages[-1].next))
    return pages


async def test_duties_of_cases_and_of_affairs_stand_in_one_order_and_turn_pages_together(bare_office: Office, inbox: Inbox) -> None:
    now = bare_office.now()
    hours = [-3, -2, None, 1, 2, None]
    for number, hour in enumerate(hours):
        due = None if hour is None else now + timedelta(hours=hour)
        await publish(bare_office, f"case-{number}", duties=[duty("x", unit=UNIT, due=due)])
        await begin(bare_office, f"affair-{number}", due)
    await begin(bare_office, "elsewhere", now, unit="yanlou-police")
    whole = (await inbox.owed(officer())).items
    dues = [item.duty.due for item in whole]
    assert dues == sorted(dues, key=lambda at: (at is None, at or now))
    assert [sum(item.affair is not None for item in whole), sum(item.case is not None for item in whole)] == [6, 6]
    pages = await turned(lambda after: inbox.owed(officer(), after=after, limit=5))
    assert [where(item) for page in pages for item in page.items] == [where(item) for item in whole]
    counted = await inbox.counters(officer())
    assert (counted.owed, counted.overdue) == (pages[-1].count, pages[-1].overdue) == (12, 4)
    assert len((await inbox.owed(officer(), overdue=True)).items) == 4


async def test_what_a_desk_has_done_in_cases_and_in_affairs_stands_in_one_list_the_newest_first(bare_office: Office, inbox: Inbox) -> None:
    for number in range(3):
        await publish(bare_office, f"case-{number}", by=FIRST, duties=[duty("x", unit=UNIT)] if number == 0 else ())
        at = NOW + timedelta(minutes=number)
        await begin(bare_office, f"affair-{number}", None, unit="yanlou-police", by=FIRST, at=at)
    mine = await begin(bare_office, "mine", NOW, by=FIRST, at=NOW + timedelta(days=1))
    await begin(bare_office, "not mine", NOW, by=SECOND)
    whole = [where(item) for item in (await inbox.handled(officer())).items]
    assert whole[0] == mine
    assert len(whole) == 7
    pages = await turned(lambda after: inbox.handled(officer(), after=after, limit=2))
    assert [where(item) for page in pages for item in page.items] == whole
    done = [where(item) for item in (await inbox.handled(officer(), done=True)).items]
    assert set(whole) - set(done) == {mine, "YANLOU-2026-00001"}, "what is still owed is not done"
    counters = await inbox.counters(officer())
    assert (counters.handled, counters.done) == (7, 5)
    of_kind = {kind: len((await inbox.handled(officer(), kind=kind)).items) for kind in ("dispute", "hazard", "whistle")}
    assert of_kind == {"dispute": 3, "hazard": 4, "whistle": 0}
    assert len((await inbox.handled(officer(), Filter(tier=Tier.BLUE))).items) == 3, "a tier is of cases alone"


async def test_an_inbox_is_narrowed_to_cases_or_to_one_kind_of_affair(bare_office: Office, inbox: Inbox) -> None:
    await publish(bare_office, "c", duties=[duty("x", unit=UNIT, due=NOW)], tier=Tier.ORANGE)
    code = await begin(bare_office, "a", NOW)
    await Claims(bare_office).claim(officer(), code, "rectify")
    asked = {
        "dispute": OwedFilter(kind="dispute"),
        "hazard": OwedFilter(kind="hazard"),
        "whistle": OwedFilter(kind="whistle"),
        "tier": OwedFilter(tier=Tier.ORANGE),
        "act": OwedFilter(act="fix"),
        "mine": OwedFilter(claimed="mine"),
        "others": OwedFilter(claimed="others"),
        "nobody": OwedFilter(claimed="nobody"),
        "town": OwedFilter(town="qingyan"),
    }
    found = {name: [where(item) for item in (await inbox.owed(officer(), wanted)).items] for name, wanted in asked.items()}
    case = "YANLOU-2026-00001"
    assert found == {"dispute": [case], "hazard": [code], "whistle": [], "tier": [case], "act": [code], "town": []} | {
        "mine": [code],
        "others": [],
        "nobody": [case],
    }
    assert [where(item) for item in (await inbox.owed(officer(SECOND), OwedFilter(claimed="others"))).items] == [code]
    (item,) = (await inbox.owed(officer(), OwedFilter(kind="hazard"))).items
    assert (item.act_zh, item.affair and item.affair.stage_zh) == ("整改反馈", "待整改")
    with pytest.raises(ValueError, match="cursor"):
        await inbox.owed(officer(), after="x")
