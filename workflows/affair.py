"""What every running affair is (事务流程): the pure rules of its kind in the shell. Each kind has a workflow of its own name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from models.affair.base import AffairAction, AffairEvent, AffairWork
    from models.affair.common import AnswerAffair, RestartAffair, TickAffair
    from models.affair.record import (
        AffairExplanation,
        AffairKey,
        AffairPublication,
        AffairReceiptOut,
        AffairRequest,
        AffairStart,
        AffairTask,
        AffairView,
    )
    from models.party import SYSTEM
    from models.record import Line, Published
    from models.refusal import Refusal
    from models.words import Algorithm
    from rules.affair.deciding import decide
    from rules.affair.folding import append
    from rules.affair.kind import AffairBundle, AffairContext, bundle
    from rules.affair.kinds import KINDS
    from rules.affair.view import explain, view
    from rules.shelf import SHELF
    from workflows.shell import Shell


class AffairWorkflow(Shell[Any, AffairAction, AffairEvent, AffairContext, AffairWork]):
    """One affair of any kind. Its input is always a whole state: blank for a new one, the stored one for all others."""

    def _begin(self, start: AffairStart) -> None:
        """Begin from a start; for `__init__` of each kind's workflow."""
        self._kind = KINDS[start.affair["kind"]]
        self._start = start
        self._wake(self._kind.state.model_validate(start.affair), start.time_shift, start.algorithm)
        if start.restart is not None:
            self._do(RestartAffair(id=f"restart:{self._state.seq}", actor=SYSTEM, why=start.restart))

    @workflow.update
    async def act(self, request: AffairRequest) -> AffairReceiptOut:
        """Do an action. Answers when all it led to is stored; the same id again gets the same answer."""
        kept = await self._act(self._kind.act(request.action), request.algorithm)
        state = self._state
        return AffairReceiptOut(
            action_id=kept.action_id,
            kind=self._kind.name,
            affair_id=state.id,
            code=state.code,
            seq=kept.seq,
            stage=kept.stage,
            events=kept.events,
        )

    @act.validator
    def check(self, request: AffairRequest) -> None:
        """Refuse before anything is written; a known id is let through to its old receipt."""
        action = self._kind.act(request.action)
        self._check(action, request.algorithm, takes_after_end=self._kind.after_end(action.do))

    @workflow.query
    def view(self) -> AffairView:
        """The affair as it is now."""
        return view(self._kind, self._state, self._documents(), self._now())

    @workflow.query
    def explain(self) -> AffairExplanation:
        """Who holds the ball, each clock, and why its date."""
        return explain(self._kind, self._state, self._documents(), self._now())

    @workflow.query
    def state(self) -> dict[str, Any]:
        """The whole state, for `drift` and repair."""
        plain: dict[str, Any] = self._state.model_dump(mode="json")
        return plain

    def _documents(self) -> AffairBundle:
        return bundle(self._state, SHELF, self._kind.book)

    def _over(self) -> bool:
        # What its end asked for is done before the run ends: another record is to know.
        return self._state.ended and not self._state.work

    def _context(self, algorithm: Algorithm | None = None) -> AffairContext:
        return AffairContext(now=self._now(), library=SHELF, algorithm=algorithm or self._algorithm)

    def _decide(self, action: AffairAction, context: AffairContext) -> tuple[AffairEvent, ...] | Refusal:
        return decide(self._kind, self._state, action, context)

    def _chain(self, events: Iterable[AffairEvent]) -> tuple[Any, tuple[Line, ...]]:
        return append(self._kind, self._state, events, self._algorithm)

    def _named(self, code: str | None) -> Any:
        return self._state.model_copy(update={"code": code})

    def _tick(self) -> AffairAction:
        return TickAffair(id="tick", actor=SYSTEM)

    def _next_work(self) -> AffairWork | None:
        return next((work for key, work in self._state.work.items() if key not in self._serving), None)

    async def _publish(self, lines: tuple[Line, ...]) -> Published:
        plain = self._state.model_dump(mode="json")
        return await self._ask(contracts.PUBLISH_AFFAIR, AffairPublication(affair=plain, prev_head=self._stored_head, lines=lines))

    async def _served(self, work: AffairWork) -> AffairAction:
        # What is done elsewhere may look at this affair: the record has to have what led to it.
        await workflow.wait_condition(lambda: not self._lines or self._broken)
        task = AffairTask(affair=self._state.model_dump(mode="json"), work=work, now=self._now())
        done = await self._ask_patiently(contracts.SERVE_AFFAIR, task)
        return AnswerAffair(id=f"answer:{work.id}", actor=SYSTEM, work=work.id, result=done.result)

    def _again(self) -> None:
        plain = self._state.model_dump(mode="json")
        workflow.continue_as_new(AffairStart(affair=plain, time_shift=self._start.time_shift, algorithm=self._algorithm))

    async def _from_record(self) -> None:
        loaded = await self._ask(contracts.LOAD_AFFAIR, AffairKey(kind=self._kind.name, id=self._state.id))
        if loaded.affair is None:
            raise ApplicationError("the record does not know this affair", type="record_missing", non_retryable=True)
        if loaded.affair.get("ended_at") is None:
            shift = self._start.time_shift
            again = AffairStart(affair=loaded.affair, time_shift=shift, restart="diverged", algorithm=self._algorithm)
            workflow.continue_as_new(again)
