"""`DisputeWorkflow`: one dispute, from one-stop intake to the sealed archive (一案一码，全链条).

The procedure itself is pure and stands in `rules/procedure.py`; what keeps it alive is the shell of `workflows/shell.py`:
time, Updates, pending work, publishing. Here is what a dispute is to both. It can start from any stored state.
"""

from __future__ import annotations

from collections.abc import Iterable

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from models.action import Action, Answer, Request, Restart, Tick
    from models.base import Model
    from models.case import Case, Work, WorkKind
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
        Published,
        Start,
    )
    from models.refusal import Refusal
    from models.words import PHASES, Algorithm, Level
    from rules import chain
    from rules.actions.spec import after_end
    from rules.procedure import Context, decide
    from rules.shelf import SHELF
    from rules.view import explain, view
    from workflows.shell import CLOSING, DIVERGED, Shell

__all__ = ["CLOSING", "DIVERGED", "SEARCH_ATTRIBUTES", "DisputeWorkflow"]

PHASE = SearchAttributeKey.for_keyword("JiefenPhase")
TIER = SearchAttributeKey.for_keyword("JiefenTier")
TOWN = SearchAttributeKey.for_keyword("JiefenTown")
SEARCH_ATTRIBUTES = (PHASE, TIER, TOWN)
"""For operators; few, and never personal. Each change costs half an Update, so the phase is shown and not every stage;
lists and inboxes come from SQL, which has both."""


@workflow.defn(name="Dispute")
class DisputeWorkflow(Shell[Case, Action, Event, Context, Work]):
    """One dispute. Its input is always a whole case state: blank for a new one, the stored one for all others."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self._shown: tuple[str, ...] = ()
        self._start = start
        self._wake(start.case, start.time_shift, start.algorithm)
        if start.restart is not None:
            self._do(Restart(id=f"restart:{start.case.seq}", actor=SYSTEM, why=start.restart))

    @workflow.run
    async def run(self, start: Start) -> None:  # noqa: ARG002 - taken in by __init__
        """Take in, resolve, conclude: ring what is due, serve what is pending, and else wait for the next of either."""
        await self._live()

    @workflow.update
    async def act(self, request: Request) -> ActReceipt:
        """Do an action. Answers when all it led to is stored; the same id again gets the same answer."""
        kept = await self._act(request.action, request.algorithm)
        case = self._state
        return ActReceipt(action_id=kept.action_id, case_id=case.id, code=case.code, seq=kept.seq, stage=kept.stage, events=kept.events)

    @act.validator
    def check(self, request: Request) -> None:
        """Refuse before anything is written; a known id is let through to its old receipt."""
        self._check(request.action, request.algorithm, takes_after_end=after_end(request.action.do))

    @workflow.query
    def view(self) -> CaseView:
        """The case as it is now."""
        return view(self._state, SHELF.bundle(self._state.docs), self._now())

    @workflow.query
    def explain(self) -> Explanation:
        """Who holds the ball, each clock, and why its date."""
        return explain(self._state, SHELF.bundle(self._state.docs), self._now())

    @workflow.query
    def state(self) -> Case:
        """The whole state, for `drift` and repair."""
        return self._state

    def _context(self, algorithm: Algorithm | None = None) -> Context:
        return Context(now=self._now(), library=SHELF, algorithm=algorithm or self._algorithm)

    def _decide(self, action: Action, context: Context) -> tuple[Event, ...] | Refusal:
        return decide(self._state, action, context)

    def _chain(self, events: Iterable[Event]) -> tuple[Case, tuple[Line, ...]]:
        return chain.append(self._state, events, self._algorithm)

    def _named(self, code: str | None) -> Case:
        return self._state.model_copy(update={"code": code})

    def _tick(self) -> Action:
        return Tick(id="tick", actor=SYSTEM)

    def _next_work(self) -> Work | None:
        """Pending work that nobody sees to yet. It is served beside the clocks: a slow answer holds none of them up."""
        return next((work for key, work in self._state.work.items() if key not in self._serving), None)

    def _show(self) -> None:
        """Tell operators phase, tier and town, when one of them changes."""
        case = self._state
        phase = str(PHASES[case.stage]) if case.stage is not None else ""
        shown = (phase, str(case.tier), case.town or "")
        if shown != self._shown:
            workflow.upsert_search_attributes([key.value_set(value) for key, value in zip(SEARCH_ATTRIBUTES, shown, strict=True)])
            self._shown = shown

    async def _publish(self, lines: tuple[Line, ...]) -> Published:
        return await self._ask(contracts.PUBLISH, Publication(case=self._state, prev_head=self._stored_head, lines=lines))

    async def _served(self, work: Work) -> Action:
        answer = await self._answer(work)
        return Answer(id=f"answer:{work.id}", actor=SYSTEM, work=work.id, result=answer.model_dump(mode="json"))

    async def _answer(self, work: Work) -> Model:
        case = self._state
        if work.kind is WorkKind.ASSIGN:
            return await self._ask(contracts.PROPOSE_MEDIATOR, AssignmentQuery(case=case, now=self._now()))
        if work.kind is WorkKind.ESCALATE:
            level = Level(str(work.detail["level"]))
            query = EscalationQuery(docs=case.docs, town=case.town, place=case.place, category=case.category, level=level)
            return await self._ask(contracts.RESOLVE_LEVEL, query)
        if work.kind is WorkKind.AUDIT:
            await workflow.wait_condition(lambda: not self._lines or self._broken)
            return await self._ask(contracts.CHECK_CLOSURE, AuditQuery(case_id=case.id, now=self._now()))
        return await self._ask_patiently(contracts.DELIVER, Delivery(kind=str(work.kind), case=case, work=work.id, detail=work.detail))

    def _again(self) -> None:
        workflow.continue_as_new(Start(case=self._state, time_shift=self._start.time_shift, algorithm=self._algorithm))

    async def _from_record(self) -> None:
        loaded = await self._ask(contracts.LOAD, self._state.id)
        if loaded.case is None:
            raise ApplicationError("the record does not know this case", type="record_missing", non_retryable=True)
        if not loaded.case.ended:
            shift = self._start.time_shift
            workflow.continue_as_new(Start(case=loaded.case, time_shift=shift, restart="diverged", algorithm=self._algorithm))
