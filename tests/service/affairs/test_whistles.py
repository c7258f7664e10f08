"""Figures of whistles from the record, on both databases: for whom, of what, as of when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models.affair.whistle.figures import GroupedBy
from models.period import Period
from models.refusal import RefusalCode
from rules.chain import GENESIS
from rules.whistle.kind import WHISTLE
from service.affairs.sending import views_of
from service.affairs.whistles import Whistles
from service.errors import Refused
from service.office import Office
from store.affairs.publishing import Burst
from tests.service.town import who
from tests.support.affair import MORNING, CoreAffair

GRIDS = {"gumeng": "520111105202", "jiupan": "520111105203"}
MARCH = Period(first=date(2026, 3, 1), last=date(2026, 3, 31))


async def blown(office: Office, number: int, village: str, *, arrives_after: int | None) -> None:
    """Publish a whistle of a village for dumped rubbish, on which enforcement arrives after so many minutes."""
    core = CoreAffair(WHISTLE, MORNING + timedelta(minutes=number), affair_id=f"00000000-0000-5000-8000-{number:012}")
    core.done(f"grid@yanlou-{village}", "blow", place=GRIDS[village], item="dumping", text="t", tried="t")
    if arrives_after is not None:
        core.pass_time(minutes=arrives_after)
        core.done("officer@yanlou-enforce", "arrive")
    burst = Burst(affair=core.state, prev_head=GENESIS, lines=core.lines)
    await office.affairs.publish(burst, views_of(WHISTLE, core.state, core.bundle))


@pytest.fixture
async def whistles(bare_office: Office) -> Whistles:
    for number, (village, minutes) in enumerate([("gumeng", 10), ("gumeng", 50), ("gumeng", None), ("jiupan", 20)]):
        await blown(bare_office, number, village, arrives_after=minutes)
    bare_office.shift = MORNING + timedelta(hours=2) - datetime.now(UTC)
    return Whistles(bare_office)


async def test_each_is_told_the_figures_of_what_their_numbers_are_made_of(whistles: Whistles) -> None:
    counts = {}
    for post in (
        "director@yanlou-centre",
        "analyst@huaxi-centre",
        "officer@yanlou-enforce",
        "officer@yanlou-court",
        "director@qingyan-centre",
    ):
        found = await whistles.whistle_figures(who(post), GroupedBy.PLACE, MARCH)
        counts[post] = {group.key: (group.whistles, group.arrive.of, group.arrive.done, group.arrive.median) for group in found.groups}
    every = {GRIDS["gumeng"]: (3, 3, 2, 10.0), GRIDS["jiupan"]: (1, 1, 1, 20.0)}
    assert counts == {
        "director@yanlou-centre": every,
        "analyst@huaxi-centre": every,
        "officer@yanlou-enforce": every,
        "officer@yanlou-court": {},
        "director@qingyan-centre": {},
    }
    with pytest.raises(Refused) as refused:
        await whistles.whistle_figures(who("admin_system@huaxi-centre"), GroupedBy.PLACE, MARCH)
    assert refused.value.refusal.code is RefusalCode.NOT_ALLOWED


async def test_they_are_of_a_period_and_as_of_a_time(whistles: Whistles) -> None:
    director = who("director@yanlou-centre")
    april = Period(first=date(2026, 3, 3), last=date(2026, 4, 30))
    assert (await whistles.whistle_figures(director, GroupedBy.TOWN, april)).whole.whistles == 0
    before = await whistles.whistle_figures(director, GroupedBy.ITEM, MARCH, MORNING + timedelta(minutes=30))
    assert (before.whole.arrive.done, before.whole.arrive.open, before.as_of) == (2, 2, MORNING + timedelta(minutes=30))
    assert [(group.key, group.zh) for group in before.groups] == [("dumping", "乱倒垃圾渣土")]


async def test_the_form_offers_ones_own_grid_the_units_of_the_item_and_no_less_urgent_level(whistles: Whistles) -> None:
    offer = await whistles.offer(who("grid@yanlou-gumeng"), "gas_unsafe")
    assert [name for _, name in offer.places] == ["谷蒙村"]
    assert offer.preset == ("yanlou-housing", "yanlou-market")
    assert [unit for unit, _ in offer.units][:2] == list(offer.preset)
    assert {"yanlou-gumeng", "qingyan-police"}.isdisjoint(unit for unit, _ in offer.units)
    assert [key for key, _, _ in offer.levels] == ["priority", "hard"]
    assert sum(len(one.items) for one in offer.classes) == 36
    assert len((await whistles.offer(who("dispatcher@yanlou-centre"))).places) > 8
    for post, item in (("officer@yanlou-police", None), ("grid@yanlou-gumeng", "nothing")):
        with pytest.raises(Refused):
            await whistles.offer(who(post), item)
