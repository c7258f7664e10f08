"""What offices also do (备注、更正、当事人、材料、撤回操作、分案): design §11.12."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.action.base import Base
from models.base import Id, Label, Reason, Text
from models.library import Documents
from models.party import Party


class Note(Base):
    """Write a note; it moves nothing (备注)."""

    do: Literal["note"] = "note"
    text: Text


class LiftCard(Base):
    """Lift a card with a reason (撤牌)."""

    do: Literal["lift_card"] = "lift_card"
    card: Id
    reason: Reason = ""


class Recalendar(Base):
    """Count by another calendar from now on (更换日历)."""

    do: Literal["recalendar"] = "recalendar"
    calendar: Id


class Rebase(Base):
    """Run under other documents from now on (更换规程)."""

    do: Literal["rebase"] = "rebase"
    docs: Documents
    start: Literal["now", "next_stage"] = "now"
    """When it begins; with the case's own documents, a plan that was made is dropped."""
    reason: Reason = ""


class Amend(Base):
    """Correct what was entered (更正)."""

    do: Literal["amend"] = "amend"
    happened_on: date | None = None
    people: int | None = Field(default=None, ge=1, le=100_000)
    amount: float | None = Field(default=None, ge=0, le=1e13, allow_inf_nan=False)
    wage_workers: int | None = Field(default=None, ge=0, le=100_000)
    risk_signs: tuple[Label, ...] | None = Field(default=None, max_length=40)
    summary: Text | None = None
    category: Annotated[str, Field(pattern=r"^\d{2}(\d{2})?$")] | None = None
    reason: Reason = ""


class AddParty(Base):
    """Add a party (追加当事人)."""

    do: Literal["add_party"] = "add_party"
    party: Party


class Represent(Base):
    """Record a party's representative (代理人)."""

    do: Literal["represent"] = "represent"
    party: Id
    representative: Text
    """Vault reference of the representative; at the door, name and phone."""
    authority: Text
    """What the power of attorney covers."""


class Attach(Base):
    """Attach a paper by its digest (附件)."""

    do: Literal["attach"] = "attach"
    title: Text
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=1, le=50_000_000)
    media_type: Label = "application/octet-stream"


class TakeBack(Base):
    """Take back one's own last action, within minutes and before anything else happened (撤回操作)."""

    do: Literal["take_back"] = "take_back"
    action: Id


class Split(Base):
    """Split parties off into a case of their own (分案)."""

    do: Literal["split"] = "split"
    parties: tuple[Id, ...] = Field(min_length=1, max_length=200)
    summary: Text
    reason: Reason = ""
