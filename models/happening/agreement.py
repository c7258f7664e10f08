"""Happenings of the agreement and its keeping, or the way out without one (协议、确认、履行、撤回、导入法定程序)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from models.base import Instant, Model
from models.case import Agreement


class Agreed(Model):
    """The parties agreed (达成协议)."""

    type: Literal["agreed"] = "agreed"
    agreement: Agreement


class AgreementSigned(Model):
    """A party signed (签署协议)."""

    type: Literal["agreement_signed"] = "agreement_signed"
    party: str


class AgreementEffective(Model):
    """The agreement took effect (协议生效, 人民调解法 29-30)."""

    type: Literal["agreement_effective"] = "agreement_effective"
    effective_at: Instant
    by: str | None = None
    """The unit that sealed it; None for an oral one."""


class ConfirmationApplied(Model):
    """Judicial confirmation was applied for (申请司法确认)."""

    type: Literal["confirmation_applied"] = "confirmation_applied"
    consents: tuple[str, ...]


class ConfirmationGranted(Model):
    """The court confirmed (确认有效)."""

    type: Literal["confirmation_granted"] = "confirmation_granted"


class ConfirmationRejected(Model):
    """The court did not confirm (驳回申请)."""

    type: Literal["confirmation_rejected"] = "confirmation_rejected"


class ConfirmationWaived(Model):
    """The parties do without confirmation (放弃申请)."""

    type: Literal["confirmation_waived"] = "confirmation_waived"


class Performed(Model):
    """A promise was kept (已履行)."""

    type: Literal["performed"] = "performed"
    promise: str
    proof: str


class Defaulted(Model):
    """A promise was broken (违约)."""

    type: Literal["defaulted"] = "defaulted"
    promise: str


class Withdrawn(Model):
    """It was withdrawn (撤回), or one party withdrew while the others go on."""

    type: Literal["withdrawn"] = "withdrawn"
    party: str
    reason: str
    ends: bool = True
    retention: str | None = None
    """How long the file is kept, `10y` or `permanent`; None in events written before it was."""
    retain_until: date | None = None


class NoticeGiven(Model):
    """The parties were told of the legal routes (告知法定途径, 人民调解法 26)."""

    type: Literal["notice_given"] = "notice_given"
    notice: str


class Channelled(Model):
    """It was sent on a legal route (导入法定程序)."""

    type: Literal["channelled"] = "channelled"
    route: str
    retention: str | None = None
    """How long the file is kept, `10y` or `permanent`; None in events written before it was."""
    retain_until: date | None = None
