"""Other documents for a running case: recalendar and rebase; and the engine's own notes, which are no action of a person."""

from __future__ import annotations

from datetime import date

import pytest

from models.clock import Budget
from models.library import Documents
from models.words import Stage
from rules.clock import derive
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, refused, types

DIRECTOR = "director@yanlou-centre"
OFF = date(2026, 3, 3)


def other_calendar(core: CoreCase) -> str:
    """A calendar with one more rest day, the day after the start."""
    calendar = core.library.calendar(core.case.docs.calendar)
    return core.library.add(calendar.model_copy(update={"version": "test-off", "off": (*calendar.off, OFF)}))


def other_procedure(core: CoreCase, **budgets: str) -> Documents:
    """The documents of the case with other budgets."""
    procedure = core.library.procedure(core.case.docs.procedure)
    changed = {name: procedure.limits[name].model_copy(update={"budget": Budget.model_validate(text)}) for name, text in budgets.items()}
    other = procedure.model_copy(update={"version": 9, "limits": {**procedure.limits, **changed}})
    return core.case.docs.model_copy(update={"procedure": core.library.add(other)})


def test_another_calendar_moves_the_clocks_and_says_which() -> None:
    core = case_at(Stage.SIGNED)
    before = dict(core.case.clocks)
    calendar = other_calendar(core)
    events = done(core.act(DIRECTOR, "recalendar", calendar=calendar))
    moved = events[0].what.moved  # type: ignore[union-attr]
    assert "contact" in moved
    assert all(clock.calendar == calendar for clock in core.case.clocks.values())
    assert {name for name in before if core.case.clocks[name].due != before[name].due} == set(moved)
    assert refused(core.act(DIRECTOR, "recalendar", calendar=calendar)) == "already_done"


@pytest.mark.parametrize(("post", "code"), [("clerk@yanlou-centre", "not_allowed"), ("director@qingyan-centre", "not_holder")])
def test_the_calendar_of_a_case_is_not_changed_by_anybody(post: str, code: str) -> None:
    core = case_at(Stage.SIGNED)
    assert refused(core.act(post, "recalendar", calendar=other_calendar(core))) == code


def test_a_rebased_case_counts_by_the_new_limits_from_the_old_starts() -> None:
    core = case_at(Stage.SIGNED)
    core.pass_time(hours=3)
    anchor = core.case.clocks["contact"].anchor
    assert types(core.act(DIRECTOR, "rebase", docs=other_procedure(core, contact="3wd").model_dump(), reason="ref")) == ["rebased"]
    clock = core.case.clocks["contact"]
    assert (str(clock.budget), clock.anchor, clock.round) == ("3wd", anchor, 1)
    assert clock == derive(clock, core.library.bundle(core.case.docs).cal)


def test_what_has_rung_stays_rung_after_a_rebase() -> None:
    core = case_at(Stage.SIGNED)
    core.pass_time(days=1, hours=9)
    assert [card.id for card in core.case.cards] == ["contact#1:yellow"]
    done(core.act(DIRECTOR, "rebase", docs=other_procedure(core, contact="2wd").model_dump(), reason="ref"))
    core.pass_time(days=1, hours=2)
    assert [card.id for card in core.case.cards if card.clock == "contact"] == ["contact#1:yellow"]


def test_a_rebase_brings_the_alarms_of_the_new_procedure() -> None:
    core = case_at(Stage.SIGNED)
    procedure = core.library.procedure(core.case.docs.procedure)
    cards = procedure.cards.model_copy(update={"red_after": Budget.model_validate("1wd")})
    other = core.library.add(procedure.model_copy(update={"version": 8, "cards": cards}))
    done(core.act(DIRECTOR, "rebase", docs={**core.case.docs.model_dump(), "procedure": other}, reason="ref"))
    core.pass_time(days=2, hours=9)
    assert [card.kind for card in core.case.cards if card.clock == "contact"] == ["yellow", "red"]


