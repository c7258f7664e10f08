"""Rehearsal (推演): play a casebook file against the real workflow, activities and store, with virtual time.

A Temporal server with one virtual clock per workflow, a worker and an empty store of its own, all in this process. The
cases carry a time shift, so any date can be rehearsed; months pass in seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from models.affair.record import AffairView
from models.base import Model
from models.case import Case
from models.record import CaseView, Line
from rules.affair.kinds import KINDS
from rules.affair.view import view as affair_view
from rules.calendar import WorkingCalendar
from rules.clock import next_alarm
from service.affairs.desk import Affairs
from service.affairs.keeping import ring
from service.casebook import Casebook, End, Expect, Failure, Step, compare, compare_affair, compare_way
from service.cases import Cases
from service.crew import build_worker
from service.errors import Refused
from service.office import Office
from service.secrecy.sealing import UNSEALED
from service.settings import Settings
from service.temporal_server import temporal_binary
from store.affairs.lists import AffairFilter
from store.desk.lists import Eyes
from store.places import LoadedPlace
from workflows.dispute import SEARCH_ATTRIBUTES

FLAGS = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="1ms"',
    "system.forceSearchAttributesCacheRefreshOnRead=true",
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
)
"""Server settings that allow virtual time and make it fast (traps 0, 9)."""

CODED = frozenset({"into", "to", "of"})
"""Fields that name a record; a file says its label there."""

LOOK = timedelta(milliseconds=5)
LOOKS = 2000
"""How often, and how long between, the record is looked at until it is level with a case whose clocks have just rung."""


class Recorded(Model):
    """A case and its record."""

    case: Case
    lines: tuple[Line, ...]


class Played(Model):
    """What came of a file: nothing in `failures` means all held."""

    title: str
    events: tuple[str, ...]
    failures: tuple[Failure, ...]
    end: CaseView | AffairView | None
    records: tuple[Recorded, ...] = Field(default=(), exclude=True)
    """The record of each case of the file."""


@asynccontextmanager
async def virtual_server(flags: Iterable[str] = FLAGS, *, database: Path | None = None) -> AsyncIterator[WorkflowEnvironment]:
    """Run a Temporal server with virtual time, its data in memory or in a file, and stop it at the end."""
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=[part for flag in flags for part in ("--dynamic-config-value", flag)],
        dev_server_database_filename=str(database) if database else None,
        dev_server_log_level="never",
        search_attributes=list(SEARCH_ATTRIBUTES),
        data_converter=UNSEALED,
    ) as env:
        yield env


@asynccontextmanager
async def stage(env: WorkflowEnvironment, place: LoadedPlace, settings: Settings) -> AsyncIterator[Office]:
    """Open an office on a virtual server, with a worker for it."""
    office = await Office.open(settings, env.client, place)
    try:
        async with build_worker(office):
            yield office
    finally:
        await office.close()


async def rehearse(
    env: WorkflowEnvironment,
    book: Casebook,
    place: LoadedPlace,
    *,
    database_url: str = "",
    watch: Callable[[Step, str], None] | None = None,
) -> Played:
    """Play one file in a store of its own (an empty database may be given) and return what came of it."""
    with tempfile.TemporaryDirectory(prefix="jiefen-rehearsal-") as folder:
        name = Path(folder).name
        # Ids of records follow from the place's name: a story of its own, so that one about the same building meets no run of another's.
        settings = Settings(home=Path(folder), task_queue=f"rehearsal-{name}", place=f"{book.place}-{name}", database_url=database_url)
        async with stage(env, place, settings) as office:
            return await Player(env, office, watch).play(book)


class Player:
    """Plays the steps of one file; keeps the virtual clocks of its records together."""

    def __init__(self, env: WorkflowEnvironment, office: Office, watch: Callable[[Step, str], None] | None = None) -> None:
        self._env = env
        self._office = office
        self._cases = Cases(office)
        self._affairs = Affairs(office)
        self._watch = watch
        self._ids: dict[str, str] = {}
        """Ids of cases and affairs by label: a label means its own record, also after a merge."""
        self._codes: dict[str, str] = {}
        self._failures: list[Failure] = []
        self._told: datetime | None = None
        """The time the story has come to."""

    @property
    def _cal(self) -> WorkingCalendar:
        return self._office.bundle.cal

    async def play(self, book: Casebook) -> Played:
        """Play all steps, then compare the ends."""
        self._told = self._instant(book.start)
        self._office.shift = self._told - datetime.now(UTC)
        with self._env.with_time_skipping_disabled():
            for number, step in enumerate(book.steps, start=1):
                await self._step(step, f"{number}{f' {step.do}' if step.do else ''}")
        seen, happened = await self._ended("main", book.end)
        for label, end in book.ends.items():
            await self._ended(label, end)
        cases = [case_id for case_id in dict.fromkeys(self._ids.values()) if await self._is_case(case_id)]
        records = [await self._recorded(case_id) for case_id in cases]
        return Played(title=book.title, events=happened, failures=tuple(self._failures), end=seen, records=tuple(records))

    async def _ended(self, label: str, end: End) -> tuple[CaseView | AffairView | None, tuple[str, ...]]:
        """Compare what must be true of a record at the end, and of its whole way."""
        name = "end" if label == "main" else f"ends.{label}"
        happened: tuple[str, ...] = ()
        seen: CaseView | AffairView | None = None
        if label in self._ids:
            record_id = self._ids[label]
            lines = await self._office.records.lines(record_id) or await self._office.affairs.lines(record_id)
            happened = tuple(line.type for line in lines)
            seen = await self._compared(label, end, name)
        elif label != "main":
            self._failures.append(Failure(step=name, what="expect", wanted="a record", found="none was opened"))
        self._failures.extend(compare_way(end, happened, name))
        return seen, happened

    async def _compared(self, label: str, expect: Expect, name: str) -> CaseView | AffairView:
        """Compare an expectation with a record as it is now."""
        record_id = self._ids[label]
        if await self._is_case(record_id):
            case = await self._cases.load(record_id)
            view = await self._cases.view(record_id)
            self._failures.extend(compare(expect, view, case.model_dump(mode="json"), self._cal, name))
            return view
        affair = await self._affairs.load(record_id)
        seen = affair_view(KINDS[affair.kind], affair, await self._affairs.bundle(affair), self._office.now())
        self._failures.extend(compare_affair(expect, seen, affair.model_dump(mode="json"), self._cal, name))
        return seen

    async def _is_case(self, record_id: str) -> bool:
        return await self._office.records.find(record_id) is not None

    async def _recorded(self, case_id: str) -> Recorded:
        return Recorded(case=await self._cases.load(case_id), lines=tuple(await self._office.records.lines(case_id)))

    async def _step(self, step: Step, name: str) -> None:
        await self._pass_time(step, name)
        if step.linked is not None:
            await self._follow(step)
        outcome, detail = await self._do(step) if step.do is not None else ("ok", "")
        wanted = str(step.refused) if step.refused is not None else "ok"
        if outcome != wanted:
            found = f"{outcome} ({detail})" if detail else outcome
            self._failures.append(Failure(step=name, what="refused", wanted=wanted, found=found))
        if step.expect is not None:
            if step.case in self._ids:
                await self._compared(step.case, step.expect, name)
            else:
                self._failures.append(Failure(step=name, what="expect", wanted="a case", found="none was opened"))
        if self._watch is not None:
            self._watch(step, outcome)

    async def _follow(self, step: Step) -> None:
        """Give a label to the newest record that another one is linked with: named by it, or else naming it."""
        other = self._ids.get(step.linked or "", "")
        known = await self._office.affairs.find(other)
        links = (await self._affairs.load(known[0])).links if known is not None else ()
        naming = AffairFilter(key=("case" if known is None else "affair", other))
        page = await self._office.affair_queries.page(Eyes(everything=True), naming, self._office.now(), limit=1)
        if links:
            self._ids[step.case], self._codes[step.case] = links[-1].id, links[-1].code
        elif page.rows:
            self._ids[step.case], self._codes[step.case] = page.rows[0].affair_id, page.rows[0].code
        else:
            self._failures.append(Failure(step=step.case, what="linked", wanted=f"a record of {step.linked}", found="none"))

    async def _do(self, step: Step) -> tuple[str, str]:
        """Do the step's action; return `ok` or the code of the refusal, and what the refusal names."""
        try:
            actor = await self._cases.actor(step.who or "")
            given = {key: self._codes.get(value, value) if key in CODED else value for key, value in step.given.items()}
            if step.kind is not None:
                begun = await self._affairs.open(step.kind, given, actor)
                self._ids[step.case], self._codes[step.case] = begun.affair_id, begun.code or begun.affair_id
            elif step.do == "open":
                receipt = (await self._cases.open(step.given, actor)).receipt
                self._ids[step.case], self._codes[step.case] = receipt.case_id, receipt.code or receipt.case_id
            elif await self._office.affairs.find(self._ids.get(step.case, "")) is not None:
                await self._affairs.act(self._ids[step.case], step.do or "", given, actor, action_id=step.id)
            else:
                await self._cases.act(self._ids.get(step.case, ""), step.do or "", given, actor, action_id=step.id)
        except Refused as refused:
            return str(refused.refusal.code), refused.refusal.detail
        except LookupError:
            return "unknown_case", ""
        return "ok", ""

    async def _pass_time(self, step: Step, name: str) -> None:
        if step.at is not None:
            await self._until(self._instant(step.at), name)
        if step.after is not None:
            await self._until(self._later(step.after), name)

    def _later(self, span: str) -> datetime:
        """Return the time so much later; working days keep the clock time."""
        number, unit = re.fullmatch(r"(\d+)([a-z]+)", span).groups()  # type: ignore[union-attr]
        now = self._office.now()
        if unit == "wd":
            local = self._cal.local(now)
            day = self._cal.add_working_days(local.date(), int(number))
            return now + timedelta(days=(day - local.date()).days)
        return now + timedelta(**{{"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}[unit]: int(number)})

    def _instant(self, local: datetime) -> datetime:
        """Return the instant of a time of the place's own."""
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        offset = timedelta(minutes=self._office.bundle.calendar.utc_offset_minutes)
        return (local - offset).replace(tzinfo=UTC)

    async def _until(self, target: datetime, name: str) -> None:
        """Let the virtual clocks of all running cases run to a time; the office's own clock goes along."""
        if self._told is not None and target < self._told:
            wanted = f"not before {self._cal.local(self._told):%Y-%m-%dT%H:%M}"
            self._failures.append(Failure(step=name, what="at", wanted=wanted, found=f"{self._cal.local(target):%Y-%m-%dT%H:%M}"))
            return
        self._told = target
        span = target - self._office.now()
        if span <= timedelta(0):
            return
        for handle in await self._running():
            await self._forward(handle, span)
        self._office.shift += target - self._office.now()
        await ring(self._office, self._affairs)
        await self._caught_up()

    async def _forward(self, handle: WorkflowHandle[Any, Any], span: timedelta) -> None:
        """Let the clock of one run go on; one that has ended through what others did on the way needs no more time."""
        try:
            await self._env.fast_forward(handle, span)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _running(self) -> list[WorkflowHandle[Any, Any]]:
        """The runs of all cases and affairs of the store, also of those that the story has no name for."""
        found = [self._cases.engine.handle(case.id) async for case in self._office.records.running_cases()]
        async for kind, state in self._office.affairs.states(running=True):
            if KINDS[kind].workflow is not None:
                found.append(self._affairs.engine.handle(str(json.loads(state)["id"])))
        return found

    async def _caught_up(self) -> None:
        """Wait until what rang on the way has happened and is in the record."""
        async for case in self._office.records.running_cases():
            await self._until_level(case.id)
        async for kind, state in self._office.affairs.states(running=True):
            if KINDS[kind].workflow is not None:
                await self._until_affair_level(str(json.loads(state)["id"]))

    async def _until_level(self, case_id: str) -> None:
        for _ in range(LOOKS):
            stored = await self._cases.load(case_id)
            if stored.ended or await self._level(stored):
                break
            await asyncio.sleep(LOOK.total_seconds())

    async def _until_affair_level(self, affair_id: str) -> None:
        for _ in range(LOOKS):
            stored = await self._affairs.load(affair_id)
            if stored.ended:
                break
            live = type(stored).model_validate(await self._affairs.engine.state(affair_id))
            at = next_alarm(live.clocks.values())
            if live.seq == stored.seq and not live.work and (at is None or at > self._office.now()):
                break
            await asyncio.sleep(LOOK.total_seconds())

    async def _level(self, stored: Case) -> bool:
        """Whether the record is level with the running case, and nothing is due or pending there."""
        live = await self._cases.engine.state(stored.id)
        at = next_alarm(live.clocks.values())
        return live.seq == stored.seq and not live.work and (at is None or at > self._office.now())
