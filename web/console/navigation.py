"""The menu (导航): which pages a role has. What stands behind a page asks for its own permission again."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, under a heading; the first group needs none."""

    zh: str
    en: str
    items: tuple[Item, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        "",
        "",
        (
            Item("/inbox", "我的待办", "My work", STAFF, "owed"),
            Item("/cases/new", "登记受理", "Take in", PERMITS["open"].roles & STAFF),
            Item("/cases", "案件查询", "Cases", STAFF),
        ),
    ),
    Group(
        "网格",
        "Grid",
        (
            Item("/whistles/new", "吹哨", "Blow a whistle", WHISTLE.specs[WHISTLE.opens].roles),
            Item("/watches/new", "报送线索", "Enter a signal", WATCH.specs[WATCH.opens].roles & STAFF),
            Item("/affairs", "网格事务", "Affairs", STAFF),
            Item("/watches", "预警", "Early warning", (WATCH.specs["visit"].roles | GRADED) & STAFF),
            Item("/households", "一户一档", "Households", VISITORS & STAFF),
            Item("/dwellings/new", "登记出租房", "Enter a dwelling", DWELLING.specs[DWELLING.opens].roles),
            Item("/orders", "物管服务", "Property team", (CUSTOMERS | TEAM) & STAFF),
            Item("/teams", "队伍值班", "Teams on duty", ON_DUTY & STAFF),
        ),
    ),
    Group(
        "督办",
        "Oversight",
        (
            Item("/board", "全镇看板", "Board", DESKS[Desk.BOARD]),
            Item("/cockpit", "督办驾驶舱", "Cockpit", DESKS[Desk.LEAGUE]),
            Item("/audit", "审核台", "Audit desk", DESKS[Desk.AUDIT]),
            Item("/arrivals", "外部来件", "Arrivals", DESKS[Desk.ARRIVALS], "arrivals"),
            Item("/kpi", "指标", "Indicators", DESKS[Desk.KPI]),
            Item("/whistles", "吹哨报到", "Whistles", frozenset(NUMBERS)),
            Item("/hazards", "隐患台账", "Hazards", DESKS[Desk.KPI]),
        ),
    ),
    Group(
        "档案与管理",
        "Records and reference",
        (
            Item("/archive", "档案查询", "Archive", DESKS[Desk.ARCHIVE] & KEEP_FILES),
            Item("/network", "联动网络", "Network", EVERYBODY),
            Item("/procedure", "规程与日历", "Procedure", EVERYBODY),
            Item("/people/absences", "离岗与代班", "Absences", ARRANGES),
            Item("/people", "账户", "Accounts", KEEPERS),
            Item("/messages", "消息", "Messages", DESKS[Desk.MESSAGES]),
            Item("/access-log", "查阅日志", "Access log", DESKS[Desk.ACCESS_LOG]),
            Item("/account-log", "账户日志", "Account log", LOG_READERS),
            Item("/exports", "导出记录", "Exports", DESKS[Desk.ACCESS_LOG]),
        ),
    ),
)
"""In the order of the menu."""

ITEMS: tuple[Item, ...] = tuple(item for group in GROUPS for item in group.items)

HOMES: tuple[tuple[frozenset[Role], str], ...] = (
    (frozenset({R.ANALYST}), "/cockpit"),
    (frozenset({R.ADMIN_AUDIT}), "/access-log"),
    (KEEPERS, "/people"),
)


def menu(role: Role) -> tuple[Group, ...]:
    """Return the menu of a role: the groups that hold anything for it."""
    own = (replace(group, items=tuple(item for item in group.items if role in item.roles)) for group in GROUPS)
    return tuple(group for group in own if group.items)


def offered(role: Role) -> frozenset[str]:
    """Return the addresses in the menu of a role."""
    return frozenset(item.path for item in ITEMS if role in item.roles)


def section(role: Role, path: str) -> str:
    """Return the line of the menu that an address belongs to: the longest path it lies under."""
    under = [of for of in offered(role) if path == of or path.startswith(of + "/")]
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
