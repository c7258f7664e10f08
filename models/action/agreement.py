"""Agreeing and keeping it (协议、履行、撤回、导入法定程序): from agree to channel."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from models.action.base import Base
from models.base import Id, Label, Model, Reason, Text


class PromiseTerm(Model):
    """One promise as it is agreed."""

    id: Id
    debtor: Id
    what: Text
    due: date
    amount: float | None = Field(default=None, ge=0, le=1e13, allow_inf_nan=False)


class Agree(Base):
    """Record an agreement (达成协议)."""

    do: Literal["agree"] = "agree"
    form: Literal["written", "oral"]
    terms: Text
    promises: tuple[PromiseTerm, ...] = Field(default=(), max_length=100)
    matter: Label | None = None


class SignAgreement(Base):
    """A party signs the agreement (签署协议)."""

    do: Literal["sign_agreement"] = "sign_agreement"
    party: Id


class Seal(Base):
    """Put the committee's seal on a written agreement (盖章生效)."""

    do: Literal["seal"] = "seal"


class Confirm(Base):
    """A step of judicial confirmation (司法确认)."""

    do: Literal["confirm"] = "confirm"
    step: Literal["apply", "granted", "rejected", "waive"]
    consents: tuple[Id, ...] = ()


class Perform(Base):
    """Record that a promise was kept (履行)."""

    do: Literal["perform"] = "perform"
    promise: Id
    proof: Text


class Default(Base):
    """Record that a promise was broken (违约)."""

    do: Literal["default"] = "default"
    promise: Id


class Withdraw(Base):
    """Withdraw (撤回)."""

    do: Literal["withdraw"] = "withdraw"
    party: Id
    reason: Reason = ""


class ChannelInto(Base):
    """Send on a legal route, with the notice of routes (导入法定程序)."""

    do: Literal["channel"] = "channel"
    route: Label
    notice: Reason = ""
