"""What may be asked of a watch (预警操作)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import AffairAction, AffairDocuments
from models.affair.common import CommonAction
from models.affair.watch.state import SignalChannel, Subject
from models.base import Id, Label, Reason, Text
from models.words import Tier

Hint = Annotated[Reason, Field(max_length=200)]
"""The least text that tells what was seen (最少必要); a conversation is not kept (domain 8.4)."""


class SignalWatch(AffairAction):
    """Enter a signal (报送线索); the first one begins the watch of its subject."""

    do: Literal["signal"] = "signal"
    subject: Subject | None = None
    """Owed with the first signal; later it has to be the watch's own, or is left out."""
    signal: Label
    """A key of the book's `signals`."""
    channel: SignalChannel
    text: Hint = ""
    docs: AffairDocuments | None = None
    """The documents in force; the service alone says it."""


class VisitWatch(AffairAction):
    """Say what a visit found (走访反馈)."""

    do: Literal["visit"] = "visit"
    outcome: Literal["calm", "absent", "tense"]
    signal: Label | None = None
    """The signal that a visit found; owed where it was tense."""
    text: Hint = ""


class StrikeSignal(AffairAction):
    """Strike a mistaken signal (剔除线索)."""

    do: Literal["strike"] = "strike"
    signal: Id
    reason: Reason = ""


class LowerWatch(AffairAction):
    """Lower the grade by hand (人工降级), never by whoever entered the signals."""

    do: Literal["lower"] = "lower"
    grade: Tier
    reason: Reason = ""


class ObjectToWatch(AffairAction):
    """Object to being watched (申诉): through the centre, or oneself."""

    do: Literal["object"] = "object"
    text: Text
    person: str | None = None


class SettleObjection(AffairAction):
    """Decide an objection (申诉裁定), never by whoever entered the signals."""

    do: Literal["settle"] = "settle"
    objection: Id
    uphold: bool
    strike: tuple[Id, ...] = Field(default=(), max_length=200)
    """The signals that fall; owed where it is upheld."""
    reason: Reason = ""


WatchAction = Annotated[
    SignalWatch | VisitWatch | StrikeSignal | LowerWatch | ObjectToWatch | SettleObjection | CommonAction, Field(discriminator="do")
]
