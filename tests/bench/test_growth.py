"""The measurements of waiting and of growth run over one server, lose no card, and count right. No time is asserted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench import crowd, growth, hops, latency
from bench.growth import How
from bench.stamps import SENT, Stamps
from bench.times import told
from rules.clock import next_alarm
from tests.support.processes import Program, serving


@pytest.fixture(scope="module")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    async with serving(tmp_path_factory.mktemp("temporal")) as running:
        yield running


@pytest.mark.timeout(300)
async def test_every_kind_of_asking_is_timed_and_the_hops_of_actions_are_the_whole_of_them(temporal: Program, tmp_path: Path) -> None:
    result = await latency.measure(temporal, tmp_path, {"three": (3, 0.0)}, 0.5)
    mode = result["modes"]["three"]
    assert mode["refused"] == {}
    assert all(mode["ms"][kind]["count"] > 0 for kind in latency.KINDS if kind != "intake")
    assert mode["hops"]["actions"] > 0
    assert sum(mode["hops"][hop]["share"] for hop in hops.HOPS) == pytest.approx(1, abs=0.01)
    latency.show(json.loads(json.dumps(result)))


@pytest.mark.timeout(300)
async def test_every_running_case_gets_its_card_once_at_closing_and_a_worker_comes_back_over_all_of_them(
    temporal: Program, tmp_path: Path
) -> None:
    found = await growth.measured(temporal, tmp_path, 9, How(actions=4, rounds=1, lead=2.0))
    assert (found["open"], found["running"]) == (9, 9)
    assert (found["storm"]["cases"], found["storm"]["carded"], found["storm"]["twice"]) == (9, 9, 0)
    assert found["action"]["ms"]["count"] == 4
    assert set(found["start_s"]) == {"worker", "worker, checked"}
    growth.show(json.loads(json.dumps({"sizes": [found, found], "ratios": growth.ratios([found, found])})))


def test_each_kind_of_the_crowd_has_its_next_alarm_at_closing_and_gets_one_card_there_and_no_other_that_day() -> None:
    for seed in crowd.seeds():
        assert next_alarm(seed.case.clocks.values()) == crowd.CLOSING
    crowd.seeds.cache_clear()
    for core in crowd.seeds():
        before = len(core.events)
        core.move_to(crowd.CLOSING + timedelta(hours=20))
        assert [event.type for event in core.events[before:]].count(crowd.CARDED) == 1
    crowd.seeds.cache_clear()


def test_the_servers_times_of_an_action_are_those_of_the_task_that_accepted_it() -> None:
    def event(kind: EventType.ValueType, second: int, update: str = "") -> HistoryEvent:
        made = HistoryEvent(event_type=kind)
        made.event_time.FromDatetime(datetime(2026, 3, 2, 0, 0, second, tzinfo=UTC))
        if update:
            made.workflow_execution_update_accepted_event_attributes.accepted_request.meta.update_id = update
        return made

    task = (
        EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    )
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    history = [event(kind, second) for second, kind in enumerate(task)] + [event(accepted, 3, "a"), event(accepted, 3, "b")]
    history += [event(kind, 10 + second) for second, kind in enumerate(task)] + [event(accepted, 13, "c")]
    found = hops.told_by(history)
    seconds = {update: [at // 10**9 % 60 for at in times.values()] for update, times in found.items()}
    assert seconds == {"a": [0, 1, 2], "b": [0, 1, 2], "c": [10, 11, 12]}


def test_hops_add_up_to_the_way_and_an_action_that_lacks_a_station_is_left_out() -> None:
    whole = {station: number * 10**6 for number, station in enumerate(hops.WAY)}
    callers: Stamps = {"a": {hops.ASKED: 0, hops.DONE: whole[hops.DONE]}, "b": {hops.ASKED: 0, hops.DONE: 7}}
    others: Stamps = {"a": {name: at for name, at in whole.items() if name not in callers["a"]}, "b": {SENT: 1}}
    actions = hops.merged(callers, others)
    assert actions == [whole]
    shares = hops.shares(actions)
    service = next(iter(hops.HOPS))
    assert shares[service]["mean_ms"] == 2.0
    assert sum(shares[hop]["mean_ms"] for hop in hops.HOPS) == len(hops.WAY) - 1
    assert sum(shares[hop]["share"] for hop in hops.HOPS) == pytest.approx(1, abs=0.001)


def test_times_are_told_by_their_place_among_all_in_milliseconds() -> None:
    assert told([number / 1000 for number in range(1, 201)]) == {"count": 200, "p50": 100.5, "p95": 191.0, "p99": 199.0, "max": 200.0}
    assert told([0.5]) == {"count": 1, "p50": 500.0, "p95": 500.0, "p99": 500.0, "max": 500.0}
    assert told([]) == {"count": 0}


def test_the_ratio_of_costs_is_that_of_the_second_size_to_the_first() -> None:
    def size(each: float) -> dict[str, dict[str, dict[str, float]]]:
        return {name: {"cpu_ms": {"together": each}} for name in ("starting", "storm", "action")}

    assert growth.ratios([size(10.0), size(12.0), size(99.0)]) == {"starting": 1.2, "storm": 1.2, "action": 1.2}
    assert growth.ratios([size(10.0)]) == {}
