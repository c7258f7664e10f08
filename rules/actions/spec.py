"""How an action's rule is written down: its stages, what makes it already done, and its body, in the order of refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from models.case import Case
from models.words import ENDS, Stage
from rules.draft import Context, Draft

RUNNING = frozenset(stage for stage in Stage if stage not in ENDS)
"""All stages of a running case."""

Check = Callable[[Case, Any, Context], object]
"""Looks at case, action and context; true means yes."""

Fault = Callable[[Case, Any, Context], str | None]
"""Looks at the same and names the field at fault; None means none is."""

Body = Callable[[Draft, Any], None]
"""Writes events into the draft, or refuses."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One action's rule. Each part is asked only when all before it have let the action pass."""

    body: Body
    stages: frozenset[Stage | None]
    fault: Fault | None
    """Form that only the documents can judge; a field named = `invalid`, and the refusal names it."""
    allowed: Check | None
    """What depends on role and state together; false = `not_allowed`."""
    staged: Check | None
    """What the stage alone does not say; false = `wrong_stage`."""
    in_time: Check | None
    """False = `too_late`."""
    done: Check | None
    """True = `already_done`."""
    own: bool = False
    """Its body judges the relation itself."""


SPECS: dict[str, Spec] = {}
"""By the action's name."""


def after_end(name: str) -> bool:
    """Whether an ended case takes this action: its run has ended, so a new one has to begin from the record."""
    return not ENDS.isdisjoint(SPECS[name].stages)


def action(
    name: str,
    stages: Iterable[Stage | None] = RUNNING,
    *,
    fault: Fault | None = None,
    allowed: Check | None = None,
    staged: Check | None = None,
    in_time: Check | None = None,
    done: Check | None = None,
    own: bool = False,
) -> Callable[[Body], Body]:
    """Register the decorated function as the rule of the action of this name."""

    def register(body: Body) -> Body:
        SPECS[name] = Spec(body, frozenset(stages), fault, allowed, staged, in_time, done, own)
        return body

    return register
