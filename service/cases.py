"""The use cases of one dispute: open it, act on it, see it. Every face calls these."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from models.action import Action, Amend, Assign, HandOver, Merge, Open, Rebase, Recalendar, Screen
from models.base import Model
from models.case import Case
from models.event import Event
from models.library import Documents
from models.party import SYSTEM, Actor
from models.record import ActReceipt, CaseView, Delivery, DeliveryAnswer, Explanation
from models.refusal import Refusal, RefusalCode
from rules.library import UnknownDocument
from rules.procedure import Context, decide
from rules.view import explain, view
from service import door
from service.engine import Engine, NotRunning
from service.entry.people import resolve_actor
from service.errors import Refused, Unavailable, UnknownCase, refuse
from service.looking.then import by_then, moment, stood
from service.office import Office
from service.reading import Reader
from service.turns import Turns
from service.urgency import born, rank
from service.watch.acting import acting
from store.desk.lists import Candidate, Eyes

NAMESPACE = uuid.UUID("6a696566-656e-5000-8000-646973707574")
"""Names the workflow ids of this product: a UUIDv5 of place, source and intake id."""

ACTION_ID = r"[A-Za-z0-9][A-Za-z0-9_.:@#-]{0,79}"
"""The form of a client's action id."""

OUR_FIELDS = {"merge": ("into_case", "older"), "assign": ("household", "on_roll"), "hand_over": ("household", "on_roll")}
"""Fields of actions that only the service can say."""

OUR_IDS = ("open:", "absorb:", "answer:", "restart:")
"""Ids that the engine gives to its own actions: whoever took one first would be taken for it."""

GRADED = "graded"
"""The event after which a case may be of another tier."""

LOOKS, LOOK = 100, 0.1
"""How often, and how many seconds between, it is looked whether what an action asked for has been answered."""

ATTEMPTS = 20
"""How often an action goes round between a run that is ending and the record."""


class Opened(Model):
    """A case taken in: its receipt, whether it was there already, and cases that may be the same dispute."""

    receipt: ActReceipt
    known: bool = False
    candidates: tuple[Candidate, ...] = ()


