"""Sending actions on affairs to where they run: through its run, of a kind with a workflow; else decided here and published at once.

What is decided here is guarded by the head of the affair's chain: of two who act at the same time the second decides anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models.affair.base import Affair, AffairAction
from models.affair.record import AffairReceiptOut
from models.record import PublishOutcome
from models.refusal import Refusal
from rules.affair.deciding import decide
from rules.affair.folding import append
from rules.affair.kind import AffairBundle, AffairContext, Kind, bundle
from rules.affair.kinds import KINDS
from rules.affair.views import beside
from rules.library import UnknownDocument
from service.affairs.engine import AffairEngine
from service.cases import ATTEMPTS, LOOK, LOOKS
from service.door import PersonIn, Sealer
from service.engine import NotRunning
from service.errors import Refused, Unavailable, UnknownAffair
from service.office import Office
from store.affairs.publishing import AffairViews, Burst

BETWEEN = timedelta(milliseconds=20)
"""Between two tries at an affair that is changing hands."""


class Sending:
    """Affairs as they are stored, and the way of an action to them."""

    def __init__(self, office: Office) -> None:
        self._office = office
        settings = office.settings
        self.engine = AffairEngine(office.client, settings.queue("grid"), lambda: office.shift, settings.hash_algorithm)
        self._sealer = Sealer(office.vault)

    async def find(self, key: str) -> tuple[Kind, str]:
        """Return the kind and the id of an affair by its code or id. Raises UnknownAffair."""
        found = await self._office.affairs.find(key) if key.isprintable() else None
        if found is None or found[1] not in KINDS:
            raise UnknownAffair(key)
        return KINDS[found[1]], found[0]

    async def load(self, key: str) -> Any:
        """Return the stored state of an affair, of its kind's own model. Raises UnknownAffair."""
        found = await self._office.affairs.state(key) if key.isprintable() else None
        if found is None or found[0] not in KINDS:
            raise UnknownAffair(key)
        return KINDS[found[0]].state.model_validate_json(found[1])

    async def bundle(self, affair: Affair) -> AffairBundle:
        """Return the documents an affair runs under; one that another process brought in is fetched."""
        model = KINDS[affair.kind].book
        try:
            return bundle(affair, self._office.library, model)
        except UnknownDocument:
            await self._office.shelf.fill(self._office.library)
            return bundle(affair, self._office.library, model)

    async def publish_decided(self, kind: Kind, affair: Any, action: AffairAction) -> Any | None:
        """Decide an action on a stored affair that has no run, and publish what it leads to; None when somebody was faster.

        Raises Refused, DuplicateAffair, StoreAway.
        """
        docs = await self.bundle(affair)
        algorithm = self._office.settings.hash_algorithm
        decided = decide(kind, affair, action, AffairContext(now=self._office.now(), library=self._office.library, algorithm=algorithm))
        if isinstance(decided, Refusal):
            raise Refused(decided)
        if not decided:
            return affair
        after, lines = append(kind, affair, decided, algorithm)
        views = views_of(kind, after, docs)
        published = await self._office.affairs.publish(Burst(affair=after, prev_head=affair.head, lines=lines), views)
        return after if published.outcome in {PublishOutcome.STORED, PublishOutcome.KNOWN} else None

    async def send(
        self, kind: Kind, stored: Any, action: AffairAction, persons: Mapping[str, PersonIn], known: Mapping[str, str]
    ) -> AffairReceiptOut:
        """Send an action where the affair is: to its run, to the record, or, once it has ended, to the record and a new run."""
        if stored.stage is None or stored.ended or kind.workflow is None:
            self._judge(kind, stored, action)
        sealed = await self._sealed(stored.id, action, persons, known)
        try:
            for attempt in range(ATTEMPTS):
                if attempt:
                    stored = await self.stored(kind, stored)
                    receipt = await self.receipt(stored.id, action.id)
                    if receipt is not None:
                        return receipt
                done = await self._try(kind, stored, sealed)
                if done is not None:
                    return done
                await asyncio.sleep(BETWEEN.total_seconds())
        except Refused:
            await self._sealer.discard(stored.id, action.id)
            raise
        raise Unavailable("the affair is changing hands; ask again")

    async def stored(self, kind: Kind, affair: Any) -> Any:
        """An affair as the record has it now; one that was not begun yet stays blank."""
        state = await self._office.affairs.load(affair.id)
        return affair if state is None else kind.state.model_validate_json(state)

    async def receipt(self, affair_id: str, action_id: str) -> AffairReceiptOut | None:
        """Return what an action has led to, None where it is not in the record; what it asked for is waited for. Raises Unavailable."""
        known = await self._office.affairs.receipt(affair_id, action_id)
        if known is None:
            return None
        # An answer is an action of the engine's own (`INTERNAL`): unlike that of a case, the receipt is whole from the first.
        for _ in range(LOOKS):
            affair = await self.load(affair_id)
            if all(work.action_id != action_id for work in affair.work.values()):
                return known
            await asyncio.sleep(LOOK)
        raise Unavailable("what the action asked for has no answer yet; ask again")

    async def _try(self, kind: Kind, stored: Any, action: AffairAction) -> AffairReceiptOut | None:
        """Try once; None when it has to be tried again from the record."""
        if kind.workflow is None:
            after = await self.publish_decided(kind, stored, action)
            return None if after is None else await self._office.affairs.receipt(stored.id, action.id)
        try:
            if stored.stage is None or stored.ended:
                return await self.engine.start(kind, stored, action)
            return await self.engine.act(stored.id, action)
        except Refused:
            if not await self.engine.behind(stored):
                raise
            # A run that was reset judges by the past; the record has the say.
            await self.engine.restart(kind, await self.load(stored.id), "diverged", terminate=True)
            return None
        except NotRunning:
            if stored.stage is not None and not stored.ended:
                await self.engine.restart(kind, await self.load(stored.id), "missing")
            return None

    async def _sealed(
        self, affair_id: str, action: AffairAction, persons: Mapping[str, PersonIn], known: Mapping[str, str]
    ) -> AffairAction:
        return with_refs(await self._sealer.sealed(affair_id, action, persons), known)

    def _judge(self, kind: Kind, affair: Any, action: AffairAction) -> None:
        """Refuse before anything is written where no run's validator will."""
        decided = decide(kind, affair, action, AffairContext(now=self._office.now(), library=self._office.library))
        if isinstance(decided, Refusal):
            raise Refused(decided)


def with_refs(action: AffairAction, refs: Mapping[str, str]) -> AffairAction:
    """The action with references to persons at the paths of their fields."""
    if not refs:
        return action
    plain = action.model_dump(mode="json")
    for path, ref in refs.items():
        *way, last = path.split(".")
        data: Any = plain
        for part in way:
            data = data[int(part)] if part.isdigit() else data[part]
        data[last] = ref
    return type(action).model_validate(plain)


def views_of(kind: Kind, affair: Any, docs: AffairBundle) -> AffairViews:
    """What is written beside an affair's events, as the store takes it."""
    found = beside(kind, affair, docs)
    return AffairViews(mark=kind.mark, duties=found.duties, access=found.access, keys=found.keys, next_due=found.next_due)