@pytest.mark.parametrize(
    ("post", "reason", "code"),
    [
        ("dispatcher@yanlou-centre", "ref", "not_allowed"),
        ("director@qingyan-centre", "ref", "not_holder"),
        (DIRECTOR, "", "missing_reason"),
    ],
)
def test_rebasing_is_refused(post: str, reason: str, code: str) -> None:
    core = case_at(Stage.SIGNED)
    docs = other_procedure(core, contact="2wd").model_dump()
    assert refused(core.act(post, "rebase", docs=docs, reason=reason)) == code
    assert refused(core.act(DIRECTOR, "rebase", docs=core.case.docs.model_dump(), reason="ref")) == "already_done"


def test_a_case_that_went_on_from_the_record_says_so() -> None:
    core = case_at(Stage.SIGNED)
    before = core.case.clocks
    assert types(core.act("system@system", "restart", why="diverged")) == ["restarted"]
    assert core.case.clocks == before
    for do, fields in (("restart", {"why": "replay"}), ("tick", {}), ("answer", {"work": "x", "result": {}})):
        assert refused(core.act(DIRECTOR, do, **fields)) == "not_allowed"


def planned(core: CoreCase, docs: Documents) -> list[str]:
    return types(core.act(DIRECTOR, "rebase", docs=docs.model_dump(), reason="ref", start="next_stage"))


def test_a_planned_rebase_waits_for_the_next_stage() -> None:
    core = case_at(Stage.ROUTED)
    old, new = core.case.docs, other_procedure(core, contact="4wd", sign="3wd")
    sign = core.case.clocks["sign"]
    assert planned(core, new) == ["rebase_planned"]
    assert (core.case.docs, core.case.docs_planned, core.case.clocks["sign"]) == (old, new, sign)
    assert refused(core.act(DIRECTOR, "rebase", docs=new.model_dump(), reason="ref", start="next_stage")) == "already_done"
    done(core.act("clerk@yanlou-centre", "note", text="ref"))
    assert core.case.docs == old
    events = done(core.act("officer@yanlou-gumeng", "sign"))
    assert [event.type for event in events] == ["signed", "rebased"]
    assert (core.case.docs, core.case.docs_planned) == (new, None)
    assert str(core.case.clocks["contact"].budget) == "4wd"


def test_the_clock_brings_a_planned_rebase_about_as_well() -> None:
    core = case_at(Stage.ROUTED)
    new = other_procedure(core, contact="4wd")
    planned(core, new)
    core.pass_time(days=4)
    assert "deemed_signed" in [event.type for event in core.events]
    assert core.case.docs == new
    assert str(core.case.clocks["contact"].budget) == "4wd"


def test_a_plan_is_dropped_by_asking_for_the_documents_one_has() -> None:
    core = case_at(Stage.ROUTED)
    old = core.case.docs
    planned(core, other_procedure(core, contact="4wd"))
    assert types(core.act(DIRECTOR, "rebase", docs=old.model_dump(), reason="ref")) == ["rebase_planned"]
    assert core.case.docs_planned is None
    assert refused(core.act(DIRECTOR, "rebase", docs=old.model_dump(), reason="ref")) == "already_done"
    done(core.act("officer@yanlou-gumeng", "sign"))
    assert core.case.docs == old


def test_going_over_at_once_settles_a_plan_and_an_end_leaves_it_behind() -> None:
    core = case_at(Stage.ROUTED)
    planned(core, other_procedure(core, contact="4wd"))
    now = other_procedure(core, contact="5wd")
    assert types(core.act(DIRECTOR, "rebase", docs=now.model_dump(), reason="ref")) == ["rebased"]
    assert (core.case.docs, core.case.docs_planned) == (now, None)
    planned(core, other_procedure(core, contact="6wd"))
    events = done(core.act("officer@yanlou-gumeng", "withdraw", party="a", reason="ref"))
    assert events[-1].type == "withdrawn"
    assert core.case.docs == now
