"""The kind `handover` (离岗交接): proposed, reviewed by somebody else, moved piece by piece, and what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from models.affair import handover as o
from models.affair.common import AnswerAffair
from models.affair.team_book import TeamBook
from models.network import Network
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules.affair.common import ENGINE, EVERYBODY, SUPERVISORS
from rules.affair.draft import AffairDraft
from rules.affair.folding import copied, nothing, without_work
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import by_centre, centres
from rules.draft import require
from rules.handover.labels import LABELS
from rules.staff_ids import post_of, role_of, unit_of

MOVE = "move"
"""The work that moves one piece (`service/affairs/handovers.py`)."""

REVIEWERS = frozenset({Role.DIRECTOR, Role.LEADER})
OPEN = o.PieceState.OPEN


def same_post(one: str, other: str) -> bool:
    """Whether two people hold the same post of the same unit, and are not one."""
    return one != other and post_of(one) == post_of(other)


def _fault(handover: o.Handover, act: o.ProposeHandover, bundle: AffairBundle) -> str | None:
    book: TeamBook = bundle.book
    if act.ground not in book.grounds:
        return "ground"
    if bundle.network.unit(unit_of(act.leaver)) is None or role_of(act.leaver) not in EVERYBODY:
        return "leaver"
    return None if act.on_roll and same_post(act.leaver, act.receiver) else "receiver"


def _proposes(handover: o.Handover, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    leaver = act.leaver if isinstance(act, o.ProposeHandover) else handover.leaver
    return may_propose(leaver or "", actor, bundle.network)


def may_propose(leaver: str, actor: Actor, network: Network) -> bool:
    """Whether somebody may look at what a person has open, and propose to hand it over: that person, and the centre in charge."""
    unit = network.unit(unit_of(leaver))
    in_charge = centres(unit.town if unit else None, network)
    return leaver in actor.ids or (actor.role in SUPERVISORS and actor.unit in in_charge)


def _propose(draft: AffairDraft, act: o.ProposeHandover) -> None:
    """Propose it, with all that is open; where nothing is, there is nothing to do."""
    require(act.open_work, RefusalCode.ALREADY_DONE, "nothing is open")
    unit = draft.bundle.network.unit(unit_of(act.leaver))
    what = o.HandoverProposed(
        place=unit.village if unit else None,
        town=unit.town if unit else None,
        leaver=act.leaver,
        receiver=act.receiver,
        ground=act.ground,
        last_day=act.last_day,
        proposer=draft.actor.person,
        pieces=_pieces(act.open_work, {}),
    )
    draft.add(what, stage="proposed", moments=("proposed",))


def _pieces(found: Iterable[o.OpenWork], known: Mapping[str, o.Piece]) -> dict[str, o.Piece]:
    return {one.record: o.Piece(record=one.record, kind=one.kind) for one in found if one.record not in known}


def _redirect(draft: AffairDraft, act: o.RedirectHandover) -> None:
    """Name another receiver of what is not moved; a second person looks at it anew."""
    handover: o.Handover = draft.affair
    require(not handover.work, RefusalCode.CHECKLIST_OPEN, "moving")
    require(act.on_roll and same_post(handover.leaver or "", act.receiver), RefusalCode.INVALID, "receiver")
    unmoved = {record for record, piece in handover.pieces.items() if piece.state is not o.PieceState.MOVED}
    require(set(act.records) <= unmoved, RefusalCode.INVALID, "records")
    records = tuple(sorted(act.records or unmoved))
    what = o.HandoverRedirected(proposer=draft.actor.person, receiver=act.receiver, records=records, whole=not act.records)
    draft.add(what, stage="proposed", moments=("proposed",))


def involved(handover: o.Handover) -> frozenset[str]:
    """Everybody who must not review it: who leaves, who proposed it, who receives anything."""
    named = {handover.leaver, handover.proposer, handover.receiver, *(piece.receiver for piece in handover.pieces.values())}
    return frozenset(name for name in named if name is not None)


def _approve(draft: AffairDraft, act: o.ApproveHandover) -> None:
    """Approve it: each open piece is moved, also those that came after the proposal."""
    require(involved(draft.affair).isdisjoint(draft.actor.ids), RefusalCode.SAME_PERSON)
    more = _pieces(act.open_work, draft.affair.pieces)
    draft.add(o.HandoverApproved(reviewer=draft.actor.person, more=more), stage="approved", moments=("approved",))
    handover: o.Handover = draft.affair
    for piece in handover.pieces.values():
        if piece.state is OPEN:
            detail = {"record": piece.record, "kind": piece.kind, "receiver": piece.receiver or handover.receiver}
            draft.ask(MOVE, detail, own=True)


def _reject(draft: AffairDraft, act: o.RejectHandover) -> None:
    require(involved(draft.affair).isdisjoint(draft.actor.ids), RefusalCode.SAME_PERSON)
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(o.HandoverRejected(reviewer=draft.actor.person, reason=act.reason), stage="rejected")


def _withdraw(draft: AffairDraft, act: o.WithdrawHandover) -> None:
    moved = any(piece.state is o.PieceState.MOVED for piece in draft.affair.pieces.values())
    require(not moved, RefusalCode.TOO_LATE)
    draft.add(o.HandoverWithdrawn(), stage="withdrawn")


def _finish(draft: AffairDraft, act: o.FinishHandover) -> None:
    """Close it although something could not be moved; never while pieces are on their way."""
    require(not draft.affair.work, RefusalCode.CHECKLIST_OPEN, "moving")
    require(act.reason, RefusalCode.MISSING_REASON)
    _close(draft, act.reason)


def _close(draft: AffairDraft, reason: str) -> None:
    counts = Counter(str(piece.state) for piece in draft.affair.pieces.values())
    draft.add(o.HandoverFinished(counts=dict(sorted(counts.items())), reason=reason), stage="done")


def _answer(draft: AffairDraft, act: AnswerAffair) -> None:
    """Note what became of a piece; when all are moved or left on good grounds, it is over."""
    detail = draft.affair.work[act.work].detail
    moved = o.Moved.model_validate({key: act.result.get(key) for key in o.Moved.model_fields})
    state = o.PieceState.LEFT if moved.left else o.PieceState.REFUSED if moved.refused else o.PieceState.MOVED
    what = o.PieceSettled(work=act.work, record=str(detail["record"]), state=state, refusal=moved.left or moved.refused)
    draft.add(what)
    handover: o.Handover = draft.affair
    settled = all(piece.state in {o.PieceState.MOVED, o.PieceState.LEFT} for piece in handover.pieces.values())
    if settled and not handover.work:
        _close(draft, "")


def _wants(handover: o.Handover, bundle: AffairBundle) -> Mapping[str, Want]:
    rules = bundle.book.handover
    if handover.stage == "proposed":
        return {"review": Want("review", rules.review, handover.moments["proposed"])}
    return {"move": Want("move", rules.move, handover.moments["approved"])}


def _owes(handover: o.Handover, clock: str, bundle: AffairBundle) -> Owes:
    """The director reviews; for a director, the leader does."""
    centre = bundle.network.centre(handover.town)
    if clock == "move":
        return Owes("finish", Role.DISPATCHER, centre)
    return Owes("approve", Role.LEADER if role_of(handover.leaver or "") == Role.DIRECTOR else Role.DIRECTOR, centre)


def _access(handover: o.Handover, bundle: AffairBundle) -> tuple[tuple[str, str], ...]:
    """The centre in charge, which sees by its town, the unit of who leaves, and who is named."""
    network = bundle.network
    units = (*centres(handover.town, network), unit_of(handover.leaver or ""))
    persons = [name for name in (handover.leaver, handover.receiver, handover.proposer) if name]
    found = [("town", handover.town)] if handover.town is not None else []
    found += [("unit", unit) for unit in units if unit] + [("person", person) for person in persons]
    return tuple(dict.fromkeys(found))


def _redirected(handover: o.Handover, what: o.HandoverRedirected, event: o.HandoverEvent) -> dict[str, Any]:
    change = {"state": OPEN, "refusal": None, "receiver": None if what.whole else what.receiver}
    pieces = {name: piece.model_copy(update=change) if name in what.records else piece for name, piece in handover.pieces.items()}
    return {"pieces": pieces, "proposer": what.proposer, **({"receiver": what.receiver} if what.whole else {})}


def _approved(handover: o.Handover, what: o.HandoverApproved, event: o.HandoverEvent) -> dict[str, Any]:
    return {"reviewer": what.reviewer, "pieces": {**handover.pieces, **what.more}}


def _rejected(handover: o.Handover, what: o.HandoverRejected, event: o.HandoverEvent) -> dict[str, Any]:
    return {"reviewer": what.reviewer}


def _settled(handover: o.Handover, what: o.PieceSettled, event: o.HandoverEvent) -> dict[str, Any]:
    piece = handover.pieces[what.record].model_copy(update={"state": what.state, "refusal": what.refusal})
    return {**without_work(handover, what.work), "pieces": {**handover.pieces, what.record: piece}}


def _finished(handover: o.Handover, what: o.HandoverFinished, event: o.HandoverEvent) -> dict[str, Any]:
    left = {"state": o.PieceState.LEFT}
    return {"pieces": {name: piece.model_copy(update=left) if piece.state is OPEN else piece for name, piece in handover.pieces.items()}}


PROPOSED: frozenset[str | None] = frozenset({"proposed"})
APPROVED: frozenset[str | None] = frozenset({"approved"})

HANDOVER = Kind(
    name="handover",
    zh="离岗交接",
    en="Handover",
    mark="HO",
    workflow="Handover",
    state=o.Handover,
    event=o.HandoverEvent,
    actions=TypeAdapter(o.HandoverAction),
    book=TeamBook,
    shares="team",
    opens="propose",
    ends=frozenset({"done", "rejected", "withdrawn"}),
    specs={
        "propose": AffairSpec(_propose, EVERYBODY, frozenset({None}), holds=_proposes, fault=_fault),
        "redirect": AffairSpec(_redirect, EVERYBODY, PROPOSED | APPROVED, holds=_proposes),
        "approve": AffairSpec(_approve, REVIEWERS, PROPOSED, holds=by_centre),
        "reject": AffairSpec(_reject, REVIEWERS, PROPOSED, holds=by_centre),
        "withdraw": AffairSpec(_withdraw, EVERYBODY, PROPOSED, holds=_proposes),
        "finish": AffairSpec(_finish, SUPERVISORS, APPROVED, holds=by_centre),
        "answer": AffairSpec(_answer, ENGINE, APPROVED),
    },
    foldings={
        "handover_proposed": copied,
        "handover_redirected": _redirected,
        "handover_approved": _approved,
        "handover_rejected": _rejected,
        "handover_withdrawn": nothing,
        "piece_settled": _settled,
        "handover_finished": _finished,
    },
    wants=_wants,
    owes=_owes,
    access=_access,
    ball=lambda handover, _bundle: "review" if handover.stage == "proposed" else "move",
    keys=lambda handover: (("leaver", handover.leaver),) if handover.leaver else (),
    labels=LABELS,
)
