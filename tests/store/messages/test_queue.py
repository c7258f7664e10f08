from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.message import Attempt, Delivery, DeliveryState, ErrorClass, GateState, Medium
from models.message_plan import Pace, Patience
from store.engine import Overtaken, Store
from store.keyring.master_sources import MasterKeys
from store.messages.log import DeliveryLog
from store.messages.planning import Outgoing, Planned
from store.messages.sending import Sending, Taking
from store.records import Records
from tests.postgres import apart
from tests.store.making import Making

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
PACE, PATIENCE = Pace(per_minute=60_000, at_once=8), Patience()
OK = Attempt(status=204)


def hook(case: str = "one", seq: int = 1, gate: str = "webhook:a", **more: Any) -> Planned:
    fields = {"type": "noted", "receiver": gate, "medium": Medium.WEBHOOK, "template": "", "due_at": NOW, **more}
    return Planned.model_validate({"case_id": case, "seq": seq, "gate": gate, **fields})


def taking(at: datetime = NOW, worker: str = "w1", *, office_open: bool = True) -> Taking:
    return Taking(worker=worker, now=at, lease=timedelta(seconds=60), office_open=office_open)


async def test_the_outbox_is_planned_once_whoever_comes_second(store: Store) -> None:
    making = Making().write("a1", "a2")
    await Records(store).publish(making.publication())
    outgoing = Outgoing(store)
    first, second = await outgoing.fresh(), await outgoing.fresh()
    assert [(one.case_id, one.seq) for one in first] == [("case-one", 1), ("case-one", 2)]
    await outgoing.plan([one.id for one in first], [hook("case-one", one.seq) for one in first], NOW)
    with pytest.raises(Overtaken):
        await outgoing.plan([one.id for one in second], [hook("case-one", one.seq) for one in second], NOW)
    assert await outgoing.fresh() == []
    assert len(await DeliveryLog(store).page()) == 2


async def test_what_is_planned_twice_is_queued_once(store: Store) -> None:
    for _ in range(2):
        await Outgoing(store).queue([hook(), hook()], NOW)
    assert len(await DeliveryLog(store).page()) == 1


async def test_only_the_head_of_a_case_is_taken(store: Store) -> None:
    await Outgoing(store).queue([hook("x", 1), hook("x", 2), hook("y", 1)], NOW)
    sending = Sending(store)
    got = await sending.take("webhook:a", PACE, taking())
    assert [(one.case_id, one.seq) for one in got] == [("x", 1), ("y", 1)]
    assert await sending.take("webhook:a", PACE, taking()) == []
    await sending.settle(got[0], Attempt(error=ErrorClass.SERVER, status=500), (PACE, PATIENCE), taking(), 0.0)
    assert await sending.take("webhook:a", PACE, taking(NOW + timedelta(seconds=1))) == [], "the first one has failed: the second waits"
    (again,) = await sending.take("webhook:a", PACE, taking(NOW + timedelta(seconds=5)))
    assert (again.id, again.attempts) == (got[0].id, 1)
    await sending.settle(again, OK, (PACE, PATIENCE), taking(NOW + timedelta(seconds=5)), 0.0)
    (second,) = await sending.take("webhook:a", PACE, taking(NOW + timedelta(seconds=6)))
    assert (second.case_id, second.seq) == ("x", 2)


async def test_the_lease_of_a_worker_that_was_killed_runs_out(store: Store) -> None:
    await Outgoing(store).queue([hook()], NOW)
    sending = Sending(store)
    (first,) = await sending.take("webhook:a", PACE, taking(worker="killed"))
    assert await sending.take("webhook:a", PACE, taking(NOW + timedelta(seconds=59), "other")) == []
    assert await sending.due(NOW + timedelta(seconds=61)) == ["webhook:a"]
    (again,) = await sending.take("webhook:a", PACE, taking(NOW + timedelta(seconds=61), "other"))
    assert again.id == first.id
    assert not await sending.settle(first, OK, (PACE, PATIENCE), taking(worker="killed"), 0.0), "it is not theirs any more"
    assert await sending.settle(again, OK, (PACE, PATIENCE), taking(NOW + timedelta(seconds=62), "other"), 0.0)