class Cases:
    """Use cases over one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._engine = Engine(office.client, office.settings.task_queue, lambda: office.shift, office.settings.hash_algorithm)
        self._sealer = door.Sealer(office.vault)
        self._turns = Turns()

    @property
    def engine(self) -> Engine:
        """The way to the running cases."""
        return self._engine

    async def actor(self, post: str) -> Actor:
        """Return who `role@unit` is. Raises Refused."""
        return await resolve_actor(post, self._office.roll, self._office.bundle.network)

    async def open(
        self,
        fields: Mapping[str, Any],
        actor: Actor,
        *,
        intake_id: str | None = None,
        source: str | None = None,
    ) -> Opened:
        """Take a dispute in. The same source and intake id give the same case. Raises Refused, Unavailable."""
        with acting("open", actor, self._office.bundle.network) as seen:
            given = dict(fields)
            intake_id = intake_id or _word(given.pop("intake_id", None), "intake_id") or uuid.uuid4().hex
            source = source or _word(given.pop("source", None), "source") or str(given.get("channel", ""))
            seen.on(self.case_id(source, intake_id))
            opened = await self._open(given, actor, source, intake_id)
            seen.on(opened.receipt.case_id, code=opened.receipt.code or "")
            return opened

    async def taken(self, source: str, intake_id: str) -> ActReceipt | None:
        """Return the receipt of an intake that has become a case, None where it has not. Raises Unavailable."""
        known = await self._office.records.by_intake(source, intake_id)
        return None if known is None else await self._open_receipt(known)

    def case_id(self, source: str, intake_id: str) -> str:
        """Return the workflow id of an intake, the same for the same intake everywhere."""
        return str(uuid.uuid5(NAMESPACE, f"{self._office.settings.place}|{source}|{intake_id}"))

    async def act(self, key: str, do: str, fields: Mapping[str, Any], actor: Actor, *, action_id: str | None = None) -> ActReceipt:
        """Do an action on a case, by its code. Raises UnknownCase, Refused, Unavailable."""
        with acting(do, actor, self._office.bundle.network) as seen:
            case_id = await self.find(key)
            action_id = _action_id(action_id)
            seen.on(case_id, action_id=action_id, code="" if key == case_id else key)
            return await self._act(case_id, do, fields, actor, action_id)

    async def find(self, key: str) -> str:
        """Return the case id of a code. Raises UnknownCase."""
        case_id = await self._office.records.find(key) if key.isprintable() else None
        if case_id is None:
            raise UnknownCase(key)
        return case_id

    async def load(self, key: str) -> Case:
        """Return the stored state of a case. Raises UnknownCase."""
        case = await self._office.records.load(await self.find(key))
        if case is None:
            raise UnknownCase(key)
        return case

    async def view(self, key: str) -> CaseView:
        """Return a case as the record has it: after an acknowledged action, that is as it is."""
        case = await self.load(key)
        return view(case, self._office.library.bundle(case.docs), self._office.now())

    async def then(self, key: str, as_of: str) -> Explanation:
        """Return how a case stood at a time, with each clock as it stood then. Raises UnknownCase; Refused `invalid`."""
        at, case = moment(as_of, self._office.bundle.cal), await self.load(key)
        was = stood(case, by_then(await self._office.records.lines(case.id), at))
        return explain(was, self._office.library.bundle(was.docs), min(at, self._office.now()))

    async def explain(self, key: str) -> Explanation:
        """Return who holds the ball and why each date."""
        case = await self.load(key)
        return explain(case, self._office.library.bundle(case.docs), self._office.now())

    async def revive(self, case: Case) -> None:
        """Start a run for a running case that has none: after a disaster, or a termination."""
        await self._engine.restart(case, "missing")

    async def deliver(self, delivery: Delivery) -> DeliveryAnswer:
        """Reach another case on behalf of one; the door that `activities/delivery.py` knocks at."""
        try:
            if delivery.kind == "absorb":
                return await self._absorb(delivery)
            return await self._open_split(delivery)
        except Refused as refused:
            return DeliveryAnswer(accepted=False, refusal=str(refused.refusal.code))
        except UnknownCase:
            return DeliveryAnswer(accepted=False, refusal="unknown_case")

    async def _open(self, given: Mapping[str, Any], actor: Actor, source: str, intake_id: str) -> Opened:
        case_id = self.case_id(source, intake_id)
        office = self._office
        action, persons = door.take("open", given, actor=actor, action_id=f"open:{case_id}", cal=office.bundle.cal)
        if not isinstance(action, Open):
            raise TypeError("the door took something else than an intake")
        async with self._turns.of(case_id, action.id):
            known = await office.records.by_intake(source, intake_id)
            if known is not None:
                return Opened(receipt=await self._open_receipt(known), known=True)
            blank = Case(id=case_id, source=source, intake_id=intake_id, docs=office.docs)
            events = _decided(decide(blank, action, self._context()))
            sealed = await self._sealer.sealed(case_id, action, persons)
            receipt = await self._started(blank, sealed, born(blank, events))
        return Opened(receipt=receipt, candidates=await self._candidates(case_id, sealed))

    async def _act(self, case_id: str, do: str, fields: Mapping[str, Any], actor: Actor, action_id: str) -> ActReceipt:
        async with self._turns.of(case_id, action_id):
            known = await self._receipt(case_id, action_id)
            if known is not None:
                return known
            if do == "open":
                raise refuse(RefusalCode.ALREADY_DONE)
            fields = await self._resolved(do, fields)
            action, persons = door.take(do, fields, actor=actor, action_id=action_id, cal=self._office.bundle.cal)
            self._listed(action)
            action = await self._looked_up(case_id, action)
            return await self._send(case_id, action, persons)

    async def _absorb(self, delivery: Delivery) -> DeliveryAnswer:
        case = delivery.case
        fields = {
            "do": "absorb",
            "id": f"absorb:{case.id}:{delivery.work}",
            "actor": SYSTEM,
            "from_case": case.id,
            "from_code": case.code or "",
            "parties": case.parties,
            "papers": case.papers,
            "tier": case.tier,
            "risk_signs": case.risk_signs,
        }
        into = str(delivery.detail["into_case"])
        receipt = await self._send(into, door.ACTIONS.validate_python(fields), {})
        return DeliveryAnswer(accepted=True, case_id=into, code=receipt.code)

    async def _open_split(self, delivery: Delivery) -> DeliveryAnswer:
        """Open the new case of a split: the same facts, the parties that go, a summary of its own."""
        case = delivery.case
        source, intake_id = "split", f"{case.id}:{delivery.work}"
        case_id = self.case_id(source, intake_id)
        known = await self._office.records.by_intake(source, intake_id)
        if known is not None:
            receipt = await self._open_receipt(known)
            return DeliveryAnswer(accepted=True, case_id=known, code=receipt.code)
        parties = delivery.detail["parties"]
        summary = await self._office.vault.open_text(str(delivery.detail["summary"]))
        fields = {
            "channel": case.channel,
            "place": case.place,
            "summary": summary,
            "happened_on": case.happened_on,
            "parties": parties,
            "people": max(1, sum(int(party.get("people") or 1) for party in parties)),
            "languages": case.languages,
        }
        receipt = await self._opened_within(source, intake_id, fields, SYSTEM, case.docs)
        return DeliveryAnswer(accepted=True, case_id=case_id, code=receipt.code)

    async def open_within(self, source: str, intake_id: str, fields: Mapping[str, Any], actor: Actor) -> ActReceipt:
        """Open a case on behalf of another record: parties may be references to persons it knows already.

        The same source and intake id give the same case. Raises Refused, Unavailable.
        """
        known = await self._office.records.by_intake(source, intake_id)
        return await (self._open_receipt(known) if known else self._opened_within(source, intake_id, fields, actor, self._office.docs))

    async def _opened_within(self, source: str, intake_id: str, fields: Mapping[str, Any], actor: Actor, docs: Documents) -> ActReceipt:
        case_id = self.case_id(source, intake_id)
        try:
            action = door.ACTIONS.validate_python({**fields, "do": "open", "id": f"open:{case_id}", "actor": actor})
        except ValidationError as error:
            raise door.invalid(error) from None
        blank = Case(id=case_id, source=source, intake_id=intake_id, docs=docs)
        events = _decided(decide(blank, action, self._context()))
        return await self._started(blank, await self._sealer.sealed(case_id, action, {}), born(blank, events))

    def _context(self) -> Context:
        return Context(now=self._office.now(), library=self._office.library)

    async def _open_receipt(self, case_id: str) -> ActReceipt:
        receipt = await self._office.records.receipt(case_id, f"open:{case_id}")
        if receipt is None:
            raise Unavailable("the case is being registered; ask again")
        return receipt

    async def _started(self, blank: Case, action: Action, then: Case) -> ActReceipt:
        try:
            return await self._engine.start(blank, action, then=then)
        except Refused as refused:
            if refused.refusal.code is RefusalCode.ALREADY_DONE:
                return await self._open_receipt(blank.id)
            await self._sealer.discard(blank.id, action.id)
            raise
        except NotRunning as error:
            raise Unavailable("the run is ending; ask again") from error

    async def _candidates(self, case_id: str, action: Open) -> tuple[Candidate, ...]:
        """Cases that may be the same dispute, for the clerk to look at; merging is a person's decision."""
        persons = [party.person for party in action.parties if party.person is not None]
        found = await self._office.queries.candidates(
            Eyes(everything=True), action.place, persons, action.happened_on, but=case_id, limit=5
        )
        return tuple(found)

    async def _resolved(self, do: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Look up what only the service can: the case behind the code of a merge, a person's household."""
        fields = dict(fields)
        for name in OUR_FIELDS.get(do, ()):
            fields.pop(name, None)
        return fields

    def _listed(self, action: Action) -> None:
        """Refuse a category that is not in the place's list: no route, no limit and no report would know it."""
        category = action.category if isinstance(action, (Screen, Amend)) else None
        if category is not None and self._office.place.categories.get(category) is None:
            raise refuse(RefusalCode.INVALID, "category")

    async def _looked_up(self, case_id: str, action: Action) -> Action:
        if isinstance(action, Merge):
            return await self._into(case_id, action)
        if isinstance(action, (Recalendar, Rebase)):
            await self._in_library(action)
        named = action.mediator if isinstance(action, Assign) else action.to if isinstance(action, HandOver) else None
        if named is None:
            return action
        person = await self._office.roll.staff(named)
        return action.model_copy(update={"household": person.household if person else None, "on_roll": person is not None})

    async def _in_library(self, action: Recalendar | Rebase) -> None:
        """Refuse a hash that names no document of its kind; a run would wait for it. Others' documents are fetched."""
        library = self._office.library
        await self._office.shelf.fill(library)
        try:
            if isinstance(action, Recalendar):
                library.calendar(action.calendar)
            else:
                library.bundle(action.docs)
        except UnknownDocument:
            raise refuse(RefusalCode.INVALID, "calendar" if isinstance(action, Recalendar) else "docs") from None

    async def _into(self, case_id: str, action: Merge) -> Merge:
        """Find the case a merge goes into; one that this person may not see is as if it were not there."""
        queries = self._office.queries
        into = await self._office.records.find(action.into)
        seen = None if into is None else await queries.case(await Reader(self._office).eyes(action.actor), into)
        own = await queries.case(Eyes(everything=True), case_id)
        older = seen is not None and own is not None and seen.opened_at <= own.opened_at
        return action.model_copy(update={"into_case": seen.case_id if seen else None, "older": older})

    async def _send(self, case_id: str, action: Action, persons: Mapping[str, door.PersonIn]) -> ActReceipt:
        """Send an action where the case is: to its run, or, once it has ended, to the record and a new run."""
        sealed: Action | None = None
        for _ in range(ATTEMPTS):
            stored = await self._office.records.load(case_id)
            if stored is None:
                raise UnknownCase(case_id)
            if stored.ended:
                _decided(decide(stored, action, self._context()))
            sealed = sealed or await self._sealer.sealed(case_id, action, persons)
            try:
                if stored.ended:
                    return await self._engine.start(stored, sealed)
                receipt = await self._engine.act(sealed, case_id)
                await self._ranked(stored, receipt)
                return receipt
            except Refused:
                if await self._engine.behind(stored):
                    # A run that was reset judges by the past; the record has the say.
                    await self._engine.replace(stored)
                    continue
                await self._sealer.discard(case_id, action.id)
                raise
            except NotRunning:
                # A run of an ended case lasts for one action: an answer that was lost on its way is in the record.
                known = await self._receipt(case_id, action.id)
                if known is not None:
                    return known
                await self._go_by_record(case_id)
        raise Unavailable("the case is changing hands; ask again")

    async def _ranked(self, before: Case, receipt: ActReceipt) -> None:
        """After another grade: let the case rank by it, where that is another rank."""
        if GRADED in receipt.events:
            now = await self._office.records.load(before.id)
            if now is not None and not now.ended and rank(now.tier) != rank(before.tier):
                await self._engine.rank(now)

    async def _receipt(self, case_id: str, action_id: str) -> ActReceipt | None:
        """Return what an action has led to, None where it is not in the record. Raises Unavailable.

        While what it asked for has no answer yet, a part of that is in the record: then it is waited for, as its first caller waits.
        """
        for _ in range(LOOKS):
            if await self._office.records.receipt(case_id, action_id) is None:
                return None
            case = await self._office.records.load(case_id)
            if case is None or all(work.action_id != action_id for work in case.work.values()):
                # What the answer led to, which may have come since it was first read, belongs to it.
                return await self._office.records.receipt(case_id, action_id)
            await asyncio.sleep(LOOK)
        raise Unavailable("what the action asked for has no answer yet; ask again")

    async def _go_by_record(self, case_id: str) -> None:
        """Where no run takes actions: start one from the record, unless the case has ended there."""
        case = await self._office.records.load(case_id)
        if case is not None and not case.ended:
            await self._engine.restart(case, "missing")
        await asyncio.sleep(0.05)


def _word(value: object, field: str) -> str:
    """Return an identifier given by a client; refuses `invalid`."""
    if value is None:
        return ""
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
        raise refuse(RefusalCode.INVALID, field)
    return value


def _action_id(given: str | None) -> str:
    """Return the id of an action, made up where none was given; refuses as `checked_id`."""
    return uuid.uuid4().hex if given is None else checked_id(given)


def checked_id(given: str) -> str:
    """Return an id of a client's; refuses `invalid` for a malformed one, or one that only the engine makes."""
    if re.fullmatch(ACTION_ID, given) is None or given.startswith(OUR_IDS):
        raise refuse(RefusalCode.INVALID, "id")
    return given


def _decided(decided: tuple[Event, ...] | Refusal) -> tuple[Event, ...]:
    """Return what an action leads to. Raises Refused."""
    if isinstance(decided, Refusal):
        raise Refused(decided)
    return decided
