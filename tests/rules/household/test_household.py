"""Household files: what their book refuses, which dates run, who may do what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.affair import household as h
from models.affair.base import AffairDocuments
from models.affair.household_book import EXCLUDED, HouseholdBook, excluded
from models.party import Actor
from models.refusal import Refusal, RefusalCode
from models.words import Role
from rules.affair.deciding import decide
from rules.affair.folding import append
from rules.affair.kind import AffairContext, bundle
from rules.affair.views import beside
from rules.household.kind import HOUSEHOLD
from rules.library import Library
from rules.visibility import reach
from service.settings import ROOT
from store.places import load_place

PLACE = load_place(ROOT / "places" / "huaxi")
LIBRARY = Library()
DOCS = AffairDocuments(network=LIBRARY.add(PLACE.network), calendar=LIBRARY.add(PLACE.calendar), book=LIBRARY.add(PLACE.books["household"]))
MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
GUMENG, BAIGU = "520111105202", "520111105209"


def who(post: str) -> Actor:
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


GRID = who("grid@yanlou-gumeng")
HEAD = h.MemberIn(id="a", person="person:1", relation="head")
CTX = AffairContext(now=MORNING, library=LIBRARY)


def decided(file: Any, action: Any, now: datetime = MORNING) -> Any:
    return decide(HOUSEHOLD, file, action, AffairContext(now=now, library=LIBRARY))


def after(file: Any, action: Any, now: datetime = MORNING) -> Any:
    found = decided(file, action, now)
    assert not isinstance(found, Refusal), found
    return append(HOUSEHOLD, file, found)[0]


def code(file: Any, action: Any, now: datetime = MORNING) -> RefusalCode:
    found = decided(file, action, now)
    assert isinstance(found, Refusal)
    return found.code


def register(**changes: Any) -> h.RegisterHousehold:
    given = {"id": "r", "actor": GRID, "place": GUMENG, "number": "1", "address": "t", "members": (HEAD,), **changes}
    return h.RegisterHousehold(**given)


@pytest.fixture
def file() -> Any:
    return after(h.Household(id="x", source="s", intake_id="1", docs=DOCS), register())


def blank() -> h.Household:
    return h.Household(id="x", source="s", intake_id="1", docs=DOCS)


@pytest.mark.parametrize("word", [word for words in EXCLUDED.values() for word in words])
def test_no_list_of_the_book_may_name_an_excluded_factor(word: str) -> None:
    plain = PLACE.books["household"].model_dump(mode="json", by_alias=True)
    plain["needs"]["new"] = {"zh": f"按{word}登记", "en": "x"}
    with pytest.raises(ValidationError, match=r"needs\.new"):
        HouseholdBook.model_validate(plain)


def test_the_books_own_words_name_none() -> None:
    book = PLACE.books["household"]
    assert isinstance(book, HouseholdBook)
    assert [entry.zh for entry in book.needs.values() if excluded(entry.zh)] == []


def test_a_file_has_no_field_for_what_is_not_kept() -> None:
    with pytest.raises(ValidationError):
        h.RegisterHousehold.model_validate({**register().model_dump(), "ethnicity": "x"})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"needs": ("riches",)}, RefusalCode.INVALID),
        ({"contact": "pigeon"}, RefusalCode.INVALID),
        ({"members": (HEAD.model_copy(update={"relation": "boss"}),)}, RefusalCode.INVALID),
        ({"members": (HEAD, HEAD)}, RefusalCode.INVALID),
        ({"members": (HEAD, HEAD.model_copy(update={"id": "b"}))}, RefusalCode.INVALID),
        ({"members": (HEAD.model_copy(update={"person": None}),)}, RefusalCode.INVALID),
        ({"actor": who("auditor@yanlou-justice")}, RefusalCode.NOT_ALLOWED),
        ({"actor": who("grid@yanlou-baigu")}, RefusalCode.NOT_HOLDER),
        ({"place": "999999999999"}, RefusalCode.UNKNOWN_PLACE),
    ],
)
def test_what_is_refused_at_the_beginning(changes: dict[str, Any], expected: RefusalCode) -> None:
    assert code(blank(), register(**changes)) is expected


def test_the_need_that_asks_for_the_shortest_time_sets_the_next_visit() -> None:
    both = after(blank(), register(needs=("child_left", "elderly_alone")))
    assert both.next_visit == date(2026, 3, 16)
    assert after(blank(), register()).next_visit is None
    later = after(both, h.VisitHousehold(id="v", actor=GRID, outcome="well"), MORNING + timedelta(days=3))
    assert later.next_visit == date(2026, 3, 19)
    own = after(later, h.VisitHousehold(id="w", actor=GRID, outcome="well", next_visit=date(2026, 6, 1)), MORNING + timedelta(days=3))
    assert own.next_visit == date(2026, 6, 1)


def test_a_unit_that_owes_a_measure_finishes_it_and_sees_the_file_until_then(file: Any) -> None:
    housing = who("officer@yanlou-housing")
    agreed = after(file, h.AgreeMeasure(id="m", actor=GRID, measure="m1", what="t", unit="yanlou-housing", due=date(2026, 3, 9)))
    docs = bundle(agreed, LIBRARY, HOUSEHOLD.book)
    assert ("unit", "yanlou-housing") in beside(HOUSEHOLD, agreed, docs).access
    assert code(agreed, h.FinishMeasure(id="f", actor=housing, measure="m1", result="r", drop=True)) is RefusalCode.NOT_HOLDER
    done = after(agreed, h.FinishMeasure(id="f", actor=housing, measure="m1", result="r"))
    assert ("unit", "yanlou-housing") not in beside(HOUSEHOLD, done, docs).access
    assert (done.measures["m1"].open, done.clocks) == (False, {})
    assert code(done, h.FinishMeasure(id="g", actor=housing, measure="m1", result="r")) is RefusalCode.ALREADY_DONE


def test_nobody_sees_a_household_by_being_of_the_town(file: Any) -> None:
    kinds = {kind for kind, _ in beside(HOUSEHOLD, file, bundle(file, LIBRARY, HOUSEHOLD.book)).access}
    assert kinds == {"unit", "place", "party", "post"}


def test_the_desks_of_the_centre_see_it_by_their_posts(file: Any) -> None:
    found = beside(HOUSEHOLD, file, bundle(file, LIBRARY, HOUSEHOLD.book)).access
    for post in ("clerk@yanlou-centre", "director@yanlou-centre"):
        assert not set(reach(who(post), PLACE.network) or ()).isdisjoint(found)
    assert set(reach(who("auditor@yanlou-centre"), PLACE.network) or ()).isdisjoint(found)


def test_an_update_says_only_what_is_other_than_before(file: Any) -> None:
    found = decided(file, h.UpdateHousehold(id="u", actor=GRID, needs=("job",), contact=None, add=(HEAD,)))
    assert [event.what.model_dump(exclude_none=True, exclude={"type"}) for event in found] == [{"needs": ("job",), "members": {}}]
    assert code(file, h.UpdateHousehold(id="u", actor=GRID, add=(HEAD,))) is RefusalCode.ALREADY_DONE


def test_who_comes_back_is_the_same_member_again(file: Any) -> None:
    spouse = h.MemberIn(id="b", person="person:2", relation="spouse")
    two = after(file, h.UpdateHousehold(id="u", actor=GRID, add=(spouse,)))
    gone = after(two, h.UpdateHousehold(id="v", actor=GRID, leave=("b",)))
    assert gone.members["b"].left == date(2026, 3, 2)
    back = after(gone, h.UpdateHousehold(id="w", actor=GRID, add=(h.MemberIn(id="b"),)))
    assert back.members["b"] == two.members["b"]


def test_a_household_in_another_village_goes_along_with_its_grid(file: Any) -> None:
    centre = who("clerk@yanlou-centre")
    moved = after(file, h.UpdateHousehold(id="u", actor=centre, place=BAIGU))
    docs = bundle(moved, LIBRARY, HOUSEHOLD.book)
    assert ("place", BAIGU) in beside(HOUSEHOLD, moved, docs).access
    assert code(moved, h.PlanVisit(id="p", actor=GRID, day=date(2026, 4, 1))) is RefusalCode.NOT_HOLDER