async def test_outside_office_hours_only_what_is_urgent_goes(store: Store) -> None:
    await Outgoing(store).queue([hook("x", urgent=True), hook("y")], NOW)
    got = await Sending(store).take("webhook:a", PACE, taking(office_open=False))
    assert [one.case_id for one in got] == ["x"]


async def test_a_gone_receiver_is_switched_off_and_nothing_is_lost(store: Store) -> None:
    await Outgoing(store).queue([hook("x", 1), hook("x", 2)], NOW)
    sending, log = Sending(store), DeliveryLog(store)
    (first,) = await sending.take("webhook:a", PACE, taking())
    await sending.settle(first, Attempt(error=ErrorClass.GONE, status=410), (PACE, PATIENCE), taking(), 0.0)
    (gate,) = await log.gates()
    assert (gate.state, gate.waiting, gate.dead) == (GateState.DISABLED, 2, 0)
    later = NOW + timedelta(hours=1)
    assert await sending.take("webhook:a", PACE, taking(later)) == []
    assert await log.switch("webhook:a", on=True)
    assert [one.seq for one in await sending.take("webhook:a", PACE, taking(later))] == [1]


async def test_a_dead_letter_is_replayed_by_a_person(store: Store) -> None:
    await Outgoing(store).queue([hook("x", 1), hook("x", 2)], NOW)
    sending, log = Sending(store), DeliveryLog(store)
    (first,) = await sending.take("webhook:a", PACE, taking())
    await sending.settle(first, Attempt(error=ErrorClass.REFUSED, status=422), (PACE, PATIENCE), taking(), 0.0)
    (dead,) = await log.page(DeliveryState.DEAD)
    assert (dead.id, dead.error, dead.status, dead.attempts) == (first.id, ErrorClass.REFUSED, 422, 1)
    (second,) = await sending.take("webhook:a", PACE, taking())
    assert second.seq == 2, "what comes after a dead letter goes on"
    assert await log.replay([dead.id], None, "admin_system@huaxi-centre", NOW) == 1
    (again,) = await sending.take("webhook:a", PACE, taking())
    assert (again.id, again.attempts) == (first.id, 0)


async def test_what_waits_too_long_is_a_dead_letter_and_what_is_done_is_forgotten(store: Store) -> None:
    await Outgoing(store).queue([hook("x"), hook("y")], NOW)
    sending, log = Sending(store), DeliveryLog(store)
    (first, _) = await sending.take("webhook:a", PACE, taking())
    await sending.settle(first, OK, (PACE, PATIENCE), taking(), 0.0)
    later = NOW + timedelta(hours=73)
    await sending.due(later)
    (lapsed,) = await sending.take("webhook:a", PACE, taking(later))
    await sending.settle(lapsed, Attempt(error=ErrorClass.TIMEOUT), (PACE, PATIENCE), taking(later), 0.0)
    assert [one.case_id for one in await log.page(DeliveryState.DEAD)] == ["y"]
    assert await log.prune(later) == 1
    assert [one.case_id for one in await log.page()] == ["y"]


async def test_many_messages_become_one_digest(store: Store) -> None:
    more: dict[str, Any] = {"gate": "mail", "receiver": "account:1", "medium": Medium.MAIL, "foldable": True}
    await Outgoing(store).queue([hook(f"c{number}", 1, **more) for number in range(6)], NOW)
    await Outgoing(store).queue([hook("red", 1, **{**more, "foldable": False, "urgent": True})], NOW)
    outgoing = Outgoing(store)
    assert await outgoing.crowded(6, NOW) == []
    assert await outgoing.crowded(5, NOW) == [("mail", "account:1")]
    assert await outgoing.fold("mail", "account:1", 5, "digest", NOW) == 6
    assert await outgoing.fold("mail", "account:1", 5, "digest", NOW) == 0
    got = await Sending(store).take("mail", PACE, taking())
    assert [(one.type, one.count) for one in got] == [("noted", 1), ("digest", 6)]


