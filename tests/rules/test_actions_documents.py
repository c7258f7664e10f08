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
