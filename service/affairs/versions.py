"""The versions of an affair (版本): each event is one, and the affair as it stood is the events up to it, folded.

Whoever looks at an old version sees what they may see of the affair today, and each such look is logged like any other.
"""

from __future__ import annotations

from typing import Any

from models.affair.base import Affair, AffairEvent
from models.base import Instant, Model
from models.party import Actor
from rules.affair.folding import fold
from rules.visibility import Group
from service.affairs.reading import AffairReader, Looked
from service.affairs.showing import SILENT, AffairShowing
from service.affairs.shown import AffairShown, AffairTold
from service.errors import UnknownAffair
from service.office import Office

OWN = frozenset(Affair.model_fields) - {"place", "stage"}
"""Fields of the engine's own; that they changed is nobody's news."""


class AffairVersion(AffairTold):
    """One version: the event that made it, and the names of the fields it changed."""

    changed: tuple[str, ...]


class AffairVersions(Model):
    """The versions of an affair, the oldest first. `after` of the next page is the last `seq`."""

    as_of: Instant
    code: str
    seq: int
    """The version in force."""
    versions: tuple[AffairVersion, ...]


class AffairAsOf(Model):
    """An affair as it stood at one version, beside the one before; nothing can be done to it there."""

    version: AffairVersion
    affair: AffairShown
    before: dict[str, Any]
    """What the changed fields said before, read as `affair.facts`."""
    latest: int
    """The version in force."""


class Versions:
    """Versions of affairs for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = AffairReader(office)

    async def listed(self, actor: Actor, key: str, purpose: str = "", *, after: int = 0, limit: int = 500) -> AffairVersions:
        """Return what each version changed, who made it and when. Raises as `AffairReader.look`."""
        looked = await self._reader.look(actor, key, "affair_versions", purpose)
        made = [one for one in await self._made(looked) if one[0].seq > after and self._sees(looked, one[0])][:limit]
        told = {
            one.seq: one for one in (await self._showing(actor, looked, looked.affair).story([event for event, _, _ in made], {})).events
        }
        versions = tuple(
            AffairVersion(**told[event.seq].model_dump(), changed=_changed(looked, before, state))
            for event, before, state in made
            if event.seq in told
        )
        return AffairVersions(as_of=self._office.now(), code=looked.row.code, seq=looked.row.seq, versions=versions)

    async def at(self, actor: Actor, key: str, seq: int, purpose: str = "") -> AffairAsOf:
        """Return the affair as of a version. Raises as `AffairReader.look`; UnknownAffair where there is no such version."""
        looked = await self._reader.look(actor, key, f"affair_version:{seq}", purpose)
        found = next((one for one in await self._made(looked) if one[0].seq == seq and self._sees(looked, one[0])), None)
        if found is None:
            raise UnknownAffair(key)
        event, before, state = found
        told = (await self._showing(actor, looked, state).story([event], {})).events[0]
        changed = _changed(looked, before, state)
        was = await self._whole(actor, looked, before) if before is not None and changed else None
        return AffairAsOf(
            version=AffairVersion(**told.model_dump(), changed=changed),
            affair=await self._whole(actor, looked, state),
            before={} if was is None else {name: was.facts.get(name) for name in changed if name in state_fields(state)},
            latest=looked.row.seq,
        )

    async def _made(self, looked: Looked) -> list[tuple[AffairEvent, Any, Any]]:
        """Return each event with the state before it, None before the first, and the state it led to."""
        kept, kind = looked.affair, looked.kind
        state = kind.state(kind=kind.name, id=kept.id, source=kept.source, intake_id=kept.intake_id, docs=kept.docs)
        state = state.model_copy(update={"code": kept.code})
        before: Any = None
        found: list[tuple[AffairEvent, Any, Any]] = []
        for line in await self._office.affairs.lines(kept.id):
            event = kind.event.model_validate_json(line.body)
            state = fold(kind, state, event)
            found.append((event, before, state))
            before = state
        return found

    def _sees(self, looked: Looked, event: AffairEvent) -> bool:
        """Whether an event is shown at all: what goes between the parts of the program changes nothing that anybody reads."""
        return event.type not in SILENT and looked.seen.sees(looked.kind.groups.get(event.type, Group.KIND))

    async def _whole(self, actor: Actor, looked: Looked, state: Any) -> AffairShown:
        whole = await self._showing(actor, looked, state).whole((), looked.row.opened_at)
        return whole.model_copy(update={"allowed": (), "duties": (), "holder": None, "clocks": ()})

    def _showing(self, actor: Actor, looked: Looked, state: Any) -> AffairShowing:
        return AffairShowing(self._office, actor, looked.kind, state, looked.bundle, looked.seen)


def state_fields(state: Any) -> frozenset[str]:
    """Return the fields of a kind's own: those that stand among the facts."""
    return frozenset(type(state).model_fields) - frozenset(Affair.model_fields)


def _changed(looked: Looked, before: Any, state: Any) -> tuple[str, ...]:
    """Return the fields whose values differ and that may be seen, in their order."""
    groups = looked.kind.groups
    names = [name for name in type(state).model_fields if name not in OWN and looked.seen.sees(groups.get(name, Group.KIND))]
    blank = {name: field.get_default(call_default_factory=True) for name, field in type(state).model_fields.items() if name in names}
    return tuple(name for name in names if getattr(state, name) != (blank[name] if before is None else getattr(before, name)))
