"""Reserved cases (限制知悉的案件): which cases fewer people see, and who still does, as one table.

A town, or the district, opens a reserved case to fewer roles than any other; what opens it besides (having taken it in, being the
mediator, the lead, a unit with a task, told of it, or owing something in it) stays. What of it is shown: `rules/visibility.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.case import Case
from models.party import Actor
from models.record import Duty
from models.words import Role

R = Role


class Reserve(StrEnum):
    """Why a case is reserved."""

    OFFICIAL = "official"  # 反映干部
    MINOR = "minor"  # 涉未成年人
    VIOLENCE = "violence"  # 家庭暴力等
    IDENTITY = "identity"  # 须保密身份


@dataclass(frozen=True, slots=True)
class Rule:
    """By what a case is known to be reserved, and the roles that its town or the district no longer open it to."""

    zh: str
    en: str
    categories: tuple[str, ...] = ()
    """Beginnings of category codes."""
    signs: frozenset[str] = frozenset()
    """Signs of the risk table."""
    minor: bool = False
    """A minor among the parties."""
    staff: bool = False
    """A member of staff among the parties."""
    closed_to: frozenset[Role] = frozenset()


RESERVED: dict[Reserve, Rule] = {
    Reserve.OFFICIAL: Rule(
        "反映干部、组织纪检",
        "reports against officials, organisation and discipline",
        categories=("15",),
        staff=True,
        closed_to=frozenset({R.CLERK, R.SCREENER, R.DISPATCHER}),
    ),
    Reserve.MINOR: Rule(
        "涉未成年人",
        "a minor in it",
        signs=frozenset({"abuse", "missing_child"}),
        minor=True,
        closed_to=frozenset({R.CLERK, R.SCREENER}),
    ),
    Reserve.VIOLENCE: Rule(
        "家庭暴力等人身危险",
        "violence at home, stalking",
        signs=frozenset({"ongoing_violence", "previous_violence", "stalking"}),
        closed_to=frozenset({R.CLERK, R.SCREENER}),
    ),
    Reserve.IDENTITY: Rule(
        "涉法涉诉、民族宗教",
        "law and litigation, ethnic and religious matters",
        categories=("14", "16"),
        closed_to=frozenset({R.CLERK, R.SCREENER}),
    ),
}
"""The kinds of reserved cases (反家暴法 5, 未成年人保护法 103, 信访工作条例 32)."""


def reserves(case: Case) -> tuple[Reserve, ...]:
    """Return why a case is reserved; nothing where it is not."""
    return tuple(kind for kind, rule in RESERVED.items() if _falls_under(case, rule))


def restricted(case: Case) -> bool:
    """Whether a case is reserved."""
    return bool(reserves(case))


def closed_to(role: Role) -> tuple[Reserve, ...]:
    """Return the kinds of reserved cases that a town or the district does not open to this role."""
    return tuple(kind for kind, rule in RESERVED.items() if role in rule.closed_to)


def owing(duties: Iterable[Duty], town: str | None) -> frozenset[str]:
    """Return the posts that owe something in a case of this town, as `posts` names them."""
    found: set[str] = set()
    for duty in duties:
        if duty.unit is not None:
            found.add(f"{duty.role}@{duty.unit}")
        else:
            found |= {f"{duty.role}@{town or ''}", f"{duty.role}@"}
    return frozenset(found)


def posts(actor: Actor, town: str | None) -> tuple[str, ...]:
    """Return how somebody's post is named where something is owed: by their unit, and by its town, none for the district's."""
    return f"{actor.role}@{actor.unit}", f"{actor.role}@{town or ''}"


def _falls_under(case: Case, rule: Rule) -> bool:
    kind = bool(rule.categories) and (case.category or "").startswith(rule.categories)
    signs = bool(rule.signs & set(case.risk_signs))
    minor = rule.minor and any(party.minor for party in case.parties)
    return kind or signs or minor or (rule.staff and any(party.staff for party in case.parties))
