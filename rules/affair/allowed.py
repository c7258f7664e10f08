"""What a person may ask for on an affair now: the gates of `decide` without the fields of an action, as `rules/allowed.py` for cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.affair.common import INTERNAL
from models.party import Actor
from models.words import Role
from rules.affair.kind import ANY, COMMON_SPECS, AffairBundle, AffairSpec, Kind
from rules.allowed import Blank

NOT_OFFERED = INTERNAL | {"recalendar"}
"""Actions that are no step of a single affair's handling."""


def allowed(kind: Kind, affair: Any, actor: Actor, bundle: AffairBundle) -> tuple[str, ...]:
    """Return the actions this person may ask for now: the kind's own in its order, then those of all kinds.

    What depends on the fields themselves is still refused by `decide`, which alone counts.
    """
    if affair.stage is None or actor.role is Role.SYSTEM:
        return ()
    own = [do for do in kind.specs if do != kind.opens]
    common = [do for do in COMMON_SPECS if do not in kind.specs]
    return tuple(do for do in (*own, *common) if do not in NOT_OFFERED and _open(kind, do, affair, actor, bundle))


def may_begin(kind: Kind, actor: Actor) -> bool:
    """Return whether this person's role may begin one of a kind."""
    spec = kind.spec(kind.opens)
    return spec is not None and actor.role in spec.roles


def _open(kind: Kind, do: str, affair: Any, actor: Actor, bundle: AffairBundle) -> bool:
    spec = kind.spec(do)
    if spec is None or actor.role not in spec.roles or not (spec.stages is ANY or affair.stage in spec.stages):
        return False
    if do == "lift_card" and all(card.closed_at is not None for card in affair.cards):
        return False
    if do == "hand_over" and actor.holder not in kind.in_hands(affair).values():
        return False
    blank = Blank(do, actor)
    return all(_passes(gate) for gate in _gates(spec, affair, actor, blank, bundle))


def _gates(spec: AffairSpec, affair: Any, actor: Actor, blank: Blank, bundle: AffairBundle) -> list[Callable[[], object]]:
    """The gates that can be asked without the fields, each true where it lets pass."""
    in_time, done, holds = spec.in_time, spec.done, spec.holds
    found: list[Callable[[], object]] = []
    if in_time is not None:
        found.append(lambda: in_time(affair, blank, bundle))
    if done is not None:
        found.append(lambda: not done(affair, blank, bundle))
    if holds is not None:
        found.append(lambda: holds(affair, actor, blank, bundle))
    return found


def _passes(gate: Callable[[], object]) -> bool:
    """Whether a gate lets it pass; one that can't tell without the fields does."""
    try:
        return bool(gate())
    except (AttributeError, TypeError, KeyError):
        return True
