"""The register of hazards (隐患台账) for somebody: computed from the record when asked, of what their numbers are made of."""

from __future__ import annotations

from datetime import datetime

from models.affair.hazard import Hazard
from models.affair.hazard_register import HazardRegister, RegisterBy
from models.party import Actor
from rules.hazard.register import OpenHazard, register
from service.sighted import Sighted
from store.affairs.hazards import open_hazards


class Hazards(Sighted):
    """Figures over one office."""

    async def register(self, actor: Actor, by: RegisterBy, as_of: datetime | None = None) -> HazardRegister:
        """How many hazards were open at `as_of` (now), by village, item or severity and by age. Refuses `not_allowed`."""
        now = self._office.now()
        at = min(as_of or now, now)
        lines = await open_hazards(self._office.store, await self.numbers(actor), as_of=at, now=now)
        return register((self._open(*line, late_known=at == now) for line in lines), by, at, late_known=at == now)

    def _open(self, village: str, reported_at: datetime, late: bool, state: str, *, late_known: bool) -> OpenHazard:
        hazard = Hazard.model_validate_json(state)
        return OpenHazard(village, hazard.item or "", hazard.severity or "", reported_at, late and late_known)