@dataclass
class Receiver:
    """What came in by case, and when it was first seen."""

    first: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def get(self, delivery: Delivery) -> None:
        seen = self.first[str(delivery.case_id)]
        if delivery.seq not in seen:
            seen.append(delivery.seq)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), st.sampled_from("xyz")),
        st.tuples(st.just("send"), st.sampled_from(["ok", "fail", "busy", "accepted, then failed", "killed", "accepted, then killed"])),
        st.tuples(st.just("wait"), st.sampled_from(["1", "10", "100", "1000"])),
    ),
    min_size=5,
    max_size=40,
)


@given(steps=STEPS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_nothing_is_lost_and_each_case_comes_in_order(sqlite_template: Path, steps: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        shutil.copyfile(sqlite_template, Path(folder) / "jiefen.db")
        apart(play(Path(folder), steps))


async def play(folder: Path, steps: list[tuple[str, str]]) -> None:
    """Let the steps happen, then let everything get through; the receiver must have got each case whole and in order."""
    here = f"sqlite+aiosqlite:///{folder}"
    store = await Store.open(f"{here}/jiefen.db", f"{here}/keys.db", MasterKeys(folder / "master.key"))
    outgoing, sending, receiver = Outgoing(store), Sending(store), Receiver()
    planned: dict[str, int] = defaultdict(int)
    now, workers = NOW, iter(range(1000))
    answers = {"fail": ErrorClass.SERVER, "busy": ErrorClass.BUSY, "accepted, then failed": ErrorClass.TIMEOUT}
    for do, what in [*steps, *_to_the_end(len(steps))]:
        if do == "plan":
            planned[what] += 1
            await outgoing.queue([hook(what, planned[what])], now)
        elif do == "wait":
            now += timedelta(seconds=int(what))
        else:
            mine = taking(now, f"w{next(workers)}")
            for delivery in await sending.take("webhook:a", PACE, mine):
                if what.startswith(("ok", "accepted")):
                    receiver.get(delivery)
                if "killed" not in what:
                    await sending.settle(delivery, Attempt(error=answers.get(what)), (PACE, PATIENCE), mine, 0.5)
    await store.close()
    for case, count in planned.items():
        assert receiver.first[case] == list(range(1, count + 1))


def _to_the_end(count: int) -> Iterator[tuple[str, str]]:
    for _ in range(count + 5):
        yield from (("wait", "1000"), ("send", "ok"), ("wait", "10"), ("send", "ok"))


@pytest.mark.parametrize("fast", [timedelta(hours=2), timedelta(days=1)])
async def test_a_worker_whose_clock_was_fast_keeps_nobody_else_from_sending(store: Store, fast: timedelta) -> None:
    await Outgoing(store).queue([hook("x", 1), hook("x", 2), hook("y", 1), hook("z", 1)], NOW)
    sending, wrong = Sending(store), NOW + fast
    sent, failed, left = await sending.take("webhook:a", PACE, taking(wrong, "fast"))
    bad = Attempt(error=ErrorClass.SERVER, status=500)
    await sending.settle(sent, OK, (PACE, PATIENCE), taking(wrong, "fast"), 0.0)
    for patience in (PATIENCE, Patience(failures_to_open=1)):
        await sending.settle(failed, bad, (PACE, patience), taking(wrong, "fast"), 0.0)
    assert left.case_id == "z", "leased by it, and never settled"
    assert await sending.due(NOW) == ["webhook:a"]
    got = await sending.take("webhook:a", PACE, taking())
    assert [(one.case_id, one.seq) for one in got] == [("x", 2), ("y", 1), ("z", 1)]
