"""What can be asked of a whistle."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import AffairAction, Link
from models.affair.common import CommonAction
from models.base import Id, Instant, Label, Model, Reason, Text
from models.words import PartyKind, Side

Units = Annotated[tuple[Id, ...], Field(max_length=40)]


class BlowWhistle(AffairAction):
    """Call units (吹哨)."""

    do: Literal["blow"] = "blow"
    place: Label
    """Division code of one's own grid."""
    item: Label | None = None
    """An item of the list; without one it has to be confirmed before anybody is called."""
    text: Text
    """What is the matter."""
    tried: Reason = ""
    """What was tried first; a whistle without it is refused."""
    level: Label | None = None
    """A more urgent level than the item's own."""
    units: Units = ()
    """Other units than the item's own."""
    of: Label | None = None
    """Code of the case or affair it belongs to."""
    found: Link | None = None
    """The record behind the code; the service alone says it."""


class EndorseWhistle(AffairAction):
    """Confirm a whistle that is no item of the list, or say which item it is (确认吹哨)."""

    do: Literal["endorse"] = "endorse"
    item: Label | None = None
    level: Label | None = None
    units: Units = ()
    """Other units than the author's; those of the item where one is named."""


class TurnDownWhistle(AffairAction):
    """Turn down a whistle that is no matter for one, with a reason (退哨)."""

    do: Literal["turn_down"] = "turn_down"
    reason: Reason = ""


class WithdrawWhistle(AffairAction):
    """Take one's own whistle back, with a reason (撤哨)."""

    do: Literal["withdraw_whistle"] = "withdraw_whistle"
    reason: Reason = ""


class CallUnit(AffairAction):
    """Call one more unit, with a reason (加派)."""

    do: Literal["call_unit"] = "call_unit"
    unit: Id
    reason: Reason = ""


class ReleaseUnit(AffairAction):
    """Let a unit go whose part it is not, with a reason (解除)."""

    do: Literal["release_unit"] = "release_unit"
    unit: Id
    reason: Reason = ""


class Respond(AffairAction):
    """Answer the call for one's unit (应答)."""

    do: Literal["respond"] = "respond"
    coming_at: Instant | None = None
    """When it will come; it moves no limit."""
    text: Reason = ""


class Arrive(AffairAction):
    """Check in on the spot (报到); the time may be that of the arrival."""

    do: Literal["arrive"] = "arrive"


class ResolvePart(AffairAction):
    """Say what one's unit has done and that its part is resolved (办结)."""

    do: Literal["resolve_part"] = "resolve_part"
    text: Text


class ConcludeWhistle(AffairAction):
    """Say whether it is done (确认销哨); where it is not, say what is missing, and of which units."""

    do: Literal["conclude"] = "conclude"
    done: bool
    text: Reason = ""
    units: Units = ()
    """Units whose part is not done; none named = all of them."""


class RateUnit(AffairAction):
    """Rate a unit that was called (评价部门); a sentence is owed for one or two stars."""

    do: Literal["rate_unit"] = "rate_unit"
    unit: Id
    stars: int = Field(ge=1, le=5)
    text: Reason = ""


class RateWhistle(AffairAction):
    """Say for one's unit whether the whistle was useful, or no matter of its own (评价哨声)."""

    do: Literal["rate_whistle"] = "rate_whistle"
    useful: bool
    text: Reason = ""


class CaseParty(Model):
    """A party of the dispute that is opened; what becomes of a party later is the dispute's to say."""

    id: Id
    side: Side
    kind: PartyKind
    person: str
    """Who it is: words at the door, a vault reference behind it."""
    people: int | None = Field(default=None, ge=1, le=100_000)
    vulnerable: bool = False
    minor: bool = False
    household: Label | None = None


class OpenCaseOfWhistle(AffairAction):
    """Open a dispute for what the whistle came upon (哨转案)."""

    do: Literal["open_case"] = "open_case"
    summary: Text
    happened_on: date
    parties: tuple[CaseParty, ...] = Field(min_length=1, max_length=200)
    people: int = Field(ge=1, le=100_000)
    amount: float | None = Field(default=None, ge=0, le=1e13, allow_inf_nan=False)
    risk_signs: tuple[Label, ...] = Field(default=(), max_length=40)


WhistleAction = Annotated[
    BlowWhistle
    | EndorseWhistle
    | TurnDownWhistle
    | WithdrawWhistle
    | CallUnit
    | ReleaseUnit
    | Respond
    | Arrive
    | ResolvePart
    | ConcludeWhistle
    | RateUnit
    | RateWhistle
    | OpenCaseOfWhistle
    | CommonAction,
    Field(discriminator="do"),
]
