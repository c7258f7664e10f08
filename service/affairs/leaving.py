"""What somebody who leaves has open, and the list of a handover (交接清单): pieces by code where the reader may see them.

A handover names its pieces by the ids of their records; here they get a code, a kind and a stage, each only for whose eyes it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.affair.handover import Handover, Piece, PieceState
from models.base import Model
from models.party import Actor
from models.refusal import SENTENCES, RefusalCode
from rules.affair.kinds import KINDS
from rules.handover.kind import HANDOVER, may_propose
from service.affairs.lookups import open_work
from service.affairs.reading import DISPUTE, AffairReader
from service.errors import refuse
from service.office import Office
from service.sighted import Sighted

UNSEEN = ("", "")
NAMES = {DISPUTE: ("纠纷", "Dispute"), **{name: (kind.zh, kind.en) for name, kind in KINDS.items()}}


class PieceShown(Model):
    """One piece as somebody may see it."""

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

    async def list(self, actor: Actor, code: str, purpose: str = "") -> HandoverList:
        """Return the list of a handover, and log the look. Raises as `AffairReader.look`; Refused `invalid` for another kind."""
        looked = await AffairReader(self._office).look(actor, code, "affair", purpose)
        if looked.kind.name != HANDOVER.name:
            raise refuse(RefusalCode.INVALID, "code")
        handover: Handover = looked.affair
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
