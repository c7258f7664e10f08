"""Folding the stored events of a case anew: for `rebuild`, `drift`, `verify` and the closure audit."""

from __future__ import annotations

from collections.abc import Sequence

from models.case import Case
from models.record import Line
from rules.chain import replayed


def blank(stored: Case) -> Case:
    """Return the case as it was before its first event: its identity, and nothing else."""
    return Case(id=stored.id, source=stored.source, intake_id=stored.intake_id, docs=stored.docs)


def refolded(stored: Case, lines: Sequence[Line]) -> Case:
    """Return the case that these lines fold to; the code is the store's own and is kept."""
    return replayed(blank(stored), lines).model_copy(update={"code": stored.code})


def differences(one: Case, other: Case) -> tuple[str, ...]:
    """Return the names of the fields in which two states of a case differ; the way back of the last action is not looked at."""
    left, right = one.model_dump(mode="json"), other.model_dump(mode="json")
    return tuple(name for name in left if name != "undo" and left[name] != right[name])
