"""How a limit of an affair is written in the documents of its kind (时限), as `limits:` of `places/<id>/grid/<kind>.yaml`."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from models.base import Model
from models.clock import Alarm, AlarmKind, Budget
from models.words import Authority


class AffairLimit(Model):
    """One limit: how long, when it reminds, whether its end shows cards, and where it comes from."""

    budget: Budget = Field(alias="limit")
    remind: float | None = Field(default=0.8, gt=0, lt=1)
    """Share of the running time after which it reminds; None = never."""
    remind_before: tuple[Budget, ...] = ()
    """Reminders counted back from the due time, instead of the share."""
    cards: bool = True
    """Yellow at the due time and red later."""
    red_after: Budget = Budget.model_validate("3wd")
    """From the yellow card to the red one."""
    expire: bool = False
    """Its end has a consequence of its own, which the kind's rules name."""
    expire_after: Budget | None = None
    """How long after the due time that comes; None = at the due time."""
    owed_when_reminded: bool = False
    """Nobody owes it before its first reminder: its date runs for months, and until then there is nothing to do."""
    authority: Authority = Authority.PRODUCT_DEFAULT
    source: str = ""

    @model_validator(mode="after")
    def _reminds(self) -> Self:
        if self.owed_when_reminded and self.remind is None and not self.remind_before:
            raise ValueError("owed_when_reminded needs a reminder: remind or remind_before")
        return self

    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms it sets."""
        found = [Alarm(id=f"remind-{span}", kind=AlarmKind.REMIND, before_due=span) for span in self.remind_before]
        if self.remind is not None and not found:
            found.append(Alarm(id="remind", kind=AlarmKind.REMIND, fraction=self.remind))
        if self.cards:
            found.append(Alarm(id="yellow", kind=AlarmKind.YELLOW))
            found.append(Alarm(id="red", kind=AlarmKind.RED, after_due=self.red_after))
        if self.expire:
            found.append(Alarm(id="expire", kind=AlarmKind.EXPIRE, after_due=self.expire_after))
        return tuple(found)
