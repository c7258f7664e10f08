"""The durable shell around a pure core (外壳): what every workflow of a record has in common.

It owns time (one durable timer, for the earliest clock), takes every action through one Update, serves pending work
through activities, and publishes each burst of events to the record before it answers. It can start from any stored
state. `workflows/dispute.py` and `workflows/affair.py` say what they decide, what they publish and who answers.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Contract
    from models.base import Model
    from models.clock import Clock
    from models.party import Actor
    from models.record import Line, Published, PublishOutcome
    from models.refusal import Refusal
    from models.words import Algorithm
    from rules.clock import next_alarm
    from workflows import policies

CLOSING = "closing"
"""Error type of an Update that came while the run was ending: ask again, it goes on from the record."""

DIVERGED = "diverged"
"""Error type of an Update whose events the record did not take: ask again with the same id."""


class Asked(Protocol):
    """What the shell has to know of an action."""

    @property
    def id(self) -> str:
        """The key of idempotency."""

    @property
    def actor(self) -> Actor:
        """Who asks."""


class Pending(Protocol):
    """What the shell has to know of a piece of work that waits for an answer from outside the core."""

    @property
    def id(self) -> str:
        """Its number in the state."""

    @property
    def action_id(self) -> str | None:
        """The action that asked for it."""


class Kept(Protocol):
    """What the shell has to know of a receipt."""

    @property
    def action_id(self) -> str:
        """The action it is for."""

    @property
    def seq(self) -> int:
        """The last event it led to."""

    @property
    def stage(self) -> Any:
        """The stage it left."""

    @property
    def events(self) -> tuple[str, ...]:
        """Types of the events it led to."""


class Living(Protocol):
    """What the shell has to know of a state."""

    @property
    def id(self) -> str:
        """The workflow id."""

    @property
    def code(self) -> str | None:
        """The code, once the record has given one."""

    @property
    def seq(self) -> int:
        """The last event."""

    @property
    def head(self) -> str:
        """The hash of the last event."""

    @property
    def stage(self) -> str | None:
        """None only before the first event."""

    @property
    def ended(self) -> bool:
        """Whether it has come to one of its ends."""

    @property
    def clocks(self) -> Mapping[str, Clock]:
        """What runs."""

    @property
    def work(self) -> Mapping[str, Pending]:
        """What waits for an answer from outside."""

    def receipt(self, action_id: str) -> Kept | None:
        """The receipt of a recent action."""


S = TypeVar("S", bound=Living)
A = TypeVar("A", bound=Asked)
E = TypeVar("E")
C = TypeVar("C")
Q = TypeVar("Q", bound=Model)
W = TypeVar("W", bound=Pending)


def refused(refusal: Refusal) -> ApplicationError:
    """Return the refusal as the error an Update is rejected with; its type is the stable code."""
    return ApplicationError(refusal.en, refusal.model_dump(mode="json"), type=str(refusal.code), non_retryable=True)


class Shell(ABC, Generic[S, A, E, C, W]):
    """One running record: `S` its state, `A` its actions, `E` its events, `C` what a decision looks at, `W` its pending work."""

    def _wake(self, state: S, time_shift: float, algorithm: Algorithm | None) -> None:
        """Begin from a whole state: blank for a new one, the stored one for all others."""
        self._state = state
        self._shift = timedelta(seconds=time_shift)
        self._lines: list[Line] = []
        self._stored_head = state.head
        self._stored_seq = state.seq
        self._broken = False
        self._closing = False
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._foreseen: tuple[S, A, C, tuple[E, ...]] | None = None
        self._failure: Exception | None = None
        self._algorithm = algorithm
        self._unborn = state.stage is None or state.ended

    @abstractmethod
    def _context(self, algorithm: Algorithm | None = None) -> C:
        """What a decision may look at now."""

    @abstractmethod
    def _decide(self, action: A, context: C) -> tuple[E, ...] | Refusal:
        """What an action leads to, or why it is refused."""

    @abstractmethod
    def _chain(self, events: Iterable[E]) -> tuple[S, tuple[Line, ...]]:
        """The state after these events, and their lines."""

    @abstractmethod
    async def _publish(self, lines: tuple[Line, ...]) -> Published:
        """Send the state with lines that are not stored yet to the record."""

    @abstractmethod
    def _named(self, code: str | None) -> S:
        """The state with the code that the record gave it."""

    @abstractmethod
    def _tick(self) -> A:
        """The action by which due clocks ring."""

    @abstractmethod
    async def _served(self, work: W) -> A:
        """Get the answer to a piece of pending work, as an action."""

    @abstractmethod
    def _next_work(self) -> W | None:
        """Pending work that nobody sees to yet."""

    @abstractmethod
    def _again(self) -> None:
        """Go on as a new run from this state."""

    @abstractmethod
    async def _from_record(self) -> None:
        """Go on as a new run from the record; return where it has ended there."""

    def _over(self) -> bool:
        """Whether nothing is left to do: it has ended, unless a workflow says that more is needed."""
        return self._state.ended

    def _show(self) -> None:
        """Tell operators what has changed; nothing, unless a workflow says otherwise."""

    async def _live(self) -> None:
        """Ring what is due, serve what is pending, and else wait for the next of either."""
        publisher = self._spawn(self._publish_all())
        await self._birth()
        while not (self._over() or self._state.stage is None or self._broken):
            if self._failure is not None:
                raise self._failure
            if work := self._next_work():
                self._serving[work.id] = self._spawn(self._serve(work))
            elif self._due():
                self._do(self._tick())
            elif self._long_enough():
                self._again()
            else:
                await self._wait()
        await self._conclude()
        for task in (publisher, *self._serving.values()):
            task.cancel()

    async def _act(self, action: A, algorithm: Algorithm | None) -> Kept:
        """Do an action. Answers when all it led to is stored; the same id again gets the same answer."""
        self._algorithm = algorithm or self._algorithm
        if self._state.receipt(action.id) is None:
            self._do(action)
        await workflow.wait_condition(lambda: self._broken or self._answered(action.id))
        receipt = self._state.receipt(action.id)
        if self._broken or receipt is None:
            raise ApplicationError("the record went another way; ask again", type=DIVERGED)
        return receipt

    def _check(self, action: A, algorithm: Algorithm | None, *, takes_after_end: bool) -> None:
        """Refuse before anything is written; a known id is let through to its old receipt."""
        if self._state.receipt(action.id) is not None:
            return
        if self._closing or self._broken or (self._state.ended and not self._unborn and takes_after_end):
            raise ApplicationError("this run is ending; ask again", type=CLOSING)
        context = self._context(algorithm)
        decided = self._decide(action, context)
        if isinstance(decided, Refusal):
            raise refused(decided)
        # The handler runs next, in the same task and at the same time: what was just decided need not be decided again.
        # A replay has no validator and decides there; both give the same events.
        self._foreseen = (self._state, action, context, decided)

    def _now(self) -> datetime:
        """Temporal's time, moved by the rehearsal's shift: the one place where the shift is added."""
        return workflow.now() + self._shift

    def _do(self, action: A) -> None:
        """Decide and fold, without an await between: nothing can interleave."""
        context = self._context()
        seen, self._foreseen = self._foreseen, None
        if seen is not None and seen[0] is self._state and seen[1] == action and seen[2] == context:
            decided: tuple[E, ...] | Refusal = seen[3]
        else:
            decided = self._decide(action, context)
        if isinstance(decided, Refusal):
            raise refused(decided)
        self._append(decided)

    def _append(self, events: Iterable[E]) -> None:
        self._unborn = False
        self._state, lines = self._chain(events)
        self._lines.extend(lines)
        self._show()

    async def _birth(self) -> None:
        """Wait a little for the first action of a new or reopened one: Update-with-start may come after the start."""
        if self._unborn:
            try:
                await workflow.wait_condition(lambda: not self._unborn, timeout=policies.BIRTH)
            except TimeoutError:
                return

    def _next(self) -> datetime | None:
        return next_alarm(self._state.clocks.values())

    def _due(self) -> bool:
        at = self._next()
        return at is not None and at <= self._now()

    def _spawn(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the main line. Should it fail, the run fails with it: nothing dies unseen."""

        async def watched() -> None:
            try:
                await doing
            except Exception as error:  # noqa: BLE001 - raised again by the main line
                self._failure = error

        return asyncio.create_task(watched())

    def _stirred(self) -> bool:
        """Whether there is something to do that is no matter of time."""
        return self._broken or self._over() or self._failure is not None or self._next_work() is not None or self._long_enough()

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
        receipt = self._state.receipt(action_id)
        if receipt is None or receipt.seq > self._stored_seq:
            return False
        return all(work.action_id != action_id for work in self._state.work.values())

    async def _publish_all(self) -> None:
        """Send the newest state with all events not yet stored, burst by burst, in order, for ever."""
        while True:
            await workflow.wait_condition(lambda: bool(self._lines) and not self._broken)
            batch = tuple(self._lines)
            answer = await self._publish(batch)
            if answer.outcome not in {PublishOutcome.STORED, PublishOutcome.KNOWN}:
                self._broken = True
                continue
            del self._lines[: len(batch)]
            self._stored_head, self._stored_seq = answer.head, batch[-1].seq
            if self._state.code is None:
                self._state = self._named(answer.code)

    async def _ask(self, contract: Contract[Any, Q], query: object) -> Q:
        """Ask an activity next to the workflow once; when that fails, through the server until it works."""
        try:
            answer: Q = await workflow.execute_local_activity(
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
            answer = await self._ask_patiently(contract, query)
        return answer

    async def _ask_patiently(self, contract: Contract[Any, Q], query: object) -> Q:
        """Ask an activity through the server until it works."""
        answer: Q = await workflow.execute_activity(
            contract.name,
            query,
            result_type=contract.answer,
            start_to_close_timeout=policies.PATIENT,
            retry_policy=policies.FOREVER,
        )
        return answer

    async def _serve(self, work: W) -> None:
        """Let the core decide what the answer to a piece of pending work means."""
        answer = await self._served(work)
        if work.id in self._state.work and not self._broken:
            self._do(answer)

    async def _conclude(self) -> None:
        """End with everything stored and everybody answered; a run that the record left behind starts again from it."""
        self._closing = True
        await workflow.wait_condition(lambda: self._broken or not self._lines)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._broken:
            await self._from_record()
