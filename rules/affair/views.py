"""What is written beside an affair's events: duties, access, keys, the next alarm. One function for runs, imports and repair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.record import Duty
from rules.affair.clocks import duties
from rules.affair.kind import AffairBundle, Kind
from rules.clock import next_alarm

AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
"""When something is due that has to be done at once and has no time of its own."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The views of one affair."""

    duties: tuple[Duty, ...]
    access: tuple[tuple[str, str], ...]
    keys: tuple[tuple[str, str], ...]
    next_due: datetime | None


def beside(kind: Kind, affair: Any, bundle: AffairBundle) -> Beside:
    """Derive all views of an affair from its state."""
    owed = duties(kind, affair, bundle)
    # Whoever owes something may see what it is about, wherever their post is.
    owing = [("unit", duty.unit) for duty in owed if duty.unit] + [("person", duty.person) for duty in owed if duty.person]
    access = tuple(dict.fromkeys((*kind.access(affair, bundle), *owing)))
    kept = kind.workflow is None and affair.work and not affair.ended
    # What an affair without a run has asked for is done from the record as soon as somebody looks what is due.
    next_due = max(affair.moments.values(), default=AT_ONCE) if kept else next_alarm(affair.clocks.values())
    return Beside(duties=owed, access=access, keys=kind.found_by(affair), next_due=next_due)
