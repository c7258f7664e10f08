"""Marks: what the events of a case say of the units that worked on it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.case import Case
from models.words import CardKind, Mark, Stage
from rules.fold import fold
from rules.marks import TELLING, Marked, late, led_after, marked
from tests.support.core import CoreCase
from tests.support.filled import many
from tests.support.onward import case_at, done, go

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def marks(core: CoreCase) -> tuple[Marked, ...]:
    return marked((), None, core.events)


def kinds(core: CoreCase) -> list[tuple[str, str | None]]:
    return [(str(mark.kind), mark.unit) for mark in marks(core)]


def lead_of(core: CoreCase) -> str | None:
    """Who leads; a call, so that the type checker does not think it never changes."""
    return core.case.lead


def test_an_objection_is_the_objectors_whoever_leads_in_the_end() -> None:
    core = case_at(Stage.ROUTED)
    done(core.act("officer@yanlou-gumeng", "object", reason="ref"))
    done(core.act("dispatcher@yanlou-centre", "rule", uphold=True, to="yanlou-justice", reason="ref"))
    assert core.case.lead == "yanlou-justice"
    assert kinds(core) == [("objected", "yanlou-gumeng")]
    assert not late(core.case, marks(core))


def test_silence_and_a_missed_limit_are_late_for_who_let_them_pass() -> None:
    core = case_at(Stage.ROUTED)
    core.pass_time(days=3)
    assert ("deemed_signed", "yanlou-gumeng") in kinds(core)
    assert late(core.case, marks(core))
    core.pass_time(days=4)
    assert ("yellow", "yanlou-gumeng") in kinds(core)


def test_a_card_of_another_unit_does_not_make_the_lead_late() -> None:
    core = case_at(Stage.REGISTERED)
    core.pass_time(days=3)
    go(core, Stage.SIGNED)
    assert kinds(core) == [("yellow", "yanlou-centre")]
    assert core.case.lead == "yanlou-gumeng"
    assert not late(core.case, marks(core))


def test_a_lifted_card_leaves_no_mark() -> None:
    core = case_at(Stage.REGISTERED)
    core.pass_time(days=3)
    (card,) = [card for card in core.case.cards if card.kind is CardKind.YELLOW]
    done(core.act("leader@yanlou-centre", "lift_card", card=card.id, reason="ref"))
    assert kinds(core) == []


def test_a_taken_back_action_leaves_no_mark_and_gives_the_lead_back() -> None:
    core = case_at(Stage.SCREENED)
    done(core.act("dispatcher@yanlou-centre", "route", level="village"))
    assert lead_of(core) == "yanlou-gumeng"
    undo = core.case.undo
    assert undo is not None
    done(core.act("dispatcher@yanlou-centre", "take_back", action=undo.action_id))
    assert lead_of(core) is None
    core.pass_time(days=4)
    assert kinds(core) == [("yellow", "yanlou-centre")]


def test_mediation_beyond_its_limit_is_the_leads() -> None:
    core = case_at(Stage.MEDIATING, answers=True)
    done(core.act(str(core.case.mediator and core.case.mediator.person), "suspend", ground="appraisal", evidence="ref"))
    core.pass_time(days=1)
    done(core.act(str(core.case.mediator and core.case.mediator.person), "resume"))
    core.pass_time(days=60)
    assert Mark.OVERRUN in {mark.kind for mark in marks(core)}


def test_a_dissatisfied_reply_stays_with_the_unit_that_led_then_and_of_satisfied_ones_the_last_counts() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    visit: dict[str, Any] = {"outcome": "calm", "by_contact": "phone"}
    done(core.act("clerk@yanlou-centre", "visit", satisfied=True, **visit))
    done(core.act("clerk@yanlou-centre", "visit", satisfied=False, **visit))
    assert core.case.chapter == 2
    assert core.case.visits == ()
    assert kinds(core)[-2:] == [("satisfied", "yanlou-gumeng"), ("dissatisfied", "yanlou-gumeng")]
    go(core, Stage.FOLLOWING_UP, steps={"route": {"lead": "yanlou-justice", "level": "town"}})
    done(core.act("clerk@yanlou-centre", "visit", satisfied=True, **visit))
    replies = [(kind, unit) for kind, unit in kinds(core) if "satisfied" in kind]
    assert replies == [("dissatisfied", "yanlou-gumeng"), ("satisfied", "yanlou-justice")]


def test_a_partys_rating_is_a_reply_too() -> None:
    core = case_at(Stage.FOLLOWING_UP)
    done(core.act("citizen@a", "rate", party="a", satisfied=True))
    done(core.act("citizen@b", "rate", party="b", satisfied=False))
    assert kinds(core)[-2:] == [("satisfied", "yanlou-gumeng"), ("dissatisfied", "yanlou-gumeng")]


def test_what_passed_in_an_earlier_chapter_is_not_late_in_this_one() -> None:
    core = case_at(Stage.ROUTED)
    core.pass_time(days=3)
    assert late(core.case, marks(core))
    go(core, Stage.FOLLOWING_UP)
    done(core.act("clerk@yanlou-centre", "visit", outcome="relapse", satisfied=None, by_contact="phone"))
    go(core, Stage.SIGNED)
    assert core.case.lead == "yanlou-gumeng"
    assert not late(core.case, marks(core))


def test_event_by_event_the_marks_are_the_same_as_all_at_once() -> None:
    seen: set[Mark] = set()
    for core in many(40, NOW):
        found: tuple[Marked, ...] = ()
        case = Case(id=core.case.id, source=core.case.source, intake_id=core.case.intake_id, docs=core.case.docs)
        for event in core.events:
            if event.type in TELLING:
                found = marked(found, case.lead, [event])
            assert led_after(case.lead, event.what) == fold(case, event).lead
            case = fold(case, event)
        assert found == marks(core)
        seen |= {mark.kind for mark in found}
    assert seen >= set(Mark) - {Mark.RETURNED, Mark.OVERRUN}
