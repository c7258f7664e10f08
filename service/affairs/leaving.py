"""What somebody who leaves has open, and the list of a handover (交接清单): pieces by code where the reader may see them.

A handover names its pieces by the ids of their records; here they get a code, a kind and a stage, each only for whose eyes it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.affair.handover import Handover, Piece, PieceState
from models.base import Model
from models.party import Actor
from models.refusal import SENTENCES, RefusalCode
from models.staff import Staff
from models.words import Role
from rules.affair.kinds import KINDS
from rules.handover.kind import HANDOVER, involved, may_propose, same_post
from rules.staff_ids import role_of, unit_of
from service.affairs.lookups import open_work
from service.affairs.reading import DISPUTE, AffairReader, Looked
from service.affairs.shown import AffairFile
from service.errors import refuse
from service.office import Office
from service.sighted import Sighted

UNSEEN = ("", "")
NAMES = {DISPUTE: ("纠纷", "Dispute"), **{name: (kind.zh, kind.en) for name, kind in KINDS.items()}}


class PieceShown(Model):
    """One piece as somebody may see it."""

    record: str
    """Its id, by which another receiver is named for it; it says nothing of what it is."""
    kind: str
    kind_zh: str
    kind_en: str
    code: str | None
    """None where the reader's eyes do not reach the record."""
    receiver: str | None = None
    state: PieceState = PieceState.OPEN
    refusal: str | None = None
    zh: str = ""
    """Why it was not moved."""
    en: str = ""


class OpenHands(Model):
    """What somebody has open now."""

    leaver: str
    pieces: tuple[PieceShown, ...]


class HandoverList(Model):
    """The list of a handover: who, from whom to whom, and what became of each piece."""

    code: str
    stage: str
    leaver: str
    receiver: str
    proposer: str
    reviewer: str | None
    counts: dict[PieceState, int]
    pieces: tuple[PieceShown, ...]


@dataclass(frozen=True, slots=True)
class HandoverFile:
    """A handover as its page shows it."""

    file: AffairFile
    list: HandoverList
    involved: bool
    """Whether the reader leaves, proposed it or receives something, and so must not review it."""
    moving: bool
    """Whether pieces are on their way: nobody names another receiver meanwhile."""


class Leaving:
    """Use cases over one office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def preview(self, actor: Actor, leaver: str) -> OpenHands:
        """Return what somebody has open. Refused `not_holder` for whoever may not propose to hand it over."""
        if not may_propose(leaver, actor, self._office.bundle.network):
            raise refuse(RefusalCode.NOT_HOLDER)
        found = await open_work(self._office.store, leaver)
        pieces = [Piece(record=one.record, kind=one.kind) for one in found]
        return OpenHands(leaver=leaver, pieces=await self._shown(actor, pieces))

    async def people(self, actor: Actor) -> list[Staff]:
        """Return whose work somebody may propose to hand over, by id: their own, and of a centre's desk everybody's it is in charge of."""
        network = self._office.bundle.network
        return [one for one in await self._office.roll.all() if may_propose(one.id, actor, network)]

    async def receivers(self, leaver: str) -> list[Staff]:
        """Return who may take what somebody leaves: the others of the same post."""
        holders = await self._office.roll.holders(Role(role_of(leaver)), [unit_of(leaver)])
        return [one for one in holders if same_post(one.id, leaver)]

    async def list(self, actor: Actor, code: str, purpose: str = "") -> HandoverList:
        """Return the list of a handover, and log the look. Raises as `AffairReader.look`."""
        return await self._list(actor, (await self._look(actor, code, purpose)).affair)

    async def file(self, actor: Actor, code: str) -> HandoverFile:
        """Return a handover with its list, and log the look once. Raises as `list`."""
        looked = await self._look(actor, code, "")
        return HandoverFile(
            file=await AffairReader(self._office).told(actor, looked),
            list=await self._list(actor, looked.affair),
            involved=not involved(looked.affair).isdisjoint(actor.ids),
            moving=bool(looked.affair.work),
        )

    async def _look(self, actor: Actor, code: str, purpose: str) -> Looked:
        return await AffairReader(self._office).look(actor, code, "affair", purpose, of=HANDOVER)

    async def _list(self, actor: Actor, handover: Handover) -> HandoverList:
        whole = handover.receiver or ""
        pieces = [one.model_copy(update={"receiver": one.receiver or whole}) for one in handover.pieces.values()]
        return HandoverList(
            code=handover.code or handover.id,
            stage=handover.stage or "",
            leaver=handover.leaver or "",
            receiver=whole,
            proposer=handover.proposer or "",
            reviewer=handover.reviewer,
            counts={state: sum(one.state is state for one in pieces) for state in PieceState},
            pieces=await self._shown(actor, pieces),
        )

    async def _shown(self, actor: Actor, pieces: Iterable[Piece]) -> tuple[PieceShown, ...]:
        given = list(pieces)
        eyes = await Sighted(self._office).eyes(actor)
        codes = await self._office.queries.codes(eyes, [one.record for one in given if one.kind == DISPUTE])
        codes |= await self._office.affair_queries.codes(eyes, [one.record for one in given if one.kind != DISPUTE])
        return tuple(_piece(one, codes.get(one.record)) for one in given)


def _piece(piece: Piece, code: str | None) -> PieceShown:
    kind_zh, kind_en = NAMES.get(piece.kind, (piece.kind, piece.kind))
    refusals = {str(known): said for known, said in SENTENCES.items()}
    zh, en = refusals.get(piece.refusal or "", UNSEEN)
    return PieceShown(
        record=piece.record,
        kind=piece.kind,
        kind_zh=kind_zh,
        kind_en=kind_en,
        code=code,
        receiver=piece.receiver,
        state=piece.state,
        refusal=piece.refusal,
        zh=zh,
        en=en,
    )
