"""Who may sit down at which desk of supervision (督导台权限), as one table; what they see there their reach decides.

`rules/visibility.py` says which cases and what of them; a desk shows no case and no figure beyond that.
"""

from __future__ import annotations

from enum import StrEnum

from models.words import Role
from rules.visibility import REACH, Reach

R = Role


class Desk(StrEnum):
    """A desk."""

    COCKPIT = "cockpit"  # 驾驶舱: figures and their course
    LEAGUE = "league"  # 单位、镇街统计表
    BOARD = "board"  # 全域看板
    AUDIT = "audit"  # 结案审核台
    ARCHIVE = "archive"  # 档案检索
    ACCESS_LOG = "access_log"  # 访问日志
    TRY = "try"  # 规则试算
    ARRIVALS = "arrivals"  # 来件隔离区
    KPI = "kpi"  # 指标
    INTEGRITY = "integrity"  # 数据质量核查
    MESSAGES = "messages"  # 消息投递


WHOLE = frozenset(role for role, kinds in REACH.items() if kinds == (Reach.TOWN,))
"""Roles that reach all cases of their town, or of the district."""

DESKS: dict[Desk, frozenset[Role]] = {
    Desk.COCKPIT: WHOLE | {R.OFFICER, R.POLICE, R.MEDIATOR, R.GRID, R.ADVISER, R.ANALYST},
    Desk.LEAGUE: frozenset({R.DISPATCHER, R.DIRECTOR, R.LEADER, R.AUDITOR, R.ANALYST}),
    Desk.BOARD: frozenset({R.CLERK, R.SCREENER, R.DISPATCHER, R.DIRECTOR, R.LEADER, R.AUDITOR}),
    Desk.AUDIT: frozenset({R.AUDITOR, R.ARCHIVIST, R.DIRECTOR, R.LEADER, R.POLICE}),
    Desk.ARCHIVE: WHOLE | {R.OFFICER, R.POLICE, R.MEDIATOR},
    Desk.ACCESS_LOG: frozenset({R.ADMIN_AUDIT}),
    Desk.TRY: frozenset({R.DISPATCHER, R.DIRECTOR, R.LEADER}),
    Desk.ARRIVALS: frozenset({R.SCREENER, R.DISPATCHER, R.DIRECTOR}),
    Desk.KPI: frozenset({R.DISPATCHER, R.DIRECTOR, R.LEADER, R.AUDITOR, R.ANALYST}),
    Desk.INTEGRITY: frozenset({R.DIRECTOR, R.LEADER, R.AUDITOR}),
    Desk.MESSAGES: frozenset({R.ADMIN_SYSTEM, R.DIRECTOR}),
}
"""Whose desk it is. Nobody but the audit administrator looks into the access log, and that look is logged, too."""

TENDS_MESSAGES = frozenset({R.ADMIN_SYSTEM})
"""Who sends dead letters again, lets them go, and switches roads on and off."""


def may_use(desk: Desk, role: Role) -> bool:
    """Whether this is a desk of this role."""
    return role in DESKS[desk]
