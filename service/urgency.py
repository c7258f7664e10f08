"""Urgency (轻重缓急): what of a case makes its work go before that of others, when a queue is backed up.

The server takes work of a lower number first, and among work of one number serves the towns in turn where it has been told to
(`matching.enableFairness`, docs/operate.md). In a queue that is not backed up neither makes a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from temporalio.common import Priority

from models.case import Case
from models.event import Event
from models.words import Tier
from rules.fold import fold

RANKS = {Tier.RED: 1, Tier.ORANGE: 2}
USUAL = 3
"""Priority keys of the server: 1 to 5, and 3 where nothing is said."""


def rank(tier: Tier) -> int:
    """Return the priority key of a tier (风险等级)."""
    return RANKS.get(tier, USUAL)


def priority(case: Case) -> Priority:
    """Return how the work of a case ranks: by its tier, and within it each town in turn. Towns are no secret of a case."""
    return Priority(priority_key=rank(case.tier), fairness_key=case.town)


def born(blank: Case, events: Sequence[Event]) -> Case:
    """Return how a new case will stand once these events are its first."""
    return reduce(fold, events, blank)
