"""Keeping the facts of cases up with their events. Not on the way of an action: the worker does it between two looks, a question the rest.

A figure is only given once every case of the store is told; where too many are behind (a first start, an import), the answer says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from models.case import Case
from models.event import Event
from models.happening import Registered
from models.kpi import Told
from rules.kpi.ball import Held
from rules.kpi.telling import stretches, told
from rules.library import UnknownDocument
from service.office import Office
from store.kpi.book import FactBook, Source

BATCH = 50
"""How many cases are told in one transaction."""

AT_ONCE = 300
"""How many cases a question tells before it is answered; more are left to the worker."""


async def catch_up(office: Office, most: int = AT_ONCE) -> int:
    """Tell cases that have moved, at most so many; return how many are still behind, counted up to `most` + 1. Raises StoreAway."""
    book = FactBook(office.store)
    behind = await book.untold(most + 1)
    if 0 < behind <= most:
        async for _ in tell(office, most):
            pass
        return await book.untold(most + 1)
    return behind


async def tell(office: Office, most: int | None = None) -> AsyncIterator[int]:
    """Tell the cases that have moved, batch by batch; yields how many each was. Raises StoreAway."""
    book, done = FactBook(office.store), 0
    while most is None or done < most:
        sources = await book.sources(BATCH if most is None else min(BATCH, most - done))
        if not sources:
            return
        told_now = []
        for one in sources:
            told_now.append((one.case_id, len(one.lines), facts_of(office, one)))
            # Others have their turn between two cases: one takes some milliseconds.
            await asyncio.sleep(0)
        await book.write(told_now)
        done += len(sources)
        yield len(sources)


def facts_of(office: Office, one: Source) -> Told | None:
    """Return the facts of a case from its events; None where a document they name is not at hand."""
    try:
        return told(_blank(office, one), _events(one), office.library)
    except UnknownDocument:
        return None


def ledger_of(office: Office, one: Source) -> tuple[Held, ...]:
    """Return in whose hands a case has been, until now or its end. Raises UnknownDocument."""
    return stretches(_blank(office, one), _events(one), office.library, office.now())


async def differs(office: Office, case_id: str, *, mend: bool = False) -> bool:
    """Whether the stored facts of a case that is told to its last event are not those that its events tell.

    `mend` tells the case anew, also one that is behind.
    """
    book = FactBook(office.store)
    one, (seq, stored) = await book.source(case_id), await book.read(case_id)
    if one is None:
        return False
    fresh = facts_of(office, one)
    if mend and (stored != fresh or seq != len(one.lines)):
        await book.write([(case_id, len(one.lines), fresh)])
    return seq == len(one.lines) and stored != fresh


def _events(one: Source) -> list[Event]:
    return [Event.model_validate_json(line.body) for line in one.lines]


def _blank(office: Office, one: Source) -> Case:
    first = Event.model_validate_json(one.lines[0].body).what if one.lines else None
    docs = first.docs if isinstance(first, Registered) else office.docs
    return Case(id=one.case_id, source=one.source, intake_id=one.intake_id, docs=docs)
