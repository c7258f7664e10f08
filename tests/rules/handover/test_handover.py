"""Handovers: proposed with all that is open, reviewed by somebody else, each piece settled once, and over when all is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.affair.handover import PieceState
from rules.affair.views import beside
from rules.handover.kind import HANDOVER, MOVE
from tests.support.affair import CoreAffair

LEAVER, RECEIVER = "mediator@qingyan-justice", "mediator@qingyan-justice#2"
DIRECTOR, LEADER = "director@qingyan-centre", "leader@qingyan-centre"
WORK = [{"record": "case-1", "kind": "dispute"}, {"record": "team-1", "kind": "team"}]


def fields(**changes: Any) -> dict[str, Any]:
    return {"leaver": LEAVER, "receiver": RECEIVER, "ground": "transfer", "last_day": "2026-03-20", "open_work": WORK, **changes}


def proposed(by: str = LEAVER) -> CoreAffair:
    found = CoreAffair(HANDOVER)
    found.done(by, "propose", **fields())
    return found


def states(found: CoreAffair) -> list[str]:
    return [str(piece.state) for piece in found.state.pieces.values()]


def test_an_approved_handover_moves_each_piece_and_is_over() -> None:
    found = proposed()
    assert [duty.id for duty in found.seen().duties if duty.holds_ball] == ["review"]
    found.done(DIRECTOR, "approve", open_work=[*WORK, {"record": "case-2", "kind": "dispute"}])
    asked = list(found.state.work.values())
    assert [(work.kind, work.detail["record"], work.detail["receiver"]) for work in asked] == [
        (MOVE, "case-1", RECEIVER),
        (MOVE, "team-1", RECEIVER),
        (MOVE, "case-2", RECEIVER),
    ]
    found.answer()
    found.answer(left="already_done")
    assert found.state.stage == "approved"
    found.answer()
    assert found.state.stage == "done"
    assert states(found) == ["moved", "left", "moved"]
    assert found.events[-1].what.model_dump()["counts"] == {"left": 1, "moved": 2}
    assert found.folds_again()


def test_a_refused_piece_goes_to_another_receiver_after_a_second_review() -> None:
    found = proposed(DIRECTOR)
    found.done(LEADER, "approve", open_work=WORK)
    assert found.refused(DIRECTOR, "redirect", receiver=f"{RECEIVER[:-1]}3") == "checklist_open moving"
    assert found.refused(DIRECTOR, "finish", reason="ref") == "checklist_open moving"
    found.answer(refused="conflict_of_interest", detail="")
    found.answer()
    assert found.state.stage == "approved"
    assert found.state.pieces["case-1"].refusal == "conflict_of_interest"
    assert found.refused(DIRECTOR, "finish") == "missing_reason"
    assert found.refused(DIRECTOR, "redirect", receiver=f"{RECEIVER[:-1]}3", records=["team-1"]) == "invalid records"
    found.done(DIRECTOR, "redirect", receiver=f"{RECEIVER[:-1]}3", records=["case-1"])
    assert found.state.stage == "proposed"
    assert states(found) == ["open", "moved"]
    assert found.refused(DIRECTOR, "approve") == "same_person"
    assert found.refused(DIRECTOR, "withdraw") == "too_late"
    found.done(LEADER, "approve", open_work=[])
    assert [work.detail["receiver"] for work in found.state.work.values()] == [f"{RECEIVER[:-1]}3"]
    found.answer()
    assert found.state.stage == "done"
    assert found.folds_again()


def test_what_can_not_be_moved_is_left_with_a_reason() -> None:
    found = proposed()
    found.done(DIRECTOR, "approve", open_work=WORK)
    found.answer(refused="same_person")
    found.answer()
    found.pass_time(days=9)
    assert {card.clock for card in found.state.cards} == {"move"}
    found.done("dispatcher@qingyan-centre", "finish", reason="ref")
    assert found.state.stage == "done"
    assert found.events[-1].what.model_dump()["counts"] == {"moved": 1, "refused": 1}
    assert found.state.pieces["case-1"].state is PieceState.REFUSED


@pytest.mark.parametrize(
    ("by", "changes", "code"),
    [
        (LEAVER, {"receiver": LEAVER}, "invalid receiver"),
        (LEAVER, {"receiver": "mediator@yanlou-justice"}, "invalid receiver"),
        (LEAVER, {"receiver": "officer@qingyan-justice"}, "invalid receiver"),
        (LEAVER, {"on_roll": False}, "invalid receiver"),
        (LEAVER, {"ground": "mood"}, "invalid ground"),
        (LEAVER, {"leaver": "mediator@nowhere"}, "invalid leaver"),
        (LEAVER, {"open_work": []}, "already_done nothing is open"),
        (RECEIVER, {}, "not_holder"),
        ("director@yanlou-centre", {}, "not_holder"),
    ],
)
def test_who_leaves_or_their_centre_proposes_and_the_receiver_holds_the_same_post(by: str, changes: dict[str, Any], code: str) -> None:
    assert CoreAffair(HANDOVER).refused(by, "propose", **fields(**changes)) == code


def test_nobody_reviews_what_they_proposed_and_no_other_town_does() -> None:
    found = proposed(DIRECTOR)
    assert found.refused(DIRECTOR, "approve") == "same_person"
    assert found.refused(DIRECTOR, "reject", reason="ref") == "same_person"
    assert found.refused("director@yanlou-centre", "approve") == "not_holder"
    assert found.refused("dispatcher@qingyan-centre", "approve") == "not_allowed"
    assert found.refused(LEADER, "reject") == "missing_reason"
    found.done(LEADER, "reject", reason="ref")
    assert found.state.ended
    assert found.state.work == {}


def test_a_review_that_does_not_come_is_carded_and_a_proposal_can_be_taken_back() -> None:
    found = proposed()
    found.move_to(found.now + timedelta(days=10))
    assert [str(card.kind) for card in found.state.cards] == ["yellow", "red"]
    found.done(LEAVER, "withdraw")
    assert found.state.stage == "withdrawn"
    assert found.state.clocks == {}


def test_it_is_open_to_the_centre_and_the_unit_and_names_records_by_nothing_but_their_ids() -> None:
    found = proposed()
    access = beside(HANDOVER, found.state, found.bundle).access
    assert ("unit", "qingyan-centre") in access
    assert ("unit", "qingyan-justice") in access
    assert {value for kind, value in access if kind == "person"} == {LEAVER, RECEIVER}
    assert set(found.state.pieces["case-1"].model_dump()) == {"record", "kind", "receiver", "state", "refusal"}
