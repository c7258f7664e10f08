"""The use cases of affairs: begin one, act on it. `rules/affair/` decides; here is who asks, for what, and whether it was done before.

Where an action goes, to a run or to the record, says `service/affairs/sending.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from models.affair.base import AffairAction, AffairDocuments, Link
from models.affair.record import AffairReceiptOut
from models.party import Actor
from models.refusal import RefusalCode
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from service.affairs import door
from service.affairs.lookups import NAMES, looked_up
from service.affairs.sending import Sending, with_refs
from service.cases import NAMESPACE, checked_id
from service.door import PersonIn
from service.entry.people import resolve_actor
from service.errors import refuse
from service.office import Office
from service.turns import Turns
from service.watch.acting import Acting, acting

KNOWN_ACTIONS = frozenset(do for kind in KINDS.values() for do in kind.specs) | {"note", "link", "lift_card", "recalendar"}


class Affairs(Sending):
    """Use cases over one office."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._turns = Turns()

    async def actor(self, post: str) -> Actor:
        """Return who `role@unit` is. Raises Refused."""
        return await resolve_actor(post, self._office.roll, self._office.bundle.network)

    def affair_id(self, kind: str, source: str, intake_id: str) -> str:
        """Return the workflow id of an intake, the same for the same intake everywhere."""
        return str(uuid.uuid5(NAMESPACE, f"{self._office.settings.place}|{kind}|{source}|{intake_id}"))

    async def open(
        self,
        kind_name: str,
        fields: Mapping[str, Any],
        actor: Actor,
        *,
        intake_id: str | None = None,
        source: str = "desk",
        persons: Mapping[str, str] | None = None,
        docs: AffairDocuments | None = None,
    ) -> AffairReceiptOut:
        """Begin an affair of a kind. The same kind, source and intake id give the same affair.

        Of a kind with a `subject` the same subject gives the same affair, begun or not, and source and intake id name the action.
        `persons` are references to persons that another record knows already, by the path of their field; `docs` the documents of
        the record that it is a part of, where it is one. Raises Refused, Unavailable.
        """
        kind = KINDS.get(kind_name)
        docs = docs or (self._office.affair_docs(kind.shares or kind_name) if kind is not None else None)
        if kind is None or docs is None:
            raise refuse(RefusalCode.INVALID, "kind")
        with acting(kind.opens, actor, self._office.bundle.network, KNOWN_ACTIONS) as seen:
            intake_id = intake_id or uuid.uuid4().hex
            if kind.subject is not None:
                action_id = str(uuid.uuid5(NAMESPACE, f"{source}|{intake_id}"))
                return await self._about(kind, docs, fields, actor, action_id, persons or {}, seen)
            action, named = await self._taken(kind, kind.opens, fields, actor, f"open:{intake_id}"[:80])
            name = None if kind.named_by is None else kind.named_by(action, self._office.bundle.network)
            affair_id = self.affair_id(kind_name, *((source, intake_id) if name is None else ("name", name)))
            # Whom another record knows is named before anything is judged.
            action = with_refs(action.model_copy(update={"id": f"open:{affair_id}"}), persons or {})
            seen.on(affair_id)
            async with self._turns.of(affair_id, action.id):
                known = await self._known(kind, affair_id, (source, intake_id), action.id)
                if known is not None:
                    return known
                blank = kind.state(kind=kind.name, id=affair_id, source=source, intake_id=intake_id, docs=docs)
                return await self.send(kind, blank, action, named, persons or {})

    async def _known(self, kind: Kind, affair_id: str, intake: tuple[str, str], action_id: str) -> AffairReceiptOut | None:
        """Return the receipt of an affair that is there already; refuses `already_done` where another intake made it."""
        known = await self._office.affairs.receipt(affair_id, action_id)
        if known is not None and kind.named_by is not None:
            stored = await self.load(affair_id)
            if (stored.source, stored.intake_id) != intake:
                raise refuse(RefusalCode.ALREADY_DONE, known.code or "")
        return known

    async def act(
        self,
        key: str,
        do: str,
        fields: Mapping[str, Any],
        actor: Actor,
        *,
        action_id: str | None = None,
        persons: Mapping[str, str] | None = None,
        ours: Mapping[str, str] | None = None,
    ) -> AffairReceiptOut:
        """Do an action on an affair, by its code or id; `persons` as for `open`. Raises UnknownAffair, Refused, Unavailable.

        `ours` are fields that a use case alone says, and that nobody brings in by the door (`service/affairs/door.py`).
        """
        with acting(do, actor, self._office.bundle.network, KNOWN_ACTIONS) as seen:
            kind, affair_id = await self.find(key)
            action_id = uuid.uuid4().hex if action_id is None else checked_id(action_id)
            seen.on(affair_id, action_id=action_id, code="" if key == affair_id else key)
            return await self._act(kind, affair_id, do, fields, actor, action_id, persons or {}, ours or {})

    async def act_within(self, affair_id: str, do: str, fields: Mapping[str, Any], actor: Actor, action_id: str) -> AffairReceiptOut:
        """Do an action on an affair on behalf of another record; words in it may be references. Raises as `act`."""
        kind, affair_id = await self.find(affair_id)
        async with self._turns.of(affair_id, action_id):
            known = await self.receipt(affair_id, action_id)
            if known is not None:
                return known
            action = kind.act({**fields, "do": do, "id": action_id, "actor": actor.model_dump(mode="json")})
            return await self.send(kind, await self.load(affair_id), action, {}, {})

    async def _about(
        self,
        kind: Kind,
        docs: AffairDocuments,
        fields: Mapping[str, Any],
        actor: Actor,
        action_id: str,
        known: Mapping[str, str],
        seen: Acting,
    ) -> AffairReceiptOut:
        """Do the opening action on the affair of its subject, which begins with it where there is none."""
        action, named = await self._taken(kind, kind.opens, fields, actor, action_id)
        action = action.model_copy(update={"docs": docs})
        # Who it is about has to be known by reference before it is known which affair it is.
        nowhere = str(uuid.uuid5(NAMESPACE, f"subject|{action_id}"))
        refs = await self._sealer.named(nowhere, action_id, named)
        action = with_refs(action, {**refs, **known})
        try:
            intake_id = _subject(kind, action)
            affair_id = self.affair_id(kind.name, kind.name, intake_id)
            seen.on(affair_id, action_id=action_id)
            async with self._turns.of(affair_id, action_id):
                receipt, state = await self._office.affairs.stands(affair_id, action_id)
                if receipt is not None:
                    return receipt
                blank = kind.state(kind=kind.name, id=affair_id, source=kind.name, intake_id=intake_id, docs=docs)
                stored = blank if state is None else kind.state.model_validate_json(state)
                return await self.send(kind, stored, action, named, known)
        finally:
            if refs:
                await self._sealer.discard(nowhere, action_id)

    async def _act(
        self,
        kind: Kind,
        affair_id: str,
        do: str,
        fields: Mapping[str, Any],
        actor: Actor,
        action_id: str,
        known_persons: Mapping[str, str],
        ours: Mapping[str, str],
    ) -> AffairReceiptOut:
        async with self._turns.of(affair_id, action_id):
            known = await self.receipt(affair_id, action_id)
            if known is not None:
                return known
            if do == kind.opens and kind.subject is None:
                raise refuse(RefusalCode.ALREADY_DONE)
            action, persons = await self._taken(kind, do, fields, actor, action_id, affair_id, ours)
            return await self.send(kind, await self.load(affair_id), action, persons, known_persons)

    async def _taken(
        self,
        kind: Kind,
        do: str,
        fields: Mapping[str, Any],
        actor: Actor,
        action_id: str,
        affair_id: str | None = None,
        ours: Mapping[str, str] | None = None,
    ) -> tuple[AffairAction, dict[str, PersonIn]]:
        action, persons = door.take(kind, do, fields, actor=actor, action_id=action_id, cal=self._office.bundle.cal, ours=ours)
        code = fields.get(NAMES[do]) if do in NAMES else None
        if code is not None:
            action = action.model_copy(update={"found": await self._linked(str(code))})
        stored = await self.load(affair_id) if affair_id is not None and hasattr(action, "open_work") else None
        return await looked_up(self._office, action, stored), persons

    async def _linked(self, code: str) -> Link | None:
        """Return the record behind a code, or None: of a case, or of another affair."""
        case_id = await self._office.records.find(code) if code.isprintable() else None
        if case_id is not None:
            return Link(kind="dispute", id=case_id, code=code, why="about")
        found = await self._office.affairs.find(code) if code.isprintable() else None
        return None if found is None else Link(kind=found[1], id=found[0], code=code, why="about")


def _subject(kind: Kind, action: AffairAction) -> str:
    """What an opening action is about, as the intake id of its affair. Refuses `invalid` where it does not say."""
    found = kind.subject(action) if kind.subject is not None else ""
    if not found:
        raise refuse(RefusalCode.INVALID, "subject")
    return found
