"""Tables of a kind's own that are views of its events: written with each burst, in the same transaction, and compared by `drift`.

What is written follows from the affair and its lines alone, so that doing it again changes nothing: a rebuilding gives all lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from models.affair.base import Affair
from models.record import Line
from store.affairs.target_tables import round_targets
from store.affairs.targets import outcomes_differ, write_outcomes


@dataclass(frozen=True, slots=True)
class Own:
    """A kind's own view. Both functions take the affair as it is now; `write` the lines that are new, `differs` all of them."""

    name: str
    write: Callable[[Connection, Affair, Sequence[Line]], None]
    differs: Callable[[Connection, Affair, Sequence[Line]], bool]


OWN: dict[str, Own] = {
    "sheet": Own(round_targets.name, write_outcomes, outcomes_differ),
}
"""By kind of affair."""
