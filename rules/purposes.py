"""Why somebody looks (查阅事由): of which cases it is asked, who need not be asked, and what counts as an answer."""

from __future__ import annotations

from collections.abc import Iterable

from models.case import Case
from models.eyes import EyesRules
from models.network import Network
from models.party import Actor
from models.record import Duty
from rules.obligations import owes
from rules.reserved import restricted
from rules.visibility import NUMBER_LIKE

LONGEST = 100
"""Longest purpose in one's own words."""

SHORTEST = 2


def asks(case: Case, rules: EyesRules) -> bool:
    """Whether who looks at this case has to say why."""
    return case.tier in rules.tiers or (rules.reserved and restricted(case))


def has_in_hand(case: Case, duties: Iterable[Duty], actor: Actor, network: Network) -> bool:
    """Whether somebody has the case in hand themselves: as its mediator, or because they owe something in it now."""
    if case.mediator is not None and case.mediator.person == actor.holder:
        return True
    return any(owes(duty, case.town, actor, network) for duty in duties)


def stated(given: str, rules: EyesRules) -> str | None:
    """Return a purpose as the log keeps it: the code of the list, or the words; None for what is none.

    Too short or too long, with signs that can't be printed, or with what looks like a phone or an id number.
    """
    words = given.strip()
    if rules.purpose(words) is not None:
        return words
    fits = SHORTEST <= len(words) <= LONGEST and words.isprintable()
    return words if fits and NUMBER_LIKE.search(words) is None else None
