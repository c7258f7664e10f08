"""Mediating (指派、回避、征询、会商、记录、中止、延期、移交): from assign to hand_over."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.action.base import Base
from models.base import Id, Instant, Label, Reason, Text


class Assign(Base):
    """Appoint a mediator; without a name the engine chooses (指派调解员)."""

    do: Literal["assign"] = "assign"
    mediator: Id | None = None
    household: Label | None = None
    """Household of the named mediator; the service looks it up, for the conflict of interest."""
    on_roll: bool = True
    """Whether the person named is on the roll of the staff; the service looks it up."""


class Recuse(Base):
    """Withdraw the mediator, by the mediator or on a party's demand (回避)."""

    do: Literal["recuse"] = "recuse"
    reason: Reason = ""
    party: Id | None = None


class Consent(Base):
    """Record whether a party agrees to mediation (征询调解意愿)."""

    do: Literal["consent"] = "consent"
    party: Id
    agrees: bool


class Meet(Base):
    """Call a meeting (召集会商)."""

    do: Literal["meet"] = "meet"
    at: Instant
    place: Text
    units: tuple[Id, ...] = Field(default=(), max_length=60)
    joint: bool = False


class CallOff(Base):
    """Call a meeting off (取消会商)."""

    do: Literal["call_off"] = "call_off"
    meeting: Id
    reason: Reason = ""


class Record(Base):
    """Record a session (调解记录)."""

    do: Literal["record"] = "record"
    outcome: Literal["continue", "failed"]
    text: Text


class Suspend(Base):
    """Let the clocks stand still on a listed ground (中止)."""

    do: Literal["suspend"] = "suspend"
    ground: Label
    evidence: Reason = ""


class Resume(Base):
    """Let the clocks run again (恢复)."""

    do: Literal["resume"] = "resume"


class Extend(Base):
    """Extend the mediation limit with the consent of all (延期)."""

    do: Literal["extend"] = "extend"
    days: int = Field(ge=1, le=365)
    consents: tuple[Id, ...] = ()


class HandOver(Base):
    """Hand one's part over to another person of the same unit (移交)."""

    do: Literal["hand_over"] = "hand_over"
    to: Id
    household: Label | None = None
    """Household of the person named, as for `assign`."""
    on_roll: bool = True
    """As for `assign`."""
    reason: Reason = ""
