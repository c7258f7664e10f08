"""Escalation: who is the 1, the 3 and the N at a level, with fallbacks and vacancies."""

from __future__ import annotations

from collections.abc import Iterable

from activities.escalation import EscalationActivities
from models.network import Network
from models.record import EscalationProposal, EscalationQuery
from models.staff import Staff
from models.words import Level, Role
from rules.library import Library
from store.engine import Store
from store.places import post_holders
from store.staff import StaffRoll
from tests.support.core import huaxi

THREE = ("yanlou-police", "yanlou-justice", "yanlou-court")


def network() -> Network:
    library, docs = huaxi()
    return library.network(docs.network)


async def climbed(
    store: Store,
    level: Level,
    *,
    gone: Iterable[str] = (),
    town: str | None = "yanlou",
    changed: Network | None = None,
    place: str | None = "520111105202",
) -> EscalationProposal:
    """Ask who leads at a level while the posts of some units are not held."""
    library, docs = huaxi()
    net = changed or network()
    roll = StaffRoll(store)
    away = set(gone)
    await roll.seed(person for person in post_holders(net) if person.unit not in away)
    other = Library()
    for document in (net, library.procedure(docs.procedure), library.risk(docs.risk), library.calendar(docs.calendar)):
        name = other.add(document)
        docs = docs.model_copy(update={"network": name}) if document is net else docs
    query = EscalationQuery(docs=docs, town=town, place=place, category="0602", level=level)
    return await EscalationActivities(roll, other).resolve(query)


async def test_the_towns_centre_leads_up_to_the_joint_level_and_the_countys_above(store: Store) -> None:
    for level, lead in ((Level.TOWN, "yanlou-centre"), (Level.JOINT, "yanlou-centre"), (Level.COUNTY, "huaxi-centre")):
        found = await climbed(store, level)
        assert (found.lead, found.vacant) == (lead, ())
    assert (await climbed(store, Level.TOWN, town=None)).lead == "huaxi-centre"


async def test_the_villages_own_committee_leads_at_the_village_level_or_who_stands_above_it(store: Store) -> None:
    assert (await climbed(store, Level.VILLAGE)).lead == "yanlou-gumeng"
    found = await climbed(store, Level.VILLAGE, gone=("yanlou-gumeng",))
    assert (found.lead, found.vacant) == ("yanlou-centre", ("yanlou-gumeng",))
    found = await climbed(store, Level.VILLAGE, gone=("yanlou-gumeng", "yanlou-centre"))
    assert (found.lead, found.vacant) == ("huaxi-centre", ("yanlou-gumeng", "yanlou-centre"))
    assert (await climbed(store, Level.VILLAGE, place="520111105")).lead == "yanlou-centre", "a place without a committee"


async def test_at_the_joint_level_the_three_and_the_departments_of_the_matter_join(store: Store) -> None:
    found = await climbed(store, Level.JOINT)
    assert found.units == (*THREE, "yanlou-housing")
    assert (await climbed(store, Level.TOWN)).units == ()
    assert "joins=yanlou-housing" in found.why


async def test_a_unit_whose_posts_nobody_holds_gives_way_to_its_fallback_or_is_named_as_vacant(store: Store) -> None:
    found = await climbed(store, Level.JOINT, gone=("yanlou-court", "yanlou-housing"))
    assert found.units == ("yanlou-police", "yanlou-justice", "huaxi-court")
    assert found.vacant == ("yanlou-court", "yanlou-housing")
    assert "fallback=huaxi-court" in found.why


async def test_a_chain_of_fallbacks_is_followed_and_one_that_turns_round_ends(store: Store) -> None:
    place = network()
    units = dict(place.units)
    units["yanlou-court"] = units["yanlou-court"].model_copy(update={"fallback": "qingyan-court"})
    units["qingyan-court"] = units["qingyan-court"].model_copy(update={"fallback": "yanlou-court"})
    turning = place.model_copy(update={"units": units})
    found = await climbed(store, Level.JOINT, gone=("yanlou-court", "qingyan-court"), changed=turning)
    assert ("yanlou-court" in found.vacant, "qingyan-court" in found.units) == (True, False)


async def test_a_centre_without_anybody_to_lead_gives_way_to_the_countys(store: Store) -> None:
    found = await climbed(store, Level.TOWN, gone=("yanlou-centre",))
    assert (found.lead, found.vacant, found.why) == ("huaxi-centre", ("yanlou-centre",), ("one=yanlou-centre", "fallback=huaxi-centre"))


async def test_one_of_dispatcher_director_and_leader_is_enough_to_lead(store: Store) -> None:
    place, roll = network(), StaffRoll(store)
    library, docs = huaxi()
    leader = Staff(id="leader@yanlou-centre", role=Role.LEADER, unit="yanlou-centre")
    await roll.seed([*(person for person in post_holders(place) if person.unit != "yanlou-centre"), leader])
    query = EscalationQuery(docs=docs, town="yanlou", category="0602", level=Level.TOWN)
    assert (await EscalationActivities(roll, library).resolve(query)).lead == "yanlou-centre"
