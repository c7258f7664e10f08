"""Rounds that begin by themselves (定期轮次): what their schedule asks for, and what came of it."""

from __future__ import annotations

from pydantic import Field

from models.base import Instant, Model


class RoundsDue(Model):
    """Which plan, and when its rounds were to begin."""

    plan: str
    due: Instant


class RoundsBegun(Model):
    """Codes of the rounds that are there now, by town."""

    codes: dict[str, str]
    skipped: dict[str, str] = Field(default_factory=dict)
    """Towns where none could be begun, with the code of the refusal."""
