"""How long ended affairs are kept (事务保管期限), by kind: a document of the place, not one of those an affair refers to."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import Field

from models.base import Model

MOST_YEARS = 100


class AffairKeeping(Model):
    """Years from the day an affair has ended; None = for good. After that people decide, as for cases (鉴定)."""

    version: int = 1
    years: int | None = Field(default=10, gt=0, le=MOST_YEARS)
    """Of every kind that is not named."""
    kinds: dict[str, int | None] = Field(default_factory=dict)

    def years_of(self, kind: str) -> int | None:
        """Return how many years affairs of a kind are kept, None = for good."""
        return self.kinds.get(kind, self.years)

    def until(self, kind: str, ended_on: date) -> date | None:
        """Return the day from which an affair that ended on this day need not be kept any longer, None = never."""
        years = self.years_of(kind)
        return None if years is None else on_year(ended_on, years)


def on_year(day: date, years: int) -> date:
    """Return the same day so many years later; of 29 February the first of March, so that nothing is short of a day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28) + timedelta(days=1)
