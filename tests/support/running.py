"""A case on a real server with a real worker: for tests of what surrounds a running case."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from models.case import Case
from models.record import ActReceipt
from service.cases import Cases
from service.crew import build_worker
from service.office import Office
from service.settings import Settings
from store.places import LoadedPlace, load_place

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""09:30 on a Monday in Huaxi."""

STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("screener@yanlou-centre", "screen", {"category": "0201", "accept": True}),
    ("dispatcher@yanlou-centre", "route", {"level": "village"}),
    ("officer@yanlou-gumeng", "sign", {}),
    ("officer@yanlou-gumeng", "contact", {"note": "已联系"}),
    ("officer@yanlou-gumeng", "assign", {}),
    ("mediator@yanlou-gumeng", "consent", {"party": "a", "agrees": True}),
    ("mediator@yanlou-gumeng", "consent", {"party": "b", "agrees": True}),
)
"""From `registered` to `mediating`, in one morning."""


def intake(**changes: Any) -> dict[str, Any]:
    """The fields of an intake."""
    return {
        "channel": "window",
        "place": "520111105202",
        "summary": "甲家院坝抬高，雨水流入乙家。",
        "happened_on": "2026-02-26",
        "parties": [
            {"id": "a", "side": "applicant", "kind": "person", "name": "甲"},
            {"id": "b", "side": "respondent", "kind": "person", "name": "乙"},
        ],
        "people": 2,
        **changes,
    }


@dataclass
class Desk:
    """An office with a worker, and short words for what a test does there."""

    office: Office
    cases: Cases
    worker: Worker | None = None
    opened: list[str] = field(default_factory=list)

    async def open(self, steps: int = 0, **changes: Any) -> str:
        """Open a case and take it some steps along the way; return its id."""
        found = await self.cases.open(intake(**changes), await self.cases.actor("clerk@yanlou-centre"))
        case_id = found.receipt.case_id
        self.opened.append(case_id)
        for post, do, fields in STEPS[:steps]:
            await self.act(case_id, post, do, **fields)
        return case_id

    async def act(self, case_id: str, post: str, do: str, *, action_id: str | None = None, **fields: Any) -> ActReceipt:
        """Let the holder of a post do something."""
        return await self.cases.act(case_id, do, fields, await self.cases.actor(post), action_id=action_id)

    async def note(self, case_id: str, *, action_id: str | None = None) -> ActReceipt:
        """Add one event."""
        return await self.act(case_id, "clerk@yanlou-centre", "note", action_id=action_id, text="电话补充")

    async def stored(self, case_id: str) -> Case:
        """The state in the record."""
        found = await self.office.records.load(case_id)
        assert found is not None
        return found

    async def types(self, case_id: str) -> list[str]:
        """The timeline."""
        return [line.type for line in await self.office.records.lines(case_id)]


def settings(folder: Path, **changes: Any) -> Settings:
    """Settings of an instance of its own in a folder."""
    return Settings(home=folder, task_queue=f"test-{uuid.uuid4().hex[:8]}", **changes)


@asynccontextmanager
async def desk(
    client: Client, chosen: Settings, *, start: datetime | None = MORNING, place: LoadedPlace | None = None, **options: Any
) -> AsyncIterator[Desk]:
    """Open an office with a worker beside it; `options` are the worker's. `start` is the office's time now."""
    office = await Office.open(chosen, client, place or load_place(ROOT / "places" / "huaxi"))
    office.shift = start - datetime.now(UTC) if start is not None else timedelta(0)
    worker = build_worker(office, **options)
    try:
        async with worker:
            yield Desk(office, Cases(office), worker)
    finally:
        await office.close()
