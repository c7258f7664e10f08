"""The picture of a network: who is the one, the three and the N, who stands in for whom, who takes which category."""

from __future__ import annotations

from functools import cache

from models.network import Network
from models.words import Level, UnitTier
from rules.linkage import Linkage, Way, linkage
from tests.support.core import huaxi


@cache
def network() -> Network:
    library, docs = huaxi()
    return library.network(docs.network)


def linked_in(town: str | None, held: Network | None = None) -> Linkage:
    library, docs = huaxi()
    return linkage(held or network(), library.procedure(docs.procedure), town)


def changed(**units: dict[str, object]) -> Network:
    """The network with some units changed, by id with underscores."""
    held = network()
    found = {name.replace("_", "-"): values for name, values in units.items()}
    return held.model_copy(update={"units": {name: unit.model_copy(update=found.get(name, {})) for name, unit in held.units.items()}})


def way(linked: Linkage, category: str) -> Way:
    return next(way for way in linked.ways if way.category == category)


def test_a_town_has_one_three_and_n_and_its_villages_stand_apart() -> None:
    linked = linked_in("yanlou")
    assert list(linked.tiers) == list(UnitTier)
    assert [member.unit.id for member in linked.tiers[UnitTier.ONE]] == ["yanlou-centre"]
    assert [member.unit.kind for member in linked.tiers[UnitTier.THREE]] == ["police", "justice", "court"]
    assert len(linked.tiers[UnitTier.N]) == 9
    assert {member.unit.kind for member in linked.villages} == {"village"}
    assert len(linked.villages) == 8
    assert not linked.vacant


def test_a_vacant_unit_names_who_stands_in_along_the_whole_chain() -> None:
    linked = linked_in("yanlou", changed(yanlou_court={"vacant": True}))
    (court,) = linked.vacant
    assert court.stand_in is not None
    assert court.stand_in.id == "huaxi-court"
    further = changed(yanlou_court={"vacant": True}, huaxi_court={"vacant": True, "fallback": "huaxi-justice"})
    (court,) = linked_in("yanlou", further).vacant
    assert court.stand_in is not None
    assert court.stand_in.id == "huaxi-justice"
    assert court.unit.fallback == "huaxi-court"


def test_a_vacant_unit_without_a_fallback_has_nobody() -> None:
    linked = linked_in("yanlou", changed(yanlou_hr={"vacant": True}))
    assert [member.stand_in for member in linked.vacant] == [None]
    labour = way(linked, "07")
    assert labour.lead.id == "yanlou-justice"
    assert labour.lead_missing == "人社中心"


def test_categories_are_taken_as_routing_does() -> None:
    linked = linked_in("yanlou")
    neighbours = way(linked, "02")
    assert neighbours.village_first
    assert neighbours.lead.id == "yanlou-justice"
    assert neighbours.assist == ()
    medical = way(linked, "0502")
    assert (medical.level, medical.lead.id) == (Level.COUNTY, "huaxi-medical")
    assert [way.category for way in linked.ways][-1] == "default"


def test_the_district_has_no_villages_and_says_what_it_lacks() -> None:
    linked = linked_in(None)
    assert linked.villages == ()
    family = way(linked, "01")
    assert family.lead.id == "huaxi-justice"
    assert family.assist_missing == ("妇联", "民政办")
    assert not way(linked, "02").village_first


def test_a_town_that_is_not_there_is_empty() -> None:
    assert not any(linked_in("nowhere").tiers.values())
