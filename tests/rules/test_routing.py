"""Routing over Huaxi's own network: what the casebook expects, and what a town without its units gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.network import Network
from models.procedure import Procedure
from models.words import LEVELS, Level, Tier
from rules.routing import Proposal, UnknownPlace, at_joint, below_minimum, climb, one, propose, resolve
from store.networks import read_network
from store.places import read_procedure

HUAXI = Path(__file__).parents[2] / "places" / "huaxi"
YANLOU, GUMENG, JIUPAN, HUAIZHOU, BALOU, SIRE = (f"520111105{n}" for n in (201, 202, 203, 204, 205, 206))


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(HUAXI / "network.yaml", HUAXI / "divisions.csv")


@pytest.fixture(scope="module")
def procedure() -> Procedure:
    return read_procedure(HUAXI / "procedure.yaml")


def without(network: Network, *ids: str) -> Network:
    units = {name: unit.model_copy(update={"vacant": name in ids or unit.vacant}) for name, unit in network.units.items()}
    return network.model_copy(update={"units": units})


CASEBOOK = [
    ("01", "0201", Level.VILLAGE, Tier.BLUE, GUMENG, (Level.VILLAGE, "yanlou-gumeng", ("yanlou-justice",))),
    ("02", "0701", None, Tier.ORANGE, SIRE, (Level.TOWN, "yanlou-hr", ("yanlou-justice", "yanlou-housing"))),
    ("03", "0201", Level.VILLAGE, Tier.BLUE, GUMENG, (Level.VILLAGE, "yanlou-gumeng", ("yanlou-justice",))),
    ("04", "0602", Level.TOWN, Tier.BLUE, JIUPAN, (Level.TOWN, "yanlou-housing", ("yanlou-police",))),
    ("05", "0101", None, Tier.RED, YANLOU, (Level.TOWN, "yanlou-justice", ("yanlou-women", "yanlou-civil"))),
    ("06", "0903", Level.TOWN, Tier.YELLOW, BALOU, (Level.TOWN, "yanlou-land", ("yanlou-justice",))),
    ("07", "0804", Level.TOWN, Tier.BLUE, HUAIZHOU, (Level.TOWN, "yanlou-justice", ("yanlou-court",))),
    ("08", "0502", None, Tier.BLUE, YANLOU, (Level.COUNTY, "huaxi-medical", ("huaxi-health",))),
]


@pytest.mark.parametrize(("case", "category", "level", "tier", "place", "expected"), CASEBOOK, ids=[row[0] for row in CASEBOOK])
def test_the_casebook_is_routed_as_it_expects(
    network: Network,
    procedure: Procedure,
    case: str,
    category: str,
    level: Level | None,
    tier: Tier,
    place: str,
    expected: tuple[Level, str, tuple[str, ...]],
) -> None:
    found = propose(network, category=category, level=level, tier=tier, place=place, procedure=procedure)
    assert (found.level, found.lead, found.assist) == expected
    assert found.why


def route(network: Network, procedure: Procedure, category: str | None, place: str, **given: Level | Tier | None) -> Proposal:
    level, tier = given.get("level"), given.get("tier", Tier.BLUE)
    assert not isinstance(level, Tier)
    assert isinstance(tier, Tier)
    return propose(network, category=category, level=level, tier=tier, place=place, procedure=procedure)


def test_a_neighbour_dispute_starts_in_the_village_unless_the_tier_lifts_it(network: Network, procedure: Procedure) -> None:
    assert route(network, procedure, "0201", GUMENG).lead == "yanlou-gumeng"
    lifted = route(network, procedure, "0201", GUMENG, tier=Tier.ORANGE)
    assert (lifted.level, lifted.lead, lifted.assist) == (Level.TOWN, "yanlou-justice", ())
    assert "raised:town:orange" in lifted.why
    assert "lead:above:village" in lifted.why


def test_a_place_that_is_a_town_has_no_committee_to_lead(network: Network, procedure: Procedure) -> None:
    found = route(network, procedure, "0201", "520111105")
    assert (found.level, found.lead) == (Level.TOWN, "yanlou-justice")
    assert route(network, procedure, "0201", "520111105", level=Level.VILLAGE).lead == "yanlou-justice"


def test_the_district_itself_is_routed_to_the_county_and_always_has_a_lead(network: Network, procedure: Procedure) -> None:
    found = route(network, procedure, "0901", "520111")
    assert (found.level, found.lead) == (Level.COUNTY, "huaxi-justice")
    assert "missing:agri" in found.why
    bare = without(network, "huaxi-justice")
    assert route(bare, procedure, "0901", "520111").lead == "huaxi-centre"


def test_an_unscreened_or_unlisted_category_takes_the_default_row(network: Network, procedure: Procedure) -> None:
    assert route(network, procedure, None, GUMENG).lead == "yanlou-justice"
    assert route(network, procedure, "1203", GUMENG).why[0] == "row:default"
    assert route(network, procedure, "0601", GUMENG).why[0] == "row:06"


def test_an_explicit_level_below_the_tiers_minimum_is_reported_and_left_as_it_is(network: Network, procedure: Procedure) -> None:
    assert route(network, procedure, "0201", GUMENG, level=Level.VILLAGE, tier=Tier.RED).level is Level.VILLAGE
    assert below_minimum(Level.VILLAGE, Tier.RED, procedure)
    assert below_minimum(Level.GRID, Tier.ORANGE, procedure)
    assert not below_minimum(Level.TOWN, Tier.RED, procedure)
    assert not below_minimum(Level.GRID, Tier.YELLOW, procedure)


def test_at_county_level_the_districts_unit_of_a_kind_leads_else_the_towns(network: Network, procedure: Procedure) -> None:
    assert route(network, procedure, "0701", SIRE, level=Level.COUNTY).lead == "huaxi-hr"
    assert route(network, procedure, "0901", SIRE, level=Level.COUNTY).lead == "yanlou-agri"


def test_a_vacant_unit_is_replaced_by_its_fallback_or_dropped(network: Network, procedure: Procedure) -> None:
    found = route(without(network, "yanlou-court"), procedure, "0804", GUMENG)
    assert found.assist == ("huaxi-court",)
    assert "fallback:court" in found.why
    dropped = route(without(network, "yanlou-women"), procedure, "0101", GUMENG)
    assert dropped.assist == ("yanlou-civil",)
    assert "dropped:women" in dropped.why


def test_a_circle_of_fallbacks_ends(network: Network) -> None:
    units = dict(network.units)
    for name, other in (("yanlou-court", "huaxi-court"), ("huaxi-court", "yanlou-court")):
        units[name] = units[name].model_copy(update={"vacant": True, "fallback": other})
    assert resolve(network.model_copy(update={"units": units}), "court", Level.TOWN, "yanlou", None) == (None, "missing:court")


def test_a_joint_meeting_is_the_three_of_the_town_and_the_n_of_the_row(network: Network) -> None:
    three = ("yanlou-police", "yanlou-justice", "yanlou-court")
    assert at_joint(network, category="0201", town="yanlou") == three
    assert at_joint(network, category="0701", town="yanlou") == (*three, "yanlou-hr", "yanlou-housing")
    medical = at_joint(without(network, "yanlou-court"), category="0502", town="yanlou")
    assert medical == ("yanlou-police", "yanlou-justice", "huaxi-court", "huaxi-medical", "yanlou-health")


def test_the_ladder_has_five_rungs_and_each_has_a_centre(network: Network) -> None:
    assert [climb(level) for level in LEVELS] == [Level.VILLAGE, Level.TOWN, Level.JOINT, Level.COUNTY, None]
    assert [one(network, level, "yanlou") for level in LEVELS] == ["yanlou-centre"] * 4 + ["huaxi-centre"]
    assert one(network, Level.TOWN, None) == "huaxi-centre"


def test_an_unknown_place_is_an_error(network: Network, procedure: Procedure) -> None:
    with pytest.raises(UnknownPlace, match="110000"):
        route(network, procedure, "0201", "110000")


def test_every_category_finds_a_lead_and_no_unit_assists_itself_anywhere(network: Network, procedure: Procedure) -> None:
    for place in network.places:
        for category in [*network.routing, None]:
            for level in [*LEVELS, None]:
                found = route(network, procedure, category, place, level=level)
                assert found.lead in network.units
                assert found.lead not in found.assist
                assert len(found.assist) == len(dict.fromkeys(found.assist))
