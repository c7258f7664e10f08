"""What foldings share: the register, and pieces of changes that several make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.case import Case, WorkKind
from models.event import Event
from models.party import Party

Changes = dict[str, Any]
"""Changed fields of a case."""

Folding = Callable[[Case, Any, Event], Changes]

FOLDINGS: dict[str, Folding] = {}
"""By the happening's name."""


def folds(*types: str) -> Callable[[Folding], Folding]:
    """Register what happenings of these names change."""

    def register(function: Folding) -> Folding:
        for name in types:
            FOLDINGS[name] = function
        return function

    return register


@folds("noted", "reminded", "review_due", "restarted", "notice_given")
def _nothing(case: Case, what: Any, event: Event) -> Changes:
    return {}


@folds("channelled", "merged", "archived")
def ended(case: Case, what: Any, event: Event) -> Changes:
    """What every end changes."""
    return {"standing": None, "work": {}, "retain_until": what.retain_until}


def handler(case: Case, event: Event) -> tuple[str, ...]:
    """Return the handlers with whoever did this among them."""
    person = event.actor.person
    return case.handlers if person in case.handlers else (*case.handlers, person)


def served(case: Case, work: str | None) -> Changes:
    """Take a piece of work off that has been answered."""
    return {"work": {key: item for key, item in case.work.items() if key != work}} if work in case.work else {}


def with_party(case: Case, party_id: str, **changes: Any) -> tuple[Party, ...]:
    """Return the parties with one of them changed."""
    return tuple(p.model_copy(update=changes) if p.id == party_id else p for p in case.parties)


def no_climb(case: Case) -> Changes:
    """Drop a climb that is still being looked up."""
    return {"work": {key: item for key, item in case.work.items() if item.kind is not WorkKind.ESCALATE}}


def agreement(case: Case, **changes: Any) -> Changes:
    """Change the agreement, where there is one."""
    return {"agreement": case.agreement.model_copy(update=changes)} if case.agreement is not None else {}
