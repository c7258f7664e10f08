"""Erasing (销毁), as tables and one rule: who asks, who approves, what may be erased at all.

The law's order is kept (个人信息保护法 47, 档案法实施条例 24): what has to be kept is kept, and nothing is destroyed without two
people who are not the same. Asked by `service/secrecy/erasing.py`, `service/secrecy/redactions.py` and `service/secrecy/appraising.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from models.affair.base import Affair
from models.affair.keeping import AffairKeeping
from models.case import Case
from models.erasure import ErasureGround, ErasureProblem
from models.words import Role
from rules.affair.kinds import KINDS

ASKERS = frozenset({Role.ARCHIVIST, Role.DIRECTOR})
"""Roles that may ask for something to be erased, settle the redaction list and appraise files."""

APPROVERS = frozenset({Role.DIRECTOR, Role.LEADER})
"""Roles that may approve or reject it; never the person who asked."""

REGISTER_READERS = ASKERS | APPROVERS | {Role.ADMIN_AUDIT}
"""Roles that may read requests and register; neither holds a word of anybody."""

BEFORE_TIME = frozenset({ErasureGround.UNLAWFUL, ErasureGround.ORDERED})
"""Grounds that count although the file has still to be kept."""


def kept(cases: Iterable[Case], ground: ErasureGround, today: date) -> ErasureProblem | None:
    """Return why what stands in these cases can't be erased, or None. A case without a date is kept for good."""
    found = list(cases)
    if not all(case.ended for case in found):
        return ErasureProblem.CASE_OPEN
    over = all(case.retain_until is not None and case.retain_until <= today for case in found)
    return None if over or ground in BEFORE_TIME else ErasureProblem.RETAINED


def affairs_kept(
    affairs: Iterable[Affair], ground: ErasureGround, today: date, keeping: AffairKeeping, ended_on: Callable[[datetime], date]
) -> ErasureProblem | None:
    """Return why what stands in these affairs can't be erased, or None; `ended_on` gives the place's own day of a time.

    A file (台账) that is kept up without a run does not end by itself: it goes on without somebody, as the law may demand.
    """
    problem = None
    for affair in affairs:
        if affair.ended_at is None:
            if KINDS[affair.kind].workflow is not None:
                return ErasureProblem.CASE_OPEN
            over = False
        else:
            until = keeping.until(affair.kind, ended_on(affair.ended_at))
            over = until is not None and until <= today
        if not over and ground not in BEFORE_TIME:
            problem = ErasureProblem.RETAINED
    return problem
