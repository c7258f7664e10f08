"""What a person may ask for on a case now: the gates of `decide` without the fields of an action.

Faces show these as buttons. What depends on the fields themselves (a missing reason, a wrong date) is still refused by
`decide`, which alone counts.
"""

from __future__ import annotations

from typing import Any

from models.action import INTERNAL
from models.case import Case
from models.party import Actor
from models.words import Role
from rules.actions.spec import SPECS, Check, Spec
from rules.authority import PERMITS, holds, permit
from rules.procedure import Context

NOT_OFFERED = INTERNAL | {"open", "recalendar", "rebase"}
"""Actions that are no step of a single case's handling: they are asked for elsewhere, for many cases or for a new one."""


class Blank:
    """An action of which nothing is known but who asks; every field it is asked for is empty."""

    def __init__(self, do: str, actor: Actor, **fields: Any) -> None:
        self.do, self.actor = do, actor
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> None:
        """Return nothing for a field that is not filled in."""
        if name.startswith("__"):
            raise AttributeError(name)


def allowed(case: Case, actor: Actor, ctx: Context) -> tuple[str, ...]:
    """Return the actions this person may ask for now, in the order of the table. Raises UnknownDocument."""
    if case.stage is None or case.merging is not None or actor.role is Role.SYSTEM:
        return ()
    return tuple(do for do in PERMITS if do not in NOT_OFFERED and _open(do, case, actor, ctx))


def _open(do: str, case: Case, actor: Actor, ctx: Context) -> bool:
    spec, blank = SPECS[do], Blank(do, actor)
    if not permit(do, actor.role) or case.stage not in spec.stages:
        return False
    if do == "take_back":
        return _undoable(case, actor, spec, ctx)
    gates = ((spec.allowed, True), (spec.staged, True), (spec.in_time, True), (spec.done, False))
    if any(not _passes(check, wanted, case, blank, ctx) for check, wanted in gates):
        return False
    return spec.own or holds(case, actor, PERMITS[do].relation, ctx.bundle(case).network)


def _passes(check: Check | None, wanted: bool, case: Case, blank: Blank, ctx: Context) -> bool:
    """Whether a gate lets it pass; one that can't tell without the fields does."""
    if check is None:
        return True
    try:
        return bool(check(case, blank, ctx)) is wanted
    except (AttributeError, TypeError, KeyError):
        return True


def _undoable(case: Case, actor: Actor, spec: Spec, ctx: Context) -> bool:
    """Whether the last action is this person's own and can still be taken back."""
    if case.undo is None or case.undo.person != actor.person:
        return False
    return _passes(spec.in_time, True, case, Blank("take_back", actor, action=case.undo.action_id), ctx)
