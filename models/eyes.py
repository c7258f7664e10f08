"""Who has to say why, and who has to prove themselves twice (查阅事由、双因素), as a place sets it. Read from `access.yaml`."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from models.base import Label, Model
from models.words import Role, Tier

HANDLING = "handling"
"""The purpose of who has a case in hand: it stands in the log without being asked for."""


class Purpose(Model):
    """One purpose to choose from."""

    code: str = Field(pattern=r"^[a-z][a-z_]{1,23}$")
    zh: Label
    en: Label


class EyesRules(Model):
    """Of which cases a purpose is asked, the purposes to choose from, and the roles that need a second factor."""

    version: int = Field(ge=1)
    tiers: tuple[Tier, ...]
    reserved: bool
    """Whether a purpose is asked of reserved cases of any tier as well."""
    purposes: tuple[Purpose, ...]
    second_factor: tuple[Role, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        codes = [purpose.code for purpose in self.purposes]
        if len(set(codes)) < len(codes):
            raise ValueError("a purpose stands there twice")
        if HANDLING not in codes:
            raise ValueError(f"the purpose `{HANDLING}` is missing")
        return self

    def purpose(self, code: str) -> Purpose | None:
        """Return the purpose of this code, or None."""
        return next((purpose for purpose in self.purposes if purpose.code == code), None)
