"""A handover (离岗交接): somebody leaves, and what is open in their hands goes to others in one reviewed step.

Proposed with everything that is open, reviewed by a second person, then moved piece by piece through each record's own action; what
was moved, refused or left stays as its list (交接清单). Pieces are named by the record's id, so that nobody reads here of a case that
is not theirs to see.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import Affair, AffairAction, AffairEvent, Happened
from models.affair.common import CommonAction, CommonHappening
from models.base import Id, Label, Model, Reason

MOST_PIECES = 500
"""How many pieces one handover takes; somebody with more hands over twice."""


class PieceState(StrEnum):
    """What has become of a piece."""

    OPEN = "open"  # 待移交
    MOVED = "moved"  # 已移交
    REFUSED = "refused"  # 未能移交
    LEFT = "left"  # 留存


class Piece(Model):
    """One record with something open in the leaver's hands."""

    record: Id
    kind: Label
    """`dispute`, or the kind of an affair."""
    receiver: Id | None = None
    """Who takes it; None = the receiver of the whole."""
    state: PieceState = PieceState.OPEN
    refusal: str | None = None
    """The code of the refusal, or of why it was left."""


class Handover(Affair):
    """The state of one handover. Stages: `proposed` → `approved` → `done`; ends aside: `rejected`, `withdrawn`."""

    kind: Literal["handover"] = "handover"
    leaver: str | None = None
    receiver: str | None = None
    ground: str | None = None
    last_day: date | None = None
    proposer: str | None = None
    reviewer: str | None = None
    pieces: dict[str, Piece] = Field(default_factory=dict)
    """By the record's id."""


class OpenWork(Model):
    """A record in which somebody has something open, as the service finds it."""

    record: Id
    kind: Label


class ProposeHandover(AffairAction):
    """Propose that what is open in somebody's hands goes to somebody else (提出交接)."""

    do: Literal["propose"] = "propose"
    leaver: Id
    receiver: Id
    ground: Label
    last_day: date
    on_roll: bool = True
    """Whether the roll knows the receiver; the service alone says it."""
    open_work: tuple[OpenWork, ...] = Field(default=(), max_length=MOST_PIECES)
    """What is open in the leaver's hands; the service alone says it."""


class RedirectHandover(AffairAction):
    """Name another receiver, of all that is open or of some pieces (改派接收人); it has to be reviewed anew."""

    do: Literal["redirect"] = "redirect"
    receiver: Id
    records: tuple[Id, ...] = Field(default=(), max_length=MOST_PIECES)
    """Ids of the records; none = all that is not moved."""
    on_roll: bool = True
    """As for `propose`."""


class ApproveHandover(AffairAction):
    """Approve it (审核通过): then each piece is moved."""

    do: Literal["approve"] = "approve"
    open_work: tuple[OpenWork, ...] = Field(default=(), max_length=MOST_PIECES)
    """What is open by now; what came after the proposal goes the same way."""


class RejectHandover(AffairAction):
    """Reject it, with a reason (退回)."""

    do: Literal["reject"] = "reject"
    reason: Reason = ""


class WithdrawHandover(AffairAction):
    """Take a proposal back (撤回)."""

    do: Literal["withdraw"] = "withdraw"


class FinishHandover(AffairAction):
    """Close it although something was refused or is left, with a reason (结束交接)."""

    do: Literal["finish"] = "finish"
    reason: Reason = ""


class HandoverProposed(Happened):
    """A handover was proposed."""

    type: Literal["handover_proposed"] = "handover_proposed"
    place: str | None
    town: str | None
    leaver: str
    receiver: str
    ground: str
    last_day: date
    proposer: str
    pieces: dict[str, Piece]


class HandoverRedirected(Happened):
    """Pieces go to somebody else."""

    type: Literal["handover_redirected"] = "handover_redirected"
    proposer: str
    receiver: str
    records: tuple[str, ...]
    whole: bool


class HandoverApproved(Happened):
    """A second person has approved it."""

    type: Literal["handover_approved"] = "handover_approved"
    reviewer: str
    more: dict[str, Piece]
    """Pieces that came after the proposal."""


class HandoverRejected(Happened):
    """A second person has rejected it."""

    type: Literal["handover_rejected"] = "handover_rejected"
    reviewer: str
    reason: str


class HandoverWithdrawn(Happened):
    """It was taken back."""

    type: Literal["handover_withdrawn"] = "handover_withdrawn"


class PieceSettled(Happened):
    """One piece was moved, or could not be."""

    type: Literal["piece_settled"] = "piece_settled"
    work: str
    record: str
    state: PieceState
    refusal: str | None


class HandoverFinished(Happened):
    """It is over; `counts` says how many pieces were moved, refused, left."""

    type: Literal["handover_finished"] = "handover_finished"
    counts: dict[str, int]
    reason: str


HandoverAction = Annotated[
    ProposeHandover | RedirectHandover | ApproveHandover | RejectHandover | WithdrawHandover | FinishHandover | CommonAction,
    Field(discriminator="do"),
]


class HandoverEvent(AffairEvent):
    """One entry of a handover's record."""

    what: Annotated[
        HandoverProposed
        | HandoverRedirected
        | HandoverApproved
        | HandoverRejected
        | HandoverWithdrawn
        | PieceSettled
        | HandoverFinished
        | CommonHappening,
        Field(discriminator="type"),
    ]


class Moved(Model):
    """The answer to a piece of work that moves something: moved, where it says nothing else."""

    refused: str | None = None
    """Code of the refusal."""
    left: str | None = None
    """Code of why there was nothing to move."""
