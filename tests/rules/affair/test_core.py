"""The core that all kinds of affairs share, told by hazards: gates, folding, clocks, cards, receipts, work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.affair import hazard as h
from models.affair.base import Affair, AffairDocuments, AffairWork, Link
from models.affair.common import AnswerAffair, LiftAffairCard, LinkAffair, NoteAffair, RecalendarAffair, TickAffair
from models.party import SYSTEM, Actor
from models.refusal import Refusal, RefusalCode
from models.words import Role
from rules.affair.clocks import duties
from rules.affair.deciding import decide
from rules.affair.draft import AffairDraft
from rules.affair.folding import append, fold, replayed
from rules.affair.kind import AffairContext, bundle
from rules.affair.view import explain, view
from rules.affair.views import beside
from rules.chain import broken_at
from rules.hazard.kind import HAZARD
from rules.library import Library, UnknownDocument
from service.settings import ROOT
from store.places import load_place

PLACE = load_place(ROOT / "places" / "huaxi")
LIBRARY = Library()
DOCS = AffairDocuments(network=LIBRARY.add(PLACE.network), calendar=LIBRARY.add(PLACE.calendar), book=LIBRARY.add(PLACE.books["hazard"]))
MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""09:30 on a Monday in Huaxi."""

GUMENG = "520111105202"
Say = Callable[..., Any]


def who(post: str) -> Actor:
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


GRID, POLICE, VILLAGE = who("grid@yanlou-gumeng"), who("police@yanlou-police"), who("officer@yanlou-gumeng")


def blank() -> h.Hazard:
    return h.Hazard(id="x", source="desk", intake_id="1", docs=DOCS)


def report(**changes: Any) -> h.ReportHazard:
    return h.ReportHazard(**{"id": "open:x", "actor": GRID, "place": GUMENG, "item": "exits", "text": "t", **changes})


def after(hazard: Any, action: Any, now: datetime = MORNING) -> Any:
    """The hazard after an action that has to be accepted."""
    decided = decide(HAZARD, hazard, action, AffairContext(now=now, library=LIBRARY))
    assert not isinstance(decided, Refusal), decided
    return append(HAZARD, hazard, decided)[0]


def refusal(hazard: Any, action: Any, now: datetime = MORNING) -> RefusalCode:
    decided = decide(HAZARD, hazard, action, AffairContext(now=now, library=LIBRARY))
    assert isinstance(decided, Refusal)
    return decided.code


@pytest.fixture
def reported() -> h.Hazard:
    found: h.Hazard = after(blank(), report())
    return found


def test_the_first_event_carries_the_documents_and_the_receipt_is_kept(reported: h.Hazard) -> None:
    decided = decide(HAZARD, blank(), report(), AffairContext(now=MORNING, library=LIBRARY))
    assert not isinstance(decided, Refusal)
    assert decided[0].docs == DOCS
    receipt = reported.receipt("open:x")
    assert receipt is not None
    assert (receipt.seq, receipt.stage, receipt.events) == (1, "reported", ("hazard_reported",))


def test_stored_lines_fold_to_the_same_state(reported: h.Hazard) -> None:
    decided = decide(HAZARD, blank(), report(), AffairContext(now=MORNING, library=LIBRARY))
    assert not isinstance(decided, Refusal)
    state, lines = append(HAZARD, blank(), decided)
    assert replayed(HAZARD, blank(), lines) == state == reported
    assert broken_at(lines) is None


