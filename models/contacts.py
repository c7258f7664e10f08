"""How citizens reach the units of a place by phone (联系方式). No part of a case, and no document that cases run under."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.base import Model

Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{1,30}$")]


class Contacts(Model):
    """Phones by unit, and the one that answers for all others."""

    version: int = Field(ge=1)
    hotline: Phone
    phones: dict[str, Phone] = Field(default_factory=dict)
    """By unit id."""

    def phone(self, unit_id: str | None) -> str:
        """Return the phone of a unit, the hotline where it has none of its own."""
        return self.phones.get(unit_id or "", self.hotline)
