"""The permission tables as a page (权限矩阵): who reaches which cases, what is shown of them, who may ask for what.

Printed from the tables of `rules/` alone, so the page can't say anything the code does not do:
`python -m scripts.permissions` writes `docs/permissions.md`, and a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models.words import Role
from rules.account_labels import ACTS
from rules.affair.kinds import KINDS
from rules.authority import PERMITS, Relation
from rules.desks import DESKS, Desk
from rules.exporting import EXPORTERS
from rules.household.kind import KEEPERS
from rules.keeping import KEEPS, LOG_READERS
from rules.labels import ROLES, STAGES, TIERS
from rules.reserved import RESERVED, Rule
from rules.standins import ARRANGES, STANDS_IN
from rules.visibility import (
    GRANTS,
    HANDLING,
    LISTED,
    NARROWED,
    NUMBERS,
    REACH,
    SEARCHERS,
    Group,
    Reach,
    Show,
    Standing,
)

REACHES: dict[Reach, str] = {
    Reach.TOWN: "the unit's town; a unit of the district: everything",
    Reach.UNIT: "cases the unit leads, has a task in, was told of, or mediates",
    Reach.TASK: "cases in which the unit has a task",
    Reach.PERSON: "cases one mediates",
    Reach.PLACE: "cases in one's own grids, unless restricted",
}

SHOWS = {Show.FULL: "●", Show.MASKED: "◐", Show.HIDDEN: ""}

ORDER = tuple(role for role in Role if role is not Role.SYSTEM)


def page() -> str:
    """Return the whole page as Markdown."""
    return "\n".join((HEAD, *_reach(), *_lists(), *_sight(), *_narrowing(), *_slips(), *_endpoints(), *_desks(), *_actions(), *_accounts()))


HEAD = """\
# Who sees what, who may do what

