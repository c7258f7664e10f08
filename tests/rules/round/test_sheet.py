"""Sheets in the pure core: results one by one and in batches, each target once, findings once, the end by the clock, one report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.affair.base import Link
from models.party import SYSTEM
from rules.clock import start
from rules.round.sheet import SHEET
from tests.support.affair import GUMENG, MORNING, CoreAffair

MEMBER, CENTRE, OTHER = "grid@yanlou-gumeng", "dispatcher@yanlou-centre", "grid@yanlou-balou"
FINE = {"exits": "clear", "ebike": "safe", "wiring": "safe"}
LINK = {"kind": "hazard", "id": "h1", "code": "YANLOU-HZ-2026-00001", "why": "opened"}


def dealt(*targets: str, plan: str = "fire") -> CoreAffair:
    """A sheet of a fire inspection that was dealt this morning."""
    core = CoreAffair(SHEET)
    limit = core.bundle.book.plans[plan].due
    clock = start("due", f"{plan}.due", limit.budget, MORNING, core.state.docs.calendar, core.bundle.cal)
    link = Link(kind="round", id="r1", code="YANLOU-RD-2026-00001", why="part")
    named = targets or ("a", "b", "c")
    core.done(SYSTEM, "deal", round=link, plan=plan, no=1, place=GUMENG, targets=named, clock=clock)
    return core


def entry(target: str, number: str, *, row: int = 1, hours: float = 0, **changes: Any) -> dict[str, Any]:
    at = MORNING + timedelta(hours=hours) if hours else None
    return {"row": row, "id": number, "target": target, "outcome": "visited", "at": at, "answers": FINE, **changes}


def outcomes(core: CoreAffair) -> dict[str, str]:
    return {target: str(mark.outcome) for target, mark in core.state.marks.items()}


def test_a_sheet_belongs_to_whoever_walks_the_grid_and_is_due_when_its_round_is() -> None:
    core = dealt()
    (duty,) = core.seen().duties
    assert (duty.act, duty.role, duty.unit, duty.clock) == ("visit", "grid", "yanlou-gumeng", "due")
    assert core.refused(OTHER, "visit", target="a", answers=FINE) == "not_holder"
    assert (
        core.refused(MEMBER, "deal", round=LINK, plan="fire", no=1, place=GUMENG, targets=["a"], clock=core.state.clocks["due"])
        == "not_allowed"
    )


@pytest.mark.parametrize(
    ("do", "fields", "refusal"),
    [
        ("visit", {"target": "x", "answers": FINE}, "invalid target"),
        ("visit", {"target": "a", "answers": {"exits": "clear"}}, "invalid answers.ebike"),
        ("visit", {"target": "a", "answers": {**FINE, "exits": "maybe"}}, "invalid answers.exits"),
        ("visit", {"target": "a", "answers": {**FINE, "colour": "red"}}, "invalid answers.colour"),
        ("visit", {"target": "a", "answers": FINE, "findings": [{"finding": "partition"}]}, "invalid findings.0.finding"),
        ("visit", {"target": "a", "answers": FINE, "findings": [{"finding": "gas"}]}, "missing_reason findings.0.text"),
        ("visit", {"target": "a", "answers": FINE, "occurred_at": MORNING - timedelta(days=1)}, "invalid at"),
        ("visit", {"target": "a", "answers": FINE, "occurred_at": MORNING + timedelta(days=1)}, "invalid occurred_at"),
        ("skip", {"target": "a", "skip": "bored"}, "invalid skip"),
        ("skip", {"target": "a", "skip": "moved"}, "invalid skip"),
        ("skip", {"target": "a", "skip": "away"}, "missing_reason text"),
    ],
)
def test_a_result_that_can_not_be_taken_is_refused_by_its_field(do: str, fields: dict[str, Any], refusal: str) -> None:
    assert dealt().refused(MEMBER, do, **fields) == refusal


def test_a_target_comes_to_one_end_and_the_first_result_stays() -> None:
    core = dealt()
    core.done(MEMBER, "skip", target="a", skip="closed")
    assert core.refused(MEMBER, "visit", target="a", answers=FINE) == "already_done target"
    core.done(CENTRE, "visit", target="b", answers=FINE)
    assert outcomes(core) == {"a": "skipped", "b": "visited"}
    assert core.state.left == ("c",)


def test_a_batch_is_taken_in_the_order_it_happened_and_names_what_it_can_not_take() -> None:
    core = dealt()
    core.pass_time(days=1)
    rows = [
        entry("a", "r2", row=1, hours=5),
        entry("a", "r1", row=2, hours=3, outcome="skipped", answers={}, skip="closed"),
        entry("nowhere", "r3", row=3, hours=4),
        entry("b", "r4", row=4, hours=4, answers={}),
        entry("b", "r5", row=5, hours=48),
        entry("c", "r6", row=6, hours=2),
    ]
    core.done(MEMBER, "enter", entries=rows)
    what = core.events[-1].what
    assert [(row.row, row.id, row.field, row.reason) for row in what.broken] == [  # type: ignore[attr-defined]
        (1, "r2", "target", "already_done"),
        (3, "r3", "target", "invalid"),
        (4, "r4", "answers.exits", "invalid"),
        (5, "r5", "at", "invalid"),
    ]
    assert outcomes(core) == {"a": "skipped", "c": "visited"}
    assert all(result.claimed for result in what.results)  # type: ignore[attr-defined]


def test_the_same_rows_again_change_nothing_and_are_told_as_repeated() -> None:
    core = dealt()
    core.pass_time(days=1)
    rows = [entry("a", "r1", row=1, hours=5), entry("b", "r2", row=2, hours=3)]
    core.done(MEMBER, "enter", entries=rows)
    before = core.state.marks
    core.done(MEMBER, "enter", entries=rows[::-1])
    what = core.events[-1].what
    assert (what.repeated, what.results, what.broken) == (2, (), ())  # type: ignore[attr-defined]
    assert core.state.marks == before


def test_the_clock_ends_what_is_left_after_its_grace_and_a_late_result_says_so() -> None:
    core = dealt()
    core.move_to(core.state.clocks["due"].due.at + timedelta(hours=2))
    core.done(MEMBER, "visit", target="a", answers=FINE)
    assert core.events[-1].what.result.late  # type: ignore[attr-defined]
    core.pass_time(days=5)
    assert outcomes(core) == {"a": "visited", "b": "overdue", "c": "overdue"}
    assert core.state.stage == "reporting"
    assert core.types.count("targets_overdue") == 1
    assert {"reminded", "carded"} <= set(core.types)
    assert core.folds_again()


def test_the_round_is_told_once_with_the_counts() -> None:
    core = dealt("a")
    core.done(MEMBER, "visit", target="a", answers=FINE)
    (work,) = core.state.work.values()
    assert (work.kind, work.actor, work.action_id) == ("act_affair", SYSTEM, None)
    assert work.detail["fields"]["tally"] == {"visited": 1, "skipped": 0, "excused": 0, "overdue": 0}
    core.answer(seq=5)
    assert core.state.stage == "done"
    assert core.refused(MEMBER, "visit", target="a", answers=FINE) == "wrong_stage done"


def test_a_finding_opens_one_record_that_is_linked_before_the_round_is_told() -> None:
    core = dealt("a")
    core.done(MEMBER, "visit", target="a", answers={**FINE, "exits": "blocked"}, text="vault:1")
    (work,) = core.state.work.values()
    assert (work.kind, work.detail["kind"], work.detail["fields"]) == (
        "open_affair",
        "hazard",
        {"item": "exits", "place": GUMENG, "text": "vault:1"},
    )
    assert core.state.stage == "open"
    core.answer(link=LINK)
    assert core.state.stage == "reporting"
    assert [link.id for link in core.state.links] == ["r1", "h1"]


def test_an_answer_that_finds_something_is_told_in_the_words_of_the_book() -> None:
    core = dealt("a")
    core.done(MEMBER, "visit", target="a", answers={**FINE, "exits": "blocked"})
    (work,) = core.state.work.values()
    assert (work.detail["fields"]["text"], work.detail["texts"]) == ("疏散通道：堵塞", [])


def test_a_finding_for_which_nothing_opens_keeps_the_sheet_until_somebody_has_seen_to_it() -> None:
    core = dealt("a")
    core.done(MEMBER, "visit", target="a", answers={**FINE, "ebike": "indoors"})
    core.answer(refused="invalid", detail="item")
    assert core.state.stage == "open"
    assert [(duty.act, duty.unit) for duty in core.seen().duties] == [("settle", "yanlou-centre")]
    (work,) = core.state.stuck
    assert core.refused(MEMBER, "settle", work=work, text="t") == "not_allowed"
    assert core.refused(CENTRE, "settle", work=work) == "missing_reason"
    core.done(CENTRE, "settle", work=work, text="t")
    assert core.state.stage == "reporting"


def test_a_dispute_takes_a_person_and_a_count_takes_a_number() -> None:
    core = dealt("a", plan="presence")
    police = "police@yanlou-police"
    counts = {"visits": "12", "links": "2", "publicity": "1", "mediated": "0"}
    found = {"finding": "dispute", "text": "vault:1"}
    assert core.refused(police, "visit", target="a", answers={**counts, "visits": "many"}) == "invalid answers.visits"
    assert core.refused(police, "visit", target="a", answers=counts, findings=[found]) == "invalid findings.0.person"
    core.done(police, "visit", target="a", answers=counts, findings=[{**found, "person": "person:1"}])
    (work,) = core.state.work.values()
    assert (work.kind, work.detail["fields"]["parties"][0]["person"]) == ("open_case", "person:1")


def test_standing_still_keeps_the_clock_and_still_takes_results() -> None:
    core = dealt()
    core.done(SYSTEM, "pause")
    assert core.refused(SYSTEM, "pause") == "already_done"
    core.pass_time(days=60)
    assert core.state.stage == "open"
    core.done(MEMBER, "visit", target="a", answers=FINE)
    core.done(SYSTEM, "resume")
    assert core.state.clocks["due"].due.at > core.now
    core.pass_time(days=60)
    assert outcomes(core) == {"a": "visited", "b": "overdue", "c": "overdue"}
