"""`DisputeWorkflow`: one dispute, from one-stop intake to the sealed archive (一案一码，全链条).

The procedure itself is pure and stands in `rules/procedure.py`; this is the shell around it. It owns time (one durable
timer, for the earliest clock), takes every action through one Update, serves pending work through activities, and
publishes each burst of events to the record before it answers. It can start from any stored state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from activities.contracts import Contract
    from models.action import Action, Answer, Request, Restart, Tick
    from models.base import Model
    from models.case import Case, Receipt, Work, WorkKind
    from models.event import Event
    from models.party import SYSTEM
    from models.record import (
        ActReceipt,
        AssignmentQuery,
        AuditQuery,
        CaseView,
        Delivery,
        EscalationQuery,
        Explanation,
        Line,
        Publication,
        PublishOutcome,
        Start,
    )
    from models.refusal import Refusal
    from models.words import PHASES, Algorithm, Level
    from rules import chain
    from rules.actions.spec import after_end
    from rules.clock import next_alarm
    from rules.procedure import Context, decide
    from rules.shelf import SHELF
    from rules.view import explain, view
    from workflows import policies

PHASE = SearchAttributeKey.for_keyword("JiefenPhase")
TIER = SearchAttributeKey.for_keyword("JiefenTier")
TOWN = SearchAttributeKey.for_keyword("JiefenTown")
SEARCH_ATTRIBUTES = (PHASE, TIER, TOWN)
"""For operators; few, and never personal. Each change costs half an Update, so the phase is shown and not every stage;
lists and inboxes come from SQL, which has both."""

CLOSING = "closing"
"""Error type of an Update that came while the run was ending: ask again, the case goes on from the record."""

DIVERGED = "diverged"
"""Error type of an Update whose events the record did not take: ask again with the same id."""

A = TypeVar("A", bound=Model)


def refused(refusal: Refusal) -> ApplicationError:
    """Return the refusal as the error an Update is rejected with; its type is the stable code."""
    return ApplicationError(refusal.en, refusal.model_dump(mode="json"), type=str(refusal.code), non_retryable=True)


@workflow.defn(name="Dispute")
class DisputeWorkflow:
    """One dispute. Its input is always a whole case state: blank for a new one, the stored one for all others."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self._case: Case = start.case
        self._shift = timedelta(seconds=start.time_shift)
        self._lines: list[Line] = []
        self._stored_head = start.case.head
        self._stored_seq = start.case.seq
        self._broken = False
        self._closing = False
        self._shown: tuple[str, ...] = ()
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._foreseen: tuple[Case, Action, Context, tuple[Event, ...]] | None = None
        self._failure: Exception | None = None
        self._algorithm = start.algorithm
        self._unborn = start.case.stage is None or start.case.ended
        if start.restart is not None:
            self._do(Restart(id=f"restart:{start.case.seq}", actor=SYSTEM, why=start.restart))

    @workflow.run
    async def run(self, start: Start) -> None:
        """Take in, resolve, conclude: ring what is due, serve what is pending, and else wait for the next of either."""
        publisher = self._spawn(self._publish_all())
        await self._birth()
        while not (self._case.ended or self._case.stage is None or self._broken):
            if self._failure is not None:
                raise self._failure
            if work := self._unserved():
                self._serving[work.id] = self._spawn(self._serve(work))
            elif self._due():
                self._do(Tick(id="tick", actor=SYSTEM))
            elif self._long_enough():
                workflow.continue_as_new(Start(case=self._case, time_shift=start.time_shift, algorithm=self._algorithm))
            else:
                await self._wait()
        await self._conclude(start)
        for task in (publisher, *self._serving.values()):
            task.cancel()

    @workflow.update
    async def act(self, request: Request) -> ActReceipt:
        """Do an action. Answers when all it led to is stored; the same id again gets the same answer."""
        action = request.action
        self._algorithm = request.algorithm or self._algorithm
        if self._case.receipt(action.id) is None:
            self._do(action)
        await workflow.wait_condition(lambda: self._broken or self._answered(action.id))
        receipt = self._case.receipt(action.id)
        if self._broken or receipt is None:
            raise ApplicationError("the record went another way; ask again", type=DIVERGED)
        return self._receipt(receipt)

    @act.validator
    def check(self, request: Request) -> None:
        """Refuse before anything is written; a known id is let through to its old receipt."""
        action = request.action
        if self._case.receipt(action.id) is not None:
            return
        if self._closing or self._broken or (self._case.ended and not self._unborn and after_end(action.do)):
            raise ApplicationError("this run is ending; ask again", type=CLOSING)
        context = self._context(request.algorithm)
        decided = decide(self._case, action, context)
        if isinstance(decided, Refusal):
            raise refused(decided)
        # The handler runs next, in the same task and at the same time: what was just decided need not be decided again.
        # A replay has no validator and decides there; both give the same events.
        self._foreseen = (self._case, action, context, decided)

    @workflow.query
    def view(self) -> CaseView:
        """The case as it is now."""
        return view(self._case, SHELF.bundle(self._case.docs), self._now())

    @workflow.query
    def explain(self) -> Explanation:
        """Who holds the ball, each clock, and why its date."""
        return explain(self._case, SHELF.bundle(self._case.docs), self._now())

    @workflow.query
    def state(self) -> Case:
        """The whole state, for `drift` and repair."""
        return self._case

    def _now(self) -> datetime:
        """Temporal's time, moved by the rehearsal's shift: the one place where the shift is added."""
        return workflow.now() + self._shift

    def _context(self, algorithm: Algorithm | None = None) -> Context:
        return Context(now=self._now(), library=SHELF, algorithm=algorithm or self._algorithm)

    def _do(self, action: Action) -> None:
        """Decide and fold, without an await between: nothing can interleave."""
        context = self._context()
        seen, self._foreseen = self._foreseen, None
        if seen is not None and seen[0] is self._case and seen[1] == action and seen[2] == context:
            decided: tuple[Event, ...] | Refusal = seen[3]
        else:
            decided = decide(self._case, action, context)
        if isinstance(decided, Refusal):
            raise refused(decided)
        self._append(decided)

    def _append(self, events: Iterable[Event]) -> None:
        self._unborn = False
        self._case, lines = chain.append(self._case, events, self._algorithm)
        self._lines.extend(lines)
        self._show()

    def _show(self) -> None:
        """Tell operators phase, tier and town, when one of them changes."""
        case = self._case
        phase = str(PHASES[case.stage]) if case.stage is not None else ""
        shown = (phase, str(case.tier), case.town or "")
        if shown != self._shown:
            workflow.upsert_search_attributes([key.value_set(value) for key, value in zip(SEARCH_ATTRIBUTES, shown, strict=True)])
            self._shown = shown

    async def _birth(self) -> None:
        """Wait a little for the first action of a new or reopened case: Update-with-start may come after the start."""
        if self._unborn:
            try:
                await workflow.wait_condition(lambda: not self._unborn, timeout=policies.BIRTH)
            except TimeoutError:
                return

    def _next(self) -> datetime | None:
        return next_alarm(self._case.clocks.values())

    def _due(self) -> bool:
        at = self._next()
        return at is not None and at <= self._now()

    def _spawn(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the main line. Should it fail, `run` fails with it: nothing dies unseen."""

        async def watched() -> None:
            try:
                await doing
            except Exception as error:  # noqa: BLE001 - raised again by the main line
                self._failure = error

        return asyncio.create_task(watched())

    def _unserved(self) -> Work | None:
        """Pending work that nobody sees to yet. It is served beside the clocks: a slow answer holds none of them up."""
        return next((work for key, work in self._case.work.items() if key not in self._serving), None)

    def _stirred(self) -> bool:
        """Whether there is something to do that is no matter of time."""
        return self._broken or self._case.ended or self._failure is not None or self._unserved() is not None or self._long_enough()

    def _long_enough(self) -> bool:
        """Whether to go on as a new run: Temporal suggests it, everything is stored, and nobody waits for an answer."""
        return workflow.info().is_continue_as_new_suggested() and not self._lines and workflow.all_handlers_finished()

    async def _wait(self) -> None:
        """Sleep until the earliest clock rings, its time changes, or there is something else to do."""
        armed = self._next()
        timeout = None if armed is None else max(armed - self._now(), timedelta(milliseconds=1))
        try:
            await workflow.wait_condition(
                lambda: self._stirred() or self._next() != armed,
                timeout=timeout,
                timeout_summary="earliest clock",
            )
        except TimeoutError:
            return

    def _answered(self, action_id: str) -> bool:
        """Whether all that an action led to is stored, and none of the work it asked for is still open."""
        receipt = self._case.receipt(action_id)
        if receipt is None or receipt.seq > self._stored_seq:
            return False
        return all(work.action_id != action_id for work in self._case.work.values())

    def _receipt(self, receipt: Receipt) -> ActReceipt:
        return ActReceipt(
            action_id=receipt.action_id,
            case_id=self._case.id,
            code=self._case.code,
            seq=receipt.seq,
            stage=receipt.stage,
            events=receipt.events,
        )

    async def _publish_all(self) -> None:
        """Send the newest state with all events not yet stored, burst by burst, in order, for ever."""
        while True:
            await workflow.wait_condition(lambda: bool(self._lines) and not self._broken)
            batch = tuple(self._lines)
            publication = Publication(case=self._case, prev_head=self._stored_head, lines=batch)
            answer = await self._ask(contracts.PUBLISH, publication)
            if answer.outcome not in {PublishOutcome.STORED, PublishOutcome.KNOWN}:
                self._broken = True
                continue
            del self._lines[: len(batch)]
            self._stored_head, self._stored_seq = answer.head, batch[-1].seq
            if self._case.code is None:
                self._case = self._case.model_copy(update={"code": answer.code})

    async def _ask(self, contract: Contract[Any, A], query: object) -> A:
        """Ask an activity next to the workflow once; when that fails, through the server until it works."""
        try:
            answer: A = await workflow.execute_local_activity(
                contract.name,
                query,
                result_type=contract.answer,
                start_to_close_timeout=policies.QUICK,
                retry_policy=policies.ONCE,
            )
        except FailureError as error:
            # Not ActivityError: a local activity raises what the activity itself raised.
            if is_cancelled_exception(error):
                raise
            answer = await workflow.execute_activity(
                contract.name,
                query,
                result_type=contract.answer,
                start_to_close_timeout=policies.PATIENT,
                retry_policy=policies.FOREVER,
            )
        return answer

    async def _serve(self, work: Work) -> None:
        """Get the answer to a piece of pending work and let the core decide what it means."""
        answer = await self._answer(work)
        if work.id in self._case.work and not self._broken:
            self._do(Answer(id=f"answer:{work.id}", actor=SYSTEM, work=work.id, result=answer.model_dump(mode="json")))

    async def _answer(self, work: Work) -> Model:
        case = self._case
        if work.kind is WorkKind.ASSIGN:
            return await self._ask(contracts.PROPOSE_MEDIATOR, AssignmentQuery(case=case, now=self._now()))
        if work.kind is WorkKind.ESCALATE:
            level = Level(str(work.detail["level"]))
            query = EscalationQuery(docs=case.docs, town=case.town, place=case.place, category=case.category, level=level)
            return await self._ask(contracts.RESOLVE_LEVEL, query)
        if work.kind is WorkKind.AUDIT:
            await workflow.wait_condition(lambda: not self._lines or self._broken)
            return await self._ask(contracts.CHECK_CLOSURE, AuditQuery(case_id=case.id, now=self._now()))
        delivery = Delivery(kind=str(work.kind), case=case, work=work.id, detail=work.detail)
        answer: Model = await workflow.execute_activity(
            contracts.DELIVER.name,
            delivery,
            result_type=contracts.DELIVER.answer,
            start_to_close_timeout=policies.PATIENT,
            retry_policy=policies.FOREVER,
        )
        return answer

    async def _conclude(self, start: Start) -> None:
        """End with everything stored and everybody answered; a run that the record left behind starts again from it."""
        self._closing = True
        await workflow.wait_condition(lambda: self._broken or not self._lines)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._broken:
            return
        loaded = await self._ask(contracts.LOAD, self._case.id)
        if loaded.case is None:
            raise ApplicationError("the record does not know this case", type="record_missing", non_retryable=True)
        if not loaded.case.ended:
            again = Start(case=loaded.case, time_shift=start.time_shift, restart="diverged", algorithm=self._algorithm)
            workflow.continue_as_new(again)
