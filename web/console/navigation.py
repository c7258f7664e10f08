"""The menu (导航): which pages a role has. What stands behind a page asks for its own permission again."""

from __future__ import annotations

from dataclasses import dataclass

from models.words import Role
from rules.authority import PERMITS
from rules.desks import DESKS, Desk
from rules.dwelling.kind import DWELLING
from rules.exporting import EXPORTERS
from rules.household.kind import VISITORS
from rules.keeping import KEEPERS, LOG_READERS
from rules.order.kind import CUSTOMERS, TEAM
from rules.standins import ARRANGES
from rules.team.kind import KEEPERS as ON_DUTY
from rules.visibility import NUMBERS, REACH, SEARCHERS
from rules.watch.kind import WATCH
from rules.whistle.kind import WHISTLE
from service.affairs.watching import GRADED

R = Role
STAFF = frozenset(REACH)
KEEP_FILES = frozenset({R.ARCHIVIST, R.AUDITOR, R.DIRECTOR, R.LEADER})
"""Whose work the archive is; others who may look into it come by its address."""

EVERYBODY = frozenset(Role) - {R.CITIZEN, R.SYSTEM}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu."""

    path: str
    zh: str
    en: str
    roles: frozenset[Role]
    counted: str = ""
    """Which of the live counters stands beside it."""


ITEMS: tuple[Item, ...] = (
    Item("/inbox", "我的待办", "My work", STAFF, "owed"),
    Item("/cases/new", "登记受理", "Take in", PERMITS["open"].roles & STAFF),
    Item("/cases", "案件查询", "Cases", STAFF),
    Item("/affairs", "网格事务", "Grid", STAFF),
    Item("/orders", "物管服务", "Property team", (CUSTOMERS | TEAM) & STAFF),
    Item("/households", "一户一档", "Households", VISITORS & STAFF),
    Item("/board", "全镇看板", "Board", DESKS[Desk.BOARD]),
    Item("/cockpit", "督办驾驶舱", "Cockpit", DESKS[Desk.LEAGUE]),
    Item("/arrivals", "外部来件", "Arrivals", DESKS[Desk.ARRIVALS], "arrivals"),
    Item("/whistles/new", "吹哨", "Blow a whistle", WHISTLE.specs[WHISTLE.opens].roles),
    Item("/watches/new", "报送线索", "Enter a signal", WATCH.specs[WATCH.opens].roles & STAFF),
    Item("/watches", "预警", "Early warning", (WATCH.specs["visit"].roles | GRADED) & STAFF),
    Item("/teams", "队伍值班", "Teams on duty", ON_DUTY & STAFF),
    Item("/whistles", "吹哨报到", "Whistles", frozenset(NUMBERS)),
    Item("/kpi", "指标", "Indicators", DESKS[Desk.KPI]),
    Item("/dwellings/new", "登记出租房", "Enter a dwelling", DWELLING.specs[DWELLING.opens].roles),
    Item("/hazards", "隐患台账", "Hazards", DESKS[Desk.KPI]),
    Item("/audit", "审核台", "Audit desk", DESKS[Desk.AUDIT]),
    Item("/archive", "档案查询", "Archive", DESKS[Desk.ARCHIVE] & KEEP_FILES),
    Item("/network", "联动网络", "Network", EVERYBODY),
    Item("/procedure", "规程与日历", "Procedure", EVERYBODY),
    Item("/access-log", "查阅日志", "Access log", DESKS[Desk.ACCESS_LOG]),
    Item("/messages", "消息", "Messages", DESKS[Desk.MESSAGES]),
    Item("/exports", "导出记录", "Exports", DESKS[Desk.ACCESS_LOG]),
    Item("/account-log", "账户日志", "Account log", LOG_READERS),
    Item("/people", "账户", "Accounts", KEEPERS),
    Item("/people/absences", "离岗与代班", "Absences", ARRANGES),
)
"""In the order of the menu."""

HOMES: tuple[tuple[frozenset[Role], str], ...] = (
    (frozenset({R.ANALYST}), "/cockpit"),
    (frozenset({R.ADMIN_AUDIT}), "/access-log"),
    (KEEPERS, "/people"),
)


def menu(role: Role) -> tuple[Item, ...]:
    """Return the menu of a role."""
    return tuple(item for item in ITEMS if role in item.roles)


def section(role: Role, path: str) -> str:
    """Return the line of the menu that an address belongs to: the longest path it lies under."""
    under = [item.path for item in menu(role) if path == item.path or path.startswith(item.path + "/")]
    return max(under, key=len, default="")


def home(role: Role) -> str:
    """Return the page that a role begins with."""
    return next((path for roles, path in HOMES if role in roles), "/inbox")


def exports(role: Role) -> bool:
    """Whether a role may take lists and cases out as files."""
    return role in EXPORTERS


def searches(role: Role) -> bool:
    """Whether a role finds cases by words."""
    return role in SEARCHERS
