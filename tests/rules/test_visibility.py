"""Who sees what: the tables themselves, masking, and what no case may ever show to whom."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.action import INTERNAL
from models.case import Case, Mediator, Task
from models.happening import What
from models.network import Network
from models.party import Actor, Party
from models.words import PartyKind, Role, Side, Stage, TaskState, Tier
from rules.access import access
from rules.allowed import NOT_OFFERED, allowed
from rules.authority import PERMITS
from rules.draft import Context
from rules.permissions import STANDINGS, page
from rules.telling import TELLERS, WORDS
from rules.visibility import (
    ASKED,
    FILED,
    IN_LISTS,
    LISTED,
    PERSONAL,
    Group,
    Show,
    Standing,
    deidentify,
    mask_address,
    mask_name,
    mask_number,
    mask_organisation,
    mask_phone,
    reach,
    sight,
)
from service.settings import ROOT
from store.places import LoadedPlace, load_place
from tests.store.making import DOCS, NOW

VILLAGE, GRID = "yanlou-gumeng", "520111105202"


@pytest.fixture(scope="module")
def place() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@pytest.fixture(scope="module")
def network(place: LoadedPlace) -> Network:
    return place.network


def case(**fields: Any) -> Case:
    parties = (Party(id="a", side=Side.APPLICANT, kind=PartyKind.PERSON, person="person:1"),)
    own: dict[str, Any] = {
        "id": "c", "source": "s", "intake_id": "i", "docs": DOCS, "stage": Stage.SIGNED, "town": "yanlou", "centre": "yanlou-centre",
        "place": GRID, "category": "0201", "parties": parties, "lead": "yanlou-justice",
        "tasks": {"t1": Task(id="t1", unit="yanlou-health", title="code:assist", raised_at=NOW)},
    }  # fmt: skip
    return Case(**(own | fields))


def actor(post: str) -> Actor:
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit.partition("#")[0])


def seen(one: Case, who: Actor, network: Network, grids: tuple[str, ...] = ()) -> bool:
    scopes = reach(who, network, grids)
    return scopes is None or bool(set(scopes) & set(access(one, network, ())))


def test_masks_leave_what_they_say_and_nothing_more() -> None:
    assert [mask_name(name) for name in ("张三", "张三丰", "欧阳明", "甲", "John", " ")] == ["张某", "张某某", "欧阳某", "甲某", "J***", ""]
    assert mask_organisation("贵阳某某建筑公司") == "贵阳***"
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("12345") == "*****"
    assert mask_number("520111199001011234") == "520111**********34"
    assert mask_address("燕楼镇谷蒙村三组8号") == "燕楼镇***"
    assert mask_address("三组8号") == "***"
    assert deidentify("张三丰说李四的电话13800001234，证号520111199001011234。", {"张三丰": "张某某"}) == "张某某说李四的电话***，证号***。"


@given(st.text(min_size=1, max_size=40))
def test_no_mask_gives_back_what_it_hides(text: str) -> None:
    assert mask_phone(text) != text or not text.strip() or set(text) == {"*"}
    assert mask_number(text) != text or not text.strip() or set(text) == {"*"}
    assert mask_address(text).endswith("***")


def test_unknown_roles_and_units_see_nothing(network: Network) -> None:
    for role in Role:
        assert reach(Actor(person="x", role=role, unit="nowhere"), network) == ()
    for role in (Role.ANALYST, Role.ADMIN_SYSTEM, Role.ADMIN_SECURITY, Role.ADMIN_AUDIT, Role.CITIZEN, Role.SYSTEM):
        who = Actor(person="x", role=role, unit="huaxi-centre")
        assert reach(who, network) == ()
        assert not sight(case(), who, network).shows


def test_the_handling_see_all_and_the_assisting_less(network: Network) -> None:
    one = case(mediator=Mediator(person="mediator@yanlou-justice", unit="yanlou-justice"))
    mediator = sight(one, actor("mediator@yanlou-justice"), network)
    assert all(mediator.full(group) for group in PERSONAL | {Group.SUMMARY, Group.HANDLING})
    lead = sight(one, actor("officer@yanlou-justice"), network)
    assert lead.full(Group.PHONES)
    assert lead.show(Group.NUMBERS) is Show.MASKED
    assisting = sight(one, actor("officer@yanlou-health"), network)
    assert (assisting.show(Group.PHONES), assisting.show(Group.NUMBERS)) == (Show.MASKED, Show.HIDDEN)
    assert not assisting.sees(Group.HANDLING)
    assert not assisting.sees(Group.AGREEMENT)
    doctor = sight(one, actor("doctor@yanlou-health"), network)
    assert set(doctor.shows) == {Group.OWN_TASKS, Group.PLACE}
    adviser = sight(one, actor("adviser@yanlou-justice"), network)
    assert not any(adviser.sees(group) for group in PERSONAL)
    assert adviser.show(Group.SUMMARY) is Show.MASKED


def test_another_mediator_of_the_same_unit_does_not_see_the_case(network: Network) -> None:
    one = case(mediator=Mediator(person="mediator@yanlou-justice", unit="yanlou-justice"))
    assert seen(one, actor("mediator@yanlou-justice"), network)
    assert not seen(one, actor("mediator@yanlou-justice#2"), network)


def test_the_county_sees_names_only_when_it_is_grave_or_its_own(network: Network) -> None:
    who = actor("dispatcher@huaxi-centre")
    assert sight(case(), who, network).show(Group.NAMES) is Show.MASKED
    assert sight(case(tier=Tier.RED), who, network).full(Group.NAMES)
    assert sight(case(centre="huaxi-centre"), who, network).full(Group.NAMES)


def test_a_restricted_case_shows_less_to_those_who_do_not_handle_it(network: Network) -> None:
    minor = (Party(id="a", side=Side.APPLICANT, kind=PartyKind.PERSON, person="person:1", minor=True),)
    for fields in ({"category": "1501"}, {"parties": minor}, {"risk_signs": ("abuse",)}):
        for role, unit in (("officer", "yanlou-health"), ("auditor", "yanlou-justice"), ("clerk", "huaxi-centre")):
            who = actor(f"{role}@{unit}")
            plain, narrow = sight(case(), who, network), sight(case(**fields), who, network)
            assert narrow.restricted
            assert all(narrow.show(group) <= plain.show(group) for group in Group)
            assert all(narrow.show(group) < plain.show(group) for group in PERSONAL if plain.sees(group))
        assert sight(case(**fields), actor("officer@yanlou-justice"), network).full(Group.NAMES)
        assert not seen(case(lead="yanlou-police", **fields), actor(f"grid@{VILLAGE}"), network, (GRID,))
    assert seen(case(lead="yanlou-police"), actor(f"grid@{VILLAGE}"), network, (GRID,))


def test_who_is_a_party_or_a_relative_sees_no_more_than_a_list(network: Network) -> None:
    for party in ({"staff": "officer@yanlou-justice"}, {"kin": ("officer@yanlou-justice",)}):
        parties = (Party(id="a", side=Side.APPLICANT, kind=PartyKind.PERSON, person="person:1", **party),)
        found = sight(case(parties=parties), actor("officer@yanlou-justice"), network)
        assert set(found.shows) <= IN_LISTS


def test_a_list_never_shows_more_than_the_case_itself(place: LoadedPlace, network: Network) -> None:
    """Every role in every unit, over cases of many kinds: what its lists show, the case shows."""
    kinds: list[dict[str, Any]] = [
        {}, {"tier": Tier.RED, "told": ("yanlou-police", "yanlou-centre", "huaxi-centre")}, {"category": "1501"}, {"lead": VILLAGE},
        {"stage": Stage.ARCHIVED, "ended_at": NOW}, {"lead": "yanlou-health"}, {"town": None, "centre": "huaxi-centre", "lead": "huaxi-hr"},
        {"mediator": Mediator(person=f"mediator@{VILLAGE}", unit=VILLAGE)}, {"stage": Stage.REGISTERED, "lead": None, "tasks": {}},
        {"tasks": {"t1": Task(id="t1", unit="yanlou-steward", title="code:assist", state=TaskState.FINISHED, raised_at=NOW)}},
    ]  # fmt: skip
    looked = 0
    for fields, person in product(kinds, place.staff.values()):
        one, who = case(**fields), Actor(person=person.id, role=person.role, unit=person.unit)
        if seen(one, who, network, person.grids):
            looked += 1
            shown = sight(one, who, network, person.grids)
            assert all(shown.sees(group) for group in LISTED[who.role] | ASKED[who.role]), (person.id, fields)
            assert not one.ended or all(shown.sees(group) for group in FILED[who.role]), (person.id, fields)
    assert looked > 100


def test_every_role_that_reaches_cases_has_its_lists() -> None:
    assert {role for role in Role if role in LISTED} == set(LISTED)
    assert set(STANDINGS) == set(Standing)


def test_every_happening_has_its_sentence_and_its_words_a_group() -> None:
    models = {model.model_fields["type"].default: model for model in get_args(get_args(What)[0])}
    assert set(TELLERS) == set(models)
    for name, fields in WORDS.items():
        assert set(fields) <= set(models[name].model_fields)


def test_what_is_offered_is_what_role_stage_and_relation_let_pass(place: LoadedPlace) -> None:
    from rules.shelf import SHELF

    docs = DOCS.model_copy(update={name: SHELF.add(getattr(place, name)) for name in ("network", "procedure", "risk", "calendar")})
    ctx = Context(now=NOW, library=SHELF)
    one = case(docs=docs, stage=Stage.ROUTED, moments={"registered": NOW, "routed": NOW})
    officer = allowed(one, actor("officer@yanlou-justice"), ctx)
    assert {"sign", "object"} <= set(officer)
    assert not {"screen", "agree", "audit", "open", "recalendar"} & set(officer)
    assert allowed(one, actor("officer@qingyan-justice"), ctx) == ()
    assert allowed(one.model_copy(update={"stage": None}), actor("clerk@yanlou-centre"), ctx) == ()
    assert "screen" in allowed(case(docs=docs, stage=Stage.REGISTERED), actor("screener@yanlou-centre"), ctx)
    offered = {
        do
        for role, unit in (("dispatcher", "yanlou-centre"), ("director", "yanlou-centre"))
        for do in allowed(one, actor(f"{role}@{unit}"), ctx)
    }
    assert offered <= set(PERMITS) - INTERNAL - NOT_OFFERED


def test_the_page_in_docs_is_printed_from_the_tables() -> None:
    assert (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8") == page(), "run: python -m scripts.permissions"
