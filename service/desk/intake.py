"""While an intake is typed (受理登记): which cases may be the same dispute, and which tier it would get. Nothing of it is kept.

Neither what was typed nor what was found is stored or logged: no look at a case is one of its content here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.base import MAX_NAME, Model
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role, Tier
from rules import risk_telling
from rules.authority import permit
from rules.risk import facts, grade, unknown_signs
from rules.visibility import SEARCHERS
from service import shown
from service.errors import refuse
from service.listing import Listing
from store.vault import Typed

PERSONS = 50
"""How many of the persons typed are looked for."""

LEAST = {"name": 2, "phone": 7, "id_number": 15}
"""With fewer characters nothing is looked for yet: it is still being typed."""


class GradeShown(Model):
    """The tier that an intake would get as it stands, and why."""

    tier: Tier
    score: int
    hard: bool
    """Whether a sign decided that makes it red by itself."""
    zh: str
    en: str
    reasons: tuple[shown.ReasonShown, ...]


class _Party(BaseModel):
    """What grading looks at of a party; the rest is left aside."""

    vulnerable: bool = False
    minor: bool = False


class _Facts(BaseModel):
    """What grading looks at of an intake, as far as it has been typed; the rest is left aside."""

    model_config = ConfigDict(hide_input_in_errors=True)

    people: int = Field(default=1, ge=0, le=100_000)
    amount: float | None = Field(default=None, ge=0, le=1e13, allow_inf_nan=False)
    wage_workers: int = Field(default=0, ge=0, le=100_000)
    risk_signs: tuple[str, ...] = Field(default=(), max_length=40)
    parties: tuple[_Party, ...] = Field(default=(), max_length=200)
    happened_on: date | None = None


class Intake(Listing):
    """What helps whoever takes a dispute in."""

    async def duplicates(
        self, actor: Actor, *, place: str, persons: Sequence[Mapping[str, Any]] = (), happened_on: date | None = None, limit: int = 5
    ) -> tuple[shown.Likeness, ...]:
        """Return the cases this person may see that may be the same dispute: same place, and a same person or about the same day.

        `persons` have what was typed of `name`, `phone` and `id_number`; without a day it is today. They are looked for only
        by who may search by names, and found only in cases that show them. Refused for who takes nothing in.
        """
        takes_in(actor)
        if self._network.place(place) is None:
            return ()
        typed = _typed(persons) if actor.role in SEARCHERS else []
        refs = await self._office.vault.find_alike(typed) if typed else []
        day = happened_on or self._office.bundle.cal.local_date(self._office.now())
        found = await self._office.queries.candidates(await self.eyes(actor), place, refs, day, limit=limit)
        return await self.likenesses(actor, found)

    def grade(self, actor: Actor, fields: Mapping[str, Any]) -> GradeShown:
        """Return the grade of an intake by what was typed of it so far: the one it would get if it were taken in now.

        Refused `invalid` for a fact that can't be (a sign that is not in the table, a negative number), naming the field.
        """
        takes_in(actor)
        bundle = self._office.bundle
        try:
            typed = _Facts.model_validate({name: value for name, value in fields.items() if value not in (None, "")})
        except ValidationError as error:
            raise refuse(RefusalCode.INVALID, ", ".join(sorted({str(item["loc"][0]) for item in error.errors()}))) from None
        if unknown_signs(typed.risk_signs, bundle.risk):
            raise refuse(RefusalCode.INVALID, "risk_signs")
        today = bundle.cal.local_date(self._office.now())
        found = grade(facts(typed), bundle.risk, bundle.calendar.spring_festival, today)
        zh, en = risk_telling.verdict(found, bundle.risk)
        reasons = tuple(shown.ReasonShown.of(reason, bundle.risk) for reason in found.reasons)
        return GradeShown(tier=found.tier, score=found.score, hard=found.hard, zh=zh, en=en, reasons=reasons)


def takes_in(actor: Actor) -> None:
    """Refuse who takes no disputes in at a desk: a citizen may open a case, and is helped by nobody's cases."""
    if actor.role in {Role.CITIZEN, Role.SYSTEM} or not permit("open", actor.role):
        raise refuse(RefusalCode.NOT_ALLOWED)


def _typed(persons: Sequence[Mapping[str, Any]]) -> list[Typed]:
    """Return what is long enough to be looked for."""
    found = []
    for person in persons[:PERSONS]:
        texts = {name: text.strip() for name in LEAST if isinstance(text := person.get(name), str)}
        words = {name: text for name, text in texts.items() if LEAST[name] <= len(text) <= MAX_NAME}
        if words:
            found.append(Typed(**words))
    return found
