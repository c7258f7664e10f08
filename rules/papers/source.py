"""What the facts of a paper are gathered from: a case, its events, and how words and persons are resolved for its maker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from models.case import Case
from models.categories import Categories
from models.clock import Clock
from models.event import Event
from models.network import Network
from models.party import Party
from rules.calendar import WorkingCalendar
from rules.papers.writing import day
from rules.visibility import Group


class Who(Protocol):
    """A person as far as the maker may see them."""

    @property
    def name(self) -> str | None:
        """The name."""

    @property
    def phone(self) -> str | None:
        """The phone."""

    @property
    def id_number(self) -> str | None:
        """The number of the identity card, or in the register."""

    @property
    def address(self) -> str | None:
        """Where they live, or the seat."""


@dataclass(frozen=True, slots=True)
class Source:
    """All that a paper can be written from."""

    case: Case
    events: tuple[Event, ...]
    network: Network
    cal: WorkingCalendar
    categories: Categories
    now: datetime
    say: Callable[[str | None, Group], str | None]
    """Words behind a reference, as far as the maker may read them."""
    who: Callable[[Party], Who]
    stands_for: Callable[[Party], Who | None]
    """A party's representative."""
    difficulty: str = ""
    retention: str = ""
    """How long the file is kept, in words."""
    phone: str = ""
    """Where citizens reach the centre."""
    entries: dict[str, str] = field(default_factory=dict)

    def words(self, ref: str | None, group: Group) -> str:
        """Return words, empty where there are none to read."""
        return self.say(ref, group) or ""

    def on(self, at: datetime | None) -> str:
        """Return the local day of a point in time, as papers write it."""
        return "" if at is None else day(self.cal.local_date(at))

    def at(self, at: datetime | None) -> str:
        """Return local day and time of day; the end of a day is its 24:00."""
        if at is None:
            return ""
        local = self.cal.local(at)
        return f"{day(self.cal.ending_date(at))}24:00" if (local.hour, local.minute) == (0, 0) else f"{self.on(at)}{local:%H:%M}"

    def due(self, clock: Clock | None) -> str:
        """Return until when a clock runs, as `at` writes it; empty where none runs, or where it stands still."""
        return self.at(clock.due.at if clock is not None and clock.due is not None else None)

    def today(self) -> date:
        """Return the local day."""
        return self.cal.local_date(self.now)

    def unit(self, unit_id: str | None) -> str:
        """Return the name of a unit."""
        unit = self.network.unit(unit_id or "")
        return unit.name if unit else unit_id or ""

    def name(self, party_id: str) -> str:
        """Return the name of a party, or its id where it can't be read."""
        party = self.case.party(party_id)
        return (self.who(party).name if party else None) or party_id

    def events_of(self, *types: str) -> list[Event]:
        """Return the events of these types of this chapter, the oldest first."""
        return [event for event in self.events if event.type in types and event.chapter == self.case.chapter]
