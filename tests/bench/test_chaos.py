"""The judge of `bench/chaos` finds what is doctored: each claim can fail, and none fails without a reason."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.chaos.certificate import root
from bench.chaos.faults import POSTGRESQL_ONLY, Fault, offered, plan
from bench.chaos.hurried import write_place
from bench.chaos.judge import CaseRow, Claim, Record, judge, lawful
from bench.chaos.told import Memory, Told
from models.case import Case
from models.event import Event
from models.words import Algorithm
from store.places import load_place
from tests.support.core import huaxi
from tests.support.filled import many

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
CARDED = "every reminder, card and rung came exactly once"


@dataclass
class Story:
    """What clients remember, what is stored, what was heard."""

    memory: Memory
    record: Record
    heard: list[tuple[str, int]]
    states: list[Case]

    def claims(self) -> dict[str, Claim]:
        library, _ = huaxi()
        found = judge(self.memory, self.record, self.heard)
        found += lawful(self.states, self.record.events, lambda case: library.bundle(case.docs), NOW)
        return {claim.name: claim for claim in found}

    def failing(self) -> set[str]:
        return {name for name, claim in self.claims().items() if not claim.holds}

    def some(self, met: Callable[[Event], bool]) -> tuple[str, int]:
        """Case and place of an event that is so."""
        return next((case_id, at) for case_id, events in self.record.events.items() for at, event in enumerate(events) if met(event))


def told(case_id: str, events: list[Event]) -> list[Told]:
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.action_id is not None:
            found.setdefault(event.action_id, []).append(event)
    return [
        Told(case_id, action, "do", seq=mine[-1].seq, events=tuple(event.type for event in mine))
        for action, mine in found.items()
        if not action.startswith("answer:")
    ]


@pytest.fixture(scope="module")
def whole() -> Story:
    """Cases as they came to be, with nothing wrong about them."""
    memory, heard, cores = Memory(), list[tuple[str, int]](), list(many(6, NOW, days=60, seed=3))
    record = Record({}, {}, Counter(), Counter(), set())
    for number, core in enumerate(cores, start=1):
        case, events = core.case, core.events
        record.cases[case.id] = CaseRow(case.id, f"YANLOU-2026-{number:05d}", case.intake_id, case.ended, case.seq, case.head)
        record.events[case.id] = events
        record.actions.update((case.id, action) for action in {event.action_id for event in events} - {None} if action is not None)
        record.outbox.update((case.id, event.seq) for event in events)
        record.running |= set() if case.ended else {case.id}
        memory.intakes[case.intake_id] = case.id
        memory.told += told(case.id, events)
        heard += [(case.id, event.seq) for event in events]
    memory.told.append(Told(cores[0].case.id, "b1", "sign", refused="not_holder"))
    assert record.running
    assert any(case.ended for case in record.cases.values())
    return Story(memory, record, heard, [core.case for core in cores])


@pytest.fixture
def story(whole: Story) -> Story:
    return copy.deepcopy(whole)


def test_a_whole_record_holds_and_what_is_delivered_again_does_no_harm(story: Story) -> None:
    story.heard += story.heard[-5:]
    assert story.failing() == set()


def test_a_lost_action_is_found(story: Story) -> None:
    lost = next(one for one in story.memory.told if one.accepted)
    del story.record.actions[lost.case_id, lost.action_id]
    claims = story.claims()
    assert story.failing() == {"every accepted action is in the record exactly once, with the events of its answer"}
    (offending,) = claims["every accepted action is in the record exactly once, with the events of its answer"].offending
    assert offending == f"{lost.case_id} {lost.action_id}: 0 times"


def test_an_action_done_twice_or_with_other_events_is_found(story: Story) -> None:
    first, second = [one for one in story.memory.told if one.accepted][:2]
    story.record.actions[first.case_id, first.action_id] += 1
    story.memory.told = [replace(one, events=("other",)) if one == second else one for one in story.memory.told]
    (claim,) = [claim for claim in story.claims().values() if not claim.holds]
    assert [one.partition(":")[0] for one in claim.offending] == [f"{one.case_id} {one.action_id}" for one in (first, second)]


def test_a_refused_action_that_was_done_is_found(story: Story) -> None:
    refused = next(one for one in story.memory.told if not one.accepted)
    story.record.actions[refused.case_id, refused.action_id] += 1
    assert story.failing() == {
        "no refused action is in the record; refusals have the procedure's codes",
        "nothing is in the record that nobody asked for",
    }


def test_a_case_that_is_not_there_any_more_and_an_answer_of_no_kind_are_no_refusals(story: Story) -> None:
    story.memory.told.append(Told(next(iter(story.record.cases)), "b2", "sign", refused="unknown_case"))
    assert story.failing() == set(), "it is there, and not theirs to see"
    story.memory.told += [Told("gone", "b3", "sign", refused="unknown_case"), Told("gone", "b4", "sign", refused="405")]
    assert story.failing() == {"no refused action is in the record; refusals have the procedure's codes"}


@pytest.mark.parametrize("kind", ["carded", "reminded", "escalated"])
def test_a_card_a_reminder_and_a_rung_that_came_twice_are_found(story: Story, kind: str) -> None:
    case_id, at = story.some(lambda event: event.type == kind)
    events = story.record.events[case_id]
    twin = events[at].model_copy(update={"seq": len(events) + 1})
    story.record.events[case_id] = [*events, twin]
    assert CARDED in story.failing()
    assert [one.partition(":")[0] for one in story.claims()[CARDED].offending] == [case_id]


def test_a_case_without_run_and_a_run_without_case_are_found(story: Story) -> None:
    orphan = story.record.running.pop()
    story.record.running.add("nobody")
    found = story.claims()
    assert found["every case that has not ended is carried by a run"].offending == (orphan,)
    assert found["every run carries a case that has not ended"].offending == ("nobody: no case",)
    assert len(story.failing()) == 2


def test_a_run_of_a_case_that_has_ended_is_found(story: Story) -> None:
    ended = next(case.case_id for case in story.record.cases.values() if case.ended)
    story.record.running.add(ended)
    assert story.claims()["every run carries a case that has not ended"].offending == (f"{ended}: the case has ended",)


def test_events_that_came_in_the_wrong_order_are_found(story: Story) -> None:
    at = next(i for i, (one, other) in enumerate(zip(story.heard, story.heard[1:], strict=False)) if one[0] == other[0] and one[1] > 1)
    case_id, seq = story.heard[at]
    story.heard[at], story.heard[at + 1] = story.heard[at + 1], story.heard[at]
    assert story.failing() == {"every case's events came in order"}
    assert story.claims()["every case's events came in order"].offending == (f"{case_id}: {seq + 1} after {seq - 1}",)


def test_an_event_that_never_came_and_one_that_never_was_are_found(story: Story) -> None:
    case_id, seq = story.heard.pop()
    story.heard.append(("nobody", 1))
    claim = story.claims()["every event was delivered at least once, and nothing else"]
    assert claim.offending == (f"{case_id}.{seq}: never heard", "nobody.1: heard, and not in the record")
    del story.record.outbox[case_id, seq]
    assert "every event stands in the outbox exactly once" in story.failing()


def test_a_gap_and_an_intake_that_became_two_cases_are_found(story: Story) -> None:
    case_id, at = story.some(lambda event: event.type == "noted" or event.seq == 3)
    story.record.events[case_id] = [event for event in story.record.events[case_id] if event.seq != at + 1]
    assert story.claims()["the events of every case are numbered without a gap"].offending == (case_id,)
    one, other = list(story.record.cases.values())[:2]
    story.record.cases[one.case_id] = replace(one, intake_id=other.intake_id)
    assert f"{other.intake_id}: 2 cases" in story.claims()["every intake is exactly one case, and no code is left out"].offending


def test_an_alarm_that_did_not_ring_and_an_unlawful_state_are_found(story: Story) -> None:
    at = next(i for i, case in enumerate(story.states) if case.clocks and not case.ended)
    case = story.states[at]
    name, clock = next((name, clock) for name, clock in case.clocks.items() if clock.alarms)
    due = clock.model_copy(update={"alarms": tuple(alarm.model_copy(update={"at": NOW, "rung": False}) for alarm in clock.alarms)})
    asleep = {**case.clocks, name: due}
    story.states[at] = case.model_copy(update={"clocks": asleep})
    assert "every alarm that was due has rung" in story.failing()
    story.states[at] = case.model_copy(update={"clocks": {}})
    assert "every case is in a state that the procedure allows, and somebody holds it" in story.failing()


def test_an_action_without_answer_and_one_with_two_are_found(story: Story) -> None:
    story.memory.unanswered.append("a9")
    story.memory.contradicted.append("a8")
    (claim,) = [claim for claim in story.claims().values() if not claim.holds]
    assert claim.offending == ("a9: no answer", "a8: two answers")


def test_a_claim_about_nothing_does_not_hold() -> None:
    assert not any(claim.holds for claim in judge(Memory(), Record({}, {}, Counter(), Counter(), set()), []))


def test_what_upkeep_and_the_queue_found_is_told(story: Story) -> None:
    story.record.drift, story.record.unverified, story.record.undelivered = ["a: run"], ["b: event 2"], ["c.1: dead"]
    assert {one for claim in story.claims().values() for one in claim.offending} == {"a: run", "b: event 2", "c.1: dead"}


def test_the_root_moves_with_every_head(story: Story) -> None:
    before = root(story.record, Algorithm.SHA256)
    one = next(iter(story.record.cases.values()))
    story.record.cases[one.case_id] = replace(one, head="sha256:other")
    assert root(story.record, Algorithm.SHA256) != before


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_same_seed_is_the_same_plan_and_every_fault_has_its_turn(database: str) -> None:
    possible = offered(database)
    lanes = plan(1, 600, possible)
    assert lanes == plan(1, 600, possible) != plan(2, 600, possible)
    assert {one.fault for lane in lanes.values() for one in lane} == possible
    assert all(sum(one.after + one.lasts for one in lane) < 600 for lane in lanes.values())
    longest = [max(one.lasts for one in plan(1, 600, possible, outage)["troubles"]) for outage in (0.0, 150.0)]
    assert longest[0] < 7 < longest[1] == 150
    assert sum(one.lasts == 150 for lane in plan(1, 600, possible, 150.0).values() for one in lane) == 1
    assert (database == "sqlite") == possible.isdisjoint(POSTGRESQL_ONLY)
    assert Fault.FULL_DISK not in {
        one.fault for lane in plan(1, 600, offered(database, without=[Fault.FULL_DISK])).values() for one in lane
    }


def test_a_place_in_a_hurry_is_a_place_whose_clocks_ring_within_minutes(tmp_path: Path) -> None:
    procedure = load_place(write_place(tmp_path)).procedure
    assert {str(budget) for budget in procedure.ladder.values()} == {"1min"}
    assert str(procedure.cards.red_after) == "1min"
    assert str(procedure.limits["sign"].budget) == "1min"
    assert str(procedure.limits["reopen"].budget) == "180d"
