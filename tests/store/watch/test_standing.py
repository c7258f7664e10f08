"""What stands in the store is counted in one statement, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from models.arrival import ArrivalState
from models.message import DeliveryState, GateState
from store.arrivals.arrival_tables import arrivals
from store.engine import Store
from store.messages.message_tables import deliveries, gates
from store.tables import cases, obligations, outbox
from store.watch.standing import Standing, standing

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def case(number: int, next_due: datetime | None, ended: bool = False) -> dict[str, object]:
    name = f"case-{number}"
    sums = {"head": "h", "duties_sum": "d", "access_sum": "a", "state": "{}"}
    times = {"opened_at": NOW, "updated_at": NOW, "ended_at": NOW if ended else None, "next_due": next_due}
    plain = {"tier": "green", "seq": 1, "chapter": 1, "suspended": False, "yellow_cards": 0, "red_cards": 0, "late": False}
    return {"case_id": name, "source": "window", "intake_id": name, "code": name, **sums, **times, **plain}


def duty(number: int, due: datetime | None) -> dict[str, object]:
    return {"case_id": "case-1", "id": str(number), "act": "sign", "role": "officer", "due": due, "provisional": False, "holds_ball": True}


def arrival(number: int, state: ArrivalState) -> dict[str, object]:
    return {"id": str(number), "sender": "court", "type": "t", "state": state, "detail": "", "at": NOW}


def message(number: int, state: DeliveryState, due: datetime) -> dict[str, object]:
    words = dict.fromkeys(("gate", "receiver", "lane", "medium", "template", "external_id", "type"), "x")
    numbers = {"seq": 1, "attempts": 0, "count": 1, "urgent": False, "foldable": False}
    return {"id": str(number), "state": state, "created_at": NOW, "since": NOW, "due_at": due, **words, **numbers}


async def test_an_empty_store_has_nothing(store: Store) -> None:
    assert set((await standing(store, NOW, NOW)).model_dump().values()) == {0}


async def test_what_is_there_is_counted_once(store: Store) -> None:
    async with store.write() as db:
        await db.execute(insert(cases), [case(1, NOW - HOUR), case(2, NOW + HOUR), case(3, None), case(4, NOW - HOUR, ended=True)])
        await db.execute(insert(obligations), [duty(1, NOW - HOUR), duty(2, NOW + HOUR), duty(3, None)])
        await db.execute(insert(arrivals), [arrival(number, state) for number, state in enumerate(ArrivalState)])
        row = {"case_id": "case-1", "seq": 1, "type": "registered", "at": NOW, "state": "new", "attempts": 0}
        await db.execute(insert(outbox), [row, {**row, "seq": 2, "state": "planned"}])
        await db.execute(insert(gates), [{"id": str(state), "state": state, "failures": 0} for state in GateState])
        sent = [message(number, state, NOW - HOUR) for number, state in enumerate(DeliveryState)]
        await db.execute(insert(deliveries), [*sent, message(9, DeliveryState.WAITING, NOW + HOUR)])
    assert await standing(store, NOW, NOW) == Standing(
        cases_open=3,
        alarms_late=1,
        duties_open=3,
        duties_overdue=1,
        arrivals_waiting=2,
        redactions_waiting=0,
        events_unplanned=1,
        messages_late=2,
        messages_dead=1,
        roads_shut=2,
        feed_end=2,
    )