def test_an_event_out_of_turn_is_not_folded(reported: h.Hazard) -> None:
    decided = decide(HAZARD, blank(), report(), AffairContext(now=MORNING, library=LIBRARY))
    assert not isinstance(decided, Refusal)
    with pytest.raises(ValueError, match="does not follow"):
        fold(HAZARD, reported, decided[0])


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (report(item="nothing"), RefusalCode.INVALID),
        (report(occurred_at=MORNING + timedelta(hours=1)), RefusalCode.INVALID),
        (report(actor=who("citizen@a")), RefusalCode.NOT_ALLOWED),
        (report(place="999999999999"), RefusalCode.NOT_HOLDER),
        (report(actor=who("grid@yanlou-baigu")), RefusalCode.NOT_HOLDER),
        (report(unit="yanlou-nothing"), RefusalCode.UNKNOWN_UNIT),
        (h.FixHazard(id="f", actor=VILLAGE, text="t"), RefusalCode.WRONG_STAGE),
        (NoteAffair(id="n", actor=GRID, text="t"), RefusalCode.WRONG_STAGE),
    ],
)
def test_what_is_refused_before_there_is_anything(action: Any, code: RefusalCode) -> None:
    assert refusal(blank(), action) is code


def test_role_comes_before_stage_and_stage_before_holder(reported: h.Hazard) -> None:
    assert refusal(reported, h.InspectHazard(id="i", actor=who("archivist@yanlou-justice"), passed=True)) is RefusalCode.NOT_ALLOWED
    assert refusal(reported, h.InspectHazard(id="i", actor=who("grid@yanlou-baigu"), passed=True)) is RefusalCode.WRONG_STAGE
    assert refusal(reported, h.FixHazard(id="f", actor=POLICE, text="t")) is RefusalCode.NOT_HOLDER


def test_clocks_follow_the_state_and_a_note_moves_none(reported: h.Hazard) -> None:
    assert list(reported.clocks) == ["rectify"]
    noted = after(reported, NoteAffair(id="n", actor=GRID, text="t"), MORNING + timedelta(days=1))
    assert noted.clocks == reported.clocks
    fixed = after(noted, h.FixHazard(id="f", actor=VILLAGE, text="t"), MORNING + timedelta(days=1))
    assert list(fixed.clocks) == ["reinspect"]


def test_each_alarm_rings_once_and_a_card_closes_when_its_obligation_is_met(reported: h.Hazard) -> None:
    late = MORNING + timedelta(days=10)
    rung = after(reported, TickAffair(id="tick", actor=SYSTEM), late)
    assert [card.id for card in rung.cards] == ["rectify#1:yellow", "rectify#1:red"]
    assert decide(HAZARD, rung, TickAffair(id="tick", actor=SYSTEM), AffairContext(now=late, library=LIBRARY)) == ()
    fixed = after(rung, h.FixHazard(id="f", actor=VILLAGE, text="t"), late)
    assert all(card.closed_at is not None for card in fixed.cards)


def test_a_limit_that_begins_anew_is_another_round_with_cards_of_its_own(reported: h.Hazard) -> None:
    fixed = after(reported, h.FixHazard(id="f", actor=VILLAGE, text="t"))
    again = after(fixed, h.InspectHazard(id="i", actor=GRID, passed=False, text="t"))
    assert again.clocks["rectify"].round == 2
    rung = after(again, TickAffair(id="tick", actor=SYSTEM), MORNING + timedelta(days=10))
    assert rung.cards[0].id == "rectify#2:yellow"


def test_a_card_is_lifted_with_a_reason_and_never_by_its_holder(reported: h.Hazard) -> None:
    rung = after(reported, TickAffair(id="tick", actor=SYSTEM), MORNING + timedelta(days=4))
    director = who("director@yanlou-centre")
    card = "rectify#1:yellow"
    assert refusal(rung, LiftAffairCard(id="l", actor=VILLAGE, card=card, reason="r")) is RefusalCode.NOT_ALLOWED
    assert refusal(rung, LiftAffairCard(id="l", actor=director, card=card)) is RefusalCode.MISSING_REASON
    lifted = after(rung, LiftAffairCard(id="l", actor=director, card=card, reason="r"))
    assert lifted.cards[0].lifted
    assert refusal(lifted, LiftAffairCard(id="m", actor=director, card=card, reason="r")) is RefusalCode.ALREADY_DONE