Printed from the tables in `rules/visibility.py`, `rules/reserved.py`, `rules/authority.py`, `rules/keeping.py` and `rules/standins.py` by
`python -m scripts.permissions`; do not edit.
Detail, list, search, count, timeline, stream and figures all ask the same tables. What no row grants is hidden, and a case out of
reach is, for whoever asks, not there.
"""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    columns = list(head)
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def _role(role: Role) -> str:
    return f"`{role}` {ROLES[role][0]}"


def _reach() -> list[str]:
    rows = (
        (
            _role(role),
            "; ".join(REACHES[kind] for kind in REACH.get(role, ())) or ("one's own, once proved" if role is Role.CITIZEN else "no case"),
            "as for cases"
            if NUMBERS.get(role) == REACH.get(role) and role in REACH
            else "the same, numbers only"
            if role in NUMBERS
            else "none",
            "yes" if role in SEARCHERS else "",
        )
        for role in ORDER
    )
    return ["## Which cases", "", *_table(("role", "reaches", "figures", "search by name or phone"), rows)]


def _lists() -> list[str]:
    groups = [group for group in Group if any(group in shown for shown in LISTED.values())]
    rows = ((_role(role), *("●" if group in LISTED[role] else "" for group in groups)) for role in ORDER if role in LISTED)
    return ["## What a list shows", "", *_table(("role", *(f"{group}" for group in groups)), rows)]


STANDINGS: dict[Standing, str] = {
    Standing.MEDIATOR: "the mediator of record in person",
    Standing.LEAD: "acts for the lead unit",
    Standing.CENTRE: "of the centre in charge",
    Standing.COUNTY: "of the county's centre, while a town's is in charge",
    Standing.ASSIST: "of a unit with a task",
    Standing.TOLD: "of a unit told of a red grade",
    Standing.SEALER: "of the mediator's unit",
    Standing.SCOPE: "of the case's town, or of the district",
    Standing.GRID: "the case lies in one's own grid",
    Standing.UNIT: "of the lead unit, in any role",
    Standing.PARTY: "a citizen who has proved to be this party",
}


def _sight() -> list[str]:
    rows = []
    for grant in GRANTS:
        when = [TIERS[tier][1] for tier in TIERS if grant.tiers and tier in grant.tiers]
        when += [STAGES[stage][1] for stage in STAGES if grant.stages and stage in grant.stages]
        roles = ", ".join(f"`{role}`" for role in ORDER if role in grant.roles)
        shown = (SHOWS[grant.shows.get(group, Show.HIDDEN)] for group in Group)
        rows.append((f"`{grant.standing}`", roles, ", ".join(when), *shown))
    intro = "● shown, ◐ masked, empty hidden. Rows that hold at once add up."
    told = [f"- `{standing}`: {text}" for standing, text in STANDINGS.items()]
    return [
        "## What a case shows",
        "",
        intro,
        "",
        *told,
        "",
        *_table(("standing", "roles", "only", *(str(group) for group in Group)), rows),
    ]


def _narrowing() -> list[str]:
    rows = ((f"`{kind}` {rule.zh}", _known_by(rule), _named(rule.closed_to)) for kind, rule in RESERVED.items())
    groups = ", ".join(f"`{group}`" for group in Group if group in NARROWED)
    spared = ", ".join(f"`{standing}`" for standing in sorted(HANDLING))
    return [
        "## Reserved cases",
        "",
        "From `rules/reserved.py`. Town and district do not open these cases to the roles named, in no list, search, count, figure, stream",
        "or export; what opens a case besides stays: having taken it in, being its mediator, of its lead or of a unit with a task, told",
        "of it, or owing something in it now. None of them is open to the grid.",
        "",
        *_table(("kind", "known by", "not open to"), rows),
        f"To all who do see one: one step less (shown → masked → hidden) of {groups},",
        f"for every standing but {spared}.",
        "Who is a party of a case, or a near relative of one, sees no more of it than a list shows, whatever their post.",
        "",
    ]


def _known_by(rule: Rule) -> str:
    kinds = [f"category {code}xx" for code in rule.categories]
    people = [*(["a minor among the parties"] if rule.minor else []), *(["a member of staff among the parties"] if rule.staff else [])]
    return "; ".join([*kinds, *people, *([f"signs {', '.join(f'`{sign}`' for sign in sorted(rule.signs))}"] if rule.signs else [])])


def _slips() -> list[str]:
    return [
        "## Query codes",
        "",
        "A party's query code, by which it follows its own case, is shown to who has opened the case and,",
        f"in standing `{Standing.CENTRE}`, to the `{Role.CLERK}`: nobody else, for with it and a phone one can speak for the party.",
        "",
    ]


def _reads(role: Role) -> str:
    return "own reach" if role in REACH else "own case" if role is Role.CITIZEN else ""


def _sees(role: Role) -> str:
    return "own reach" if role in REACH else ""


def _way(role: Role) -> str:
    return _reads(role) if Group.WAY in LISTED.get(role, ()) else ""


def _papers(role: Role) -> str:
    """Which papers of a case within reach: those whose words the role is shown in its standing to it."""
    return "own reach" if role in REACH else ""


def _sorts(role: Role) -> str:
    return "own reach" if role in DESKS[Desk.ARRIVALS] else ""


def _counts(role: Role) -> str:
    return "own reach" if role in DESKS[Desk.KPI] else ""


def _keeps(role: Role) -> str:
    return "own reach" if role in KEEPERS else ""


ENDPOINTS: dict[str, Callable[[Role], str]] = {
    "GET /cases": _reads,
    "GET /cases/count": _reads,
    "POST /search": _reads,
    "GET /inbox": _reads,
    "POST /inbox/claim, /inbox/release": _sees,
    "GET /changes": _reads,
    "GET /cases/{code}": _reads,
    "GET /cases/{code}/timeline": _way,
    "GET /cases/{code}/explain": _way,
    "GET /cases/{code}/meetings/{meeting}/invitation": _way,
    "GET /cases/{code}/papers, /cases/{code}/papers/{paper}/content, /cases/{code}/papers/{paper}/pdf, /cases/{code}/dossier": _papers,
    "POST /cases/{code}/papers, /cases/{code}/papers/uploads, /cases/{code}/papers/{paper}/signatures": _papers,
    "GET /affairs, /affairs/count, /affairs/changes, /affairs/{code}, /affairs/{code}/timeline, /affairs/{code}/explain": _sees,
    "GET /affairs/{code}/versions, /affairs/{code}/versions/{seq}": _sees,
    "POST /affairs": lambda role: "yes" if any(role in kind.specs[kind.opens].roles for kind in KINDS.values()) else "",
    "POST /affairs/{code}/actions/…": _sees,
    "GET /rounds/{code}/coverage": _sees,
    "POST /rounds/{code}/results": _sees,
    "GET /handovers/preview": lambda role: "own reach" if role in KINDS["handover"].specs["propose"].roles else "",
    "GET /handovers/{code}": _sees,
    "GET /households/lists, /households/lists/form, /households/lists/{list_id}": _keeps,
    "POST /households/lists, /households/lists/{list_id}/bring, /households/lists/{list_id}/drop": _keeps,
    "POST /affairs/{code}/check-in-codes": _sees,
    "POST /check-ins": lambda role: "yes",
    "GET /hazards/register": lambda role: "own reach" if role in NUMBERS else "",
    "GET /stats": lambda role: "own reach" if role in NUMBERS else "",
    "GET /whistles/figures": lambda role: "own reach" if role in NUMBERS else "",
    "GET /kpi, /kpi/definitions, /kpi/dwell, /kpi/{kpi_id}/split, /kpi/{kpi_id}/series": _counts,
    "GET /kpi/bulletin, /kpi/bulletins, /kpi/bulletins/{bulletin}": _counts,
    "GET /kpi/findings": lambda role: "own reach" if role in DESKS[Desk.INTEGRITY] else "",
    "GET /cases/{code}/ledger": _way,
    "GET /arrivals, /arrivals/{arrival}": _sorts,
    "POST /arrivals/{arrival}/replay, /arrivals/{arrival}/discard": _sorts,
    "POST /exports": lambda role: "own reach" if role in EXPORTERS else "",
    "POST /reports": lambda role: "own reach" if role in EXPORTERS else "",
    "GET /exports": lambda role: "yes" if role in DESKS[Desk.ACCESS_LOG] else "",
    "POST /cases": lambda role: "yes" if role in PERMITS["open"].roles else "",
    "POST /cases/{code}/actions/…": lambda role: "own reach" if any(role in permit.roles for permit in PERMITS.values()) else "",
    "GET /orders/prices, /orders/ledger": lambda role: "yes",
    "GET /me, /purposes, /network, /procedure, /calendar, /categories": lambda role: "yes",
}
"""What each role gets from each endpoint. `own reach` = only of cases one may see; of others it is 404, or nothing."""


def _endpoints() -> list[str]:
    rows = ((f"`{name}`", *(SIGNS[tells(role)] for role in ORDER)) for name, tells in ENDPOINTS.items())
    intro = "● everything, ◐ only of cases within reach, ○ only of one's own case once proved, empty nothing (403, 404 or an empty list)."
    return ["## Role × endpoint", "", intro, "", *_table(("endpoint", *(f"`{role}`" for role in ORDER)), rows)]


SIGNS = {"yes": "●", "own reach": "◐", "own case": "○", "": ""}


DESK_NAMES: dict[Desk, str] = {
    Desk.COCKPIT: "驾驶舱: open, overdue, cards, load, stay in stages, course; of one's own figures",
    Desk.LEAGUE: "统计表: by unit or town, for a period",
    Desk.BOARD: "看板: open cases by stage and level, the most urgent of each",
    Desk.AUDIT: "审核台: cases to be closed, their checklist and missing sign-offs",
    Desk.ARCHIVE: "档案检索: ended cases within reach, and whether a seal holds",
    Desk.ACCESS_LOG: "访问日志: who looked at which case, without any content; the look is logged",
    Desk.TRY: "规则试算: what a changed procedure or calendar would move within reach; nothing is written",
    Desk.KPI: "指标: indicators of a period with their denominators; to a statistician no small numbers and no lists",
    Desk.INTEGRITY: "数据质量核查: numbers to be looked at twice",
    Desk.ARRIVALS: "来件: events of other systems that did not fit, of one's town (of the district: all); opening one is logged",
    Desk.MESSAGES: "消息: what was sent, waits or was given up, and the state of the roads; no case, no address, no words",
}


def _desks() -> list[str]:
    rows = ((f"`{desk}`", DESK_NAMES[desk], ", ".join(f"`{role}`" for role in ORDER if role in DESKS[desk])) for desk in Desk)
    intro = "From `rules/desks.py`. What a desk shows is of the cases one reaches, and no more than lists and cases show the role."
    return ["## Desks of supervision", "", intro, "", *_table(("desk", "what", "roles"), rows)]


def _actions() -> list[str]:
    rows = []
    for do, permit in PERMITS.items():
        roles = ", ".join(f"`{role}`" for role in Role if role in permit.roles)
        standing = " or ".join(f"`{(relation.name or '').lower()}`" for relation in Relation if relation & permit.relation)
        rows.append((f"`{do}`", roles, standing))
    intro = "Asked for by one of these roles, standing to the case in one of these relations (`rules/authority.py`)."
    return ["## Who may ask for an action", "", intro, "", *_table(("action", "roles", "relation to the case"), rows)]


def _named(roles: Iterable[Role]) -> str:
    return ", ".join(f"`{role}`" for role in ORDER if role in roles)


def _accounts() -> list[str]:
    kept = [(ACTS[act][1], _named(roles)) for act, roles in KEEPS.items()]
    kept.append(("the account log: read", _named(LOG_READERS)))
    intro = "To the accounts of others, never to one's own: that everybody does in the console, whatever their role."
    arranged = f"Absences are arranged by everybody for themselves, and by {_named(ARRANGES)} of a town's centre for the town,"
    stand_ins = ((_role(role), _named(roles)) for role, roles in STANDS_IN.items())
    return [
        "## Who keeps accounts",
        "",
        intro,
        "",
        *_table(("what", "roles"), kept),
        "## Who may stand in",
        "",
        arranged,
        "of the county's centre for all. How far away a stand-in may be: `docs/sign-in.md`. Nobody stands in for an administrator.",
        "",
        *_table(("absent", "stands in"), stand_ins),
    ]
