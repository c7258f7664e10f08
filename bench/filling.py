"""A town that has been watched for a while: for `bench/watches.py`, watches with their signals in the record, each with its run.

What a watch's signals lead to is decided by the same rules, and stored by the same publications, as if each had come through the
service; its run then begins from the record. What a grade has asked for is served by the worker, as always.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

from models.affair.record import AffairStart
from models.affair.watch.state import SignalChannel, Subject
from models.party import Actor
from models.record import Line
from models.refusal import Refusal
from rules.affair.deciding import decide
from rules.affair.folding import append
from rules.affair.kind import AffairContext, bundle
from rules.watch.kind import WATCH
from rules.watch.subject import key
from service.affairs.desk import Affairs
from service.affairs.sending import views_of
from service.affairs.watches import Seen
from service.cases import NAMESPACE
from service.office import Office
from store.affairs.publishing import AffairViews, Burst

TOGETHER, AT_ONCE = 100, 16
"""Watches that are stored in one transaction, and runs that are started at the same time."""

PLACE = "520111105202"


def subject(number: str) -> dict[str, str]:
    """The subject of a household."""
    return {"of": "household", "place": PLACE, "number": number}


def known_by(number: str) -> str:
    """The intake id that the rules make of a household's subject."""
    return key(Subject.model_validate(subject(number)))


async def filled(office: Office, affairs: Affairs, who: Actor, houses: Sequence[tuple[str, Sequence[Seen]]]) -> None:
    """Bring the watches of these households with their signals into the record, and start a run for each."""
    for begin in range(0, len(houses), TOGETHER):
        bursts = [_burst(office, affairs, who, number, signals) for number, signals in houses[begin : begin + TOGETHER]]
        answers = await office.affairs.publish_many(bursts)
        gate = asyncio.Semaphore(AT_ONCE)
        named = [burst.affair.model_copy(update={"code": answer.code}) for (burst, _), answer in zip(bursts, answers, strict=True)]
        await asyncio.gather(*(_start(office, gate, affair) for affair in named))


def _burst(office: Office, affairs: Affairs, who: Actor, number: str, signals: Sequence[Seen]) -> tuple[Burst, AffairViews]:
    """The watch of a household with these signals, and all lines that lead to it."""
    docs, intake_id = office.affair_docs(WATCH.name), known_by(number)
    assert docs is not None
    watch: Any = WATCH.state(
        kind=WATCH.name, id=affairs.affair_id(WATCH.name, WATCH.name, intake_id), source=WATCH.name, intake_id=intake_id, docs=docs
    )
    head = watch.head
    lines: list[Line] = []
    for one in signals:
        plain = {"do": "signal", "id": str(uuid.uuid5(NAMESPACE, f"{one.source}|{one.source_id}")), "actor": who, "docs": docs}
        plain |= {"subject": subject(number), "signal": one.signal, "channel": SignalChannel.CALL, "occurred_at": one.occurred_at}
        context = AffairContext(now=office.now(), library=office.library, algorithm=office.settings.hash_algorithm)
        decided = decide(WATCH, watch, WATCH.act(plain), context)
        assert not isinstance(decided, Refusal), decided
        watch, more = append(WATCH, watch, decided, office.settings.hash_algorithm)
        lines += more
    views = views_of(WATCH, watch, bundle(watch, office.library, WATCH.book))
    return Burst(affair=watch, prev_head=head, lines=lines), views


async def _start(office: Office, gate: asyncio.Semaphore, affair: Any) -> None:
    start = AffairStart(affair=affair.model_dump(mode="json"), algorithm=office.settings.hash_algorithm)
    async with gate:
        await office.client.start_workflow(str(WATCH.workflow), start, id=affair.id, task_queue=office.settings.queue("grid"))