def test_the_inbox_is_made_of_the_clocks_and_one_duty_holds_the_ball(reported: h.Hazard) -> None:
    docs = bundle(reported, LIBRARY, HAZARD.book)
    (duty,) = duties(HAZARD, reported, docs)
    assert (duty.act, duty.role, duty.unit, duty.holds_ball) == ("fix", Role.OFFICER, "yanlou-gumeng", True)
    made = beside(HAZARD, reported, docs)
    assert ("unit", "yanlou-gumeng") in made.access
    assert made.next_due == min(alarm.at for alarm in reported.clocks["rectify"].alarms if alarm.at is not None)
    closed = after(after(reported, h.FixHazard(id="f", actor=VILLAGE, text="t")), h.InspectHazard(id="i", actor=GRID, passed=True))
    assert (closed.ended, duties(HAZARD, closed, docs), closed.clocks) == (True, (), {})


def test_a_link_is_a_record_and_it_is_found_from_the_other_side(reported: h.Hazard) -> None:
    link = Link(kind="dispute", id="case-1", code="YANLOU-2026-00001", why="about")
    assert refusal(reported, LinkAffair(id="k", actor=GRID, to="nothing")) is RefusalCode.INVALID
    linked = after(reported, LinkAffair(id="k", actor=GRID, to=link.code, found=link))
    assert HAZARD.found_by(linked) == (("case", "case-1"),)
    assert refusal(linked, LinkAffair(id="m", actor=GRID, to=link.code, found=link)) is RefusalCode.ALREADY_DONE


def test_an_answer_is_taken_once_and_a_record_that_came_of_it_is_linked(reported: h.Hazard) -> None:
    ctx = AffairContext(now=MORNING, library=LIBRARY)
    draft = AffairDraft(HAZARD, reported, ctx, bundle(reported, LIBRARY, HAZARD.book), GRID, "a1")
    draft.ask("open_case", {"fields": {}})
    asked = draft.affair
    assert asked.work == {"w1": AffairWork(id="w1", kind="open_case", actor=GRID, action_id="a1", detail={"fields": {}})}
    link = {"kind": "dispute", "id": "c", "code": "C", "why": "opened"}
    answer = AnswerAffair(id="answer:w1", actor=SYSTEM, work="w1", result={"link": link})
    answered = after(asked, answer)
    assert (answered.work, answered.links) == ({}, (Link(**link),))
    assert refusal(answered, answer) is RefusalCode.ALREADY_DONE


def test_another_calendar_moves_clocks_and_says_which(reported: h.Hazard) -> None:
    calendar = PLACE.calendar.model_copy(update={"version": "other"})
    name = LIBRARY.add(calendar)
    director = who("director@huaxi-centre")
    moved = after(reported, RecalendarAffair(id="r", actor=director, calendar=name))
    assert (moved.docs.calendar, moved.clocks["rectify"].calendar) == (name, name)
    assert moved.clocks["rectify"].round == 1
    assert refusal(moved, RecalendarAffair(id="s", actor=director, calendar=name)) is RefusalCode.ALREADY_DONE
    with pytest.raises(UnknownDocument):
        after(reported, RecalendarAffair(id="r", actor=director, calendar="0" * 64))


def test_a_view_says_who_holds_the_ball_and_explains_each_clock(reported: h.Hazard) -> None:
    docs = bundle(reported, LIBRARY, HAZARD.book)
    seen = view(HAZARD, reported, docs, MORNING + timedelta(days=9))
    assert seen.holder is not None
    assert (seen.stage, seen.clocks[0].overdue, seen.cards) == ("reported", True, ())
    assert explain(HAZARD, reported, docs, MORNING).clocks[0].clock == "rectify"


def test_states_of_other_kinds_are_no_hazards() -> None:
    with pytest.raises(ValueError, match="kind"):
        h.Hazard.model_validate(Affair(kind="whistle", id="x", source="s", intake_id="1", docs=DOCS).model_dump())
