"""Closing (回访、审核、审签、归档、重启): visit, audit, sign_off, archive, reopen."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.action.base import Base
from models.base import Label, Reason, Text


class VisitAction(Base):
    """Record a follow-up visit (回访)."""

    do: Literal["visit"] = "visit"
    outcome: Literal["calm", "relapse", "unreachable"]
    satisfied: bool | None = None
    by_contact: Literal["phone", "visit", "sms", "video", "letter"] | None = None
    text: Reason = ""


class Audit(Base):
    """Audit the closing (结案审核)."""

    do: Literal["audit"] = "audit"
    passed: bool
    findings: tuple[Text, ...] = Field(default=(), max_length=40)
    back_to: Label | None = None


class SignOff(Base):
    """Sign off a red or orange case (审签)."""

    do: Literal["sign_off"] = "sign_off"


class Archive(Base):
    """Seal and archive (归档)."""

    do: Literal["archive"] = "archive"


class Reopen(Base):
    """Open an ended case again (重启)."""

    do: Literal["reopen"] = "reopen"
    reason: Reason = ""
