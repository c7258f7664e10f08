"""The books of affairs (事务规程): one document for each kind, read from `places/<id>/grid/<kind>.yaml`, named by its content hash.

A kind that a place has no file for does not exist there.
"""

from __future__ import annotations

from pydantic import BaseModel

from models.affair.dwelling.book import DwellingBook
from models.affair.hazard import HazardBook
from models.affair.household_book import HouseholdBook
from models.affair.order_book import OrderBook
from models.affair.round.book import RoundBook
from models.affair.team_book import TeamBook
from models.affair.watch.book import WatchBook
from models.affair.whistle.book import WhistleBook

BOOKS: dict[str, type[BaseModel]] = {
    "dwelling": DwellingBook,
    "hazard": HazardBook,
    "household": HouseholdBook,
    "round": RoundBook,
    "order": OrderBook,
    "team": TeamBook,
    "whistle": WhistleBook,
    "watch": WatchBook,
}
"""By kind of affair."""
