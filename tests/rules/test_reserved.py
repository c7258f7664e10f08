"""Which cases are reserved, and to whom a town opens them."""

from __future__ import annotations

from typing import Any

import pytest

from models.party import Party
from models.record import Duty
from models.words import PartyKind, Role, Side
from rules.access import access
from rules.reserved import RESERVED, Reserve, closed_to, owing, posts, reserves
from rules.standins import ADMINS, mixes_admins
from service.settings import ROOT
from store.desk.lists import Eyes
from store.places import load_place
from tests.rules.test_visibility import actor, case


def party(**fields: Any) -> tuple[Party, ...]:
    return (Party(id="a", side=Side.APPLICANT, kind=PartyKind.PERSON, person="person:1", **fields),)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"category": "1502"}, Reserve.OFFICIAL),
        ({"parties": party(staff="officer@yanlou-housing")}, Reserve.OFFICIAL),
        ({"parties": party(minor=True)}, Reserve.MINOR),
        ({"risk_signs": ("missing_child",)}, Reserve.MINOR),
        ({"risk_signs": ("previous_violence",)}, Reserve.VIOLENCE),
        ({"category": "1403"}, Reserve.IDENTITY),
        ({"category": "1602"}, Reserve.IDENTITY),
    ],
)
def test_a_case_is_reserved_by_kind_people_and_signs(fields: dict[str, Any], why: Reserve) -> None:
    assert reserves(case(**fields)) == (why,)
    assert reserves(case()) == ()


def test_every_sign_of_the_rules_is_in_the_risk_table() -> None:
    signs = set(load_place(ROOT / "places" / "huaxi").risk.signs)
    assert {sign for rule in RESERVED.values() for sign in rule.signs} <= signs


def test_it_is_closed_to_the_counter_and_reports_on_officials_to_dispatchers_as_well() -> None:
    assert set(closed_to(Role.CLERK)) == set(closed_to(Role.SCREENER)) == set(Reserve)
    assert closed_to(Role.DISPATCHER) == (Reserve.OFFICIAL,)
    assert not any(closed_to(role) for role in (Role.DIRECTOR, Role.LEADER, Role.AUDITOR, Role.ARCHIVIST, Role.ANALYST))


def test_who_owes_something_in_it_still_sees_it() -> None:
    network = load_place(ROOT / "places" / "huaxi").network
    duties = (
        Duty(id="visit", act="visit", role=Role.CLERK, unit="yanlou-centre"),
        Duty(id="audit", act="audit", role=Role.AUDITOR, unit=None),
    )
    assert owing(duties, "yanlou") == {"clerk@yanlou-centre", "auditor@yanlou", "auditor@"}
    assert posts(actor("clerk@yanlou-centre"), "yanlou") == ("clerk@yanlou-centre", "clerk@yanlou")
    rows = frozenset(access(case(category="1401"), network, duties))
    assert ("reserved", "identity") in rows
    clerk = Eyes(scopes=(("town", "yanlou"), ("post", "clerk@yanlou-centre")), closed=("identity",))
    screener = Eyes(scopes=(("town", "yanlou"), ("post", "screener@yanlou-centre")), closed=("identity",))
    assert clerk.open_to(rows)
    assert not screener.open_to(rows)
    assert not Eyes(everything=True, closed=("identity",)).open_to(rows)
    assert Eyes(everything=True, closed=("minor",)).open_to(rows)
    assert screener.open_to(frozenset(access(case(), network, duties)))


def test_an_administrator_holds_no_other_post() -> None:
    for admin in ADMINS:
        assert not mixes_admins([admin, admin])
        for other in set(Role) - {admin}:
            assert mixes_admins([admin, other])
    assert not mixes_admins([Role.CLERK, Role.MEDIATOR])
