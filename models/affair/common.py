"""Actions and happenings that every kind of affair has: notes, links, handing over, and what the engine itself does."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from models.affair.base import AffairAction, AffairWork, Happened, Link
from models.base import Id, Label, Reason, Text
from models.case import Card


class NoteAffair(AffairAction):
    """Write something down; it never moves a clock (备注)."""

    do: Literal["note"] = "note"
    text: Text


class LinkAffair(AffairAction):
    """Bind the affair to another record, named by its code (关联)."""

    do: Literal["link"] = "link"
    to: Label
    why: Literal["about"] = "about"
    found: Link | None = None
    """The record behind the code; the service alone says it."""


class LiftAffairCard(AffairAction):
    """Lift a card with a reason; never by its holder (撤牌)."""

    do: Literal["lift_card"] = "lift_card"
    card: Label
    reason: Reason = ""


class HandOverAffair(AffairAction):
    """Hand one's own part in it over to somebody else of the unit (移交)."""

    do: Literal["hand_over"] = "hand_over"
    receiver: Id
    """Staff id of who takes it on."""
    on_roll: bool = True
    """Whether the roll knows the receiver; the service alone says it."""
    reason: Reason = ""


class TickAffair(AffairAction):
    """Time has come to some clocks; sent by the engine alone (时限到点)."""

    do: Literal["tick"] = "tick"


class AnswerAffair(AffairAction):
    """The answer to a piece of pending work; sent by the engine alone (结果回填)."""

    do: Literal["answer"] = "answer"
    work: str
    result: dict[str, Any] = Field(default_factory=dict)


class RestartAffair(AffairAction):
    """Note that it went on from the record under the code at hand; sent by the engine alone (自记录恢复)."""

    do: Literal["restart"] = "restart"
    why: Literal["diverged", "replay", "missing"]


class RecalendarAffair(AffairAction):
    """Count all clocks by another calendar (更换日历), when a notice was imported."""

    do: Literal["recalendar"] = "recalendar"
    calendar: str


CommonAction = NoteAffair | LinkAffair | LiftAffairCard | HandOverAffair | TickAffair | AnswerAffair | RestartAffair | RecalendarAffair
"""The actions of all kinds."""

INTERNAL = frozenset({"tick", "answer", "restart"})
"""Actions that only the engine sends; at the door they are `not_allowed`."""


class AffairNoted(Happened):
    """Something was written down."""

    type: Literal["noted"] = "noted"
    text: str


class AffairLinked(Happened):
    """Another record belongs to this one."""

    type: Literal["linked"] = "linked"
    link: Link


class AffairReminded(Happened):
    """A limit is running out, or somebody is to look (提醒)."""

    type: Literal["reminded"] = "reminded"
    clock: str
    alarm: str
    unit: str | None = None
    person: Id | None = None


class AffairCarded(Happened):
    """A card was shown (亮牌)."""

    type: Literal["carded"] = "carded"
    card: Card


class AffairCardLifted(Happened):
    """A card was lifted with a reason (撤牌)."""

    type: Literal["card_lifted"] = "card_lifted"
    card: str
    reason: str


class AffairHandedOver(Happened):
    """Somebody has somebody else's part in it now."""

    type: Literal["handed_over"] = "handed_over"
    leaver: Id
    receiver: Id
    parts: tuple[str, ...]
    """Where the state named who left it: paths such as `seats.s1.staff`."""
    reason: str


class AffairAsked(Happened):
    """Something was asked for outside the core; an answer will follow."""

    type: Literal["asked"] = "asked"
    work: AffairWork


class AffairAnswered(Happened):
    """The answer has come, and led to nothing else."""

    type: Literal["answered"] = "answered"
    work: str
    result: dict[str, Any] = Field(default_factory=dict)


class AffairRestarted(Happened):
    """It went on from the record."""

    type: Literal["restarted"] = "restarted"
    why: str


class AffairRecalendared(Happened):
    """Its clocks count by another calendar; `moved` are those with another due time."""

    type: Literal["recalendared"] = "recalendared"
    calendar: str
    moved: tuple[str, ...] = ()


CommonHappening = (
    AffairNoted
    | AffairLinked
    | AffairReminded
    | AffairCarded
    | AffairCardLifted
    | AffairHandedOver
    | AffairAsked
    | AffairAnswered
    | AffairRestarted
    | AffairRecalendared
)
"""The happenings of all kinds."""
