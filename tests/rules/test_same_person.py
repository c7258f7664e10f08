"""One person in several posts, and one who stands in for another: rules that ask for somebody else see the person."""

from __future__ import annotations

from typing import Any

import pytest

from models.words import Stage
from tests.support.core import ACTIONS, CoreCase, actor
from tests.support.onward import case_at, done, refused, types

CLERK = "clerk@yanlou-centre"
MEDIATOR = "mediator@yanlou-gumeng"
SECOND = "mediator@yanlou-justice"
AUDITOR = "auditor@yanlou-justice"
CALM: dict[str, Any] = {"outcome": "calm", "satisfied": True, "by_contact": "phone"}


def act(core: CoreCase, post: str, do: str, *, person: str | None = None, also: tuple[str, ...] = (), **fields: Any) -> Any:
    """Act in a post; `person` is who stands in for its holder."""
    who = actor(post).model_copy(update={"also": also})
    if person is not None:
        who = who.model_copy(update={"person": person, "stands_for": post})
    return core.send(ACTIONS.validate_python({"do": do, "id": f"x{core.case.seq}", "actor": who.model_dump(), **fields}))


def test_the_mediator_visits_or_audits_in_none_of_their_posts() -> None:
    assert refused(act(case_at(Stage.FOLLOWING_UP), CLERK, "visit", also=(MEDIATOR,), **CALM)) == "same_person"
    assert refused(act(case_at(Stage.AUDITING), AUDITOR, "audit", also=(MEDIATOR,), passed=True)) == "same_person"
    assert types(act(case_at(Stage.AUDITING), AUDITOR, "audit", also=("clerk@yanlou-court",), passed=True)) == ["audit_requested"]


def test_a_handler_does_not_lower_the_tier_from_another_post() -> None:
    core = case_at(Stage.MEDIATING, people=35, risk_signs=["separation"])
    assert core.case.mediator is not None
    assert refused(act(core, CLERK, "regrade", also=(core.case.mediator.person,), tier="blue", reason="ref")) == "same_person"


def test_who_stands_in_does_what_the_absent_mediator_would() -> None:
    core = case_at(Stage.MEDIATING)
    assert refused(core.act(SECOND, "record", outcome="continue", text="ref")) == "not_holder"
    done(act(core, MEDIATOR, "record", person=SECOND, outcome="continue", text="ref"))
    assert (core.events[-1].actor.person, core.events[-1].actor.stands_for) == (SECOND, MEDIATOR)


@pytest.mark.parametrize(
    "changes",
    [{"former_mediators": (SECOND,)}, {"recused": (SECOND,)}, {"staff": SECOND}, {"kin": (SECOND,)}],
    ids=["former", "recused", "party", "kin"],
)
def test_who_could_not_mediate_the_case_does_not_stand_in_for_its_mediator(changes: dict[str, Any]) -> None:
    core = case_at(Stage.MEDIATING)
    if {"staff", "kin"} & set(changes):
        first = core.case.parties[0].model_copy(update=changes)
        changes = {"parties": (first, *core.case.parties[1:])}
    core.case = core.case.model_copy(update=changes)
    assert refused(act(core, MEDIATOR, "record", person=SECOND, outcome="continue", text="ref")) == "not_holder"


def test_who_has_handled_the_case_does_not_audit_it_for_an_absent_auditor() -> None:
    core = case_at(Stage.AUDITING)
    assert refused(act(core, AUDITOR, "audit", person=MEDIATOR, passed=True)) == "same_person"
    core.case = core.case.model_copy(update={"handlers": (*core.case.handlers, AUDITOR)})
    assert refused(act(core, AUDITOR, "audit", person="auditor@yanlou-centre", passed=True)) == "same_person"


def test_what_was_done_standing_in_counts_for_the_person() -> None:
    core = case_at(Stage.ROUTED)
    lead = f"officer@{core.case.lead}"
    done(act(core, lead, "sign", person=AUDITOR))
    assert AUDITOR in core.case.handlers


def test_a_case_may_be_handed_over_to_who_stands_in() -> None:
    core = case_at(Stage.MEDIATING)
    other = MEDIATOR + "#2"
    done(act(core, MEDIATOR, "hand_over", person=other, to=other, reason="ref"))
    assert core.case.mediator is not None
    assert core.case.mediator.person == other
