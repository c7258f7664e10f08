"""What parties say of how they are served (评价、投诉): rate, complain, and the director's reply."""

from __future__ import annotations

from typing import Literal

from models.action.base import Base
from models.base import Id, Reason, Text


class Rate(Base):
    """Rate how the case was handled, once in a chapter (评价)."""

    do: Literal["rate"] = "rate"
    party: Id
    satisfied: bool
    text: Reason = ""


class Complain(Base):
    """Complain about the handling; an ended case is opened again (投诉)."""

    do: Literal["complain"] = "complain"
    party: Id
    text: Text


class Reply(Base):
    """Reply to a complaint; without its id, to the oldest open one (答复投诉)."""

    do: Literal["reply"] = "reply"
    complaint: Id | None = None
    text: Text
