"""How much of an affair somebody reads: by how they stand to it, never more than its kind lets their role see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.affair.base import AffairDocuments
from models.affair.hazard import Hazard, ReportHazard
from models.party import Actor
from models.words import Role
from rules.affair.allowed import allowed
from rules.affair.deciding import decide
from rules.affair.folding import append
from rules.affair.kind import AffairBundle, AffairContext, bundle
from rules.affair.sight import EYES, affair_sight, named_to
from rules.authority import CENTRE
from rules.hazard.kind import HAZARD
from rules.library import Library
from rules.visibility import Group, Show
from rules.watch.kind import WATCH
from service.settings import ROOT
from store.places import LoadedPlace, load_place

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
OPENER = "grid@yanlou-gumeng"


@pytest.fixture(scope="module")
def place() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@pytest.fixture(scope="module")
def made(place: LoadedPlace) -> tuple[Hazard, AffairBundle]:
    """A hazard that the housing office of Yanlou has to see to."""
    library = Library()
    network, calendar, book = (library.add(one) for one in (place.network, place.calendar, place.books["hazard"]))
    docs = AffairDocuments(network=network, calendar=calendar, book=book)
    blank = Hazard(id="h", source="desk", intake_id="1", docs=docs)
    report = ReportHazard(id="a", actor=who(OPENER), place="520111105202", item="gas", text="vault:1:1")
    events = decide(HAZARD, blank, report, AffairContext(now=NOW, library=library))
    assert isinstance(events, tuple)
    hazard, _ = append(HAZARD, blank, events, None)
    return hazard, bundle(hazard, library, HAZARD.book)


def who(post: str) -> Actor:
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


READ: dict[str, tuple[Show, Show]] = {
    OPENER: (Show.FULL, Show.FULL),
    "officer@yanlou-housing": (Show.FULL, Show.FULL),
    "dispatcher@yanlou-centre": (Show.FULL, Show.FULL),
    "dispatcher@huaxi-centre": (Show.MASKED, Show.MASKED),
    "auditor@yanlou-justice": (Show.FULL, Show.FULL),
    "archivist@yanlou-justice": (Show.HIDDEN, Show.MASKED),
    "grid@yanlou-tongmu": (Show.HIDDEN, Show.MASKED),
    "adviser@yanlou-justice": (Show.HIDDEN, Show.HIDDEN),
    "analyst@huaxi-centre": (Show.HIDDEN, Show.HIDDEN),
    "admin_system@huaxi-centre": (Show.HIDDEN, Show.HIDDEN),
    "citizen@a": (Show.HIDDEN, Show.HIDDEN),
}
"""What each reads of words, and of names."""


@pytest.mark.parametrize("post", READ)
def test_words_and_names_go_by_how_somebody_stands_to_it(made: tuple[Hazard, AffairBundle], post: str) -> None:
    seen = affair_sight(HAZARD, made[0], who(post), made[1], OPENER)
    assert (seen.show(Group.SUMMARY), seen.show(Group.NAMES)) == READ[post]
    assert seen.sees(Group.WAY) is (who(post).role in EYES)


def test_a_kind_takes_away_and_never_gives(made: tuple[Hazard, AffairBundle]) -> None:
    less = replace(HAZARD, shows={Role.OFFICER: {Group.WAY: Show.FULL, Group.NAMES: Show.MASKED, Group.SUMMARY: Show.FULL}})
    officer = affair_sight(less, made[0], who("officer@yanlou-housing"), made[1], OPENER)
    assert (officer.show(Group.NAMES), officer.show(Group.PHONES), officer.show(Group.SUMMARY)) == (Show.MASKED, Show.HIDDEN, Show.FULL)
    adviser = replace(HAZARD, shows={Role.ADVISER: {Group.SUMMARY: Show.FULL}})
    assert not affair_sight(adviser, made[0], who("adviser@yanlou-justice"), made[1], OPENER).sees(Group.SUMMARY)


def test_that_a_watch_was_graded_is_heard_by_name_only_in_roles_that_read_grades() -> None:
    heard = {role for role in Role if named_to(WATCH, role, "watch_graded")}
    assert heard == {*CENTRE, Role.POLICE, Role.AUDITOR}
    assert all(named_to(WATCH, role, "noted") and named_to(HAZARD, role, "hazard_fixed") for role in Role)


def test_what_may_be_done_now_is_what_the_gates_let_pass(made: tuple[Hazard, AffairBundle]) -> None:
    hazard, docs = made
    assert allowed(HAZARD, hazard, who("officer@yanlou-housing"), docs) == ("fix", "pass", "note", "link")
    assert allowed(HAZARD, hazard, who("dispatcher@yanlou-centre"), docs) == ("fix", "pass", "note", "link")
    assert allowed(HAZARD, hazard, who("officer@qingyan-housing"), docs) == ()
    fixed = hazard.model_copy(update={"stage": "fixed"})
    assert allowed(HAZARD, fixed, who(OPENER), docs) == ("inspect", "note", "link")
    assert allowed(HAZARD, hazard.model_copy(update={"stage": None}), who(OPENER), docs) == ()
