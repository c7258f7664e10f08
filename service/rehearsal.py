"""Rehearsal (推演): play a casebook file against the real workflow, activities and store, with virtual time.

A Temporal server with one virtual clock per workflow, a worker and an empty store of its own, all in this process. The
cases carry a time shift, so any date can be rehearsed; months pass in seconds.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import Field
from temporalio.testing import WorkflowEnvironment

from models.base import Model
from models.case import Case
from models.record import CaseView, Line
from rules.calendar import WorkingCalendar
from rules.clock import next_alarm
from service.casebook import Casebook, Failure, Step, compare, compare_way
from service.cases import Cases
from service.crew import build_worker
from service.errors import Refused
from service.office import Office
from service.secrecy.sealing import UNSEALED
from service.settings import Settings
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
    end: CaseView | None
    records: tuple[Recorded, ...] = Field(default=(), exclude=True)
    """The record of each case of the file."""


def temporal_binary() -> str:
    """Return the path of the `temporal` command that the wheel put beside this Python. Raises FileNotFoundError."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise FileNotFoundError("the `temporal` command is missing: install the project's locked requirements")
    return found


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
        settings = Settings(home=Path(folder), task_queue=f"rehearsal-{Path(folder).name}", place=book.place, database_url=database_url)
        async with stage(env, place, settings) as office:
            return await Player(env, office, watch).play(book)


class Player:
    """Plays the steps of one file; keeps the virtual clocks of its cases together."""

    def __init__(self, env: WorkflowEnvironment, office: Office, watch: Callable[[Step, str], None] | None = None) -> None:
        self._env = env
        self._office = office
        self._cases = Cases(office)
        self._watch = watch
        self._ids: dict[str, str] = {}
        """Case ids by label: a label means its own case, also after a merge."""
        self._codes: dict[str, str] = {}
        self._failures: list[Failure] = []
        self._told: datetime | None = None
        """The time the story has come to."""

    @property
    def _cal(self) -> WorkingCalendar:
        return self._office.bundle.cal

    async def play(self, book: Casebook) -> Played:
        """Play all steps, then compare the end."""
        self._told = self._instant(book.start)
        self._office.shift = self._told - datetime.now(UTC)
        with self._env.with_time_skipping_disabled():
            for number, step in enumerate(book.steps, start=1):
                await self._step(step, f"{number}{f' {step.do}' if step.do else ''}")
        happened: tuple[str, ...] = ()
        seen = None
        if "main" in self._ids:
            case_id = self._ids["main"]
            happened = tuple(line.type for line in await self._office.records.lines(case_id))
            seen = await self._cases.view(case_id)
            self._failures.extend(compare(book.end, seen, self._cal, "end"))
        self._failures.extend(compare_way(book.end, happened))
        records = [await self._recorded(case_id) for case_id in dict.fromkeys(self._ids.values())]
        return Played(title=book.title, events=happened, failures=tuple(self._failures), end=seen, records=tuple(records))

    async def _recorded(self, case_id: str) -> Recorded:
        return Recorded(case=await self._cases.load(case_id), lines=tuple(await self._office.records.lines(case_id)))

    async def _step(self, step: Step, name: str) -> None:
        await self._pass_time(step, name)
        outcome, detail = await self._do(step) if step.do is not None else ("ok", "")
        wanted = str(step.refused) if step.refused is not None else "ok"
        if outcome != wanted:
            found = f"{outcome} ({detail})" if detail else outcome
            self._failures.append(Failure(step=name, what="refused", wanted=wanted, found=found))
        if step.expect is not None:
            if step.case in self._ids:
                seen = await self._cases.view(self._ids[step.case])
                self._failures.extend(compare(step.expect, seen, self._cal, name))
            else:
                self._failures.append(Failure(step=name, what="expect", wanted="a case", found="none was opened"))
        if self._watch is not None:
            self._watch(step, outcome)

    async def _do(self, step: Step) -> tuple[str, str]:
        """Do the step's action; return `ok` or the code of the refusal, and what the refusal names."""
        try:
            actor = await self._cases.actor(step.who or "")
            if step.do == "open":
                receipt = (await self._cases.open(step.given, actor)).receipt
                self._ids[step.case], self._codes[step.case] = receipt.case_id, receipt.code or receipt.case_id
            else:
                given = {key: self._codes.get(value, value) if key == "into" else value for key, value in step.given.items()}
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
        for case_id in self._ids.values():
            stored = await self._cases.load(case_id)
            if not stored.ended:
                await self._env.fast_forward(self._cases.engine.handle(stored.id), span)
        self._office.shift += target - self._office.now()
        await self._caught_up()

    async def _caught_up(self) -> None:
        """Wait until what rang on the way has happened and is in the record."""
        for case_id in self._ids.values():
            for _ in range(LOOKS):
                stored = await self._cases.load(case_id)
                if stored.ended or await self._level(stored):
                    break
                await asyncio.sleep(LOOK.total_seconds())

    async def _level(self, stored: Case) -> bool:
        """Whether the record is level with the running case, and nothing is due or pending there."""
        live = await self._cases.engine.state(stored.id)
        at = next_alarm(live.clocks.values())
        return live.seq == stored.seq and not live.work and (at is None or at > self._office.now())
